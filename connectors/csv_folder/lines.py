"""The lines of a text file become rows of cells; a bad line costs itself and no other.

A row of CSV may reach over several lines inside quotes. A quote that is never closed would swallow the rest of the
file: such a line is set aside alone, and reading goes on behind it.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, NamedTuple, Protocol

import msgspec

from connectors.csv_folder.folder import MOST_UNPACKED, Unreadable
from connectors.csv_folder.values import Cell

LONGEST_LINE = 1 << 20
MOST_LINES = 200
SAMPLE = 64 * 1024
DELIMITERS = ",;\t|"
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Cut(NamedTuple):
    """One row of a file: its line, its cells in the order of the head, or why there are none, and where it ends."""

    line: int
    cells: Sequence[Cell]
    fault: str
    end: int


class Watch(Protocol):
    """Is told of every line that was read."""

    def update(self, data: bytes, /) -> None: ...


class Recoded(io.RawIOBase):
    """A file of two-byte characters as UTF-8, so that lines can be told by their bytes."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._rest = b""

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fills the buffer as far as there is text."""
        while not self._rest:
            read = self._file.read(SAMPLE)
            self._rest = self._decoder.decode(read, final=not read).encode()
            if not read and not self._rest:
                return 0
        taken = min(len(buffer), len(self._rest))
        buffer[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken


@dataclass
class Text:
    """A text file under way: ``at`` is the byte after the last whole row, ``line`` how many lines lie before it.

    ``whole``: a last line without an end counts as one. ``waits``: such a line was left standing. ``packed``: the name
    of what is unpacked, of which only so much is read."""

    file: IO[bytes]
    encoding: str
    watch: Watch
    whole: bool = True
    at: int = 0
    line: int = 0
    waits: bool = False
    packed: str = ""

    def lines(self) -> Iterator[bytes]:
        """Complete lines from here on; the position follows only with ``took``."""
        while raw := self.file.readline(LONGEST_LINE):
            self._bound()
            if not raw.endswith(b"\n"):
                if len(raw) >= LONGEST_LINE:
                    raw = raw[:1024] + self._rest_of_line(raw)
                elif not self.whole:
                    self.waits = True
                    return
            yield raw

    def _rest_of_line(self, raw: bytes) -> bytes:
        self.skipped = len(raw) - 1024
        while part := self.file.readline(LONGEST_LINE):
            self.skipped += len(part)
            self._bound()
            if part.endswith(b"\n"):
                break
        return b""

    skipped = 0

    def _bound(self) -> None:
        if self.packed and self.at + self.skipped > MOST_UNPACKED:
            raise Unreadable(f"{self.packed} unpacks to more than {MOST_UNPACKED >> 30} GiB. Unpack it yourself.")

    def took(self, raw: bytes) -> None:
        """Moves behind a line; not behind one without an end, as more of it may come when the file is read next."""
        if not raw.endswith(b"\n") and not self.skipped:
            return
        self.watch.update(raw)
        self.at += len(raw) + self.skipped
        self.skipped = 0
        self.line += 1

    def text(self, raw: bytes) -> str:
        """A line as text: UTF-8, and where it is none what Windows wrote before that."""
        if not self.at:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if self.encoding:
            return raw.decode(self.encoding)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("cp1252", errors="replace")


def encoding_of(sample: bytes) -> str:
    """The encoding that a file's first bytes declare; empty if none."""
    return next((name for mark, name in MARKS if sample.startswith(mark)), "")


def delimiter_of(head: str) -> str:
    """The character between the columns of a head: the most frequent of the usual ones outside quotes."""
    outside = "".join(head.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def split(text: str, delimiter: str) -> list[str] | None:
    """The cells of a row; None where a quote is still open."""
    text = text.rstrip("\r\n")
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as problem:
        if "unexpected end" in str(problem):
            return None
    try:
        return next(csv.reader([text], delimiter=delimiter))
    except (csv.Error, StopIteration):
        return [text]


def csv_rows(text: Text, delimiter: str, width: int) -> Iterator[Cut]:
    """The rows behind the head. Lines without any content are no rows."""
    held: list[bytes] = []
    source = text.lines()
    while True:
        raw = held.pop(0) if held else next(source, None)
        if raw is None:
            return
        try:
            said = text.text(raw)
        except UnicodeDecodeError:
            yield _bad(text, raw, "is not in the encoding of the file")
            continue
        if not said.strip(f"\r\n \t{delimiter}"):
            text.took(raw)
            continue
        if text.skipped:
            yield _bad(text, raw, "is too long")
            continue
        cells, taken = split(said, delimiter), [raw]
        if cells is None:
            cells, taken = _over_lines(text, source, held, raw, delimiter, width)
            if cells is None:
                # The rest of this row may be under way; without it nothing is known of it.
                if text.waits:
                    return
                yield _bad(text, raw, "has a quote that is never closed")
                continue
        first = text.line + 1
        if len(taken) == 1 or taken[-1].endswith(b"\n"):
            for one in taken:
                text.took(one)
        if len(cells) < width or any(cells[width:]):
            yield Cut(first, (), f"has {len(cells)} columns, the head {width}", text.at)
        else:
            yield Cut(first, cells[:width], "", text.at)


def _over_lines(
    text: Text, source: Iterator[bytes], held: list[bytes], raw: bytes, delimiter: str, width: int
) -> tuple[list[str] | None, list[bytes]]:
    """A row that reaches over lines; None, and all its further lines held back, where its quote does not close."""
    taken, size = [raw], len(raw)
    before, held[:] = held[:], []
    while len(taken) < MOST_LINES and size < LONGEST_LINE:
        more = before.pop(0) if before else next(source, None)
        if more is None:
            break
        taken.append(more)
        size += len(more)
        if b'"' not in more:
            continue
        try:
            joined = "".join(map(text.text, taken)).rstrip("\r\n")
            cells = next(csv.reader(io.StringIO(joined, newline=""), delimiter=delimiter, strict=True))
        except (csv.Error, UnicodeDecodeError):
            continue
        # Of two stray quotes the second does not close the first: the rows between them are not one cell.
        if len(cells) < width or any(cells[width:]):
            continue
        held[:] = before
        return cells, taken
    held[:] = [*taken[1:], *before]
    return None, [raw]


def _bad(text: Text, raw: bytes, fault: str) -> Cut:
    line = text.line + 1
    text.took(raw)
    return Cut(line, (), fault, text.at)


def json_rows(text: Text, names: Sequence[str]) -> Iterator[Cut]:
    """The rows of a file of JSON lines, their cells in the order of ``names`` (paths with dots)."""
    paths = [name.split(".") for name in names]
    for raw in text.lines():
        said = raw.strip().removeprefix(codecs.BOM_UTF8)
        too_long, line = text.skipped, text.line + 1
        text.took(raw)
        if not said:
            continue
        try:
            found = None if too_long else msgspec.json.decode(said)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield Cut(line, [_under(found, path) for path in paths], "", text.at)
        else:
            yield Cut(line, (), "is no JSON object", text.at)


def _under(found: object, path: Sequence[str]) -> Cell:
    """What stands under a path; lists of plain values are joined by a comma."""
    if isinstance(found, dict) and ".".join(path) in found:
        found = found[".".join(path)]
    else:
        for step in path:
            found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, list):
        return ",".join(str(part) for part in found if isinstance(part, str | int | float))
    return found if isinstance(found, str | int | float) else None


def keys_of(raw: bytes) -> list[str]:
    """The paths of a JSON line."""
    try:
        found = msgspec.json.decode(raw.strip().removeprefix(codecs.BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    return list(_paths(found, "")) if isinstance(found, dict) else []


def _paths(found: dict[str, object], above: str) -> Iterator[str]:
    for name, value in found.items():
        yield f"{above}{name}"
        if isinstance(value, dict) and above.count(".") < 3:
            yield from _paths(value, f"{above}{name}.")
