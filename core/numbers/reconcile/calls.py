"""Our figures of calls, and of the days of telephone queues, beside the vendor's own."""

import sqlite3
from collections.abc import Iterator, Mapping

from core.numbers.reconcile.lines import Difference, Line
from core.numbers.reconcile.pairs import CALL_PAIRS, DAY_MEANINGS, DAY_SUMS, CallPair, Cause

# Vendors round each leg; a service level is told to a tenth of a percent.
WITHIN_S = 1
WITHIN_SHARE = 0.0006
LEG_SUMS = ("wait_s", "ring_s", "talk_s", "hold_s", "acw_s")


def call_lines(db: sqlite3.Connection, from_at: int, to_at: int) -> list[Line]:
    """A line for each figure that vendors gave of calls that arrived between two moments (the end exclusive)."""
    lines: dict[tuple[str, str], Line] = {}
    for pair in CALL_PAIRS:
        for row in db.execute(_call_sql(pair), (pair.figure, from_at, to_at)):
            line = lines.setdefault(
                (row["source"], pair.figure), Line(row["source"], "call", pair.figure, "calendar", "s")
            )
            if abs(row["ours"] - row["value"]) <= WITHIN_S:
                line.take(None)
            else:
                line.take(Difference(row["native_id"], row["ours"], row["value"], _call_cause(pair, row)))
    return list(lines.values())


def _call_sql(pair: CallPair) -> str:
    more = "".join(f", {sql} as more_{number}" for number, (_, sql) in enumerate(pair.with_more))
    sums = ", ".join(f"sum(g.{name}) as legs_{name}" for name in LEG_SUMS)
    return (
        f"select source, native_id, value, {pair.ours} as ours{more} from (select m.value, c.*, {sums} "
        "from source_metrics m join calls c on c.uid = m.entity_uid left join call_legs g on g.call_uid = c.uid "
        "where m.entity = 'call' and m.name = ? and m.value is not null and c.arrived_at >= ? and c.arrived_at < ? "
        f"and c.deleted_at is null and c.ended_at is not null group by m.source, c.uid) "
        f"where {pair.ours} is not null order by source, native_id"
    )


def _call_cause(pair: CallPair, row: sqlite3.Row) -> Cause:
    for number, (cause, _) in enumerate(pair.with_more):
        more = row[f"more_{number}"]
        if more is not None and abs(row["ours"] + more - row["value"]) <= WITHIN_S:
            return cause
    return "unexplained"


def day_lines(db: sqlite3.Connection, from_on: str, to_on: str) -> list[Line]:
    """A line for each figure that vendors gave of a queue's or the whole centre's local days."""
    lines: dict[tuple[str, str], Line] = {}
    for source, name, day_on, queue, vendor in _told(db, from_on, to_on):
        meanings = DAY_MEANINGS.get(name)
        if meanings is None:
            continue
        unit = "share" if name == "service_level" else "s" if name.endswith("_s") else "count"
        line = lines.setdefault((source, name), Line(source, "day", name, "calendar", unit))
        sums = _sums(db, source, day_on, queue)
        ours = _meaning(meanings[0][1], sums)
        within = WITHIN_SHARE if unit == "share" else WITHIN_S * max(1.0, sums["offered"]) if unit == "s" else 0.0
        for cause, meaning in meanings:
            found = _meaning(meaning, sums)
            if found is not None and abs(found - vendor) <= within:
                shown = f"{day_on} {queue.partition(':')[2]}".strip()
                line.take(None if cause is None else Difference(shown, ours, vendor, cause))
                break
        else:
            shown = f"{day_on} {queue.partition(':')[2]}".strip()
            line.take(Difference(shown, ours, vendor, "unexplained"))
    return list(lines.values())


def _told(db: sqlite3.Connection, from_on: str, to_on: str) -> Iterator[tuple[str, str, str, str, float]]:
    """(source, figure, day, queue uid or nothing, value) of the days; a value of null is not a figure."""
    sql = (
        "select source, name, entity_uid, value from source_metrics where entity = 'day' and value is not null "
        "order by source, name, entity_uid"
    )
    for source, name, uid, value in db.execute(sql):
        account, _, native = uid.partition(":")
        day_on, _, queue = native.partition("|")
        if from_on <= day_on <= to_on:
            yield source, name, day_on, f"{account}:{queue}" if queue else "", value


def _sums(db: sqlite3.Connection, source: str, day_on: str, queue: str) -> Mapping[str, float]:
    """Our sums of a day: of one queue, or of all queues of the source."""
    sums = ", ".join(f"coalesce({sql}, 0) as {name}" for name, sql in DAY_SUMS.items())
    sql = (
        f"select {sums} from queue_legs where source = ? and enqueued_on = ? and is_test = 0 and direction = 'inbound'"
    )
    if queue:
        row = db.execute(f"{sql} and queue_uid = ?", (source, day_on, queue)).fetchone()
    else:
        row = db.execute(sql, (source, day_on)).fetchone()
    return dict(row)


def _meaning(formula: str, sums: Mapping[str, float]) -> float | None:
    """The value of a declared formula (sums, plus, minus, one division) over our sums."""
    above, _, below = formula.partition("/")
    over = _added(below, sums) if below else 1.0
    return None if not over else _added(above, sums) / over


def _added(terms: str, sums: Mapping[str, float]) -> float:
    total, sign = 0.0, 1
    for word in terms.replace("(", " ").replace(")", " ").split():
        if word in "+-":
            sign = 1 if word == "+" else -1
        else:
            total += sign * sums[word]
    return total
