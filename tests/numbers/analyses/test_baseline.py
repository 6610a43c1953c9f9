"""What a day is expected to bring."""

from collections.abc import Collection, Mapping
from math import pi, sin
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import add_days
from core.numbers.analyses.baseline import AROUND, YEAR, Expected, History, Trend, ordinal
from core.numbers.analyses.volumes import closed_days
from core.numbers.calendars import HolidayRow, HoursRow
from core.numbers.inquiry import Inquiry
from core.numbers.reporting import Reporting, ScheduleRule
from tests.numbers.rows import BERLIN, store_of

MONDAY = "2026-01-05"
WEEKEND = 0.4


def baseline_of(values: Mapping[str, float | None], closed: Collection[str], day_on: str) -> Expected:
    return History.of(values, closed).expected(day_on)


def days(count: int) -> list[str]:
    return [add_days(MONDAY, number) for number in range(count)]


def level(day_on: str) -> float:
    return 50 * (WEEKEND if ordinal(day_on) % 7 in (6, 0) else 1.0)


def test_forty_a_day_with_a_mad_of_four() -> None:
    """The worked example: its limit of 57.8 rests on 40 and 5.93."""
    values = {day: float((36, 44, 40)[place // 7 % 3]) for place, day in enumerate(days(119))}
    made = baseline_of(values, (), add_days(MONDAY, 119))
    assert made.value == 40
    assert made.spread == pytest.approx(5.9304)
    assert (made.trend, made.yearly, made.knows_year, made.days) == (1.0, 1.0, False, 8)


def test_each_weekday_has_a_level_of_its_own() -> None:
    """A Saturday that is as busy as a Monday would look like any other day."""
    values = {day: level(day) for day in days(91)}
    found = [baseline_of(values, (), add_days(MONDAY, 91 + place)).value for place in range(7)]
    assert found == [50, 50, 50, 50, 50, 20, 20]


@pytest.mark.parametrize("growth", [0.002, -0.003])
def test_a_trend_is_carried_on(growth: float) -> None:
    """A desk that grows by 1.4 % a week is not surging each Monday, and one that shrinks is not asleep."""
    values = {day: level(day) * (1 + growth * place) for place, day in enumerate(days(120))}
    made = baseline_of(values, (), add_days(MONDAY, 120))
    assert made.value == pytest.approx(level(add_days(MONDAY, 120)) * (1 + growth * 120), rel=0.002)


def test_one_wild_week_moves_neither_level_nor_trend() -> None:
    """An outage of last month is not what is usual."""
    random = Random(3)
    calm = {day: level(day) + random.choice((-3, 0, 3)) for day in days(100)}
    wild = {day: value * (3 if 75 <= place < 82 else 1) for place, (day, value) in enumerate(calm.items())}
    after = add_days(MONDAY, 100)
    assert baseline_of(wild, (), after).value == pytest.approx(baseline_of(calm, (), after).value, rel=0.07)


def test_closed_days_are_replaced_by_earlier_ones_of_their_weekday() -> None:
    """Two holidays in December must not halve what a Monday in January is expected to bring."""
    closed = [add_days(MONDAY, 70), add_days(MONDAY, 77)]
    values = {day: 0.0 if day in closed else level(day) for day in days(91)}
    made = baseline_of(values, closed, add_days(MONDAY, 91))
    assert (made.value, made.days, made.replaced) == (50, 8, tuple(reversed(closed)))
    assert baseline_of(values, closed, closed[1]).is_closed


def test_a_month_ahead_looks_back_from_the_last_known_day() -> None:
    """A forecast for next month knows nothing of the days between."""
    values = {day: level(day) for day in days(91)}
    made = baseline_of(values, (), add_days(MONDAY, 91 + 28))
    assert (made.value, made.days) == (50, 8)


@pytest.mark.parametrize("count", [0, 1, 7, 21])
def test_too_little_history_expects_nothing(count: int) -> None:
    """Three Mondays are no Monday."""
    made = baseline_of(dict.fromkeys(days(count), 5.0), (), add_days(MONDAY, 28))
    assert (made.value, made.spread) == (None, None)


def test_days_that_nobody_knows_are_not_nought() -> None:
    """A week without a connection is no quiet week."""
    values: dict[str, float | None] = {day: level(day) for day in days(91)}
    for place in range(70, 77):
        values[add_days(MONDAY, place)] = None
    assert baseline_of(values, (), add_days(MONDAY, 91)).value == 50


def test_the_time_of_year_counts_once_two_years_are_known() -> None:
    """Each December brings half as much again: the third one is no surge."""
    values = {}
    for place, day in enumerate(days(2 * YEAR + 320)):
        values[day] = level(day) * (1.5 if 250 <= place % YEAR < 290 else 1.0)
    third = add_days(MONDAY, 2 * YEAR + 260)
    made = History.of({day: value for day, value in values.items() if day < add_days(third, -AROUND)}).expected(third)
    assert made.knows_year
    assert made.value == pytest.approx(level(third) * 1.5, rel=0.05)
    young = History.of({day: value for day, value in values.items() if day >= add_days(MONDAY, YEAR)}).expected(third)
    assert (young.knows_year, young.yearly) == (False, 1.0)


def test_a_wave_of_the_year_is_followed() -> None:
    """Where the season turns, the slope of the last 13 weeks alone goes on the wrong way."""
    values = {day: 100 * (1 + 0.3 * sin(2 * pi * place / YEAR)) for place, day in enumerate(days(3 * YEAR))}
    for ahead in range(0, YEAR, 28):
        day = add_days(MONDAY, 2 * YEAR + ahead)
        assert History.of(values).expected(day).value == pytest.approx(values[day], rel=0.03)


def test_a_surge_left_out_is_left_out() -> None:
    """The days of a surge would raise the bar for its next ones."""
    values = {day: level(day) * (2 if place >= 77 else 1) for place, day in enumerate(days(91))}
    history = History.of(values).without(add_days(MONDAY, place) for place in range(77, 91))
    assert history.expected(add_days(MONDAY, 91)).value == 50


def test_a_trend_given_is_taken() -> None:
    """Hours of a day are too few to have a trend of their own; they take the day's."""
    history = History.of(dict.fromkeys(days(91), 40.0))
    middle = ordinal(MONDAY)
    found = history.expected(add_days(MONDAY, 91), Trend(0.01, middle))
    # Usual stands for the mean of its 8 days, 31.5 days before.
    assert found.value == pytest.approx(40 * 1.91 / (1 + 0.01 * (91 - 31.5)))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=56, max_size=120), st.integers(2, 9))
def test_twice_as_many_every_day_are_expected_twice_as_many(counts: list[int], times: int) -> None:
    """Whether a desk counts contacts or hundreds of them, the bar stands as high above the usual."""
    plain = {day: float(count) for day, count in zip(days(len(counts)), counts, strict=False)}
    after = add_days(MONDAY, len(counts))
    one = baseline_of(plain, (), after)
    more = baseline_of({day: count * times for day, count in plain.items()}, (), after)
    assert one.value is not None
    assert one.spread is not None
    assert more.value == pytest.approx(one.value * times)
    assert more.spread == pytest.approx(one.spread * times)
    assert one.trend == pytest.approx(more.trend)


def test_nothing_known_is_nothing_expected() -> None:
    """An empty store asks for no division."""
    assert baseline_of({}, (), MONDAY) == Expected()


def test_a_day_is_closed_if_no_schedule_is_open() -> None:
    """With two schedules and none the default, a holiday of both would count as a slow day in every analysis."""
    hours = tuple(HoursRow(weekday, 480, 1_080, "2020-01-01") for weekday in range(5))
    rules = {
        "north": ScheduleRule("Europe/Berlin", hours, (HolidayRow("2026-11-18"), HolidayRow("2026-11-19"))),
        "south": ScheduleRule("Europe/Berlin", hours, (HolidayRow("2026-11-18"),)),
    }
    reporting = Reporting(zone=BERLIN.zone, schedules=rules)
    db, now_at = store_of({}, "2026-11-22", reporting)
    asks = Inquiry(db, reporting, now_at)
    assert asks.calendar is None
    assert closed_days(asks, [add_days("2026-10-26", number) for number in range(28)]) == {"2026-11-18"}
