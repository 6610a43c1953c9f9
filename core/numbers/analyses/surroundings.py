"""What was, and will be, going on around the customers on each day: weather, free days, events (metrics 8.9, 8.7).

By the customers' regions, not the office's: what weighs is which share of the customers a thing met.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from core.clock import add_days, day_bounds, day_of, days

Group: TypeAlias = Literal["weather", "calendar", "event"]
# A wet day has a millimetre of rain (WMO) or a centimetre of snow.
WET_MM, SNOW_CM, HEAVY_MM, HOT_C, ICE_C, GALE_KMH = 1.0, 1.0, 20.0, 30.0, 0.0, 62.0
WET_SPELL_DAYS = 3
# Level 1 is a gust of 50 km/h: on the coast that is every third day.
WARNING_LEVEL = 2
# How long a launch or campaign without an end goes on (metrics 8.2).
EVENT_DAYS = 14
EVENT_KINDS = ("launch", "campaign", "season", "outage")
FIRST_DRY, WARNING = "first_dry_day_after_wet_spell", "warning_active"
CALENDAR = ("holiday", "school", "bridge")


@dataclass(frozen=True)
class Sky:
    """A day's weather in one region, degrees Celsius, mm, cm, km/h; None is not known."""

    weather_class: str | None = None
    temp_min: float | None = None
    temp_max: float | None = None
    rain_mm: float | None = None
    snow_cm: float | None = None
    wind_max: float | None = None
    fog: bool | None = None
    warning: int | None = None


@dataclass(frozen=True)
class Surroundings:
    """Which share of the customers (0..1) a thing met on a day, by thing and day; ``groups`` says what kind it is.

    ``known`` are the days whose weather is known, ``where`` the regions, heaviest first, that a thing met on a day."""

    met: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    where: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def on(self, day_on: str) -> dict[str, float]:
        """What met customers on a day, and which share of them."""
        return {thing: shares[day_on] for thing, shares in self.met.items() if day_on in shares}


def read_surroundings(db: sqlite3.Connection, zone: ZoneInfo, from_on: str, to_on: str) -> Surroundings:
    """From one local day to another, forecasts of weather and plans of events included."""
    weights = region_weights(db)
    skies = _skies(db, add_days(from_on, -31), to_on)
    met: dict[str, dict[str, float]] = defaultdict(dict)
    groups: dict[str, Group] = {}
    regions: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)

    def meets(thing: str, group: Group, day_on: str, region: str, share: float) -> None:
        groups[thing] = group
        met[thing][day_on] = met[thing].get(day_on, 0.0) + share
        if region:
            regions[thing, day_on].append((-share, region))

    known = frozenset(day for day in days(from_on, to_on) if any(day in told for told in skies.values()))
    for day in sorted(known):
        told = [region for region in skies if day in skies[region]]
        whole = sum(weights.get(region, 1.0) for region in told)
        for region in told:
            for thing in things_of(skies[region], day):
                meets(thing, "weather", day, region, weights.get(region, 1.0) / whole)
    free = _public(db, from_on, to_on)
    everyone = weights or dict.fromkeys({region for region, _, _ in free}, 1.0)
    whole = sum(everyone.values())
    for region, day, kind in free:
        if region in everyone:
            meets(kind, "calendar", day, region, everyone[region] / whole)
    for kind, day in _events(db, zone, from_on, to_on):
        met[kind][day], groups[kind] = 1.0, "event"
    names = _names(db)
    where = {key: tuple(names.get(region, region) for _, region in sorted(some)) for key, some in regions.items()}
    return Surroundings(met, groups, known, where)


def things_of(skies: Mapping[str, Sky], day_on: str) -> list[str]:
    """The class of a region's day, and what else it was: wet or foggy under a heavier name, the first dry day after
    three wet ones, a day of warning."""
    sky = skies[day_on]
    found = {word} if (word := sky.weather_class or class_of(sky)) else set()
    found |= {name for name, holds in _besides(sky) if holds}
    before = [skies.get(add_days(day_on, -back)) for back in range(1, WET_SPELL_DAYS + 1)]
    if is_wet(sky) is False and all(each is not None and is_wet(each) for each in before):
        found.add(FIRST_DRY)
    if sky.warning is not None and sky.warning >= WARNING_LEVEL:
        found.add(WARNING)
    return sorted(found)


def _besides(sky: Sky) -> Iterable[tuple[str, bool]]:
    yield "rain", (sky.rain_mm or 0.0) >= WET_MM
    yield "snow", (sky.snow_cm or 0.0) >= SNOW_CM
    yield "fog", bool(sky.fog)


def is_wet(sky: Sky) -> bool | None:
    """Whether rain or snow worth the name fell; None where neither is known."""
    if sky.rain_mm is None and sky.snow_cm is None:
        return None
    return (sky.rain_mm or 0.0) >= WET_MM or (sky.snow_cm or 0.0) >= SNOW_CM


def class_of(sky: Sky) -> str | None:
    """The most telling word for a day whose source names none; None where nothing is known."""

    def reaches(value: float | None, step: float) -> bool:
        return value is not None and value >= step

    rules = (
        ("storm", reaches(sky.wind_max, GALE_KMH)),
        ("snow", reaches(sky.snow_cm, SNOW_CM)),
        ("heavy_rain", reaches(sky.rain_mm, HEAVY_MM)),
        ("rain", reaches(sky.rain_mm, WET_MM)),
        ("fog", bool(sky.fog)),
        ("heat", reaches(sky.temp_max, HOT_C)),
        ("frost", sky.temp_max is not None and sky.temp_max < ICE_C),
    )
    if word := next((word for word, holds in rules if holds), None):
        return word
    return None if sky.rain_mm is None and sky.temp_max is None else "dry"


def region_weights(db: sqlite3.Connection) -> dict[str, float]:
    """How much each region counts; alike where no weights are told."""
    rows = db.execute("select region, weight from regions order by region").fetchall()
    told = {region: weight for region, weight in rows if weight is not None and weight > 0}
    return told or {region: 1.0 for region, _ in rows}


def _skies(db: sqlite3.Connection, from_on: str, to_on: str) -> dict[str, dict[str, Sky]]:
    found: dict[str, dict[str, Sky]] = defaultdict(dict)
    counted = region_weights(db)
    for row in db.execute(
        "select region, day_on, weather_class, temp_min, temp_max, rain_mm, snow_cm, wind_max, fog, warning "
        "from weather_days where day_on between ? and ?",
        (from_on, to_on),
    ):
        if not counted or row[0] in counted:
            found[row[0]][row[1]] = Sky(*row[2:])
    return found


def _public(db: sqlite3.Connection, from_on: str, to_on: str) -> list[tuple[str, str, str]]:
    return [
        (row[0], row[1], row[2])
        for row in db.execute(
            "select region, day_on, kind from public_days where day_on between ? and ?", (from_on, to_on)
        )
        if row[2] in CALENDAR
    ]


def _events(db: sqlite3.Connection, zone: ZoneInfo, from_on: str, to_on: str) -> Iterable[tuple[str, str]]:
    """Kind and day of what is told of all customers, not of one team or queue."""
    begin_at, end_at = day_bounds(add_days(from_on, -366), zone)[0], day_bounds(to_on, zone)[1]
    for kind, from_at, to_at in db.execute(
        "select kind, from_at, to_at from calendar_events where deleted_at is null and scope_team_uid is null "
        f"and scope_queue_uid is null and kind in ({', '.join('?' * len(EVENT_KINDS))}) and from_at between ? and ?",
        (*EVENT_KINDS, begin_at, end_at),
    ):
        first = day_of(from_at, zone)
        last = day_of(max(from_at, to_at - 1), zone) if to_at is not None else _end(kind, first)
        for day in days(max(first, from_on), min(last, to_on)):
            yield kind, day


def _end(kind: str, first: str) -> str:
    return first if kind == "outage" else add_days(first, EVENT_DAYS - 1)


def _names(db: sqlite3.Connection) -> Mapping[str, str]:
    return {region: name or region for region, name in db.execute("select region, name from regions")}
