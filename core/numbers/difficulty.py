"""How hard projects were, against all that had ended by then (metrics 8.10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import Literal, TypeAlias

from core.numbers.figures import Figures
from core.numbers.metric import Difficulty
from core.numbers.quantiles import quantile
from core.numbers.reading import Total

Kind: TypeAlias = Literal["easy", "middle", "hard"]
KINDS: tuple[Kind, ...] = ("easy", "middle", "hard")
FEWEST = 2
# With fewer there are no thirds, and none of them is like another.
FEWEST_PAST = 3
ALIKE = 3


@dataclass(frozen=True)
class Work:
    """What a project's difficulty is read from: minutes a completion, completions a day, share of successes."""

    minutes: float
    a_day: float
    success: float


@dataclass(frozen=True)
class Scale:
    """Where a figure lies among others, in standard deviations from their mean; 0 where all are alike."""

    middle: float
    spread: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Scale":
        """Mean and standard deviation of all there are."""
        middle = fsum(values) / len(values)
        return cls(middle, sqrt(fsum((value - middle) ** 2 for value in values) / len(values)))

    def score(self, value: float) -> float:
        """How far from the mean."""
        return (value - self.middle) / self.spread if self.spread else 0.0


@dataclass(frozen=True)
class Past:
    """Projects that ended, with the scales that they make and how hard each was; ``thirds`` part the classes."""

    minutes: Scale
    a_day: Scale
    success: Scale
    scores: Mapping[str, float]
    thirds: tuple[float, float]

    @classmethod
    def of(cls, works: Mapping[str, Work]) -> "Past | None":
        """None with fewer than three projects."""
        if len(works) < FEWEST_PAST:
            return None
        minutes, a_day, success = _scales(list(works.values()))
        scores = {uid: _harder(work, minutes, a_day, success) for uid, work in works.items()}
        ordered = sorted(scores.values())
        low, high = (quantile(ordered, share) or 0.0 for share in (1 / 3, 2 / 3))
        return cls(minutes, a_day, success, scores, (low, high))


def harder_by(work: Work, past: Past) -> float:
    """(z(minutes a completion) - z(completions a day) - z(success rate)) / 3 against past projects."""
    return _harder(work, past.minutes, past.a_day, past.success)


def class_of(score: float, past: Past) -> Kind:
    """The third of past projects that it belongs to."""
    return KINDS[sum(score > edge for edge in past.thirds)]


def nearest(score: float, scores: Mapping[str, float], past: Past, count: int = ALIKE) -> tuple[str, ...]:
    """The past projects most like it: first those of the same class, then by difficulty."""
    place = KINDS.index(class_of(score, past))

    def apart(uid: str) -> tuple[int, float, str]:
        return abs(KINDS.index(class_of(scores[uid], past)) - place), abs(scores[uid] - score), uid

    return tuple(sorted(scores, key=apart)[:count])


def difficulties(formula: Difficulty, ended: Mapping[str, Mapping[str, Total]]) -> dict[str, Figures]:
    """How hard each project was by the totals of its days; ``n`` are the projects.

    A project of which one of the three figures is unknown is left out."""
    known: dict[str, Work] = {}
    for uid, totals in sorted(ended.items()):
        done, days = totals.get(formula.done.id, (0, 0))
        success, reached, seat_s = (
            totals.get(part.id, (0, 0))[0] for part in (formula.success, formula.reached, formula.seat)
        )
        if done and reached and seat_s and success is not None:
            known[uid] = Work(seat_s / 60 / done, done / days, success / reached)
    if len(known) < FEWEST:
        return {}
    scales = _scales(list(known.values()))
    return {uid: Figures(_harder(work, *scales), len(known)) for uid, work in known.items()}


def mean(found: Sequence[Figures]) -> Figures:
    """Projects together, as hard as they were on average."""
    values = [figure.value for figure in found if figure.value is not None]
    return Figures(fsum(values) / len(values), found[0].n) if values else Figures()


def _scales(works: Sequence[Work]) -> tuple[Scale, Scale, Scale]:
    minutes, a_day, success = (
        Scale.of([getattr(work, name) for work in works]) for name in ("minutes", "a_day", "success")
    )
    return minutes, a_day, success


def _harder(work: Work, minutes: Scale, a_day: Scale, success: Scale) -> float:
    return (minutes.score(work.minutes) - a_day.score(work.a_day) - success.score(work.success)) / 3
