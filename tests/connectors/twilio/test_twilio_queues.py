"""TaskRouter's log is the truth about queues: who waited where, how long, and what became of it."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from connectors import AgentEvent, Call, CallEvent, CallLeg, Context, Record
from tests.connectors.twilio.conftest import ANN, AT, BOB, CALL, CHILD, OTHER, QUEUE, TASK, event, offer, row

Made = Callable[..., list[Record]]
T = TypeVar("T", bound=Record)
ENTERED = (event(10, "task.created"), event(10.2, "task-queue.entered"))
SERVED = (*ENTERED, offer(12, "created"), offer(30, "accepted"), offer(200, "wrapup"), offer(230, "completed"))


def of(kind: type[T], found: list[Record]) -> list[T]:
    return [one for one in found if isinstance(one, kind)]


def test_the_wait_is_from_the_queue_to_the_acceptance(call: Made) -> None:
    """Talk to the wrap-up, after-call work from there to the completion: what AHT and service level are made of."""
    (found,), (leg,) = of(Call, made := call(row(ended=200), *SERVED)), of(CallLeg, made)
    assert (leg.kind, leg.queue_id, leg.agent_id, leg.outcome) == ("queue", QUEUE, ANN, "answered")
    assert (leg.enqueued_at, leg.answered_at, leg.wait_s) == (AT + 10, AT + 30, 20)
    assert (leg.ring_s, leg.talk_s, leg.acw_s, leg.rings, leg.rings_missed) == (18, 170, 30, 1, 0)
    assert (found.total_wait_s, found.talk_s, found.acw_s, found.ivr_s, found.ivr_exit) == (20, 170, 30, 10, "queue")
    assert (found.outcome, found.is_transferred, found.ended_at) == ("answered", False, AT + 200)


def test_the_order_in_which_events_come_changes_nothing(call: Made) -> None:
    """Twilio gives the newest first, and a page may end in the middle of a call."""
    assert call(*reversed(SERVED), row(ended=200)) == call(row(ended=200), *SERVED)


def test_without_a_wrap_up_the_talk_ends_with_the_customer_s_connection(call: Made) -> None:
    """Who completes tasks without wrapping up would otherwise seem to talk while they write."""
    told = (*ENTERED, offer(12, "created"), offer(30, "accepted"), offer(230, "completed"))
    (leg,) = of(CallLeg, call(row(ended=200), *told))
    assert (leg.talk_s, leg.acw_s) == (170, 30)
    (alone,) = of(CallLeg, call(*told))
    assert (alone.talk_s, alone.acw_s) == (200, None)


@pytest.mark.parametrize(
    ("reason", "leg", "outcome"),
    [
        ("hangup", "abandoned", "abandoned"),
        (None, "abandoned", "abandoned"),
        ("Task TTL Exceeded", "flow_out_timeout", "overflow_external"),
        ("Task canceled on Workflow timeout", "flow_out_timeout", "overflow_external"),
        ("redirected", "flow_out_overflow", "overflow_external"),
        ("left voicemail", "flow_out_voicemail", "voicemail"),
        ("asked for a call", "flow_out_callback", "callback"),
        ("moon phase", "abandoned", "abandoned"),
    ],
)
def test_a_task_cancelled_before_an_acceptance_was_not_served(
    call: Made, context: Callable[..., Context], reason: str | None, leg: str, outcome: str
) -> None:
    """Its reason tells a caller who hung up from one who was sent away; an unknown one is said."""
    said: list[tuple[str, str]] = []
    reasons = {"left voicemail": "voicemail", "asked for a call": "callback"}
    ctx = context(settings={"cancel_reasons": reasons}, warn=lambda *word: said.append(word))
    told = (*ENTERED, event(70, "task.canceled", task_canceled_reason=reason))
    (found,), (visit,) = of(Call, made := call(row(ended=71), *told, ctx=ctx)), of(CallLeg, made)
    assert (visit.outcome, visit.wait_s, found.outcome) == (leg, 60, outcome)
    assert found.hangup_by == ("customer" if leg == "abandoned" else None)
    assert said == ([("cancel reason", "moon phase")] if reason == "moon phase" else [])


def test_offers_that_were_not_taken_are_rings_and_those_withdrawn_are_not(call: Made) -> None:
    """A caller who hangs up while the phone rings is no worker who did not answer."""
    told = (
        *ENTERED, offer(11, "created", BOB, 1), offer(20, "timeout", BOB, 1), offer(21, "created", ANN, 2),
        offer(25, "rejected", ANN, 2), offer(26, "created", BOB, 3), offer(31, "canceled", BOB, 3),
        event(32, "task.canceled", task_canceled_reason="hangup"),
    )  # fmt: skip
    (leg,) = of(CallLeg, call(*told))
    assert (leg.rings, leg.rings_missed, leg.outcome, leg.agent_id) == (2, 2, "abandoned", None)


@pytest.mark.parametrize("is_moved_told", [True, False])
def test_each_queue_is_a_visit_of_its_own(call: Made, is_moved_told: bool) -> None:
    """A caller who overflows is offered to two queues; whether TaskRouter says so once or twice is the same."""
    moved = event(40, "task-queue.moved", task_queue_sid=OTHER, previous_task_queue_sid=QUEUE)
    told = (*ENTERED, *([moved] if is_moved_told else []), event(40.1, "task-queue.entered", task_queue_sid=OTHER))
    made = call(*told, offer(50, "accepted", task_queue_sid=OTHER), offer(90, "wrapup"))
    first, second = of(CallLeg, made)
    assert (first.queue_id, first.outcome, first.wait_s) == (QUEUE, "flow_out_overflow", 30)
    assert (second.queue_id, second.outcome, second.wait_s) == (OTHER, "answered", 10)
    assert of(Call, made)[0].total_wait_s == 40


def test_a_call_passed_to_a_colleague_is_one_call_with_two_talks(call: Made) -> None:
    """The first talk stays answered and is marked as passed on; each one's talk and wrap-up is their own."""
    told = (
        *ENTERED, offer(12, "created"), offer(30, "accepted"),
        event(100, "task.transfer-initiated", transfer_mode="WARM"),
        offer(101, "created", BOB, 2), offer(110, "accepted", BOB, 2), offer(115, "wrapup"), offer(120, "completed"),
        offer(200, "wrapup", BOB, 2), offer(240, "completed", BOB, 2),
    )  # fmt: skip
    (found,), (first, second) = of(Call, made := call(row(ended=200), *told)), of(CallLeg, made)
    assert (first.agent_id, first.talk_s, first.acw_s, first.transfer_kind) == (ANN, 85, 5, "warm")
    assert first.transferred_to_id == BOB
    assert (second.kind, second.agent_id, second.talk_s, second.acw_s) == ("agent", BOB, 90, 40)
    assert (found.transfers, found.is_transferred, found.talk_s, found.acw_s) == (1, True, 175, 45)
    assert (first.rings, found.total_wait_s) == (1, 20)


def test_a_call_passed_to_a_queue_waits_there_anew(call: Made) -> None:
    """The second queue's service level counts from its own beginning."""
    told = (
        *ENTERED, offer(30, "accepted"), event(100, "task.transfer-initiated", transfer_mode="COLD"),
        event(101, "task-queue.entered", task_queue_sid=OTHER), offer(102, "wrapup"), offer(103, "completed"),
        offer(160, "accepted", BOB, 2, task_queue_sid=OTHER), offer(200, "wrapup", BOB, 2),
    )  # fmt: skip
    first, second = of(CallLeg, call(row(ended=200), *told))
    assert (first.transfer_kind, first.transferred_to_id) == ("cold", OTHER)
    assert (second.kind, second.queue_id, second.wait_s, second.talk_s) == ("queue", OTHER, 59, 40)


def test_a_task_whose_beginning_is_too_old_keeps_what_is_known(call: Made) -> None:
    """Of a call across the edge of the 30 days its wait may be told by a later event, or is unknown; never 0."""
    (leg,) = of(CallLeg, call(offer(30, "accepted"), offer(200, "wrapup")))
    assert (leg.enqueued_at, leg.wait_s, leg.talk_s) == (None, None, 170)
    (told,) = of(CallLeg, call(offer(30, "accepted", task_queue_entered_date=str(AT + 10)), offer(200, "wrapup")))
    assert (told.enqueued_at, told.wait_s) == (AT + 10, 20)


def test_a_caller_who_waits_has_no_outcome_yet(call: Made) -> None:
    """An open visit is neither served nor lost."""
    (found,), (leg,) = of(Call, made := call(row(status="in-progress", ended=None), *ENTERED)), of(CallLeg, made)
    assert (found.outcome, leg.outcome, leg.wait_s, found.ended_at) == (None, None, None, None)


def test_an_outgoing_task_is_neither_offer_nor_wait(call: Made) -> None:
    """Flex makes a task of each outgoing call; it must not raise the service level."""
    told = [{**one} for one in SERVED]
    for one in told:
        one["event_data"] = {**one["event_data"], "task_attributes": f'{{"call_sid":"{CALL}","direction":"outbound"}}'}
    (found,), (leg,) = of(Call, made := call(*told)), of(CallLeg, made)
    assert (found.direction, leg.kind, leg.enqueued_at, leg.wait_s, leg.talk_s) == (
        "outbound",
        "agent",
        None,
        None,
        170,
    )


def test_what_a_worker_dials_is_one_call_of_theirs(call: Made, records: Made) -> None:
    """Flex names the conference of such a task only, and late: by its task and by its connection it were two calls."""
    plain, talking = {"direction": "outbound"}, {"customer": CALL, "worker": CHILD}
    known = {**plain, "conference": {"sid": "CF1", "participants": talking}}
    told = (
        event(0, "task.created", attributes=plain), event(0.2, "task-queue.entered", attributes=plain),
        offer(1, "created", attributes=plain), offer(2, "accepted", attributes=plain),
        offer(200, "wrapup", attributes=known), offer(230, "completed", attributes=known),
    )  # fmt: skip
    own = row(direction="outbound-api", began=5, ended=200, duration="170")
    assert call(*told, key=TASK) == []
    (found,), (leg,) = of(Call, made := call(own, *told)), of(CallLeg, made)
    assert (found.direction, found.outcome, found.talk_s) == ("outbound", "answered", 170)
    assert (leg.kind, leg.agent_id, leg.outcome, leg.talk_s) == ("agent", ANN, "answered", 170)
    assert of(Call, call(*told, row(sid=CHILD, direction="outbound-api"), key=CHILD))[0].direction == "internal"
    assert [one.event for one in of(AgentEvent, records(*told))] == [
        "reservation.created", "reservation.accepted", "reservation.wrapup", "reservation.completed",
    ]  # fmt: skip


def test_chats_are_left_to_the_systems_that_hold_them(records: Made) -> None:
    """TaskRouter routes mails and chats as well: as calls, they would be callers who talked for days."""
    assert records(event(10, "task-queue.entered", task_channel_unique_name="chat")) == []
    assert records(event(10, "task-queue.entered", task_channel_unique_name=None, attributes={})) == []
    (custom,) = of(CallEvent, records(event(10, "task-queue.entered", attributes={"order": 7})))
    assert custom.call_id == TASK


def test_nothing_that_customers_said_comes_with_an_event(records: Made) -> None:
    """Attributes hold what people typed and said; none of it may reach the store."""
    made = records(event(10, "task-queue.entered", attributes={"call_sid": CALL, "name": "Mira Kern", "note": "ill"}))
    assert "Mira" not in str(made)
    assert "ill" not in str(made)


def test_an_event_that_nobody_knows_is_said(records: Made, context: Callable[..., Context]) -> None:
    """And the many that tell nothing are not."""
    said: list[tuple[str, str]] = []
    ctx = context(warn=lambda *word: said.append(word))
    ordinary: list[Any] = [event(1, kind) for kind in ("workflow.entered", "task.updated", "worker.capacity.update")]
    assert records(*ordinary, event(2, "ghost.seen"), ctx=ctx) == []
    assert said == [("event", "ghost.seen")]


def test_offers_are_events_of_their_workers_too(agent_events: Callable[..., list[AgentEvent]]) -> None:
    """What a worker did is put together from these."""
    assert [one.event for one in agent_events(*SERVED)] == [
        "reservation.created", "reservation.accepted", "reservation.wrapup", "reservation.completed",
    ]  # fmt: skip
