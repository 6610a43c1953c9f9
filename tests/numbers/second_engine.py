"""The same facts in DuckDB: every part and every figure read straight from facts, computed by another engine."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import sqlglot

from core.clock import day_bounds, days
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.metric import Ages, Durations, Level
from core.numbers.metrics import METRICS
from core.numbers.parts import FACTS, fold
from core.numbers.sql import PART_DIMS, TOTAL, WHOLE_DAY, column_of, marks, select, unpacked
from core.store.db import open_store
from tests.numbers.random_facts import DAYS, random_facts
from tests.numbers.rows import BERLIN, TABLE, insert

END = day_bounds(DAYS[-1], BERLIN.zone)[1]
ALL_DAYS = tuple(days(DAYS[0], "2026-03-20"))
WEEK = Period(DAYS[0], DAYS[-1])
Values = Mapping[tuple[object, ...], float | None]


@dataclass(frozen=True)
class Both:
    """One figure by its name, as both engines have it."""

    name: tuple[object, ...]
    ours: float | None
    theirs: float | None

    @property
    def apart(self) -> float:
        """How far they are apart, as a share of the greater; 1 where only one has the figure."""
        if self.ours is None or self.theirs is None:
            return float(self.ours is not self.theirs)
        greatest = max(abs(self.ours), abs(self.theirs))
        return abs(self.ours - self.theirs) / greatest if greatest else 0.0


def both_stores(seed: int, count: int) -> tuple[sqlite3.Connection, duckdb.DuckDBPyConnection]:
    """The same random facts in a folded store and in DuckDB."""
    facts = random_facts(seed, count)
    db = open_store(":memory:")
    insert(db, facts)
    fold(db, BERLIN, END)
    return db, duck_of(facts)


def duck_of(facts: Mapping[str, Sequence[Mapping[str, Any]]]) -> duckdb.DuckDBPyConnection:
    """Fact tables of the same columns and rows in DuckDB."""
    other = duckdb.connect()
    for fact, rows in facts.items():
        table = TABLE[fact]
        create = table.ddl()[0].removesuffix(", without rowid").removesuffix(" strict")
        other.execute(sqlglot.transpile(create, read="sqlite", write="duckdb")[0])
        values = [row[name] for row in rows for name in table.names]
        row_marks = ", ".join([f"({', '.join('?' * len(table.names))})"] * len(rows))
        other.execute(f"insert into {fact} values {row_marks}", values)
    return other


def _asked(other: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    return other.execute(sqlglot.transpile(sql, read="sqlite", write="duckdb")[0], list(values)).fetchall()


def parts(db: sqlite3.Connection, other: duckdb.DuckDBPyConnection) -> Iterator[Both]:
    """Every part of every day, in all and by each dimension: its figure and its number of rows."""
    theirs: dict[tuple[object, ...], float] = {}
    for (fact, on), some in FACTS.items():
        for dim in (TOTAL, *PART_DIMS[fact]):
            columns = [column for column in [column_of(fact, dim)] if column]
            for row in _asked(other, select(fact, on, some, ALL_DAYS, columns), ALL_DAYS):
                member = (row[1] or "") if columns else ""
                for part, num, n in unpacked(some, row[1 + len(columns) :]):
                    if n:
                        theirs[part.id, dim, row[0], member, "num"] = float(num)
                        theirs[part.id, dim, row[0], member, "n"] = n
    ours: dict[tuple[object, ...], float] = {}
    known = {part.id for some in FACTS.values() for part in some}
    sql = f"select part, dim, day_on, member, num, n from parts where slot = {WHOLE_DAY}"
    for part_id, dim, day_on, member, num, n in db.execute(sql):
        if part_id in known:
            ours[part_id, dim, day_on, member, "num"] = num
            ours[part_id, dim, day_on, member, "n"] = n
    for name in sorted(ours.keys() | theirs.keys(), key=str):
        yield Both(name, ours.get(name), theirs.get(name))


def figures(db: sqlite3.Connection, other: duckdb.DuckDBPyConnection) -> Iterator[Both]:
    """Medians, 90th percentiles, means and greatest of durations and ages, and levels at the end of the days."""
    for metric in METRICS.values():
        for variant, formula in metric.how.items():
            found = _theirs(other, formula)
            if found is None:
                continue
            made = ask(db, metric.id, WEEK, variant=variant, reporting=BERLIN, now_at=END)
            if made.status == "unavailable":
                continue
            for figure, value in found.items():
                yield Both((metric.id, variant, figure), getattr(made, figure), value)


def _theirs(other: duckdb.DuckDBPyConnection, formula: object) -> Mapping[str, float | None] | None:
    match formula:
        case Durations():
            where = " and ".join(filter(None, (f"{formula.part.on} in {marks(DAYS)}", formula.where)))
            return _spread(other, f"select {formula.value} as took from {formula.fact} where {where}", DAYS)
        case Level(weekday=None):
            (row,) = _asked(other, f"select count(*) {_open(formula.where, formula.at)}")
            return {"value": float(row[0])}
        case Ages(in_business=False):
            sql = f"select {END} - {formula.since} as took {_open(formula.where, formula.at)}"
            return _spread(other, sql, ())
    return None


def _open(where: str, at: str) -> str:
    conditions = [f"from_at < {END}", f"(to_at is null or to_at >= {END})", where, at.replace(":at", str(END))]
    return f"from backlog_spans where {' and '.join(filter(None, conditions))}"


def _spread(other: duckdb.DuckDBPyConnection, rows: str, values: Sequence[object]) -> Mapping[str, float | None]:
    inner = sqlglot.transpile(rows, read="sqlite", write="duckdb")[0]
    sql = (
        "select quantile_cont(took, 0.5), quantile_cont(took, 0.9), avg(took), count(took) "
        f"from ({inner}) where took is not null"
    )
    p50, p90, mean, count = other.execute(sql, list(values)).fetchall()[0]
    return {"p50": p50, "p90": p90, "mean": mean, "n": float(count)}
