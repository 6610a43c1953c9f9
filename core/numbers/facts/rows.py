"""Base rows as the facts read them: plain tuples, one select list beside each."""

from typing import NamedTuple, TypeAlias


class TicketRow(NamedTuple):
    """A ticket with what its requester's row and the people table add."""

    uid: str
    source: str
    created_at: int | None
    updated_at: int | None
    channel: str | None
    status_category: str | None
    priority: str | None
    requester_uid: str | None
    submitter_uid: str | None
    assignee_uid: str | None
    team_uid: str | None
    brand: str | None
    language: str | None
    contact_reason: str | None
    is_agent_initiated: int | None
    is_on_behalf: int | None
    is_spam: int | None
    is_test: int | None
    is_suspended: int | None
    is_internal: int | None
    is_import: int | None
    is_problem: int | None
    merged_into_uid: str | None
    followup_of_uid: str | None
    parent_uid: str | None
    deleted_at: int | None
    required_fields: int | None
    filled_fields: int | None
    customer_type: str | None
    is_customer_internal: int | None
    customer_language: str | None
    person_uid: str | None


TICKET_COLUMNS = (
    ", ".join(f"t.{name}" for name in TicketRow._fields[: TicketRow._fields.index("customer_type")])
    + ", c.customer_type, c.is_internal, c.language, coalesce(p.person_uid, t.requester_uid)"
)

EventRow: TypeAlias = tuple[int, str, str | None, str | None, str | None, str | None, str, str]
"""happened_at, kind, field, old_value, new_value, actor_uid, actor_kind, precision; in order of time."""
EVENT_COLUMNS = "e.happened_at, e.kind, e.field, e.old_value, e.new_value, e.actor_uid, e.actor_kind, e.precision"

MessageRow: TypeAlias = tuple[int, str | None, str, str | None, int, int | None, str | None, str | None, str | None]
"""happened_at, author_uid, author_kind, author_role_at, is_public, is_automated, direction, channel, call_uid."""
MESSAGE_COLUMNS = (
    "m.happened_at, m.author_uid, m.author_kind, m.author_role_at, m.is_public, m.is_automated, m.direction, "
    "m.channel, m.call_uid"
)


class LinkedCall(NamedTuple):
    """A call that belongs to a ticket, as its own facts tell it."""

    call_uid: str
    direction: str
    arrived_at: int
    answered_at: int | None
    answered_on: str | None
    ended_at: int | None
    outcome: str | None
    is_connected: int
    is_handled: int
    total_wait_s: int | None
    agent_uid: str | None


CALL_COLUMNS = ", ".join(f"f.{name}" for name in LinkedCall._fields)

OPENED_BY_CALL_S = 900
"""A ticket made up to so many seconds after a call ended came out of that call (design §2)."""


def opened_ticket(arrived_at: int, ended_at: int | None, created_at: int) -> bool:
    """Whether a linked call is the one out of which the ticket came: the two are one contact."""
    return arrived_at - 60 <= created_at <= (arrived_at if ended_at is None else ended_at) + OPENED_BY_CALL_S


class SurveyRow(NamedTuple):
    """An offer, an answer, or both."""

    uid: str
    source: str
    kind: str
    scale: str
    ticket_uid: str | None
    call_uid: str | None
    customer_uid: str | None
    agent_uid: str | None
    team_uid: str | None
    offered_at: int | None
    bounced: int | None
    rated_at: int | None
    score_raw: str | None
    score_norm: float | None
    is_satisfied: int | None
    nps_class: str | None
    question_key: str | None


SURVEY_COLUMNS = ", ".join(f"s.{name}" for name in SurveyRow._fields)


class SlaRow(NamedTuple):
    """A target on a ticket."""

    uid: str
    policy_uid: str | None
    target_kind: str
    target_s: int | None
    in_business: int | None
    applied_at: int | None
    priority_applied: str | None
    due_at: int | None
    fulfilled_at: int | None
    breached_at: int | None
    cancelled_at: int | None
    decided_at: int | None
    met: int | None


SLA_COLUMNS = ", ".join(f"a.{name}" for name in SlaRow._fields)
