"""Figures that stand on a day, for all days before it: levels, ages, the latest answers, what was done to date."""

from collections.abc import Sequence

from core.clock import day_bounds, days
from core.numbers import levels
from core.numbers.facts.grounds import load_ground
from core.numbers.figures import Figures, figures, level, spread
from core.numbers.latest import latest_totals
from core.numbers.metric import Ages, Latest, Level, PerEmployed, ToDate, parts_of
from core.numbers.question import Question, at_day_ends
from core.numbers.reading import Key, employed_days, first_day, read
from core.numbers.snapshot import SPANS, ages_at, count_at
from core.numbers.sql import PART_DIMS


def day_ends(asked: Question, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Figures]:
    """Levels and ages at the end of each day, or of the last one."""
    formula = asked.formula
    wanted = at_day_ends(asked, on_days)
    if not daily:
        wanted = wanted[-1:]
    kept = _kept_levels(asked, formula, wanted, by) if isinstance(formula, Level) else {}
    found: dict[Key, Figures] = {}
    for day_on in wanted:
        at = min(day_bounds(day_on, asked.reporting.zone)[1], asked.now_at)
        label = day_on if daily else ""
        if day_on in kept:
            found |= {(label, uid): level(count) for uid, count in kept[day_on].items()}
        elif isinstance(formula, Level):
            counts = {**({} if by else {"": 0}), **count_at(asked.db, formula, at, asked.slice, by)}
            found |= {(label, uid): level(count) for uid, count in counts.items()}
        elif isinstance(formula, Ages):
            ground = load_ground(asked.db, asked.reporting, asked.now_at) if formula.in_business else None
            ages = ages_at(asked.db, formula, at, asked.slice, by, ground)
            found |= {(label, uid): spread(values, formula.lead) for uid, values in ages.items()}
    return found


def _kept_levels(asked: Question, formula: Level, wanted: Sequence[str], by: str) -> dict[str, dict[str, float]]:
    """Counts by member of the closed days whose levels are kept; none for a slice that they are not kept by."""
    dims = {*asked.slice.members, *([by] if by else [])}
    if formula.at or len(dims) > 1 or not dims <= set(PART_DIMS[SPANS]):
        return {}
    last_on = levels.through(asked.db)
    closed = [day_on for day_on in wanted if last_on is not None and day_on <= last_on]
    return levels.read(asked.db, formula, closed, asked.slice, by)


def latest(asked: Question, formula: Latest, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Figures]:
    """Balances over the latest answers up to each day, or to the last one."""
    ends = {day: day for day in on_days} if daily else {"": max(on_days)}
    return {
        (label, uid): figures(formula.balance, totals)
        for label, last_on in ends.items()
        for uid, totals in latest_totals(asked.db, formula, last_on, asked.slice, by).items()
    }


def to_date(asked: Question, formula: ToDate, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Figures]:
    """Ratios over all that was told up to each day, or to the last one."""
    first_on, last_on = first_day(asked.db, formula.num), max(on_days)
    if first_on is None or first_on > last_on:
        return {}
    known = read(asked.db, parts_of(formula), tuple(days(first_on, last_on)), asked.slice, by=by, daily=True)
    labels = {day: day for day in on_days} if daily else {last_on: ""}
    found: dict[Key, Figures] = {}
    for uid in sorted({uid for _, uid in known}):
        top = bottom = 0.0
        for day in days(first_on, last_on):
            totals = known.get((day, uid), {})
            top += totals.get(formula.num.id, (0, 0))[0] or 0
            bottom += totals.get(formula.den.id, (0, 0))[0] or 0
            if day in labels and bottom:
                found[labels[day], uid] = Figures(top / bottom, int(bottom), top, bottom)
    return found


def per_employed(
    asked: Question, formula: PerEmployed, on_days: Sequence[str], by: str, daily: bool
) -> dict[Key, Figures]:
    """Rates for each person employed on average."""
    totals = read(asked.db, [formula.num], on_days, asked.slice, by=by, daily=daily)
    found: dict[Key, Figures] = {}
    for some in ([day] for day in on_days) if daily else (on_days,):
        label = some[0] if daily else ""
        for uid, present in employed_days(asked.db, min(some), max(some), asked.slice, by).items():
            count = totals.get((label, uid), {}).get(formula.num.id, (0, 0))[0] or 0
            heads = present / len(some)
            rate = count / formula.per / heads * (365 / len(some) if formula.is_annual else 1)
            found[label, uid] = Figures(rate, int(heads), count)
    return found
