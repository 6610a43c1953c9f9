"""The events of one call become the call and its queue visits."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from connectors import Call, CallEvent, CallLeg, Context, Record
from connectors.asterisk.cdr import CDR
from connectors.asterisk.cdr_calls import call_of_records, completed
from connectors.asterisk.settings import AsteriskSettings

RESTART = "QUEUESTART"
LED_TO = {
    "voicemail": "flow_out_voicemail",
    "callback": "flow_out_callback",
    "overflow": "flow_out_overflow",
    "timeout": "flow_out_timeout",
}
CALL_OUTCOME = {
    "answered": "answered",
    "abandoned": "abandoned",
    "flow_out_voicemail": "voicemail",
    "flow_out_callback": "callback",
    "flow_out_overflow": "overflow_external",
    "flow_out_timeout": "overflow_external",
}


class Visit(msgspec.Struct):
    """One visit of a call to a queue while it is being put together."""

    leg: CallLeg
    hangup_by: Literal["customer", "agent", "system"] | None = None
    is_open: bool = True


def assemble_call(key: str, events: Sequence[CallEvent], ctx: Context) -> Iterator[Record]:
    """The call and one leg a queue visit; ``ended_at`` stays None while the last visit is open. A call that entered no
    queue is made of its call records.

    Waits and talk times are the log's own figures; talk includes hold, which the log does not tell apart.
    """
    visits: list[Visit] = []
    customer: str | None = None
    records = [event for event in events if event.event == CDR]
    for event in events:
        visit = visits[-1] if visits and visits[-1].is_open else None
        data = (event.data or "").split("|")
        if event.event == "ENTERQUEUE":
            if visit:
                _left(visit, event.happened_at)
            visits.append(_entered(key, len(visits), event))
            customer = customer or (data[1] if len(data) > 1 and data[1] else None)
        elif event.event == RESTART:
            if visit:
                _restarted(visit, event.happened_at)
        elif visit:
            _apply(visit, event, data, ctx.settings)
    if not visits:
        if records:
            yield from call_of_records(key, records, ctx)
        return
    call = _call(key, visits, customer)
    yield completed(call, records) if records else call
    yield from (visit.leg for visit in visits)


def _entered(key: str, seq: int, event: CallEvent) -> Visit:
    return Visit(
        CallLeg(
            call_id=key,
            seq=seq,
            kind="queue",
            queue_id=event.queue_id,
            enqueued_at=event.happened_at,
            rings=0,
            rings_missed=0,
        )
    )


def _apply(visit: Visit, event: CallEvent, data: list[str], settings: AsteriskSettings) -> None:
    leg, at = visit.leg, event.happened_at
    match event.event:
        case "RINGNOANSWER":
            # 0 ms is a device that was busy or not registered: nobody was offered the call.
            if whole(data, 0):
                leg.rings, leg.rings_missed = (leg.rings or 0) + 1, (leg.rings_missed or 0) + 1
        case "CONNECT":
            leg.rings = (leg.rings or 0) + 1
            leg.agent_id, leg.answered_at, leg.outcome, leg.ended_at = event.agent_id, at, "answered", None
            leg.wait_s, leg.ring_s = whole(data, 0), whole(data, 2)
            leg.ring_started_at = at - leg.ring_s if leg.ring_s is not None else None
        case "COMPLETEAGENT" | "COMPLETECALLER":
            _talked(visit, at, whole(data, 1))
            visit.hangup_by = "agent" if event.event == "COMPLETEAGENT" else "customer"
        case "BLINDTRANSFER" | "ATTENDEDTRANSFER" | "TRANSFER":
            # The target can hold pipes itself (LINK|a|b): the figures are the last three, read from the right.
            _talked(visit, at, whole(data, -2))
            leg.transfer_kind = "warm" if event.event == "ATTENDEDTRANSFER" else "cold"
            target = data[1:2] if event.event == "ATTENDEDTRANSFER" else data[:1]
            leg.transferred_to_id = target[0] or None if target else None
        case "ABANDON":
            leg.wait_s = whole(data, 2)
            _close(visit, at, "abandoned")
            visit.hangup_by = "customer"
        case "EXITWITHTIMEOUT" | "EXITEMPTY" | "WITHDRAW":
            leg.wait_s = whole(data, 2)
            leads = settings.timeout_leads_to if event.event == "EXITWITHTIMEOUT" else "overflow"
            _close(visit, at, LED_TO[leads])
        case "EXITWITHKEY":
            leg.wait_s = whole(data, 3)
            _close(visit, at, LED_TO[settings.exit_keys.get(data[0], "overflow")])
        case "AGENTDUMP":
            # The agent hung up on the announcement. Often the last word of a call, but the caller may be connected yet.
            _close(visit, at, "flow_out_overflow")
            visit.is_open = True
        case "SYSCOMPAT":
            leg.is_system_drop = True
            _close(visit, at, "abandoned")
        case _:
            return


def _talked(visit: Visit, at: int, talk_s: int | None) -> None:
    """Ends an answered visit; without a CONNECT line the answer is counted back from its end."""
    leg = visit.leg
    leg.talk_s, leg.outcome = talk_s, "answered"
    if leg.answered_at is None and talk_s is not None:
        leg.answered_at = max(at - talk_s, leg.enqueued_at or 0)
    _close(visit, at, "answered")


def _close(visit: Visit, at: int, outcome: str) -> None:
    leg = visit.leg
    leg.ended_at = at
    if leg.outcome is None or outcome != "answered":
        leg.outcome = outcome  # type: ignore[assignment]
    if leg.wait_s is None and leg.enqueued_at is not None:
        leg.wait_s = (leg.answered_at or at) - leg.enqueued_at
    visit.is_open = False


def _left(visit: Visit, at: int) -> None:
    """The call came to another queue, and the log does not say how it left this one: how long it talked is unknown."""
    if visit.leg.ended_at is None:
        _close(visit, at, "answered" if visit.leg.answered_at is not None else "flow_out_overflow")


def _restarted(visit: Visit, at: int) -> None:
    """The server restarted: a waiting caller was dropped; how long a connected one had talked is not known."""
    if visit.leg.ended_at is not None:
        return
    if visit.leg.answered_at is None:
        visit.leg.is_system_drop = True
    _close(visit, at, "answered" if visit.leg.answered_at is not None else "abandoned")
    visit.hangup_by = "system"


def _call(key: str, visits: list[Visit], customer: str | None) -> Call:
    legs = [visit.leg for visit in visits]
    last = visits[-1]
    answered = [leg for leg in legs if leg.outcome == "answered"]
    transfers = sum(leg.transfer_kind is not None for leg in legs)
    outcome = "answered" if answered else CALL_OUTCOME.get(last.leg.outcome or "")
    return Call(
        id=key,
        direction="inbound",
        customer_id=customer,
        arrived_at=legs[0].enqueued_at or 0,
        ended_at=last.leg.ended_at,
        outcome=outcome,  # type: ignore[arg-type]
        hangup_by=last.hangup_by,
        is_transferred=transfers > 0,
        transfers=transfers,
        legs=len(legs),
        total_wait_s=_total(leg.wait_s for leg in legs),
        talk_s=_total(leg.talk_s for leg in answered),
        ivr_exit="queue",
    )


def _total(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def whole(data: list[str], place: int) -> int | None:
    """The whole number at a place; None where the field is missing, or no count of seconds."""
    try:
        text = data[place]
    except IndexError:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
