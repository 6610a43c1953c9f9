"""Everything of real accounts that was recorded, through row types and normalise."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors import AgentTeam, Context, Customer, Organization, Record, Team, Ticket
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
from connectors.zendesk.tickets import TicketRow, normalise_ticket

Recorded = Callable[[str], Iterator[dict[str, Any]]]
Made = Callable[..., list[Record]]


def rows(exchanges: Iterator[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [row for one in exchanges if isinstance(one["body"], dict) for row in one["body"].get(name) or ()]


def test_the_87_tickets_of_a_real_export(recorded: Recorded, records: Made, context: Callable[..., Context]) -> None:
    """Nulls where one would not expect them, one deleted and scrubbed ticket, and the vendor's own sample ticket."""
    by_cursor = next(
        one
        for one in recorded("zenpy__TicketsIncrementalTest.test_get_values.jsonl")
        if "cursor.json?start_time=0" in one["url"]
    )
    found = [
        one
        for row in by_cursor["body"]["tickets"]
        for one in records(row, TicketRow, normalise_ticket, context())
        if isinstance(one, Ticket)
    ]
    assert len({one.id for one in found}) == 87
    statuses = {"new": 77, "pending": 8, "deleted": 1, "open": 1}
    assert Counter(one.status_category for one in found) == statuses
    assert Counter(one.channel for one in found) == {"api": 84, "web": 2, "other": 1}
    assert [one.via_detail for one in found if one.is_test] == ["sample_ticket"]
    (gone,) = (one for one in found if one.deleted_at is not None)
    assert gone.version - int(gone.deleted_at or 0) > 29 * 86_400


@pytest.mark.parametrize(
    "name",
    [
        "zenpy__TestTicketsPagination.test_values.jsonl",
        "zenpy__TestViews.test_getting_tickets_from_a_view.jsonl",
        "zenpy__TicketsIncrementalTest.test_get_values.jsonl",
    ],
)
def test_no_recorded_ticket_is_set_aside(
    recorded: Recorded, records: Made, context: Callable[..., Context], name: str
) -> None:
    """A row type that is too strict would lose real tickets."""
    found = rows(recorded(name), "tickets")
    assert found
    assert all(records(row, TicketRow, normalise_ticket, context()) for row in found)


def test_the_1000_users_of_a_real_export(recorded: Recorded, records: Made, context: Callable[..., Context]) -> None:
    """Customers all of them, most without mail or phone of their own."""
    exchanges = recorded("zenpy__UsersIncrementalTest.test_get_values.jsonl")
    export = next(one for one in exchanges if "cursor.json?start_time=0" in one["url"])
    found = [one for row in export["body"]["users"] for one in records(row, UserRow, normalise_user, context())]
    assert sum(isinstance(one, Customer) for one in found) == 1000


@pytest.mark.parametrize(
    ("file", "name", "row", "normalise", "kind"),
    [
        ("zenpy__TestGroupCreateUpdateDelete.test_pagination.jsonl", "groups", GroupRow, normalise_group, Team),
        (
            "zenpy__TestGroupMemberships.test_values.jsonl",
            "group_memberships",
            MembershipRow,
            normalise_membership,
            AgentTeam,
        ),
        (
            "nodezendesk__organizations_test_list_all.jsonl",
            "organizations",
            OrganizationRow,
            normalise_organization,
            Organization,
        ),
    ],
)
def test_recorded_lists(
    recorded: Recorded,
    records: Made,
    context: Callable[..., Context],
    file: str,
    name: str,
    row: Any,
    normalise: Any,
    kind: type[Record],
) -> None:
    """Each recorded row becomes one record of ours."""
    found = rows(recorded(file), name)
    made = [one for given in found for one in records(given, row, normalise, context())]
    assert len(made) == len(found) > 0
    assert all(isinstance(one, kind) for one in made)


def test_documented_bodies_are_read(
    fixtures: Callable[[str], Any], records: Made, context: Callable[..., Context]
) -> None:
    """Bodies from Zendesk's own pages: staff with a custom role, tickets with every field set."""
    users = json.loads(fixtures("zendesk/go-zendesk/users.json").read_text())["users"]
    tickets = json.loads(fixtures("zendesk/go-zendesk/tickets.json").read_text())["tickets"]
    members = json.loads(fixtures("zendesk/go-zendesk/group_memberships.json").read_text())["group_memberships"]
    assert all(records(row, UserRow, normalise_user, context()) for row in users)
    assert all(records(row, TicketRow, normalise_ticket, context()) for row in tickets)
    assert all(records(row, MembershipRow, normalise_membership, context()) for row in members)
