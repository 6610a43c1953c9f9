"""Unsolved tickets at a moment, asked of the spans themselves; the index leads to those that had not ended by then."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from core.numbers.facts.ground import Ground
from core.numbers.metric import Ages, Level
from core.numbers.sql import column_of, member
from core.numbers.where import Slice

SPANS = "backlog_spans"


def count_at(db: sqlite3.Connection, level: Level, at: int, slice_: Slice, by: str = "") -> dict[str, int]:
    """Tickets unsolved at a moment, for each member of ``by``."""
    found: dict[str, int] = defaultdict(int)
    for uid, count in spans_at(db, "count(*)", level, at, slice_, by, grouped=True):
        found[uid] += count
    return found


def ages_at(
    db: sqlite3.Connection, ages: Ages, at: int, slice_: Slice, by: str = "", ground: Ground | None = None
) -> dict[str, list[float]]:
    """How long each unsolved ticket had been waiting at a moment, rising; business seconds with ``ground``.

    Tickets without ``since`` are out.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for uid, ticket_uid, team_uid, since_at in spans_at(
        db, f"ticket_uid, team_uid, {ages.since}", ages, at, slice_, by
    ):
        if since_at is None:
            continue
        age_s = at - since_at if ground is None else open_s(db, ground, ticket_uid, team_uid, since_at, at)
        if age_s is not None:
            found[uid].append(age_s)
    for values in found.values():
        values.sort()
    return found


def open_s(
    db: sqlite3.Connection, ground: Ground, ticket_uid: str, team_uid: str | None, from_at: int, to_at: int
) -> int | None:
    """Seconds between two moments in the opening hours that a ticket had."""
    rows = db.execute(
        "select schedule_uid, from_at, to_at from ticket_schedules where ticket_uid = ? order by from_at", (ticket_uid,)
    )
    return ground.business([tuple(row) for row in rows], team_uid)(from_at, to_at)


def spans_at(
    db: sqlite3.Connection,
    figures: str,
    level: Level | Ages,
    at: int,
    slice_: Slice,
    by: str = "",
    *,
    grouped: bool = False,
) -> Iterator[tuple[Any, ...]]:
    """Member of ``by`` and ``figures`` of the spans at a moment.

    A ticket unsolved at midnight belongs to the day that ends: one solved at 00:00:00 still counts for it."""
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
