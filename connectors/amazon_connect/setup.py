"""Queues, agents and opening hours of an instance."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
from msgspec import UNSET, Struct

from connectors import Agent, Context, NotAllowed, Page, Queue, Record, Schedule, Window
from connectors.amazon_connect.service import QueueRow, Service, readable

WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
DAY_MIN = 1440
DAY = re.compile(r"\d{4}-\d\d-\d\d")
LONGEST_OVERRIDE_DAYS = 62


class UserSummary(Struct, rename="pascal"):
    """An agent as ListUsers tells one."""

    id: str
    username: str | None = None


class UserList(Struct, rename="pascal"):
    """One page of ListUsers."""

    user_summary_list: list[msgspec.Raw]
    next_token: str | None = None


class Time(Struct, rename="pascal"):
    """A time of day."""

    hours: int = 0
    minutes: int = 0

    def minute(self) -> int:
        """Minutes since midnight."""
        return self.hours * 60 + self.minutes


class Opening(Struct, rename="pascal"):
    """One stretch of a weekday."""

    day: str
    start_time: Time
    end_time: Time


class HoursRow(Struct, rename="pascal"):
    """Hours of operation; ``overrides`` is put in by the fetch."""

    hours_of_operation_id: str
    name: str
    time_zone: str
    config: list[Opening] = []
    overrides: list["Override"] = []

    @property
    def id(self) -> str:
        """Their id."""
        return self.hours_of_operation_id


class Override(Struct, rename="pascal"):
    """Other hours from one date to another, both included; without any the day is closed."""

    name: str | None = None
    config: list[Opening] = []
    effective_from: str | None = None
    effective_till: str | None = None
    override_type: str | None = None


class HoursId(Struct, rename="pascal"):
    """Just the id of hours of operation."""

    hours_of_operation_id: str


class HoursPage(Struct, rename="pascal"):
    """One page of SearchHoursOfOperations."""

    hours_of_operations: list[msgspec.Raw]
    next_token: str | None = None


class OverridePage(Struct, rename="pascal"):
    """One page of ListHoursOfOperationOverrides."""

    hours_of_operation_override_list: list[msgspec.Raw] = []
    next_token: str | None = None


def fetch_queues(service: Service, _: Window) -> Iterator[Page]:
    """The standard queues; agents' own queues are none."""
    _by_api(service, "queues")
    yield Page(service.queues)


def fetch_users(service: Service, _: Window) -> Iterator[Page]:
    """All agents, a thousand a page."""
    _by_api(service, "users")
    for page in service.pages("list_users", UserList, InstanceId=service.settings.instance_id, MaxResults=1000):
        yield Page(page.user_summary_list)


def fetch_hours(service: Service, _: Window) -> Iterator[Page]:
    """Hours of operation, each with its overrides."""
    _by_api(service, "hours of operation")
    instance = service.settings.instance_id
    for page in service.pages("search_hours_of_operations", HoursPage, InstanceId=instance, MaxResults=100):
        yield Page([_with_overrides(service, raw) for raw in page.hours_of_operations])


def _by_api(service: Service, what: str) -> None:
    if service.api is None:
        raise NotAllowed(f"amazon_connect: record files hold no list of {what}; names come from the records.", 403)


def _with_overrides(service: Service, raw: msgspec.Raw) -> msgspec.Raw:
    one = readable(raw, HoursId)
    if one is None:
        return raw
    pages = service.pages(
        "list_hours_of_operation_overrides",
        OverridePage,
        InstanceId=service.settings.instance_id,
        HoursOfOperationId=one.hours_of_operation_id,
        MaxResults=100,
    )
    try:
        found = [row for page in pages for row in page.hours_of_operation_override_list if readable(row, Override)]
    except NotAllowed:
        return raw
    whole: dict[str, msgspec.Raw] = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    return msgspec.Raw(msgspec.json.encode({**whole, "Overrides": found}))


def normalise_queue(row: QueueRow, _: Context) -> Iterator[Record]:
    """A queue with its schedule."""
    yield Queue(id=row.queue_id, name=row.name or row.queue_id, schedule_id=row.hours_of_operation_id)


def normalise_user(row: UserSummary, _: Context) -> Iterator[Record]:
    """An agent by their log-in name."""
    yield Agent(id=row.id, name=row.username if row.username is not None else UNSET)


def normalise_hours(row: HoursRow, _: Context) -> Iterator[Record]:
    """Opening hours; an end at midnight is the end of that day, one before the start reaches into the next."""
    hours: list[tuple[int, int, int]] = []
    for opening in row.config:
        if opening.day in WEEKDAYS:
            hours += _stretches(WEEKDAYS.index(opening.day), opening)
    yield Schedule(
        id=row.hours_of_operation_id,
        name=row.name,
        time_zone=row.time_zone,
        hours=tuple(sorted(set(hours))),
        holidays=tuple(sorted(_holidays(row.overrides).values())),
    )


def _stretches(weekday: int, opening: Opening) -> list[tuple[int, int, int]]:
    begin, end = opening.start_time.minute(), opening.end_time.minute()
    if end > begin:
        return [(weekday, begin, end)]
    # 00:00 to 00:00 is the whole day (Amazon Connect administrator guide, "Set the hours of operation").
    night = [((weekday + 1) % 7, 0, end)] if end else []
    return [(weekday, begin, DAY_MIN), *night]


def _holidays(overrides: list[Override]) -> dict[str, tuple[str, str, int | None, int | None]]:
    """Dates with other hours; the last override of a date counts."""
    found: dict[str, tuple[str, str, int | None, int | None]] = {}
    for one in overrides:
        begin, end = one.effective_from or "", one.effective_till or one.effective_from or ""
        if not (DAY.fullmatch(begin) and DAY.fullmatch(end)):
            continue
        day, last = date.fromisoformat(begin), date.fromisoformat(end)
        for _ in range(LONGEST_OVERRIDE_DAYS):
            if day > last:
                break
            opening = next((part for part in one.config if part.day == WEEKDAYS[day.weekday()]), None)
            begins = opening.start_time.minute() if opening else 0
            ends = opening.end_time.minute() if opening else 0
            is_closed = one.override_type == "CLOSED" or begins >= ends
            hours = (None, None) if is_closed else (begins, ends)
            found[day.isoformat()] = (day.isoformat(), one.name or "", *hours)
            day += timedelta(days=1)
    return found
