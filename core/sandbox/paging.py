"""Zendesk's three ways to page: by cursor, by time, and lists by `page[size]`."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import TypeVar

from core.sandbox.faults import Page
from core.sandbox.view import WITHHELD_S, Key, View
from core.sandbox.web import Request

T = TypeVar("T")


class Refused(Exception):
    """A request that the vendor answers with an error."""

    def __init__(self, status: int, error: object, description: str = "") -> None:
        super().__init__(description)
        self.status, self.body = status, {"error": error, "description": description}


def base(request: Request) -> str:
    """The root of all addresses in answers."""
    return f"{request.base}/api/v2"


def token(at: int, place: int, nonce: int = 0) -> str:
    """A cursor: the last row's position, opaque to the reader, in the form seen in recordings of 2024."""
    return b64encode(f"{at}.0||{place}|{nonce or ''}".encode()).decode()


def untoken(cursor: str) -> Key:
    """The position in a cursor."""
    try:
        at, _, place, _ = b64decode(cursor, validate=True).decode().split("|")
        return int(float(at)), int(place)
    except (Base64Error, UnicodeDecodeError, ValueError) as error:
        raise Refused(400, "InvalidCursor", "The cursor is invalid") from error


def number(request: Request, name: str, default: int | None = None) -> int:
    """A whole-number parameter."""
    text = request.query.get(name)
    if text is None and default is not None:
        return default
    if text is None or not text.lstrip("-").isdigit():
        raise Refused(422, "InvalidValue", f"{name} is invalid")
    return int(text)


def start_time(view: View, request: Request) -> int:
    """The parameter of that name; a moment in the last minute is refused."""
    start = number(request, "start_time")
    if start > view.now_at - WITHHELD_S:
        raise Refused(422, "StartTimeTooRecent", "Too recent start_time. Use a start_time older than 1 minute")
    return start


def by_cursor(view: View, request: Request, name: str, keys: Sequence[Key], render: Callable[[int], object]) -> Page:
    """A page of a cursor export; its cursor is never null, whether there is more or not."""
    size = min(number(request, "per_page", 1_000), 1_000)
    cursor = request.query.get("cursor")
    after = untoken(cursor) if cursor else (start_time(view, request), -1)
    first = bisect_right(keys, after)
    page = keys[first : first + size]
    cursor = token(*(page[-1] if page else after))
    return {
        name: [render(place) for _, place in page],
        "after_cursor": cursor,
        "after_url": f"{request.base}{request.path}?cursor={cursor}&per_page={size}",
        "before_cursor": None,
        "before_url": None,
        "end_of_stream": first + size >= len(keys),
    }


def by_time(
    view: View,
    request: Request,
    name: str,
    items: Sequence[T],
    when: Callable[[T], int],
    render: Callable[[T], object],
    more: str = "",
) -> Page:
    """A page of a time export: the next begins in the second in which this one ended, so its rows come again."""
    size = min(number(request, "per_page", 1_000), 1_000)
    start = start_time(view, request)
    first = bisect_left(items, start, key=when)
    end = bisect_right(items, view.now_at - WITHHELD_S, key=when)
    page = list(items[first : min(first + size, end)])
    if page and when(page[-1]) == start and first + size < end:
        # A second with more rows than a page would hold the reader for ever.
        page = list(items[first : min(bisect_right(items, start, key=when), end)])
        if first + len(page) < end:
            page.append(items[first + len(page)])
    end_time = when(page[-1]) if page else start
    return {
        name: [render(item) for item in page],
        "count": len(page),
        "end_of_stream": first + len(page) >= end,
        "end_time": end_time,
        "next_page": f"{request.base}{request.path}?{more}per_page={size}&start_time={end_time}",
    }


def listed(
    request: Request,
    name: str,
    items: Sequence[T],
    *,
    largest: int = 100,
    render: Callable[[T], object] = lambda item: item,
) -> Page:
    """A page of a list; the whole list in one page when no size is asked for."""
    if "page[size]" not in request.query:
        return {name: [render(item) for item in items], "count": len(items), "next_page": None, "previous_page": None}
    size = max(1, min(number(request, "page[size]"), largest))
    after = request.query.get("page[after]")
    first = untoken(after)[1] + 1 if after else 0
    page = list(items[first : first + size])
    cursor = token(0, first + len(page) - 1)
    has_more = first + size < len(items)
    kept = "&".join(f"{key}={value}" for key, value in request.query.items() if key != "page[after]")
    following = f"{request.base}{request.path}?{kept}&page[after]={cursor}"
    return {
        name: [render(item) for item in page],
        "meta": {"has_more": has_more, "after_cursor": cursor if page else None, "before_cursor": None},
        "links": {"next": following if has_more else None, "prev": None},
    }
