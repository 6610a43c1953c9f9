"""A file is opened, its head found and its rows read in one stream, whatever its form; memory stays flat."""

import gzip
import hashlib
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Any, Protocol

from connectors.csv_folder import lines
from connectors.csv_folder.columns import NOTHING, Selection, select
from connectors.csv_folder.folder import JSON, SHEETS, Entry, Unreadable
from connectors.csv_folder.lines import Cut, Recoded, Text
from connectors.csv_folder.sheets import Sheet

MOST_KEYS_FROM = 100
CHUNK = 1 << 20
# Bit 0 of a member's flags (APPNOTE.TXT, 4.4.4).
ENCRYPTED = 1
BROKEN_OFF = "is not whole or not sound. Copy it again, or move it away"
BROKEN = (
    EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, NotImplementedError,
)  # fmt: skip


class Reading(Protocol):
    """A file under way. ``at`` and ``line``: behind the last row; ``unit``: what its lines are called."""

    unit: str

    @property
    def at(self) -> int: ...
    @property
    def line(self) -> int: ...
    @property
    def waits(self) -> bool: ...

    def stat(self) -> tuple[int, int]:
        """Size and time of the file when it was opened."""

    def select(self, key: str) -> Selection:
        """Reads the head, and which cells are wanted; ``key`` is the config's key of the rule."""

    def go_to(self, at: int, line: int, digest: str) -> bool:
        """Moves from the head to where it was left; False, and nowhere, where what lies before it has changed."""

    def rows(self) -> Iterator[Cut]:
        """The rows from here on."""

    def digest(self) -> str:
        """A hash of all before ``at``."""


@contextmanager
def opened(entry: Entry, *, is_settled: bool) -> Iterator[Reading]:
    """The file of an entry; Unreadable where it is broken or may not be read."""
    try:
        with ExitStack() as stack:
            raw = stack.enter_context(entry.path.open("rb"))
            stat = os.fstat(raw.fileno())
            told = stat.st_size, stat.st_mtime_ns
            if entry.form in SHEETS:
                yield Sheet(entry, stack.enter_context(_member(entry, raw)), told)
            else:
                yield Lines(entry, stack, raw, told, is_settled=is_settled)
    except FileNotFoundError:
        raise
    except BROKEN:
        raise Unreadable(f"{entry.name} {BROKEN_OFF}.") from None
    except OSError as problem:
        # Without a number it is the words of a decompressor.
        why = f"cannot be read: {problem.strerror}. Check its rights." if problem.errno else f"{BROKEN_OFF}."
        raise Unreadable(f"{entry.name} {why}") from None


@contextmanager
def _member(entry: Entry, raw: IO[bytes]) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked."""
    raw.seek(0)
    if entry.member is not None:
        with zipfile.ZipFile(raw) as archive, _in_archive(archive, entry.member, entry.name) as file:
            yield file
    elif entry.path.suffix.lower() == ".gz":
        with gzip.open(raw) as file:
            yield file  # type: ignore[misc]  # GzipFile reads like a file
    else:
        yield raw


def _in_archive(archive: zipfile.ZipFile, member: str, name: str) -> IO[bytes]:
    try:
        if archive.getinfo(member).flag_bits & ENCRYPTED:
            raise Unreadable(f"{name} needs a password. Unpack it yourself.")
        return archive.open(member)
    except (KeyError, ValueError):
        # Another archive by now, or a directory that lies.
        raise zipfile.BadZipFile(member) from None


class Lines:
    """A file of lines: CSV or JSON lines."""

    unit = "line"

    def __init__(
        self, entry: Entry, stack: ExitStack, raw: IO[bytes], told: tuple[int, int], *, is_settled: bool
    ) -> None:
        self._entry = entry
        self._stack = stack
        self._raw = raw
        self._told = told
        self._is_settled = is_settled
        self._is_json = entry.form in JSON
        self._head: list[str] = []
        self._delimiter = ","
        self._watch = hashlib.blake2b(digest_size=12)
        self._text = self._begin()

    @property
    def at(self) -> int:
        """The byte behind the last row, of the file unpacked."""
        return self._text.at

    @property
    def line(self) -> int:
        """The lines before it."""
        return self._text.line

    @property
    def waits(self) -> bool:
        """Whether a last line without an end was left standing."""
        return self._text.waits

    def stat(self) -> tuple[int, int]:
        """Size and time of the file when it was opened."""
        return self._told

    def digest(self) -> str:
        """A hash of all before ``at``."""
        return self._watch.copy().hexdigest()

    def _begin(self) -> Text:
        self._watch = hashlib.blake2b(digest_size=12)
        # Each of these has peek: files, GzipFile, ZipExtFile.
        file: Any = self._stack.enter_context(_member(self._entry, self._raw))
        sample = file.peek(4)[:4]
        declared = lines.encoding_of(sample)
        encoding = self._entry.rule.encoding or ""
        if declared.startswith("utf-16") or encoding.lower().replace("_", "-").startswith("utf-16"):
            file = io.BufferedReader(Recoded(file, declared or encoding))
            encoding = "utf-8"
        elif declared:
            encoding = ""
        packed = self._entry.name if self._entry.is_packed else ""
        return Text(file, encoding, self._watch, self._is_settled, packed=packed)

    def select(self, key: str) -> Selection:
        """Reads the head, and which cells are wanted."""
        self._read_head()
        return select(self._entry.rule, self._head, self._entry.name, key) if self._head else NOTHING

    def go_to(self, at: int, line: int, digest: str) -> bool:
        """Moves from the head to where it was left; False, and nowhere, where what lies before it has changed."""
        head_at, left = self._text.at, at
        text = self._text = self._begin()
        while left > 0 and (part := text.file.read(min(left, CHUNK))):
            text.watch.update(part)
            left -= len(part)
        if left or at < head_at or self.digest() != digest:
            self._text = self._begin()
            self._read_head()
            return False
        text.at, text.line = at, line
        return True

    def _read_head(self) -> None:
        self._head = self._keys() if self._is_json else self._columns()

    def _keys(self) -> list[str]:
        """The paths of the first lines, and those that the mapping may name further on."""
        found: dict[str, None] = {}
        for number, raw in enumerate(self._text.lines()):
            found |= dict.fromkeys(lines.keys_of(raw))
            if number >= MOST_KEYS_FROM:
                break
        self._text = self._begin()
        return list(found)

    def _columns(self) -> list[str]:
        text, rule = self._text, self._entry.rule
        skip = rule.skip
        if rule.header:
            self._delimiter = rule.delimiter or self._sniffed()
        for raw in text.lines() if skip or not rule.header else ():
            said = text.text(raw)
            text.took(raw)
            if skip:
                skip -= 1
                if not skip and rule.header:
                    break
                continue
            if said.lower().startswith("sep=") and len(said.strip()) == 5:
                # Written for Excel.
                self._delimiter = said.strip()[-1]
                continue
            if not said.strip():
                continue
            if self._delimiter not in said or self._delimiter == ",":
                self._delimiter = lines.delimiter_of(said)
            self._delimiter = rule.delimiter or self._delimiter
            return [name.strip() for name in lines.split(said, self._delimiter) or ()]
        return list(rule.header)

    def _sniffed(self) -> str:
        sample = self._text.file.peek(4096)[:4096] if hasattr(self._text.file, "peek") else b""
        return lines.delimiter_of(sample.split(b"\n")[0].decode("utf-8", errors="replace"))

    def rows(self) -> Iterator[Cut]:
        """The rows from here on."""
        if not self._head:
            return iter(())
        if self._is_json:
            return lines.json_rows(self._text, self._head)
        return lines.csv_rows(self._text, self._delimiter, len(self._head))
