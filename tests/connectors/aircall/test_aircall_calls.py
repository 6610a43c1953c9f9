"""What the store learns from one call of Aircall's."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from msgspec import UNSET

from connectors import BadRow, Call, CallLeg, Context, Customer, CustomerIdentity, Record, SourceMetric
from tests.connectors.aircall.conftest import AT

Made = Callable[..., list[Record]]
T = TypeVar("T", bound=Record)


def of(kind: type[T], records: list[Record]) -> list[T]:
    return [record for record in records if isinstance(record, kind)]


def test_ringing_is_taken_out_of_the_duration(call: Made) -> None:
    """Aircall's duration runs from the first ring: taken for talk, handle time and cost per call would be too long."""
    records = call()
    (found,), (leg,) = of(Call, records), of(CallLeg, records)
    assert (found.total_wait_s, found.talk_s, found.outcome) == (18, 222, "answered")
    assert (leg.kind, leg.queue_id, leg.agent_id) == ("queue", "3", "5")
    assert (leg.enqueued_at, leg.answered_at, leg.wait_s, leg.talk_s) == (AT, AT + 18, 18, 222)
    assert (leg.hold_s, leg.acw_s) == (None, None)
    assert of(SourceMetric, records)[0].value == 240


@pytest.mark.parametrize(
    ("reason", "voicemail", "outcome", "leg"),
    [
        ("short_abandoned", None, "abandoned", "abandoned"),
        ("abandoned_in_classic", None, "abandoned", "abandoned"),
        ("no_available_agent", None, "overflow_external", "flow_out_timeout"),
        ("agents_did_not_answer", None, "overflow_external", "flow_out_timeout"),
        ("agents_did_not_answer", True, "voicemail", "flow_out_voicemail"),
        ("abandoned_in_ivr", None, "abandoned_ivr", None),
        ("out_of_opening_hours", None, "out_of_hours", None),
        ("out_of_opening_hours", True, "out_of_hours", None),
        (None, None, "abandoned", "abandoned"),
        ("eaten_by_a_grue", None, "abandoned", "abandoned"),
    ],
)
def test_a_missed_call_is_one_without_an_answer(
    call: Made, context: Callable[..., Context], reason: str | None, voicemail: bool | None, outcome: str, leg: str
) -> None:
    """There is no status 'missed': who looks for one counts every caller as served. Unknown reasons are said."""
    said: list[tuple[str, str]] = []
    ctx = context(warn=lambda *word: said.append(word))
    records = call(ctx, answered_at=None, ended_at=AT + 33, missed_call_reason=reason, voicemail=voicemail)
    (found,), legs = of(Call, records), of(CallLeg, records)
    assert found.outcome == outcome
    assert [one.outcome for one in legs] == ([leg] if leg else [])
    assert [(one.wait_s, one.talk_s, one.agent_id) for one in legs] == ([(33, None, None)] if leg else [])
    assert found.talk_s is None
    assert said == ([("missed call reason", "eaten_by_a_grue")] if reason == "eaten_by_a_grue" else [])


def test_a_call_that_is_going_on_is_not_a_missed_one(call: Made) -> None:
    """A caller who waits would count as lost, and one who is talking as a talk of nothing."""
    ringing = call(status="initial", answered_at=None, ended_at=None, duration=0)
    assert of(Call, ringing)[0].outcome is None
    assert not of(CallLeg, ringing)
    assert not of(SourceMetric, ringing)
    talking, done = call(status="answered", ended_at=None, duration=0), call()
    assert (of(Call, talking)[0].outcome, of(Call, talking)[0].talk_s) == ("answered", None)
    assert of(CallLeg, talking)[0].wait_s == 18
    versions = [of(Call, told)[0].version for told in (ringing, talking, done)]
    assert versions == sorted(set(versions))


def test_an_unknown_status_is_said_and_its_end_believed(call: Made, context: Callable[..., Context]) -> None:
    """A word that Aircall adds must neither lose the call nor keep it open for ever."""
    said: list[tuple[str, str]] = []
    records = call(context(warn=lambda *word: said.append(word)), status="parked")
    assert of(Call, records)[0].ended_at == AT + 240
    assert said == [("status", "parked")]


@pytest.mark.parametrize("spelling", ["transferred", "transfered"])
def test_a_transfer_is_seen_in_both_spellings(call: Made, spelling: str) -> None:
    """Aircall files the call under whom it went to; who answered it is who passed it on."""
    records = call(**{f"{spelling}_by": {"id": 4}, f"{spelling}_to": {"id": 5}})
    (found,), (leg,) = of(Call, records), of(CallLeg, records)
    assert found.is_transferred is True
    assert (leg.agent_id, leg.transferred_to_id, leg.transfer_kind, leg.outcome) == ("4", "5", "cold", "answered")


def test_dialling_is_neither_wait_nor_offer(call: Made) -> None:
    """Calls that go out must not improve the waiting of those that come in."""
    answered, missed = call(direction="outbound"), call(direction="outbound", answered_at=None)
    (leg,) = of(CallLeg, answered)
    assert (leg.kind, leg.queue_id, leg.wait_s, leg.ring_s, leg.talk_s) == ("agent", None, None, 18, 222)
    assert of(Call, missed)[0].outcome == "no_answer"
    assert of(CallLeg, missed) == []


def test_a_caller_is_known_by_number_and_the_mail_of_their_contact(call: Made) -> None:
    """A call after a ticket must be seen as the same person."""
    contact = {"emails": [{"value": "a@b.example"}], "phone_numbers": [{"value": "+33 6 11 11 11 11"}]}
    records = call(contact=contact)
    (customer,) = of(Customer, records)
    assert customer.id == of(Call, records)[0].customer_id
    assert {(one.kind, one.value) for one in of(CustomerIdentity, records)} == {
        ("phone", "+33 1 23 45 67 89"), ("phone", "+33 6 11 11 11 11"), ("email", "a@b.example"),
    }  # fmt: skip
    withheld = call(raw_digits="anonymous")
    assert of(Customer, withheld) == []
    assert of(Call, withheld)[0].customer_id is None


def test_a_kept_row_blanks_no_caller(call: Made, context: Callable[..., Context]) -> None:
    """Kept rows hold no number: normalised again, they must leave the caller that is stored."""
    assert of(Call, call(context(is_redacted=True), raw_digits="x" * 17))[0].customer_id is UNSET


@pytest.mark.parametrize(
    "changed",
    [{"direction": "sideways"}, {"answered_at": AT - 5}, {"ended_at": AT + 3}],
    ids=lambda one: next(iter(one)),
)
def test_what_cannot_have_happened_is_set_aside(call: Made, changed: dict[str, Any]) -> None:
    """A negative wait would pull the mean of a whole day down."""
    with pytest.raises(BadRow):
        call(**changed)
