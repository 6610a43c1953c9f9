"""What weather, free days and events make of a day, beside what it would have brought (metrics 8.9)."""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from statistics import stdev

from core.numbers.analyses.baseline import ordinal
from core.numbers.analyses.forecast.methods import Volume, ratios
from core.numbers.analyses.surroundings import Group, Surroundings
from core.numbers.clear_change import two_sided
from core.numbers.inquiry import WEEK
from core.numbers.quantiles import quantile
from core.numbers.usual import WEEKS

LEAST_DAYS = 8
# 0.05 in all, for calls and for tickets.
P_CLEAR = 0.05 / 2
# Less than this moves no shift.
PRACTICAL = 0.05
TIMES, SEED = 2_000, 7
# A day counts as one of a thing that met at least so many of the customers.
MOSTLY = 0.5
# Each round finds one thing at most; three more let the usual days settle without it.
MOST_ROUNDS, SETTLED = 9, 0.005
# The variance of the median of 8 in variances of one: pi / 2 / 8.
OF_MEDIAN = 0.196
# Weather of which nothing is to be said: what the other days are held against.
ORDINARY = frozenset({"cloudy", "dry"})

Ratios = Mapping[int, float]


@dataclass(frozen=True)
class Effect:
    """``ratio`` is the mean of actual / baseline where a thing met all customers, over ``n`` days' worth of them, by
    that of the days without it: a baseline that is too high is so on both (metrics 8.9 takes the latter for 1).

    ``low`` to ``high`` is its 95 % bootstrap interval, ``p_value`` that of a rank test against the days without.
    Nothing is said under 8 days. ``is_clear``: p < 0.05 shared over all that were looked at, and 5 % at least.
    ``days`` are share met and ratio of each day, ``on`` those days (ordinals), ``others`` the ratios without."""

    thing: str
    group: Group
    ratio: float
    n: int
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    is_clear: bool = False
    days: tuple[tuple[float, float], ...] = field(default=(), repr=False)
    on: tuple[int, ...] = field(default=(), repr=False)
    others: tuple[float, ...] = field(default=(), repr=False)

    @property
    def is_enough(self) -> bool:
        """Whether there are days enough to speak of it."""
        return self.n >= LEAST_DAYS


@dataclass(frozen=True)
class Met:
    """``Surroundings`` by ordinal day: things with the share of the customers that they met, and the days that tell of
    each group: those of events tell nothing of weather or free days, and holidays nothing of weather."""

    things: Mapping[str, Mapping[int, float]]
    groups: Mapping[str, Group]
    events: frozenset[int]
    free: frozenset[int]
    skies: frozenset[int]

    def fit(self, group: Group, told: Ratios) -> Ratios:
        """The ratios of the days that tell of a group."""
        match group:
            case "event":
                return told
            case "calendar":
                return {day: ratio for day, ratio in told.items() if day not in self.events}
        shut = self.events | self.free
        return {day: ratio for day, ratio in told.items() if day in self.skies and day not in shut}


def met(around: Surroundings) -> Met:
    """The surroundings as effects are measured on them."""
    things = {
        thing: {ordinal(day): share for day, share in days.items()}
        for thing, days in sorted(around.met.items())
        if thing not in ORDINARY
    }
    of_group = {
        group: frozenset(
            day
            for thing, days in things.items()
            if around.groups[thing] == group and thing != "school"
            for day, share in days.items()
            if share >= MOSTLY
        )
        for group in ("event", "calendar")
    }
    return Met(things, around.groups, of_group["event"], of_group["calendar"], frozenset(map(ordinal, around.known)))


def effects(told: Ratios, around: Met, but: Iterable[str] = ()) -> list[Effect]:
    """The effect of each thing that met anybody, the clearest first; ``told`` is actual / baseline by day."""
    left_out = set(but)
    made = [
        effect
        for thing, days in around.things.items()
        if thing not in left_out
        and (effect := _effect(thing, around.groups[thing], around.fit(around.groups[thing], told), days)) is not None
    ]
    looked_at = sum(effect.is_enough for effect in made)
    judged = [replace(effect, is_clear=_is_clear(effect, looked_at)) for effect in made]
    return sorted(judged, key=_rank)


def measured(volume: Volume, around: Met) -> list[Effect]:
    """The effects on a series, each without what the other clear ones do: the clearest is found, taken out of what is
    usual and out of the days, and so on, until no other is clear. What is clear no longer beside others is dropped."""
    found: dict[str, float] = {}
    dropped: set[str] = set()
    clear: list[Effect] = []
    rest: list[Effect] = []
    for _ in range(MOST_ROUNDS):
        told = ratios(replace(volume, factors=moved(volume.values, around, found)))
        before = dict(found)
        clear = [one for thing in found if (one := _alone(thing, told, around, found))]
        found = {one.thing: one.ratio for one in clear}
        all_moves = moved(told, around, found)
        rest = effects({day: ratio / all_moves.get(day, 1.0) for day, ratio in told.items()}, around, but=found)
        looked_at = sum(effect.is_enough for effect in (*clear, *rest))
        clear = [replace(one, is_clear=_is_clear(one, looked_at)) for one in clear]
        if faded := {one.thing for one in clear if not one.is_clear}:
            dropped |= faded
            found = {thing: ratio for thing, ratio in found.items() if thing not in faded}
            continue
        new = [effect for effect in rest if _is_clear(effect, looked_at) and effect.thing not in dropped]
        if new:
            one = min(new, key=lambda effect: effect.p_value or 0.0)
            found[one.thing] = one.ratio
        elif all(abs(found[thing] - ratio) < SETTLED for thing, ratio in before.items()):
            break
    judged = [replace(effect, is_clear=False) for effect in rest]
    return sorted((*(one for one in clear if one.is_clear), *judged), key=_rank)


def moved(days: Iterable[int], around: Met, found: Mapping[str, float]) -> dict[int, float]:
    """What things of known effect make of each day, all together, in the share of the customers that each met."""
    wanted = set(days)
    made: dict[int, float] = {}
    for thing, ratio in found.items():
        for day, share in around.things.get(thing, {}).items():
            if day in wanted:
                made[day] = made.get(day, 1.0) * (1 + share * (ratio - 1))
    return made


def factors(
    days: Iterable[int], around: Met, found: Iterable[Effect], *, knows_sky: bool = True, until: int | None = None
) -> dict[int, float]:
    """What clear effects make of days, past or to come; where the weather is not known, what it does on average of the
    days up to ``until``.

    Without ``knows_sky`` that is so on all days, and of the rest free days alone are known: what was known of days long
    ahead."""
    clear = [effect for effect in found if effect.is_clear]
    if not clear:
        return {}
    wanted = list(days)
    sky = {effect.thing: effect.ratio for effect in clear if effect.group == "weather"}
    rest = {
        effect.thing: effect.ratio
        for effect in clear
        if effect.group == "calendar" or (knows_sky and effect.group == "event")
    }
    under = dict.fromkeys(around.skies, 1.0) | moved(around.skies, around, sky)
    known = [factor for day, factor in under.items() if until is None or day <= until]
    mean = sum(known) / len(known) if known else 1.0
    besides = moved(wanted, around, rest)
    return {day: (under.get(day, mean) if knows_sky else mean) * besides.get(day, 1.0) for day in wanted}


def mean_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The ratio where a thing meets everybody, from days on which it met a share of them: 1 + sum s(r-1) / sum s².

    With one region, where each share is 1, that is the mean; a third of the customers in the rain moves a third."""
    return 1 + sum(share * (ratio - 1) for share, ratio in pairs) / sum(share * share for share, _ in pairs)


def with_interval(effect: Effect) -> Effect:
    """The same, with its bootstrap interval where there are days enough."""
    if not effect.is_enough:
        return effect
    low, high = interval(effect.days, effect.others)
    return replace(effect, low=low, high=high)


def interval(
    days: Sequence[tuple[float, float]], others: Sequence[float] = (), *, times: int = TIMES, seed: int = SEED
) -> tuple[float, float]:
    """The 95 % bootstrap interval of the ratio: its 2.5 and 97.5 % quantiles over days drawn again, and over what the
    level of the days without may be by its standard error."""
    dice = random.Random(seed)
    middle, error = level(others)
    drawn = sorted(
        mean_ratio(dice.choices(days, k=len(days))) / dice.gauss(middle, error) for _ in range(times)
    )  # fmt: skip
    return quantile(drawn, 0.025) or 0.0, quantile(drawn, 0.975) or 0.0


def level(others: Sequence[float]) -> tuple[float, float]:
    """The mean of ratios without the tenth at either end, which may hold days that something else moved, and its
    standard error by the winsorised deviation (Tukey and McLaughlin 1963); 1 where nothing is left."""
    ordered = sorted(others)
    cut = len(ordered) // 10
    kept = ordered[cut : len(ordered) - cut]
    if len(kept) < LEAST_DAYS or sum(kept) <= 0:
        return 1.0, 0.0
    pulled = [kept[0]] * cut + kept + [kept[-1]] * cut
    return sum(kept) / len(kept), stdev(pulled) / (len(kept) / len(ordered)) / sqrt(len(ordered))


def rank_test_p(some: Sequence[float], others: Sequence[float], excess: float = 1.0) -> float | None:
    """The two-sided Mann-Whitney probability by the normal approximation, ties and continuity corrected for.

    ``excess`` is by how much the variance is greater than that of days by themselves."""
    n, m = len(some), len(others)
    if not n or not m:
        return None
    placed = sorted([(value, True) for value in some] + [(value, False) for value in others])
    ranks = ties = 0.0
    start = 0
    while start < n + m:
        end = start
        while end < n + m and placed[end][0] == placed[start][0]:
            end += 1
        size = end - start
        ranks += (start + 1 + end) / 2 * sum(is_one for _, is_one in placed[start:end])
        ties += size**3 - size
        start = end
    off = abs(ranks - n * (n + 1) / 2 - n * m / 2)
    spread = sqrt(excess * n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))))
    return two_sided(max(0.0, off - 0.5) / spread) if spread else 1.0


def shared_baseline(days: Collection[int], known: Collection[int]) -> float:
    """By how much days in a row vary more than scattered ones: the median of 8 that is usual for one is, but for one
    day, usual for the same weekday a week later, and its error comes again."""
    rate = len(days) / len(known)
    again = 0.0
    for day in days:
        for week in range(-WEEKS + 1, WEEKS):
            near = day + WEEK * week
            if near in known:
                again += (1 - abs(week) / WEEKS) * ((near in days) - rate)
    return max(1.0, (1 + OF_MEDIAN * again / len(days)) / (1 + OF_MEDIAN))


def _rank(effect: Effect) -> tuple[bool, bool, float]:
    return not effect.is_clear, not effect.is_enough, -abs(effect.ratio - 1)


def _alone(thing: str, told: Ratios, around: Met, found: Mapping[str, float]) -> Effect | None:
    """The effect of one thing on days without what the others did to them."""
    others = moved(told, around, {other: ratio for other, ratio in found.items() if other != thing})
    net = {day: ratio / others.get(day, 1.0) for day, ratio in told.items()}
    group = around.groups[thing]
    return _effect(thing, group, around.fit(group, net), around.things[thing])


def _effect(thing: str, group: Group, told: Ratios, days: Mapping[int, float]) -> Effect | None:
    on = tuple(sorted(days.keys() & told.keys()))
    if not on:
        return None
    pairs = tuple((days[day], told[day]) for day in on)
    n = int(sum(share for share, _ in pairs) + 1e-9)
    others = tuple(ratio for day, ratio in told.items() if day not in days)
    made = Effect(thing, group, mean_ratio(pairs) / level(others)[0], n, days=pairs, on=on, others=others)
    if n < LEAST_DAYS:
        return made
    mostly = {day for day in on if days[day] >= MOSTLY}
    excess = shared_baseline(mostly, told.keys()) if mostly else 1.0
    return replace(made, p_value=rank_test_p([told[day] for day in sorted(mostly)], others, excess))


def _is_clear(effect: Effect, looked_at: int) -> bool:
    if effect.p_value is None or abs(effect.ratio - 1) < PRACTICAL:
        return False
    return effect.p_value < P_CLEAR / looked_at
