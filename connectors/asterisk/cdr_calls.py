"""The records of one call become the call, where no queue log tells of it; else they add what that cannot know."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from connectors import Agent, Call, CallEvent, CallLeg, CallOutcome, Context, Record
from connectors.asterisk.cdr import Leg, matches
from connectors.asterisk.settings import AsteriskSettings

Direction = Literal["inbound", "outbound", "internal"]
ANSWERED = "ANSWERED"
VOICEMAIL = frozenset({"VoiceMail", "MiniVoiceMail", "Record"})
# By what the last of several tries came to.
MISSED: dict[str, CallOutcome] = {
    "NO ANSWER": "no_answer",
    "CANCEL": "no_answer",
    "BUSY": "busy",
    "FAILED": "failed",
    "CONGESTION": "failed",
}
# What a caller hears who reached no phone: the line is busy, or no line is free.
ENGAGED = frozenset({"BUSY", "CONGESTION"})
QUEUE = "Queue"


def legs_in(events: Sequence[CallEvent]) -> list[tuple[int, Leg]]:
    """The records among the events, each with its start, in their order."""
    return [(event.happened_at, msgspec.json.decode(event.data or "", type=Leg)) for event in events]


def completed(call: Call, events: Sequence[CallEvent]) -> Call:
    """The call of the queue log with the time before its queue and its whole length; nothing it told is changed."""
    legs = legs_in(events)
    begun_at = min((at for at, _ in legs), default=call.arrived_at)
    ended_at = max((leg.end_at for _, leg in legs), default=begun_at)
    if begun_at < call.arrived_at:
        call.ivr_s = call.arrived_at - begun_at
    call.extra = {"cdr_duration_s": ended_at - begun_at}
    return call


def call_of_records(key: str, events: Sequence[CallEvent], ctx: Context) -> Iterator[Record]:
    """A call outside queues, with one leg a phone that was called or that called."""
    legs = legs_in(events)
    settings: AsteriskSettings = ctx.settings
    has_queue_log = settings.path is not None or settings.queue_log_database is not None
    if has_queue_log and any(leg.app == QUEUE and leg.unique != key for _, leg in legs):
        # The queue log knows it by the id of the channel that waited.
        return
    first_at, first = legs[0]
    direction = direction_of(legs, settings)
    ended_at = max(leg.end_at for _, leg in legs)
    has_halves = any(leg.half for _, leg in legs)
    shown = [(at, leg) for at, leg in legs if (leg.to_any or leg.device) and not (has_halves and leg.to_half)]
    made = [made_leg(key, seq, at, leg, direction) for seq, (at, leg) in enumerate(shown)]
    answered = [leg for leg in made if leg.outcome == "answered"]
    answered_at = min((leg.answered_at for leg in answered if leg.answered_at is not None), default=None)
    outcome = outcome_of([leg for _, leg in legs], direction, is_answered=bool(answered))
    for agent in sorted({leg.agent_id for leg in made if leg.agent_id}):
        yield Agent(id=agent, name=agent)
    yield Call(
        id=key,
        direction=direction,
        customer_id=customer_of(legs, direction),
        arrived_at=first_at,
        ended_at=ended_at,
        ivr_s=ended_at - first_at if outcome == "abandoned_ivr" else None,
        ivr_exit="abandon" if outcome == "abandoned_ivr" else None,
        outcome=outcome,
        legs=len(made),
        total_wait_s=answered_at - first_at if answered_at is not None else None,
        talk_s=sum(leg.talk_s or 0 for leg in answered) if answered else None,
        voicemail_s=first.talk_s if outcome == "voicemail" else None,
        extra={"cdr_duration_s": ended_at - first_at},
    )
    yield from made


def direction_of(legs: Sequence[tuple[int, Leg]], settings: AsteriskSettings) -> Direction:
    """In this order: by the lines to the outside, the contexts, whose phone began it, and whose numbers these are."""
    for _, leg in legs:
        if leg.trunk:
            return "inbound" if leg.trunk == "in" else "outbound"
    for _, leg in legs:
        if matches(leg.context, settings.inbound_contexts):
            return "inbound"
        if matches(leg.context, settings.outbound_contexts):
            return "outbound"
    _, first = legs[0]
    if first.src == "in" or first.device:
        return "outbound" if first.dst == "out" else "internal"
    return "inbound" if first.src == "out" else "internal"


def customer_of(legs: Sequence[tuple[int, Leg]], direction: Direction) -> str | None:
    """Who called or was called, if it was somebody outside."""
    if direction == "internal":
        return None
    found = (leg.customer_in if direction == "inbound" else leg.customer_out for _, leg in legs)
    return next((one for one in found if one), None)


def made_leg(key: str, seq: int, at: int, leg: Leg, direction: Direction) -> CallLeg:
    """One connection or try of it; talk is what Asterisk bills, the ring what came before."""
    is_answered = leg.disposition == ANSWERED and (leg.to_any or direction != "inbound")
    answered_at = leg.end_at - leg.talk_s if is_answered else None
    return CallLeg(
        call_id=key,
        seq=seq,
        kind="agent" if (leg.to_device or leg.device) else "external",
        agent_id=(leg.to_device if direction == "inbound" else leg.device or leg.to_device) or None,
        enqueued_at=at,
        ring_started_at=at,
        answered_at=answered_at,
        ended_at=leg.end_at,
        wait_s=answered_at - at if answered_at is not None else leg.end_at - at,
        ring_s=answered_at - at if answered_at is not None else leg.end_at - at,
        talk_s=leg.talk_s if is_answered else None,
        outcome="answered" if is_answered else "ring_no_answer",
    )


def outcome_of(legs: Sequence[Leg], direction: Direction, *, is_answered: bool) -> CallOutcome | None:
    """What became of the call; a caller who reached a menu and nobody else gave up there.

    None where somebody of ours dialled a service of the server itself."""
    if is_answered:
        return "answered"
    if any(leg.app in VOICEMAIL and leg.disposition == ANSWERED for leg in legs):
        return "voicemail"
    tried = [leg for leg in legs if leg.to_any]
    last = (tried or legs)[-1]
    if direction == "inbound" and not tried and last.disposition in ENGAGED:
        return "blocked"
    if last.disposition == ANSWERED:
        return "abandoned_ivr" if direction == "inbound" else None
    return MISSED.get(last.disposition)
