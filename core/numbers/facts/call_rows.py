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
    ivr_s: int | None
    ivr_steps: int | None
    ivr_exit: str | None
    is_transferred: int | None
    transfers: int | None
    total_wait_s: int | None
    talk_s: int | None
    hold_s: int | None
    acw_s: int | None
    callback_of_uid: str | None
    callback_promised_at: int | None
    charge_minor: int | None
    currency: str | None
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


# Some telephones tell after-call work only as what the agent did next: the states that name the call, from the answer
# to as long after its end as the cap, before the agent had the same call again. None while one of them lasts; 0 where
# the agent was seen talking and did no such work.
AFTER_CALL = """(
  select iif(count(*) = count(s.to_at), sum(iif(s.category = 'acw', s.to_at - s.from_at, 0)), null)
  from agent_states s
  where l.outcome = 'answered' and s.agent_uid = l.agent_uid and s.call_uid = l.call_uid
    and s.category in ('talk', 'acw') and s.from_at between l.answered_at and l.ended_at + :acw_cap_s
    and not exists (
      select 1 from call_legs n
      where n.call_uid = l.call_uid and n.agent_uid = l.agent_uid
        and n.answered_at > l.answered_at and n.answered_at <= s.from_at
    )
)"""
LEG_COLUMNS = ", ".join(
    f"coalesce(l.acw_s, {AFTER_CALL})" if name == "acw_s" else f"l.{name}" for name in LegRow._fields
)
