"""Runs commands for the tests, each in a fork of a process that has imported everything: ten times as fast as ten
starts of Python, and as mortal.

An order is a line of JSON on stdin; the answer is the exit code on stdout, negative for the signal that ended it.
"""

import importlib
import json
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

LONGEST_S = 60
IMPORTED = (
    "connectors.asterisk", "connectors.zendesk", "core.daemon.check", "core.daemon.cycle", "core.daemon.doctor",
    "core.daemon.questions", "core.daemon.status", "core.report.build", "core.report.html", "core.report.slack",
    "core.report.text", "core.numbers.publish",
)  # fmt: skip


def obey(order: dict[str, Any]) -> int:
    """Carries out one order as the command line does, at the moment `now_at`."""
    import core.clock
    import sync

    signal.alarm(LONGEST_S)
    for place, path in ((1, order["out"]), (2, order["err"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), place)
    core.clock.now = lambda: int(order["now_at"])
    hasten(setattr)
    if order["room_kib"]:
        # No file grows past this: what a full disk does, without filling one. Python ignores the signal for it.
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["room_kib"] * 1024, resource.RLIM_INFINITY))
    if order["statements"]:
        die_at(order["statements"], order["word"])
    sys.argv = ["sync.py", *order["words"]]
    try:
        sync.main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def hasten(patch: Callable[[Any, str, Any], None]) -> None:
    """From now on a wait between two tries costs nothing, and time has passed all the same."""
    import core.clock

    passed, read = 0.0, core.clock.monotonic

    def wait(_: core.clock.Timing, seconds: float) -> None:
        nonlocal passed
        passed += max(0.0, seconds)

    patch(core.clock.Timing, "wait", wait)
    patch(core.clock.Timing.__init__, "__defaults__", _hurried(core.clock.Timing, lambda: read() + passed))


def _hurried(timing: Any, monotonic: Callable[[], float]) -> tuple[Any, ...]:
    fields = timing.__dataclass_fields__
    return tuple(monotonic if name == "monotonic" else field.default for name, field in fields.items())


def die_at(statements: int, word: str) -> None:
    """Ends this process by kill -9 just before the n-th statement to the store that holds the word."""
    cycle: Any = importlib.import_module("core.daemon.cycle")
    opened, left = cycle.open_store, statements

    def count(statement: str) -> None:
        nonlocal left
        left -= word in statement
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(*given: Any, **more: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = opened(*given, **more)
        db.set_trace_callback(count)
        return db

    cycle.open_store = watched


def main() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(obey(json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
