"""One row a queue and half hour that was planned for and is over: how many people it needed, and how many there were.

Made of what was kept about each half hour before its day began (metrics 8.8), people in thousandths so that they add up
exactly. Rostered people are held against people to roster, those seen at work against those needed at work.
"""

import sqlite3
from collections.abc import Sequence

from core.clock import DAY_S
from core.numbers.facts.ground import Ground
from core.numbers.facts.ledger import TABLES, Ledger, replace
from core.numbers.facts.status import Row

FACT = TABLES["requirement_facts"]
PLANNED = """
select queue_uid, interval_start_at, iif(basis = 'rostered', coalesce(heads, required), required), staffed
from requirements
where interval_start_at >= ? and interval_start_at < ? and staffed is not null
order by queue_uid, interval_start_at
"""
STORED = f"select {', '.join(FACT.names)} from requirement_facts where interval_start_at >= ? and interval_start_at < ?"


def derive_requirements(db: sqlite3.Connection, keys: Sequence[str], ground: Ground, ledger: Ledger) -> None:
    """Brings the rows of some UTC days (numbers of days since 1970) to what was kept of them."""
    for key in keys:
        span = int(key) * DAY_S, (int(key) + 1) * DAY_S
        before: dict[str, list[Row]] = {row[0]: [tuple(row)] for row in db.execute(STORED, span)}
        made: dict[str, list[Row]] = {known: [] for known in before}
        for queue, at, required, staffed in db.execute(PLANNED, span).fetchall():
            needed, there = round(1_000 * required), round(1_000 * staffed)
            gap = there - needed
            name = f"{queue}|{at}"
            under, over = min(gap, 0), max(gap, 0)
            source = queue.partition(":")[0]
            made[name] = [(name, source, queue, at, ground.day_on(at), needed, there, abs(gap), under, over)]
        replace(db, ledger, "requirement_facts", "requirement_key", before, made.items())
