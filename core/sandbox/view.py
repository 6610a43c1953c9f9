"""The imitation account as it is visible at a moment: the world cut off at the account's clock."""

from bisect import bisect_right
from functools import cached_property

import msgspec

from core.sandbox import rows
from core.sandbox.asof import State, as_of, version_times
from core.sandbox.metric_events import MetricEvent, metric_events
from core.sandbox.truth import Person
from core.sandbox.world import World

WITHHELD_S = 60
"""Exports leave out what changed in the minute before the request."""

Key = tuple[int, int]


class View:
    """What the account shows at `now_at`; what was folded or rendered once is kept until it changes."""

    def __init__(self, world: World, now_at: int, surveys: str) -> None:
        self.world, self.now_at, self.surveys = world, now_at, surveys
        self.versions = [version_times(ticket) for ticket in world.tickets]
        self.folded: list[tuple[int, State] | None] = [None] * len(world.tickets)
        self.rendered: dict[tuple[int, bool], tuple[int, msgspec.Raw]] = {}
        self.offers: tuple[int, list[State]] = (-1, [])
        self.order: tuple[int, list[Key]] = (-1, [])

    def version(self, place: int) -> int:
        """How many changes of a ticket have happened; 0 before it was born."""
        if self.world.tickets[place].created_at > self.now_at:
            return 0
        return bisect_right(self.versions[place], self.now_at + 1)

    def state(self, place: int) -> State | None:
        """The ticket at a place of the world, as it is now."""
        version, found = self.version(place), self.folded[place]
        if found is None or found[0] != version:
            state = as_of(self.world, self.world.tickets[place], self.now_at)
            if state is None:
                return None
            found = self.folded[place] = (version, state)
        return found[1]

    def state_of(self, ticket_id: int) -> State | None:
        """The ticket with a number, as it is now."""
        return self.state(place) if (place := self.places.get(ticket_id)) is not None else None

    @cached_property
    def places(self) -> dict[int, int]:
        """Where each ticket is in the world's list."""
        return {ticket.id: place for place, ticket in enumerate(self.world.tickets)}

    def exported_tickets(self) -> list[Key]:
        """(generated_timestamp, place) of all tickets that the export shows now, in its order."""
        if self.order[0] != self.now_at:
            newest, keys = self.now_at - WITHHELD_S, []
            for place, times in enumerate(self.versions):
                version = self.version(place)
                if version and times[version - 1] <= newest:
                    keys.append((times[version - 1], place))
            self.order = (self.now_at, sorted(keys))
        return self.order[1]

    def ticket_json(self, base: str, place: int, *, with_metrics: bool) -> msgspec.Raw:
        """A ticket's bytes, rendered anew when it has changed."""
        version, found = self.version(place), self.rendered.get((place, with_metrics))
        if found is None or found[0] != version:
            state = self.state(place)
            row = rows.ticket_row(base, state, self.surveys) if state else {}
            if state and with_metrics:
                row["metric_set"] = rows.metric_set(base, state)
            found = self.rendered[place, with_metrics] = (version, msgspec.Raw(msgspec.json.encode(row)))
        return found[1]

    @cached_property
    def metric_events(self) -> list[MetricEvent]:
        """All metric events, made when first asked for."""
        return metric_events(self.world)

    @cached_property
    def user_states(self) -> list[Person]:
        """All states of all users in the order of their export."""
        return sorted(self.world.people, key=lambda person: (person.from_at, person.id))

    def users(self) -> list[Person]:
        """Each user's state now, in order of the last change."""
        newest: dict[int, Person] = {}
        for person in self.user_states:
            if person.from_at <= self.now_at:
                newest[person.id] = person
        return sorted(newest.values(), key=lambda person: (person.from_at, person.id))

    def rated(self) -> list[State]:
        """Tickets with a survey, in order of the offer."""
        if self.offers[0] != self.now_at:
            known = (self.state(place) for place in range(len(self.world.tickets)))
            found = [state for state in known if state and state.offered_at is not None and state.status != "deleted"]
            self.offers = (self.now_at, sorted(found, key=lambda state: (state.offered_at or 0, state.ticket.id)))
        return self.offers[1]
