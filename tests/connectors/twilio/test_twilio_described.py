"""Twilio's own description of its Voice API: what we ask exists, what we imitate is sent, its examples are read."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors import CallEvent, Context
from connectors.twilio.calls import STATUSES, CallRow, CallsPage, normalise_call, shaped
from connectors.twilio.paging import PER_PAGE
from core.sandbox.vendors.twilio import TwilioSandbox
from core.sandbox.web import Request

CALLS = "/2010-04-01/Accounts/{AccountSid}/Calls.json"


@pytest.fixture
def described(fixtures: Callable[[str], Path]) -> dict[str, Any]:
    path = fixtures("../specs/twilio_api_v2010.calls.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def server() -> Iterator[TwilioSandbox]:
    made = TwilioSandbox(20)
    yield made
    made.httpd.server_close()


def test_the_questions_are_those_that_twilio_knows(described: dict[str, Any]) -> None:
    """A misspelt filter is ignored in silence, and every pull reads the whole history."""
    known = {one["name"]: one["schema"] for one in described["paths"][CALLS]["get"]["parameters"]}
    assert {"StartTime>", "StartTime<", "PageSize", "PageToken"} <= set(known)
    assert known["PageSize"]["maximum"] >= PER_PAGE


def test_the_imitation_sends_what_twilio_describes(described: dict[str, Any], server: TwilioSandbox) -> None:
    """An imitation with fields of its own proves nothing."""
    schemas = described["components"]["schemas"]
    names = set(schemas["api.v2010.account.call"]["properties"])
    request = Request(
        "GET", f"/2010-04-01/Accounts/{'AC' + 'a1' * 16}/Calls.json", {}, {"authorization": server.key}, b"", ""
    )
    page = server.handle(request).page
    assert page is not None
    rows: Any = page["calls"]
    assert len(rows) > 20
    assert all(set(row) <= names for row in rows)
    assert {field.encode_name for field in msgspec.structs.fields(CallRow)} - names == {"id", "from_kind", "to_kind"}
    assert set(schemas["call_enum_status"]["enum"]) <= STATUSES


def test_twilio_s_own_examples_are_read(described: dict[str, Any], context: Callable[..., Context]) -> None:
    """Whatever the reference shows must arrive, empty pages included."""
    examples = described["paths"][CALLS]["get"]["responses"]["200"]["content"]["application/json"]["examples"]
    events = []
    for example in examples.values():
        page = msgspec.json.decode(msgspec.json.encode(example["value"]), type=CallsPage)
        for raw in page.rows:
            kept = shaped(raw, 0, 1 << 40)
            assert kept is not None
            events += list(normalise_call(msgspec.json.decode(kept, type=CallRow), context()))
    assert len(examples) >= 3
    assert [one for one in events if isinstance(one, CallEvent) and one.event == "child"]
