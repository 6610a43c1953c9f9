"""Rows for other programs: one a ticket or call, the vendor's own id first, then everything we know and derived."""

import csv
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TextIO, TypeAlias

from core.log import printable
from core.store.db import setting
from core.store.private import pseudonym

Kind: TypeAlias = Literal["tickets", "calls"]
Form: TypeAlias = Literal["csv", "jsonl"]

# (base table, fact table, its key, the column of the period)
TABLES: Mapping[Kind, tuple[str, str, str, str]] = {
    "tickets": ("tickets", "ticket_facts", "ticket_uid", "created_at"),
    "calls": ("calls", "call_facts", "call_uid", "arrived_at"),
}
CUSTOMER: Mapping[Kind, str] = {"tickets": "requester_uid", "calls": "customer_uid"}
FIRST = ("native_id", "uid", "source")
# Columns that hold who works here: pseudonyms leave the house, names do not (metrics 8.6 guard 7).
STAFF = frozenset({"assignee_uid", "agent_uid", "first_replier_uid", "submitter_uid"})
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_rows(
    db: sqlite3.Connection, kind: Kind, from_at: int | None = None, to_at: int | None = None
) -> tuple[list[str], Iterator[sqlite3.Row]]:
    """Column names, and one row a ticket or call of [from_at, to_at) in order of time: the base row and its facts.

    Columns of both carry the fact's value, which is what the numbers are made of; teams and queues are named beside
    their uids, persons who work here have pseudonyms."""
    base, facts, key, clock = TABLES[kind]
    names = _columns(db, base)
    derived = [name for name in _columns(db, facts) if name not in {key, "computed_at", "facts_version", *FIRST}]
    own = [name for name in names if name not in derived and name not in FIRST]
    picked = [_picked("b", name) for name in (*FIRST, *own)] + [_picked("f", name) for name in derived]
    key_of_names = setting(db, "hash_key") or ""
    db.create_function("pseudonym", 1, lambda uid: pseudonym(uid, key_of_names), deterministic=True)
    sql = (
        f"select {', '.join(picked)}, teams.name as team_name, "
        f"customers.erased_at as customer_erased_at"
        f"{', queues.name as queue_name' if kind == 'calls' else ''} from {base} b "
        f"left join {facts} f on f.{key} = b.uid left join teams on teams.uid = f.team_uid "
        f"left join customers on customers.uid = b.{CUSTOMER[kind]} "
        f"{'left join queues on queues.uid = f.queue_uid ' if kind == 'calls' else ''}"
        f"where coalesce(b.{clock}, 0) >= ? and coalesce(b.{clock}, 0) < ? order by b.{clock}, b.uid"
    )
    cursor = db.execute(sql, (from_at or 0, to_at if to_at is not None else 2**62))
    return [column[0] for column in cursor.description], cursor


def _picked(table: str, name: str) -> str:
    column = f"{table}.{name}"
    if name not in STAFF:
        return column
    # Who submitted a ticket is a customer more often than not.
    is_staff = f"{column} in (select uid from agents)" if name == "submitter_uid" else f"{column} is not null"
    return f"case when {is_staff} then pseudonym({column}) else {column} end as {name}"


def _columns(db: sqlite3.Connection, table: str) -> Sequence[str]:
    return [row[1] for row in db.execute(f"pragma table_info({table})")]


def write_rows(heads: Sequence[str], rows: Iterable[Sequence[Any]], form: Form, out: TextIO) -> int:
    """Writes rows as CSV or JSON lines and says how many; a text that a spreadsheet would run is made plain."""
    count = 0
    table = csv.writer(out, lineterminator="\n")
    if form == "csv":
        table.writerow(heads)
    for row in rows:
        if form == "jsonl":
            said = dict(zip(heads, row, strict=True))
            out.write(json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n")
        else:
            table.writerow([neutral(value) for value in row])
        count += 1
    return count


def neutral(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if text.startswith(FORMULA) else text
