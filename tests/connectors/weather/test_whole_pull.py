"""The connector with the real door, loop and store, on an imitation whose weather is known."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from connectors.weather import connector
from connectors.weather.settings import Weather, WeatherSettings
from core.errors import AuthError
from core.http import Api
from core.sandbox.vendors.weather import API_KEY, LAG_DAYS, WeatherSandbox, guess, truth
from tests.connectors.weather.conftest import DAY_S, pull, rows

DAYS = "select day_on, temp_max, rain_mm, is_forecast from weather_days where region = 'Berlin' order by day_on"
BERLIN = (52.52, 13.41)


def expected(server: WeatherSandbox, first_on: date, *, ahead: int = 7) -> list[tuple[str, float, float, int]]:
    """Berlin as far as the archive has it, then the forecast of today."""
    last = server.today - timedelta(days=LAG_DAYS)
    found = []
    day = first_on
    while day < server.today + timedelta(days=ahead):
        told = truth(*BERLIN, day) if day <= last else guess(*BERLIN, day, server.today)
        rain = round(told["rain_sum"] + told.get("showers_sum", 0.0), 2)
        found.append((day.isoformat(), told["temperature_2m_max"], rain, int(day > last)))
        day += timedelta(days=1)
    return found


def test_a_pull_tells_past_and_forecast_of_each_region(server: WeatherSandbox, db: sqlite3.Connection) -> None:
    """Weather of the customers' regions, each day once, and no more than what the provider has."""
    assert pull(db, server).outcome == "ok"
    assert rows(db, DAYS) == expected(server, server.today - timedelta(days=40))
    assert rows(db, "select region, weight from regions order by 1") == [("Berlin", 1.0), ("Hamburg", 1.0)]
    assert rows(db, "select count(distinct region) from weather_days") == [(2,)]
    kinds = dict(rows(db, "select kind, count(*) from public_days where region = 'Berlin' group by 1"))
    assert kinds["holiday"] > 15
    assert kinds["bridge"] > 0


def test_a_forecast_gives_way_to_what_truly_was(server: WeatherSandbox, db: sqlite3.Connection) -> None:
    """A forecast kept as truth would make weather explain volumes that it did not cause."""
    pull(db, server)
    first_on = server.today - timedelta(days=40)
    for _ in range(10):
        server.now_at += DAY_S
        pull(db, server)
    assert rows(db, DAYS) == expected(server, first_on)


def test_an_idle_pull_asks_each_region_twice(server: WeatherSandbox, db: sqlite3.Connection) -> None:
    """The free service is shared with everybody."""
    pull(db, server)
    again = pull(db, server)
    assert again.requests == 4
    assert sum(one.news for one in again.streams) == 0


def test_the_archives_last_days_are_read_again(server: WeatherSandbox, db: sqlite3.Connection) -> None:
    """The archive mends its last days, and fills in those that it lagged behind."""
    pull(db, server)
    before = len(server.log)
    pull(db, server)
    asked = [logged.query["start_date"] for logged in server.log[before:] if logged.path.endswith("/archive")]
    (end_on,) = rows(db, "select max(day_on) from weather_days where is_forecast = 0")[0]
    again = date.fromisoformat(end_on) - date.fromisoformat(min(asked))
    assert len(asked) == 2
    assert again == timedelta(days=13)


def test_no_forecast_is_read_where_none_is_wanted(server: WeatherSandbox, db: sqlite3.Connection) -> None:
    """Nought days ahead still fills the days that the archive lags."""
    pull(db, server, forecast_days=0)
    assert rows(db, DAYS) == expected(server, server.today - timedelta(days=40), ahead=0)


def test_a_broken_calendar_does_not_stop_the_weather(
    server: WeatherSandbox, db: sqlite3.Connection, tmp_path: Path
) -> None:
    """School holidays are the least of it."""
    regions = [{"name": "Berlin", "lat": 52.52, "lon": 13.41, "school_calendar": str(tmp_path / "gone.ics")}]
    result = pull(db, server, regions=regions)
    assert {one.stream for one in result.streams if one.status == "failed"} == {"public_days"}
    assert rows(db, "select count(*) from weather_days")[0][0] > 40


def test_check_names_what_is_wrong(server: WeatherSandbox, tmp_path: Path) -> None:
    """A swapped latitude, a missing file and a wrong key are each mended elsewhere."""
    regions = [
        {"name": "Berlin", "lat": 52.52, "lon": 13.41, "holidays": "DE-BE"},
        {"name": "Nowhere", "lat": 0, "lon": 0, "school_calendar": str(tmp_path / "gone.ics")},
    ]
    with door(server, regions=regions) as weather:
        findings = {one.what: one for one in connector.check(weather)} if connector.check else {}
    assert findings["paid plan"].ok
    assert not findings["school calendar of Nowhere"].ok
    assert "DE-BE" in findings["no public holidays for Nowhere"].advice
    assert findings["forecast for Berlin, whose days are those of Europe/Berlin"].ok
    with door(server, api_key="wrong") as weather, pytest.raises(AuthError, match="`api_key`"):
        list(connector.check(weather) if connector.check else ())


def test_the_free_service_is_said_to_be_for_non_commercial_use() -> None:
    """A firm that did not read the terms should hear of them from us."""
    api: object = None
    weather = Weather(api, WeatherSettings.model_validate({"regions": [{"name": "B", "lat": 1, "lon": 2}]}))  # type: ignore[arg-type]
    first = next(iter(connector.check(weather) if connector.check else ()))
    assert first.ok
    assert "non-commercial" in first.advice


class door:  # noqa: N801
    """The client of the imitation, as the daemon would open it."""

    def __init__(self, server: WeatherSandbox, **changed: object) -> None:
        given = {key: value for key, value in server.settings().items() if key != "base_url"}
        self.settings = WeatherSettings.model_validate({**given, "api_key": API_KEY, **changed})
        assert connector.http is not None
        http = connector.http(self.settings)
        assert http is not None
        self.api = Api(http, name="w", base_url=server.url)

    def __enter__(self) -> Weather:
        return Weather(self.api, self.settings)

    def __exit__(self, *_: object) -> None:
        self.api.close()
