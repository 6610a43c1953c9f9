"""Surges: the worked example, what they came after, when they were over, and silence where nothing happened."""

import sqlite3
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from bench.alarms import surge as bench
from core.clock import add_days, day_bounds
from core.numbers.analyses.baseline import History, ordinal
from core.numbers.analyses.surges import Interval, day_surges, limit, runs, surged
from core.numbers.inquiry import Inquiry
from core.store.tables import TABLES
from tests.numbers.rows import BERLIN, store_of

MONDAY = "2026-01-05"
KNOWN = 119
LAUNCH_ON = add_days(MONDAY, KNOWN)
LATER = ("2026-05-04", "2026-05-17")
EVENTS = next(table for table in TABLES if table.name == "calendar_events")


def calm(days: int = KNOWN) -> dict[str, float]:
    """Forty a day with a MAD of four."""
    return {add_days(MONDAY, place): float((36, 44, 40)[place // 7 % 3]) for place in range(days)}


def with_days(*counts: float) -> History:
    return History.of({**calm(), **{add_days(LAUNCH_ON, place): count for place, count in enumerate(counts)}})


def event(db: sqlite3.Connection, **given: Any) -> None:
    empty = {column.name: None for column in EVENTS.columns}
    row: Mapping[str, Any] = {**empty, "native_id": "1", "source": "files", "synced_at": 0, **given}
    db.execute(EVENTS.insert(), [row[name] for name in EVENTS.names])


def test_the_worked_example() -> None:
    """Baseline 40, MAD 4: the limit is 57.8, days of 62 and 71 are a surge of 66 %, one of 55 is none."""
    assert limit(40, 4 * 1.4826) == pytest.approx(57.79, abs=0.01)
    (found,) = day_surges(with_days(62, 71, 55), LAUNCH_ON, add_days(LAUNCH_ON, 2))
    assert (found.actual, found.expected, found.back_after) == (133, 80, 2)
    assert found.size == pytest.approx(0.6625)
    assert day_surges(with_days(55, 55, 55), LAUNCH_ON, add_days(LAUNCH_ON, 2)) == []


def test_one_day_is_no_surge() -> None:
    """A single wild Monday is told by the daily report, not as a wave."""
    assert day_surges(with_days(90, 40, 90, 40), LAUNCH_ON, add_days(LAUNCH_ON, 3)) == []


def test_a_surge_that_goes_on_is_not_over() -> None:
    """Nobody may plan for a quiet week that has not come."""
    (found,) = day_surges(with_days(80, 80, 80), LAUNCH_ON, add_days(LAUNCH_ON, 2))
    assert found.back_after is None


def test_a_long_surge_does_not_become_usual_at_once() -> None:
    """In its third week twice as many are still twice as many."""
    (found,) = day_surges(with_days(*[80] * 20, 40), LAUNCH_ON, add_days(LAUNCH_ON, 20))
    assert found.back_after == 20
    assert found.size == pytest.approx(1.0, abs=0.02)


def test_a_closed_day_neither_ends_nor_makes_a_surge() -> None:
    """Whit Monday does not end what a launch began on Friday."""
    values = {**calm(), **{add_days(LAUNCH_ON, place): 80.0 for place in (0, 2)}, add_days(LAUNCH_ON, 1): 0.0}
    history = History.of(values, [add_days(LAUNCH_ON, 1)])
    (found,) = day_surges(history, LAUNCH_ON, add_days(LAUNCH_ON, 2))
    assert [each.at - ordinal(LAUNCH_ON) for each in found.intervals] == [0, 2]


def test_a_few_more_of_very_few_are_no_surge() -> None:
    """Three complaints after one a day are no wave."""
    values = {day: float(place % 2 + 1) for place, day in enumerate(calm())}
    values |= {LAUNCH_ON: 9.0, add_days(LAUNCH_ON, 1): 9.0}
    assert day_surges(History.of(values), LAUNCH_ON, add_days(LAUNCH_ON, 1)) == []


def test_what_chance_brings_is_no_surge() -> None:
    """On days that were oddly alike each small step is beyond three deviations."""
    steps = [Interval(place, 46, 40, 44) for place in range(2)]
    assert runs(steps, 0.05) == []
    assert runs([Interval(place, 71, 40, 44) for place in range(2)], 0.05)


def test_hours_of_a_busy_day_are_held_to_that_day() -> None:
    """A busy Monday is busy in each of its hours; two of them are no outage."""
    busy = [Interval(hour, 26, 20, 30) for hour in range(9, 17)]
    two = [Interval(17, 32, 20, 30), Interval(18, 32, 20, 30)]
    calm_day = [Interval(hour, 20, 20, 30) for hour in range(9, 17)]
    assert runs([*busy, *two], 0.05, within_day=True) == []
    assert runs([*calm_day, *two], 0.05, within_day=True)


def desk(counts: Mapping[str, int], **more: object) -> sqlite3.Connection:
    rows = (
        {"created_on": day, "created_at": day_bounds(day, BERLIN.zone)[0], "is_counted_created": 1,
         "contact_reason": ("delivery", "setup")[number % 2], **more}
        for day, count in counts.items() for number in range(count)
    )  # fmt: skip
    return store_of({"ticket_facts": rows}, max(counts))[0]


def asked(db: sqlite3.Connection) -> Inquiry:
    return Inquiry(db, BERLIN, day_bounds(add_days(LATER[1], 1), BERLIN.zone)[0])


@pytest.fixture(scope="module")
def launched() -> sqlite3.Connection:
    """A store with a launch: twice as many tickets for four days."""
    counts = {day: round(count) for day, count in calm(KNOWN + 14).items()}
    for place in range(1, 5):
        counts[add_days(LAUNCH_ON, place)] = 80
    db = desk(counts)
    at = day_bounds(LAUNCH_ON, BERLIN.zone)[0]
    event(db, uid="e1", kind="launch", title="Lumo 2", from_at=at + 36_000)
    event(db, uid="e2", kind="campaign", title="Long ago", from_at=at - 40 * 86_400)
    event(db, uid="e3", kind="outage", title="Later", from_at=at + 3 * 86_400)
    event(db, uid="e4", kind="policy", title="New rule", from_at=at)
    event(db, uid="e5", kind="launch", title="Hotline only", from_at=at, scope_team_uid="zd:hotline")
    event(db, uid="e6", kind="launch", title="Taken back", from_at=at, deleted_at=1)
    return db


def test_a_launch_is_found_and_named_as_what_came_before(launched: sqlite3.Connection) -> None:
    """After, never because of: the launch before it, not the outage in the middle of it, not an old campaign."""
    found = surged(asked(launched), *LATER)
    whole = next(each for each in found if not each.dim)
    assert (whole.metric_id, whole.from_on, whole.to_on) == (
        "tickets_created", add_days(LAUNCH_ON, 1), add_days(LAUNCH_ON, 4),
    )  # fmt: skip
    assert whole.surge.size == pytest.approx(1.0, abs=0.02)
    assert whole.surge.back_after == 4
    assert [each.title for each in whole.after] == ["Hotline only", "Lumo 2"]
    assert not whole.knows_year
    assert {(each.dim, each.member) for each in found if each.dim} == {
        ("contact_reason", "delivery"), ("contact_reason", "setup"),
    }  # fmt: skip


def test_a_week_before_it_says_nothing(launched: sqlite3.Connection) -> None:
    """Silence over noise."""
    assert surged(asked(launched), "2026-04-20", "2026-04-26") == []


def test_an_empty_store_says_nothing() -> None:
    """The first report of a new desk."""
    assert surged(asked(store_of({}, LATER[1])[0]), *LATER) == []


def test_flat_worlds_are_silent_and_planted_ones_are_not() -> None:
    """A report that cries wolf is not read when the wolf comes."""
    found = [bench.days(seed) for seed in range(5)]
    hours = [bench.hours(seed) for seed in range(5)]
    assert sum(each.alarm for each in (*found, *hours)) <= 1
    assert sum(each.hit for each in found) >= 3
    assert sum(each.hit for each in hours) >= 2


def test_the_same_seed_is_the_same_world() -> None:
    """A rate that nobody can measure again is no rate."""
    assert bench.flat_days(Random(3), 40) == bench.flat_days(Random(3), 40)
