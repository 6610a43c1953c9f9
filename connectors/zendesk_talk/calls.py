"""What Talk told of a call and its legs becomes the call, its visit to a queue and the work of its agents.

Talk's ``wait_time`` is the time in the queue, until the answer or until the caller left. Figures of agents are those of
their legs, so that a transferred call is not counted for one of them alone; where the legs are missing, the call's own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from connectors import Call, CallEvent, CallLeg, CallOutcome, Context, LegOutcome, Record, utc
from connectors.zendesk_talk.rows import CALL, LEG, CallRow, LegRow, Number, amount, known, queue_of

# Talk's word for how a call ended. ``not_initiated`` and ``external_overflow`` are from memory, no page lists them all.
ABANDONED_IN_QUEUE = "abandoned_in_queue"
OUTSIDE = "external_overflow"
ENDS: dict[str, CallOutcome | None] = {
    "completed": None,
    ABANDONED_IN_QUEUE: "abandoned",
    "abandoned_in_ivr": "abandoned_ivr",
    # The caller heard the voicemail's greeting and hung up without leaving a message: nobody has anything of it.
    "abandoned_in_voicemail": "abandoned",
    # Hung up while an agent held the line.
    "abandoned_on_hold": "answered",
    "pending_voicemail": "voicemail",
    "failed": "failed",
    "not_initiated": "failed",
    OUTSIDE: "overflow_external",
}
LEFT: dict[CallOutcome, LegOutcome] = {
    "answered": "answered",
    "abandoned": "abandoned",
    "voicemail": "flow_out_voicemail",
    "callback": "flow_out_callback",
    "overflow_external": "flow_out_overflow",
}
# What became of a ring; unreachable is a device that was off: the agent was offered nothing.
RINGS: dict[str, LegOutcome | None] = {
    "agent_missed": "ring_no_answer",
    "agent_declined": "declined",
    "agent_transfer_declined": "declined",
    "customer_hang_up": "abandoned",
    "agent_unreachable": None,
}
MISSED = ("ring_no_answer", "declined")
SOUND = {"none", "information_not_available"}
WORD = re.compile(r"[a-z][a-z_]{0,59}")


@dataclass(frozen=True)
class Told:
    """All that is known of a call: its row, and its legs in order of time."""

    row: CallRow
    arrived_at: int
    legs: Sequence[LegRow]
    is_answered: bool

    @property
    def ended_at(self) -> int | None:
        """When the line was hung up; None while the call goes on."""
        seconds = whole(self.row.duration)
        return None if self.row.completion_status is None or seconds is None else self.arrived_at + seconds


def assemble_call(key: str, events: Sequence[CallEvent], ctx: Context) -> Iterator[Record]:
    """The call and its legs as last told; nothing while only legs are known."""
    row: CallRow | None = None
    legs: dict[int, LegRow] = {}
    for event in events:
        if event.event == CALL:
            row = msgspec.json.decode(event.data or "", type=CallRow)
        elif event.event == LEG:
            leg = msgspec.json.decode(event.data or "", type=LegRow)
            legs[leg.id] = leg
    if row is None:
        return
    if row.direction not in ("inbound", "outbound"):
        ctx.warn("direction", word(row.direction) or "none")
    told = put_together(row, list(legs.values()), ctx)
    outcome = outcome_of(told, ctx)
    made = list(legs_of(key, told, outcome, ctx))
    yield call_of(key, told, outcome, made, ctx)
    yield from made


def put_together(row: CallRow, legs: Sequence[LegRow], ctx: Context) -> Told:
    """The call with its agents' and outside legs, and whether somebody of ours spoke to the customer."""
    for leg in legs:
        if leg.type not in ("agent", "customer", "supervisor", "external", None):
            ctx.warn("leg", word(leg.type) or "none")
    # Supervisors listen; the customer's leg is the call itself.
    kept = sorted((leg for leg in legs if leg.type in ("agent", "external")), key=lambda leg: (leg.created_at, leg.id))
    spoke = bool(whole(row.talk_time)) or any(leg.type == "agent" and is_spoken(leg) for leg in kept)
    ended_well = row.completion_status in ("completed", "abandoned_on_hold")
    is_answered = ended_well and (spoke or row.completion_status == "abandoned_on_hold")
    return Told(row, utc(row.created_at), kept, is_answered)


def is_spoken(leg: LegRow) -> bool:
    """Whether the agent spoke on this leg."""
    return leg.completion_status == "completed" and bool(whole(leg.talk_time))


def outcome_of(told: Told, ctx: Context) -> CallOutcome | None:
    """How the call came out; None while it goes on, where the menu served it, and for words that nobody knows."""
    row, status = told.row, told.row.completion_status
    if status is None:
        return None
    if status not in ENDS:
        ctx.warn("completion status", word(status) or "none")
        return None
    if told.is_answered:
        return "answered"
    found = ENDS[status]
    if row.direction == "outbound":
        return "no_answer" if status == "completed" and row.talk_time is not None else found
    if found in ("abandoned_ivr", "failed"):
        return found
    if row.outside_business_hours and status != ABANDONED_IN_QUEUE:
        return "out_of_hours"
    if found is not None:
        return found
    if row.voicemail or row.customer_requested_voicemail:
        return "voicemail"
    if row.callback:
        return "callback"
    if row.overflowed:
        return "overflow_external"
    # Waited, was passed to nobody, left no message: the queue let go of him.
    return "overflow_external" if whole(row.wait_time) or row.exceeded_queue_wait_time else None


def legs_of(key: str, told: Told, outcome: CallOutcome | None, ctx: Context) -> Iterator[CallLeg]:
    """One leg for the visit to the queue with the agent who answered it, one for each further agent that it rang."""
    first = next((leg for leg in told.legs if leg.type == "agent" and is_spoken(leg)), None)
    numbered: list[CallLeg] = []
    if told.row.direction == "inbound" and (visit := visit_of(key, told, outcome, first)) is not None:
        numbered.append(visit)
    elif told.is_answered and first is None:
        numbered.append(own_leg(key, told))
    for leg in told.legs:
        if not (numbered and numbered[0].kind == "queue" and leg is first):
            numbered.append(agent_leg(key, leg, told, ctx))
    for seq, made in enumerate(numbered):
        made.seq = seq
        if made.ended_at is not None:
            # Talk's figures are rounded each for itself: none may end before it began.
            made.ended_at = max(made.ended_at, made.answered_at or 0, made.enqueued_at or 0)
        yield made


def visit_of(key: str, told: Told, outcome: CallOutcome | None, first: LegRow | None) -> CallLeg | None:
    """The visit to the queue; None where the caller never came so far, and while it is not over."""
    row = told.row
    left = LEFT.get(outcome) if outcome is not None else None
    if left is None:
        return None
    wait_s, until_at = waited(told, first)
    is_answered = left == "answered"
    if left == "flow_out_overflow" and not row.overflowed and row.completion_status != OUTSIDE:
        left = "flow_out_timeout"
    rang = [leg for leg in told.legs if leg.type == "agent" and not is_consult(leg)]
    took_at = utc(first.created_at) if first is not None else None
    ring_s = until_at - took_at if took_at is not None and 0 <= until_at - took_at <= wait_s else None
    alone = sum(is_spoken(leg) for leg in rang) <= 1
    offered = [leg for leg in rang if leg is first or RINGS.get(leg.completion_status or "") is not None]
    visit = CallLeg(
        call_id=key,
        seq=0,
        kind="queue",
        queue_id=queue_of(row),
        enqueued_at=max(told.arrived_at, until_at - wait_s),
        ended_at=end_of(first) if first is not None else told.ended_at,
        wait_s=wait_s,
        outcome=left,
        in_hours=None if row.outside_business_hours is None else not row.outside_business_hours,
        rings=len(offered) if rang else None,
        rings_missed=sum(RINGS.get(leg.completion_status or "") in MISSED for leg in rang) if rang else None,
    )
    if is_answered:
        visit.agent_id = known(first.agent_id if first is not None else row.agent_id)
        visit.answered_at = max(until_at, visit.enqueued_at or 0)
        visit.ring_s, visit.ring_started_at = ring_s, took_at if ring_s is not None else None
        own = row if alone else None
        visit.talk_s = figure(first, own, "talk_time")
        visit.hold_s = figure(first, own, "hold_time")
        visit.acw_s = figure(first, own, "wrap_up_time")
        note_transfer(visit, first, told)
    return visit


def waited(told: Told, first: LegRow | None) -> tuple[int, int]:
    """(seconds in the queue, the moment they were over)."""
    row = told.row
    own, to_answer = whole(row.wait_time), whole(row.time_to_answer)
    menu_s = whole(row.ivr_time_spent) or 0
    if told.is_answered:
        picked_s = to_answer if to_answer is not None else menu_s + (own or 0)
        if to_answer is None and own is None and first is not None:
            picked_s = max(0, utc(first.created_at) - told.arrived_at)
        return (own if own is not None else max(0, picked_s - menu_s)), told.arrived_at + picked_s
    if own is None:
        length = whole(row.duration) or 0
        return max(0, length - menu_s), told.arrived_at + max(length, menu_s)
    if row.completion_status == ABANDONED_IN_QUEUE and told.ended_at is not None:
        return own, told.ended_at
    return own, told.arrived_at + menu_s + own


def agent_leg(key: str, leg: LegRow, told: Told, ctx: Context) -> CallLeg:
    """A further agent: rung in vain, asked for advice, or taking the call over; or somebody outside."""
    began_at, ended_at = utc(leg.created_at), end_of(leg)
    kind: Literal["agent", "consult", "external"] = "agent"
    if leg.type == "external":
        kind = "external"
    elif is_consult(leg):
        kind = "consult"
    made = CallLeg(
        call_id=key, seq=0, kind=kind, queue_id=queue_of(told.row), agent_id=known(leg.agent_id),
        ring_started_at=began_at, ended_at=ended_at,
    )  # fmt: skip
    status = leg.completion_status
    if kind != "agent":
        made.outcome = "answered" if status == "completed" else RINGS.get(status or "")
    elif is_spoken(leg) and told.is_answered:
        made.outcome = "answered"
        made.talk_s, made.hold_s, made.acw_s = whole(leg.talk_time), whole(leg.hold_time), whole(leg.wrap_up_time)
        spoken_s = (made.talk_s or 0) + (made.hold_s or 0)
        made.answered_at = began_at if ended_at is None else max(began_at, ended_at - spoken_s)
        made.ring_s = made.answered_at - began_at
        note_transfer(made, leg, told)
    elif status in RINGS:
        made.outcome = RINGS[status]
        made.ring_s = whole(leg.duration)
    elif status is not None and status != "completed":
        ctx.warn("leg completion status", word(status) or "none")
    return made


def own_leg(key: str, told: Told) -> CallLeg:
    """The agent's work as the call tells it, where no leg does."""
    row = told.row
    answer_s = whole(row.time_to_answer)
    return CallLeg(
        call_id=key, seq=0, kind="agent", agent_id=known(row.agent_id), outcome="answered",
        answered_at=told.arrived_at + (answer_s or 0), ended_at=told.ended_at, talk_s=whole(row.talk_time),
        hold_s=whole(row.hold_time), acw_s=whole(row.wrap_up_time),
    )  # fmt: skip


def note_transfer(made: CallLeg, leg: LegRow | None, told: Told) -> None:
    """Where the agent passed the call on: to a colleague after a word with them (warm), without one, or outside."""
    if leg is None:
        return
    target = known(leg.transferred_to)
    later = [other for other in told.legs if (other.created_at, other.id) > (leg.created_at, leg.id)]
    outside = any(other.type == "external" and other.completion_status == "completed" for other in later)
    if target is not None:
        is_warm = known(leg.consultation_to) == target or any(
            is_consult(other) and known(other.agent_id) == target for other in told.legs
        )
        made.transfer_kind, made.transferred_to_id = "warm" if is_warm else "cold", target
    elif outside and not any(other.type == "agent" and is_spoken(other) for other in later):
        made.transfer_kind = "blind_external"


def is_consult(leg: LegRow) -> bool:
    """Whether the agent was only asked for advice."""
    return leg.type == "agent" and known(leg.consultation_from) is not None and not is_spoken(leg)


def call_of(key: str, told: Told, outcome: CallOutcome | None, legs: Sequence[CallLeg], ctx: Context) -> Call:
    """The call; talk, hold and after-call work are those of its agents' legs."""
    row = told.row
    visit = next((leg for leg in legs if leg.kind == "queue"), None)
    answered = [leg for leg in legs if leg.kind in ("queue", "agent") and leg.outcome == "answered"]
    transfers = sum(leg.transfer_kind is not None for leg in legs)
    updated_at = utc(row.updated_at)
    hung_up = outcome in ("abandoned", "abandoned_ivr") or row.completion_status == "abandoned_on_hold"
    charge = amount(row.call_charge)
    kept = {
        "completion_status": word(row.completion_status),
        "callback": row.callback or None,
        "callback_source": word(row.callback_source),
        "exceeded_queue_wait_time": row.exceeded_queue_wait_time or None,
        "overflowed": row.overflowed or None,
        "minutes_billed": whole(row.minutes_billed),
        "call_channel": word(row.call_channel),
    }
    return Call(
        id=key,
        version=updated_at,
        source_updated_at=updated_at,
        direction="outbound" if row.direction == "outbound" else "inbound",
        line_id=known(row.phone_number_id),
        customer_id=known(row.customer_id),
        ticket_id=known(row.ticket_id),
        arrived_at=told.arrived_at,
        ended_at=told.ended_at,
        ivr_s=whole(row.ivr_time_spent),
        ivr_steps=row.ivr_hops,
        ivr_exit=exit_of(row, outcome, is_queued=visit is not None),
        outcome=outcome,
        hangup_by="customer" if hung_up else None,
        is_transferred=transfers > 0,
        transfers=transfers,
        legs=len(legs),
        total_wait_s=visit.wait_s if visit is not None else None,
        talk_s=total([leg.talk_s for leg in answered]),
        hold_s=total([leg.hold_s for leg in answered]),
        acw_s=total([leg.acw_s for leg in answered]),
        consult_s=whole(row.consultation_time),
        voicemail_s=whole(row.recording_time) if row.voicemail else None,
        charge_minor=None if charge is None else round(charge * 100),
        currency=None if charge is None else ctx.settings.currency,
        quality_issues=issues(row.quality_issues),
        extra={name: value for name, value in kept.items() if value is not None},
    )


def exit_of(
    row: CallRow, outcome: CallOutcome | None, *, is_queued: bool
) -> Literal["queue", "abandon", "contained"] | None:
    """How the menu was left; None where there was none, or the call still goes on."""
    if outcome == "abandoned_ivr":
        return "abandon"
    if row.ivr_time_spent is None or row.completion_status is None:
        return None
    if is_queued:
        return "queue"
    return "contained" if outcome is None and row.completion_status == "completed" else None


def end_of(leg: LegRow | None) -> int | None:
    """When a leg ended; None while nobody knows."""
    seconds = whole(leg.duration) if leg is not None and leg.completion_status is not None else None
    return None if leg is None or seconds is None else utc(leg.created_at) + seconds


def figure(leg: LegRow | None, row: CallRow | None, name: str) -> int | None:
    """An agent's seconds from the leg; from the call where the leg tells none and nobody else spoke."""
    own = whole(getattr(leg, name)) if leg is not None else None
    return own if own is not None or row is None else whole(getattr(row, name))


def whole(seconds: Number) -> int | None:
    """Whole seconds; None for what is none, or is negative."""
    return None if seconds is None or seconds < 0 else int(seconds)


def total(values: Sequence[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    told = [value for value in values if value is not None]
    return sum(told) if told else None


def issues(told: list[str] | str | None) -> str | None:
    """What was wrong with the line, joined by commas; None where nothing was."""
    names = [told] if isinstance(told, str) else told or []
    found = [name for name in names if name not in SOUND and WORD.fullmatch(name)]
    return ",".join(found) or None


def word(told: str | None) -> str | None:
    """A word of Talk's vocabulary as it stands; anything else could be somebody's text."""
    return told if told is not None and WORD.fullmatch(told) else "other" if told else None
