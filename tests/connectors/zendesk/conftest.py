"""A Zendesk without a network: answers told by the test, recorded rows, and a context to normalise in."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import Context, Record
from connectors.zendesk.settings import ZendeskSettings

NOW = 1_795_000_000


@dataclass
class FakeApi:
    """Gives the told answers in order; an exception among them is raised. ``asked``: path and parameters."""

    answers: Sequence[Any]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def get(self, path: str, type: type[Any], *, params: Mapping[str, Any] | None = None) -> Any:  # noqa: A002
        self.asked.append((path, {key: value for key, value in (params or {}).items() if value is not None}))
        answer = self.answers[len(self.asked) - 1]
        if isinstance(answer, Exception):
            raise answer
        return msgspec.json.decode(json.dumps(answer).encode(), type=type)


@pytest.fixture
def api() -> Callable[..., Any]:
    return lambda *answers: FakeApi(answers)


@pytest.fixture
def context() -> Callable[..., Context]:
    """A context; ``settings`` by keyword, ``lookups`` and what else a Context has under their own names."""

    def made(
        lookups: Mapping[str, Any] | None = None,
        contact_reasons: Mapping[str, str] | None = None,
        customer_types: Mapping[str, str] | None = None,
        warn: Callable[[str, str], None] = lambda kind, value: None,
        is_redacted: bool = False,
        zone: str = "Europe/Berlin",
        **settings: Any,
    ) -> Context:
        given = {"subdomain": "demo", "email": "bot@demo.example", "token": "t", **settings}
        return Context(
            settings=ZendeskSettings(**given),
            zone=ZoneInfo(zone),
            source="zd",
            account="zd",
            fetched_at=NOW,
            lookups=lookups or {},
            contact_reasons=contact_reasons or {},
            customer_types=customer_types or {},
            warn=warn,
            is_redacted=is_redacted,
        )

    return made


@pytest.fixture
def recorded(fixtures: Callable[[str], Path]) -> Callable[..., Iterator[dict[str, Any]]]:
    """Recorded exchanges of one file: method, url, status, headers, body."""

    def read(name: str) -> Iterator[dict[str, Any]]:
        with fixtures(f"zendesk/recordings/{name}").open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)

    return read


@pytest.fixture
def records() -> Callable[..., list[Record]]:
    """The records of one row: decoded into its type, then normalised."""

    def made(row: Mapping[str, Any], kind: Any, normalise: Callable[..., Any], ctx: Context) -> list[Record]:
        return list(normalise(msgspec.json.decode(json.dumps(row).encode(), type=kind), ctx))

    return made
