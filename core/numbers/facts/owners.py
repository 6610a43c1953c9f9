"""Who had a ticket, and which team, from when to when."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from core.numbers.facts.rows import EventRow, TicketRow
from core.numbers.facts.staff import MACHINES, Staff

Owner: TypeAlias = tuple[str | None, str | None, int, int | None]
"""Agent, team, from, to (None: still)."""


class Owners(NamedTuple):
    """Owners tile the time from creation. Teams by which a ticket was routed at its start are no stations (metrics §6)."""

    spans: list[Owner]
    first_assigned_at: int | None
    people: int
    teams: int
    escalated_at: int | None


def owned(
    ticket: TicketRow, events: Sequence[EventRow], staff: Staff, tiers: dict[str, int], routing_s: int
) -> Owners:
    """The owners that the events tell of; without any, those of the ticket's row since its creation."""
    created_at = ticket.created_at or 0
    agent = team = None
    is_agent_known = is_team_known = False
    changes: list[tuple[int, bool, str | None]] = []
    escalated_at: int | None = None
    stations: list[str] = []
    for at, kind, _, old, new, _, actor_kind, _ in events:
        if kind == "assignee":
            if not is_agent_known:
                is_agent_known, agent = True, old
            changes.append((max(at, created_at), True, new))
        elif kind == "team":
            if not is_team_known:
                is_team_known, team = True, old
                if old is not None:
                    stations.append(old)
            changes.append((max(at, created_at), False, new))
            if new is None:
                continue
            if at <= created_at + routing_s and (at <= created_at or actor_kind in MACHINES):
                stations = [new]
            elif not stations or stations[-1] != new:
                if escalated_at is None and stations and tiers.get(new, 0) > tiers.get(stations[-1], 0) > 0:
                    escalated_at = at
                stations.append(new)
        elif kind == "escalate" and (escalated_at is None or at < escalated_at):
            escalated_at = at
    agent = agent if is_agent_known else ticket.assignee_uid
    team = team if is_team_known else ticket.team_uid
    if not is_team_known and team is not None:
        stations.append(team)
    spans: list[Owner] = []
    since = created_at
    for at, is_agent, new in changes:
        if at > since and (agent if is_agent else team) != new:
            spans.append((agent, team, since, at))
            since = at
        if is_agent:
            agent = new
        else:
            team = new
    spans.append((agent, team, since, None))
    people = [(uid, at) for uid, _, at, _ in spans if uid is not None and staff.is_person(uid)]
    return Owners(
        spans,
        people[0][1] if people else None,
        len({uid for uid, _ in people}),
        len(stations),
        escalated_at,
    )
