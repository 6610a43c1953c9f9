"""Everything that could be wrong, on one page."""

import importlib.util
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from core.config.load import Loaded
from core.daemon.place import reporting_of
from core.daemon.scorecards import agreement
from core.daemon.status import read_status
from core.deliver.outbox import pending
from core.numbers.analyses.appraisal.board import APPRAISED
from core.numbers.analyses.conflict import is_strong_only
from core.numbers.ask import find_metric
from core.numbers.evaluate import question
from core.pull.contract import Finding
from core.store.db import integrity

ROOM_BYTES = 1_000_000_000
WAL_BYTES = 200_000_000
LATE_S = 6 * 3600


def examine(db: sqlite3.Connection, loaded: Loaded, now_at: int) -> Iterator[Finding]:
    """One finding a thing looked at: store, disk, rights, streams, deliveries, goals, drawing of charts."""
    faults = integrity(db)
    advice = f"{'; '.join(faults)}. Restore the latest backup." if faults else ""
    yield Finding("the store's integrity", not faults, advice)
    yield from _files(loaded.store_path)
    for warning in loaded.warnings:
        yield Finding("the config file", False, warning)
    yield from _streams(db, loaded, now_at)
    for row in pending(db):
        said = f"{row['report_key']} to {row['destination']}: {row['state']}"
        yield Finding(said, False, row["note"] or "Look whether it arrived, then: sync.py send --resume")
    yield from _goals(loaded)
    for destination in loaded.config.destinations:
        if destination.webhook_url is not None:
            yield Finding(
                f"{destination.name} is a webhook", True, "No thread, no edits, and an unclear delivery needs a person."
            )
    yield _persons(loaded, now_at)
    yield from _scorecards(db, loaded, now_at)
    drawing = importlib.util.find_spec("vl_convert") is not None
    yield Finding("charts can be drawn", drawing, "" if drawing else "Install Deskpulse again: vl-convert is missing.")
    if loaded.config.reporting.language == "zh" or any(r.language == "zh" for r in loaded.config.reports):
        font = any(Path("/usr/share/fonts").rglob("*wqy*")) or any(Path("/usr/share/fonts").rglob("*oto*CJK*"))
        yield Finding("a font with Chinese", font, "" if font else "Install fonts-wqy-microhei for chart pictures.")


def _persons(loaded: Loaded, now_at: int) -> Finding:
    """Whether numbers of single persons may be read, and who agreed (metrics 8.6 guard 7)."""
    appraisal = reporting_of(loaded.config, now_at).appraisal
    if appraisal.agent_metrics == "off":
        return Finding("numbers of single persons are off", True)
    return Finding("numbers of single persons", True, agreement(appraisal))


def _scorecards(db: sqlite3.Connection, loaded: Loaded, now_at: int) -> Iterator[Finding]:
    """Scorecards of what this store can tell, each number of one weight, may come to speed alone (metrics 8.5)."""
    reporting = reporting_of(loaded.config, now_at)
    if reporting.appraisal.agent_metrics == "off":
        return
    told = [name for name in APPRAISED if not question(db, name, None, None, reporting, now_at).unavailable]
    strong = is_strong_only((name, 1.0) for name in told)
    advice = (
        f"of what is known ({', '.join(told)}) more than half can be moved by will alone: this assessment is in effect "
        "strong-only. Bring in surveys or quality reviews before anybody is judged by it."
    )
    yield Finding("scorecards balance speed and quality", not strong, advice if strong else "")


def _files(store: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(store.parent).free
    yield Finding(
        f"room on the disk ({free // 1_000_000_000} GB free)",
        free > ROOM_BYTES,
        "" if free > ROOM_BYTES else "Free some: below 1 GB a pull may stop.",
    )
    mode = stat.S_IMODE(store.stat().st_mode)
    yield Finding(
        "the store is for its owner only", not mode & 0o077, "" if not mode & 0o077 else f"Run: chmod 600 {store}"
    )
    wal = store.with_name(store.name + "-wal")
    size = wal.stat().st_size if wal.exists() else 0
    yield Finding(
        "the write-ahead log is small",
        size < WAL_BYTES,
        "" if size < WAL_BYTES else "Another program holds the store open: close it, or restart the daemon.",
    )


def _streams(db: sqlite3.Connection, loaded: Loaded, now_at: int) -> Iterator[Finding]:
    status = read_status(db, loaded, now_at)
    for line in status.streams:
        name = f"{line.source} {line.stream}"
        if line.status == "skipped":
            yield Finding(name, True, f"left out: {line.error}")
        elif line.status in ("failed", "never"):
            yield Finding(name, False, line.error or line.note or "")
        elif line.data_to_at is not None and line.data_to_at > now_at + 3600:
            yield Finding(name, False, "its data ends in the future: is this machine's clock right?")
        elif line.last_success_at is not None and now_at - line.last_success_at > LATE_S:
            hours = (now_at - line.last_success_at) // 3600
            yield Finding(name, False, f"last went well {hours} h ago: is the daemon up?")
        else:
            yield Finding(name, True, line.note or "")
    for rejected in status.rejected:
        yield Finding(
            f"{rejected.source} {rejected.stream}: {rejected.rows} rows set aside",
            False,
            f"{rejected.reason} (for example {rejected.example or 'a row without id'})",
        )


def _goals(loaded: Loaded) -> Iterator[Finding]:
    """Goals whose weight lies on strong metrics pull a team one way (metrics R13, 8.5)."""
    goals = loaded.config.goals
    if is_strong_only((goal.metric, goal.weight) for goal in goals):
        strong = sorted({find_metric(goal.metric).id for goal in goals if find_metric(goal.metric).strength == "S"})
        yield Finding(
            "goals balance speed and quality",
            False,
            f"more than half of their weight is on strong metrics ({', '.join(strong)}): this assessment is in effect "
            "strong-only. Add a goal on csat, reopen_rate or first_contact_resolution_rate, or give those more weight.",
        )
    elif goals:
        yield Finding("goals balance speed and quality", True)
