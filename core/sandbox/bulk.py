"""A large account from nothing: pages of tickets and events computed from their place, for benchmarks.

No page is kept and none is fetched from anywhere, so memory stays flat and the server costs a few milliseconds a page.
Every ticket lives the same five events: asked, taken, answered, answered back, solved.
"""

import argparse
import re
import signal
import threading
from datetime import UTC, datetime

import msgspec

from core.sandbox import account
from core.sandbox.faults import Page
from core.sandbox.rows import Row, via
from core.sandbox.web import Reply, Request, Sandbox

START_AT = 1_748_736_000
"""2025-06-01, from when the tickets come in evenly."""

PAGE, EVENTS, CUSTOMERS, AGENTS, CUSTOM_FIELDS = 1_000, 5, 5_000, 25, 22
GAP_S = (0, 120, 1_500, 9_000, 12_600)
"""Seconds from a ticket's birth to each of its events."""


class Bulk(Sandbox):
    """`tickets` tickets spread evenly over `days` days."""

    name = "bulk"

    def __init__(self, tickets: int, *, days: float = 35.0, port: int = 0) -> None:
        self.tickets, self.span_s = tickets, int(days * 86_400)
        self.ticket = template(ticket_row())
        self.events = [template(row) for row in event_rows()]
        super().__init__(gzip_pages=False, port=port)

    def born_at(self, place: int) -> int:
        """When the ticket of this place was written."""
        return START_AT + place * self.span_s // self.tickets

    def first_from(self, at: int) -> int:
        """The first ticket born at or after a moment."""
        return min(self.tickets, max(0, -((START_AT - at) * self.tickets // self.span_s)))

    def handle(self, request: Request) -> Reply:
        """The two large exports from their templates, every other address with a small fixed answer."""
        path = request.path.removeprefix("/api/v2").removesuffix(".json")
        match path:
            case "/incremental/tickets/cursor":
                return Reply(body=self._ticket_page(request))
            case "/incremental/ticket_events":
                return Reply(body=self._event_page(request))
            case "/incremental/users/cursor":
                return Reply(page=cursor_page("users", users() if "cursor" not in request.query else []))
            case "/users/me":
                return Reply(page={"user": users()[0]})
            case "/groups":
                listed: list[Row] = [{"id": number, "name": name} for name, number in account.GROUPS.items()]
                return Reply(page=list_page("groups", listed))
        return Reply(page=list_page(path.rsplit("/", 1)[-1], []))

    def _ticket_page(self, request: Request) -> bytes:
        size = min(int(request.query.get("per_page", PAGE)), PAGE)
        if "cursor" in request.query:
            first = int(request.query["cursor"].removeprefix("c"))
        else:
            first = self.first_from(int(request.query.get("start_time", 0)) - GAP_S[-1] - 1)
        last = min(self.tickets, first + size)
        rows = b",".join(self.ticket % self._ticket_values(place) for place in range(first, last))
        end = b"true" if last >= self.tickets else b"false"
        again = f"{request.base}{request.path}?cursor=c{last}&per_page={size}&include=metric_sets".encode()
        return b'{"tickets":[%b],"after_cursor":"c%d","after_url":"%b","before_cursor":null,"end_of_stream":%b}' % (
            rows,
            last,
            again,
            end,
        )

    def _ticket_values(self, place: int) -> dict[bytes, object]:
        born_at = self.born_at(place)
        solved_at = born_at + GAP_S[4]
        return {
            b"ID": place + 1,
            b"METRIC": place + 5_000_001,
            b"CUSTOMER": account.CUSTOMER_BASE + place % CUSTOMERS,
            b"AGENT": account.USER_BASE + 11 + place % AGENTS,
            b"BORN": iso(born_at),
            b"TAKEN": iso(born_at + GAP_S[1]),
            b"ASKED": iso(born_at + GAP_S[3]),
            b"SOLVED": iso(solved_at),
            b"STAMP": solved_at + 1,
        }

    def _event_page(self, request: Request) -> bytes:
        """Events in order of time: those of one kind follow each other like the tickets' births, shifted by its gap."""
        size = min(int(request.query.get("per_page", PAGE)), PAGE)
        start = int(request.query.get("start_time", 0))
        found: list[tuple[int, int, int]] = []
        for kind, gap_s in enumerate(GAP_S):
            first = self.first_from(start - gap_s)
            last = min(self.tickets, first + size)
            found += [(self.born_at(place) + gap_s, place, kind) for place in range(first, last)]
        found.sort()
        page = found[:size]
        end_time = page[-1][0] if page else start
        rows = b",".join(self.events[kind] % self._event_values(at, place, kind) for at, place, kind in page)
        again = f"{request.base}{request.path}?include=comment_events&per_page={size}&start_time={end_time}".encode()
        return b'{"ticket_events":[%b],"count":%d,"end_of_stream":%b,"end_time":%d,"next_page":"%b"}' % (
            rows,
            len(page),
            b"true" if len(found) <= size else b"false",
            end_time,
            again,
        )

    def _event_values(self, at: int, place: int, kind: int) -> dict[bytes, object]:
        return {
            b"ID": place + 1,
            b"AUDIT": (place * EVENTS + kind + 1) * 20,
            b"CUSTOMER": account.CUSTOMER_BASE + place % CUSTOMERS,
            b"AGENT": account.USER_BASE + 11 + place % AGENTS,
            b"MOMENT": iso(at),
            b"STAMP": at,
        }


def iso(at: int) -> bytes:
    """A moment as Zendesk writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()[:19].encode() + b"Z"


MARKS = (b"ID", b"METRIC", b"CUSTOMER", b"AGENT", b"BORN", b"TAKEN", b"ASKED", b"SOLVED", b"STAMP", b"AUDIT", b"MOMENT")
MOMENTS = frozenset((b"BORN", b"TAKEN", b"ASKED", b"SOLVED", b"MOMENT"))


def template(row: Row) -> bytes:
    """A row as bytes to be filled in: a text of the form `<NAME>` stands for a number or a moment."""
    text = msgspec.json.encode(row).replace(b"%", b"%%")
    for mark in MARKS:
        if mark in MOMENTS:
            text = text.replace(b"<" + mark + b">", b"%(" + mark + b")b")
        else:
            # A text that is nothing but a number and digits becomes a number.
            text = re.sub(b'"<' + mark + b'>([0-9]*)"', rb"%(" + mark + rb")d\1", text)
            text = text.replace(b"<" + mark + b">", b"%(" + mark + b")d")
    return text


def ticket_row() -> Row:
    """A ticket of about 3.5 kB with its metric set."""
    fields = [{"id": 6_601_001 + n, "value": f"value of field {n}" if n % 3 else None} for n in range(CUSTOM_FIELDS)]
    minutes = {
        "reply_time_in_minutes": 25,
        "first_resolution_time_in_minutes": 210,
        "full_resolution_time_in_minutes": 210,
        "agent_wait_time_in_minutes": 125,
        "requester_wait_time_in_minutes": 85,
        "on_hold_time_in_minutes": 0,
    }
    return {
        "url": "https://bulk.example/api/v2/tickets/<ID>.json",
        "id": "<ID>",
        "external_id": None,
        "via": via("email", None),
        "created_at": "<BORN>",
        "updated_at": "<SOLVED>",
        "generated_timestamp": "<STAMP>",
        "type": "question",
        "subject": "Where is order <ID>?",
        "raw_subject": "Where is order <ID>?",
        "description": "I ordered two weeks ago and have heard nothing since. " * 3,
        "priority": "normal",
        "status": "solved",
        "custom_status_id": account.STATUS_IDS["solved"],
        "recipient": "help@bulk.example",
        "requester_id": "<CUSTOMER>",
        "submitter_id": "<CUSTOMER>",
        "assignee_id": "<AGENT>",
        "organization_id": None,
        "group_id": account.GROUPS["Tech"],
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "has_incidents": False,
        "is_public": True,
        "due_at": None,
        "tags": ["delivery", "de"],
        "custom_fields": fields,
        "fields": fields,
        "satisfaction_rating": {"score": "offered"},
        "ticket_form_id": account.FORM,
        "brand_id": account.BRANDS["Lumo"],
        "from_messaging_channel": False,
        "metric_set": {
            "id": "<METRIC>",
            "ticket_id": "<ID>",
            "created_at": "<BORN>",
            "updated_at": "<SOLVED>",
            "group_stations": 1,
            "assignee_stations": 1,
            "reopens": 0,
            "replies": 2,
            "assignee_updated_at": "<SOLVED>",
            "requester_updated_at": "<ASKED>",
            "status_updated_at": "<SOLVED>",
            "initially_assigned_at": "<TAKEN>",
            "assigned_at": "<TAKEN>",
            "solved_at": "<SOLVED>",
            "latest_comment_added_at": "<SOLVED>",
            **{name: {"calendar": value, "business": value} for name, value in minutes.items()},
            "reply_time_in_seconds": {"calendar": GAP_S[2]},
        },
    }


def event_rows() -> list[Row]:
    """The five events of a ticket's life."""

    def comment(place: int, author: str) -> Row:
        return {
            "id": f"<AUDIT>{place}",
            "type": "Comment",
            "event_type": "Comment",
            "author_id": author,
            "body": "A few words that somebody wrote about the matter at hand.",
            "public": True,
            "via": via("email", None),
            "via_reference_id": None,
            "created_at": "<MOMENT>",
        }

    def change(place: int, field: str, value: object, previous: object) -> Row:
        kind = {"event_type": "Change", "via": "Web form", "via_reference_id": None}
        return {"id": f"<AUDIT>{place}", **kind, field: value, "previous_value": previous}

    def create(place: int, field: str, value: object) -> Row:
        return {"id": f"<AUDIT>{place}", "event_type": "Create", "via": "Mail", field: value}

    born = [comment(1, "<CUSTOMER>"), create(2, "status", "new"), create(3, "subject", "Where is order <ID>?")]
    born += [create(4, "priority", "normal"), create(5, "group_id", account.GROUPS["Tech"])]
    children: list[tuple[str, list[Row]]] = [
        ("<CUSTOMER>", born),
        ("<AGENT>", [change(1, "assignee_id", "<AGENT>", None), change(2, "status", "open", "new")]),
        ("<AGENT>", [comment(1, "<AGENT>"), change(2, "status", "pending", "open")]),
        ("<CUSTOMER>", [comment(1, "<CUSTOMER>"), change(2, "status", "open", "pending")]),
        ("<AGENT>", [comment(1, "<AGENT>"), change(2, "status", "solved", "open")]),
    ]
    return [
        {
            "id": "<AUDIT>",
            "ticket_id": "<ID>",
            "timestamp": "<STAMP>",
            "created_at": "<MOMENT>",
            "updater_id": author,
            "via": "Mail",
            "via_reference_id": None,
            "event_type": "Audit",
            "child_events": events,
        }
        for author, events in children
    ]


def users() -> list[Row]:
    """Agents; the customers stay unknown, as they may with any vendor."""
    names = ("Reader", *(f"Agent {number}" for number in range(1, AGENTS + 1)))
    return [
        {
            "id": account.USER_BASE + (10 + number if number else 1),
            "name": name,
            "email": f"agent{number}@bulk.example",
            "role": "agent" if number else "admin",
            "active": True,
            "created_at": "2025-01-01T00:00:00Z",
            "updated_at": "2025-01-01T00:00:00Z",
        }
        for number, name in enumerate(names)
    ]


def cursor_page(name: str, rows: list[Row]) -> Page:
    """The only page of a cursor export."""
    return {name: rows, "after_cursor": "end", "after_url": None, "end_of_stream": True}


def list_page(name: str, rows: list[Row]) -> Page:
    """The only page of a list, or of a time export."""
    ends: Page = {"count": len(rows), "next_page": None, "end_of_stream": True, "end_time": START_AT}
    known = {"export": "results", "policies": "sla_policies"}
    last: Page = {"meta": {"has_more": False, "after_cursor": None}, "links": {"next": None}}
    return {known.get(name, name): rows, **ends, **last}


def main() -> None:
    """Serves until it is told to stop; the port is the first line printed."""
    parser = argparse.ArgumentParser(description="Serves a large imitation Zendesk account on loopback.")
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--days", type=float, default=35.0)
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    server = Bulk(asked.tickets, days=asked.days, port=asked.port)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    server.start()
    print(server.port, flush=True)
    ended.wait()
    server.stop()


if __name__ == "__main__":
    main()
