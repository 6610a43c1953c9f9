"""Agents and groups, whole at each pull; companies; contacts that changed, with mail and phone as identities.

Freshdesk tells today's roles and groups only. Contacts are listed apart by state: the ordinary ones, the blocked (who
sent spam) and the deleted. A contact that an agent made Freshdesk forget is in none of them any more.
"""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import UNSET

from connectors import (
    Agent,
    AgentTeam,
    Api,
    Context,
    Customer,
    CustomerIdentity,
    Organization,
    Page,
    Personal,
    Record,
    Role,
    Team,
    Window,
    utc,
)
from connectors.freshdesk.fields import split, text_of
from connectors.freshdesk.paging import SWEEP_S, by_number, whole

COLLABORATOR = "collaborator"


class AgentContact(msgspec.Struct, omit_defaults=True, gc=False):
    """What of an agent's own contact is read; mail and phone are not."""

    name: str | None = None
    active: bool | None = None


class AgentRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    contact: AgentContact | None = None
    role_ids: list[int] | None = None
    type: str | None = None
    deactivated: bool | None = None
    updated_at: str | None = None


class GroupRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    name: str
    agent_ids: list[int] | None = None
    updated_at: str | None = None


class CompanyRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    name: str | None = None
    account_tier: str | None = None
    updated_at: str | None = None


class ContactRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    created_at: str
    updated_at: str
    email: Annotated[str | None, Personal] = None
    phone: Annotated[str | int | None, Personal] = None
    mobile: Annotated[str | int | None, Personal] = None
    other_emails: Annotated[list[str] | None, Personal] = None
    company_id: int | None = None
    language: str | None = None
    deleted: bool | None = None
    tags: list[str] | None = None
    custom_fields: dict[str, Any] | None = None
    worded_fields: Annotated[dict[str, Any] | None, Personal] = None

    def __post_init__(self) -> None:
        plain, worded = split(self.custom_fields)
        if worded:
            self.custom_fields, self.worded_fields = plain, worded


def fetch_agents(api: Api, _: Window) -> Iterator[Page]:
    """All agents."""
    return (Page(rows) for rows in whole(api, "/agents"))


def fetch_groups(api: Api, _: Window) -> Iterator[Page]:
    """All groups with their members."""
    return (Page(rows) for rows in whole(api, "/groups"))


def fetch_companies(api: Api, _: Window) -> Iterator[Page]:
    """All companies; the list cannot be asked for changes."""
    return (Page(rows) for rows in whole(api, "/companies"))


def fetch_contacts(api: Api, window: Window, state: str = "") -> Iterator[Page]:
    """Contacts that changed, of one state."""
    asked = {"state": state} if state else {}
    return by_number(api, "/contacts", window, asked, since="_updated_since", moment="updated_at", sweep_s=SWEEP_S)


fetch_deleted = partial(fetch_contacts, state="deleted")
fetch_blocked = partial(fetch_contacts, state="blocked")


def normalise_agent(row: AgentRow, ctx: Context) -> Iterator[Record]:
    """An agent with today's role; bots by the settings."""
    contact = row.contact or AgentContact()
    role = role_of(row, contact, ctx)
    updated_at = utc(row.updated_at) if row.updated_at else 0
    yield Agent(
        id=str(row.id),
        version=updated_at,
        source_updated_at=updated_at or None,
        deleted_at=None,
        name=contact.name,
        role=role,
        is_human=role != "bot" and str(row.id) not in ctx.settings.automation_agents,
        is_active=contact.active is not False and not row.deactivated,
    )


def role_of(row: AgentRow, contact: AgentContact, ctx: Context) -> Role:
    """A bot, a light agent (collaborator), an admin by the name of one of the roles, else an agent."""
    if {str(row.id), contact.name} & set(ctx.settings.bot_agents):
        return "bot"
    if row.type == COLLABORATOR:
        return "light"
    roles = ctx.lookups.get("roles", {})
    names = [roles.get(str(number), "") for number in row.role_ids or ()]
    if any("administrator" in name.casefold() for name in names):
        return "admin"
    return "lead" if any("supervisor" in name.casefold() for name in names) else "agent"


def normalise_group(row: GroupRow, _: Context) -> Iterator[Record]:
    """A group as team, and who is in it now."""
    updated_at = utc(row.updated_at) if row.updated_at else 0
    yield Team(id=str(row.id), version=updated_at, source_updated_at=updated_at or None, deleted_at=None, name=row.name)
    for number in row.agent_ids or ():
        yield AgentTeam(agent_id=str(number), team_id=str(row.id))


def normalise_company(row: CompanyRow, _: Context) -> Iterator[Record]:
    """A customer's company; its tier is its segment."""
    updated_at = utc(row.updated_at) if row.updated_at else 0
    yield Organization(
        id=str(row.id),
        version=updated_at,
        source_updated_at=updated_at or None,
        deleted_at=None,
        name=row.name,
        segment=row.account_tier,
    )


def normalise_contact(row: ContactRow, ctx: Context, *, is_deleted: bool = False) -> Iterator[Record]:
    """The customer without name, mail and phone, and these two as identities (stored as hashes)."""
    settings, native = ctx.settings, str(row.id)
    updated_at = utc(row.updated_at)
    fields = {**(row.custom_fields or {}), **(row.worded_fields or {})}
    named = settings.customer_type_field
    kind = text_of(fields.get(named)) if named else None
    mails = [mail for mail in (row.email, *(row.other_emails or ())) if mail]
    domains = {mail.rpartition("@")[2].lower() for mail in mails}
    internal = {one.lower() for one in settings.internal_domains}
    is_gone = is_deleted or bool(row.deleted)
    yield Customer(
        id=native,
        version=updated_at,
        source_updated_at=updated_at,
        deleted_at=updated_at if is_gone else None,
        organization_id=text_of(row.company_id),
        customer_type=UNSET if ctx.is_redacted and kind is None else ctx.customer_types.get(kind or "", kind),
        language=row.language.partition("-")[0].lower() if row.language else None,
        is_internal=UNSET if ctx.is_redacted else not domains.isdisjoint(internal) if domains else None,
        is_vip=not set(settings.vip_tags).isdisjoint(row.tags or ()),
        created_at=utc(row.created_at),
    )
    if ctx.is_redacted or is_gone:
        return
    for mail in mails:
        yield CustomerIdentity(customer_id=native, kind="email", value=mail)
    for number in (row.phone, row.mobile):
        if number:
            yield CustomerIdentity(customer_id=native, kind="phone", value=str(number))


normalise_deleted = partial(normalise_contact, is_deleted=True)
