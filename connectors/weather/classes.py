"""What kind of day it was: the class and the level of danger that follow from a day's figures.

Codes are WMO's table 4677 as Open-Meteo uses it (https://open-meteo.com/en/docs): the heaviest of the day.
"""

import msgspec

THUNDER, FREEZING, FOG = frozenset({95, 96, 99}), frozenset({56, 57, 66, 67}), frozenset({45, 48})
SUNNY = frozenset({0, 1})
# A wet day has a millimetre (WMO), a hot one 30 degrees, a day of ice no thaw, a gale 62 km/h (Beaufort 8).
WET_MM, SNOW_CM, HOT_C, ICE_C, GALE_KMH, HEAVY_MM = 1.0, 1.0, 30.0, 0.0, 62.0, 20.0
# From which gusts (km/h), rain (mm a day) and snow (cm a day) on a level begins. The steps are those of the German
# weather service's scale, from memory; they are no official warning.
LEVELS = ((4, 140.0, 80.0, 40.0), (3, 105.0, 50.0, 20.0), (2, 65.0, 30.0, 10.0), (1, 50.0, 20.0, 5.0))


class Figures(msgspec.Struct):
    """A day's figures: degrees Celsius, mm, cm, km/h; None where the provider has none."""

    code: int | None = None
    temp_min: float | None = None
    temp_max: float | None = None
    rain_mm: float | None = None
    snow_cm: float | None = None
    wind_max: float | None = None
    gusts_max: float | None = None


def class_of(day: Figures) -> str | None:
    """The one word for the day, the most telling that holds; None where nothing is known."""
    if day == Figures():
        return None
    code = -1 if day.code is None else day.code
    rules = (
        ("storm", _at_least(day.wind_max, GALE_KMH)),
        ("thunderstorm", code in THUNDER),
        ("ice", code in FREEZING),
        ("snow", _at_least(day.snow_cm, SNOW_CM)),
        ("heavy_rain", _at_least(day.rain_mm, HEAVY_MM)),
        ("rain", _at_least(day.rain_mm, WET_MM)),
        ("fog", code in FOG),
        ("heat", _at_least(day.temp_max, HOT_C)),
        ("frost", day.temp_max is not None and day.temp_max < ICE_C),
        ("sunny", code in SUNNY),
    )
    return next((word for word, holds in rules if holds), "cloudy")


def fog_of(code: int | None) -> bool | None:
    """Whether there was fog; None on days whose code tells of something heavier, which hides it."""
    if code is None or code > max(FOG):
        return None
    return code in FOG


def level_of(day: Figures) -> int | None:
    """0 for nothing to 4 for extreme, by gusts, rain and snow; None where none of them is known."""
    given = (day.gusts_max, day.rain_mm, day.snow_cm)
    if all(value is None for value in given):
        return None
    for level, *steps in LEVELS:
        if any(_at_least(value, step) for value, step in zip(given, steps, strict=True)):
            return level
    return 0


def _at_least(value: float | None, step: float) -> bool:
    return value is not None and value >= step
