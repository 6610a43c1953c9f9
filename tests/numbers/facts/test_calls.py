"""Calls and queue visits: the worked calls C1-C14, and what telephones do besides."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.model import AgentState, Call, CallLeg, Customer, CustomerIdentity, Message, Queue, Ticket, TicketEvent
from core.numbers.derive import derive
from core.numbers.reporting import QueueRule
from tests.numbers.facts.conftest import Fact, Told
from tests.numbers.story import REPORTING, SUNDAY_NIGHT, Telling, at, story, uid

Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def week(db: sqlite3.Connection) -> None:
    story(db)
    derive(db, REPORTING, SUNDAY_NIGHT)


def call(native: str, arrived: str, outcome: str = "answered", wait: int = 10, talk: int = 60, **more: Any) -> Call:
    given = {"customer_id": "caller", "ended_at": at(arrived) + wait + (talk if outcome == "answered" else 0)}
    return Call(id=native, direction="inbound", arrived_at=at(arrived), outcome=outcome, **{**given, **more})  # type: ignore[arg-type]


def leg(native: str, arrived: str, outcome: str = "answered", wait: int = 10, talk: int = 60, **more: Any) -> CallLeg:
    enqueued_at = at(arrived)
    answered_at = enqueued_at + wait if outcome == "answered" else None
    given: dict[str, Any] = {
        "seq": 0, "kind": "queue", "queue_id": "q1", "enqueued_at": enqueued_at, "answered_at": answered_at,
        "agent_id": "anna" if answered_at else None, "wait_s": wait, "talk_s": talk if answered_at else None,
    }  # fmt: skip
    return CallLeg(call_id=native, outcome=outcome, **{**given, **more})  # type: ignore[arg-type]


@pytest.mark.usefixtures("week")
def test_offered_is_answered_abandoned_and_flow_outs(db: sqlite3.Connection) -> None:
    """Queue 1 was offered ten calls: five answered, three abandoned of which two short, two flowed out."""
    outcomes = dict(
        db.execute(
            "select outcome, count(*) from queue_legs where queue_uid = ? and in_hours = 1 group by outcome",
            (uid("q1"),),
        ).fetchall()
    )
    assert outcomes == {"answered": 5, "abandoned": 3, "flow_out_voicemail": 1, "flow_out_callback": 1}
    short = "select count(*) from queue_legs where outcome = 'abandoned' and wait_s <= short_abandon_s"
    assert db.execute(short).fetchone()[0] == 2


@pytest.mark.usefixtures("week")
def test_arrivals_are_more_than_what_was_offered(db: sqlite3.Connection) -> None:
    """C9 hung up in the menu and C12 came too late: nobody let them wait in a queue."""
    assert db.execute("select count(*) from call_facts where direction = 'inbound'").fetchone()[0] == 12
    assert db.execute("select sum(is_ivr_only), sum(is_out_of_hours) from call_facts").fetchone()[:] == (1, 1)
    dialled = "select count(*), sum(is_connected) from call_facts where direction = 'outbound'"
    assert tuple(db.execute(dialled).fetchone()) == (2, 1)


@pytest.mark.usefixtures("week")
def test_handle_time_by_leg_and_by_call(db: sqlite3.Connection) -> None:
    """1,490 s over 5 legs of queue 1, 1,660 s over 5 customer calls, 6 legs in all."""
    handled = "select sum(handle_s), count(*) from {} where {}"
    of_queue = f"queue_uid = '{uid('q1')}' and handle_s > 0"
    assert tuple(db.execute(handled.format("queue_legs", of_queue)).fetchone()) == (1_490, 5)
    assert tuple(db.execute(handled.format("queue_legs", "outcome = 'answered'")).fetchone()) == (1_660, 6)
    assert tuple(db.execute(handled.format("call_facts", "is_handled = 1")).fetchone()) == (1_660, 5)


@pytest.mark.usefixtures("week")
def test_a_transfer_is_one_call_two_offers_and_95_seconds_of_waiting(fact: Fact, rows: Rows) -> None:
    """C5's customer sees one call."""
    of_call = {"table": "call_facts", "key": "call_uid"}
    assert fact("C5", "is_transferred", "transfers", "handled_legs", "total_wait_s", **of_call) == (1, 1, 2, 95)
    legs = [
        (row["wait_s"], row["is_transferred"], row["is_entry_queue"]) for row in rows("queue_legs", call_uid=uid("C5"))
    ]
    assert legs == [(65, 1, 1), (30, 0, 0)]
    assert [row["is_total"] for row in rows("handled_facts", contact_uid=f"call:{uid('C5')}")] == [1, 0]


@pytest.mark.usefixtures("week")
def test_talk_hold_and_after_call_work_of_legs_are_those_of_the_call(db: sqlite3.Connection) -> None:
    """Two reports of one call must not differ."""
    sums = "select call_uid, sum(talk_s), sum(hold_s), sum(acw_s) from queue_legs where talk_s is not null group by 1"
    for call_uid, *parts in db.execute(sums).fetchall():
        whole = db.execute("select talk_s, hold_s, acw_s from call_facts where call_uid = ?", (call_uid,)).fetchone()
        assert tuple(whole) == tuple(parts)


@pytest.mark.usefixtures("week")
def test_what_does_not_happen_on_a_call_is_unknown(fact: Fact) -> None:
    """An abandoned call has no talk time, not one of 0 s."""
    assert fact("C8", "talk_s", "handle_s", "answered_at", table="call_facts", key="call_uid") == (None, None, None)


def test_the_config_rules_a_queue_before_its_source(told: Told, rows: Rows) -> None:
    """Ten seconds were agreed for this line, whatever the telephone system thinks."""
    rules = replace(REPORTING, queues={"Queue 1": QueueRule(sl_threshold_s=10, short_abandon_s=2)})
    told(
        Queue(id="q1", name="Queue 1", sl_threshold_s=30),
        call("A", "Wed 10:00"),
        leg("A", "Wed 10:00"),
        reporting=rules,
    )
    (visit,) = rows("queue_legs")
    assert (visit["sl_threshold_s"], visit["short_abandon_s"]) == (10, 2)


def test_new_queue_rules_reach_old_calls(db: sqlite3.Connection, told: Told, rows: Rows) -> None:
    """A threshold set today is asked of last week as well."""
    told(Queue(id="q1", name="Queue 1"), call("A", "Wed 10:00"), leg("A", "Wed 10:00"))
    assert rows("queue_legs")[0]["sl_threshold_s"] == 20
    derive(db, replace(REPORTING, queues={"Queue 1": QueueRule(sl_threshold_s=15)}), SUNDAY_NIGHT)
    assert rows("queue_legs")[0]["sl_threshold_s"] == 15


def test_after_call_work_left_open_is_cut_at_the_cap(told: Told, rows: Rows, fact: Fact) -> None:
    """An agent went home without closing the form: 4 h are no handle time."""
    told(Queue(id="q1", name="Queue 1"), call("A", "Wed 10:00"), leg("A", "Wed 10:00", acw_s=14_400))
    (visit,) = rows("queue_legs")
    assert (visit["acw_s"], visit["acw_capped"], visit["handle_s"]) == (1_800, 1, 1_860)
    assert fact("A", "acw_s", "handle_s", table="call_facts", key="call_uid") == (1_800, 1_860)


def after(category: str, begin: str, end: str | None, of: str | None = "A") -> AgentState:
    return AgentState(
        agent_id="anna", state=category, category=category, from_at=at(begin), to_at=at(end) if end else None,  # type: ignore[arg-type]
        call_id=of,
    )  # fmt: skip


def test_after_call_work_is_what_the_agent_did_next_where_the_telephone_does_not_say(told: Told, rows: Rows) -> None:
    """Asterisk knows it only as a pause with a reason; without it handle times, staffing and cost are too low."""
    told(
        Queue(id="q1", name="Queue 1"),
        call("A", "Wed 10:00", ended_at=at("Wed 10:01:10")), leg("A", "Wed 10:00", ended_at=at("Wed 10:01:10")),
        call("B", "Wed 11:00", ended_at=at("Wed 11:01:10")), leg("B", "Wed 11:00", ended_at=at("Wed 11:01:10")),
        after("talk", "Wed 10:00:10", "Wed 10:01:10"), after("acw", "Wed 10:01:10", "Wed 10:01:50"),
        after("acw", "Wed 10:20", "Wed 10:20:05"), after("acw", "Wed 10:50", "Wed 10:59"),
        after("talk", "Wed 11:00:10", "Wed 11:01:10", "B"),
    )  # fmt: skip
    visits = {row["call_uid"]: (row["acw_s"], row["handle_s"]) for row in rows("queue_legs")}
    assert visits == {uid("A"): (45, 105), uid("B"): (0, 60)}
    assert [row["acw_s"] for row in rows("call_facts")] == [45, 0]


def test_after_call_work_counts_when_it_is_done(told: Told, rows: Rows) -> None:
    """The call is long read when the agent ends the pause; until then nobody knows how long it takes."""
    ended_at = at("Wed 10:01:10")
    told(
        Queue(id="q1", name="Queue 1"), call("A", "Wed 10:00", ended_at=ended_at),
        leg("A", "Wed 10:00", ended_at=ended_at),
    )  # fmt: skip
    assert rows("queue_legs")[0]["acw_s"] is None
    told(after("acw", "Wed 10:01:10", None))
    assert rows("queue_legs")[0]["acw_s"] is None
    told(after("acw", "Wed 10:01:10", "Wed 10:02:00"))
    assert rows("queue_legs")[0]["acw_s"] == 50


def test_a_call_that_comes_back_to_its_agent_is_worked_after_twice(told: Told, rows: Rows) -> None:
    """What was done after the second talk is not done after the first one too."""
    told(
        Queue(id="q1", name="Queue 1"), call("A", "Wed 10:00", ended_at=at("Wed 10:06:10")),
        leg("A", "Wed 10:00", ended_at=at("Wed 10:01:10")),
        leg("A", "Wed 10:05", ended_at=at("Wed 10:06:10"), seq=1),
        after("acw", "Wed 10:01:10", "Wed 10:01:30"), after("acw", "Wed 10:06:10", "Wed 10:06:40"),
    )  # fmt: skip
    assert [row["acw_s"] for row in rows("queue_legs")] == [20, 30]


def test_an_impossible_wait_is_unknown(told: Told, rows: Rows) -> None:
    """A negative wait would lift the service level."""
    told(Queue(id="q1", name="Queue 1"), call("A", "Wed 10:00"), leg("A", "Wed 10:00", wait_s=-3))
    assert rows("queue_legs")[0]["wait_s"] is None


def test_who_calls_again_within_a_minute_redials(told: Told, rows: Rows) -> None:
    """Two offers, one customer: the abandon stays one and is tagged."""
    told(
        Queue(id="q1", name="Queue 1"),
        call("A", "Wed 10:00", "abandoned", 30), leg("A", "Wed 10:00", "abandoned", 30),
        call("B", "Wed 10:01"), leg("B", "Wed 10:01"),
        call("C", "Wed 11:00", "abandoned", 30), leg("C", "Wed 11:00", "abandoned", 30),
        call("D", "Wed 11:01:31"), leg("D", "Wed 11:01:31"),
    )  # fmt: skip
    tags = {row["call_uid"]: (row["is_redialled"], row["is_redial"]) for row in rows("queue_legs")}
    assert tags == {uid("A"): (1, 0), uid("B"): (0, 1), uid("C"): (0, 0), uid("D"): (0, 0)}
    assert [row["call_uid"] for row in rows("call_facts", is_redial=1)] == [uid("B")]


def test_a_call_that_comes_late_tags_the_one_before(told: Told, rows: Rows) -> None:
    """Calls become visible late; the order of arrival is not that of the reading."""
    told(Queue(id="q1", name="Queue 1"), call("B", "Wed 10:01"), leg("B", "Wed 10:01"))
    told(call("A", "Wed 10:00", "abandoned", 30), leg("A", "Wed 10:00", "abandoned", 30))
    assert [row["call_uid"] for row in rows("call_facts", is_redial=1)] == [uid("B")]


@pytest.mark.parametrize(
    ("tries", "promise", "reached"),
    [
        ([("11:00", "answered")], "12:00", 1),
        ([("12:30", "answered")], "12:00", 0),
        ([("11:00", "no_answer"), ("11:30", "answered")], None, 1),
        ([("11:00", "no_answer"), ("11:10", "busy"), ("11:20", "no_answer"), ("11:30", "answered")], None, 0),
        ([], None, 0),
    ],
)
def test_a_call_back_is_reached_in_time_and_by_the_third_try(
    told: Told, fact: Fact, tries: list[tuple[str, str]], promise: str | None, reached: int
) -> None:
    """Whoever was promised a call back at noon and got it at half past one was failed."""
    told(
        Queue(id="q1", name="Queue 1"),
        call("A", "Wed 10:00", "callback", callback_promised_at=at(f"Wed {promise}") if promise else None),
        leg("A", "Wed 10:00", "flow_out_callback"),
        *(
            Call(id=f"B{place}", direction="outbound", arrived_at=at(f"Wed {clock}"), outcome=outcome,  # type: ignore[arg-type]
                 callback_of_id="A", talk_s=60 if outcome == "answered" else None)
            for place, (clock, outcome) in enumerate(tries)
        ),
    )  # fmt: skip
    asked = {"table": "call_facts", "key": "call_uid"}
    assert fact("A", "is_callback_requested", "is_callback_reached", **asked) == (1, reached)


def test_a_call_outside_the_queues_hours_is_not_offered(told: Told, rows: Rows, fact: Fact) -> None:
    """The night's callers must not spoil the day's service level."""
    told(Queue(id="q1", name="Queue 1"), call("A", "Wed 17:00", "abandoned"), leg("A", "Wed 17:00", "abandoned"))
    assert rows("queue_legs")[0]["in_hours"] == 0
    assert fact("A", "is_offered", "is_out_of_hours", table="call_facts", key="call_uid") == (0, 1)


def test_one_call_can_miss_several_agents(told: Told, rows: Rows) -> None:
    """It rang at Anna's desk in vain and at Ben's with success."""
    told(
        Queue(id="q1", name="Queue 1"), call("A", "Wed 10:00"),
        leg("A", "Wed 10:00", agent_id="ben"),
        CallLeg(call_id="A", seq=1, kind="agent", queue_id="q1", agent_id="anna", outcome="ring_no_answer"),
        CallLeg(call_id="A", seq=2, kind="agent", queue_id="q1", agent_id="ben", outcome="answered", talk_s=60),
    )  # fmt: skip
    (visit,) = rows("queue_legs")
    assert (visit["rings"], visit["rings_missed"]) == (2, 1)


def test_a_call_and_the_ticket_that_it_opened_are_one_contact(told: Told, rows: Rows, fact: Fact) -> None:
    """A call, its ticket and the mail of the same day are one contact handled; the next day's is another."""
    ticket = Telling("T", "Wed 10:02", channel="phone", requester="caller", by="anna")
    ticket.say("Wed 10:02", "anna", public=False).say("Wed 16:00", "anna").solve("Wed 16:00", "anna")
    ticket.say("Thu 09:00", "anna")
    told(
        Queue(id="q1", name="Queue 1"), Customer(id="caller"), call("A", "Wed 10:00", talk=360, ticket_id="T"),
        leg("A", "Wed 10:00", talk=360), *ticket.records(SUNDAY_NIGHT),
    )  # fmt: skip
    handled = [(row["day_on"], row["kind"]) for row in rows("handled_facts")]
    assert handled == [("2026-03-04", "call"), ("2026-03-05", "ticket")]
    assert [(row["kind"], row["contact_uid"]) for row in rows("contact_facts")] == [("ticket", uid("T"))]
    assert fact("T", "frt_s", "is_frt_counted", "is_outbound", "is_on_behalf") == (10, 0, 0, 1)


def test_people_are_one_over_systems(told: Told, rows: Rows) -> None:
    """Who mails first and then calls from the number on file is one customer."""
    ticket = Telling("T", "Mon 10:00", requester="mail").say("Mon 10:00", "customer").say("Mon 11:00", "anna")
    told(
        Queue(id="q1", name="Queue 1"), Customer(id="mail"), Customer(id="phone"),
        CustomerIdentity(customer_id="mail", kind="phone", value="+4930123456"),
        CustomerIdentity(customer_id="phone", kind="phone", value="+4930123456"),
        *ticket.solve("Mon 11:00", "anna").records(SUNDAY_NIGHT),
        call("A", "Wed 10:00", customer_id="phone"), leg("A", "Wed 10:00"),
    )  # fmt: skip
    (mail,) = rows("contact_facts", kind="ticket")
    (phoned,) = rows("contact_facts", kind="call")
    assert mail["person_uid"] == phoned["person_uid"]
    assert (mail["is_first"], mail["is_resolved_first"], mail["repeat_uid"]) == (1, 0, uid("A"))
    assert (phoned["is_first"], phoned["is_repeat"]) == (0, 1)


def test_a_call_written_down_as_a_message_is_an_answer_if_it_went_out(told: Told, fact: Fact) -> None:
    """Zendesk keeps calls as comments; one that came in is no reply, one that went out is."""
    ticket = Telling("T", "Wed 10:00", channel="voicemail").say("Wed 10:00", "customer", channel="voicemail")
    ticket.say("Wed 10:30", "anna", channel="phone", direction="in")
    ticket.say("Wed 11:00", "anna", public=False, channel="phone", direction="out")
    told(*ticket.records(SUNDAY_NIGHT))
    assert fact("T", "frt_s", "human_replies") == (3_600, 1)


def test_a_call_that_nobody_took_is_a_note(told: Told, fact: Fact) -> None:
    """Dialling in vain is work, not an answer."""
    ticket = Telling("T", "Wed 10:00", channel="voicemail").say("Wed 10:00", "customer", channel="voicemail")
    ticket.say("Wed 10:30", "anna", public=False, direction="internal", call_id="none")
    told(*ticket.records(SUNDAY_NIGHT))
    assert fact("T", "frt_s", "human_replies", "touches") == (None, 0, 1)


def test_a_ticket_that_opens_with_an_answered_call_has_been_served(told: Told, fact: Fact) -> None:
    """Where calls are known from the help desk only, the first comment tells that the customer was on the phone."""
    ticket = Telling("T", "Wed 10:00", channel="phone")
    ticket.say("Wed 10:04", "customer", channel="phone", direction="in", call_id="none")
    ticket.say("Wed 12:00", "anna").solve("Wed 12:00", "anna")
    told(*ticket.records(SUNDAY_NIGHT))
    assert fact("T", "frt_s", "is_frt_counted", "first_replied_at") == (None, 0, at("Wed 12:00"))


def test_a_voicemail_is_timed_from_the_end_of_its_recording(told: Told, fact: Fact) -> None:
    """The ticket came into being when the caller began to speak."""
    ticket = Telling("T", "Wed 10:00", channel="voicemail").say("Wed 10:02", "customer", channel="voicemail")
    told(*ticket.say("Wed 10:32", "anna").records(SUNDAY_NIGHT))
    assert fact("T", "frt_s") == 1_800


def test_a_ticket_of_an_unanswered_call_waits_for_its_call_back(told: Told, fact: Fact) -> None:
    """A missed call that became a ticket is somebody who waits."""
    ticket = Telling("T", "Wed 10:01", channel="phone", requester="caller")
    told(
        Queue(id="q1", name="Queue 1"), call("A", "Wed 10:00", "abandoned", 60, ticket_id="T"),
        leg("A", "Wed 10:00", "abandoned", 60), *ticket.records(SUNDAY_NIGHT),
        Call(id="B", direction="outbound", arrived_at=at("Wed 10:10:50"), outcome="answered", callback_of_id="A"),
        CallLeg(call_id="B", seq=0, kind="agent", agent_id="anna", answered_at=at("Wed 10:11"), outcome="answered"),
    )  # fmt: skip
    assert fact("T", "frt_s", "is_frt_counted", "first_replier_uid") == (600, 1, uid("anna"))


def test_a_message_alone_tells_nothing_of_a_ticket(told: Told, rows: Rows) -> None:
    """Events can be read before their ticket; it is derived once it is there."""
    told(
        Message(ticket_id="T", happened_at=at("Mon 10:00"), id="1", is_public=True),
        TicketEvent(ticket_id="T", happened_at=at("Mon 10:00"), seq=0, id="1", kind="created"),
    )
    assert rows("ticket_facts") == []
    told(Ticket(id="T", created_at=at("Mon 10:00"), status="new", status_category="new", channel="web"))
    assert [row["ticket_uid"] for row in rows("ticket_facts")] == [uid("T")]
