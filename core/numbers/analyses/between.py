"""What became of a metric from one stretch of days to another on the same weekdays, and whether that is clear."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import copysign, inf, log, sqrt

from core.clock import add_days, days
from core.numbers.answer import Answer, Period
from core.numbers.clear_change import mann_whitney_p, two_shares_z, two_sided
from core.numbers.evaluate import Question, answer, days_of, evaluate, is_count, maturity_days, nothing, question
from core.numbers.figures import Figures
from core.numbers.inquiry import WEEK, Inquiry
from core.numbers.metric import Durations, Ratio, Share, Sum
from core.numbers.reading import read_values
from core.numbers.sql import marks

# Fewer pairs of days say nothing of how much days differ.
LEAST_DAYS = 5


@dataclass(frozen=True)
class Change:
    """Two answers of a metric, by how much of the earlier value the later one differs, and how likely by chance.

    ``relative`` is None where one of the answers is missing or rests on too few cases, ``p_value`` where nothing can be
    tested."""

    now: Answer
    then: Answer
    relative: float | None = None
    p_value: float | None = None

    @property
    def metric_id(self) -> str:
        """Whose change it is."""
        return self.now.metric_id

    @property
    def is_known(self) -> bool:
        """Whether both values can be judged."""
        return self.relative is not None

    def went(self, way: int, floor: float, clear: float) -> bool:
        """Whether it clearly moved up (``way`` 1) or down (-1), by at least ``floor`` of what it was."""
        if self.relative is None or self.p_value is None:
            return False
        # A hair's breadth for what binary fractions make of 5 %.
        return self.relative * way >= floor - 1e-9 and self.p_value < clear


def settled(inquiry: Inquiry, metric_id: str, last_on: str) -> str:
    """The last day up to which a metric of a cohort is final, whole weeks before ``last_on``; else that day itself."""
    asked = question(inquiry.db, metric_id, None, inquiry.where, inquiry.reporting, inquiry.now_at)
    if not asked.metric.is_cohort:
        return last_on
    final_on = add_days(inquiry.today_on, -1 - maturity_days(asked.metric, inquiry.reporting))
    while last_on > final_on:
        last_on = add_days(last_on, -WEEK)
    return last_on


def change(inquiry: Inquiry, metric_id: str, now: Period, then: Period, variant: str | None = None) -> Change:
    """The change of a metric between two periods of as many days that begin on one weekday.

    Shares are tested by two proportions, durations by Mann-Whitney, ratios of rows (a quality score) by Welch's t of a
    ratio. These take each contact for a draw of its own; but some days are slower or better than others as a whole, so
    every metric has to pass a second test too (counts and ratios of sums that alone): Student's t over the differences
    of days on one weekday (of the logarithms of durations), closed days left out. The larger p counts.
    """
    asked = question(inquiry.db, metric_id, variant, inquiry.where, inquiry.reporting, inquiry.now_at)
    bare = Change(_answer(asked, now), _answer(asked, then))
    if any(each.value is None or each.status != "ok" for each in (bare.now, bare.then)):
        return bare
    pairs = _weekdays(inquiry, asked, now, then)
    of_days = weekdays_p(pairs, are_times=isinstance(asked.formula, Durations))
    p_values = [p_value for p_value in (_p_of_kind(asked, bare), of_days) if p_value is not None]
    return replace(bare, relative=_relative(asked, bare, pairs), p_value=max(p_values, default=None))


def _p_of_kind(asked: Question, bare: Change) -> float | None:
    """By the test that suits the formula, if it has one."""
    now, then = bare.now, bare.then
    match asked.formula:
        case Share():
            z = two_shares_z(now.num or 0, now.den or 0, then.num or 0, then.den or 0)
            return None if z is None else two_sided(z)
        case Durations() as formula:
            wanted = [days_of(asked, each.period) for each in (now, then)]
            return mann_whitney_p(*(read_values(asked.db, formula, on, asked.slice).get(("", ""), ()) for on in wanted))
        case Ratio(Sum() as num, Sum() as den, by_rows=True):
            return ratios_p(*(_rows(asked, num, den, each.period) for each in (now, then)))
    return None


def _answer(asked: Question, period: Period) -> Answer:
    wanted = () if asked.unavailable or not asked.metric.how else days_of(asked, period)
    if not wanted or wanted[0] > period.from_on:
        return answer(asked, period, Figures())
    return answer(asked, period, evaluate(asked, wanted).get(("", ""), nothing(asked)))


def _rows(asked: Question, num: Sum, den: Sum, period: Period) -> list[tuple[float, float]]:
    on = days_of(asked, period)
    conditions = [f"{den.on} in {marks(on)}", f"({num.where or 1})", f"({den.where or 1})",
                  *asked.slice.filters(den.fact)]  # fmt: skip
    found = asked.db.execute(
        f"select {num.value}, {den.value} from {den.fact} where {' and '.join(conditions)}",
        (*on, *asked.slice.values()),
    )
    return [(row[0], row[1]) for row in found if row[0] is not None and row[1]]


def _weekdays(inquiry: Inquiry, asked: Question, now: Period, then: Period) -> list[tuple[float, float]]:
    """The values of days on one weekday, later and earlier, where both are open and have one."""
    pairs = list(zip(days(now.from_on, now.to_on), days(then.from_on, then.to_on), strict=True))
    every = [day for pair in pairs for day in pair]
    found = evaluate(asked, every, daily=True, quantiles=False)
    nought = nothing(asked).value
    values = {day: found[day, ""].value if (day, "") in found else nought for day in every}
    made = []
    for late, early in pairs:
        one, other = values[late], values[early]
        is_open = inquiry.is_open(late) and inquiry.is_open(early)
        if is_open and one is not None and other is not None and (one or other):
            made.append((one, other))
    return made


def _relative(asked: Question, bare: Change, pairs: Sequence[tuple[float, float]]) -> float | None:
    """By how much of the earlier value; of counts over days that were open in both periods, so that holidays are no
    change."""
    now, then = bare.now.value, bare.then.value
    if is_count(asked.formula):
        now, then = sum(late for late, _ in pairs), sum(early for _, early in pairs)
    if now is None or then is None:
        return None
    if not then:
        return copysign(inf, now) if now else 0.0
    return (now - then) / abs(then)


def weekdays_p(pairs: Sequence[tuple[float, float]], *, are_times: bool = False) -> float | None:
    """The two-sided probability that days on one weekday, later and earlier, differ by chance.

    Of lengths of time it is how many times as long they are: one day of long cases would outweigh the rest."""
    if are_times and all(late > 0 and early > 0 for late, early in pairs):
        return mean_p([log(late / early) for late, early in pairs])
    return mean_p([late - early for late, early in pairs])


def mean_p(differences: Sequence[float]) -> float | None:
    """The two-sided probability that the mean of such differences is 0, by Student's t."""
    n = len(differences)
    if n < LEAST_DAYS:
        return None
    mean = sum(differences) / n
    error = sqrt(sum((each - mean) ** 2 for each in differences) / (n - 1) / n)
    return _t(mean, error, n - 1)


def ratios_p(now: Sequence[tuple[float, float]], then: Sequence[tuple[float, float]]) -> float | None:
    """The two-sided probability that sums of pairs (part, whole) have one ratio, by Welch's t on what rows deviate."""
    sides = [_ratio(rows) for rows in (now, then)]
    if any(side is None for side in sides):
        return None
    (one, var_one, n_one), (other, var_other, n_other) = (side for side in sides if side is not None)
    both = var_one + var_other
    if not both:
        return _t(one - other, 0.0, 1)
    freedom = both**2 / (var_one**2 / (n_one - 1) + var_other**2 / (n_other - 1))
    return _t(one - other, sqrt(both), freedom)


def _ratio(rows: Sequence[tuple[float, float]]) -> tuple[float, float, int] | None:
    """The ratio of the sums, its variance by linearisation, and the number of rows."""
    n, whole = len(rows), sum(den for _, den in rows)
    if n < 2 or not whole:
        return None
    ratio = sum(num for num, _ in rows) / whole
    return ratio, n / (n - 1) * sum((num - ratio * den) ** 2 for num, den in rows) / whole**2, n


def _t(mean: float, error: float, freedom: float) -> float:
    if not error:
        return 1.0 if not mean else 0.0
    # Importing scipy.stats costs a second: most reports need no test.
    from scipy.stats import t  # noqa: PLC0415

    return float(2 * t.sf(abs(mean) / error, freedom))
