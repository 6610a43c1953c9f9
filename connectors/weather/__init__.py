"""Weather and holidays where customers live, from Open-Meteo, a holiday calendar and what the admin knows.

Not part of a default set-up: Open-Meteo's free service is for non-commercial use.
"""

from connectors import Connector, PublicDay, Region, Stream, WeatherDay
from connectors.weather import days, public
from connectors.weather.check import check
from connectors.weather.settings import REQUESTS_PER_MINUTE, WeatherSettings, client, http

connector = Connector(
    name="weather",
    title="Weather and holidays",
    settings=WeatherSettings,
    http=http,
    client=client,
    check=check,
    requests_per_minute=REQUESTS_PER_MINUTE,
    requests_per_1000=6,
    streams=(
        Stream(
            "regions",
            days.fetch_regions,
            days.RegionRow,
            days.normalise_region,
            "snapshot",
            owns=(Region,),
            feeds="regions and their weights, from the config",
            is_bounded=False,
        ),
        Stream(
            "public_days",
            public.fetch_public,
            public.PublicRow,
            public.normalise_public,
            "snapshot",
            owns=(PublicDay,),
            feeds="public holidays, school holidays, bridge days",
        ),
        Stream(
            "weather_days",
            days.fetch_days,
            days.DayRow,
            days.normalise_day,
            lookback=days.LOOKBACK_S,
            owns=(WeatherDay,),
            feeds="weather of each day and region, forecast included",
            windowed=True,
        ),
    ),
)
