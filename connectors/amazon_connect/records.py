"""One contact as both of its forms tell it (API description and contact record), and what of it makes calls."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Struct

from connectors import Agent, BadRow, CallEvent, Context, Customer, CustomerIdentity, Line, Personal, Queue, Record

Stamp: TypeAlias = str | float | None
"""ISO 8601 in contact records, epoch seconds with a fraction in the API."""

KNOWN_METHODS = frozenset(
    {
        "INBOUND", "OUTBOUND", "TRANSFER", "QUEUE_TRANSFER", "CALLBACK", "API", "DISCONNECT", "MONITOR",
        "EXTERNAL_OUTBOUND", "WEBRTC_API", "CALLBACK_CUSTOMER_FIRST_DIALED",
    }
)  # fmt: skip
LEAST_DIGITS = 3
LONGEST_ID = 256


class Endpoint(Struct, rename="pascal"):
    """Who is at the other end, or our own number."""

    address: Annotated[str | None, Personal] = None
    type: str | None = None


class OurEnd(Struct, rename="pascal"):
    """Our own number; it names no customer."""

    address: str | None = None
    type: str | None = None


class QueueOf(Struct, rename="pascal"):
    """The queue of a contact: ``Id`` in the API, ``ARN`` and more in records; ``duration`` is seconds."""

    id: str | None = None
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = None
    enqueue_timestamp: Stamp = None
    dequeue_timestamp: Stamp = None
    duration: float | None = None


class AgentOf(Struct, rename="pascal"):
    """The agent of a contact and the seconds spent on it."""

    id: str | None = None
    arn: str | None = msgspec.field(name="ARN", default=None)
    username: str | None = None
    connected_to_agent_timestamp: Stamp = None
    after_contact_work_end_timestamp: Stamp = None
    after_contact_work_duration: float | None = None
    agent_interaction_duration: float | None = None
    customer_hold_duration: float | None = None
    agent_initiated_hold_duration: float | None = None


class ContactRow(Struct, rename="pascal"):
    """One contact; a record of another kind in the same folder has no id of one."""

    contact_id: str | None = None
    api_id: str | None = msgspec.field(name="Id", default=None)
    event_id: str | None = None
    channel: str | None = None
    initiation_method: str | None = None
    initial_contact_id: str | None = None
    previous_contact_id: str | None = None
    initiation_timestamp: Stamp = None
    connected_to_system_timestamp: Stamp = None
    disconnect_timestamp: Stamp = None
    disconnect_reason: str | None = None
    last_update_timestamp: Stamp = None
    transfer_completed_timestamp: Stamp = None
    agent_connection_attempts: int | None = None
    customer_endpoint: Endpoint | None = None
    system_endpoint: OurEnd | None = None
    queue: QueueOf | None = None
    queue_info: QueueOf | None = None
    agent: AgentOf | None = None
    agent_info: AgentOf | None = None

    @property
    def id(self) -> str | None:
        """The contact's id, under either name."""
        return self.contact_id or self.api_id


class Contact(Struct, omit_defaults=True, gc=False):
    """What of a contact is kept for putting calls together: moments are epoch seconds, ``version`` milliseconds."""

    id: str
    version: int
    method: str
    started_at: int
    previous: str | None = None
    queue: str | None = None
    agent: str | None = None
    is_own_queue: bool = False
    enqueued_at: int | None = None
    dequeued_at: int | None = None
    connected_at: int | None = None
    reached_at: int | None = None
    ended_at: int | None = None
    reason: str | None = None
    wait_s: int | None = None
    talk_s: int | None = None
    hold_s: int | None = None
    acw_s: int | None = None
    offers: int | None = None
    passed_out_at: int | None = None
    customer: str | None = None
    line: str | None = None


def normalise_contact(row: ContactRow, ctx: Context) -> Iterator[Record]:
    """The contact as an event of its call, known by the id of the first contact; each version is an event of its own.

    Voice only. Phone numbers are kept as keyed hashes only."""
    contact_id = row.id
    if row.event_id is not None and contact_id is None:
        return
    if not contact_id or len(contact_id) > LONGEST_ID:
        raise BadRow("a contact without an id")
    if row.channel is not None and row.channel != "VOICE":
        return
    started_at = _seconds(row.initiation_timestamp)
    if started_at is None:
        raise BadRow("a contact without InitiationTimestamp")
    method = row.initiation_method or "UNKNOWN"
    if method not in KNOWN_METHODS:
        ctx.warn("initiation method", method)
    queue, agent = row.queue or row.queue_info, row.agent or row.agent_info
    queue_id, agent_id = _id(queue), _id(agent)
    is_own = queue is not None and ("/queue/agent/" in (queue.arn or "") or (queue.id or "") == agent_id)
    if queue is not None and queue_id and queue.name and not is_own:
        yield Queue(id=queue_id, name=queue.name)
    if agent is not None and agent_id and agent.username:
        yield Agent(id=agent_id, name=agent.username)
    customer, line = None, None
    if not ctx.is_redacted and (number := _number(row.customer_endpoint)):
        customer = _hashed(number, "phone", ctx)
        if customer:
            yield Customer(id=customer)
            yield CustomerIdentity(customer_id=customer, kind="phone", value=number)
    if number := _number(row.system_endpoint):
        line = number if number in ctx.test_numbers else _hashed(number, "line", ctx)
        yield Line(id=line, e164_hash=ctx.pseudonym("phone", number), is_test=number in ctx.test_numbers)
    made = Contact(
        id=contact_id,
        version=milliseconds(row.last_update_timestamp) or 0,
        method=method,
        started_at=started_at,
        previous=row.previous_contact_id,
        queue=queue_id,
        agent=agent_id,
        is_own_queue=is_own,
        enqueued_at=_seconds(queue.enqueue_timestamp) if queue else None,
        dequeued_at=_seconds(queue.dequeue_timestamp) if queue else None,
        connected_at=_seconds(agent.connected_to_agent_timestamp) if agent else None,
        reached_at=_seconds(row.connected_to_system_timestamp),
        ended_at=_seconds(row.disconnect_timestamp),
        reason=row.disconnect_reason,
        wait_s=_span(queue.duration) if queue else None,
        talk_s=_span(agent.agent_interaction_duration) if agent else None,
        hold_s=_hold_s(agent) if agent else None,
        acw_s=_span(agent.after_contact_work_duration) if agent else None,
        offers=row.agent_connection_attempts,
        passed_out_at=_seconds(row.transfer_completed_timestamp),
        customer=customer,
        line=line,
    )
    yield CallEvent(
        call_id=row.initial_contact_id or row.previous_contact_id or contact_id,
        happened_at=made.version // 1000 or started_at,
        seq=order_of(f"{contact_id}|{made.version}"),
        event="CONTACT",
        queue_id=None if is_own else queue_id,
        agent_id=agent_id,
        data=msgspec.json.encode(made).decode(),
    )


def _id(part: QueueOf | AgentOf | None) -> str | None:
    """The id, or the last part of the ARN."""
    return None if part is None else part.id or (part.arn or "").rpartition("/")[2] or None


def _number(endpoint: Endpoint | OurEnd | None) -> str | None:
    if endpoint is None or endpoint.type not in (None, "TELEPHONE_NUMBER"):
        return None
    number = endpoint.address or ""
    return number if sum(sign.isdigit() for sign in number) >= LEAST_DIGITS else None


def _hashed(number: str, kind: str, ctx: Context) -> str:
    hashed = ctx.pseudonym("phone", number)
    return f"{kind}-{hashed[:24]}" if hashed else ""


def _hold_s(agent: AgentOf) -> int | None:
    held = agent.customer_hold_duration
    return _span(held if held is not None else agent.agent_initiated_hold_duration)


def _span(seconds: float | None) -> int | None:
    return None if seconds is None or not 0 <= seconds < 10_000_000 else round(seconds)


def milliseconds(stamp: Stamp) -> int | None:
    """The moment as epoch milliseconds; BadRow (or ValueError) where it is none."""
    if stamp is None or stamp == "":
        return None
    if isinstance(stamp, str):
        moment = datetime.fromisoformat(stamp)
        if moment.tzinfo is None:
            raise BadRow("a moment names no time zone")
        return int(moment.timestamp() * 1000)
    return int(stamp * 1000)


def _seconds(stamp: Stamp) -> int | None:
    found = milliseconds(stamp)
    return None if found is None else found // 1000


def order_of(name: str) -> int:
    """A number of 48 bits that stands for a name."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:6], "big")
