"""The rows that Genesys Cloud sends, as far as they are used; names are those of its analytics API."""

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

from connectors import Personal, utc

FRACTION = re.compile(r"[.,](\d{1,3})")


class Row(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """Base of all rows: camel case outside, snake case inside."""


class MetricRow(Row):
    name: str
    value: float | None = None
    emit_date: str | None = None


class SegmentRow(Row):
    segment_type: str | None = None
    segment_start: str | None = None
    segment_end: str | None = None
    queue_id: str | None = None
    disconnect_type: str | None = None
    sip_response_codes: list[int] | None = None


class SessionRow(Row):
    session_id: str | None = None
    media_type: str | None = None
    direction: str | None = None
    flow_out_type: str | None = None
    ani: Annotated[str | None, Personal] = None
    dnis: Annotated[str | None, Personal] = None
    metrics: list[MetricRow] | None = None
    segments: list[SegmentRow] | None = None


class ParticipantRow(Row):
    purpose: str | None = None
    user_id: str | None = None
    sessions: list[SessionRow] | None = None


class SurveyRow(Row):
    survey_id: str
    survey_promoter_score: int | None = None
    survey_completed_date: str | None = None
    event_time: str | None = None
    survey_type: str | None = None
    user_id: str | None = None


class ConversationRow(Row):
    id: str = msgspec.field(name="conversationId")
    conversation_start: str
    conversation_end: str | None = None
    originating_direction: str | None = None
    self_served: bool | None = None
    participants: list[ParticipantRow] | None = None
    surveys: list[SurveyRow] | None = None


def millis(text: str) -> int:
    """The moment in UTC epoch milliseconds; BadRow where it names no zone or is no moment."""
    found = FRACTION.search(text)
    return utc(text) * 1000 + (int(found[1].ljust(3, "0")) if found else 0)


def floored(ms: float | None) -> int | None:
    """Whole seconds of milliseconds, rounded down this once; a negative duration is none."""
    return None if ms is None or ms < 0 else int(ms // 1000)


def total(values: Iterable[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
