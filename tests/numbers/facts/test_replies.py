"""Who counts as a person who answers, and from when to when a customer waits."""

from collections.abc import Callable
from typing import Any

import pytest

from core.model import Agent, AgentRole, Customer, Message
from tests.numbers.facts.conftest import Fact, Told
from tests.numbers.story import SUNDAY_NIGHT, Telling, at

Rows = Callable[..., list[dict[str, Any]]]


def asked(native: str = "T", created: str = "Mon 10:00", **more: Any) -> Telling:
    """A customer's mail."""
    return Telling(native, created, **more).say(created, "customer")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda t: t.say("Mon 10:10", "lena"), id="a light agent"),
        pytest.param(lambda t: t.say("Mon 10:10", "anna", public=False), id="an internal note"),
        pytest.param(lambda t: t.say("Mon 10:10", "partner", kind="partner"), id="an agent of a sharing partner"),
        pytest.param(lambda t: t.say("Mon 10:10", "anna", is_automated=True), id="a macro that a rule sent"),
        pytest.param(lambda t: t.say("Mon 10:10", "", kind="automation"), id="an automatic acknowledgement"),
        pytest.param(lambda t: t.say("Mon 10:10", "bot"), id="a bot's user"),
        pytest.param(lambda t: t.say("Mon 10:10", "customer"), id="the requester"),
        pytest.param(lambda t: t.say("Mon 10:10", "friend"), id="somebody in copy"),
        pytest.param(lambda t: t.say("Mon 10:10", ""), id="nobody knows who"),
    ],
)
def test_only_a_person_of_ours_answers(told: Told, fact: Fact, spoil: Callable[[Telling], Telling]) -> None:
    """Every one of these has made a first response time look good somewhere."""
    told(Customer(id="friend"), *spoil(asked()).say("Mon 10:30", "anna").records(SUNDAY_NIGHT))
    assert fact("T", "frt_s", "human_replies") == (1_800, 1)


def test_an_agent_who_asks_for_himself_does_not_answer_himself(told: Told, fact: Fact) -> None:
    """Staff use the same desk; their own mails are questions."""
    told(*asked(requester="anna").say("Mon 10:10", "anna").say("Mon 10:30", "ben").records(SUNDAY_NIGHT))
    assert fact("T", "frt_s", "exclusion_reason", "is_frt_counted") == (1_800, "internal", 0)


def test_a_message_is_judged_by_the_role_of_its_time(told: Told, fact: Fact) -> None:
    """Dora answered as an agent; that she is a light agent today changes nothing."""
    told(
        Agent(id="dora", role="light"),
        AgentRole(agent_id="dora", from_at=at("Mon 00:00"), role="agent"),
        AgentRole(agent_id="dora", from_at=at("Wed 00:00"), role="light"),
        *asked().say("Mon 10:30", "dora").records(SUNDAY_NIGHT),
        *asked("U", "Thu 10:00").say("Thu 10:30", "dora").records(SUNDAY_NIGHT),
    )
    assert fact("T", "frt_s") == 1_800
    assert fact("U", "frt_s") is None


def test_who_once_had_the_ticket_was_an_agent_then(told: Told, fact: Fact) -> None:
    """Elif left before we first read the staff; the vendor calls him a customer now, and his replies were lost."""
    told(
        Customer(id="elif"),
        *asked().change("Mon 10:05", "assignee", "elif", by="anna").say("Mon 10:30", "elif").records(SUNDAY_NIGHT),
        *asked("U", "Thu 10:00").say("Thu 10:30", "elif").records(SUNDAY_NIGHT),
    )
    assert fact("T", "frt_s", "handled_by") == (1_800, "human")
    assert fact("U", "frt_s") is None


def test_the_source_tells_the_role_before_our_history(told: Told, fact: Fact) -> None:
    """What was said when it was written is better than what we know today."""
    told(*asked().say("Mon 10:30", "anna", kind="agent", author_role_at="light").records(SUNDAY_NIGHT))
    assert fact("T", "frt_s") is None


def test_agents_who_arrive_after_their_messages_turn_them_into_answers(told: Told, fact: Fact) -> None:
    """Streams are read one after the other; the first derivation may not know who is staff."""
    told(*asked().say("Mon 10:30", "eve").records(SUNDAY_NIGHT))
    assert fact("T", "frt_s") is None
    told(Agent(id="eve", role="agent"))
    assert fact("T", "frt_s") == 1_800


def test_messages_that_follow_each_other_are_one_wait(told: Told, rows: Rows) -> None:
    """A customer who adds a line has not begun to wait anew."""
    ticket = asked().say("Mon 10:30", "anna").say("Mon 14:00", "customer").say("Mon 14:20", "customer")
    told(*ticket.say("Mon 15:00", "anna").say("Mon 15:30", "anna").records(SUNDAY_NIGHT))
    assert [(row["asked_at"], row["wait_s"]) for row in rows("reply_wait_facts")] == [(at("Mon 14:00"), 3_600)]


def test_a_chat_begins_with_the_customers_first_word(told: Told, fact: Fact) -> None:
    """The window stood open for two minutes before anybody wrote."""
    chat = Telling("T", "Mon 10:00", channel="chat").say("Mon 10:02", "customer").say("Mon 10:03", "anna")
    told(*chat.records(SUNDAY_NIGHT))
    assert fact("T", "frt_s") == 60


def test_what_arrives_and_is_answered_outside_hours_has_waited_no_business_second(told: Told, fact: Fact) -> None:
    """0 s is a value, not a gap (R6)."""
    told(*asked(created="Mon 18:00").say("Mon 18:30", "anna").records(SUNDAY_NIGHT))
    assert fact("T", "frt_s", "frt_business_s") == (1_800, 0)


def test_a_ticket_written_down_for_a_caller_is_neither_outbound_nor_waiting(told: Told, fact: Fact, rows: Rows) -> None:
    """The caller was on the phone while the ticket came into being."""
    ticket = Telling("T", "Mon 10:00", channel="phone", by="anna").say("Mon 10:00", "anna")
    told(*ticket.records(SUNDAY_NIGHT))
    assert fact("T", "is_outbound", "is_on_behalf", "frt_s", "is_frt_counted") == (0, 1, None, 0)
    assert rows("backlog_spans")[0]["is_unreplied_until"] == at("Mon 10:00")


def test_deeds_within_a_minute_are_one_touch(told: Told, fact: Fact) -> None:
    """Reply, status and field change with one click are one piece of work."""
    ticket = asked().say("Mon 10:30", "anna").change("Mon 10:30", "status", "pending", "anna")
    ticket.change("Mon 10:30:59", "field", "x", "anna").change("Mon 10:31:01", "field", "y", "anna")
    ticket.change("Mon 10:31:05", "field", "z", "ben").change("Mon 11:00", "field", "z", "rule")
    told(*ticket.records(SUNDAY_NIGHT))
    assert fact("T", "touches") == 3


def test_never_assigned_but_solved_counts_as_assigned_to_who_answered(told: Told, fact: Fact) -> None:
    """Desks without assignment have no endless waits for one."""
    told(*asked().say("Mon 10:30", "anna").solve("Mon 10:40", "anna").records(SUNDAY_NIGHT))
    assert fact("T", "first_assignment_s") == 1_800


def test_a_team_alone_is_no_assignment(told: Told, fact: Fact) -> None:
    """Nobody in particular feels responsible yet."""
    told(*asked().change("Mon 10:05", "team", "l1", "rule").records(SUNDAY_NIGHT))
    assert fact("T", "first_assigned_at", "assignee_stations", "team_stations") == (None, 0, 1)


def test_routing_by_a_rule_in_the_first_minutes_is_no_transfer(told: Told, fact: Fact) -> None:
    """A trigger that sorts new mail has not transferred anything; a person who passes it on has."""
    ticket = asked().change("Mon 10:00:10", "team", "l1", "rule").change("Mon 10:01", "team", "l2", "rule")
    told(*ticket.records(SUNDAY_NIGHT))
    assert fact("T", "team_stations") == 1
    told(*ticket.change("Mon 12:00", "team", "l1", "ben").records(SUNDAY_NIGHT))
    assert fact("T", "team_stations") == 2


def test_a_higher_tier_is_an_escalation(told: Told, fact: Fact) -> None:
    """From level 1 to level 2 the ticket was raised, back it was not."""
    ticket = asked().change("Mon 10:00", "team", "l1", "rule").change("Mon 12:00", "team", "l2", "anna")
    told(*ticket.change("Mon 13:00", "team", "l1", "ben").records(SUNDAY_NIGHT))
    assert fact("T", "escalated_at") == at("Mon 12:00")


def test_a_shared_log_in_answers_but_is_no_assignee(told: Told, fact: Fact) -> None:
    """Somebody wrote it; who, nobody can say."""
    shared = Agent(id="desk", role="shared", is_human=False)
    ticket = asked().change("Mon 10:10", "assignee", "desk", "rule").say("Mon 10:30", "desk")
    told(shared, *ticket.records(SUNDAY_NIGHT))
    assert fact("T", "frt_s", "assignee_stations", "first_assigned_at") == (1_800, 0, None)


def test_an_unseen_author_who_is_said_to_be_an_agent_is_one(told: Told, fact: Fact) -> None:
    """The source knows its agents even where it does not list them."""
    message = Message(ticket_id="T", happened_at=at("Mon 10:30"), id="x", author_kind="agent", is_public=True)
    told(*asked().records(SUNDAY_NIGHT), message)
    assert fact("T", "frt_s") == 1_800
