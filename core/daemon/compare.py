"""The comparison with the vendors, once a day and on request; what it came to stands in the reports' footers."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from core import log
from core.clock import DAY_S, day_of, iso
from core.config.load import Loaded
from core.daemon.audit import audit
from core.daemon.place import connector_folder, reporting_of
from core.daemon.reports import checked_day
from core.daemon.sources import source_specs
from core.errors import ConfigError
from core.numbers.reconcile import SAYS, Line, Reconciliation, Verdict, reconcile
from core.pull.account import Accounts
from core.store.checks import Check, keep_check, kept_checks
from core.store.db import transaction

# Once a day, an hour early rather than late.
EVERY_S = DAY_S - 3_600
DAYS = 28


def last_days(loaded: Loaded, now_at: int, days: int = DAYS) -> tuple[str, str]:
    """The last whole local days, first and last."""
    last = date.fromisoformat(day_of(now_at, loaded.config.zone)) - timedelta(days=1)
    return (last - timedelta(days=days - 1)).isoformat(), last.isoformat()


def compare_when_due(db: sqlite3.Connection, loaded: Loaded, accounts: Accounts, now_at: int) -> None:
    """Audits and reconciles every source whose last comparison is a day old, and keeps the verdicts."""
    known = {(check.source, check.kind): check.checked_at for check in kept_checks(db)}
    names = [source.name for source in loaded.config.sources]
    due = [name for name in names if now_at - known.get((name, "audit"), 0) >= EVERY_S]
    if not due:
        return
    folder = connector_folder(loaded.path)
    found = [one.check(now_at) for name in due for one in audit(db, loaded, name, accounts, now_at, folder)]
    made = reconciled(db, loaded, *last_days(loaded, now_at), now_at)
    found += [of_verdict(verdict, now_at) for verdict in made.verdicts() if verdict.source in due]
    with transaction(db):
        for check in found:
            keep_check(db, check)
    for check in found:
        log.event("compared", source=check.source, kind=check.kind, ok=check.ok, summary=dict(check.summary))


def reconciled(db: sqlite3.Connection, loaded: Loaded, from_on: str, to_on: str, now_at: int) -> Reconciliation:
    """Our numbers of these local days beside the vendors'."""
    return reconcile(db, from_on, to_on, reporting_of(loaded.config, now_at))


def compared(
    db: sqlite3.Connection, loaded: Loaded, from_on: str | None, to_on: str | None, only: str | None, now_at: int
) -> Reconciliation:
    """The reconciliation on request: the last 28 whole days where none are named, of all sources or of one."""
    if only is not None:
        source_specs(loaded, only)
    first, last = last_days(loaded, now_at)
    last = checked_day(to_on) if to_on else last
    first = checked_day(from_on) if from_on else min(first, last)
    if first > last:
        raise ConfigError(f"--to {last} lies before --from {first}.")
    found = reconciled(db, loaded, first, last, now_at)
    return found if only is None else replace(found, lines=found.of(only))


def reconciliation_lines(found: Reconciliation) -> Iterator[str]:
    """The comparison in plain words: each figure, the causes of its differences with examples, the verdicts."""
    yield f"{found.from_on} to {found.to_on}: what vendors say of these tickets, calls and days, beside ours"
    if not found.lines:
        yield "no source's vendor gave figures of these days"
    for line in found.lines:
        mode = " (business time)" if line.mode == "business" else ""
        share = line.equal / line.compared
        name = f"{line.source} {line.entity} {line.figure}{mode}"
        yield f"{name.ljust(58)} {line.equal:>7,} of {line.compared:>7,} equal  {share:7.1%}"
        for cause, count in sorted(line.causes.items(), key=lambda item: -item[1]):
            shown = ", ".join(
                f"{one.name} (ours {_said(one.ours, line)}, theirs {_said(one.vendor, line)})"
                for one in line.examples[cause]
            )
            yield f"    {count:>7,} {SAYS[cause]}: {shown}"
    for verdict in found.verdicts():
        yield verdict.sentence()


def _said(value: float | None, line: Line) -> str:
    if value is None:
        return "none"
    if line.unit in ("epoch", "at"):
        return iso(int(value))
    if line.unit in ("min", "s"):
        minutes, seconds = divmod(round(value), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours:,}:{minutes:02d} h" if hours else f"{minutes}:{seconds:02d} min"
    return f"{value:.1%}" if line.unit == "share" else f"{value:,.0f}"


def of_verdict(verdict: Verdict, now_at: int) -> Check:
    """What is kept of a reconciliation for the reports."""
    counts = {"compared": verdict.compared, "equal": verdict.equal, "unexplained": verdict.unexplained}
    return Check(verdict.source, "reconcile", now_at, verdict.ok, counts)
