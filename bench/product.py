"""Deskpulse's own path in a process of its own: what it did and what each stage cost, as one line of JSON."""

import argparse
import logging
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from core import log
from core.clock import Timing
from core.config.load import Loaded
from core.daemon.cycle import count, opened, pull_one, run_once
from core.daemon.place import load_place, reporting_of
from core.daemon.sources import source_specs
from core.numbers.derive import derive
from core.numbers.parts import FACTS, fold
from core.pull.account import Accounts
from core.pull.source import SourceResult

TICKS = 7


class Skipping:
    """A clock on which waits for the vendor's rate limit pass at once, and are added up."""

    def __init__(self, now_at: int) -> None:
        self.skipped_s = 0.0
        self.timing = Timing(now=lambda: now_at, monotonic=self._monotonic, sleep=self._skip)

    def _monotonic(self) -> float:
        return time.monotonic() + self.skipped_s

    def _skip(self, seconds: float) -> None:
        self.skipped_s += seconds


@dataclass
class Stages:
    """CPU and wall seconds of each stage, and the peak memory when it ended."""

    of: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures what is done inside."""
        cpu, wall = time.process_time(), time.monotonic()
        yield
        self.of[name] = {
            "cpu_s": time.process_time() - cpu,
            "wall_s": time.monotonic() - wall,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


def told(result: SourceResult) -> dict[str, Any]:
    """What a pull came to; a pull that failed is no measurement."""
    faults = [str(stream.error) for stream in result.streams if stream.status == "failed"]
    assert result.outcome == "ok", f"{result.outcome}: {result.error} {faults}"
    requests = {stream.stream: stream.requests for stream in result.streams}
    return {"rows": result.rows, "rejected": result.rejected, "requests": result.requests, "streams": requests}


def load(loaded: Loaded, now_at: int, *, counts: bool) -> dict[str, Any]:
    """Pulls the whole account; with ``counts`` derives and folds it too."""
    stages, skipping = Stages(), Skipping(now_at)
    with opened(loaded) as db:
        with stages.stage("pull"):
            found = told(pull_one(db, source_specs(loaded)[0], Accounts(skipping.timing), now_at))
        if counts:
            reporting = reporting_of(loaded.config, now_at)
            with stages.stage("derive"):
                derive(db, reporting, now_at)
            with stages.stage("fold"):
                fold(db, reporting, now_at)
    return {**found, "stages": stages.of, "paced_s": skipping.skipped_s}


def ticks(loaded: Loaded, now_at: int) -> dict[str, Any]:
    """Some rounds with nothing new in one process, as the daemon makes them; the first one warms up."""
    spent, skipping, found = [], Skipping(now_at), {}
    with opened(loaded) as db:
        reporting = reporting_of(loaded.config, now_at)
        for _ in range(TICKS + 1):
            began = time.process_time()
            found = told(pull_one(db, source_specs(loaded)[0], Accounts(skipping.timing), now_at))
            count(db, reporting, now_at)
            spent.append(time.process_time() - began)
    return {**found, "cpu_s": spent[1:]}


def once(loaded: Loaded, now_at: int) -> dict[str, Any]:
    """One round as the command line makes it."""
    return told(run_once(loaded, lambda: now_at).sources[0])


def fold_day(loaded: Loaded, now_at: int) -> dict[str, Any]:
    """Folds the day with the most new tickets again, several times."""
    spent = []
    with opened(loaded) as db:
        day_on, contacts = db.execute(
            "select created_on, count(*) from ticket_facts group by created_on order by 2 desc limit 1"
        ).fetchone()
        reporting = reporting_of(loaded.config, now_at)
        for _ in range(TICKS + 1):
            marks = [(fact, clock, day_on, now_at) for fact, clock in FACTS]
            db.executemany("insert into dirty_days (fact, clock, day_on, since) values (?, ?, ?, ?)", marks)
            began = time.monotonic()
            fold(db, reporting, now_at)
            spent.append(time.monotonic() - began)
    return {"contacts": contacts, "seconds": spent[1:]}


def report(loaded: Loaded, now_at: int) -> dict[str, Any]:
    """What the first round of a day does: pulls and counts what is new, builds and renders the report."""
    from core.daemon.place import report_specs  # noqa: PLC0415
    from core.daemon.reports import build, last_whole_day, render  # noqa: PLC0415

    stages, skipping = Stages(), Skipping(now_at)
    with opened(loaded) as db:
        with stages.stage("pull"):
            found = told(pull_one(db, source_specs(loaded)[0], Accounts(skipping.timing), now_at))
        reporting = reporting_of(loaded.config, now_at)
        with stages.stage("derive"):
            derive(db, reporting, now_at)
        with stages.stage("fold"):
            fold(db, reporting, now_at)
        spec = next(iter(report_specs(loaded).values()))
        with stages.stage("build"):
            built = build(db, loaded, spec, last_whole_day(loaded, now_at), now_at)
        with stages.stage("render"):
            render(built, spec)
        # The first time also imports what a report needs.
        with stages.stage("build_again"):
            build(db, loaded, spec, last_whole_day(loaded, now_at), now_at)
        tickets = db.execute("select count(*) from tickets").fetchone()[0]
    return {**found, "tickets": tickets, "stages": stages.of}


WORK: dict[str, Callable[[Loaded, int], dict[str, Any]]] = {
    "pull": lambda loaded, now_at: load(loaded, now_at, counts=False),
    "path": lambda loaded, now_at: load(loaded, now_at, counts=True),
    "ticks": ticks,
    "once": once,
    "fold_day": fold_day,
    "report": report,
}


def main() -> None:
    """Does one piece of work over a config file, at a moment."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("work", choices=WORK)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--now", type=int, required=True)
    asked = parser.parse_args()
    log.setup("console", logging.INFO)
    print(msgspec.json.encode(WORK[asked.work](load_place(asked.config), asked.now)).decode())


if __name__ == "__main__":
    main()
