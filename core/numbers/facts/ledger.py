"""Fact rows beside what is stored: only what differs is written, and only the days that it touches are marked."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from core.numbers.facts.status import Row
from core.store.tables import FACTS, Table

TABLES: Mapping[str, Table] = {table.name: table for table in FACTS}

# The local-day columns by which the rows of a fact table are counted.
CLOCKS: Mapping[str, tuple[str, ...]] = {
    "ticket_facts": (
        "created_on", "first_replied_on", "first_solved_on", "last_solved_on", "first_assigned_on", "merged_on",
        "escalated_on",
    ),
    "solve_facts": ("solved_on",),
    "reply_wait_facts": ("replied_on",),
    "backlog_moves": ("day_on",),
    "backlog_spans": ("from_on", "to_on"),
    "queue_legs": ("enqueued_on", "answered_on"),
    "call_facts": ("arrived_on", "answered_on"),
    "agent_days": ("day_on",),
    "staff_days": ("day_on",),
    "survey_facts": ("rated_on", "offered_on"),
    "sla_facts": ("decided_on",),
    "contact_facts": ("day_on",),
    "handled_facts": ("day_on",),
    "review_facts": ("reviewed_on",),
    "review_item_facts": ("reviewed_on",),
    "complaint_facts": ("received_on",),
    "booked_facts": ("day_on",),
    "cost_facts": ("day_on",),
    "self_service_facts": ("day_on",),
    "project_facts": ("day_on", "ended_on"),
    "employment_facts": ("left_on",),
    "improvement_facts": ("made_on", "due_on"),
    "improvement_effect_facts": ("measured_on",),
    "customer_base_facts": ("day_on",),
    "forecast_facts": ("day_on",),
    "training_facts": ("held_on",),
    "hire_facts": ("start_on", "day_90_on"),
    "requirement_facts": ("day_on",),
    "training_effect_facts": ("held_on",),
    "proficiency_facts": ("reached_on",),
    "service_days": ("day_on",),
}  # fmt: skip
# Bookkeeping at the end of a row that does not make it another one.
UNCOMPARED: Mapping[str, int] = {"ticket_facts": 1}

Carry = Callable[[Sequence[Row], list[Row]], list[Row]]
"""Takes into new rows what other rows made of the stored ones."""


@dataclass(slots=True)
class Ledger:
    """What one batch changed: days by table and clock, and how many rows were written."""

    days: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    written: int = 0

    def note(self, table: str, rows: Iterable[Row]) -> None:
        """Marks the days of rows that came, went or changed."""
        rows = list(rows)
        names = TABLES[table].names
        for clock in CLOCKS.get(table, ()):
            place = names.index(clock)
            found = {row[place] for row in rows}
            found.discard(None)
            if found:
                self.days.setdefault((table, clock), set()).update(found)

    def keep(self, db: sqlite3.Connection, now_at: int) -> int:
        """Writes the marks in the caller's transaction; how many days there are."""
        rows = [(table, clock, day, now_at) for (table, clock), found in self.days.items() for day in found]
        db.executemany("insert or ignore into dirty_days (fact, clock, day_on, since) values (?, ?, ?, ?)", rows)
        return len(rows)


def stored(
    db: sqlite3.Connection, table: str, parent: str, keys: Sequence[str], where: str = ""
) -> dict[str, list[Row]]:
    """The stored rows of each key, in the order of the table's own key."""
    if not keys:
        return {}
    shape = TABLES[table]
    place = shape.names.index(parent)
    cursor = db.cursor()
    cursor.row_factory = None
    found: dict[str, list[Row]] = {}
    order = ", ".join(f"f.{name}" for name in shape.key)
    for row in cursor.execute(
        f"select {', '.join(f'f.{name}' for name in shape.names)} from json_each(:keys) k cross join {table} f "
        f"on f.{parent} = k.value {where} order by k.key, {order}",
        {"keys": as_json(keys)},
    ):
        found.setdefault(row[place], []).append(row)
    return found


def replace(
    db: sqlite3.Connection,
    ledger: Ledger,
    table: str,
    parent: str,
    before: Mapping[str, Sequence[Row]],
    made: Iterable[tuple[str, list[Row]]],
    *,
    where: str = "",
    carry: Carry | None = None,
) -> list[tuple[Sequence[Row], list[Row]]]:
    """Brings the rows of each key to what was made of it; what was stored and what is, where the two differ."""
    shape, cut = TABLES[table], UNCOMPARED.get(table, 0)
    inserts: list[Row] = []
    touched: list[Row] = []
    gone: list[tuple[str]] = []
    changed: list[tuple[Sequence[Row], list[Row]]] = []
    for key, rows in made:
        old = before.get(key)
        if not old:
            if rows:
                inserts += rows
                touched += rows
                changed.append(((), rows))
            continue
        now = carry(old, rows) if carry is not None else rows
        if (
            old == now
            if not cut
            else len(old) == len(now) and all(a[:-cut] == b[:-cut] for a, b in zip(old, now, strict=True))
        ):
            continue
        gone.append((key,))
        inserts += now
        kept = set(old) & set(now)
        touched += [row for row in (*old, *now) if row not in kept]
        changed.append((old, now))
    if gone:
        db.executemany(f"delete from {table} where {parent} = ? {where}", gone)
    if inserts:
        db.executemany(shape.insert(), inserts)
    ledger.written += len(inserts)
    ledger.note(table, touched)
    return changed


def as_json(values: Iterable[object]) -> str:
    """A JSON array, for ``json_each``."""
    return msgspec.json.encode(list(values)).decode()
