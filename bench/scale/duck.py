"""DuckDB's side: the same rows, and the same aggregates by the same SQL, grouped as the parts are."""

import argparse
import json
import time
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import sqlglot

from bench.scale.rows import FACTS, Size, calendar, chosen
from core.numbers.metric import Part
from core.numbers.parts import FACTS as CLOCKS
from core.numbers.sql import PART_DIMS, SLOTTED, column_of, select, unpacked


def made(path: Path, size: Size) -> None:
    """A database with the rows of every fact, no keys: DuckDB's would cost it memory that it never uses here."""
    db = duckdb.connect(str(path))
    db.execute("create temp table calendar (place bigint, day_on varchar, starts_at bigint)")
    db.executemany("insert into calendar values (?, ?, ?)", list(calendar(size)))
    for fact in FACTS:
        numbers = f"(select range as i from range({size.rows(fact)}))"
        db.execute(f"create table {fact} as {chosen(fact, size, numbers, '//')}")
    db.close()


def plain(sql: str) -> str:
    """SQLite's words as DuckDB's."""
    return sqlglot.transpile(sql, read="sqlite", write="duckdb")[0]


def groups(fact: str) -> list[list[str]]:
    """The columns by which the parts of a fact are kept: none, each dimension, half hours of all and of each queue."""
    dims = [column for dim in PART_DIMS[fact] if (column := column_of(fact, dim))]
    slots = [["slot"], ["queue_uid", "slot"]] if fact in SLOTTED else []
    return [[], *([dim] for dim in dims), *slots]


def counted(db: duckdb.DuckDBPyConnection, days_on: tuple[str, ...]) -> dict[str, list[float]]:
    """Runs every aggregate and keeps it as a table; the totals by part over the days."""
    totals: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])
    for (fact, on), parts in CLOCKS.items():
        if fact not in FACTS:
            continue
        for place, columns in enumerate(groups(fact)):
            sql = plain(select(fact, on, parts, days_on, columns))
            db.execute(f"create or replace temp table made as {sql}", list(days_on))
            if place == 0:
                _add(totals, parts, db.execute("select * from made").fetchall())
    return dict(totals)


def _add(totals: dict[str, list[float]], parts: tuple[Part, ...], rows: list[Any]) -> None:
    for row in rows:
        for part, num, n in unpacked(parts, row[1:]):
            if n:
                totals[part.id][0] += float(num)
                totals[part.id][1] += n


def main() -> None:
    """Prints what it took as JSON."""
    warnings.simplefilter("ignore", DeprecationWarning)
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    for name in ("tickets", "calls", "days"):
        parser.add_argument(f"--{name}", type=int, required=True)
    asked = parser.parse_args()
    size = Size(asked.tickets, asked.calls, asked.days)
    if not asked.store.exists():
        made(asked.store, size)
        print("{}")
        return
    db = duckdb.connect(str(asked.store), read_only=True, config={"threads": asked.threads})
    said: dict[str, Any] = {}
    for name, days_on in (("whole", size.days_on), ("day", (size.days_on[size.days // 2],))):
        cpu, wall = time.process_time(), time.monotonic()
        totals = counted(db, days_on)
        said[name] = {"cpu_s": time.process_time() - cpu, "wall_s": time.monotonic() - wall}
        if name == "whole":
            said["totals"] = totals
    print(json.dumps(said))


if __name__ == "__main__":
    main()
