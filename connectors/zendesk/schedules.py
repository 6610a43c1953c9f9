"""Business schedules with their holidays; Zendesk tells today's only, minutes since Sunday 00:00 by the local clock."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from connectors import Api, BadRow, Context, Page, Record, Schedule, Window, iana, utc
from connectors.zendesk.paging import ListPage, by_list

DAY_MIN = 1440
WEEK_MIN = 7 * DAY_MIN
# Longer than any holiday; a year mistyped by one digit would fill the table.
LONGEST_DAYS = 400


class SchedulesPage(ListPage):
    is_always_whole = True

    rows: list[msgspec.Raw] = msgspec.field(name="schedules")


class HolidaysPage(ListPage):
    is_always_whole = True

    rows: list[msgspec.Raw] = msgspec.field(name="holidays")


class Numbered(msgspec.Struct):
    id: int


class Interval(msgspec.Struct):
    start_time: int
    end_time: int


class Holiday(msgspec.Struct):
    name: str
    start_date: str
    end_date: str


class ScheduleBody(msgspec.Struct):
    id: int
    name: str
    time_zone: str
    intervals: list[Interval] = []
    updated_at: str | None = None


class ScheduleRow(msgspec.Struct, omit_defaults=True, gc=False):
    """A schedule and its holidays, which are lists of their own, as one row."""

    id: int
    schedule: ScheduleBody
    holidays: list[Holiday] = []


def fetch_schedules(api: Api, _: Window) -> Iterator[Page]:
    """All schedules, one further request each for its holidays."""
    for schedules in by_list(api, "/business_hours/schedules.json", SchedulesPage):
        rows = []
        for raw in schedules:
            number = msgspec.json.decode(raw, type=Numbered).id
            path = f"/business_hours/schedules/{number}/holidays.json"
            holidays = [holiday for page in by_list(api, path, HolidaysPage) for holiday in page]
            rows.append(msgspec.Raw(msgspec.json.encode({"id": number, "schedule": raw, "holidays": holidays})))
        yield Page(rows)


def normalise_schedule(row: ScheduleRow, ctx: Context) -> Iterator[Record]:
    """Opening hours by weekday and closed days; a zone that nobody knows is said once and taken as the source's."""
    body = row.schedule
    zone = iana(body.time_zone)
    if zone is None:
        ctx.warn("time zone", body.time_zone)
    updated_at = utc(body.updated_at) if body.updated_at else 0
    yield Schedule(
        id=str(body.id),
        version=updated_at,
        source_updated_at=updated_at or None,
        name=body.name,
        time_zone=zone or ctx.zone.key,
        hours=tuple(sorted({hours for interval in body.intervals for hours in by_weekday(interval)})),
        holidays=tuple(sorted({day for holiday in row.holidays for day in by_day(holiday)})),
    )


def by_weekday(interval: Interval) -> Iterator[tuple[int, int, int]]:
    """(weekday from Monday, opens, closes) of an interval, cut at midnight."""
    start, end = interval.start_time, interval.end_time
    if not 0 <= start < end <= WEEK_MIN:
        raise BadRow(f"an interval from minute {start} to minute {end} of the week")
    while start < end:
        day, opens = divmod(start, DAY_MIN)
        closes = min(DAY_MIN, end - day * DAY_MIN)
        yield (day + 6) % 7, opens, closes
        start = (day + 1) * DAY_MIN


def by_day(holiday: Holiday) -> Iterator[tuple[str, str, None, None]]:
    """Each day of a holiday, closed from midnight to midnight."""
    day, last = date.fromisoformat(holiday.start_date), date.fromisoformat(holiday.end_date)
    if (last - day).days > LONGEST_DAYS:
        raise BadRow(f"a holiday from {day} to {last}")
    while day <= last:
        yield day.isoformat(), holiday.name, None, None
        day += timedelta(days=1)
