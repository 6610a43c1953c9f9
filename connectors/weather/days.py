"""Daily weather of each region: the archive as far as it goes, the forecast from there on.

The archive lags some days and leaves them empty; the forecast server tells of these as well, marked as forecast until
the archive has them. One request a region and year, and one a region for the forecast.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from connectors import BadRow, Context, Page, Record, Region, WeatherDay, Window
from connectors.weather.classes import Figures, class_of, fog_of, level_of
from connectors.weather.settings import Place, Weather

PROVIDER = "open-meteo"
DAY_S = 86_400
CHUNK = timedelta(days=366)
# More than the archive ever lags, so that each pull sees where it ends; its last days are also mended later.
LOOKBACK_S = 14 * DAY_S
PAST_DAYS = 21
AHEAD = timedelta(days=20)
COLDEST_C, HOTTEST_C = -95.0, 65.0
DAILY = {
    "code": "weather_code",
    "temp_min": "temperature_2m_min",
    "temp_max": "temperature_2m_max",
    "rain": "rain_sum",
    "snow": "snowfall_sum",
    "wind": "wind_speed_10m_max",
    "gusts": "wind_gusts_10m_max",
}
# Forecast models tell showers apart from rain; the archive knows none.
AHEAD_ONLY = {"showers": "showers_sum"}


class DayRow(msgspec.Struct):
    """One day of one region, in the provider's units: degrees Celsius, mm, cm, km/h."""

    region: str
    day_on: str
    is_forecast: bool
    code: int | float | None = None
    temp_min: float | None = None
    temp_max: float | None = None
    rain: float | None = None
    showers: float | None = None
    snow: float | None = None
    wind: float | None = None
    gusts: float | None = None


class RegionRow(msgspec.Struct):
    name: str
    lat: float
    lon: float
    weight: float


class Answer(msgspec.Struct):
    """Columns by name, one value a day each."""

    daily: dict[str, list[Any]]


def fetch_regions(weather: Weather, _: Window) -> Iterator[Page]:
    """The regions of the config."""
    rows = [RegionRow(one.name, one.lat, one.lon, one.weight) for one in weather.settings.regions]
    yield Page([_raw(row) for row in rows])


def normalise_region(row: RegionRow, _: Context) -> Iterator[Record]:
    """A region under its own name."""
    yield Region(region=row.name, name=row.name, lat=row.lat, lon=row.lon, weight=row.weight)


def fetch_days(weather: Weather, window: Window) -> Iterator[Page]:
    """Years of the archive, all regions of each; then what the archive does not have yet."""
    begin = datetime.fromtimestamp(window.since, UTC).date()
    # Yesterday is over everywhere on Earth when it is over twelve hours west of Greenwich.
    end = datetime.fromtimestamp(window.now_at - DAY_S // 2, UTC).date() - timedelta(days=1)
    if window.until is not None:
        end = min(end, datetime.fromtimestamp(window.until, UTC).date())
    last: dict[str, str] = {}
    first_on = begin.isoformat()
    while begin <= end:
        stop = min(end, begin + CHUNK - timedelta(days=1))
        for place in weather.settings.regions:
            rows = _archive(weather, place, begin, stop)
            told = {str(row["day_on"]) for row in rows} & _dates(begin, stop)
            last |= {place.name: max(told)} if told else {}
            is_whole = place is weather.settings.regions[-1] and len(last) == len(weather.settings.regions)
            yield Page([_raw(row) for row in rows], data_to=_after(min(last.values())) if is_whole else None)
        begin = stop + timedelta(days=1)
    if window.until is None:
        for place in weather.settings.regions:
            # What the archive told earlier than this pull asks for stays as it is.
            known = last.get(place.name)
            rows = _forecast(weather, place)
            rows = [
                row for row in rows if (str(row["day_on"]) >= first_on if known is None else str(row["day_on"]) > known)
            ]
            yield Page([_raw(row) for row in rows])


def _dates(begin: date, end: date) -> set[str]:
    return {(begin + timedelta(days=number)).isoformat() for number in range((end - begin).days + 1)}


def _archive(weather: Weather, place: Place, begin: date, end: date) -> list[dict[str, Any]]:
    """The archive's days of a region; those that it does not have yet are left out."""
    asked = {**_where(weather, place), "start_date": begin.isoformat(), "end_date": end.isoformat()}
    asked["daily"] = ",".join(DAILY.values())
    answer = weather.api.get(f"{weather.settings.archive}/v1/archive", Answer, params=asked)
    rows = _rows(place, answer.daily, DAILY, is_forecast=False)
    return [row for row in rows if row["temp_max"] is not None]


def _forecast(weather: Weather, place: Place) -> list[dict[str, Any]]:
    columns = {**DAILY, **AHEAD_ONLY}
    days = {"past_days": PAST_DAYS, "forecast_days": weather.settings.forecast_days}
    asked = {**_where(weather, place), **days, "daily": ",".join(columns.values())}
    return _rows(place, weather.api.get("/forecast", Answer, params=asked).daily, columns, is_forecast=True)


def _where(weather: Weather, place: Place) -> dict[str, Any]:
    """The place, its own days and, if there is one, the key."""
    return {"latitude": place.lat, "longitude": place.lon, "timezone": "auto", "apikey": weather.key}


def _rows(
    place: Place, daily: Mapping[str, list[Any]], columns: Mapping[str, str], *, is_forecast: bool
) -> list[dict[str, Any]]:
    """Columns turned into days."""
    made = []
    for number, day_on in enumerate(daily.get("time", ())):
        row: dict[str, Any] = {"region": place.name, "day_on": day_on, "is_forecast": is_forecast}
        for name, column in columns.items():
            values = daily.get(column, ())
            row[name] = values[number] if number < len(values) else None
        made.append(row)
    return made


def _raw(row: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(row))


def _after(day_on: str) -> int:
    """The moment at which a day ends, in UTC, as cursors count."""
    return int(datetime.fromisoformat(day_on).replace(tzinfo=UTC).timestamp()) + DAY_S


def normalise_day(row: DayRow, ctx: Context) -> Iterator[Record]:
    """A day with its class; figures that no place on Earth ever had are no figures."""
    day = date.fromisoformat(row.day_on)
    if day > datetime.fromtimestamp(ctx.fetched_at, UTC).date() + AHEAD:
        raise BadRow(f"{row.day_on} is too far ahead to be forecast")
    if any(value is not None and not COLDEST_C <= value <= HOTTEST_C for value in (row.temp_min, row.temp_max)):
        raise BadRow(f"{row.day_on} has a temperature that cannot be")
    if any(value is not None and value < 0 for value in (row.rain, row.showers, row.snow, row.wind, row.gusts)):
        raise BadRow(f"{row.day_on} has less than no rain, snow or wind")
    rain = row.rain if row.showers is None else (row.rain or 0.0) + row.showers
    code = None if row.code is None else int(row.code)
    found = Figures(code, row.temp_min, row.temp_max, rain, row.snow, row.wind, row.gusts)
    yield WeatherDay(
        region=row.region,
        day_on=day.isoformat(),
        temp_min=found.temp_min,
        temp_max=found.temp_max,
        rain_mm=None if rain is None else round(rain, 2),
        snow_cm=found.snow_cm,
        wind_max=found.wind_max,
        fog=fog_of(code),
        weather_class=class_of(found),
        warning=level_of(found),
        provider=PROVIDER,
        is_forecast=row.is_forecast,
    )
