"""kill -9 at any moment: the store stays sound, the next run goes on, nothing is lost and nothing doubled."""

import random
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from core.store.db import integrity, open_store

ROOT = Path(__file__).parents[2]
ROWS = 3_000
PAGE = 50

# Reads numbered rows from where it stands; dies by its own hand in the middle of the statement it was told.
PROGRAM = f"""
import os, signal, sys
from zoneinfo import ZoneInfo
import msgspec
from connectors import Connector, Message, Page, Settings, Stream, Ticket
from core.pull.loop import pull_source
from core.pull.source import SourceSpec
from core.store.db import open_store

AT = 1_789_000_000

class Row(msgspec.Struct):
    id: int

def fetch(_, window):
    start = int(window.resume_at.removeprefix("c")) if window.resume_at else 0
    for first in range(start, {ROWS}, {PAGE}):
        rows = [msgspec.Raw(b'{{"id":%d}}' % n) for n in range(first, first + {PAGE})]
        yield Page(rows, resume_at=f"c{{first + {PAGE}}}")

def normalise(row, ctx):
    yield Ticket(id=str(row.id), created_at=AT + row.id, version=1)
    yield Message(ticket_id=str(row.id), happened_at=AT, id="m", is_public=True)

class Nothing(Settings):
    pass

db = open_store(sys.argv[1])
left = int(sys.argv[2])

def count(_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return 0

if left:
    db.set_trace_callback(count)
spec = SourceSpec("k", "k", Nothing(), "k", 0, ZoneInfo("UTC"))
stream = Stream("rows", fetch, Row, normalise)
pull_source(db, spec, Connector("k", Nothing, (stream,)), spec.settings, AT + 86_400)
"""


def run(store: Path, statements: int) -> int:
    command = [sys.executable, "-c", PROGRAM, str(store), str(statements)]
    return subprocess.run(command, check=False, cwd=ROOT, stderr=subprocess.PIPE).returncode


def test_killed_ten_times_at_random_it_ends_with_every_row_once(tmp_path: Path) -> None:
    """Power cuts and impatient admins happen in the middle of things."""
    store, dice = tmp_path / "deskpulse.db", random.Random(11)
    open_store(store).close()
    killed = 0
    for _ in range(10):
        killed += run(store, dice.randrange(20, 1_500)) == -9
        with closing(open_store(store)) as db:
            assert integrity(db) == []
            at = db.execute("select resume_at, rows from stream_state").fetchone()
            have = db.execute("select count(*) from tickets").fetchone()[0]
            assert have == (int(at[0].removeprefix("c")) if at else 0)
            assert db.execute("select count(*) from messages").fetchone()[0] == have
    assert killed >= 5
    assert run(store, 0) == 0
    with closing(open_store(store)) as db:
        assert [row[0] for row in db.execute("select created_at - 1789000000 from tickets order by 1")] == list(
            range(ROWS)
        )
        assert db.execute("select rows from stream_state").fetchone()[0] == ROWS
        assert db.execute("select count(*) from dirty_keys where kind = 'ticket'").fetchone()[0] == ROWS
        assert db.execute("select count(*) from raw_records").fetchone()[0] == ROWS
