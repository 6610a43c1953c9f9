"""Business time: the open seconds between two moments under a schedule's hours, holidays and time zone (metrics R6).

A moment is open if the wall clock at that moment shows a time within the hours of the date it shows. So, where clocks
change: hours within the skipped hour do not happen, hours that begin in it begin when it is over, the repeated hour
counts both times, and a schedule open all week is open every second.

Vendors tell only today's hours, so the first version that we know of holds for all time before it as well.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from zoneinfo import ZoneInfo

from core.clock import DAY_S, day_bounds
from core.numbers.local import EPOCH_DAY, LATEST_AT, reach, stretches

Assignment: TypeAlias = tuple[str, int, int | None]
"""A ticket's schedule uid, from a moment and until another or still (row of `ticket_schedules`)."""

DAY_MIN = 1_440
ALWAYS_ON, NEVER_ON = "0001-01-01", "9999-12-31"


@dataclass(frozen=True, slots=True)
class HoursRow:
    """Weekly hours (0 = Monday) in minutes of the wall clock, valid from a local date and before another."""

    weekday: int
    open_min: int
    close_min: int
    valid_from_on: str
    valid_to_on: str | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.weekday <= 6 and 0 <= self.open_min < self.close_min <= DAY_MIN):
            raise ValueError(f"{self} is not within one day of the week; hours past midnight are two rows")


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """A local date on which other hours replace those of its weekday; none (closed) if both minutes are None."""

    day_on: str
    open_min: int | None = None
    close_min: int | None = None

    def __post_init__(self) -> None:
        match self.open_min, self.close_min:
            case None, None:
                return
            case int(opens), int(closes) if 0 <= opens < closes <= DAY_MIN:
                return
        raise ValueError(f"{self} is neither closed nor open within its day")


Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Rules:
    """Open seconds of the wall clock by weekday, each with first and end day, and by special day; days since 1970."""

    weekly: tuple[tuple[tuple[int, int, int, int], ...], ...]
    special: Mapping[int, Spans]

    def spans(self, day: int) -> Spans:
        special = self.special.get(day)
        if special is not None:
            return special
        # 1970-01-01 was a Thursday.
        rows = self.weekly[(day + 3) % 7]
        return tuple((opens, closes) for opens, closes, first, end in rows if first <= day < end)


def _day(day_on: str) -> int:
    return date.fromisoformat(day_on).toordinal() - EPOCH_DAY


def _rules(hours: Sequence[HoursRow], holidays: Iterable[HolidayRow]) -> _Rules:
    weekly: list[list[tuple[int, int, int, int]]] = [[] for _ in range(7)]
    first_on = min((row.valid_from_on for row in hours), default=ALWAYS_ON)
    for row in hours:
        first = _day(ALWAYS_ON if row.valid_from_on == first_on else row.valid_from_on)
        end = _day(row.valid_to_on or NEVER_ON)
        weekly[row.weekday].append((row.open_min * 60, row.close_min * 60, first, end))
    special: dict[int, Spans] = {}
    # Closed comes last in this order: where two holidays share a date it wins.
    for holiday in sorted(holidays, key=lambda row: row.open_min is None):
        day = _day(holiday.day_on)
        if holiday.open_min is None or holiday.close_min is None:
            special[day] = ()
        else:
            special[day] = (*special.get(day, ()), (holiday.open_min * 60, holiday.close_min * 60))
    return _Rules(tuple(tuple(rows) for rows in weekly), special)


def _edges(rules: _Rules, zone: ZoneInfo, from_at: int, to_at: int) -> list[int]:
    """Opening, closing, opening and so on, each later than the one before."""
    edges: list[int] = []
    for begin, end, offset_s in stretches(zone, from_at, to_at):
        for day in range((begin + offset_s) // DAY_S, (end - 1 + offset_s) // DAY_S + 1):
            midnight_at = day * DAY_S - offset_s
            for opens, closes in sorted(rules.spans(day)):
                opened_at, closed_at = max(begin, midnight_at + opens), min(end, midnight_at + closes)
                if opened_at >= closed_at:
                    continue
                if edges and opened_at <= edges[-1]:
                    edges[-1] = max(edges[-1], closed_at)
                else:
                    edges += (opened_at, closed_at)
    return edges


def _base(edges: Sequence[int]) -> list[int]:
    """The open seconds before a moment t are `base[i]`, plus t if i is odd, where i counts the edges up to t."""
    base, opened_s = [0], 0
    for opened_at, closed_at in zip(edges[::2], edges[1::2], strict=True):
        base.append(opened_s - opened_at)
        opened_s += closed_at - opened_at
        base.append(opened_s)
    return base


class Calendar:
    """The open time of one schedule from 1970 to 2200; built for a range, it grows when asked outside it."""

    __slots__ = ("_base", "_edges", "_from_at", "_rules", "_to_at", "zone")

    def __init__(self, zone: ZoneInfo, rules: _Rules, from_at: int, to_at: int) -> None:
        self.zone = zone
        self._rules = rules
        self._build(from_at, to_at)

    def open_s(self, from_at: int, to_at: int) -> int:
        """Open seconds from one moment to another; negative if they come in the other order, as their difference is."""
        if not self._from_at <= from_at <= to_at <= self._to_at:
            if from_at > to_at:
                return -self.open_s(to_at, from_at)
            self._grow(from_at, to_at)
        edges, base = self._edges, self._base
        i = bisect_right(edges, from_at)
        j = bisect_right(edges, to_at, i)
        return base[j] - base[i] + (to_at if j & 1 else 0) - (from_at if i & 1 else 0)

    def is_open(self, at: int) -> bool:
        """Whether the schedule is open at a moment; it is at its opening and is not at its closing."""
        if not self._from_at <= at < self._to_at:
            self._grow(at, at + 1)
        return bisect_right(self._edges, at) % 2 == 1

    def day_open_s(self, day_on: str) -> int:
        """Open seconds of a local day."""
        return self.open_s(*day_bounds(day_on, self.zone))

    def add_open_s(self, at: int, open_s: int) -> int | None:
        """The first moment by which so many open seconds have passed since another; None if that is not before 2200.

        So a target used up at closing time is due then, not at the next opening.
        """
        if open_s < 0:
            raise ValueError(f"{open_s} open seconds cannot be waited for")
        if open_s == 0:
            return at
        if not self._from_at <= at <= self._to_at:
            self._grow(at, at)
        while (wanted_s := self.open_s(self._from_at, at) + open_s) > self._base[-1]:
            if self._to_at == LATEST_AT:
                return None
            self._grow(at, self._to_at + 1)
        edges, base = self._edges, self._base
        closing = 2 * bisect_left(range(len(edges) // 2), wanted_s, key=lambda span: base[2 * span + 2]) + 1
        return edges[closing] - (base[closing + 1] - wanted_s)

    def _grow(self, from_at: int, to_at: int) -> None:
        self._build(*reach((self._from_at, self._to_at), from_at, to_at))

    def _build(self, from_at: int, to_at: int) -> None:
        self._edges = _edges(self._rules, self.zone, from_at, to_at)
        self._base = _base(self._edges)
        self._from_at, self._to_at = from_at, to_at


def build_calendar(
    zone: str, hours: Iterable[HoursRow], holidays: Iterable[HolidayRow], from_on: str, to_on: str
) -> Calendar:
    """The calendar of a schedule in an IANA zone, ready for the local dates from one up to another, not included."""
    place = ZoneInfo(zone)
    from_at, to_at = day_bounds(from_on, place)[0], day_bounds(to_on, place)[0]
    return Calendar(place, _rules(tuple(hours), holidays), from_at, to_at)


@dataclass(frozen=True, slots=True)
class Schedules:
    """Calendars by schedule uid; the default serves where no schedule, or one that we do not have, is named."""

    calendars: Mapping[str, Calendar]
    default_uid: str | None = None

    def calendar(self, schedule_uid: str | None = None) -> Calendar | None:
        """The calendar of a schedule, else the default one; None if there is neither."""
        for uid in (schedule_uid, self.default_uid):
            if uid is not None and uid in self.calendars:
                return self.calendars[uid]
        return None

    def open_s_over(self, assignments: Sequence[Assignment], from_at: int, to_at: int) -> int | None:
        """Open seconds by the schedule in force at each moment (`business`); None if a part of the time has none.

        Assignments come in the order of their begin; one that begins before the last has ended replaces it.
        """
        if from_at > to_at:
            backwards = self.open_s_over(assignments, to_at, from_at)
            return None if backwards is None else -backwards
        total = 0
        for schedule_uid, begin, end in _in_force(assignments, from_at, to_at):
            calendar = self.calendar(schedule_uid)
            if calendar is None:
                return None
            total += calendar.open_s(begin, end)
        return total


def _in_force(assignments: Sequence[Assignment], from_at: int, to_at: int) -> Iterator[tuple[str | None, int, int]]:
    """The schedule uid of each part of [from_at, to_at), None between assignments."""
    at = from_at
    for place, (schedule_uid, starts_at, ends_at) in enumerate(assignments, 1):
        next_at = assignments[place][1] if place < len(assignments) else to_at
        begin, end = max(starts_at, at), min(next_at, to_at, to_at if ends_at is None else ends_at)
        if begin >= end:
            continue
        if begin > at:
            yield None, at, begin
        yield schedule_uid, begin, end
        at = end
    if at < to_at:
        yield None, at, to_at
