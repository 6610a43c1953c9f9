"""Zendesk's three ways to page: cursor export, time export, and lists.

Cursors and times are taken from the answers and put into requests of our own form: a link that Zendesk returns is
never mixed with further parameters. Changes of the last minute are left out by Zendesk and come with the next pull.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping

import msgspec

from connectors import Api, Page, Refused, Stuck, Unavailable, Window

PER_EXPORT = 1000
PER_LIST = 100

Params = Mapping[str, str | int | None]


class CursorPage(msgspec.Struct, kw_only=True):
    """A page of a cursor export; subclasses name the list."""

    rows: list[msgspec.Raw]
    after_cursor: str | None
    end_of_stream: bool


class TimePage(msgspec.Struct, kw_only=True):
    """A page of a time export. ``end_time``: where the next one starts, both ends included."""

    rows: list[msgspec.Raw]
    end_time: int | None = None
    end_of_stream: bool | None = None


class Meta(msgspec.Struct):
    has_more: bool
    after_cursor: str | None = None


class ListPage(msgspec.Struct, kw_only=True):
    """A page of a list, by cursor (``meta``) or, from lists that know no cursor, by link."""

    rows: list[msgspec.Raw]
    meta: Meta | None = None
    next_page: str | None = None


def by_cursor(api: Api, path: str, form: type[CursorPage], window: Window, params: Params) -> Iterator[Page]:
    """Pages of a cursor export, from the saved cursor or from ``window.since``; the cursor of each is saved with it.

    A cursor that Zendesk no longer takes is replaced by the moment it stood for, an hour earlier.
    """
    place: Params = {"cursor": window.resume_at} if window.resume_at else {"start_time": window.since}
    cursor, over = window.resume_at, False
    while not over:
        try:
            page = api.get(path, form, params={**place, "per_page": PER_EXPORT, **params})
        except Refused as refused:
            if is_too_recent(refused):
                return
            # A refusal of the plan or the key is none of the cursor.
            if "cursor" not in place or refused.status not in (400, 410, 422):
                raise
            place = {"start_time": max(0, (moment_in(cursor) or window.since) - 3600)}
            continue
        over = page.end_of_stream
        if page.after_cursor is None and not over:
            raise Unavailable(
                f"Zendesk's {path} gives no cursor although more is to come; tried again at the next run."
            )
        cursor = page.after_cursor or cursor
        yield Page(page.rows, resume_at=cursor, data_to=moment_in(cursor), last=over)
        place = {"cursor": cursor}


def moment_in(cursor: str | None) -> int | None:
    """The moment inside a cursor (base64 of ``1707271741.0||4045|``, seen 2024-02), None where its form is another."""
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor, validate=True).decode("ascii")
        return int(float(text.partition("||")[0]))
    except (binascii.Error, UnicodeDecodeError, ValueError, OverflowError):
        return None


def by_time(
    api: Api, path: str, form: type[TimePage], window: Window, params: Params, *, back_s: int = 0
) -> Iterator[Page]:
    """Pages of a time export; each starts in the second in which the one before ended, so that second comes twice.

    ``back_s``: seconds before the saved moment that are read again. The vendor says where a page ends; without
    that word the end is a page that leads no further.
    """
    at = max(window.since, int(window.resume_at) - back_s) if window.resume_at else window.since
    reached, over = at, False
    while not over:
        try:
            page = api.get(path, form, params={"start_time": at, "per_page": PER_EXPORT, **params})
        except Refused as refused:
            if is_too_recent(refused):
                return
            raise
        ends_at = page.end_time or at
        over = page.end_of_stream or not page.rows
        if page.end_of_stream is None and ends_at <= at and len(page.rows) < PER_EXPORT:
            over = True
        reached = max(reached, ends_at, int(window.resume_at or 0))
        yield Page(page.rows, resume_at=str(reached), data_to=page.end_time, last=over)
        if not over and ends_at <= at:
            raise Stuck(
                f"Zendesk's {path} has {len(page.rows)} rows or more in the second {at}, more than a page holds, and "
                "cannot be read past it (a bulk change does this). Kept up to there; tried again at the next run."
            )
        at = ends_at


def is_too_recent(refused: Refused) -> bool:
    """Whether Zendesk has nothing to give yet because the start lies in the minute it holds back."""
    return refused.status in (400, 422) and "recent" in f"{refused.code} {refused.message}".lower()


def by_list(api: Api, path: str, form: type[ListPage], params: Params | None = None) -> Iterator[list[msgspec.Raw]]:
    """The pages of a list, whole lists where it knows no pages."""
    place: Params | None = {"page[size]": PER_LIST, **(params or {})}
    asked = path
    while True:
        page = api.get(asked, form, params=place)
        yield page.rows
        if page.meta is not None and page.meta.has_more:
            after = page.meta.after_cursor
            if after is None or (place or {}).get("page[after]") == after:
                raise Stuck(f"Zendesk's {path} says that more is to come but gives no new cursor.")
            place = {"page[size]": PER_LIST, **(params or {}), "page[after]": after}
        elif page.meta is None and page.next_page is not None and page.next_page != asked:
            asked, place = page.next_page, None
        else:
            return
