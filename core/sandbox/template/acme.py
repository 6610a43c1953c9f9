"""Acme: tickets, their messages and who wrote them, through its REST API.

Say here what a reader of the vendor's manual needs to know: how lists are paged, what they leave out, which limits
hold. Lists come oldest change first; ``next`` of the last page is where the next pull goes on. Deleted tickets stay in
the list with the state "deleted".
"""

from collections.abc import Iterator

import msgspec
from pydantic import Field, SecretStr

from connectors import (
    Api,
    AuthorKind,
    Connector,
    Context,
    Customer,
    CustomerIdentity,
    Finding,
    Http,
    Message,
    NotAllowed,
    Page,
    Record,
    Settings,
    StatusCategory,
    Stream,
    Tally,
    Ticket,
    Window,
    utc,
)

# The vendor's words and ours. A word that is not here is said once in `status`, and counts as "other".
STATUS: dict[str, StatusCategory] = {
    "new": "new",
    "open": "open",
    "waiting": "pending",
    "solved": "solved",
    "closed": "closed",
    "deleted": "deleted",
}
AUTHOR: dict[str, AuthorKind] = {"customer": "customer", "staff": "agent", "robot": "automation"}


class AcmeSettings(Settings):
    """Settings of an ``acme`` source. Each description is a sentence that says where the value is found."""

    subdomain: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$",
        examples=["mycompany"],
        description="The part before .acme.example in your address.",
    )
    token: SecretStr = Field(
        examples=["env:ACME_TOKEN"],
        description="API key: Settings > Integrations > API keys, with the right to read tickets.",
    )


def http(settings: AcmeSettings) -> Http:
    """Where the service is and how we log in."""
    return Http(f"https://{settings.subdomain}.acme.example/api/v1", bearer=settings.token)


class MessageRow(msgspec.Struct):
    """A message as the vendor sends it: only the fields that are used."""

    id: int
    by: str
    is_internal: bool
    sent_at: str
    author_id: int | None = None


class TicketRow(msgspec.Struct):
    """A ticket as the vendor sends it. A row that lacks one of these without a default is set aside, alone."""

    id: int
    state: str
    created_at: str
    changed_at: str
    requester_id: int | None = None
    requester_mail: str | None = None
    assignee_id: int | None = None
    messages: list[MessageRow] = []


class TicketPage(msgspec.Struct):
    """An answer of the list; its rows stay raw until they are normalised one by one."""

    tickets: list[msgspec.Raw]
    next: str
    more: bool = False
    total: int = 0


def fetch_tickets(api: Api, window: Window) -> Iterator[Page]:
    """Pages from where the last pull ended, or from the moment that the source begins."""
    after, more = window.resume_at, True
    while more:
        asked = {"after": after, "changed_since": None if after else window.since_iso, "limit": 100}
        answer = api.get("/tickets", TicketPage, params=asked)
        after, more = answer.next, answer.more
        yield Page(answer.tickets, resume_at=after)


def normalise_ticket(row: TicketRow, ctx: Context) -> Iterator[Record]:
    """A row as our records. No network here, and no clock: only the row and the context."""
    if row.state not in STATUS:
        ctx.warn("status", row.state)
    changed_at = utc(row.changed_at)
    yield Ticket(
        id=str(row.id),
        version=changed_at,
        number=str(row.id),
        channel="email",
        status=row.state,
        status_category=STATUS.get(row.state, "other"),
        created_at=utc(row.created_at),
        updated_at=changed_at,
        source_updated_at=changed_at,
        requester_id=None if row.requester_id is None else str(row.requester_id),
        assignee_id=None if row.assignee_id is None else str(row.assignee_id),
        deleted_at=changed_at if row.state == "deleted" else None,
    )
    if row.requester_id is not None:
        yield Customer(id=str(row.requester_id))
        if row.requester_mail:
            # In clear up to here; the store keeps a hash only, by which the same person is found in other sources.
            yield CustomerIdentity(customer_id=str(row.requester_id), kind="email", value=row.requester_mail)
    for message in row.messages:
        yield Message(
            id=str(message.id),
            ticket_id=str(row.id),
            author_kind=AUTHOR.get(message.by, "unknown"),
            author_id=None if message.author_id is None else str(message.author_id),
            is_public=not message.is_internal,
            happened_at=utc(message.sent_at),
        )


def check(api: Api) -> Iterator[Finding]:
    """What ``sync.py check`` tries before the first pull, and where to click if it fails."""
    try:
        answer = api.get("/tickets", TicketPage, params={"limit": 1})
    except NotAllowed:
        yield Finding("tickets cannot be read", False, "Give the key the right to read tickets: Settings > API keys.")
        return
    yield Finding(f"log-in; {answer.total} tickets", True)


def tallies(api: Api, _: Window) -> Iterator[Tally]:
    """The vendor's own count, which ``sync.py audit`` holds against the store."""
    answer = api.get("/tickets", TicketPage, params={"limit": 1})
    yield Tally("tickets that are not deleted", answer.total, "tickets")


connector = Connector(
    name="acme",
    title="Acme",
    settings=AcmeSettings,
    http=http,
    streams=(
        Stream(
            "tickets",
            fetch_tickets,
            TicketRow,
            normalise_ticket,
            owns=(Ticket, Message, Customer, CustomerIdentity),
            feeds="tickets, messages, customers",
            scope="the right to read tickets",
        ),
    ),
    check=check,
    tallies=tallies,
    requests_per_minute=60,
    requests_per_1000=15,
)
