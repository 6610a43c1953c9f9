"""What a fact says because of others: repeats of a contact, calls again after hanging up, many solves at once."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby, pairwise

from core.numbers.facts.contacts import (
    CAUSED_REPEAT,
    HANDLED_BY,
    IS_FIRST,
    IS_RESOLVED,
    KIND,
    PERSON,
    UID,
    related,
)
from core.numbers.facts.ledger import TABLES, Ledger, as_json
from core.numbers.facts.status import Row

# Metrics §6, tickets_solved: more solves than this by one actor within so many seconds are bulk.
BULK_SOLVES = 20
BULK_S = 60


def relate_contacts(
    db: sqlite3.Connection, persons: Collection[str], left: Collection[str], window_days: int, ledger: Ledger
) -> None:
    """Looks again at the contacts of persons: ``persons`` with new ones, ``left`` with such as went or changed."""
    several = {
        row[0]
        for row in db.execute(
            "select f.person_uid from json_each(?) k cross join contact_facts f on f.person_uid = k.value "
            "group by f.person_uid having count(*) > 1",
            (as_json(sorted(persons)),),
        )
    }
    cursor = db.cursor()
    cursor.row_factory = None
    shape = TABLES["contact_facts"]
    found = cursor.execute(
        f"select {', '.join(f'f.{name}' for name in shape.names)} from json_each(?) k "
        "cross join contact_facts f on f.person_uid = k.value order by k.key, f.happened_at, f.kind, f.contact_uid",
        (as_json(sorted(several | set(left))),),
    )
    changed: list[tuple[Row, Row]] = []
    for _, rows in groupby(found.fetchall(), key=lambda row: row[PERSON]):
        contacts = list(rows)
        changed += [(old, new) for old, new in zip(contacts, related(contacts, window_days), strict=True) if old != new]
    if not changed:
        return
    names = shape.names[IS_FIRST:]
    db.executemany(
        f"update contact_facts set {', '.join(f'{name} = ?' for name in names)} where kind = ? and contact_uid = ?",
        [(*new[IS_FIRST:], new[KIND], new[UID]) for _, new in changed],
    )
    ledger.written += len(changed)
    ledger.note("contact_facts", [new for _, new in changed])
    contained = [
        (int(bool(new[IS_RESOLVED]) and not new[CAUSED_REPEAT]), new[UID])
        for _, new in changed
        if new[KIND] == "ticket" and new[HANDLED_BY] == "bot"
    ]
    _alter(db, ledger, "ticket_facts", "bot_contained", "ticket_uid", contained)


def _alter(
    db: sqlite3.Connection, ledger: Ledger, table: str, column: str, key: str, values: Sequence[tuple[int, str]]
) -> None:
    """Sets a flag of rows where it differs, and marks their days."""
    for value in (0, 1):
        keys = as_json(sorted(uid for flag, uid in values if flag == value))
        cursor = db.cursor()
        cursor.row_factory = None
        names = TABLES[table].names
        rows = cursor.execute(
            f"select {', '.join(f'f.{name}' for name in names)} from json_each(?) k "
            f"cross join {table} f on f.{key} = k.value where f.{column} <> ?",
            (keys, value),
        ).fetchall()
        if rows:
            place = names.index(key)
            db.executemany(f"update {table} set {column} = {value} where {key} = ?", {(row[place],) for row in rows})
            ledger.written += len(rows)
            ledger.note(table, rows)


def mark_bulk(db: sqlite3.Connection, solves: Iterable[tuple[str, int]], ledger: Ledger) -> None:
    """Looks again at the solves around those that came or went: many by one actor in a minute are bulk."""
    minutes = sorted({(actor, at // BULK_S) for actor, at in solves})
    if not minutes:
        return
    suspect = db.execute(
        "select json_extract(k.value, '$[0]'), json_extract(k.value, '$[1]') from json_each(?) k "
        "cross join solve_facts s on s.actor_uid = json_extract(k.value, '$[0]') "
        f"and s.solved_at >= {BULK_S} * (json_extract(k.value, '$[1]') - 1) "
        f"and s.solved_at < {BULK_S} * (json_extract(k.value, '$[1]') + 2) "
        f"group by k.key having count(*) > {BULK_SOLVES} or max(s.is_bulk) = 1",
        (as_json(minutes),),
    ).fetchall()
    for actor, minute in suspect:
        _mark_bulk(db, actor, BULK_S * (minute - 1), BULK_S * (minute + 2), ledger)


def _mark_bulk(db: sqlite3.Connection, actor: str, from_at: int, to_at: int, ledger: Ledger) -> None:
    cursor = db.cursor()
    cursor.row_factory = None
    shape = TABLES["solve_facts"]
    at, ticket, is_first, is_bulk = (
        shape.names.index(name) for name in ("solved_at", "ticket_uid", "is_first", "is_bulk")
    )
    rows = cursor.execute(
        f"select {', '.join(shape.names)} from solve_facts where actor_uid = ? and solved_at >= ? and solved_at < ? "
        "order by solved_at, ticket_uid, seq",
        (actor, from_at - BULK_S, to_at + BULK_S),
    ).fetchall()
    times = [row[at] for row in rows]
    bulk = [False] * len(rows)
    begin = 0
    for end, moment in enumerate(times):
        while times[begin] < moment - BULK_S:
            begin += 1
        if end - begin + 1 > BULK_SOLVES:
            bulk[begin : end + 1] = [True] * (end - begin + 1)
    # Solves at the edge have neighbours beyond it.
    changed = [
        (row, flag) for row, flag in zip(rows, bulk, strict=True) if from_at <= row[at] < to_at and row[is_bulk] != flag
    ]
    if not changed:
        return
    db.executemany(
        "update solve_facts set is_bulk = ? where ticket_uid = ? and seq = ?",
        [(int(flag), row[ticket], row[1]) for row, flag in changed],
    )
    ledger.written += len(changed)
    ledger.note("solve_facts", [row for row, _ in changed])
    firsts = [(int(flag), row[ticket]) for row, flag in changed if row[is_first]]
    _alter(db, ledger, "ticket_facts", "is_bulk_solved", "ticket_uid", firsts)


def mark_redials(db: sqlite3.Connection, persons: Collection[str], redial_s: int, ledger: Ledger) -> None:
    """Looks again at the inbound calls of persons: one within ``redial_s`` after hanging up is a redial."""
    cursor = db.cursor()
    cursor.row_factory = None
    found = cursor.execute(
        "select f.person_uid, f.call_uid, f.arrived_at, f.ended_at, f.outcome from json_each(?) k "
        "cross join call_facts f on f.person_uid = k.value where f.direction = 'inbound' "
        "order by k.key, f.arrived_at, f.call_uid",
        (as_json(sorted(persons)),),
    ).fetchall()
    again: list[tuple[int, str]] = []
    hung_up: list[tuple[int, str]] = []
    for _, rows in groupby(found, key=lambda row: row[0]):
        calls = list(rows)
        followed = [
            one[4] == "abandoned" and one[3] is not None and 0 <= two[2] - one[3] <= redial_s
            for one, two in pairwise(calls)
        ]
        again += [(int(flag), call[1]) for call, flag in zip(calls, [False, *followed], strict=True)]
        hung_up += [(int(flag), call[1]) for call, flag in zip(calls, [*followed, False], strict=True)]
    _alter(db, ledger, "call_facts", "is_redial", "call_uid", again)
    _alter(db, ledger, "queue_legs", "is_redial", "call_uid", again)
    _alter(db, ledger, "queue_legs", "is_redialled", "call_uid", hung_up)
