"""Forecasts from the days before alone, the better of two methods, and how far off they were."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers.analyses.baseline import Trend, iso, ordinal
from core.numbers.analyses.forecast.accuracy import LEAST_DAYS, Point, accuracy, trial
from core.numbers.analyses.forecast.backtest import Stretch, back_test, back_test_slots
from core.numbers.analyses.forecast.methods import (
    Volume,
    baseline_slots,
    clear_trend,
    closed_share,
    day_ahead,
    naive_slots,
    seasonal_naive,
    usual_with_trend,
)
from core.numbers.analyses.forecast.series import last_told

FIRST = ordinal("2026-01-05")
LEVEL = (100.0, 90.0, 80.0, 80.0, 70.0, 20.0, 0.0)
FLAT = Trend()


def level(day: int) -> float:
    return LEVEL[date.fromordinal(day).weekday()]


def weeks(count: int, times: float = 1.0) -> dict[int, float]:
    return {FIRST + day: level(FIRST + day) * times for day in range(7 * count)}


def noisy(count: int, seed: int, slope: float = 0.0) -> dict[int, float]:
    dice = Random(seed)
    return {
        day: max(0.0, round(dice.gauss(value * (1 + slope * (day - FIRST)), value**0.5)))
        for day, value in weeks(count).items()
    }


def test_error_is_weighted_by_volume() -> None:
    """Actual 10, 0, 100 and forecast 15, 2, 90: WAPE 15.5 %, bias -2.7 %, MAPE 30 % without the empty one."""
    found = accuracy([(15, 10), (2, 0), (90, 100)])
    assert found is not None
    assert (round(found.wape, 3), round(found.bias, 3)) == (0.155, -0.027)
    assert found.mape == pytest.approx(0.3)
    assert found.wape == 17 / 110


def test_nothing_came_is_no_error_of_anybody() -> None:
    """A month of closed doors would divide by nothing."""
    assert accuracy([(3, 0), (0, 0)]) is None
    assert accuracy([]) is None


def test_naive_is_the_mean_of_the_last_four_of_the_weekday() -> None:
    """The floor that everything else must beat; a fifth week would make it another floor."""
    monday = FIRST + 35
    values = {FIRST: 1000.0, FIRST + 7: 10.0, FIRST + 14: 20.0, FIRST + 21: 30.0, FIRST + 28: 40.0}
    assert seasonal_naive(Volume(values), monday, monday - 1) == 25
    assert seasonal_naive(Volume(values), monday, monday - 8) == 265
    assert seasonal_naive(Volume({}), monday, monday - 1) is None


def test_a_holiday_does_not_halve_the_next_forecast() -> None:
    """Easter Monday's silence would take a quarter of the agents off the Monday four weeks on."""
    values = weeks(10)
    closed = FIRST + 63
    values[closed] = 0.0
    volume = Volume(values, frozenset({closed}))
    assert seasonal_naive(volume, closed + 7, closed + 6) == 100
    assert usual_with_trend(volume, closed + 7, closed + 6, FLAT) == 100


def test_a_closed_line_expects_nobody() -> None:
    """Rostering Christmas like any Friday costs double pay; mails come on closed days as they always did."""
    monday = FIRST + 70
    shut = frozenset({FIRST + 63, monday})
    phone = Volume(weeks(10) | {FIRST + 63: 0.0}, shut)
    assert closed_share(phone) == 0
    assert day_ahead(phone, monday, monday - 1, FLAT).baseline == 0
    post = Volume(weeks(10) | {FIRST + 63: 30.0}, shut, closed_share=0.3)
    assert closed_share(post) == pytest.approx(0.3)
    pair = day_ahead(post, monday, monday - 1, FLAT)
    assert pair.naive == pytest.approx(30)
    assert pair.baseline == pytest.approx(30)
    assert closed_share(Volume(weeks(10))) is None


def test_a_trend_counts_only_where_it_is_clear() -> None:
    """Half a year of the same, shaken, must not be planned as growth; real growth must."""
    flat = [clear_trend(Volume(noisy(13, seed)), FIRST + 90).slope for seed in range(40)]
    assert sum(slope != 0 for slope in flat) <= 6
    growing = Volume({day: value * (1 + 0.004 * (day - FIRST)) for day, value in weeks(20).items()})
    last = FIRST + 139
    trend = clear_trend(growing, last)
    assert trend.slope > 0
    at = last + 28
    assert usual_with_trend(growing, at, last, trend) == pytest.approx(level(at) * (1 + 0.004 * (at - FIRST)), rel=0.03)


def test_what_is_known_ahead_moves_the_baseline_alone() -> None:
    """Rain on the way: one method sees it, the floor stays the floor; last month's rain is not this month's usual."""
    rainy = {FIRST + 7 * week: 1.3 for week in (2, 5, 6, 8, 9)}
    values = {day: value * rainy.get(day, 1.0) for day, value in weeks(10).items()}
    monday = FIRST + 70
    pair = day_ahead(Volume(values, factors=rainy, ahead={monday: 1.3}), monday, monday - 1, FLAT)
    assert pair.baseline == pytest.approx(130)
    assert pair.naive == pytest.approx((130 + 130 + 100 + 130) / 4)


@given(st.integers(1, 28), st.integers(0, 6), st.lists(st.integers(0, 500), min_size=40, max_size=40))
def test_no_forecast_knows_a_day_that_was_not_over(horizon: int, weekday: int, later: list[int]) -> None:
    """A test that peeks would praise the method that then fails in earnest."""
    values = noisy(20, 3)
    at = FIRST + 98 + weekday
    last = at - horizon - 1
    changed = values | {last + 1 + place: float(value) for place, value in enumerate(later)}
    slots = {day: {20: value} for day, value in values.items()}
    others = {day: {20: value} for day, value in changed.items()}
    before, after = Volume(values), Volume(changed)
    assert clear_trend(before, last) == clear_trend(after, last)
    trend = clear_trend(before, last)
    assert day_ahead(before, at, last, trend) == day_ahead(after, at, last, trend)
    assert naive_slots(before, slots, at, last) == naive_slots(after, others, at, last)
    assert baseline_slots(before, slots, at, last, 50) == baseline_slots(after, others, at, last, 50)


@given(st.dictionaries(st.integers(0, 47), st.integers(1, 90), min_size=1, max_size=12), st.floats(1, 900))
def test_half_hours_add_up_to_their_day(profile: dict[int, int], expected: float) -> None:
    """People are planned by half hour: what gets lost between them is a caller nobody waits for."""
    slots = {day: {slot: float(count) for slot, count in profile.items()} for day in weeks(9)}
    found = baseline_slots(Volume(weeks(9)), slots, FIRST + 63, FIRST + 62, expected)
    assert sum(found.values()) == pytest.approx(expected)


def test_the_baseline_wins_by_merit_or_steps_aside() -> None:
    """A method of which nobody checked whether it is better than last month's mean is decoration."""
    after_launch = noisy(26, 5)
    for day in range(FIRST + 98, FIRST + 112):
        after_launch[day] *= 1.6
    trials = back_test([Stretch(Volume(after_launch), FIRST + 119, FIRST + 174)])
    assert [trials[horizon].used for horizon in (1, 7)] == ["baseline", "baseline"]
    assert not trials[1].steps_aside
    fallen = {day: value * (0.5 if day > FIRST + 125 else 1.0) for day, value in noisy(22, 6).items()}
    lost = back_test([Stretch(Volume(fallen), FIRST + 126, FIRST + 153)])[1]
    assert lost.steps_aside
    assert (lost.used, lost.of_used) == ("naive", lost.naive)


def test_too_few_days_judge_no_method() -> None:
    """A week of luck is no reason to change what is planned by."""
    points = [Point(day, 50, 100, 100) for day in range(LEAST_DAYS)]
    assert trial(1, "day", points).used == "baseline"
    few = trial(1, "day", points[:-1])
    assert (few.used, few.steps_aside, few.span(100)) == ("naive", False, (None, None))


def test_eight_of_ten_days_lie_within_the_interval() -> None:
    """An interval that is too narrow is a promise that is broken every other day."""
    inside = total = 0
    for seed in range(8):
        values = noisy(28, seed)
        volume = Volume(values)
        found = back_test([Stretch(volume, FIRST + 105, FIRST + 160)], [1])[1]
        for at in range(FIRST + 161, FIRST + 196):
            pair = day_ahead(volume, at, at - 2, clear_trend(volume, at - 2))
            value = pair.by(found.used)
            if value:
                low, high = found.span(value)
                assert low is not None
                assert high is not None
                total += 1
                inside += low <= values[at] <= high
    assert 0.72 < inside / total < 0.88


def test_half_hours_are_tested_too() -> None:
    """A day that is right in sum can be wrong at ten o'clock."""
    dice = Random(9)
    slots = {day: {20: float(dice.randint(10, 30)), 21: 10.0} if level(day) else {} for day in weeks(26)}
    values = {day: sum(some.values()) for day, some in slots.items()}
    found = back_test_slots([Stretch(Volume(values), FIRST + 126, FIRST + 181)], slots)
    assert found.naive is not None
    assert found.grain == "half_hour"
    assert 0 < found.naive.wape < 0.3
    assert found.naive.n <= 56


def test_a_day_that_was_not_read_yet_is_not_an_empty_one() -> None:
    """A file that arrives at nine would else be a day without calls at midnight, and halve the week's forecast."""
    values = weeks(10)
    last = max(values)
    assert last_told(values, frozenset()) == last
    friday = max(day for day in values if level(day) == 70)
    late = {day: value for day, value in values.items() if day <= friday} | {friday: 0.0}
    assert last_told(late, frozenset()) == friday - 1
    assert last_told(late, frozenset({friday})) == friday
    assert last_told({}, frozenset()) is None
    assert iso(friday)
