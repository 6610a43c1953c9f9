"""Figures that add up over days, the distributions beside them, and the shares of members in a whole."""

from collections.abc import Sequence
from dataclasses import replace

from core.numbers.figures import Figures, figures, share, spread
from core.numbers.metric import Durations, Formula, Mix, Waiting, parts_of
from core.numbers.precision import PRECISIONS, worst
from core.numbers.question import Question
from core.numbers.reading import Key, Totals, read, read_values, read_waiting
from core.numbers.survival import survival_quantile


def summed(asked: Question, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Figures]:
    """Figures of what only has to be added up."""
    totals = _totals(asked, on_days, by, daily)
    return {
        key: replace(figures(asked.formula, found), precision=_precision(asked.formula, found))
        for key, found in totals.items()
    }


def _totals(asked: Question, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Totals]:
    parts = tuple(parts_of(asked.formula))
    ranks = (worst(part.fact, part.on) for part in parts)
    return dict(read(asked.db, (*parts, *(rank for rank in ranks if rank)), on_days, asked.slice, by=by, daily=daily))


def _precision(formula: Formula, totals: Totals) -> str:
    ranks = [worst(part.fact, part.on) for part in parts_of(formula)]
    return PRECISIONS[max((int(totals[rank.id][0] or 0) for rank in ranks if rank and rank.id in totals), default=0)]


def durations(
    asked: Question, formula: Durations, on_days: Sequence[str], by: str, daily: bool, quantiles: bool
) -> dict[Key, Figures]:
    """Distributions; without ``quantiles`` only means, of those led by their mean."""
    totals = _totals(asked, on_days, by, daily)
    found = {key: replace(figures(formula, has), precision=_precision(formula, has)) for key, has in totals.items()}
    if not quantiles and formula.lead == "mean":
        return found
    values = read_values(asked.db, formula, on_days, asked.slice, by=by, daily=daily)
    return {key: spread(values.get(key, ()), formula.lead, known) for key, known in found.items()}


def waiting(asked: Question, formula: Waiting, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Figures]:
    """How long a cohort waits, those still waiting counted as such."""
    found = read_waiting(asked.db, formula, asked.now_at, on_days, asked.slice, by=by, daily=daily)
    made = {}
    for key, (ended, waiting) in found.items():
        p50, p90 = (survival_quantile(ended, waiting, share) for share in (0.5, 0.9))
        made[key] = Figures(p50, len(ended) + len(waiting), len(ended), len(ended) + len(waiting), p50=p50, p90=p90)
    return made


def mix(asked: Question, formula: Mix, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Figures]:
    """Shares of the members of the formula's dimension in the rest of the slice; the largest one's if none is asked."""
    wholes = read(asked.db, [formula.whole], on_days, asked.slice.without(formula.dim), daily=daily)
    chosen = asked.slice.members.get(formula.dim)
    found: dict[Key, Figures] = {}
    members = read(asked.db, [formula.whole], on_days, asked.slice, by=formula.dim, daily=daily)
    for (day_on, uid), totals in members.items():
        part, whole = (has[formula.whole.id][0] or 0 for has in (totals, wholes[day_on, ""]))
        figure = replace(share(part, whole), largest=uid)
        if by == formula.dim:
            found[day_on, uid] = figure
            continue
        known = found.get((day_on, ""))
        if chosen and known:
            figure = replace(share((known.num or 0) + part, whole), largest=uid)
        if chosen or known is None or (figure.num or 0) > (known.num or 0):
            found[day_on, ""] = figure
    return found
