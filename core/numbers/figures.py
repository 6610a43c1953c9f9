"""From totals to a value: what a formula makes of its parts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.numbers.intervals import net_half_width, wilson
from core.numbers.metric import (
    Amount,
    Balance,
    Difference,
    Distinct,
    Durations,
    Formula,
    Hours,
    Lead,
    Max,
    PerStock,
    PerSuccess,
    Ratio,
    Share,
    Sum,
    Term,
)
from core.numbers.quantiles import median, quantile
from core.numbers.reading import Totals


@dataclass(frozen=True)
class Figures:
    """A value and what it is made of; None where there is nothing to divide by (metrics R2)."""

    value: float | None = None
    n: int = 0
    num: float | None = None
    den: float | None = None
    mean: float | None = None
    p50: float | None = None
    p90: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    precision: str = "exact"
    largest: str = ""


NOTHING = Figures()


def term(wanted: Term, totals: Totals) -> float | None:
    """A count or sum, 0 without rows; the greatest of no rows is None."""
    match wanted:
        case Difference(plus, minus):
            return sum(totals.get(part.id, (0, 0))[0] or 0 for part in plus) - sum(
                totals.get(part.id, (0, 0))[0] or 0 for part in minus
            )
        case Max():
            return totals.get(wanted.id, (None, 0))[0]
        case Sum() | Distinct():
            return totals.get(wanted.id, (0, 0))[0] or 0


def figures(formula: Formula, totals: Totals) -> Figures:
    """The value of a formula over its totals; of durations the mean, for their quantiles are not additive."""
    match formula:
        case Share(num, den):
            return share(term(num, totals) or 0, term(den, totals) or 0)
        case Ratio(num, den, per, by_rows, times, is_told):
            top, bottom = term(num, totals) or 0, term(den, totals) or 0
            n = totals.get(den.id, (0, 0))[1] if by_rows and isinstance(den, Sum) else int(bottom // per)
            is_known = bottom and not (is_told and isinstance(num, Sum) and num.id not in totals)
            return Figures(times * top / bottom if is_known else None, n, top, bottom)
        case PerSuccess(num, tried, reached):
            top, bottom = term(num, totals) or 0, term(tried, totals) or 0
            part, whole = term(reached.num, totals) or 0, term(reached.den, totals) or 0
            is_known = bottom and part and num.id in totals
            return Figures(top * whole / (bottom * part) if is_known else None, int(bottom), top)
        case PerStock(num, stock, times):
            top = term(num, totals) or 0
            held, told = totals.get(stock.id, (0, 0))
            return Figures(times * top * told / held if held else None, int(top), top)
        case Hours(summed):
            seconds, n = totals.get(summed.id, (0, 0))
            return Figures((seconds or 0) / 3_600, n, seconds or 0)
        case Amount(summed, per):
            amount, n = totals.get(summed.id, (None, 0))
            return Figures(None if amount is None else amount / per, n, amount or 0)
        case Balance(plus, minus, whole):
            return balance(term(plus, totals) or 0, term(minus, totals) or 0, term(whole, totals) or 0)
        case Durations(lead=lead):
            total, n = totals.get(formula.part.id, (0, 0))
            mean = (total or 0) / n if n else None
            return Figures(mean if lead == "mean" else None, n, total or 0, n, mean)
        case Max():
            value, n = totals.get(formula.id, (None, 0))
            return Figures(value, n, value)
        case Sum() | Distinct() | Difference():
            value = term(formula, totals) or 0
            return Figures(value, int(abs(value)), value)
    raise TypeError(f"{type(formula).__name__} is not computed from totals")


def share(num: float, den: float) -> Figures:
    """A proportion with its Wilson interval."""
    low, high = wilson(num, den) or (None, None)
    return Figures(num / den if den > 0 else None, int(max(den, 0)), num, den, ci_low=low, ci_high=high)


def balance(plus: float, minus: float, whole: float) -> Figures:
    """100 x (plus - minus) / whole, within its half-width."""
    half = net_half_width(plus, minus, whole)
    if half is None:
        return Figures(None, 0, plus - minus, whole)
    value = 100 * (plus - minus) / whole
    return Figures(value, int(whole), plus - minus, whole, ci_low=value - half, ci_high=value + half)


def level(count: float) -> Figures:
    """A count at a moment."""
    return Figures(count, int(count), count)


def spread(ordered: Sequence[float], lead: Lead, known: Figures | None = None) -> Figures:
    """Quantiles of durations in rising order, led by one of them; mean and n as known from parts where they are."""
    if not ordered:
        return known or NOTHING
    base = known or Figures(n=len(ordered), num=sum(ordered), den=len(ordered), mean=sum(ordered) / len(ordered))
    p50 = median(ordered)
    leading = {"median": p50, "mean": base.mean, "max": float(ordered[-1])}[lead]
    return replace(base, value=leading, p50=p50, p90=quantile(ordered, 0.9))
