"""Opening hours as one cumulative function: open seconds between two moments are a subtraction."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")

DayHours = Callable[[date], tuple[tuple[int, int], ...]]
"""The opening times of a local date, in minutes of its wall clock."""


def local_at(day_on: date, minute: int = 0, second: int = 0) -> int:
    """Epoch seconds of a wall-clock minute in Berlin; minute 1440 is the next midnight."""
    day_on += timedelta(days=minute // 1440)
    hour, minute = divmod(minute % 1440, 60)
    return int(datetime(day_on.year, day_on.month, day_on.day, hour, minute, second, tzinfo=ZONE).timestamp())


def local_date(at: int) -> date:
    """The date on Berlin's calendars at an epoch second."""
    return datetime.fromtimestamp(at, ZONE).date()


def days(first_on: date, last_on: date) -> Iterator[date]:
    """Each date from the first to the last, both included."""
    for number in range((last_on - first_on).days + 1):
        yield first_on + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Hours:
    """Open intervals in epoch seconds, with the open seconds that lie before each of them."""

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    before: tuple[int, ...]

    def open_s(self, at: int) -> int:
        """Open seconds from the first interval until `at`."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return 0
        return self.before[index] + min(at, self.closes[index]) - self.opens[index]

    def between(self, from_at: int, to_at: int) -> int:
        """Open seconds of an interval."""
        return self.open_s(to_at) - self.open_s(from_at)

    def is_open(self, at: int) -> bool:
        """Whether the second belongs to an open interval."""
        index = bisect_right(self.opens, at) - 1
        return index >= 0 and at < self.closes[index]

    def after(self, at: int, seconds: int) -> int:
        """The moment at which `seconds` of open time have passed since `at`."""
        target = self.open_s(at) + max(1, seconds)
        index = bisect_left(self.before, target) - 1
        return self.opens[index] + target - self.before[index]


def make_hours(first_on: date, last_on: date, opening: DayHours) -> Hours:
    """The hours of a run of local dates, right across daylight saving because each edge is placed by the wall clock."""
    opens, closes, before, total = [], [], [], 0
    for day_on in days(first_on, last_on):
        for open_min, close_min in opening(day_on):
            opens.append(local_at(day_on, open_min))
            closes.append(local_at(day_on, close_min))
            before.append(total)
            total += closes[-1] - opens[-1]
    return Hours(tuple(opens), tuple(closes), tuple(before))
