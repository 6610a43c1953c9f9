"""A voice conversation becomes one call with its legs, what its agents did, and Genesys Cloud's own figures of it.

Chat, mail and messages are no calls and have no history of a ticket to give: they are left out, and counted by day.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import UNSET

from connectors import (
    AgentState,
    Call,
    CallLeg,
    CallOutcome,
    Context,
    Customer,
    CustomerIdentity,
    Line,
    Record,
    SourceMetric,
    StateCategory,
    Survey,
    utc,
)
from connectors.genesys_cloud.legs import BY_SYSTEM, legs_of, sum_of
from connectors.genesys_cloud.parts import AGENTS, CALLBACK, CALLERS, QUEUE, Part, parts_of, version_of
from connectors.genesys_cloud.rows import ConversationRow, floored, millis

Direction: TypeAlias = Literal["inbound", "outbound", "internal"]

CALL_OUTCOME: dict[str, CallOutcome] = {
    "abandoned": "abandoned",
    "flow_out_voicemail": "voicemail",
    "flow_out_callback": "callback",
    "flow_out_overflow": "overflow_external",
    "ring_no_answer": "no_answer",
}
STATES: dict[str, StateCategory] = {
    "alert": "ringing",
    "dialing": "ringing",
    "contacting": "ringing",
    "interact": "talk",
    "hold": "hold",
    "wrapup": "acw",
}
OWN_HANGUP = frozenset({"client", "endpoint"})
BUSY = frozenset({486, 600})
FIGURES = {
    "wait_s": (QUEUE, ("tAcd",)),
    "talk_s": ("", ("tTalkComplete", "tTalk")),
    "hold_s": ("", ("tHeldComplete", "tHeld")),
    "acw_s": ("", ("tAcw",)),
}


def normalise_conversation(row: ConversationRow, ctx: Context) -> Iterator[Record]:
    """The call (and the call back that came of it, if any), legs, states, caller, surveys."""
    parts = parts_of(row)
    if not parts:
        return
    version = version_of(row)
    asked = parts_of(row, CALLBACK)
    callback_at = asked[0].begin if asked else None
    back = _calls_back(parts, callback_at)
    first = [part for part in parts if part not in back]
    yield from _call(row, row.id, first, version, ctx, callback_at=callback_at)
    if back:
        yield from _call(row, f"{row.id}/callback", back, version, ctx, callback_of=row.id)
    for survey in row.surveys or ():
        # Genesys Cloud's total score has a scale of the form's own; only the promoter score has one that is known.
        if survey.survey_promoter_score is not None:
            rated = survey.survey_completed_date or survey.event_time
            yield Survey(
                id=survey.survey_id,
                version=version,
                kind="nps",
                scale="0-10",
                channel="ivr" if survey.survey_type == "Voice" else "mail",
                call_id=row.id,
                agent_id=survey.user_id,
                rated_at=utc(rated) if rated else None,
                score_raw=str(survey.survey_promoter_score),
            )


def _calls_back(parts: Sequence[Part], callback_at: int | None) -> list[Part]:
    """The sessions that belong to the call back, where the caller had been on the line before."""
    if callback_at is None or parts[0].begin >= callback_at:
        return []
    dialled = [part for part in parts if part.purpose in AGENTS and part.session.direction == "outbound"]
    since = min((part.begin for part in dialled if part.begin >= callback_at), default=None)
    return [] if since is None else [part for part in parts if part.begin >= since]


def _call(
    row: ConversationRow,
    call_id: str,
    parts: Sequence[Part],
    version: int,
    ctx: Context,
    *,
    callback_at: int | None = None,
    callback_of: str | None = None,
) -> Iterator[Record]:
    direction: Direction = "outbound" if callback_of else _direction(row, parts)
    made = legs_of(call_id, parts, callback_at=callback_at)
    legs = [one.leg for one in made]
    worked = [leg for leg in legs if leg.outcome == "answered" and leg.kind != "consult"]
    is_over = row.conversation_end is not None
    outcome = _outcome(direction, parts, legs, is_over=is_over)
    ivr = [part for part in parts if part.purpose in ("ivr", "workflow", "botflow")]
    customer, line = _sides(parts, direction, ctx)
    transfers = sum(leg.transfer_kind is not None for leg in legs)
    began = parts[0].begin // 1000
    waits = [leg for leg in legs if leg.kind == "queue"]
    yield Call(
        id=call_id,
        version=version,
        direction=direction,
        customer_id=UNSET if ctx.is_redacted else ctx.phone_customer(customer),
        line_id=UNSET if ctx.is_redacted else None if line is None else _line_id(line, ctx),
        arrived_at=min(utc(row.conversation_start), began) if direction == "inbound" else began,
        ended_at=utc(row.conversation_end) if row.conversation_end else None,
        ivr_s=floored(sum(part.ms("tIvr") or (part.end or part.begin) - part.begin for part in ivr)) if ivr else None,
        ivr_exit=_ivr_exit(row, legs, ivr) if direction == "inbound" else None,
        outcome=outcome,
        hangup_by=_hangup(parts) if is_over else None,
        is_transferred=transfers > 0,
        transfers=transfers,
        legs=len(legs),
        total_wait_s=sum_of(waits, "wait_s"),
        talk_s=sum_of(worked, "talk_s"),
        hold_s=sum_of(worked, "hold_s"),
        acw_s=sum_of(worked, "acw_s"),
        consult_s=sum_of([leg for leg in legs if leg.kind == "consult"], "talk_s"),
        callback_of_id=callback_of,
    )
    yield from legs
    for one in made:
        if one.agent is not None and one.agent.user_id:
            yield from _states(call_id, one.agent)
    if not ctx.is_redacted:
        if customer is not None and (native := ctx.phone_customer(customer)):
            yield Customer(id=native)
            yield CustomerIdentity(customer_id=native, kind="phone", value=customer)
        if line is not None:
            known = _line_id(line, ctx)
            yield Line(id=known, e164_hash=ctx.pseudonym("phone", line), is_test=line in ctx.test_numbers)
    if is_over:
        yield from _figures(call_id, parts, ctx)


def _direction(row: ConversationRow, parts: Sequence[Part]) -> Direction:
    if not any(part.purpose in CALLERS or part.purpose == QUEUE for part in parts):
        return "internal"
    if row.originating_direction == "outbound":
        return "outbound"
    # A call back that nobody was on the line for is dialled by the agent, whatever began the conversation.
    first = next((part for part in parts if part.purpose in AGENTS | CALLERS), None)
    dialled = first is not None and first.purpose in AGENTS and first.session.direction == "outbound"
    return "outbound" if dialled else "inbound"


def _outcome(
    direction: Direction, parts: Sequence[Part], legs: Sequence[CallLeg], *, is_over: bool
) -> CallOutcome | None:
    answered = [leg for leg in legs if leg.outcome == "answered" and leg.kind != "consult"]
    if direction != "inbound":
        if any(leg.talk_s or leg.answered_at is not None for leg in answered):
            return "answered"
        return _not_reached(parts) if is_over else None
    if answered:
        return "answered"
    if not is_over:
        return None
    purposes = {part.purpose for part in parts}
    said = [leg.outcome for leg in legs if leg.outcome is not None]
    if said:
        found = CALL_OUTCOME.get(said[-1])
        return "voicemail" if found == "no_answer" and "voicemail" in purposes else found
    if "voicemail" in purposes:
        return "voicemail"
    if any(part.purpose == "external" for part in parts[1:]):
        return "overflow_external"
    return "abandoned_ivr" if _hung_up(parts) else None


def _not_reached(parts: Sequence[Part]) -> CallOutcome:
    codes = {code for part in parts for segment in part.segments for code in segment.sip_response_codes or ()}
    if codes & BUSY:
        return "busy"
    return "failed" if any(part.disconnect in BY_SYSTEM for part in parts) else "no_answer"


def _hung_up(parts: Sequence[Part]) -> bool:
    return any(part.purpose in CALLERS and part.disconnect in OWN_HANGUP for part in parts)


def _ivr_exit(
    row: ConversationRow, legs: Sequence[CallLeg], ivr: Sequence[Part]
) -> Literal["queue", "abandon", "contained", "announcement"] | None:
    if any(leg.kind == "queue" for leg in legs):
        return "queue"
    if not ivr or legs or row.conversation_end is None:
        return None
    if row.self_served:
        return "contained"
    return "abandon" if _hung_up(parts_of(row)) else "announcement"


def _hangup(parts: Sequence[Part]) -> Literal["customer", "agent", "system"] | None:
    if _hung_up(parts):
        return "customer"
    last = max((part for part in parts if part.left is not None), key=lambda part: part.left or 0, default=None)
    if last is None:
        return None
    if any(part.purpose in AGENTS and part.disconnect in OWN_HANGUP for part in parts):
        return "agent"
    return "system" if last.disconnect in BY_SYSTEM else None


def _sides(parts: Sequence[Part], direction: Direction, ctx: Context) -> tuple[str | None, str | None]:
    """The customer's number and the one of ours that was dialled or shown; None where withheld or not told."""
    if ctx.is_redacted:
        return None, None
    caller = next((part for part in parts if part.purpose in CALLERS), None)
    if caller is None:
        return None, None
    ani, dnis = _number(caller.session.ani), _number(caller.session.dnis)
    return (ani, dnis) if direction == "inbound" else (dnis, ani)


def _number(text: str | None) -> str | None:
    """A telephone number of 'tel:+4930…' or 'sip:+4930…@…'; None for 'anonymous' and internal addresses."""
    found = (text or "").partition(":")[2] or (text or "")
    found = found.partition("@")[0].partition(";")[0]
    digits = found.removeprefix("+")
    return found if digits.isascii() and digits.isdigit() and len(digits) >= 6 else None


def _line_id(number: str, ctx: Context) -> str:
    # Test numbers are told from others by the id of their line.
    return number if number in ctx.test_numbers else ctx.pseudonym("phone", number)


def _states(call_id: str, part: Part) -> Iterator[AgentState]:
    """What the agent did with the call, segment by segment."""
    for segment in part.segments:
        category = STATES.get(segment.segment_type or "")
        if category is None or segment.segment_start is None:
            continue
        name = f"{part.session.session_id}|{segment.segment_start}|{segment.segment_type}"
        from_at = millis(segment.segment_start) // 1000
        yield AgentState(
            agent_id=part.user_id or "",
            # Presence has number 0; two calls of an agent can begin in one second.
            seq=1 + (zlib.crc32(name.encode()) & 0x3FFFFFFF),
            state=segment.segment_type or "",
            category=category,
            from_at=from_at,
            to_at=millis(segment.segment_end) // 1000 if segment.segment_end else None,
            queue_id=segment.queue_id or part.queue_id,
            call_id=call_id,
        )


def _figures(call_id: str, parts: Sequence[Part], ctx: Context) -> Iterator[SourceMetric]:
    """Genesys Cloud's own sums of the call, in whole seconds, rounded down after they were added up."""
    for name, (purpose, metrics) in FIGURES.items():
        chosen = [part for part in parts if (part.purpose == purpose if purpose else part.purpose in AGENTS)]
        found = [value for part in chosen if (value := part.ms(*metrics)) is not None]
        if found:
            yield SourceMetric(
                entity="call", entity_id=call_id, name=name, value=sum(found) // 1000, unit="s",
                fetched_at=ctx.fetched_at,
            )  # fmt: skip
