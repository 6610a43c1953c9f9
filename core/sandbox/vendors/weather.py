"""An imitation of Open-Meteo's two servers: an archive that lags, forecasts that err, columns of daily values.

Its errors are Open-Meteo's: status 400 with ``{"error": true, "reason": …}``. A key is wanted, as on its paid servers.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from core.sandbox.dice import Dice
from core.sandbox.imitation import Imitation
from core.sandbox.web import Reply, Request, Sandbox

NOW_AT = 1_795_000_800  # 2026-11-18T11:20:00Z
API_KEY = "om-3f9a51c77e"
LAG_DAYS, MOST_PAST, MOST_AHEAD = 5, 92, 16
FIRST_ON = date(1940, 1, 1)
PASSES_AT_A_CHANGE = 20 * 3600
PLACES = (
    ("Berlin", 52.52, 13.41, "DE-BE"), ("Hamburg", 53.55, 9.99, "DE-HH"), ("Graz", 47.07, 15.44, "AT"),
    ("Lyon", 45.76, 4.84, "FR"), ("Reykjavik", 64.15, -21.94, None), ("Auckland", -36.85, 174.76, "NZ"),
)  # fmt: skip
# A front brings rain for some days and dry ones after it: its weight on each of the following days, squares adding
# up to 1, as numbers that give wet spells some days long. Two days in five are wet.
FRONT, DRY_BELOW = (0.50, 0.55, 0.45, 0.10, -0.25, -0.40), 0.0
UNITS = {"weather_code": "wmo code", "rain_sum": "mm", "showers_sum": "mm", "snowfall_sum": "cm"}


class WeatherSandbox(Sandbox):
    """Both servers in one; its clock stands still until ``change``."""

    name = "weather"

    def __init__(self, regions: int = 2, *, seed: int = 7) -> None:
        super().__init__(seed=seed)
        self.now_at = NOW_AT
        self.places = PLACES[:regions]
        self.lag_days = LAG_DAYS
        self.is_spoilt = False

    def settings(self) -> Mapping[str, Any]:
        """The keys of a source that reach it."""
        regions = [
            {"name": name, "lat": lat, "lon": lon, **({"holidays": holidays} if holidays else {})}
            for name, lat, lon, holidays in self.places
        ]
        return {"regions": regions, "api_key": API_KEY, "base_url": self.url}

    def change(self) -> None:
        """The better part of a day passes: the archive gains a day, forecasts are made anew."""
        self.now_at += PASSES_AT_A_CHANGE

    def spoil(self) -> None:
        """Hostile days among the good ones."""
        self.is_spoilt = True

    @property
    def today(self) -> date:
        """The day in UTC."""
        return datetime.fromtimestamp(self.now_at, UTC).date()

    def handle(self, request: Request) -> Reply:
        """Key, then the server that the path names."""
        if request.query.get("apikey") != API_KEY:
            return _error(401, "The supplied API key is invalid.")
        try:
            lat, lon = float(request.query["latitude"]), float(request.query["longitude"])
            names = request.query["daily"].split(",")
        except (KeyError, ValueError):
            return _error(400, "Parameter 'latitude' and 'longitude' must be given.")
        if "timezone" not in request.query:
            return _error(400, "Timezone is required")
        match request.path:
            case "/v1/archive":
                return self._archive(lat, lon, names, request.query)
            case "/v1/forecast":
                return self._forecast(lat, lon, names, request.query)
        return _error(404, "Not Found")

    def _archive(self, lat: float, lon: float, names: list[str], query: Mapping[str, str]) -> Reply:
        try:
            begin, end = date.fromisoformat(query["start_date"]), date.fromisoformat(query["end_date"])
        except (KeyError, ValueError):
            return _error(400, "Parameter 'start_date' and 'end_date' must be given.")
        if not FIRST_ON <= begin <= end <= self.today:
            words = f"Parameter 'end_date' is out of allowed range from {FIRST_ON} to {self.today}"
            return _error(400, words)
        if "showers_sum" in names:
            return _error(400, "Data corrupted at path ''. Cannot initialize from invalid String value showers_sum.")
        last = self.today - timedelta(days=self.lag_days)
        columns: dict[str, list[Any]] = {"time": [], **{name: [] for name in names}}
        for number in range((end - begin).days + 1):
            day = begin + timedelta(days=number)
            columns["time"].append(day.isoformat())
            told = truth(lat, lon, day) if day <= last else {}
            for name in names:
                columns[name].append(told.get(name))
        return self._answer(lat, lon, columns)

    def _forecast(self, lat: float, lon: float, names: list[str], query: Mapping[str, str]) -> Reply:
        past, ahead = int(query.get("past_days", 0)), int(query.get("forecast_days", 7))
        if not (0 <= past <= MOST_PAST and 0 <= ahead <= MOST_AHEAD):
            return _error(400, f"Parameter 'forecast_days' must be between 0 and {MOST_AHEAD}.")
        columns: dict[str, list[Any]] = {"time": [], **{name: [] for name in names}}
        for number in range(-past, ahead):
            day = self.today + timedelta(days=number)
            columns["time"].append(day.isoformat())
            told = guess(lat, lon, day, self.today)
            for name in names:
                columns[name].append(told.get(name, 0.0))
        return self._answer(lat, lon, columns)

    def _answer(self, lat: float, lon: float, columns: dict[str, list[Any]]) -> Reply:
        if self.is_spoilt:
            for row in HOSTILE:
                for name, values in columns.items():
                    values.append(row.get("time") if name == "time" else row.get("value"))
        units = {name: UNITS.get(name, "°C") for name in columns}
        body = {"latitude": lat, "longitude": lon, "timezone": "Europe/Berlin", "daily_units": units, "daily": columns}
        return Reply(body=msgspec.json.encode(body))


HOSTILE: tuple[dict[str, Any], ...] = (
    {"time": None, "value": 3},
    {"time": "not a day", "value": 3.5},
    {"time": "2026-11-31", "value": 3},
    {"time": "2999-01-01", "value": 3},
    {"time": "2026-01-01T00:00", "value": "warm"},
    {"time": "2026-01-02\u0000'; drop table weather_days; --", "value": 1e300},
    {"time": 20260103, "value": [1, 2]},
)


def truth(lat: float, lon: float, day: date) -> dict[str, Any]:
    """The weather of a place and day, always the same."""
    dice = Dice("weather", lat, lon, day)
    season = -1 if lat < 0 else 1
    warmth = 12 - season * 10 * (1 if day.month in (12, 1, 2) else -1 if day.month in (6, 7, 8) else 0)
    low = round(warmth - 4 + 5 * dice.normal(), 1)
    high = round(low + 3 + 9 * dice.random(), 1)
    is_wet = _wetness(lat, lon, day) > DRY_BELOW
    is_cold = high < 2
    fallen = round(dice.lognormal(4, 1.0), 1) if is_wet else 0.0
    wind = round(dice.lognormal(18, 0.5), 1)
    code = (73 if is_cold else 63 if fallen > 3 else 53) if is_wet else dice.pick((0, 1, 2, 3, 45))
    return {
        "weather_code": code, "temperature_2m_min": low, "temperature_2m_max": high,
        "rain_sum": 0.0 if is_cold else fallen, "snowfall_sum": fallen if is_cold else 0.0,
        "wind_speed_10m_max": wind, "wind_gusts_10m_max": round(wind * 1.7, 1),
    }  # fmt: skip


def _wetness(lat: float, lon: float, day: date) -> float:
    """A normal number with a mean of nought that changes slowly, as wet days come in spells."""
    told = (Dice("drizzle", lat, lon, day - timedelta(days=back)).normal() for back in range(len(FRONT)))
    return sum(weight * number for weight, number in zip(FRONT, told, strict=True))


def guess(lat: float, lon: float, day: date, issued: date) -> dict[str, Any]:
    """What is forecast on a day of another day: near the truth, the farther off the less; showers apart."""
    told, dice = truth(lat, lon, day), Dice("forecast", lat, lon, day, issued)
    error = round(dice.normal() * (0.2 + 0.3 * max(0, (day - issued).days)), 1)
    told["temperature_2m_max"] = round(told["temperature_2m_max"] + abs(error), 1)
    told["showers_sum"] = round(told["rain_sum"] / 4, 2)
    told["rain_sum"] = round(told["rain_sum"] - told["showers_sum"], 2)
    return told


def _error(status: int, reason: str) -> Reply:
    return Reply(status, msgspec.json.encode({"error": True, "reason": reason}))


@contextmanager
def start(objects: int) -> Iterator[WeatherSandbox]:
    """Regions enough for so many days of weather."""
    server = WeatherSandbox(min(len(PLACES), max(2, objects // 400)))
    server.start()
    try:
        yield server
    finally:
        server.stop()


imitation = Imitation(
    connector="weather",
    start=start,
    objects="weather_days",
    wrong={"api_key": "om-wrong-000000"},
    secrets=(API_KEY,),
)
