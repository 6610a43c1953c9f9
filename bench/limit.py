"""The limit: a bare loop of download, decode and insert of the fields that Deskpulse stores, and nothing else.

No retries, no rejects, no versions, no redaction, no comparison with what is stored. The tables, keys and indexes are
Deskpulse's own, one transaction a page.
"""

import argparse
import gc
import sqlite3
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from typing import Any

import msgspec
from msgspec import UNSET

from bench.limit_rows import EventRow, EventsPage, Spans, TicketRow, TicketsPage
from core.store.tables import TABLES

FILLED = ("tickets", "source_metrics", "ticket_events", "messages")

TICKET = {
    "uid": "'zd:' || ?1",
    "native_id": "?1",
    "number": "?1",
    "source": "'zd'",
    "synced_at": "?2",
    "version": "?3",
    "created_at": "unixepoch(?4)",
    "updated_at": "unixepoch(?5)",
    "source_updated_at": "unixepoch(?5)",
    "deleted_at": "null",
    "channel": "?6",
    "via_detail": "?6",
    "status": "?7",
    "status_category": "?7",
    "priority": "?8",
    "type": "?9",
    "requester_uid": "'zd:' || ?10",
    "submitter_uid": "'zd:' || ?11",
    "assignee_uid": "'zd:' || ?12",
    "team_uid": "'zd:' || ?13",
    "organization_uid": "'zd:' || ?14",
    "brand": "?15",
    "form": "?16",
    "due_at": "unixepoch(?17)",
    "tags": "?18",
    "language": "null",
    "contact_reason": "null",
    "product": "null",
    "is_agent_initiated": "?10 <> ?11",
    "is_on_behalf": "?10 <> ?11",
    "is_spam": "0",
    "is_test": "0",
    "is_import": "0",
    "is_problem": "?9 = 'problem'",
    "followup_of_uid": "null",
    "parent_uid": "null",
    "extra": "'{}'",
}
METRIC = {
    "source": "'zd'",
    "entity": "'ticket'",
    "entity_uid": "'zd:' || ?1",
    "name": "?2",
    "schedule_mode": "?3",
    "value": "?4",
    "unit": "?5",
    "fetched_at": "?6",
}
EVENT = {
    "ticket_uid": "'zd:' || ?1",
    "happened_at": "?2",
    "seq": "?3",
    "native_id": "?4",
    "kind": "?5",
    "field": "?6",
    "old_value": "iif(?6 in ('assignee', 'team', 'merge', 'schedule'), 'zd:' || ?7, ?7)",
    "new_value": "iif(?6 in ('assignee', 'team', 'merge', 'schedule'), 'zd:' || ?8, ?8)",
    "actor_uid": "'zd:' || ?9",
    "actor_kind": "'unknown'",
    "precision": "'exact'",
    "precision_s": "null",
}
MESSAGE = {
    "ticket_uid": "'zd:' || ?1",
    "happened_at": "?2",
    "native_id": "?3",
    "direction": "null",
    "author_uid": "'zd:' || ?4",
    "author_kind": "'unknown'",
    "author_role_at": "null",
    "is_public": "?5",
    "is_automated": "0",
    "channel": "?6",
    "chat_session": "null",
    "call_uid": "null",
    "body_len": "?7",
    "body": "null",
}

DURATIONS = ("reply_time", "first_resolution_time", "full_resolution_time", "agent_wait_time", "requester_wait_time",
             "on_hold_time")  # fmt: skip
COUNTS = ("reopens", "replies", "assignee_stations", "group_stations")
MOMENTS = ("initially_assigned_at", "solved_at")
CHANGES = (
    ("status", "status", "status"),
    ("assignee_id", "assignee", "assignee"),
    ("group_id", "team", "team"),
    ("priority", "priority", "priority"),
    ("custom_status_id", "field", "custom_status"),
    ("ticket_type", "field", "type"),
    ("brand_id", "field", "brand"),
    ("requester_id", "field", "requester"),
    ("satisfaction_score", "other", "satisfaction"),
)
Row = tuple[Any, ...]


def upsert(table: str, values: dict[str, str]) -> str:
    """An upsert of these columns."""
    key = next(known.key for known in TABLES if known.name == table)
    changed = ", ".join(f"{name} = excluded.{name}" for name in values if name not in key)
    return (
        f"insert into {table} ({', '.join(values)}) values ({', '.join(values.values())}) "
        f"on conflict ({', '.join(key)}) do update set {changed}"
    )


def open_tables(path: str) -> sqlite3.Connection:
    """The four tables with their keys and indexes, in a file opened as Deskpulse opens its own."""
    db = sqlite3.connect(path, isolation_level=None)
    for setting in ("journal_mode = wal", "synchronous = normal", "cache_size = -16384", "temp_store = memory"):
        db.execute(f"pragma {setting}")
    for table in TABLES:
        if table.name in FILLED:
            for statement in table.ddl():
                db.execute(statement)
    return db


class Door:
    """One connection, kept open."""

    def __init__(self, port: int) -> None:
        self._wire = HTTPConnection("127.0.0.1", port)
        self.requests = 0

    def get(self, path: str) -> bytes:
        """The body of an answer."""
        self._wire.request("GET", path)
        self.requests += 1
        return self._wire.getresponse().read()


def ticket(row: TicketRow, now_at: int) -> Row:
    """A ticket as the parameters of its upsert."""
    via = getattr(row.via, "channel", None)
    return (
        row.id, now_at, row.generated_timestamp, row.created_at, row.updated_at, via, row.status, row.priority,
        row.type, row.requester_id, row.submitter_id, row.assignee_id, row.group_id, row.organization_id, row.brand_id,
        row.ticket_form_id, row.due_at, msgspec.json.encode(row.tags).decode(),
    )  # fmt: skip


def figures(row: TicketRow, now_at: int) -> Iterator[Row]:
    """Zendesk's own figures of a ticket."""
    found, number = row.metric_set, row.id
    if found is None:
        return
    spans: Spans | None
    for name in DURATIONS:
        spans = getattr(found, f"{name}_in_minutes")
        if spans is not None:
            if spans.calendar is not None:
                yield number, name, "calendar", spans.calendar, "min", now_at
            if spans.business is not None:
                yield number, name, "business", spans.business, "min", now_at
    spans = found.reply_time_in_seconds
    if spans is not None and spans.calendar is not None:
        yield number, "reply_time_in_seconds", "calendar", spans.calendar, "s", now_at
    for name in COUNTS:
        count = getattr(found, name)
        if count is not None:
            yield number, name, "calendar", count, "count", now_at


def moments(row: TicketRow, now_at: int) -> Iterator[Row]:
    """The moments among Zendesk's figures, as it writes them."""
    if row.metric_set is not None:
        for name in MOMENTS:
            text = getattr(row.metric_set, name)
            if text is not None:
                yield row.id, name, "calendar", text, "at", now_at


def history(row: EventRow, events: list[Row], messages: list[Row]) -> None:
    """Adds the changes and messages of one update."""
    at, number, actor = row.timestamp, row.ticket_id, row.updater_id
    seq = row.id * 512
    children = row.child_events
    if any(child.event_type == "Create" for child in children):
        events.append((number, at, seq, row.id, "created", None, None, None, actor))
    for place, child in enumerate(children, 1):
        if child.event_type == "Comment":
            via = getattr(child.via, "channel", None)
            length = None if child.body is None else len(child.body)
            messages.append((number, at, child.id, child.author_id, child.public, via, length))
            continue
        for name, kind, field in CHANGES:
            value = getattr(child, name)
            if value is not UNSET:
                events.append((number, at, seq + place, child.id, kind, field, child.previous_value, value, actor))


def store(db: sqlite3.Connection, batches: Sequence[tuple[str, list[Row]]]) -> None:
    """One page's rows in one transaction."""
    db.execute("begin immediate")
    for sql, rows in batches:
        db.executemany(sql, rows)
    db.execute("commit")


def load(db: sqlite3.Connection, door: Door, now_at: int) -> int:
    """Downloads, decodes and inserts the whole account; how many rows the vendor gave."""
    tickets, metrics, events, messages = (
        upsert(table, values) for table, values in zip(FILLED, (TICKET, METRIC, EVENT, MESSAGE), strict=True)
    )
    instants = upsert("source_metrics", METRIC | {"value": "unixepoch(?4)"})
    read_tickets, read_events = msgspec.json.Decoder(TicketsPage).decode, msgspec.json.Decoder(EventsPage).decode
    place, over, count = "start_time=0", False, 0
    while not over:
        page = read_tickets(
            door.get(f"/api/v2/incremental/tickets/cursor.json?{place}&per_page=1000&include=metric_sets")
        )
        rows = page.tickets
        batches = [
            (tickets, [ticket(row, now_at) for row in rows]),
            (metrics, [figure for row in rows for figure in figures(row, now_at)]),
            (instants, [moment for row in rows for moment in moments(row, now_at)]),
        ]
        store(db, batches)
        place, over, count = f"cursor={page.after_cursor}", page.end_of_stream, count + len(rows)
    at, over = 0, False
    while not over:
        told = read_events(
            door.get(f"/api/v2/incremental/ticket_events.json?start_time={at}&per_page=1000&include=comment_events")
        )
        changed: list[Row] = []
        said: list[Row] = []
        for event in told.ticket_events:
            history(event, changed, said)
        store(db, [(events, changed), (messages, said)])
        at, over, count = told.end_time, told.end_of_stream, count + len(told.ticket_events)
    return count


def main() -> None:
    """Loads the account of a server into a file; prints what was done as JSON."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--store", required=True)
    parser.add_argument("--now", type=int, required=True)
    asked = parser.parse_args()
    # Nothing here makes cycles, so the collector would only look.
    gc.disable()
    db, door = open_tables(asked.store), Door(asked.port)
    rows = load(db, door, asked.now)
    db.close()
    print(msgspec.json.encode({"rows": rows, "requests": door.requests}).decode())


if __name__ == "__main__":
    main()
