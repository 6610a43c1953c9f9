"""Base rows to facts: what changed since the last time is derived again, batch by batch, and its days are marked.

Each batch is one transaction with the removal of its dirty keys, so a kill at any moment loses nothing.
"""

import gc
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from core.clock import day_of
from core.numbers.facts.agent_time import always, derive_agents, mark_dialling, spans
from core.numbers.facts.booked import derive_booked
from core.numbers.facts.call_batch import derive_calls
from core.numbers.facts.costs import derive_costs, mark_months
from core.numbers.facts.ground import Ground
from core.numbers.facts.grounds import load_ground
from core.numbers.facts.imports import derive_imports
from core.numbers.facts.ledger import CLOCKS, Ledger
from core.numbers.facts.lone_surveys import derive_lone_surveys
from core.numbers.facts.neighbours import mark_bulk, mark_redials, relate_contacts
from core.numbers.facts.newcomers import derive_newcomers, mark_newcomers
from core.numbers.facts.required import derive_requirements
from core.numbers.facts.rules import mark_what_rules_change
from core.numbers.facts.staff_days import derive_staff_days
from core.numbers.facts.ticket_batch import derive_tickets
from core.numbers.reporting import Reporting
from core.store.db import transaction
from core.store.dirty import read_day_key, unmark_days
from core.store.links import link_contacts
from core.store.migrations import mark_all
from core.store.people import derive_people
from core.store.tables import FACTS

BATCH = 1_000
AGENTS_A_BATCH = 20
AGENT_DAYS_A_BATCH = 1_000
Derive: TypeAlias = Callable[[sqlite3.Connection, Sequence[str], Ground, Ledger], None]
# What is derived last, for it reads what the others made: kind, how, and how many a batch.
LAST: tuple[tuple[str, Derive, int], ...] = (
    ("cost_month", lambda db, months, _, ledger: derive_costs(db, months, ledger), 6),
    ("staff_day", derive_staff_days, 100),
    ("newcomer", derive_newcomers, 100),
    ("planned_day", derive_requirements, 50),
)
# Not made here: parts are folded from facts, links and people have derivations of their own in the store.
NOT_FACTS = frozenset({"parts", "contact_links", "people"})


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
    """Brings all facts to what the base rows and the rules say; nothing changed, nothing written."""
    result = DeriveResult()
    with transaction(db):
        mark_what_rules_change(db, reporting, now_at)
    if not _is_dirty(db):
        return result
    derive_people(db, reporting.aliases)
    link_contacts(db, reporting.aliases)
    ground = load_ground(db, reporting, now_at)
    window_days, today_on = reporting.fcr_window_days, day_of(now_at, reporting.zone)
    seen: set[str] = set()

    def calls(keys: Sequence[str], ledger: Ledger) -> None:
        touched = derive_calls(db, keys, ground, ledger)
        relate_contacts(db, touched.persons, touched.kept_persons, window_days, ledger)
        mark_redials(db, touched.callers, reporting.redial_s, ledger)
        mark_dialling(db, keys)
        mark_months(db, ledger)
        mark_newcomers(db, ledger, today_on)
        result.calls += touched.calls

    def tickets(keys: Sequence[str], ledger: Ledger) -> None:
        touched = derive_tickets(db, keys, ground, ledger)
        relate_contacts(db, touched.persons, touched.kept_persons, window_days, ledger)
        mark_bulk(db, touched.solves, ledger)
        derive_booked(db, keys, ground, ledger)
        mark_months(db, ledger)
        mark_newcomers(db, ledger, today_on)
        result.tickets += touched.tickets
        result.incomplete += touched.incomplete

    def agents(keys: Sequence[str], ledger: Ledger) -> None:
        derive_agents(db, always(db, keys, ground), ground, ledger)
        unmark_days(db, "agent_day", keys)
        seen.update(keys)

    def agent_days(keys: Sequence[str], ledger: Ledger) -> None:
        derive_agents(db, spans(db, keys, ground), ground, ledger)
        seen.update(read_day_key(key)[0] for key in keys)

    def lone_surveys(keys: Sequence[str], ledger: Ledger) -> None:
        derive_lone_surveys(db, keys, ground, ledger)

    def imports(keys: Sequence[str], ledger: Ledger) -> None:
        derive_imports(db, keys, ground, ledger)

    _batches(db, "survey", lone_surveys, result, now_at, BATCH)
    _batches(db, "import", imports, result, now_at, BATCH)
    # A ticket tells its first reply by its calls, a call its reason by its ticket; what changes marks the other.
    while _is_dirty(db, "call") or _is_dirty(db, "ticket"):
        _batches(db, "call", calls, result, now_at, BATCH)
        _batches(db, "ticket", tickets, result, now_at, BATCH)
    _batches(db, "agent", agents, result, now_at, AGENTS_A_BATCH)
    _batches(db, "agent_day", agent_days, result, now_at, AGENT_DAYS_A_BATCH)
    for kind, derive_some, size in LAST:

        def some(keys: Sequence[str], ledger: Ledger, derive_some: Derive = derive_some) -> None:
            derive_some(db, keys, ground, ledger)

        _batches(db, kind, some, result, now_at, size)
    result.agents = len(seen)
    return result


def derive_all(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> DeriveResult:
    """Drops all facts and derives them anew from the base rows; the same rows come out, computed_at aside."""
    with transaction(db):
        for table in FACTS:
            if table.name in NOT_FACTS:
                continue
            for clock in CLOCKS.get(table.name, ()):
                db.execute(
                    "insert or ignore into dirty_days (fact, clock, day_on, since) "
                    f"select distinct '{table.name}', '{clock}', {clock}, ? from {table.name} "
                    f"where {clock} is not null",
                    (now_at,),
                )
            db.execute(f"delete from {table.name}")
        mark_all(db)
    return derive(db, reporting, now_at)


@contextmanager
def uncollected() -> Iterator[None]:
    """The cyclic collector rests: a batch makes a hundred thousand tuples and no cycle (measured: 40 % of the time)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _is_dirty(db: sqlite3.Connection, kind: str | None = None) -> bool:
    where = "" if kind is None else " where kind = ?"
    return (
        db.execute(f"select 1 from dirty_keys{where} limit 1", () if kind is None else (kind,)).fetchone() is not None
    )


def _batches(
    db: sqlite3.Connection,
    kind: str,
    work: Callable[[Sequence[str], Ledger], None],
    result: DeriveResult,
    now_at: int,
    size: int,
) -> None:
    """Works off the dirty keys of one kind in key order; a key that the work itself marks comes in a later batch."""
    while True:
        with uncollected(), transaction(db):
            found = db.execute("select key from dirty_keys where kind = ? order by key limit ?", (kind, size))
            keys = [row[0] for row in found]
            if not keys:
                return
            db.execute("delete from dirty_keys where kind = ? and key >= ? and key <= ?", (kind, keys[0], keys[-1]))
            ledger = Ledger()
            work(keys, ledger)
            result.rows_written += ledger.written
            result.days_marked += ledger.keep(db, now_at)
