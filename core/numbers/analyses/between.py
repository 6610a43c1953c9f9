"""What became of a metric from one stretch of days to another on the same weekdays, and whether that is clear."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

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
    tested. ``test`` names the test: shares, ranks, ratios, weekdays."""

    now: Answer
    then: Answer
    relative: float | None = None
    p_value: float | None = None
    test: str = ""

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
    ratio, and all else by Student's t over the differences of days on one weekday, closed days left out: what repeats
    by the week is gone then.
    """
    asked = question(inquiry.db, metric_id, variant, inquiry.where, inquiry.reporting, inquiry.now_at)
    made, before = _answer(asked, now), _answer(asked, then)
    bare = Change(made, before)
    if any(each.value is None or each.status != "ok" for each in (made, before)):
        return bare
    match asked.formula:
        case Share():
            z = two_shares_z(made.num or 0, made.den or 0, before.num or 0, before.den or 0)
            return _changed(bare, None if z is None else two_sided(z), "shares")
        case Durations() as formula:
            wanted = [days_of(asked, period) for period in (now, then)]
            some = [read_values(asked.db, formula, on, asked.slice).get(("", ""), ()) for on in wanted]
            return _changed(bare, mann_whitney_p(*some), "ranks")
        case Ratio(Sum() as num, Sum() as den, by_rows=True):
            rows = [_rows(asked, num, den, period) for period in (now, then)]
            return _changed(bare, ratios_p(*rows), "ratios")
    return _by_days(inquiry, asked, bare)


def _answer(asked: Question, period: Period) -> Answer:
    wanted = () if asked.unavailable or not asked.metric.how else days_of(asked, period)
    if not wanted or wanted[0] > period.from_on:
        return answer(asked, period, Figures())
    return answer(asked, period, evaluate(asked, wanted).get(("", ""), nothing(asked)))


def _changed(bare: Change, p_value: float | None, test: str) -> Change:
    now, then = bare.now.value, bare.then.value
    if now is None or not then:
        return bare
    return Change(bare.now, bare.then, (now - then) / abs(then), p_value, test)


def _rows(asked: Question, num: Sum, den: Sum, period: Period) -> list[tuple[float, float]]:
    on = days_of(asked, period)
    conditions = [f"{den.on} in {marks(on)}", f"({num.where or 1})", f"({den.where or 1})",
                  *asked.slice.filters(den.fact)]  # fmt: skip
    found = asked.db.execute(
        f"select {num.value}, {den.value} from {den.fact} where {' and '.join(conditions)}",
        (*on, *asked.slice.values()),
    )
    return [(row[0], row[1]) for row in found if row[0] is not None and row[1]]


def _by_days(inquiry: Inquiry, asked: Question, bare: Change) -> Change:
    now, then = bare.now.period, bare.then.period
    pairs = list(zip(days(now.from_on, now.to_on), days(then.from_on, then.to_on), strict=True))
    every = [day for pair in pairs for day in pair]
    found = evaluate(asked, every, daily=True, quantiles=False)
    nought = nothing(asked).value
    values = {day: found[day, ""].value if (day, "") in found else nought for day in every}
    differences, base = [], []
    for late, early in pairs:
        one, other = values[late], values[early]
        if one is None or other is None or (not one and not other) or _is_shut(inquiry, late, early):
            continue
        differences.append(one - other)
        base.append(other)
    if len(base) < LEAST_DAYS:
        return bare
    p_value = mean_p(differences)
    if is_count(asked.formula):
        # The sums of periods with another number of open days cannot be compared.
        before = sum(base) / len(base)
        relative = sum(differences) / len(base) / abs(before) if before else None
        return Change(bare.now, bare.then, relative, p_value, "weekdays")
    return _changed(bare, p_value, "weekdays")


def _is_shut(inquiry: Inquiry, *on: str) -> bool:
    calendar = inquiry.calendar
    return calendar is not None and any(calendar.day_open_s(day) == 0 for day in on)


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
