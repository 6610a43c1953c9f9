"""Finds and reads a log and its rotated siblings in order, from where the last page ended.

A file is known by a hash of its first line: that survives renaming, copying and gzip.
"""

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from connectors import BadRow, Page, Unavailable, Window
from connectors.asterisk.settings import AsteriskSettings

LINES_A_PAGE = 5_000
LONGEST_LINE = 64 * 1024
ROTATED = re.compile(r"^(\.\d+|[.-]\d{4,})(\.(gz|GZ))?$")


class Place(msgspec.Struct, frozen=True):
    """Where reading goes on: ``file`` by the hash of its first line, and the byte after the last line taken.

    ``at`` and ``n`` are that line's second and its count inside it, which order lines of one second.
    """

    file: str
    offset: int
    at: int = 0
    n: int = 0


class LogFile(msgspec.Struct, frozen=True):
    """One readable log: ``started_at`` is the time in its first line."""

    path: Path
    name: str
    started_at: int


def fetch_queue_log(settings: AsteriskSettings, window: Window) -> Iterator[Page]:
    """Pages of complete lines, each as ``seq|line`` in bytes, oldest first; an unfinished last line waits."""
    place = msgspec.json.decode(window.resume_at, type=Place) if window.resume_at else None
    files = log_files(settings.path)
    if place and any(log.name == place.file for log in files):
        files = files[[log.name for log in files].index(place.file) :]
    elif place:
        files = [log for log in files if log.started_at >= place.at]
    at, n = (place.at, place.n) if place else (0, 0)
    for position, log in enumerate(files):
        offset = place.offset if place and log.name == place.file else 0
        with _opened(log.path) as file:
            file.seek(offset)
            finished = position < len(files) - 1
            rows: list[bytes] = []
            while line := file.readline(LONGEST_LINE):
                if not line.endswith(b"\n") and len(line) < LONGEST_LINE and not finished:
                    break
                offset += len(line)
                moment = _moment(line)
                if moment is not None:
                    at, n = (moment, n + 1) if moment == at else (moment, 0)
                if moment is None or moment >= window.since:
                    rows.append(b"%d|%s" % (n, line.rstrip(b"\r\n")))
                if len(rows) >= LINES_A_PAGE:
                    yield _page(rows, Place(log.name, offset, at, n))
                    rows = []
            if rows:
                yield _page(rows, Place(log.name, offset, at, n))


def _page(rows: list[bytes], place: Place) -> Page:
    return Page(rows, resume_at=msgspec.json.encode(place).decode(), data_to=place.at or None)


def log_files(path: Path) -> list[LogFile]:
    """The log and its rotated siblings, oldest first; Unavailable if there is none."""
    try:
        beside = sorted(path.parent.iterdir())
    except OSError as problem:
        raise Unavailable(f"cannot read the folder {path.parent}: {problem.strerror}. Check the path.") from None
    found: dict[str, LogFile] = {}
    for candidate in beside:
        tail = candidate.name.removeprefix(path.name)
        if candidate.name != path.name and not (candidate.name.startswith(path.name) and ROTATED.match(tail)):
            continue
        if log := _identified(candidate):
            found.setdefault(log.name, log)
    if not found and not path.exists():
        raise Unavailable(f"there is no log at {path}. Check the path and whether this user may read it.")
    return sorted(found.values(), key=lambda log: (log.started_at, log.path.name == path.name))


def _identified(path: Path) -> LogFile | None:
    """A log by its first complete line; None while it has none."""
    try:
        with _opened(path) as file:
            first = file.readline(LONGEST_LINE)
    except OSError as problem:
        raise Unavailable(f"cannot read {path}: {problem.strerror or 'not a gzip file'}. Check its rights.") from None
    if not first.endswith(b"\n"):
        return None
    return LogFile(path, hashlib.sha256(first).hexdigest()[:16], _moment(first) or 0)


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def _moment(line: bytes) -> int | None:
    head = line.split(b"|", 1)[0]
    return int(head) if head.isdigit() and len(head) <= 11 else None


def split_line(row: bytes) -> tuple[int, int, list[str]]:
    """(order inside the second, epoch seconds, the fields after it) of a row; BadRow if it is no log line."""
    text = row.decode("utf-8", errors="replace")
    seq, at, *fields = text.split("|")
    if not at.isdigit() or len(at) > 11:
        raise BadRow("the line does not begin with epoch seconds")
    if len(fields) < 4:
        raise BadRow(f"the line has {len(fields) + 1} fields; 5 are the least")
    return int(seq), int(at), fields
