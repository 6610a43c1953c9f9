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
from core.numbers.usual import base_weeks, baseline
from core.numbers.where import member_names

# A change is pinned on a member only if it explains at least this much of it.
EXPLAINS = 0.6
Pair = tuple[float, float]
"""Numerator and denominator."""


def driver(
    db: sqlite3.Connection,
    metric_id: str,
    period: Period,
    dims: Sequence[str],
    *,
    variant: str | None = None,
    where: Mapping[str, str] | None = None,
    reporting: Reporting,
    now_at: int,
) -> Driver | None:
    """The member, among those of several dimensions, that explains most of the change of a day, week or month.

    It is held against the usual days of a day, or the 8 clean weeks before a period. None unless it explains at least
    60 %, is not the only member and has a name. A share's change is split into what each member
    adds to it by its weight and by its own change; a median's by the share of cases longer than the usual median.
    """
    asked = question(db, metric_id, variant, where, reporting, now_at)
    now = () if asked.unavailable or not asked.metric.how else days_of(asked, period)
    if not now:
        return None
    if period.from_on == period.to_on:
        base = baseline(asked, period.to_on).days
    else:
        base = tuple(day for week in base_weeks(asked, period).weeks for day in days_of(asked, week))
    best: Driver | None = None
    for dim in dims:
        if base and dim not in asked.slice.members and is_split_by(asked, dim):
            found = _of_dim(asked, period, now, base, dim)
            if found and (best is None or found.share > best.share):
                best = found
    return best if best and best.share >= EXPLAINS else None


def explained(asked: Question, on_days: Sequence[str], base: Sequence[str], dim: str) -> list[Driver]:
    """Every member's part of the change of some days against others, the greatest share first; they add up to all.

    Of counts against the mean of as many days. None where the formula or its facts cannot be split by the dimension.
    """
    if not on_days or not base or dim in asked.slice.members or not is_split_by(asked, dim):
        return []
    changes = _changes(asked, on_days, base, dim)
    whole = sum(changes.values())
    if not whole:
        return []
    found = evaluate(asked, on_days, by=dim)
    names = member_names(asked.db, dim, changes)
    period = Period(on_days[0], on_days[-1])
    made = [
        Driver(
            dim,
            names[uid],
            change / whole,
            change,
            answer(asked, period, found.get(("", uid), Figures()), {**asked.where, dim: uid or names[uid]}),
        )
        for uid, change in changes.items()
    ]
    return sorted(made, key=lambda driver: (-driver.share, driver.member))


def _changes(asked: Question, on_days: Sequence[str], base: Sequence[str], dim: str) -> dict[str, float]:
    today, before = _pairs(asked, on_days, base, dim)
    return contributions(today, before, len(base) / len(on_days) if is_count(asked.formula) else 0)


def _of_dim(asked: Question, period: Period, on_days: Sequence[str], base: Sequence[str], dim: str) -> Driver | None:
    changes = _changes(asked, on_days, base, dim)
    whole = sum(changes.values())
    if len(changes) < 2 or not whole:
        return None
    uid, change = max(changes.items(), key=lambda entry: entry[1] / whole)
    if not uid:
        return None
    found = evaluate(asked, on_days, by=dim).get(("", uid), Figures())
    name = member_names(asked.db, dim, [uid])[uid]
    made = answer(asked, period, found, {**asked.where, dim: uid or name})
    return Driver(dim, name, change / whole, change, made)


def contributions(today: Mapping[str, Pair], before: Mapping[str, Pair], times: float) -> dict[str, float]:
    """What each member adds to the change of the whole; of counts, against the mean of ``times`` before.

    Of a share: (num - p0 x den) / all of today less the same of before, p0 being the whole before; the sum is p1 - p0.
    """
    members = today.keys() | before.keys()
    if times:
        return {uid: today.get(uid, (0, 0))[0] - before.get(uid, (0, 0))[0] / times for uid in members}
    dens, dens_0 = (sum(den for _, den in pairs.values()) for pairs in (today, before))
    if not dens or not dens_0:
        return {}
    whole = sum(num for num, _ in before.values()) / dens_0

    def excess(pair: Pair, all_of_it: float) -> float:
        return (pair[0] - whole * pair[1]) / all_of_it

    return {uid: excess(today.get(uid, (0, 0)), dens) - excess(before.get(uid, (0, 0)), dens_0) for uid in members}


def _pairs(
    asked: Question, on_days: Sequence[str], base: Sequence[str], dim: str
) -> tuple[dict[str, Pair], dict[str, Pair]]:
    formula = asked.formula
    today = frozenset(on_days)
    pairs: tuple[dict[str, Pair], dict[str, Pair]] = ({}, {})
    if isinstance(formula, Durations) and formula.lead == "median":
        values = read_values(asked.db, formula, [*on_days, *base], asked.slice, by=dim, daily=True)
        middle = median(sorted(each for (day, _), several in values.items() if day not in today for each in several))
        for (day, uid), several in values.items():
            side = pairs[day not in today]
            over, of = side.get(uid, (0, 0))
            slower = sum(each > middle for each in several) if middle is not None else 0
            side[uid] = (over + slower, of + len(several))
        return pairs
    if not (is_count(formula) or isinstance(formula, Share | Ratio | Durations)):
        return pairs
    by_day = evaluate(asked, [*on_days, *base], by=dim, daily=True, quantiles=False)
    for (day, uid), found in by_day.items():
        side = pairs[day not in today]
        num, den = side.get(uid, (0, 0))
        side[uid] = (num + (found.num or 0), den + (found.den or 0))
    return pairs
