"""The connector with the real door, loop and store, on an imitation whose truth is known."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors import StateCategory, sampled_states
from connectors.aircall import connector
from connectors.aircall.presence import STATES
from connectors.aircall.settings import AircallSettings
from core.pull.account import Accounts, close
from core.pull.backfill import plan_backfill, run_backfill
from core.pull.loop import pull_source
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.vendors.aircall import API_ID, API_TOKEN, AVAILABILITIES, KEPT_S, NOW_AT, AircallSandbox
from core.store.db import open_store
from core.store.raw import kept_rows
from tests.http_server import FakeTime

SPEC = SourceSpec(
    name="air", connector="aircall", settings=AircallSettings(api_id=API_ID, api_token=API_TOKEN), account="air",
    start_at=0, zone=ZoneInfo("Europe/Berlin"), rate_share=1.0, requests_per_minute=1_000_000, default_country="DE",
)  # fmt: skip


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


@pytest.fixture
def server() -> Iterator[AircallSandbox]:
    made = AircallSandbox(200)
    made.start()
    yield made
    made.stop()


def pull(db: sqlite3.Connection, server: AircallSandbox, **given: Any) -> SourceResult:
    spec = replace(SPEC, base_url=server.url, **given)
    api = Accounts(FakeTime().timing).open(spec, connector)
    try:
        return pull_source(db, spec, connector, api, server.now_at)
    finally:
        close(api)


def test_a_pull_tells_the_whole_truth(db: sqlite3.Connection, server: AircallSandbox) -> None:
    """Every call with its wait and talk; offered is answered, abandoned and flow-outs; legs sum up to their call."""
    result = pull(db, server)
    assert (result.outcome, result.rejected) == ("ok", 0)
    truth = [call for call in server.calls if call.ended_at <= NOW_AT]
    talk = {f"air:{call.id}": call.ended_at - call.answered_at for call in truth if call.answered_at is not None}
    found = dict(db.execute("select uid, talk_s from calls where talk_s is not null").fetchall())
    assert found == talk

    unqueued = ("abandoned_in_ivr", "out_of_opening_hours")
    queued = [one for one in truth if one.direction == "inbound" and one.reason not in unqueued]
    visits = (
        "select l.outcome from call_legs l join calls c on c.uid = l.call_uid "
        "where l.kind = 'queue' and c.ended_at is not null"
    )
    outcomes = Counter(row[0] for row in db.execute(visits))
    assert outcomes.total() == len(queued)
    assert outcomes["answered"] == sum(one.answered_at is not None for one in queued)
    assert outcomes["abandoned"] == sum(one.reason in ("short_abandoned", "abandoned_in_classic") for one in queued)
    flown = outcomes["flow_out_voicemail"] + outcomes["flow_out_timeout"]
    assert outcomes.total() == outcomes["answered"] + outcomes["abandoned"] + flown
    assert outcomes["flow_out_voicemail"] == sum(one.voicemail for one in queued) > 0

    wrong = db.execute(
        "select count(*) from call_legs where wait_s < 0 or answered_at < enqueued_at or talk_s < 0"
    ).fetchone()[0]
    sums = "select sum(talk_s) from call_legs l where l.call_uid = c.uid"
    apart = db.execute(f"select count(*) from calls c where c.talk_s is not ({sums})").fetchone()[0]
    assert (wrong, apart) == (0, 0)
    assert db.execute("select count(*) from lines where e164_hash is not null and queue_uid = uid").fetchone()[0] == 4


def test_calls_that_were_going_on_are_whole_at_the_next_pull(db: sqlite3.Connection, server: AircallSandbox) -> None:
    """Nothing tells which calls changed: those of the last day are read again, or they would stay open for ever."""
    pull(db, server)
    going_on = "select count(*) from calls where ended_at is null"
    assert db.execute(going_on).fetchone()[0] == sum(call.ended_at > NOW_AT for call in server.calls) >= 2
    server.change()
    pull(db, server)
    assert db.execute(going_on).fetchone()[0] == 0
    legs = "select c.uid, l.outcome from calls c left join call_legs l on l.call_uid = c.uid"
    rows = dict(db.execute(legs).fetchall())
    assert {rows[f"air:{call.id}"] for call in server.calls[-7:-5]} == {"answered"}
    assert db.execute("select count(*) from agents where deleted_at is not null").fetchone()[0] == 1
    assert int(server.requests("/v1/calls")[-1].query["from"]) == NOW_AT - 86_400


def test_no_link_and_no_number_is_kept_even_where_rows_are_kept_whole(
    db: sqlite3.Connection, server: AircallSandbox
) -> None:
    """Recordings are what a customer said; a copy of the store must not open them."""
    pull(db, server, raw="full")
    rows = [payload for batch in kept_rows(db, "air", "calls") for _, _, payload in batch]
    assert len(rows) == len(server.calls)
    assert not [row for row in rows if b"assets.example" in row]
    cells = [cell for row in db.execute("select * from calls") for cell in row if isinstance(cell, str)]
    numbers = {call.digits.replace(" ", "").lstrip("+") for call in server.calls if call.digits.startswith("+")}
    assert numbers
    assert not [cell for cell in cells if any(number in cell for number in numbers)]


def test_a_backfill_ends_where_aircall_s_history_does(db: sqlite3.Connection) -> None:
    """Newest first, week by week, and a plain word at the half year instead of empty weeks without end."""
    server = AircallSandbox(230, apart_s=86_400)
    server.start()
    spec = replace(SPEC, base_url=server.url)
    api = Accounts(FakeTime().timing).open(spec, connector)
    plan = plan_backfill(db, spec, connector, NOW_AT - 300 * 86_400, NOW_AT)
    result = run_backfill(db, spec, connector, api, plan, NOW_AT)
    close(api)
    server.stop()
    (told,) = [one.error.message for one in result.streams if one.error is not None]
    assert "six months" in told
    kept = {str(call.id) for call in server.calls if call.started_at >= NOW_AT - KEPT_S}
    assert {row[0] for row in db.execute("select native_id from calls")} == kept
    assert 180 < len(kept) < 190
    assert len(server.requests("/v1/calls")) < 40


def test_looks_over_an_afternoon_become_states(db: sqlite3.Connection, server: AircallSandbox) -> None:
    """Each look extends what the one before saw; none is lost or doubled where a new stretch is put together."""
    for look in range(13):
        server.now_at = NOW_AT + look * 600
        pull(db, server)
    rows = db.execute("select from_at, to_at, state from agent_states where agent_uid = 'air:1' order by from_at")
    truth = [AVAILABILITIES[(1 + (NOW_AT + look * 600) // 1800) % len(AVAILABILITIES)] for look in range(13)]
    begins = [look for look in range(13) if look == 0 or truth[look] != truth[look - 1]]
    ends = [*begins[1:], 12]
    assert [tuple(row)[:2] for row in rows] == [
        (NOW_AT + begin * 600, NOW_AT + end * 600)
        for begin, end in zip(begins, ends, strict=True)
        if end > begin and truth[begin] != "offline"
    ]


def test_looks_put_together_one_by_one_tell_what_all_of_them_tell(
    db: sqlite3.Connection, server: AircallSandbox
) -> None:
    """Nights and breaks of a daemon: a history that depends on when it was put together would change by itself."""
    at = NOW_AT
    for gap_s in (0, 600, 600, 4_000, 600, 600, 15 * 3600, 600, 3_605, 600, 30 * 3600, 600, 600, 7 * 3600, 600):
        at += gap_s
        server.now_at = at
        pull(db, server)
    events: dict[str, list[tuple[int, str, StateCategory]]] = {}
    sql = "select agent_uid, happened_at, event from agent_events where seq = 0 order by agent_uid, happened_at"
    for uid, moment, word in db.execute(sql):
        events.setdefault(uid, []).append((moment, word, STATES[word]))
    whole = {
        (uid, one.from_at, one.to_at) for uid, looks in events.items() for one in sampled_states(uid, looks)
        if one.state != "do_not_disturb"
    }  # fmt: skip
    away = "state in ('do_not_disturb', 'Out for lunch', 'On a break', 'In training', 'Back office')"
    rows = db.execute(f"select agent_uid, from_at, to_at from agent_states where not {away}")
    assert {tuple(row) for row in rows} == whole
    assert len(whole) > 30


def test_a_vendor_that_has_half_a_year_is_said_to(db: sqlite3.Connection, server: AircallSandbox) -> None:
    """Whoever set `start` to last year should read why the first months are empty."""
    notes = {one.stream: one.note for one in pull(db, server).streams}
    assert "six months" in notes["calls"]
