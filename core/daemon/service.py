"""The running service: every source at its interval, every report at its time, one thing at a time.

APScheduler says when; one worker thread does the work, so the store has one writer and no job overlaps itself or
another. A machine that slept makes up for each missed job once. What is due is worked out from the store and the
wall clock, never from what the scheduler remembers.
"""

import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from apscheduler.executors.pool import BasePoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from core import log
from core.clock import Clock, Timing, now
from core.config.load import Loaded
from core.daemon import exits
from core.daemon.cycle import count, opened, pull_one, recorded
from core.daemon.notify import notify
from core.daemon.place import connector_folder, load_place, reporting_of
from core.daemon.reports import due_reports, send_reports
from core.daemon.sources import source_specs
from core.errors import ConfigError, DeskpulseError
from core.pull.account import Accounts
from core.pull.source import SourceSpec

TICK_S = 20
LEAVE_S = 8


@dataclass
class Service:
    """A service that is up: the config in effect, the store, and whether it was asked to stop."""

    loaded: Loaded
    db: sqlite3.Connection
    clock: Clock = now
    stopping: threading.Event = field(default_factory=threading.Event)
    failing: set[str] = field(default_factory=set)
    accounts: Accounts = field(init=False)

    def __post_init__(self) -> None:
        self.renew_accounts()

    def renew_accounts(self) -> None:
        """Rate budgets live as long as a config: what was used up in the last minute is remembered between pulls."""
        self.accounts = Accounts(Timing(sleep=self.stopping.wait, stop=self.stopping.is_set))

    def pull(self, spec: SourceSpec) -> None:
        """One pull of one source and the numbers that follow; its going away is said once, and its return."""
        with recorded(self.db, self.clock) as run:
            folder = connector_folder(self.loaded.path)
            result = pull_one(self.db, spec, self.accounts, self.clock(), folder=folder, stop=self.stopping.is_set)
            folded = count(self.db, reporting_of(self.loaded.config, self.clock()), self.clock())
            run.summary = {spec.name: result.outcome}
            run.exit_code = exits.DONE if result.outcome in ("ok", "stopped") else exits.SOME_FAILED
        if result.outcome not in ("ok", "stopped") and spec.name not in self.failing:
            self.failing.add(spec.name)
            errors = [result.error, *(stream.error for stream in result.streams)]
            why = next((error.message for error in errors if error), "")
            log.event("unavailable", source=spec.name, outcome=result.outcome, why=why)
        elif result.outcome == "ok" and spec.name in self.failing:
            self.failing.discard(spec.name)
            log.event("back", source=spec.name)
        log.event("pulled", source=spec.name, rows=result.rows, rejected=result.rejected, days=folded)

    def send_due(self) -> None:
        """Builds and sends the reports whose time has come; quick where there is none."""
        now_at = self.clock()
        due = due_reports(self.db, self.loaded, now_at)
        if due:
            count(self.db, reporting_of(self.loaded.config, now_at), now_at)
            send_reports(self.db, self.loaded, due, now_at)


def schedule(service: Service, worker: BasePoolExecutor) -> BackgroundScheduler:
    """The jobs of the config in effect: one a source, one for reports; coalesced, never two of a kind at once."""
    config = service.loaded.config
    scheduler = BackgroundScheduler(
        executors={"default": worker},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=config.zone,
    )
    every = {source.name: source.every for source in config.sources}
    for spec in source_specs(service.loaded):
        scheduler.add_job(
            contained(lambda spec=spec: service.pull(spec), service.stopping),  # type: ignore[misc]
            IntervalTrigger(seconds=every[spec.name], timezone=config.zone),
            id=f"pull {spec.name}",
            next_run_time=_at_once(service),
        )
    scheduler.add_job(
        contained(service.send_due, service.stopping),
        IntervalTrigger(seconds=TICK_S, timezone=config.zone),
        id="reports",
    )
    return scheduler


def _at_once(service: Service) -> object:
    from datetime import datetime  # noqa: PLC0415

    return datetime.fromtimestamp(service.clock(), service.loaded.config.zone)


def contained(work: Callable[[], None], stopping: threading.Event) -> Callable[[], None]:
    """The edge of a scheduled job: whatever goes wrong is logged, and the next job runs."""

    def job() -> None:
        if stopping.is_set():
            return
        try:
            work()
        except DeskpulseError as problem:
            log.event("job_failed", why=problem.message)
        except Exception as problem:  # noqa: BLE001  (the edge: one bad job must not end the service)
            log.event("job_failed", why=type(problem).__name__, error=problem)

    return job


class OneWorker(BasePoolExecutor):  # type: ignore[misc]
    """A single thread for all jobs: the store has one writer."""

    def __init__(self) -> None:
        super().__init__(ThreadPoolExecutor(max_workers=1, thread_name_prefix="work"))


def serve(config: Path, clock: Clock = now) -> int:
    """Runs until SIGTERM or SIGINT; SIGHUP takes in a changed config if it holds. The exit code."""
    loaded = load_place(config)
    stopping, reloading = threading.Event(), threading.Event()

    def stop(_signum: int, _frame: FrameType | None) -> None:
        stopping.set()

    def reload(_signum: int, _frame: FrameType | None) -> None:
        reloading.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGHUP, reload)
    with opened(loaded) as db:
        service = Service(loaded, db, clock, stopping)
        while not stopping.is_set():
            worker = OneWorker()
            scheduler = schedule(service, worker)
            scheduler.start()
            notify("READY=1")
            log.event("up", sources=len(service.loaded.config.sources), reports=len(service.loaded.config.reports))
            _watch(stopping, reloading)
            notify("STOPPING=1" if stopping.is_set() else "RELOADING=1")
            scheduler.shutdown(wait=False)
            _leave(worker)
            if reloading.is_set() and not stopping.is_set():
                reloading.clear()
                _take_in(service, config)
        log.event("down")
    return exits.DONE


def _watch(stopping: threading.Event, reloading: threading.Event) -> None:
    while not stopping.wait(1.0):
        notify("WATCHDOG=1")
        if reloading.is_set():
            return


def _leave(worker: OneWorker) -> None:
    """Waits for the page under way; its transaction is rolled back by SQLite if it takes longer than is left."""
    thread = threading.Thread(target=worker._pool.shutdown, kwargs={"cancel_futures": True}, daemon=True)  # noqa: SLF001
    thread.start()
    thread.join(LEAVE_S)
    if thread.is_alive():
        log.event("left_early", after_s=LEAVE_S)
        notify("STOPPING=1")
        os._exit(exits.DONE)


def _take_in(service: Service, config: Path) -> None:
    try:
        fresh = load_place(config)
    except ConfigError as problem:
        log.event("config_refused", why=problem.message)
        return
    if fresh.store_path != service.loaded.store_path:
        log.event("config_refused", why="store.path changed; stop the daemon and start it again")
        return
    service.loaded = fresh
    service.renew_accounts()
    log.event("config_taken_in")
