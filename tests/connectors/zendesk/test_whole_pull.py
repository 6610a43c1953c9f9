"""The connector with the real door, loop and store: on a made-up account of which all is known, and a recorded one."""

import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from connectors.zendesk import connector
from connectors.zendesk.settings import ZendeskSettings
from core.clock import Timing
from core.pull.account import Accounts, close
from core.pull.loop import pull_source
from core.pull.replay import rebuild_from_raw
from core.pull.source import SourceResult, SourceSpec
from core.sandbox import account
from core.sandbox.asof import State, as_of
from core.sandbox.metric_events import metric_events
from core.sandbox.servers import serve_zendesk
from core.sandbox.truth import SYSTEM_USER, Change, Comment, Create, ScheduleSet
from core.sandbox.world import World, build_world
from core.sandbox.zendesk import EMAIL, TOKEN
from core.store.db import open_store
from core.store.raw import kept_rows

HELD_BACK_S = 60
# What one pull at the end and many on the way must agree on; roles and opening hours are dated by when they were seen.
SAME = ("tickets", "ticket_events", "messages", "source_metrics", "surveys", "sla_instances", "organizations")
# Ids that the sandbox's hostile rows bear.
HOSTILE = re.compile(r"zd:(99[01]\d{3}|9007199254740993|18446744073709551616)\b")
BOOKKEEPING = {"synced_at", "fetched_at"}
SETTINGS = ZendeskSettings(
    subdomain="demo",
    email=EMAIL,
    token=TOKEN,
    exports_per_minute=1_000_000,
    contact_reason_field=account.FIELD_REASON,
    call_id_field=account.FIELD_CALL,
)
SPEC = SourceSpec(
    name="zd",
    connector="zendesk",
    settings=SETTINGS,
    account="zd",
    start_at=0,
    zone=ZoneInfo("Europe/Berlin"),
    rate_share=1.0,
    requests_per_minute=1_000_000,
    default_country="DE",
)


class Hasty:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(scale=0.02)


@pytest.fixture(scope="module")
def whole(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The store after one undisturbed pull."""
    db = open_store(tmp_path_factory.mktemp("whole") / "whole.db")
    with serve_zendesk(world) as server:
        pull(db, server.url, world.until)
    yield db
    db.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Callable[[str], sqlite3.Connection]]:
    opened: list[sqlite3.Connection] = []

    def made(name: str) -> sqlite3.Connection:
        opened.append(open_store(tmp_path / f"{name}.db"))
        return opened[-1]

    yield made
    for db in opened:
        db.close()


def pull(db: sqlite3.Connection, url: str, now_at: int, spec: SourceSpec = SPEC) -> SourceResult:
    spec = replace(spec, base_url=url)
    clock = Hasty()
    api = Accounts(Timing(monotonic=clock.monotonic, sleep=clock.sleep)).open(spec, connector)
    try:
        return pull_source(db, spec, connector, api, now_at)
    finally:
        close(api)


def dump(db: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    names = [row[1] for row in db.execute(f"pragma table_info({table})") if row[1] not in BOOKKEEPING]
    return sorted((tuple(row) for row in db.execute(f"select {', '.join(names)} from {table}")), key=repr)


def states(world: World) -> list[State]:
    return [found for ticket in world.tickets if (found := as_of(world, ticket, world.until)) is not None]


def shown(world: World) -> list[Any]:
    return [audit for audit in world.audits if audit.at <= world.until - HELD_BACK_S]


def test_a_pull_tells_the_whole_truth(world: World, store: Callable[[str], sqlite3.Connection]) -> None:
    """Every ticket with its version, every change, message, rating and target; nothing set aside."""
    db = store("once")
    with serve_zendesk(world) as server:
        result = pull(db, server.url, world.until)
    assert result.outcome == "ok"
    assert result.rejected == 0
    assert {one.stream for one in result.streams if one.status == "skipped"} == {"survey_responses"}

    truth = states(world)
    told = {row[0]: tuple(row)[1:] for row in db.execute("select native_id, version, status_category from tickets")}
    assert told == {str(one.ticket.id): (one.generated_at, one.status) for one in truth}
    deleted = db.execute("select count(*) from tickets where deleted_at is not null").fetchone()[0]
    assert deleted == sum(one.status == "deleted" for one in truth) > 0
    followed = db.execute("select count(*) from tickets where followup_of_uid is not null").fetchone()[0]
    assert followed == sum(one.ticket.followup_of is not None for one in truth if one.status != "deleted")

    expected: Counter[str] = Counter()
    kinds = {"status": "status", "assignee_id": "assignee", "group_id": "team", "priority": "priority"}
    for audit in shown(world):
        for event in audit.events:
            if isinstance(event, ScheduleSet):
                expected["schedule"] += 1
            elif isinstance(event, Create | Change) and event.field in kinds:
                expected[kinds[event.field]] += isinstance(event, Change) or event.value is not None
    found = Counter(row[0] for row in db.execute("select kind from ticket_events"))
    assert {kind: found[kind] for kind in expected} == expected
    assert found["created"] == len(truth)
    merges = {tuple(row) for row in db.execute("select ticket_uid, new_value from ticket_events where kind = 'merge'")}
    merged = [one.ticket for one in truth if one.ticket.merged_into and "closed_by_merge" in str(one.fields["tags"])]
    assert merges == {(f"zd:{one.id}", f"zd:{one.merged_into}") for one in merged} != set()


def test_messages_are_told_with_what_is_known_of_their_authors(
    world: World, store: Callable[[str], sqlite3.Connection]
) -> None:
    """Rules and bots are known as such, people are not guessed at."""
    db = store("once")
    with serve_zendesk(world) as server:
        pull(db, server.url, world.until)
    expected: Counter[tuple[str, str | None, bool]] = Counter()
    for audit in shown(world):
        for event in audit.events:
            if isinstance(event, Comment):
                by_rule = event.author_id == SYSTEM_USER
                kind = "bot" if event.by_bot else "automation" if by_rule else "unknown"
                public = event.public or (event.outbound and event.voice_s > 0)
                expected[kind, None if by_rule else f"zd:{event.author_id}", public] += 1
    rows = db.execute("select author_kind, author_uid, is_public from messages")
    assert Counter((row[0], row[1], bool(row[2])) for row in rows) == expected
    assert db.execute("select count(*) from messages where body is not null").fetchone()[0] == 0


@pytest.mark.parametrize("model", ["legacy", "guide"])
def test_both_models_of_satisfaction_give_offers_and_answers(
    world: World, store: Callable[[str], sqlite3.Connection], model: str
) -> None:
    """An account has one of them; the other is skipped and said."""
    db = store(model)
    with serve_zendesk(world, surveys=model) as server:
        result = pull(db, server.url, world.until)
    skipped = {one.stream for one in result.streams if one.status == "skipped"}
    assert skipped == {"survey_responses" if model == "legacy" else "satisfaction_ratings"}
    truth = {
        f"zd:{one.ticket.id}": (one.offered_at, one.rated_at, one.rating and one.rating.score == "good")
        for one in states(world)
        if one.offered_at is not None and one.offered_at <= world.until - HELD_BACK_S and one.status != "deleted"
    }
    rows = db.execute("select ticket_uid, offered_at, rated_at, is_satisfied from surveys")
    assert {row[0]: (row[1], row[2], None if row[3] is None else bool(row[3])) for row in rows} == truth
    assert any(rated is not None for _, rated, _ in truth.values())


def test_targets_are_judged_as_the_clocks_ran(world: World, store: Callable[[str], sqlite3.Connection]) -> None:
    """Met, breached and open targets are those of the world itself, retracted breaches included."""
    db = store("once")
    with serve_zendesk(world) as server:
        pull(db, server.url, world.until)
    ends: dict[str, dict[str, int]] = {}
    for event in metric_events(world):
        if event.at > world.until - HELD_BACK_S:
            continue
        clock = ends.setdefault(f"zd:{event.ticket_id}-{event.metric}-{event.instance}", {})
        if event.type in ("apply_sla", "fulfill") or (event.type == "breach" and event.retracted_at is None):
            clock.setdefault(event.type, event.at)
    truth = {}
    for uid, clock in ends.items():
        if "apply_sla" in clock:
            met, breach = clock.get("fulfill"), clock.get("breach")
            decided = min((at for at in (met, breach) if at is not None), default=None)
            truth[uid] = (decided, None if decided is None else met == decided)
    rows = db.execute("select uid, decided_at, met from sla_instances")
    assert {row[0]: (row[1], None if row[2] is None else bool(row[2])) for row in rows} == truth
    assert Counter(met for _, met in truth.values())[False] > 0


def test_many_pulls_on_the_way_come_to_the_same_as_one(
    world: World, store: Callable[[str], sqlite3.Connection]
) -> None:
    """What changes between polls, and what the last minute held back, is found by the next; idle polls are cheap."""
    once, often = store("once"), store("often")
    with serve_zendesk(world) as server:
        pull(once, server.url, world.until)
        for days in (120, 43, 20, 3):
            moment = world.until - days * 86_400 - 20
            server.now_at = moment
            pull(often, server.url, moment)
        server.now_at = world.until
        pull(often, server.url, world.until)
        idle = pull(often, server.url, world.until)
    for table in SAME:
        assert dump(often, table) == dump(once, table), table
    assert sum(one.news for one in idle.streams) == 0
    assert idle.requests <= 14

    roles = [row[0] for row in often.execute(
        "select role from agent_roles where agent_uid = ? order by from_at", (f"zd:{account.DEMOTED}",)
    )]  # fmt: skip
    assert roles == ["agent", None]


def test_kept_rows_hold_nobodys_words_and_tell_the_same_again(
    world: World, store: Callable[[str], sqlite3.Connection]
) -> None:
    """A mended mapping is applied to kept rows: what was blanked in them must not blank the store."""
    db = store("once")
    spec = replace(SPEC, settings=SETTINGS.model_copy(update={"internal_domains": ("lumo.example",)}))
    with serve_zendesk(world) as server:
        pull(db, server.url, world.until, spec)
    tables = (*SAME, "customers", "customer_identities", "agents", "agent_roles", "sla_events", "business_schedules")
    before = {table: dump(db, table) for table in tables}
    assert rebuild_from_raw(db, spec, connector, world.until) > len(world.tickets)
    for table in tables:
        assert dump(db, table) == before[table], table

    raw = b"".join(payload for stream in connector.streams for batch in kept_rows(db, "zd", stream.name)
                   for _, _, payload in batch)  # fmt: skip
    people = [person for person in world.people if person.role == "end-user" and person.email]
    said = {event.body for audit in world.audits for event in audit.events if isinstance(event, Comment)}
    assert raw
    assert not [person.email for person in people if str(person.email).encode() in raw]
    assert not [body for body in said if body.encode() in raw]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("missing_paging", "tickets/cursor"),
        ("missing_paging", "metric_events"),
        ("missing_paging", "groups"),
        ("same_cursor", "tickets/cursor"),
        ("same_cursor", "ratings"),
        ("stuck", "tickets/cursor"),
        ("stuck", "ticket_events"),
        ("foreign_next", "ticket_events"),
        ("hostile", "tickets/cursor"),
        ("hostile", "ratings"),
    ],
)
def test_after_a_bad_hour_the_next_pull_has_the_truth(
    world: World, whole: sqlite3.Connection, store: Callable[[str], sqlite3.Connection], path: str, kind: str
) -> None:
    """Whatever paging does, nothing is taken for complete that is not, and nothing is lost for good."""
    db = store("faulty")
    with serve_zendesk(world) as server:
        server.fail(kind=kind, path=path)
        pull(db, server.url, world.until)
        server.heal()
        assert pull(db, server.url, world.until + 60).outcome == "ok"
    for table in SAME:
        found = [row for row in dump(db, table) if not HOSTILE.search(repr(row))]
        assert found == dump(whole, table), table


@pytest.mark.parametrize("status", [403, 404])
def test_what_a_plan_lacks_is_skipped_and_the_rest_arrives(
    world: World, whole: sqlite3.Connection, store: Callable[[str], sqlite3.Connection], status: int
) -> None:
    """Schedules, targets and ratings belong to larger plans."""
    db = store("small")
    with serve_zendesk(world) as server:
        for path in ("business_hours", "slas", "satisfaction_ratings", "custom_statuses", "search"):
            server.fail(kind="status", path=path, status=status)
        result = pull(db, server.url, world.until)
    skipped = {one.stream for one in result.streams if one.status == "skipped"}
    plan = {"open_tickets", "schedules", "sla_policies", "metric_events", "satisfaction_ratings", "survey_responses"}
    assert (result.outcome, skipped) == ("ok", plan)
    for table in ("tickets", "messages", "organizations"):
        assert dump(db, table) == dump(whole, table)


def test_the_stated_requests_are_enough(world: World, store: Callable[[str], sqlite3.Connection]) -> None:
    """Requests are the scarce good: a connector that takes more than it says spoils the plan of a backfill."""
    db = store("once")
    with serve_zendesk(world) as server:
        result = pull(db, server.url, world.until)
    taken = {one.stream: one.rows for one in result.streams}
    pages = sum(-(-taken[name] // 1000) for name in ("tickets", "ticket_events", "users", "metric_events"))
    assert result.requests <= pages + -(-taken["satisfaction_ratings"] // 100) + 20
    per_1000 = sum(taken[name] for name in ("tickets", "ticket_events", "users", "metric_events")) / taken["tickets"]
    per_1000 += 10 * taken["satisfaction_ratings"] / taken["tickets"]
    assert connector.requests_per_1000 is not None
    assert per_1000 <= connector.requests_per_1000


@pytest.fixture
def replayed(fixtures: Callable[[str], Path]) -> Iterator[str]:
    """The recorded account on a free port of this machine."""
    script = fixtures("replay.py")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    only = ["TicketsIncremental", "UsersIncremental", "Group"]
    command = [sys.executable, str(script), "--port", str(port), "--loose", "--only", *only]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        for _ in range(100):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()


def test_the_recorded_account_arrives_whole(replayed: str, store: Callable[[str], sqlite3.Connection]) -> None:
    """87 real tickets, 1,000 users; a stream that was never recorded is skipped in plain sight."""
    db = store("recorded")
    result = pull(db, replayed, 1_795_000_000, replace(SPEC, settings=SETTINGS.model_copy(update={"subdomain": "z"})))
    told = {one.stream: (one.status, one.rows, one.rejected) for one in result.streams}
    assert told["tickets"] == ("ok", 87, 0)
    assert told["users"][1:] == (1000, 0)
    assert told["groups"][0] == told["group_memberships"][0] == "ok"
    unrecorded = {"open_tickets", "ticket_events", "organizations", "schedules", "sla_policies", "metric_events"}
    assert {name for name, (status, _, _) in told.items() if status == "skipped"} >= unrecorded
    assert not [name for name, (status, _, _) in told.items() if status == "failed"]
    assert db.execute("select count(*) from tickets").fetchone()[0] == 87
    assert db.execute("select count(*) from customers").fetchone()[0] == 1000
    asked = httpx.get(f"{replayed}/__log").json()
    assert all("/tickets/" not in one["path"].split("?")[0].replace("/incremental/tickets/", "") for one in asked)
