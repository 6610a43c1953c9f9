"""Replies and notes, one list a ticket: read for tickets that changed, and for no others.

There is no list of all conversations, so a first load costs a request a ticket. A ticket that was merged into another
tells of it only in the words of a note, in English unless the account writes otherwise.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from connectors import (
    Api,
    AuthorKind,
    Channel,
    Context,
    Gone,
    Message,
    Page,
    Personal,
    Record,
    TicketEvent,
    Window,
    utc,
)
from connectors.freshdesk.fields import text_of
from connectors.freshdesk.paging import whole

NOTE, SURVEY, FORWARD = 2, 6, 8
CHANNEL: dict[int, Channel] = {5: "social", 7: "social", 9: "phone", 11: "other"}
# A shorter page than Freshdesk gives unasked has no other after it.
USUAL_PAGE = 30
MERGED = re.compile(r"closed and merged into ticket\D{0,40}(\d+)", re.IGNORECASE)

Direction = Literal["in", "out", "internal"]


class ConversationRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    ticket_id: int
    created_at: str
    user_id: int | None = None
    incoming: bool | None = None
    private: bool | None = None
    source: int | None = None
    auto_response: bool | None = None
    automation_id: int | None = None
    body_text: Annotated[str | None, Personal] = None


def fetch_conversations(api: Api, window: Window) -> Iterator[Page]:
    """The conversations of each ticket that changed; a ticket that is gone has none."""
    for key in window.keys:
        rows: list[msgspec.Raw] = []
        try:
            for page in whole(api, f"/tickets/{key}/conversations", surely=USUAL_PAGE):
                rows += page
        except Gone:
            rows = []
        yield Page(rows, done=(key,))


def normalise_conversation(row: ConversationRow, ctx: Context) -> Iterator[Record]:
    """A reply, a note, or what the customer wrote; and the merge that a note tells of."""
    ticket, at, native = str(row.ticket_id), utc(row.created_at), str(row.id)
    kind = author_kind(row, ctx)
    # What is forwarded to somebody else is no word to the customer.
    is_public = not row.private and row.source not in (FORWARD, SURVEY)
    direction: Direction = "in" if row.incoming else "out"
    yield Message(
        ticket_id=ticket,
        happened_at=at,
        id=native,
        direction=direction if is_public else "internal",
        author_id=text_of(row.user_id),
        author_kind=kind,
        is_public=is_public,
        is_automated=kind in ("automation", "bot"),
        channel=CHANNEL.get(row.source or 0),
        body_len=None if row.body_text is None else len(row.body_text),
        body=None if ctx.is_redacted else row.body_text,
    )
    merged = MERGED.search(row.body_text or "") if row.private and not ctx.is_redacted else None
    if merged is not None and merged[1] != ticket:
        yield TicketEvent(
            ticket_id=ticket,
            happened_at=at,
            seq=0,
            id=f"merge-{native}",
            kind="merge",
            field="merge",
            new_value=merged[1],
            actor_id=text_of(row.user_id),
            precision="stat",
        )


def author_kind(row: ConversationRow, ctx: Context) -> AuthorKind:
    """Who wrote: automations by Freshdesk's marks or the settings, bots by the settings, else the side it came from."""
    number = str(row.user_id)
    if row.auto_response or row.automation_id is not None or number in ctx.settings.automation_agents:
        return "automation"
    if number in ctx.settings.bot_agents:
        return "bot"
    if row.incoming or row.source == SURVEY:
        return "customer"
    return "unknown" if row.user_id is None else "agent"
