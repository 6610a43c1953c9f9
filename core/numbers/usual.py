"""What is usual for a day, a week or a month: the median of the last 8 clean weeks, and its spread."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.clock import add_days, days
from core.numbers.answer import Period, Usual
from core.numbers.calendars import Calendar
from core.numbers.evaluate import Question
from core.numbers.facts.grounds import load_schedules
from core.numbers.quantiles import median
from core.numbers.reporting import Reporting

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
    """The last 8 days of the weekday on which service was open, if it is open on that weekday at all."""
    earlier = [add_days(day_on, -7 * week) for week in range(1, REACH_WEEKS + 1)]
    first_on = asked.begins_on or ""
    earlier = [day for day in earlier if day >= first_on]
    shut = _closed(opening_hours(asked), [day_on, *earlier])
    clean: list[str] = []
    replaced: list[str] = []
    for day in earlier:
        if len(clean) == WEEKS:
            break
        (replaced if day in shut else clean).append(day)
    return Baseline(tuple(clean), tuple(replaced), day_on in shut)


def opening_hours(asked: Question) -> tuple[Calendar, ...]:
    """``calendars_of`` what a question is asked of."""
    return calendars_of(asked.db, asked.reporting, asked.now_at)


def calendars_of(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> tuple[Calendar, ...]:
    """The default opening hours; where none are the default, all: a day is closed if it is by each of them."""
    schedules = load_schedules(db, reporting, now_at)
    default = schedules.calendar()
    return (default,) if default else tuple(schedules.calendars.values())


def is_open(calendars: Sequence[Calendar], day_on: str) -> bool:
    """Whether there is service on a day by any of them; by none, on every day."""
    return not calendars or any(calendar.day_open_s(day_on) > 0 for calendar in calendars)


def _closed(calendars: Sequence[Calendar], days: Sequence[str]) -> frozenset[str]:
    """Days without opening hours, where most of these days have some."""
    shut = {day for day in days if not is_open(calendars, day)}
    return frozenset(shut) if 2 * len(shut) < len(days) else frozenset()


@dataclass(frozen=True)
class BaseWeeks:
    """The clean weeks that make what is usual for a week or month, newest first, and the closed days of the others."""

    weeks: tuple[Period, ...]
    replaced: tuple[str, ...]


def base_weeks(asked: Question, period: Period) -> BaseWeeks:
    """The last 8 weeks before a period, to the day, without a closed day of a weekday that is otherwise open."""
    calendars = opening_hours(asked)
    clean: list[Period] = []
    left_out: list[str] = []
    for back in range(1, REACH_WEEKS + 1):
        from_on = add_days(period.from_on, -7 * back)
        if len(clean) == WEEKS or (asked.begins_on is not None and from_on < asked.begins_on):
            break
        week = Period(from_on, add_days(from_on, 6), "week")
        shut = shut_days(calendars, days(week.from_on, week.to_on))
        left_out += sorted(shut)
        if not shut:
            clean.append(week)
    return BaseWeeks(tuple(clean), tuple(left_out))


def shut_days(calendars: Sequence[Calendar], some: Iterable[str]) -> frozenset[str]:
    """Days without opening hours, of weekdays that had some in most of the 8 weeks before."""

    def was_open(day_on: str) -> int:
        return sum(is_open(calendars, add_days(day_on, -7 * back)) for back in range(1, WEEKS + 1))

    return frozenset(day for day in some if not is_open(calendars, day) and 2 * was_open(day) > WEEKS)


def usual(base: Baseline, values: Sequence[float | None]) -> Usual:
    """Median and scaled MAD of the values on the base's days; no value below 4 of them."""
    return replace(usual_of(values), replaced=base.replaced)


def usual_of(values: Sequence[float | None]) -> Usual:
    """Median and scaled MAD of the values of days or weeks; no value below 4 of them."""
    known = sorted(value for value in values if value is not None)
    middle = median(known)
    if middle is None or len(known) < LEAST_DAYS:
        return Usual(None, None, None, None, len(known))
    mad = SCALE_MAD * (median(sorted(abs(value - middle) for value in known)) or 0.0)
    return Usual(middle, mad, middle - OUTSIDE_MADS * mad, middle + OUTSIDE_MADS * mad, len(known))
