"""One round of work: pull, derive what changed, fold the days that changed, send the reports that are due."""

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import msgspec

from core import log
from core.clock import Clock, iso
from core.config.load import Loaded
from core.daemon import exits
from core.daemon.audit import contacts_counted, vendor_counts
from core.daemon.compare import compare_when_due
from core.daemon.place import connector_folder, report_specs, reporting_of
from core.daemon.progress import Watch, unwatched
from core.daemon.reports import Due, archive, checked_day, due_reports, last_day, send_reports, was_read
from core.daemon.sources import source_specs
from core.deliver import Receipt
from core.errors import ConfigError, DeskpulseError
from core.numbers.derive import derive, derive_all
from core.numbers.effects import recount
from core.numbers.reporting import Reporting
from core.pull.account import Accounts, close
from core.pull.backfill import Plan, plan_backfill, run_backfill
from core.pull.contract import Window
from core.pull.discover import find_connector
from core.pull.loop import attempt, pull_source
from core.pull.replay import rebuild_from_raw
from core.pull.source import SourceResult, SourceSpec
from core.store.db import InstanceLock, explained, open_store

Stop = Callable[[], bool]
STREAM = ("stream", "status", "rows", "news", "rejected", "requests", "note")
RECEIPT = ("destination", "state", "sent", "already", "notes")


@dataclass(frozen=True)
class CycleResult:
    """What a round came to."""

    sources: tuple[SourceResult, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    folded_days: int = 0

    @property
    def exit_code(self) -> int:
        """The command line's exit code: see ``exits``."""
        outcomes = [source.outcome for source in self.sources]
        bad = [outcome for outcome in outcomes if outcome not in ("ok", "stopped")]
        if bad and len(bad) == len(outcomes) and set(bad) <= {"config"}:
            return exits.USAGE
        if bad and len(bad) == len(outcomes) and set(bad) <= {"auth"}:
            return exits.REFUSED
        if bad and len(bad) == len(outcomes) and set(bad) <= {"auth", "unavailable"}:
            return exits.OFFLINE
        if bad or any(receipt.state != "sent" for receipt in self.receipts):
            return exits.SOME_FAILED
        return exits.DONE

    def data(self) -> dict[str, object]:
        """The round with stable keys."""
        return {
            "exit_code": self.exit_code,
            "sources": [
                {
                    "source": source.source,
                    "outcome": source.outcome,
                    "rows": source.rows,
                    "rejected": source.rejected,
                    "requests": source.requests,
                    "error": _said(source.error),
                    "streams": [
                        {**{name: getattr(stream, name) for name in STREAM}, "error": _said(stream.error)}
                        for stream in source.streams
                    ],
                }
                for source in self.sources
            ],
            "changed_days": self.folded_days,
            "receipts": [{name: getattr(receipt, name) for name in RECEIPT} for receipt in self.receipts],
        }

    def lines(self) -> Iterator[str]:
        """The round in plain words."""
        for source in self.sources:
            yield f"{source.source}: {source.outcome}, {source.rows:,} rows, {source.requests:,} requests"
            for stream in source.streams:
                if stream.status == "idle":
                    continue
                set_aside = f", {stream.rejected:,} set aside" if stream.rejected else ""
                yield f"    {stream.stream.ljust(22)} {stream.status.ljust(8)} {stream.rows:,} rows{set_aside}"
                for said in (stream.error.message if stream.error else "", stream.note):
                    if said:
                        yield f"        {said.removeprefix(f'{source.source}: ')}"
            if source.error:
                yield f"    {source.error.message.removeprefix(f'{source.source}: ')}"
        if self.folded_days:
            yield f"numbers: {self.folded_days:,} changed days counted again"
        for receipt in self.receipts:
            known = f", {receipt.already} had arrived before" if receipt.already else ""
            yield f"{receipt.destination}: {receipt.state}, {receipt.sent} parts{known}"
            for note in receipt.notes:
                yield f"    {note}"


def _said(error: DeskpulseError | None) -> str | None:
    return error.message if error else None


def never() -> bool:
    """Nobody asks to stop."""
    return False


@contextmanager
def opened(loaded: Loaded, *, any_thread: bool = False) -> Iterator[sqlite3.Connection]:
    """The store for writing, held by one instance at a time."""
    loaded.store_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with InstanceLock(loaded.store_path):
        db = open_store(loaded.store_path, any_thread=any_thread)
        try:
            with explained(str(loaded.store_path)):
                yield db
        finally:
            db.close()


def run_once(loaded: Loaded, clock: Clock, *, only: str | None = None, watch: Watch = unwatched) -> CycleResult:
    """Pulls every source (or ``only`` one), counts, and sends what is due."""
    with opened(loaded) as db, recorded(db, clock) as run:
        accounts, folder = Accounts(), connector_folder(loaded.path)
        results = tuple(
            pull_one(db, spec, accounts, clock(), folder=folder, watch=watch) for spec in source_specs(loaded, only)
        )
        reporting = reporting_of(loaded.config, clock())
        folded = count(db, reporting, clock())
        look_ahead(db, reporting, clock())
        due = due_reports(db, loaded, clock())
        if due:
            compare_when_due(db, loaded, accounts, clock())
        receipts = send_reports(db, loaded, due, clock())
        result = CycleResult(results, tuple(receipts), folded)
        run.exit_code = result.exit_code
        run.summary = {source.source: source.outcome for source in results}
        return result


@dataclass
class Run:
    """A row of ``runs`` in the making."""

    exit_code: int = exits.UNEXPECTED
    summary: dict[str, str] | None = None


@contextmanager
def recorded(db: sqlite3.Connection, clock: Clock) -> Iterator[Run]:
    """Keeps when a run began and ended and what came of it; its id is on every log line."""
    name, run = uuid.uuid4().hex[:8], Run()
    db.execute("insert into runs (id, started_at) values (?, ?)", (name, clock()))
    with log.bound(run=name):
        try:
            yield run
        finally:
            db.execute(
                "update runs set ended_at = ?, exit_code = ?, summary = ? where id = ?",
                (clock(), run.exit_code, msgspec.json.encode(run.summary or {}).decode(), name),
            )


def pull_one(
    db: sqlite3.Connection,
    spec: SourceSpec,
    accounts: Accounts,
    now_at: int,
    *,
    folder: Path | None = None,
    stop: Stop = never,
    watch: Watch = unwatched,
) -> SourceResult:
    """One pull of one source; whatever goes wrong with it is in the result and stops no other source.

    ``folder`` is the admin's own folder of connectors."""
    connector = find_connector(spec.connector, folder)
    opened_api: list[object] = []
    error = attempt(spec.name, connector, lambda: opened_api.append(accounts.open(spec, connector)))
    if error is not None:
        return SourceResult(spec.name, error=error)
    (api,) = opened_api
    try:
        return pull_source(db, spec, connector, api, now_at, stop=stop, on_progress=watch)
    finally:
        close(api)


def count(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> int:
    """Derives facts of what changed and folds the days that changed; how many days that were."""
    derive(db, reporting, now_at)
    return recount(db, reporting, now_at).days


def look_ahead(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> None:
    """Keeps what is forecast and planned today, once a day and before its reports; to be called when all is counted."""
    from core.numbers.analyses.forecast.frozen import freeze  # noqa: PLC0415  (needed once a day)
    from core.numbers.requirements import keep_requirements  # noqa: PLC0415

    kept, planned = freeze(db, reporting, now_at), keep_requirements(db, reporting, now_at)
    if kept or planned:
        count(db, reporting, now_at)
        log.event("forecast", rows=kept, half_hours=planned)


def send_now(
    loaded: Loaded, now_at: int, name: str | None, day: str | None, to: Sequence[str], *, resume: bool
) -> CycleResult:
    """Sends one report now, to its own destinations or to those named."""
    config = loaded.config
    specs = report_specs(loaded)
    spec = specs.get(name) if name else next(iter(specs.values()))
    if spec is None:
        raise exits.unknown("report", str(name), specs)
    wanted = to or next((rule.to for rule in config.reports if rule.name == spec.name), ())
    destinations = [destination for destination in config.destinations if destination.name in wanted]
    known = [destination.name for destination in config.destinations]
    if missing := sorted(set(wanted) - set(known)):
        raise exits.unknown("destination", missing[0], known)
    day_on = last_day(loaded, spec, day, now_at)
    with opened(loaded) as db:
        if not was_read(db):
            raise exits.TooIncomplete("no source was ever read, so there is nothing to send. First: sync.py run")
        receipts = send_reports(db, loaded, [Due(spec, day_on, (*destinations, archive()))], now_at, resume=resume)
    return CycleResult(receipts=tuple(receipts))


@dataclass(frozen=True)
class History:
    """What a backfill will read of each source, newest first."""

    plans: tuple[Plan, ...]

    @property
    def left(self) -> str:
        """How much is still to be read, in one line."""
        windows = sum(len(plan.spans) for plan in self.plans)
        if not windows:
            return "nothing is left to read in these days"
        behind = max(span.to_at for plan in self.plans for span in plan.spans)
        return f"left: {windows} windows, from {iso(behind)} back; the same command goes on from there"

    def lines(self) -> Iterator[str]:
        """The plan in plain words."""
        for plan in self.plans:
            if not plan.spans:
                yield f"{plan.source}: nothing left to read in these days"
                continue
            begin, end = min(span.from_at for span in plan.spans), max(span.to_at for span in plan.spans)
            windows = "1 window" if len(plan.spans) == 1 else f"{len(plan.spans)} windows"
            yield f"{plan.source}: {windows} from {iso(end)} back to {iso(begin)}"
            if plan.requests is None:
                yield "    how many requests nobody can tell yet: this source was hardly read before"
            elif plan.requests:
                minutes = f", about {plan.minutes:.0f} min under its limit" if plan.minutes is not None else ""
                yield f"    about {plan.requests:,} requests{minutes}"


def plan_history(loaded: Loaded, from_on: str, to_on: str | None, only: str | None, now_at: int) -> History:
    """What is still to be read of these days; windows of an earlier plan that are done are left out."""
    begin, end = day_span(loaded, from_on, to_on, now_at)
    folder = connector_folder(loaded.path)
    accounts = Accounts()
    plans = []
    with opened(loaded) as db:
        for spec in source_specs(loaded, only):
            connector = find_connector(spec.connector, folder)
            counts, _ = vendor_counts(spec, connector, accounts, Window(since=begin, until=end))
            plans.append(plan_backfill(db, spec, connector, begin, end, objects=contacts_counted(counts)))
    return History(tuple(plans))


def run_history(loaded: Loaded, history: History, clock: Clock, *, watch: Watch = unwatched) -> CycleResult:
    """Reads the planned windows and counts; stopped half-way, the next plan goes on from there."""
    results = []
    specs = {spec.name: spec for spec in source_specs(loaded)}
    accounts, folder = Accounts(), connector_folder(loaded.path)
    with opened(loaded) as db, recorded(db, clock) as run:
        for plan in history.plans:
            spec = specs[plan.source]
            connector = find_connector(spec.connector, folder)
            api = accounts.open(spec, connector)
            try:
                results.append(run_backfill(db, spec, connector, api, plan, clock(), on_progress=watch))
            finally:
                close(api)
        folded = count(db, reporting_of(loaded.config, clock()), clock())
        result = CycleResult(tuple(results), folded_days=folded)
        run.exit_code = result.exit_code
        return result


def rebuild_all(loaded: Loaded, now_at: int, *, from_raw: bool) -> Iterator[str]:
    """Derives everything again from the base rows; with ``from_raw`` those are first made again from kept rows."""
    with opened(loaded) as db:
        if from_raw:
            for spec in source_specs(loaded):
                connector = find_connector(spec.connector, connector_folder(loaded.path))
                made = rebuild_from_raw(db, spec, connector, now_at)
                yield f"{spec.name}: {made} kept rows normalised again"
        reporting = reporting_of(loaded.config, now_at)
        derive_all(db, reporting, now_at)
        yield f"facts derived again; {recount(db, reporting, now_at).days:,} days counted again"


def day_span(loaded: Loaded, from_on: str, to_on: str | None, now_at: int) -> tuple[int, int]:
    """The moments at which a stretch of local days begins and ends; the end is now if no last day is given."""
    zone = loaded.config.zone
    begins = int(datetime.combine(date.fromisoformat(checked_day(from_on)), time(), zone).timestamp())
    if to_on is None:
        return begins, now_at
    after = date.fromisoformat(checked_day(to_on)) + timedelta(days=1)
    ends = int(datetime.combine(after, time(), zone).timestamp())
    if ends <= begins:
        raise ConfigError(f"--to {to_on} lies before --from {from_on}.")
    return begins, ends
