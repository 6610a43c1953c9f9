"""A language: its messages, and how it writes numbers, lengths of time, days and clock times."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_precision

from core.clock import day_of
from core.errors import ConfigError
from core.numbers.local import SLOT_S
from core.numbers.metric import Unit

LANGUAGES = ("en", "de", "zh")
NAME_CHARS = 60


@dataclass(frozen=True)
class Language:
    """The messages of one language, by section and key; money is told in ``currency`` where it is known."""

    code: str
    babel: Locale
    messages: Mapping[str, Mapping[str, str | Mapping[str, str]]]
    currency: str | None = None

    def text(self, section: str, key: str) -> str:
        """A message, word or pattern; KeyError if the language lacks it."""
        found = self.messages[section][key]
        if not isinstance(found, str):
            raise KeyError(f"{section}.{key}")
        return found

    def word(self, section: str, key: str) -> str | None:
        """A word that may be missing: a vendor's own channel, a metric without a short name."""
        found = self.messages[section].get(key)
        return found if isinstance(found, str) else None

    def count(self, number: int, noun: str) -> str:
        """So many of a noun, in the plural form that the number asks for."""
        forms = self.messages["noun"][noun]
        assert not isinstance(forms, str)
        form = forms.get(self.babel.plural_form(number)) or forms["other"]
        return form.format(n=self.number(number))

    def nth(self, number: int) -> str:
        """Which time it is: 5th."""
        return self.text("nth", str(self.babel.ordinal_form(number))).format(n=number)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with so many decimals, halves away from zero, a true minus sign."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        exact = rounded(value, decimals)
        return str(format_decimal(exact, format=pattern, locale=self.babel)).replace("-", "−")

    def percent(self, share: float, decimals: int = 1) -> str:
        """A share 0..1 as per cent."""
        return self.text("format", "percent").format(n=self.number(share * 100, decimals))

    def points(self, share: float) -> str:
        """A difference of shares in percentage points."""
        return self.text("format", "points").format(n=self.number(share * 100, 1))

    def money(self, minor: float) -> str:
        """An amount in minor units, of which most currencies have a hundred."""
        if self.currency is None:
            return self.number(minor / 100, 2)
        digits = get_currency_precision(self.currency)
        amount = rounded(minor / 10**digits, digits)
        return str(format_currency(amount, self.currency, locale=self.babel)).replace("-", "−")

    def seconds(self, value: float) -> str:
        """A length of time in the two largest units that matter."""
        sign, value = ("−", -value) if value < 0 else ("", value)
        if value < 90:
            return sign + self._unit("s", self.number(value))
        minutes = int(rounded(value / 60, 0))
        if value < 600 and rounded(value / 60, 1) != minutes:
            return sign + self._unit("min", self.number(value / 60, 1))
        if minutes < 60:
            return sign + self._unit("min", self.number(minutes))
        hours, minutes = divmod(minutes, 60)
        if hours < 48:
            return sign + self._unit("h_min" if minutes else "h", hours, minutes)
        days, hours = divmod(int(rounded(value / 3600, 0)), 24)
        return sign + (self._unit("d_h", self.number(days), hours) if hours else self.count(days, "days"))

    def value(self, value: float | None, unit: Unit) -> str:
        """A value in its unit; a dash where there is none."""
        if value is None:
            return self.text("text", "no_value")
        match unit:
            case Unit.SHARE:
                return self.percent(value)
            case Unit.SECONDS:
                return self.seconds(value)
            case Unit.COUNT:
                return self.number(value, 0 if rounded(value, 1) == int(value) else 1)
            case Unit.NET:
                whole = rounded(value, 0)
                return ("+" if whole > 0 else "") + self.number(value)
            case Unit.HOURS | Unit.DAYS:
                return self._unit(unit.value, self.number(value, 1))
            case Unit.MONEY:
                return self.money(value)
            case Unit.POINTS:
                return self.points(value / 100)
            case _:
                return self.number(value, 2)

    def signed(self, value: float | None, unit: Unit) -> str:
        """A value with its sign, also where it is more."""
        text = self.delta(value, unit) if value is not None else self.value(None, unit)
        return text if not value else ("+" if value > 0 else "−") + text

    def span(self, low: float | None, high: float | None, unit: Unit) -> str:
        """From one value to another."""
        return self.text("format", "span").format(low=self.value(low, unit), high=self.value(high, unit))

    def target(self, value: float, unit: Unit) -> str:
        """A value that is aimed at: shares without needless decimals."""
        if unit is Unit.SHARE and rounded(value * 100, 1) == int(rounded(value * 100, 0)):
            return self.percent(value, 0)
        return self.value(value, unit)

    def delta(self, value: float, unit: Unit) -> str:
        """The size of a difference, without its sign."""
        size = abs(value)
        return self.points(size) if unit is Unit.SHARE else self.value(size, unit).lstrip("+")

    def day(self, day_on: str, style: str) -> str:
        """A local date in one of the locale's patterns."""
        pattern = self.text("format", style)
        return format_date(date.fromisoformat(day_on), pattern, locale=self.babel)

    def clock(self, at: int, zone: ZoneInfo, day_on: str) -> str:
        """Local wall time, after its weekday where it falls on another day than ``day_on``; 24:00 ends the day."""
        local = datetime.fromtimestamp(at, UTC).astimezone(zone)
        if day_of(at, zone) == day_on:
            return f"{local:%H:%M}"
        if day_of(at - 1, zone) == day_on:
            return "24:00"
        return f"{format_date(local.date(), self.text('format', 'short'), locale=self.babel)} {local:%H:%M}"

    def _unit(self, key: str, number: str | int, rest: int = 0) -> str:
        return self.text("unit", key).format(n=number, m=rest)


def rounded(value: float, decimals: int) -> Decimal:
    """The decimal number nearest to a float as it is written, halves away from zero."""
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def slot_time(slot: int) -> str:
    """The wall time at which a half hour begins; slot 48 ends the day."""
    minutes = slot * SLOT_S // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def neat(text: str, limit: int = NAME_CHARS) -> str:
    """Other people's words on one line: no control, direction or surrogate characters, cut at ``limit``."""
    kept = "".join(
        " " if unicodedata.category(letter) in {"Zl", "Zp", "Zs"} or letter in "\t\r\n" else letter
        for letter in text
        if letter in "\t\r\n" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


@lru_cache(maxsize=len(LANGUAGES))
def language(code: str) -> Language:
    """One of the languages that reports are written in."""
    if code not in LANGUAGES:
        raise ConfigError(f"reports are written in {', '.join(LANGUAGES)}; '{neat(code, 20)}' is none of them")
    folder = files("core.report").joinpath("locales")
    messages = tomllib.loads(folder.joinpath(f"{code}.toml").read_text(encoding="utf-8"))
    for file in sorted(folder.joinpath("sections").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            _add(messages, tomllib.loads(file.read_text(encoding="utf-8"))[code], file.name)
    return Language(code, Locale.parse(messages["format"]["locale"]), messages)


def language_of(code: str, currency: str | None) -> Language:
    """A language in which money is told with its currency."""
    return replace(language(code), currency=currency)


def _add(messages: dict[str, dict[str, Any]], more: Mapping[str, Mapping[str, Any]], file: str) -> None:
    """Puts the messages of an analysis beside the others; a key that is there already is a mistake."""
    for section, entries in more.items():
        known = messages.setdefault(section, {})
        if twice := known.keys() & entries.keys():
            raise KeyError(f"{file}: {section}.{min(twice)} is said twice")
        known.update(entries)
