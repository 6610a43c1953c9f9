"""Transactions of tickets: what changed, who wrote, and the time that was booked.

Of each mail that RT sends there is a record beside the correspondence (``EmailRecord``), with which nobody answered
anything; auto-replies are such mails, so they are no messages here. What a scrip does by itself RT_System does.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from connectors import (
    ActorKind,
    Api,
    BadRow,
    Context,
    Message,
    Page,
    Record,
    TicketEvent,
    TicketEventKind,
    TimeEntry,
    Window,
)
from connectors.request_tracker.paging import moment, number_of, walk
from connectors.request_tracker.tickets import Place, Ref, place_in, text_of
from connectors.request_tracker.vocabulary import category_of, priority_of

FIELDS = {
    "fields": "id,Type,Field,OldValue,NewValue,Created,Creator,ObjectType,ObjectId,TimeTaken",
    "fields[Creator]": "id",
}
WORDS = {"Create": True, "Correspond": True, "Comment": False}
# By RT's name of the field; the types Take, Give and so on are those of RT before 4.2 and of some extensions.
CHANGES: Mapping[str, TicketEventKind] = {
    "Status": "status",
    "Owner": "assignee",
    "Queue": "team",
    "Priority": "priority",
}
OF_A_CHANGE = frozenset({"Set", "Status", "Take", "Untake", "Steal", "Give", "Force"})
MERGED = "MergedInto"
LINKED = re.compile(r"/ticket/(\d{1,15})$")
PASSED_OVER = frozenset(
    """
    AddLink AddMember AddReminder AddWatcher AdvanceReminder CommentEmailRecord CustomField DelWatcher DeleteLink
    DeleteReminder EmailRecord OpenReminder PurgeTransaction ResolveReminder SetWatcher Subject SystemError Told
    """.split()
)


class TransactionRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    Type: str
    ObjectId: int | str
    Created: str
    Creator: Ref
    ObjectType: str | None = None
    Field: str | None = None
    OldValue: str | int | None = None
    NewValue: str | int | None = None
    TimeTaken: int | str | None = None

    def __post_init__(self) -> None:
        # Old and new values of subjects and custom fields are people's words.
        if self.Field not in CHANGES and self.Field != MERGED:
            self.OldValue = self.NewValue = None


def fetch_transactions(api: Api, window: Window) -> Iterator[Page]:
    """Every transaction of a ticket by its number, 100 a request."""
    place = place_in(window.resume_at) or Place(0)
    since = window.since if window.resume_at is None else 0
    for step in walk(api, place.after, since, FIELDS):
        yield Page(step.rows, resume_at=text_of(Place(step.resume_at)), last=step.is_last)


def normalise_transaction(row: TransactionRow, ctx: Context) -> Iterator[Record]:
    """The change, the message and the booked time that one transaction stands for."""
    ticket, at = number_of(row.ObjectId), moment(row.Created)
    if ticket is None or not at:
        raise BadRow("a transaction without its ticket or its moment")
    if row.Type in WORDS:
        yield message(row, str(ticket), at, ctx)
    if row.Type == "Create":
        yield event(row, at, "created", ctx)
    elif row.Type in OF_A_CHANGE:
        yield from change(row, at, ctx)
    elif row.Field == MERGED and row.Type == "AddLink":
        yield from merge(row, at, ctx)
    elif row.Type not in PASSED_OVER and row.Type not in WORDS:
        ctx.warn("transaction", row.Type)
    if spent := number_of(row.TimeTaken):
        yield TimeEntry(
            id=str(row.id),
            version=at,
            ticket_id=str(ticket),
            agent_id=row.Creator.native,
            started_at=at - 60 * spent,
            spent_s=60 * spent,
        )


def message(row: TransactionRow, ticket: str, at: int, ctx: Context) -> Message:
    """What was written; whether a customer or one of us did is judged by who the author is."""
    is_public, is_system = WORDS[row.Type], row.Creator.native == ctx.lookups.get("system")
    return Message(
        ticket_id=ticket,
        happened_at=at,
        id=str(row.id),
        direction="internal" if not is_public else "out" if is_system else None,
        author_id=None if is_system else row.Creator.native,
        author_kind="automation" if is_system else "unknown",
        is_public=is_public,
        is_automated=is_system,
    )


def event(
    row: TransactionRow, at: int, kind: TicketEventKind, ctx: Context, old: str | None = None, new: str | None = None
) -> TicketEvent:
    """One event; RT's numbers grow with time, so they order events of one second."""
    is_system = row.Creator.native == ctx.lookups.get("system")
    acted: ActorKind = "automation" if is_system else "unknown"
    return TicketEvent(
        ticket_id=str(number_of(row.ObjectId)),
        happened_at=at,
        seq=row.id,
        id=str(row.id),
        kind=kind,
        field=None if kind == "created" else kind,
        old_value=old,
        new_value=new,
        actor_id=None if is_system else row.Creator.native,
        actor_kind=acted,
    )


def change(row: TransactionRow, at: int, ctx: Context) -> Iterator[TicketEvent]:
    """A changed field in our words: the category of a status, the name of a priority, no owner for Nobody."""
    kind = CHANGES.get(row.Field or "")
    if kind is not None:
        yield event(row, at, kind, ctx, in_our_words(row.OldValue, kind, ctx), in_our_words(row.NewValue, kind, ctx))


def in_our_words(value: str | int | None, kind: TicketEventKind, ctx: Context) -> str | None:
    """A value as events tell it."""
    text = "" if value is None else str(value)
    if kind == "status":
        return category_of(text, ctx) if text else None
    if kind == "priority":
        return priority_of(text, ctx.settings.priorities)
    number = number_of(text)
    return None if number is None or (kind == "assignee" and text == ctx.lookups.get("nobody")) else str(number)


def merge(row: TransactionRow, at: int, ctx: Context) -> Iterator[TicketEvent]:
    """The merge of a ticket into another; RT writes the same link to the other one too, pointing at itself."""
    found = LINKED.search(str(row.NewValue or ""))
    if found is not None and int(found[1]) != number_of(row.ObjectId):
        yield event(row, at, "merge", ctx, None, found[1])
