"""Twilio makes a call of every connection; customers made fewer."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from connectors import BadRow, Call, CallLeg, Context, Customer, CustomerIdentity, Record, SourceMetric
from connectors.twilio.calls import kind_of
from tests.connectors.twilio.conftest import AT, CALL, CHILD, event, row

Made = Callable[..., list[Record]]
T = TypeVar("T", bound=Record)


def of(kind: type[T], found: list[Record]) -> list[T]:
    return [one for one in found if isinstance(one, kind)]


def child(**changed: Any) -> dict[str, Any]:
    given = {"sid": CHILD, "parent_call_sid": CALL, "direction": "outbound-dial", "to": "sip:desk@firma.example"}
    return row(**{**given, "began": 20, "duration": "260", "price": "-0.01150", **changed})


def test_a_customer_s_call_is_its_parent_and_the_children_are_its_legs(call: Made) -> None:
    """Counted by rows, a caller who was put through to two desks would be three callers."""
    rung = child(sid=CHILD[:-2] + "77", status="no-answer", began=5, ended=20, duration=None, price=None)
    (found,), legs = of(Call, made := call(row(), rung, child())), of(CallLeg, made)
    assert (found.id, found.direction, found.arrived_at, found.ended_at) == (CALL, "inbound", AT, AT + 300)
    assert (found.outcome, found.legs, found.talk_s) == ("answered", 2, 260)
    assert [leg.outcome for leg in legs] == ["ring_no_answer", "answered"]
    assert (legs[1].answered_at, legs[1].ring_s, legs[1].talk_s) == (AT + 40, 20, 260)


def test_children_without_their_parent_are_no_call(call: Made) -> None:
    """The parent began in a week that was read before, or is still to be read."""
    assert call(child()) == []


@pytest.mark.parametrize("status", ["busy", "failed", "no-answer", "canceled"])
@pytest.mark.parametrize("duration", [None, ""])
def test_a_call_that_was_not_made_has_no_duration(call: Made, status: str, duration: str | None) -> None:
    """Null and the empty text are no zero: a talk of 0 s would pull the mean down."""
    (found,) = of(Call, made := call(row(direction="outbound-api", status=status, duration=duration, price=None)))
    assert found.talk_s is None
    assert found.outcome == ("no_answer" if status in ("no-answer", "canceled") else status)
    assert found.charge_minor is None
    assert not [leg for leg in of(CallLeg, made) if leg.outcome == "answered"]


def test_without_a_duration_there_is_none_to_compare(records: Made) -> None:
    """A nought of the vendor's beside our unknown would look like a fault in every reconciliation."""
    assert not of(SourceMetric, records(row(status="busy", duration=""), row(status="in-progress", duration=None)))
    assert [one.value for one in of(SourceMetric, records(row(duration="0")))] == [0]


def test_dates_are_rfc_2822_whatever_their_zone(call: Made) -> None:
    """Read as local time, every call of the night falls on another day."""
    (found,) = of(
        Call, call(row(start_time="Mon, 05 Jan 2026 10:00:00 +0100", end_time="Mon, 05 Jan 2026 09:05:00 GMT"))
    )
    assert (found.arrived_at, found.ended_at) == (1_767_603_600, 1_767_603_900)


@pytest.mark.parametrize(
    "changed",
    [
        {"start_time": "2026-01-05T09:00:00Z"}, {"duration": "12a"}, {"price": "free"}, {"ended": -5},
        {"sid": "../../Accounts"}, {"date_created": None, "start_time": None},
    ],
    ids=lambda one: next(iter(one)),
)  # fmt: skip
def test_what_is_no_call_is_set_aside(records: Made, changed: dict[str, Any]) -> None:
    """One broken row must neither stop the night's pull nor become a number."""
    with pytest.raises((BadRow, ValueError)):
        records(row(**changed))


def test_a_call_in_progress_is_whole_at_a_later_read(call: Made, records: Made) -> None:
    """Its end, duration and price come later and take the place of what was known."""
    on_hold = row(status="in-progress", ended=None, duration=None, price=None)
    (going,) = of(Call, call(on_hold, child(status="in-progress", ended=None, duration=None, price=None)))
    assert (going.ended_at, going.outcome, going.talk_s) == (None, None, None)
    (done,) = of(Call, call(on_hold, child(), row()))
    assert (done.ended_at, done.outcome, done.talk_s) == (AT + 300, "answered", 260)
    assert not of(SourceMetric, records(on_hold))
    assert [(one.name, one.value) for one in of(SourceMetric, records(row()))] == [("duration_s", 300)]


def test_milliseconds_of_queue_time_are_nobody_s_wait(call: Made) -> None:
    """queue_time is how long Twilio held the request, in ms: taken for seconds, callers waited an hour."""
    (found,), (leg,) = of(Call, made := call(row(), child())), of(CallLeg, made)
    assert (found.total_wait_s, leg.wait_s) == (None, None)


def test_a_price_is_complete_or_unknown(call: Made) -> None:
    """It is negative, a text, of each connection, and comes later: half of it would be half the cost."""
    assert of(Call, call(row(price=None), child()))[0].charge_minor is None
    priced = of(Call, call(row(price="-1.00850"), child()))[0]
    assert (priced.charge_minor, priced.currency) == (102, "USD")


def test_a_softphone_that_dials_is_an_outgoing_call(call: Made) -> None:
    """It comes in at Twilio like a customer's: counted as one, outgoing calls would look like unanswered customers."""
    parent = row(**{"from": "client:ann", "to": ""})
    made = call(parent, child(to="+49 30 5550009", **{"from": "+49 89 4440001"}))
    assert of(Call, made)[0].direction == "outbound"
    assert of(Call, made)[0].customer_id == of(Customer, made)[0].id
    assert "49305550009" in of(Customer, made)[0].id
    assert of(Call, call(parent, child(to="client:bob")))[0].direction == "internal"


def test_a_connection_to_a_worker_is_no_call_of_a_customer(call: Made) -> None:
    """Flex calls each worker with a call of its own, without a parent; only the task's attributes tell whose it is."""
    leg = row(sid=CHILD, direction="outbound-api", to="+49 170 5550007")
    assert of(Call, call(leg, key=CHILD))[0].direction == "outbound"
    attributes = {"call_sid": CALL, "conference": {"participants": {"customer": CALL, "worker": CHILD}}}
    told = event(30, "reservation.accepted", attributes=attributes)
    (found,) = of(Call, made := call(leg, told, key=CHILD))
    assert (found.direction, found.customer_id, of(CallLeg, made)) == ("internal", None, [])


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("+49305550001", "number"), ("client:ann", "client"), ("sip:a@b.example", "sip"), ("", "none"), (None, "none"),
        ("anonymous", "none"), ("Restricted", "none"),
    ],
)  # fmt: skip
def test_what_kind_of_address_an_end_is(address: str | None, kind: str) -> None:
    """A softphone's name is no customer's number, and a withheld number nobody's."""
    assert kind_of(address) == kind


def test_a_caller_is_known_by_number(call: Made, records: Made, context: Callable[..., Context]) -> None:
    """And a kept row, whose number is blank, takes nobody's caller away."""
    (identity,) = of(CustomerIdentity, records(row()))
    assert (identity.kind, identity.value) == ("phone", "+49 30 5550001")
    assert of(Call, call(row()))[0].customer_id == identity.customer_id
    blank = row(**{"from": "x" * 14, "to": "x" * 14})
    assert of(Call, call(row(), blank, ctx=context(is_redacted=True)))[0].customer_id is None
    events = [one for one in records(blank, ctx=context(is_redacted=True)) if isinstance(one, Customer)]
    assert events == []


def test_words_that_nobody_knows_are_said(records: Made, context: Callable[..., Context]) -> None:
    """A status that Twilio adds must be seen by somebody, and keep the call."""
    said: list[tuple[str, str]] = []
    assert records(row(status="frozen", direction="sideways"), ctx=context(warn=lambda *word: said.append(word)))
    assert said == [("status", "frozen"), ("direction", "sideways")]


def test_a_recorded_answer_of_a_machine_is_no_talk_with_a_person(call: Made) -> None:
    """An outgoing call to a mailbox reached nobody."""
    (found,) = of(Call, call(row(direction="outbound-api", answered_by="machine_start")))
    assert found.outcome == "voicemail"
