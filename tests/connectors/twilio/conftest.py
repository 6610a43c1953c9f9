"""Twilio's rows and events become records, in a context without a network."""

from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connectors import AgentEvent, CallEvent, Context, Record
from connectors.twilio.calls import CallRow, normalise_call, shaped
from connectors.twilio.contact import assemble_call
from connectors.twilio.events import EventRow, normalise_event
from connectors.twilio.events import shaped as shaped_event
from connectors.twilio.settings import TwilioSettings
from core.sandbox.vendors.twilio.truth import rfc2822, sid

NOW = 1_795_000_000
AT = NOW - 7_200
CALL, CHILD, TASK = sid("CA", "call"), sid("CA", "child"), sid("WT", "task")
QUEUE, OTHER = sid("WQ", "one"), sid("WQ", "two")
ANN, BOB = sid("WK", "ann"), sid("WK", "bob")


def row(**changed: Any) -> dict[str, Any]:
    """A call resource as Twilio sends it, with moments in seconds since AT."""
    began, ended = changed.pop("began", 0), changed.pop("ended", 300)
    return {
        "sid": CALL, "parent_call_sid": None, "status": "completed", "direction": "inbound",
        "date_created": rfc2822(AT + began), "start_time": rfc2822(AT + began),
        "end_time": None if ended is None else rfc2822(AT + ended), "duration": "300", "price": "-0.00850",
        "price_unit": "USD", "from": "+49 30 5550001", "to": "+49 89 4440001", "phone_number_sid": sid("PN", 1),
        "answered_by": None, "queue_time": "4242", **changed,
    }  # fmt: skip


def event(at: float, kind: str, **data: Any) -> dict[str, Any]:
    """A line of TaskRouter's log, at seconds since AT."""
    attributes = data.pop("attributes", {"call_sid": CALL, "from": "+49 30 5550001"})
    told = {"task_sid": TASK, "task_channel_unique_name": "voice", "task_queue_sid": QUEUE, **data}
    told["task_attributes"] = msgspec.json.encode(attributes).decode()
    return {
        "sid": sid("EV", at, kind, str(data)), "event_type": kind, "event_date_ms": int((AT + at) * 1000),
        "event_data": told,
    }  # fmt: skip


def offer(at: float, what: str, worker: str = ANN, number: int = 1, **data: Any) -> dict[str, Any]:
    """An event of a reservation."""
    return event(at, f"reservation.{what}", worker_sid=worker, reservation_sid=sid("WR", number), **data)


@pytest.fixture
def context() -> Callable[..., Context]:
    def made(**given: Any) -> Context:
        settings = TwilioSettings(account_sid="AC" + "0" * 32, auth_token="t", **given.pop("settings", {}))
        plain: dict[str, Any] = {"source": "tw", "account": "tw", "fetched_at": NOW, "zone": ZoneInfo("Europe/Berlin")}
        plain["pseudonym"] = lambda kind, value: f"{kind}{''.join(c for c in value if c.isdigit())}{'0' * 24}"
        return Context(settings=settings, **{**plain, **given})

    return made


@pytest.fixture
def records(context: Callable[..., Context]) -> Callable[..., list[Record]]:
    """What rows and events come to before they are put together."""

    def made(*told: dict[str, Any], ctx: Context | None = None) -> list[Record]:
        found: list[Record] = []
        for one in told:
            raw = msgspec.Raw(msgspec.json.encode(one))
            if "event_type" in one:
                line = msgspec.json.decode(shaped_event(raw, "call_sid"), type=EventRow)
                found += normalise_event(line, ctx or context())
            else:
                kept = shaped(raw, 0, 1 << 40)
                assert kept is not None
                found += normalise_call(msgspec.json.decode(kept, type=CallRow), ctx or context())
        return found

    return made


@pytest.fixture
def call(records: Callable[..., list[Record]], context: Callable[..., Context]) -> Callable[..., list[Record]]:
    """The call and its legs, put together from these rows and events as the store would."""

    def made(*told: dict[str, Any], ctx: Context | None = None, key: str = CALL) -> list[Record]:
        events = {}
        for one in records(*told, ctx=ctx):
            if isinstance(one, CallEvent) and one.call_id == key:
                events[one.happened_at, one.seq] = one
        return list(assemble_call(key, [events[place] for place in sorted(events)], ctx or context()))

    return made


@pytest.fixture
def agent_events(records: Callable[..., list[Record]]) -> Callable[..., Sequence[AgentEvent]]:
    """The events of one worker, in order."""

    def made(*told: dict[str, Any], worker: str = ANN) -> Sequence[AgentEvent]:
        found = [one for one in records(*told) if isinstance(one, AgentEvent) and one.agent_id == worker]
        return sorted(found, key=lambda one: (one.happened_at, one.seq))

    return made
