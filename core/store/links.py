"""A call and a ticket that are one contact: by the vendor's id, by a call-id field, or by person, agent and time."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.store.db import transaction
from core.store.dirty import mark

# Agents write a call down while they talk or just after it.
AFTER_ANSWER_S = 900
CALL_ID_WITHIN_S = 86_400
BATCH = 1_000

NAMES_A_CALL = "instr(t.extra, '\"call_id\"') > 0"
CALL_ID = "cast(json_extract(t.extra, '$.call_id') as text)"
NAMED = f"""
insert or ignore into temp.named_calls (native_id, ticket_uid)
select {CALL_ID}, t.uid from dirty_keys d cross join tickets t on t.uid = d.key
where d.kind = 'ticket' and {NAMES_A_CALL} and {CALL_ID} is not null
"""
NAMED_AROUND = f"""
insert or ignore into temp.named_calls (native_id, ticket_uid)
select {CALL_ID}, t.uid from tickets t
where t.created_at between ? and ? and {NAMES_A_CALL} and {CALL_ID} is not null
"""
# A customer who is a person of his own has no row in people.
MEMBER = "left join people p on p.customer_uid = {of} left join people o on o.person_uid = p.person_uid"
CALLS_OF_TICKETS = f"""
select l.call_uid from json_each(?1) k cross join contact_links l on l.ticket_uid = k.value
union
select c.uid from json_each(?1) k cross join calls c on c.ticket_uid = k.value
union
select c.uid from json_each(?1) k cross join tickets t on t.uid = k.value {MEMBER.format(of="t.requester_uid")}
cross join calls c on c.customer_uid = coalesce(o.customer_uid, t.requester_uid)
  and c.arrived_at between t.created_at - {CALL_ID_WITHIN_S} and t.created_at
"""
STORED = (
    "select l.call_uid, l.ticket_uid, l.method from json_each(?) k cross join contact_links l on l.call_uid = k.value"
)
BY_VENDOR = """
select c.uid, t.uid from json_each(?) k cross join calls c on c.uid = k.value
cross join tickets t on t.uid = c.ticket_uid
"""
BY_FIELD = f"""
select c.uid, n.ticket_uid from json_each(?1) k cross join calls c on c.uid = k.value
cross join temp.named_calls n on n.native_id = c.native_id
union
select c.uid, t.uid from json_each(?1) k cross join calls c on c.uid = k.value
cross join contact_links l on l.call_uid = c.uid and l.method = 'call_id_field'
cross join tickets t on t.uid = l.ticket_uid where {NAMES_A_CALL} and {CALL_ID} = c.native_id
"""
BY_PERSON = f"""
with answered (uid, customer_uid, answered_at) as materialized (
  select c.uid, c.customer_uid, min(l.answered_at)
  from json_each(?1) k
  cross join calls c on c.uid = k.value and c.customer_uid is not null
  cross join call_legs l on l.call_uid = c.uid and l.outcome = 'answered'
  group by c.uid
)
select distinct a.uid, l.agent_uid, t.uid, t.submitter_uid, t.assignee_uid
from answered a {MEMBER.format(of="a.customer_uid")}
cross join tickets t on t.requester_uid = coalesce(o.customer_uid, a.customer_uid)
  and +t.created_at between a.answered_at and a.answered_at + {AFTER_ANSWER_S} and t.deleted_at is null
cross join call_legs l on l.call_uid = a.uid and l.outcome = 'answered' and l.agent_uid is not null
"""


def link_contacts(db: sqlite3.Connection, aliases: Iterable[Sequence[str]] = ()) -> int:
    """Links anew the calls that changed, and those whose tickets or people did; how many calls' links differ now.

    Works on the keys that wait to be derived, so it runs before them. ``aliases``: uids of the same human."""
    human = {uid: group[0] for group in aliases for uid in group}
    with transaction(db):
        if not _waits(db, "call") and not (
            _waits(db, "ticket") and db.execute("select 1 from calls limit 1").fetchone()
        ):
            return 0
        _read_names(db)
        changed = 0
        for calls in _pages(db, "select key from dirty_keys where kind = 'call' and key > ? order by key limit ?"):
            changed += _relink(db, calls, human)
        for tickets in _pages(db, "select key from dirty_keys where kind = 'ticket' and key > ? order by key limit ?"):
            changed += _relink_rest(db, CALLS_OF_TICKETS, tickets, human)
        for names in _pages(
            db, "select distinct native_id from temp.named_calls where native_id > ? order by native_id limit ?"
        ):
            changed += _relink_rest(
                db, "select c.uid from json_each(?) k cross join calls c on c.native_id = k.value", names, human
            )
        db.execute("delete from temp.named_calls")
    return changed


def _waits(db: sqlite3.Connection, kind: str) -> bool:
    return db.execute("select 1 from dirty_keys where kind = ? limit 1", (kind,)).fetchone() is not None


def _pages(db: sqlite3.Connection, sql: str) -> Iterator[list[str]]:
    """Keys in order, so many at a time; one that comes meanwhile is among them if it lies ahead."""
    last = ""
    while keys := [row[0] for row in db.execute(sql, (last, BATCH))]:
        yield keys
        last = keys[-1]


def _read_names(db: sqlite3.Connection) -> None:
    """Tickets by the call id in a field of theirs: the changed ones, and those made around the changed calls."""
    db.execute(
        "create temp table if not exists named_calls "
        "(native_id text, ticket_uid text, primary key (native_id, ticket_uid)) without rowid"
    )
    db.execute("delete from temp.named_calls")
    db.execute(NAMED)
    first_at, last_at = db.execute(
        "select min(c.arrived_at), max(c.arrived_at) from dirty_keys d cross join calls c on c.uid = d.key "
        "where d.kind = 'call'"
    ).fetchone()
    if first_at is not None:
        db.execute(NAMED_AROUND, (first_at - CALL_ID_WITHIN_S, last_at + CALL_ID_WITHIN_S))


def _relink_rest(db: sqlite3.Connection, sql: str, keys: Sequence[str], human: Mapping[str, str]) -> int:
    """Links anew the calls that a query finds for the keys; those that changed themselves have been."""
    calls = [row[0] for row in db.execute(
        f"with found (uid) as ({sql}) select distinct f.uid from found f "
        "where not exists (select 1 from dirty_keys d where d.kind = 'call' and d.key = f.uid) order by 1",
        (json.dumps(keys),),
    )]  # fmt: skip
    return sum(_relink(db, calls[at : at + BATCH], human) for at in range(0, len(calls), BATCH))


def _relink(db: sqlite3.Connection, calls: Sequence[str], human: Mapping[str, str]) -> int:
    given = (json.dumps(calls),)
    stored: dict[str, list[tuple[str, str]]] = {}
    for call, ticket, method in db.execute(STORED, given):
        stored.setdefault(call, []).append((ticket, method))
    found = _links(db, given, human)
    changed = [
        call
        for call in found.keys() | stored.keys()
        if stored.get(call, []) != ([found[call]] if call in found else [])
    ]
    db.executemany("delete from contact_links where call_uid = ?", [(call,) for call in changed if call in stored])
    db.executemany(
        "insert into contact_links (call_uid, ticket_uid, method) values (?, ?, ?)",
        [(call, *found[call]) for call in changed if call in found],
    )
    mark(db, "call", changed)
    mark(db, "ticket", {ticket for call in changed for ticket, _ in stored.get(call, ())})
    mark(db, "ticket", {found[call][0] for call in changed if call in found})
    return len(changed)


def _links(db: sqlite3.Connection, given: tuple[str], human: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The ticket and the method of each call that is one contact with a ticket; the surest method that finds any."""
    named: dict[str, set[str]] = {}
    for call, ticket in db.execute(BY_FIELD, given):
        named.setdefault(call, set()).add(ticket)
    near: dict[str, set[str]] = {}
    for call, agent, ticket, *staff in db.execute(BY_PERSON, given):
        if human.get(agent, agent) in {human.get(uid, uid) for uid in staff}:
            near.setdefault(call, set()).add(ticket)
    links = {call: (ticket, "vendor_id") for call, ticket in db.execute(BY_VENDOR, given)}
    for tickets, method in ((named, "call_id_field"), (near, "person_agent_time")):
        for call, found in tickets.items():
            if len(found) == 1:
                links.setdefault(call, (next(iter(found)), method))
    return links
