"""Contacts become calls: transfers, call backs, versions of a record, what is counted and what not."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from connectors import Call, CallEvent, CallLeg, Context, CustomerIdentity
from connectors.amazon_connect.records import ContactRow, normalise_contact
from tests.connectors.amazon_connect.conftest import AT, instant, record

Calls = Callable[..., tuple[list[Call], list[CallLeg]]]


def moved(name: str = "c2", of: str = "c1", at: int = 130, **more: Any) -> dict[str, Any]:
    """The contact to which another one was passed on: queued at ``at``, answered 15 s later, over after 100 s."""
    queue = {"ARN": "arn:aws:connect:x:1:instance/i/queue/q-2", "Name": "Tech", "EnqueueTimestamp": instant(at)}
    agent = {"ARN": "arn:aws:connect:x:1:instance/i/agent/u-2", "ConnectedToAgentTimestamp": instant(at + 15)}
    return record(
        name, InitialContactId="c1", PreviousContactId=of, InitiationMethod="TRANSFER",
        InitiationTimestamp=instant(at), DisconnectTimestamp=instant(at + 100), Queue=queue, Agent=agent,
        AgentConnectionAttempts=1, **more,
    )  # fmt: skip


def test_a_plain_call_in_its_parts(calls: Calls) -> None:
    """Every speed of the telephone is made of these seconds."""
    (call,), (leg,) = calls(record())
    assert (call.arrived_at, call.ended_at, call.outcome, call.direction) == (AT, AT + 130, "answered", "inbound")
    assert (call.ivr_s, call.total_wait_s, call.talk_s, call.hold_s, call.acw_s) == (10, 20, 90, 10, 45)
    assert (leg.kind, leg.queue_id, leg.agent_id, leg.wait_s, leg.rings, leg.rings_missed) == (
        "queue", "q-1", "u-1", 20, 2, 1,
    )  # fmt: skip
    assert call.hangup_by == "customer"


def test_a_transfer_chain_is_one_call(calls: Calls) -> None:
    """Trap 24: counted by contact, a transferred caller is two calls, and the transfer rate is nought."""
    (call,), legs = calls(record(), moved())
    assert (call.id, call.legs, call.transfers, call.is_transferred) == ("c1", 2, 1, True)
    assert [(leg.queue_id, leg.outcome, leg.transfer_kind) for leg in legs] == [
        ("q-1", "answered", "cold"),
        ("q-2", "answered", None),
    ]
    assert legs[0].transferred_to_id == "q-2"
    assert call.ended_at == AT + 230


def test_the_next_agent_on_the_line_makes_a_transfer_warm(calls: Calls) -> None:
    """A consulted colleague and a caller thrown over the fence are two things."""
    _, legs = calls(record(), moved(at=100))
    assert [leg.transfer_kind for leg in legs] == ["warm", None]


def test_parts_of_a_chain_may_come_in_any_order(calls: Calls) -> None:
    """Streams promise no order; the call of an early leg would stay in two."""
    there, back = calls(record(), moved()), calls(moved(), record())
    assert there == back


def test_the_newest_version_of_a_record_wins(calls: Calls) -> None:
    """Trap 24: delivered twice and out of order, an early record would take the after-call work away again."""
    early = record(LastUpdateTimestamp=instant(131))
    early["Agent"] = {key: value for key, value in early["Agent"].items() if not key.startswith("AfterContact")}
    for order in ((early, record()), (record(), early), (record(), early, record())):
        (call,), _ = calls(*order)
        assert call.acw_s == 45
    (call,), _ = calls(early)
    assert call.acw_s is None


def test_versions_of_one_second_go_by_milliseconds(calls: Calls) -> None:
    """The last write within a second would be the one that came last, not the one made last."""
    whole = record(LastUpdateTimestamp="2026-11-01T09:00:00.900Z")
    part = record(LastUpdateTimestamp="2026-11-01T09:00:00.100Z", DisconnectReason="OTHER")
    assert calls(whole, part)[0][0].hangup_by == "customer"
    assert calls(part, whole)[0][0].hangup_by == "customer"


def test_a_call_back_is_a_call_of_its_own(calls: Calls) -> None:
    """Who asked to be called has abandoned nothing, and the call back says which wish it grants."""
    first = record(Agent=None, DisconnectReason="CONTACT_FLOW_DISCONNECT")
    back = moved() | {"InitiationMethod": "CALLBACK", "ContactId": "c9"}
    back["ConnectedToSystemTimestamp"] = instant(150)
    (asked, called), legs = calls(first, back)
    assert (asked.outcome, legs[0].outcome) == ("callback", "flow_out_callback")
    assert (called.id, called.direction, called.callback_of_id, called.outcome) == ("c9", "outbound", "c1", "answered")
    assert called.customer_id == asked.customer_id


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [("CUSTOMER_DISCONNECT", "abandoned"), (None, "abandoned"), ("CONTACT_FLOW_DISCONNECT", "flow_out_timeout")],
)
def test_only_callers_abandon(reason: str | None, outcome: str, calls: Calls) -> None:
    """A flow that hangs up on a waiting caller would pass for the caller's impatience."""
    _, (leg,) = calls(record(Agent=None, DisconnectReason=reason))
    assert (leg.outcome, leg.wait_s) == (outcome, 20)


def test_a_queue_left_for_another_is_no_abandon(calls: Calls) -> None:
    """An overflow counted as abandon would double the rate."""
    then = moved() | {"InitiationMethod": "QUEUE_TRANSFER"}
    (call,), legs = calls(record(Agent=None, DisconnectReason=None), then)
    assert [leg.outcome for leg in legs] == ["flow_out_overflow", "answered"]
    assert call.outcome == "answered"


def test_a_call_that_ends_in_the_menu_has_no_leg(calls: Calls) -> None:
    """Self-service and the impatient in the menu are no calls offered to a queue."""
    (call,), legs = calls(record(Queue=None, Agent=None))
    assert (legs, call.outcome, call.ivr_exit) == ([], "abandoned_ivr", "abandon")
    (call,), _ = calls(record(Queue=None, Agent=None, DisconnectReason="CONTACT_FLOW_DISCONNECT"))
    assert (call.outcome, call.ivr_exit) == (None, "contained")


def test_a_listening_supervisor_is_no_call(calls: Calls) -> None:
    """A MONITOR contact has an agent and seconds, and would pass for handling time."""
    ear = moved() | {"InitiationMethod": "MONITOR"}
    (call,), legs = calls(record(), ear)
    assert (call.legs, len(legs), call.transfers) == (1, 1, 0)


def test_what_a_flow_does_after_the_agent_hung_up_is_no_part_of_the_call(calls: Calls) -> None:
    """A survey at the end would move the end of each call, and the machine would have hung up on everybody."""
    survey = record(
        "c9", InitialContactId="c1", PreviousContactId="c1", InitiationMethod="DISCONNECT", Queue=None, Agent=None,
        InitiationTimestamp=instant(130), DisconnectTimestamp=instant(190), DisconnectReason="CONTACT_FLOW_DISCONNECT",
    )  # fmt: skip
    assert calls(record(), survey) == calls(record())
    (call,), legs = calls(record(), {**moved("c9"), "InitiationMethod": "DISCONNECT"})
    assert (len(legs), call.ended_at) == (2, AT + 230)


def test_dialling_out_counts_from_the_customer_on(calls: Calls) -> None:
    """The agent is connected while it rings; that is no talk time."""
    out = record(InitiationMethod="OUTBOUND", Queue=None, ConnectedToSystemTimestamp=instant(50))
    out["Agent"] = {"ARN": "x/agent/u-1", "ConnectedToAgentTimestamp": instant(0)}
    (call,), (leg,) = calls(out)
    assert (call.direction, call.outcome, leg.answered_at, leg.talk_s) == ("outbound", "answered", AT + 50, 80)
    missed = out | {"ConnectedToSystemTimestamp": None, "DisconnectReason": "OUTBOUND_DESTINATION_ENDPOINT_ERROR"}
    (call,), (leg,) = calls(missed)
    assert (call.outcome, leg.outcome, leg.talk_s) == ("failed", None, None)


def test_a_call_to_an_agents_own_queue_is_no_queue_visit(calls: Calls) -> None:
    """Every agent's personal queue would be a queue with a service level."""
    own = record()
    own["Queue"] = {"ARN": "arn:aws:connect:x:1:instance/i/queue/agent/u-1", "EnqueueTimestamp": instant(10)}
    _, (leg,) = calls(own)
    assert (leg.kind, leg.queue_id) == ("agent", None)


def test_a_chain_with_an_open_end_is_not_over(calls: Calls) -> None:
    """Trap 21: a call in progress has no end yet; when its record comes it has."""
    going = moved(DisconnectReason=None) | {"DisconnectTimestamp": None}
    (call,), _ = calls(record(), going)
    assert call.ended_at is None
    (call,), _ = calls(record(), going, moved(LastUpdateTimestamp=instant(300)))
    assert call.ended_at == AT + 230


def test_what_nobody_knows_is_said_and_kept(context: Callable[..., Context]) -> None:
    """Trap 29: a new way to begin a contact must not lose the calls that began so."""
    said: list[tuple[str, str]] = []
    row = msgspec.convert(record(InitiationMethod="HOLOGRAM"), ContactRow)
    made = list(normalise_contact(row, context(warn=lambda kind, value: said.append((kind, value)))))
    assert said == [("initiation method", "HOLOGRAM")]
    assert any(isinstance(one, CallEvent) for one in made)


def test_numbers_are_hashed_and_chats_left_out(context: Callable[..., Context]) -> None:
    """A number in a column that nobody looks at is a number leaked; a chat counted as call a call too many."""
    made = list(normalise_contact(msgspec.convert(record(), ContactRow), context()))
    (identity,) = [one for one in made if isinstance(one, CustomerIdentity)]
    assert (identity.kind, identity.value) == ("phone", "+493055501234")
    rest = [one for one in made if one is not identity]
    assert "3055501234" not in repr(rest)
    assert list(normalise_contact(msgspec.convert(record(Channel="CHAT"), ContactRow), context())) == []


def test_a_withheld_number_is_nobody(calls: Calls) -> None:
    """All anonymous callers would be one very busy customer."""
    (call,), _ = calls(record(CustomerEndpoint={"Address": "anonymous", "Type": "TELEPHONE_NUMBER"}))
    assert call.customer_id is UNSET


@pytest.mark.parametrize(
    "broken",
    [
        {"ContactId": None},
        {"ContactId": "c" * 300},
        {"InitiationTimestamp": None},
        {"InitiationTimestamp": "yesterday"},
        {"InitiationTimestamp": "2026-11-01T09:00:00"},
    ],
)
def test_a_contact_without_id_or_time_is_set_aside(broken: dict[str, Any], context: Callable[..., Context]) -> None:
    """A call of nobody at no time would land in 1970."""
    with pytest.raises(ValueError if broken.get("InitiationTimestamp") == "yesterday" else Exception):
        list(normalise_contact(msgspec.convert(record(**broken), ContactRow), context()))
