"""Runs commands for the tests, each in a fork of a process that has imported everything: ten times as fast as ten
starts of Python, and as mortal.

An order is a line of JSON on stdin; the answer is the exit code on stdout, negative for the signal that ended it.
"""

import importlib
import json
import os
import signal
import sqlite3
import sys
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
    os.environ.update(order["env"])
    core.clock.now = lambda: int(order["now_at"])
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


def die_at(statements: int, word: str) -> None:
    """Ends this process by kill -9 just before the n-th statement to the store that holds the word."""
    from core.daemon import cycle

    opened, left = cycle.open_store, statements

    def count(statement: str) -> None:
        nonlocal left
        left -= word in statement
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(*given: Any, **more: Any) -> sqlite3.Connection:
        db = opened(*given, **more)
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
