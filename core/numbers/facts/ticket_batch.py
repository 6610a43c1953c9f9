"""A batch of changed tickets: read in a few ordered passes, derived, compared, written."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as altered
from functools import partial

from core.numbers.facts.contacts import CAUSED_REPEAT, IS_FIRST
from core.numbers.facts.ground import Ground
from core.numbers.facts.history import told
from core.numbers.facts.ledger import TABLES, Carry, Ledger, as_json, replace, stored
from core.numbers.facts.lone_surveys import no_longer_alone
from core.numbers.facts.rows import (
    CALL_COLUMNS,
    EVENT_COLUMNS,
    MESSAGE_COLUMNS,
    SLA_COLUMNS,
    SURVEY_COLUMNS,
    TICKET_COLUMNS,
    EventRow,
    LinkedCall,
    MessageRow,
    SlaRow,
    SurveyRow,
    TicketRow,
)
from core.numbers.facts.status import Row
from core.numbers.facts.ticket import NOTHING, TicketFacts, derive_ticket

PARENTS = {"contact_facts": ("contact_uid", "and kind = 'ticket'"), "handled_facts": ("contact_uid", "")}
FACT = TABLES["ticket_facts"].names.index
FIRST_SOLVED_AT, IS_BULK, BOT_CONTAINED = FACT("first_solved_at"), FACT("is_bulk_solved"), FACT("bot_contained")
CREATED_AT, REASON = FACT("created_at"), FACT("contact_reason")
SOLVE = TABLES["solve_facts"].names.index
SOLVE_ACTOR, SOLVED_AT, SOLVE_IS_BULK = SOLVE("actor_uid"), SOLVE("solved_at"), SOLVE("is_bulk")


@dataclass(frozen=True, slots=True)
class Touched:
    """Whose other facts must be looked at again: persons with changed contacts, and solves by (actor, moment)."""

    persons: frozenset[str]
    kept_persons: frozenset[str]
    solves: frozenset[tuple[str, int]]
    tickets: int
    incomplete: int


@dataclass(frozen=True, slots=True)
class Base:
    """The base rows of a batch, by place."""

    tickets: dict[int, TicketRow]
    events: list[list[EventRow]]
    messages: list[list[MessageRow]]
    calls: dict[int, list[LinkedCall]]
    surveys: dict[int, list[SurveyRow]]
    targets: dict[int, list[SlaRow]]


def derive_tickets(db: sqlite3.Connection, keys: Sequence[str], ground: Ground, ledger: Ledger) -> Touched:
    """Brings the facts of tickets to what their base rows say, in the caller's transaction."""
    base = _read(db, keys)
    known = _customers(db, base, ground)
    ground = altered(ground, staff=ground.staff.among(known))
    histories = {place: told(ticket, base.events[place], ground.staff) for place, ticket in base.tickets.items()}
    lacking = [base.tickets[place].uid for place, history in histories.items() if not history.is_complete]
    # Where no message follows the opening one, the vendor may know of a reply that is still to be read.
    silent = [ticket.uid for place, ticket in base.tickets.items() if len(base.messages[place]) <= 1]
    figures = _figures(db, list(dict.fromkeys([*lacking, *silent])))
    made: list[tuple[str, TicketFacts]] = [
        (
            ticket.uid,
            derive_ticket(
                ticket, histories[place], base.events[place], base.messages[place], ground,
                base.calls.get(place, ()), base.surveys.get(place, ()), base.targets.get(place, ()),
                figures.get(ticket.uid),
            ),
        )
        for place, ticket in base.tickets.items()
    ]  # fmt: skip
    made += [(key, NOTHING) for place, key in enumerate(keys) if place not in base.tickets]
    persons, kept_persons, solves = _write(db, made, ledger)
    return Touched(persons, kept_persons, solves, len(base.tickets), len(lacking))


def _write(
    db: sqlite3.Connection, made: Sequence[tuple[str, TicketFacts]], ledger: Ledger
) -> tuple[frozenset[str], frozenset[str], frozenset[tuple[str, int]]]:
    facts_before = stored(db, "ticket_facts", "ticket_uid", [uid for uid, _ in made])
    there = list(facts_before)
    contacts_before = stored(db, "contact_facts", "contact_uid", there, "and kind = 'ticket'")
    no_longer_alone(db, [row[0] for _, facts in made for row in facts.survey_facts], ledger)
    repeated = {uid for uid, rows in contacts_before.items() if rows[0][CAUSED_REPEAT]}
    persons: set[str] = set()
    kept: set[str] = set()
    solves: set[tuple[str, int]] = set()
    before: Mapping[str, Sequence[Row]]
    carry: Carry | None
    for place, table in enumerate(TicketFacts._fields):
        parent, where = PARENTS.get(table, ("ticket_uid", ""))
        if table == "ticket_facts":
            before, carry = facts_before, partial(_carry_fact, repeated)
        elif table == "contact_facts":
            before, carry = contacts_before, carry_contact
        else:
            before = stored(db, table, parent, there, where)
            carry = _carry_solves if table == "solve_facts" else None
        rows = ((uid, facts[place]) for uid, facts in made)
        changed = replace(db, ledger, table, parent, before, rows, where=where, carry=carry)
        if table == "ticket_facts":
            _mark_calls(db, [now[0] for old, now in changed if now and not (old and _is_same_contact(old[0], now[0]))])
        elif table == "contact_facts":
            kept = {row[2] for old, _ in changed for row in old if row[2] is not None}
            persons = {row[2] for _, now in changed for row in now if row[2] is not None}
        elif table == "solve_facts":
            solves = {
                (row[SOLVE_ACTOR], row[SOLVED_AT])
                for both in changed
                for rows in both
                for row in rows
                if row[SOLVE_ACTOR] is not None
            }
    return frozenset(persons), frozenset(kept), frozenset(solves)


def _is_same_contact(old: Row, new: Row) -> bool:
    return (old[CREATED_AT], old[REASON]) == (new[CREATED_AT], new[REASON])


def _mark_calls(db: sqlite3.Connection, facts: Sequence[Row]) -> None:
    """Marks the calls that tell by their ticket what they were about, or that it came out of them."""
    if facts and db.execute("select 1 from calls limit 1").fetchone():
        fill_batch(db, [row[0] for row in facts])
        db.execute(
            "insert into dirty_keys (kind, key) "
            "select 'call', l.call_uid from temp.batch b cross join contact_links l on l.ticket_uid = b.key union "
            "select 'call', c.uid from temp.batch b cross join calls c on c.ticket_uid = b.key on conflict do nothing"
        )


def _carry_fact(repeated: Collection[str], old: Sequence[Row], new: list[Row]) -> list[Row]:
    """Whether the first solve was one of many at once, and whether the bot's customer came back, other rows tell."""
    if not new:
        return new
    now = list(new[0])
    if old[0][FIRST_SOLVED_AT] == now[FIRST_SOLVED_AT]:
        now[IS_BULK] = old[0][IS_BULK]
    if now[BOT_CONTAINED] == 1 and now[0] in repeated:
        now[BOT_CONTAINED] = 0
    return [tuple(now)]


def _carry_solves(old: Sequence[Row], new: list[Row]) -> list[Row]:
    bulk = {(row[SOLVE_ACTOR], row[SOLVED_AT]) for row in old if row[SOLVE_IS_BULK]}
    if not bulk:
        return new
    return [
        (*row[:SOLVE_IS_BULK], int((row[SOLVE_ACTOR], row[SOLVED_AT]) in bulk), *row[SOLVE_IS_BULK + 1 :])
        for row in new
    ]


def carry_contact(old: Sequence[Row], new: list[Row]) -> list[Row]:
    """A contact that is what it was keeps what the person's other contacts made of it."""
    return list(old) if new and old[0][:IS_FIRST] == new[0][:IS_FIRST] else new


def fill_batch(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    """Puts the keys, numbered, where queries of a batch find them."""
    db.execute("create temp table if not exists batch (place integer primary key, key text not null)")
    db.execute("delete from temp.batch")
    db.executemany("insert into temp.batch (place, key) values (?, ?)", enumerate(keys))


def _read(db: sqlite3.Connection, keys: Sequence[str]) -> Base:
    cursor = db.cursor()
    cursor.row_factory = None
    fill_batch(db, keys)
    tickets = {
        row[-1]: TicketRow(*row[:-1])
        for row in cursor.execute(
            f"select {TICKET_COLUMNS}, b.place from temp.batch b cross join tickets t on t.uid = b.key "
            "left join customers c on c.uid = t.requester_uid left join people p on p.customer_uid = t.requester_uid"
        )
    }
    events: list[list[EventRow]] = [[] for _ in keys]
    for row in cursor.execute(
        f"select {EVENT_COLUMNS}, b.place from temp.batch b cross join ticket_events e on e.ticket_uid = b.key "
        "order by b.place, e.happened_at, e.seq, e.native_id"
    ):
        events[row[8]].append(row[:8])
    messages: list[list[MessageRow]] = [[] for _ in keys]
    for row in cursor.execute(
        f"select {MESSAGE_COLUMNS}, b.place from temp.batch b cross join messages m on m.ticket_uid = b.key "
        "order by b.place, m.happened_at, m.native_id"
    ):
        messages[row[9]].append(row[:9])
    calls: dict[int, list[LinkedCall]] = {}
    if cursor.execute("select 1 from call_facts limit 1").fetchone():
        for row in cursor.execute(LINKED):
            calls.setdefault(row[-1], []).append(LinkedCall(*row[:-1]))
    surveys: dict[int, list[SurveyRow]] = {}
    for row in cursor.execute(
        f"select {SURVEY_COLUMNS}, b.place from temp.batch b cross join surveys s on s.ticket_uid = b.key "
        "where s.deleted_at is null order by b.place, s.uid"
    ):
        surveys.setdefault(row[-1], []).append(SurveyRow(*row[:-1]))
    targets: dict[int, list[SlaRow]] = {}
    for row in cursor.execute(
        f"select {SLA_COLUMNS}, b.place from temp.batch b cross join sla_instances a on a.ticket_uid = b.key "
        "where a.deleted_at is null order by b.place, a.uid"
    ):
        targets.setdefault(row[-1], []).append(SlaRow(*row[:-1]))
    return Base(tickets, events, messages, calls, surveys, targets)


# A call back belongs to the ticket of the call that asked for it.
LINKED = f"""
with linked (place, call_uid) as (
  select b.place, l.call_uid from temp.batch b cross join contact_links l on l.ticket_uid = b.key
  union
  select b.place, c.uid from temp.batch b cross join calls c on c.ticket_uid = b.key
)
select {CALL_COLUMNS}, l.place from linked l cross join call_facts f on f.call_uid = l.call_uid where f.is_test = 0
union
select {CALL_COLUMNS}, l.place from linked l cross join call_facts f on f.callback_of_uid = l.call_uid
where f.is_test = 0
order by 12, 3, 1
"""


def _customers(db: sqlite3.Connection, base: Base, ground: Ground) -> frozenset[str]:
    """Of those who wrote and are no staff, the ones that are customers."""
    unknown = {row[1] for rows in base.messages for row in rows if row[2] == "unknown"}
    unknown -= ground.staff.members.keys()
    named = sorted(uid for uid in unknown if uid is not None)
    if not named:
        return frozenset()
    found = db.execute("select c.uid from json_each(?) k cross join customers c on c.uid = k.value", (as_json(named),))
    return frozenset(row[0] for row in found)


def _figures(db: sqlite3.Connection, uids: Sequence[str]) -> dict[str, dict[tuple[str, str], float]]:
    """The vendor's figures of tickets whose events are incomplete."""
    found: dict[str, dict[tuple[str, str], float]] = {}
    if uids:
        for uid, name, mode, value in db.execute(
            "select m.entity_uid, m.name, m.schedule_mode, m.value from json_each(?) k cross join tickets t "
            "on t.uid = k.value cross join source_metrics m on m.source = t.source and m.entity = 'ticket' "
            "and m.entity_uid = t.uid where m.value is not null",
            (as_json(uids),),
        ):
            found.setdefault(uid, {})[name, mode] = value
    return found
