"""The config file as models: every key is described, and a key nobody knows is an error."""

import re
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    WithJsonSchema,
    model_validator,
)

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
LOOPBACK = re.compile(r"^http://(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?(/|$)")


def seconds(value: object) -> object:
    """Seconds from a whole number or a text such as ``"10m"``, ``"2h"``, ``"90s"``, ``"1d"``."""
    if isinstance(value, bool):
        raise ValueError('should be a duration such as "10m", "2h" or "90s"')
    if isinstance(value, str):
        parts = re.fullmatch(r"(\d+)\s*([smhd])", value.strip())
        if not parts:
            raise ValueError('should be a duration such as "10m", "2h" or "90s"')
        return int(parts[1]) * UNITS[parts[2]]
    return value


def known_zone(value: str) -> str:
    """An IANA zone name that this machine knows."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(value, available_timezones(), n=1)
        meant = f'. Did you mean "{near[0]}"?' if near else ""
        raise ValueError(f'should be a time zone such as "Europe/Berlin"{meant}') from None
    return value


def known_holidays(value: str) -> str:
    """A country or one of its states whose public holidays are known, such as ``DE`` or ``DE-BE``."""
    from holidays import country_holidays  # noqa: PLC0415  (0.1 s, needed by few)

    country, _, state = value.partition("-")
    try:
        # The list of all countries would load each of them: 0.3 s at every start.
        known = country_holidays(country)
    except NotImplementedError:
        raise ValueError(f"should be a country such as \"DE\"; the holidays of '{country[:9]}' are not known") from None
    if state and state not in known.subdivisions:
        raise ValueError(f"should be a state of {country}: {', '.join(known.subdivisions) or 'none is known'}")
    return value


def clock_time(value: str) -> str:
    """A local wall time ``HH:MM``."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('should be a time of day such as "08:00"')
    return value


def safe_base(value: str) -> str:
    """An address that credentials may go to: https, or http on this machine only."""
    if value.startswith("https://") or LOOPBACK.match(value):
        return value.rstrip("/")
    raise ValueError("should start with https:// (http:// only for 127.0.0.1 or localhost)")


def opening(value: str) -> str:
    """Opening hours of a weekday: ``"09:00-17:00"``, several joined by a comma."""
    for span in value.split(","):
        hours = span.strip().split("-")
        if len(hours) != 2:
            raise ValueError('should be hours such as "09:00-17:00"')
        clock_time(hours[0]), hours[1] == "24:00" or clock_time(hours[1])
    return value


def simple_name(value: str) -> str:
    """A short name that is safe as an id and a file name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", value):
        raise ValueError("should be letters, digits, '-', '_' or '.', at most 64")
    return value


WRITTEN = WithJsonSchema(
    {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^\d+ *[smhd]$"}]}
)

Duration: TypeAlias = Annotated[int, BeforeValidator(seconds), Field(ge=1), WRITTEN]
Zone: TypeAlias = Annotated[str, AfterValidator(known_zone)]
TimeOfDay: TypeAlias = Annotated[str, AfterValidator(clock_time)]
BaseUrl: TypeAlias = Annotated[str, AfterValidator(safe_base)]
Name: TypeAlias = Annotated[str, AfterValidator(simple_name)]
Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Hours: TypeAlias = Annotated[str, AfterValidator(opening)]
Language: TypeAlias = Literal["en", "de", "zh"]
Where: TypeAlias = dict[Literal["team", "queue", "brand", "source", "channel", "priority"], str]


class Model(BaseModel):
    """Base of all parts: unknown keys are errors, and an error never repeats what was typed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Store(Model):
    """[store]"""

    path: str = Field("deskpulse.db", description="The SQLite file; relative to this config file.")
    raw: Literal["redacted", "full", "off"] = Field(
        "redacted",
        description='Vendor rows kept: "redacted" (no personal text), "full", "off".',
    )
    raw_days: int = Field(90, ge=1, description="Days that kept vendor rows stay.")
    store_bodies: bool = Field(False, description="Keep the text of messages. Off: lengths only.")


class Reporting(Model):
    """[reporting]"""

    time_zone: Zone = Field("UTC", description="The zone whose midnight ends a day (IANA name).")
    language: Language = Field("en", description="Language of reports: en, de or zh.")
    default_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = Field(
        "DE", description="Country of phone numbers written without +country, in two capital letters."
    )
    schedule: str | None = Field(None, description="Name of the schedule used where a ticket or queue has none.")
    repeat_window_days: int = Field(7, ge=1, le=30, description="Days in which a further contact is a repeat (FCR).")
    acw_cap: Duration = Field(1800, description="After-call work left open longer is cut here.")
    internal_domains: tuple[str, ...] = Field((), description="Mail domains of your own company.")
    test_numbers: tuple[str, ...] = Field((), description="Phone numbers of test calls; left out everywhere.")
    late_after: Duration = Field(3 * 3600, description="A source whose data ends earlier than this is late.")
    benchmarks: bool = Field(False, description="Show published figures of others beside yours, with their source.")
    suggestions: bool = Field(True, description="Let weekly reports end with one thing to try.")


class Planning(Model):
    """[planning]: what people are planned for."""

    service_level: float = Field(
        0.8, gt=0, lt=1, description="Share of calls to be answered within the queue's threshold."
    )
    shrinkage: float | None = Field(
        None, ge=0, lt=1, description="Share of paid time away from contacts; measured if absent."
    )
    patience: Duration | None = Field(
        None, description="How long callers wait before they hang up; measured if absent."
    )
    promise: Duration = Field(86_400, description="Within what time written contacts are to be answered.")
    max_occupancy: float = Field(0.85, gt=0, le=1, description="How busy people may be planned at most.")
    fill_days: int | None = Field(None, ge=0, description="Days to fill a position; measured if absent.")
    proficiency_days: int | None = Field(
        None, ge=0, description="Days until a new colleague is up to speed; measured if absent."
    )


class Appraisal(Model):
    """[appraisal]: numbers of single persons; off unless those whom they are about have agreed."""

    agent_metrics: Literal["off", "self", "lead"] = Field(
        "off", description="off, self (one's own) or lead (one's team)."
    )
    agreed_by: str | None = Field(None, description="Who agreed: works council, staff; needed unless off.")
    agreed_on: date | None = Field(None, description="The day of that agreement; needed unless off.")
    retention_weeks: int = Field(13, ge=1, le=13, description="Weeks back that may be asked for.")
    may_praise: bool = Field(False, description="Persons who agreed may be praised by name; never criticised.")

    @model_validator(mode="after")
    def agreed(self) -> "Appraisal":
        """Numbers of persons need an agreement, by name and day."""
        if self.agent_metrics != "off" and not (self.agreed_by and self.agreed_on):
            raise ValueError(
                "numbers of persons need agreed_by and agreed_on: in Germany the works council decides with you "
                "(BetrVG 87(1) no. 6)"
            )
        return self


class Source(Model):
    """[[sources]]: the keys every source has; the connector's own keys stand beside them."""

    name: Name = Field(description="Your name for it; it prefixes every id from there.")
    connector: str = Field(description="Which connector reads it: see 'connectors list'.")
    account: Name | None = Field(None, description="Sources that share it share ids, credentials and rate budget.")
    start: date = Field(date(2026, 1, 1), description="How far back closed tickets and calls go.")
    every: Duration = Field(600, description="How often the daemon reads it.")
    base_url: BaseUrl | None = Field(None, description="Replaces scheme and host of the vendor's address.")
    requests_per_minute: int | None = Field(None, ge=1, description="Replaces the vendor's own limit.")
    rate_share: float = Field(0.5, gt=0, le=1, description="Share of the account's limit that we may use.")
    time_zone: Zone | None = Field(None, description="Zone of the source's local times, if it has any.")


class Destination(Model):
    """[[destinations]]"""

    name: Name = Field(description="Your name for it.")
    type: str = Field("slack", description="slack or file.")
    token: SecretStr | None = Field(None, description="Slack bot token (scope chat:write).")
    channel: str | None = Field(None, description="Slack channel id, such as C0123456789.")
    webhook_url: SecretStr | None = Field(None, description="Slack incoming webhook: the reduced mode.")
    path: str | None = Field(None, description="Folder of a file destination.")
    base_url: BaseUrl | None = Field(None, description="Replaces scheme and host of Slack's address.")
    language: Language | None = Field(None, description="Language of this channel.")
    admin: bool = Field(False, description="Failures are told here.")

    @model_validator(mode="after")
    def complete(self) -> "Destination":
        """A Slack destination has a token with a channel, or a webhook; a file destination has a folder."""
        if self.type == "slack" and not self.webhook_url and not (self.token and self.channel):
            raise ValueError("a slack destination needs token and channel, or webhook_url")
        if self.type == "file" and not self.path:
            raise ValueError("a file destination needs path")
        return self


class Goal(Model):
    """[[goals]]"""

    metric: str = Field(description="Metric id or alias.")
    target: float = Field(description="Shares as 0..1, durations in seconds.")
    variant: str | None = Field(None, description="Variant of the metric; its headline if absent.")
    where: Where = Field(default_factory=dict, description="The slice it is for.")
    counter: str | None = Field(None, description="Which counter-metric must hold; its first with data if absent.")
    counter_floor: float | None = Field(None, description="What the counter-metric must hold.")
    from_on: date | None = Field(None, description="First day it holds.")
    to_on: date | None = Field(None, description="Last day it holds.")
    owner: str | None = Field(None, description="Whose goal it is: a team, not a person.")
    ksf: str | None = Field(None, description="The success factor behind it, in your words.")
    weight: float = Field(1.0, ge=0, description="How much it counts beside the other goals.")
    customer_need: str | None = Field(None, description="What the customer needs.")
    company_need: str | None = Field(None, description="What the company needs.")
    edge_need: str | None = Field(None, description="What staying ahead of competitors needs.")


class ReportRule(Model):
    """[[reports]]"""

    name: Name = Field(description="Your name for it.")
    kind: Literal["daily", "weekly", "monthly"] = Field("daily", description="daily, weekly or monthly.")
    to: tuple[str, ...] = Field((), description="Names of destinations.")
    at: TimeOfDay = Field("08:00", description="When it is due, in the report time zone.")
    on: Weekday = Field("mon", description="Weekday on which a weekly report is due; it tells of the last whole week.")
    metrics: Literal["starter", "core", "full"] | tuple[str, ...] = Field(
        "starter", description='"starter", "core", "full", or a list of metric ids.'
    )
    where: Where = Field(default_factory=dict, description='The slice it reads, such as { team = "Hotline DE" }.')
    language: Language | None = Field(None, description="Language of this report.")
    title: str | None = Field(None, description="Title; otherwise made from the day.")


class ScheduleRule(Model):
    """[[schedules]]: opening hours for queues and for vendors that tell none."""

    name: str = Field(description="Its name.")
    time_zone: Zone = Field("UTC", description="Its zone.")
    hours: dict[Weekday, Hours] = Field(description='Opening hours, such as { mon = "09:00-17:00" }.')
    closed_on: tuple[date, ...] = Field((), description="Days on which it is closed.")
    holidays: Annotated[str, AfterValidator(known_holidays)] | None = Field(
        None, description='Public holidays of a country or state, such as "DE" or "DE-BE".'
    )


class QueueRule(Model):
    """[[queues]]: rules of a telephone queue."""

    name: str = Field(description="The queue's name as the source tells it.")
    sl_threshold: Duration = Field(20, description="A call answered within this is in time.")
    short_abandon: int = Field(5, ge=0, description="Callers who hang up within these seconds are left out.")
    schedule: str | None = Field(None, description="Name of its schedule.")
    team: str | None = Field(None, description="Name of the team that answers it.")
    is_test: bool = Field(False, description="Leave its calls out everywhere.")


class Person(Model):
    """[[people]]: names of the same human over systems."""

    same: tuple[str, ...] = Field(min_length=2, description='Ids such as "pbx:Ada Agent" and "zd-main:4711".')


class Connectors(Model):
    """[connectors]"""

    folder: str | None = Field(None, description="Folder with your own connectors.")


class Config(Model):
    """The whole file."""

    store: Store = Field(default_factory=lambda: Store.model_validate({}))
    reporting: Reporting = Field(default_factory=lambda: Reporting.model_validate({}))
    connectors: Connectors = Field(default_factory=lambda: Connectors.model_validate({}))
    contact_reasons: dict[str, str] = Field(default_factory=dict, description="Vendor's word for a reason = yours.")
    customer_types: dict[str, str] = Field(default_factory=dict, description="Vendor's word for a type = yours.")
    sources: tuple[Source, ...] = ()
    destinations: tuple[Destination, ...] = ()
    goals: tuple[Goal, ...] = ()
    reports: tuple[ReportRule, ...] = ()
    schedules: tuple[ScheduleRule, ...] = ()
    queues: tuple[QueueRule, ...] = ()
    people: tuple[Person, ...] = ()
    planning: Planning = Field(default_factory=lambda: Planning.model_validate({}))
    appraisal: Appraisal = Field(default_factory=lambda: Appraisal.model_validate({}))

    @property
    def zone(self) -> ZoneInfo:
        """The report time zone."""
        return ZoneInfo(self.reporting.time_zone)
