"""Zendesk's three ways to page: cursor export, time export, and lists.

Cursors and times are taken from the answers and put into requests of our own form: a link that Zendesk returns is
never mixed with further parameters. Changes of the last minute are left out by Zendesk and come with the next pull.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from connectors import Api, Page, Refused, Stuck, Unavailable, Window

PER_EXPORT = 1000
PER_LIST = 100
# A page can come once more after a hiccup of Zendesk's, but not for ever.
MOST_REPEATS = 3

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
    """A page of a list, by cursor (``meta``) or by link; some lists come whole and tell neither."""

    is_always_whole: ClassVar[bool] = False

    rows: list[msgspec.Raw]
    meta: Meta | None = None
    next_page: str | None | UnsetType = UNSET

    def following(self, path: str, before: str | None) -> str | None:
        """The next page's cursor, None at the end; raises where a page must not be taken for the last one."""
        if self.meta is None and self.next_page is UNSET and not self.is_always_whole:
            raise Unavailable(f"Zendesk's {path} does not tell whether more is to come; tried again at the next run.")
        if self.meta is None or not self.meta.has_more:
            return None
        if not self.meta.after_cursor or self.meta.after_cursor == before:
            raise Stuck(f"Zendesk's {path} says that more is to come but gives no new cursor.")
        return self.meta.after_cursor


def by_cursor(api: Api, path: str, form: type[CursorPage], window: Window, params: Params) -> Iterator[Page]:
    """Pages of a cursor export, from the saved cursor or from ``window.since``; the cursor of each is saved with it."""
    place: Params = {"cursor": window.resume_at} if window.resume_at else {"start_time": window.since}
    cursor, over, last, repeats = window.resume_at, False, (b"", b""), 0
    while not over:
        try:
            page = api.get(path, form, params={**place, "per_page": PER_EXPORT, **params})
        except Refused as refused:
            if is_too_recent(refused):
                return
            raise
        over = page.end_of_stream
        if page.after_cursor is None and not over:
            raise Unavailable(
                f"Zendesk's {path} gives no cursor although more is to come; tried again at the next run."
            )
        ends = (bytes(page.rows[0]), bytes(page.rows[-1])) if page.rows else (b"", b"")
        repeats = repeats + 1 if page.rows and ends == last else 0
        if repeats >= MOST_REPEATS:
            raise Stuck(f"Zendesk's {path} gives the same rows under ever new cursors; tried again at the next run.")
        last, cursor = ends, page.after_cursor or cursor
        yield Page(page.rows, resume_at=cursor, last=over)
        place = {"cursor": cursor}


def by_time(
    api: Api, path: str, form: type[TimePage], window: Window, params: Params, *, back_s: int = 0
) -> Iterator[Page]:
    """Pages of a time export; each starts in the second in which the one before ended, so that second comes twice.

    ``back_s``: seconds before the saved moment that are read again. The vendor says where the export ends; without
    that word the end is a page that leads no further.
    """
    known = int(window.resume_at) if window.resume_at else window.since
    at, over = max(0, known - back_s) if window.resume_at else known, False
    while not over:
        try:
            page = api.get(path, form, params={"start_time": at, "per_page": PER_EXPORT, **params})
        except Refused as refused:
            if is_too_recent(refused):
                return
            raise
        if page.end_time is None and page.end_of_stream is None:
            raise Unavailable(f"Zendesk's {path} does not tell whether more is to come; tried again at the next run.")
        ends_at = page.end_time or at
        over = page.end_of_stream or not page.rows
        if page.end_of_stream is None and ends_at <= at and len(page.rows) < PER_EXPORT:
            over = True
        # What is read again leads up to the saved place; only what lies after it moves that place.
        moved = str(max(ends_at, known)) if over or ends_at > known or not back_s else None
        yield Page(page.rows, resume_at=moved, data_to=page.end_time, last=over)
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
    asked, after = path, None
    while True:
        page = api.get(asked, form, params=place)
        yield page.rows
        after = page.following(path, after)
        if after is not None:
            place = {"page[size]": PER_LIST, **(params or {}), "page[after]": after}
        elif page.meta is None and isinstance(page.next_page, str) and page.next_page != asked:
            asked, place = page.next_page, None
        else:
            return
