"""First contacts and repeats: the worked cases of first_contact_resolution_rate."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.model import CallLeg, ContactReason, Customer, Queue, Record, Ticket
from core.numbers.derive import derive, derive_all
from tests.numbers.facts.conftest import Told
from tests.numbers.facts.test_calls import call, leg
from tests.numbers.facts.test_replies import asked
from tests.numbers.story import REPORTING, SUNDAY_NIGHT, Telling, at, uid

Rows = Callable[..., list[dict[str, Any]]]
NOW = at("2026-03-20 00:00")
QUEUE = Queue(id="q1", name="Queue 1")


def clean(native: str, who: str, created: str = "Mon 10:00", reason: str | None = None) -> Telling:
    """A mail answered once and solved."""
    day = created.split(maxsplit=1)[0]
    extra: dict[str, object] = {"contact_reason": reason} if reason else {}
    ticket = asked(native, created, requester=who, extra=extra)
    return ticket.say(f"{day} 11:00", "anna").solve(f"{day} 11:00", "anna")


def phoned(native: str, who: str, arrived: str, outcome: str = "answered") -> list[Record]:
    return [call(native, arrived, outcome, customer_id=who), leg(native, arrived, outcome)]


def first(rows: Rows) -> dict[str, tuple[int | None, int]]:
    """By contact: resolved at first contact, caused a repeat."""
    return {
        row["contact_uid"].partition(":")[2]: (row["is_resolved_first"], row["caused_repeat"])
        for row in rows("contact_facts", is_first=1)
    }


def test_six_of_ten_first_contacts_were_the_last(told: Told, rows: Rows) -> None:
    """Ex 1: six clean, one phoned again on day 3, a mail repeated by call on day 6, one open, one hung up in queue."""
    tickets = [clean(f"T{number}", f"c{number}") for number in range(7)]
    tickets += [asked("T7", "Mon 10:00", requester="c7"), clean("T8", "c8")]
    told(
        QUEUE, *(record for ticket in tickets for record in ticket.records(NOW)),
        *phoned("P9", "c9", "Mon 12:00"), *phoned("R9", "c9", "Wed 12:00"),
        *phoned("R6", "c6", "Sat 12:00"), *phoned("R8", "c8", "Thu 12:00", "abandoned"), now_at=NOW,
    )  # fmt: skip
    found = first(rows)
    assert sum(resolved or 0 for resolved, _ in found.values()) == 6
    assert len(found) == 10
    assert sum(repeated for _, repeated in found.values()) == 3
    assert found["T7"] == (0, 0)


def test_a_repeat_after_the_window_is_none(told: Told, rows: Rows) -> None:
    """Ex 2: day 8 with W = 7 passes; to the second, a week is still inside."""
    told(*clean("A", "a").records(NOW), *clean("B", "a", "2026-03-10 10:00").records(NOW), now_at=NOW)
    told(*clean("C", "c").records(NOW), *clean("D", "c", "Mon9 10:00").records(NOW), now_at=NOW)
    found = first(rows)
    assert found["A"] == (1, 0)
    assert "B" in found
    assert found["C"] == (0, 1)
    assert "D" not in found


def test_two_matters_are_two_first_contacts(told: Told, rows: Rows) -> None:
    """Ex 3: Monday about a delivery, Wednesday about an invoice."""
    told(*clean("A", "a", reason="delivery").records(NOW), now_at=NOW)
    told(*clean("B", "a", "Wed 10:00", reason="invoice").records(NOW), now_at=NOW)
    assert first(rows) == {"A": (1, 0), "B": (1, 0)}
    told(*clean("C", "a", "Thu 10:00", reason="delivery").records(NOW), now_at=NOW)
    assert first(rows) == {"A": (0, 1), "B": (1, 0)}


def test_an_unknown_reason_may_be_any(told: Told, rows: Rows) -> None:
    """The variant any_reason: better strict than flattered."""
    told(*clean("A", "a", reason="delivery").records(NOW), *clean("B", "a", "Wed 10:00").records(NOW), now_at=NOW)
    assert first(rows) == {"A": (0, 1)}
    assert {row["contact_uid"]: row["is_reason_known"] for row in rows("contact_facts")} == {uid("A"): 1, uid("B"): 0}


def test_a_transfer_inside_the_call_is_no_failure(told: Told, rows: Rows) -> None:
    """The customer called once."""
    moved = [call("P", "Mon 12:00", is_transferred=True), leg("P", "Mon 12:00", transfer_kind="warm"),
             CallLeg(call_id="P", seq=1, kind="queue", queue_id="q2", agent_id="ben", enqueued_at=at("Mon 12:02"),
                     answered_at=at("Mon 12:03"), outcome="answered")]  # fmt: skip
    told(QUEUE, *moved, now_at=NOW)
    assert first(rows) == {"P": (1, 0)}


def test_a_thread_that_needed_two_replies_was_not_solved_at_once(told: Told, rows: Rows) -> None:
    """One contact with a question back in it."""
    ticket = asked(requester="a").say("Mon 10:30", "anna").say("Mon 12:00", "customer").say("Mon 13:00", "anna")
    told(*ticket.solve("Mon 13:00", "anna").records(NOW), now_at=NOW)
    assert first(rows) == {"T": (0, 0)}


def test_a_thank_you_is_no_repeat(told: Told, rows: Rows) -> None:
    """Reopened by thanks and solved without a word."""
    ticket = clean("T", "a").say("Mon 12:00", "customer").change("Mon 12:00", "status", "open", "customer")
    told(*ticket.solve("Mon 12:10", "anna").records(NOW), now_at=NOW)
    assert first(rows) == {"T": (1, 0)}


def test_who_is_unknown_is_out(told: Told, rows: Rows) -> None:
    """A withheld number repeats nobody, and is counted as a gap in what we know."""
    told(QUEUE, *phoned("P", "x", "Mon 12:00"), now_at=NOW)
    told(*[call("Q", "Mon 13:00", customer_id=None), leg("Q", "Mon 13:00")], now_at=NOW)
    assert first(rows) == {"P": (1, 0)}
    assert rows("contact_facts", person_uid=None)[0]["contact_uid"] == uid("Q")


def test_what_the_bot_solved_is_contained_until_its_customer_comes_back(told: Told, rows: Rows) -> None:
    """A bot that sends people away hears of them the next day."""
    chat = Telling("B", "Mon 10:00", channel="chat", requester="a", status="open").say("Mon 10:00", "customer")
    told(*chat.say("Mon 10:01", "bot", kind="bot").solve("Mon 10:02", "bot").records(NOW), now_at=NOW)
    assert rows("ticket_facts")[0]["bot_contained"] == 1
    told(*clean("T", "a", "Tue 10:00").records(NOW), now_at=NOW)
    assert rows("ticket_facts", ticket_uid=uid("B"))[0]["bot_contained"] == 0
    assert first(rows) == {"T": (1, 0)}


def test_a_followup_ticket_is_a_repeat(told: Told, rows: Rows) -> None:
    """tickets_created, example 3: an answer to a closed ticket is born as a new one."""
    later = clean("B", "a", "Thu 10:00")
    later.extra["followup_of_id"] = "A"
    told(*clean("A", "a").records(NOW), *later.records(NOW), now_at=NOW)
    assert first(rows) == {"A": (0, 1)}


def test_the_window_is_a_rule(db: sqlite3.Connection, told: Told, rows: Rows) -> None:
    """With W = 1 the call of Wednesday is no repeat of Monday's mail."""
    told(QUEUE, Customer(id="a"), *clean("A", "a").records(NOW), *phoned("P", "a", "Wed 12:00"), now_at=NOW)
    assert first(rows) == {"A": (0, 1)}
    derive(db, replace(REPORTING, fcr_window_days=1), NOW)
    assert first(rows) == {"A": (1, 0), "P": (1, 0)}


def test_a_reason_can_turn_out_to_be_lack_of_stock(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """The list of reasons comes after the tickets that name them, by their word or by their name."""
    tickets = [
        Ticket(
            id=native, created_at=at("Mon 10:00"), updated_at=at("Mon 10:00"), channel="email", status="open",
            status_category="open", requester_id=f"c{native}", contact_reason=reason,
        )
        for native, reason in (("1", "sold_out"), ("2", "Back order"), ("3", "delivery"), ("4", None))
    ]  # fmt: skip
    told(*tickets)
    assert [row["is_stockout"] for row in rows("contact_facts")] == [0, 0, 0, 0]
    told(
        ContactReason(id="sold_out", name="Sold out", reason_class="stockout"),
        ContactReason(id="17", name="Back order", reason_class="stockout"),
        ContactReason(id="delivery", name="Delivery", reason_class="problem"),
    )
    before = rows("contact_facts")
    assert [row["is_stockout"] for row in before] == [1, 1, 0, 0]
    derive_all(db, REPORTING, SUNDAY_NIGHT)
    assert rows("contact_facts") == before
    told(ContactReason(id="17", name="Back order", reason_class="order", version=1))
    assert [row["is_stockout"] for row in rows("contact_facts")] == [1, 0, 0, 0]
