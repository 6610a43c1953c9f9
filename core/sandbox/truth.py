"""What happened in the sandbox's world, before any vendor renders it."""

from typing import TypeAlias

from msgspec import Struct

Value: TypeAlias = str | int | bool | float | None | tuple[str, ...]

SYSTEM_USER = -1
"""Zendesk's id for what triggers and automations write."""


class Create(Struct, frozen=True):
    """A field's value when the ticket came into being."""

    field: str
    value: Value


class Change(Struct, frozen=True):
    """A field that got another value; `rule` is the trigger or automation that did it, 0 for a person."""

    field: str
    value: Value
    previous: Value
    rule: int = 0


class Comment(Struct, frozen=True):
    """A message on a ticket; `voice_s` is the length of a recording or call it stands for."""

    author_id: int
    public: bool
    body: str
    rule: int = 0
    by_bot: bool = False
    voice_s: int = 0
    outbound: bool = False


class ScheduleSet(Struct, frozen=True):
    """The schedule by which the ticket's business time runs from now on."""

    previous: int | None
    new: int
    rule: int


class Rated(Struct, frozen=True):
    """The customer's verdict: good or bad, at times with words."""

    score: str
    comment: str
    assignee_id: int | None


class SurveyOffered(Struct, frozen=True):
    """The survey went out; the assignee of that moment is credited."""

    assignee_id: int | None


Event: TypeAlias = Create | Change | Comment | ScheduleSet | Rated | SurveyOffered


class Audit(Struct, frozen=True):
    """What one actor did to one ticket in one second."""

    id: int
    ticket_id: int
    at: int
    author_id: int
    via: str
    rel: str | None
    from_ticket_id: int | None
    events: tuple[Event, ...]


class Quiet(Struct, frozen=True):
    """A change by the vendor's system: it moves generated_timestamp and leaves updated_at and the audits alone."""

    at: int
    field: str
    value: Value


class Ticket(Struct, frozen=True):
    """A ticket with its whole life; `kind` names its story (mail, chat, bot, spam, outbound and so on)."""

    id: int
    kind: str
    via: str
    rel: str | None
    created_at: int
    requester_id: int
    submitter_id: int
    brand_id: int
    audits: tuple[Audit, ...]
    quiet: tuple[Quiet, ...]
    followup_of: int | None
    merged_into: int | None
    call_id: str | None


class Person(Struct, frozen=True):
    """A Zendesk user as it was from `from_at` on; a user with a history has several of these."""

    id: int
    name: str
    email: str | None
    phone: str | None
    role: str
    created_at: int
    from_at: int
    organization_id: int | None = None
    group_ids: tuple[int, ...] = ()
    custom_role_id: int | None = None
    active: bool = True
    suspended: bool = False
    tags: tuple[str, ...] = ()
    language: str = "de"


class Organization(Struct, frozen=True):
    """A customer's company."""

    id: int
    name: str
    domain: str
    created_at: int
    updated_at: int


class Leg(Struct, frozen=True):
    """One visit of a call to a queue. Seconds; `agent` is empty unless answered."""

    queue: str
    enqueued_at: int
    ended_at: int
    wait_s: int
    outcome: str
    agent: str = ""
    answered_at: int = 0
    ring_s: int = 0
    talk_s: int = 0
    transfer: str = ""


class Call(Struct, frozen=True):
    """A customer's call with the queues it visited, `caller` as the telephone system wrote it."""

    id: str
    arrived_at: int
    caller: str
    customer_id: int | None
    legs: tuple[Leg, ...]


class LogLine(Struct, frozen=True):
    """A line of Asterisk's queue_log: its moment and the text after the epoch."""

    at: int
    text: str
