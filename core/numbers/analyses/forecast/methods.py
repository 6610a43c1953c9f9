"""What a day or half hour ahead will bring, by the days before it (metrics 8.7).

Two methods: the seasonal naive one, the floor; and the baseline of 8.2 (usual x trend x time of year) x what is known
ahead of weather and events. The trend counts only where it is clear: on a flat series a slope is noise, and moved
forecasts by a tenth of their error (measured on the sandbox's calls).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Literal, TypeAlias

from core.numbers.analyses.baseline import TREND_WEEKS, Trend
from core.numbers.inquiry import WEEK
from core.numbers.quantiles import median
from core.numbers.usual import WEEKS

Method: TypeAlias = Literal["naive", "baseline"]
METHODS: tuple[Method, ...] = ("naive", "baseline")
Slots: TypeAlias = Mapping[int, Mapping[int, float]]
"""Counts by day (ordinal) and half hour of the wall clock; half hours without any are left out."""

NAIVE_WEEKS = 4
# With one day alone everything that was odd on it would come again.
LEAST_DAYS = 2
CLEAR_Z = 1.96


@dataclass(frozen=True)
class Volume:
    """A count by day (ordinals), and what is known of days to come.

    ``closed`` are days without opening hours of weekdays that have some, past and to come; ``closed_share`` of a usual
    day comes on them. ``factors`` are what weather, free days and events made of each day gone by, which is taken out
    before it counts as usual; ``ahead`` what they will make of a day to come; ``yearly`` its time of year. 1 where
    they name none."""

    values: Mapping[int, float]
    closed: frozenset[int] = frozenset()
    closed_share: float = 0.0
    factors: Mapping[int, float] = field(default_factory=dict)
    ahead: Mapping[int, float] = field(default_factory=dict)
    yearly: Mapping[int, float] = field(default_factory=dict)

    def plain(self, day: int) -> float:
        """What a known day would have brought without what moved it."""
        return self.values[day] / self.factors.get(day, 1.0)

    def same_days(self, at: int, last: int, most: int) -> list[int]:
        """The open and known days of a day's weekday up to ``last``, newest first, within twice as many weeks."""
        first = min(last, at - 1) - 2 * most * WEEK
        found = (
            day
            for day in range(at - WEEK, first, -WEEK)
            if day <= last and day in self.values and day not in self.closed
        )
        return [day for day, _ in zip(found, range(most), strict=False)]


@dataclass(frozen=True)
class Pair:
    """What each method says of one day; None where it has too few days."""

    naive: float | None
    baseline: float | None

    def by(self, method: Method) -> float | None:
        """What one of them says."""
        return self.naive if method == "naive" else self.baseline


def day_ahead(volume: Volume, at: int, last: int, trend: Trend) -> Pair:
    """A day by all days up to ``last``; ``trend`` is that of ``clear_trend`` at the same day."""
    naive, plain = seasonal_naive(volume, at, last), usual_with_trend(volume, at, last, trend)
    moves = volume.yearly.get(at, 1.0) * volume.ahead.get(at, 1.0)
    if at in volume.closed:
        naive, moves = None if naive is None else naive * volume.closed_share, volume.closed_share
    return Pair(naive, None if plain is None else plain * moves)


def seasonal_naive(volume: Volume, at: int, last: int) -> float | None:
    """The mean of the last 4 open days of the weekday."""
    same = volume.same_days(at, last, NAIVE_WEEKS)
    return sum(volume.values[day] for day in same) / len(same) if same else None


def usual_with_trend(volume: Volume, at: int, last: int, trend: Trend) -> float | None:
    """The median of the last 8 open days of the weekday, moved along the trend from their middle to the day."""
    same = volume.same_days(at, last, WEEKS)
    middle = median(sorted(map(volume.plain, same)))
    if middle is None or len(same) < LEAST_DAYS:
        return None
    return middle * trend.between(sum(same) / len(same), at)


def clear_trend(volume: Volume, last: int) -> Trend:
    """The slope of the 13 weeks up to a day if the seasonal Kendall test tells it from chance (p < 0.05), else none."""
    days = range(last - TREND_WEEKS * WEEK + 1, last + 1)
    known = [day for day in days if day in volume.values and day not in volume.closed]
    score, spread = 0, 0.0
    slopes: list[float] = []
    for weekday in range(WEEK):
        same = [day for day in known if day % WEEK == weekday]
        level = median(sorted(map(volume.plain, same)))
        if not level:
            continue
        n = len(same)
        # Hirsch and Slack 1982: the variance of Kendall's score without ties, added up over the seasons.
        spread += n * (n - 1) * (2 * n + 5) / 18
        for place, first in enumerate(same):
            before = volume.plain(first)
            for day in same[place + 1 :]:
                moved = volume.plain(day) - before
                score += (moved > 0) - (moved < 0)
                slopes.append(moved / (day - first) / level)
    slope = median(sorted(slopes))
    if slope is None or abs(score) - 1 <= CLEAR_Z * sqrt(spread):
        return Trend()
    return Trend(slope, sum(known) / len(known))


def closed_share(volume: Volume) -> float | None:
    """What of a usual day came on closed days; None where none is known with days before it."""
    came = usual = 0.0
    for day in sorted(volume.closed & volume.values.keys()):
        plain = usual_with_trend(volume, day, day - 1, Trend())
        if plain:
            came, usual = came + volume.values[day], usual + plain
    return min(1.0, came / usual) if usual else None


def ratios(volume: Volume) -> dict[int, float]:
    """Actual over usual x trend x time of year of each open day, each by the days before it alone; what moved the day
    itself is left in."""
    found = {}
    trends: dict[int, Trend] = {}
    for day in sorted(volume.values.keys() - volume.closed):
        if len(volume.same_days(day, day - 1, WEEKS)) < NAIVE_WEEKS:
            continue
        # A slope over 13 weeks does not change in one; made once a week it costs a seventh.
        week = (day - 1) // WEEK * WEEK
        if week not in trends:
            trends[week] = clear_trend(volume, week)
        plain = usual_with_trend(volume, day, day - 1, trends[week])
        if plain and plain >= 1:
            found[day] = volume.values[day] / (plain * volume.yearly.get(day, 1.0))
    return found


def naive_slots(volume: Volume, slots: Slots, at: int, last: int) -> dict[int, float]:
    """Each half hour as the mean of the same one on the last 4 open days of the weekday."""
    same = [day for day in volume.same_days(at, last, NAIVE_WEEKS) if day in slots]
    share = volume.closed_share if at in volume.closed else 1.0
    return _shared(slots, same, share / len(same) if same else 0.0)


def baseline_slots(volume: Volume, slots: Slots, at: int, last: int, expected: float) -> dict[int, float]:
    """A day's forecast spread over half hours as the last 8 open days of the weekday were, all together."""
    same = [day for day in volume.same_days(at, last, WEEKS) if day in slots]
    total = sum(sum(slots[day].values()) for day in same)
    return _shared(slots, same, expected / total if total else 0.0)


def _shared(slots: Slots, days: Sequence[int], share: float) -> dict[int, float]:
    found: dict[int, float] = {}
    if share:
        for day in days:
            for slot, count in slots[day].items():
                found[slot] = found.get(slot, 0.0) + count * share
    return dict(sorted(found.items()))
