"""A folder of files, and a store into which it is pulled."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.csv_folder import connector
from connectors.csv_folder.settings import CsvFolderSettings
from core.pull.loop import pull_source
from core.pull.source import SourceResult, SourceSpec
from core.store.db import open_store

NOW = 1_795_305_600  # 2026-11-22 00:00 UTC


@dataclass
class Folder:
    """Files, the mapping of the source that reads them, and its store. ``now_at`` is the moment of the next pull."""

    path: Path
    db: sqlite3.Connection
    files: list[Mapping[str, Any]] = field(default_factory=list)
    zone: str = "Europe/Berlin"
    now_at: int = NOW

    def write(self, name: str, data: str | bytes, *, age_s: int = 3600) -> Path:
        """A file, last changed so long before the next pull."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        os.utime(path, (self.now_at - age_s, self.now_at - age_s))
        return path

    def rule(self, match: str, kind: str, **more: Any) -> None:
        """One entry of ``files``."""
        self.files.append({"match": match, "as": kind, **more})

    @property
    def settings(self) -> CsvFolderSettings:
        """The source's settings."""
        return CsvFolderSettings(path=self.path, files=tuple(self.files))

    def pull(self, *, raw: str = "off", watch: Callable[[Any], None] | None = None) -> SourceResult:
        """One pull, a minute after the one before."""
        spec = SourceSpec(
            name="files",
            connector="csv_folder",
            settings=self.settings,
            account="files",
            start_at=self.now_at,
            zone=ZoneInfo(self.zone),
            raw=raw,  # type: ignore[arg-type]
            default_country="DE",
        )
        now_at, self.now_at = self.now_at, self.now_at + 60
        return pull_source(self.db, spec, connector, spec.settings, now_at, on_progress=watch)

    def rows(self, table: str, *columns: str, order: str = "1") -> list[tuple[Any, ...]]:
        """Rows of a table."""
        return [tuple(row) for row in self.db.execute(f"select {', '.join(columns)} from {table} order by {order}")]

    def aside(self) -> list[tuple[str, str]]:
        """Rows set aside and not resolved: name and reason."""
        query = "select native_id, reason from rejected_rows where resolved_at is null order by id"
        return [(row[0], row[1]) for row in self.db.execute(query)]


def lines(*rows: str) -> str:
    """A text file of these lines."""
    return "".join(f"{row}\n" for row in rows)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was made once; each test works on a copy of its own."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    open_store(path).close()
    return path


@pytest.fixture
def folder(tmp_path: Path, empty_store: Path) -> Iterator[Folder]:
    files = tmp_path / "imports"
    files.mkdir()
    db = open_store(shutil.copy(empty_store, tmp_path / "store.db"))
    yield Folder(files, db)
    db.close()


def errors(result: SourceResult) -> Sequence[str]:
    """What a pull says of what went wrong."""
    return [one.error.message for one in result.streams if one.error]
