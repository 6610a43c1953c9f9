"""What ``check`` tries: both servers for each region, the school calendars, and whether the free tier is meant."""

from collections.abc import Iterator
from typing import Any

import msgspec

from connectors import Finding, Refused, Unavailable
from connectors.weather.public import calendar
from connectors.weather.settings import Place, Weather

LICENCE = "Open-Meteo's free service is for non-commercial use (open-meteo.com/en/terms); firms take a plan and set "
LICENCE += "`api_key`."


class Located(msgspec.Struct):
    timezone: str


def check(weather: Weather) -> Iterator[Finding]:
    """One small request a region and server."""
    yield Finding("paid plan" if weather.key else "free service", True, "" if weather.key else LICENCE)
    for place in weather.settings.regions:
        where: dict[str, Any] = {
            "latitude": place.lat,
            "longitude": place.lon,
            "timezone": "auto",
            "apikey": weather.key,
        }
        for what, path, days in (
            ("forecast", "/forecast", {"forecast_days": 1}),
            (
                "past weather",
                f"{weather.settings.archive}/v1/archive",
                {"start_date": "2026-01-01", "end_date": "2026-01-01"},
            ),
        ):
            try:
                answer = weather.api.get(path, Located, params={**where, **days, "daily": "temperature_2m_max"})
            except (Refused, Unavailable) as problem:
                yield Finding(f"{what} for {place.name}", False, f"{problem.message} Are `lat` and `lon` right?")
            else:
                yield Finding(f"{what} for {place.name}, whose days are those of {answer.timezone}", True)
        yield from _calendar(place)
        if place.holidays is None:
            advice = 'Set `holidays`, such as "DE-BE", or its weather stands alone.'
            yield Finding(f"no public holidays for {place.name}", True, advice)


def _calendar(place: Place) -> Iterator[Finding]:
    if place.school_calendar is None:
        return
    try:
        count = len(calendar(place.school_calendar))
    except Unavailable as problem:
        advice = f"{problem.message} `school_calendar` should name an .ics file that this user may read."
        yield Finding(f"school calendar of {place.name}", False, advice)
        return
    yield Finding(f"school calendar of {place.name}: {count} entries", count > 0, "" if count else "It has no events.")
