"""Single rows as RT writes them, and what becomes of them."""

import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec import UNSET

from connectors import BadRow, Context, Message, Record, SourceMetric, Ticket, TicketEvent, TimeEntry
from connectors.request_tracker.settings import RequestTrackerSettings
from connectors.request_tracker.tickets import TicketRow, normalise_ticket
from connectors.request_tracker.transactions import TransactionRow, normalise_transaction

Made = Callable[..., Any]
TICKET: dict[str, Any] = {
    "type": "ticket", "Type": "ticket", "id": 12, "Status": "open", "Created": "2026-03-02T08:00:00Z",
    "LastUpdated": "2026-03-02T09:00:00Z", "Started": "2026-03-02T08:10:00Z", "Resolved": "2026-03-02T08:30:00Z",
    "Due": "1970-01-01T00:00:00Z", "EffectiveId": "12", "Priority": "50", "TimeWorked": "7", "CustomFields": "",
    "Queue": {"id": 3, "Name": "Support"}, "Owner": {"id": 6}, "Creator": {"id": 40}, "Requestor": [{"id": 40}],
}  # fmt: skip
CHANGE: dict[str, Any] = {
    "id": 900, "type": "transaction", "ObjectType": "RT::Ticket", "ObjectId": "12", "Created": "2026-03-02T08:10:00Z",
    "Creator": {"id": 21}, "Type": "Status", "Field": "Status", "OldValue": "new", "NewValue": "open", "TimeTaken": "0",
}  # fmt: skip


@pytest.fixture
def context() -> Callable[..., Context]:
    def made(said: list[tuple[str, str]] | None = None, *, is_redacted: bool = False, **settings: Any) -> Context:
        return Context(
            settings=RequestTrackerSettings(url="https://rt.example", token="t", **settings),
            zone=ZoneInfo("Europe/Berlin"),
            source="rt",
            account="rt",
            fetched_at=1_795_000_000,
            lookups={"system": "1", "nobody": "6", "queues": {"3": "Support", "9": "Junk"}},
            contact_reasons={"Invoice wrong": "billing"},
            is_redacted=is_redacted,
            warn=lambda kind, value: (said if said is not None else []).append((kind, value)),
        )

    return made


@pytest.fixture
def ticket(context: Callable[..., Context]) -> Made:
    def made(ctx: Context | None = None, **changed: Any) -> Ticket:
        row = msgspec.json.decode(json.dumps({**TICKET, **changed}), type=TicketRow)
        found = next(normalise_ticket(row, ctx or context()))
        assert isinstance(found, Ticket)
        return found

    return made


@pytest.fixture
def change(context: Callable[..., Context]) -> Made:
    def made(ctx: Context | None = None, **changed: Any) -> list[Record]:
        row = msgspec.json.decode(json.dumps({**CHANGE, **changed}), type=TransactionRow)
        return list(normalise_transaction(row, ctx or context()))

    return made


def test_nobody_is_no_owner_and_1970_is_never(ticket: Made) -> None:
    """RT has a user for what nobody owns and a moment for what has not happened."""
    found = ticket()
    assert (found.assignee_id, found.due_at, found.merged_into_id, found.priority) == (None, None, None, "normal")
    assert ticket(Owner={"id": 21}).assignee_id == "21"


def test_the_answer_for_one_ticket_names_people_and_blanks_nothing(ticket: Made) -> None:
    """Of a deleted ticket RT tells log-in names in place of numbers; its requester must stay known."""
    found = ticket(
        Status="deleted", Owner={"id": "Nobody"}, Creator={"id": "mira@kunde.example"}, Queue={"id": "3"},
        Requestor=[{"id": "mira@kunde.example"}], EffectiveId={"id": "12"}, CustomFields=[],
    )  # fmt: skip
    assert (found.assignee_id, found.requester_id, found.submitter_id) == (UNSET, UNSET, UNSET)
    assert (found.team_id, found.deleted_at, found.merged_into_id) == ("3", found.updated_at, None)


@pytest.mark.parametrize(
    ("status", "category"),
    [("new", "new"), ("stalled", "pending"), ("resolved", "solved"), ("rejected", "closed"), ("Approved", "solved"),
     ("on order", "hold"), ("dreaming", "other")],
)  # fmt: skip
def test_statuses_of_any_lifecycle(ticket: Made, context: Made, status: str, category: str) -> None:
    """A desk invents its own; one that nobody told us is kept, counts as open and is said."""
    said: list[tuple[str, str]] = []
    assert ticket(context(said, statuses={"on order": "hold"}), Status=status).status_category == category
    assert said == ([("status", "dreaming")] if category == "other" else [])


@pytest.mark.parametrize(
    ("number", "word"), [("0", "low"), ("49", "low"), ("50", "normal"), ("99", "normal"), ("100", "high"), ("", None)]
)
def test_priorities_are_numbers_with_names(ticket: Made, number: str, word: str | None) -> None:
    """RT's own names by default; a site's own by the settings."""
    assert ticket(Priority=number).priority == word


def test_a_reason_has_the_name_that_the_config_gives_it(ticket: Made, context: Made) -> None:
    """The same reason of two systems must be one."""
    fields = [{"id": "2", "name": "Reason", "values": ["Invoice wrong"]}, {"id": "3", "name": "Note", "values": []}]
    ctx = context(contact_reason_field="Reason")
    assert ticket(ctx, CustomFields=fields).contact_reason == "billing"
    assert ticket(ctx, CustomFields="").contact_reason is None
    blank = context(contact_reason_field="Reason", is_redacted=True)
    assert ticket(blank, CustomFields=fields).contact_reason is UNSET


def test_required_fields_are_counted(ticket: Made, context: Made) -> None:
    """Under pressure of time agents skip fields, and nobody sees it in the handle time."""
    fields = [{"name": "Reason", "values": ["Invoice wrong"]}, {"name": "Order", "values": []}]
    one = ticket(context(required_fields=("Reason", "Order", "Gone")), CustomFields=fields)
    assert (one.required_fields, one.filled_fields) == (2, 1)
    blank = ticket(context(required_fields=("Reason",), is_redacted=True), CustomFields=fields)
    assert (blank.required_fields, blank.filled_fields) == (UNSET, UNSET)


def test_queues_of_spam_and_trials_are_left_out(ticket: Made, context: Made) -> None:
    """Also where RT tells the queue by its number only."""
    ctx = context(spam_queues=("Junk",), test_queues=("Support",), queue_channels={"Support": "phone"})
    assert (ticket(ctx).is_spam, ticket(ctx).is_test, ticket(ctx).channel) == (False, True, "phone")
    assert ticket(ctx, Queue={"id": "9"}).is_spam is True


def test_a_reopened_tickets_moment_of_resolution_is_not_believed(context: Made) -> None:
    """RT leaves Resolved as it was when a ticket is opened again."""

    def figure(status: str) -> float | None:
        row = msgspec.json.decode(json.dumps({**TICKET, "Status": status}), type=TicketRow)
        (found,) = (one for one in normalise_ticket(row, context())
                    if isinstance(one, SourceMetric) and one.name == "resolved_at")  # fmt: skip
        return found.value

    assert figure("open") is None
    assert figure("resolved") == 1_772_440_200


def test_a_status_changes_in_our_words(change: Made) -> None:
    """Durations by status are added up by category."""
    (found,) = change(NewValue="stalled")
    assert isinstance(found, TicketEvent)
    assert (found.kind, found.old_value, found.new_value, found.actor_id) == ("status", "new", "pending", "21")


def test_a_new_owner_is_one_event_although_rt_writes_two(change: Made) -> None:
    """Counted twice, every taking of a ticket would be a transfer."""
    (found,) = change(Type="Set", Field="Owner", OldValue="6", NewValue="21")
    assert (found.kind, found.old_value, found.new_value) == ("assignee", None, "21")
    assert change(Type="SetWatcher", Field="Owner", OldValue="6", NewValue="21") == []


@pytest.mark.parametrize("kind", ["Take", "Steal", "Give", "Force", "Untake"])
def test_owners_by_the_older_names(change: Made, kind: str) -> None:
    """History that an older RT wrote stays as it is after an upgrade."""
    assert [one.kind for one in change(Type=kind, Field="Owner", OldValue="21", NewValue="22")] == ["assignee"]


def test_a_comment_is_no_reply_and_a_scrips_answer_nobodys(change: Made) -> None:
    """An internal note or an automatic word as first reply would flatter."""
    (note,) = change(Type="Comment", Field="", OldValue="", NewValue="")
    assert isinstance(note, Message)
    assert (note.is_public, note.direction) == (False, "internal")
    (scrip,) = change(Type="Correspond", Field="", Creator={"id": 1})
    assert (scrip.is_automated, scrip.author_kind, scrip.author_id) == (True, "automation", None)


def test_mails_that_rt_sent_are_no_messages(change: Made) -> None:
    """Auto-replies and copies of a reply are written down beside it."""
    assert change(Type="EmailRecord", Field="", Creator={"id": 1}) == []


def test_booked_time_is_kept_with_whoever_booked_it(change: Made) -> None:
    """TimeTaken is minutes and comes with any transaction."""
    found = change(Type="Set", Field="TimeWorked", OldValue="7", NewValue="30", TimeTaken="23")
    (entry,) = (one for one in found if isinstance(one, TimeEntry))
    assert (entry.spent_s, entry.agent_id, entry.ticket_id) == (23 * 60, "21", "12")


def test_words_of_people_are_dropped_at_the_door(change: Made) -> None:
    """A changed subject is a customer's sentence."""
    row = msgspec.json.decode(
        json.dumps({**CHANGE, "Type": "Set", "Field": "Subject", "OldValue": "My lamp", "NewValue": "x"}),
        type=TransactionRow,
    )
    assert (row.OldValue, row.NewValue) == (None, None)
    assert change(Type="Set", Field="Subject", OldValue="My lamp", NewValue="x") == []


def test_an_unknown_kind_is_said_and_a_row_without_its_moment_set_aside(change: Made, context: Made) -> None:
    """Extensions write kinds of their own; a broken row must not stop the rest."""
    said: list[tuple[str, str]] = []
    assert change(context(said), Type="Teleport", Field="") == []
    assert said == [("transaction", "Teleport")]
    with pytest.raises(BadRow):
        change(Created="soon")
    with pytest.raises(BadRow):
        change(ObjectId="x")
