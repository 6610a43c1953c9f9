"""Business hours: the calendars of an account, in twelve-hour words by weekday; holidays are not told."""

import re
from collections.abc import Iterator

import msgspec

from connectors import Api, BadRow, Context, Page, Record, Schedule, Window, iana, utc
from connectors.freshdesk.paging import whole

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*([ap])?\.?\s*(?:m\.?)?", re.IGNORECASE)
DAY_MIN = 1_440


class Span(msgspec.Struct, omit_defaults=True, gc=False):
    start_time: str
    end_time: str


class HoursRow(msgspec.Struct, omit_defaults=True, gc=False):
    """A calendar; its hours have been seen under both names."""

    id: int
    name: str
    time_zone: str
    is_default: bool | None = None
    business_hours: dict[str, Span] | None = None
    working_hours: dict[str, Span] | None = None
    updated_at: str | None = None


def fetch_hours(api: Api, _: Window) -> Iterator[Page]:
    """All calendars."""
    return (Page(rows) for rows in whole(api, "/business_hours"))


def normalise_hours(row: HoursRow, ctx: Context) -> Iterator[Record]:
    """Opening hours by weekday; a zone that nobody knows is said once and taken as the source's."""
    zone = iana(row.time_zone)
    if zone is None:
        ctx.warn("time zone", row.time_zone)
    updated_at = utc(row.updated_at) if row.updated_at else 0
    spans = row.business_hours or row.working_hours or {}
    hours = [(WEEKDAYS.index(day), *open_between(span)) for day, span in spans.items() if day in WEEKDAYS]
    yield Schedule(
        id=str(row.id),
        version=updated_at,
        source_updated_at=updated_at or None,
        name=row.name,
        time_zone=zone or ctx.zone.key,
        is_default=row.is_default,
        hours=tuple(sorted(hours)),
    )


def open_between(span: Span) -> tuple[int, int]:
    """Minutes of the day; midnight as an end is the end of the day, and so is the minute before it."""
    opens, closes = minute_of(span.start_time), minute_of(span.end_time)
    if closes in (0, DAY_MIN - 1):
        closes = DAY_MIN
    if opens >= closes:
        raise BadRow(f"business hours from minute {opens} to minute {closes}")
    return opens, closes


def minute_of(text: str) -> int:
    """The minute of the day in "5:00 pm" or "17:00"."""
    found = CLOCK.fullmatch(text.strip())
    if found is None:
        raise BadRow("business hours that are no time of day")
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59:
        raise BadRow("business hours that are no time of day")
    return hour * 60 + minute
