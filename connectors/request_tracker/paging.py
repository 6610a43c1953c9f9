"""RT's lists, and the walk along its transactions, by which changed tickets are found.

Every change of a ticket is a transaction, numbered upwards; ``id`` is therefore the place to go on from. RT's own word
for "changed since", ``LastUpdated``, serves neither purpose: a ticket that is merged away keeps its old one, searches
never show deleted tickets, and a moment in a search is read in the time zone of RT's user.

A list leaves out what the user may not see after it was cut into pages, and tells no ``total`` and no ``next_page``
then (of transactions only a superuser is told): a short page, even an empty one, is not the end. Read from the source
of RT 5.0.3 (lib/RT/REST2/Resource/Collection.pm) and seen on one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from connectors import Api, BadRow, Gone, Stuck, Window, utc

PER_PAGE = 100
# Pages in a row of which the user may see nothing.
MOST_HIDDEN = 20
# The same where one that may be seen is known to follow.
MOST_PASSED = 1_000
NO_END = 10**15
# A transaction gets its number before it can be seen: RT commits a ticket's changes together.
LATE_S = 300
TICKETS_ONLY = {"field": "ObjectType", "value": "RT::Ticket"}

T = TypeVar("T")
Params = Mapping[str, str | int | Sequence[str | int] | None]
Condition = Mapping[str, str | int]


class Answer(msgspec.Struct):
    """A page of a list. ``total`` and ``pages`` are None where RT does not tell; RT 5.0.3 writes no pages as -0.0."""

    items: list[msgspec.Raw]
    total: int | None = None
    pages: float | None = None


class Mark(msgspec.Struct):
    """What places a row in its list."""

    id: int | str | None = None
    Created: str | None = None
    LastUpdated: str | None = None
    ObjectId: int | str | None = None

    @property
    def number(self) -> int | None:
        return number_of(self.id)


@dataclass(frozen=True)
class Step:
    """A page of transactions: ``resume_at`` is the number after which to go on."""

    rows: Sequence[msgspec.Raw]
    marks: Sequence[Mark]
    resume_at: int
    is_last: bool


def number_of(value: object) -> int | None:
    """An id as number, whichever way RT wrote it."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def read(rows: Sequence[msgspec.Raw], form: type[T]) -> list[T]:
    """The rows of this form; one of another form is no reason to stop."""
    found = []
    for row in rows:
        try:
            found.append(msgspec.json.decode(row, type=form))
        except msgspec.DecodeError:
            continue
    return found


def marks_of(rows: Sequence[msgspec.Raw]) -> list[Mark]:
    """The places of rows."""
    return read(rows, Mark)


def every(api: Api, path: str, params: Params) -> Iterator[list[msgspec.Raw]]:
    """The pages of a whole list; where RT does not tell how many, up to the first empty one."""
    page, pages = 1, 1.0
    before: list[msgspec.Raw] = []
    while page <= pages:
        answer = api.get(path, Answer, params={**params, "per_page": PER_PAGE, "page": page})
        if answer.items and answer.items == before:
            raise Stuck(f"{api.name}: {path} gives the same page again and again; tried again at the next run.")
        if answer.items:
            yield answer.items
        before = answer.items
        page += 1
        pages = answer.pages if answer.pages is not None else page if answer.items else 0


def transactions(conditions: Sequence[Condition], order: str, **more: str | int) -> Params:
    """Parameters of a request for transactions of tickets, by their number."""
    query = msgspec.json.encode([TICKETS_ONLY, *conditions]).decode()
    return {"query": query, "orderby": "id", "order": order, "per_page": PER_PAGE, **more}


def newest(api: Api) -> int | None:
    """The number of the newest transaction that the user may see; None if there is none among the last 2,000."""
    for page in range(1, MOST_HIDDEN + 1):
        answer = api.get("/transactions", Answer, params=transactions((), "DESC", fields="id", page=page))
        found = next((mark.number for mark in marks_of(answer.items) if mark.number is not None), None)
        if found is not None:
            return found
    return None


def walk(api: Api, after: int, since: int, params: Params) -> Iterator[Step]:
    """Pages of the transactions numbered above ``after``, and not before the moment ``since``, oldest first.

    The last step goes back to where the transactions of the last five minutes begin: one that was numbered earlier
    but came later is then found by the next walk.
    """
    end = newest(api)
    if end is not None and end < after:
        raise Gone(f"{api.name}: the newest transaction of RT is {end}, and {after} was read already.", 410, "place")
    most = MOST_HIDDEN if end is None else MOST_PASSED
    end = NO_END if end is None else end
    begun, page, at = after, 1, after
    told: list[tuple[int, int]] = []
    bounds: list[Condition] = [] if not since else [{"field": "Created", "operator": ">=", "value": sql_time(since)}]
    while at < end and page <= most:
        above: Condition = {"field": "id", "operator": ">", "value": at}
        asked = {**transactions([above, *bounds], "ASC", page=page), **params}
        rows = api.get("/transactions", Answer, params=asked).items
        marks = marks_of(rows)
        numbers = [mark.number for mark in marks if mark.number is not None]
        reached = max((number for number in numbers if at < number <= end), default=at)
        if reached == at and numbers:
            raise Stuck(f"{api.name}: /transactions gives other numbers than those asked for; tried again later.")
        if reached == at:
            page += 1
            continue
        at, page = reached, 1
        told = [*told[-PER_PAGE:], *((mark.number or 0, moment(mark.Created)) for mark in marks)]
        is_last = at >= end
        yield Step(rows, marks, max(begun, settled(told)) if is_last else at, is_last)


def settled(told: Sequence[tuple[int, int]]) -> int:
    """The greatest number that is old enough for nothing below it to come any more; 0 if none is."""
    newest_at = max((at for _, at in told), default=0)
    return max((number for number, at in told if at <= newest_at - LATE_S), default=0)


def moment(text: str | None) -> int:
    """A moment of RT in epoch seconds; 0 for what has not happened, which RT writes as 1970."""
    try:
        return utc(text) if text else 0
    except BadRow:
        return 0


def sql_time(at: int) -> str:
    """A moment as RT's database holds it, in UTC."""
    return Window(at).since_iso.replace("T", " ").rstrip("Z")
