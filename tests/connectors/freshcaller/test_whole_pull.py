"""The connector with the real door, loop, store and facts, on an account of which all is known."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors import Api, Window
from connectors.freshcaller import connector
from connectors.freshcaller.account import check
from connectors.freshcaller.lists import tallies
from core.numbers.derive import derive
from core.numbers.reconcile import reconcile
from core.numbers.reporting import Reporting
from core.pull.replay import rebuild_from_raw
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.vendors.freshcaller import CALLERS, KEY, LINES, OUTCOMES, FreshcallerSandbox, Truth, start
from core.store.db import open_store, set_setting

Pull = Callable[..., SourceResult]
BERLIN = ZoneInfo("Europe/Berlin")


def dump(db: sqlite3.Connection, *tables: str) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    for table in tables:
        names = [
            row[1] for row in db.execute(f"pragma table_info({table})") if row[1] not in ("synced_at", "fetched_at")
        ]
        found[table] = sorted((tuple(row) for row in db.execute(f"select {', '.join(names)} from {table}")), key=repr)
    return found


def over(caller: FreshcallerSandbox) -> list[Truth]:
    return [one for one in caller.truth if max(one.shown_at, one.ended_at) <= caller.now_at]


def test_every_call_comes_out_as_it_was(db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull) -> None:
    """All calls, transfers under the call they belong to, with the outcome each had; nothing set aside."""
    result = pull(db, caller)
    assert (result.outcome, result.rejected) == ("ok", 0)
    told = {row[0]: row[1] for row in db.execute("select native_id, outcome from calls")}
    assert {key: told[key] for key in told if key in {str(one.id) for one in over(caller)}} == {
        str(one.id): one.outcome for one in over(caller)
    }
    assert len(told) == sum(one.shown_at <= caller.now_at for one in caller.truth)
    parts = sum(len(one.rows(caller.now_at)) for one in caller.truth)
    assert len(told) < parts == db.execute("select count(*) from call_events").fetchone()[0]


def test_a_wait_is_the_time_in_the_queue_and_the_ringing(
    db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull
) -> None:
    """Freshcaller's own figures begin when a telephone rings: a queue of ten minutes would be within 20 seconds."""
    pull(db, caller)
    told = {
        row[0]: row[1] for row in db.execute("select call_uid, wait_s from call_legs where kind = 'queue' and seq = 0")
    }
    truth = {f"fc:{one.id}": one.wait_s for one in over(caller) if one.wait_s is not None and f"fc:{one.id}" in told}
    assert len(truth) > 30
    assert {uid: told[uid] for uid in truth} == truth
    rang = db.execute("select count(*) from call_legs where kind = 'queue' and ring_s < wait_s").fetchone()[0]
    assert rang > 20


def test_late_and_unfinished_calls_come_in_the_end(
    db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull
) -> None:
    """They are created before what was read already; without reading again they would be lost (trap 21)."""
    pull(db, caller)
    late = [str(one.id) for one in caller.truth if one.shown_at > caller.now_at]
    open_ = [str(row[0]) for row in db.execute("select native_id from calls where ended_at is null")]
    assert late
    assert open_
    for _ in range(3):
        caller.change()
        pull(db, caller)
    told = {row[0]: tuple(row)[1:] for row in db.execute("select native_id, outcome, ended_at, acw_s from calls")}
    known = {str(one.id): one for one in caller.truth}
    for native in (*late, *open_):
        assert (told[native][0], told[native][1] is not None) == (known[native].outcome, True)


def test_a_second_pull_changes_nothing_and_asks_little(
    db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull
) -> None:
    """The last day again, and the small lists."""
    pull(db, caller)
    tables = ("calls", "call_legs", "call_events", "customers", "customer_identities", "agents", "source_metrics")
    before = dump(db, *tables)
    pull(db, caller)
    assert dump(db, *tables) == before


def test_changes_on_the_way_end_like_one_reading(db: sqlite3.Connection, pull: Pull, tmp_path: Path) -> None:
    """Watching an account live must not give other figures than reading it afterwards."""
    set_setting(db, "hash_key", "5a" * 32)
    with start(80) as caller:
        for _ in range(3):
            pull(db, caller)
            caller.change()
        pull(db, caller)
        fresh = open_store(tmp_path / "fresh.db")
        set_setting(fresh, "hash_key", "5a" * 32)
        pull(fresh, caller)
    tables = ("calls", "call_legs", "queues", "lines")
    assert dump(db, *tables) == dump(fresh, *tables)
    fresh.close()


def test_visits_add_up_and_legs_make_their_calls(
    db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull
) -> None:
    """Offered is answered, abandoned and flown out; talk, hold and after-call work are in the legs once."""
    pull(db, caller)
    derive(db, Reporting(zone=BERLIN), caller.now_at)
    done = [one for one in over(caller) if one.parts[0][0]["direction"] == "incoming"]
    kinds = Counter(one.outcome for one in done)
    lost_later = sum(one.kind == "to_queue_lost" for one in done)
    taken_later = sum(one.kind == "to_queue" for one in done)
    legs = Counter(dict(tuple(row) for row in db.execute("select outcome, count(*) from queue_legs group by outcome")))
    assert legs["answered"] == kinds["answered"] + taken_later
    assert legs["abandoned"] == kinds["abandoned"] + lost_later
    assert legs["flow_out_voicemail"] == kinds["voicemail"]
    assert sum(legs.values()) == kinds["answered"] + kinds["abandoned"] + kinds["voicemail"] + taken_later + lost_later
    answered = [one for one in over(caller) if one.outcome == "answered"]
    talk = sum(
        round(own["talk_time"] * (60 if own["talk_time_unit"] == "minutes" else 1))
        for one in answered
        for _, own in one.parts
        if own["talk_time"] is not None
    )
    assert db.execute("select sum(talk_s) from call_facts").fetchone()[0] == talk
    wrong = db.execute(
        "select c.uid from calls c join (select call_uid, sum(talk_s) t, sum(hold_s) h, sum(acw_s) w from call_legs "
        "group by 1) l on l.call_uid = c.uid where coalesce(c.talk_s, 0) <> coalesce(l.t, 0) "
        "or coalesce(c.hold_s, 0) <> coalesce(l.h, 0) or coalesce(c.acw_s, 0) <> coalesce(l.w, 0)"
    ).fetchall()
    assert wrong == []
    odd = "select count(*) from call_legs where wait_s < 0 or answered_at < enqueued_at or ended_at < answered_at"
    assert db.execute(odd).fetchone()[0] == 0


def test_who_calls_again_is_the_same_person(db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull) -> None:
    """Found by the hashed number, over vendors as well."""
    pull(db, caller)
    callers = db.execute("select count(distinct customer_uid) from calls").fetchone()[0]
    numbers = {
        one.parts[0][0]["participants"][0]["caller_number"] for one in caller.truth if one.shown_at <= caller.now_at
    }
    assert callers == len(numbers)
    hashes = db.execute("select count(*) from customer_identities where kind = 'phone'").fetchone()[0]
    assert hashes == len(numbers)


def test_users_and_teams_are_people(db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull) -> None:
    """Names stand beside figures; who left is marked, their calls stay."""
    pull(db, caller)
    roles = Counter(row[0] for row in db.execute("select role from agents"))
    assert roles == {"admin": 1, "lead": 1, "agent": 9}
    assert db.execute("select count(*) from agent_teams").fetchone()[0] == 10
    caller.change()
    pull(db, caller)
    states = {row[0] for row in db.execute("select category from agent_states")}
    assert {"idle", "talk"} <= states
    assert db.execute("select count(*) from agent_states where to_at is null").fetchone()[0] == 0
    gone = [row[0] for row in db.execute("select native_id from agents where deleted_at is not null")]
    assert gone == ["578999"]


def test_a_wrong_key_is_named(db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull) -> None:
    """The admin must know which of his keys to renew."""
    result = pull(db, caller, api_key="wrong")
    assert result.outcome == "auth"
    assert "`api_key`" in str(result.error)


def test_a_key_without_all_rights_still_brings_calls(
    db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull
) -> None:
    """What is missing is said (trap 10)."""
    caller.gated = {"/call_metrics": 403, "/teams": 403}
    result = pull(db, caller)
    calls = next(one for one in result.streams if one.stream == "calls")
    assert "without figures" in calls.note
    assert {one.stream for one in result.streams if one.status == "skipped"} == {"teams"}
    assert db.execute("select count(*) from calls where outcome = 'answered'").fetchone()[0] > 10
    assert db.execute("select count(*) from call_legs where kind = 'queue' and wait_s is not null").fetchone()[0] == 0


def test_hostile_rows_cost_only_themselves(db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull) -> None:
    """One bad row must not hide a day of calls."""
    caller.spoil()
    result = pull(db, caller)
    assert (result.outcome, result.rejected > 0) == ("ok", True)
    told = {row[0] for row in db.execute("select native_id from calls")}
    assert {str(one.id) for one in over(caller)} <= told


def test_no_secret_and_no_number_is_stored(db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull) -> None:
    """Callers' numbers live as keyed hashes only."""
    pull(db, caller)
    text = "\n".join(db.iterdump())
    assert not [one for one in (KEY, *CALLERS, *LINES.values()) if one in text or one.lstrip("+") in text]


def test_kept_rows_make_the_same_calls_again(
    db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull, spec: Callable[..., SourceSpec]
) -> None:
    """A mended mapping can be applied without asking for everything again; callers stay who they are."""
    pull(db, caller)
    before = dump(db, "calls", "call_legs", "lines")
    rebuild_from_raw(db, spec(caller), connector, caller.now_at)
    assert dump(db, "calls", "call_legs", "lines") == before


def test_check_names_what_is_missing_and_where_to_click(
    caller: FreshcallerSandbox, api_to: Callable[[FreshcallerSandbox], Api]
) -> None:
    """A key of an ordinary agent sees too little; the message says whose key to take."""
    api = api_to(caller)
    assert all(finding.ok for finding in check(api))
    caller.gated = {"/call_metrics": 403, "/teams": 404}
    findings = {finding.what: finding for finding in check(api)}
    assert [finding.ok for finding in findings.values()] == [True, True, True, False]
    assert any("account admin" in finding.advice for finding in findings.values())


def test_the_vendors_counts_are_there_to_audit(
    caller: FreshcallerSandbox, api_to: Callable[[FreshcallerSandbox], Api]
) -> None:
    """Of calls none is given that would fit: transfers count as calls of their own there."""
    assert [(one.table, one.count) for one in tallies(api_to(caller), Window())] == [("agents", 11), ("teams", 2)]


def test_every_kind_of_call_is_in_the_account() -> None:
    """What the account lacks, none of these tests would see."""
    with start(300) as large:
        assert {one.kind for one in large.truth} == set(OUTCOMES)


def test_our_figures_are_freshcallers(db: sqlite3.Connection, caller: FreshcallerSandbox, pull: Pull) -> None:
    """What was agreed with the vendor's own numbers can be trusted where it has none."""
    pull(db, caller)
    derive(db, Reporting(zone=BERLIN), caller.now_at)
    lines = reconcile(db, "2026-10-01", "2026-11-18", Reporting(zone=BERLIN)).lines
    assert {line.figure for line in lines} == {"talk_s", "hold_s", "acw_s"}
    assert [(line.figure, line.examples) for line in lines if line.equal < line.compared] == []


def test_history_read_week_by_week_is_the_same(
    caller: FreshcallerSandbox, pull: Pull, backfill: Pull, tmp_path: Path
) -> None:
    """Newest first, so that last week's figures need not wait for last year's."""
    here, there = open_store(tmp_path / "here.db"), open_store(tmp_path / "there.db")
    for one in (here, there):
        set_setting(one, "hash_key", "5a" * 32)
    pull(here, caller)
    result = backfill(there, caller)
    assert (result.outcome, len(result.streams) >= 4) == ("ok", True)
    assert dump(there, "calls", "call_legs", "queues") == dump(here, "calls", "call_legs", "queues")
    here.close()
    there.close()
