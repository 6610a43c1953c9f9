"""How a store of an earlier version becomes one of this version.

A migration runs in one transaction with its own mark, so a kill half-way leaves the store as it was. Derived tables
need none: they are dropped and made anew when their declaration changed, and everything is marked to be derived again.
"""

import hashlib
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from core.store.db import StoreError, backup, set_setting, setting, transaction
from core.store.dirty import SMALL
from core.store.tables import FACTS, TABLES, Table

if TYPE_CHECKING:
    from sqlite_utils import Database

Step = Callable[[sqlite3.Connection], None]


def ensure(db: sqlite3.Connection, tables: Iterable[Table]) -> None:
    """Makes the tables, or adds the columns and indexes that they lack; existing rows keep their values."""
    there = {row[0]: row[1] for row in db.execute("select name, sql from sqlite_master")}
    made = set(there.values())
    for table in tables:
        create, *indexes = table.ddl()
        if table.name not in there:
            db.execute(create)
        elif _kept(create) not in made:
            _widen(db, table)
        for statement in indexes:
            if _kept(statement) not in made:
                db.execute(statement)


def _kept(statement: str) -> str:
    # How SQLite keeps a statement: from the name on as it was written.
    _, kind, name_on = re.split(r" (table|index) if not exists ", statement, maxsplit=1)
    return f"CREATE {kind.upper()} {name_on}"


def _widen(db: sqlite3.Connection, table: Table) -> None:
    there = {row[1] for row in db.execute(f"pragma table_info({table.name})")}
    for column in table.columns:
        if column.name not in there:
            db.execute(f"alter table {table.name} add column {column.name} {column.type}")


def first(db: sqlite3.Connection) -> None:
    """Version 1: every table as declared, and the key of the identity hashes."""
    ensure(db, TABLES)
    if setting(db, "hash_key") is None:
        set_setting(db, "hash_key", secrets.token_hex(32))


def second(db: sqlite3.Connection) -> None:
    """Version 2: tables of staff, money, plans and surroundings, parents of children, more columns of base tables."""
    ensure(db, TABLES)


def third(db: sqlite3.Connection) -> None:
    """Version 3: forecasts and requirements as they were made, looks at metrics and scorecards, ticket columns."""
    ensure(db, TABLES)


STEPS: tuple[Step, ...] = (first, second, third)
"""One step a version, in order; never changed once released. Later ones `ensure` new tables and columns."""


def version_of(db: sqlite3.Connection) -> int:
    """The schema version of the store; 0 where it is empty."""
    return int(db.execute("pragma user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, path: str, *, read_only: bool, steps: tuple[Step, ...] = STEPS) -> None:
    """Brings the store to this version, a backup beside it first; refuses one made by a later version."""
    have, want = version_of(db), len(steps)
    if have > want:
        raise StoreError(
            f"it was made by a later version of Deskpulse (schema {have}, this one knows {want}); "
            "install that version again, or put back the backup made before its migration"
        )
    if have < want:
        if read_only:
            raise StoreError(f"its schema is version {have}, this version reads {want}; run once to migrate it")
        if have:
            backup(db, Path(f"{path}.v{have}.backup"))
        _apply(db, steps)
    shape = _derived_shape()
    if setting(db, "derived_shape") != shape:
        if read_only:
            raise StoreError("its derived tables are of another version; run once to derive them again")
        with transaction(db):
            if have:
                _remake_derived(db)
            set_setting(db, "derived_shape", shape)


def _apply(db: sqlite3.Connection, steps: tuple[Step, ...]) -> None:
    # 0.2 s to import, and needed only by a new store and at an upgrade.
    from sqlite_utils import Database, Migrations  # noqa: PLC0415

    known = Migrations("deskpulse")
    for number, step in enumerate(steps, 1):
        known(name=f"v{number}")(_numbered(step, number))
    known.apply(Database(db, execute_plugins=False))


def _numbered(step: Step, number: int) -> Callable[["Database"], None]:
    def run(database: "Database") -> None:
        step(database.conn)
        database.conn.execute(f"pragma user_version = {number}")

    return run


def _derived_shape() -> str:
    text = "\n".join(statement for table in FACTS for statement in table.ddl())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _remake_derived(db: sqlite3.Connection) -> None:
    for table in FACTS:
        db.execute(f"drop table if exists {table.name}")
    ensure(db, FACTS)
    mark_all(db)


def mark_all(db: sqlite3.Connection) -> None:
    """Marks every base row as changed, so that the next derivation makes all facts anew."""
    for kind, column, table in (
        ("ticket", "uid", "tickets"),
        ("call", "uid", "calls"),
        ("agent", "agent_uid", "agent_states"),
        ("customer", "customer_uid", "customer_identities"),
        ("survey", "uid", "surveys"),
    ):
        db.execute(f"insert or ignore into dirty_keys (kind, key) select distinct '{kind}', {column} from {table}")
    for table in (*SMALL, "agents"):
        db.execute(
            "insert or ignore into dirty_keys (kind, key) "
            f"select 'import', '{table}' where exists (select 1 from {table})"
        )
    db.execute(
        "insert or ignore into dirty_keys (kind, key) "
        "select distinct 'planned_day', cast(interval_start_at / 86400 as text) from requirements"
    )
