"""The running service: every source at its interval, every report at its time, one thing at a time.

APScheduler says when; one worker thread does the work, so the store has one writer and no job overlaps itself or
another. A machine that slept makes up for each missed job once. What is due is worked out from the store and the
wall clock, never from what the scheduler remembers.
"""

import logging
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.executors.pool import BasePoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from core import log
from core.clock import Clock, Timing, day_bounds, day_of, now
from core.config.load import Loaded
from core.daemon import exits
from core.daemon.compare import compare_when_due
from core.daemon.cycle import count, look_ahead, opened, pull_one, recorded
from core.daemon.notify import notify
from core.daemon.place import connector_folder, load_place, reporting_of
from core.daemon.reports import due_reports, send_reports
from core.daemon.sources import source_specs
from core.errors import ConfigError, DeskpulseError
from core.pull.account import Accounts
from core.pull.source import SourceResult, SourceSpec

TICK_S = 20
REPORTS = "reports due"
LEAVE_S = 8
# A report that is due waits this long for a pull under way; a first pull may take hours.
REPORT_WAITS_S = 900


@dataclass
class Service:
    """A service that is up: the config in effect, the store, and whether it is to let go of what it does.

    ``failing``: the sources whose going away was said; ``tried_at``: when each was last asked."""

    loaded: Loaded
    db: sqlite3.Connection
    clock: Clock = now
    halt: threading.Event = field(default_factory=threading.Event)
    failing: set[str] = field(default_factory=set)
    still_running: set[str] = field(default_factory=set)
    tried_at: dict[str, int] = field(default_factory=dict)
    accounts: Accounts = field(init=False)

    def __post_init__(self) -> None:
        self.take_in(self.loaded)

    def take_in(self, loaded: Loaded) -> None:
        """From now on this config holds; rate budgets live as long as it does."""
        self.loaded = loaded
        self.accounts = Accounts(self.timing)

    @property
    def timing(self) -> Timing:
        """Waits that end at once when the service is to let go."""
        return Timing(now=self.clock, sleep=self.halt.wait, stop=self.halt.is_set)

    def pull(self, spec: SourceSpec) -> None:
        """One pull of one source and the numbers that follow; its going away is said once, and its return."""
        began = self.tried_at[spec.name] = self.clock()
        self.still_running.discard(spec.name)

        def stop() -> bool:
            waited = self.clock() - began >= REPORT_WAITS_S
            return self.halt.is_set() or (waited and bool(due_reports(self.db, self.loaded, self.clock())))

        with recorded(self.db, self.clock) as run:
            folder = connector_folder(self.loaded.path)
            result = pull_one(self.db, spec, self.accounts, began, folder=folder, stop=stop)
            reporting = reporting_of(self.loaded.config, self.clock())
            days = count(self.db, reporting, self.clock())
            if self._is_fresh():
                look_ahead(self.db, reporting, self.clock())
            run.summary = {spec.name: result.outcome}
            run.exit_code = exits.DONE if result.outcome in ("ok", "stopped") else exits.SOME_FAILED
            self._say(result)
            log.event("pulled", source=spec.name, rows=result.rows, rejected=result.rejected or None, days=days)

    def _is_fresh(self) -> bool:
        """Whether every source was asked today or within its interval; after a sleep the first one tells but a part."""
        now_at, zone = self.clock(), self.loaded.config.zone
        begins_at = day_bounds(day_of(now_at, zone), zone)[0]
        return all(
            self.tried_at.get(source.name, 0) >= min(begins_at, now_at - source.every)
            for source in self.loaded.config.sources
        )

    def _say(self, result: SourceResult) -> None:
        name = result.source
        if result.outcome not in ("ok", "stopped") and name not in self.failing:
            self.failing.add(name)
            errors = [result.error, *(stream.error for stream in result.streams)]
            why = next((error.message for error in errors if error), "")
            log.event("unavailable", level=logging.WARNING, source=name, outcome=result.outcome, why=why)
        elif result.outcome == "ok" and name in self.failing:
            self.failing.discard(name)
            log.event("back", source=name)

    def send_due(self) -> None:
        """Builds and sends the reports whose time has come, from data as fresh as its interval; else it is quick."""
        if not due_reports(self.db, self.loaded, self.clock()):
            return
        every = {source.name: source.every for source in self.loaded.config.sources}
        for spec in source_specs(self.loaded):
            # After the machine slept, the report's turn may come before that of the data.
            if self.clock() - self.tried_at.get(spec.name, 0) >= every[spec.name]:
                self.pull(spec)
        if self.halt.is_set():
            return
        now_at = self.clock()
        count(self.db, reporting_of(self.loaded.config, now_at), now_at)
        compare_when_due(self.db, self.loaded, self.accounts, now_at)
        send_reports(self.db, self.loaded, due_reports(self.db, self.loaded, now_at), now_at, timing=self.timing)


def schedule(service: Service, worker: BasePoolExecutor) -> BackgroundScheduler:
    """The jobs of the config in effect: one a source, one for reports; coalesced, never two of a kind at once."""
    config = service.loaded.config
    # It warns of each turn that a busy worker missed; that is said once below.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        executors={"default": worker},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=config.zone,
    )
    every = {source.name: source.every for source in config.sources}
    at_once = datetime.fromtimestamp(service.clock(), config.zone)
    for spec in source_specs(service.loaded):
        scheduler.add_job(
            contained(partial(service.pull, spec), service.halt),
            IntervalTrigger(seconds=every[spec.name], timezone=config.zone),
            id=spec.name,
            next_run_time=at_once,
        )
    scheduler.add_job(
        contained(service.send_due, service.halt),
        IntervalTrigger(seconds=TICK_S, timezone=config.zone),
        id=REPORTS,
    )

    def missed(event: JobSubmissionEvent) -> None:
        if event.job_id != REPORTS and event.job_id not in service.still_running:
            service.still_running.add(event.job_id)
            log.event("still_running", source=event.job_id, every_s=every[event.job_id])

    scheduler.add_listener(missed, EVENT_JOB_MAX_INSTANCES)
    return scheduler


def contained(work: Callable[[], None], halt: threading.Event) -> Callable[[], None]:
    """The edge of a scheduled job: whatever goes wrong is logged, and the next job runs."""

    def job() -> None:
        if halt.is_set():
            return
        try:
            work()
        except DeskpulseError as problem:
            log.event("job_failed", level=logging.ERROR, why=problem.message)
        except Exception as problem:  # noqa: BLE001  (the edge: one bad job must not end the service)
            log.event("job_failed", level=logging.ERROR, why=type(problem).__name__, error=problem)

    return job


class OneWorker(BasePoolExecutor):  # type: ignore[misc]
    """A single thread for all jobs: the store has one writer."""

    def __init__(self) -> None:
        super().__init__(ThreadPoolExecutor(max_workers=1, thread_name_prefix="work"))


@dataclass(frozen=True)
class Signals:
    """What the operating system asked for."""

    stopping: threading.Event = field(default_factory=threading.Event)
    reloading: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """From now on SIGTERM and SIGINT ask to stop, SIGHUP to take in a changed config."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        signal.signal(signal.SIGHUP, lambda *_: self.reloading.set())


def serve(config: Path, clock: Clock = now) -> int:
    """Runs until SIGTERM or SIGINT; SIGHUP takes in a changed config if it holds. The exit code."""
    loaded = load_place(config)
    source_specs(loaded)  # a service without a source is a mistake to be told at once
    signals = Signals()
    with opened(loaded, any_thread=True) as db:
        signals.listen()
        service = Service(loaded, db, clock)
        fresh: Loaded | None = loaded
        while fresh is not None:
            service.take_in(fresh)
            service.halt.clear()
            worker = OneWorker()
            scheduler = schedule(service, worker)
            scheduler.start()
            notify("READY=1")
            log.event("up", sources=len(fresh.config.sources), reports=len(fresh.config.reports))
            fresh = _next_config(signals, service, config)
            notify("STOPPING=1" if fresh is None else "RELOADING=1")
            service.halt.set()
            scheduler.shutdown(wait=False)
            _leave(worker, signals)
        log.event("down")
    return exits.DONE


def _next_config(signals: Signals, service: Service, config: Path) -> Loaded | None:
    """Waits for a changed config that holds, or to be stopped (None); a bad one is told, and the old one holds on."""
    while not signals.stopping.wait(1.0):
        notify("WATCHDOG=1")
        if not signals.reloading.is_set():
            continue
        signals.reloading.clear()
        try:
            fresh = load_place(config)
            source_specs(fresh)
        except ConfigError as problem:
            log.event("config_refused", level=logging.ERROR, why=problem.message)
            continue
        if fresh.store_path == service.loaded.store_path:
            log.event("config_taken_in")
            return fresh
        log.event("config_refused", level=logging.ERROR, why="store.path changed; stop the daemon and start it again")
    return None


def _leave(worker: OneWorker, signals: Signals) -> None:
    """Waits for the page under way; its transaction is rolled back by SQLite if it takes longer than is left."""
    thread = threading.Thread(target=worker._pool.shutdown, kwargs={"cancel_futures": True}, daemon=True)  # noqa: SLF001
    thread.start()
    while thread.is_alive() and not signals.stopping.is_set():
        notify("WATCHDOG=1")
        thread.join(1.0)
    thread.join(LEAVE_S)
    if thread.is_alive():
        log.event("left_early", level=logging.WARNING, after_s=LEAVE_S)
        os._exit(exits.DONE)
