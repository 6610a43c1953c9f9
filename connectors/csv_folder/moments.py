"""Local dates and times of a cell become moments; the hour that comes twice in autumn is read in a fixed way.

A naive time that comes twice is the first of the two (summer time), unless that lies before the moment named by
``after``: then it is the second. One that never comes (spring) is read with the offset from before the change, so half
past two is half past three. PEP 495 describes both.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from math import floor
from zoneinfo import ZoneInfo

from connectors import BadRow
from connectors.csv_folder.values import SECONDS, Cell, number, text_of

HALF_DAY_S = 12 * 3600
SHORTEST_ZONED = len("2026-11-21T06:00Z") - 1
DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})")
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
SHORT = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2,4}")
MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})|(\d{1,2})[/.-](\d{4})")
TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*([AaPp][Mm])?")
ZONED = re.compile(r".*\d(Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)
EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?")
EPOCH_MS = re.compile(r"\d{12,13}")


@lru_cache(maxsize=4096)
def day(text: str, form: str | None = None) -> date:
    """A local date; 11/12/2026 has two readings and needs a ``form``."""
    try:
        if form:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  (a date has no zone)
        text = text.partition("T")[0].partition(" ")[0]
        if found := DATE.fullmatch(text):
            year, month, of_month, of_month2, month2, year2 = found.groups()
            return date(int(year or year2), int(month or month2), int(of_month or of_month2))
        if found := COMPACT.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise BadRow("is no date") from None
    if SHORT.fullmatch(text):
        raise BadRow("has two readings; say its format in the mapping, such as %d/%m/%Y")
    raise BadRow("is no date")


def month(text: str, form: str | None = None) -> str:
    """A month as YYYY-MM."""
    if not form and (found := MONTH.fullmatch(text)):
        year, number_of, number_of2, year2 = found.groups()
        if 1 <= int(number_of or number_of2) <= 12:
            return f"{int(year or year2):04}-{int(number_of or number_of2):02}"
        raise BadRow("is no month")
    return day(text, form).isoformat()[:7]


def time_of_day(cell: Cell, unit: str | None = None) -> int:
    """Seconds from midnight of a time of day, which may be their plain number."""
    text = text_of(cell)
    if found := TIME.fullmatch(text):
        hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
        if found[4]:
            hours = hours % 12 + (12 if found[4] in ("PM", "pm", "Pm", "pM") else 0)
        if minutes > 59 or seconds > 60:
            raise BadRow("is no time of day")
        return hours * 3600 + minutes * 60 + seconds
    return int(number(cell) * SECONDS.get(unit or "s", SECONDS["s"]))


def joined(date_cell: Cell, time_cell: Cell, form: str | None, unit: str | None, zone: ZoneInfo) -> int:
    """The moment of a local date and a time of day; times past 24 hours lie on the days after."""
    of_day = time_of_day(time_cell, unit)
    if not 0 <= of_day < 10 * 86_400:
        raise BadRow("is no time of day")
    on = day(text_of(date_cell), form) + timedelta(days=of_day // 86_400)
    wall = datetime.combine(on, time.min) + timedelta(seconds=of_day % 86_400)
    return _at(wall, zone)


def moment(cell: Cell, form: str | None, unit: str | None, zone: ZoneInfo) -> int:
    """The moment that a cell names: ISO and German forms, a given form, or epoch seconds; whole seconds."""
    text = text_of(cell)
    if unit in ("epoch", "epoch_ms"):
        return int(number(cell) * SECONDS["ms" if unit == "epoch_ms" else "s"])
    if form:
        try:
            read = datetime.strptime(text, form)  # noqa: DTZ007  (the zone follows)
        except ValueError:
            raise BadRow(f"is not written as {form}") from None
        return floor(read.timestamp()) if read.tzinfo else _at(read, zone)
    if EPOCH.fullmatch(text):
        return int(float(text))
    if EPOCH_MS.fullmatch(text):
        return int(text) // 1000
    if ZONED.match(text) and len(text) > SHORTEST_ZONED:
        return _iso(text)
    head, _, tail = text.replace("T", " ", 1).partition(" ")
    on = day(head)
    return joined(on.isoformat(), tail.strip() or "0:00", None, None, zone)


def _iso(text: str) -> int:
    try:
        read = datetime.fromisoformat(text.replace("z", "Z").replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        raise BadRow("is no moment") from None
    return floor(read.timestamp())


def _at(wall: datetime, zone: tzinfo) -> int:
    try:
        return int(wall.replace(tzinfo=zone).timestamp())
    except (ValueError, OverflowError, OSError):
        raise BadRow("is no moment") from None


def not_before(at: int, other_at: int, zone: ZoneInfo) -> int:
    """The same wall time, later, where it lies before ``other_at``: the second pass of an hour, or the next day."""
    if at >= other_at:
        return at
    local = datetime.fromtimestamp(at, zone)
    again = int(local.replace(fold=1).timestamp())
    if at < other_at <= again:
        return again
    # A clock set back during a call is no midnight.
    if other_at - at > HALF_DAY_S:
        wall = local.replace(tzinfo=None) + timedelta(days=1)
        return _at(wall, zone)
    return at


def local_date(text: str, form: str | None, zone: ZoneInfo) -> str:
    """The local date that a cell names, be it by a moment with a zone."""
    if not form and len(text) > SHORTEST_ZONED and ZONED.match(text):
        at = moment(text, None, None, zone)
        return datetime.fromtimestamp(at, UTC).astimezone(zone).date().isoformat()
    return day(text, form).isoformat()
