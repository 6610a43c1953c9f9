"""One ticket's row: what it becomes, in each of the three lists in which it can stand."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from connectors import BadRow, Context, Message, Record, SlaInstance, SourceMetric, Ticket, TicketEvent, Window, utc
from connectors.freshdesk.tickets import TicketRow, fetch_tickets, normalise_deleted, normalise_ticket
from core.clock import DAY_S
from tests.connectors.freshdesk.conftest import NOW

Made = Callable[..., list[Record]]
BORN, FIRST, DONE, LATER = (
    "2026-01-05T09:00:00Z",
    "2026-01-05T09:25:00Z",
    "2026-01-06T10:00:00Z",
    "2026-01-07T08:00:00Z",
)
ROW: dict[str, Any] = {
    "id": 55, "status": 4, "priority": 2, "source": 1, "group_id": 7, "responder_id": 9, "requester_id": 88,
    "created_at": BORN, "updated_at": DONE, "fr_due_by": "2026-01-05T13:00:00Z", "due_by": "2026-01-07T09:00:00Z",
    "fr_escalated": False, "is_escalated": False, "spam": False, "type": "Question", "tags": [],
    "custom_fields": {"cf_reason": "Billing issue", "cf_note": "call me at home", "cf_vip": True},
    "stats": {"first_responded_at": FIRST, "agent_responded_at": DONE, "resolved_at": DONE, "status_updated_at": DONE,
              "closed_at": None, "reopened_at": None, "pending_since": None},
}  # fmt: skip
LOOKUPS = {"ticket_fields": {"cf_reason": "custom_dropdown", "cf_note": "custom_text", "cf_vip": "custom_checkbox"}}


@pytest.fixture
def ticket(records: Made, context: Callable[..., Context]) -> Callable[..., Ticket]:
    def made(normalise: Any = normalise_ticket, ctx: Context | None = None, **changed: Any) -> Ticket:
        found = records({**ROW, **changed}, TicketRow, normalise, ctx or context(lookups=LOOKUPS))
        (one,) = (record for record in found if isinstance(record, Ticket))
        return one

    return made


def figures(found: list[Record]) -> dict[str, float | None]:
    assert all(one.unit == "epoch" for one in found if isinstance(one, SourceMetric))
    return {one.name: one.value for one in found if isinstance(one, SourceMetric)}


def test_the_documented_ticket(ticket: Callable[..., Ticket]) -> None:
    """Every field that figures are cut by."""
    one = ticket()
    assert (one.status_category, one.channel, one.via_detail, one.priority) == ("solved", "email", "email", "normal")
    assert (one.assignee_id, one.team_id, one.requester_id, one.type) == ("9", "7", "88", "question")
    assert (one.version, one.created_at, one.deleted_at, one.is_spam) == (utc(DONE), utc(BORN), None, False)


@pytest.mark.parametrize(
    ("number", "category"),
    [(2, "open"), (3, "pending"), (4, "solved"), (5, "closed"), (6, "pending"), (7, "hold"), (8, "hold"), (9, "other")],
)
def test_statuses(ticket: Callable[..., Ticket], context: Callable[..., Context], number: int, category: str) -> None:
    """Trap 29: an own status means what the admin says; one that nobody explains counts as unsolved and is said."""
    said: list[tuple[str, str]] = []
    ctx = context(
        lookups={"statuses": {"8": "With the workshop", "9": "Parked"}},
        statuses={"With the workshop": "hold"},
        warn=lambda kind, value: said.append((kind, value)),
    )
    assert ticket(ctx=ctx, status=number).status_category == category
    assert [one for one in said if one[0] == "status"] == ([("status", "Parked")] if number == 9 else [])


def test_sources(ticket: Callable[..., Ticket], context: Callable[..., Context]) -> None:
    """An account can have sources of its own; one unknown to all is 'other' and said once."""
    said: list[tuple[str, str]] = []
    ctx = context(sources={"101": "chat"}, warn=lambda kind, value: said.append((kind, value)))
    assert [ticket(ctx=ctx, source=number).channel for number in (3, 7, 13, 101, 44)] == [
        "phone", "chat", "messaging", "chat", "other",
    ]  # fmt: skip
    assert ("source", "44") in said


def test_deleted_and_spam_are_told_apart(ticket: Callable[..., Ticket]) -> None:
    """Trap 15: only the list in which a ticket stands tells that it was deleted; back in the first one, it is alive."""
    assert ticket(normalise_deleted).deleted_at == utc(DONE)
    assert (ticket(spam=True).is_spam, ticket(spam=True).deleted_at) == (True, None)
    assert (ticket(updated_at=LATER).is_spam, ticket(updated_at=LATER).deleted_at) == (False, None)


def test_opened_again_it_is_not_resolved_any_more(records: Made, context: Callable[..., Context]) -> None:
    """Trap 16: resolved_at goes, and what we kept of it must go too."""
    before = figures(records(ROW, TicketRow, normalise_ticket, context()))
    assert (before["resolved_at"], before["first_replied_at"]) == (utc(DONE), utc(FIRST))
    stats = {**ROW["stats"], "resolved_at": None, "reopened_at": LATER, "status_updated_at": LATER}
    row = {**ROW, "status": 2, "updated_at": LATER, "stats": stats}
    found = records(row, TicketRow, normalise_ticket, context())
    assert (figures(found)["resolved_at"], figures(found)["reopened_at"]) == (None, utc(LATER))
    (target,) = (one for one in found if isinstance(one, SlaInstance) and one.target_kind == "resolution")
    assert (target.fulfilled_at, target.met) == (None, None)


def test_the_description_is_the_first_message(records: Made, context: Callable[..., Context]) -> None:
    """It is no conversation of its own; without it every first answer would look like the opening."""
    (first,) = (one for one in records(ROW, TicketRow, normalise_ticket, context()) if isinstance(one, Message))
    assert (first.direction, first.author_id, first.happened_at, first.is_public) == ("in", "88", utc(BORN), True)
    (sent,) = (one for one in records({**ROW, "source": 10}, TicketRow, normalise_ticket, context())
               if isinstance(one, Message))  # fmt: skip
    assert (sent.direction, sent.author_kind, sent.author_id) == ("out", "agent", None)
    (call,) = (one for one in records({**ROW, "source": 3}, TicketRow, normalise_ticket, context())
               if isinstance(one, Message))  # fmt: skip
    assert (call.direction, call.channel) == ("in", "phone")


def test_custom_fields(ticket: Callable[..., Ticket], context: Callable[..., Context]) -> None:
    """The reason is read by its name; what people typed into a text field is not kept."""
    ctx = context(lookups=LOOKUPS, contact_reason_field="cf_reason", contact_reasons={"Billing issue": "billing"})
    one = ticket(ctx=ctx)
    assert one.contact_reason == "billing"
    assert one.extra == {"cf_vip": True, "cf_reason": "Billing issue"}
    assert ticket(ctx=context(contact_reason_field="type")).contact_reason == "Question"


def test_required_fields_are_counted(ticket: Callable[..., Ticket], context: Callable[..., Context]) -> None:
    """Under pressure of time agents skip fields, and nobody sees it in the handle time."""
    one = ticket(ctx=context(lookups=LOOKUPS, required_fields=("cf_reason", "cf_order", "cf_gone")),
                 custom_fields={"cf_reason": "Billing issue", "cf_order": None, "cf_vip": True})  # fmt: skip
    assert (one.required_fields, one.filled_fields) == (2, 1)


@pytest.mark.parametrize(
    ("window", "is_said"),
    [
        (Window(since=NOW - 200 * DAY_S, now_at=NOW), True),
        (Window(since=NOW - 100 * DAY_S, now_at=NOW), False),
        (Window(since=0, resume_at=f"{NOW}|0|{NOW}|{NOW}", now_at=NOW), False),
    ],
    ids=["a year back", "three months back", "a later pull"],
)
def test_that_freshdesk_archives_is_said(api: Callable[..., Any], window: Window, *, is_said: bool) -> None:
    """A chart that starts with few tickets because the others are archived looks like growth."""
    (page,) = fetch_tickets(api([]), window)
    assert ("archives tickets" in page.note) is is_said


def test_a_number_that_could_be_dialled_is_kept_nowhere(records: Made, context: Callable[..., Context]) -> None:
    """Admins make number fields for telephones: neither table nor kept row may hold one."""
    fields = {"cf_mobile": 4915112345678, "cf_seats": 12}
    row = msgspec.convert({**ROW, "custom_fields": fields}, TicketRow)
    assert (row.custom_fields, row.worded_fields) == ({"cf_seats": 12}, {"cf_mobile": 4915112345678})
    kinds = {"ticket_fields": dict.fromkeys(fields, "custom_number")}
    (one,) = (made for made in normalise_ticket(row, context(lookups=kinds)) if isinstance(made, Ticket))
    assert one.extra == {"cf_seats": 12}


@pytest.mark.parametrize(
    ("changed", "kind", "met", "breached"),
    [
        ({}, "first_reply", True, None),
        ({}, "resolution", True, None),
        ({"fr_due_by": "2026-01-05T09:20:00Z"}, "first_reply", False, "2026-01-05T09:20:00Z"),
        ({"due_by": "2026-01-06T09:00:00Z"}, "resolution", False, "2026-01-06T09:00:00Z"),
        ({"is_escalated": True}, "resolution", True, None),
        ({"stats": None, "fr_escalated": True}, "first_reply", False, "2026-01-05T13:00:00Z"),
        ({"status": 2, "stats": None}, "resolution", None, None),
    ],
)
def test_targets(
    records: Made, context: Callable[..., Context], changed: dict[str, Any], kind: str, met: bool | None, breached: Any
) -> None:
    """A moment judges before a flag: Freshdesk raises its flags for other escalations as well."""
    found = records({**ROW, **changed}, TicketRow, normalise_ticket, context())
    (one,) = (record for record in found if isinstance(record, SlaInstance) and record.target_kind == kind)
    assert (one.met, one.breached_at) == (met, None if breached is None else utc(breached))


def test_a_target_whose_clock_stands_is_not_late(records: Made, context: Callable[..., Context]) -> None:
    """While the customer has the next word due_by is passed without anybody being late."""
    row = {**ROW, "status": 3, "stats": None}
    (one,) = (record for record in records(row, TicketRow, normalise_ticket, context())
              if isinstance(record, SlaInstance) and record.target_kind == "resolution")  # fmt: skip
    assert (one.due_at, one.met) == (None, None)


def test_a_row_without_moments_is_a_ticket(records: Made, context: Callable[..., Context]) -> None:
    """Searches and older accounts give no stats; nothing is made up from their absence."""
    row = {key: value for key, value in ROW.items() if key not in ("stats", "fr_due_by", "due_by")}
    found = records(row, TicketRow, normalise_ticket, context())
    assert figures(found) == {}
    assert sum(isinstance(one, TicketEvent) for one in found) == 1
    assert not [one for one in found if isinstance(one, SlaInstance)]


def test_a_moment_without_a_zone_is_no_moment(records: Made, context: Callable[..., Context]) -> None:
    """Guessing a zone would shift a whole account by hours."""
    with pytest.raises(BadRow, match="no time zone"):
        records({**ROW, "created_at": "2026-01-05 09:00:00"}, TicketRow, normalise_ticket, context())
