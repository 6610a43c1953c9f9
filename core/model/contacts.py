"""People, tickets, calls, agent time, surveys, opening hours and targets: what help desks and telephones tell."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeAlias

from msgspec import UNSET, UnsetType

from core.model.base import Entity, Flag, Moment, Number, Record, Seconds, Text

StatusCategory: TypeAlias = Literal["new", "open", "pending", "hold", "solved", "closed", "deleted", "other"]
Channel: TypeAlias = Literal[
    "email", "web", "chat", "messaging", "phone", "voicemail", "social", "api", "sms", "portal", "other"
]
AuthorKind: TypeAlias = Literal["customer", "agent", "bot", "automation", "partner", "unknown"]
ActorKind: TypeAlias = Literal["human", "bot", "automation", "customer", "system", "unknown"]
Role: TypeAlias = Literal["agent", "lead", "admin", "light", "bot", "shared"]
Precision: TypeAlias = Literal["exact", "stat", "poll", "import"]
TicketEventKind: TypeAlias = Literal[
    "created", "status", "assignee", "team", "priority", "tag", "field", "schedule", "merge", "unmerge", "spam",
    "unspam", "delete", "restore", "sla_apply", "escalate", "handoff", "bulk", "other",
]  # fmt: skip
CallOutcome: TypeAlias = Literal[
    "answered", "abandoned", "abandoned_ivr", "voicemail", "callback", "overflow_external", "out_of_hours", "blocked",
    "failed", "busy", "no_answer",
]  # fmt: skip
LegOutcome: TypeAlias = Literal[
    "answered", "abandoned", "ring_no_answer", "declined", "flow_out_voicemail", "flow_out_callback",
    "flow_out_overflow", "flow_out_timeout",
]  # fmt: skip
StateCategory: TypeAlias = Literal[
    "idle", "ringing", "talk", "hold", "acw", "other_work", "break", "training", "meeting", "offline", "unknown"
]
SurveyKind: TypeAlias = Literal["csat", "nps", "ces", "fcr", "esat"]
SurveyScale: TypeAlias = Literal["good_bad", "3", "5", "7", "10", "0-10", "freshdesk"]
TargetKind: TypeAlias = Literal["first_reply", "next_reply", "resolution", "requester_wait", "agent_work"]


# Who and where


class Team(Entity, kw_only=True, gc=False):
    """A group of agents: Zendesk group, PBX department."""

    table: ClassVar[str] = "teams"
    name: str
    tier: int | None | UnsetType = UNSET
    kind: Literal["support", "back_office", "project"] | UnsetType = UNSET
    is_active: Flag = UNSET


class Queue(Entity, kw_only=True, gc=False):
    """A telephone queue; thresholds left UNSET are filled from config (defaults 20 s and 5 s)."""

    table: ClassVar[str] = "queues"
    name: str
    team_id: Text = UNSET
    channel: Channel = "phone"
    sl_threshold_s: Seconds = UNSET
    short_abandon_s: Seconds = UNSET
    schedule_id: Text = UNSET
    is_test: Flag = UNSET


class Agent(Entity, kw_only=True, gc=False):
    """Somebody or something that works: ``is_human`` is false for bots and shared log-ins."""

    table: ClassVar[str] = "agents"
    name: Text = UNSET
    role: Role = "agent"
    is_human: bool = True
    is_active: Flag = UNSET
    contracted_s_per_week: Seconds = UNSET
    hired_on: Text = UNSET
    left_on: Text = UNSET
    leave_reason: Literal["voluntary", "involuntary", "internal", "end_of_project"] | None | UnsetType = UNSET
    cost_minor_per_hour: int | None | UnsetType = UNSET
    currency: Text = UNSET


class AgentRole(Record, kw_only=True, gc=False):
    """The role somebody has from a moment on (``None`` role = not staff), so a message is judged as of its time."""

    table: ClassVar[str] = "agent_roles"
    key: ClassVar[tuple[str, ...]] = ("agent_uid", "from_at")
    agent_id: str
    from_at: int
    to_at: int | None = None
    role: Role | None = None


class AgentTeam(Record, kw_only=True, gc=False):
    """Membership of an agent in a team."""

    table: ClassVar[str] = "agent_teams"
    key: ClassVar[tuple[str, ...]] = ("agent_uid", "team_uid", "from_at")
    agent_id: str
    team_id: str
    from_at: int = 0
    to_at: int | None = None
    is_default: bool | None = None


class Customer(Entity, kw_only=True, gc=False):
    """A person who contacts us; names, mail and phone are not kept here. ``erased_at``: the vendor has erased them."""

    table: ClassVar[str] = "customers"
    organization_id: Text = UNSET
    customer_type: Text = UNSET
    region: Text = UNSET
    postcode_area: Text = UNSET
    country: Text = UNSET
    language: Text = UNSET
    age_band: Text = UNSET
    tenure_band: Text = UNSET
    is_internal: Flag = UNSET
    is_vip: Flag = UNSET
    created_at: Moment = UNSET
    erased_at: Moment = UNSET


class CustomerIdentity(Record, kw_only=True, gc=False):
    """A mail or phone of a customer: ``value`` arrives in clear and is stored as a keyed hash only."""

    table: ClassVar[str] = "customer_identities"
    key: ClassVar[tuple[str, ...]] = ("kind", "identity_hash", "customer_uid")
    customer_id: str
    kind: Literal["email", "phone", "external", "social"]
    value: str


class Organization(Entity, kw_only=True, gc=False):
    """A customer's company."""

    table: ClassVar[str] = "organizations"
    name: Text = UNSET
    segment: Text = UNSET


# Tickets


class Ticket(Entity, kw_only=True, gc=False):
    """A ticket as its owner stream last told; what other streams' events tell lives in facts.

    ``required_fields``: how many fields must be filled by the admin's list, ``filled_fields`` how many of them are."""

    table: ClassVar[str] = "tickets"
    number: Text = UNSET
    created_at: int | UnsetType = UNSET
    updated_at: Moment = UNSET
    channel: Channel | UnsetType = UNSET
    via_detail: Text = UNSET
    status: str | UnsetType = UNSET
    status_category: StatusCategory | UnsetType = UNSET
    priority: Literal["low", "normal", "high", "urgent"] | None | UnsetType = UNSET
    type: Literal["question", "incident", "problem", "task"] | None | UnsetType = UNSET
    requester_id: Text = UNSET
    organization_id: Text = UNSET
    submitter_id: Text = UNSET
    submitter_role: Text = UNSET
    assignee_id: Text = UNSET
    team_id: Text = UNSET
    brand: Text = UNSET
    form: Text = UNSET
    language: Text = UNSET
    contact_reason: Text = UNSET
    product: Text = UNSET
    is_agent_initiated: Flag = UNSET
    is_on_behalf: Flag = UNSET
    is_spam: Flag = UNSET
    is_test: Flag = UNSET
    is_suspended: Flag = UNSET
    is_internal: Flag = UNSET
    is_import: Flag = UNSET
    is_problem: Flag = UNSET
    merged_into_id: Text = UNSET
    followup_of_id: Text = UNSET
    parent_id: Text = UNSET
    due_at: Moment = UNSET
    required_fields: int | None | UnsetType = UNSET
    filled_fields: int | None | UnsetType = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    extra: Mapping[str, Any] | UnsetType = UNSET


class TicketEvent(Record, kw_only=True, gc=False):
    """One change of a ticket; ``seq`` orders changes inside one second. ``field`` values keep the vendor's ids as uids
    for ``assignee``, ``team``, ``merge`` and ``schedule`` (the store prefixes the account), else the vendor's text."""

    table: ClassVar[str] = "ticket_events"
    key: ClassVar[tuple[str, ...]] = ("ticket_uid", "happened_at", "seq", "native_id")
    ticket_id: str
    happened_at: int
    seq: int
    id: str
    kind: TicketEventKind
    field: str | None = None
    old_value: str | None = None
    new_value: str | None = None
    actor_id: str | None = None
    actor_kind: ActorKind = "unknown"
    precision: Precision = "exact"
    precision_s: int | None = None


class Message(Record, kw_only=True, gc=False):
    """One message or note of a ticket; ``author_role_at`` is the role when it was written, if the source tells."""

    table: ClassVar[str] = "messages"
    key: ClassVar[tuple[str, ...]] = ("ticket_uid", "happened_at", "native_id")
    ticket_id: str
    happened_at: int
    id: str
    direction: Literal["in", "out", "internal"] | None = None
    author_id: str | None = None
    author_kind: AuthorKind = "unknown"
    author_role_at: Role | None = None
    is_public: bool
    is_automated: bool | None = None
    channel: Channel | None = None
    chat_session: str | None = None
    call_id: str | None = None
    body_len: int | None = None
    body: str | None = None


class SourceMetric(Record, kw_only=True, gc=False):
    """The vendor's own figure for one ticket, call or day, kept for reconciliation."""

    table: ClassVar[str] = "source_metrics"
    key: ClassVar[tuple[str, ...]] = ("source", "entity", "entity_uid", "name", "schedule_mode")
    entity: Literal["ticket", "call", "day"]
    entity_id: str
    name: str
    value: float | None
    unit: str
    schedule_mode: Literal["calendar", "business"] = "calendar"
    fetched_at: int | None = None


# Calls and agent time


class Call(Entity, kw_only=True, gc=False):
    """One customer call, whatever legs it has."""

    table: ClassVar[str] = "calls"
    direction: Literal["inbound", "outbound", "internal"]
    line_id: Text = UNSET
    customer_id: Text = UNSET
    ticket_id: Text = UNSET
    arrived_at: int
    ended_at: Moment = UNSET
    ivr_s: Seconds = UNSET
    ivr_steps: int | None | UnsetType = UNSET
    ivr_exit: Literal["queue", "zero_out", "abandon", "contained", "announcement"] | None | UnsetType = UNSET
    outcome: CallOutcome | None | UnsetType = UNSET
    hangup_by: Literal["customer", "agent", "system"] | None | UnsetType = UNSET
    is_transferred: Flag = UNSET
    transfers: int | None | UnsetType = UNSET
    legs: int | None | UnsetType = UNSET
    total_wait_s: Seconds = UNSET
    talk_s: Seconds = UNSET
    hold_s: Seconds = UNSET
    acw_s: Seconds = UNSET
    consult_s: Seconds = UNSET
    callback_of_id: Text = UNSET
    callback_promised_at: Moment = UNSET
    voicemail_s: Seconds = UNSET
    charge_minor: int | None | UnsetType = UNSET
    currency: Text = UNSET
    quality_issues: Text = UNSET
    extra: Mapping[str, Any] | UnsetType = UNSET
    precision: Precision = "exact"


class CallLeg(Record, kw_only=True, gc=False):
    """One queue visit or agent connection; a transferred leg stays ``answered`` and ``transfer_kind`` tells.

    ``rings`` counts the offers to agents during this visit, ``rings_missed`` those not accepted in time."""

    table: ClassVar[str] = "call_legs"
    key: ClassVar[tuple[str, ...]] = ("call_uid", "seq")
    call_id: str
    seq: int
    kind: Literal["queue", "agent", "consult", "external", "ivr"]
    queue_id: str | None = None
    agent_id: str | None = None
    enqueued_at: int | None = None
    ring_started_at: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    wait_s: int | None = None
    ring_s: int | None = None
    talk_s: int | None = None
    hold_s: int | None = None
    acw_s: int | None = None
    acw_capped: bool | None = None
    outcome: LegOutcome | None = None
    transfer_kind: Literal["warm", "cold", "blind_external"] | None = None
    transferred_to_id: str | None = None
    in_hours: bool | None = None
    rings: int | None = None
    rings_missed: int | None = None
    is_system_drop: bool | None = None


class CallEvent(Record, kw_only=True, gc=False):
    """One line of a telephone log about one call, in the order of the log."""

    table: ClassVar[str] = "call_events"
    key: ClassVar[tuple[str, ...]] = ("call_uid", "happened_at", "seq")
    call_id: str
    happened_at: int
    seq: int
    event: str
    queue_id: str | None = None
    agent_id: str | None = None
    data: str | None = None


class AgentEvent(Record, kw_only=True, gc=False):
    """One line of a telephone log about one agent's presence (log-in, pause, connect, complete)."""

    table: ClassVar[str] = "agent_events"
    key: ClassVar[tuple[str, ...]] = ("agent_uid", "happened_at", "seq")
    agent_id: str
    happened_at: int
    seq: int
    event: str
    queue_id: str | None = None
    data: str | None = None


class AgentState(Record, kw_only=True, gc=False):
    """What an agent was doing from one moment to the next; overlaps are legal, metrics take the union."""

    table: ClassVar[str] = "agent_states"
    key: ClassVar[tuple[str, ...]] = ("agent_uid", "from_at", "seq")
    agent_id: str
    seq: int = 0
    state: str
    category: StateCategory
    from_at: int
    to_at: int | None = None
    queue_id: str | None = None
    call_id: str | None = None
    is_capped: bool | None = None
    precision: Precision = "exact"


# Voice of the customer, time and targets


class Survey(Entity, kw_only=True, gc=False):
    """An offer and its answer in one row."""

    table: ClassVar[str] = "surveys"
    kind: SurveyKind
    scale: SurveyScale
    channel: Literal["mail", "chat", "sms", "ivr", "call"] | None | UnsetType = UNSET
    ticket_id: Text = UNSET
    call_id: Text = UNSET
    customer_id: Text = UNSET
    agent_id: Text = UNSET
    team_id: Text = UNSET
    offered_at: Moment = UNSET
    bounced: Flag = UNSET
    rated_at: Moment = UNSET
    score_raw: Text = UNSET
    score_norm: Number = UNSET
    is_satisfied: Flag = UNSET
    nps_class: Literal["promoter", "passive", "detractor"] | None | UnsetType = UNSET
    question_key: Text = UNSET
    comment: Text = UNSET


class Schedule(Entity, kw_only=True, gc=False):
    """Opening hours of a service; the store dates each change of its hours by the day it was seen.

    ``hours`` rows are (weekday 0=Monday, opens minute, closes minute); ``holidays`` rows are
    (date, name, opens minute or None, closes minute or None)."""

    table: ClassVar[str] = "business_schedules"
    name: str
    time_zone: str
    is_default: Flag = UNSET
    hours: tuple[tuple[int, int, int], ...] | UnsetType = UNSET
    holidays: tuple[tuple[str, str, int | None, int | None], ...] | UnsetType = UNSET


class SlaPolicy(Entity, kw_only=True, gc=False):
    """A service-level policy."""

    table: ClassVar[str] = "sla_policies"
    name: Text = UNSET
    position: int | None | UnsetType = UNSET


class SlaEvent(Record, kw_only=True, gc=False):
    """One event of a vendor's target clock (apply, pause, fulfil, breach)."""

    table: ClassVar[str] = "sla_events"
    key: ClassVar[tuple[str, ...]] = ("ticket_uid", "metric", "instance", "happened_at", "native_id")
    ticket_id: str
    metric: str
    instance: int
    happened_at: int
    id: str
    event: str
    data: str | None = None


class SlaInstance(Entity, kw_only=True, gc=False):
    """One target put on one ticket: met, breached, or not yet decided (``met`` None)."""

    table: ClassVar[str] = "sla_instances"
    ticket_id: str
    policy_id: Text = UNSET
    target_kind: TargetKind
    target_s: Seconds = UNSET
    in_business: Flag = UNSET
    applied_at: Moment = UNSET
    priority_applied: Text = UNSET
    due_at: Moment = UNSET
    fulfilled_at: Moment = UNSET
    breached_at: Moment = UNSET
    cancelled_at: Moment = UNSET
    decided_at: Moment = UNSET
    met: Flag = UNSET
