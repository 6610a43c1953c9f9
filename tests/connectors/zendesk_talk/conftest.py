"""An imitation Talk, the real door, loop and store, and a context to normalise and assemble in."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import Api, Call, CallEvent, CallLeg, Context
from connectors.zendesk_talk import connector
from connectors.zendesk_talk.calls import assemble_call
from connectors.zendesk_talk.rows import CallRow, LegRow, normalise_call, normalise_leg
from connectors.zendesk_talk.settings import ZendeskTalkSettings
from core.clock import Timing
from core.pull.account import Accounts, close
from core.pull.backfill import plan_backfill, run_backfill
from core.pull.loop import pull_source
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.vendors.zendesk_talk import NOW, TalkSandbox, start
from core.store.db import open_store

AT = "2026-11-18T08:00:00Z"
AT_S = 1_794_988_800


class Hasty:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def spec_of(server: TalkSandbox, **more: Any) -> SourceSpec:
    settings = dict(server.settings()) | more
    base_url = str(settings.pop("base_url"))
    return SourceSpec(
        name="talk", connector="zendesk_talk", settings=ZendeskTalkSettings(**settings), account="zd", start_at=0,
        zone=ZoneInfo("Europe/Berlin"), rate_share=1.0, requests_per_minute=1_000_000, base_url=base_url,
        default_country="DE",
    )  # fmt: skip


@pytest.fixture
def talk() -> Iterator[TalkSandbox]:
    with start(80) as server:
        yield server


@pytest.fixture
def spec() -> Callable[[TalkSandbox], SourceSpec]:
    return spec_of


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = open_store(tmp_path / "talk.db")
    yield opened
    opened.close()


@pytest.fixture
def pull() -> Callable[..., SourceResult]:
    """Reads the imitation once, as a source of account ``zd``; settings by keyword."""

    def once(db: sqlite3.Connection, server: TalkSandbox, start_at: int = 0, **more: Any) -> SourceResult:
        spec = replace(spec_of(server, **more), start_at=start_at)
        clock = Hasty()
        api = Accounts(Timing(monotonic=clock.monotonic, sleep=clock.sleep)).open(spec, connector)
        try:
            return pull_source(db, spec, connector, api, server.now_at)
        finally:
            close(api)

    return once


@pytest.fixture
def backfill() -> Callable[..., SourceResult]:
    """Reads the last three weeks as history, newest week first."""

    def once(db: sqlite3.Connection, server: TalkSandbox) -> SourceResult:
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

    def made(warn: Callable[[str, str], None] = lambda kind, value: None, **settings: Any) -> Context:
        given = {"subdomain": "demo", "email": "bot@demo.example", "token": "t", **settings}
        return Context(
            settings=ZendeskTalkSettings(**given), zone=ZoneInfo("Europe/Berlin"), source="talk", account="zd",
            fetched_at=NOW, lookups={"groups": {"501": "Hotline"}}, warn=warn,
            pseudonym=lambda kind, value: f"{kind}-hash",
        )  # fmt: skip

    return made


Assembled = tuple[Call, list[CallLeg]]


@pytest.fixture
def assembled(context: Callable[..., Context]) -> Callable[..., Assembled]:
    """The call and its legs as made of a call row (by keyword) and leg rows."""

    def made(
        *legs: Mapping[str, Any],
        warned: list[tuple[str, str]] | None = None,
        events: Sequence[CallEvent] = (),
        **row: Any,
    ) -> Assembled:
        said = warned if warned is not None else []
        ctx = context(lambda kind, value: said.append((kind, value)))
        found = [*events, *events_of(*legs, **row)]
        call, *rest = assemble_call("1", sorted(found, key=lambda one: (one.happened_at, one.seq)), ctx)
        assert isinstance(call, Call)
        return call, [leg for leg in rest if isinstance(leg, CallLeg)]

    def events_of(*legs: Mapping[str, Any], **row: Any) -> list[CallEvent]:
        ctx = context()
        whole = {"id": 1, "created_at": AT, "updated_at": AT, "direction": "inbound", "call_group_id": 501, **row}
        records = list(normalise_call(msgspec.json.decode(json.dumps(whole).encode(), type=CallRow), ctx))
        for number, leg in enumerate(legs):
            told = {"id": 10 + number, "call_id": 1, "created_at": AT, "updated_at": AT, "type": "agent", **leg}
            records += normalise_leg(msgspec.json.decode(json.dumps(told).encode(), type=LegRow), ctx)
        return [one for one in records if isinstance(one, CallEvent)]

    return made


@dataclass
class FakeApi:
    """Gives the told answers in order."""

    answers: Sequence[Any]
    asked: int = 0

    def get(self, path: str, type: type[Any], *, params: Mapping[str, Any] | None = None) -> Any:  # noqa: A002
        self.asked += 1
        return msgspec.json.decode(json.dumps(self.answers[self.asked - 1]).encode(), type=type)


@pytest.fixture
def api_of() -> Callable[..., Any]:
    return lambda *answers: FakeApi(answers)


@pytest.fixture
def api_to() -> Iterator[Callable[[TalkSandbox], Api]]:
    """The real door to an imitation."""
    opened: list[Api] = []

    def made(server: TalkSandbox) -> Api:
        opened.append(Accounts().open(spec_of(server), connector))
        return opened[-1]

    yield made
    for api in opened:
        api.close()
