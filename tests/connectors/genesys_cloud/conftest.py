"""A Genesys Cloud without a network, an imitation of one, and a context to normalise in."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import Context, Record
from connectors.genesys_cloud import connector
from connectors.genesys_cloud.settings import GenesysCloudSettings
from core.clock import Timing
from core.pull.account import Accounts, close
from core.pull.loop import pull_source
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.vendors.genesys_cloud.server import NOW_AT, GenesysSandbox
from core.store.db import open_store, set_setting

DAY_S = 86_400
GIVEN = {"region": "mypurecloud.example", "client_id": "c", "client_secret": "s"}


class Hasty:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def pull(
    db: sqlite3.Connection, server: GenesysSandbox, *, days: int = 22, clock: Hasty | None = None, **more: Any
) -> SourceResult:
    """One pull of the imitation at its present moment."""
    settings = {key: value for key, value in server.settings().items() if key != "base_url"}
    spec = SourceSpec(
        name="gc",
        connector="genesys_cloud",
        settings=GenesysCloudSettings(**settings),
        account="gc",
        start_at=NOW_AT - days * DAY_S,
        zone=ZoneInfo("Europe/Berlin"),
        rate_share=1.0,
        requests_per_minute=1_000_000,
        base_url=server.url,
        default_country="DE",
    )
    clock = clock or Hasty()
    spec = replace(spec, **more)
    api = Accounts(Timing(monotonic=clock.monotonic, sleep=clock.sleep)).open(spec, connector)
    try:
        return pull_source(db, spec, connector, api, server.now_at)
    finally:
        close(api)


@pytest.fixture
def server() -> Iterator[GenesysSandbox]:
    """An organisation with some dozens of conversations."""
    made = GenesysSandbox(60)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Callable[[str], sqlite3.Connection]]:
    opened: list[sqlite3.Connection] = []

    def made(name: str = "store") -> sqlite3.Connection:
        opened.append(open_store(tmp_path / f"{name}.db"))
        # One key for all stores, so that hashes of numbers can be compared.
        set_setting(opened[-1], "hash_key", "5a" * 32)
        return opened[-1]

    yield made
    for db in opened:
        db.close()


@dataclass
class FakeApi:
    """Gives what ``answer(method, path, body or params)`` returns; an exception is raised. ``asked``: all of these."""

    answer: Callable[[str, str, Mapping[str, Any]], Any]
    asked: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    def get(self, path: str, type: type[Any], *, params: Mapping[str, Any] | None = None) -> Any:  # noqa: A002
        return self._told("GET", path, type, params or {})

    def post(self, path: str, type: type[Any], *, json: Mapping[str, Any]) -> Any:  # noqa: A002
        return self._told("POST", path, type, json)

    def poll(self, path: str, type: type[Any], until: Callable[[Any], bool]) -> Any:  # noqa: A002
        while not until(found := self.get(path, type)):
            pass
        return found

    def _told(self, method: str, path: str, kind: type[Any], given: Mapping[str, Any]) -> Any:
        self.asked.append((method, path, given))
        answer = self.answer(method, path, given)
        if isinstance(answer, Exception):
            raise answer
        return msgspec.json.decode(json.dumps(answer).encode(), type=kind)


def fake(answer: Callable[[str, str, Mapping[str, Any]], Any]) -> Any:
    """An Api that answers so."""
    return FakeApi(answer)


@pytest.fixture
def context() -> Callable[..., Context]:
    def made(zone: str = "Europe/Berlin", warn: Callable[[str, str], None] | None = None, **more: Any) -> Context:
        settings = more.pop("settings", {})
        return Context(
            settings=GenesysCloudSettings(**{**GIVEN, **settings}),
            zone=ZoneInfo(zone),
            source="gc",
            account="gc",
            fetched_at=NOW_AT,
            warn=warn or (lambda kind, value: None),
            pseudonym=lambda kind, value: f"{kind}:{value}",
            **more,
        )

    return made


@pytest.fixture
def records() -> Callable[..., list[Record]]:
    """The records of one row: decoded into its type, then normalised."""

    def made(row: Mapping[str, Any], kind: Any, normalise: Callable[..., Any], ctx: Context) -> list[Record]:
        return list(normalise(msgspec.json.decode(json.dumps(row).encode(), type=kind), ctx))

    return made


def rows(db: sqlite3.Connection, sql: str, *given: object) -> Sequence[tuple[Any, ...]]:
    """The rows of a query as plain tuples."""
    return [tuple(row) for row in db.execute(sql, given)]
