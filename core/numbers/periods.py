"""An ISO week or a calendar month beside what is usual for one, and the verdict that both allow (metrics 8.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from math import sqrt

from core.clock import add_days, days
from core.numbers.answer import Answer, Comparison, Period, Usual, Verdict
from core.numbers.clear_change import count_z, day_to_day_p, mann_whitney_p, two_shares_z, two_sided
from core.numbers.compare import FROM_THE_START, NO_USUAL, P_CLEAR, changed, dispersion_before, verdict_of
from core.numbers.evaluate import (
    Question,
    answer,
    days_of,
    evaluate,
    is_count,
    maturity_days,
    nothing,
    question,
)
from core.numbers.figures import Figures, share
from core.numbers.inquiry import Inquiry, iso_weeks
from core.numbers.metric import (
    Ages,
    Amount,
    Difference,
    Distinct,
    Durations,
    Hours,
    Level,
    Metric,
    Mix,
    PerEmployed,
    PerStock,
    Share,
    Sum,
)
from core.numbers.quantiles import median
from core.numbers.reading import read_values
from core.numbers.reporting import Reporting
from core.numbers.usual import (
    OUTSIDE_MADS,
    REACH_WEEKS,
    WEEKS,
    BaseWeeks,
    base_weeks,
    baseline,
    opening_hours,
    shut_days,
    usual_of,
)

WEEK = 7
BACK_WEEKS = (13, 17, 52)
# So many periods back a cohort is looked for whose cases are settled.
SETTLED_BACK = 5
CLEAR: frozenset[Verdict] = frozenset({"better", "worse", "different"})
AMOUNTS = (Sum, Difference, Hours, Amount)
"""Formulas whose value over days is the sum of their days' values."""


def week_of(day_on: str) -> Period:
    """The ISO week that holds a day."""
    monday_on = add_days(day_on, 1 - date.fromisoformat(day_on).isoweekday())
    return Period(monday_on, add_days(monday_on, WEEK - 1), "week")


def month_of(day_on: str) -> Period:
    """The calendar month that holds a day."""
    first_on = f"{day_on[:8]}01"
    next_on = f"{add_days(first_on, 31)[:8]}01"
    return Period(first_on, add_days(next_on, -1), "month")


def before(period: Period) -> Period:
    """The period of the same kind before a week or month; of any other span, as many days."""
    last_on = add_days(period.from_on, -1)
    match period.grain:
        case "week":
            return week_of(last_on)
        case "month":
            return month_of(last_on)
    return Period(add_days(last_on, 1 - sum(1 for _ in days(period.from_on, period.to_on))), last_on, period.grain)


def weeks_back(period: Period, weeks: int) -> Period:
    """As many days, so many weeks earlier, on the same weekdays; a month so moved is no calendar month."""
    from_on, to_on = (add_days(day_on, -WEEK * weeks) for day_on in (period.from_on, period.to_on))
    return Period(from_on, to_on, "rolling" if period.grain == "month" else period.grain)


def settled(metric: Metric, period: Period, reporting: Reporting, today_on: str) -> Period:
    """The period itself, or of a cohort the last of its kind whose cases are settled (metrics R8)."""
    if not metric.is_cohort:
        return period
    found = period
    for _ in range(SETTLED_BACK):
        if add_days(found.to_on, maturity_days(metric, reporting)) < today_on:
            return found
        found = before(found)
    return period


def compare_period(
    inquiry: Inquiry,
    metric_id: str,
    period: Period,
    variant: str | None = None,
    tiles: int = 1,
    *,
    look_back: bool = True,
) -> Comparison:
    """A week's or month's answer, what is usual for it and the verdict, clear at p < 0.05 shared over ``tiles``.

    Usual of a week is the median of the last 8 clean weeks before it. Usual of a month is the median of what it would
    have come to had each of its days been as the same weekday was in each of the last 8 clean weeks before it; the
    spread is that of those weeks, which is wider than a month's. A closed day of a weekday that is otherwise open is
    compared as if it had been usual: counts, amounts and shares take the median of its weekday, of anything else the
    day is left out. ``look_back`` adds the period before and those of 13, 17 and 52 weeks ago, closed days replaced.
    A period that is not over is not judged.
    """
    asked = question(inquiry.db, metric_id, variant, inquiry.where, inquiry.reporting, inquiry.now_at)
    made = _over(asked, period)
    past = dict(_past(asked, period)) if look_back else {}
    if made.status == "unavailable" or isinstance(asked.formula, FROM_THE_START):
        return Comparison(made, NO_USUAL, None, "no usual", None, **past)
    base = base_weeks(asked, period)
    shut = shut_days(opening_hours(asked), days(period.from_on, period.to_on))
    compared = _replaced(asked, made, shut)
    known = [_as_if(asked, week, period) for week in base.weeks]
    is_usual = replace(usual_of([found.value for found in known]), replaced=(*sorted(shut), *base.replaced))
    delta = None if compared.value is None or is_usual.value is None else compared.value - is_usual.value
    if period.to_on >= inquiry.today_on:
        return Comparison(made, is_usual, delta, "too early", None, **past)

    def test() -> float | None:
        return _p_value(asked, compared, period, base, is_usual, known)

    verdict, p_value = verdict_of(asked.metric, made, compared.value, is_usual, P_CLEAR / max(tiles, 1), test)
    return Comparison(made, is_usual, delta, verdict, p_value, **past)


def since(inquiry: Inquiry, given: Comparison, then: Answer, tiles: int = 1) -> Comparison:
    """The verdict on a week or month beside an earlier one of as many days, such as that of 13 weeks ago.

    Clear by the test of two answers, and only outside 3 scaled MAD of the earlier one where the spread of weeks is
    known. Counts of a week with closed days are taken as they are compared.
    """
    asked = question(inquiry.db, given.answer.metric_id, given.answer.variant, inquiry.where, inquiry.reporting,
                     inquiry.now_at)  # fmt: skip
    now = given.answer
    if is_count(asked.formula) and given.delta is not None and given.usual.value is not None:
        now = replace(now, value=given.usual.value + given.delta)
    values: tuple[Sequence[float], Sequence[float]] = ((), ())
    if isinstance(asked.formula, Durations):
        formula = asked.formula
        values = (
            read_values(asked.db, formula, days_of(asked, now.period), asked.slice).get(("", ""), []),
            read_values(asked.db, formula, days_of(asked, then.period), asked.slice).get(("", ""), []),
        )
    found = changed(asked.metric, now, then, tiles=tiles, values=values)
    spread = OUTSIDE_MADS * (given.usual.mad or 0.0)
    if found.verdict in CLEAR and abs(found.delta or 0.0) <= spread:
        return replace(found, verdict="no clear change")
    return found


def weeks_with_usual(
    inquiry: Inquiry, metric_id: str, variant: str | None, count: int, last_on: str
) -> list[tuple[Answer, Usual]]:
    """The last ISO weeks that end on or before a day and are known whole, oldest first, each with what was usual."""
    asked = question(inquiry.db, metric_id, variant, inquiry.where, inquiry.reporting, inquiry.now_at)
    weeks = [week for week in iso_weeks(count + REACH_WEEKS, last_on) if week.from_on >= (asked.begins_on or "")]
    made = {week.from_on: _over(asked, week) for week in weeks}
    calendars = opening_hours(asked)
    clean = [week.from_on for week in weeks if not shut_days(calendars, days(week.from_on, week.to_on))]
    found = []
    for week in weeks[-count:]:
        base = [day for day in clean if add_days(week.from_on, -WEEK * REACH_WEEKS) <= day < week.from_on]
        found.append((made[week.from_on], usual_of([made[day].value for day in base[-WEEKS:]])))
    return found


def _past(asked: Question, period: Period) -> Iterator[tuple[str, Answer]]:
    earlier = {"previous": before(period)} | {f"weeks_{weeks}": weeks_back(period, weeks) for weeks in BACK_WEEKS}
    for name, each in earlier.items():
        made = _over(asked, each)
        if made.status != "unavailable" and (asked.begins_on is None or each.from_on >= asked.begins_on):
            yield name, _replaced(asked, made, shut_days(opening_hours(asked), days(each.from_on, each.to_on)))


def _over(asked: Question, period: Period) -> Answer:
    wanted = [] if asked.unavailable or not asked.metric.how else days_of(asked, period)
    if not wanted:
        return answer(asked, period, Figures())
    return answer(asked, period, evaluate(asked, wanted).get(("", ""), nothing(asked)))


def _replaced(asked: Question, made: Answer, shut: frozenset[str]) -> Answer:
    """The answer as if the closed days had been usual for their weekdays, with a note that says so."""
    formula = asked.formula
    if made.value is None or not shut or isinstance(formula, Level | Ages):
        return made
    note = f"closed days compared as usual ones: {', '.join(sorted(shut))}"
    if isinstance(formula, AMOUNTS):
        added = [_of_weekday(asked, day).value or 0.0 for day in shut]
        own = evaluate(asked, sorted(shut), quantiles=False).get(("", ""), nothing(asked)).value or 0.0
        return replace(made, value=made.value - own + sum(added), notes=(*made.notes, note))
    opened = [day for day in days_of(asked, made.period) if day not in shut]
    found = evaluate(asked, opened).get(("", ""), nothing(asked)) if opened else Figures()
    if isinstance(formula, Share):
        usual_days = [_of_weekday(asked, day) for day in shut]
        num, den = (sum(getattr(day, name) or 0 for day in usual_days) for name in ("num", "den"))
        found = share((found.num or 0) + num, (found.den or 0) + den)
    return replace(answer(asked, made.period, found, made.where), notes=(*made.notes, note))


def _of_weekday(asked: Question, day_on: str) -> Figures:
    """Median value, numerator and denominator of the clean days of the same weekday before a day."""
    clean = [day for day in baseline(asked, day_on).days if days_of(asked, Period(day, day))]
    found = evaluate(asked, clean, daily=True, quantiles=False) if clean else {}
    known = [found.get((day, ""), nothing(asked)) for day in clean]

    def middle(name: str) -> float | None:
        return median(sorted(value for each in known if (value := getattr(each, name)) is not None))

    return Figures(middle("value"), num=middle("num"), den=middle("den"))


def _as_if(asked: Question, week: Period, period: Period) -> Figures:
    """What a period would have come to had each of its days been as the same weekday of a week."""
    formula = asked.formula
    wanted = days_of(asked, week)
    if not wanted:
        return Figures()
    if isinstance(formula, Level | Ages):
        last = date.fromisoformat(period.to_on).weekday()
        wanted = tuple(day for day in wanted if date.fromisoformat(day).weekday() == last)
    elif period.grain == "week":
        pass
    elif isinstance(formula, Distinct):
        # Who came twice in a month is counted once: weeks do not tell how many.
        return Figures()
    elif isinstance(formula, AMOUNTS):
        return _weighted(asked, wanted, period)
    elif isinstance(formula, PerStock) or (isinstance(formula, PerEmployed) and not formula.is_annual):
        # So many for each customer or colleague: a month has more of them than a week.
        found = evaluate(asked, wanted, quantiles=False).get(("", ""), nothing(asked))
        length = sum(1 for _ in days(period.from_on, period.to_on))
        return Figures() if found.value is None else Figures(found.value * length / WEEK)
    return evaluate(asked, wanted, quantiles=False).get(("", ""), nothing(asked)) if wanted else Figures()


def _weighted(asked: Question, wanted: Sequence[str], period: Period) -> Figures:
    found = evaluate(asked, wanted, daily=True, quantiles=False)
    by_weekday = {date.fromisoformat(day).weekday(): found.get((day, ""), nothing(asked)).value for day in wanted}
    values = [by_weekday.get(date.fromisoformat(day).weekday()) for day in days(period.from_on, period.to_on)]
    known = [value for value in values if value is not None]
    return Figures(sum(known)) if len(known) == len(values) else Figures()


def _p_value(
    asked: Question, made: Answer, period: Period, base: BaseWeeks, is_usual: Usual, known: Sequence[Figures]
) -> float | None:
    formula, value = asked.formula, made.value or 0.0
    length = sum(1 for _ in days(period.from_on, period.to_on))
    if is_count(formula):
        middle = is_usual.value or 0.0
        a_day = middle if isinstance(formula, Level) else middle / length
        return two_sided(count_z(value, middle) / sqrt(dispersion_before(asked, period.from_on, a_day)))
    match formula:
        case Share() | Mix():
            hits, trials = sum(each.num or 0 for each in known), sum(each.den or 0 for each in known)
            z = two_shares_z(made.num or 0, made.den or 0, hits, trials)
            a_day = trials / (WEEK * max(len(known), 1))
            return None if z is None else two_sided(z / sqrt(dispersion_before(asked, period.from_on, a_day)))
        case Durations():
            earlier = [day for week in base.weeks for day in days_of(asked, week)]
            now, then = (
                read_values(asked.db, formula, some, asked.slice).get(("", ""), [])
                for some in (days_of(asked, period), earlier)
            )
            p_value = mann_whitney_p(now, then)
            p_weeks = day_to_day_p(value, [each.value for each in known if each.value is not None])
            return None if p_value is None else max(p_value, p_weeks or 0.0)
    return day_to_day_p(value, [each.value for each in known if each.value is not None])
