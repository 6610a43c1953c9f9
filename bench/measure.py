"""What a process costs, by the kernel's account of it."""

import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TOKEN_NAME = "DESKPULSE_BENCH_TOKEN"


@dataclass(frozen=True)
class Cost:
    """One process from start to end: CPU seconds (user and system), wall seconds, peak memory, and what it printed."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    said: dict[str, Any]


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Median, least and greatest."""
        found = list(values)
        return cls(median(found), min(found), max(found))


class Failed(Exception):
    """A measured process ended badly; the message is the end of what it wrote."""


def cost_of(module: str, *arguments: object) -> Cost:
    """Runs a module of ours in a process of its own, whose last line is JSON.

    This process stays small: on Linux a child's peak memory counts from what its parent had when it was started."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with tempfile.TemporaryFile() as log:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=log)
        assert process.stdout
        with process.stdout as pipe:
            said = pipe.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            log.seek(0)
            raise Failed(f"{' '.join(command)}\n{log.read()[-4000:].decode(errors='replace')}")
    per_mb = 1024 if sys.platform.startswith("linux") else 1024 * 1024
    cpu_s = usage.ru_utime + usage.ru_stime
    return Cost(cpu_s, wall_s, usage.ru_maxrss / per_mb, json.loads(said.splitlines()[-1]))


def environment() -> dict[str, str]:
    """Ours, with the key that the imitation account takes."""
    return {**os.environ, TOKEN_NAME: "any"}


def machine() -> str:
    """What it was measured on, in one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{cores} cores of {processor()}, load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {platform.system()} {platform.release()}"
    )


def processor() -> str:
    """The processor's name as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
