"""Whether the centre is in the groove: strong metrics that gain while weak ones pay, and how near both are to goal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Literal, TypeAlias

from core.clock import add_days
from core.numbers.analyses.between import Change, change, settled
from core.numbers.analyses.goals import guards_of
from core.numbers.analyses.pairs import PAIRS, Strong, loses
from core.numbers.answer import Answer, Period
from core.numbers.compare import BETTER
from core.numbers.goal import Goal
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import METRICS, find_metric

Look: TypeAlias = Literal["before", "weeks_13"]

SPAN_DAYS = 28
LOOKS: Mapping[Look, int] = {"before": SPAN_DAYS, "weeks_13": 91}
P_CLEAR = 0.05
# A weak metric is heard at half of what a strong one has to gain: 4 points of 88 are a loss (metrics 8.5, example 1).
WEAK_FLOOR = 0.5
WAYS: Mapping[str, int] = {weak_id: -loses(weak_id) for pair in PAIRS for weak_id, _ in pair.weak} | {
    pair.metric_id: pair.gains for pair in PAIRS
}


@dataclass(frozen=True)
class Parting:
    """A strong metric that clearly gained: ``slip`` while a weak one clearly lost, ``strain`` while nobody can tell.

    ``look`` says against what: the 28 days before, or the same weekdays 13 weeks ago."""

    kind: Literal["slip", "strain"]
    look: Look
    strong: Change
    weak: Change
    because: str


@dataclass(frozen=True)
class Score:
    """How near to their goals both sides of every pair are, 0..100, and the side that holds it back (metrics 8.5)."""

    value: float
    strong_id: str
    weak_id: str
    held_by: str
    pairs: int


def partings(inquiry: Inquiry, last_on: str) -> tuple[Parting, ...]:
    """Slips first, then strains, over the 28 days that end on ``last_on``.

    The days of a metric of a cohort end where it is final."""

    @cache
    def known(metric_id: str, look: Look) -> Change:
        return change(inquiry, metric_id, *windows(settled(inquiry, metric_id, last_on), look))

    return parted(known)


def windows(last_on: str, look: Look) -> tuple[Period, Period]:
    """The 28 days that end on a day, and those they are held against."""
    now = Period(add_days(last_on, 1 - SPAN_DAYS), last_on, "rolling")
    back = -LOOKS[look]
    return now, Period(add_days(now.from_on, back), add_days(now.to_on, back), "rolling")


def parted(known: Callable[[str, Look], Change], pairs: Sequence[Strong] = PAIRS) -> tuple[Parting, ...]:
    """What has parted, by the changes of single metrics; a weak metric is asked for only where its strong one gained.

    For a slip both sides must be clear: the strong one at p < 0.05, the weak one at p < 0.05 shared over those asked
    for beside it. A strain rests on the strong one alone, so p < 0.05 is shared over all strong ones and looks tested.
    A weak metric with too few cases is a strain, one that no source brings only if the strong one has no other; there
    is one strain a strong metric, and none beside its slip.
    """
    looked = [(pair, look, known(pair.metric_id, look)) for pair in pairs for look in LOOKS]
    tested = sum(strong.p_value is not None for _, _, strong in looked)
    found: list[Parting] = []
    for pair in pairs:
        own = [(look, strong) for each, look, strong in looked if each is pair]
        gains = partial(_gained, pair, own)
        found += _slips(pair, gains(P_CLEAR), known)
        if not found or found[-1].strong.metric_id != pair.metric_id:
            found += _strains(pair, gains(P_CLEAR / max(tested, 1)), known)
    return tuple(sorted(found, key=lambda one: one.kind != "slip"))


def _gained(pair: Strong, own: Sequence[tuple[Look, Change]], clear: float) -> list[tuple[Look, Change]]:
    floor = METRICS[pair.metric_id].practical_floor
    return [(look, strong) for look, strong in own if strong.went(pair.gains, floor, clear)]


def _slips(
    pair: Strong, gained: Sequence[tuple[Look, Change]], known: Callable[[str, Look], Change]
) -> Iterable[Parting]:
    beside = _beside(pair, gained, known)
    tested = sum(one.weak.p_value is not None for one in beside)
    said: set[str] = set()
    for one in beside:
        weak_id = one.weak.metric_id
        floor = WEAK_FLOOR * METRICS[weak_id].practical_floor
        if weak_id not in said and one.weak.went(loses(weak_id), floor, P_CLEAR / max(tested, 1)):
            said.add(weak_id)
            yield one


def _strains(
    pair: Strong, gained: Sequence[tuple[Look, Change]], known: Callable[[str, Look], Change]
) -> Sequence[Parting]:
    beside = _beside(pair, gained, known)
    few = [one for one in beside if one.weak.now.status == "low_sample"]
    is_guarded = any(one.weak.is_known for one in beside)
    blind = few or [one for one in beside if one.weak.now.value is None and not is_guarded]
    return [replace(one, kind="strain") for one in sorted(blind, key=_told_last)[:1]]


def _beside(pair: Strong, gained: Sequence[tuple[Look, Change]], known: Callable[[str, Look], Change]) -> list[Parting]:
    return [
        Parting("slip", look, strong, known(weak_id, look), because)
        for look, strong in gained
        for weak_id, because in pair.weak
    ]


def _told_last(one: Parting) -> bool:
    """What customers and reviewers tell comes first."""
    return METRICS[one.weak.metric_id].strength != "W"


def attainment(value: float, target: float, way: int) -> float:
    """How near a value is to its goal, 0..1, where more (``way`` 1) or less (-1) is better; beyond it is 1."""
    part, whole = (value, target) if way > 0 else (target, value)
    if whole <= 0:
        return 1.0
    return min(max(part / whole, 0.0), 1.0)


def score(attained: Mapping[str, float], more: Iterable[tuple[str, str]] = ()) -> Score | None:
    """100 x the smallest attainment on either side of a pair; None without a pair that has goals on both sides.

    A minimum, since a mean would let the strong side pay for the weak one. ``more`` are pairs besides ours."""
    pairs = dict.fromkeys([*((pair.metric_id, weak_id) for pair in PAIRS for weak_id, _ in pair.weak), *more])
    both = [
        (min(attained[strong_id], attained[weak_id]), strong_id, weak_id)
        for strong_id, weak_id in pairs
        if strong_id in attained and weak_id in attained
    ]
    if not both:
        return None
    least, strong_id, weak_id = min(both, key=lambda entry: entry[0])
    held_by = strong_id if attained[strong_id] < attained[weak_id] else weak_id
    return Score(100 * least, strong_id, weak_id, held_by, len(both))


def groove_score(inquiry: Inquiry, goals: Iterable[Goal], last_on: str) -> Score | None:
    """The score of the 28 days that end on ``last_on``, by the goals that hold then for the inquiry's slice.

    What a goal's counter-metric is to hold is the goal of a counter-metric that has none of its own, and makes the two
    a pair. Of two goals for one metric the farther one counts."""
    attained: dict[str, float] = {}
    floors: dict[str, float] = {}
    pairs: list[tuple[str, str]] = []
    for goal in goals:
        metric = find_metric(goal.metric_id)
        holds = (goal.from_on or "") <= last_on <= (goal.to_on or "9999-12-31")
        if not holds or dict(goal.where) != dict(inquiry.where):
            continue
        _attain(attained, metric.id, goal.target, _asked(inquiry, metric.id, last_on, goal.variant))
        if goal.counter_floor is not None and metric.strength == "S":
            told = (_asked(inquiry, name, last_on) for name in guards_of(goal, metric))
            beside = next((made for made in told if made.status != "unavailable" and made.value is not None), None)
            if beside is not None:
                pairs.append((metric.id, beside.metric_id))
                _attain(floors, beside.metric_id, goal.counter_floor, beside)
    return score(floors | attained, pairs)


def _asked(inquiry: Inquiry, metric_id: str, last_on: str, variant: str | None = None) -> Answer:
    return inquiry.ask(metric_id, windows(settled(inquiry, metric_id, last_on), "before")[0], variant)


def _attain(attained: dict[str, float], metric_id: str, target: float, made: Answer) -> None:
    way = WAYS.get(metric_id) or BETTER.get(METRICS[metric_id].direction)
    if way is not None and made.status == "ok" and made.value is not None:
        attained[metric_id] = min(attained.get(metric_id, 1.0), attainment(made.value, target, way))
