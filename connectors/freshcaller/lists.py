"""Users and teams of Freshcaller, and the counts it gives of them."""

from collections.abc import Iterator

import msgspec

from connectors import Agent, AgentTeam, Api, Context, Page, Record, Role, Tally, Team, Window
from connectors.freshcaller.paging import ListPage, by_page

ROLES: dict[str, Role] = {"account admin": "admin", "admin": "admin", "supervisor": "lead", "agent": "agent"}


class UsersPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="users")


class TeamsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="teams")


class UserRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    name: str | None = None
    role: str | None = None
    deleted: bool | None = None


class Member(msgspec.Struct, omit_defaults=True, gc=False):
    id: int


class TeamRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    name: str
    users: list[Member] | None = None


def fetch_users(api: Api, _: Window) -> Iterator[Page]:
    """All users."""
    return (Page(page.rows) for page in by_page(api, "/users", UsersPage))


def fetch_teams(api: Api, _: Window) -> Iterator[Page]:
    """All teams with who is in them now."""
    return (Page(page.rows) for page in by_page(api, "/teams", TeamsPage))


def normalise_user(row: UserRow, ctx: Context) -> Iterator[Record]:
    """A user as agent; one whom Freshcaller calls deleted works no longer, but their calls stay."""
    role = (row.role or "").lower()
    if role and role not in ROLES:
        ctx.warn("role", role)
    yield Agent(id=str(row.id), name=row.name, role=ROLES.get(role, "agent"), is_active=not row.deleted)


def normalise_team(row: TeamRow, _: Context) -> Iterator[Record]:
    """A team and its members; since when they are in it is not told."""
    yield Team(id=str(row.id), name=row.name, is_active=True)
    for member in row.users or ():
        yield AgentTeam(agent_id=str(member.id), team_id=str(row.id))


def tallies(api: Api, _: Window) -> Iterator[Tally]:
    """How many users and teams Freshcaller counts."""
    for what, path, form, table in (("users", "/users", UsersPage, "agents"), ("teams", "/teams", TeamsPage, "teams")):
        meta = next(by_page(api, path, form)).meta
        if meta is not None and meta.total_count is not None:
            yield Tally(what, meta.total_count, table, "uid")
