"""What holds of every call, whatever Freshcaller says of it."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connectors import Call, CallEvent, CallLeg, Context
from connectors.freshcaller.calls import CAME, UNDER_WAY, assemble_call
from connectors.freshcaller.rows import CallRow, normalise_call
from connectors.freshcaller.settings import FreshcallerSettings

T = 1_794_988_800
CTX = Context(
    settings=FreshcallerSettings(domain="demo", api_key="k"), zone=ZoneInfo("Europe/Berlin"), source="fc", account="fc",
    fetched_at=T, pseudonym=lambda kind, value: "f" * 40,
)  # fmt: skip
SECONDS = st.none() | st.integers(-5, 4000) | st.floats(0, 9)
STATUS = st.none() | st.sampled_from([1, 1, 1, *CAME, *UNDER_WAY, 99])
MOMENT = st.integers(0, 4000).map(lambda at: datetime.fromtimestamp(T + at, UTC).isoformat())
PERSON = st.fixed_dictionaries(
    {
        "participant_type": st.sampled_from(["Customer", "Agent", "Agent", "Unheard of"]),
        "participant_id": st.none() | st.integers(0, 3), "call_status": STATUS, "duration": SECONDS,
        "duration_unit": st.sampled_from([None, "seconds", "minutes", "moons"]), "created_time": st.none() | MOMENT,
        "enqueued_time": st.none() | MOMENT, "caller_number": st.sampled_from([None, "anonymous", "+493012345"]),
    }
)  # fmt: skip
METRICS = st.fixed_dictionaries(
    dict.fromkeys(
        ("ivr_time", "hold_duration", "call_work_time", "total_ringing_time", "talk_time", "answering_speed"), SECONDS
    )
)
CALL = st.fixed_dictionaries(
    {
        "id": st.integers(1, 4), "created_time": MOMENT, "updated_time": st.none() | MOMENT,
        "root_call_id": st.just(1), "direction": st.sampled_from(["incoming", "Outgoing"]),
        "assigned_call_queue_id": st.none() | st.integers(30, 32), "assigned_ivr_id": st.none() | st.just(5),
        "assigned_agent_id": st.none() | st.integers(0, 3), "participants": st.none() | st.lists(PERSON, max_size=4),
        "metrics": st.none() | METRICS,
    }
)  # fmt: skip


@settings(max_examples=100)
@given(st.lists(CALL, min_size=1, max_size=4))
def test_times_go_forward_and_legs_make_the_call(rows: list[dict[str, Any]]) -> None:
    """A negative wait or a second's talk counted twice would be in every mean (model, invariants 4 and 5)."""
    events: list[CallEvent] = []
    for row in rows:
        decoded = msgspec.json.decode(json.dumps(row).encode(), type=CallRow)
        events += [one for one in normalise_call(decoded, CTX) if isinstance(one, CallEvent) and one.call_id == "1"]
    assume(events)
    made = list(assemble_call("1", sorted(events, key=lambda one: (one.happened_at, one.seq)), CTX))
    call, legs = made[0], [one for one in made if isinstance(one, CallLeg)]
    assert isinstance(call, Call)
    for leg in legs:
        moments = [at for at in (leg.enqueued_at, leg.answered_at, leg.ended_at) if at is not None]
        assert moments == sorted(moments)
        assert all(value is None or value >= 0 for value in (leg.wait_s, leg.ring_s, leg.talk_s, leg.hold_s, leg.acw_s))
        assert leg.kind != "queue" or (leg.outcome is not None and leg.enqueued_at is not None)
        assert (leg.rings_missed or 0) <= (leg.rings or 0)
    for name in ("talk_s", "hold_s", "acw_s"):
        assert (getattr(call, name) or 0) == sum(getattr(leg, name) or 0 for leg in legs)
    assert call.outcome != "answered" or any(leg.outcome == "answered" for leg in legs)
    assert not isinstance(call.ended_at, int) or call.ended_at >= call.arrived_at
    assert [leg.seq for leg in legs] == list(range(len(legs)))
