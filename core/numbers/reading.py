"""Totals of parts over days: from the parts where they hold the slice, else straight from the facts, equal in both."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from core.numbers.metric import Durations, Part, Waiting
from core.numbers.sql import HALF_HOUR, QUEUE_HALF_HOUR, TOTAL, WHOLE_DAY, column_of, marks, member, select, unpacked
from core.numbers.where import Slice, kept_as_parts

Total: TypeAlias = tuple[float | None, int]
"""A figure and the number of rows behind it."""
Totals: TypeAlias = Mapping[str, Total]
"""Totals by part id; a part without rows is not there."""
Key: TypeAlias = tuple[str, str]
"""Day ('' for all days together) and member ('' for the whole slice)."""


def read(
    db: sqlite3.Connection,
    parts: Iterable[Part],
    days: Sequence[str],
    slice_: Slice,
    *,
    by: str = "",
    daily: bool = False,
) -> dict[Key, dict[str, Total]]:
    """Totals for each member of ``by``, for each day or for all together."""
    found: dict[Key, dict[str, Total]] = defaultdict(dict)
    kept: list[Part] = []
    rest: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for part in {part.id: part for part in parts}.values():
        if kept_as_parts(part, slice_, by):
            kept.append(part)
        else:
            rest[part.fact, part.on].append(part)
    if kept:
        _from_parts(db, kept, days, slice_, by, daily, found)
    for (fact, on), group in rest.items():
        _from_facts(db, fact, on, group, days, slice_, by, daily, found)
    return found


def _put(into: dict[Key, dict[str, Total]], key: Key, part: Part, num: Any, n: int) -> None:
    if not n:
        return
    known, rows = into[key].get(part.id, (None, 0))
    if known is not None:
        num = max(known, num) if part.kind == "max" else known + num
    into[key][part.id] = (num, rows + n)


def _from_parts(
    db: sqlite3.Connection,
    parts: Sequence[Part],
    days: Sequence[str],
    slice_: Slice,
    by: str,
    daily: bool,
    into: dict[Key, dict[str, Total]],
) -> None:
    dim = by or next(iter(slice_.members), TOTAL)
    uids = slice_.members.get(dim, ("",) if dim == TOTAL else ())
    chosen = f" and member in {marks(uids)}" if uids else ""
    keys = "day_on, member" if daily else "member"
    known = {part.id: part for part in parts}
    rows = db.execute(
        f"select part, {'day_on' if daily else repr('')}, member, sum(num), max(num), sum(n) from parts "
        f"where part in {marks(tuple(known))} and day_on in {marks(days)} and dim = ?{chosen} and slot = {WHOLE_DAY} "
        f"group by part, {keys}",
        (*known, *days, dim, *uids),
    )
    for part_id, day_on, uid, added, greatest, n in rows:
        part = known[part_id]
        _put(into, (day_on, uid if by else ""), part, greatest if part.kind == "max" else added, n)


def _from_facts(
    db: sqlite3.Connection,
    fact: str,
    on: str,
    parts: Sequence[Part],
    days: Sequence[str],
    slice_: Slice,
    by: str,
    daily: bool,
    into: dict[Key, dict[str, Total]],
) -> None:
    columns = [column_of(fact, by) or by] if by else []
    sql = select(fact, on, parts, days, columns, slice_.filters(fact))
    for row in db.execute(sql, (*days, *slice_.values())):
        key = (row[0] if daily else "", (row[1] or "") if by else "")
        for part, num, n in unpacked(parts, tuple(row)[1 + len(columns) :]):
            _put(into, key, part, num, n)


def read_slots(
    db: sqlite3.Connection, parts: Iterable[Part], days: Sequence[str], queue_uids: Sequence[str]
) -> dict[int, dict[str, Total]]:
    """Totals of each half hour of the clock over days, of all queues or of some."""
    known = {part.id: part for part in parts}
    dim, uids = (QUEUE_HALF_HOUR, tuple(queue_uids)) if queue_uids else (HALF_HOUR, ("",))
    rows = db.execute(
        f"select part, slot, sum(num), max(num), sum(n) from parts where part in {marks(tuple(known))} "
        f"and day_on in {marks(days)} and dim = ? and member in {marks(uids)} group by part, slot",
        (*known, *days, dim, *uids),
    )
    found: dict[int, dict[str, Total]] = defaultdict(dict)
    for part_id, slot, added, greatest, n in rows:
        found[slot][part_id] = (greatest if known[part_id].kind == "max" else added, n)
    return found


def read_waiting(
    db: sqlite3.Connection, formula: Waiting, now_at: int, days: Sequence[str], slice_: Slice, *, by: str, daily: bool
) -> dict[Key, tuple[list[float], list[float]]]:
    """How long it took for those served, and how long those not served have been waiting, as in ``read_values``."""
    split = member(column_of(formula.fact, by) or by) if by else "''"
    on = formula.part.on
    conditions = [f"{on} in {marks(days)}", formula.where, *slice_.filters(formula.fact)]
    rows = db.execute(
        f"select {on}, {split}, {formula.value}, coalesce({formula.until}, ?) - {formula.since} "
        f"from {formula.fact} where {' and '.join(conditions)}",
        (now_at, *days, *slice_.values()),
    )
    found: dict[Key, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for day_on, uid, took_s, waits_s in rows:
        ended, waiting = found[day_on if daily else "", uid]
        if took_s is not None:
            ended.append(took_s)
        elif waits_s is not None:
            waiting.append(waits_s)
    return found


def read_values(
    db: sqlite3.Connection,
    formula: Durations,
    days: Sequence[str],
    slice_: Slice,
    *,
    by: str = "",
    daily: bool = False,
) -> dict[Key, list[float]]:
    """The durations themselves in rising order, for each member of ``by``, for each day or for all together."""
    part = formula.part
    split = member(column_of(part.fact, by) or by) if by else "''"
    conditions = [f"{part.on} in {marks(days)}", f"{part.value} is not null", *slice_.filters(part.fact)]
    if part.where:
        conditions.append(part.where)
    rows = db.execute(
        f"select {part.on}, {split}, {part.value} from {part.fact} where {' and '.join(conditions)}",
        (*days, *slice_.values()),
    )
    found: dict[Key, list[float]] = defaultdict(list)
    for day_on, uid, value in rows:
        found[day_on if daily else "", uid].append(value)
    for values in found.values():
        values.sort()
    return found


def first_day(db: sqlite3.Connection, part: Part) -> str | None:
    """The first local day on which a row of a part's fact counts."""
    found: str | None = db.execute(f"select min({part.on}) from {part.fact}").fetchone()[0]
    return found


def employed_days(db: sqlite3.Connection, from_on: str, to_on: str, slice_: Slice, by: str) -> dict[str, float]:
    """Days on which people were employed from one local day to another, summed, by member of ``by``; none is absent."""
    split = member(column_of("employment_facts", by) or by) if by else "''"
    present = (
        "min(julianday(coalesce(left_on, '9999-12-31')), julianday(?2) + 1) - max(julianday(hired_on), julianday(?1))"
    )
    filters = [f" and {condition}" for condition in slice_.filters("employment_facts")]
    rows = db.execute(
        f"select {split}, sum({present}) from employment_facts "
        f"where hired_on <= ?2 and (left_on is null or left_on > max(?1, hired_on)){''.join(filters)} group by 1",
        (from_on, to_on, *slice_.values()),
    )
    return {uid: total for uid, total in rows if total}
