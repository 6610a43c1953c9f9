"""A desk for whole runs: imitation vendors, a config, and the command over it at a moment that stands still."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from core.daemon.cycle import CycleResult, run_once
from core.daemon.place import load_place
from core.pull.source import StreamResult
from core.sandbox.asof import as_of
from core.sandbox.demo import write_config
from core.sandbox.queue_log import write_queue_log
from core.sandbox.slack import SlackSandbox
from core.sandbox.truth import Change, Comment, ScheduleSet
from core.sandbox.world import World
from core.sandbox.zendesk import ZendeskSandbox
from core.store.db import integrity
from core.store.tables import BASE, FACTS
from tests.tree import ROOT

Rows: TypeAlias = dict[str, list[tuple[Any, ...]]]
HELD_BACK_S = 60
# When a row was read, and when its facts were made, may differ between two ways to the same rows.
BOOKKEEPING = {"synced_at", "fetched_at", "computed_at"}
KEPT = ("schedule_hours", "holidays", "dirty_keys", "dirty_days")

# The command itself, but for the moment that it takes for now.
COMMAND = "import sys, core.clock\nat = int(sys.argv.pop(1))\ncore.clock.now = lambda: at\nimport sync\nsync.main()\n"


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """A folder with config and store, and the vendors that the config names."""

    folder: Path
    world: World
    zendesk: ZendeskSandbox
    slack: SlackSandbox
    worker: "subprocess.Popen[str]"
    now_at: int

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def store(self) -> Path:
        return self.folder / "deskpulse.db"

    def at(self, now_at: int) -> "Desk":
        """The same desk at another moment, the vendors' clocks too."""
        self.zendesk.now_at = now_at
        if now_at < self.now_at:
            shutil.rmtree(self.folder / "asterisk")
        write_queue_log(self.world, self.folder / "asterisk", now_at)
        return replace(self, now_at=now_at)

    def rewrite(self, old: str, new: str) -> None:
        """Other words in the config."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text, old
        self.config.write_text(text.replace(old, new), encoding="utf-8")

    def add_report(self) -> None:
        """From now on a daily report is due at twenty past midnight."""
        with self.config.open("a", encoding="utf-8") as file:
            file.write('[[reports]]\nname = "daily"\nkind = "daily"\nto = ["ops"]\nat = "00:20"\n')

    def run(self) -> CycleResult:
        """`run` without the command line around it."""
        return run_once(load_place(self.config), lambda: self.now_at)

    def started(self, *words: str) -> "subprocess.Popen[str]":
        """The command in a process of its own, still running."""
        command = [sys.executable, "-c", COMMAND, str(self.now_at), *words, "--config", str(self.config)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True)

    def sync(self, *words: str, statements: int = 0, word: str = "", room_kib: int = 0) -> Done:
        """What the command prints and its exit code; see the worker for how it dies."""
        out, err = self.folder / "stdout", self.folder / "stderr"
        order = {"words": [*words, "--config", str(self.config)], "now_at": self.now_at, "room_kib": room_kib,
                 "statements": statements, "word": word, "out": str(out), "err": str(err)}  # fmt: skip
        assert self.worker.stdin is not None
        assert self.worker.stdout is not None
        self.worker.stdin.write(json.dumps(order) + "\n")
        self.worker.stdin.flush()
        code = int(self.worker.stdout.readline())
        return Done(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.store)) as db:
            db.row_factory = sqlite3.Row
            yield db

    def change(self, sql: str, *values: object) -> None:
        """Edits the store behind the product's back."""
        with closing(sqlite3.connect(self.store)) as db:
            db.execute(sql, values)
            db.commit()

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a question to the store."""
        with self.reading() as db:
            return [tuple(row) for row in db.execute(sql, values)]


@contextmanager
def working() -> Iterator["subprocess.Popen[str]"]:
    """A worker for the commands of a test session."""
    pipe = subprocess.PIPE
    worker = subprocess.Popen([sys.executable, "-m", "tests.e2e.worker"], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    with worker:
        yield worker
        worker.communicate()


def set_up(
    folder: Path,
    world: World,
    zendesk: ZendeskSandbox,
    slack: SlackSandbox,
    worker: "subprocess.Popen[str]",
) -> Desk:
    """A desk at the world's last moment; without reports, for they take longest."""
    write_queue_log(world, folder / "asterisk")
    config = write_config(folder, "en", zendesk.url, slack.url)
    text = config.read_text(encoding="utf-8")
    config.write_text(text[: text.index("[[reports]]")], encoding="utf-8")
    return Desk(folder, world, zendesk, slack, worker, world.until)


def streams(result: CycleResult, source: str = "zd-main") -> Mapping[str, StreamResult]:
    """What came of each stream of a source."""
    (found,) = (one for one in result.sources if one.source == source)
    return {one.stream: one for one in found.streams}


def dump(desk: Desk) -> Rows:
    """Every base, fact and part row, bookkeeping aside."""
    with desk.reading() as db:
        assert integrity(db) == []
        return {name: rows_of(db, name) for name in (*(t.name for t in (*BASE, *FACTS)), *KEPT)}


def without_plans(rows: Rows) -> Rows:
    """Less what a day was thought to need: it is kept as it was thought then, and who did not ask then knows none."""
    plans = ("requirement_facts", "forecast_facts")
    parts = [row for row in rows["parts"] if not str(row[0]).startswith(plans)]
    return {**{name: kept for name, kept in rows.items() if name not in plans}, "parts": parts}


def rows_of(db: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    names = [row[1] for row in db.execute(f"pragma table_info({table})") if row[1] not in BOOKKEEPING]
    return sorted((tuple(row) for row in db.execute(f"select {', '.join(names)} from {table}")), key=repr)


def assert_same(one: Mapping[str, list[tuple[Any, ...]]], other: Mapping[str, list[tuple[Any, ...]]]) -> None:
    """Both hold the same rows; says the tables and rows that differ."""
    wrong = {
        name: sorted(set(rows) ^ set(other[name]), key=repr)[:4] for name, rows in one.items() if rows != other[name]
    }
    assert not wrong, wrong


def assert_true(desk: Desk) -> None:
    """Tickets with versions and statuses, events, messages, calls and legs are those of the world."""
    world, shown_to = desk.world, desk.now_at - HELD_BACK_S
    at_the_time = [as_of(world, ticket, desk.now_at) for ticket in world.tickets]
    states = [one for one in at_the_time if one is not None]
    assert dict(desk.ask("select native_id, version || ' ' || status_category from tickets")) == {
        str(one.ticket.id): f"{one.generated_at} {one.status}" for one in states
    }
    told: Counter[str] = Counter(created=len(states))
    for audit in world.audits:
        if audit.at <= shown_to:
            told["messages"] += sum(isinstance(event, Comment) for event in audit.events)
            told["schedule"] += sum(isinstance(event, ScheduleSet) for event in audit.events)
            told["status"] += sum(isinstance(event, Change) and event.field == "status" for event in audit.events)
    found = Counter(dict(desk.ask("select kind, count(*) from ticket_events group by kind")))
    found["messages"] = desk.ask("select count(*) from messages")[0][0]
    assert {kind: found[kind] for kind in told if kind != "status"} == {k: n for k, n in told.items() if k != "status"}
    assert found["status"] >= told["status"]
    calls = {call.id: len(call.legs) for call in world.calls if call.legs[-1].ended_at <= desk.now_at}
    ended = desk.ask(
        "select c.native_id, count(*) from calls c join call_legs l on l.call_uid = c.uid "
        "where c.ended_at is not null group by c.uid"
    )
    assert dict(ended) == calls
    assert desk.ask("select count(*) from ticket_facts") == desk.ask("select count(*) from tickets") != [(0,)]
    assert desk.ask("select count(*) from call_facts") == desk.ask("select count(*) from calls") != [(0,)]
    assert desk.ask("select count(*) from dirty_keys") == desk.ask("select count(*) from dirty_days") == [(0,)]
