"""What can be seen of missing rows in the store alone: rows without the row they belong to, and gaps between ids."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

# (rows, the column that names another row, the table of that row, how many of a source's rows may lack it)
BELONGS: tuple[tuple[str, str, str, float], ...] = (
    ("ticket_events", "ticket_uid", "tickets", 0.01),
    ("messages", "ticket_uid", "tickets", 0.01),
    ("sla_instances", "ticket_uid", "tickets", 0.01),
    ("surveys", "ticket_uid", "tickets", 0.01),
    ("time_entries", "ticket_uid", "tickets", 0.01),
    ("tickets", "requester_uid", "customers", 0.05),
    ("tickets", "team_uid", "teams", 0.05),
    ("calls", "customer_uid", "customers", 0.05),
    ("call_legs", "call_uid", "calls", 0.01),
    ("call_legs", "queue_uid", "queues", 0.05),
)


@dataclass(frozen=True)
class Orphans:
    """Rows that name a row which is not there; ``missing`` different ones are named."""

    table: str
    column: str
    parent: str
    rows: int
    of: int
    missing: int
    most: float

    @property
    def ok(self) -> bool:
        """Whether so few lack it that a parent read a little later explains them."""
        return self.rows <= self.most * self.of


@dataclass(frozen=True)
class Gaps:
    """Numbers between the lowest and the highest id of a source's tickets that no ticket here bears."""

    first: int
    last: int
    there: int

    @property
    def missing(self) -> int:
        """How many numbers are free."""
        return self.last - self.first + 1 - self.there


def orphans(db: sqlite3.Connection, account: str) -> Iterator[Orphans]:
    """Rows of an account's without the row they name, for each reference that has any rows."""
    low, high = f"{account}:", f"{account};"
    for table, column, parent, most in BELONGS:
        of, rows, missing = db.execute(
            f"select count(*), coalesce(sum(p.uid is null), 0), count(distinct iif(p.uid is null, r.{column}, null)) "
            f"from {table} r left join {parent} p on p.uid = r.{column} where r.{column} >= ? and r.{column} < ?",
            (low, high),
        ).fetchone()
        if of:
            yield Orphans(table, column, parent, rows, of, missing, most)


def ticket_gaps(db: sqlite3.Connection, source: str, from_at: int) -> Gaps | None:
    """The gaps between the ids of tickets created since a moment; None where ids are no running numbers."""
    row = db.execute(
        "select min(cast(native_id as integer)), max(cast(native_id as integer)), count(*), "
        "sum(native_id glob '[1-9]*' and native_id not glob '*[^0-9]*') "
        "from tickets where source = ? and created_at >= ?",
        (source, from_at),
    ).fetchone()
    if not row[2] or row[3] != row[2]:
        return None
    return Gaps(int(row[0]), int(row[1]), int(row[2]))


def count_of(
    db: sqlite3.Connection, source: str, table: str, column: str, from_at: int | None, to_at: int | None
) -> int:
    """Rows of a source that are not marked deleted, between two moments of a column (the end exclusive)."""
    names = {row[1] for row in db.execute(f"pragma table_info({table})")}
    where = ["source = ?"]
    given: list[object] = [source]
    if "deleted_at" in names:
        where.append("deleted_at is null")
    for sign, at in ((">=", from_at), ("<", to_at)):
        if at is not None:
            where.append(f"{column} {sign} ?")
            given.append(at)
    return int(db.execute(f"select count(*) from {table} where {' and '.join(where)}", given).fetchone()[0])
