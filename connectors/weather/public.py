"""Public holidays by rule, school holidays as given, and the bridge days that follow from both kinds of free days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from connectors import Context, Page, PublicDay, Record, Unavailable, Window
from connectors.weather.settings import Place, Weather

Kind: TypeAlias = Literal["holiday", "school", "bridge"]

LONGEST = timedelta(days=120)


class PublicRow(msgspec.Struct):
    region: str
    day_on: str
    kind: Kind
    name: str


def fetch_public(weather: Weather, window: Window) -> Iterator[Page]:
    """The days of all years from where reports begin to the end of next year; asks nobody."""
    first = datetime.fromtimestamp(window.since, UTC).year
    years = range(first, datetime.fromtimestamp(window.now_at, UTC).year + 2)
    for place in weather.settings.regions:
        rows = [*_holidays(place, years), *_school(weather, place, years)]
        yield Page([msgspec.Raw(msgspec.json.encode(row)) for row in rows])


def normalise_public(row: PublicRow, _: Context) -> Iterator[Record]:
    """One day of one kind; a day can be of two kinds."""
    yield PublicDay(region=row.region, day_on=date.fromisoformat(row.day_on).isoformat(), kind=row.kind, name=row.name)


def _holidays(place: Place, years: range) -> Iterator[PublicRow]:
    if place.holidays is None:
        return
    from holidays import country_holidays  # noqa: PLC0415  (0.1 s, needed by few)

    country, _, state = place.holidays.partition("-")
    known = country_holidays(country, subdiv=state or None, years=[years[0] - 1, *years, years[-1] + 1])
    for day, name in sorted(known.items()):
        if day.year in years:
            yield PublicRow(place.name, day.isoformat(), "holiday", name)
    for day in bridges(set(known), frozenset(known.weekend)):
        if day.year in years:
            yield PublicRow(place.name, day.isoformat(), "bridge", "Bridge day")


def bridges(holidays: set[date], weekend: frozenset[int]) -> list[date]:
    """Working days between free days, of which one at least is a holiday on what were a working day."""
    one = timedelta(days=1)

    def is_free(day: date) -> bool:
        return day in holidays or day.weekday() in weekend

    near = {day + step for day in holidays if day.weekday() not in weekend for step in (-one, one)}
    return sorted(day for day in near if not is_free(day) and is_free(day - one) and is_free(day + one))


def _school(weather: Weather, place: Place, years: range) -> Iterator[PublicRow]:
    stretches = [
        (one.from_on, one.to_on, one.name)
        for one in weather.settings.school_holidays
        if not one.regions or place.name in one.regions
    ]
    if place.school_calendar is not None:
        stretches += calendar(place.school_calendar)
    named: dict[date, str] = {}
    for first, last, name in sorted(stretches):
        if not timedelta(0) <= last - first <= LONGEST:
            raise Unavailable(f"school holidays from {first} to {last} cannot be right; nothing of them was kept.")
        for number in range((last - first).days + 1):
            named.setdefault(first + timedelta(days=number), name)
    for day, name in sorted(named.items()):
        if day.year in years:
            yield PublicRow(place.name, day.isoformat(), "school", name)


def calendar(path: Path) -> list[tuple[date, date, str]]:
    """The events of a calendar file; Unavailable where it cannot be read."""
    try:
        return list(events(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError) as error:
        raise Unavailable(f"the school calendar {path.name} cannot be read ({type(error).__name__}).") from error


def events(text: str) -> Iterator[tuple[date, date, str]]:
    """First day, last day and name of the events of an iCalendar text (RFC 5545: whole days, the end exclusive)."""
    begin = end = None
    name = ""
    # Long lines go on after a line break and a blank.
    for line in text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "").split("\n"):
        key, _, value = line.partition(":")
        match key.partition(";")[0].upper():
            case "BEGIN" if value == "VEVENT":
                begin, end, name = None, None, "School holidays"
            case "DTSTART":
                begin = _day(value)
            case "DTEND":
                end = _day(value)
            case "SUMMARY":
                name = value.replace("\\,", ",").replace("\\;", ";").strip()
            case "END" if value == "VEVENT" and begin is not None:
                yield begin, begin if end is None or end <= begin else end - timedelta(days=1), name


def _day(value: str) -> date:
    return datetime.strptime(value.strip()[:8], "%Y%m%d").replace(tzinfo=UTC).date()
