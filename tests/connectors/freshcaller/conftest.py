"""An imitation Freshcaller, the real door, loop and store, and a context to normalise and assemble in."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import Api, Call, CallEvent, CallLeg, Context, Record
from connectors.freshcaller import connector
from connectors.freshcaller.calls import assemble_call
from connectors.freshcaller.rows import CallRow, normalise_call
from connectors.freshcaller.settings import FreshcallerSettings
from core.clock import Timing
from core.pull.account import Accounts, close
from core.pull.backfill import plan_backfill, run_backfill
from core.pull.loop import pull_source
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.vendors.freshcaller import NOW, FreshcallerSandbox, start
from core.store.db import open_store

AT = "2026-11-18T05:00:00.250-03:00"


class Hasty:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def spec_of(server: FreshcallerSandbox, **more: Any) -> SourceSpec:
    settings = dict(server.settings()) | more
    base_url = str(settings.pop("base_url"))
    return SourceSpec(
        name="fc", connector="freshcaller", settings=FreshcallerSettings(**settings), account="fc",
        start_at=NOW - 400 * 86_400, zone=ZoneInfo("Europe/Berlin"), rate_share=1.0, requests_per_minute=1_000_000,
        base_url=base_url, default_country="BR",
    )  # fmt: skip


@pytest.fixture
def caller() -> Iterator[FreshcallerSandbox]:
    with start(80) as server:
        yield server


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = open_store(tmp_path / "freshcaller.db")
    yield opened
    opened.close()


@pytest.fixture
def spec() -> Callable[..., SourceSpec]:
    return spec_of


@pytest.fixture
def pull() -> Callable[..., SourceResult]:
    """Reads the imitation once; settings by keyword."""

    def once(db: sqlite3.Connection, server: FreshcallerSandbox, **more: Any) -> SourceResult:
        spec = spec_of(server, **more)
        clock = Hasty()
        api = Accounts(Timing(monotonic=clock.monotonic, sleep=clock.sleep)).open(spec, connector)
        try:
            return pull_source(db, replace(spec), connector, api, server.now_at)
        finally:
            close(api)

    return once


@pytest.fixture
def backfill() -> Callable[..., SourceResult]:
    """Reads the last three weeks as history, newest week first."""

    def once(db: sqlite3.Connection, server: FreshcallerSandbox) -> SourceResult:
        spec, clock = spec_of(server), Hasty()
        api = Accounts(Timing(monotonic=clock.monotonic, sleep=clock.sleep)).open(spec, connector)
        plan = plan_backfill(db, spec, connector, server.now_at - 21 * 86_400, server.now_at + 1)
        try:
            return run_backfill(db, spec, connector, api, plan, server.now_at)
        finally:
            close(api)

    return once


@pytest.fixture
def context() -> Callable[..., Context]:
    """A context; settings by keyword."""

    def made(
        warn: Callable[[str, str], None] = lambda kind, value: None, is_redacted: bool = False, **settings: Any
    ) -> Context:
        return Context(
            settings=FreshcallerSettings(**{"domain": "demo", "api_key": "k", **settings}),
            zone=ZoneInfo("Europe/Berlin"), source="fc", account="fc", fetched_at=NOW, warn=warn,
            is_redacted=is_redacted, pseudonym=lambda kind, value: f"hash-of-{value[-4:]}",
        )  # fmt: skip

    return made


@pytest.fixture
def records(context: Callable[..., Context]) -> Callable[..., list[Record]]:
    """The records of a call row, its fields by keyword."""

    def made(ctx: Context | None = None, **row: Any) -> list[Record]:
        whole = {"id": 1, "created_time": AT, "updated_time": AT, "direction": "incoming", **row}
        return list(normalise_call(msgspec.json.decode(json.dumps(whole).encode(), type=CallRow), ctx or context()))

    return made


@pytest.fixture
def assembled(
    context: Callable[..., Context], records: Callable[..., list[Record]]
) -> Callable[..., tuple[Call, list[CallLeg]]]:
    """The call and its legs as made of the calls that Freshcaller lists of it."""

    def made(
        *rows: Mapping[str, Any], warned: list[tuple[str, str]] | None = None, **settings: Any
    ) -> tuple[Call, list[CallLeg]]:
        said = warned if warned is not None else []
        ctx = context(lambda kind, value: said.append((kind, value)), **settings)
        found = [one for row in rows for one in records(ctx, **row) if isinstance(one, CallEvent)]
        assert {one.call_id for one in found} == {"1"}
        call, *legs = assemble_call("1", sorted(found, key=lambda one: (one.happened_at, one.seq)), ctx)
        assert isinstance(call, Call)
        return call, [leg for leg in legs if isinstance(leg, CallLeg)]

    return made


@dataclass
class FakeApi:
    """Gives the told answers in order; an exception among them is raised."""

    answers: Sequence[Any]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def get(self, path: str, type: type[Any], *, params: Mapping[str, Any] | None = None) -> Any:  # noqa: A002
        self.asked.append((path, dict(params or {})))
        answer = self.answers[len(self.asked) - 1]
        if isinstance(answer, Exception):
            raise answer
        return msgspec.json.decode(json.dumps(answer).encode(), type=type)


@pytest.fixture
def api_of() -> Callable[..., Any]:
    return lambda *answers: FakeApi(answers)


@pytest.fixture
def api_to() -> Iterator[Callable[[FreshcallerSandbox], Api]]:
    """The real door to an imitation."""
    opened: list[Api] = []

    def made(server: FreshcallerSandbox) -> Api:
        opened.append(Accounts().open(spec_of(server), connector))
        return opened[-1]

    yield made
    for api in opened:
        api.close()
