"""An instance to read: the imitation with a store, folders of record files, and a context to normalise in."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import Call, CallEvent, CallLeg, Context, Record
from connectors.amazon_connect import connector
from connectors.amazon_connect.calls import assemble_call
from connectors.amazon_connect.records import ContactRow, normalise_contact
from connectors.amazon_connect.settings import AmazonConnectSettings
from core.clock import Timing
from core.pull.account import Accounts, close
from core.pull.loop import pull_source
from core.pull.source import SourceResult, SourceSpec
from core.sandbox.vendors.amazon_connect import AmazonConnectSandbox, start
from core.store.db import open_store

AT = 1_793_520_000  # 2026-11-01T08:00:00Z
NOW = AT + 86_400


def instant(seconds: float) -> str:
    """The moment so many seconds after AT as contact records write it."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(AT + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def record(name: str = "c1", **more: Any) -> dict[str, Any]:
    """A contact record as the stream delivers it: asked at 0, queued at 10, answered at 30, over at 130."""
    return {
        "AWSAccountId": "123456789012", "AWSContactTraceRecordFormatVersion": "2017-03-10", "ContactId": name,
        "Channel": "VOICE", "InitiationMethod": "INBOUND", "InitiationTimestamp": instant(0),
        "ConnectedToSystemTimestamp": instant(0), "DisconnectTimestamp": instant(130),
        "LastUpdateTimestamp": instant(200), "DisconnectReason": "CUSTOMER_DISCONNECT", "AgentConnectionAttempts": 2,
        "CustomerEndpoint": {"Address": "+493055501234", "Type": "TELEPHONE_NUMBER"},
        "SystemEndpoint": {"Address": "+498001234567", "Type": "TELEPHONE_NUMBER"},
        "Queue": {
            "ARN": "arn:aws:connect:eu-central-1:1:instance/i/queue/q-1", "Name": "Orders",
            "EnqueueTimestamp": instant(10), "DequeueTimestamp": instant(30), "Duration": 20,
        },
        "Agent": {
            "ARN": "arn:aws:connect:eu-central-1:1:instance/i/agent/u-1", "Username": "ana",
            "ConnectedToAgentTimestamp": instant(30), "AgentInteractionDuration": 90, "CustomerHoldDuration": 10,
            "AfterContactWorkDuration": 45, "AfterContactWorkStartTimestamp": instant(130),
            "AfterContactWorkEndTimestamp": instant(175),
        },
        **more,
    }  # fmt: skip


@pytest.fixture
def context() -> Callable[..., Context]:
    """A context; ``settings`` by keyword."""

    def made(warn: Callable[[str, str], None] = lambda kind, value: None, **settings: Any) -> Context:
        given = {"instance_id": "i", "region": "eu-central-1", **settings}
        return Context(
            settings=AmazonConnectSettings(**given), zone=ZoneInfo("Europe/Berlin"), source="ac", account="ac",
            fetched_at=NOW, warn=warn, pseudonym=lambda kind, value: f"{kind}{sum(map(ord, value)):060d}",
        )  # fmt: skip

    return made


@pytest.fixture
def calls(context: Callable[..., Context]) -> Callable[..., tuple[list[Call], list[CallLeg]]]:
    """Calls and legs that contact records make, delivered in the order given."""

    def made(*rows: dict[str, Any]) -> tuple[list[Call], list[CallLeg]]:
        ctx = context()
        events: dict[str, dict[tuple[int, int], CallEvent]] = {}
        for row in rows:
            for one in normalise_contact(msgspec.convert(row, ContactRow), ctx):
                if isinstance(one, CallEvent):
                    events.setdefault(one.call_id, {})[one.happened_at, one.seq] = one
        found: list[Record] = []
        for key, held in events.items():
            found += assemble_call(key, [held[place] for place in sorted(held)], ctx)
        return [one for one in found if isinstance(one, Call)], [one for one in found if isinstance(one, CallLeg)]

    return made


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    store = open_store(":memory:")
    yield store
    store.close()


@pytest.fixture
def vendor() -> Iterator[AmazonConnectSandbox]:
    with start(12) as server:
        yield server


def spec(**settings: Any) -> SourceSpec:
    """A source with these settings."""
    base_url = settings.pop("base_url", None)
    return SourceSpec(
        name="ac", connector="amazon_connect", settings=AmazonConnectSettings(**settings), account="ac",
        start_at=AT - 30 * 86_400, zone=ZoneInfo("Europe/Berlin"), base_url=base_url, requests_per_minute=1_000_000,
        rate_share=1.0, default_country="DE",
    )  # fmt: skip


def pull(db: sqlite3.Connection, source: SourceSpec, now_at: int = NOW) -> SourceResult:
    """One pull in which waiting takes no time."""
    at = [0.0]

    def sleep(seconds: float) -> None:
        at[0] += seconds

    api = Accounts(Timing(monotonic=lambda: at[0], sleep=sleep)).open(source, connector)
    try:
        return pull_source(db, source, connector, api, now_at)
    finally:
        close(api)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows as JSON lines into a file below a folder, which it answers."""

    def written(name: str, *rows: dict[str, Any]) -> Path:
        path = tmp_path / "records" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return tmp_path / "records"

    return written
