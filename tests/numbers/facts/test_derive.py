"""What is derived again, what is not, and which days are marked to be folded."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.model import Agent, Attendance, CalendarEvent, Customer, Schedule, SelfServiceDay, Shift
from core.numbers.derive import derive, derive_all
from core.numbers.facts.rules import changed_from
from core.numbers.facts.ticket_batch import derive_tickets
from core.numbers.reporting import QueueRule, Reporting
from core.store.tables import FACTS
from tests.numbers.facts.conftest import Fact, Told
from tests.numbers.facts.test_replies import asked
from tests.numbers.story import HOURS, REPORTING, SUNDAY_NIGHT, agent_day, at, story, uid, write

Rows = Callable[..., list[dict[str, Any]]]
LATER = at("2026-04-01 00:00")


def marked(db: sqlite3.Connection, fact: str) -> set[tuple[str, str]]:
    return {tuple(row) for row in db.execute("select clock, day_on from dirty_days where fact = ?", (fact,))}


def test_nothing_new_is_nothing_written(db: sqlite3.Connection) -> None:
    """A tick without news must cost nothing."""
    story(db)
    first = derive(db, REPORTING, SUNDAY_NIGHT)
    assert (first.tickets, first.incomplete) == (10, 0)
    before = db.total_changes
    again = derive(db, REPORTING, SUNDAY_NIGHT)
    assert (again.tickets, again.rows_written, again.days_marked) == (0, 0, 0)
    assert db.total_changes == before


def test_the_same_rows_read_again_mark_no_day(db: sqlite3.Connection) -> None:
    """Vendors deliver twice; a day that is the same needs no folding."""
    story(db)
    derive(db, REPORTING, SUNDAY_NIGHT)
    db.execute("delete from dirty_days")
    db.execute("insert into dirty_keys (kind, key) select 'ticket', uid from tickets")
    assert derive(db, REPORTING, SUNDAY_NIGHT).rows_written == 0
    assert db.execute("select count(*) from dirty_days").fetchone()[0] == 0


def test_a_change_marks_its_old_day_and_its_new_one(db: sqlite3.Connection, told: Told) -> None:
    """The solve of a reopened ticket leaves Monday and comes to Wednesday."""
    ticket = asked().say("Mon 11:00", "anna").solve("Mon 12:00", "anna")
    told(*ticket.records(SUNDAY_NIGHT))
    db.execute("delete from dirty_days")
    ticket.change("Wed 09:00", "status", "open", "customer").solve("Wed 10:00", "anna")
    told(*ticket.records(SUNDAY_NIGHT))
    assert {day for clock, day in marked(db, "ticket_facts") if clock == "last_solved_on"} == {
        "2026-03-02",
        "2026-03-04",
    }
    assert marked(db, "backlog_moves") == {("day_on", "2026-03-04")}
    assert marked(db, "solve_facts") == {("solved_on", "2026-03-02"), ("solved_on", "2026-03-04")}


def test_a_rebuild_marks_days_that_are_gone_as_well(db: sqlite3.Connection) -> None:
    """A part that nothing feeds any longer must go."""
    story(db)
    derive(db, REPORTING, SUNDAY_NIGHT)
    db.execute("update ticket_facts set created_on = '1999-01-01' where ticket_uid = ?", (uid("T1"),))
    db.execute("delete from dirty_days")
    derive_all(db, REPORTING, SUNDAY_NIGHT)
    assert {("created_on", "1999-01-01"), ("created_on", "2026-03-02")} <= marked(db, "ticket_facts")


def test_a_kill_between_two_batches_loses_nothing(db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not derived is still marked; what was is whole."""
    story(db)
    monkeypatch.setattr("core.numbers.derive.BATCH", 4)
    done = derive_tickets
    calls = iter((False, True))

    def killed(*given: Any) -> Any:
        if next(calls):
            raise KeyboardInterrupt
        return done(*given)

    monkeypatch.setattr("core.numbers.derive.derive_tickets", killed)
    with pytest.raises(KeyboardInterrupt):
        derive(db, REPORTING, SUNDAY_NIGHT)
    assert db.execute("select count(*) from ticket_facts").fetchone()[0] == 4
    assert db.execute("select count(*) from dirty_keys where kind = 'ticket'").fetchone()[0] >= 6
    monkeypatch.setattr("core.numbers.derive.derive_tickets", done)
    derive(db, REPORTING, SUNDAY_NIGHT)
    assert db.execute("select count(*) from ticket_facts").fetchone()[0] == 10


def test_another_zone_cuts_other_days(db: sqlite3.Connection, told: Told, fact: Fact) -> None:
    """Whoever moves the report to Auckland moves every ticket's day."""
    told(*asked(created="Mon 15:00").records(SUNDAY_NIGHT))
    assert fact("T", "created_on") == "2026-03-02"
    derive(db, replace(REPORTING, zone=ZoneInfo("Pacific/Auckland")), SUNDAY_NIGHT)
    assert fact("T", "created_on") == "2026-03-03"


def test_hours_that_come_after_the_tickets_reach_them(db: sqlite3.Connection, fact: Fact) -> None:
    """The schedules of a first load may be read last."""
    ticket = asked().say("Mon 11:00", "anna", kind="agent")
    write(db, ticket.records(SUNDAY_NIGHT))
    derive(db, REPORTING, SUNDAY_NIGHT)
    assert fact("T", "frt_business_s") is None
    office = Schedule(id="hours", name="Office", time_zone="Europe/Berlin", is_default=True, hours=HOURS, holidays=())
    write(db, [office])
    derive(db, REPORTING, SUNDAY_NIGHT)
    assert fact("T", "frt_business_s") == 3_600


def test_hours_changed_today_leave_the_past_alone(db: sqlite3.Connection, told: Told, fact: Fact) -> None:
    """Opening on Saturdays from April on does not reopen last March."""
    told(*asked(created="Sat 10:00").say("Sat 11:00", "anna").records(LATER), now_at=LATER)
    assert fact("T", "frt_business_s") == 0
    saturdays = Schedule(
        id="hours", name="Office", time_zone="Europe/Berlin", is_default=True, hours=(*HOURS, (5, 540, 1_020))
    )
    write(db, [saturdays], LATER)
    assert derive(db, REPORTING, LATER).tickets == 0
    assert fact("T", "frt_business_s") == 0


def test_a_holiday_told_late_reaches_the_tickets_from_its_day_on(
    db: sqlite3.Connection, told: Told, fact: Fact
) -> None:
    """The desk was closed on Wednesday; the calendar says so on Friday."""
    told(*asked("A", "Mon 10:00").say("Mon 11:00", "anna").records(SUNDAY_NIGHT))
    told(*asked("B", "Wed 10:00").say("Wed 11:00", "anna").records(SUNDAY_NIGHT))
    closed = Schedule(
        id="hours", name="Office", time_zone="Europe/Berlin", is_default=True, hours=HOURS,
        holidays=(("2026-03-04", "Closed", None, None),),
    )  # fmt: skip
    write(db, [closed])
    assert derive(db, REPORTING, SUNDAY_NIGHT).tickets == 1
    assert (fact("A", "frt_business_s"), fact("B", "frt_business_s")) == (3_600, 0)


@pytest.mark.parametrize(
    ("after", "first"),
    [
        ([[0, 540, 1_020, "0001-01-01", "2026-04-01"], [0, 600, 1_020, "2026-04-01", None]], "2026-04-01"),
        ([[0, 600, 1_020, "0001-01-01", None]], None),
    ],
)
def test_the_first_day_on_which_hours_differ(after: list[list[Any]], first: str | None) -> None:
    """A new version counts from its day; one that replaces all history counts from ever."""
    before = {"zone": "Europe/Berlin", "is_default": 1, "holidays": [], "hours": [[0, 540, 1_020, "0001-01-01", None]]}
    assert changed_from({"s": before}, {"s": {**before, "hours": after}}) == first


def test_a_demotion_is_judged_by_history_and_a_correction_by_today(told: Told, fact: Fact) -> None:
    """An agent entered as a customer by mistake is put right, and with him his answers."""
    told(Customer(id="eve"), *asked().say("Mon 10:30", "eve").records(SUNDAY_NIGHT))
    assert fact("T", "frt_s", "human_replies") == (None, 0)
    told(Agent(id="eve", role="agent"))
    assert fact("T", "frt_s", "human_replies") == (1_800, 1)


def test_whoever_acts_without_words_is_known_later_too(told: Told, fact: Fact) -> None:
    """Agents are read after the events; a status change leaves no message by which to find the ticket."""
    told(*asked().change("Mon 10:30", "status", "pending", "eve").records(SUNDAY_NIGHT))
    assert fact("T", "handled_by", "touches") == ("none", 0)
    told(Agent(id="eve", role="agent"))
    assert fact("T", "handled_by", "touches") == ("human", 1)


def test_whatever_changes_the_facts_are_those_of_a_rebuild(db: sqlite3.Connection) -> None:
    """Zone, rules, names, contracts, outages and lists are changed in the years of a store; numbers must not drift."""
    story(db)
    attended = Attendance(agent_id="mail", day_on="2026-03-03", worked_s=5 * 3_600)
    outage = CalendarEvent(id="o", kind="outage", title="Down", from_at=at("Tue 10:00"), to_at=at("Tue 10:30"))
    menu = SelfServiceDay(day_on="2026-03-03", kind="ivr", item="main", sessions=40, greeting_s=20)
    shift = Shift(id="s", agent_id="mail", day_on="2026-03-02", planned_s=28_800, kind="contracted")
    write(db, [*agent_day(), attended, outage, menu, shift])
    db.execute(
        "insert into requirements "
        "(queue_uid, interval_start_at, pool, calls, required, staffed, basis, method, made_at) "
        "values ('desk:q1', ?, 'desk:q1', 4.0, 2.0, 1.5, 'seen', 'erlang_c', 0)",
        (at("Wed 00:30"),),
    )
    db.execute("insert into dirty_keys (kind, key) values ('planned_day', ?)", (str(at("Wed 00:30") // 86_400),))
    strict = {"Queue 1": QueueRule(sl_threshold_s=5)}
    contract = Agent(id="mail", contracted_s_per_week=36_000)
    for reporting, now_at, change in (
        (REPORTING, SUNDAY_NIGHT, ()),
        (replace(REPORTING, zone=ZoneInfo("America/New_York")), SUNDAY_NIGHT, ()),
        (replace(REPORTING, presence_s=6 * 3_600, queues=strict), SUNDAY_NIGHT, ()),
        (replace(REPORTING, aliases=((uid("mail"), uid("anna")),)), LATER, ()),
        (REPORTING, LATER, [contract]),
    ):
        write(db, change, now_at)
        assert_like_a_rebuild(db, reporting, now_at)
    assert db.execute("select count(*) from requirement_facts").fetchone()[0] == 1
    for table, fact in (("calendar_events", "service_days"), ("self_service_days", "self_service_facts")):
        db.execute(f"delete from {table}")
        assert_like_a_rebuild(db, REPORTING, LATER)
        assert db.execute(f"select count(*) from {fact}").fetchone()[0] == 0


def assert_like_a_rebuild(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> None:
    derive(db, reporting, now_at)
    before = facts(db)
    derive_all(db, reporting, now_at)
    assert {name for name, found in facts(db).items() if found != before[name]} == set()


def facts(db: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    made = {}
    for table in FACTS:
        names = ", ".join(name for name in table.names if name != "computed_at")
        made[table.name] = list(
            map(tuple, db.execute(f"select {names} from {table.name} order by {', '.join(table.key)}"))
        )
    return made
