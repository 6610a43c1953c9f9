"""Pages of rows that are new in the folder's files; where each file was left is committed with the rows.

A file is known by its path. One with the size and time of the last reading is not opened. Of one that grew only what
was added is read, if all that lies before it is unchanged (a hash of it); anything else is read again from its head,
which changes nothing twice, as rows are known by their ids.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import msgspec

from connectors import BadRow, ConfigError, Context, Page, Unavailable, Window
from connectors.csv_folder.columns import Mismatch, Selection, of_the_file
from connectors.csv_folder.folder import Entry, Unreadable, key_of, listing, must_be_there
from connectors.csv_folder.lines import Cut
from connectors.csv_folder.reading import Reading, opened
from connectors.csv_folder.rows import Row, normalise_row
from connectors.csv_folder.settings import CsvFolderSettings

ROWS_A_PAGE = 2_000
# A page ends with its file. Of thousands of small files a page takes many: the places of all are written with each.
FEW_FILES = 200
# A last line without an end is taken when nothing was added for so long.
SETTLED_S = 60
NS = 1_000_000_000
# Of a file of which none of the first rows can be read the mapping is wrong, and it is not to hold up the others.
FIRST_ROWS = 20
NO_ID = re.compile(r"[^A-Za-z0-9_.-]+")
LONGEST_NAME = 80

_encode = msgspec.json.Encoder().encode


class Left(msgspec.Struct, frozen=True, array_like=True):
    """Where a file was left: its size and time when it was opened, the byte and line behind the last row, and a hash
    of all before it. ``is_done``: up to its end then; ``waits``: but for a last line without an end.
    ``tries``: how often the file was begun from its head without coming to its end."""

    size: int
    mtime_ns: int
    at: int = 0
    line: int = 0
    hash: str = ""
    is_done: bool = False
    waits: bool = False
    tries: int = 0

    def is_unchanged(self, entry: Entry) -> bool:
        """Whether the file has the size and time that it had."""
        return (self.size, self.mtime_ns) == (entry.size, entry.mtime_ns)


NEW = Left(-1, -1)


def fetch_files(settings: CsvFolderSettings, window: Window) -> Iterator[Page]:
    """What is new in files that bring rows in addition."""
    yield from Pass(settings, window, whole=False).pages()


def fetch_lists(settings: CsvFolderSettings, window: Window) -> Iterator[Page]:
    """All rows of files that hold all there is."""
    yield from Pass(settings, replace(window, resume_at=None), whole=True).pages()


class Pass:
    """One way through the folder."""

    def __init__(self, settings: CsvFolderSettings, window: Window, *, whole: bool) -> None:
        self._settings = settings
        self._window = window
        self._whole = whole
        self._left: dict[str, Left] = {}
        if window.resume_at:
            self._left = msgspec.json.decode(window.resume_at, type=dict[str, Left])
        self._before = dict(self._left)
        self._rows: list[msgspec.Raw] = []
        self._begun = 0

    def pages(self) -> Iterator[Page]:
        """Pages of rows over all files; what was wrong with some of them is raised when the others are read."""
        must_be_there(self._settings.path)
        if all(rule.whole != self._whole for rule in self._settings.rules):
            return
        found = listing(self._settings, whole=self._whole)
        faults, mismatches = list(found.faults), []
        there = {_key(entry) for entry in found.entries}
        self._left = {key: left for key, left in self._left.items() if key in there}
        for entry in found.entries:
            try:
                yield from self._of_file(entry)
                if self._rows and len(found.entries) <= FEW_FILES:
                    yield self._page()
            except FileNotFoundError:
                continue
            except Unreadable as problem:
                faults.append(str(problem))
            except Mismatch as problem:
                del self._rows[self._begun :]
                mismatches.append(str(problem))
        if self._rows or self._left != self._before:
            yield self._page()
        if mismatches:
            raise ConfigError(" ".join([*mismatches, *faults]))
        if faults:
            raise Unavailable(" ".join(faults))

    def _page(self) -> Page:
        rows, self._rows, self._begun = self._rows, [], 0
        if self._whole:
            return Page(rows)
        self._before = dict(self._left)
        return Page(rows, resume_at=_encode(self._left).decode())

    def _of_file(self, entry: Entry) -> Iterator[Page]:
        key, self._begun = _key(entry), len(self._rows)
        left = self._left.get(key, NEW)
        if left.is_unchanged(entry) and left.is_done and not left.waits:
            return
        is_settled = (
            entry.is_packed
            or (left.waits and left.is_unchanged(entry))
            or self._window.now_at - entry.mtime_ns // NS > SETTLED_S
        )
        with opened(entry, is_settled=is_settled) as reading:
            told = reading.stat()
            selection = reading.select(key_of(self._settings, entry.rule))
            # How many rows are alike is known only to who reads the file from its head.
            is_resumable = selection.named_by is None
            if left.at and is_resumable:
                reading.go_to(left.at, left.line, left.hash)
            for row in self._rows_of(entry, reading, selection):
                self._rows.append(msgspec.Raw(_encode(row)))
                if len(self._rows) >= ROWS_A_PAGE:
                    if is_resumable:
                        self._left[key] = Left(*told, reading.at, reading.line, reading.digest())
                    else:
                        self._left[key] = Left(*told, line=reading.line, tries=left.tries + 1)
                    yield self._page()
            if self._whole and (reading.waits or _stat(entry) != told):
                # What is not written yet would be taken for gone.
                raise Unreadable(f"{entry.name} is being written. It is read at the next run.")
            self._left[key] = Left(*told, reading.at, reading.line, reading.digest(), is_done=True, waits=reading.waits)

    def _rows_of(self, entry: Entry, reading: Reading, selection: Selection) -> Iterator[Row]:
        """The rows that are not left out; Mismatch where none of the first ones can be read."""
        named = of_the_file(PurePosixPath(entry.name).name)
        alike: Counter[int] = Counter()
        bad: int | None = 0
        for cut in reading.rows():
            row = _row(entry, selection, named, reading.unit, cut)
            if row is None:
                continue
            if selection.named_by is not None and not row.fault:
                alike[name := hash(tuple(cut.cells[place] for place in selection.named_by))] += 1
                row.nth = alike[name]
            if bad is not None:
                fault = fault_of(row, self._settings)
                bad = bad + 1 if fault else None
                if bad == FIRST_ROWS:
                    key = key_of(self._settings, entry.rule)
                    raise Mismatch(
                        f"{key}: none of the first {FIRST_ROWS} rows can be read. {fault}. Mend its columns."
                    )
            yield row


def first_rows(entry: Entry, reading: Reading, selection: Selection) -> list[Row]:
    """The first rows of a file whose head was read, but for those left out."""
    named = of_the_file(PurePosixPath(entry.name).name)
    rows = (_row(entry, selection, named, reading.unit, cut) for cut in reading.rows())
    return list(islice((row for row in rows if row is not None), FIRST_ROWS))


def fault_of(row: Row, settings: CsvFolderSettings) -> str:
    """Why a row cannot be read; empty if it can."""
    ctx = Context(settings, ZoneInfo("UTC"), source="", account="", fetched_at=0)
    try:
        list(normalise_row(row, ctx))
    except BadRow as problem:
        return problem.message
    except (ArithmeticError, LookupError, TypeError, ValueError) as problem:
        return f"{row.place}: {type(problem).__name__}"
    return ""


def _stat(entry: Entry) -> tuple[int, int]:
    stat = entry.path.stat()
    return stat.st_size, stat.st_mtime_ns


def _key(entry: Entry) -> str:
    """A file with what it is said to be: after a change of its mapping it is read anew."""
    name = f"{entry.name}\x1f{entry.rule.model_dump_json()}"
    return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _row(entry: Entry, selection: Selection, named: tuple[str, str], unit: str, cut: Cut) -> Row | None:
    place = f"{entry.name} {unit} {cut.line}"
    name = f"{NO_ID.sub('_', entry.name)[-LONGEST_NAME:]}:{cut.line}"
    if entry.is_shared:
        name = f"{name}:{entry.rule.kind}"
    if cut.fault:
        return Row(name, place, entry.rule.name, fault=cut.fault)
    if selection.is_left_out(cut.cells):
        return None
    said, own = selection.of((*cut.cells, *named))
    return Row(name, place, entry.rule.name, said, own)
