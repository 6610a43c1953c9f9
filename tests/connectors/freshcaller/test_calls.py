"""How calls come out, whose work is whose, and what is kept of people."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import UNSET

from connectors import Agent, Call, CallEvent, CallLeg, Context, Customer, CustomerIdentity, Line, Record, SourceMetric
from connectors.freshcaller.calls import assemble_call
from connectors.freshcaller.lists import UserRow, normalise_user

Assembled = Callable[..., tuple[Call, list[CallLeg]]]
Records = Callable[..., list[Record]]

AT_S = 1_794_988_800


def customer(status: int, duration: float = 0, **more: Any) -> dict[str, Any]:
    person = {"participant_type": "Customer", "participant_id": 37, "call_status": status, "duration": duration}
    return {**person, "duration_unit": "seconds", **more}


def agent(native: int, status: int, duration: int = 0) -> dict[str, Any]:
    return {"participant_type": "Agent", "participant_id": native, "call_status": status, "duration": duration}


def figures(**told: float | None) -> dict[str, Any]:
    return {**told, **{f"{name}_unit": "seconds" for name in told}}


def test_an_answered_call_is_one_leg_with_freshcallers_figures(assembled: Assembled) -> None:
    """Wait, talk, hold and after-call work are told apart from the participants, beside the call."""
    call, (missed, *_) = assembled(
        {
            "assigned_call_queue_id": 31, "assigned_agent_id": 7, "phone_number_id": 4, "assigned_ivr_id": 5,
            "participants": [
                customer(1, 160, enqueued_time="2026-11-18T08:00:10Z"), agent(8, 3), agent(7, 1, 155),
            ],
            "metrics": figures(ivr_time=10, answering_speed=25, total_ringing_time=25, talk_time=150, hold_duration=5,
                               call_work_time=30),
        }
    )  # fmt: skip
    leg, rung = missed, _[0]
    assert (leg.kind, leg.queue_id, leg.agent_id, leg.outcome) == ("queue", "31", "7", "answered")
    assert (leg.enqueued_at, leg.answered_at, leg.ended_at) == (AT_S + 10, AT_S + 35, AT_S + 190)
    assert (leg.wait_s, leg.talk_s, leg.hold_s, leg.acw_s, leg.rings, leg.rings_missed) == (25, 150, 5, 30, 2, 1)
    assert (rung.kind, rung.agent_id, rung.outcome) == ("agent", "8", "ring_no_answer")
    assert (call.outcome, call.arrived_at, call.ended_at, call.line_id) == ("answered", AT_S, AT_S + 190, "4")
    assert (call.ivr_s, call.ivr_exit, call.talk_s, call.acw_s, call.transfers) == (10, "queue", 150, 30, 0)


@pytest.mark.parametrize(
    ("row", "outcome", "left"),
    [
        ({"assigned_call_queue_id": 31, "participants": [customer(3)]}, "abandoned", "abandoned"),
        ({"participants": [customer(3), agent(7, 3)]}, "abandoned", "abandoned"),
        ({"assigned_ivr_id": 5, "participants": [customer(3)]}, "abandoned_ivr", None),
        ({"assigned_call_queue_id": 31, "participants": [customer(10)]}, "voicemail", "flow_out_voicemail"),
        ({"assigned_ivr_id": 5, "participants": [customer(1, 20)]}, None, None),
        ({"participants": [customer(9)]}, "blocked", None),
        ({"participants": [customer(4)]}, "failed", None),
        ({"participants": [customer(8)]}, None, None),
        ({"participants": []}, None, None),
    ],
)
def test_the_customers_status_tells_the_outcome(
    assembled: Assembled, row: dict[str, Any], outcome: str | None, left: str | None
) -> None:
    """There is no status of the call itself; a message taken for an answer would be nobody's fault."""
    call, legs = assembled(row)
    assert call.outcome == outcome
    assert [leg.outcome for leg in legs if leg.kind == "queue"] == ([left] if left else [])


def test_an_outgoing_call_that_nobody_took_is_told_by_the_customer(assembled: Assembled) -> None:
    """The agent's own leg is "completed" after eight seconds of ringing, as a caller's real example shows."""
    call, legs = assembled({"direction": "outgoing", "participants": [customer(3), agent(7, 1, 8)]})
    assert (call.direction, call.outcome) == ("outbound", "no_answer")
    assert [leg.outcome for leg in legs] == [None]
    call, (leg,) = assembled({"direction": "outgoing", "participants": [customer(1, 60), agent(7, 1, 64)]})
    assert (call.outcome, leg.kind, leg.agent_id, leg.talk_s) == ("answered", "agent", "7", 64)


def test_a_number_that_nobody_knows_is_never_an_answer(assembled: Assembled) -> None:
    """Freshworks adds statuses; a new way to fail must not raise the service level (trap 29)."""
    said: list[tuple[str, str]] = []
    call, legs = assembled({"participants": [customer(99), agent(7, 1, 30)]}, warned=said)
    assert (call.outcome, [leg.outcome for leg in legs]) == (None, [None])
    assert ("call status", "99") in said
    assert call.extra == {"call_status": 99}


def test_the_unit_beside_each_duration_is_read(assembled: Assembled) -> None:
    """Minutes read as seconds would make every agent sixty times as quick."""
    said: list[tuple[str, str]] = []
    told = {"talk_time": 2.5, "talk_time_unit": "minutes", "hold_duration": 3, "hold_duration_unit": "fortnights"}
    row = {"participants": [customer(1, 200), agent(7, 1, 190)], "metrics": told}
    call, _ = assembled(row, warned=said)
    assert (call.talk_s, call.hold_s, said[-1]) == (150, None, ("unit", "fortnights"))


def steps(*told: tuple[str, str]) -> dict[str, Any]:
    return {"life_cycle": [{"type": word, "time_stamp": f"2026-11-18T08:{at}Z", "agent_id": 7} for word, at in told]}


@pytest.mark.parametrize(
    ("status", "told", "own", "wait_s"),
    [
        (1, [("call_queue_started", "00:10"), ("agent_ringing", "02:00"), ("answered", "02:10")], 10, 120),
        (1, [("Answered", "00:02"), ("Call answered", "01:00"), ("hangup", "03:00")], 10, 50),
        (3, [("call_queue_started", "00:10"), ("hangup", "05:10")], None, 300),
        (10, [("voicemail_initiated", "00:40"), ("hangup", "01:30")], None, 30),
        # Steps in words that nobody knows, or that contradict the figures.
        (1, [("ping", "00:10"), ("pong", "02:10")], 10, 10),
        (1, [("answered", "00:12")], 10, 10),
        (3, [("no_answer", "00:30")], 15, 15),
        (3, [("hangup", "yesterday")], 15, 15),
    ],
)
def test_the_wait_is_told_by_the_steps(
    assembled: Assembled, status: int, told: list[tuple[str, str]], own: int | None, wait_s: int
) -> None:
    """Ringing alone would be a wait of ten seconds after two minutes of music; and lost callers would be short ones."""
    rang = figures(**({"answering_speed": own} if status == 1 else {"total_ringing_time": own}))
    people = [customer(status, 60, enqueued_time="2026-11-18T08:00:10Z"), *([agent(7, 1, 60)] if status == 1 else [])]
    _, (leg, *_) = assembled(
        {"assigned_call_queue_id": 31, "participants": people, "metrics": {**rang, **steps(*told)}}
    )
    assert (leg.kind, leg.enqueued_at, leg.wait_s) == ("queue", AT_S + 10, wait_s)
    if status == 1:
        assert (leg.answered_at, leg.ring_s) == (AT_S + 10 + wait_s, 10)
    else:
        assert leg.ended_at == AT_S + 10 + wait_s


TRANSFER = {
    "id": 2, "parent_call_id": 1, "root_call_id": 1, "created_time": "2026-11-18T08:03:00Z",
    "updated_time": "2026-11-18T08:09:00Z",
}  # fmt: skip
ROOT = {
    "assigned_call_queue_id": 31, "participants": [customer(1, 100), agent(7, 1, 100)],
    "metrics": figures(answering_speed=20, talk_time=100, hold_duration=0, call_work_time=10),
}  # fmt: skip


def test_a_transfer_is_a_leg_of_the_customers_call(assembled: Assembled) -> None:
    """Freshcaller makes a call of its own of it; two calls would be one contact too many."""
    taken = {
        **TRANSFER, "participants": [customer(1, 50), agent(8, 1, 50)],
        "metrics": figures(answering_speed=5, talk_time=50, hold_duration=2, call_work_time=7),
    }  # fmt: skip
    call, legs = assembled(ROOT, taken)
    assert [(leg.kind, leg.agent_id, leg.talk_s, leg.acw_s, leg.transfer_kind) for leg in legs] == [
        ("queue", "7", 100, 10, "cold"),
        ("agent", "8", 50, 7, None),
    ]
    assert (legs[0].transferred_to_id, legs[1].answered_at) == ("8", AT_S + 185)
    assert (call.talk_s, call.hold_s, call.acw_s, call.transfers, call.version) == (150, 2, 17, 1, AT_S + 540)


def test_a_transfer_of_a_transfer_belongs_to_the_first_call(assembled: Assembled) -> None:
    """Its parent is the second call, which is no customer's call of its own."""
    again = {**TRANSFER, "id": 3, "parent_call_id": 2, "created_time": "2026-11-18T08:06:00Z"}
    second = {**TRANSFER, "participants": [customer(1, 50), agent(8, 1, 50)], "metrics": figures(talk_time=50)}
    third = {**again, "participants": [customer(1, 20), agent(9, 1, 20)], "metrics": figures(talk_time=20)}
    call, legs = assembled(ROOT, second, third)
    assert [(leg.agent_id, leg.transfer_kind) for leg in legs] == [("7", "cold"), ("8", "cold"), ("9", None)]
    assert (call.id, call.transfers, call.talk_s) == ("1", 2, 170)


def test_what_a_call_costs_is_that_of_all_who_were_on_the_line(assembled: Assembled) -> None:
    """In cents; a hundredth of it would make telephony look free. Not yet told is not for nothing."""
    dear = {"participants": [customer(1, 60, cost=0.12, cost_unit="usd"), {**agent(7, 1, 60), "cost": None}]}
    call, _ = assembled(dear, {**TRANSFER, "participants": [customer(1, 9, cost=0.05, cost_unit="USD")]})
    assert (call.charge_minor, call.currency) == (17, "USD")
    call, _ = assembled({"participants": [customer(1, 60), agent(7, 1, 60)]})
    assert (call.charge_minor, call.currency) == (None, None)


def test_who_left_is_no_active_agent(context: Callable[..., Context]) -> None:
    """Seats and occupancy are divided by those who still work there."""
    made = [next(normalise_user(UserRow(7, "Ada", "Agent", deleted=gone), context())) for gone in (True, False, None)]
    assert [one.is_active for one in made if isinstance(one, Agent)] == [False, True, True]


def test_a_transfer_to_a_queue_waits_there(assembled: Assembled) -> None:
    """The second wait is a wait; whoever hangs up in it has been answered once and lost once."""
    lost = {**TRANSFER, "assigned_call_queue_id": 33, "participants": [customer(3)]}
    call, legs = assembled(ROOT, {**lost, "metrics": figures(total_ringing_time=40)})
    assert [(leg.queue_id, leg.outcome, leg.wait_s) for leg in legs] == [
        ("31", "answered", 20),
        ("33", "abandoned", 40),
    ]
    assert (call.outcome, legs[0].transferred_to_id, call.total_wait_s) == ("answered", "33", 60)


def test_a_transfer_that_nobody_took_is_none(assembled: Assembled) -> None:
    """The call stays where it was."""
    call, legs = assembled(ROOT, {**TRANSFER, "participants": [customer(3), agent(8, 3)]})
    assert [(leg.agent_id, leg.outcome) for leg in legs] == [("7", "answered"), ("8", "ring_no_answer")]
    assert (call.transfers, call.is_transferred) == (0, False)


def test_a_transfer_before_its_call_is_kept_under_it(assembled: Assembled) -> None:
    """A stretch of time may begin between the two."""
    call, legs = assembled({**TRANSFER, "participants": [customer(1, 50), agent(8, 1, 50)]})
    assert (call.id, call.outcome, [leg.agent_id for leg in legs]) == ("1", "answered", ["8"])


def test_the_newest_state_of_a_call_counts_in_whatever_order_it_came(assembled: Assembled) -> None:
    """The same day is read again and again; an open call must not come back (trap 21)."""
    under_way = {"participants": [customer(8)], "updated_time": "2026-11-18T08:00:05Z"}
    over = {**ROOT, "updated_time": "2026-11-18T08:05:00Z"}
    assert assembled(over, under_way)[0].outcome == assembled(under_way, over)[0].outcome == "answered"
    assert assembled(under_way)[0].ended_at is None


def test_without_figures_talk_is_the_agents_time_on_the_line(assembled: Assembled) -> None:
    """Keys without a right to the figures still tell who answered; the wait stays unknown, not nought."""
    call, (leg,) = assembled({"assigned_call_queue_id": 31, "participants": [customer(1, 100), agent(7, 1, 90)]})
    assert (call.outcome, leg.talk_s, leg.wait_s, leg.answered_at, leg.acw_s) == ("answered", 90, None, None, None)


def test_a_ticket_is_looked_for_at_the_help_desk(assembled: Assembled) -> None:
    """Freshdesk's ids are another account's; without its name the link would lead nowhere."""
    row = {"integrated_resources": [{"type": "Contact", "id": 3}, {"type": "Ticket", "id": 88}]}
    assert assembled(row, ticket_account="fd-main")[0].ticket_id == "@fd-main:88"
    assert assembled(row)[0].ticket_id == "88"


def test_callers_are_known_by_a_hash_of_their_number(records: Records) -> None:
    """The same person who writes a mail and calls is found by it; the number itself is not kept."""
    row = {"phone_number": "+551142001124", "phone_number_id": 4, "call_notes": "angry",
           "participants": [customer(1, 5, caller_number="+5581986596989", caller_name="Zé")]}  # fmt: skip
    made = records(**row)
    assert [one.id for one in made if isinstance(one, Customer)] == ["phone-hash-of-6989"]
    assert [one.value for one in made if isinstance(one, CustomerIdentity)] == ["+5581986596989"]
    assert [(one.id, one.e164_hash) for one in made if isinstance(one, Line)] == [("4", "hash-of-1124")]
    (event,) = (one for one in made if isinstance(one, CallEvent))
    assert not any(word in (event.data or "") for word in ("5581", "5511", "Zé", "angry"))


def test_kept_rows_without_numbers_leave_the_caller_alone(
    records: Records, context: Callable[..., Context], assembled: Assembled
) -> None:
    """Normalising again after redaction must not make callers strangers."""
    ctx = context(is_redacted=True)
    made = records(ctx, participants=[customer(1, 5, caller_number="x" * 14)])
    assert not any(isinstance(one, (Customer, CustomerIdentity)) for one in made)
    call, _ = assembled({"participants": [customer(3)]}, is_redacted=True)
    assert call.customer_id is UNSET


def test_own_figures_are_those_of_all_parts(context: Callable[..., Context], records: Records) -> None:
    """A transfer's talk beside the first call's alone would look like a fault of ours."""
    taken = {**TRANSFER, "participants": [customer(1, 50), agent(8, 1, 50)]}
    metrics = figures(answering_speed=5, talk_time=50, hold_duration=2, call_work_time=7)
    rows = (ROOT, {**taken, "metrics": metrics})
    events = [one for row in rows for one in records(**row) if isinstance(one, CallEvent)]
    made = [one for one in assemble_call("1", events, context()) if isinstance(one, SourceMetric)]
    assert {one.name: one.value for one in made} == {
        "answering_speed_s": 25, "talk_s": 150, "hold_s": 2, "acw_s": 17,
    }  # fmt: skip
    assert {(one.entity, one.entity_id) for one in made} == {("call", "1")}
