"""Base rows of calls as the facts read them, one select list beside each."""

from typing import NamedTuple


class CallRow(NamedTuple):
    """A call with its caller's person."""

    uid: str
    source: str
    direction: str
    line_uid: str | None
    customer_uid: str | None
    ticket_uid: str | None
    arrived_at: int
    ended_at: int | None
    outcome: str | None
    ivr_exit: str | None
    is_transferred: int | None
    transfers: int | None
    total_wait_s: int | None
    talk_s: int | None
    hold_s: int | None
    acw_s: int | None
    callback_of_uid: str | None
    callback_promised_at: int | None
    precision: str
    person_uid: str | None


CALL_COLUMNS = ", ".join(f"c.{name}" for name in CallRow._fields[:-1]) + ", coalesce(p.person_uid, c.customer_uid)"


class LegRow(NamedTuple):
    """A visit to a queue, or a connection to an agent."""

    seq: int
    kind: str
    queue_uid: str | None
    agent_uid: str | None
    enqueued_at: int | None
    answered_at: int | None
    ended_at: int | None
    wait_s: int | None
    ring_s: int | None
    talk_s: int | None
    hold_s: int | None
    acw_s: int | None
    outcome: str | None
    transfer_kind: str | None
    transferred_to_uid: str | None
    in_hours: int | None
    rings: int | None
    rings_missed: int | None
    is_system_drop: int | None


LEG_COLUMNS = ", ".join(f"l.{name}" for name in LegRow._fields)
