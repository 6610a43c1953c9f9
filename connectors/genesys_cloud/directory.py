"""Queues with their service-level goals, and the users who work in them."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from connectors import Agent, Api, Context, Page, Queue, Record, Unavailable, Window
from connectors.genesys_cloud.rows import Row, millis

PER_PAGE = 100


class ListPage(msgspec.Struct, rename="camel"):
    """A page of a list by number."""

    entities: list[msgspec.Raw]
    page_number: int = 1
    page_count: int | None = None


class ServiceLevel(Row):
    duration_ms: float | None = None


class MediaSettings(Row):
    service_level: ServiceLevel | None = None


class QueueRow(Row):
    id: str
    name: str
    media_settings: dict[str, Any] | None = None
    date_modified: str | None = None


class UserRow(Row):
    id: str
    name: str | None = None
    state: str | None = None
    version: int = 0


def fetch_queues(api: Api, _: Window) -> Iterator[Page]:
    """All queues."""
    return by_number(api, "/routing/queues", {})


def fetch_users(api: Api, _: Window) -> Iterator[Page]:
    """All users, those without access any more included."""
    return by_number(api, "/users", {"state": "any"})


def by_number(api: Api, path: str, params: dict[str, str]) -> Iterator[Page]:
    """The pages of a list; it must say how many there are, as a short list would mark the rest as gone."""
    number = 1
    while True:
        page = api.get(path, ListPage, params={"pageSize": PER_PAGE, "pageNumber": number, **params})
        if page.page_count is None:
            raise Unavailable(f"Genesys Cloud's {path} does not tell how many pages it has; asked again later.")
        yield Page(page.entities)
        if number >= page.page_count:
            return
        number += 1


def normalise_queue(row: QueueRow, _: Context) -> Iterator[Record]:
    """A queue with the seconds of its service level for calls; what counts as a short abandon is told by nobody."""
    yield Queue(
        id=row.id,
        version=millis(row.date_modified) if row.date_modified else 0,
        name=row.name,
        sl_threshold_s=_goal(row),
    )


def _goal(row: QueueRow) -> int | UnsetType:
    given = (row.media_settings or {}).get("call")
    if not isinstance(given, dict):
        return UNSET
    level = msgspec.convert(given, MediaSettings).service_level
    return UNSET if level is None or level.duration_ms is None else int(level.duration_ms // 1000)


def normalise_user(row: UserRow, _: Context) -> Iterator[Record]:
    """A user as agent; who is deleted at the vendor's stays known as inactive."""
    yield Agent(id=row.id, version=row.version, name=row.name, is_active=row.state == "active")
