"""The parts of a call become the call, its visits to queues and the work of its agents.

A transfer begins a call of its own at Freshcaller, with agents and figures of its own; here it is a leg of the
customer's call. Freshcaller does not say whether the agents spoke before, so a transfer counts as cold.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
from msgspec import UNSET

from connectors import Call, CallEvent, CallLeg, CallOutcome, Context, LegOutcome, Record, SourceMetric
from connectors.freshcaller.rows import Part, Rung

INCOMING, OUTGOING = "incoming", "outgoing"
COMPLETED, NO_ANSWER, BUSY, VOICEMAIL = 1, 3, 2, 10
# The numbers that Freshcaller's pages leave out are those of the product it grew from (Freshfone).
UNDER_WAY = frozenset({0, 6, 7, 8, 12, 13})
CAME: dict[int, CallOutcome] = {NO_ANSWER: "abandoned", 5: "abandoned", BUSY: "abandoned", 4: "failed", 9: "blocked",
                                VOICEMAIL: "voicemail", 11: "blocked"}  # fmt: skip
DIALLED: dict[int, CallOutcome] = {NO_ANSWER: "no_answer", 5: "no_answer", BUSY: "busy", 4: "failed", 9: "blocked",
                                   VOICEMAIL: "no_answer", 11: "blocked"}  # fmt: skip
LEFT: dict[CallOutcome, LegOutcome] = {
    "answered": "answered",
    "abandoned": "abandoned",
    "voicemail": "flow_out_voicemail",
}
# 5, cancelled: a colleague was quicker, or the caller hung up; the agent was offered the call and missed nothing.
RINGS: dict[int, LegOutcome] = {NO_ANSWER: "ring_no_answer", BUSY: "declined"}


def assemble_call(key: str, events: Sequence[CallEvent], ctx: Context) -> Iterator[Record]:
    """The customer's call with all its legs, from the newest state of each part, which its last event tells."""
    newest: dict[int, Part] = {}
    for event in events:
        part = msgspec.json.decode(event.data or "", type=Part)
        newest[part.id] = part
    parts = sorted(newest.values(), key=lambda part: (part.root is not None, part.created_at, part.id))
    if not parts:
        return
    first = parts[0]
    if first.direction not in (INCOMING, OUTGOING):
        ctx.warn("direction", first.direction[:20] or "none")
    legs: list[CallLeg] = []
    for part in parts:
        outcome = outcome_of(part, ctx)
        made = legs_of(key, part, outcome, is_transfer=part is not first)
        if part is not first:
            note_transfer(legs, made, part)
        legs += made
    for seq, leg in enumerate(legs):
        leg.seq = seq
    yield call_of(key, parts, outcome_of(first, ctx), legs, ctx)
    yield from legs
    yield from own_figures(key, parts, ctx)


def outcome_of(part: Part, ctx: Context) -> CallOutcome | None:
    """How a part came out for the customer; None while it goes on, where the menu served him, for unknown numbers."""
    status = part.status
    if status is None or status in UNDER_WAY:
        return None
    is_out = part.direction == OUTGOING
    if status == COMPLETED:
        answered = any(spoke(rung) for rung in part.agents) or bool(part.talk_s)
        return "answered" if answered or (is_out and part.customer_s) else None
    if status not in CAME:
        ctx.warn("call status", str(status))
        return None
    outcome = (DIALLED if is_out else CAME)[status]
    if outcome == "abandoned" and not is_queued(part) and (part.has_menu or part.menu_s):
        return "abandoned_ivr"
    return outcome


def spoke(rung: Rung) -> bool:
    """Whether the agent was connected."""
    return rung.status == COMPLETED and bool(rung.seconds)


def is_queued(part: Part) -> bool:
    """Whether the caller came as far as a queue, or an agent's telephone."""
    return part.queue is not None or part.enqueued_at is not None or bool(part.agents)


def legs_of(key: str, part: Part, outcome: CallOutcome | None, *, is_transfer: bool) -> list[CallLeg]:
    """The visit to the queue with the agent who answered, then each further agent."""
    answered = [rung for rung in part.agents if spoke(rung)] if outcome == "answered" else []
    taker = answered[0] if answered else None
    legs: list[CallLeg] = []
    left = LEFT.get(outcome) if outcome is not None else None
    if part.direction != OUTGOING and is_queued(part) and left is not None and (part.queue or not is_transfer):
        legs.append(visit_of(key, part, left, taker))
    elif outcome == "answered" and taker is None:
        taker = Rung(part.agent or "", COMPLETED)
    if outcome == "answered" and taker is not None and not legs:
        legs.append(CallLeg(call_id=key, seq=0, kind="agent", agent_id=taker.agent or None))
    if outcome == "answered":
        note_work(legs[0], part, taker, is_alone=len(answered) <= 1)
    others = [rung for rung in part.agents if rung is not taker]
    return [*legs, *(ring_of(key, part, rung, is_answered=rung in answered) for rung in others)]


def visit_of(key: str, part: Part, left: LegOutcome, taker: Rung | None) -> CallLeg:
    """A visit to a queue."""
    enqueued_at = waits_from(part)
    wait_s = waited_s(part, is_answered=left == "answered")
    offers = [rung for rung in part.agents if rung is taker or rung.status in (*RINGS, 5)]
    return CallLeg(
        call_id=key,
        seq=0,
        kind="queue",
        queue_id=part.queue,
        agent_id=(taker.agent if taker is not None else part.agent) if left == "answered" else None,
        enqueued_at=enqueued_at,
        wait_s=wait_s,
        ring_s=part.speed_s if left == "answered" else None,
        ended_at=None if wait_s is None or left == "answered" else enqueued_at + wait_s,
        outcome=left,
        rings=len(offers) if part.agents else None,
        rings_missed=sum(rung.status in RINGS for rung in offers) if part.agents else None,
    )


def waits_from(part: Part) -> int:
    """When the waiting begins: in the queue, else where the menu ends."""
    return part.enqueued_at if part.enqueued_at is not None else part.created_at + (part.menu_s or 0)


def waited_s(part: Part, *, is_answered: bool) -> int | None:
    """Seconds from there to the answer, or until the caller left; the ringing alone where no step tells the rest."""
    rang_s = part.speed_s if is_answered and part.speed_s is not None else part.ring_s
    until_at = part.taken_at if is_answered else part.left_at
    return rang_s if until_at is None else max(until_at - waits_from(part), rang_s or 0)


def note_work(leg: CallLeg, part: Part, taker: Rung | None, *, is_alone: bool) -> None:
    """The answer and the work after it: Freshcaller's figures of the part, where the agent was the only one."""
    leg.outcome = "answered"
    own_s = taker.seconds if taker is not None else None
    leg.talk_s = part.talk_s if part.talk_s is not None and (is_alone or own_s is None) else own_s
    leg.hold_s, leg.acw_s = part.hold_s, part.acw_s
    if leg.kind == "queue":
        leg.answered_at = None if leg.wait_s is None else (leg.enqueued_at or 0) + leg.wait_s
    else:
        leg.answered_at = part.taken_at or part.created_at + (
            (part.speed_s if part.speed_s is not None else part.ring_s) or 0
        )
    if leg.answered_at is not None and leg.talk_s is not None:
        leg.ended_at = leg.answered_at + leg.talk_s + (leg.hold_s or 0)


def ring_of(key: str, part: Part, rung: Rung, *, is_answered: bool) -> CallLeg:
    """A further agent of a part: rung in vain, or joining the call."""
    return CallLeg(
        call_id=key,
        seq=0,
        kind="agent",
        queue_id=part.queue,
        agent_id=rung.agent,
        ring_started_at=rung.at,
        answered_at=rung.at if is_answered else None,
        talk_s=rung.seconds if is_answered else None,
        outcome="answered" if is_answered else RINGS.get(rung.status) if rung.status is not None else None,
    )


def note_transfer(before: list[CallLeg], made: Sequence[CallLeg], part: Part) -> None:
    """Marks the agent who had the call last as the one who passed it on."""
    giver = next((leg for leg in reversed(before) if leg.outcome == "answered"), None)
    # An agent who did not take what a colleague wanted to pass on leaves the call where it was.
    if giver is None or not any(leg.outcome == "answered" or leg.kind == "queue" for leg in made):
        return
    giver.transfer_kind = "cold"
    taker = next((leg.agent_id for leg in made if leg.outcome == "answered"), None)
    giver.transferred_to_id = part.queue or taker or part.agent


def call_of(
    key: str, parts: Sequence[Part], outcome: CallOutcome | None, legs: Sequence[CallLeg], ctx: Context
) -> Call:
    """The customer's call; talk, hold and after-call work are those of its legs."""
    first = parts[0]
    answered = [leg for leg in legs if leg.outcome == "answered"]
    visits = [leg for leg in legs if leg.kind == "queue"]
    transfers = sum(leg.transfer_kind is not None for leg in legs)
    updated_at = max(part.updated_at for part in parts)
    is_over = all(part.status is not None and part.status not in UNDER_WAY for part in parts)
    ends = [leg.ended_at for leg in legs if leg.ended_at is not None]
    length_s = (first.menu_s or 0) + (first.ring_s or 0) + (first.customer_s or 0)
    known = [part for part in parts if part.cost is not None]
    ticket = next((part.ticket for part in parts if part.ticket is not None), None)
    elsewhere = ctx.settings.ticket_account
    is_menu = first.has_menu or first.menu_s is not None
    return Call(
        id=key,
        version=updated_at,
        source_updated_at=updated_at,
        direction="outbound" if first.direction == OUTGOING else "inbound",
        line_id=first.line,
        customer_id=UNSET if first.is_redacted else first.caller,
        ticket_id=f"@{elsewhere}:{ticket}" if ticket is not None and elsewhere else ticket,
        arrived_at=first.created_at,
        ended_at=max(ends, default=first.created_at + length_s) if is_over else None,
        ivr_s=first.menu_s,
        ivr_exit=exit_of(first, outcome, is_menu=is_menu, is_queued=bool(visits)),
        outcome=outcome,
        hangup_by="customer" if outcome in ("abandoned", "abandoned_ivr") else None,
        is_transferred=transfers > 0,
        transfers=transfers,
        legs=len(legs),
        total_wait_s=total([leg.wait_s for leg in visits]),
        talk_s=total([leg.talk_s for leg in answered]),
        hold_s=total([leg.hold_s for leg in answered]),
        acw_s=total([leg.acw_s for leg in answered]),
        voicemail_s=first.recorded_s if outcome == "voicemail" else None,
        charge_minor=round(sum(part.cost or 0 for part in known) * 100) if known else None,
        currency=known[0].currency if known else None,
        extra={"call_status": first.status} if first.status is not None else {},
    )


def own_figures(key: str, parts: Sequence[Part], ctx: Context) -> Iterator[Record]:
    """Freshcaller's figures of the customer's call: those of its parts together.

    None of them is the wait as we count it, so the times of ringing have names of their own."""
    figures = {
        "answering_speed_s": total([part.speed_s for part in parts]),
        "total_ringing_s": total([part.ring_s for part in parts]),
        "talk_s": total([part.talk_s for part in parts]),
        "hold_s": total([part.hold_s for part in parts]),
        "acw_s": total([part.acw_s for part in parts]),
        "billed_s": total([part.billed_s for part in parts]),
    }
    for name, value in figures.items():
        if value is not None:
            yield SourceMetric(
                entity="call", entity_id=key, name=name, value=value, unit="s", fetched_at=ctx.fetched_at
            )


def exit_of(
    part: Part, outcome: CallOutcome | None, *, is_menu: bool, is_queued: bool
) -> Literal["queue", "abandon", "contained"] | None:
    """How the menu was left; None where there was none, or the call still goes on."""
    if outcome == "abandoned_ivr":
        return "abandon"
    if not is_menu:
        return None
    if is_queued:
        return "queue"
    return "contained" if outcome is None and part.status == COMPLETED else None


def total(values: Sequence[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    told = [value for value in values if value is not None]
    return sum(told) if told else None
