"""One call of Aircall becomes the call, its one visit to the number's queue, its caller and Aircall's own duration.

Aircall's duration runs from the first ring to the end, so that talk is counted from the answer. What happened between
the beginning and the answer (menu, welcome, waiting, ringing) is not told apart and is the wait; nor are hold, which
lies in the talk, and after-call work.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET

from connectors import (
    BadRow,
    Call,
    CallLeg,
    CallOutcome,
    Context,
    Customer,
    CustomerIdentity,
    LegOutcome,
    Personal,
    Record,
    SourceMetric,
)
from connectors.aircall.people import Ref

DIRECTIONS = frozenset({"inbound", "outbound"})
STATUSES = frozenset({"initial", "answered", "done"})
# Why nobody spoke to the caller, and how the visit to the queue ended, if the call came to one.
MISSED: dict[str, tuple[CallOutcome, LegOutcome | None]] = {
    "out_of_opening_hours": ("out_of_hours", None),
    "abandoned_in_ivr": ("abandoned_ivr", None),
    "short_abandoned": ("abandoned", "abandoned"),
    "abandoned_in_classic": ("abandoned", "abandoned"),
    "no_available_agent": ("overflow_external", "flow_out_timeout"),
    "agents_did_not_answer": ("overflow_external", "flow_out_timeout"),
}


class Tag(msgspec.Struct, gc=False):
    name: str | None = None


class Known(msgspec.Struct, gc=False):
    """A mail address or number of a contact."""

    value: Annotated[str | None, Personal] = None


class Contact(msgspec.Struct, omit_defaults=True):
    emails: list[Known] | None = None
    phone_numbers: list[Known] | None = None


class Choice(msgspec.Struct, gc=False):
    """A key pressed in the menu; told of calls of the last two months."""

    key: str | None = None


class CallRow(msgspec.Struct, omit_defaults=True):
    id: int
    direction: str
    status: str
    started_at: int
    answered_at: int | None = None
    ended_at: int | None = None
    duration: int | None = None
    missed_call_reason: str | None = None
    raw_digits: Annotated[str | None, Personal] = None
    voicemail: bool | None = None
    user: Ref | None = None
    number: Ref | None = None
    transferred_by: Ref | None = None
    transferred_to: Ref | None = None
    # Some of Aircall's answers spell it so.
    transfered_by: Ref | None = None
    transfered_to: Ref | None = None
    tags: list[Tag] | None = None
    contact: Contact | None = None
    ivr_options_selected: list[Choice] | None = None

    @property
    def is_done(self) -> bool:
        """Whether the call is over; of a status that nobody knows its end tells."""
        return self.status == "done" or (self.status not in STATUSES and self.ended_at is not None)


def normalise_call(row: CallRow, ctx: Context) -> Iterator[Record]:
    """The records of one call; one that is still going on has no outcome yet."""
    if row.direction not in DIRECTIONS:
        raise BadRow("a call of an unknown direction")
    if row.status not in STATUSES:
        ctx.warn("status", row.status)
    moments = [at for at in (row.started_at, row.answered_at, row.ended_at) if at is not None]
    if moments != sorted(moments):
        raise BadRow("a call that was answered before it began, or ended before")
    caller = ctx.phone_customer(row.raw_digits)
    if caller:
        yield Customer(id=caller)
        yield from _identities(row, caller)
    outcome, left = _outcome(row, ctx)
    # No leg before it is known what became of the call.
    legs = () if left is None else (_leg(row, left),)
    yield _call(row, UNSET if ctx.is_redacted else caller, outcome, len(legs))
    yield from legs
    if row.duration is not None and row.is_done:
        yield SourceMetric(
            entity="call",
            entity_id=str(row.id),
            name="duration_s",
            value=row.duration,
            unit="s",
            fetched_at=ctx.fetched_at,
        )


def _call(row: CallRow, caller: str | None | msgspec.UnsetType, outcome: CallOutcome | None, legs: int) -> Call:
    inbound = row.direction == "inbound"
    in_menu = row.missed_call_reason == "abandoned_in_ivr" and row.is_done and row.answered_at is None
    return Call(
        id=str(row.id),
        # The later state of a call is the one that has gone further.
        version=max(at for at in (row.started_at, row.answered_at, row.ended_at) if at is not None),
        direction="inbound" if inbound else "outbound",
        line_id=str(row.number.id) if row.number else None,
        customer_id=caller,
        arrived_at=row.started_at,
        ended_at=row.ended_at if row.is_done else None,
        ivr_steps=len(row.ivr_options_selected) if row.ivr_options_selected else None,
        ivr_exit="abandon" if in_menu else None,
        outcome=outcome,
        is_transferred=_by(row) is not None or _to(row) is not None,
        legs=legs,
        total_wait_s=_wait_s(row) if legs and inbound else None,
        talk_s=_talk_s(row),
        extra={"tags": [tag.name for tag in row.tags if tag.name]} if row.tags else {},
    )


def _leg(row: CallRow, outcome: LegOutcome) -> CallLeg:
    """The visit to the queue, or the talk with somebody called."""
    inbound, to, by = row.direction == "inbound", _to(row), _by(row)
    # Aircall keeps a transferred call under whom it went to; who answered it is who passed it on.
    agent = by or row.user
    is_answered = outcome == "answered"
    return CallLeg(
        call_id=str(row.id),
        seq=0,
        kind="queue" if inbound else "agent",
        queue_id=str(row.number.id) if inbound and row.number else None,
        agent_id=str(agent.id) if agent and is_answered else None,
        enqueued_at=row.started_at if inbound else None,
        ring_started_at=None if inbound else row.started_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at if row.is_done else None,
        wait_s=_wait_s(row) if inbound else None,
        ring_s=_wait_s(row) if not inbound else None,
        talk_s=_talk_s(row),
        outcome=outcome,
        transfer_kind=_transfer(row) if is_answered else None,
        transferred_to_id=str(to.id) if to and is_answered else None,
    )


def _transfer(row: CallRow) -> Literal["cold"] | None:
    # Nothing tells a warm transfer from a cold one.
    return "cold" if _by(row) is not None or _to(row) is not None else None


def _outcome(row: CallRow, ctx: Context) -> tuple[CallOutcome | None, LegOutcome | None]:
    """What became of the call and of its visit; nothing for one that is waiting or ringing yet."""
    if row.answered_at is not None:
        return "answered", "answered"
    if not row.is_done:
        return None, None
    if row.direction == "outbound":
        return "no_answer", None
    reason = row.missed_call_reason
    call, leg = MISSED.get(reason or "", ("abandoned", "abandoned"))
    if reason is not None and reason not in MISSED:
        ctx.warn("missed call reason", reason)
    if row.voicemail and call != "out_of_hours":
        return "voicemail", None if leg is None else "flow_out_voicemail"
    return call, leg


def _wait_s(row: CallRow) -> int | None:
    """From the beginning to the answer, or to the end of a call that nobody answered."""
    until_at = row.answered_at if row.answered_at is not None else row.ended_at
    return None if until_at is None else until_at - row.started_at


def _talk_s(row: CallRow) -> int | None:
    if row.answered_at is None or row.ended_at is None or not row.is_done:
        return None
    return row.ended_at - row.answered_at


def _by(row: CallRow) -> Ref | None:
    return row.transferred_by or row.transfered_by


def _to(row: CallRow) -> Ref | None:
    return row.transferred_to or row.transfered_to


def _identities(row: CallRow, caller: str) -> Iterator[CustomerIdentity]:
    contact = row.contact or Contact()
    phones = [row.raw_digits, *(one.value for one in contact.phone_numbers or ())]
    for phone in dict.fromkeys(phones):
        if phone:
            yield CustomerIdentity(customer_id=caller, kind="phone", value=phone)
    for mail in contact.emails or ():
        if mail.value:
            yield CustomerIdentity(customer_id=caller, kind="email", value=mail.value)
