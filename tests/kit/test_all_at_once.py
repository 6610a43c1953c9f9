"""Every connector that has an imitation in one config and one store: with answers spoilt at random, and killed."""

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.clock import Timing
from core.config.sample import toml
from core.daemon import cycle
from core.daemon.cycle import CycleResult, run_once
from core.daemon.place import load_place
from core.pull.account import Accounts
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.imitation import Vendor
from core.sandbox.suite.compare import expect_same
from core.sandbox.suite.find import find_imitation, our_imitations
from core.sandbox.suite.trial import HISTORY, KEY, TABLES, Hasty, Rows, rows_of
from core.sandbox.web import Reply, Request, Sandbox
from core.store.db import open_store, set_setting
from tests.tree import ROOT

pytestmark = pytest.mark.slow

SHARE = 0.025
FAULTS: tuple[dict[str, object], ...] = (
    {"kind": "status", "status": 429, "retry_after": "1"},
    {"kind": "status", "status": 503},
    {"kind": "cut"},
    {"kind": "reset"},
)
MOST_RUNS = 6
# How many answers a process gets before it dies.
KILLED_AFTER = (25, 80, 150)
# The command itself, but for the moment that each source is read at (the imitations' clocks stand at different ones)
# and for waits, which take no time.
COMMAND = """
import functools, json, sys, core.clock
from core.daemon import cycle
from core.sandbox.suite.trial import Hasty
clock = Hasty()
timing = core.clock.Timing(monotonic=clock.monotonic, sleep=clock.sleep)
cycle.Accounts = functools.partial(cycle.Accounts, timing)
moments = json.loads(sys.argv.pop(1))
core.clock.now = lambda: max(moments.values())
pull_one = cycle.pull_one
cycle.pull_one = lambda db, spec, accounts, at, **how: pull_one(db, spec, accounts, moments[spec.name], **how)
import sync
sync.main()
"""


class Place:
    """A folder with a config of all vendors and a store."""

    def __init__(self, folder: Path, vendors: Mapping[str, Vendor]) -> None:
        folder.mkdir()
        self.vendors = vendors
        self.config, self.store = folder / "config.toml", folder / "deskpulse.db"
        self.moments = {name: vendor.now_at for name, vendor in vendors.items()}
        blocks = [_block(name, vendor) for name, vendor in vendors.items()]
        self.config.write_text("\n".join(['[reporting]\ntime_zone = "Europe/Berlin"', *blocks]), encoding="utf-8")
        self.config.chmod(0o600)
        with closing(open_store(self.store)) as db:
            set_setting(db, "hash_key", KEY)

    def run(self) -> CycleResult:
        """One run of all sources."""
        return run_once(load_place(self.config), lambda: max(self.moments.values()))

    def rows(self) -> Rows:
        """What does not depend on when we looked."""
        watched = {table for name in self.vendors if (one := find_imitation(name)) for table in one.watched}
        with closing(sqlite3.connect(self.store)) as db:
            return {table: rows_of(db, table) for table in TABLES if table not in watched}


def _block(name: str, vendor: Vendor) -> str:
    given = {"requests_per_minute": 1_000_000, "rate_share": 1.0, **vendor.settings()}
    start_on = given.pop("start", None) or (datetime.fromtimestamp(vendor.now_at, UTC) - HISTORY).date()
    lines = [f"{key} = {toml(value)}" for key, value in given.items()]
    return "\n".join(["[[sources]]", f'name = "{name}"', f'connector = "{name}"', f"start = {start_on}", *lines])


@pytest.fixture(scope="module")
def vendors() -> Iterator[Mapping[str, Vendor]]:
    """Every imitation, started."""
    with ExitStack() as stack:
        found = {name: find_imitation(name) for name in our_imitations()}
        yield {name: stack.enter_context(one.start(40)) for name, one in found.items() if one is not None}


@pytest.fixture(scope="module", autouse=True)
def hasty(vendors: Mapping[str, Vendor]) -> Iterator[None]:
    """Waiting costs no time, and each source is read at its vendor's moment."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        _hasten(monkeypatch, vendors)
        yield


def _hasten(monkeypatch: pytest.MonkeyPatch, vendors: Mapping[str, Vendor]) -> None:
    clock = Hasty()
    timing = Timing(monotonic=clock.monotonic, sleep=clock.sleep)
    monkeypatch.setattr(cycle, "Accounts", partial(Accounts, timing))

    def pull_one(db: sqlite3.Connection, spec: SourceSpec, accounts: Accounts, _: int, **how: Any) -> SourceResult:
        return honest(db, spec, accounts, vendors[spec.name].now_at, **how)

    honest = cycle.pull_one
    monkeypatch.setattr(cycle, "pull_one", pull_one)


@pytest.fixture(scope="module")
def whole(vendors: Mapping[str, Vendor], tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The store after one undisturbed run of all of them."""
    place = Place(tmp_path_factory.mktemp("all") / "whole", vendors)
    result = place.run()
    assert {one.source: one.outcome for one in result.sources} == dict.fromkeys(vendors, "ok")
    return place.rows()


def test_one_answer_in_ten_may_be_spoilt(tmp_path: Path, vendors: Mapping[str, Vendor], whole: Rows) -> None:
    """A bad day of the network costs time; no row is lost, and no source takes another down."""
    place = Place(tmp_path / "faulty", vendors)
    servers = [vendor for vendor in vendors.values() if isinstance(vendor, Sandbox)]
    faults = [server.fail(share=SHARE, **how) for server in servers for how in FAULTS]  # type: ignore[arg-type]
    try:
        result = place.run()
        for _ in range(MOST_RUNS):
            if all(one.outcome == "ok" for one in result.sources):
                break
            result = place.run()
    finally:
        for server in servers:
            server.heal()
    assert {one.source: one.outcome for one in result.sources} == dict.fromkeys(vendors, "ok")
    assert sum(fault.struck for fault in faults) > 20
    expect_same(place.rows(), whole, "with one answer in ten spoilt")


def test_a_process_that_is_killed_again_and_again_comes_to_the_same(
    tmp_path: Path, vendors: Mapping[str, Vendor], whole: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power cut of a Friday evening, and the one of Saturday."""
    place = Place(tmp_path / "killed", vendors)
    command = [sys.executable, "-c", COMMAND, json.dumps(place.moments), "run", "-q", "--config", str(place.config)]
    answers = Answers(vendors, monkeypatch)
    for count in KILLED_AFTER:
        enough = answers.after(count)
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert enough.wait(60)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    expect_same(place.rows(), whole, "killed again and again")


class Answers:
    """Counts what all vendors answer, together."""

    def __init__(self, vendors: Mapping[str, Vendor], monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 0
        self.lock = threading.Lock()
        self.enough = threading.Event()
        for vendor in vendors.values():
            if isinstance(vendor, Sandbox):
                monkeypatch.setattr(vendor, "handle", self.counted(vendor.handle))

    def after(self, count: int) -> threading.Event:
        """Set once so many more answers are due."""
        with self.lock:
            self.left, self.enough = count, threading.Event()
        return self.enough

    def counted(self, handle: Callable[[Request], Reply]) -> Callable[[Request], Reply]:
        """The vendor's own way to answer, counted."""

        def answer(request: Request) -> Reply:
            with self.lock:
                self.left -= 1
                if self.left == 0:
                    self.enough.set()
            return handle(request)

        return answer
