"""Tickets that are open although nothing has happened to them since reading begins; without them today's backlog is
short. They are found by search, which shows 300 at a time, and then read one by one with their moments.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from connectors import Api, Gone, NotAllowed, Page, Refused, Window
from connectors.freshdesk.account import Field, looked_up, status_names
from connectors.freshdesk.vocabulary import DONE, STATUS

# Search gives 30 rows a page and ten pages.
SHOWN, PER_PAGE = 300, 30
# A query has 512 characters at most.
STATUSES_AT_ONCE = 15
# No ticket is older than Freshdesk.
FIRST_DAY = date(2010, 1, 1)
# Between two commits, and for `check`, which reads the first page: three credits each.
AT_ONCE = 5
OPEN, PENDING = 2, 3


class Found(msgspec.Struct):
    id: int


class Results(msgspec.Struct):
    total: int
    results: list[Found]


def fetch_open(api: Api, window: Window) -> Iterator[Page]:
    """The open tickets without a change since the window begins."""
    since = date.fromisoformat(window.since_iso[:10])
    if since <= FIRST_DAY:
        return
    fields = looked_up(api, "/ticket_fields", Field)
    names = status_names(next((one.choices for one in fields if one.name == "status"), None))
    # Freshdesk declines a search for a status that the account does not have.
    numbers = sorted(int(number) for number in names if number.isdigit()) or [OPEN, PENDING]
    unsolved = [f"status:{number}" for number in numbers if STATUS.get(number) not in DONE]
    rows: list[msgspec.Raw] = []
    crowded: list[date] = []
    for begin in range(0, len(unsolved), STATUSES_AT_ONCE):
        states = " OR ".join(unsolved[begin : begin + STATUSES_AT_ONCE])
        what = f"({states}) AND updated_at:<'{since.isoformat()}'"
        for number in searched(api, what, FIRST_DAY, since, crowded):
            try:
                rows.append(api.get(f"/tickets/{number}", msgspec.Raw, params={"include": "stats"}))
            except Gone:
                continue
            if len(rows) == AT_ONCE:
                yield Page(rows)
                rows = []
    yield Page(rows, note=shortage(crowded))


def shortage(crowded: list[date]) -> str:
    """What people should know of days of which the search did not show all."""
    days = ", ".join(day.isoformat() for day in sorted(set(crowded)))
    shown = f"Freshdesk's search shows {SHOWN} tickets at a time"
    return f"{shown}: of those created on {days} some old open ones are missing until they change" if days else ""


def searched(api: Api, what: str, first: date, last: date, crowded: list[date]) -> Iterator[int]:
    """The ids of all tickets that a search finds, by halves of the time of their creation where it shows no more;
    ``crowded`` gets the days of which it does not show all."""
    between = f"{what} AND created_at:>'{first.isoformat()}' AND created_at:<'{last.isoformat()}'"
    try:
        found = api.get("/search/tickets", Results, params={"query": f'"{between}"', "page": 1})
    except Refused as refused:
        raise NotAllowed(f"The search for open tickets was declined: {refused.message}", refused.status) from refused
    if found.total > SHOWN and first < last:
        middle = first + (last - first) // 2
        yield from searched(api, what, first, middle, crowded)
        yield from searched(api, what, middle + timedelta(days=1), last, crowded)
        return
    if found.total > SHOWN:
        crowded.append(first)
    yield from (one.id for one in found.results)
    for page in range(2, min(-(-found.total // PER_PAGE), SHOWN // PER_PAGE) + 1):
        found = api.get("/search/tickets", Results, params={"query": f'"{between}"', "page": page})
        yield from (one.id for one in found.results)
