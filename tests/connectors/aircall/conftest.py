"""One row of Aircall's becomes records, in a context without a network."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import Context, Record
from connectors.aircall.calls import CallRow, normalise_call
from connectors.aircall.settings import AircallSettings

NOW = 1_795_000_000
AT = NOW - 3_600
ROW: dict[str, Any] = {
    "id": 812, "direction": "inbound", "status": "done", "missed_call_reason": None, "started_at": AT,
    "answered_at": AT + 18, "ended_at": AT + 240, "duration": 240, "raw_digits": "+33 1 23 45 67 89",
    "user": {"id": 5, "name": "A"}, "number": {"id": 3, "name": "Support"}, "teams": [{"id": 2, "name": "L1"}],
    "tags": [{"id": 1, "name": "Order"}], "voicemail": None, "contact": None,
}  # fmt: skip


@pytest.fixture
def context() -> Callable[..., Context]:
    def made(**given: Any) -> Context:
        settings = AircallSettings(api_id="i", api_token="t", **given.pop("settings", {}))
        plain: dict[str, Any] = {"source": "air", "account": "air", "fetched_at": NOW, "zone": ZoneInfo("Europe/Paris")}
        plain["pseudonym"] = lambda kind, value: f"{kind}-{''.join(c for c in value if c.isdigit())}-{'0' * 24}"
        return Context(settings=settings, **{**plain, **given})

    return made


@pytest.fixture
def call(context: Callable[..., Context]) -> Callable[..., list[Record]]:
    """The records of the usual call with some of its fields changed."""

    def made(ctx: Context | None = None, **changed: Any) -> list[Record]:
        row = msgspec.json.decode(msgspec.json.encode({**ROW, **changed}), type=CallRow)
        return list(normalise_call(row, ctx or context()))

    return made
