"""Which slice explains a change: each member's contribution, which add up to the whole change."""

import sqlite3
from collections.abc import Mapping, Sequence

from core.numbers.answer import Driver, Period
from core.numbers.evaluate import Question, answer, days_of, evaluate, is_count, is_split_by, question
from core.numbers.figures import Figures
from core.numbers.metric import Durations, Ratio, Share
from core.numbers.quantiles import median
from core.numbers.reading import read_values
from core.numbers.reporting import Reporting
from core.numbers.usual import baseline
from core.numbers.where import member_names

# A change is pinned on a member only if it explains at least this much of it.
EXPLAINS = 0.6
Pair = tuple[float, float]
"""Numerator and denominator."""


def driver(
    db: sqlite3.Connection,
    metric_id: str,
    day_on: str,
    dims: Sequence[str],
    *,
    variant: str | None = None,
    where: Mapping[str, str] | None = None,
    reporting: Reporting,
    now_at: int,
) -> Driver | None:
    """The member, among those of several dimensions, that explains most of a day's change against its usual days.

    None unless it explains at least 60 % and is not the only member. A share's change is split into what each member
    adds to it by its weight and by its own change; a median's by the share of cases longer than the usual median.
    """
    asked = question(db, metric_id, variant, where, reporting, now_at)
    if asked.unavailable or not asked.metric.how or not days_of(asked, Period(day_on, day_on)):
        return None
    base = baseline(asked, day_on).days
    best: Driver | None = None
    for dim in dims:
        if base and dim not in asked.slice.members and is_split_by(asked, dim):
            found = _of_dim(asked, day_on, base, dim)
            if found and (best is None or found.share > best.share):
                best = found
    return best if best and best.share >= EXPLAINS else None


def _of_dim(asked: Question, day_on: str, base: Sequence[str], dim: str) -> Driver | None:
    today, before = _pairs(asked, day_on, base, dim)
    changes = contributions(today, before, len(base) if is_count(asked.formula) else 0)
    whole = sum(changes.values())
    if len(changes) < 2 or not whole:
        return None
    uid, change = max(changes.items(), key=lambda entry: entry[1] / whole)
    found = evaluate(asked, [day_on], by=dim).get(("", uid), Figures())
    name = member_names(asked.db, dim, [uid])[uid]
    made = answer(asked, Period(day_on, day_on), found, {**asked.where, dim: uid or name})
    return Driver(dim, name, change / whole, change, made)


def contributions(today: Mapping[str, Pair], before: Mapping[str, Pair], days: int) -> dict[str, float]:
    """What each member adds to the change of the whole; of counts, their change against the mean of ``days`` before.

    Of a share: (num - p0 x den) / all of today less the same of before, p0 being the whole before; the sum is p1 - p0.
    """
    members = today.keys() | before.keys()
    if days:
        return {uid: today.get(uid, (0, 0))[0] - before.get(uid, (0, 0))[0] / days for uid in members}
    dens, dens_0 = (sum(den for _, den in pairs.values()) for pairs in (today, before))
    if not dens or not dens_0:
        return {}
    whole = sum(num for num, _ in before.values()) / dens_0

    def excess(pair: Pair, all_of_it: float) -> float:
        return (pair[0] - whole * pair[1]) / all_of_it

    return {uid: excess(today.get(uid, (0, 0)), dens) - excess(before.get(uid, (0, 0)), dens_0) for uid in members}


def _pairs(asked: Question, day_on: str, base: Sequence[str], dim: str) -> tuple[dict[str, Pair], dict[str, Pair]]:
    formula = asked.formula
    if isinstance(formula, Durations) and formula.lead == "median":
        values = read_values(asked.db, formula, [day_on, *base], asked.slice, by=dim, daily=True)
        middle = median(sorted(each for (day, _), several in values.items() if day != day_on for each in several))
        pairs: tuple[dict[str, Pair], dict[str, Pair]] = ({}, {})
        for (day, uid), several in values.items():
            side = pairs[day != day_on]
            over, of = side.get(uid, (0, 0))
            slower = sum(each > middle for each in several) if middle is not None else 0
            side[uid] = (over + slower, of + len(several))
        return pairs
    if not (is_count(formula) or isinstance(formula, Share | Ratio | Durations)):
        return {}, {}
    by_day = evaluate(asked, [day_on, *base], by=dim, daily=True, quantiles=False)
    sides: tuple[dict[str, Pair], dict[str, Pair]] = ({}, {})
    for (day, uid), found in by_day.items():
        side = sides[day != day_on]
        num, den = side.get(uid, (0, 0))
        side[uid] = (num + (found.num or 0), den + (found.den or 0))
    return sides
