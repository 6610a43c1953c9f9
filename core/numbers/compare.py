"""A day beside what is usual for it, and the verdict that both allow (metrics 8.1)."""

import sqlite3
from collections.abc import Mapping, Sequence

from core.clock import add_days
from core.numbers.answer import Answer, Comparison, Period, Usual, Verdict
from core.numbers.clear_change import count_z, day_to_day_p, mann_whitney_p, two_shares_z, two_sided
from core.numbers.evaluate import Question, answer, days_of, evaluate, is_count, nothing, question
from core.numbers.figures import Figures
from core.numbers.metric import Direction, Durations, Mix, Share
from core.numbers.reading import read_values
from core.numbers.reporting import Reporting
from core.numbers.usual import Baseline, baseline, usual

P_CLEAR = 0.05
WEEKS_BACK = (13, 17)
NO_USUAL = Usual(None, None, None, None, 0)
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
    if made.status == "unavailable":
        return Comparison(made, NO_USUAL, None, "no usual", None, weeks_13, weeks_17)
    base = baseline(asked, day_on)
    days = _figures(asked, base.days)
    is_usual = usual(base, [found.value for found in days])
    delta = None if made.value is None or is_usual.value is None else made.value - is_usual.value
    verdict, p_value = _judge(asked, made, base, is_usual, days, P_CLEAR / max(tiles, 1))
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


def _judge(
    asked: Question, made: Answer, base: Baseline, is_usual: Usual, days: Sequence[Figures], clear: float
) -> tuple[Verdict, float | None]:
    """Cheap doubts first: the test runs only for what is far outside and not small."""
    middle, low, high = is_usual.value, is_usual.low, is_usual.high
    if base.is_closed or made.value is None or middle is None or low is None or high is None:
        return "no usual", None
    if asked.metric.is_cohort and made.maturity == "provisional":
        return "too early", None
    if made.status == "low_sample":
        return "too few", None
    delta = made.value - middle
    if low <= made.value <= high or abs(delta) < asked.metric.practical_floor * abs(middle):
        return "no clear change", None
    p_value = _p_value(asked, made, base, middle, days)
    if p_value is None or p_value >= clear:
        return "no clear change", p_value
    better = BETTER.get(asked.metric.direction)
    if better is None:
        return "different", p_value
    return ("better" if delta * better > 0 else "worse"), p_value


def _p_value(asked: Question, made: Answer, base: Baseline, middle: float, days: Sequence[Figures]) -> float | None:
    formula, value = asked.formula, made.value or 0.0
    if is_count(formula):
        return two_sided(count_z(value, middle))
    match formula:
        case Share() | Mix():
            hits, trials = sum(day.num or 0 for day in days), sum(day.den or 0 for day in days)
            z = two_shares_z(made.num or 0, made.den or 0, hits, trials)
            return None if z is None else two_sided(z)
        case Durations():
            on = made.period.from_on
            values = read_values(asked.db, formula, [on, *base.days], asked.slice, daily=True)
            pooled = [each for (day, _), several in values.items() if day != on for each in several]
            return mann_whitney_p(values.get((on, ""), ()), pooled)
    return day_to_day_p(value, [day.value for day in days if day.value is not None])
