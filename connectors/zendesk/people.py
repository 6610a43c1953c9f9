"""Users become agents or customers by their role; organizations, groups and who is in which group.

Zendesk tells today's role only. Each state of a user that we see is kept as an AgentRole from its moment on (None: no
longer staff), and who wrote a message is judged by the one before it. What lies before our first sight is judged by
the role that was seen first; only Zendesk's audit log (Enterprise) would know better.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import UNSET

from connectors import (
    Agent,
    AgentRole,
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
from connectors.zendesk.fields import is_wordlike, text_of, value_of
from connectors.zendesk.paging import CursorPage, ListPage, TimePage, by_cursor, by_list, by_time

DAY_S = 86_400
# role_type of Zendesk's users: 0 custom, 1 light, 2 chat, 3 chat as contributor, 4 admin, 5 billing admin.
LIGHT, ADMIN = 1, 4
STAFF = frozenset({"agent", "admin"})
# What Zendesk calls a permanently deleted user, whose mail and phone are null (API reference, List deleted users).
ERASED_NAME = "Permanently Deleted User"


class UsersPage(CursorPage):
    rows: list[msgspec.Raw] = msgspec.field(name="users")


class OrganizationsPage(TimePage):
    rows: list[msgspec.Raw] = msgspec.field(name="organizations")


class GroupsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="groups")


class MembershipsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="group_memberships")


class UserRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    created_at: str
    updated_at: str
    role: str
    name: str | None = None
    email: Annotated[str | None, Personal] = None
    phone: Annotated[str | None, Personal] = None
    shared_phone_number: bool | None = None
    role_type: int | None = None
    custom_role_id: int | None = None
    organization_id: int | None = None
    locale: str | None = None
    tags: list[str] | None = None
    active: bool | None = None
    suspended: bool | None = None
    shared_agent: bool | None = None
    user_fields: dict[str, Any] | None = None
    is_erased: bool | None = None

    def __post_init__(self) -> None:
        if self.active is False and self.name == ERASED_NAME and not self.email and not self.phone:
            self.is_erased = True
        # Of customers neither the name nor what somebody typed about them is of use.
        if self.role not in STAFF:
            self.name = None
        self.user_fields = {key: value for key, value in (self.user_fields or {}).items() if is_wordlike(value)}


class OrganizationRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    name: str | None = None
    updated_at: str | None = None
    deleted_at: str | None = None


class GroupRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    name: str
    updated_at: str | None = None
    deleted: bool | None = None


class MembershipRow(msgspec.Struct, omit_defaults=True, gc=False):
    user_id: int
    group_id: int
    created_at: str | None = None
    default: bool | None = None


def fetch_users(api: Api, window: Window) -> Iterator[Page]:
    """Every user that changed, staff and customers alike."""
    return by_cursor(api, "/incremental/users/cursor.json", UsersPage, window, {})


def fetch_organizations(api: Api, window: Window) -> Iterator[Page]:
    """Every organization that changed."""
    return by_time(api, "/incremental/organizations.json", OrganizationsPage, window, {})


def fetch_groups(api: Api, _: Window) -> Iterator[Page]:
    """All groups."""
    return (Page(rows) for rows in by_list(api, "/groups.json", GroupsPage))


def fetch_memberships(api: Api, _: Window) -> Iterator[Page]:
    """Who is in which group now."""
    return (Page(rows) for rows in by_list(api, "/group_memberships.json", MembershipsPage))


def normalise_user(row: UserRow, ctx: Context) -> Iterator[Record]:
    """Staff as Agent with the role from now on; everybody else as Customer with their mail and phone."""
    created_at, updated_at = utc(row.created_at), utc(row.updated_at)
    gone_at = updated_at if row.active is False else None
    if row.role not in STAFF:
        if row.role != "end-user":
            ctx.warn("role", row.role)
        yield from customer_of(row, ctx, created_at, updated_at, gone_at)
        # A day old: nobody is hired, works and leaves within one. New customers, by far the most, need no such row.
        if updated_at - created_at > DAY_S:
            yield AgentRole(agent_id=str(row.id), from_at=updated_at, role=None)
        return
    role = role_of(row, ctx)
    yield Agent(
        id=str(row.id),
        version=updated_at,
        source_updated_at=updated_at,
        deleted_at=gone_at,
        name=row.name,
        role=role,
        is_human=role not in ("bot", "shared"),
        is_active=row.active is not False and not row.suspended,
    )
    yield AgentRole(agent_id=str(row.id), from_at=updated_at, role=role)


def role_of(row: UserRow, ctx: Context) -> Role:
    """Bots by tag or name, partners' agents as shared, light agents by role type or by their custom role."""
    settings = ctx.settings
    if row.name in settings.bot_names or not set(settings.bot_tags).isdisjoint(row.tags or ()):
        return "bot"
    if row.shared_agent:
        return "shared"
    if row.role_type == LIGHT or ctx.lookups.get("custom_roles", {}).get(str(row.custom_role_id)) == LIGHT:
        return "light"
    return "admin" if row.role == "admin" or row.role_type == ADMIN else "agent"


def customer_of(row: UserRow, ctx: Context, created_at: int, updated_at: int, gone_at: int | None) -> Iterator[Record]:
    """The customer without name, mail and phone, and these two as identities (stored as hashes)."""
    settings, native = ctx.settings, str(row.id)
    domain = (row.email or "").rpartition("@")[2].lower()
    internal = {one.lower() for one in settings.internal_domains}
    kind = value_of(row.user_fields or {}, settings.customer_type_field)
    yield Customer(
        id=native,
        version=updated_at,
        source_updated_at=updated_at,
        deleted_at=gone_at,
        organization_id=text_of(row.organization_id),
        customer_type=None if kind is None else ctx.customer_types.get(kind, kind),
        language=row.locale.partition("-")[0].lower() if row.locale else None,
        is_internal=UNSET if ctx.is_redacted else domain in internal if domain else None,
        is_vip=not set(settings.vip_tags).isdisjoint(row.tags or ()),
        created_at=created_at,
        erased_at=updated_at if row.is_erased else UNSET,
    )
    if ctx.is_redacted or gone_at is not None:
        return
    if row.email:
        yield CustomerIdentity(customer_id=native, kind="email", value=row.email)
    # A number that Zendesk marks as shared stands for a switchboard, not for a person.
    if row.phone and not row.shared_phone_number:
        yield CustomerIdentity(customer_id=native, kind="phone", value=row.phone)


def normalise_organization(row: OrganizationRow, _: Context) -> Iterator[Record]:
    """A customer's company."""
    updated_at = utc(row.updated_at) if row.updated_at else 0
    yield Organization(
        id=str(row.id),
        version=updated_at,
        source_updated_at=updated_at or None,
        deleted_at=utc(row.deleted_at) if row.deleted_at else None,
        name=row.name,
    )


def normalise_group(row: GroupRow, _: Context) -> Iterator[Record]:
    """A group as team."""
    updated_at = utc(row.updated_at) if row.updated_at else 0
    yield Team(
        id=str(row.id),
        version=updated_at,
        source_updated_at=updated_at or None,
        deleted_at=updated_at if row.deleted else None,
        name=row.name,
        is_active=not row.deleted,
    )


def normalise_membership(row: MembershipRow, _: Context) -> Iterator[Record]:
    """Since when an agent is in a group; some rows carry no moment (then: since ever)."""
    yield AgentTeam(
        agent_id=str(row.user_id),
        team_id=str(row.group_id),
        from_at=utc(row.created_at) if row.created_at else 0,
        is_default=row.default,
    )
