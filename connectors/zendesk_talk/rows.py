"""Calls and legs as Talk exports them. Each state seen of one is kept as an event; ``calls`` makes calls of them.

Of numbers (our own, a forwarding one, an overflow's) nothing is read: a caller is known by Zendesk's user id. All
times are seconds. ``agent_id`` and ``user_id`` are 0 as well as null where there is nobody (seen in recorded rows).
"""

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from connectors import Api, CallEvent, Context, Customer, Page, Queue, Record, SourceMetric, Team, Window, utc
from connectors.zendesk_talk.paging import ExportPage, by_change

Number: TypeAlias = int | float | None
CALL, LEG = "call", "leg"
EXPORT = "/channels/voice/stats/incremental"

# Our name of each of Talk's own figures of a call; ``time_to_answer`` runs from the moment Talk picks up.
FIGURES = {
    "wait_time": "wait_s",
    "time_to_answer": "time_to_answer_s",
    "talk_time": "talk_s",
    "hold_time": "hold_s",
    "wrap_up_time": "acw_s",
    "duration": "duration_s",
}


class CallsPage(ExportPage):
    rows: list[msgspec.Raw] = msgspec.field(name="calls")


class LegsPage(ExportPage):
    rows: list[msgspec.Raw] = msgspec.field(name="legs")


class CallRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    created_at: str
    updated_at: str
    direction: str | None = None
    completion_status: str | None = None
    agent_id: int | None = None
    customer_id: int | None = None
    ticket_id: int | None = None
    call_group_id: int | None = None
    phone_number_id: int | None = None
    duration: Number = None
    talk_time: Number = None
    wait_time: Number = None
    time_to_answer: Number = None
    hold_time: Number = None
    wrap_up_time: Number = None
    consultation_time: Number = None
    recording_time: Number = None
    ivr_time_spent: Number = None
    ivr_hops: int | None = None
    callback: bool | None = None
    callback_source: str | None = None
    voicemail: bool | None = None
    customer_requested_voicemail: bool | None = None
    exceeded_queue_wait_time: bool | None = None
    outside_business_hours: bool | None = None
    overflowed: bool | None = None
    call_charge: str | int | float | None = None
    minutes_billed: Number = None
    quality_issues: list[str] | str | None = None
    call_channel: str | None = None


class LegRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    call_id: int
    created_at: str
    updated_at: str
    type: str | None = None
    completion_status: str | None = None
    agent_id: int | None = None
    duration: Number = None
    talk_time: Number = None
    hold_time: Number = None
    wrap_up_time: Number = None
    consultation_time: Number = None
    consultation_from: int | None = None
    consultation_to: int | None = None
    transferred_from: int | None = None
    transferred_to: int | None = None


def fetch_calls(api: Api, window: Window) -> Iterator[Page]:
    """Calls that changed; one that goes on or is being wrapped up changes again when that is over."""
    return by_change(api, f"{EXPORT}/calls.json", CallsPage, window)


def fetch_legs(api: Api, window: Window) -> Iterator[Page]:
    """Legs that changed."""
    return by_change(api, f"{EXPORT}/legs.json", LegsPage, window)


def normalise_call(row: CallRow, ctx: Context) -> Iterator[Record]:
    """What Talk says of a call now, its queue and its customer, and its own figures."""
    queue = queue_of(row)
    yield CallEvent(
        call_id=str(row.id),
        happened_at=utc(row.updated_at),
        seq=0,
        event=CALL,
        queue_id=queue,
        agent_id=known(row.agent_id),
        data=msgspec.json.encode(row).decode(),
    )
    if queue is not None:
        group = known(row.call_group_id)
        name = ctx.lookups.get("lines" if group is None else "groups", {}).get(group or known(row.phone_number_id))
        yield Queue(id=queue, name=name or queue, team_id=group)
        if group is not None and name is not None:
            # Version 0: what Zendesk Support tells of the same group stands above it.
            yield Team(id=group, name=name)
    if (customer := known(row.customer_id)) is not None:
        yield Customer(id=customer)
    figures = {name: getattr(row, field) for field, name in FIGURES.items()}
    for name, value in figures.items():
        if value is not None:
            yield own_figure(row, name, value, "s", ctx)
    if (charge := amount(row.call_charge)) is not None:
        yield own_figure(row, "charge", charge, ctx.settings.currency, ctx)


def normalise_leg(row: LegRow, _: Context) -> Iterator[Record]:
    """What Talk says of a leg now. Legs of one call change in one second: their ids keep them apart."""
    yield CallEvent(
        call_id=str(row.call_id),
        happened_at=utc(row.updated_at),
        seq=row.id,
        event=LEG,
        agent_id=known(row.agent_id),
        data=msgspec.json.encode(row).decode(),
    )


def own_figure(row: CallRow, name: str, value: float, unit: str, ctx: Context) -> SourceMetric:
    """One of Talk's figures of a call."""
    return SourceMetric(
        entity="call", entity_id=str(row.id), name=name, value=float(value), unit=unit, fetched_at=ctx.fetched_at
    )


def queue_of(row: CallRow) -> str | None:
    """The group whose agents were to answer; calls to a number without group routing queue for that number."""
    if row.direction != "inbound":
        return None
    if (group := known(row.call_group_id)) is not None:
        return group
    line = known(row.phone_number_id)
    return f"line-{line}" if line is not None else None


def known(native: int | None) -> str | None:
    """An id as text; None for null and 0, which stand for nobody."""
    return str(native) if native else None


def amount(charge: str | float | None) -> float | None:
    """A decimal text as number; None where it is none."""
    try:
        return None if charge is None else float(charge)
    except ValueError:
        return None
