"""The contacts of one chain become the customer's call and its legs; a call back on request is a call of its own.

Each transfer is a new contact that names the one before it; the newest version of a contact counts
(LastUpdateTimestamp), however often and in whatever order versions came.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET

from connectors import Call, CallEvent, CallLeg, CallOutcome, Context, LegOutcome, Record
from connectors.amazon_connect.records import Contact

DECODER = msgspec.json.Decoder(Contact)
# A supervisor who listens in is no part of the customer's call.
APART = frozenset({"MONITOR"})
# A flow that runs on after somebody hung up (Amazon Connect API reference, Contact, InitiationMethod).
AFTERWARDS = "DISCONNECT"
CALLBACK = frozenset({"CALLBACK", "CALLBACK_CUSTOMER_FIRST_DIALED"})
DIALLED = frozenset({"OUTBOUND", "API", "EXTERNAL_OUTBOUND"}) | CALLBACK
TRANSFERS = frozenset({"TRANSFER", "QUEUE_TRANSFER"})
# Why a contact ended (contact record data model, DisconnectReason): who let go, and what a waiting caller met.
Who: TypeAlias = Literal["customer", "agent", "system"]
HUNG_UP: dict[str, Who] = {
    "CUSTOMER_DISCONNECT": "customer",
    "AGENT_DISCONNECT": "agent",
    "CONTACT_FLOW_DISCONNECT": "system",
    "TELECOM_PROBLEM": "system",
    "OTHER": "system",
    "EXPIRED": "system",
    "API": "system",
}
NOT_REACHED: dict[str, CallOutcome] = {
    "OUTBOUND_DESTINATION_ENDPOINT_ERROR": "failed",
    "OUTBOUND_RESOURCE_ERROR": "failed",
    "OUTBOUND_ATTEMPT_FAILED": "failed",
    "TELECOM_PROBLEM": "failed",
}
CALL_OUTCOME: dict[str, CallOutcome] = {
    "abandoned": "abandoned",
    "flow_out_callback": "callback",
    "flow_out_overflow": "overflow_external",
    "flow_out_timeout": "overflow_external",
}


def assemble_call(key: str, events: Sequence[CallEvent], _: Context) -> Iterator[Record]:
    """The call of a chain, its legs in order of time, and each call back that was asked for in it."""
    newest: dict[str, Contact] = {}
    for event in events:
        contact = DECODER.decode(event.data or "")
        known = newest.get(contact.id)
        if known is None or contact.version >= known.version:
            newest[contact.id] = contact
    chain = sorted(newest.values(), key=lambda one: (one.started_at, one.id))
    chain = [one for one in chain if one.method not in APART and not _is_afterwards(one)]
    for name, members in _parted(key, chain).items():
        yield from _call(name, key, members, chain)


def _is_afterwards(contact: Contact) -> bool:
    """Whether only a flow went on (a survey); where it queues the caller again, the call goes on."""
    return contact.method == AFTERWARDS and contact.agent is None and contact.enqueued_at is None


def _parted(key: str, chain: Sequence[Contact]) -> Mapping[str, list[Contact]]:
    """The chain's contacts by call: what follows a call back belongs to it."""
    of: dict[str, str] = {}
    calls: dict[str, list[Contact]] = {}
    for contact in chain:
        begins = contact.method in CALLBACK and contact.id != key
        of[contact.id] = contact.id if begins else of.get(contact.previous or "", key)
        calls.setdefault(of[contact.id], []).append(contact)
    return calls


def _call(name: str, key: str, members: Sequence[Contact], chain: Sequence[Contact]) -> Iterator[Record]:
    first, last = members[0], members[-1]
    is_inbound = first.method not in DIALLED
    made: list[CallLeg] = []
    for contact in members:
        if contact.agent is not None or contact.enqueued_at is not None:
            followers = [one for one in chain if one.previous == contact.id]
            made.append(_leg(name, len(made), contact, followers, is_inbound=is_inbound))
    answered = [leg for leg in made if leg.outcome == "answered"]
    moved = sum(contact.method in TRANSFERS for contact in members)
    moved += sum(contact.passed_out_at is not None for contact in members)
    ended = [one.ended_at for one in members]
    queued_at = next((leg.enqueued_at or leg.answered_at for leg in made), None)
    yield Call(
        id=name,
        version=max(one.version for one in members),
        direction="inbound" if is_inbound else "outbound",
        line_id=_first(one.line for one in members) or UNSET,
        customer_id=_first(one.customer for one in (*members, *chain)) or UNSET,
        arrived_at=first.started_at,
        ended_at=None if None in ended else max(at for at in ended if at is not None),
        ivr_s=_between(first.started_at, queued_at or first.ended_at) if is_inbound else None,
        ivr_exit=_ivr_exit(made, last) if is_inbound else None,
        outcome=_outcome(members, made, is_inbound=is_inbound),
        hangup_by=HUNG_UP.get(last.reason or ""),
        is_transferred=moved > 0,
        transfers=moved,
        legs=len(made),
        total_wait_s=_total(leg.wait_s for leg in made),
        talk_s=_total(leg.talk_s for leg in answered),
        hold_s=_total(leg.hold_s for leg in answered),
        acw_s=_total(leg.acw_s for leg in answered),
        callback_of_id=key if name != key else UNSET,
        source_updated_at=max(one.version for one in members) // 1000 or UNSET,
    )
    yield from made


def _leg(name: str, seq: int, contact: Contact, followers: Sequence[Contact], *, is_inbound: bool) -> CallLeg:
    answered_at = contact.connected_at
    if not is_inbound and answered_at is not None:
        # Dialling, the agent is connected before the customer is.
        answered_at = max(answered_at, contact.reached_at) if contact.reached_at is not None else None
    left_at = answered_at or contact.dequeued_at or contact.ended_at
    wait_s = contact.wait_s
    if wait_s is None or answered_at is not None:
        wait_s = _between(contact.enqueued_at, left_at) if contact.enqueued_at is not None else wait_s
    talk_s = contact.talk_s
    if talk_s is None and answered_at is not None and contact.ended_at is not None:
        talk_s = max(0, contact.ended_at - answered_at - (contact.hold_s or 0))
    to = next((one for one in followers if one.method in TRANSFERS), None)
    is_answered = answered_at is not None
    return CallLeg(
        call_id=name,
        seq=seq,
        kind="queue" if contact.enqueued_at is not None and not contact.is_own_queue else "agent",
        queue_id=None if contact.is_own_queue else contact.queue,
        agent_id=contact.agent,
        enqueued_at=contact.enqueued_at,
        answered_at=answered_at,
        ended_at=contact.ended_at if is_answered else left_at,
        wait_s=wait_s,
        talk_s=talk_s if is_answered else None,
        hold_s=contact.hold_s if is_answered else None,
        acw_s=contact.acw_s if is_answered else None,
        outcome="answered" if is_answered else _left(contact, followers, is_inbound=is_inbound),
        transfer_kind=_transfer_kind(contact, to) if is_answered else None,
        transferred_to_id=(to.queue or to.agent) if is_answered and to is not None else None,
        rings=contact.offers,
        rings_missed=None if contact.offers is None else max(0, contact.offers - is_answered),
        is_system_drop=(contact.reason == "TELECOM_PROBLEM" and not is_answered) or None,
    )


def _left(contact: Contact, followers: Sequence[Contact], *, is_inbound: bool) -> LegOutcome | None:
    """How a contact that nobody took left its queue; None while it waits, or where we dialled and nobody came."""
    if any(one.method in CALLBACK for one in followers):
        return "flow_out_callback"
    if contact.passed_out_at is not None or any(one.method in TRANSFERS for one in followers):
        return "flow_out_overflow"
    if contact.ended_at is None or not is_inbound:
        return None
    # The flow itself hung up on who waited: Connect counts that no abandon either (metric CONTACTS_ABANDONED).
    return "flow_out_timeout" if contact.reason == "CONTACT_FLOW_DISCONNECT" else "abandoned"


def _transfer_kind(contact: Contact, to: Contact | None) -> Literal["warm", "cold", "blind_external"] | None:
    """Warm: the next agent was on the line before this one left."""
    if to is None:
        return "blind_external" if contact.passed_out_at is not None else None
    met = to.connected_at is not None and contact.ended_at is not None and to.connected_at <= contact.ended_at
    return "warm" if met else "cold"


def _outcome(members: Sequence[Contact], legs: Sequence[CallLeg], *, is_inbound: bool) -> CallOutcome | None:
    last = members[-1]
    if any(leg.outcome == "answered" for leg in legs):
        return "answered"
    if not is_inbound:
        if any(one.reached_at is not None for one in members):
            return "answered"
        return NOT_REACHED.get(last.reason or "", "no_answer") if last.ended_at is not None else None
    if legs:
        return CALL_OUTCOME.get(legs[-1].outcome or "")
    if any(one.passed_out_at is not None for one in members):
        return "overflow_external"
    return "abandoned_ivr" if last.reason == "CUSTOMER_DISCONNECT" else None


def _ivr_exit(legs: Sequence[CallLeg], last: Contact) -> Literal["queue", "abandon", "contained"] | None:
    if legs:
        return "queue"
    if last.ended_at is None:
        return None
    return "abandon" if last.reason == "CUSTOMER_DISCONNECT" else "contained"


def _between(from_at: int | None, to_at: int | None) -> int | None:
    return None if from_at is None or to_at is None else max(0, to_at - from_at)


def _total(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)
