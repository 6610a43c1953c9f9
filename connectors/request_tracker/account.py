"""What every pull asks first, what ``check`` tries, and RT's own counts."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from connectors import Api, Finding, Gone, NotAllowed, Tally, Window
from connectors.request_tracker.paging import (
    Answer,
    Mark,
    Params,
    every,
    marks_of,
    moment,
    number_of,
    read,
    transactions,
)
from connectors.request_tracker.people import SYSTEM, privileged

OLDEST = (5, 0)
RIGHTS = "Admin > Global > User Rights: give the user of this key"
NO_SUCH = "is there, or the user may not see any."


class Root(msgspec.Struct):
    Version: str = ""


class Link(msgspec.Struct):
    ref: str | None = None
    id: int | str | None = None


class User(msgspec.Struct):
    """A user; ``id`` is told to those only who may administer users, the link to itself to all."""

    id: int | str | None = None
    links: list[Link] = msgspec.field(name="_hyperlinks", default_factory=list)

    @property
    def number(self) -> int | None:
        own = next((link.id for link in self.links if link.ref == "self"), None)
        return number_of(self.id if self.id is not None else own)


class Queue(msgspec.Struct):
    id: int | str
    Name: str


class Anything(msgspec.Struct):
    """An answer of which only its arrival counts."""


def prepare(api: Api) -> Mapping[str, Any]:
    """The numbers of RT's own users, and the names of the queues."""
    queues: dict[str, str] = {}
    for rows in every(api, "/queues/all", {"fields": "id,Name", "find_disabled_rows": 1}):
        queues |= {str(queue.id): queue.Name for queue in read(rows, Queue)}
    system, nobody = (api.get(f"/user/{name}", User).number for name in sorted(SYSTEM, reverse=True))
    return {"system": str(system), "nobody": str(nobody), "queues": queues}


def check(api: Api) -> Iterator[Finding]:
    """Whether the key logs in, and what its user's rights leave out."""
    version = api.get("/rt", Root).Version
    numbers = [number_of(part) or 0 for part in version.replace("+", ".").split(".")[:2]]
    is_known = tuple(numbers) >= OLDEST
    yield Finding(f"log-in, RT {version}", is_known, "" if is_known else "Deskpulse was made for RT 5.")
    tickets = api.get("/tickets", Answer, params={"query": "EffectiveId > 0", "per_page": 1})
    yield found("tickets", tickets.items, f"No ticket {NO_SUCH} {RIGHTS} ShowTicket.")
    yield found("queues", next(every(api, "/queues/all", {}), []), f"No queue {NO_SUCH} {RIGHTS} SeeQueue.")
    yield found(
        "history", api.get("/transactions", Answer, params=transactions((), "DESC")).items, f"No history {NO_SUCH}"
    )
    comments = api.get("/transactions", Answer, params=transactions([{"field": "Type", "value": "Comment"}], "DESC"))
    seen = "" if comments.items else f"None {NO_SUCH} {RIGHTS} ShowTicketComments."
    yield Finding("internal comments", True, seen)
    try:
        api.get(f"/group/{privileged(api)}", Anything)
    except (NotAllowed, Gone):
        yield Finding("who is staff", False, f"Without it no reply is known as ours. {RIGHTS} SeeGroup.")
    else:
        yield Finding("who is staff", True)
    is_admin = api.get("/user/Nobody", User).id is not None
    missing = "Changed addresses and erased customers stay unseen without the right AdminUsers, which lets RT's user"
    yield Finding("changes of users", True, "" if is_admin else f"{missing} change users too; yours to decide.")


def found(what: str, rows: list[msgspec.Raw], advice: str) -> Finding:
    """A list that must not be empty."""
    return Finding(what, bool(rows), "" if rows else advice)


def tallies(api: Api, window: Window) -> Iterator[Tally]:
    """How many tickets RT counts, merged ones included, deleted ones not."""
    total = count(api, None)
    if total is None:
        return
    begun = count(api, window.since) if window.since else 0
    ended = count(api, window.until) if window.until is not None else total
    if begun is not None and ended is not None:
        yield Tally("tickets created", ended - begun, "tickets", "created_at", window.since or None, window.until)


def count(api: Api, before: int | None) -> int | None:
    """Tickets created before a moment, found by halving the list: a moment in a search depends on the user's zone."""
    asked: Params = {"query": "EffectiveId > 0", "fields": "Created", "per_page": 1}
    order: Params = {"orderby": ["Created", "id"], "order": ["ASC", "ASC"]}
    first = api.get("/tickets", Answer, params={**asked, **order, "page": 1})
    if before is None or first.total is None:
        return first.total
    least, most = 0, first.total
    while least < most:
        middle = (least + most) // 2
        rows = api.get("/tickets", Answer, params={**asked, **order, "page": middle + 1}).items
        mark = next(iter(marks_of(rows)), Mark())
        least, most = (middle + 1, most) if moment(mark.Created) < before else (least, middle)
    return least
