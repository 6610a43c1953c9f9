"""A workbook's sheet becomes rows of cells, as Excel shows them."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from connectors.csv_folder.columns import NOTHING, Selection, select
from connectors.csv_folder.folder import Entry, Unreadable
from connectors.csv_folder.lines import Cut
from connectors.csv_folder.values import Cell

# What openpyxl raises on parts of a workbook that are not as they should be; broken XML is a SyntaxError.
# Excel's largest sheet of plain numbers has about 1 GiB; texts of all sheets are held in memory while one is read.
MOST_UNPACKED = 2 << 30
MOST_TEXTS = 256 << 20
HELD = ("sharedstrings.xml", "styles.xml", "workbook.xml")
UNSOUND = (KeyError, IndexError, TypeError, ValueError, SyntaxError)


class Sheet:
    """A workbook's sheet, read row by row; it is never read on from the middle of a changed file."""

    unit = "row"
    waits = False

    def __init__(self, entry: Entry, file: IO[bytes], told: tuple[int, int]) -> None:
        self._entry = entry
        self._told = told
        self._file = file
        self.at = 0
        self._width = 0
        self._stamp = hashlib.blake2b(repr(told).encode(), digest_size=12).hexdigest()
        self._cells: Iterator[tuple[int, Sequence[Any]]] = iter(())

    @property
    def line(self) -> int:
        """The row read last."""
        return self.at

    def stat(self) -> tuple[int, int]:
        """Size and time of the file when it was opened."""
        return self._told

    def digest(self) -> str:
        """Names the state of the file as a whole."""
        return self._stamp

    _left_at = 0

    def go_to(self, at: int, line: int, digest: str) -> bool:
        """Moves to a row of an unchanged workbook."""
        self._left_at = min(at, line) if digest == self._stamp else 0
        return digest == self._stamp

    def select(self, key: str) -> Selection:
        """Opens the sheet and finds its head."""
        from openpyxl import load_workbook  # noqa: PLC0415  (0.2 s, and only where there are workbooks)
        from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

        rule = self._entry.rule
        # To go back in a packed file would unpack it from its beginning each time.
        file = self._file if self._entry.member is None else io.BytesIO(self._file.read(MOST_TEXTS + 1))
        if self._entry.member is not None and file.seek(0, io.SEEK_END) > MOST_TEXTS:
            raise self._too_big()
        try:
            self._check_size(file)
            book = load_workbook(file, read_only=True, data_only=True)
        except (*UNSOUND, InvalidFileException) as problem:
            raise self._unsound(problem) from None
        if rule.sheet is not None and rule.sheet not in book.sheetnames:
            raise Unreadable(f"{self._entry.name} has no sheet {rule.sheet}. It has: {', '.join(book.sheetnames)}.")
        sheet = book[rule.sheet] if rule.sheet is not None else book.worksheets[0]
        # What the file says of its own size is often wrong.
        sheet.reset_dimensions()
        self._cells = self._numbered(sheet.iter_rows(values_only=True))
        head = list(rule.header)
        skip = rule.skip
        for number, cells in self._cells if skip or not head else ():
            self.at = number
            if skip:
                skip -= 1
                if not skip and head:
                    break
            elif any(cell is not None for cell in cells):
                head = ["" if cell is None else str(cell).strip() for cell in cells]
                break
        self._width = len(head)
        return select(rule, head, self._entry.name, key) if head else NOTHING

    def _check_size(self, file: Any) -> None:
        with zipfile.ZipFile(file) as parts:
            sizes = {part.filename.lower(): part.file_size for part in parts.infolist()}
        held = sum(size for name, size in sizes.items() if name.endswith(HELD))
        if sum(sizes.values()) > MOST_UNPACKED or held > MOST_TEXTS:
            raise self._too_big()
        file.seek(0)

    def _too_big(self) -> Unreadable:
        return Unreadable(f"{self._entry.name} is too big for a workbook. Save the sheet as CSV.")

    def _numbered(self, cells: Iterator[tuple[Any, ...]]) -> Iterator[tuple[int, Sequence[Any]]]:
        number = 0
        while True:
            try:
                row = next(cells, None)
            except UNSOUND as problem:
                raise self._unsound(problem) from None
            if row is None:
                return
            number += 1
            yield number, row

    def _unsound(self, problem: Exception) -> Unreadable:
        return Unreadable(f"{self._entry.name} is no sound workbook ({type(problem).__name__}). Save it again.")

    def rows(self) -> Iterator[Cut]:
        """The rows from here on; empty ones are none."""
        for number, cells in self._cells:
            self.at = number
            if number <= self._left_at or all(cell is None or cell == "" for cell in cells):
                continue
            row = [plain(cell) for cell in cells[: self._width]]
            yield Cut(number, row + [None] * (self._width - len(row)), "", number)


def plain(cell: object) -> Cell:
    """A workbook's value as text or number: moments in ISO form, durations as hours, minutes and seconds."""
    match cell:
        case None | bool() | int() | float():
            return cell
        case datetime():
            return cell.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            whole = int(cell.total_seconds())
            sign = "-" if whole < 0 else ""
            hours, rest = divmod(abs(whole), 3600)
            return f"{sign}{hours}:{rest // 60:02}:{rest % 60:02}"
    text = str(cell)
    # An error of a formula, such as #DIV/0!, says nothing.
    return None if text.startswith("#") and text.endswith(("!", "?", "A")) else text
