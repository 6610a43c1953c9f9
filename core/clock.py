"""Moments and days: the only place that asks the machine what time it is.

A moment is UTC epoch seconds (int); a local day is its ISO date (str).
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import floor
from zoneinfo import ZoneInfo

from core.errors import BadRow, Stopped

Clock = Callable[[], int]
"""Answers the present moment in UTC epoch seconds; `now` in the program, a fixed one in tests."""

DAY_S = 86_400
SLICE_S = 0.5

# A telephone system with an empty battery starts in 1970 or on 1 January 2000.
EARLIEST_AT = 946_771_200
# A clock that is off by a zone mistaken for UTC is off by 14 hours at most.
AHEAD_S = DAY_S

LEAP_SECOND = re.compile(r"(T\d\d:\d\d:)60(?=[Z.,+-])")
SHOWABLE = re.compile(r"[0-9TZ:+\-., /]{1,40}")


def now() -> int:
    """The present moment, UTC epoch seconds."""
    return int(time.time())


def monotonic() -> float:
    """Seconds on a clock that never jumps, for deadlines and durations only."""
    return time.monotonic()


def never() -> bool:
    """Nobody asks us to stop."""
    return False


@dataclass(frozen=True, slots=True)
class Timing:
    """How to wait: the moment, a steady clock in seconds, a sleep, and whether we were asked to stop.

    With a `threading.Event`, `Timing(sleep=event.wait, stop=event.is_set)` ends a wait at once.
    """

    now: Clock = now
    monotonic: Callable[[], float] = monotonic
    sleep: Callable[[float], object] = time.sleep
    stop: Callable[[], bool] = never

    def wait(self, seconds: float) -> None:
        """Returns after so many seconds; raises Stopped within half a second of being asked to stop."""
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            if self.stop():
                raise Stopped("Asked to stop while waiting; the next run goes on from here.")
            self.sleep(min(left, SLICE_S))


def utc(text: str) -> int:
    """The moment an ISO-8601 text with a zone names, whole UTC epoch seconds (fractions dropped); else BadRow."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        without, leaps = LEAP_SECOND.subn(r"\g<1>59", text, count=1)
        if leaps:
            return utc(without) + 1
        raise BadRow(f"{_shown(text)} is no ISO-8601 moment") from None
    if moment.tzinfo is None:
        raise BadRow(f"{_shown(text)} names no time zone, so it is not one moment")
    return floor(moment.timestamp())


def _shown(text: str) -> str:
    return f"'{text}'" if SHOWABLE.fullmatch(text) else "a text"


def iso(at: int) -> str:
    """The moment as `2026-11-21T06:00:03Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat()[:19] + "Z"


def plausible(at: int, now: int) -> bool:
    """Whether a contact can have happened then: after 1 January 2000 and at most a day ahead of `now`."""
    return EARLIEST_AT <= at <= now + AHEAD_S


def day_of(at: int, zone: ZoneInfo) -> str:
    """The local date on which the moment falls."""
    return datetime.fromtimestamp(at, zone).date().isoformat()


@lru_cache(maxsize=8192)
def day_bounds(day_on: str, zone: ZoneInfo) -> tuple[int, int]:
    """The first moment of the local day and the first one after it: 23 to 25 h apart, 0 where a date was skipped."""
    day = date.fromisoformat(day_on)
    return _starts_at(day, zone), _starts_at(day + timedelta(days=1), zone)


def _starts_at(day: date, zone: ZoneInfo) -> int:
    # fold=0 is right both where midnight comes twice (Havana) and where it never comes (Santiago, Beirut): PEP 495.
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def days(from_on: str, to_on: str) -> Iterator[str]:
    """The dates from `from_on` to `to_on`, both included."""
    day, last = date.fromisoformat(from_on), date.fromisoformat(to_on)
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)


def add_days(day_on: str, count: int) -> str:
    """The date so many days later, earlier where `count` is negative."""
    return (date.fromisoformat(day_on) + timedelta(days=count)).isoformat()
