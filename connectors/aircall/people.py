"""Users become agents, teams stay teams, and a number is both a line and the queue that callers stand in behind it.

Aircall has no queue of its own: a call comes in on a number, whose rules ring users and teams.
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import UNSET

from connectors import Agent, AgentTeam, Api, Context, Line, Page, Personal, Queue, Record, Team, Window
from connectors.aircall.paging import ListPage, pages


class UsersPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="users")


class TeamsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="teams")


class NumbersPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="numbers")


class Ref(msgspec.Struct, gc=False):
    """Somebody or something that a row names."""

    id: int


class UserRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    name: str | None = None


class TeamRow(msgspec.Struct, omit_defaults=True):
    id: int
    name: str
    users: list[Ref] | None = None


class NumberRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    name: str | None = None
    digits: Annotated[str | None, Personal] = None


def fetch_users(api: Api, _: Window) -> Iterator[Page]:
    """All users; version 1 of this list was switched off on 2026-09-30."""
    return (Page(page.rows) for page in pages(api, "/v2/users", UsersPage))


def fetch_teams(api: Api, _: Window) -> Iterator[Page]:
    """All teams with their users."""
    return (Page(page.rows) for page in pages(api, "/v1/teams", TeamsPage))


def fetch_numbers(api: Api, _: Window) -> Iterator[Page]:
    """All numbers of the company."""
    return (Page(page.rows) for page in pages(api, "/v1/numbers", NumbersPage))


def normalise_user(row: UserRow, _: Context) -> Iterator[Record]:
    """A user as agent; Aircall tells no role."""
    yield Agent(id=str(row.id), name=row.name, is_active=True)


def normalise_team(row: TeamRow, _: Context) -> Iterator[Record]:
    """A team and who is in it now; since when is not told."""
    yield Team(id=str(row.id), name=row.name, is_active=True)
    for user in row.users or ():
        yield AgentTeam(agent_id=str(user.id), team_id=str(row.id))


def normalise_number(row: NumberRow, ctx: Context) -> Iterator[Record]:
    """The line and its queue, both under the number's id."""
    name = row.name or f"number {row.id}"
    hashed = ctx.pseudonym("phone", row.digits) or None if row.digits else None
    yield Line(id=str(row.id), name=name, queue_id=str(row.id), e164_hash=UNSET if ctx.is_redacted else hashed)
    yield Queue(id=str(row.id), name=name)
