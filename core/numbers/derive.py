"""Base rows to facts: what changed since the last time is derived again, batch by batch, and its days are marked.

Each batch is one transaction with the removal of its dirty keys, so a kill at any moment loses nothing.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.numbers.facts.ground import Ground
from core.numbers.facts.grounds import load_ground
from core.numbers.facts.ledger import CLOCKS, Ledger
from core.numbers.facts.neighbours import mark_bulk, relate_contacts
from core.numbers.facts.ticket_batch import derive_tickets
from core.numbers.reporting import Reporting
from core.store.db import transaction

BATCH = 1_000


@dataclass
class DeriveResult:
    """What one derivation did; ``incomplete`` tickets have a history with gaps and carry the vendor's own figures."""

    tickets: int = 0
    calls: int = 0
    agents: int = 0
    incomplete: int = 0
    rows_written: int = 0
    days_marked: int = 0


def derive(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> DeriveResult:
    """Brings all facts to what the base rows say; nothing changed, nothing written."""
    result = DeriveResult()
    if db.execute("select 1 from dirty_keys limit 1").fetchone() is None:
        return result
    ground = load_ground(db, reporting, now_at)

    def tickets(keys: Sequence[str], ledger: Ledger) -> None:
        touched = derive_tickets(db, keys, ground, ledger)
        relate_contacts(db, touched.persons, touched.kept_persons, reporting.fcr_window_days, ledger)
        mark_bulk(db, touched.solves, ledger)
        result.tickets += touched.tickets
        result.incomplete += touched.incomplete

    _batches(db, "ticket", tickets, result, now_at)
    return result


def _batches(
    db: sqlite3.Connection,
    kind: str,
    work: Callable[[Sequence[str], Ledger], None],
    result: DeriveResult,
    now_at: int,
    size: int = BATCH,
) -> None:
    """Works off the dirty keys of one kind in key order; a key marked by the work itself comes in a later batch."""
    while True:
        with transaction(db):
            keys = [
                row[0]
                for row in db.execute("select key from dirty_keys where kind = ? order by key limit ?", (kind, size))
            ]
            if not keys:
                return
            db.execute(
                "delete from dirty_keys where kind = ? and key >= ? and key <= ?", (kind, keys[0], keys[-1])
            )
            ledger = Ledger()
            work(keys, ledger)
            result.rows_written += ledger.written
            result.days_marked += ledger.keep(db, now_at)
