"""Our numbers beside the vendor's own, object by object, with the rule that explains each difference."""

import sqlite3

from core.clock import day_bounds
from core.numbers.reconcile.calls import call_lines, day_lines
from core.numbers.reconcile.lines import Difference, Line, Reconciliation, Verdict
from core.numbers.reconcile.pairs import SAYS, Cause
from core.numbers.reconcile.tickets import ticket_lines
from core.numbers.reporting import Reporting

__all__ = ["SAYS", "Cause", "Difference", "Line", "Reconciliation", "Verdict", "reconcile"]


def reconcile(db: sqlite3.Connection, from_on: str, to_on: str, reporting: Reporting) -> Reconciliation:
    """Compares what vendors told of tickets created, calls arrived and queues' days between two local days (both
    included) with what we hold of them."""
    from_at, _ = day_bounds(from_on, reporting.zone)
    _, to_at = day_bounds(to_on, reporting.zone)
    lines = [
        *ticket_lines(db, from_on, to_on),
        *call_lines(db, from_at, to_at),
        *day_lines(db, from_on, to_on),
    ]
    return Reconciliation(
        from_on, to_on, sorted(lines, key=lambda line: (line.source, line.entity, line.figure, line.mode))
    )
