"""An Open-Meteo without a network, an imitation of it, and what a pull of that comes to."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import Context
from connectors.weather import connector
from connectors.weather.settings import Weather, WeatherSettings
from core.pull.account import Accounts, close
from core.pull.loop import pull_source
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.vendors.weather import NOW_AT, WeatherSandbox
from core.store.db import open_store

DAY_S = 86_400
BERLIN: Mapping[str, Any] = {"name": "Berlin", "lat": 52.52, "lon": 13.41, "holidays": "DE-BE"}


@dataclass
class FakeApi:
    """Gives what ``answer(path, params)`` returns; ``asked``: all of these."""

    answer: Callable[[str, Mapping[str, Any]], Any]
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def get(self, path: str, type: type[Any], *, params: Mapping[str, Any] | None = None) -> Any:  # noqa: A002
        self.asked.append((path, params or {}))
        return msgspec.json.decode(json.dumps(self.answer(path, params or {})).encode(), type=type)


def settings(*regions: Mapping[str, Any], **more: Any) -> WeatherSettings:
    return WeatherSettings.model_validate({"regions": regions or (BERLIN,), **more})


def fake(answer: Callable[[str, Mapping[str, Any]], Any], *regions: Mapping[str, Any], **more: Any) -> Weather:
    """What the streams are given, over answers told by the test."""
    api: Any = FakeApi(answer)
    return Weather(api, settings(*regions, **more))


@pytest.fixture
def context() -> Context:
    return Context(settings=settings(), zone=ZoneInfo("Europe/Berlin"), source="w", account="w", fetched_at=NOW_AT)


@pytest.fixture
def server() -> Iterator[WeatherSandbox]:
    made = WeatherSandbox(2)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = open_store(tmp_path / "store.db")
    yield opened
    opened.close()


def pull(db: sqlite3.Connection, server: WeatherSandbox, *, days: int = 40, **changed: Any) -> SourceResult:
    """One pull of the imitation at its present moment."""
    given = {key: value for key, value in {**server.settings(), **changed}.items() if key != "base_url"}
    spec = SourceSpec(
        name="w",
        connector="weather",
        settings=WeatherSettings.model_validate(given),
        account="w",
        start_at=NOW_AT - days * DAY_S,
        zone=ZoneInfo("Europe/Berlin"),
        rate_share=1.0,
        requests_per_minute=1_000_000,
        base_url=server.url,
    )
    api = Accounts().open(spec, connector)
    try:
        return pull_source(db, spec, connector, api, server.now_at)
    finally:
        close(api)


def rows(db: sqlite3.Connection, sql: str, *given: object) -> Sequence[tuple[Any, ...]]:
    """The rows of a query as plain tuples."""
    return [tuple(row) for row in db.execute(sql, given)]
