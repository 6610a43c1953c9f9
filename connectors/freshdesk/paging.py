"""Freshdesk's two ways to page: lists in order of change, and plain lists; 100 rows a page.

Numbered pages shift when a row on a page already read is changed, so a list in order of change begins anew after each
page, a second before the page's last change; page numbers are used within one second only. ``updated_since`` is always
sent: without it Freshdesk leaves out, silently, what was created more than 30 days ago. The list of tickets ends at
page 300; contacts have been read past page 800 (airbytehq/airbyte, pull request 8017), so other lists are read on until
Freshdesk declines.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec

from connectors import Api, BadRow, Gone, NotAllowed, Page, Refused, Stuck, Window, utc

PER_PAGE = 100
# Of the list of tickets; to the page after this one Freshdesk answers 400.
LAST_PAGE = 300
# A list longer than that has no end.
MOST_PAGES = 20_000
DAY_S = 86_400
# What is closed and untouched for so long is archived, and no longer listed or found (Freshdesk's support pages,
# "Ticket archiving").
ARCHIVED_AFTER_S = 120 * DAY_S
# Freshdesk may give fewer rows than asked for; no page of so few has another after it.
SURELY_LAST = 10
# Read again at each pull; and once a day, because figures of a ticket can change without its updated_at.
AGAIN_S = 300
SWEEP_S = 3 * DAY_S

Params = Mapping[str, str | int]


class Moments(msgspec.Struct):
    updated_at: str | None = None
    created_at: str | None = None
    executed_at: str | None = None


@dataclass(frozen=True)
class Place:
    """Where the reading of a list goes on: rows since ``at``, page ``page`` (0: the pass is over), ``swept``: up to
    where the last longer look back reached, ``newest``: the latest change seen."""

    at: int
    page: int = 0
    swept: int = 0
    newest: int = 0

    def text(self) -> str:
        """The place as it is kept; the moment stands first."""
        return f"{self.at}|{self.page}|{self.swept}|{self.newest}"


def place_in(text: str) -> Place:
    """The place that was kept."""
    at, page, swept, newest = (int(part) for part in text.split("|"))
    return Place(at, page, swept, newest)


def begin(window: Window, sweep_s: int) -> Place:
    """Where a pass begins: in the middle of the last one, or a little before its end, once a day long before it."""
    if window.resume_at is None:
        return Place(window.since, 1)
    place = place_in(window.resume_at)
    if place.page:
        return place
    is_sweep = place.at - place.swept >= DAY_S
    back = max(place.swept - sweep_s, 0) if is_sweep else place.at - AGAIN_S
    return Place(max(back, 0), 1, place.at if is_sweep else place.swept, place.at)


def rest(place: Place) -> str:
    """The place at which a pass ended; the first one counts as a look back."""
    newest = max(place.newest, place.at)
    return Place(newest, 0, place.swept or newest).text()


def iso(at: int) -> str:
    """A moment as Freshdesk wants it."""
    return Window(since=at).since_iso


def is_last(rows: list[msgspec.Raw], largest: int, surely: int = SURELY_LAST) -> bool:
    """Whether a page ends its list: it is shorter than those before it (the first: than any page would be)."""
    return len(rows) < PER_PAGE and len(rows) < (largest or surely)


def moment_in(raw: msgspec.Raw, name: str, now_at: int) -> int | None:
    """A row's moment, None where it cannot be read or lies ahead; the row is judged when it is normalised."""
    try:
        found = getattr(msgspec.json.decode(raw, type=Moments), name)
        at = None if found is None else utc(found)
    except (msgspec.DecodeError, BadRow):
        return None
    return None if at is None or (now_at and at > now_at + DAY_S) else at


def by_change(api: Api, path: str, window: Window, params: Params, *, last_page: int = LAST_PAGE) -> Iterator[Page]:
    """The rows that changed since the window began, in order of change."""
    place, largest = begin(window, SWEEP_S), 0
    was_stuck = place.page >= last_page
    while True:
        asked = {**params, "updated_since": iso(place.at), "order_by": "updated_at", "order_type": "asc"}
        rows = api.get(path, list[msgspec.Raw], params={**asked, "per_page": PER_PAGE, "page": place.page})
        moments = (moment_in(raw, "updated_at", window.now_at) for raw in reversed(rows))
        at = next((moment for moment in moments if moment is not None), None)
        place = replace(place, newest=max(place.newest, at or 0))
        if was_stuck and (len(rows) < PER_PAGE or (at is not None and at - 1 > place.at)):
            # Some of the rows that were too many have changed since: all pages hold others now.
            was_stuck, place = False, replace(place, page=1)
            yield Page(rows, resume_at=place.text())
            continue
        if is_last(rows, largest) or (window.until is not None and at is not None and at > window.until):
            yield Page(rows, resume_at=rest(place), last=True)
            return
        largest = max(largest, len(rows))
        # One second back, because no document tells whether updated_since takes in its own second.
        if at is not None and at - 1 > place.at:
            place = replace(place, at=at - 1, page=1)
        elif place.page >= last_page:
            yield Page(rows, resume_at=place.text())
            raise Stuck(
                f"Freshdesk's {path} has {last_page * PER_PAGE:,} rows or more that changed in the second "
                f"{iso(at or place.at)} and shows no page after number {last_page} (a bulk change does this). Change "
                "some of these tickets once more, a part at a time, so that they get moments of their own."
            )
        else:
            place = replace(place, page=place.page + 1)
        yield Page(rows, resume_at=place.text())


def by_number(
    api: Api, path: str, window: Window, params: Params, *, since: str, moment: str, sweep_s: int
) -> Iterator[Page]:
    """The rows of a list that knows a beginning (the parameter ``since``) but no order; ``moment``: the field of a row
    that this parameter compares."""
    place, largest = begin(window, sweep_s), 0
    while True:
        asked = {**params, since: iso(place.at), "per_page": PER_PAGE, "page": place.page}
        try:
            rows = api.get(path, list[msgspec.Raw], params=asked)
        except Refused as refused:
            if place.page <= LAST_PAGE or isinstance(refused, NotAllowed | Gone):
                raise
            shown = (place.page - 1) * PER_PAGE
            note = f"Freshdesk shows no more than {shown:,} rows of {path}; the rest comes when it changes"
            yield Page((), resume_at=rest(place), last=True, note=note)
            return
        found = (at for raw in rows if (at := moment_in(raw, moment, window.now_at)) is not None)
        place = replace(place, newest=max(place.newest, max(found, default=0)))
        if is_last(rows, largest):
            yield Page(rows, resume_at=rest(place), last=True)
            return
        largest = max(largest, len(rows))
        if place.page >= MOST_PAGES:
            raise Stuck(f"Freshdesk's {path} has no end after page {MOST_PAGES:,}.")
        place = replace(place, page=place.page + 1)
        yield Page(rows, resume_at=place.text())


def whole(
    api: Api, path: str, params: Params | None = None, *, surely: int = SURELY_LAST
) -> Iterator[list[msgspec.Raw]]:
    """The pages of a short list, by number to the last one."""
    largest = 0
    for page in range(1, MOST_PAGES + 1):
        rows = api.get(path, list[msgspec.Raw], params={**(params or {}), "per_page": PER_PAGE, "page": page})
        yield rows
        if is_last(rows, largest, surely):
            return
        largest = max(largest, len(rows))
    raise Stuck(f"Freshdesk's {path} has no end after page {MOST_PAGES:,}.")
