"""The service: no job twice at once, one word for a source that went away, and a config that may change (trust 73)."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
import pytest

from core.config.load import Loaded
from core.daemon import reports
from core.daemon.notify import notify
from core.daemon.place import load_place
from core.daemon.service import REPORT_WAITS_S, REPORTS, OneWorker, Service, contained, schedule
from core.daemon.sources import source_specs
from core.deliver.targets import Rendered
from core.errors import Unavailable
from core.sandbox.slack import SlackSandbox
from core.store.db import open_store
from tests.daemon.place import epoch, place, say
from tests.deliver.desk import MESSAGE

START = epoch("2026-03-10T06:00:00+01:00")


class Hand:
    """A clock that is moved by hand."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def clock() -> Hand:
    return Hand(START)


@pytest.fixture
def service(tmp_path: Path, slack: SlackSandbox, db: sqlite3.Connection, clock: Hand) -> Service:
    return Service(place(tmp_path, slack), db, clock)


@pytest.fixture(autouse=True)
def plain_report(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = Rendered(MESSAGE, "<p>76.5 %</p>", "76.5 %", "daily")
    monkeypatch.setattr(reports, "build", lambda *_: None)
    monkeypatch.setattr(reports, "render", lambda *_: rendered)
    monkeypatch.setattr(reports, "publish_report", lambda *_: None)
    monkeypatch.setattr(reports, "told_by", lambda _: {})


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is logged, in order."""
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr("core.log.event", lambda name, /, **fields: seen.append({"event": name, **fields}))
    return seen


class Pool:
    """A pool whose jobs begin and end by hand."""

    def __init__(self) -> None:
        self.taken: list[Future[Any]] = []

    def submit(self, function: Any, job: Any, *_: Any) -> Future[Any]:
        self.taken.append(Future())
        self.taken[-1].job = job  # type: ignore[attr-defined]
        return self.taken[-1]

    def shutdown(self, *_: Any, **__: Any) -> None:
        """There is no thread to end."""


class Turns:
    """The scheduler under a clock that is moved by hand: which jobs begin at which moment."""

    def __init__(self, service: Service, clock: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
        class Moment(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return datetime.fromtimestamp(clock.at, tz)

        monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Moment)
        monkeypatch.setattr("apscheduler.triggers.interval.datetime", Moment)
        self.clock = clock
        self.pool = Pool()
        worker = OneWorker()
        worker._pool.shutdown()
        worker._pool = self.pool
        self.scheduler = schedule(service, worker)
        self.scheduler.start(paused=True)
        self.scheduler.state = apscheduler.schedulers.base.STATE_RUNNING

    def pass_time(self, seconds: int, step: int = 10) -> list[str]:
        """The jobs that begin in these seconds."""
        before = len(self.pool.taken)
        for _ in range(0, seconds, step):
            self.clock.at += step
            self.scheduler._process_jobs()
        return [future.job.id for future in self.pool.taken[before:]]  # type: ignore[attr-defined]

    def end(self, name: str) -> None:
        """The job of this name is done."""
        for future in self.pool.taken:
            if future.job.id == name and not future.done():  # type: ignore[attr-defined]
                future.set_result([])


@pytest.fixture
def turns(service: Service, clock: Hand, monkeypatch: pytest.MonkeyPatch) -> Iterator[Turns]:
    made = Turns(service, clock, monkeypatch)
    yield made
    made.scheduler.shutdown(wait=False)


def test_a_pull_longer_than_its_interval_is_not_begun_twice(
    turns: Turns, service: Service, events: list[dict[str, Any]]
) -> None:
    """Two pulls of one source at once would ask twice and write over each other."""
    assert turns.pass_time(3600).count("desk") == 1
    assert [event for event in events if event["event"] == "still_running"] == [
        {"event": "still_running", "source": "desk", "every_s": 600}
    ]
    turns.end("desk")
    assert turns.pass_time(600).count("desk") == 1


def test_missed_turns_are_made_up_for_once(turns: Turns) -> None:
    """After a night asleep sixty pulls in a row would use up the vendor's patience."""
    turns.pass_time(60)
    turns.end("desk")
    turns.end(REPORTS)
    turns.clock.at += int(timedelta(hours=6).total_seconds())
    assert sorted(turns.pass_time(10)) == ["desk", REPORTS]


def test_every_source_is_asked_at_once_and_then_at_its_interval(turns: Turns) -> None:
    """Who starts the service wants to see numbers, not to wait for the first interval."""
    begun = []
    for _ in range(6):
        begun.append(turns.pass_time(300).count("desk"))
        turns.end("desk")
        turns.end(REPORTS)
    assert begun == [1, 1, 0, 1, 0, 1]


def test_a_source_that_goes_away_is_said_once_and_once_when_it_is_back(
    service: Service, tmp_path: Path, clock: Hand, events: list[dict[str, Any]]
) -> None:
    """A log that repeats itself every ten minutes hides the next trouble."""
    (spec,) = source_specs(service.loaded)
    for said in ("2026-03-01T10:00:00Z", "down", "down", "down", "2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"):
        say(tmp_path, said)
        clock.at += 600
        service.pull(spec)
    assert [(event["event"], event.get("why")) for event in events if event["event"] in ("unavailable", "back")].count(
        ("unavailable", "desk: nobody answers.")
    ) == 1
    assert [event["event"] for event in events if event.get("source") == "desk" and event["event"] == "back"] == [
        "back"
    ]


def test_a_connector_that_breaks_stops_nothing_else(
    service: Service, tmp_path: Path, events: list[dict[str, Any]]
) -> None:
    """Somebody's own connector may raise what it likes."""
    (spec,) = source_specs(service.loaded)
    say(tmp_path, "broken")
    service.pull(spec)
    (said,) = [event for event in events if event["event"] == "unavailable"]
    assert "the connector 'desk' failed (RuntimeError)" in said["why"]
    run = service.db.execute("select exit_code, summary from runs").fetchone()
    assert tuple(run) == (3, '{"desk":"failed"}')


def test_a_job_that_fails_is_logged_and_the_next_one_runs(events: list[dict[str, Any]]) -> None:
    """One bad night must not end the service."""

    def bad() -> None:
        raise ZeroDivisionError

    def known() -> None:
        raise Unavailable("the disk is full")

    halt = threading.Event()
    contained(bad, halt)()
    contained(known, halt)()
    halt.set()
    contained(bad, halt)()
    assert [event["why"] for event in events] == ["ZeroDivisionError", "the disk is full"]


def test_after_a_sleep_the_data_comes_before_the_report(
    service: Service, clock: Hand, slack: SlackSandbox, tmp_path: Path
) -> None:
    """The report's turn may come first when the machine wakes; from three days ago it would tell nothing."""
    (spec,) = source_specs(service.loaded)
    service.pull(spec)
    clock.at += 3 * 86_400 + 3 * 3600
    say(tmp_path, "2026-03-13T05:00:00Z")
    service.send_due()
    (state,) = service.db.execute("select last_success_at, data_to_at from stream_state").fetchall()
    assert tuple(state) == (clock.at, epoch("2026-03-13T05:00:00Z"))
    assert len(slack.roots()) == 1
    service.send_due()
    assert len(slack.roots()) == 1


def test_after_a_sleep_nothing_is_forecast_until_all_were_asked(
    tmp_path: Path, slack: SlackSandbox, db: sqlite3.Connection, clock: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forecast is kept for good: made when only the first of two sources is back, it rests on half of the weekend."""
    path = place(tmp_path, slack).path
    text = path.read_text()
    begin = text.index("[[sources]]")
    end = text.index("\n[", begin + 1)
    path.write_text(text[:end] + "\n" + text[begin:end].replace('"desk"', '"desk-2"', 1) + text[end:])
    service = Service(load_place(path), db, clock)
    looked: list[int] = []
    monkeypatch.setattr("core.daemon.service.look_ahead", lambda *_: looked.append(clock.at))
    one, other = source_specs(service.loaded)
    service.pull(one)
    assert looked == []
    service.pull(other)
    assert looked == [START]
    clock.at += 3 * 86_400
    service.pull(other)
    assert looked == [START]
    service.pull(one)
    assert looked == [START, clock.at]


def test_a_report_waits_for_no_long_pull(service: Service, clock: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first pull of a large account takes hours; the morning's report is due in the middle of it."""
    (spec,) = source_specs(service.loaded)
    service.pull(spec)
    asked: list[bool] = []

    def long_pull(db: sqlite3.Connection, spec: Any, *_: Any, stop: Any, **__: Any) -> Any:
        clock.at = epoch("2026-03-10T07:30:00+01:00")
        asked.append(stop())
        clock.at = epoch("2026-03-10T08:00:00+01:00")
        asked.append(stop())
        from core.pull.source import SourceResult

        return SourceResult(spec.name)

    clock.at = epoch("2026-03-10T07:00:00+01:00")
    monkeypatch.setattr("core.daemon.service.pull_one", long_pull)
    service.pull(spec)
    assert asked == [False, True]
    clock.at += 60
    monkeypatch.setattr("core.daemon.service.REPORT_WAITS_S", 2 * REPORT_WAITS_S + 3600 * 24)
    asked.clear()
    service.pull(spec)
    assert asked == [False, False]


def test_the_store_is_used_from_the_worker_s_thread(tmp_path: Path, slack: SlackSandbox, clock: Hand) -> None:
    """SQLite refuses a connection in another thread than its own, unless it was told."""
    loaded: Loaded = place(tmp_path, slack)
    failed: list[BaseException] = []
    with closing(open_store(loaded.store_path, any_thread=True)) as db:
        service = Service(loaded, db, clock)

        def work() -> None:
            try:
                service.pull(source_specs(loaded)[0])
            except sqlite3.Error as problem:
                failed.append(problem)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert not failed
        assert db.execute("select count(*) from tickets").fetchone()[0] == 1


def test_the_service_manager_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With Type=notify systemd waits for READY and kills a service whose watchdog is silent."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(2)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        notify("READY=1")
        assert manager.recv(100) == b"READY=1"
    notify("WATCHDOG=1")
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("STOPPING=1")
