"""Unsolved tickets at a moment, asked of the spans themselves; the index leads to those that had not ended by then."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from core.numbers.metric import Ages, Level
from core.numbers.sql import column_of, member
from core.numbers.where import Slice

SPANS = "backlog_spans"
BusinessAge: TypeAlias = Callable[[str, int, int], int | None]
"""Open seconds of a ticket (uid) from one moment to another."""


def count_at(db: sqlite3.Connection, level: Level, at: int, slice_: Slice, by: str = "") -> dict[str, int]:
    """Tickets unsolved at a moment, for each member of ``by``."""
    found: dict[str, int] = defaultdict(int)
    for uid, count in _spans(db, "count(*)", level, at, slice_, by, grouped=True):
        found[uid] += count
    return found


def ages_at(
    db: sqlite3.Connection, ages: Ages, at: int, slice_: Slice, by: str = "", business: BusinessAge | None = None
) -> dict[str, list[float]]:
    """How long each unsolved ticket had been waiting at a moment, rising; tickets without ``since`` are out."""
    found: dict[str, list[float]] = defaultdict(list)
    for uid, ticket_uid, since_at in _spans(db, f"ticket_uid, {ages.since}", ages, at, slice_, by):
        if since_at is None:
            continue
        age_s = at - since_at if business is None else business(ticket_uid, since_at, at)
        if age_s is not None:
            found[uid].append(age_s)
    for values in found.values():
        values.sort()
    return found


def _spans(
    db: sqlite3.Connection, figures: str, level: Level | Ages, at: int, slice_: Slice, by: str, *, grouped: bool = False
) -> Iterator[tuple[Any, ...]]:
    """A ticket unsolved at midnight belongs to the day that ends: one solved at 00:00:00 still counts for it."""
    split = member(column_of(SPANS, by) or by) if by else "''"
    names = (f":m{place}" for place in range(len(slice_.values())))
    named = ["".join(next(names) if letter == "?" else letter for letter in each) for each in slice_.filters(SPANS)]
    conditions = ["from_at < :at", *(each for each in (level.where, level.at) if each), *named]
    values = {f"m{place}": uid for place, uid in enumerate(slice_.values())}
    for alive in ("to_at >= :at", "to_at is null"):
        where = " and ".join([alive, *conditions])
        tail = f" group by {split}" if grouped else ""
        for row in db.execute(f"select {split}, {figures} from {SPANS} where {where}{tail}", {"at": at, **values}):
            yield tuple(row)
