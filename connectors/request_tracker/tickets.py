"""Tickets: all of them once, by number, and from then on those that a transaction has touched.

Searches of RT leave out what is deleted, and merged tickets unless ``EffectiveId`` is asked for; a ticket that was
touched and is in no answer is asked for by its number, which works for deleted ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from connectors import Api, BadRow, Context, Gone, NotAllowed, Page, Personal, Record, SourceMetric, Ticket, Window
from connectors.request_tracker.paging import (
    MOST_HIDDEN,
    PER_PAGE,
    Answer,
    Params,
    marks_of,
    moment,
    newest,
    number_of,
    walk,
)
from connectors.request_tracker.settings import RequestTrackerSettings
from connectors.request_tracker.vocabulary import DONE, category_of, priority_of

# A search reads a moment in the time zone of RT's user: a day earlier is early enough in each.
ZONE_S = 86_400
FIELDS: Params = {
    "fields": (
        "id,Type,Status,Queue,Owner,Requestor,Creator,EffectiveId,Created,Started,Resolved,LastUpdated,Due,Priority,"
        "TimeWorked,CustomFields"
    ),
    "fields[Queue]": "id,Name",
    "fields[Owner]": "id",
    "fields[Requestor]": "id",
    "fields[Creator]": "id",
    "per_page": PER_PAGE,
}


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where reading goes on: above transaction ``after``; first, if ``below`` is told, with the tickets below it."""

    after: int
    below: int | None = None


class Ref(msgspec.Struct, omit_defaults=True, gc=False):
    """Another row. RT names users by log-in name, which can be a mail address, where their number was not asked for."""

    id: int | str | None = None
    Name: str | None = None

    def __post_init__(self) -> None:
        self.id = number_of(self.id)

    @property
    def native(self) -> str | None:
        return None if self.id is None else str(self.id)


class CustomField(msgspec.Struct, omit_defaults=True, gc=False):
    name: str
    values: Annotated[Any, Personal] = None


class TicketRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    Status: str
    Created: str
    LastUpdated: str
    EffectiveId: Ref | int | str | None = None
    Queue: Ref | None = None
    Owner: Ref | None = None
    Creator: Ref | None = None
    Requestor: list[Ref] | str | None = None
    Started: str | None = None
    Resolved: str | None = None
    Due: str | None = None
    Priority: int | str | None = None
    TimeWorked: int | str | None = None
    CustomFields: list[CustomField] | str | None = None


def fetch_tickets(api: Api, window: Window) -> Iterator[Page]:
    """All tickets changed since the start and all open ones, newest number first; after that what is touched."""
    place = place_in(window.resume_at)
    if place is None or place.below is not None:
        # What came late while the last hundred were written is looked at again.
        place = place or Place(max(0, (newest(api) or 0) - PER_PAGE))
        for rows, below in listed(api, place.below, window.since):
            place = Place(place.after, below)
            yield Page(rows, resume_at=text_of(place))
        place = Place(place.after)
        yield Page((), resume_at=text_of(place))
    for step in walk(api, place.after, 0, {"fields": "id,Created,ObjectId"}):
        touched = {number for mark in step.marks if (number := number_of(mark.ObjectId)) is not None}
        yield Page(by_number(api, sorted(touched)), resume_at=text_of(Place(step.resume_at)), last=step.is_last)


def place_in(resume_at: str | None) -> Place | None:
    """The place that was saved; one of another form is told to be gone, so that reading begins anew."""
    if resume_at is None:
        return None
    try:
        return msgspec.json.decode(resume_at, type=Place)
    except msgspec.DecodeError:
        raise Gone("the saved place is none of Request Tracker.", 410, "place") from None


def text_of(place: Place) -> str:
    """A place as it is saved."""
    return msgspec.json.encode(place).decode()


def listed(api: Api, below: int | None, since: int) -> Iterator[tuple[Sequence[msgspec.Raw], int]]:
    """Tickets by number, greatest first, with the number below which to go on."""
    bound = ""
    if since > ZONE_S:
        bound = f" AND (LastUpdated >= '{Window(since - ZONE_S).since_iso[:10]}' OR Status = '__Active__')"
    page = 1
    while page <= MOST_HIDDEN:
        limit = "" if below is None else f" AND id < {below}"
        query: Params = {"query": f"EffectiveId > 0{limit}{bound}", "orderby": "id", "order": "DESC", "page": page}
        answer = api.get("/tickets", Answer, params={**FIELDS, **query})
        numbers = [mark.number for mark in marks_of(answer.items) if mark.number is not None]
        least = min((number for number in numbers if below is None or number < below), default=None)
        if least is None:
            if answer.pages is not None and page >= answer.pages:
                return
            page += 1
            continue
        below, page = least, 1
        yield answer.items, below


def by_number(api: Api, numbers: Sequence[int]) -> list[msgspec.Raw]:
    """The rows of these tickets; of one that is gone for good, or that the user may not see, none."""
    if not numbers:
        return []
    either = " OR ".join(f"id = {number}" for number in numbers)
    rows = api.get("/tickets", Answer, params={**FIELDS, "query": f"EffectiveId > 0 AND ({either})"}).items
    found = {mark.number for mark in marks_of(rows)}
    return [*rows, *(row for number in numbers if number not in found and (row := alone(api, number)) is not None)]


class Single(msgspec.Struct):
    id: int
    Type: str
    Status: str


def alone(api: Api, number: int) -> msgspec.Raw | None:
    """A ticket that no search shows; reminders and approvals are tickets of RT's own that are none of ours."""
    try:
        row = msgspec.Raw(api.get(f"/ticket/{number}", msgspec.Raw))
        found = msgspec.json.decode(row, type=Single)
    except (Gone, NotAllowed, msgspec.ValidationError):
        return None
    return row if found.id == number and found.Type == "ticket" else None


def normalise_ticket(row: TicketRow, ctx: Context) -> Iterator[Record]:
    """The ticket as of this row, and RT's own figures for it."""
    settings: RequestTrackerSettings = ctx.settings
    updated_at, created_at = moment(row.LastUpdated), moment(row.Created)
    if not updated_at or not created_at:
        raise BadRow("a ticket without its moments")
    native, category = str(row.id), category_of(row.Status, ctx)
    requestors = row.Requestor if isinstance(row.Requestor, list) else []
    requester = next((one.native for one in requestors if one.native), None)
    queue = row.Queue or Ref()
    name = queue.Name or ctx.lookups.get("queues", {}).get(queue.native or "")
    effective = row.EffectiveId.id if isinstance(row.EffectiveId, Ref) else number_of(row.EffectiveId)
    fields = custom_fields(row)
    required, filled = ctx.filled({} if ctx.is_redacted else fields, settings.required_fields)
    submitter = row.Creator.native if row.Creator is not None else None
    is_own = None if submitter is None or requester is None else submitter in {one.native for one in requestors}
    yield Ticket(
        id=native,
        version=updated_at,
        source_updated_at=updated_at,
        deleted_at=updated_at if category == "deleted" else None,
        number=native,
        created_at=created_at,
        updated_at=updated_at,
        channel=settings.queue_channels.get(name or "", settings.channel),
        status=row.Status,
        status_category=category,
        priority=priority_of(row.Priority, settings.priorities),
        # The single answer of a ticket names people by their log-in: leave what is known.
        requester_id=requester if requester is not None or not requestors else UNSET,
        submitter_id=submitter if submitter is not None else UNSET,
        assignee_id=owner_of(row, ctx),
        team_id=queue.native,
        language=told(fields, settings.language_field, ctx),
        contact_reason=reason_of(fields, ctx),
        product=told(fields, settings.product_field, ctx),
        is_agent_initiated=False if is_own else None,
        is_on_behalf=False if is_own else None,
        is_spam=name in settings.spam_queues or row.Status in settings.spam_statuses,
        is_test=name in settings.test_queues,
        merged_into_id=str(effective) if effective is not None and effective != row.id else None,
        due_at=moment(row.Due) or None,
        required_fields=required,
        filled_fields=filled,
    )
    yield from own_figures(native, row, ctx, is_done=category in DONE)


def owner_of(row: TicketRow, ctx: Context) -> str | None | UnsetType:
    """Whose the ticket is: RT gives what nobody owns to the user Nobody."""
    if row.Owner is None or row.Owner.native is None:
        return UNSET
    return None if row.Owner.native == ctx.lookups.get("nobody") else row.Owner.native


def custom_fields(row: TicketRow) -> Mapping[str, str | None]:
    """The first value of each custom field by its name; RT writes an empty text for no field at all."""
    found: dict[str, str | None] = {}
    for field in row.CustomFields if isinstance(row.CustomFields, list) else ():
        value = field.values[0] if isinstance(field.values, list) and field.values else None
        found[field.name] = value if isinstance(value, str) and value else None
    return found


def told(fields: Mapping[str, str | None], name: str | None, ctx: Context) -> str | None | UnsetType:
    """The value of a field that the settings name; UNSET where it was blanked."""
    return UNSET if ctx.is_redacted and name is not None else fields.get(name or "")


def reason_of(fields: Mapping[str, str | None], ctx: Context) -> str | None | UnsetType:
    """The contact reason, by the name that the config gives to its value."""
    value = told(fields, ctx.settings.contact_reason_field, ctx)
    return ctx.contact_reasons.get(value, value) if isinstance(value, str) else value


def own_figures(ticket: str, row: TicketRow, ctx: Context, *, is_done: bool) -> Iterator[SourceMetric]:
    """RT's moments in epoch seconds and its time worked in minutes; a reopened ticket keeps its Resolved in RT."""
    figures = (
        ("started_at", moment(row.Started) or None, "epoch"),
        ("resolved_at", (moment(row.Resolved) or None) if is_done else None, "epoch"),
        ("time_worked", number_of(row.TimeWorked), "min"),
    )
    for name, value, unit in figures:
        yield SourceMetric(
            entity="ticket",
            entity_id=ticket,
            name=name,
            value=None if value is None else float(value),
            unit=unit,
            fetched_at=ctx.fetched_at,
        )
