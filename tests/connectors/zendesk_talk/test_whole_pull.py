"""The connector with the real door, loop, store and facts, on an account of which all is known."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors import Api, Finding, Stuck, Window
from connectors.zendesk_talk import connector
from connectors.zendesk_talk.account import check
from connectors.zendesk_talk.lists import tallies
from connectors.zendesk_talk.rows import fetch_legs
from core.clock import utc
from core.numbers.derive import derive
from core.numbers.reconcile import reconcile
from core.numbers.reporting import Reporting
from core.pull.replay import rebuild_from_raw
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.vendors.zendesk_talk import EMAIL, FORWARDED, NUMBERS, OUTCOMES, TOKEN, TalkSandbox, start
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


def test_every_call_comes_out_as_it_was(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """All calls, each once, with the outcome it had; nothing set aside."""
    result = pull(db, talk)
    assert (result.outcome, result.rejected) == ("ok", 0)
    told = {row[0]: row[1] for row in db.execute("select native_id, outcome from calls")}
    over = {str(one.id): one.outcome for one in talk.truth if one.shown_at <= talk.now_at}
    assert {key: told[key] for key in over} == over
    assert len(told) == len(talk.truth)
    assert db.execute("select count(*) from calls where ended_at is null").fetchone()[0] == len(told) - len(over)


def test_the_last_page_is_read_once_and_its_rows_kept_once(
    db: sqlite3.Connection, talk: TalkSandbox, pull: Pull
) -> None:
    """Talk's next link never ends; legs of one call share a second and come again with it (trap 2)."""
    pull(db, talk)
    asked = talk.requests("incremental/legs")
    starts = [int(one.query["start_time"]) for one in asked]
    assert starts == sorted(set(starts))
    assert len(asked) > 2
    legs = [leg for one in talk.truth for leg in one.rows(talk.now_at)[1]]
    end = max(utc(str(leg["updated_at"])) for leg in legs)
    assert (starts[-1], sum(utc(str(leg["updated_at"])) == end for leg in legs) > 1) == (end, True)
    count = db.execute("select count(*) from call_events where event = 'leg'").fetchone()[0]
    assert count == len(legs)


def test_a_second_pull_changes_nothing_and_asks_little(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """The last hour again, and one look past its end."""
    pull(db, talk)
    tables = ("calls", "call_legs", "call_events", "lines", "queues", "customers", "source_metrics", "agent_states")
    before = dump(db, *tables)
    again = pull(db, talk)
    assert dump(db, *tables) == before
    assert sum(one.news for one in again.streams if one.stream in ("calls", "legs")) == 0
    assert again.requests <= 7


def test_calls_are_read_again_until_they_are_wrapped_up(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """After-call work comes after the call; without it the handle time is too short (traps 6 and 21)."""
    pull(db, talk)
    waiting = [one for one in talk.truth if one.shown_at <= talk.now_at < one.wrapped_at and one.call["wrap_up_time"]]
    assert waiting
    known = {row[0]: row[1] for row in db.execute("select native_id, acw_s from calls")}
    assert [known[str(one.id)] for one in waiting] == [None] * len(waiting)
    for _ in range(3):
        talk.change()
        pull(db, talk)
    known = {row[0]: row[1] for row in db.execute("select native_id, acw_s from calls")}
    assert [known[str(one.id)] for one in waiting] == [one.call["wrap_up_time"] for one in waiting]
    assert db.execute("select count(*) from calls").fetchone()[0] == len(talk.truth)


def test_changes_on_the_way_end_like_one_reading(db: sqlite3.Connection, pull: Pull, tmp_path: Path) -> None:
    """Watching an account live must not give other figures than reading it afterwards."""
    with start(80) as talk:
        for _ in range(3):
            pull(db, talk)
            talk.change()
        pull(db, talk)
        fresh = open_store(tmp_path / "fresh.db")
        pull(fresh, talk)
    for table in ("calls", "call_legs", "queues", "customers"):
        assert dump(db, table) == dump(fresh, table)
    fresh.close()


def test_visits_add_up_and_legs_make_their_calls(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """Offered is answered, abandoned and flown out; talk, hold and after-call work are in the legs once."""
    pull(db, talk)
    for _ in range(2):
        talk.change()
        pull(db, talk)
    derive(db, Reporting(zone=BERLIN), talk.now_at)
    over = [one for one in talk.truth if one.shown_at <= talk.now_at]
    kinds = Counter(one.outcome for one in over if one.call["direction"] == "inbound")
    legs = Counter(dict(tuple(row) for row in db.execute("select outcome, count(*) from queue_legs group by outcome")))
    assert legs["answered"] == kinds["answered"]
    assert legs["abandoned"] == kinds["abandoned"]
    flown = kinds["voicemail"] + kinds["callback"] + kinds["overflow_external"]
    assert sum(count for word, count in legs.items() if word.startswith("flow_out")) == flown
    assert sum(legs.values()) == kinds["answered"] + kinds["abandoned"] + flown
    waits = {row[0]: row[1] for row in db.execute("select call_uid, wait_s from queue_legs")}
    assert waits == {
        f"zd:{one.id}": one.call["wait_time"] for one in over if f"zd:{one.id}" in waits
    }  # fmt: skip
    wrong = db.execute(
        "select c.uid from calls c join (select call_uid, sum(talk_s) t, sum(hold_s) h, sum(acw_s) w from call_legs "
        "where kind in ('queue', 'agent') group by 1) l on l.call_uid = c.uid "
        "where coalesce(c.talk_s, 0) <> coalesce(l.t, 0) or coalesce(c.hold_s, 0) <> coalesce(l.h, 0) "
        "or coalesce(c.acw_s, 0) <> coalesce(l.w, 0)"
    ).fetchall()
    assert wrong == []
    odd = "select count(*) from call_legs where wait_s < 0 or answered_at < enqueued_at or ended_at < answered_at"
    assert db.execute(odd).fetchone()[0] == 0
    talked = db.execute("select sum(talk_s) from call_facts where direction = 'inbound'").fetchone()[0]
    assert talked == sum(
        leg["talk_time"] or 0
        for one in over
        if one.call["direction"] == "inbound" and one.outcome == "answered"
        for leg in one.legs
        if leg["type"] == "agent"
    )


def test_a_call_finds_the_ticket_and_the_customer_of_its_account(
    db: sqlite3.Connection, talk: TalkSandbox, pull: Pull
) -> None:
    """One account is one set of ids; a call that finds no ticket is a second contact."""
    pull(db, talk)
    one = next(told for told in talk.truth if told.call["ticket_id"] and told.call["customer_id"])
    row = db.execute("select ticket_uid, customer_uid from calls where native_id = ?", (str(one.id),)).fetchone()
    assert tuple(row) == (f"zd:{one.call['ticket_id']}", f"zd:{one.call['customer_id']}")


def test_what_support_knows_of_an_agent_stands(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """Both sources write the same user; Talk must not make an admin an agent again."""
    db.execute(
        "insert into agents (uid, native_id, source, version, synced_at, name, role, is_human) "
        "values ('zd:7001', '7001', 'zd', 1700000000, 0, 'Ada', 'admin', 1)"
    )
    pull(db, talk)
    assert tuple(db.execute("select name, role, source from agents where uid = 'zd:7001'").fetchone()) == (
        "Ada",
        "admin",
        "zd",
    )


def test_an_account_without_talk_is_skipped_visibly(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """404 where Talk was never switched on, 403 where the role does not reach (trap 10)."""
    talk.gated = {"/channels/voice/stats/incremental/legs": 403, "/channels/voice/phone_numbers": 404}
    result = pull(db, talk)
    skipped = {one.stream for one in result.streams if one.status == "skipped"}
    assert (result.outcome, skipped) == ("ok", {"legs", "phone_numbers"})
    assert db.execute("select count(*) from calls where outcome = 'answered'").fetchone()[0] > 10


def test_hostile_rows_cost_only_themselves(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """One bad row must not hide a day of calls."""
    talk.spoil()
    result = pull(db, talk)
    assert result.outcome == "ok"
    assert result.rejected > 0
    told = {row[0] for row in db.execute("select native_id from calls")}
    assert {str(one.id) for one in talk.truth} <= told


def test_a_wrong_key_is_named(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """The admin must know which of his keys to renew."""
    result = pull(db, talk, token="wrong")
    assert (result.outcome, result.requests) == ("auth", 0)
    assert "token" in str(result.error)


def test_no_secret_and_no_number_is_stored(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """Overflow and forwarding numbers are people's own."""
    pull(db, talk)
    text = "\n".join(db.iterdump())
    assert not [one for one in (TOKEN, EMAIL, FORWARDED, *NUMBERS) if one in text]


def test_kept_rows_make_the_same_calls_again(
    db: sqlite3.Connection, talk: TalkSandbox, pull: Pull, spec: Callable[[TalkSandbox], SourceSpec]
) -> None:
    """A mended mapping can be applied without asking Zendesk for everything again."""
    pull(db, talk)
    tables = ("calls", "call_legs", "lines")
    before = dump(db, *tables)
    rebuild_from_raw(db, spec(talk), connector, talk.now_at)
    assert dump(db, *tables) == before


def test_the_numbers_are_lines_and_one_given_back_is_marked(
    db: sqlite3.Connection, talk: TalkSandbox, pull: Pull
) -> None:
    """A line is known by its nickname and a hash; a number that we no longer own leaves the list."""
    pull(db, talk)
    lines = {row[0]: tuple(row)[1:] for row in db.execute("select native_id, name, queue_uid, is_toll_free from lines")}
    assert lines == {
        "901": ("Line 1", "zd:501", 0),
        "902": ("Line 2", "zd:line-902", 0),
        "903": ("Line 3", "zd:line-903", 1),
    }
    talk.change()
    pull(db, talk)
    assert [row[0] for row in db.execute("select native_id from lines where deleted_at is not null")] == ["903"]


def test_vendor_totals_lie_under_the_local_day(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """The overview is of today only: each look replaces the one before, the last one of a day stays."""
    pull(db, talk)
    rows = db.execute("select entity_uid, value from source_metrics where entity = 'day' and name = 'total_calls'")
    ((day, value),) = [tuple(row) for row in rows]
    midnight = utc("2026-11-18T00:00:00+01:00")
    total = sum(midnight <= utc(str(one.call["created_at"])) <= talk.now_at for one in talk.truth)
    assert (day, value) == ("zd:2026-11-18", total)


def test_totals_after_local_midnight_are_the_new_days(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """In UTC it is still yesterday, whose totals would be overwritten with nought."""
    talk.now_at = utc("2026-11-19T00:30:00+01:00")
    pull(db, talk)
    days = {row[0] for row in db.execute("select entity_uid from source_metrics where entity = 'day'")}
    assert days == {"zd:2026-11-19"}


def test_what_is_shown_late_is_found(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """Zendesk shows a change with some delay and under its own moment, before what was read already (trap 6)."""
    late = sorted((one for one in talk.truth if one.wrapped_at <= talk.now_at), key=lambda one: one.wrapped_at)[-2]
    talk.truth.remove(late)
    pull(db, talk)
    talk.truth.append(late)
    pull(db, talk)
    legs = db.execute("select count(*) from call_events where event = 'leg' and call_uid = ?", [f"zd:{late.id}"])
    assert legs.fetchone()[0] == len(late.legs) > 0
    assert db.execute("select count(*) from calls where native_id = ?", [str(late.id)]).fetchone()[0] == 1


def test_legs_that_fill_a_page_within_a_second_are_said(api_of: Callable[..., Api]) -> None:
    """More than fits into a page cannot be read past; silence would lose them."""
    rows = [{"id": n, "call_id": 1, "created_at": "x", "updated_at": "x"} for n in range(1000)]
    api = api_of({"legs": rows, "end_time": 50, "count": 1000})
    pages = fetch_legs(api, Window(since=50))
    assert len(next(pages).rows) == 1000
    with pytest.raises(Stuck, match="cannot be read past it"):
        next(pages)


def test_check_names_what_is_missing_and_where_to_click(
    talk: TalkSandbox, api_to: Callable[[TalkSandbox], Api]
) -> None:
    """Nobody reads an API description to switch Talk on."""
    api = api_to(talk)
    assert all(finding.ok for finding in check(api))
    talk.gated = {"/channels/voice": 403}
    findings: dict[str, Finding] = {finding.what: finding for finding in check(api)}
    assert not findings["calls"].ok
    assert "Admin Center" in findings["calls"].advice
    assert findings["telephone numbers"].ok


def test_the_vendors_count_of_numbers_is_there_to_audit(
    talk: TalkSandbox, api_to: Callable[[TalkSandbox], Api]
) -> None:
    """Of calls Talk counts those of its own today only."""
    (found,) = tallies(api_to(talk), Window())
    assert (found.count, found.table) == (3, "lines")


def test_every_kind_of_call_is_in_the_account() -> None:
    """What the account lacks, none of these tests would see."""
    with start(400) as large:
        assert {one.kind for one in large.truth} == set(OUTCOMES)


def test_our_figures_are_talks(db: sqlite3.Connection, talk: TalkSandbox, pull: Pull) -> None:
    """Only a number outside, which is no agent's talk, may lie between."""
    pull(db, talk)
    derive(db, Reporting(zone=BERLIN), talk.now_at)
    lines = {line.figure: line for line in reconcile(db, "2026-10-01", "2026-11-18", Reporting(zone=BERLIN)).lines}
    assert lines.keys() == {"wait_s", "talk_s", "hold_s", "acw_s", "duration_s"}
    assert [name for name, line in lines.items() if line.equal < line.compared] == ["talk_s"]
    outside = sum(one.kind == "outside" and one.shown_at <= talk.now_at for one in talk.truth)
    assert lines["talk_s"].compared - lines["talk_s"].equal == outside > 0


def test_history_read_week_by_week_is_the_same(talk: TalkSandbox, pull: Pull, backfill: Pull, tmp_path: Path) -> None:
    """Newest first, so that last week's figures need not wait for last year's."""
    here, there = open_store(tmp_path / "here.db"), open_store(tmp_path / "there.db")
    for one in (here, there):
        set_setting(one, "hash_key", "5a" * 32)
    pull(here, talk)
    result = backfill(there, talk)
    assert (result.outcome, len(result.streams) >= 4) == ("ok", True)
    assert dump(there, "calls", "call_legs", "queues") == dump(here, "calls", "call_legs", "queues")
    here.close()
    there.close()
