"""An imitation account on loopback, and a config that reads it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measure import ROOT, TOKEN_NAME, environment

# The first moment of the imitation account: 2025-06-01 in UTC.
START_AT = 1_748_736_000
DAY_S = 86_400
PER_MINUTE = 10
"""Exports a minute that Zendesk allows, all of them ours here."""

CONFIG = """\
[store]
raw = "{raw}"

[reporting]
time_zone = "Europe/Berlin"
schedule = "desk"

[[sources]]
name = "zd"
connector = "zendesk"
subdomain = "bulk"
email = "bench@bulk.example"
token = "env:{token}"
start = "2025-06-01"
base_url = "http://127.0.0.1:{port}"
rate_share = 1.0

[[schedules]]
name = "desk"
time_zone = "Europe/Berlin"
hours = {{ mon = "08:00-18:00", tue = "08:00-18:00", wed = "08:00-18:00", thu = "08:00-18:00", fri = "08:00-18:00" }}
holidays = "DE-BE"
"""


@contextmanager
def serving(tickets: int, days: float) -> Iterator[int]:
    """The port of an account of so many tickets over so many days, served by a process of its own."""
    command = [sys.executable, "-m", "core.sandbox.bulk", "--tickets", str(tickets), "--days", str(days)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE)
    assert server.stdout
    try:
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def configured(folder: Path, port: int, raw: str = "redacted") -> Path:
    """A config file in a folder that is made for it; the store will lie beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.toml"
    config.write_text(CONFIG.format(raw=raw, port=port, token=TOKEN_NAME), encoding="utf-8")
    return config


def now_after(days: float) -> int:
    """Six in the morning (UTC) of the day after the account's last."""
    return START_AT + (int(days) + 1) * DAY_S + 6 * 3600
