"""How many tickets were unsolved at the end of each closed day, carried on from the day before.

A level is the sum of all spans that began up to a day less those that ended up to it. When entries or exits of an
old day change, the days from there on shift by the difference; nothing is counted again.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from core.clock import add_days, day_of, days
from core.numbers.metric import Level
from core.numbers.metrics import METRICS
from core.numbers.reporting import Reporting
from core.numbers.sql import TOTAL, WHOLE_DAY, marks
from core.numbers.where import Slice
from core.store.db import transaction

SPANS = "backlog_spans"
Key: TypeAlias = tuple[str, str, str]
"""Level id, dimension, member."""
Moves: TypeAlias = dict[Key, dict[str, float]]
"""Entries less exits by day."""

LEVELS: tuple[Level, ...] = tuple(
    {
        formula.id: formula
        for metric in METRICS.values()
        for formula in metric.how.values()
        if isinstance(formula, Level) and not formula.at
    }.values()
)
# Which level each entry and exit part moves, and which way.
MOVED: Mapping[str, tuple[str, int]] = {
    **{level.entered.id: (level.id, 1) for level in LEVELS},
    **{level.left.id: (level.id, -1) for level in LEVELS},
}
IDS = tuple(level.id for level in LEVELS)
INSERT = "insert into parts (part, day_on, dim, member, slot, num, n) values (?, ?, ?, ?, -1, ?, ?)"


def moves(db: sqlite3.Connection, batch: Sequence[tuple[tuple[str, str], Sequence[str]]]) -> Moves:
    """Entries less exits on the days of a batch, as the parts have them; none for other facts than spans."""
    found: Moves = defaultdict(dict)
    dirty = {day_on for (fact, _), days_on in batch if fact == SPANS for day_on in days_on}
    if dirty:
        _read_moves(db, sorted(dirty), found)
    return found


def _read_moves(db: sqlite3.Connection, days_on: Sequence[str], into: Moves) -> None:
    rows = db.execute(
        f"select part, day_on, dim, member, num from parts where part in {marks(tuple(MOVED))} "
        f"and day_on in {marks(days_on)}",
        (*MOVED, *days_on),
    )
    for part, day_on, dim, member, num in rows:
        level, sign = MOVED[part]
        by_day = into[level, dim, member]
        by_day[day_on] = by_day.get(day_on, 0) + sign * num


def through(db: sqlite3.Connection) -> str | None:
    """The last closed day whose levels are kept."""
    row = db.execute("select max(day_on) from parts where part = ?", (IDS[0],)).fetchone()
    return None if row[0] is None else str(row[0])


def shift(db: sqlite3.Connection, before: Moves, after: Moves) -> None:
    """Carries changed entries and exits of kept days forward to all later kept days."""
    last_on = through(db)
    if last_on is None or not (before or after):
        return
    kept_from_on = db.execute("select min(day_on) from parts where part = ?", (IDS[0],)).fetchone()[0]
    for key in before.keys() | after.keys():
        old, new = before.get(key, {}), after.get(key, {})
        changes = {day: new.get(day, 0) - old.get(day, 0) for day in old.keys() | new.keys() if day <= last_on}
        _carry(db, key, {day: change for day, change in changes.items() if change}, last_on)
    _square(db, kept_from_on, last_on)


def _first_on(db: sqlite3.Connection) -> str | None:
    """The day of the first entry."""
    entered = f"select min(day_on) from parts where part = ? and dim = '{TOTAL}' and slot = {WHOLE_DAY}"
    row = db.execute(entered, (LEVELS[0].entered.id,)).fetchone()
    return None if row[0] is None else str(row[0])


def _square(db: sqlite3.Connection, kept_from_on: str, last_on: str) -> None:
    """Totals stand on every kept day from the first entry on and on none before, zero or not, as counted at once."""
    first_on = _first_on(db) or add_days(last_on, 1)
    if first_on > kept_from_on:
        db.execute(f"delete from parts where part in {marks(IDS)} and day_on < ?", (*IDS, first_on))
    older = days(first_on, add_days(kept_from_on, -1))
    zeros = [(level, day_on, TOTAL, "", 0, 0) for day_on in older for level in IDS]
    db.executemany(f"{INSERT} on conflict (part, day_on, dim, member, slot) do nothing", zeros)


def _carry(db: sqlite3.Connection, key: Key, changes: Mapping[str, float], last_on: str) -> None:
    if not changes:
        return
    level, dim, member = key
    rows, carried = [], 0.0
    for day_on in days(min(changes), last_on):
        carried += changes.get(day_on, 0)
        if carried:
            rows.append((level, day_on, dim, member, carried, int(carried)))
    db.executemany(
        f"{INSERT} on conflict (part, day_on, dim, member, slot) do update set num = num + excluded.num, "
        "n = n + excluded.n",
        rows,
    )
    if dim != TOTAL:
        db.executemany(
            "delete from parts where part = ? and day_on = ? and dim = ? and member = ? and slot = -1 and num = 0",
            [row[:4] for row in rows],
        )


def extend(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> int:
    """Keeps the levels of the days that have closed since the last time; the number of rows written."""
    yesterday = add_days(day_of(now_at, reporting.zone), -1)
    last_on = through(db)
    state: dict[Key, float] = {(level, TOTAL, ""): 0 for level in IDS}
    if last_on is None:
        began_on = _first_on(db)
        if began_on is None:
            return 0
        first_on = began_on
    else:
        first_on = add_days(last_on, 1)
        known = f"select part, dim, member, num from parts where part in {marks(IDS)} and day_on = ?"
        state |= {(part, dim, member): num for part, dim, member, num in db.execute(known, (*IDS, last_on))}
    if first_on > yesterday:
        return 0
    kept_on = tuple(days(first_on, yesterday))
    changed: Moves = defaultdict(dict)
    _read_moves(db, kept_on, changed)
    by_day: dict[str, list[tuple[Key, float]]] = defaultdict(list)
    for key, by in changed.items():
        for day_on, change in by.items():
            by_day[day_on].append((key, change))
    rows = []
    for day_on in kept_on:
        for key, change in by_day.get(day_on, ()):
            state[key] = state.get(key, 0) + change
        rows += [
            (level, day_on, dim, member, num, int(num))
            for (level, dim, member), num in state.items()
            if num or dim == TOTAL
        ]
    with transaction(db):
        db.executemany(INSERT, rows)
    return len(rows)


def read(
    db: sqlite3.Connection, level: Level, on_days: Sequence[str], slice_: Slice, by: str = ""
) -> dict[str, dict[str, float]]:
    """Levels at the end of kept days, for each member of ``by`` or of the slice's one dimension together."""
    if not on_days:
        return {}
    dim = by or next(iter(slice_.members), TOTAL)
    uids = slice_.members.get(dim, ("",) if dim == TOTAL else ())
    found: dict[str, dict[str, float]] = {day_on: {} if by else {"": 0.0} for day_on in on_days}
    rows = db.execute(
        f"select day_on, member, num from parts where part = ? and day_on in {marks(on_days)} and dim = ? "
        f"and slot = {WHOLE_DAY}{f' and member in {marks(uids)}' if uids else ''}",
        (level.id, *on_days, dim, *uids),
    )
    for day_on, member, num in rows:
        key = member if by else ""
        found[day_on][key] = found[day_on].get(key, 0) + num
    return found
