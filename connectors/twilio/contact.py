"""The customer's call, put together from its connections and from the events of its tasks."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from connectors import Call, CallEvent, CallLeg, CallOutcome, Context, Customer, LegOutcome, Record
from connectors.twilio.calls import INWARD, Told
from connectors.twilio.events import MADE_BY, OF_THE_CALL, Noted
from connectors.twilio.visits import legs_of

# What a connection that was not made comes to.
UNMADE: dict[str, CallOutcome] = {"busy": "busy", "failed": "failed", "no-answer": "no_answer", "canceled": "no_answer"}
UNMADE_LEG: dict[str, LegOutcome] = {"busy": "declined", "failed": "ring_no_answer", "no-answer": "ring_no_answer"}
FLOWN: dict[str, CallOutcome] = {
    "abandoned": "abandoned",
    "flow_out_voicemail": "voicemail",
    "flow_out_callback": "callback",
    "flow_out_overflow": "overflow_external",
    "flow_out_timeout": "overflow_external",
}
Direction = Literal["inbound", "outbound", "internal"]


def assemble_call(key: str, events: Sequence[CallEvent], ctx: Context) -> Iterator[Record]:
    """The call and its legs: visits to queues where TaskRouter had it, else the connections that it dialled.

    A call that only its children tell of yields nothing, and one to a worker of ours is internal.
    """
    tasks = [event for event in events if event.event in OF_THE_CALL]
    parent = next((_told(event) for event in events if event.event == "parent"), None)
    children = [_told(event) for event in events if event.event == "child"]
    if parent is None and not tasks:
        return
    direction = _direction(parent, children, events)
    ended_at = parent.end_at if parent is not None and parent.is_final else None
    if direction == "internal":
        legs = []
    elif tasks:
        legs = legs_of(key, tasks, ended_at, ctx)
    else:
        maker = next((event.agent_id for event in events if event.event == MADE_BY), None)
        legs = list(_connections(key, direction, parent, children, maker))
    if direction == "outbound":
        legs = [_called(leg) for leg in legs if leg.outcome == "answered"]
    if parent is None and all(leg.outcome for leg in legs):
        ended_at = max((leg.ended_at for leg in legs if leg.ended_at is not None), default=None)
    customer = _customer(events, direction, parent) if direction != "internal" else None
    if customer:
        yield Customer(id=customer)
    begun_at = parent.start_at if parent is not None else None
    arrived_at = begun_at if begun_at is not None else min(event.happened_at for event in events)
    yield _call(key, direction, arrived_at, ended_at, customer, parent, children, legs)
    yield from legs


def _told(event: CallEvent) -> Told:
    return msgspec.json.decode(event.data or "{}", type=Told)


def _direction(parent: Told | None, children: Sequence[Told], events: Sequence[CallEvent]) -> Direction:
    if any(event.event == "agent_of" for event in events):
        return "internal"
    said = (
        msgspec.json.decode(event.data or "{}", type=Noted).direction for event in events if event.event in OF_THE_CALL
    )
    if any(word is not None and word.startswith("outbound") for word in said):
        return "outbound"
    if parent is None:
        return "inbound"
    if parent.direction in INWARD:
        if parent.source in ("client", "sip"):
            # A softphone's own call comes in at Twilio like any other, and goes out by what it dials.
            return "outbound" if any(child.target == "number" for child in children) else "internal"
        return "inbound"
    return "internal" if parent.target in ("client", "sip") else "outbound"


def _connections(
    key: str, direction: Direction, parent: Told | None, children: Sequence[Told], maker: str | None
) -> Iterator[CallLeg]:
    """One leg for each connection that was dialled; an outgoing call without any is its own, of who made it."""
    dialled = sorted(children, key=lambda one: (one.start_at or 0, one.end_at or 0))
    if direction == "outbound" and not dialled and parent is not None:
        dialled = [parent]
    for seq, one in enumerate(dialled):
        talked = one.duration_s if one.status == "completed" and one.duration_s else None
        answered_at = None
        if talked is not None and one.end_at is not None:
            answered_at = max(one.end_at - talked, one.start_at or 0)
        outcome: LegOutcome | None = "answered" if talked is not None else UNMADE_LEG.get(one.status)
        yield CallLeg(
            call_id=key, seq=seq, kind="agent", agent_id=maker, ring_started_at=one.start_at, answered_at=answered_at,
            ended_at=one.end_at, outcome=outcome, talk_s=talked,
            ring_s=answered_at - one.start_at if answered_at is not None and one.start_at is not None else None,
        )  # fmt: skip


def _called(leg: CallLeg) -> CallLeg:
    """A talk with somebody whom we called: neither a visit to a queue nor a wait."""
    leg.kind, leg.enqueued_at, leg.wait_s, leg.rings, leg.rings_missed = "agent", None, None, None, None
    return leg


def _call(
    key: str, direction: Direction, arrived_at: int, ended_at: int | None, customer: str | None, parent: Told | None,
    children: Sequence[Told], legs: Sequence[CallLeg],
) -> Call:  # fmt: skip
    visits = [leg for leg in legs if leg.kind == "queue" and leg.enqueued_at is not None]
    entered_at = visits[0].enqueued_at if visits else None
    transfers = sum(leg.transfer_kind is not None for leg in legs)
    outcome = _outcome(direction, parent, children, legs)
    price, currency = _price(parent, children)
    return Call(
        id=key,
        direction=direction,
        line_id=parent.line if parent is not None and direction == "inbound" else None,
        customer_id=customer,
        arrived_at=min(arrived_at, entered_at) if entered_at is not None else arrived_at,
        ended_at=ended_at,
        ivr_s=max(0, entered_at - arrived_at) if entered_at is not None and parent is not None else None,
        ivr_exit="queue" if visits else None,
        outcome=outcome,
        hangup_by="customer" if outcome == "abandoned" else None,
        is_transferred=transfers > 0,
        transfers=transfers,
        legs=len(legs),
        total_wait_s=_total(leg.wait_s for leg in visits),
        talk_s=_total(leg.talk_s for leg in legs if leg.outcome == "answered"),
        acw_s=_total(leg.acw_s for leg in legs if leg.outcome == "answered"),
        charge_minor=price,
        currency=currency,
    )


def _outcome(
    direction: Direction, parent: Told | None, children: Sequence[Told], legs: Sequence[CallLeg]
) -> CallOutcome | None:
    """What became of the call; None while it goes on, and where nothing tells whether anybody spoke to the caller."""
    if any(leg.outcome == "answered" for leg in legs):
        machine = direction == "outbound" and parent is not None and (parent.by or "").startswith("machine")
        return "voicemail" if machine else "answered"
    visits = [leg for leg in legs if leg.kind == "queue"]
    if visits:
        return FLOWN.get(visits[-1].outcome or "")
    if parent is None or not parent.is_final:
        return None
    if direction == "internal":
        return "answered" if parent.duration_s else UNMADE.get(parent.status)
    if children:
        return "abandoned" if direction == "inbound" and children[-1].status == "canceled" else "no_answer"
    if direction == "inbound" and parent.status == "canceled":
        return "abandoned_ivr"
    return UNMADE.get(parent.status)


def _customer(events: Sequence[CallEvent], direction: Direction, parent: Told | None) -> str | None:
    """Who called, or whom a softphone of ours dialled, by the hash of the number."""
    ours = direction == "outbound" and parent is not None and parent.direction in INWARD
    wanted = "child_number" if ours else "parent_number"
    return next((event.data for event in events if event.event == wanted), None)


def _price(parent: Told | None, children: Sequence[Told]) -> tuple[int | None, str | None]:
    """What all connections cost, in cents; None until the last of them has its price, which Twilio tells later."""
    billed = [one for one in (parent, *children) if one is not None and one.status == "completed"]
    prices = [one.price for one in billed if one.price is not None]
    currencies = {one.unit for one in billed if one.price is not None}
    if not billed or len(prices) < len(billed) or len(currencies) != 1:
        return None, None
    return round(sum(prices) * 100), currencies.pop()


def _total(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
