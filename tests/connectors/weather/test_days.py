"""Days of weather: what is asked, where the archive ends, and what of an answer is believed."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from connectors import BadRow, Context, WeatherDay, Window
from connectors.weather.days import DayRow, fetch_days, normalise_day
from connectors.weather.settings import FREE, PAID, http
from core.sandbox.vendors.weather import NOW_AT
from tests.connectors.weather.conftest import BERLIN, DAY_S, fake, settings

TODAY = date(2026, 11, 18)
HAMBURG = {"name": "Hamburg", "lat": 53.55, "lon": 9.99}


def daily(begin: date, count: int, *, known: int | None = None) -> dict[str, Any]:
    """So many days of ten degrees; those after ``known`` are not there yet."""
    days = [(begin + timedelta(days=number)).isoformat() for number in range(count)]
    return {
        "daily": {
            "time": days,
            "temperature_2m_max": [10.0 if known is None or n < known else None for n in range(count)],
        }
    }


def told(path: str, params: Mapping[str, Any]) -> Any:
    """An archive that ends five days ago, and a forecast."""
    if path.endswith("/archive"):
        begin, end = date.fromisoformat(params["start_date"]), date.fromisoformat(params["end_date"])
        count = (end - begin).days + 1
        return daily(begin, count, known=max(0, min(count, (TODAY - timedelta(days=5) - begin).days + 1)))
    return daily(TODAY - timedelta(days=params["past_days"]), params["past_days"] + params["forecast_days"])


def days_of(pages: Any) -> list[tuple[str, str, bool]]:
    found = [msgspec.json.decode(raw) for page in pages for raw in page.rows]
    return [(row["region"], row["day_on"], row["is_forecast"]) for row in found]


def test_the_forecast_begins_where_the_archive_ends() -> None:
    """A day is told once: twice would let a forecast stand over what truly was, a gap would lose a day."""
    pages = list(fetch_days(fake(told), Window(since=NOW_AT - 30 * DAY_S, now_at=NOW_AT)))
    found = days_of(pages)
    dates = [day_on for _, day_on, _ in found]
    assert dates == [(date(2026, 10, 19) + timedelta(days=number)).isoformat() for number in range(37)]
    assert [day_on for _, day_on, ahead in found if not ahead][-1] == "2026-11-13"
    assert next(day_on for _, day_on, ahead in found if ahead) == "2026-11-14"


def test_an_archive_that_says_nothing_takes_nothing_back() -> None:
    """Days that were archived at earlier pulls must not become forecasts because the archive has a bad day."""

    def silent(path: str, params: Mapping[str, Any]) -> Any:
        return daily(TODAY, 0) if path.endswith("/archive") else told(path, params)

    pages = list(fetch_days(fake(silent), Window(since=NOW_AT - 14 * DAY_S, now_at=NOW_AT)))
    assert min(day_on for _, day_on, _ in days_of(pages)) == "2026-11-04"
    assert {page.data_to for page in pages} == {None}


def test_one_request_a_region_and_year() -> None:
    """The free service counts calls; a request a day would use up a day's allowance for a year of one region."""
    weather = fake(told, BERLIN, HAMBURG)
    pages = list(fetch_days(weather, Window(since=NOW_AT - 800 * DAY_S, now_at=NOW_AT)))
    api: Any = weather.api
    asked = [(path.rpartition("/")[2], params["latitude"]) for path, params in api.asked]
    assert asked == [("archive", 52.52), ("archive", 53.55)] * 3 + [("forecast", 52.52), ("forecast", 53.55)]
    assert {params["timezone"] for _, params in api.asked} == {"auto"}
    assert [page.data_to is not None for page in pages] == [False, True] * 3 + [False, False]


def test_nothing_is_complete_before_all_regions_are() -> None:
    """The slower region's days would never be asked for again."""

    def one_only(path: str, params: Mapping[str, Any]) -> Any:
        answer = told(path, params)
        if params["latitude"] == HAMBURG["lat"] and path.endswith("/archive"):
            answer["daily"]["temperature_2m_max"] = [None] * len(answer["daily"]["time"])
        return answer

    pages = list(fetch_days(fake(one_only, BERLIN, HAMBURG), Window(since=NOW_AT - 20 * DAY_S, now_at=NOW_AT)))
    assert [page.data_to for page in pages] == [None] * 4


def test_a_day_that_is_not_over_somewhere_is_not_asked_of_the_archive() -> None:
    """At 03:00 in Berlin it is still yesterday in Honolulu; half a day's rain is not a day's."""
    weather = fake(told)
    night = NOW_AT // DAY_S * DAY_S + 2 * 3600
    list(fetch_days(weather, Window(since=night - 5 * DAY_S, now_at=night)))
    api: Any = weather.api
    assert api.asked[0][1]["end_date"] == "2026-11-16"


def test_a_window_of_history_asks_for_no_forecast() -> None:
    """A backfill of last year has nothing to do with next week."""
    until = NOW_AT - 100 * DAY_S
    weather = fake(told)
    list(fetch_days(weather, Window(since=until - 7 * DAY_S, until=until, now_at=NOW_AT)))
    api: Any = weather.api
    assert [path.rpartition("/")[2] for path, _ in api.asked] == ["archive"]


def test_showers_are_rain(context: Context) -> None:
    """Summer's rain comes as showers, which the forecast tells apart."""
    (day,) = normalise_day(
        DayRow("Berlin", "2026-11-20", is_forecast=True, temp_max=9.0, rain=0.4, showers=0.8), context
    )
    assert isinstance(day, WeatherDay)
    assert (day.rain_mm, day.weather_class, day.is_forecast) == (1.2, "rain", True)


@pytest.mark.parametrize(
    "row",
    [
        DayRow("Berlin", "2999-01-01", is_forecast=False, temp_max=9.0),
        DayRow("Berlin", "2026-11-01", is_forecast=False, temp_max=300.0),
        DayRow("Berlin", "2026-11-01", is_forecast=False, temp_max=9.0, rain=-1.0),
        DayRow("Berlin", "yesterday", is_forecast=False, temp_max=9.0),
    ],
)
def test_what_cannot_be_is_set_aside(context: Context, row: DayRow) -> None:
    """One absurd day would be the record of a year."""
    with pytest.raises((BadRow, ValueError)):
        list(normalise_day(row, context))


def test_a_code_may_come_as_a_float(context: Context) -> None:
    """Columns that hold a null are floats to many a server; every day of theirs would be set aside."""
    row = msgspec.json.decode(b'{"region":"B","day_on":"2026-11-10","is_forecast":false,"code":45.0}', type=DayRow)
    (made,) = normalise_day(row, context)
    assert isinstance(made, WeatherDay)
    assert (made.fog, made.weather_class) == (True, "fog")


def test_unknown_is_not_nought(context: Context) -> None:
    """No figure for rain is not a dry day."""
    (day,) = normalise_day(DayRow("Berlin", "2026-11-01", is_forecast=False, temp_max=9.0), context)
    assert isinstance(day, WeatherDay)
    assert (day.rain_mm, day.snow_cm, day.fog, day.warning) == (None, None, None, None)


def test_a_key_goes_to_the_paid_servers_only() -> None:
    """The free ones do not know it; and without a key nothing must be sent to paid ones."""
    assert (settings().archive, settings().forecast) == FREE
    paid = settings(api_key="k")
    assert (paid.archive, paid.forecast) == PAID
    assert settings(archive_url="https://weather.example").archive == "https://weather.example"
    assert http(paid).besides == (PAID[0],)


@pytest.mark.parametrize(("key", "refusals"), [("k", {401, 403}), (None, {401})])
def test_a_403_is_a_refused_key_only_where_there_is_one(key: str | None, refusals: set[int]) -> None:
    """To renew a key that nobody gave is no advice; to skip weather in silence is none either."""
    assert http(settings(api_key=key)).refusals == refusals


@pytest.mark.parametrize(
    "wrong",
    [
        {"regions": []},
        {"regions": [BERLIN, BERLIN]},
        {"regions": [{**BERLIN, "lat": 91}]},
        {"regions": [{**BERLIN, "holidays": "XX"}]},
        {"regions": [{**BERLIN, "holidays": "DE-XX"}]},
        {"school_holidays": [{"from_on": "2026-07-01", "to_on": "2026-07-02", "regions": ["Bern"]}]},
        {"school_holidays": [{"from_on": "2026-07-03", "to_on": "2026-07-02"}]},
    ],
)
def test_a_mistake_in_the_config_is_told_at_once(wrong: Mapping[str, Any]) -> None:
    """A region that is misspelt would simply have no holidays."""
    with pytest.raises(ValidationError):
        settings(**{"regions": [BERLIN], **wrong})
