"""A store in memory, and what its fact tables hold."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from core.model import Record
from core.numbers.derive import DeriveResult, derive
from core.numbers.reporting import Reporting
from core.store.db import open_store
from tests.numbers.story import REPORTING, SUNDAY_NIGHT, people, uid, write

Fact: TypeAlias = Callable[..., Any]
Told: TypeAlias = Callable[..., DeriveResult]


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    store = open_store(":memory:")
    yield store
    store.close()


@pytest.fixture
def rows(db: sqlite3.Connection) -> Callable[..., list[dict[str, Any]]]:
    """Rows of a table, in the order of its key; ``where`` compares columns."""

    def read(table: str, **where: Any) -> list[dict[str, Any]]:
        condition = " and ".join(f"{name} is :{name}" for name in where) or "1"
        return [dict(row) for row in db.execute(f"select * from {table} where {condition}", where)]

    return read


@pytest.fixture
def fact(rows: Callable[..., list[dict[str, Any]]]) -> Fact:
    """One figure, or several as a tuple, of a ticket or call of the story."""

    def read(native: str, *names: str, table: str = "ticket_facts", key: str = "ticket_uid") -> Any:
        (row,) = rows(table, **{key: uid(native)})
        return row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)

    return read


@pytest.fixture
def told(db: sqlite3.Connection) -> Told:
    """Writes records beside the staff of the story and derives; ``now_at`` is when."""

    def tell(*records: Record, now_at: int = SUNDAY_NIGHT, reporting: Reporting = REPORTING) -> DeriveResult:
        write(db, [*people(), *records], now_at)
        return derive(db, reporting, now_at)

    return tell
