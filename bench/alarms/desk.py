"""A small desk as facts in memory, day after day, for judging what a report says of its days."""

import sqlite3
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from core.numbers.metric import CLOCKS
from core.numbers.parts import FACTS, fold
from core.numbers.reporting import Reporting
from core.store.db import open_store
from core.store.tables import TABLES

REPORTING = Reporting(zone=ZoneInfo("UTC"))
TABLE = {table.name: table for table in TABLES}


@cache
def _empty(fact: str) -> tuple[list[Any], Mapping[str, int]]:
    """A row of which nothing is said, and the places of its columns."""
    table = TABLE[fact]
    must = {column.name for column in table.columns if column.required or column.name in table.key}
    row = [None if column.name not in must else "" if column.type == "TEXT" else 0 for column in table.columns]
    return row, {name: place for place, name in enumerate(table.names)}


def put(db: sqlite3.Connection, fact: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Puts rows, few columns each, into a fact table, numbered in its key, and marks their days."""
    table = TABLE[fact]
    names = table.names
    empty, places = _empty(fact)
    clocks = [places[on] for name, on in FACTS if name == fact]
    first = db.execute(f"select count(*) from {fact}").fetchone()[0]
    made = []
    for number, given in enumerate(rows):
        row = empty.copy()
        row[places[table.key[0]]] = f"{fact}{first + number}"
        for name, value in given.items():
            row[places[name]] = value
        made.append(row)
    db.execute("begin")
    db.executemany(table.insert(), made)
    dirty = {(fact, names[clock], row[clock]) for row in made for clock in clocks if row[clock] is not None}
    db.executemany("insert or ignore into dirty_days (fact, clock, day_on, since) values (?, ?, ?, 0)", dirty)
    db.execute("commit")


def folded(facts: Mapping[str, Iterable[Mapping[str, Any]]], now_at: int) -> sqlite3.Connection:
    """A store of these facts with their parts."""
    db = open_store(":memory:")
    for fact, rows in facts.items():
        assert fact in CLOCKS
        put(db, fact, rows)
    fold(db, REPORTING, now_at)
    return db
