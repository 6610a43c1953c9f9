"""Figures of what was planned: forecasts beside what came, projects beside each other."""

from collections.abc import Sequence

from core.clock import days
from core.numbers.difficulty import difficulties, mean
from core.numbers.figures import Figures
from core.numbers.metric import Difficulty, ForecastError, parts_of
from core.numbers.question import Question
from core.numbers.reading import Key, first_day, read

PROJECT = "project"


def forecast_error(
    asked: Question, formula: ForecastError, on_days: Sequence[str], by: str, daily: bool
) -> dict[Key, Figures]:
    """How far forecasts were off, over the days that are over."""
    over = [day for day in on_days if day < asked.today_on]
    if not over:
        return {}
    known = read(asked.db, parts_of(formula), over, asked.slice, by=by, daily=True)
    sums: dict[Key, list[float]] = {}
    for (day, uid), totals in sorted(known.items()):
        if formula.forecast.id not in totals:
            continue
        actual = totals.get(formula.actual.id, (0, 0))[0] or 0
        off = (totals[formula.forecast.id][0] or 0) - 1_000 * actual
        added = sums.setdefault((day if daily else "", uid), [0, 0, 0])
        for place, amount in enumerate((off if formula.is_bias else abs(off), actual, 1)):
            added[place] += amount
    return {
        key: Figures(off / 1_000 / actual if actual else None, int(count), off / 1_000, actual)
        for key, (off, actual, count) in sums.items()
    }


def difficulty(
    asked: Question, formula: Difficulty, on_days: Sequence[str], by: str, daily: bool
) -> dict[Key, Figures]:
    """Projects of the slice that ended on the days, each against all that had ended by the last of them."""
    first_on = first_day(asked.db, formula.done)
    if first_on is None or by not in ("", PROJECT):
        return {}
    chosen = asked.slice.members.get(PROJECT)
    rest = asked.slice.without(PROJECT)
    found: dict[Key, Figures] = {}
    for some in ([day] for day in on_days) if daily else (on_days,):
        label = some[0] if daily else ""
        now = {uid for _, uid in read(asked.db, [formula.done], some, rest, by=PROJECT)}
        if not now:
            continue
        ended = read(asked.db, parts_of(formula), tuple(days(first_on, max(some))), rest, by=PROJECT)
        scores = difficulties(formula, {uid: totals for (_, uid), totals in ended.items()})
        mine = {uid: score for uid, score in scores.items() if uid in now and (not chosen or uid in chosen)}
        if by:
            found |= {(label, uid): score for uid, score in mine.items()}
        elif mine:
            found[label, ""] = mean(list(mine.values()))
    return found
