"""What half hours need: measured patience and handle times, pools of queues, and who was there."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import log
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.clock import add_days, day_bounds
from core.numbers.analyses.calls_ahead import calls_ahead, usual_calls
from core.numbers.analyses.forecast.outlook import look_ahead
from core.numbers.analyses.presence import rostered, seen, shares_of
from core.numbers.analyses.staffing import basis, needs, pooled
from core.numbers.analyses.week_ahead import week_ahead
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.derive import derive
from core.numbers.inquiry import Inquiry
from core.numbers.local import SLOT_S
from core.numbers.parts import fold
from core.numbers.reporting import Planning, QueueRule, Reporting, ScheduleRule
from core.numbers.requirements import keep_requirements
from core.store.dirty import mark
from tests.numbers.rows import BERLIN, insert, store_of
from tests.numbers.worked import OPEN
from tests.report.desk import base

# The clocks go back on Sunday 25 October 2026; the week after it is planned.
SUNDAY = "2026-10-25"
NOW_AT = day_bounds(SUNDAY, BERLIN.zone)[0] + 12 * 3_600
PLANNED = replace(
    BERLIN, planning=Planning(shrinkage=0.3), default_schedule_uid="office", schedules={"office": OPEN},
    queues={"de": QueueRule(sl_threshold_s=20)},
)  # fmt: skip
TEN = 20


def legs(
    queue: str, agents: tuple[str, ...], count: int, handle_s: int, lost: int = 0, wait_s: int = 10
) -> Iterator[dict[str, Any]]:
    """So many calls from 10:00 to 10:30 on each weekday of four weeks, some of them lost after 30 seconds."""
    for back in range(1, 29):
        day = add_days(SUNDAY, -back)
        starts_at = day_bounds(day, BERLIN.zone)[0] + TEN * SLOT_S
        if back % 7 in (0, 1):
            continue
        for number in range(count + lost):
            row = {"queue_uid": queue, "slot": TEN, "enqueued_at": starts_at + 60 * number, "outcome": "abandoned",
                   "wait_s": 30}  # fmt: skip
            if number < count:
                row |= {"outcome": "answered", "wait_s": wait_s, "answered_on": day, "handle_s": handle_s,
                        "agent_uid": agents[number % len(agents)]}  # fmt: skip
            yield row


def inquiry(*facts: Iterator[dict[str, Any]], reporting: Reporting = PLANNED) -> Inquiry:
    db, _ = store_of({"queue_legs": [row for some in facts for row in some]}, SUNDAY, reporting)
    return Inquiry(db, reporting, NOW_AT)


def at(day_on: str, slot: int = TEN) -> int:
    return day_bounds(day_on, BERLIN.zone)[0] + slot * SLOT_S


def state(db: sqlite3.Connection, agent: str, begin: int, end: int, category: str = "idle") -> None:
    base(db, "agent_states", agent_uid=agent, from_at=begin, to_at=end, category=category, state=category)


def shift(db: sqlite3.Connection, agent: str, day_on: str, begin: int, end: int, **more: Any) -> None:
    uid = f"{agent}-{begin}-{more.get('activity')}"
    base(db, "shifts", uid=uid, native_id=uid, source="hr", agent_uid=agent, day_on=day_on, planned_start_at=begin,
         planned_end_at=end, **{"kind": "scheduled", "activity": "contacts", **more})  # fmt: skip


def test_the_worked_example_as_a_plan() -> None:
    """100 calls of 180 s in half an hour for 80/20: 14 at their desks, 20 on the roster, in the week of the change."""
    asked = inquiry(legs("de", ("a", "b"), 100, 180))
    known = basis(asked)
    assert known is not None
    monday, sunday = add_days(SUNDAY, 1), add_days(SUNDAY, 7)
    (need,) = needs(known, usual_calls(asked, [SUNDAY, monday, sunday]))
    assert (need.day_on, need.slot, need.at) == (monday, TEN, at(monday))
    assert (need.calls, need.aht_s, need.found.agents, need.heads, need.method) == (100, 180, 14, 20, "erlang_c")


def test_busy_people_are_no_plan() -> None:
    """Who is busy 88 % of the time is worn out, however well callers fare: the plan asks for more."""
    many = inquiry(legs("de", ("a",), 35, 1_900))
    known = basis(many)
    assert known is not None
    (need,) = needs(known, usual_calls(many, [add_days(SUNDAY, 1)]))
    assert need.found.agents == 44
    assert (need.found.occupancy or 1) <= 0.85


def test_callers_who_hang_up_tell_their_patience() -> None:
    """Erlang A where enough hung up, with those who were answered counted as at least as patient."""
    known = basis(inquiry(legs("de", ("a",), 36, 180, lost=4, wait_s=40)))
    assert known is not None
    (pool,) = known.pools
    assert pool.patience_s == pytest.approx(30 + 0.9 * 10 + 0.9 * 40 / -log(0.9))
    fixed = replace(PLANNED, planning=Planning(patience_s=120))
    of_config = basis(inquiry(legs("de", ("a",), 90, 180), reporting=fixed))
    assert of_config is not None
    assert [pool.patience_s for pool in of_config.pools] == [120]


def test_queues_of_the_same_people_are_one_pool() -> None:
    """Two half-empty queues apart would need more people than both together; who helps out once joins nothing."""
    asked = inquiry(legs("de", ("a", "b"), 40, 200), legs("en", ("a", "b"), 10, 200), legs("vip", ("c",), 30, 100))
    known = basis(asked)
    assert known is not None
    assert [pool.queues for pool in known.pools] == [("de", "en"), ("vip",)]
    shared, alone = needs(known, usual_calls(asked, [add_days(SUNDAY, 1)]))
    assert (shared.calls, alone.calls) == (50, 30)
    assert shared.by_queue == pytest.approx({"de": shared.found.agents * 0.8, "en": shared.found.agents * 0.2})
    assert pooled(["de", "en"], {"a": {"de": 0.95, "en": 0.05}}) == [("de",), ("en",)]


def test_no_calls_no_plan() -> None:
    """A desk without a telephone is told nothing about staffing it."""
    assert basis(inquiry()) is None


def test_a_queue_with_half_hour_forecasts_is_planned_by_them() -> None:
    """The plan and the forecast printed above it tell the same number of calls."""
    asked = inquiry(legs("de", ("a",), 20, 180))
    monday = add_days(SUNDAY, 1)
    assert calls_ahead(asked, [monday]) == {("de", at(monday)): pytest.approx(20)}


def test_the_forecast_is_made_once_for_a_report() -> None:
    """Forecast and staffing of a weekly report read the same one; a slice has its own."""
    asked = inquiry(legs("de", ("a",), 20, 180))
    assert look_ahead(asked) is look_ahead(asked)
    assert look_ahead(asked.within(queue="de")) is not look_ahead(asked)


def test_who_is_there_counts_for_the_queues_that_take_the_time() -> None:
    """One of two hours' people is on a break for half of it, and half of the other's time goes to the VIPs."""
    asked = inquiry(legs("de", ("a", "b"), 20, 180), legs("vip", ("b",), 10, 180))
    db, monday = asked.db, add_days(SUNDAY, 1)
    shares: Mapping[str, Mapping[str, float]] = shares_of(db, add_days(SUNDAY, -28), SUNDAY)
    assert shares == {"a": {"de": 1.0}, "b": {"de": 0.5, "vip": 0.5}}
    begin, end = day_bounds(monday, BERLIN.zone)
    state(db, "a", at(monday), at(monday) + 900)
    state(db, "a", at(monday) + 600, at(monday) + 900, "talk")
    state(db, "a", at(monday) + 900, at(monday, TEN + 1), "break")
    state(db, "b", at(monday, TEN - 1), at(monday, TEN + 1))
    state(db, "nobody", at(monday), at(monday, TEN + 1))
    found = seen(db, begin, end, shares, BERLIN)
    assert found["de", at(monday)] == pytest.approx(0.5 + 0.5)
    assert found["vip", at(monday)] == pytest.approx(0.5)
    assert found["de", at(monday, TEN - 1)] == pytest.approx(0.5)


def test_half_hours_begin_where_the_wall_clock_shows_them() -> None:
    """In Kathmandu midnight is a quarter of an hour off: people would count for half hours that no call is in."""
    zone = ZoneInfo("Asia/Kathmandu")
    db, _ = store_of({}, SUNDAY)
    begin, end = day_bounds(SUNDAY, zone)
    state(db, "a", begin + TEN * SLOT_S, begin + (TEN + 1) * SLOT_S)
    found = seen(db, begin, end, {"a": {"de": 1.0}}, replace(BERLIN, zone=zone))
    assert found == {("de", begin + TEN * SLOT_S): 1.0}


def test_the_roster_counts_breaks_and_the_published_plan() -> None:
    """Shrinkage has room for breaks, so people on one are on the roster; the contract is not the roster."""
    asked = inquiry(legs("de", ("a", "b"), 20, 180))
    db, monday = asked.db, add_days(SUNDAY, 1)
    shift(db, "a", monday, at(monday), at(monday, TEN + 1))
    shift(db, "a", monday, at(monday, TEN + 1), at(monday, TEN + 2), activity="break")
    shift(db, "a", monday, at(monday, 0), at(monday, 47), kind="contracted")
    shift(db, "b", monday, at(monday), at(monday, TEN + 2), activity="project")
    found = rostered(db, *day_bounds(monday, BERLIN.zone), shares_of(db, add_days(SUNDAY, -28), SUNDAY))
    assert found == {("de", at(monday)): 1.0, ("de", at(monday, TEN + 1)): 1.0}


def test_what_a_day_needs_is_fixed_when_it_begins() -> None:
    """A plan corrected after the fact would be right every day. A partner's people nobody tells, so none is missed."""
    asked = inquiry(legs("de", ("a", "b"), 100, 180), legs("nord", ("p",), 10, 180))
    db, monday = asked.db, add_days(SUNDAY, 1)
    assert keep_requirements(db, PLANNED, NOW_AT) > 0
    assert keep_requirements(db, PLANNED, NOW_AT) == 0
    state(db, "a", at(monday), at(monday, TEN + 1))
    state(db, "b", at(monday), at(monday, TEN + 1), "talk")
    insert(db, {"queue_legs": [{**row, "enqueued_at": at(monday)} for row in legs("de", ("a",), 3, 180)][:3]})
    tuesday_at = day_bounds(add_days(SUNDAY, 2), BERLIN.zone)[0] + 3_600
    mark(db, "agent", ["a", "b"])
    derive(db, PLANNED, tuesday_at)
    fold(db, PLANNED, tuesday_at)
    keep_requirements(db, PLANNED, tuesday_at)
    derive(db, PLANNED, tuesday_at)
    fold(db, PLANNED, tuesday_at)
    rows = db.execute(
        "select required, heads, staffed, basis from requirements where interval_start_at = ? order by queue_uid",
        (at(monday),),
    )
    kept, partner = map(tuple, rows)
    assert partner[2:] == (None, None)
    assert kept == (14, 20, 2, "seen")
    found = ask(db, "schedule_accuracy", Period(monday, monday), reporting=PLANNED, now_at=tuesday_at)
    assert (found.value, found.n) == pytest.approx((2 / 14, 1))
    assert found.status == "low_sample"


def test_a_day_further_away_is_planned_by_the_same_weekdays() -> None:
    """In February somebody asks how many people Easter Monday needs, and is told there are no calls to plan for."""
    asked = inquiry(legs("de", ("a",), 20, 180))
    far = add_days(SUNDAY, 1 + 7 * 20)
    assert usual_calls(asked, [far]) == {("de", at(far)): 20.0}
    assert usual_calls(asked, [add_days(SUNDAY, 1 - 7)]) == {("de", at(add_days(SUNDAY, -6))): 20.0}


def test_a_new_queue_is_not_averaged_with_days_before_it() -> None:
    """After one week of data Monday had 20 calls: planned for 5, three of four callers would find nobody."""
    monday = add_days(SUNDAY, -6)
    asked = inquiry(row for row in legs("de", ("a",), 20, 180) if row["enqueued_at"] >= at(monday))
    assert usual_calls(asked, [add_days(SUNDAY, 1)]) == {("de", at(add_days(SUNDAY, 1))): 20.0}


def test_a_queue_is_planned_by_its_own_hours() -> None:
    """The office is closed on Mondays, the emergency line is not: nobody would be there to answer it."""
    hours = ScheduleRule(OPEN.time_zone, tuple(row for row in OPEN.hours if row.weekday != 0))
    rule = QueueRule(sl_threshold_s=20, schedule="always")
    own = replace(PLANNED, schedules={"office": hours, "always": OPEN}, queues={"SOS": rule})
    asked = inquiry(legs("de", ("a",), 20, 180), legs("sos", ("b",), 10, 180), reporting=own)
    base(asked.db, "queues", uid="sos", native_id="sos", source="pbx", name="SOS")
    monday = add_days(SUNDAY, 1)
    assert usual_calls(asked, [monday]) == {("sos", at(monday)): 10.0}


def test_a_day_whose_clocks_change_has_as_many_half_hours() -> None:
    """A night queue on the day of 25 hours: the half hour that the clocks repeat is planned once, not lost."""
    night = replace(PLANNED, schedules={}, default_schedule_uid=None)
    rows = [{**row, "slot": 4, "enqueued_at": day_bounds(row["answered_on"], BERLIN.zone)[0] + 2 * 3_600}
            for row in legs("de", ("a",), 20, 180)]  # fmt: skip
    for row in list(rows):
        if row["answered_on"] == add_days(SUNDAY, -6):
            rows += [{**row, "enqueued_at": day_bounds(add_days(SUNDAY, -back), BERLIN.zone)[0] + 7_200,
                      "answered_on": add_days(SUNDAY, -back)} for back in (7, 14, 21, 28)]  # fmt: skip
    asked = inquiry(iter(rows), reporting=night)
    known = basis(asked)
    assert known is not None
    (need,) = needs(known, usual_calls(asked, [SUNDAY]))
    assert (need.day_on, need.slot, need.at) == (SUNDAY, 4, day_bounds(SUNDAY, BERLIN.zone)[0] + 7_200)
    spring = "2027-03-28"
    assert usual_calls(asked, [spring]) == {}


def test_a_roster_that_is_not_written_yet_is_unknown() -> None:
    """Monday's roster of one team is out, the other's is not: nobody is called in for a gap that is none."""
    asked = inquiry(legs("de", ("a",), 20, 180), legs("vip", ("b",), 10, 180))
    monday, tuesday = add_days(SUNDAY, 1), add_days(SUNDAY, 2)
    shift(asked.db, "a", monday, at(monday), at(monday, TEN + 1))
    shift(asked.db, "b", tuesday, at(tuesday), at(tuesday, TEN + 1))
    found = week_ahead(asked, [monday, tuesday])
    assert found is not None
    there = {pool.pool.queues: [day.peak.rostered for day in pool.days] for pool in found.pools}
    assert there == {("de",): [1.0, None], ("vip",): [None, 1.0]}


def kept(db: sqlite3.Connection, day_on: str) -> dict[str, tuple[float | None, str | None]]:
    return {
        queue: (staffed, kind)
        for queue, staffed, kind in db.execute(
            "select queue_uid, staffed, basis from requirements where interval_start_at = ?", (at(day_on),)
        )
    }


def next_morning(days: int) -> int:
    """An hour after midnight, so many days after the Sunday."""
    return day_bounds(add_days(SUNDAY, days), BERLIN.zone)[0] + 3_600


def test_states_that_come_late_count() -> None:
    """At one o'clock the afternoon's states were not pulled yet: the day would stay half staffed for ever."""
    asked = inquiry(legs("de", ("a", "b"), 100, 180), legs("vip", ("c",), 20, 180))
    db, monday = asked.db, add_days(SUNDAY, 1)
    keep_requirements(db, PLANNED, NOW_AT)
    state(db, "a", at(monday), at(monday, TEN + 1))
    keep_requirements(db, PLANNED, next_morning(2))
    assert kept(db, monday) == {"de": (1.0, "seen"), "vip": (None, None)}
    state(db, "b", at(monday), at(monday, TEN + 1))
    shift(db, "c", monday, at(monday), at(monday, TEN + 1))
    keep_requirements(db, PLANNED, next_morning(3))
    assert kept(db, monday) == {"de": (2.0, "seen"), "vip": (1.0, "rostered")}
    changed = db.total_changes
    assert keep_requirements(db, PLANNED, next_morning(3) + 60) == 0
    assert db.total_changes == changed


def test_without_shrinkage_people_at_work_are_held_against_those_seen() -> None:
    """Three are rostered, one of them on a break: held against the two needed, a person too many would be told."""
    unknown = replace(PLANNED, planning=Planning())
    asked = inquiry(legs("de", ("a", "b", "c"), 10, 60), reporting=unknown)
    db, monday = asked.db, add_days(SUNDAY, 1)
    keep_requirements(db, unknown, NOW_AT)
    for agent in "abc":
        shift(db, agent, monday, at(monday), at(monday, TEN + 1))
        state(db, agent, at(monday), at(monday, TEN + 1), "break" if agent == "c" else "idle")
    keep_requirements(db, unknown, next_morning(2))
    assert kept(db, monday) == {"de": (2.0, "seen")}


def test_a_night_shift_counts_on_both_days() -> None:
    """A night queue whose people come at 22:00 and go at 06:00, in the night of 25 hours too."""
    db, _ = store_of({}, SUNDAY)
    saturday = add_days(SUNDAY, -1)
    begin, end = day_bounds(SUNDAY, BERLIN.zone)
    shift(db, "a", saturday, begin - 7_200, begin + 7 * 3_600)
    before = rostered(db, *day_bounds(saturday, BERLIN.zone), {"a": {"night": 1.0}})
    after = rostered(db, begin, end, {"a": {"night": 1.0}})
    assert (len(before), len(after)) == (4, 14)
    assert {*before.values(), *after.values()} == {1.0}


def test_half_hours_that_nobody_tells_of_are_dropped() -> None:
    """A desk without rosters and states would keep a plan a day for ever, and nobody ever reads one."""
    asked = inquiry(legs("de", ("a",), 100, 180))
    keep_requirements(asked.db, PLANNED, NOW_AT)
    for days in (2, 7, 11):
        keep_requirements(asked.db, PLANNED, next_morning(days))
    (oldest,) = asked.db.execute("select min(interval_start_at) from requirements").fetchone()
    assert oldest == at(add_days(SUNDAY, 4))


def test_a_desk_without_calls_is_looked_at_once_a_day() -> None:
    """A desk of mails alone would pay for a plan of nothing after each pull."""
    asked = inquiry()
    assert keep_requirements(asked.db, PLANNED, NOW_AT) == 0
    changed = asked.db.total_changes
    assert keep_requirements(asked.db, PLANNED, NOW_AT + 60) == 0
    assert asked.db.total_changes == changed


def test_closed_days_need_nobody() -> None:
    """A holiday's plan would call people in for nothing."""
    hours = ScheduleRule(OPEN.time_zone, tuple(row for row in OPEN.hours if row.weekday != 0))
    closed = replace(PLANNED, schedules={"office": hours})
    asked = inquiry(legs("de", ("a",), 20, 180), reporting=closed)
    assert usual_calls(asked, [add_days(SUNDAY, 1)]) == {}
