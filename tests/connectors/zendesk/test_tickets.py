"""Ticket rows as Zendesk sends them, and what the store learns from each."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from connectors import BadRow, Context, Record, SourceMetric, Ticket
from connectors.zendesk.tickets import TicketRow, normalise_ticket

Made = Callable[..., list[Record]]


def via(channel: str, rel: str | None = None, **source: Any) -> dict[str, Any]:
    return {"channel": channel, "source": {"from": source, "to": {}, "rel": rel}}


ROW: dict[str, Any] = {
    "id": 4711,
    "generated_timestamp": 1_767_225_600,
    "created_at": "2026-01-01T08:00:00Z",
    "updated_at": "2026-01-01T09:30:00Z",
    "status": "open",
    "priority": "high",
    "type": "incident",
    "via": via("email", address="someone@example.com", name="Some One"),
    "requester_id": 11,
    "submitter_id": 11,
    "assignee_id": 21,
    "group_id": 31,
    "organization_id": 41,
    "brand_id": 51,
    "tags": ["vip"],
    "custom_fields": [],
}


@pytest.fixture
def ticket(records: Made, context: Callable[..., Context]) -> Callable[..., Ticket]:
    def made(ctx: Context | None = None, **changed: Any) -> Ticket:
        found = records({**ROW, **changed}, TicketRow, normalise_ticket, ctx or context())[0]
        assert isinstance(found, Ticket)
        return found

    return made


def test_the_version_is_the_moment_that_system_changes_move_too(ticket: Callable[..., Ticket]) -> None:
    """A change by the system leaves updated_at behind; ordered by that, the older row would win."""
    older, newer = ticket(), ticket(generated_timestamp=1_767_300_000, updated_at="2026-01-01T09:30:00Z")
    assert (older.version, newer.version) == (1_767_225_600, 1_767_300_000)
    assert older.updated_at == newer.updated_at


def test_a_search_result_never_outranks_the_export(ticket: Callable[..., Ticket]) -> None:
    """Open tickets of a first load have no generated_timestamp; the export's row must be able to replace them."""
    found = ticket(generated_timestamp=None)
    assert found.version == found.updated_at
    assert found.version < ROW["generated_timestamp"] + 86_400


def test_a_deleted_ticket_is_deleted_when_it_was_and_not_when_it_was_scrubbed(ticket: Callable[..., Ticket]) -> None:
    """Thirty days later scrubbing moves generated_timestamp; the backlog of that month must not change."""
    gone = ticket(status="deleted", generated_timestamp=1_769_900_000, created_at=None, via=None)
    assert gone.deleted_at == gone.updated_at
    assert gone.status_category == "deleted"
    assert gone.created_at is UNSET


def test_a_recovered_ticket_loses_its_tombstone(ticket: Callable[..., Ticket]) -> None:
    """None empties the column, UNSET would leave the ticket deleted for ever."""
    assert ticket(status="open").deleted_at is None


@pytest.mark.parametrize(
    ("told", "channel"),
    [
        (via("voice", "voicemail"), "voicemail"),
        (via("voice", "inbound"), "phone"),
        (via("native_messaging"), "messaging"),
        (via("web"), "web"),
        (via("chat"), "chat"),
        (via("twitter"), "social"),
        (via("api"), "api"),
        ({"channel": 33}, "other"),
        (None, "other"),
    ],
)
def test_the_channel_is_one_of_ours(ticket: Callable[..., Ticket], told: Any, channel: str) -> None:
    """A voicemail counted as a phone call would wait for a reply that no clock measures."""
    assert ticket(via=told).channel == channel


def test_an_unknown_channel_and_status_are_kept_and_said(
    ticket: Callable[..., Ticket], context: Callable[..., Context]
) -> None:
    """Zendesk invents words at any time; none may cost a ticket."""
    said: list[tuple[str, str]] = []
    found = ticket(
        context(warn=lambda kind, value: said.append((kind, value))), via=via("telepathy"), status="dreaming"
    )
    assert (found.channel, found.status, found.status_category) == ("other", "dreaming", "other")
    assert set(said) == {("channel", "telepathy"), ("status", "dreaming")}


def test_a_follow_up_names_the_ticket_it_follows(ticket: Callable[..., Ticket]) -> None:
    """A customer who answers a closed ticket is a repeat contact."""
    assert ticket(via=via("web", "follow_up", ticket_id=17)).followup_of_id == "17"
    assert ticket(via=via("web", None, ticket_id=17)).followup_of_id is None


@pytest.mark.parametrize(
    ("changed", "initiated", "on_behalf"),
    [
        ({}, False, False),
        ({"submitter_id": 21, "via": via("web")}, None, None),
        ({"submitter_id": 21, "via": via("email")}, False, True),
        ({"submitter_id": 21, "via": via("voice", "outbound")}, True, False),
        ({"submitter_id": 21, "via": via("voice", "inbound")}, False, False),
        ({"submitter_id": None}, None, None),
    ],
)
def test_who_began_is_told_only_as_far_as_the_row_knows(
    ticket: Callable[..., Ticket], changed: dict[str, Any], initiated: bool | None, on_behalf: bool | None
) -> None:
    """A call written down by an agent and a proactive mail look alike here; guessing would move tickets in or out."""
    found = ticket(**changed)
    assert (found.is_agent_initiated, found.is_on_behalf) == (initiated, on_behalf)


def test_tags_tell_spam_tests_and_imports(ticket: Callable[..., Ticket], context: Callable[..., Context]) -> None:
    """What must not count is marked by the admin's own tags."""
    ctx = context(test_tags=["qa"], import_tags=["from_old_desk"])
    spam, test, old = ticket(ctx, tags=["spam"]), ticket(ctx, tags=["qa"]), ticket(ctx, tags=["from_old_desk"])
    assert (spam.is_spam, test.is_test, old.is_import) == (True, True, True)
    assert (test.is_spam, old.is_test, spam.is_import) == (False, False, False)
    assert ticket(ctx, via=via("sample_ticket")).is_test is True


def test_configured_fields_are_lifted_and_free_text_is_not_kept(
    ticket: Callable[..., Ticket], context: Callable[..., Context]
) -> None:
    """Contact reasons come by their configured name; what customers type into other fields stays out of the store."""
    ctx = context(
        lookups={"ticket_fields": {"1": "tagger", "2": "text", "3": "checkbox", "4": "text"}},
        contact_reasons={"ship": "Delivery"},
        contact_reason_field="1",
        call_id_field="4",
    )
    fields = [{"id": 1, "value": "ship"}, {"id": 2, "value": "I am Ann"}, {"id": 3, "value": True}]
    found = ticket(ctx, custom_fields=[*fields, {"id": 4, "value": "1763712345.12"}])
    assert found.contact_reason == "Delivery"
    assert found.extra == {"1": "ship", "3": True, "call_id": "1763712345.12"}


def test_a_number_that_could_be_dialled_is_not_kept(
    ticket: Callable[..., Ticket], context: Callable[..., Context]
) -> None:
    """A field of kind integer is where some desks keep the caller's number."""
    ctx = context(lookups={"ticket_fields": {"1": "integer", "2": "integer"}})
    fields = [{"id": 1, "value": 4930123456}, {"id": 2, "value": 12}]
    assert ticket(ctx, custom_fields=fields).extra == {"2": 12}


def test_what_somebody_typed_is_marked_as_personal() -> None:
    """Kept rows blank it; a choice must survive so that a new reason map can be applied to old rows."""
    fields = (
        b'[{"id":1,"value":"ship"},{"id":2,"value":"Ann Smith"},{"id":3,"value":"0171234567"},{"id":4,"value":["a"]}]'
    )
    row = msgspec.json.decode(b'{"id":1,"status":"open","custom_fields":' + fields + b"}", type=TicketRow)
    assert [one.value for one in row.custom_fields or ()] == ["ship", None, None, ["a"]]
    assert [one.text for one in row.custom_fields or ()] == [None, "Ann Smith", "0171234567", None]


def test_blanked_rows_leave_alone_what_they_cannot_tell(records: Made, context: Callable[..., Context]) -> None:
    """Normalising kept rows again must not write blanks over what is known."""
    ctx = context(contact_reason_field="1", product_field="2", is_redacted=True)
    row = {**ROW, "custom_fields": [{"id": 1, "value": "ship"}, {"id": 2, "text": "xxxxx"}]}
    found = records(row, TicketRow, normalise_ticket, ctx)[0]
    assert isinstance(found, Ticket)
    assert (found.contact_reason, found.product, found.extra) == ("ship", UNSET, UNSET)


def test_required_fields_are_counted(
    ticket: Callable[..., Ticket], records: Made, context: Callable[..., Context]
) -> None:
    """Under pressure of time agents skip fields; a field that the account does not have is not skipped."""
    named = {"required_fields": ("1", "2", "3", "9")}
    fields = [{"id": 1, "value": "ship"}, {"id": 2, "value": " "}, {"id": 3, "value": False}, {"id": 4, "value": None}]
    found = ticket(context(**named), custom_fields=fields)
    assert (found.required_fields, found.filled_fields) == (3, 2)
    # Taken out of the config, what was counted before goes, too.
    assert ticket(custom_fields=fields).required_fields is None
    blanked = {**ROW, "custom_fields": [{"id": 1, "value": "ship"}, {"id": 2, "text": "xxxxx"}]}
    kept = records(blanked, TicketRow, normalise_ticket, context(**named, is_redacted=True))[0]
    assert isinstance(kept, Ticket)
    assert (kept.required_fields, kept.filled_fields) == (UNSET, UNSET)


def test_brand_and_custom_status_are_looked_up(ticket: Callable[..., Ticket], context: Callable[..., Context]) -> None:
    """A report by brand shows names, and a status without a known word takes the category of its custom status."""
    ctx = context(lookups={"brands": {"51": "Lumo"}, "custom_statuses": {"9": "hold"}})
    assert ticket(ctx).brand == "Lumo"
    assert ticket(ctx, brand_id=52).brand == "52"
    assert ticket(ctx, status="on_the_way", custom_status_id=9).status_category == "hold"


def test_figures_of_an_archived_ticket_come_by_the_side_load(records: Made, context: Callable[..., Context]) -> None:
    """Archived tickets are missing from the metrics list; beside the ticket their figures are there, in minutes."""
    metrics = {
        "reply_time_in_minutes": {"calendar": 35, "business": 20},
        "reply_time_in_seconds": {"calendar": 2100},
        "full_resolution_time_in_minutes": {"calendar": 400, "business": 130},
        "reopens": 1,
        "group_stations": 2,
        "solved_at": "2026-01-01T09:00:00Z",
    }
    found = records({**ROW, "status": "closed", "metric_set": metrics}, TicketRow, normalise_ticket, context())
    figures = {(one.name, one.schedule_mode): (one.value, one.unit) for one in found if isinstance(one, SourceMetric)}
    assert figures == {
        ("reply_time", "calendar"): (35, "min"),
        ("reply_time", "business"): (20, "min"),
        ("reply_time_in_seconds", "calendar"): (2100, "s"),
        ("full_resolution_time", "calendar"): (400, "min"),
        ("full_resolution_time", "business"): (130, "min"),
        ("reopens", "calendar"): (1, "count"),
        ("group_stations", "calendar"): (2, "count"),
        ("solved_at", "calendar"): (1_767_258_000, "at"),
    }


def test_reopening_empties_the_figures_it_undoes(records: Made, context: Callable[..., Context]) -> None:
    """A full resolution time that stayed after a reopening would be reconciled against nothing."""
    found = records({**ROW, "metric_set": {}}, TicketRow, normalise_ticket, context())
    emptied = {one.name for one in found if isinstance(one, SourceMetric) and one.value is None}
    assert emptied == {"full_resolution_time", "solved_at"}


def test_a_ticket_nobody_answered_has_no_figures_but_zero_holds(
    records: Made, context: Callable[..., Context], fixtures: Callable[[str], Any]
) -> None:
    """Null is "not yet", not zero minutes."""
    metrics = msgspec.json.decode(fixtures("zendesk/ticket_metric_unanswered.json").read_bytes())
    found = records({**ROW, "metric_set": metrics}, TicketRow, normalise_ticket, context())
    values = {(one.name, one.schedule_mode): one.value for one in found if isinstance(one, SourceMetric)}
    assert values[("on_hold_time", "calendar")] == 0
    assert ("reply_time", "calendar") not in values


def test_a_ticket_without_a_birth_is_set_aside(ticket: Callable[..., Ticket]) -> None:
    """Only deleted ones may lack it; any other would land on no day at all."""
    with pytest.raises(BadRow):
        ticket(created_at=None)
