"""The world's calls as Asterisk's queue_log: weekly rotated files, the newest still growing."""

import gzip
from bisect import bisect_right
from datetime import date, timedelta
from pathlib import Path

from core.sandbox.hours import local_at, local_date
from core.sandbox.world import World

NAME = "queue_log"


def week_start(at: int) -> int:
    """The Monday midnight (Berlin) at which the log of this moment was begun."""
    day_on: date = local_date(at)
    return local_at(day_on - timedelta(days=day_on.weekday()))


def log_text(world: World, from_at: int, until: int) -> bytes:
    """The lines of an interval, both ends included, as they stand in the file."""
    lines = world.queue_lines
    first = bisect_right(lines, from_at - 1, key=lambda line: line.at)
    last = bisect_right(lines, until, key=lambda line: line.at)
    return "".join(f"{line.at}|{line.text}\n" for line in lines[first:last]).encode()


def write_queue_log(world: World, folder: Path, until: int | None = None, *, half_line: bool = False) -> Path:
    """The log as it stood at `until` (epoch seconds): queue_log, queue_log.1 and, older ones packed, queue_log.2.gz
    and on. Called again with a later moment the open file grows in place, or is rotated away if its week is over.
    With `half_line` the file ends in the middle of its last line."""
    folder.mkdir(parents=True, exist_ok=True)
    end = world.until if until is None else until
    newest = week_start(end)
    begun = week_start(world.queue_lines[0].at) if world.queue_lines else newest
    weeks = [newest]
    while weeks[-1] > begun:
        weeks.append(week_start(weeks[-1] - 1))
    current = folder / NAME
    if current.exists() and not _belongs(current, newest):
        _rotate(folder)
    for place, from_at in enumerate(weeks[1:], 1):
        _write_closed(folder, place, log_text(world, from_at, weeks[place - 1] - 1))
    text = log_text(world, newest, end)
    text = text[:-7] if half_line else text
    written = current.stat().st_size if current.exists() else 0
    with current.open("ab") as file:
        file.write(text[written:])
    return current


def _belongs(current: Path, newest: int) -> bool:
    """Whether the open file is of the week that is being written."""
    with current.open("rb") as file:
        first = file.readline().split(b"|")[0]
    return not first.isdigit() or int(first) >= newest


def _rotate(folder: Path) -> None:
    """Each closed file moves one number on, the open one becomes number 1 and keeps its inode."""
    packed = sorted(folder.glob(f"{NAME}.*.gz"), key=lambda path: -int(path.name.split(".")[1]))
    for path in packed:
        path.rename(folder / f"{NAME}.{int(path.name.split('.')[1]) + 1}.gz")
    plain = folder / f"{NAME}.1"
    if plain.exists():
        (folder / f"{NAME}.2.gz").write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
        plain.unlink()
    (folder / NAME).rename(plain)


def _write_closed(folder: Path, place: int, text: bytes) -> None:
    if place == 1:
        path = folder / f"{NAME}.1"
        kept = path.stat().st_size if path.exists() else 0
        if kept < len(text):
            with path.open("ab") as file:
                file.write(text[kept:])
        return
    path = folder / f"{NAME}.{place}.gz"
    if not path.exists():
        path.write_bytes(gzip.compress(text, mtime=0))
