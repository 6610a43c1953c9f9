"""How hard projects were, against all that had ended by then (metrics 8.10)."""

from collections.abc import Mapping, Sequence
from math import fsum, sqrt

from core.numbers.figures import Figures
from core.numbers.metric import Difficulty
from core.numbers.reading import Total

FEWEST = 2


def difficulties(formula: Difficulty, ended: Mapping[str, Mapping[str, Total]]) -> dict[str, Figures]:
    """(z(minutes a completion) - z(completions a day) - z(success rate)) / 3 by project; ``n`` are the projects.

    A project of which one of the three is unknown is left out."""
    known: dict[str, tuple[float, float, float]] = {}
    for uid, totals in sorted(ended.items()):
        done, days = totals.get(formula.done.id, (0, 0))
        success, reached, seat_s = (
            totals.get(part.id, (0, 0))[0] for part in (formula.success, formula.reached, formula.seat)
        )
        if done and reached and seat_s and success is not None:
            known[uid] = (seat_s / 60 / done, done / days, success / reached)
    if len(known) < FEWEST:
        return {}
    minutes, pace, rate = (_scores(column) for column in zip(*known.values(), strict=True))
    return {
        uid: Figures((minutes[place] - pace[place] - rate[place]) / 3, len(known)) for place, uid in enumerate(known)
    }


def mean(found: Sequence[Figures]) -> Figures:
    """Projects together, as hard as they were on average."""
    values = [figure.value for figure in found if figure.value is not None]
    return Figures(fsum(values) / len(values), found[0].n) if values else Figures()


def _scores(values: Sequence[float]) -> list[float]:
    """Standard deviations from the mean; 0 where all are alike."""
    middle = fsum(values) / len(values)
    spread = sqrt(fsum((value - middle) ** 2 for value in values) / len(values))
    return [(value - middle) / spread if spread else 0.0 for value in values]
