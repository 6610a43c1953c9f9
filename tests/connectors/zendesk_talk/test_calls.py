"""How calls come out: each of Talk's endings, and whose work is whose."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors import Call, CallEvent, CallLeg, Context, Record, SourceMetric
from connectors.zendesk_talk.calls import assemble_call
from connectors.zendesk_talk.rows import CallRow, LegRow, normalise_call, normalise_leg

Assembled = Callable[..., tuple[Call, list[CallLeg]]]

AT_S = 1_794_988_800
DONE = {"completion_status": "completed", "duration": 200}


def later(seconds: int) -> str:
    return f"2026-11-18T08:{seconds // 60:02d}:{seconds % 60:02d}Z"


def test_an_answered_call_is_one_leg_with_the_agents_own_figures(assembled: Assembled) -> None:
    """Two rows for one conversation would double every volume."""
    call, legs = assembled(
        {"type": "customer", "completion_status": "completed", "duration": 180},
        {"agent_id": 7, "created_at": later(26), "completion_status": "completed", "duration": 164, "talk_time": 150,
         "hold_time": 10, "wrap_up_time": 33},
        **DONE, wait_time=24, time_to_answer=30, ivr_time_spent=6, talk_time=150, hold_time=10, wrap_up_time=33,
        ticket_id=99, customer_id=5, phone_number_id=901,
    )  # fmt: skip
    (leg,) = legs
    assert (leg.kind, leg.outcome, leg.queue_id, leg.agent_id) == ("queue", "answered", "501", "7")
    assert (leg.enqueued_at, leg.ring_started_at, leg.answered_at) == (AT_S + 6, AT_S + 26, AT_S + 30)
    assert (leg.wait_s, leg.ring_s, leg.talk_s, leg.hold_s, leg.acw_s) == (24, 4, 150, 10, 33)
    assert (leg.rings, leg.rings_missed, leg.ended_at) == (1, 0, AT_S + 190)
    assert (call.ticket_id, call.customer_id, call.line_id, call.ended_at) == ("99", "5", "901", AT_S + 200)
    assert (call.outcome, call.ivr_s, call.ivr_exit, call.total_wait_s) == ("answered", 6, "queue", 24)
    assert (call.talk_s, call.hold_s, call.acw_s, call.is_transferred) == (150, 10, 33, False)


@pytest.mark.parametrize(
    ("told", "outcome", "left"),
    [
        ({"completion_status": "abandoned_in_queue", "wait_time": 40}, "abandoned", "abandoned"),
        ({"completion_status": "abandoned_in_voicemail", "wait_time": 40}, "abandoned", "abandoned"),
        ({"completion_status": "abandoned_in_ivr", "ivr_time_spent": 12}, "abandoned_ivr", None),
        ({"completion_status": "abandoned_on_hold", "wait_time": 4}, "answered", "answered"),
        ({"completion_status": "completed", "wait_time": 4, "voicemail": True}, "voicemail", "flow_out_voicemail"),
        (
            {"completion_status": "completed", "wait_time": 90, "customer_requested_voicemail": True},
            "voicemail",
            "flow_out_voicemail",
        ),
        ({"completion_status": "pending_voicemail", "wait_time": 4}, "voicemail", "flow_out_voicemail"),
        ({"completion_status": "completed", "wait_time": 4, "callback": True}, "callback", "flow_out_callback"),
        (
            {"completion_status": "completed", "wait_time": 4, "overflowed": True},
            "overflow_external",
            "flow_out_overflow",
        ),
        ({"completion_status": "external_overflow", "wait_time": 4}, "overflow_external", "flow_out_overflow"),
        (
            {"completion_status": "completed", "voicemail": True, "outside_business_hours": True},
            "out_of_hours",
            None,
        ),
        # As with every telephone: whoever a queue let go of has tried, and his next call is no first contact.
        ({"completion_status": "completed", "exceeded_queue_wait_time": True}, "overflow_external", "flow_out_timeout"),
        ({"completion_status": "completed", "ivr_time_spent": 30}, None, None),
        ({"completion_status": "failed"}, "failed", None),
        ({"completion_status": "not_initiated"}, "failed", None),
        ({"completion_status": None, "duration": None}, None, None),
    ],
)
def test_each_ending_is_told_apart(
    assembled: Assembled, told: dict[str, Any], outcome: str | None, left: str | None
) -> None:
    """An abandoned call taken for a message would be nobody's fault."""
    call, legs = assembled(**{"duration": 100, **told})
    assert call.outcome == outcome
    assert [leg.outcome for leg in legs] == ([left] if left else [])


def test_a_caller_whom_the_menu_served_is_contained(assembled: Assembled) -> None:
    """He was not lost, and not answered either."""
    assert assembled(completion_status="completed", ivr_time_spent=30)[0].ivr_exit == "contained"


def test_a_word_that_nobody_knows_is_never_an_answer(assembled: Assembled) -> None:
    """Zendesk adds words; a new way to fail must not raise the service level (trap 29)."""
    said: list[tuple[str, str]] = []
    agent = {"agent_id": 7, "completion_status": "completed", "duration": 60, "talk_time": 50}
    call, legs = assembled(agent, warned=said, completion_status="teleported", duration=60, talk_time=50)
    assert (call.outcome, said) == (None, [("completion status", "teleported")])
    assert isinstance(call.extra, dict)
    assert call.extra["completion_status"] == "teleported"
    assert [leg.outcome for leg in legs] == [None]


def test_an_unknown_text_is_not_kept_as_a_word(assembled: Assembled) -> None:
    """What stands where a word belongs may be somebody's name."""
    said: list[tuple[str, str]] = []
    call, _ = assembled(warned=said, completion_status="Call of Mr Smith")
    assert isinstance(call.extra, dict)
    assert (call.extra["completion_status"], said) == ("other", [("completion status", "other")])


def test_missed_and_declined_rings_are_the_agents_own_legs(assembled: Assembled) -> None:
    """Ring no answer is judged per agent; a device that was off was offered nothing."""
    call, legs = assembled(
        {"agent_id": 1, "created_at": later(1), "completion_status": "agent_missed", "duration": 10},
        {"agent_id": 2, "created_at": later(12), "completion_status": "agent_declined", "duration": 3},
        {"agent_id": 3, "created_at": later(16), "completion_status": "agent_unreachable", "duration": 0},
        {"agent_id": 4, "created_at": later(18), "completion_status": "completed", "duration": 62, "talk_time": 60},
        **DONE, wait_time=20, time_to_answer=20, talk_time=60, hold_time=0, wrap_up_time=5,
    )  # fmt: skip
    assert [(leg.kind, leg.agent_id, leg.outcome, leg.ring_s) for leg in legs] == [
        ("queue", "4", "answered", 2),
        ("agent", "1", "ring_no_answer", 10),
        ("agent", "2", "declined", 3),
        ("agent", "3", None, 0),
    ]
    assert (legs[0].rings, legs[0].rings_missed) == (3, 2)
    # Nobody else spoke, so what the leg leaves out is the call's.
    assert (legs[0].hold_s, legs[0].acw_s, call.legs) == (0, 5, 4)


@pytest.mark.parametrize(("asked", "kind"), [({"consultation_to": 8}, "warm"), ({}, "cold")])
def test_a_transfer_stays_one_call_of_two_agents(assembled: Assembled, asked: dict[str, int], kind: str) -> None:
    """Counted for the last agent alone, the first would have worked for nothing."""
    call, legs = assembled(
        {"agent_id": 7, "created_at": later(8), "completion_status": "completed", "duration": 62, "talk_time": 50,
         "hold_time": 10, "wrap_up_time": 4, "transferred_to": 8, **asked},
        {"agent_id": 8, "created_at": later(70), "completion_status": "completed", "duration": 103, "talk_time": 100,
         "hold_time": 0, "wrap_up_time": 20, "transferred_from": 7},
        **DONE, wait_time=10, time_to_answer=10, talk_time=190, hold_time=10, wrap_up_time=24,
    )  # fmt: skip
    assert [(leg.kind, leg.agent_id, leg.talk_s, leg.transfer_kind) for leg in legs] == [
        ("queue", "7", 50, kind),
        ("agent", "8", 100, None),
    ]
    assert (legs[0].transferred_to_id, legs[1].answered_at, legs[1].ring_s) == ("8", AT_S + 73, 3)
    # Talk's own talk time of the call holds the consultation as well; ours is the sum of the agents'.
    assert (call.talk_s, call.hold_s, call.acw_s, call.transfers) == (150, 10, 24, 1)


def test_advice_and_numbers_outside_are_legs_of_their_own_kind(assembled: Assembled) -> None:
    """A colleague who was asked did not handle the call, nor did the bank to which it was passed on."""
    call, legs = assembled(
        {"agent_id": 7, "created_at": later(8), "completion_status": "completed", "talk_time": 50, "duration": 52},
        {"agent_id": 8, "created_at": later(20), "completion_status": "completed", "consultation_from": 7,
         "talk_time": 0, "consultation_time": 12, "duration": 12},
        {"type": "external", "created_at": later(60), "completion_status": "completed", "talk_time": 30},
        {"type": "supervisor", "agent_id": 9, "completion_status": "completed", "talk_time": 30},
        **DONE, wait_time=10, time_to_answer=10, talk_time=80, consultation_time=12,
    )  # fmt: skip
    assert [(leg.kind, leg.talk_s) for leg in legs] == [("queue", 50), ("consult", None), ("external", None)]
    assert (legs[0].transfer_kind, call.talk_s, call.consult_s) == ("blind_external", 50, 12)


def test_without_legs_the_calls_own_figures_stand(assembled: Assembled) -> None:
    """A role that may not read legs must not turn answered calls into silence."""
    told = {**DONE, "agent_id": 7, "talk_time": 150, "hold_time": 10, "wrap_up_time": 33, "time_to_answer": 30}
    call, (leg,) = assembled(**told, wait_time=24)
    assert (leg.kind, leg.agent_id, leg.talk_s, leg.acw_s, call.talk_s) == ("queue", "7", 150, 33, 150)
    call, (leg,) = assembled(**told, direction="outbound")
    assert (call.direction, call.outcome, leg.kind, leg.talk_s) == ("outbound", "answered", "agent", 150)


def test_an_outbound_call_without_talk_reached_nobody(assembled: Assembled) -> None:
    """Talk calls it completed; the connect rate would be 100 %."""
    call, legs = assembled(**DONE, direction="outbound", talk_time=0)
    assert (call.outcome, legs) == ("no_answer", [])


def test_calls_without_a_group_queue_for_their_number(assembled: Assembled) -> None:
    """Accounts without group routing would otherwise have no queue at all."""
    _, (leg,) = assembled(call_group_id=None, phone_number_id=901, completion_status="abandoned_in_queue", wait_time=3)
    assert leg.queue_id == "line-901"


def test_the_newest_state_of_a_call_counts_in_whatever_order_it_came(
    assembled: Assembled, context: Callable[..., Context]
) -> None:
    """An older page read again after a newer one must not bring the open call back (traps 21 and 3)."""
    old = {"id": 1, "created_at": later(0), "updated_at": later(10), "direction": "inbound"}
    event = next(iter(normalise_call(msgspec.convert(old, CallRow), context())))
    assert isinstance(event, CallEvent)
    call, _ = assembled(**DONE, updated_at=later(50), talk_time=9, wrap_up_time=3, events=[event])
    assert (call.outcome, call.acw_s, call.version) == ("answered", 3, AT_S + 50)


def test_a_leg_that_came_before_its_call_waits(context: Callable[..., Context]) -> None:
    """The two exports are read one after the other; a leg alone says neither direction nor queue."""
    leg = {"id": 3, "call_id": 1, "created_at": later(0), "updated_at": later(10), "type": "agent"}
    (event,) = normalise_leg(msgspec.convert(leg, LegRow), context())
    assert isinstance(event, CallEvent)
    assert list(assemble_call("1", [event], context())) == []


def test_charge_and_line_quality_are_kept(assembled: Assembled) -> None:
    """Cost is told in parts of a cent; the exact figure stays beside the rounded one."""
    call, _ = assembled(**DONE, call_charge="1.239", quality_issues=["none", "high_jitter"])
    assert (call.charge_minor, call.currency, call.quality_issues) == (124, "USD", "high_jitter")


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_recorded_calls_and_legs_are_read(fixtures: Callable[[str], Path], context: Callable[..., Context]) -> None:
    """Nulls and zeros of a real account: eight calls (one id twice), six legs; 0 as an agent is nobody."""
    records: list[Record] = []
    for row in rows(fixtures("zendesk_talk/calls.jsonl")):
        records += normalise_call(msgspec.convert(row, CallRow), context())
    for row in rows(fixtures("zendesk_talk/legs.jsonl")):
        records += normalise_leg(msgspec.convert(row, LegRow), context())
    events = [one for one in records if isinstance(one, CallEvent)]
    assert [len({one.call_id for one in events if one.event == "call"}), len(events)] == [7, 14]
    calls = {}
    for key in {one.call_id for one in events}:
        made = list(assemble_call(key, [one for one in events if one.call_id == key], context()))
        if made:
            calls[key] = made[0]
    failed = calls["360088814475"]
    assert isinstance(failed, Call)
    assert (failed.outcome, failed.quality_issues, failed.charge_minor) == ("failed", "silence", 0)
    assert {one.outcome for one in calls.values() if isinstance(one, Call)} == {"failed", "no_answer"}
    charges = [one.value for one in records if isinstance(one, SourceMetric) and one.name == "charge"]
    assert set(charges) == {0.003}
    assert not [one for one in events if one.event == "leg" and one.agent_id == "0"]
