"""Tickets with Zendesk's own figures beside them, from the cursor export; the open ones of a first load by search.

The export compares ``generated_timestamp``, which system changes move too, so a row may be older by ``updated_at``
than the moment asked for: none is ever left out for that. Deleted tickets come as rows of status ``deleted``,
archived ones like any other.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from connectors import Api, BadRow, Channel, Context, Page, Personal, Record, SourceMetric, Ticket, Window, utc
from connectors.zendesk.fields import is_wordlike, kept, text_of, value_of
from connectors.zendesk.paging import PER_EXPORT, CursorPage, ListPage, by_cursor, by_list
from connectors.zendesk.settings import ZendeskSettings
from connectors.zendesk.vocabulary import (
    PRIORITY,
    TYPE,
    UNSOLVED,
    AnyVia,
    category_of,
    channel_of,
    linked_ticket,
    relation,
    way,
)

DURATIONS = {
    "reply_time_in_minutes": "reply_time",
    "first_resolution_time_in_minutes": "first_resolution_time",
    "full_resolution_time_in_minutes": "full_resolution_time",
    "agent_wait_time_in_minutes": "agent_wait_time",
    "requester_wait_time_in_minutes": "requester_wait_time",
    "on_hold_time_in_minutes": "on_hold_time",
}
COUNTS = ("reopens", "replies", "assignee_stations", "group_stations")
MOMENTS = ("initially_assigned_at", "solved_at")
# Figures that go back to "not yet" when a solved ticket is opened again.
UNDONE_BY_REOPENING = frozenset({"full_resolution_time", "solved_at"})
SPOKEN: frozenset[Channel] = frozenset({"phone", "voicemail", "chat", "messaging", "sms", "social"})


class TicketsPage(CursorPage):
    rows: list[msgspec.Raw] = msgspec.field(name="tickets")


class ResultsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="results")


class Spans(msgspec.Struct, omit_defaults=True, gc=False):
    calendar: float | None = None
    business: float | None = None


class MetricSet(msgspec.Struct, omit_defaults=True, gc=False):
    reply_time_in_minutes: Spans | None = None
    first_resolution_time_in_minutes: Spans | None = None
    full_resolution_time_in_minutes: Spans | None = None
    agent_wait_time_in_minutes: Spans | None = None
    requester_wait_time_in_minutes: Spans | None = None
    on_hold_time_in_minutes: Spans | None = None
    reply_time_in_seconds: Spans | None = None
    reopens: int | None = None
    replies: int | None = None
    assignee_stations: int | None = None
    group_stations: int | None = None
    initially_assigned_at: str | None = None
    solved_at: str | None = None


class CustomField(msgspec.Struct, omit_defaults=True, gc=False):
    """A custom field; ``value`` is a word, number or list of such, ``text`` whatever else somebody typed."""

    id: int
    value: Any = None
    text: Annotated[Any, Personal] = None

    def __post_init__(self) -> None:
        if not is_wordlike(self.value):
            self.value, self.text = None, self.value


class TicketRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    status: str
    created_at: str | None = None
    updated_at: str | None = None
    generated_timestamp: int | None = None
    custom_status_id: int | None = None
    priority: str | None = None
    type: str | None = None
    via: AnyVia = None
    requester_id: int | None = None
    submitter_id: int | None = None
    assignee_id: int | None = None
    group_id: int | None = None
    organization_id: int | None = None
    brand_id: int | None = None
    ticket_form_id: int | None = None
    due_at: str | None = None
    from_messaging_channel: bool | None = None
    tags: list[str] | None = None
    custom_fields: list[CustomField] | None = None
    metric_set: MetricSet | None = None


def fetch_tickets(api: Api, window: Window) -> Iterator[Page]:
    """Every ticket that changed, 1,000 a request, metrics side-loaded."""
    return by_cursor(api, "/incremental/tickets/cursor.json", TicketsPage, window, {"include": "metric_sets"})


def fetch_open(api: Api, _: Window) -> Iterator[Page]:
    """The tickets that are open now, whatever their age, so that today's backlog is right before history is read.

    The search index lags some minutes and its cursor lives an hour, so it serves a first load and nothing else.
    """
    asked: dict[str, str | int | None] = {
        "filter[type]": "ticket",
        "query": "status<solved",
        "page[size]": PER_EXPORT,
    }
    for rows in by_list(api, "/search/export.json", ResultsPage, asked):
        yield Page(rows)


def normalise_ticket(row: TicketRow, ctx: Context) -> Iterator[Record]:
    """The ticket as of this row, and Zendesk's own figures for it.

    What the row cannot tell is left to the events: ``merged_into_id``, and whether an agent who submitted a ticket
    for somebody else began the contact or wrote down a call (the first message tells).
    """
    if row.created_at is None and row.status != "deleted":
        raise BadRow("a ticket without created_at")
    settings: ZendeskSettings = ctx.settings
    native = str(row.id)
    updated_at = utc(row.updated_at) if row.updated_at else None
    tags = tuple(row.tags or ())
    fields = {str(one.id): one.value if one.text is None else one.text for one in row.custom_fields or ()}
    if ctx.is_redacted:
        fields = {str(one.id): one.value for one in row.custom_fields or () if one.text is None}
    channel = channel_of(row.via, ctx, is_messaging=bool(row.from_messaging_channel))
    is_initiated, is_on_behalf = who_began(row, channel)
    required, filled = ctx.filled(fields, settings.required_fields)
    yield Ticket(
        id=native,
        # A search result has no generated_timestamp; that of the export is never below updated_at.
        version=row.generated_timestamp or updated_at or 0,
        source_updated_at=updated_at,
        # A system change (scrubbing after 30 days) moves generated_timestamp only: updated_at is the deletion.
        deleted_at=updated_at if row.status == "deleted" else None,
        number=native,
        created_at=utc(row.created_at) if row.created_at else UNSET,
        updated_at=updated_at,
        channel=channel,
        via_detail="/".join(word for word in (way(row.via), relation(row.via)) if word) or None,
        status=row.status,
        status_category=category_of(row.status, row.custom_status_id, ctx),
        priority=known(PRIORITY, row.priority, "priority", ctx),
        type=known(TYPE, row.type, "type", ctx),
        requester_id=text_of(row.requester_id),
        organization_id=text_of(row.organization_id),
        submitter_id=text_of(row.submitter_id),
        assignee_id=text_of(row.assignee_id),
        team_id=text_of(row.group_id),
        brand=ctx.lookups.get("brands", {}).get(str(row.brand_id), text_of(row.brand_id)),
        form=text_of(row.ticket_form_id),
        language=told(fields, settings.language_field, ctx),
        contact_reason=reason_of(fields, ctx),
        product=told(fields, settings.product_field, ctx),
        is_agent_initiated=is_initiated,
        is_on_behalf=is_on_behalf,
        is_spam=not set(settings.spam_tags).isdisjoint(tags),
        is_test=way(row.via) == "sample_ticket" or not set(settings.test_tags).isdisjoint(tags),
        is_import=way(row.via) == "import" or not set(settings.import_tags).isdisjoint(tags),
        is_problem=row.type == "problem",
        followup_of_id=linked_ticket(row.via) if relation(row.via) == "follow_up" else None,
        parent_id=linked_ticket(row.via) if way(row.via) == "side_conversation" else None,
        due_at=utc(row.due_at) if row.due_at else None,
        required_fields=required,
        filled_fields=filled,
        tags=tags,
        extra=UNSET if ctx.is_redacted else kept(fields, ctx),
    )
    if row.metric_set is not None and row.status != "deleted":
        yield from own_figures(native, row.metric_set, ctx, is_unsolved=row.status in UNSOLVED)


def told(fields: dict[str, Any], field: str | None, ctx: Context) -> str | None | UnsetType:
    """The text of a field that the settings name; UNSET where it was blanked."""
    if ctx.is_redacted and field not in fields:
        return UNSET
    return value_of(fields, field)


def reason_of(fields: dict[str, Any], ctx: Context) -> str | None | UnsetType:
    """The contact reason, by the name that the config gives to its value."""
    value = told(fields, ctx.settings.contact_reason_field, ctx)
    return ctx.contact_reasons.get(value, value) if isinstance(value, str) else value


def known(table: dict[str, Any], word: str | None, kind: str, ctx: Context) -> Any:
    """The word if we know it, else None, said once."""
    if word is not None and word not in table:
        ctx.warn(kind, word)
    return table.get(word or "")


def who_began(row: TicketRow, channel: Channel) -> tuple[bool | None, bool | None]:
    """(agent-initiated, on behalf of the customer) as far as the row tells, None where the first message must tell."""
    if way(row.via) == "voice" and relation(row.via) == "outbound":
        return True, False
    if row.submitter_id is None or row.requester_id is None:
        return None, None
    if row.submitter_id == row.requester_id:
        return False, False
    if channel in SPOKEN:
        return False, False
    # A mail that an agent forwards is submitted by the agent and requested by its sender.
    return (False, True) if channel == "email" else (None, None)


def own_figures(ticket: str, found: MetricSet, ctx: Context, *, is_unsolved: bool) -> Iterator[SourceMetric]:
    """Zendesk's figures: durations in minutes, counts, moments in epoch seconds; what has not happened has no row."""

    def figure(name: str, value: float | None | UnsetType, unit: str, mode: str = "calendar") -> Iterator[SourceMetric]:
        if value is None and not (is_unsolved and name in UNDONE_BY_REOPENING):
            return
        yield SourceMetric(
            entity="ticket",
            entity_id=ticket,
            name=name,
            value=None if value is None or value is UNSET else float(value),
            unit=unit,
            schedule_mode="business" if mode == "business" else "calendar",
            fetched_at=ctx.fetched_at,
        )

    for field, name in DURATIONS.items():
        spans: Spans = getattr(found, field) or Spans()
        yield from figure(name, spans.calendar, "min")
        yield from figure(name, spans.business, "min", "business")
    yield from figure("reply_time_in_seconds", (found.reply_time_in_seconds or Spans()).calendar, "s")
    for name in COUNTS:
        yield from figure(name, getattr(found, name), "count")
    for name in MOMENTS:
        text = getattr(found, name)
        yield from figure(name, utc(text) if text else None, "at")
