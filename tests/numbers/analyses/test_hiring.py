"""When to open a post, what lost hours were worth, and the teams that people leave."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest

from core.clock import add_days, day_bounds
from core.numbers.analyses.hiring import expected_leavers, hiring, lost_hours, open_by
from core.numbers.analyses.people_risk import at_least, people_risk
from core.numbers.analyses.workload import people_needed, workload
from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from core.numbers.reporting import Planning
from tests.numbers.rows import BERLIN, store_of
from tests.numbers.worked import BERLIN as OFFICE
from tests.report.desk import base

FRIDAY = "2026-11-20"
NOW_AT = day_bounds(FRIDAY, BERLIN.zone)[1] + 600
WEEK = Period("2026-11-16", FRIDAY, "week")
HOUR = 3_600


def asked(facts: dict[str, Any], **planning: Any) -> Inquiry:
    reporting = replace(OFFICE, planning=Planning(**planning))
    db, _ = store_of(facts, FRIDAY, reporting)
    return Inquiry(db, reporting, NOW_AT)


def people(count: int, team: str = "t1", leavers: int = 0) -> Iterator[dict[str, Any]]:
    for number in range(count):
        left_on = "2026-10-15" if number < leavers else None
        yield {"hired_on": "2024-01-01", "left_on": left_on, "team_uid": team}


def test_the_post_is_opened_a_lead_time_before() -> None:
    """40 days to fill and 50 to learn: for 1 March the post opens on 1 December, and in a leap year a day later."""
    assert open_by("2027-03-01", 90) == "2026-12-01"
    assert open_by("2028-03-01", 90) == "2027-12-02"
    assert expected_leavers(40, 0.25, 73) == pytest.approx(2.0)


def test_measured_lead_times_and_leavers() -> None:
    """Three posts took 40 days, three people 50 to learn; 10 of 50 left in a year, so 3 will in the 90 days."""
    facts = {
        "hire_facts": [{"fill_days": 40, "start_on": "2026-06-01"}] * 3,
        "proficiency_facts": [{"days_needed": 50, "reached_on": "2026-08-01", "hired_on": "2026-06-12"}] * 3,
        "employment_facts": [*people(45), *({"hired_on": "2024-01-01", "left_on": "2026-05-21"} for _ in range(10))],
    }
    found = hiring(asked(facts), FRIDAY)
    assert found is not None
    assert (found.lead.days, found.lead.n_fill, found.lead.n_learn) == (90, 3, 3)
    assert (found.needed_on, found.open_by_on) == ("2027-03-01", "2026-12-01")
    assert (found.heads, found.posts) == (49, 3)


def test_the_config_stands_in_for_records() -> None:
    """A department that hires once a year still knows how long it takes."""
    found = hiring(asked({}, fill_days=30, proficiency_days=60), FRIDAY)
    assert found is not None
    assert (found.lead.days, found.lead.n_fill, found.leavers) == (90, 0, None)
    assert hiring(asked({}, fill_days=30), FRIDAY) is None


def leg(slot: int, *, in_time: bool, number: int) -> dict[str, Any]:
    begin = day_bounds(FRIDAY, BERLIN.zone)[0] + slot * 1_800 + number
    return {"enqueued_at": begin, "slot": slot, "outcome": "answered", "wait_s": 10 if in_time else 60, "handle_s": 60,
            "answered_on": FRIDAY}  # fmt: skip


def test_what_lost_hours_were_worth_and_where_they_hurt() -> None:
    """8 of 32 hours lost at 10 contacts an hour; from 10:00 to 11:00 somebody was missing and half came in time."""
    legs = [leg(slot, in_time=slot >= 22 or number % 2 == 0, number=number) for slot in range(20, 24)
            for number in range(20)]  # fmt: skip
    staff = [
        {"day_on": FRIDAY, "agent_uid": "a", "contracted_s": 24 * HOUR, "worked_s": 24 * HOUR, "lost_s": 0},
        {"day_on": FRIDAY, "agent_uid": "b", "contracted_s": 8 * HOUR, "worked_s": 0, "lost_s": 8 * HOUR},
    ]
    contacts = [{"contact_uid": f"c{number}", "day_on": FRIDAY, "is_total": 1} for number in range(240)]
    inquiry = asked({"queue_legs": legs, "staff_days": staff, "handled_facts": contacts})
    begin = day_bounds(FRIDAY, BERLIN.zone)[0] + 10 * HOUR
    base(inquiry.db, "shifts", uid="s", native_id="s", source="hr", agent_uid="b", day_on=FRIDAY, kind="scheduled",
         planned_start_at=begin, planned_end_at=begin + HOUR)  # fmt: skip
    found = lost_hours(inquiry, WEEK)
    assert found is not None
    assert (found.hours.value, found.per_hour, found.contacts) == pytest.approx((8, 10, 80))
    assert (found.affected, found.others) == ((0.5, 40), (1.0, 40))


def test_a_night_shift_was_missed_after_midnight_too() -> None:
    """From 23:00 to 01:00 nobody was there: Saturday's first hour suffered, not Friday's."""
    friday, saturday = (day_bounds(day, BERLIN.zone)[0] for day in (FRIDAY, "2026-11-21"))
    legs = [
        {"enqueued_at": begin + slot * 1_800 + number, "slot": slot, "outcome": "answered", "handle_s": 60,
         "wait_s": 60 if is_missed else 10}
        for begin, slot, is_missed in (
            (friday, 0, False), (friday, 46, True), (saturday, 1, True), (saturday, 4, False)
        )
        for number in range(20)
    ]  # fmt: skip
    staff = [{"day_on": FRIDAY, "agent_uid": "b", "contracted_s": 8 * HOUR, "worked_s": 0, "lost_s": 8 * HOUR},
             {"day_on": FRIDAY, "agent_uid": "a", "contracted_s": HOUR, "worked_s": HOUR, "lost_s": 0}]  # fmt: skip
    contacts = [{"contact_uid": "c", "day_on": FRIDAY, "is_total": 1}]
    inquiry = asked({"queue_legs": legs, "staff_days": staff, "handled_facts": contacts})
    base(inquiry.db, "shifts", uid="s", native_id="s", source="hr", agent_uid="b", day_on=FRIDAY, kind="scheduled",
         planned_start_at=saturday - HOUR, planned_end_at=saturday + HOUR)  # fmt: skip
    found = lost_hours(inquiry, WEEK)
    assert found is not None
    assert (found.affected, found.others) == ((0.0, 40), (1.0, 40))


def test_nothing_lost_nothing_told() -> None:
    """A section about nothing."""
    assert lost_hours(asked({}), WEEK) is None


def test_a_share_of_leavers_by_chance() -> None:
    """Four of four leavers from a team with a quarter of the people: one in 256."""
    assert at_least(4, 4, 0.25) == pytest.approx(1 / 256)
    assert at_least(0, 4, 0.25) == 1


def absences(random: Random, team: str, share: float) -> Iterator[dict[str, Any]]:
    """Thirteen weeks of ten people a day, of whom a share is missing."""
    for back in range(91):
        day_on = add_days(FRIDAY, -back)
        missing = sum(random.random() < share for _ in range(10))
        yield {"day_on": day_on, "team_uid": team, "rostered_s": 80 * HOUR, "absent_s": missing * 8 * HOUR,
               "contracted_s": 80 * HOUR}  # fmt: skip


@cache
def world(seed: int, worse: float = 0.05, leavers: int = 1) -> Inquiry:
    random = Random(seed)
    staff = [row for team in ("t1", "t2", "t3") for row in absences(random, team, worse if team == "t1" else 0.05)]
    heads = [
        *people(14, "t1", leavers), *people(14, "t2", 1), *people(30, "t3", 2), *people(4, "tiny", 2),
    ]  # fmt: skip
    inquiry = asked({"staff_days": staff, "employment_facts": heads})
    base(inquiry.db, "absences", uid="x", native_id="x", source="hr", agent_uid="a", day_on=FRIDAY)
    for uid in ("t1", "t2", "t3", "tiny"):
        base(inquiry.db, "teams", uid=uid, native_id=uid, source="hr", name=uid.upper())
    return inquiry


def test_the_team_that_people_leave() -> None:
    """Eight of fourteen left while elsewhere hardly anybody did; four people are too few to be looked at."""
    found = people_risk(world(1, leavers=8), FRIDAY)
    assert found is not None
    assert [(risk.team, risk.signs) for risk in found.at_risk] == [("T1", ("leaving",))]
    assert found.teams == 3


def test_the_team_that_falls_ill() -> None:
    """Three times as many absences as elsewhere, week after week."""
    found = people_risk(world(2, worse=0.15), FRIDAY)
    assert found is not None
    assert [(risk.team, risk.signs) for risk in found.at_risk] == [("T1", ("absent",))]


def test_a_flat_world_is_silent() -> None:
    """A team lead called in for a coincidence."""
    alarms = 0
    for seed in range(4):
        found = people_risk(world(seed), FRIDAY)
        assert found is not None
        alarms += len(found.at_risk)
    assert alarms == 0


def test_one_large_team_is_beside_nothing() -> None:
    """There is no "elsewhere" to be worse than."""
    assert people_risk(asked({"employment_facts": list(people(20))}), FRIDAY) is None


def test_people_for_written_contacts() -> None:
    """40 hours waiting and 60 tickets of 20 minutes within a day of 8 hours: 7.5 people."""
    assert people_needed(40 * HOUR, 60, 1_200, 8 * HOUR) == pytest.approx(7.5)
    with pytest.raises(ValueError, match="no time"):
        people_needed(1, 1, 1, 0)


def test_the_workload_of_the_next_open_day() -> None:
    """It is Saturday: 48 tickets wait, five come on Monday until the promise is over, 30 minutes each, 8 open hours."""
    waiting = [{"ticket_uid": f"w{number}", "from_on": FRIDAY, "from_at": NOW_AT - 7_200, "to_at": None,
                "created_at": NOW_AT - 7_200, "status_category": "open"} for number in range(48)]  # fmt: skip
    booked = [{"entry_uid": f"e{number}", "ticket_uid": f"b{number}", "day_on": FRIDAY, "channel": "email",
               "spent_s": 1_800} for number in range(40)]  # fmt: skip
    created = [
        {"created_on": add_days("2026-11-16", -7 * week), "is_counted_created": 1, "created_at": 0,
         "status_category": "solved"}
        for week in range(4) for _ in range(10)
    ]  # fmt: skip
    inquiry = asked({"backlog_spans": waiting, "booked_facts": booked, "ticket_facts": created}, promise_s=86_400 // 2)
    found = workload(inquiry, 0.2)
    assert found is not None
    assert (found.day_on, found.waiting, found.handle_s, found.open_s) == ("2026-11-23", 48, 1_800, 8 * HOUR)
    assert found.arrivals == pytest.approx(10 * 21 / 24)
    assert found.people == pytest.approx((48 + 8.75) * 0.5 / 8)
    assert found.heads == 5
    assert workload(asked({"booked_facts": booked[:5]}), None) is None


def test_tickets_of_calls_are_not_planned_twice() -> None:
    """The telephone writes a ticket for each call: whoever answers it is planned by the calls already."""
    waiting = [{"ticket_uid": f"w{number}", "from_on": FRIDAY, "from_at": NOW_AT - 7_200, "to_at": None,
                "created_at": NOW_AT - 7_200, "status_category": "open", "channel": "email" if number < 9 else "phone"}
               for number in range(20)]  # fmt: skip
    booked = [{"entry_uid": f"e{number}", "ticket_uid": f"b{number}", "day_on": FRIDAY, "channel": "email",
               "spent_s": 1_800} for number in range(40)]  # fmt: skip
    created = [
        {"created_on": add_days("2026-11-16", -7 * week), "is_counted_created": 1, "created_at": 0,
         "status_category": "solved", "channel": channel}
        for week in range(4) for channel in ("email", "phone", "phone")
    ]  # fmt: skip
    found = workload(asked({"backlog_spans": waiting, "booked_facts": booked, "ticket_facts": created}), None)
    assert found is not None
    assert found.waiting == 9
    assert found.arrivals < 1.5
