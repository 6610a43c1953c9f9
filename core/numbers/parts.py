"""Dirty days into parts: every additive figure of a day, for the total, each single dimension and each half hour.

A day's partition is replaced as a whole, never patched, so that it equals what a full computation would give.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any, TypeAlias

from core.numbers import levels
from core.numbers.metric import Distinct, Max, Part
from core.numbers.precision import folded_parts
from core.numbers.reporting import Reporting
from core.numbers.sql import (
    HALF_HOUR,
    PART_DIMS,
    QUEUE_HALF_HOUR,
    SLOTTED,
    TOTAL,
    WHOLE_DAY,
    column_of,
    expressions,
    marks,
    select,
    unpacked,
)
from core.store.db import transaction

Cell: TypeAlias = tuple[str, str, str, int]
"""Day, dimension, member, half hour."""
PartRow: TypeAlias = tuple[str, str, str, str, int, float, int]
"""Part id, then a cell, then figure and number of rows."""
Progress: TypeAlias = Callable[[int, int], None]

BATCH_DAYS = 7
TOGETHER = 3
FACTS: Mapping[tuple[str, str], tuple[Part, ...]] = {
    clock: tuple(part for part in folded_parts() if (part.fact, part.on) == clock)
    for clock in {(part.fact, part.on) for part in folded_parts()}
}


@dataclass(frozen=True)
class Folded:
    """What a fold did: local days counted again, partitions (a fact, a clock, a day) replaced, rows written."""

    days: int = 0
    partitions: int = 0
    rows: int = 0


def fold(db: sqlite3.Connection, reporting: Reporting, now_at: int, on_progress: Progress | None = None) -> Folded:
    """Replaces the parts of all dirty days and brings the levels of closed days up to yesterday."""
    dirty: dict[tuple[str, str], list[str]] = defaultdict(list)
    for fact, clock, day_on in db.execute("select fact, clock, day_on from dirty_days order by fact, clock, day_on"):
        dirty[fact, clock].append(day_on)
    total, done, rows = sum(map(len, dirty.values())), 0, 0
    for batch in _batches(dirty):
        with transaction(db):
            before = levels.moves(db, batch)
            rows += sum(_replace(db, fact, on, some) for (fact, on), days in batch for some in _few(days))
            levels.shift(db, before, levels.moves(db, batch))
        done += sum(len(days) for _, days in batch)
        if on_progress:
            on_progress(done, total)
    rows += levels.extend(db, reporting, now_at)
    return Folded(len({day for days in dirty.values() for day in days}), total, rows)


Batch: TypeAlias = list[tuple[tuple[str, str], Sequence[str]]]


def _batches(dirty: Mapping[tuple[str, str], Sequence[str]]) -> Iterator[Batch]:
    """Some days of one clock of a fact at a time; the spans' entries and exits together, for levels need both."""
    spans = [(clock, days) for clock, days in dirty.items() if clock[0] == levels.SPANS]
    if spans:
        yield spans
    for clock, days in dirty.items():
        if clock[0] != levels.SPANS:
            for some in _few(days):
                yield [(clock, some)]


def _few(days: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many days at a time as are read in one go, so that memory does not grow with history."""
    for start in range(0, len(days), BATCH_DAYS):
        yield days[start : start + BATCH_DAYS]


def _replace(db: sqlite3.Connection, fact: str, on: str, days: Sequence[str]) -> int:
    parts = FACTS.get((fact, on), ())
    made = sorted(partition(db, parts, days)) if parts else []
    db.executemany(
        "delete from parts where part = ? and day_on = ?", ((part.id, day_on) for part in parts for day_on in days)
    )
    db.executemany("insert into parts (part, day_on, dim, member, slot, num, n) values (?, ?, ?, ?, ?, ?, ?)", made)
    db.executemany(
        "delete from dirty_days where fact = ? and clock = ? and day_on = ?", ((fact, on, day_on) for day_on in days)
    )
    return len(made)


def partition(db: sqlite3.Connection, parts: Sequence[Part], days: Sequence[str]) -> Iterator[PartRow]:
    """The rows of the parts of one fact and clock on some days; cells without rows behind them are left out."""
    adding = tuple(part for part in parts if not isinstance(part, Max | Distinct))
    greatest = tuple(part for part in parts if isinstance(part, Max))
    split = sum(len(expressions(part)) for part in adding)
    sums: dict[Cell, Sequence[Any]] = {}
    peaks: dict[Cell, list[Sequence[Any]]] = defaultdict(list)
    for cell, figures in _cells(db, (*adding, *greatest), days):
        known = sums.get(cell)
        sums[cell] = figures[:split] if known is None else tuple(map(add, known, figures))
        if greatest and any(figures[split:]):
            peaks[cell].append(figures[split:])
    for cell, summed in sums.items():
        yield from _rows(cell, adding, summed)
    for cell, rows in peaks.items():
        yield from _rows(cell, greatest, tuple(_peak(rows)))
    for part in parts:
        if isinstance(part, Distinct):
            yield from _distinct(db, part, days)


def _rows(cell: Cell, parts: Sequence[Part], figures: Sequence[Any]) -> Iterator[PartRow]:
    for part, num, n in unpacked(parts, figures):
        if n:
            yield (part.id, *cell, num, n)


def _peak(rows: Sequence[Sequence[Any]]) -> Iterator[Any]:
    for place, column in enumerate(zip(*rows, strict=True)):
        known = [value for value in column if value is not None]
        yield sum(known) if place % 2 else max(known, default=None)


def _cells(
    db: sqlite3.Connection, parts: Sequence[Part], days: Sequence[str]
) -> Iterator[tuple[Cell, tuple[Any, ...]]]:
    """Figures that belong to a cell, several a cell: read once in the fewest groups, then given to each dimension."""
    if not parts:
        return
    fact, on = parts[0].fact, parts[0].on
    for place_of_group, group in enumerate(_groups(fact)):
        dims = tuple(dim for dim in group if dim != "slot")
        columns = [column_of(fact, dim) or dim for dim in group]
        end = 1 + len(group)
        for row in _plain(db).execute(select(fact, on, parts, days, columns), days):
            day_on, figures = row[0], row[end:]
            if place_of_group == 0:
                yield (day_on, TOTAL, "", WHOLE_DAY), figures
            for place, dim in enumerate(dims, 1):
                yield (day_on, dim, row[place] or "", WHOLE_DAY), figures
            if len(dims) < len(group):
                slot = row[end - 1]
                yield (day_on, HALF_HOUR, "", slot), figures
                yield (day_on, QUEUE_HALF_HOUR, row[1 + dims.index("queue")] or "", slot), figures


def _plain(db: sqlite3.Connection) -> sqlite3.Cursor:
    """A cursor whose rows are tuples."""
    cursor = db.cursor()
    cursor.row_factory = None
    return cursor


def _groups(fact: str) -> tuple[tuple[str, ...], ...]:
    """Dimensions read together, few enough to make few cells: nine at once make as many cells as there are facts."""
    dims = PART_DIMS[fact]
    if fact in SLOTTED:
        return ((*dims, "slot"),)
    return tuple(dims[start : start + TOGETHER] for start in range(0, len(dims), TOGETHER))


def _distinct(db: sqlite3.Connection, part: Distinct, days: Sequence[str]) -> Iterator[PartRow]:
    """Different values a day, counted for each dimension by itself since its members share some."""
    dims = PART_DIMS[part.fact]
    columns = ", ".join(column_of(part.fact, dim) or dim for dim in dims)
    where = f" and {part.where}" if part.where else ""
    seen: dict[Cell, set[Any]] = defaultdict(set)
    for day_on, value, *members in _plain(db).execute(
        f"select {part.on}, {part.value}, {columns} from {part.fact} where {part.on} in {marks(days)}{where}", days
    ):
        if value is None:
            continue
        seen[day_on, TOTAL, "", WHOLE_DAY].add(value)
        for dim, member in zip(dims, members, strict=True):
            seen[day_on, dim, member or "", WHOLE_DAY].add(value)
    for cell, values in seen.items():
        yield (part.id, *cell, len(values), len(values))
