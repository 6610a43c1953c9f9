"""A Freshdesk for tests: answers told by the test, the imitation on loopback, and stores to pull it into."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import Context, Record
from connectors.freshdesk import connector
from connectors.freshdesk.settings import FreshdeskSettings
from core.clock import Timing
from core.pull.account import Accounts, close
from core.pull.loop import pull_source
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.vendors.freshdesk.server import FreshdeskSandbox
from core.store.db import open_store

NOW = 1_790_000_000
BOOKKEEPING = {"synced_at", "fetched_at"}


@dataclass
class FakeApi:
    """Gives the told answers in order; an exception among them is raised. ``asked``: path and parameters."""

    answers: Sequence[Any]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def get(self, path: str, type: type[Any], *, params: Mapping[str, Any] | None = None) -> Any:  # noqa: A002
        self.asked.append((path, dict(params or {})))
        answer = self.answers[len(self.asked) - 1]
        if isinstance(answer, Exception):
            raise answer
        return msgspec.json.decode(json.dumps(answer).encode(), type=type)


@pytest.fixture
def api() -> Callable[..., Any]:
    return lambda *answers: FakeApi(answers)


@pytest.fixture
def context() -> Callable[..., Context]:
    """A context; ``settings`` by keyword, ``lookups`` and what else a Context has under their own names."""

    def made(
        lookups: Mapping[str, Any] | None = None,
        contact_reasons: Mapping[str, str] | None = None,
        customer_types: Mapping[str, str] | None = None,
        warn: Callable[[str, str], None] = lambda kind, value: None,
        is_redacted: bool = False,
        **settings: Any,
    ) -> Context:
        return Context(
            settings=FreshdeskSettings(**{"domain": "demo", "api_key": "k", **settings}),
            zone=ZoneInfo("Europe/Berlin"),
            source="fd",
            account="fd",
            fetched_at=NOW,
            lookups=lookups or {},
            contact_reasons=contact_reasons or {},
            customer_types=customer_types or {},
            warn=warn,
            is_redacted=is_redacted,
        )

    return made


@pytest.fixture
def records() -> Callable[..., list[Record]]:
    """The records of one row: decoded into its type, then normalised."""

    def made(row: Mapping[str, Any], kind: Any, normalise: Callable[..., Any], ctx: Context) -> list[Record]:
        return list(normalise(msgspec.json.decode(json.dumps(row).encode(), type=kind), ctx))

    return made


class Hasty:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def serve() -> Iterator[Callable[..., FreshdeskSandbox]]:
    """Starts an imitation; all of them stop with the test."""
    running: list[FreshdeskSandbox] = []

    def made(**how: Any) -> FreshdeskSandbox:
        server = FreshdeskSandbox(**how)
        server.start()
        running.append(server)
        return server

    yield made
    for server in running:
        server.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Callable[[str], sqlite3.Connection]]:
    opened: list[sqlite3.Connection] = []

    def made(name: str) -> sqlite3.Connection:
        opened.append(open_store(tmp_path / f"{name}.db"))
        return opened[-1]

    yield made
    for db in opened:
        db.close()


def spec_of(server: FreshdeskSandbox, **changed: Any) -> SourceSpec:
    """The imitation as a source; its settings are changed by keyword."""
    given = {key: value for key, value in server.settings().items() if key != "base_url"} | changed
    return SourceSpec(
        name="fd",
        connector="freshdesk",
        settings=FreshdeskSettings(**given),
        account="fd",
        start_at=0,
        zone=ZoneInfo("Europe/Berlin"),
        rate_share=1.0,
        requests_per_minute=1_000_000,
        base_url=server.url,
        default_country="DE",
    )


def pull(
    db: sqlite3.Connection, server: FreshdeskSandbox, spec: SourceSpec | None = None, clock: Hasty | None = None
) -> SourceResult:
    """One pull of the imitation, with the real door and loop; waiting takes no time."""
    spec, clock = spec or spec_of(server), clock or Hasty()
    api = Accounts(Timing(monotonic=clock.monotonic, sleep=clock.sleep)).open(spec, connector)
    try:
        return pull_source(db, spec, connector, api, server.now_at)
    finally:
        close(api)


def dump(db: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """A table's rows without their bookkeeping."""
    names = [row[1] for row in db.execute(f"pragma table_info({table})") if row[1] not in BOOKKEEPING]
    return sorted((tuple(row) for row in db.execute(f"select {', '.join(names)} from {table}")), key=repr)
