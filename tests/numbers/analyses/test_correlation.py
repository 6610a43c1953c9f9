"""What moves together by week, and what only seems to."""

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from core.clock import add_days
from core.numbers.analyses.correlation import (
    LEAST_WEEKS,
    Candidate,
    Together,
    benjamini_hochberg,
    correlate,
    detrended,
    effective_weeks,
    first_echo,
    rank_p,
    ranks,
    spearman,
)
from core.numbers.analyses.weekly_figures import comes_late, correlations, holiday_weeks, metric_weeks, replaced
from core.numbers.inquiry import Inquiry, iso_weeks
from core.numbers.metric import Row
from core.numbers.metrics.fixture_week import many
from tests.numbers.rows import BERLIN, store_of
from tests.report.desk import base

SUNDAY = "2026-11-15"


def noise(random: Random, weeks: int, echo: float = 0.0, slope: float = 0.0) -> list[float]:
    value, made = random.gauss(0, 1), []
    for week in range(weeks):
        value = echo * value + (1 - echo**2) ** 0.5 * random.gauss(0, 1)
        made.append(value + slope * week)
    return made


def every(names: Sequence[str]) -> list[Candidate]:
    return [Candidate(one, other, lag) for one, other in combinations(names, 2) for lag in range(5)]


def test_waits_that_drive_satisfaction_are_found() -> None:
    """The seed's own example: what customers feel follows what they wait."""
    random = Random(1)
    wait = noise(random, 52)
    made = correlate(
        {"wait": wait, "csat": [-each + 0.3 * random.gauss(0, 1) for each in wait]}, every(("wait", "csat"))
    )
    assert [(one.first, one.second, one.lag) for one in made.found] == [("wait", "csat", 0)]
    assert made.tested == 5
    assert made.found[0].rho < -0.8
    assert made.found[0].q < 0.001


def test_a_lag_is_told_by_the_weeks_between() -> None:
    """Staff who leave today are missed in two weeks: the first of a pair goes ahead."""
    random = Random(2)
    first = noise(random, 54)
    second = [0.0, 0.0, *(each + 0.3 * random.gauss(0, 1) for each in first[:-2])]
    made = correlate({"a": first, "b": second}, every(("a", "b")))
    assert [(one.lag, one.weeks) for one in made.found] == [(2, 52)]


def test_two_trends_are_no_finding() -> None:
    """All that grows grows together; without the trend nothing is left."""
    random = Random(3)
    series = {name: noise(random, 52, slope=0.3) for name in ("a", "b")}
    rho = spearman(series["a"], series["b"])
    assert rho is not None
    assert rho > 0.9
    assert correlate(series, every(("a", "b"))).found == ()


def test_a_trend_does_not_hide_behind_one_way() -> None:
    """What shows only without the trend is not told: both ways or not at all."""
    random = Random(4)
    base = noise(random, 52)
    up, down = ([sign * 2.0 * week + each for week, each in enumerate(base)] for sign in (1, -1))
    assert correlate({"a": up, "b": down}, every(("a", "b"))).found == ()


def test_flat_worlds_are_silent() -> None:
    """Forty pairs and lags a week: without correction two of them would shine every time."""
    alarms = 0
    for seed in range(60):
        random = Random(seed)
        series = {name: noise(random, 30, echo=(0.0, 0.5)[seed % 2]) for name in "abcd"}
        alarms += bool(correlate(series, every("abcd")).found)
    assert alarms <= 5


def test_half_a_year_is_needed() -> None:
    """25 weeks that match are an anecdote."""
    values: list[float | None] = [float(week * 7 % 11) for week in range(LEAST_WEEKS)]
    one = [Candidate("a", "b")]
    assert len(correlate({"a": values, "b": values}, one).found) == 1
    assert correlate({"a": [None, *values[1:]], "b": values}, one).found == ()
    assert correlate({}, one).tested == 0


def test_a_series_that_never_moves_has_no_correlation() -> None:
    """A backlog of 0 all year correlates with nothing."""
    assert spearman([1, 1, 1], [1, 2, 3]) is None
    still: list[float | None] = [1.0] * 30
    assert correlate({"a": still, "b": still}, [Candidate("a", "b")]).tested == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=40))
def test_rho_is_that_of_the_textbook(pairs: list[tuple[int, int]]) -> None:
    """Ties share their rank; a second engine agrees."""
    first, second = [x for x, _ in pairs], [y for _, y in pairs]
    made = spearman(first, second)
    if made is None:
        assert len(set(first)) == 1 or len(set(second)) == 1
    else:
        assert made == pytest.approx(float(spearmanr(first, second).statistic), abs=1e-12)


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=30), st.floats(-5, 5), st.floats(-5, 5))
def test_a_line_added_is_a_line_taken_away(values: list[float], start: float, slope: float) -> None:
    """A trend cannot be seen in what is left of a series."""
    plain = detrended(dict(enumerate(values)))
    tilted = detrended({week: value + start + slope * week for week, value in enumerate(values)})
    assert tilted == {week: pytest.approx(value, abs=1e-6) for week, value in plain.items()}


def test_q_values_of_benjamini_and_hochberg() -> None:
    """By hand: 4 x 0.005 / 1, 4 x 0.01 / 2, 4 x 0.03 / 3 (held down by the next), 4 x 0.04 / 4."""
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert benjamini_hochberg([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_q_is_never_below_p(p_values: list[float]) -> None:
    """Testing more can only make each finding less sure."""
    made = benjamini_hochberg(p_values)
    assert all(q >= p - 1e-12 for q, p in zip(made, p_values, strict=True))
    assert [q for _, q in sorted(zip(p_values, made, strict=True))] == sorted(made)


def test_what_was_asked_before_looking_is_heard_sooner() -> None:
    """Among hundreds of pairs one that had a reason is not lost; as one of many the same one is."""
    random = Random(9)
    series = {f"x{number}": noise(random, 30) for number in range(14)}
    wait = series["x0"]
    series["x1"] = [-0.8 * each + 0.6 * random.gauss(0, 1) for each in wait]
    rest = every(sorted(series))
    asked = [Candidate("x0", "x1", is_ready=True), *rest]
    found = correlate(series, asked)
    assert found.tested == len(rest)
    assert [(one.first, one.second) for one in found.found] == [("x0", "x1")]
    assert correlate(series, rest).found == ()


def test_weeks_with_a_memory_count_less() -> None:
    """Fifty weeks that repeat each other tell as much as a few."""
    assert effective_weeks(52, 0.0) == 52
    assert effective_weeks(52, 0.25) == pytest.approx(31.2)
    lasting = first_echo(dict(enumerate(noise(Random(5), 200, echo=0.8))))
    assert lasting == pytest.approx(0.8, abs=0.1)
    assert first_echo({0: 1.0, 1: 1.0}) == 0.0
    assert rank_p(0.9, 5) == 1.0
    assert ranks([10, 20, 20, 5]) == [2, 3.5, 3.5, 1]


def test_a_holiday_week_takes_the_middle_of_those_around_it() -> None:
    """Christmas weeks fall together in every figure, and would correlate all of them."""
    assert replaced([10, 12, 2, 14, 16], frozenset({2})) == [10, 12, 13, 14, 16]
    assert replaced([None, 12, 2, None, 16], frozenset({0, 2})) == [None, 12, 14, None, 16]


@cache
def desk(weeks: int) -> Inquiry:
    """Weeks in which satisfaction falls where callers wait longer; the clocks change in between."""
    random, calls, ratings = Random(6), list[Row](), list[Row]()
    for back in range(weeks):
        on = add_days(SUNDAY, -7 * back - 3)
        wait = random.randint(20, 200)
        calls += many(12, enqueued_on=on, answered_on=on, outcome="answered", wait_s=wait, queue_uid="q", handle_s=100)
        good = round(40 * (0.98 - wait / 500))
        ratings += many(good, kind="csat", is_counted=1, is_satisfied=1, rated_on=on)
        ratings += many(40 - good, kind="csat", is_counted=1, is_satisfied=0, rated_on=on)
    db, now_at = store_of({"queue_legs": calls, "survey_facts": ratings}, SUNDAY)
    return Inquiry(db, BERLIN, now_at)


def test_the_weekly_figures_of_a_store() -> None:
    """From facts to the finding: a ready pair, in whole weeks that are known."""
    inquiry = desk(30)
    made = correlations(inquiry, SUNDAY)
    found = {(one.first, one.second): one for one in made.found}
    assert found["average_speed_of_answer", "csat"].rho < -0.95
    assert all(one.lag == 0 for one in made.found)
    periods = iso_weeks(40, SUNDAY)
    assert [value is None for value in metric_weeks(inquiry, "csat", periods)] == [True] * 10 + [False] * 30
    assert holiday_weeks(inquiry, periods) == frozenset()


def test_people_gaps_and_rain_are_series_too() -> None:
    """Weeks of rain bring calls, and weeks of too few people cost service level: neither is a metric's."""
    random, facts = Random(10), {"queue_legs": list[Row](), "agent_days": list[Row](), "requirement_facts": list[Row]()}
    wet: dict[str, float] = {}
    for back in range(30):
        on, rain, missing = add_days(SUNDAY, -7 * back - 3), random.randint(0, 6), random.randint(0, 5)
        calls = 40 + 5 * rain
        late = calls * missing // 10
        facts["queue_legs"] += many(calls - late, enqueued_on=on, outcome="answered", wait_s=5, queue_uid="q")
        facts["queue_legs"] += many(late, enqueued_on=on, outcome="answered", wait_s=300, queue_uid="q")
        facts["agent_days"].append({"agent_uid": "a", "day_on": on, "presence_days": 1.0})
        facts["requirement_facts"].append(
            {"day_on": on, "required_milli": 10_000, "staffed_milli": 10_000 - 1_000 * missing,
             "under_milli": 1_000 * missing}
        )  # fmt: skip
        wet |= {add_days(on, place - 3): float(place < rain) for place in range(7)}
    db, now_at = store_of(facts, SUNDAY)
    base(db, "regions", region="hh", weight=1.0)
    for on, is_wet in wet.items():
        base(db, "weather_days", region="hh", day_on=on, rain_mm=5.0 * is_wet, temp_max=20.0)
    found = {(one.first, one.second): one.rho for one in correlations(Inquiry(db, BERLIN, now_at), SUNDAY).found}
    assert found["wet_days", "calls_offered"] > 0.95
    assert found["staffing_gap", "service_level"] < -0.95
    assert not [pair for pair in found if "staff" in pair]


def test_what_customers_feel_is_told_first() -> None:
    """That more calls make busier people is true, strong, and what nobody needs to be told."""

    def found(first: str, second: str) -> Together:
        return Together(first, second, 0, 30, 0.9, 0.001, 0.9, 0.001)

    made = [found("calls_offered", "occupancy"), found("wet_days", "backlog_open"), found("reopen_rate", "csat"),
            found("csat", "transfer_rate")]  # fmt: skip
    assert sorted(made, key=comes_late) == [made[3], made[2], *made[:2]]


def test_few_weeks_and_other_slices_are_silent() -> None:
    """A desk of two months, or a slice that no rating knows, has nothing to correlate."""
    assert correlations(desk(8), SUNDAY).found == ()
    inquiry = desk(30)
    assert correlations(inquiry.within(project="p"), SUNDAY).found == ()
