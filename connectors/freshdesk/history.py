"""A ticket's history, put together of what there is, each part as precise as its source.

``exact``: the daily export of activities (see ``activities``), for the days that it covers. ``stat``: the moments that
a ticket's row sums its life up in, each the latest of its kind; rows that we read earlier told earlier ones. ``poll``:
what only differs between two rows that we read (agent, team), at the later row's last change; ``precision_s`` is the
time since the earlier one's, in which it can have happened. The solve before a reopening whose moment no row told lies
somewhere since the last known change: half-way, give or take ``precision_s``.

Each row read is kept as one event (``seen``), so that all of this is made anew whenever more is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from connectors import Assembly, Context, Precision, Record, StatusCategory, TicketEvent, TicketEventKind
from connectors.freshdesk.vocabulary import DONE

SEEN = "seen"
DERIVED = "derived"
# The export and the row tell one deed with clocks of their own.
SAME_DEED_S = 60
EXPORTED = frozenset({"created", "status", "assignee", "team"})
REFERENCES = frozenset({"assignee", "team", "merge", "schedule"})
# Order of what the row tells of one second; ``status_updated_at`` stands for the present status, whatever it is.
STATS: Mapping[str, StatusCategory | None] = {
    "reopened_at": "open",
    "pending_since": "pending",
    "resolved_at": "solved",
    "closed_at": "closed",
    "status_updated_at": None,
}


class Sighting(msgspec.Struct, omit_defaults=True, frozen=True):
    """What a row told: when it was last changed, status, agent, team, and its moments."""

    at: int
    created_at: int
    category: StatusCategory
    agent: str | None = None
    team: str | None = None
    moments: dict[str, int] = {}


class Change(msgspec.Struct, frozen=True):
    """One change of the history under construction."""

    at: int
    kind: Literal["created", "status", "assignee", "team", "schedule"]
    new: str | None
    old: str | None = None
    precision: Precision = "stat"
    precision_s: int | None = None


def seen(
    ticket: str,
    at: int,
    created_at: int,
    category: StatusCategory,
    agent: str | None,
    team: str | None,
    moments: Mapping[str, int],
) -> TicketEvent:
    """The row as an event of no consequence of its own."""
    told = {name: moments[name] for name in STATS if name in moments}
    sighting = Sighting(at, created_at, category, agent, team, told)
    return TicketEvent(
        ticket_id=ticket,
        happened_at=at,
        seq=0,
        id=SEEN,
        kind="other",
        field=SEEN,
        new_value=msgspec.json.encode(sighting).decode(),
    )


def assemble_history(ticket: str, events: Sequence[TicketEvent], ctx: Context) -> Iterator[Record]:
    """The stored events that were told, and the changes that follow from the rows seen where no export tells more."""
    told = [without_prefix(one, f"{ctx.account}:") for one in events if not one.id.startswith(DERIVED)]
    yield from told
    rows = (msgspec.json.decode(one.new_value or "", type=Sighting) for one in told if one.field == SEEN)
    sightings = sorted(rows, key=lambda one: one.at)
    if sightings:
        for place, change in enumerate(added(changes(sightings, ctx), told)):
            yield event(ticket, change, place)


def added(found: Sequence["Change"], told: Sequence[TicketEvent]) -> Iterator["Change"]:
    """The changes that the export does not tell, less those that change nothing after what it told."""
    exact = [one for one in told if one.kind in EXPORTED]
    covered = Coverage.of(exact)
    standing: dict[str, str | None] = {}
    told_at = sorted(exact, key=lambda one: (one.happened_at, one.seq))
    place = 0
    for change in (born(one, told_at) if one.kind == "created" else one for one in found):
        while place < len(told_at) and told_at[place].happened_at <= change.at:
            kind = "status" if told_at[place].kind == "created" else told_at[place].kind
            standing[kind] = told_at[place].new_value
            place += 1
        if covered.holds(change) or (change.kind in standing and standing[change.kind] == change.new):
            continue
        if exact:
            standing["status" if change.kind == "created" else change.kind] = change.new
        yield change


def born(creation: "Change", told: Sequence[TicketEvent]) -> "Change":
    """The creation with the first status that the export tells, where it does not call that a creation itself."""
    begun_by = creation.at + SAME_DEED_S
    first = next((one for one in told if one.kind == "status" and one.happened_at <= begun_by), None)
    return creation if first is None else msgspec.structs.replace(creation, new=first.new_value, precision="exact")


class Coverage(msgspec.Struct, frozen=True):
    """The stretch of a ticket's life that the export tells, and the kinds of change that it told in it.

    A kind that it never told is not covered: its rows may name that change otherwise than we know."""

    kinds: frozenset[str] = frozenset()
    from_at: int = 0
    to_at: int = 0

    @classmethod
    def of(cls, exact: Sequence[TicketEvent]) -> "Coverage":
        """What exported events cover; from birth on where the birth is among them."""
        if not exact:
            return cls()
        kinds = frozenset(one.kind for one in exact)
        from_at = 0 if "created" in kinds else min(one.happened_at for one in exact) - SAME_DEED_S
        return cls(kinds, from_at, max(one.happened_at for one in exact) + SAME_DEED_S)

    def holds(self, change: "Change") -> bool:
        """Whether the export tells this change better."""
        return change.kind in self.kinds and self.from_at <= change.at <= self.to_at


def without_prefix(one: TicketEvent, prefix: str) -> TicketEvent:
    """A stored event as it was told: the store puts the account before ids."""
    if one.field not in REFERENCES:
        return one
    return msgspec.structs.replace(
        one,
        old_value=None if one.old_value is None else one.old_value.removeprefix(prefix),
        new_value=None if one.new_value is None else one.new_value.removeprefix(prefix),
    )


def event(ticket: str, change: Change, place: int) -> TicketEvent:
    """A change as a ticket event; changes of one second keep their order."""
    kind: TicketEventKind = change.kind
    return TicketEvent(
        ticket_id=ticket,
        happened_at=change.at,
        seq=place,
        id=f"{DERIVED}-{kind}",
        kind=kind,
        field="status" if kind == "created" else kind,
        old_value=change.old,
        new_value=change.new,
        precision=change.precision,
        precision_s=change.precision_s,
    )


def changes(sightings: Sequence[Sighting], ctx: Context) -> list[Change]:
    """All changes that the rows seen tell of, in order of time."""
    first = sightings[0]
    found = [Change(first.created_at, "created", initial(first))]
    found += statuses(sightings, found[0].new)
    found += handovers(sightings)
    found += schedules(sightings, ctx)
    order = ("created", "schedule", "team", "assignee", "status")
    return sorted(found, key=lambda one: (one.at, order.index(one.kind)))


def initial(first: Sighting) -> StatusCategory:
    """The status at creation: the present one if it never changed, else open, as nearly all tickets begin."""
    changed_at = first.moments.get("status_updated_at", first.at)
    return first.category if changed_at <= first.created_at else "open"


def statuses(sightings: Sequence[Sighting], begun: str | None) -> list[Change]:
    """The changes of status: by the moments told, and where they do not lead to the status seen, by the row."""
    known: dict[tuple[int, str], Change] = {}
    for one in sightings:
        for name, fixed in STATS.items():
            at = one.moments.get(name)
            category = fixed or one.category
            if at is not None and one.created_at <= at and (at > one.created_at or category != begun):
                known.setdefault((at, category), Change(at, "status", category))
    told = sorted(known.values(), key=lambda change: change.at)
    before_at = sightings[0].created_at
    for one in sightings:
        # Moments can be newer than updated_at (singer-io/tap-freshdesk, issue 21): the row tells of them all the same.
        until_at = max([one.at, *one.moments.values()])
        standing = next((change.new for change in reversed(told) if change.at <= until_at), begun)
        if standing != one.category:
            told.append(Change(until_at, "status", one.category, None, "poll", until_at - before_at))
            told.sort(key=lambda change: change.at)
        before_at = one.at
    return with_solves(told, begun, sightings)


def with_solves(told: Sequence[Change], begun: str | None, sightings: Sequence[Sighting]) -> list[Change]:
    """The changes, with a solve before each reopening that has none."""
    reopened = {one.moments["reopened_at"] for one in sightings if "reopened_at" in one.moments}
    made: list[Change] = []
    before_at, before = sightings[0].created_at, begun
    for change in told:
        if change.at in reopened and change.new not in DONE and before not in DONE and change.at > before_at + 1:
            half_s = (change.at - before_at) // 2
            made.append(Change(before_at + half_s, "status", "solved", None, "poll", half_s))
            before = "solved"
        if change.new != before:
            made.append(change)
        before_at, before = change.at, change.new
    return made


def handovers(sightings: Sequence[Sighting]) -> Iterator[Change]:
    """Agents and teams that differ from one row to the next; the first is taken to have had it from the start."""
    for one, then in pairwise(sightings):
        gap_s = then.at - one.at
        if then.agent != one.agent:
            yield Change(then.at, "assignee", then.agent, one.agent, "poll", gap_s)
        if then.team != one.team:
            yield Change(then.at, "team", then.team, one.team, "poll", gap_s)


def schedules(sightings: Sequence[Sighting], ctx: Context) -> Iterator[Change]:
    """The business hours that hold for the ticket: those of the group that has it."""
    hours: Mapping[str, str] = ctx.lookups.get("business_hours", {})
    before: str | None = None
    for place, one in enumerate(sightings):
        now = hours.get(one.team or "")
        if now != before:
            yield Change(one.at if place else one.created_at, "schedule", now, before, "exact")
        before = now


HISTORY = Assembly(TicketEvent, assemble_history, (TicketEvent,))
