"""A connector made of a list of pages, and one pull of it."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import Connector, Context, Page, Record, Settings, Stream, Ticket, Window
from core.pull.loop import pull_source
from core.pull.source import SourceResult, SourceSpec
from core.store.db import open_store

NOW = 1_790_000_000
AT = NOW - 86_400


class FakeSettings(Settings):
    """Nothing to set."""


class Row(msgspec.Struct):
    id: int
    status: str = "open"
    at: int = AT
    version: int = 1


def normalise(row: Row, ctx: Context) -> Iterator[Record]:
    if row.status not in ("open", "solved"):
        ctx.warn("status", row.status)
    category: Any = row.status if row.status in ("open", "solved") else "other"
    yield Ticket(id=str(row.id), version=row.version, created_at=row.at, status=row.status, status_category=category)


def page(*rows: object, **given: Any) -> Page:
    """A page of JSON rows; bytes are taken as they are."""
    raw = [msgspec.Raw(row if isinstance(row, bytes) else msgspec.json.encode(row)) for row in rows]
    return Page(raw, **given)


@dataclass
class Script:
    """What a fake vendor answers: pages, or errors in their place; and what it was asked."""

    pages: Sequence[Page | Exception] = ()
    asked: list[Window] = field(default_factory=list)

    def fetch(self, _: Any, window: Window) -> Iterator[Page]:
        self.asked.append(window)
        for answer in self.pages:
            if isinstance(answer, Exception):
                raise answer
            yield answer


@dataclass
class Fake:
    """A source of scripted streams over a store in memory."""

    db: sqlite3.Connection
    spec: SourceSpec
    now_at: int = NOW

    def stream(self, script: Script, name: str = "tickets", **given: Any) -> Stream:
        known = {"row": Row, "normalise": normalise, **given}
        return Stream(name, script.fetch, **known)

    def pull(self, *streams: Stream, connector: Connector | None = None, **given: Any) -> SourceResult:
        made = connector or Connector(name="fake", settings=FakeSettings, streams=streams)
        return pull_source(self.db, self.spec, made, self.spec.settings, self.now_at, **given)

    def tell(self, *pages: Page | Exception, **given: Any) -> SourceResult:
        """One pull of a stream that answers these pages."""
        return self.pull(self.stream(Script(pages), **given))

    def but(self, **given: Any) -> "Fake":
        return replace(self, spec=replace(self.spec, **given))

    def rows(self, table: str, names: str = "*") -> list[dict[str, Any]]:
        return [dict(row) for row in self.db.execute(f"select {names} from {table}")]

    def ids(self) -> list[str]:
        return [row["native_id"] for row in self.rows("tickets", "native_id")]

    def state(self, stream: str = "tickets") -> dict[str, Any]:
        row = self.db.execute("select * from stream_state where stream = ?", (stream,)).fetchone()
        return dict(row)


def spec(**given: Any) -> SourceSpec:
    known: dict[str, Any] = {
        "name": "fake",
        "connector": "fake",
        "settings": FakeSettings(),
        "account": "fake",
        "start_at": NOW - 90 * 86_400,
        "zone": ZoneInfo("Europe/Berlin"),
        "default_country": "DE",
    }
    return SourceSpec(**{**known, **given})


@pytest.fixture
def fake() -> Iterator[Fake]:
    db = open_store(":memory:")
    yield Fake(db, spec())
    db.close()


Pages = Iterable[Page]
Stop = Callable[[], bool]
