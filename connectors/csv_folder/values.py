"""Texts and numbers of a cell become our values: whole numbers, seconds, minor units, flags and words.

Nothing is guessed where two readings are possible: such a row is set aside, with what to write in the mapping.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from connectors import BadRow

Cell: TypeAlias = str | int | float | bool | None

# Seconds of one of each; the others are forms of writing.
SECONDS: Mapping[str, Decimal] = {
    "ms": Decimal("0.001"), "s": Decimal(1), "min": Decimal(60), "h": Decimal(3600), "days": Decimal(86_400),
}  # fmt: skip
CLOCKS = frozenset({"hh:mm:ss", "mm:ss", "hh:mm", "iso"})
MONEY = frozenset({"minor", "major"})
MOMENTS = frozenset({"epoch", "epoch_ms"})
UNITS = frozenset({*SECONDS, *CLOCKS, *MONEY, *MOMENTS, "percent"})
# Minor units that are not two digits (ISO 4217).
DIGITS: Mapping[str, int] = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3,
    "TND": 3,
}  # fmt: skip
NOTHING = frozenset({"", "-", "–", "n/a", "#n/a", "na", "nan", "null", "none", "nil"})
YES = frozenset({"1", "yes", "y", "true", "t", "x", "on", "ja", "j", "wahr", "oui", "si", "sí", "是", "✓"})
NO = frozenset({"0", "no", "n", "false", "f", "off", "nein", "falsch", "non", "否"})
NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d{1,2})?")
CURRENCY = re.compile(r"^[^\d+.,()-]{1,4}\s*|\s*[^\d.,()-]{1,4}$")
CLOCK = re.compile(r"(-?)(\d{1,6}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?")
ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?")
BLANKS = str.maketrans("", "", " \u00a0\u202f\u2009'’")
LONG_S = 10
LARGEST = Decimal(2**63 - 1)


def text_of(cell: Cell) -> str:
    """A cell as text, whole numbers without a decimal point."""
    if cell.__class__ is str:
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def number(cell: Cell, decimal: str | None = None) -> Decimal:
    """The number that a cell holds. ``decimal``: its mark; without one, 1,234 has two readings and is refused."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _sane(Decimal(str(cell)))
    text = text_of(cell).translate(BLANKS)
    if not NUMBER.fullmatch(text):
        raise BadRow("is no number")
    mark = decimal or _mark(text)
    other = "," if mark == "." else "."
    text = text.replace(other, "").replace(mark, ".")
    try:
        return _sane(Decimal(text))
    except InvalidOperation:
        raise BadRow("is no number") from None


def _mark(text: str) -> str:
    """The decimal mark of a number, where it can be told."""
    commas, dots = text.count(","), text.count(".")
    if commas and dots:
        return "," if text.rindex(",") > text.rindex(".") else "."
    if commas == 1:
        if len(text) - text.index(",") - 1 == 3:
            raise BadRow("can be read in two ways; say in the mapping which mark is its decimal")
        return ","
    # Several of one kind part the thousands.
    return "," if dots > 1 else "."


def _sane(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) > LARGEST:
        raise BadRow("is no number that can be kept")
    return value


def whole(cell: Cell, decimal: str | None = None) -> int:
    """A whole number."""
    value = number(cell, decimal)
    if value != value.to_integral_value():
        raise BadRow("is no whole number")
    return int(value)


def share(cell: Cell, decimal: str | None = None, *, is_percent: bool = False) -> float:
    """A number; 85 % and, where the unit is percent, 85 are 0.85."""
    text = text_of(cell)
    if text.endswith("%"):
        return float(number(text[:-1], decimal) / 100)
    value = number(cell, decimal)
    return float(value / 100 if is_percent else value)


def seconds(cell: Cell, unit: str | None, decimal: str | None = None) -> int | None:
    """A duration in whole seconds, fractions dropped; None for a negative one, which no duration can be.

    Without a unit a plain number is seconds, 1:02:03 hours and 12:34 minutes with seconds."""
    text = text_of(cell)
    if unit == "s" and text.isdecimal() and text.isascii() and len(text) < LONG_S:
        return int(text)
    if clock := CLOCK.fullmatch(text):
        return _clock(clock, unit)
    if text[:1] in ("P", "p") and (iso := ISO.fullmatch(text.upper())):
        days, hours, minutes, rest = iso.groups(default="0")
        return int(Decimal(days) * 86_400 + Decimal(hours) * 3600 + Decimal(minutes) * 60) + int(
            Decimal(rest.replace(",", "."))
        )
    if unit in CLOCKS:
        raise BadRow(f"is not written as {unit}")
    value = number(cell, decimal) * SECONDS[unit or "s"]
    return int(value) if value >= 0 else None


def _clock(found: re.Match[str], unit: str | None) -> int | None:
    sign, first, second, third, _ = found.groups()
    if third is not None:
        total = int(first) * 3600 + int(second) * 60 + int(third)
    elif unit in ("hh:mm", "h", "min"):
        total = int(first) * 3600 + int(second) * 60
    else:
        total = int(first) * 60 + int(second)
    if int(second) > 59 or int(third or 0) > 59:
        raise BadRow("is no duration")
    return None if sign and total else total


def minor(cell: Cell, unit: str, currency: str, decimal: str | None = None) -> int:
    """An amount of money in minor units of its currency, half a unit to even."""
    text = text_of(cell)
    if text.startswith("(") and text.endswith(")"):
        # Book-keepers write what was paid back in brackets.
        return -minor(text[1:-1], unit, currency, decimal)
    plain: Cell = CURRENCY.sub("", text) if isinstance(cell, str) else cell
    value = number(plain, decimal)
    scaled = value if unit == "minor" else value.scaleb(DIGITS.get(currency.upper(), 2))
    return int(scaled.to_integral_value())


def flag(cell: Cell) -> bool | None:
    """Yes or no in some languages; None for a word that is neither."""
    word = text_of(cell).casefold()
    return True if word in YES else False if word in NO else None


def is_nothing(cell: Cell, also: frozenset[str] = frozenset()) -> bool:
    """Whether a cell says that nothing is known."""
    if cell is None or cell == "":
        return True
    if cell.__class__ is not str and not also:
        return False
    word = text_of(cell).casefold()
    return word in NOTHING or word in also
