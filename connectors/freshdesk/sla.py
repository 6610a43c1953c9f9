"""Targets: until when Freshdesk wanted a first reply, a next reply and the resolution, and whether that was kept.

A ticket tells the moments that hold now; how many seconds the policy allowed, and what was due before a change of
priority, it does not tell. While the customer has the next word Freshdesk stops the clock and moves the moment only
when it starts again, so a resolution that is due by a moment in such a pause is not late.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from connectors import Api, Context, Page, Record, SlaInstance, SlaPolicy, StatusCategory, TargetKind, Window, utc
from connectors.freshdesk.paging import whole
from connectors.freshdesk.vocabulary import DONE, STOPPED


class Due(Protocol):
    """What of a ticket's row speaks of targets."""

    due_by: str | None
    fr_due_by: str | None
    nr_due_by: str | None
    is_escalated: bool | None
    fr_escalated: bool | None
    nr_escalated: bool | None


class PolicyRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    name: str | None = None
    position: int | None = None
    updated_at: str | None = None


def targets(
    ticket: str, category: StatusCategory, moments: Mapping[str, int], row: Due, now_at: int
) -> Iterator[SlaInstance]:
    """The targets on a ticket; a moment judges before a flag, which other escalations raise as well."""
    first_at = moments.get("first_responded_at")
    done_at = moments.get("resolved_at", moments.get("closed_at")) if category in DONE else None
    answered_at, asked_at = moments.get("agent_responded_at"), moments.get("requester_responded_at")
    next_at = answered_at if answered_at is not None and asked_at is not None and answered_at >= asked_at else None
    if row.fr_due_by:
        due_at = utc(row.fr_due_by)
        yield target(ticket, "first_reply", due_at, first_at, is_late=row.fr_escalated is True and due_at <= now_at)
    if row.nr_due_by:
        due_at = utc(row.nr_due_by)
        yield target(ticket, "next_reply", due_at, next_at, is_late=row.nr_escalated is True and due_at <= now_at)
    if row.due_by:
        due_at = utc(row.due_by)
        is_late = row.is_escalated is True and not (row.fr_escalated or row.nr_escalated) and due_at <= now_at
        is_paused = category in STOPPED and not is_late
        yield target(ticket, "resolution", due_at, done_at, is_late=is_late, is_paused=is_paused)


def target(
    ticket: str, kind: TargetKind, due_at: int, fulfilled_at: int | None, *, is_late: bool, is_paused: bool = False
) -> SlaInstance:
    """One target: met if fulfilled by the moment it was due, breached at that moment otherwise."""
    if fulfilled_at is not None:
        is_late = fulfilled_at > due_at
    is_decided = is_late or fulfilled_at is not None
    return SlaInstance(
        id=f"{ticket}-{kind}",
        ticket_id=ticket,
        target_kind=kind,
        due_at=None if is_paused else due_at,
        fulfilled_at=fulfilled_at,
        breached_at=due_at if is_late else None,
        decided_at=(due_at if is_late else fulfilled_at) if is_decided else None,
        met=not is_late if is_decided else None,
    )


def fetch_policies(api: Api, _: Window) -> Iterator[Page]:
    """All policies."""
    return (Page(rows) for rows in whole(api, "/sla_policies"))


def normalise_policy(row: PolicyRow, _: Context) -> Iterator[Record]:
    """A policy's name and place; which ticket it rules Freshdesk does not tell."""
    updated_at = utc(row.updated_at) if row.updated_at else 0
    yield SlaPolicy(id=str(row.id), version=updated_at, name=row.name, position=row.position)
