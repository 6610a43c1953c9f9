"""A store in memory and one in a file, a writer, and what a table holds."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import pytest

from core.store.db import hash_key, open_store
from core.store.write import RecordWriter

NOW = 1_790_000_000  # 2026-09-21T14:13:20Z

Rows: TypeAlias = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    store = open_store(":memory:")
    yield store
    store.close()


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "deskpulse.db"


@pytest.fixture
def writer_at(db: sqlite3.Connection) -> Callable[..., RecordWriter]:
    def make(now_at: int = NOW, **given: Any) -> RecordWriter:
        known = {"account": "zd", "source": "zd", "default_country": "DE", "zone": ZoneInfo("Europe/Berlin")}
        return RecordWriter(db, hash_key=hash_key(db), now_at=now_at, **{**known, **given})

    return make


@pytest.fixture
def writer(writer_at: Callable[..., RecordWriter]) -> RecordWriter:
    return writer_at()


@pytest.fixture
def rows(db: sqlite3.Connection) -> Rows:
    def read(table: str, names: str = "*") -> list[dict[str, Any]]:
        return [dict(row) for row in db.execute(f"select {names} from {table}")]

    return read
