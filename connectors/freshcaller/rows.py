"""Calls as Freshcaller lists them, with their figures. Each becomes a part of the customer's call, kept as an event.

How a call came out stands at its participants only: at the customer's, not at the agent's, who has "completed" on an
outgoing call that nobody took (seen at community.freshworks.dev/t/5550). Each duration has its unit beside it.
"""

from collections.abc import Iterator
from typing import Annotated, TypeAlias

import msgspec

from connectors import CallEvent, Context, Customer, CustomerIdentity, Line, Personal, Queue, Record, utc
from connectors.freshcaller.steps import Step, left_at, queued_at, taken_at

Number: TypeAlias = int | float | None
CUSTOMER, AGENT = "customer", "agent"
SECONDS = {"seconds": 1.0, "second": 1.0, "minutes": 60.0, "minute": 60.0, "hours": 3600.0, "milliseconds": 0.001}
TICKET = "ticket"
PART = "part"


class Metrics(msgspec.Struct, omit_defaults=True, gc=False):
    updated_time: str | None = None
    ivr_time: Number = None
    ivr_time_unit: str | None = None
    hold_duration: Number = None
    hold_duration_unit: str | None = None
    call_work_time: Number = None
    call_work_time_unit: str | None = None
    total_ringing_time: Number = None
    total_ringing_time_unit: str | None = None
    talk_time: Number = None
    talk_time_unit: str | None = None
    answering_speed: Number = None
    answering_speed_unit: str | None = None
    life_cycle: list[Step] | None = None


class ParticipantRow(msgspec.Struct, omit_defaults=True, gc=False):
    participant_id: int | None = None
    participant_type: str | None = None
    caller_number: Annotated[str | None, Personal] = None
    call_status: int | None = None
    duration: Number = None
    duration_unit: str | None = None
    enqueued_time: str | None = None
    created_time: str | None = None
    cost: Number = None
    cost_unit: str | None = None


class Resource(msgspec.Struct, omit_defaults=True, gc=False):
    type: str | None = None
    id: int | str | None = None


class Recording(msgspec.Struct, omit_defaults=True, gc=False):
    """Of a recording only its length is read, never its address."""

    duration: Number = None
    duration_unit: str | None = None


class CallRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    created_time: str
    updated_time: str | None = None
    direction: str | None = None
    parent_call_id: int | None = None
    root_call_id: int | None = None
    phone_number_id: int | None = None
    phone_number: Annotated[str | None, Personal] = None
    assigned_agent_id: int | None = None
    assigned_call_queue_id: int | None = None
    assigned_call_queue_name: str | None = None
    assigned_ivr_id: int | None = None
    bill_duration: Number = None
    bill_duration_unit: str | None = None
    recording: Recording | None = None
    integrated_resources: list[Resource] | None = None
    participants: list[ParticipantRow] | None = None
    metrics: Metrics | None = None


class Rung(msgspec.Struct, omit_defaults=True, gc=False):
    """An agent of a part: whom it rang, how that ended, for how long they were connected."""

    agent: str
    status: int | None = None
    seconds: int | None = None
    at: int | None = None


class Part(msgspec.Struct, omit_defaults=True, gc=False):
    """A call of Freshcaller's: the customer's call itself, or what a transfer of it began. Durations are seconds."""

    id: int
    created_at: int
    updated_at: int
    direction: str
    root: int | None = None
    line: str | None = None
    queue: str | None = None
    agent: str | None = None
    status: int | None = None
    has_menu: bool = False
    customer_s: int | None = None
    enqueued_at: int | None = None
    caller: str | None = None
    is_redacted: bool = False
    agents: list[Rung] = []
    ticket: str | None = None
    recorded_s: int | None = None
    cost: float | None = None
    currency: str | None = None
    billed_s: int | None = None
    menu_s: int | None = None
    speed_s: int | None = None
    ring_s: int | None = None
    taken_at: int | None = None
    left_at: int | None = None
    talk_s: int | None = None
    hold_s: int | None = None
    acw_s: int | None = None


def normalise_call(row: CallRow, ctx: Context) -> Iterator[Record]:
    """The part that this call is of the customer's call, with its queue, line and caller."""
    customer = next((one for one in row.participants or () if kind_of(one) == CUSTOMER), None)
    number = customer.caller_number if customer is not None else None
    caller = ctx.phone_customer(number)
    part = part_of(row, customer, caller, ctx)
    root = root_of(row)
    yield CallEvent(
        call_id=str(root or row.id),
        happened_at=part.updated_at,
        seq=row.id,
        event=PART,
        queue_id=part.queue,
        agent_id=part.agent,
        data=msgspec.json.encode(part).decode(),
    )
    if part.queue is not None:
        yield Queue(id=part.queue, name=row.assigned_call_queue_name or part.queue)
    if part.line is not None and not ctx.is_redacted:
        yield Line(id=part.line, e164_hash=ctx.pseudonym("phone", row.phone_number) if row.phone_number else None)
    if caller is not None and number is not None:
        yield Customer(id=caller)
        yield CustomerIdentity(customer_id=caller, kind="phone", value=number)


def part_of(row: CallRow, customer: ParticipantRow | None, caller: str | None, ctx: Context) -> Part:
    """What is kept of a call: no number, no name, no address of a recording."""
    created_at = utc(row.created_time)
    moments = [row.updated_time, row.metrics.updated_time if row.metrics is not None else None]
    people = row.participants or []
    tickets = [one.id for one in row.integrated_resources or () if (one.type or "").lower() == TICKET]
    costs = [one for one in people if one.cost is not None and one.cost_unit]
    steps = row.metrics.life_cycle if row.metrics is not None else None
    enqueued_at = utc(customer.enqueued_time) if customer is not None and customer.enqueued_time else queued_at(steps)
    menu_s = seconds(row.metrics, "ivr_time", ctx)
    waits_from = enqueued_at if enqueued_at is not None else created_at + (menu_s or 0)
    return Part(
        id=row.id,
        created_at=created_at,
        updated_at=max([created_at, *(utc(told) for told in moments if told)]),
        direction=(row.direction or "").lower(),
        root=root_of(row),
        line=text_of(row.phone_number_id),
        queue=text_of(row.assigned_call_queue_id),
        agent=text_of(row.assigned_agent_id),
        status=customer.call_status if customer is not None else None,
        has_menu=row.assigned_ivr_id is not None,
        customer_s=seconds(customer, "duration", ctx),
        enqueued_at=enqueued_at,
        caller=caller,
        is_redacted=ctx.is_redacted,
        agents=[
            Rung(
                str(one.participant_id),
                one.call_status,
                seconds(one, "duration", ctx),
                utc(one.created_time) if one.created_time else None,
            )
            for one in people
            if kind_of(one) == AGENT and one.participant_id
        ],
        ticket=text_of(next(iter(tickets), None)),
        recorded_s=seconds(row.recording, "duration", ctx),
        cost=sum(one.cost or 0 for one in costs) if costs else None,
        currency=(costs[0].cost_unit or "").upper() if costs else None,
        billed_s=seconds(row, "bill_duration", ctx),
        menu_s=menu_s,
        taken_at=taken_at(steps, waits_from),
        left_at=left_at(steps, waits_from),
        speed_s=seconds(row.metrics, "answering_speed", ctx),
        ring_s=seconds(row.metrics, "total_ringing_time", ctx),
        talk_s=seconds(row.metrics, "talk_time", ctx),
        hold_s=seconds(row.metrics, "hold_duration", ctx),
        acw_s=seconds(row.metrics, "call_work_time", ctx),
    )


def root_of(row: CallRow) -> int | None:
    """The customer's call of which this one is a transfer: the first of all, else the one before; None for itself."""
    root = row.root_call_id or row.parent_call_id
    return root if root != row.id else None


def kind_of(person: ParticipantRow) -> str:
    """customer, agent, or what else Freshcaller calls them."""
    return (person.participant_type or "").lower()


def seconds(told: msgspec.Struct | None, name: str, ctx: Context) -> int | None:
    """A duration in whole seconds by the unit beside it; None for a negative one, and for a unit that nobody knows."""
    value = getattr(told, name) if told is not None else None
    if value is None or value < 0:
        return None
    unit = (getattr(told, f"{name}_unit") or "seconds").lower()
    if unit not in SECONDS:
        ctx.warn("unit", unit)
        return None
    return int(value * SECONDS[unit])


def text_of(native: int | str | None) -> str | None:
    """An id as text; None for nobody."""
    return str(native) if native else None
