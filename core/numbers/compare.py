"""A day beside what is usual for it, one answer beside another, and the verdict that they allow (metrics 8.1)."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from math import sqrt

from core.clock import add_days
from core.numbers.answer import Answer, Comparison, Period, Usual, Verdict
from core.numbers.clear_change import count_z, day_to_day_p, dispersion, mann_whitney_p, two_shares_z, two_sided
from core.numbers.evaluate import Question, answer, days_of, evaluate, is_count, nothing, question
from core.numbers.figures import Figures
from core.numbers.metric import Difficulty, Direction, Durations, Metric, Mix, Share, ToDate
from core.numbers.reading import read_values
from core.numbers.reporting import Reporting
from core.numbers.usual import REACH_WEEKS, Baseline, baseline, usual

P_CLEAR = 0.05
WEEK = 7
WEEKS_BACK = (13, 17)
NO_USUAL = Usual(None, None, None, None, 0)
FROM_THE_START = (ToDate, Difficulty)
"""Formulas over all of history: they grow with time, so that no earlier day or week says what is usual."""
BETTER: Mapping[Direction, int] = {"up": 1, "down": -1}


def compare(
    db: sqlite3.Connection,
    metric_id: str,
    day_on: str,
    *,
    variant: str | None = None,
    where: Mapping[str, str] | None = None,
    reporting: Reporting,
    now_at: int,
    tiles: int,
    look_back: bool = True,
) -> Comparison:
    """A day's answer, what is usual for it and the verdict, clear at p < 0.05 shared over the report's ``tiles``.

    ``look_back`` adds the answers of 13 and 17 weeks ago, same weekday.
    """
    asked = question(db, metric_id, variant, where, reporting, now_at)
    made = _on_days(asked, [day_on])[0]
    back = _on_days(asked, [add_days(day_on, -7 * weeks) for weeks in WEEKS_BACK]) if look_back else []
    weeks_13, weeks_17 = back or (None, None)
    if made.status == "unavailable" or isinstance(asked.formula, FROM_THE_START):
        return Comparison(made, NO_USUAL, None, "no usual", None, weeks_13, weeks_17)
    base = baseline(asked, day_on)
    days = _figures(asked, base.days)
    is_usual = usual(base, [found.value for found in days])
    delta = None if made.value is None or is_usual.value is None else made.value - is_usual.value
    if base.is_closed:
        return Comparison(made, is_usual, delta, "no usual", None, weeks_13, weeks_17)

    def test() -> float | None:
        return _p_value(asked, made, base, is_usual.value or 0.0, days)

    verdict, p_value = verdict_of(asked.metric, made, made.value, is_usual, P_CLEAR / max(tiles, 1), test)
    return Comparison(made, is_usual, delta, verdict, p_value, weeks_13, weeks_17)


def _figures(asked: Question, days: Sequence[str]) -> list[Figures]:
    """The leading figures of days that the facts tell of."""
    known = [day for day in days if days_of(asked, Period(day, day))]
    found = evaluate(asked, known, daily=True, quantiles=False) if known else {}
    return [found.get((day, ""), nothing(asked)) for day in days]


def _on_days(asked: Question, days: Sequence[str]) -> list[Answer]:
    wanted = [] if asked.unavailable else [day for day in days if days_of(asked, Period(day, day))]
    found = evaluate(asked, wanted, daily=True) if wanted else {}
    absent = Figures() if asked.unavailable else nothing(asked)
    return [answer(asked, Period(day, day), found.get((day, ""), absent)) for day in days]


def verdict_of(
    metric: Metric,
    made: Answer,
    value: float | None,
    is_usual: Usual,
    clear: float,
    test: Callable[[], float | None],
) -> tuple[Verdict, float | None]:
    """The verdict on a value beside what is usual, and its p; cheap doubts first.

    The test runs only for what is far outside and not small. ``made`` is the answer as it is shown, ``value`` the one
    that is compared, closed days replaced.
    """
    middle, low, high = is_usual.value, is_usual.low, is_usual.high
    if value is None or middle is None or low is None or high is None:
        return "no usual", None
    if metric.is_cohort and made.maturity == "provisional":
        return "too early", None
    if made.status == "low_sample":
        return "too few", None
    if low <= value <= high:
        return "no clear change", None
    return _clear(metric, value - middle, middle, clear, test)


def _clear(
    metric: Metric, delta: float, before: float, clear: float, test: Callable[[], float | None]
) -> tuple[Verdict, float | None]:
    if abs(delta) < metric.practical_floor * abs(before):
        return "no clear change", None
    p_value = test()
    if p_value is None or p_value >= clear:
        return "no clear change", p_value
    better = BETTER.get(metric.direction)
    if better is None:
        return "different", p_value
    return ("better" if delta * better > 0 else "worse"), p_value


def changed(
    metric: Metric,
    now: Answer,
    then: Answer,
    *,
    tiles: int = 1,
    values: tuple[Sequence[float], Sequence[float]] = ((), ()),
) -> Comparison:
    """Whether one answer is clearly another than an earlier one over as many days (metrics 8.1), without a usual.

    Shares by the two-proportion z-test; durations by Mann-Whitney over the ``values`` of both; counts by
    z = (x - y) / sqrt(x + y). Any other figure has no test and no clear change; too few cases on either side too few.
    """
    if now.value is None or then.value is None:
        return Comparison(now, NO_USUAL, None, "no usual")
    delta = now.value - then.value
    if metric.is_cohort and "provisional" in {now.maturity, then.maturity}:
        return Comparison(now, NO_USUAL, delta, "too early")
    if "low_sample" in {now.status, then.status}:
        return Comparison(now, NO_USUAL, delta, "too few")
    verdict, p_value = _clear(
        metric, delta, then.value, P_CLEAR / max(tiles, 1), lambda: _p_between(metric, now, then, values)
    )
    return Comparison(now, NO_USUAL, delta, verdict, p_value)


def _p_between(
    metric: Metric, now: Answer, then: Answer, values: tuple[Sequence[float], Sequence[float]]
) -> float | None:
    formula = metric.how[now.variant]
    x, y = now.value or 0.0, then.value or 0.0
    if is_count(formula):
        return two_sided((x - y) / sqrt(x + y)) if x + y > 0 else None
    match formula:
        case Share() | Mix():
            z = two_shares_z(now.num or 0, now.den or 0, then.num or 0, then.den or 0)
            return None if z is None else two_sided(z)
        case Durations():
            return mann_whitney_p(*values)
    return None


def _p_value(asked: Question, made: Answer, base: Baseline, middle: float, days: Sequence[Figures]) -> float | None:
    """How likely a day as far from usual is by chance, and by how much days differ anyway."""
    formula, value = asked.formula, made.value or 0.0
    on = made.period.from_on
    known = [day.value for day in days if day.value is not None]
    if is_count(formula):
        return two_sided(count_z(value, middle) / sqrt(dispersion_before(asked, on, middle)))
    match formula:
        case Share() | Mix():
            hits, trials = sum(day.num or 0 for day in days), sum(day.den or 0 for day in days)
            z = two_shares_z(made.num or 0, made.den or 0, hits, trials)
            return None if z is None else two_sided(z / sqrt(dispersion_before(asked, on, trials / len(days))))
        case Durations():
            values = read_values(asked.db, formula, [on, *base.days], asked.slice, daily=True)
            pooled = [each for (day, _), several in values.items() if day != on for each in several]
            p_value, p_days = mann_whitney_p(values.get((on, ""), ()), pooled), day_to_day_p(value, known)
            return None if p_value is None else max(p_value, p_days or 0.0)
    return day_to_day_p(value, known)


def dispersion_before(asked: Question, day_on: str, cases: float) -> float:
    """How much more the days of the last 13 weeks differ than chance makes them, those about as busy as ``cases``."""
    first_on = add_days(day_on, -WEEK * (REACH_WEEKS + 1))
    told = days_of(asked, Period(first_on, add_days(day_on, -1)))
    found = evaluate(asked, told, daily=True, quantiles=False) if told else {}
    zs = []
    for day in told:
        one, other = (found.get((on, ""), nothing(asked)) for on in (day, add_days(day, -WEEK)))
        if is_count(asked.formula):
            both = (one.value or 0) + (other.value or 0)
            z = ((one.value or 0) - (other.value or 0)) / sqrt(both) if both > 0 else None
        else:
            both = (one.den or 0) + (other.den or 0)
            z = two_shares_z(one.num or 0, one.den or 0, other.num or 0, other.den or 0)
        if z is not None and both >= cases and add_days(day, -WEEK) >= told[0]:
            zs.append(z)
    return dispersion(zs)
