"""Projects: pace, seats, difficulty and whom they may cost, as the catalogue works them out."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import add_days
from core.numbers.analyses.projects import advice_of, estimate, hires_now, projects, seats_needed
from core.numbers.difficulty import Past, Work, class_of, harder_by, nearest
from core.numbers.inquiry import Inquiry
from core.store.db import open_store
from tests.numbers.rows import BERLIN
from tests.report.desk import base

PAST = {
    "P1": Work(6, 40, 0.30),
    "P2": Work(9, 25, 0.18),
    "P3": Work(5, 50, 0.35),
    "P4": Work(8, 30, 0.20),
}
NEW = Work(7.5, 32, 0.22)
FRIDAY = "2026-11-20"


def test_difficulty_of_four_past_projects() -> None:
    """The example: -0.54, +1.18, -1.34 and +0.70, in thirds from easy to hard."""
    past = Past.of(PAST)
    assert past is not None
    assert {uid: round(score, 2) for uid, score in past.scores.items()} == {
        "P1": -0.54, "P2": 1.18, "P3": -1.34, "P4": 0.70,
    }  # fmt: skip
    assert {uid: class_of(score, past) for uid, score in past.scores.items()} == {
        "P1": "easy", "P2": "hard", "P3": "easy", "P4": "middle",
    }  # fmt: skip


def test_a_new_project_is_like_three_of_them() -> None:
    """+0.43, nearest P4, P2 and P1: first the class, then the difficulty."""
    past = Past.of(PAST)
    assert past is not None
    score = harder_by(NEW, past)
    assert round(score, 2) == 0.43
    assert nearest(score, past.scores, past) == ("P4", "P2", "P1")


def test_the_estimate_is_their_mean_with_its_range() -> None:
    """40 %, 25 % and 10 % of the people left those three: 25 % of 15 seats are 4 to hire now."""
    rates = {"P1": 0.10, "P2": 0.25, "P3": 0.0, "P4": 0.40}
    found = estimate(NEW, {uid: (work, rates[uid]) for uid, work in PAST.items()}, 15)
    assert found is not None
    assert found.like == ("P4", "P2", "P1")
    assert (found.attrition, found.low, found.high) == pytest.approx((0.25, 0.10, 0.40))
    assert (found.kind, found.hires) == ("middle", 4)
    assert hires_now(20, 0.05) == 1


def test_too_few_past_projects_estimate_nothing() -> None:
    """Two projects are no experience."""
    assert estimate(NEW, {uid: (PAST[uid], 0.1) for uid in ("P1", "P2")}, 15) is None
    assert estimate(NEW, {uid: (work, None) for uid, work in PAST.items()}, 15) is None


def test_fifteen_seats() -> None:
    """3,200 done in 560 seat-hours, 6,800 left, 84 hours of each seat."""
    assert round(3_200 / 560, 3) == 5.714
    assert seats_needed(6_800, 3_200 / 560, 84) == 15
    assert (seats_needed(0, 5, 84), seats_needed(-3, 5, 84), seats_needed(100, 5, 0)) == (0, 0, None)


@given(left=st.integers(1, 10**6), an_hour=st.floats(0.1, 50), hours=st.floats(1, 2_000))
def test_one_seat_fewer_would_not_do(left: int, an_hour: float, hours: float) -> None:
    """A seat too few misses the date, a seat too many is paid for nothing."""
    seats = seats_needed(left, an_hour, hours)
    assert seats is not None
    assert seats * an_hour * hours >= left * (1 - 1e-6)
    assert (seats - 1) * an_hour * hours < left


def test_seats_and_lines_by_who_gets_through() -> None:
    """Idle people and lost calls are no reason to hire: the calls do not reach them."""
    assert advice_of(0.82, 0.10, 0.0) == "more_seats"
    assert advice_of(0.82, 0.45, None) == "routing"
    assert advice_of(0.98, 0.45, None) == "fewer_seats"
    assert advice_of(0.98, 0.20, None) is None
    assert advice_of(0.98, 0.20, 0.03) == "more_lines"
    assert advice_of(None, 0.20, None) is None


def days(count: int, last_on: str) -> Iterator[str]:
    """So many days in a row, oldest first."""
    for back in range(count - 1, -1, -1):
        yield add_days(last_on, -back)


def project(db: sqlite3.Connection, uid: str, last_on: str, day: dict[str, Any], count: int = 8, **more: Any) -> None:
    base(db, "projects", uid=uid, native_id=uid, source="plan", name=uid, kind="outbound", **more)
    for on in days(count, last_on):
        base(db, "project_days", project_uid=uid, day_on=on, **day)


@pytest.fixture
def desk() -> Inquiry:
    """Four past projects, and one of 20 days of which 8 are over: 3,200 of 10,000 with 10 seats of 7 hours."""
    db = open_store(":memory:")
    for number, (uid, work) in enumerate(PAST.items()):
        done = int(work.a_day)
        project(db, uid, add_days("2026-06-01", 30 * number), {
            "done": done, "connected": 100, "success": round(100 * work.success),
            "seat_s": int(work.minutes * 60 * done), "leavers": number == 3, "heads": 80.0,
        }, end_on=add_days("2026-06-01", 30 * number))  # fmt: skip
    project(db, "Spring", FRIDAY, {"done": 400, "connected": 1_000, "success": 220, "seat_s": 70 * 3_600},
            target_count=10_000, seats=10, end_on=add_days(FRIDAY, 12))  # fmt: skip
    return Inquiry(db, BERLIN, 1_795_300_000)


def test_the_worked_example_from_records(desk: Inquiry) -> None:
    """The pace from what people entered day by day, and what it means for the twelve days left."""
    (found,) = projects(desk, FRIDAY)
    assert found.pace is not None
    assert (round(found.pace.an_hour, 3), found.pace.remaining, found.pace.days_left) == (5.714, 6_800, 12)
    assert (found.pace.left_hours, found.pace.seats) == pytest.approx((84, 15))
    assert found.estimate is not None
    assert (found.estimate.seats, found.estimate.high, found.estimate.hires) == pytest.approx((15, 0.1, 1))
    assert found.estimate.past == 4


def test_projects_of_one_name_are_two(desk: Inquiry) -> None:
    """A project runs each spring: last year's must not vanish behind this year's."""
    desk.db.execute("update projects set name = 'Renewals' where uid in ('P1', 'P3')")
    (found,) = projects(desk, FRIDAY)
    assert found.estimate is not None
    assert found.estimate.past == 4
    assert sorted(found.like) == ["P4", "Renewals", "Renewals"]


def test_a_project_that_has_just_begun_tells_nothing(desk: Inquiry) -> None:
    """Two days of a new script are no pace."""
    assert [one.project.uid for one in projects(desk, add_days(FRIDAY, -6))] == []
