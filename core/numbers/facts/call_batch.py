"""A batch of changed calls: read in a few ordered passes, derived, compared, written."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from core.numbers.facts.call_rows import CALL_COLUMNS, LEG_COLUMNS, CallRow, LegRow
from core.numbers.facts.calls import (
    NOTHING,
    Callback,
    CallFacts,
    Ticketed,
    derive_call,
)
from core.numbers.facts.contacts import PERSON
from core.numbers.facts.ground import Ground
from core.numbers.facts.ledger import TABLES, Ledger, replace, stored
from core.numbers.facts.lone_surveys import no_longer_alone
from core.numbers.facts.rows import SURVEY_COLUMNS, SurveyRow
from core.numbers.facts.status import Row
from core.numbers.facts.ticket_batch import carry_contact, fill_batch
from core.store.dirty import mark

PARENTS = {
    "contact_facts": ("contact_uid", "and kind = 'call'"),
    "handled_facts": ("contact_uid", ""),
    "survey_facts": ("call_uid", "and ticket_uid is null"),
}
FACT = TABLES["call_facts"].names.index
LEG = TABLES["queue_legs"].names.index
CALL_PERSON, CALLBACK_OF, IS_REDIAL = FACT("person_uid"), FACT("callback_of_uid"), FACT("is_redial")
LEG_SEQ, LEG_IS_REDIAL, LEG_IS_REDIALLED = LEG("seq"), LEG("is_redial"), LEG("is_redialled")


@dataclass(frozen=True, slots=True)
class TouchedByCalls:
    """Whose other facts must be looked at again."""

    callers: frozenset[str]
    persons: frozenset[str]
    kept_persons: frozenset[str]
    calls: int


def derive_calls(db: sqlite3.Connection, keys: Sequence[str], ground: Ground, ledger: Ledger) -> TouchedByCalls:
    """Brings the facts of calls to what their base rows say; marks the tickets and calls that read them."""
    made = _derived(db, keys, ground)
    callers: set[str] = set()
    persons: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    no_longer_alone(db, [row[0] for _, facts in made for row in facts.survey_facts], ledger)
    for place, table in enumerate(CallFacts._fields):
        parent, where = PARENTS.get(table, ("call_uid", ""))
        keyed = [f"call:{key}" for key in keys] if table == "handled_facts" else keys
        before = stored(db, table, parent, keyed, where)
        rows = ((name, facts[place]) for name, (_, facts) in zip(keyed, made, strict=True))
        carry = {"call_facts": _carry_fact, "queue_legs": _carry_legs, "contact_facts": carry_contact}.get(table)
        changed = replace(db, ledger, table, parent, before, rows, where=where, carry=carry)
        if table == "call_facts":
            callers = {row[CALL_PERSON] for both in changed for rows in both for row in rows}
            mark(db, "call", {row[CALLBACK_OF] for both in changed for rows in both for row in rows} - {None})
            _mark_tickets(db, [(now or old)[0][0] for old, now in changed])
        elif table == "contact_facts":
            kept = frozenset(row[PERSON] for old, _ in changed for row in old if row[PERSON] is not None)
            persons = frozenset(row[PERSON] for _, now in changed for row in now if row[PERSON] is not None)
    return TouchedByCalls(frozenset(callers - {None}), persons, kept, sum(facts is not NOTHING for _, facts in made))


def _carry_fact(old: Sequence[Row], new: list[Row]) -> list[Row]:
    return [(*row[:IS_REDIAL], old[0][IS_REDIAL], *row[IS_REDIAL + 1 :]) for row in new]


def _carry_legs(old: Sequence[Row], new: list[Row]) -> list[Row]:
    flags = {row[LEG_SEQ]: row[LEG_IS_REDIAL : LEG_IS_REDIALLED + 1] for row in old}
    return [(*row[:LEG_IS_REDIAL], *flags.get(row[LEG_SEQ], (0, 0)), *row[LEG_IS_REDIALLED + 1 :]) for row in new]


def _mark_tickets(db: sqlite3.Connection, calls: Sequence[str]) -> None:
    """Marks the tickets that tell their first reply by these calls, or by the calls that these answer."""
    fill_batch(db, calls)
    db.execute(
        "insert into dirty_keys (kind, key) "
        "select 'ticket', l.ticket_uid from temp.batch b cross join contact_links l on l.call_uid = b.key union "
        "select 'ticket', c.ticket_uid from temp.batch b cross join calls c on c.uid = b.key "
        "where c.ticket_uid is not null union "
        "select 'ticket', l.ticket_uid from temp.batch b cross join calls c on c.uid = b.key "
        "cross join contact_links l on l.call_uid = c.callback_of_uid union "
        "select 'ticket', o.ticket_uid from temp.batch b cross join calls c on c.uid = b.key "
        "cross join calls o on o.uid = c.callback_of_uid where o.ticket_uid is not null "
        "on conflict do nothing"
    )


def _derived(db: sqlite3.Connection, keys: Sequence[str], ground: Ground) -> list[tuple[str, CallFacts]]:
    fill_batch(db, keys)
    cursor = db.cursor()
    cursor.row_factory = None
    calls = {
        row[-1]: CallRow(*row[:-1])
        for row in cursor.execute(
            f"select {CALL_COLUMNS}, b.place from temp.batch b cross join calls c on c.uid = b.key "
            "left join people p on p.customer_uid = c.customer_uid where c.deleted_at is null"
        )
    }
    legs: list[list[LegRow]] = [[] for _ in keys]
    for row in cursor.execute(
        f"select {LEG_COLUMNS}, b.place from temp.batch b cross join call_legs l on l.call_uid = b.key "
        "order by b.place, l.seq",
        {"acw_cap_s": ground.reporting.acw_cap_s},
    ):
        legs[row[-1]].append(LegRow(*row[:-1]))
    tickets: dict[int, list[Ticketed]] = {}
    for row in cursor.execute(
        "with linked (place, uid) as ("
        "select b.place, l.ticket_uid from temp.batch b cross join contact_links l on l.call_uid = b.key union "
        "select b.place, c.ticket_uid from temp.batch b cross join calls c on c.uid = b.key) "
        "select t.uid, t.created_at, t.contact_reason, k.place from linked k cross join tickets t on t.uid = k.uid "
        "order by k.place, t.created_at, t.uid"
    ):
        tickets.setdefault(row[-1], []).append(Ticketed(*row[:-1]))
    callbacks: dict[int, list[Callback]] = {}
    for row in cursor.execute(
        "select coalesce(f.answered_at, f.arrived_at), f.is_connected, b.place from temp.batch b "
        "cross join call_facts f on f.callback_of_uid = b.key where f.direction = 'outbound' "
        "order by b.place, f.arrived_at, f.call_uid"
    ):
        callbacks.setdefault(row[-1], []).append(Callback(*row[:-1]))
    surveys: dict[int, list[SurveyRow]] = {}
    if cursor.execute("select 1 from surveys where call_uid is not null limit 1").fetchone():
        for row in cursor.execute(
            f"select {SURVEY_COLUMNS}, b.place from temp.batch b cross join surveys s on s.call_uid = b.key "
            "where s.ticket_uid is null and s.call_uid is not null and s.deleted_at is null order by b.place, s.uid"
        ):
            surveys.setdefault(row[-1], []).append(SurveyRow(*row[:-1]))
    return [
        (
            key,
            derive_call(
                calls[place], legs[place], ground, tickets.get(place, ()), callbacks.get(place, ()),
                surveys.get(place, ()),
            )
            if place in calls
            else NOTHING,
        )
        for place, key in enumerate(keys)
    ]  # fmt: skip
