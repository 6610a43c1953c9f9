"""Users, organizations, groups: who is staff since when, and what is kept of customers."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from connectors import Agent, AgentRole, AgentTeam, Context, Customer, CustomerIdentity, Organization, Record, Team
from connectors.zendesk.people import (
    GroupRow,
    MembershipRow,
    OrganizationRow,
    UserRow,
    normalise_group,
    normalise_membership,
    normalise_organization,
    normalise_user,
)
from core.pull.redact import redacted

USER: dict[str, Any] = {
    "id": 11,
    "name": "Ann Smith",
    "email": "Ann@Example.com",
    "phone": "+49 30 5550100",
    "role": "end-user",
    "created_at": "2026-01-01T08:00:00Z",
    "updated_at": "2026-01-01T08:00:01Z",
    "locale": "en-GB",
    "organization_id": 41,
    "active": True,
    "suspended": False,
    "tags": [],
}


@pytest.fixture
def user(records: Callable[..., list[Record]], context: Callable[..., Context]) -> Callable[..., list[Record]]:
    def made(ctx: Context | None = None, **changed: Any) -> list[Record]:
        return records({**USER, **changed}, UserRow, normalise_user, ctx or context())

    return made


def test_a_new_customer_is_a_customer_with_two_identities(user: Callable[..., list[Record]]) -> None:
    """First contact resolution joins people by mail and phone over all sources."""
    customer, *identities = user()
    assert isinstance(customer, Customer)
    assert (customer.organization_id, customer.language, customer.is_internal) == ("41", "en", False)
    told = [(one.kind, one.value) for one in identities if isinstance(one, CustomerIdentity)]
    assert told == [("email", "Ann@Example.com"), ("phone", "+49 30 5550100")]
    assert len(told) == len(identities)


def test_a_permanently_deleted_user_is_erased(user: Callable[..., list[Record]]) -> None:
    """Trust 55: erased is more than deleted; a customer called so, or merely deleted, is not erased."""
    gone = {"active": False, "name": "Permanently Deleted User", "email": None, "phone": None}
    (customer, *rest) = user(**gone, updated_at="2026-02-01T08:00:00Z")
    assert isinstance(customer, Customer)
    assert customer.erased_at == customer.deleted_at == 1_769_932_800
    assert not any(isinstance(one, CustomerIdentity) for one in rest)
    for other in ({"active": False}, {**gone, "active": True}, {**gone, "email": "a@b.example"}):
        (customer, *_) = user(**other)
        assert isinstance(customer, Customer)
        assert customer.erased_at is UNSET


def test_a_kept_row_still_says_that_the_user_is_erased() -> None:
    """Normalised again, the name that told it is blank."""
    gone = {"active": False, "name": "Permanently Deleted User", "email": None, "phone": None}
    row = msgspec.convert({**USER, **gone}, UserRow)
    again = msgspec.json.decode(redacted(row), type=UserRow)
    assert (again.name, again.is_erased) == (None, True)


def test_a_shared_number_identifies_nobody(user: Callable[..., list[Record]]) -> None:
    """A switchboard would join a whole company to one person."""
    assert [one.kind for one in user(shared_phone_number=True) if isinstance(one, CustomerIdentity)] == ["email"]


@pytest.mark.parametrize(
    ("changed", "role", "is_human"),
    [
        ({"role": "agent"}, "agent", True),
        ({"role": "admin"}, "admin", True),
        ({"role": "agent", "role_type": 1}, "light", True),
        ({"role": "agent", "custom_role_id": 7}, "light", True),
        ({"role": "agent", "tags": ["bot"]}, "bot", False),
        ({"role": "agent", "name": "Deskbot"}, "bot", False),
        ({"role": "agent", "shared_agent": True}, "shared", False),
    ],
)
def test_staff_have_the_role_that_decides_who_may_answer(
    user: Callable[..., list[Record]],
    context: Callable[..., Context],
    changed: dict[str, Any],
    role: str,
    is_human: bool,
) -> None:
    """A light agent's note, a bot's line and a partner's word are no human reply of ours."""
    agent, history = user(context(lookups={"custom_roles": {"7": 1}}, bot_names=["Deskbot"]), **changed)
    assert isinstance(agent, Agent)
    assert isinstance(history, AgentRole)
    assert (agent.role, agent.is_human, history.role) == (role, is_human, role)
    assert history.from_at == agent.version


def test_a_suspended_agent_is_inactive_and_a_removed_one_deleted(user: Callable[..., list[Record]]) -> None:
    """Who left must not be counted among today's staff."""
    suspended, removed = user(role="agent", suspended=True)[0], user(role="agent", active=False)[0]
    assert isinstance(suspended, Agent)
    assert isinstance(removed, Agent)
    assert (suspended.is_active, suspended.deleted_at) == (False, None)
    assert (removed.is_active, removed.deleted_at) == (False, removed.version)


def test_somebody_demoted_is_no_staff_from_then_on(user: Callable[..., list[Record]]) -> None:
    """Replies before that day stay replies of an agent."""
    found = user(updated_at="2026-03-01T00:00:00Z")
    (role,) = (one for one in found if isinstance(one, AgentRole))
    assert (role.role, role.from_at) == (None, 1_772_323_200)
    assert not [one for one in user() if isinstance(one, AgentRole)]


def test_an_erased_customer_keeps_no_identity(user: Callable[..., list[Record]]) -> None:
    """Zendesk's erasure is ours."""
    (customer, *rest) = user(active=False, updated_at="2026-01-01T09:00:00Z")
    assert isinstance(customer, Customer)
    assert customer.deleted_at == customer.version
    assert rest == []


def test_own_people_and_customer_types_are_told_apart(
    user: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """Internal tickets would dilute every figure of customers."""
    ctx = context(internal_domains=["EXAMPLE.com"], customer_type_field="tier", customer_types={"g": "Gold"})
    customer = user(ctx, user_fields={"tier": "g"}, tags=["vip"])[0]
    assert isinstance(customer, Customer)
    assert (customer.is_internal, customer.customer_type, customer.is_vip) == (True, "Gold", True)


def test_kept_rows_of_customers_name_nobody(user: Callable[..., list[Record]], context: Callable[..., Context]) -> None:
    """A name in the raw rows would be a second place to erase it from."""
    row = {**USER, "user_fields": {"tier": "gold", "nick": "Annie S"}}
    decoded = msgspec.json.decode(json.dumps(row).encode(), type=UserRow)
    assert (decoded.name, decoded.user_fields) == (None, {"tier": "gold"})
    (blanked,) = user(context(internal_domains=["example.com"], is_redacted=True), email="xxxx", phone="xxxx")
    assert isinstance(blanked, Customer)
    assert blanked.is_internal is UNSET


def test_organizations_groups_and_memberships(
    records: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """Some memberships have no moment at all; they count since ever."""
    ctx = context()
    (company,) = records(
        {"id": 4, "name": "Acme", "updated_at": "2026-01-01T00:00:00Z"}, OrganizationRow, normalise_organization, ctx
    )
    (team,) = records({"id": 3, "name": "Tech", "updated_at": None, "deleted": True}, GroupRow, normalise_group, ctx)
    (member,) = records(
        {"id": 9, "user_id": 21, "group_id": 3, "default": True}, MembershipRow, normalise_membership, ctx
    )
    assert isinstance(company, Organization)
    assert isinstance(team, Team)
    assert isinstance(member, AgentTeam)
    assert (company.name, team.is_active, member.from_at, member.is_default) == ("Acme", False, 0, True)
