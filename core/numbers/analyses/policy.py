"""What changed after a policy began or an improvement was done, beside teams that it was not for (metrics 8.3)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal, TypeAlias

from core.clock import add_days
from core.numbers.analyses.events import Event, read_events
from core.numbers.analyses.volumes import closed_days
from core.numbers.answer import Verdict
from core.numbers.compare import BETTER, P_CLEAR
from core.numbers.evaluate import Question, evaluate, is_count, is_split_by, maturity_days, nothing, question
from core.numbers.figures import Figures
from core.numbers.inquiry import Inquiry
from core.numbers.metric import Durations
from core.numbers.metrics import METRICS, find_metric
from core.numbers.quantiles import quantile
from core.numbers.reading import read_values

WINDOW_DAYS = 28
# Fewer days that can be compared say nothing of how much days differ.
LEAST_DAYS = 14
POLICY, IMPROVEMENT = "policy", "improvement"
# A cohort of contacts is settled this long after its last day at most; no event is told of later.
LONGEST_WAIT_DAYS = 3 * WINDOW_DAYS
EVER = "1970-01-02"
KINDS = ("policy", "launch", "campaign", "outage", "improvement", "season", "other")

State: TypeAlias = Literal["ok", "not yet", "too few", "unavailable"]
Day: TypeAlias = tuple[float, float]
"""Numerator and denominator of a day; of a count the count and 1."""


@dataclass(frozen=True)
class Side:
    """A figure before and after, the cases behind both, and what each pair of days takes from and adds to either.

    ``pulls`` are the influences of the day after less those of its day before, in the figure's unit: their spread is
    that of the difference, with days (not contacts) taken as drawn by chance."""

    before: float
    after: float
    n: tuple[int, int]
    pulls: tuple[float, ...]


@dataclass(frozen=True)
class Effect:
    """How a metric changed from the 28 days before an event to the 28 from its day on, on the same weekdays.

    Counts are by day. ``change`` is that of the team or queue that the event was for less that of the others
    (``others``) where there are any: of counts and durations by share, of anything else in its unit. ``low`` to
    ``high`` is its 95 % interval. It is ``not yet`` known before ``ready_on``. ``also`` are other events around it."""

    event: Event
    metric_id: str
    variant: str
    state: State
    ready_on: str
    own: Side | None = None
    others: Side | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    days: int = 0
    also: tuple[Event, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Whether the metric moved the way that was expected, else the good way, and beyond its interval."""
        way = {"up": 1, "down": -1}.get(self.event.expected or "") or BETTER.get(METRICS[self.metric_id].direction)
        if way is None or self.low is None or self.high is None:
            return False
        return self.low > 0 if way > 0 else self.high < 0

    def verdict(self, tests: int = 1) -> Verdict:
        """Better, worse or no clear change, at p < 0.05 shared over ``tests`` and over the metric's practical floor."""
        if self.state != "ok" or self.own is None or self.change is None or self.p_value is None:
            return "too few" if self.state == "too few" else "too early" if self.state == "not yet" else "no usual"
        metric = METRICS[self.metric_id]
        is_small = abs(self.change) < metric.practical_floor * abs(self.own.before)
        if is_small or self.p_value >= P_CLEAR / max(tests, 1):
            return "no clear change"
        better = BETTER.get(metric.direction)
        return "different" if better is None else "better" if self.change * better > 0 else "worse"


def side_of_sums(before: Sequence[Day], after: Sequence[Day], n: tuple[int, int]) -> Side | None:
    """Two ratios of sums over as many days; None where there is nothing to divide by.

    A day's influence is by how much the ratio changes for it: (num - ratio x den) / mean den."""
    made = [_linear(some) for some in (before, after)]
    if made[0] is None or made[1] is None:
        return None
    (first, pulls_0), (second, pulls_1) = made[0], made[1]
    return Side(first, second, n, tuple(late - early for early, late in zip(pulls_0, pulls_1, strict=True)))


def side_of_values(before: Sequence[Sequence[float]], after: Sequence[Sequence[float]]) -> Side | None:
    """Two medians over the values of as many days.

    A day's influence is what it lacks of values below the median, over the density there (Woodruff 1952)."""
    made = [_middle(some) for some in (before, after)]
    if made[0] is None or made[1] is None:
        return None
    (first, pulls_0), (second, pulls_1) = made[0], made[1]
    n = tuple(sum(map(len, some)) for some in (before, after))
    return Side(first, second, (n[0], n[1]), tuple(b - a for a, b in zip(pulls_0, pulls_1, strict=True)))


def difference(own: Side, others: Side | None = None, *, as_share: bool = False) -> tuple[float, float]:
    """The change of one side, less that of the others where there are any, and its standard error.

    ``as_share``: the others tell by what share it would have changed anyway, for teams differ in size and pace."""
    change, pulls = own.after - own.before, list(own.pulls)
    if others is not None:
        scale = own.before / others.before if as_share and others.before else 1.0
        change -= scale * (others.after - others.before)
        pulls = [mine - scale * theirs for mine, theirs in zip(own.pulls, others.pulls, strict=True)]
    mean = sum(pulls) / len(pulls)
    spread = sum((pull - mean) ** 2 for pull in pulls) / max(len(pulls) - 1, 1)
    return change, sqrt(spread / len(pulls))


def _linear(some: Sequence[Day]) -> tuple[float, list[float]] | None:
    top, bottom = sum(num for num, _ in some), sum(den for _, den in some)
    if bottom <= 0:
        return None
    ratio = top / bottom
    return ratio, [(num - ratio * den) * len(some) / bottom for num, den in some]


def _middle(some: Sequence[Sequence[float]]) -> tuple[float, list[float]] | None:
    every = sorted(value for values in some for value in values)
    middle = quantile(every, 0.5)
    if middle is None:
        return None
    mean = len(every) / len(some)
    lacks = [(len(values) / 2 - bisect_right(sorted(values), middle)) / mean for values in some]
    reach = min(0.25, max(1 / sqrt(len(every)), sqrt(sum(each**2 for each in lacks)) / len(some)))
    low, high = quantile(every, 0.5 - reach) or 0.0, quantile(every, 0.5 + reach) or 0.0
    return middle, [each * (high - low) / (2 * reach) for each in lacks]


def effect_of(inquiry: Inquiry, event: Event, metric_id: str | None = None) -> Effect | None:
    """What a metric, the event's own unless another is named, did around it; None where neither names one.

    An improvement counts from the day on which it was done. Closed days are left out together with the day that they
    would be compared with."""
    name = metric_id or event.metric_id
    if name is None:
        return None
    metric = find_metric(name)
    dim, uid = _scope(event)
    asks = inquiry.within(**{dim: uid}) if dim else inquiry
    asked = question(inquiry.db, metric.id, None, asks.where, inquiry.reporting, inquiry.now_at)
    begin_on = event.done_on or event.from_on
    waits = maturity_days(metric, inquiry.reporting) if metric.is_cohort else 0
    bare = Effect(event, metric.id, asked.variant, "ok", add_days(begin_on, WINDOW_DAYS + waits))
    if inquiry.today_on < bare.ready_on:
        return replace(bare, state="not yet")
    before, after = _windows(inquiry, begin_on)
    if (
        asked.unavailable
        or not metric.how
        or (asked.begins_on is not None and asked.begins_on > add_days(begin_on, -WINDOW_DAYS))
    ):
        return replace(bare, state="unavailable")
    also = tuple(
        other
        for other in read_events(inquiry, KINDS, add_days(begin_on, -WINDOW_DAYS), add_days(begin_on, WINDOW_DAYS - 1))
        if other.uid != event.uid
    )
    bare = replace(bare, also=also, days=len(before))
    own = _own(asked, before, after)
    if own is None or len(before) < LEAST_DAYS or min(own.n) < metric.floor:
        return replace(bare, state="too few", own=own)
    others = _others(inquiry, asked, event, (before, after))
    as_share = is_count(asked.formula) or isinstance(asked.formula, Durations)
    return judged(replace(bare, others=others), own, as_share=as_share)


def judged(bare: Effect, own: Side, *, as_share: bool) -> Effect:
    """The effect with its change, interval and p, by Student's t over the pairs of days."""
    change, error = difference(own, bare.others, as_share=as_share)
    # Importing scipy.stats costs a second: most reports have no event to judge.
    from scipy.stats import t  # noqa: PLC0415

    reach = float(t.isf(0.025, bare.days - 1)) * error
    p_value = float(2 * t.sf(abs(change) / error, bare.days - 1)) if error else float(change == 0)
    return replace(bare, own=own, change=change, low=change - reach, high=change + reach, p_value=p_value)


def _scope(event: Event) -> tuple[str, str]:
    if event.team_uid:
        return "team", event.team_uid
    return ("queue", event.queue_uid) if event.queue_uid else ("", "")


def _windows(inquiry: Inquiry, begin_on: str) -> tuple[list[str], list[str]]:
    """The days before and after that are compared, each with the one four weeks away."""
    pairs = [(add_days(begin_on, place - WINDOW_DAYS), add_days(begin_on, place)) for place in range(WINDOW_DAYS)]
    shut = closed_days(inquiry, [day for pair in pairs for day in pair])
    kept = [pair for pair in pairs if shut.isdisjoint(pair)]
    return [early for early, _ in kept], [late for _, late in kept]


def _own(asked: Question, before: Sequence[str], after: Sequence[str]) -> Side | None:
    if isinstance(asked.formula, Durations) and asked.formula.lead == "median":
        values = read_values(asked.db, asked.formula, [*before, *after], asked.slice, daily=True)
        return side_of_values(*([values.get((day, ""), ()) for day in some] for some in (before, after)))
    found = evaluate(asked, [*before, *after], daily=True, quantiles=False)
    by_day = {day: [found.get((day, ""), nothing(asked))] for day in (*before, *after)}
    return _summed(asked, by_day, before, after)


def _others(
    inquiry: Inquiry, asked: Question, event: Event, windows: tuple[Sequence[str], Sequence[str]]
) -> Side | None:
    """The other members of the dimension that the event was for, without those that had a policy of their own."""
    dim, uid = _scope(event)
    if not dim:
        return None
    wide = Inquiry(inquiry.db, inquiry.reporting, inquiry.now_at, {k: v for k, v in inquiry.where.items() if k != dim})
    rest = question(wide.db, asked.metric.id, asked.variant, wide.where, wide.reporting, wide.now_at)
    if not is_split_by(rest, dim):
        return None
    before, after = windows
    touched = {uid, "", *(_scope(other)[1] for other in read_events(wide, (POLICY,), before[0], after[-1]))}
    if isinstance(rest.formula, Durations) and rest.formula.lead == "median":
        values: dict[str, list[float]] = defaultdict(list)
        for (day, other), some in read_values(
            rest.db, rest.formula, [*before, *after], rest.slice, by=dim, daily=True
        ).items():
            values[day] += some if other not in touched else []
        side = side_of_values(*([values[day] for day in some] for some in (before, after)))
    else:
        by_day: dict[str, list[Figures]] = defaultdict(list)
        for (day, other), figure in evaluate(rest, [*before, *after], by=dim, daily=True, quantiles=False).items():
            if other not in touched:
                by_day[day].append(figure)
        side = _summed(rest, by_day, before, after)
    return side if side is not None and min(side.n) >= asked.metric.floor else None


def _summed(
    asked: Question, by_day: Mapping[str, Sequence[Figures]], before: Sequence[str], after: Sequence[str]
) -> Side | None:
    counts = is_count(asked.formula)
    sides = [[_day(by_day.get(day, ()), counts) for day in some] for some in (before, after)]
    n = [sum(figure.n for day in some for figure in by_day.get(day, ())) for some in (before, after)]
    return side_of_sums(sides[0], sides[1], (n[0], n[1]))


def _day(some: Sequence[Figures], counts: bool) -> Day:
    if counts:
        return sum(figure.value or 0 for figure in some), 1.0
    told = [(figure.value, figure.den or 1.0) for figure in some if figure.value is not None]
    return sum(value * den for value, den in told), sum(den for _, den in told)


def effects(inquiry: Inquiry, from_on: str, to_on: str, metric_ids: Sequence[str]) -> Iterator[Effect]:
    """Effects of policies, and of improvements that name a metric, that can be told first the day after one of these.

    So a report of each of several periods tells each effect once. A policy that names no metric is held against all of
    ``metric_ids``. Those that began within the days are given too, as ``not yet``."""
    for event in read_events(inquiry, (POLICY, IMPROVEMENT), EVER, to_on):
        begin_on = event.done_on or event.from_on
        if event.kind == IMPROVEMENT and not (event.metric_id and event.done_on):
            continue
        if begin_on < add_days(from_on, -LONGEST_WAIT_DAYS):
            continue
        for name in [event.metric_id] if event.metric_id else metric_ids:
            made = effect_of(inquiry, event, name)
            if made is None:
                continue
            is_told = made.state != "not yet" and from_on < made.ready_on <= add_days(to_on, 1)
            if is_told or (made.state == "not yet" and from_on <= begin_on <= to_on):
                yield made
