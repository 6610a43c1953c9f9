"""What is usual for a day: the median of the same weekday over the last 8 clean weeks, and its spread."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import add_days
from core.numbers.answer import Usual
from core.numbers.calendars import Calendar
from core.numbers.evaluate import Question
from core.numbers.facts.grounds import load_schedules
from core.numbers.quantiles import median

WEEKS = 8
# How far back a closed day may be replaced by an earlier one of its weekday.
REACH_WEEKS = 13
# With fewer days than this their spread says nothing.
LEAST_DAYS = 4
SCALE_MAD = 1.4826
OUTSIDE_MADS = 3


@dataclass(frozen=True)
class Baseline:
    """The days that make what is usual for a day, newest first, and those of the weekday that were left out.

    ``is_closed`` tells that the day itself is a closed one of a weekday that is otherwise open.
    """

    days: tuple[str, ...]
    replaced: tuple[str, ...]
    is_closed: bool


def baseline(asked: Question, day_on: str) -> Baseline:
    """The last 8 days of the weekday on which the default schedule was open, if it is open on that weekday at all."""
    earlier = [add_days(day_on, -7 * week) for week in range(1, REACH_WEEKS + 1)]
    first_on = asked.begins_on or ""
    earlier = [day for day in earlier if day >= first_on]
    calendar = load_schedules(asked.db, asked.reporting, asked.now_at).calendar()
    shut = _closed(calendar, [day_on, *earlier])
    clean: list[str] = []
    replaced: list[str] = []
    for day in earlier:
        if len(clean) == WEEKS:
            break
        (replaced if day in shut else clean).append(day)
    return Baseline(tuple(clean), tuple(replaced), day_on in shut)


def _closed(calendar: Calendar | None, days: Sequence[str]) -> frozenset[str]:
    """Days without opening hours, where most of these days have some."""
    if calendar is None:
        return frozenset()
    shut = {day for day in days if calendar.day_open_s(day) == 0}
    return frozenset(shut) if 2 * len(shut) < len(days) else frozenset()


def usual(base: Baseline, values: Sequence[float | None]) -> Usual:
    """Median and scaled MAD of the values on the base's days; no value below 4 of them."""
    known = sorted(value for value in values if value is not None)
    middle = median(known)
    if middle is None or len(known) < LEAST_DAYS:
        return Usual(None, None, None, None, len(known), base.replaced)
    mad = SCALE_MAD * (median(sorted(abs(value - middle) for value in known)) or 0.0)
    return Usual(middle, mad, middle - OUTSIDE_MADS * mad, middle + OUTSIDE_MADS * mad, len(known), base.replaced)
