"""Zendesk's rows with the fields that the connector reads, and nothing that acts on them.

Written out again, not imported: the limit must not pay for the connector's imports. A test compares the fields.
"""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType


class Link(msgspec.Struct, gc=False):
    ticket_id: int | str | None = None


class Source(msgspec.Struct, gc=False):
    origin: Link | None = msgspec.field(name="from", default=None)
    to: Link | None = None
    rel: str | None = None


class Via(msgspec.Struct, gc=False):
    channel: str | int | None = None
    source: Source | None = None


class Spans(msgspec.Struct, gc=False):
    calendar: float | None = None
    business: float | None = None


class MetricSet(msgspec.Struct, gc=False):
    reply_time_in_minutes: Spans | None = None
    first_resolution_time_in_minutes: Spans | None = None
    full_resolution_time_in_minutes: Spans | None = None
    agent_wait_time_in_minutes: Spans | None = None
    requester_wait_time_in_minutes: Spans | None = None
    on_hold_time_in_minutes: Spans | None = None
    reply_time_in_seconds: Spans | None = None
    reopens: int | None = None
    replies: int | None = None
    assignee_stations: int | None = None
    group_stations: int | None = None
    initially_assigned_at: str | None = None
    solved_at: str | None = None


class CustomField(msgspec.Struct, gc=False):
    id: int
    value: Any = None


class TicketRow(msgspec.Struct, gc=False):
    id: int
    status: str
    created_at: str | None = None
    updated_at: str | None = None
    generated_timestamp: int | None = None
    custom_status_id: int | None = None
    priority: str | None = None
    type: str | None = None
    via: Via | str | int | None = None
    requester_id: int | None = None
    submitter_id: int | None = None
    assignee_id: int | None = None
    group_id: int | None = None
    organization_id: int | None = None
    brand_id: int | None = None
    ticket_form_id: int | None = None
    due_at: str | None = None
    from_messaging_channel: bool | None = None
    tags: list[str] | None = None
    custom_fields: list[CustomField] | None = None
    metric_set: MetricSet | None = None


class Voice(msgspec.Struct, gc=False):
    call_id: int | str | None = None
    call_duration: float | None = None
    answered_by_id: int | str | None = None
    outbound: bool | None = None


class Child(msgspec.Struct, gc=False):
    id: int | str | None = None
    event_type: str | None = None
    type: str | None = None
    via: Via | str | int | None = None
    author_id: int | None = None
    public: bool | None = None
    comment_present: bool | None = None
    comment_public: bool | None = None
    body: str | None = None
    plain_body: str | None = None
    data: Voice | None = None
    value: Any = None
    comment_id: int | str | None = None
    status: str | None | UnsetType = UNSET
    assignee_id: int | str | None | UnsetType = UNSET
    group_id: int | str | None | UnsetType = UNSET
    priority: str | None | UnsetType = UNSET
    custom_status_id: int | str | None | UnsetType = UNSET
    ticket_type: str | None | UnsetType = UNSET
    brand_id: int | str | None | UnsetType = UNSET
    requester_id: int | str | None | UnsetType = UNSET
    satisfaction_score: str | None | UnsetType = UNSET
    tags: list[str] | str | None | UnsetType = UNSET
    added_tags: list[str] | None = None
    removed_tags: list[str] | None = None
    custom_ticket_fields: dict[str, Any] | None = None
    previous_value: Any = None
    previous_schedule_id: int | str | None = None
    new_schedule_id: int | str | None = None


class EventRow(msgspec.Struct, gc=False):
    id: int
    ticket_id: int
    timestamp: int | None = None
    created_at: str | None = None
    updater_id: int | None = None
    via: Via | str | int | None = None
    via_reference_id: int | str | None = None
    merged_ticket_ids: list[int] | None = None
    child_events: list[Child] = []


class TicketsPage(msgspec.Struct, gc=False):
    tickets: list[TicketRow]
    after_cursor: str
    end_of_stream: bool


class EventsPage(msgspec.Struct, gc=False):
    ticket_events: list[EventRow]
    end_time: int
    end_of_stream: bool
