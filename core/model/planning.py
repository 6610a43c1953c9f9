"""Quality reviews, complaints, staff, money, plans and surroundings: what mostly comes from files and calendars."""

from typing import ClassVar, Literal, TypeAlias

from msgspec import UNSET, UnsetType

from core.model.base import Entity, Flag, Moment, Number, Record, Seconds, Text

ReasonClass: TypeAlias = Literal[
    "question", "problem", "complaint_service", "complaint_product", "order", "stockout", "other"
]
CostCategory: TypeAlias = Literal["labour", "ticket_system", "telephony", "premises", "utilities", "training", "other"]
AbsenceReason: TypeAlias = Literal["sick", "leave", "late", "early", "training", "outage", "other"]
CalendarKind: TypeAlias = Literal["policy", "launch", "campaign", "outage", "improvement", "season", "other"]


class ContactReason(Entity, kw_only=True, gc=False):
    """Why customers contact us; a ticket names its reason by word, the word is this row's id."""

    table: ClassVar[str] = "contact_reasons"
    name: str
    parent_id: Text = UNSET
    reason_class: ReasonClass | None | UnsetType = UNSET
    is_faq_candidate: Flag = UNSET


class TimeEntry(Entity, kw_only=True, gc=False):
    """Working time that an agent booked on a ticket, seconds."""

    table: ClassVar[str] = "time_entries"
    ticket_id: Text = UNSET
    agent_id: Text = UNSET
    started_at: Moment = UNSET
    spent_s: int
    billable: Flag = UNSET


class Line(Entity, kw_only=True, gc=False):
    """One of our telephone numbers; ``e164_hash`` is its pseudonym."""

    table: ClassVar[str] = "lines"
    name: Text = UNSET
    e164_hash: Text = UNSET
    queue_id: Text = UNSET
    brand: Text = UNSET
    is_toll_free: Flag = UNSET
    is_test: Flag = UNSET


# Quality and complaints


class QaReview(Entity, kw_only=True, gc=False):
    """One review of one contact by a reviewer's form; ``sample`` says how the contact was chosen."""

    table: ClassVar[str] = "qa_reviews"
    reviewed_at: int
    contact_kind: Literal["ticket", "call"] | None | UnsetType = UNSET
    contact_id: Text = UNSET
    agent_id: Text = UNSET
    reviewer_id: Text = UNSET
    form: Text = UNSET
    sample: Literal["random", "targeted", "calibration"] | None | UnsetType = UNSET
    points: Number = UNSET
    points_possible: Number = UNSET
    is_critical_fail: Flag = UNSET
    passed: Flag = UNSET


class QaItem(Record, kw_only=True, gc=False):
    """One question of a review; ``weight`` is how much its points count in the score (1 where none is told)."""

    table: ClassVar[str] = "qa_items"
    key: ClassVar[tuple[str, ...]] = ("review_uid", "item")
    review_id: str
    item: str
    dimension: str | None = None
    points: float | None = None
    possible: float | None = None
    weight: float | None = None
    is_na: bool | None = None
    is_error: bool | None = None
    is_critical: bool | None = None


class Complaint(Entity, kw_only=True, gc=False):
    """One complaint, however it reached us."""

    table: ClassVar[str] = "complaints"
    received_at: int
    ticket_id: Text = UNSET
    call_id: Text = UNSET
    customer_id: Text = UNSET
    about: Literal["service", "product", "wait", "other"] | None | UnsetType = UNSET
    incident: Text = UNSET
    justified: Flag = UNSET


# Staff


class Shift(Entity, kw_only=True, gc=False):
    """Planned time of an agent on one local day."""

    table: ClassVar[str] = "shifts"
    agent_id: str
    day_on: str
    planned_start_at: Moment = UNSET
    planned_end_at: Moment = UNSET
    planned_s: Seconds = UNSET
    activity: Literal["contacts", "break", "training", "meeting", "project"] | None | UnsetType = UNSET
    kind: Literal["contracted", "scheduled"] | None | UnsetType = UNSET
    published_at: Moment = UNSET


class Absence(Entity, kw_only=True, gc=False):
    """Working time lost by an agent on one local day."""

    table: ClassVar[str] = "absences"
    agent_id: str
    day_on: str
    lost_s: Seconds = UNSET
    reason: AbsenceReason | None | UnsetType = UNSET
    is_planned: Flag = UNSET


class Attendance(Record, kw_only=True, gc=False):
    """Worked time of an agent on one local day, where no telephony states tell it."""

    table: ClassVar[str] = "attendance"
    key: ClassVar[tuple[str, ...]] = ("agent_uid", "day_on")
    agent_id: str
    day_on: str
    worked_s: int


class Hire(Entity, kw_only=True, gc=False):
    """One position from its opening to the start, and perhaps the leaving, of who took it."""

    table: ClassVar[str] = "hiring"
    opened_on: str
    start_on: Text = UNSET
    agent_id: Text = UNSET
    left_on: Text = UNSET
    stage: Text = UNSET


class Training(Entity, kw_only=True, gc=False):
    """One training of one agent; ``spent_s`` is its length."""

    table: ClassVar[str] = "trainings"
    agent_id: Text = UNSET
    topic: Text = UNSET
    held_on: str
    spent_s: Seconds = UNSET
    passed: Flag = UNSET


# Money and plans


class Cost(Entity, kw_only=True, gc=False):
    """One cost of one month (``YYYY-MM``) in minor units; ``rate_to_report`` turns it into the report's currency."""

    table: ClassVar[str] = "costs"
    month: str
    category: CostCategory
    team_id: Text = UNSET
    channel: Text = UNSET
    amount_minor: int
    currency: str
    rate_to_report: Number = UNSET
    note: Text = UNSET
    file: Text = UNSET


class Forecast(Record, kw_only=True, gc=False):
    """What was expected of a series for one interval, made ``horizon_days`` before it; frozen once made."""

    table: ClassVar[str] = "forecasts"
    key: ClassVar[tuple[str, ...]] = ("series", "interval_start_at", "horizon_days")
    series: str
    interval_start_at: int
    interval_s: int
    horizon_days: int = 0
    made_at: int | None = None
    value: float
    low: float | None = None
    high: float | None = None
    method: str | None = None


class CalendarEvent(Entity, kw_only=True, gc=False):
    """Something that may move numbers: a policy, a launch, a campaign, an outage, an improvement."""

    table: ClassVar[str] = "calendar_events"
    kind: CalendarKind
    title: str
    from_at: int
    to_at: Moment = UNSET
    scope_team_id: Text = UNSET
    scope_queue_id: Text = UNSET
    metric: Text = UNSET
    expected_direction: Literal["up", "down"] | None | UnsetType = UNSET
    owner: Text = UNSET
    due_on: Text = UNSET
    done_on: Text = UNSET
    note: Text = UNSET


class Project(Entity, kw_only=True, gc=False):
    """A piece of work with an end: an outbound project, a campaign."""

    table: ClassVar[str] = "projects"
    name: str
    kind: Literal["outbound", "inbound", "campaign"] | None | UnsetType = UNSET
    start_on: Text = UNSET
    end_on: Text = UNSET
    target_count: int | None | UnsetType = UNSET
    seats: int | None | UnsetType = UNSET


class ProjectDay(Record, kw_only=True, gc=False):
    """What was done in a project on one local day."""

    table: ClassVar[str] = "project_days"
    key: ClassVar[tuple[str, ...]] = ("project_uid", "day_on")
    project_id: str
    day_on: str
    attempts: int | None = None
    connected: int | None = None
    done: int | None = None
    success: int | None = None
    seat_s: int | None = None
    leavers: int | None = None
    heads: float | None = None


class SelfServiceDay(Record, kw_only=True, gc=False):
    """Use of help pages, portal, bot or voice menu on one local day; ``greeting_s`` is how long its greeting took."""

    table: ClassVar[str] = "self_service_days"
    key: ClassVar[tuple[str, ...]] = ("source", "day_on", "kind", "item")
    day_on: str
    kind: Literal["faq", "portal", "bot", "ivr", "notice"]
    item: str = ""
    sessions: int | None = None
    completions: int | None = None
    helpful: int | None = None
    not_helpful: int | None = None
    greeting_s: int | None = None


class CustomerBaseDay(Record, kw_only=True, gc=False):
    """How many customers and orders there are, by segment, on one local day."""

    table: ClassVar[str] = "customer_base"
    key: ClassVar[tuple[str, ...]] = ("day_on", "segment")
    day_on: str
    segment: str = ""
    active_customers: int | None = None
    orders: int | None = None


# Surroundings


class Region(Record, kw_only=True, gc=False):
    """A place whose weather and holidays stand for the customers living there; ``weight`` is their share."""

    table: ClassVar[str] = "regions"
    key: ClassVar[tuple[str, ...]] = ("region",)
    region: str
    name: str | None = None
    lat: float | None = None
    lon: float | None = None
    weight: float | None = None


class WeatherDay(Record, kw_only=True, gc=False):
    """One day's weather in a region: degrees Celsius, mm, cm, km/h; ``is_forecast`` until the day is over."""

    table: ClassVar[str] = "weather_days"
    key: ClassVar[tuple[str, ...]] = ("region", "day_on")
    region: str
    day_on: str
    temp_min: float | None = None
    temp_max: float | None = None
    rain_mm: float | None = None
    snow_cm: float | None = None
    wind_max: float | None = None
    fog: bool | None = None
    weather_class: str | None = None
    warning: int | None = None
    provider: str | None = None
    is_forecast: bool | None = None


class PublicDay(Record, kw_only=True, gc=False):
    """A public holiday, a school holiday or a bridge day of a region."""

    table: ClassVar[str] = "public_days"
    key: ClassVar[tuple[str, ...]] = ("region", "day_on", "kind")
    region: str
    day_on: str
    kind: Literal["holiday", "school", "bridge"]
    name: str | None = None
