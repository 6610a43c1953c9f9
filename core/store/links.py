"""A call and a ticket that are one contact: by the vendor's id, by a call-id field, or by person, agent and time."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from core.store.db import transaction
from core.store.dirty import mark

# Agents write a call down while they talk or just after it.
AFTER_ANSWER_S = 900
CALL_ID_WITHIN_S = 86_400

CALL = """
select
  c.uid,
  c.native_id,
  c.ticket_uid,
  c.customer_uid,
  c.arrived_at,
  (select min(l.answered_at) from call_legs as l where l.call_uid = c.uid and l.outcome = 'answered')
from calls as c
where c.uid = ?
"""
CANDIDATES = """
select t.uid, t.submitter_uid, t.assignee_uid
from tickets as t
where t.requester_uid = ? and t.created_at between ? and ? and t.deleted_at is null
"""
CALLS_OF_TICKET = """
select c.uid
from tickets as t
join calls as c on c.customer_uid = ?
where t.uid = ? and c.arrived_at between t.created_at - 86400 and t.created_at
"""


def link_contacts(db: sqlite3.Connection, aliases: Iterable[Sequence[str]] = ()) -> int:
    """Links anew the calls that changed, and those whose tickets or people did; how many calls' links differ now.

    Works on the keys that wait to be derived, so it runs before them. ``aliases``: uids of the same human."""
    human = {uid: group[0] for group in aliases for uid in group}
    with transaction(db):
        calls = {row[0] for row in db.execute("select key from dirty_keys where kind = 'call'")}
        tickets = [row[0] for row in db.execute("select key from dirty_keys where kind = 'ticket'")]
        if not calls and not (tickets and db.execute("select 1 from calls limit 1").fetchone()):
            return 0
        by_call_id = _call_ids(db, calls, tickets)
        for ticket in tickets:
            calls |= _calls_near(db, ticket)
        for native_id in by_call_id:
            calls |= {row[0] for row in db.execute("select uid from calls where native_id = ?", (native_id,))}
        return sum(_relink(db, call, by_call_id, human) for call in sorted(calls))


def _relink(db: sqlite3.Connection, call: str, by_call_id: Mapping[str, set[str]], human: Mapping[str, str]) -> bool:
    row = db.execute(CALL, (call,)).fetchone()
    found = None if row is None else _link(db, tuple(row), by_call_id, human)
    stored = [tuple(r) for r in db.execute("select ticket_uid, method from contact_links where call_uid = ?", (call,))]
    if stored == ([] if found is None else [found]):
        return False
    db.execute("delete from contact_links where call_uid = ?", (call,))
    if found is not None:
        db.execute("insert into contact_links (call_uid, ticket_uid, method) values (?, ?, ?)", (call, *found))
    mark(db, "call", [call])
    mark(db, "ticket", {ticket for ticket, _ in (*stored, *([found] if found else []))})
    return True


def _link(
    db: sqlite3.Connection,
    call: tuple[str, str, str | None, str | None, int, int | None],
    by_call_id: Mapping[str, set[str]],
    human: Mapping[str, str],
) -> tuple[str, str] | None:
    uid, native_id, ticket, customer, _, answered_at = call
    if ticket is not None and db.execute("select 1 from tickets where uid = ?", (ticket,)).fetchone():
        return ticket, "vendor_id"
    named = by_call_id.get(native_id, set())
    if len(named) == 1:
        return next(iter(named)), "call_id_field"
    if customer is None or answered_at is None:
        return None
    agents = {
        human.get(row[0], row[0])
        for row in db.execute(
            "select agent_uid from call_legs where call_uid = ? and outcome = 'answered' and agent_uid not null", (uid,)
        )
    }
    found = {
        row[0]
        for member in _members(db, customer)
        for row in db.execute(CANDIDATES, (member, answered_at, answered_at + AFTER_ANSWER_S))
        if not agents.isdisjoint({human.get(row[1], row[1]), human.get(row[2], row[2])})
    }
    return (found.pop(), "person_agent_time") if len(found) == 1 else None


def _members(db: sqlite3.Connection, customer: str) -> list[str]:
    rows = db.execute(
        "select o.customer_uid from people as p join people as o on o.person_uid = p.person_uid "
        "where p.customer_uid = ?",
        (customer,),
    ).fetchall()
    return [row[0] for row in rows] or [customer]


def _calls_near(db: sqlite3.Connection, ticket: str) -> set[str]:
    found = {row[0] for row in db.execute("select call_uid from contact_links where ticket_uid = ?", (ticket,))}
    found |= {row[0] for row in db.execute("select uid from calls where ticket_uid = ?", (ticket,))}
    row = db.execute("select requester_uid from tickets where uid = ?", (ticket,)).fetchone()
    if row is not None and row[0] is not None:
        for member in _members(db, row[0]):
            found |= {call[0] for call in db.execute(CALLS_OF_TICKET, (member, ticket))}
    return found


def _call_ids(db: sqlite3.Connection, calls: set[str], tickets: Sequence[str]) -> dict[str, set[str]]:
    """Tickets by the call id in a field of theirs: the changed ones, and those made around the changed calls."""
    rows = [
        row
        for ticket in tickets
        for row in db.execute(
            "select uid, extra from tickets where uid = ? and instr(extra, '\"call_id\"') > 0", (ticket,)
        )
    ]
    moments = [
        row[0] for call in calls for row in db.execute("select arrived_at from calls where uid = ?", (call,)).fetchall()
    ]
    if moments:
        rows += db.execute(
            "select uid, extra from tickets where created_at between ? and ? and instr(extra, '\"call_id\"') > 0",
            (min(moments) - CALL_ID_WITHIN_S, max(moments) + CALL_ID_WITHIN_S),
        ).fetchall()
    found: dict[str, set[str]] = {}
    for uid, extra in rows:
        native_id = json.loads(extra).get("call_id")
        if native_id is not None:
            found.setdefault(str(native_id), set()).add(uid)
    return found
