"""What a run shares a machine with: a second copy, a reader, a full disk, a broken file, an impatient operator."""

import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from core.store.db import InstanceLock
from tests.e2e.desk import Desk, Rows, assert_same, assert_true, dump

LEAVES_S = 10


def waited(until: Callable[[], bool], seconds: float = 45.0) -> bool:
    """Whether something came true in time."""
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_asked_to_leave_during_a_stalled_answer_it_leaves_and_goes_on_later(desk: Desk, whole: Rows) -> None:
    """Trust 57: systemd kills what has not left in time, and a deployment waits for it."""
    desk.zendesk.fail("silent", path="/incremental/ticket_events", seconds=120)
    with desk.started("daemon", "-q") as daemon:
        try:
            assert waited(lambda: bool(desk.zendesk.requests("/incremental/ticket_events")))
            asked_at = time.monotonic()
            daemon.send_signal(signal.SIGTERM)
            out, err = daemon.communicate(timeout=30)
        finally:
            daemon.kill()
    assert time.monotonic() - asked_at < LEAVES_S
    assert (daemon.returncode, "Traceback" in out + err) == (0, False)
    assert desk.ask("select count(*) from tickets")[0][0] > 0
    desk.zendesk.heal()
    assert desk.run().exit_code == 0
    assert_same(dump(desk), whole)


def test_a_second_copy_leaves_with_a_message(reporting_desk: Desk) -> None:
    """Trust 58: a cron job beside the daemon must not send a second report."""
    with InstanceLock(reporting_desk.store):
        done = reporting_desk.sync("run", "-q")
    assert done.code == 7
    assert "another instance runs" in done.err
    assert not reporting_desk.slack.messages
    assert reporting_desk.sync("run", "-q").code == 0
    assert reporting_desk.sync("run", "-q").code == 0
    assert len(reporting_desk.slack.roots()) == 1


def test_a_reader_that_holds_the_store_open_costs_nothing(desk: Desk, whole: Rows) -> None:
    """Trust 75: somebody always has Datasette or a notebook open."""
    with closing(sqlite3.connect(desk.store)) as reader:
        reader.execute("begin")
        assert reader.execute("select count(*) from tickets").fetchone() == (0,)
        assert desk.sync("run", "-q").code == 0
        assert reader.execute("select count(*) from tickets").fetchone() == (0,)
    assert_same(dump(desk), whole)


@pytest.mark.parametrize("room_kib", [700, 1_500, 3_000])
def test_a_full_disk_ends_the_run_and_the_next_one_completes_it(desk: Desk, whole: Rows, room_kib: int) -> None:
    """Trust 59: wherever the room ends, in rows or in numbers, nothing is half there."""
    done = desk.sync("run", "-q", room_kib=room_kib)
    assert done.code == 1
    assert "Traceback" not in done.out + done.err
    assert str(desk.store) in done.err
    assert desk.sync("run", "-q").code == 0
    assert_same(dump(desk), whole)


@pytest.mark.parametrize(("place", "said"), [(0, "no SQLite database"), (6_000, "damaged")])
def test_a_broken_store_is_said_with_what_to_do(desk: Desk, place: int, said: str) -> None:
    """Trust 60: whoever has no backup has only this file; the broken pages are never written over."""
    assert desk.sync("run", "-q").code == 0
    with closing(sqlite3.connect(desk.store)) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    broken = bytearray(desk.store.read_bytes())
    broken[place : place + 40_000] = b"\xa5" * 40_000
    desk.store.write_bytes(broken)
    done = desk.sync("run", "-q")
    assert done.code == 1
    assert said in done.err
    assert "Traceback" not in done.out + done.err
    assert desk.store.read_bytes()[place : place + 40_000] == broken[place : place + 40_000]


def test_a_copy_made_beside_it_restores_all(desk: Desk, whole: Rows) -> None:
    """A backup that nobody ever put back is none."""
    desk.run()
    target = desk.folder / "copy.db"
    assert desk.sync("backup", str(target)).code == 0
    for end in ("", "-wal", "-shm"):
        desk.store.with_name(f"{desk.store.name}{end}").unlink(missing_ok=True)
    target.rename(desk.store)
    assert_same(dump(desk), whole)
    assert desk.run().exit_code == 0
    assert_true(desk)
