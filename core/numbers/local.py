"""Local days and half hours of a time zone, exact on the days on which its clocks change.

A local day runs from the first moment at which the wall clock shows its date to the first moment of the next (metrics
R5): 86,400 seconds, or 82,800 or 90,000; a date that a zone left out (Apia, 2011-12-30) has none. A half hour is the
one that the wall clock shows, 0 to 47: on the long day the repeated hour falls into the same two slots again, on the
short day the two slots of the missing hour stay empty.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.clock import DAY_S

SLOT_S = 1_800
EPOCH_DAY = date(1970, 1, 1).toordinal()
EARLIEST_AT = 0
LATEST_AT = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp())


class Stretch(NamedTuple):
    """From one moment to another, both UTC seconds, the wall clock is `offset_s` ahead of UTC."""

    from_at: int
    to_at: int
    offset_s: int


def stretches(zone: ZoneInfo, from_at: int, to_at: int) -> Iterator[Stretch]:
    """The stretches of constant UTC offset that tile [from_at, to_at)."""

    def offset_s(at: int) -> int:
        return int(datetime.fromtimestamp(at, zone).replace(tzinfo=UTC).timestamp()) - at

    start = at = from_at
    offset = offset_s(from_at)
    while at < to_at:
        ahead = min(at + DAY_S, to_at)
        if offset_s(ahead) == offset:
            at = ahead
            continue
        later = range(at + 1, ahead + 1)
        at = later[bisect_left(later, True, key=lambda moment: offset_s(moment) != offset)]
        yield Stretch(start, at, offset)
        start, offset = at, offset_s(at)
    if start < to_at:
        yield Stretch(start, to_at, offset)


def reach(known: tuple[int, int], from_at: int, to_at: int) -> tuple[int, int]:
    """The known range, at least doubled on each side on which [from_at, to_at] leaves it."""
    if from_at < EARLIEST_AT or to_at > LATEST_AT:
        raise ValueError(f"{from_at} to {to_at} is not between 1970 and 2200 in epoch seconds")
    first, last = known
    length = max(last - first, 366 * DAY_S)
    if from_at < first:
        first = max(EARLIEST_AT, min(from_at, first - length))
    if to_at > last:
        last = min(LATEST_AT, max(to_at, last + length))
    return first, last


class _Days(NamedTuple):
    """Day starts with their dates, and moments from which the wall clock's second of the day is `moment + clock`."""

    starts: list[int]
    dates: list[str]
    moments: list[int]
    clocks: list[int]


@lru_cache(maxsize=4)
def _days(zone: ZoneInfo, from_at: int, to_at: int) -> _Days:
    days = _Days([], [], [], [])
    latest = 0
    for begin, end, offset_s in stretches(zone, from_at, to_at):
        for day in range((begin + offset_s) // DAY_S, (end - 1 + offset_s) // DAY_S + 1):
            midnight_at = day * DAY_S - offset_s
            shown_at = max(begin, midnight_at)
            days.moments.append(shown_at)
            days.clocks.append(-midnight_at)
            # Clocks set back over midnight show yesterday again (St John's until 2011): the new day goes on.
            if not days.starts or day > latest:
                latest = day
                days.starts.append(shown_at)
                days.dates.append(date.fromordinal(EPOCH_DAY + day).isoformat())
    return days


class DayIndex:
    """Local date and half hour of any moment from 1970 to 2200; built for a range, it grows when asked outside it."""

    __slots__ = ("_days", "_from_at", "_to_at", "zone")

    def __init__(self, zone: str, from_at: int, to_at: int) -> None:
        self.zone = ZoneInfo(zone)
        self._from_at = self._to_at = from_at
        self._grow(from_at, to_at)

    def day_on(self, at: int) -> str:
        """The local date, YYYY-MM-DD, to which a moment belongs."""
        if not self._from_at <= at < self._to_at:
            self._grow(at, at + 1)
        starts, dates, _, _ = self._days
        return dates[bisect_right(starts, at) - 1]

    def slot(self, at: int) -> int:
        """The half hour, 0 to 47, that the wall clock shows."""
        if not self._from_at <= at < self._to_at:
            self._grow(at, at + 1)
        _, _, moments, clocks = self._days
        return (at + clocks[bisect_right(moments, at) - 1]) // SLOT_S

    def split_at_midnight(self, from_at: int, to_at: int) -> Iterator[tuple[str, int, int]]:
        """Pieces (day_on, from_at, to_at) that tile an interval, one a local day; none if it is empty (metrics R9)."""
        if from_at >= to_at:
            return
        if not (self._from_at <= from_at and to_at <= self._to_at):
            self._grow(from_at, to_at)
        starts, dates, _, _ = self._days
        first = bisect_right(starts, from_at)
        last = bisect_left(starts, to_at, first)
        edges = [from_at, *starts[first:last], to_at]
        yield from zip(dates[first - 1 : last], edges, edges[1:], strict=False)

    def _grow(self, from_at: int, to_at: int) -> None:
        first, last = reach((self._from_at, self._to_at), from_at, to_at)
        self._days = _days(self.zone, first, last)
        self._from_at, self._to_at = first, last
