"""What a day is expected to bring: usual for its weekday x trend x time of year (metrics 8.2)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import sqrt

from core.numbers.quantiles import median
from core.numbers.usual import LEAST_DAYS, SCALE_MAD, WEEKS

WEEK = 7
TREND_WEEKS = 13
# Over a shorter time a slope is mostly noise: chance alone would move the level of 40 a day by 6 %.
LEAST_TREND_DAYS = 8 * WEEK
YEAR = 52 * WEEK
YEARS = 2
# Days before and after the same weekday of an earlier year that tell what time of year it is.
AROUND = 7
LEAST_AROUND = 8


@dataclass(frozen=True)
class Expected:
    """What a day is expected to bring, and how far days are from that as a rule (MAD x 1.4826).

    ``value`` is ``usual`` (the median of the weekday's last 8 clean days) x ``trend`` x ``yearly``; None with fewer
    than 4 such days. ``yearly`` is 1 and ``knows_year`` False without two years of history, ``trend`` 1 without eight
    weeks. ``replaced`` names the weekday's days left out; of an ``is_closed`` day it is told what an open one brings.
    """

    value: float | None = None
    spread: float | None = None
    usual: float | None = None
    trend: float = 1.0
    yearly: float = 1.0
    knows_year: bool = False
    days: int = 0
    replaced: tuple[str, ...] = ()
    is_closed: bool = False


@dataclass(frozen=True)
class Trend:
    """A straight line through the level of a series: its slope a day, in shares of the level at ``middle``."""

    slope: float = 0.0
    middle: float = 0.0

    def between(self, start: float, end: float) -> float:
        """The factor from the level on one day (ordinal) to that on another; a line does not fall below a tenth."""
        first, last = (max(0.1, 1 + self.slope * (at - self.middle)) for at in (start, end))
        return last / first


@dataclass(frozen=True)
class History:
    """A series by day (ordinals), closed days, and days left out for another reason, such as a surge.

    A day that is not in ``values`` is not known; one on which nothing came is there with 0. ``plain`` remembers what
    days were expected to bring but for the time of year."""

    values: Mapping[int, float]
    closed: frozenset[int] = frozenset()
    left_out: frozenset[int] = frozenset()
    plain: dict[int, Expected] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, values: Mapping[str, float | None], closed: Collection[str] = ()) -> "History":
        """From local dates; None is not known."""
        known = {ordinal(day): value for day, value in values.items() if value is not None}
        return cls(known, frozenset(map(ordinal, closed)))

    def without(self, days: Iterable[str]) -> "History":
        """The same with more days left out of what is usual."""
        return History(self.values, self.closed, self.left_out | frozenset(map(ordinal, days)))

    def expected(self, day_on: str, trend: Trend | None = None) -> Expected:
        """What a day is expected to bring, by the days before it; ``trend`` instead of the series' own."""
        at = ordinal(day_on)
        made = _expected(self, at, trend)
        if made.value is None or made.spread is None or not self.values or min(self.values) > at - YEARS * YEAR:
            return made
        index = _yearly(self, at)
        if index is None:
            return made
        return Expected(
            made.value * index, made.spread * sqrt(index), made.usual, made.trend, index, True,
            made.days, made.replaced, made.is_closed,
        )  # fmt: skip

    def trend(self, day_on: str) -> Trend:
        """The trend of the 13 weeks before a day, or before the last day that is known."""
        return _trend(_recent(self, ordinal(day_on)))


def ordinal(day_on: str) -> int:
    """A local date as a number of days."""
    return date.fromisoformat(day_on).toordinal()


def iso(at: int) -> str:
    """The local date of such a number."""
    return date.fromordinal(at).isoformat()


def _expected(history: History, at: int, trend: Trend | None = None) -> Expected:
    last = _last(history, at)
    same = [day for day in range(at - WEEK, last - TREND_WEEKS * WEEK, -WEEK) if day <= last]
    replaced = tuple(iso(day) for day in same if day in history.closed or day in history.left_out)
    clean = [day for day in same if _is_clean(history, day)][:WEEKS]
    shut = at in history.closed
    usual = median(sorted(history.values[day] for day in clean))
    if usual is None or len(clean) < LEAST_DAYS:
        return Expected(days=len(clean), replaced=replaced, is_closed=shut)
    recent = _recent(history, at)
    moves = trend or _trend(recent)
    factor = moves.between(sum(clean) / len(clean), at)
    value = usual * factor
    return Expected(
        value, _spread(recent, moves) * sqrt(value), usual, factor, days=len(clean), replaced=replaced, is_closed=shut
    )


def _last(history: History, at: int) -> int:
    """The last day before another that is known; a forecast of next month looks back from today."""
    if at - 1 in history.values:
        return at - 1
    return max((day for day in history.values if day < at), default=at - 1)


def _is_clean(history: History, day: int) -> bool:
    return day in history.values and day not in history.closed and day not in history.left_out


def _recent(history: History, at: int) -> dict[int, float]:
    """The clean days of the last 13 weeks before a day."""
    last = _last(history, at)
    days = range(last - TREND_WEEKS * WEEK + 1, last + 1)
    return {day: history.values[day] for day in days if _is_clean(history, day)}


def _by_weekday(recent: Mapping[int, float]) -> dict[int, list[tuple[int, float]]]:
    """Days with their values, those of each weekday together."""
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for day, value in recent.items():
        found[day % WEEK].append((day, value))
    return found


def _levels(recent: Mapping[int, float]) -> dict[int, float]:
    """The median of each weekday."""
    return {
        weekday: median(sorted([value for _, value in same])) or 0.0 for weekday, same in _by_weekday(recent).items()
    }


def _trend(recent: Mapping[int, float]) -> Trend:
    """The seasonal Kendall slope: the median of the slopes between any two days of one weekday, robust as Theil-Sen's.

    Each slope is a share of its weekday's median, so that busy and quiet weekdays count alike."""
    if not recent or max(recent) - min(recent) < LEAST_TREND_DAYS - WEEK:
        return Trend()
    slopes = sorted(_slopes(recent))
    return Trend(median(slopes) or 0.0, sum(recent) / len(recent))


def _slopes(recent: Mapping[int, float]) -> Iterator[float]:
    for same in _by_weekday(recent).values():
        level = median(sorted([value for _, value in same]))
        if not level:
            continue
        for place, (first, then) in enumerate(same):
            for day, value in same[place + 1 :]:
                yield (value - then) / (day - first) / level


def _spread(recent: Mapping[int, float], trend: Trend) -> float:
    """The scaled MAD of all days from their weekday's level, in roots of that level.

    Counts vary by the root of what is expected, so busy and quiet days together tell one spread, from 13 weeks of days
    where a single weekday has 8."""
    levels = _levels(recent)
    off = []
    for day, value in recent.items():
        level = levels[day % WEEK] * max(0.1, 1 + trend.slope * (day - trend.middle))
        if level > 0:
            off.append((value - level) / sqrt(level))
    middle = median(sorted(off)) or 0.0
    return SCALE_MAD * (median(sorted([abs(each - middle) for each in off])) or 0.0)


def _yearly(history: History, at: int) -> float | None:
    """How much more than usual x trend came at this time of year: around it, in the earlier years that tell a trend."""
    found = []
    back = YEAR
    first = min(history.values) + TREND_WEEKS * WEEK + AROUND
    while at - back >= first:
        actual = expected = 0.0
        known = 0
        for day in range(at - back - AROUND, at - back + AROUND + 1):
            if not _is_clean(history, day):
                continue
            if day not in history.plain:
                history.plain[day] = _expected(history, day)
            made = history.plain[day].value
            if made is not None:
                actual, expected, known = actual + history.values[day], expected + made, known + 1
        if known >= LEAST_AROUND and expected > 0:
            found.append(actual / expected)
        back += YEAR
    return median(sorted(found))
