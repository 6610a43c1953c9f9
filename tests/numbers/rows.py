"""Fact rows from the few columns that a test is about, and a store that has been folded over them."""

import sqlite3
from collections.abc import Iterable, Mapping
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


def whole(fact: str, row: Row) -> dict[str, Any]:
    """A row of a fact with every column: as said, as usual, else 0, '' or nothing."""
    table = TABLE[fact]
    made: dict[str, Any] = {}
    for column in table.columns:
        if column.required or column.name in table.key:
            made[column.name] = "" if column.type == "TEXT" else 0
        else:
            made[column.name] = None
    made[table.key[0]] = f"{fact}:{next(_numbers)}"
    made |= USUAL.get(fact, {})
    made |= row
    for name, value in row.items():
        day = f"{name[:-3]}_on"
        if name.endswith("_at") and isinstance(value, int) and day in made and day not in row:
            made[day] = day_of(value, BERLIN.zone)
    if not any(name.endswith("_on") or name == "day_on" for name in made.keys() & row.keys()) and not _has_moment(row):
        made |= dict.fromkeys(CLOCKS_OF[fact], WEDNESDAY)
    return made


def _has_moment(row: Row) -> bool:
    return any(name.endswith("_at") for name in row)


def insert(db: sqlite3.Connection, facts: Mapping[str, Iterable[Row]]) -> None:
    """Puts rows into fact tables and marks the days of all their clocks."""
    for fact, rows in facts.items():
        table = TABLE[fact]
        for row in rows:
            made = whole(fact, row)
            db.execute(table.insert(), [made[name] for name in table.names])
            dirty = ((fact, clock, made[clock]) for clock in CLOCKS_OF[fact] if made.get(clock) is not None)
            db.executemany("insert or ignore into dirty_days (fact, clock, day_on, since) values (?, ?, ?, 0)", dirty)


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
