"""Whether everything is here: counts against the vendor's own, rows without their parents, gaps, what is late."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from core.clock import iso
from core.config.load import Loaded
from core.daemon.place import connector_folder
from core.daemon.sources import source_specs
from core.errors import DeskpulseError
from core.pull.account import Accounts, close, door
from core.pull.contract import Connector, Tally, Window
from core.pull.discover import find_connector
from core.pull.loop import attempt
from core.pull.source import SourceSpec
from core.store.checks import Check
from core.store.children import waiting_count
from core.store.soundness import count_of, orphans, ticket_gaps
from core.store.state import stream_states

What: TypeAlias = Literal["count", "gaps", "orphans", "late", "rejected", "waiting"]

# A count may move while it is taken, and a search index lags some minutes behind.
WITHIN = 0.001
SETTLED_S = 900
CONTACTS = frozenset({"tickets", "calls"})


@dataclass(frozen=True)
class Line:
    """One thing looked at. ``ours`` and ``vendor`` are counts where there are two; ``ok`` None is for information."""

    source: str
    what: What
    says: str
    ok: bool | None
    ours: int | None = None
    vendor: int | None = None


@dataclass(frozen=True)
class Audit:
    """One source looked through."""

    source: str
    lines: Sequence[Line]

    @property
    def ok(self) -> bool:
        """Whether nothing is missing as far as could be seen."""
        return all(line.ok is not False for line in self.lines)

    @property
    def counted(self) -> list[Line]:
        """The counts that the vendor gave too."""
        return [line for line in self.lines if line.what == "count" and line.vendor is not None]

    def sentence(self) -> str:
        """The verdict in one line."""
        wrong = [line for line in self.lines if line.ok is False]
        if wrong:
            return f"{self.source}: {len(wrong)} of {len(self.lines)} checks want a look: {wrong[0].says}"
        if not self.counted:
            return f"{self.source}: nothing missing as far as can be seen here; the vendor gives no counts"
        rows = sum(line.ours or 0 for line in self.counted)
        return f"{self.source}: nothing missing; {rows:,} rows here as by the vendor's own counts"

    def data(self) -> dict[str, Any]:
        """The audit with stable keys."""
        return {
            "source": self.source,
            "ok": self.ok,
            "verdict": self.sentence(),
            "lines": [asdict(line) for line in self.lines],
        }

    def check(self, now_at: int) -> Check:
        """What is kept of it for the reports."""
        off = sum(abs((line.ours or 0) - (line.vendor or 0)) for line in self.counted if line.ok is False)
        rows = sum(line.ours or 0 for line in self.counted)
        wrong = sum(line.ok is False for line in self.lines)
        return Check(self.source, "audit", now_at, self.ok, {"rows": rows, "off": off, "wrong": wrong})


def audit(
    db: sqlite3.Connection, loaded: Loaded, only: str | None, accounts: Accounts, now_at: int, folder: Path | None
) -> list[Audit]:
    """Every configured source (or one) looked through; the vendor is asked for its own counts."""
    late_after = loaded.config.reporting.late_after
    return [
        audit_source(db, spec, find_connector(spec.connector, folder), accounts, now_at, late_after)
        for spec in source_specs(loaded, only)
    ]


def audit_now(db: sqlite3.Connection, loaded: Loaded, only: str | None, now_at: int) -> list[Audit]:
    """The audit on request."""
    return audit(db, loaded, only, Accounts(), now_at, connector_folder(loaded.path))


def vendor_counts(
    spec: SourceSpec, connector: Connector, accounts: Accounts, window: Window
) -> tuple[list[Tally], DeskpulseError | None]:
    """The vendor's own counts, asked once and without patience; none where it gives none or cannot be asked."""
    found: list[Tally] = []
    ask = connector.tallies

    def asked() -> None:
        api = accounts.open(spec, connector)
        if (opened := door(api)) is not None:
            opened.hurry()
        try:
            found.extend(ask(api, window) if ask else ())
        finally:
            close(api)

    error = attempt(spec.name, connector, asked) if ask else None
    return found, error


def contacts_counted(tallies: Sequence[Tally]) -> int | None:
    """How many tickets and calls the vendor counts, people and lists aside; None where it counts none of these."""
    counted = [tally.count for tally in tallies if tally.table in CONTACTS]
    return sum(counted) if counted else None


def audit_source(
    db: sqlite3.Connection,
    spec: SourceSpec,
    connector: Connector,
    accounts: Accounts,
    now_at: int,
    late_after_s: int,
) -> Audit:
    """One source looked through."""
    lines = [
        *_counts(db, spec, connector, accounts, now_at),
        *_gaps(db, spec),
        *_orphans(db, spec),
        *_streams(db, spec, connector, now_at, late_after_s),
    ]
    return Audit(spec.name, lines)


def _counts(
    db: sqlite3.Connection, spec: SourceSpec, connector: Connector, accounts: Accounts, now_at: int
) -> Iterator[Line]:
    if connector.tallies is None:
        yield Line(spec.name, "count", f"{connector.title or connector.name} gives no counts to compare with", None)
        return
    window = Window(since=spec.start_at, until=now_at - SETTLED_S)
    found, error = vendor_counts(spec, connector, accounts, window)
    if error is not None:
        yield Line(spec.name, "count", f"the vendor's counts could not be asked: {error.message}", None)
    for tally in found:
        ours = count_of(db, spec.name, tally.table, tally.column, tally.from_at, tally.to_at)
        ok = abs(ours - tally.count) <= max(1, WITHIN * tally.count)
        says = f"{tally.what}: {ours:,} here, {tally.count:,} at the vendor"
        if not ok and ours < tally.count:
            says += "; what is missing comes with: sync.py backfill"
        elif not ok:
            says += "; more here than there: rows deleted at the vendor without a trace, or another account's"
        yield Line(spec.name, "count", says, ok, ours, tally.count)


def _gaps(db: sqlite3.Connection, spec: SourceSpec) -> Iterator[Line]:
    found = ticket_gaps(db, spec.name, spec.start_at)
    if found is None:
        return
    says = (
        f"ticket numbers {found.first} to {found.last}: {found.there:,} here, {found.missing:,} numbers free "
        "(suspended, erased or never kept at the vendor)"
    )
    yield Line(spec.name, "gaps", says, None, found.there, None)


def _orphans(db: sqlite3.Connection, spec: SourceSpec) -> Iterator[Line]:
    for one in orphans(db, spec.account):
        if not one.rows:
            continue
        says = f"{one.rows:,} of {one.of:,} {one.table} name {one.missing:,} {one.parent} that are not here"
        yield Line(spec.name, "orphans", says, one.ok, one.of - one.rows, one.of)


def _streams(
    db: sqlite3.Connection, spec: SourceSpec, connector: Connector, now_at: int, late_after_s: int
) -> Iterator[Line]:
    names = {stream.name: stream for stream in connector.streams}
    known = [state for state in stream_states(db) if state.source == spec.name and state.stream in names]
    if not known:
        yield Line(spec.name, "late", "never read yet: sync.py run", False)
    for state in known:
        stream = names[state.stream]
        if state.status == "failed":
            yield Line(spec.name, "late", f"{state.stream} failed: {state.last_error}", False)
        elif state.status == "ok" and not stream.once:
            to_at = state.complete_to_at
            if to_at is None or now_at - to_at > late_after_s:
                shown = "an unknown moment" if to_at is None else iso(to_at)
                yield Line(spec.name, "late", f"{state.stream} is complete to {shown} only", False)
        if state.rejected:
            says = f"{state.stream}: {state.rejected:,} rows set aside as unreadable: sync.py status"
            yield Line(spec.name, "rejected", says, False, None, None)
        if stream.parent and (left := waiting_count(db, spec.name, state.stream)):
            yield Line(spec.name, "waiting", f"{state.stream}: still to be read for {left:,} {stream.parent}", False)
