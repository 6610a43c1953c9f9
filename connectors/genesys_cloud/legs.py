"""Visits to queues, connections to agents and consultations of one call, from its sessions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from connectors import CallLeg, LegOutcome
from connectors.genesys_cloud.parts import AGENTS, QUEUE, Part
from connectors.genesys_cloud.rows import floored, total

# An agent is alerted while the caller still waits; clocks of two servers differ by moments.
SLACK_MS = 5_000
MOMENT_MS = 1_000
BLIND = frozenset({"transfer", "forwardTransfer"})
CONSULTED = frozenset({"consultTransfer", "conferenceTransfer"})
NOT_TAKEN = frozenset({"noAnswerTransfer", "notAvailableTransfer", "dndTransfer", "dndEndpoint"})
BY_CALLER = frozenset({"client", "endpoint", "peer"})
BY_SYSTEM = frozenset({"system", "error", "timeout", "transportFailure", "sessionExpired", "uncallable"})


@dataclass
class Visit:
    """One session in a queue and the agents who were offered it."""

    part: Part
    offers: list[Part] = field(default_factory=list)
    taker: Part | None = None


@dataclass(frozen=True)
class Leg:
    """A leg and what it was made of: the queue's session, the agent's, or both."""

    leg: CallLeg
    agent: Part | None
    begin: tuple[int, str]


def legs_of(call_id: str, parts: Sequence[Part], *, callback_at: int | None) -> list[Leg]:
    """The legs in order of time; ``outcome`` is None while nobody can know it."""
    visits = [Visit(part) for part in parts if part.purpose == QUEUE]
    agents = [part for part in parts if part.purpose in AGENTS]
    alone = [part for part in agents if not _offered(visits, part)]
    found = [_visit(call_id, visit, parts, callback_at) for visit in visits]
    found += [_alone(call_id, part, agents) for part in alone]
    found.sort(key=lambda one: one.begin)
    return [_linked(place, found, parts) for place in range(len(found))]


def _offered(visits: Sequence[Visit], agent: Part) -> bool:
    """Whether the agent was offered a visit: one to the same queue that was still on when the phone began to ring."""
    for visit in reversed(visits):
        part = visit.part
        is_there = part.begin <= agent.begin + SLACK_MS and (part.end is None or agent.begin <= part.end + SLACK_MS)
        if part.queue_id is None or part.queue_id != agent.queue_id or not is_there:
            continue
        if agent.connected is not None:
            if visit.taker is not None or part.has("tAbandon", "tFlowOut"):
                return False
            visit.taker = agent
        visit.offers.append(agent)
        return True
    return False


def _visit(call_id: str, visit: Visit, parts: Sequence[Part], callback_at: int | None) -> Leg:
    part, taker = visit.part, visit.taker
    outcome = _outcome(visit, parts, callback_at)
    is_answered = outcome == "answered"
    answered = taker.connected if taker is not None else None
    waited = {"answered": ("tAnswered", "tAcd"), "abandoned": ("tAbandon", "tShortAbandon", "tAcd")}
    wait_ms = part.ms(*waited.get(outcome or "", ("tFlowOut", "tAcd")))
    if wait_ms is None and is_answered and taker is not None:
        wait_ms = taker.ms("tAnswered")
    if wait_ms is None:
        until = answered if is_answered else part.end
        wait_ms = None if until is None else until - part.begin
    if answered is None and is_answered and wait_ms is not None:
        answered = part.begin + int(wait_ms)
    leg = CallLeg(
        call_id=call_id,
        seq=0,
        kind="queue",
        queue_id=part.queue_id,
        enqueued_at=part.begin // 1000,
        ended_at=floored(part.end),
        wait_s=floored(wait_ms) if outcome else None,
        outcome=outcome,
        rings=len(visit.offers),
        rings_missed=sum(_is_missed(offer, part) for offer in visit.offers),
        is_system_drop=True if outcome == "abandoned" and part.disconnect in BY_SYSTEM else None,
    )
    if is_answered and answered is not None:
        leg.answered_at = max(answered // 1000, part.begin // 1000)
    if taker is not None and is_answered:
        _talked(leg, taker)
    return Leg(leg, taker, part.key)


def _is_missed(offer: Part, visit: Part) -> bool:
    """Whether the agent let it ring; who was being rung when the caller gave up has missed nothing."""
    if offer.connected is not None or offer.end is None:
        return False
    if offer.has("tNotResponding") or offer.disconnect in NOT_TAKEN:
        return True
    return visit.end is None or offer.end < visit.end - MOMENT_MS


def _outcome(visit: Visit, parts: Sequence[Part], callback_at: int | None) -> LegOutcome | None:
    part = visit.part
    if visit.taker is not None or part.has("tAnswered"):
        return "answered"
    if part.has("tAbandon", "tShortAbandon"):
        return "abandoned"
    if part.end is None:
        return None
    if not part.has("tFlowOut") and part.disconnect in BY_CALLER | BY_SYSTEM:
        return "abandoned"
    said = (part.session.flow_out_type or "").lower()
    after = {one.purpose for one in parts if part.begin <= one.begin and one.begin >= part.end - SLACK_MS}
    if "voicemail" in said or "voicemail" in after:
        return "flow_out_voicemail"
    if "callback" in said or (callback_at is not None and callback_at >= part.begin):
        return "flow_out_callback"
    return "flow_out_overflow"


def _alone(call_id: str, part: Part, agents: Sequence[Part]) -> Leg:
    """An agent reached without a queue: dialled, called, passed on to or asked during another's call."""
    kind: Literal["agent", "consult"] = "consult" if _is_consulted(part, agents) else "agent"
    leg = CallLeg(call_id=call_id, seq=0, kind=kind, queue_id=part.queue_id, ended_at=floored(part.left))
    if part.connected is not None:
        leg.outcome, leg.answered_at = "answered", part.connected // 1000
        _talked(leg, part)
    else:
        leg.agent_id, leg.ring_s = part.user_id, floored(part.ms("tAlert"))
        # Who dialled and reached nobody has missed no call.
        leg.outcome = None if part.end is None or part.session.direction == "outbound" else "ring_no_answer"
    return Leg(leg, part, part.key)


def _is_consulted(part: Part, agents: Sequence[Part]) -> bool:
    """Whether the whole of it lies within somebody's call: asked for advice, not passed on to."""
    for other in agents:
        if other is part or other.connected is None or other.key >= part.key:
            continue
        until = other.left
        if other.connected <= part.begin and (until is None or (part.left is not None and part.left <= until)):
            return True
    return False


def _talked(leg: CallLeg, agent: Part) -> None:
    """The agent's figures; hold and after-call work that a finished session has none of are known to be none."""
    # tHandle is told when the session is over, after-call work included.
    none = 0.0 if agent.has("tHandle") else None
    leg.agent_id, leg.ended_at = agent.user_id, floored(agent.left)
    leg.ring_s = floored(agent.ms("tAlert"))
    leg.ring_started_at = agent.begin // 1000 if leg.ring_s is not None else None
    leg.talk_s = floored(agent.ms("tTalkComplete", "tTalk"))
    leg.hold_s = floored(_or(agent.ms("tHeldComplete", "tHeld"), none))
    leg.acw_s = floored(_or(agent.ms("tAcw"), none))
    if agent.has("nConsultTransferred") or agent.disconnect in CONSULTED:
        leg.transfer_kind = "warm"
    elif agent.has("nBlindTransferred", "nTransferred") or agent.disconnect in BLIND:
        leg.transfer_kind = "cold"


def _or(value: float | None, other: float | None) -> float | None:
    return other if value is None else value


def _linked(place: int, found: Sequence[Leg], parts: Sequence[Part]) -> Leg:
    """The leg with its number, and where it was passed on to."""
    one = found[place]
    leg = msgspec.structs.replace(one.leg, seq=place)
    if leg.transfer_kind is not None:
        following = next((other.leg for other in found[place + 1 :] if other.leg.kind != "consult"), None)
        if following is not None:
            leg.transferred_to_id = following.queue_id if following.kind == "queue" else following.agent_id
        elif leg.transfer_kind == "cold" and _went_outside(one.agent, parts):
            leg.transfer_kind = "blind_external"
    return Leg(leg, one.agent, one.begin)


def _went_outside(agent: Part | None, parts: Sequence[Part]) -> bool:
    left = agent.left if agent is not None else None
    return left is not None and any(part.purpose == "external" and part.begin >= left - SLACK_MS for part in parts)


def sum_of(legs: Sequence[CallLeg], name: str) -> int | None:
    """The sum of one figure over legs."""
    return total(getattr(leg, name) for leg in legs)
