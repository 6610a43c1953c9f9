"""Fact rows from the few columns that a test is about, and a store that has been folded over them."""

import sqlite3
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from core.clock import day_bounds, day_of
from core.numbers.metric import CLOCKS, Row
from core.numbers.parts import FACTS, fold
from core.numbers.reporting import Reporting
from core.store.db import open_store
from core.store.tables import TABLES

BERLIN = Reporting(zone=ZoneInfo("Europe/Berlin"))
WEDNESDAY = "2026-03-04"
TABLE = {table.name: table for table in TABLES}
CLOCKS_OF = {fact: {on for name, on in FACTS if name == fact} for fact in CLOCKS}

# What a row is unless it says otherwise; columns that may be empty are.
USUAL: Mapping[str, Row] = {
    "ticket_facts": {"precision": "exact", "handled_by": "human", "channel": "email", "source": "zd"},
    "queue_legs": {"direction": "inbound", "in_hours": 1, "sl_threshold_s": 20, "short_abandon_s": 5, "source": "pbx"},
    "call_facts": {"direction": "inbound", "precision": "exact", "source": "pbx"},
    "survey_facts": {"source": "zd", "scale": "5"},
    "backlog_spans": {"source": "zd"},
}
# Sources that have told of tickets and calls for a year.
LONG_AGO: Mapping[str, tuple[Row, ...]] = {
    "ticket_facts": ({"ticket_uid": "long ago", "created_on": "2025-03-04"},),
    "call_facts": ({"call_uid": "long ago", "arrived_on": "2025-03-04", "direction": "internal"},),
}
_numbers = count(1)


@cache
def _plain(fact: str) -> dict[str, Any]:
    """A row of which nothing is said: 0, '' or nothing in each column, or what is usual."""
    table = TABLE[fact]
    made: dict[str, Any] = {}
    for column in table.columns:
        must = column.required or column.name in table.key
        made[column.name] = None if not must else "" if column.type == "TEXT" else 0
    return {**made, **USUAL.get(fact, {})}


def whole(fact: str, row: Row) -> dict[str, Any]:
    """A row of a fact with every column: as said, else as usual; days follow from moments, or are Wednesday."""
    made = {**_plain(fact), TABLE[fact].key[0]: f"{fact}:{next(_numbers)}", **row}
    is_dated = False
    for name, value in row.items():
        is_dated = is_dated or name.endswith(("_on", "_at"))
        day = f"{name[:-3]}_on"
        if name.endswith("_at") and isinstance(value, int) and day in made and day not in row:
            made[day] = day_of(value, BERLIN.zone)
    return made if is_dated else made | dict.fromkeys(CLOCKS_OF[fact], WEDNESDAY)


def insert(db: sqlite3.Connection, facts: Mapping[str, Iterable[Row]]) -> None:
    """Puts rows into fact tables and marks the days of all their clocks."""
    for fact, rows in facts.items():
        table = TABLE[fact]
        made, names = [whole(fact, row) for row in rows], table.names
        db.execute("begin")
        db.executemany(table.insert(), ([row[name] for name in names] for row in made))
        dirty = {(fact, clock, row[clock]) for row in made for clock in CLOCKS_OF[fact] if row[clock] is not None}
        db.executemany("insert or ignore into dirty_days (fact, clock, day_on, since) values (?, ?, ?, 0)", dirty)
        db.execute("commit")


def store_of(
    facts: Mapping[str, Iterable[Row]], to_on: str, reporting: Reporting = BERLIN
) -> tuple[sqlite3.Connection, int]:
    """A store with these facts, folded at the end of a day, and that moment."""
    db = open_store(":memory:")
    insert(db, LONG_AGO)
    insert(db, facts)
    now_at = day_bounds(to_on, reporting.zone)[1]
    fold(db, reporting, now_at)
    return db, now_at
