"""Finds and reads a log and its rotated siblings in order, from where the last page ended.

A file is known by a hash of its first dated line: that survives renaming, copying and gzip.
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO, TypeAlias

import msgspec

from connectors import Page, Unavailable, Window
from connectors.asterisk.settings import AsteriskSettings

LINES_A_PAGE = 5_000
LONGEST_LINE = 64 * 1024
# ``echo > queue_log`` leaves an empty line at the top, a crash some zeros: the name is made of what follows.
MOST_UNDATED = 100
MOST_LISTINGS = 5
SMALLEST_GZIP = 18
ROTATED = re.compile(r"(\.\d+|[.-]\d[\d.-]{3,})(\.gz)?", re.IGNORECASE)


class Renamed(Exception):
    """Under this path lies another file by now, or none."""


class Place(msgspec.Struct, frozen=True):
    """Where reading goes on: ``file`` by the hash of its first dated line, and the byte after the last line taken.

    ``at`` is the latest second of any line so far, ``n`` counts the lines since it came: they order lines of one
    second, and keep lines apart that a clock set back wrote twice into one.
    """

    file: str
    offset: int
    at: int = 0
    n: int = 0


Dated: TypeAlias = Callable[[bytes], int | None]


def epoch_first(line: bytes) -> int | None:
    """The epoch seconds with which a line of queue_log begins."""
    head = line.split(b"|", 1)[0]
    return int(head) if head.isdigit() and len(head) <= 11 else None


class LogFile(msgspec.Struct, frozen=True):
    """One readable log: ``started_at`` is the time in its first dated line, 0 where it has none."""

    path: Path
    name: str
    started_at: int


def fetch_queue_log(settings: AsteriskSettings, window: Window) -> Iterator[Page]:
    """Pages of the queue_log file, if the settings name one."""
    if settings.path is not None:
        yield from fetch_lines(settings.path, window)


def fetch_lines(path: Path, window: Window, dated: Dated = epoch_first) -> Iterator[Page]:
    """Pages of complete lines, each as ``seq|line`` in bytes, oldest first; an unfinished last line waits.

    ``dated``: the moment that a line tells of itself."""
    place = msgspec.json.decode(window.resume_at, type=Place) if window.resume_at else None
    files = _left(log_files(path, dated), place)
    # The place is exact; a clock set back by a second must not leave out what stands behind it.
    since = window.since if place is None else 0
    at, n = (place.at, place.n) if place and files and files[0].name == place.file else (0, 0)
    for log in files:
        begun = place if place and place.file == log.name else Place(log.name, 0, at, n)
        try:
            for page, reached in _pages(log.path, begun, since, dated, is_last=log is files[-1]):
                yield page
                place, at, n = reached, reached.at, reached.n
        except Renamed:
            yield from fetch_lines(path, replace(window, resume_at=_text(place) if place else None), dated)
            return


def _left(files: list[LogFile], place: Place | None) -> list[LogFile]:
    """The files that are still to be read, the first of them perhaps in part."""
    if place is None:
        return files
    names = [log.name for log in files]
    if place.file in names:
        return files[names.index(place.file) :]
    # Deleted, or its head was cut off: the file in which that moment lies is read again, which changes nothing twice.
    later = sum(log.started_at > place.at for log in files)
    return files[max(0, len(files) - later - 1) :]


def _pages(path: Path, begun: Place, since: int, dated: Dated, *, is_last: bool) -> Iterator[tuple[Page, Place]]:
    """Pages of a file with the place after each; lines before ``since`` are left out."""
    offset, at, n, told_at = begun.offset, begun.at, begun.n, 0
    rows: list[bytes] = []
    with _opened(path) as file:
        if _name(_head(file, dated)) != begun.file:
            raise Renamed
        file.seek(offset)
        while line := file.readline(LONGEST_LINE):
            if not line.endswith(b"\n") and len(line) < LONGEST_LINE and is_last:
                break
            offset += len(line)
            moment = dated(line)
            if moment is not None:
                at, n, told_at = (moment, 0, moment) if moment > at else (at, n + 1, moment)
            if moment >= since if moment is not None else not line.isspace():
                rows.append(b"%d|%s" % (n, line.rstrip(b"\r\n")))
            if len(rows) >= LINES_A_PAGE:
                place = Place(begun.file, offset, at, n)
                yield Page(rows, resume_at=_text(place), data_to=told_at or None), place
                rows = []
        if rows:
            place = Place(begun.file, offset, at, n)
            yield Page(rows, resume_at=_text(place), data_to=told_at or None), place


def _text(place: Place) -> str:
    return msgspec.json.encode(place).decode()


def log_files(path: Path, dated: Dated = epoch_first) -> list[LogFile]:
    """The log and its rotated siblings, oldest first, the live one last; Unavailable if there is none."""
    for _ in range(MOST_LISTINGS):
        beside = _beside(path)
        try:
            logs = [log for one in beside if (log := _identified(one, dated))]
        except Renamed:
            continue
        if _beside(path) == beside:
            break
    else:
        raise Unavailable(f"the files of {path} were renamed while they were listed; tried again at the next run.")
    if not beside:
        raise Unavailable(f"there is no log at {path}. Check the path and whether this user may read it.")
    found: dict[str, LogFile] = {}
    for log in logs:
        # Of a log and its copy that is being packed the first by name is whole.
        found.setdefault(log.name, log)
    return sorted(found.values(), key=lambda log: (log.path == path, log.started_at))


def _beside(path: Path) -> Mapping[Path, int]:
    """The log and its siblings in order of their names, each with its number in the file system."""
    try:
        names = sorted(one.name for one in path.parent.iterdir())
    except OSError as problem:
        raise Unavailable(f"cannot read the folder {path.parent}: {problem.strerror}. Check the path.") from None
    found = {}
    for name in names:
        if name == path.name or (name.startswith(path.name) and ROTATED.fullmatch(name, len(path.name))):
            try:
                found[path.with_name(name)] = path.with_name(name).stat().st_ino
            except FileNotFoundError:
                continue
    return found


def _identified(path: Path, dated: Dated) -> LogFile | None:
    """A log by its first dated line; None while it has no line, or is still being packed."""
    with _opened(path) as file:
        is_begun = path.suffix.lower() != ".gz" or path.stat().st_size >= SMALLEST_GZIP
        head = _head(file, dated) if is_begun else b""
    return LogFile(path, _name(head), dated(head) or 0) if head else None


def _head(file: IO[bytes], dated: Dated) -> bytes:
    """The first dated line; where none is near the top, the first line that is not empty; else nothing."""
    first = b""
    try:
        for line in islice(iter(lambda: file.readline(LONGEST_LINE), b""), MOST_UNDATED):
            if not line.endswith(b"\n") and len(line) < LONGEST_LINE:
                break
            if dated(line) is not None:
                return line
            first = first or line.strip()
    except EOFError:
        return b""
    return first


def _name(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()[:16]


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            yield file  # type: ignore[misc]  # GzipFile reads like a file
    except FileNotFoundError:
        raise Renamed from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Unavailable(f"{path} is no sound gzip file. Pack it again, or move it away.") from None
    except OSError as problem:
        raise Unavailable(f"cannot read {path}: {problem.strerror}. Check its rights.") from None
