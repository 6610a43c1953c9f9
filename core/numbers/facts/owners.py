"""Who had a ticket, and which team, from when to when."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from core.numbers.facts.rows import EventRow, TicketRow
from core.numbers.facts.staff import MACHINES, Staff

Owner: TypeAlias = tuple[str | None, str | None, int, int | None]
"""Agent, team, from, to (None: still)."""


OWNING = frozenset({"assignee", "team", "escalate"})


class Owners(NamedTuple):
    """Owners tile the time from creation. Teams by which a ticket was routed at its start are no stations."""

    spans: list[Owner]
    first_assigned_at: int | None
    people: int
    teams: int
    escalated_at: int | None


def owned(
    ticket: TicketRow, events: Sequence[EventRow], staff: Staff, tiers: Mapping[str, int], routing_s: int
) -> Owners:
    """The owners that the events tell of; without any, those of the ticket's row since its creation."""
    created_at = ticket.created_at or 0
    changes = [event for event in events if event[1] in OWNING]
    agent = next((event[3] for event in changes if event[1] == "assignee"), ticket.assignee_uid)
    team = next((event[3] for event in changes if event[1] == "team"), ticket.team_uid)
    stations, escalated_at = _stations(created_at, team, changes, tiers, routing_s)
    spans: list[Owner] = []
    since = created_at
    for at, kind, _, _, new, _, _, _ in changes:
        if at > since and (agent if kind == "assignee" else team) != new and kind != "escalate":
            spans.append((agent, team, since, at))
            since = at
        if kind == "assignee":
            agent = new
        elif kind == "team":
            team = new
    spans.append((agent, team, since, None))
    people = [(uid, at) for uid, _, at, _ in spans if uid is not None and staff.is_person(uid)]
    assigned_at = people[0][1] if people else None
    return Owners(spans, assigned_at, len({uid for uid, _ in people}), stations, escalated_at)


def _stations(
    created_at: int, first: str | None, changes: Sequence[EventRow], tiers: Mapping[str, int], routing_s: int
) -> tuple[int, int | None]:
    """How many teams had the ticket one after the other, and when it was first raised to a higher tier."""
    stations = [first] if first is not None else []
    escalated_at: int | None = None
    for at, kind, _, _, new, _, actor_kind, _ in changes:
        if kind == "escalate":
            escalated_at = at if escalated_at is None else escalated_at
        if kind != "team" or new is None or (stations and stations[-1] == new):
            continue
        if at <= created_at + routing_s and (at <= created_at or actor_kind in MACHINES):
            stations = [new]
            continue
        if escalated_at is None and stations and tiers.get(new, 0) > tiers.get(stations[-1], 0) > 0:
            escalated_at = at
        stations.append(new)
    return len(stations), escalated_at
