"""Ratings, booked time, business hours, people, conversations and the account's own set-up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors import (
    Agent,
    AgentTeam,
    BadRow,
    Context,
    Customer,
    CustomerIdentity,
    Gone,
    Message,
    NotAllowed,
    Organization,
    Record,
    Schedule,
    Survey,
    Team,
    Ticket,
    TicketEvent,
    TimeEntry,
    Window,
    utc,
)
from connectors.freshdesk import people
from connectors.freshdesk.account import check, prepare, tallies
from connectors.freshdesk.conversations import ConversationRow, fetch_conversations, normalise_conversation
from connectors.freshdesk.hours import HoursRow, normalise_hours
from connectors.freshdesk.people import AgentRow, CompanyRow, ContactRow, GroupRow
from connectors.freshdesk.surveys import RatingRow, normalise_rating
from connectors.freshdesk.tickets import TicketRow, normalise_ticket
from connectors.freshdesk.times import TimeRow, normalise_time_entry

Made = Callable[..., list[Record]]
Ctx = Callable[..., Context]
AT = "2026-01-05T09:00:00Z"
RATING: dict[str, Any] = {"id": 1, "ticket_id": 7, "user_id": 88, "agent_id": 9, "group_id": 5, "created_at": AT}


@pytest.mark.parametrize(
    ("ratings", "score", "share", "happy"),
    [
        ({"default_question": 103, "question_12": -101}, 103, 1.0, True),
        ({"question_12": -101, "default_question": -103}, -103, 0.0, False),
        ([{"question": "question_12", "value": 103}, {"question": "default_question", "value": 100}], 100, 0.5, False),
        ([{"default_question": 101}], 101, 4 / 6, True),
        ([-102], -102, 1 / 6, False),
        (102, 102, 5 / 6, True),
        ("-101", -101, 2 / 6, False),
    ],
)
def test_ratings_in_every_form(
    records: Made, context: Ctx, ratings: Any, score: int, share: float, happy: bool
) -> None:
    """Trap 17: object, list or number, by account and time; reading one form only drops everybody else's."""
    (one,) = records({**RATING, "ratings": ratings}, RatingRow, normalise_rating, context())
    assert isinstance(one, Survey)
    assert (one.score_raw, one.is_satisfied, one.scale) == (str(score), happy, "freshdesk")
    assert one.score_norm == pytest.approx(share)


@pytest.mark.parametrize("ratings", [None, {}, [], True, "great", {"question_12": 103}, {"default_question": None}])
def test_a_rating_without_its_main_answer_is_set_aside(records: Made, context: Ctx, ratings: Any) -> None:
    """A side question is not satisfaction."""
    with pytest.raises(BadRow, match="main question"):
        records({**RATING, "ratings": ratings}, RatingRow, normalise_rating, context())


def test_an_unknown_step_is_no_satisfaction(records: Made, context: Ctx) -> None:
    """A new step of the scale is said, and judged by nobody."""
    said: list[tuple[str, str]] = []
    ctx = context(warn=lambda kind, value: said.append((kind, value)))
    (one,) = records({**RATING, "ratings": 5}, RatingRow, normalise_rating, ctx)
    assert isinstance(one, Survey)
    assert (one.score_norm, one.is_satisfied, said) == (None, None, [("satisfaction score", "5")])


@pytest.mark.parametrize(
    ("told", "spent"), [({"time_spent": "01:30"}, 5_400), ({"time_spent": "00:10", "time_spent_in_seconds": 615}, 615)]
)
def test_booked_time(records: Made, context: Ctx, told: dict[str, Any], spent: int) -> None:
    """Hours and minutes, or seconds on newer accounts."""
    row = {"id": 1, "ticket_id": 7, "agent_id": 9, "billable": True, "start_time": AT, "updated_at": AT, **told}
    (one,) = records(row, TimeRow, normalise_time_entry, context())
    assert isinstance(one, TimeEntry)
    assert (one.spent_s, one.started_at, one.ticket_id, one.agent_id) == (spent, utc(AT), "7", "9")


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("8:00 am", "5:00 pm", (480, 1_020)),
        ("12:00 am", "11:59 pm", (0, 1_440)),
        ("12:30 pm", "12:00 am", (750, 1_440)),
        ("08:00", "17:30", (480, 1_050)),
    ],
)
def test_twelve_hour_clocks(records: Made, context: Ctx, start: str, end: str, minutes: tuple[int, int]) -> None:
    """12:30 am is half past midnight; read as noon it moves every deadline by half a day."""
    row = {"id": 1, "name": "D", "time_zone": "Berlin",
           "business_hours": {"tuesday": {"start_time": start, "end_time": end}}}  # fmt: skip
    (one,) = records(row, HoursRow, normalise_hours, context())
    assert isinstance(one, Schedule)
    assert (one.hours, one.time_zone) == (((1, *minutes),), "Europe/Berlin")


@pytest.mark.parametrize(("start", "end"), [("5:00 pm", "8:00 am"), ("late", "5:00 pm"), ("25:00", "26:00")])
def test_hours_that_cannot_be_are_set_aside(records: Made, context: Ctx, start: str, end: str) -> None:
    """A calendar read wrong is worse than none."""
    row = {"id": 1, "name": "D", "time_zone": "Berlin",
           "business_hours": {"monday": {"start_time": start, "end_time": end}}}  # fmt: skip
    with pytest.raises(BadRow):
        records(row, HoursRow, normalise_hours, context())


def test_an_agent_s_role(records: Made, context: Ctx) -> None:
    """Bots answer at night and must not count as people; collaborators do not answer customers."""
    ctx = context(lookups={"roles": {"31": "Account Administrator", "33": "Supervisor"}}, bot_agents=["Robo", "12"])

    def role(**row: Any) -> tuple[str, bool]:
        (one,) = records({"id": 9, "contact": {"name": "Ada"}, **row}, AgentRow, people.normalise_agent, ctx)
        assert isinstance(one, Agent)
        return one.role, one.is_human

    assert role() == ("agent", True)
    assert role(role_ids=[31]) == ("admin", True)
    assert role(role_ids=[33]) == ("lead", True)
    assert role(type="collaborator") == ("light", True)
    assert role(contact={"name": "Robo"}) == role(id=12) == ("bot", False)


def test_contacts(records: Made, context: Ctx) -> None:
    """Mail and numbers find the same person in the telephone system; a deleted contact gives none any more."""
    row = {"id": 3, "email": "a@b.example", "other_emails": ["c@own.example"], "phone": 4930555, "mobile": "+49171",
           "created_at": AT, "updated_at": AT, "custom_fields": {"cf_tier": "gold"}, "tags": ["vip"]}  # fmt: skip
    ctx = context(customer_type_field="cf_tier", customer_types={"gold": "premium"}, internal_domains=["own.example"])
    customer, *identities = records(row, ContactRow, people.normalise_contact, ctx)
    assert isinstance(customer, Customer)
    assert (customer.customer_type, customer.is_vip, customer.is_internal) == ("premium", True, True)
    assert [(one.kind, one.value) for one in identities if isinstance(one, CustomerIdentity)] == [
        ("email", "a@b.example"), ("email", "c@own.example"), ("phone", "4930555"), ("phone", "+49171"),
    ]  # fmt: skip
    (gone,) = records(row, ContactRow, people.normalise_deleted, ctx)
    assert isinstance(gone, Customer)
    assert gone.deleted_at == utc(AT)


TALK: dict[str, Any] = {"id": 100, "ticket_id": 7, "user_id": 9, "created_at": AT, "incoming": False, "private": False,
                        "source": 0, "body_text": "Dear you"}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "direction", "kind", "public"),
    [
        ({}, "out", "agent", True),
        ({"incoming": True, "user_id": 88}, "in", "customer", True),
        ({"private": True, "source": 2}, "internal", "agent", False),
        ({"source": 2}, "out", "agent", True),
        ({"source": 8}, "internal", "agent", False),
        ({"auto_response": True}, "out", "automation", True),
        ({"automation_id": 5}, "out", "automation", True),
        ({"user_id": 77}, "out", "automation", True),
        ({"user_id": 12}, "out", "bot", True),
        ({"user_id": None}, "out", "unknown", True),
    ],
)
def test_conversations(
    records: Made, context: Ctx, changed: dict[str, Any], direction: str, kind: str, public: bool
) -> None:
    """A first reply is a person's public word to the customer, and nothing else."""
    ctx = context(bot_agents=["12"], automation_agents=["77"])
    (one,) = records({**TALK, **changed}, ConversationRow, normalise_conversation, ctx)
    assert isinstance(one, Message)
    assert (one.direction, one.author_kind, one.is_public, one.body_len) == (direction, kind, public, 8)
    assert one.is_automated is (kind in ("automation", "bot"))


def test_a_merge_is_told_by_a_note_only(records: Made, context: Ctx) -> None:
    """Merged tickets look like closed ones, and would count as solved twice."""
    words = "This ticket is closed and merged into ticket 4711"
    found = records({**TALK, "private": True, "body_text": words}, ConversationRow, normalise_conversation, context())
    (merge,) = (one for one in found if isinstance(one, TicketEvent))
    assert (merge.kind, merge.field, merge.new_value, merge.precision) == ("merge", "merge", "4711", "stat")
    quoted = records({**TALK, "body_text": words}, ConversationRow, normalise_conversation, context())
    assert not [one for one in quoted if isinstance(one, TicketEvent)]


def test_a_ticket_that_is_gone_has_no_conversations_and_is_not_asked_again(api: Callable[..., Any]) -> None:
    """One deleted ticket must not stop those after it."""
    fake = api([TALK], Gone("fd: no such thing", 404), [{**TALK, "id": 101}] * 30, [])
    pages = list(fetch_conversations(fake, Window(keys=("7", "8", "9"))))
    assert [(len(page.rows), tuple(page.done)) for page in pages] == [(1, ("7",)), (0, ("8",)), (30, ("9",))]
    assert [path for path, _ in fake.asked] == [f"/tickets/{key}/conversations" for key in (7, 8, 9, 9)]


def test_what_pulls_need_to_know_of_the_account(api: Callable[..., Any]) -> None:
    """Names of own statuses, and whose business hours hold for which group; a plan without products has none."""
    fields = [{"name": "status", "type": "default_status", "choices": {"2": ["Open", "Seen"], "8": "Parked"}},
              {"name": "cf_x", "type": "custom_text"}, {"name": None}]  # fmt: skip
    groups = [{"id": 5, "name": "Support", "business_hour_id": 71}, {"id": 6, "name": "Back", "business_hour_id": None}]
    found = prepare(
        api(fields, groups, NotAllowed("fd: products: not in this plan", 403), [{"id": 1, "name": "Agent"}])
    )
    assert found["statuses"] == {"2": "Open", "8": "Parked"}
    assert found["business_hours"] == {"5": "71"}
    assert (found["groups"], found["products"]) == ({"Support": "5", "Back": "6"}, {})
    assert found["roles"] == {"1": "Agent"}


def test_check_says_where_to_click(api: Callable[..., Any]) -> None:
    """What is needed and missing is a fault; what the plan does not have is none."""
    refused = NotAllowed("fd: not allowed for this key or plan (403).", 403, "require_feature")
    fake = api({"ticket_scope": 2}, refused, *[[]] * 7, refused, *[[]] * 3)
    found = {one.what: one for one in check(fake)}
    assert (found["log-in"].ok, found["tickets"].ok, found["spam"].ok) == (True, False, True)
    assert not found["all tickets in sight"].ok
    assert "all tickets in scope" in found["all tickets in sight"].advice
    assert "Admin > Team > Agents" in found["tickets"].advice
    assert found["satisfaction ratings"].ok
    assert "not part of this Freshdesk plan" in found["satisfaction ratings"].advice
    assert "Account exports" in found["export of ticket activities: asked for at each pull"].advice


def test_freshdesk_s_own_count(api: Callable[..., Any]) -> None:
    """The search counts whole days and no spam, our table holds the spam as well."""
    spam = [{"id": 1, "created_at": "2026-01-03T09:00:00Z"}, {"id": 2, "created_at": "2025-12-03T09:00:00Z"}]
    fake = api({"total": 40, "results": []}, spam)
    window = Window(since=utc("2026-01-01T00:00:00Z"), until=utc("2026-01-31T08:00:00Z"))
    (one,) = tallies(fake, window)
    assert fake.asked[0][1] == {"query": "\"created_at:>'2026-01-01' AND created_at:<'2026-01-30'\""}
    assert (one.count, one.table, one.column) == (41, "tickets", "created_at")
    assert (one.from_at, one.to_at) == (utc("2026-01-01T00:00:00Z"), utc("2026-01-31T00:00:00Z"))


def test_what_may_be_archived_is_not_counted(api: Callable[..., Any]) -> None:
    """Freshdesk's count lacks what it archived after 120 days: every store of half a year would seem to be wrong."""
    fake = api({"total": 3, "results": []}, [])
    (one,) = tallies(fake, Window(since=utc("2025-01-01T00:00:00Z"), until=utc("2026-01-31T08:00:00Z")))
    assert one.from_at == utc("2025-10-04T00:00:00Z")
    assert "created_at:>'2025-10-04'" in fake.asked[0][1]["query"]


RECORDED: tuple[tuple[str, Any, Any, type[Record]], ...] = (
    ("recorded/tickets_include_stats_requester.json", TicketRow, normalise_ticket, Ticket),
    ("python-freshdesk/v2/ticket_1.json", TicketRow, normalise_ticket, Ticket),
    ("python-freshdesk/v2/ticket_1_updated.json", TicketRow, normalise_ticket, Ticket),
    ("python-freshdesk/v2/all_tickets.json", TicketRow, normalise_ticket, Ticket),
    ("python-freshdesk/v2/search_tickets.json", TicketRow, normalise_ticket, Ticket),
    ("python-freshdesk/v2/outbound_email_1.json", TicketRow, normalise_ticket, Ticket),
    ("recorded/conversations.json", ConversationRow, normalise_conversation, Message),
    ("python-freshdesk/v2/conversations.json", ConversationRow, normalise_conversation, Message),
    ("python-freshdesk/v2/note_1.json", ConversationRow, normalise_conversation, Message),
    ("python-freshdesk/v2/reply_1.json", ConversationRow, normalise_conversation, Message),
    ("recorded/business_hours.json", HoursRow, normalise_hours, Schedule),
    ("python-freshdesk/v2/agents.json", AgentRow, people.normalise_agent, Agent),
    ("python-freshdesk/v2/agent_1.json", AgentRow, people.normalise_agent, Agent),
    ("python-freshdesk/v2/agent_1_updated.json", AgentRow, people.normalise_agent, Agent),
    ("python-freshdesk/v2/groups.json", GroupRow, people.normalise_group, Team),
    ("python-freshdesk/v2/group_1.json", GroupRow, people.normalise_group, Team),
    ("python-freshdesk/v2/companies.json", CompanyRow, people.normalise_company, Organization),
    ("python-freshdesk/v2/company.json", CompanyRow, people.normalise_company, Organization),
    ("python-freshdesk/v2/company_updated.json", CompanyRow, people.normalise_company, Organization),
    ("python-freshdesk/v2/customer.json", CompanyRow, people.normalise_company, Organization),
    ("python-freshdesk/v2/search_companies.json", CompanyRow, people.normalise_company, Organization),
    ("python-freshdesk/v2/contacts.json", ContactRow, people.normalise_contact, Customer),
    ("python-freshdesk/v2/contact.json", ContactRow, people.normalise_contact, Customer),
    ("python-freshdesk/v2/contact_updated.json", ContactRow, people.normalise_contact, Customer),
    ("python-freshdesk/v2/contact_1_agent.json", ContactRow, people.normalise_contact, Customer),
    ("python-freshdesk/v2/search_contacts.json", ContactRow, people.normalise_contact, Customer),
    ("python-freshdesk/v2/time_entries.json", TimeRow, normalise_time_entry, TimeEntry),
    ("python-freshdesk/v2/time_entry_1.json", TimeRow, normalise_time_entry, TimeEntry),
)


@pytest.mark.parametrize(("file", "row", "normalise", "kind"), RECORDED, ids=[one[0] for one in RECORDED])
def test_no_recorded_row_is_set_aside(
    fixtures: Callable[[str], Path],
    records: Made,
    context: Ctx,
    file: str,
    row: Any,
    normalise: Any,
    kind: type[Record],
) -> None:
    """Each row that Freshdesk really sent becomes one record; a type that is too strict would lose real tickets."""
    body = json.loads(fixtures(f"freshdesk/{file}").read_text())
    rows = body if isinstance(body, list) else body.get("results", [body])
    made = [one for given in rows for one in records(given, row, normalise, context())]
    assert sum(isinstance(one, kind) for one in made) == len(rows) > 0


def test_the_recorded_roles(
    fixtures: Callable[[str], Path], api: Callable[..., Any], records: Made, context: Ctx
) -> None:
    """Who may do what is told by the names of roles."""
    body = json.loads(fixtures("freshdesk/python-freshdesk/v2/roles.json").read_text())
    lookups = prepare(api([], [], [], body))
    assert lookups["roles"] == {"1": "Agent", "2": "Administrator"}
    (one,) = records({"id": 9, "role_ids": [2]}, AgentRow, people.normalise_agent, context(lookups=lookups))
    assert isinstance(one, Agent)
    assert one.role == "admin"


def test_the_recorded_live_tickets(fixtures: Callable[[str], Path], records: Made, context: Ctx) -> None:
    """Six tickets of a real account: never changed, born closed, pending since a moment of their own."""
    body = json.loads(fixtures("freshdesk/recorded/tickets_include_stats_requester.json").read_text())
    found = {row["id"]: records(row, TicketRow, normalise_ticket, context()) for row in body}
    (sent,) = (one for one in found[21] if isinstance(one, Ticket))
    assert (sent.status_category, sent.is_agent_initiated, sent.organization_id) == ("closed", True, "67001265522")
    assert {row["id"] for row in body if row["stats"]["status_updated_at"] == row["created_at"]} == {18, 19, 20, 21, 23}


def test_the_recorded_calendar(fixtures: Callable[[str], Path], records: Made, context: Ctx) -> None:
    """Its zone bears Rails' name, its hours the older key."""
    body = json.loads(fixtures("freshdesk/recorded/business_hours.json").read_text())
    (one,) = records(body, HoursRow, normalise_hours, context())
    assert isinstance(one, Schedule)
    assert (one.time_zone, one.is_default) == ("Asia/Magadan", True)
    assert one.hours == tuple((day, 480, 1_020) for day in range(5))


def test_a_group_and_who_is_in_it(records: Made, context: Ctx) -> None:
    """Agents of a group, as the group tells them."""
    found = records({"id": 5, "name": "S", "agent_ids": [9, 8]}, GroupRow, people.normalise_group, context())
    assert [(one.agent_id, one.team_id) for one in found if isinstance(one, AgentTeam)] == [("9", "5"), ("8", "5")]
