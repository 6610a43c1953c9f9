"""Finds and reads the files that Firehose leaves in a folder: JSON objects, one a line or without any line break.

Files are taken in the order in which they came to this machine (the change time, which copying cannot set), so that one
that arrives late under an early name is not passed over; one that is written to again is read again.
"""

import gzip
import json
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO

import msgspec

from connectors import Page, Unavailable

ROWS_A_PAGE = 2_000
CHUNK = 1 << 20
LONGEST_ROW = 4 << 20
DECODER = json.JSONDecoder()


class Place(msgspec.Struct, frozen=True, order=True):
    """The file being read, by change time (ns) and path below the folder, and how many of its rows are taken."""

    changed_ns: int
    path: str
    rows: int = 0


def fetch_files(folder: Path, resume_at: str | None) -> Iterator[Page]:
    """Pages of rows as bytes, from where the last page ended."""
    place = msgspec.json.decode(resume_at, type=Place) if resume_at else Place(0, "")
    for begun in _files(folder):
        if (begun.changed_ns, begun.path) < (place.changed_ns, place.path):
            continue
        taken = place.rows if (begun.changed_ns, begun.path) == (place.changed_ns, place.path) else 0
        rows: list[bytes] = []
        for number, row in enumerate(_rows(folder / begun.path), 1):
            if number > taken:
                rows.append(row)
            if len(rows) >= ROWS_A_PAGE:
                yield _page(rows, msgspec.structs.replace(begun, rows=number))
                rows, taken = [], number
        if rows:
            yield _page(rows, msgspec.structs.replace(begun, rows=taken + len(rows)))


def _page(rows: list[bytes], place: Place) -> Page:
    return Page([msgspec.Raw(row) for row in rows], resume_at=msgspec.json.encode(place).decode())


def _files(folder: Path) -> list[Place]:
    """Every file below the folder, oldest change first; hidden ones are on their way or none of ours."""
    if not folder.is_dir():
        raise Unavailable(f"there is no folder {folder}. Check the path and whether this user may read it.")
    found = []
    for path in folder.rglob("*"):
        try:
            status = path.stat()
        except OSError:
            continue
        if path.is_file() and status.st_size and not path.name.startswith("."):
            found.append(Place(status.st_ctime_ns, path.relative_to(folder).as_posix()))
    return sorted(found)


def _rows(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as plain:
            is_packed = plain.read(2) == b"\x1f\x8b"
            plain.seek(0)
            if not is_packed:
                yield from split_rows(plain)
                return
            with gzip.open(plain) as packed:
                yield from split_rows(packed)  # type: ignore[arg-type]  # GzipFile reads like a file
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Unavailable(f"{path} is no sound gzip file. Fetch it again, or move it away.") from None
    except OSError as problem:
        raise Unavailable(f"cannot read {path}: {problem.strerror}. Check its rights.") from None


def split_rows(file: IO[bytes]) -> Iterator[bytes]:
    """The objects of a file; what is no JSON is a row as it stands, up to the line's end."""
    rest = b""
    while True:
        chunk = file.readline(CHUNK)
        line, is_whole = rest + chunk, chunk.endswith(b"\n") or not chunk
        rest = b""
        if is_whole and b"}{" not in line and b"} {" not in line:
            if line.strip():
                yield line.strip()
        else:
            rest = yield from _objects(line, is_whole=is_whole)
        if not chunk:
            return


def _objects(line: bytes, *, is_whole: bool) -> Generator[bytes, None, bytes]:
    """The objects at the head of a line; returns what is left of one that is not whole yet."""
    text = line.decode("utf-8", "surrogateescape")
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        try:
            _, end = DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        yield text[at:end].encode("utf-8", "surrogateescape")
        at = end
    left = text[at:].encode("utf-8", "surrogateescape")
    if left.strip() and (is_whole or len(left) > LONGEST_ROW):
        yield left.strip()
        return b""
    return left
