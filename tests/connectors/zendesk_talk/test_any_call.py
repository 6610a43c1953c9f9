"""What holds of every call, whatever figures Talk gives of it."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import Call, CallEvent, CallLeg, Context
from connectors.zendesk_talk.calls import ENDS, RINGS, assemble_call
from connectors.zendesk_talk.rows import CallRow, LegRow, normalise_call, normalise_leg
from connectors.zendesk_talk.settings import ZendeskTalkSettings

T = 1_794_988_800
CTX = Context(
    settings=ZendeskTalkSettings(subdomain="demo", email="bot@demo.example", token="t"),
    zone=ZoneInfo("Europe/Berlin"), source="talk", account="zd", fetched_at=T,
)  # fmt: skip
SECONDS = st.none() | st.integers(-5, 4000)
FLAG = st.none() | st.booleans()
WHO = st.none() | st.integers(0, 4)
MOMENT = st.integers(0, 4000).map(lambda at: datetime.fromtimestamp(T + at, UTC).isoformat())
CALL = st.fixed_dictionaries(
    {
        "id": st.just(1), "created_at": st.just(datetime.fromtimestamp(T, UTC).isoformat()), "updated_at": MOMENT,
        "direction": st.sampled_from(["inbound", "outbound"]),
        "completion_status": st.none() | st.sampled_from([*ENDS, "teleported"]), "agent_id": WHO,
        "call_group_id": WHO, "phone_number_id": WHO, "outside_business_hours": FLAG, "voicemail": FLAG,
        "callback": FLAG, "overflowed": FLAG, "exceeded_queue_wait_time": FLAG,
        **dict.fromkeys(
            ("duration", "talk_time", "wait_time", "time_to_answer", "hold_time", "wrap_up_time", "ivr_time_spent"),
            SECONDS,
        ),
    }
)  # fmt: skip
LEG = st.fixed_dictionaries(
    {
        "id": st.integers(1, 9), "call_id": st.just(1), "created_at": MOMENT, "updated_at": MOMENT,
        "type": st.sampled_from(["agent", "agent", "agent", "customer", "external", "supervisor"]),
        "completion_status": st.none() | st.sampled_from(["completed", "completed", "completed", *RINGS]),
        "agent_id": WHO, "transferred_to": WHO, "consultation_from": WHO, "consultation_to": WHO,
        **dict.fromkeys(("duration", "talk_time", "hold_time", "wrap_up_time"), SECONDS),
    }
)  # fmt: skip


def made(row: dict[str, Any], legs: list[dict[str, Any]]) -> tuple[Call, list[CallLeg]]:
    events = [*normalise_call(msgspec.json.decode(json.dumps(row).encode(), type=CallRow), CTX)]
    for leg in legs:
        events += normalise_leg(msgspec.json.decode(json.dumps(leg).encode(), type=LegRow), CTX)
    told = sorted((one for one in events if isinstance(one, CallEvent)), key=lambda one: (one.happened_at, one.seq))
    call, *rest = assemble_call("1", told, CTX)
    assert isinstance(call, Call)
    return call, [leg for leg in rest if isinstance(leg, CallLeg)]


@settings(max_examples=100)
@given(CALL, st.lists(LEG, max_size=5))
def test_times_go_forward_and_legs_make_the_call(row: dict[str, Any], told: list[dict[str, Any]]) -> None:
    """A negative wait or a second's talk counted twice would be in every mean (model, invariants 4 and 5)."""
    call, legs = made(row, told)
    for leg in legs:
        moments = [at for at in (leg.enqueued_at, leg.answered_at, leg.ended_at) if at is not None]
        assert moments == sorted(moments)
        assert all(value is None or value >= 0 for value in (leg.wait_s, leg.ring_s, leg.talk_s, leg.hold_s, leg.acw_s))
        assert leg.kind != "queue" or (leg.outcome is not None and leg.enqueued_at is not None)
        assert (leg.rings_missed or 0) <= (leg.rings or 0)
    for name in ("talk_s", "hold_s", "acw_s"):
        assert (getattr(call, name) or 0) == sum(getattr(leg, name) or 0 for leg in legs)
    answered = [leg for leg in legs if leg.kind in ("queue", "agent") and leg.outcome == "answered"]
    assert bool(answered) == (call.outcome == "answered")
    assert sum(leg.kind == "queue" for leg in legs) <= 1
    assert [leg.seq for leg in legs] == list(range(len(legs)))
