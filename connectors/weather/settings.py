"""Where customers live, whose school holidays are known, and how Open-Meteo is reached."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from connectors import Api, Http, Settings

# Open-Meteo's free tier allows 600 a minute; a pull needs two for each region.
REQUESTS_PER_MINUTE = 120
FREE = ("https://archive-api.open-meteo.com", "https://api.open-meteo.com")
PAID = ("https://customer-archive-api.open-meteo.com", "https://customer-api.open-meteo.com")


class Place(BaseModel):
    """One region of customers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, description="Your name for the region; customers' regions are matched by it.")
    lat: float = Field(ge=-90, le=90, description="Latitude of its middle, degrees.")
    lon: float = Field(ge=-180, le=180, description="Longitude of its middle, degrees.")
    weight: float = Field(1.0, gt=0, description="Its share of your customers, in any unit.")
    holidays: str | None = Field(None, description="Country or state whose public holidays count, such as DE or DE-BE.")
    school_calendar: Path | None = Field(
        None, description="A calendar file (.ics) of its school holidays, as school authorities offer for download."
    )

    @field_validator("holidays")
    @classmethod
    def known(cls, value: str | None) -> str | None:
        if value is not None:
            from holidays import country_holidays  # noqa: PLC0415  (0.1 s, needed by few)

            country, _, state = value.partition("-")
            try:
                country_holidays(country, subdiv=state or None)
            except NotImplementedError:
                raise ValueError("should be a country such as DE, or one of its states such as DE-BE") from None
        return value


class SchoolHolidays(BaseModel):
    """One stretch of school holidays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_on: date = Field(description="First day.")
    to_on: date = Field(description="Last day.")
    name: str = Field("School holidays", description="What they are called.")
    regions: tuple[str, ...] = Field((), description="Names of the regions that have them; all, if none is named.")

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.to_on < self.from_on:
            raise ValueError("ends before it begins")
        return self


class WeatherSettings(Settings):
    regions: tuple[Place, ...] = Field(
        min_length=1,
        examples=[[{"name": "Berlin", "lat": 52.52, "lon": 13.41, "weight": 0.6, "holidays": "DE-BE"}]],
        description="Where your customers live: a name, a place on the map, a share, whose public holidays.",
    )
    api_key: SecretStr | None = Field(
        None,
        examples=["env:OPEN_METEO_KEY"],
        description="Key of a paid Open-Meteo plan; without one, its free service for non-commercial use is asked.",
    )
    forecast_days: int = Field(7, ge=0, le=16, description="Days ahead that are read as forecast; 0 for none.")
    school_holidays: tuple[SchoolHolidays, ...] = Field(
        (),
        examples=[[{"from_on": "2026-07-09", "to_on": "2026-08-22", "name": "Summer", "regions": ["Berlin"]}]],
        description="School holidays, as no free service knows those of all countries.",
    )
    archive_url: str | None = Field(
        None, examples=[FREE[0]], description="Server of past weather, if it is not Open-Meteo's own."
    )
    forecast_url: str | None = Field(
        None, examples=[FREE[1]], description="Server of forecasts, if it is not Open-Meteo's own."
    )

    @model_validator(mode="after")
    def names(self) -> Self:
        known = [place.name for place in self.regions]
        if len(set(known)) < len(known):
            raise ValueError("two regions have the same name")
        if strange := {name for one in self.school_holidays for name in one.regions} - set(known):
            raise ValueError(f"school_holidays name no region: {', '.join(sorted(strange))}")
        return self

    @property
    def archive(self) -> str:
        """The server of past weather."""
        return self.archive_url or (PAID if self.api_key else FREE)[0]

    @property
    def forecast(self) -> str:
        """The server of forecasts."""
        return self.forecast_url or (PAID if self.api_key else FREE)[1]


@dataclass(frozen=True)
class Weather:
    """What the streams are given: the door to Open-Meteo and what the admin said."""

    api: Api
    settings: WeatherSettings

    @property
    def key(self) -> str | None:
        """The key as it is sent, in the query, as Open-Meteo wants it."""
        return self.settings.api_key.get_secret_value() if self.settings.api_key else None


def http(settings: WeatherSettings) -> Http:
    """Both servers; a refused key shows as 401 or 403 where one is sent."""
    refusals = frozenset({401, 403}) if settings.api_key else frozenset({401})
    return Http(f"{settings.forecast}/v1", besides=(settings.archive,), setting="api_key", refusals=refusals)


def client(settings: WeatherSettings, api: Api | None, _: ZoneInfo) -> Weather:
    """The door and the settings in one."""
    assert api is not None
    return Weather(api, settings)
