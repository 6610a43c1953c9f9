"""Tickets by their last change, in three passes: the living, the spam, the deleted, which Freshdesk keeps apart.

Nothing but the pass tells that a ticket was deleted; a ticket that came back is seen in the pass of the living again.
Freshdesk sums up a ticket's life in moments (``stats``), each the latest of its kind; see ``history`` for what is
made of them.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from connectors import Api, Context, Message, Page, Personal, Record, SourceMetric, Ticket, Window, utc
from connectors.freshdesk.fields import kept, split, text_of
from connectors.freshdesk.history import seen
from connectors.freshdesk.paging import ARCHIVED_AFTER_S, by_change, iso
from connectors.freshdesk.settings import FreshdeskSettings
from connectors.freshdesk.sla import targets
from connectors.freshdesk.vocabulary import (
    OUTBOUND_EMAIL,
    PHONE,
    PRIORITY,
    TYPE,
    category_of,
    channel_of,
    known,
    status_name,
)

ARCHIVED = "Freshdesk archives tickets that are closed and untouched for 120 days and lists them no more"
# The moments that are kept as Freshdesk's own figures, by our name. Those that are cleared when a ticket is opened
# again are kept even where there is none.
FIGURES = {"first_responded_at": "first_replied_at", "reopened_at": "reopened_at"}
CLEARED = {"resolved_at": "resolved_at", "closed_at": "closed_at"}


class Stats(msgspec.Struct, omit_defaults=True, gc=False):
    first_responded_at: str | None = None
    agent_responded_at: str | None = None
    requester_responded_at: str | None = None
    status_updated_at: str | None = None
    pending_since: str | None = None
    reopened_at: str | None = None
    resolved_at: str | None = None
    closed_at: str | None = None


class TicketRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    status: int
    created_at: str
    updated_at: str
    priority: int | None = None
    source: int | None = None
    type: str | None = None
    requester_id: int | None = None
    responder_id: int | None = None
    group_id: int | None = None
    company_id: int | None = None
    product_id: int | None = None
    due_by: str | None = None
    fr_due_by: str | None = None
    nr_due_by: str | None = None
    is_escalated: bool | None = None
    fr_escalated: bool | None = None
    nr_escalated: bool | None = None
    spam: bool | None = None
    deleted: bool | None = None
    tags: list[str] | None = None
    custom_fields: dict[str, Any] | None = None
    worded_fields: Annotated[dict[str, Any] | None, Personal] = None
    stats: Stats | None = None

    def __post_init__(self) -> None:
        # The choices of an admin look like what people type; only the account's list of fields tells them apart.
        plain, worded = split(self.custom_fields)
        if worded:
            self.custom_fields, self.worded_fields = plain, worded


def fetch_tickets(api: Api, window: Window, extra: str = "") -> Iterator[Page]:
    """Every ticket that changed, 100 a request with their moments; ``extra``: the pass of spam or of the deleted."""
    # Each further thing included costs two credits a page; people come with the contacts.
    asked = {"include": "stats"}
    pages = by_change(api, "/tickets", window, asked | {"filter": extra} if extra else asked)
    listed_from = window.now_at - ARCHIVED_AFTER_S
    if not extra and window.resume_at is None and window.since < listed_from:
        yield replace(next(pages), note=f"{ARCHIVED}: before {iso(listed_from)[:10]} closed tickets are missing")
    yield from pages


fetch_spam = partial(fetch_tickets, extra="spam")
fetch_deleted = partial(fetch_tickets, extra="deleted")


def normalise_ticket(row: TicketRow, ctx: Context, *, is_deleted: bool = False) -> Iterator[Record]:
    """The ticket as of this row, what it opened with, its targets, Freshdesk's moments, and the row as a sighting."""
    settings: FreshdeskSettings = ctx.settings
    native, created_at, updated_at = str(row.id), utc(row.created_at), utc(row.updated_at)
    tags = tuple(row.tags or ())
    fields = {**(row.custom_fields or {}), **(row.worded_fields or {})}
    channel, via = channel_of(row.source, ctx)
    category = category_of(row.status, ctx)
    is_gone = is_deleted or bool(row.deleted)
    kind = row.type.casefold() if row.type else None
    required, filled = ctx.filled(fields, settings.required_fields)
    yield Ticket(
        id=native,
        version=updated_at,
        source_updated_at=updated_at,
        deleted_at=updated_at if is_gone else None,
        number=native,
        created_at=created_at,
        updated_at=updated_at,
        channel=channel,
        via_detail=via,
        status=status_name(row.status, ctx),
        status_category=category,
        priority=known(PRIORITY, row.priority, "priority", ctx),
        # An admin may name types at will; only Freshdesk's own few mean what ours do.
        type=TYPE.get(kind or ""),
        requester_id=text_of(row.requester_id),
        organization_id=text_of(row.company_id),
        assignee_id=text_of(row.responder_id),
        team_id=text_of(row.group_id),
        brand=ctx.lookups.get("products", {}).get(str(row.product_id), text_of(row.product_id)),
        language=told(fields, settings.language_field, ctx),
        contact_reason=reason_of(row, fields, ctx),
        product=told(fields, settings.product_field, ctx),
        is_agent_initiated=True if row.source == OUTBOUND_EMAIL else None,
        is_on_behalf=False if row.source == OUTBOUND_EMAIL else None,
        is_spam=bool(row.spam),
        is_test=not set(settings.test_tags).isdisjoint(tags),
        is_import=not set(settings.import_tags).isdisjoint(tags),
        is_problem=kind == "problem",
        due_at=utc(row.due_by) if row.due_by else None,
        required_fields=required,
        filled_fields=filled,
        tags=tags,
        extra=UNSET if ctx.is_redacted else kept(fields, ctx),
    )
    yield opening(row, native, created_at)
    moments = moments_of(row)
    yield seen(native, updated_at, created_at, category, text_of(row.responder_id), text_of(row.group_id), moments)
    yield from targets(native, category, moments, row, ctx.fetched_at)
    if row.stats is None:
        return
    for field, name in (FIGURES | CLEARED).items():
        at = moments.get(field)
        if at is not None or field in CLEARED:
            yield SourceMetric(
                entity="ticket",
                entity_id=native,
                name=name,
                value=None if at is None else float(at),
                unit="epoch",
                fetched_at=ctx.fetched_at,
            )


normalise_deleted = partial(normalise_ticket, is_deleted=True)


def moments_of(row: TicketRow) -> dict[str, int]:
    """The moments in the ticket's ``stats``, by Freshdesk's names."""
    found = msgspec.structs.asdict(row.stats) if row.stats is not None else {}
    return {field: utc(text) for field, text in found.items() if text}


def opening(row: TicketRow, native: str, created_at: int) -> Message:
    """The message that the ticket began with: its description, which is no conversation of its own."""
    is_out = row.source == OUTBOUND_EMAIL
    return Message(
        ticket_id=native,
        happened_at=created_at,
        id="description",
        direction="out" if is_out else "in",
        # The agent who holds a ticket now need not be the one who began it.
        author_id=None if is_out else text_of(row.requester_id),
        author_kind="agent" if is_out else "customer",
        is_public=True,
        is_automated=False,
        channel="phone" if row.source == PHONE else None,
    )


def told(fields: dict[str, Any], field: str | None, ctx: Context) -> str | None | UnsetType:
    """The text of a field that the settings name; UNSET where it was blanked."""
    if ctx.is_redacted and field not in fields:
        return UNSET
    return text_of(fields.get(field)) if field else None


def reason_of(row: TicketRow, fields: dict[str, Any], ctx: Context) -> str | None | UnsetType:
    """The contact reason, by the name that the config gives to its value; ``type`` names Freshdesk's own field."""
    field = ctx.settings.contact_reason_field
    value = row.type if field == "type" else told(fields, field, ctx)
    return ctx.contact_reasons.get(value, value) if isinstance(value, str) else value
