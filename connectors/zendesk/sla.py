"""SLA targets: policies, and for each ticket what Zendesk's metric events tell of its clocks.

The target in force is the one applied last before the clock was decided; what is applied later judges nothing again.
A breach that Zendesk takes back (``deleted``) counts as not happened. Which priority stood when a target was applied
is in the ticket's events at ``applied_at``; metric events do not tell it.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal

import msgspec

from connectors import Api, Assembly, Context, Page, Record, SlaEvent, SlaInstance, SlaPolicy, Window, utc
from connectors.zendesk.fields import text_of
from connectors.zendesk.paging import ListPage, TimePage, by_list, by_time

POLICIES = "/slas/policies.json"
# Read again at each pull: a breach is taken back by changing its event, which stays where it is in time.
AGAIN_S = 3600

TargetKind = Literal["first_reply", "next_reply", "resolution", "requester_wait", "agent_work"]
# Clocks of updates by agents and of groups among themselves have no figure of ours.
KIND: Mapping[str, TargetKind] = {
    "reply_time": "first_reply",
    "requester_wait_time": "requester_wait",
    "agent_work_time": "agent_work",
    "resolution_time": "resolution",
}


class MetricEventsPage(TimePage):
    rows: list[msgspec.Raw] = msgspec.field(name="ticket_metric_events")


class PoliciesPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="sla_policies")


class PolicyName(msgspec.Struct, omit_defaults=True, gc=False):
    id: int | str | None = None


class Target(msgspec.Struct, omit_defaults=True, gc=False):
    target: int | None = None
    target_in_seconds: int | None = None
    business_hours: bool | None = None
    policy: PolicyName | None = None


class MetricEventRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    ticket_id: int
    metric: str
    type: str
    time: str
    instance_id: int = 0
    deleted: bool | None = None
    sla: Target | None = None


class PolicyRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    title: str | None = None
    position: int | None = None
    updated_at: str | None = None


class Applied(msgspec.Struct, omit_defaults=True, gc=False):
    """What is kept of an ``apply_sla`` event: no target means that none is in force any more."""

    target_s: int | None = None
    in_business: bool | None = None
    policy: str | None = None


def fetch_metric_events(api: Api, window: Window) -> Iterator[Page]:
    """All metric events in order of time, 1,000 a request; none where the account has no policy to judge by.

    A ticket makes some twenty of them in its life, more than of anything else, so an account without targets is spared.
    """
    if not any(map(bool, by_list(api, POLICIES, PoliciesPage))):
        return
    asked = {"include_changes": "true"}
    yield from by_time(api, "/incremental/ticket_metric_events.json", MetricEventsPage, window, asked, back_s=AGAIN_S)


def fetch_policies(api: Api, _: Window) -> Iterator[Page]:
    """All policies; the list knows no pages."""
    return (Page(rows) for rows in by_list(api, POLICIES, PoliciesPage))


def normalise_policy(row: PolicyRow, _: Context) -> Iterator[Record]:
    """A policy's name and place; its targets come with the events that apply them."""
    yield SlaPolicy(
        id=str(row.id),
        version=utc(row.updated_at) if row.updated_at else 0,
        name=row.title,
        position=row.position,
    )


def normalise_metric_event(row: MetricEventRow, _: Context) -> Iterator[Record]:
    """One event of one clock; what it applies is kept, one that was taken back is ``deleted``."""
    data = None
    if row.type == "apply_sla":
        sla = row.sla or Target()
        target_s = sla.target_in_seconds
        if target_s is None and sla.target is not None:
            target_s = sla.target * 60
        applied = Applied(target_s, sla.business_hours, text_of(sla.policy.id) if sla.policy else None)
        data = msgspec.json.encode(applied).decode()
    yield SlaEvent(
        ticket_id=str(row.ticket_id),
        metric=row.metric,
        instance=row.instance_id,
        happened_at=utc(row.time),
        id=str(row.id),
        event="deleted" if row.deleted else row.type,
        data=data,
    )


def assemble_sla(ticket: str, events: Sequence[SlaEvent], _: Context) -> Iterator[Record]:
    """One SlaInstance for each clock of the ticket that ever had a target."""
    ordered = sorted(events, key=lambda one: (one.metric, one.instance, one.happened_at, int(one.id)))
    for (metric, instance), group in groupby(ordered, key=lambda one: (one.metric, one.instance)):
        found = judged(ticket, metric, instance, tuple(group))
        if found is not None:
            yield found


def judged(ticket: str, metric: str, instance: int, events: Sequence[SlaEvent]) -> SlaInstance | None:
    """The target of one clock: met if fulfilled by the moment of the breach at the latest."""
    kind = KIND.get(metric)
    if kind is None:
        return None
    if metric == "reply_time" and instance > 1:
        kind = "next_reply"
    fulfilled_at = next((one.happened_at for one in events if one.event == "fulfill"), None)
    breached_at = next((one.happened_at for one in events if one.event == "breach"), None)
    decided_at = min((at for at in (fulfilled_at, breached_at) if at is not None), default=None)
    applied: Applied | None = None
    applied_at = cancelled_at = None
    for one in events:
        if one.event != "apply_sla" or (decided_at is not None and one.happened_at > decided_at):
            continue
        last = msgspec.json.decode(one.data or "{}", type=Applied)
        if last.target_s is None:
            cancelled_at = one.happened_at
        else:
            applied, applied_at, cancelled_at = last, one.happened_at, None
    if applied is None:
        return None
    if cancelled_at is not None:
        fulfilled_at = breached_at = decided_at = None
    return SlaInstance(
        id=f"{ticket}-{metric}-{instance}",
        ticket_id=ticket,
        policy_id=applied.policy,
        target_kind=kind,
        target_s=applied.target_s,
        in_business=applied.in_business,
        applied_at=applied_at,
        due_at=breached_at,
        fulfilled_at=fulfilled_at,
        breached_at=breached_at,
        cancelled_at=cancelled_at,
        decided_at=decided_at,
        met=None if decided_at is None else fulfilled_at is not None and fulfilled_at == decided_at,
    )


SLA = Assembly(SlaEvent, assemble_sla, (SlaInstance,))
