"""Talk's exports of calls and legs by the moment of their last change, and its small lists.

The last page of an export still names a next one, which holds the rows of its last second again, for ever
(https://developer.zendesk.com/api-reference/voice/talk-api/incremental_exports/). An export ends where the next page
leads no further. That costs one request more than to stop at the first page that is not full, and cannot stop early
where Zendesk gives smaller pages than it was asked for.
"""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from connectors import Api, Page, Stuck, Unavailable, Window

PER_EXPORT = 1000
PER_LIST = 100
MOST_LIST_PAGES = 500


class ExportPage(msgspec.Struct, kw_only=True):
    """A page of an export; subclasses name the list. ``end_time``: the latest change in it, where the next starts."""

    rows: list[msgspec.Raw]
    end_time: int | None | UnsetType = UNSET
    count: int | None = None


class Meta(msgspec.Struct):
    has_more: bool = False
    after_cursor: str | None = None


class ListPage(msgspec.Struct, kw_only=True):
    """A page of a list, by cursor (``meta``) or by link (``next_page``). ``count``: the rows of all its pages."""

    rows: list[msgspec.Raw]
    meta: Meta | None = None
    next_page: str | None | UnsetType = UNSET
    count: int | None = None


def by_change(api: Api, path: str, form: type[ExportPage], window: Window) -> Iterator[Page]:
    """Pages of an export from the saved moment; each starts in the second in which the one before ended."""
    at = int(window.resume_at) if window.resume_at else window.since
    while True:
        page = api.get(path, form, params={"start_time": at, "limit": PER_EXPORT})
        if page.end_time is UNSET or (page.count and not page.rows):
            raise Unavailable(f"Zendesk's {path} does not tell whether more is to come; tried again at the next run.")
        if not page.rows:
            return
        ends_at = page.end_time or at
        over = ends_at <= at
        yield Page(page.rows, resume_at=str(max(ends_at, at)), data_to=page.end_time, last=over)
        if over and len(page.rows) >= PER_EXPORT:
            raise Stuck(
                f"Zendesk's {path} has {PER_EXPORT} rows or more in the second {at}, more than a page holds, and "
                "cannot be read past it. Kept up to there; tried again at the next run."
            )
        if over or (window.until is not None and ends_at >= window.until):
            return
        at = ends_at


def by_list(api: Api, path: str, form: type[ListPage]) -> Iterator[list[msgspec.Raw]]:
    """The pages of a list, whole lists where it knows no pages; raises where a page must not be taken for the last."""
    asked, after, seen = path, None, 0
    for _ in range(MOST_LIST_PAGES):
        params = {"page[size]": PER_LIST, "page[after]": after} if asked == path else None
        page = api.get(asked, form, params=params)
        seen += len(page.rows)
        yield page.rows
        if page.meta is not None and page.meta.has_more:
            if not page.meta.after_cursor or page.meta.after_cursor == after:
                raise Stuck(f"Zendesk's {path} says that more is to come but gives no new cursor.")
            after = page.meta.after_cursor
        elif page.meta is None and isinstance(page.next_page, str) and page.next_page != asked:
            asked = page.next_page
        elif page.meta is None and (seen < page.count if page.count is not None else page.next_page is UNSET):
            raise Unavailable(f"Zendesk's {path} does not tell whether more is to come; tried again at the next run.")
        else:
            return
    raise Stuck(f"Zendesk's {path} has more than {MOST_LIST_PAGES} pages; a list that seems to have no end.")
