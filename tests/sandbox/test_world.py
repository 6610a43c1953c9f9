"""The invented service centre is the same each time, hangs together, and tells the story it is made for."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import msgspec

from core.sandbox import account
from core.sandbox.asof import UNSOLVED, as_of, is_agent
from core.sandbox.hours import local_at, local_date
from core.sandbox.metric_events import metric_events
from core.sandbox.truth import Change, Comment, Create
from core.sandbox.world import World, build_world

SHORT = {"start_on": "2026-11-16", "scale": 0.2}


def test_the_same_seed_gives_the_same_world() -> None:
    """A number that a reader saw in the demonstration has to be there again tomorrow."""
    first, second = build_world(seed=5, **SHORT), build_world(seed=5, **SHORT)  # type: ignore[arg-type]
    other = build_world(seed=6, **SHORT)  # type: ignore[arg-type]
    for part in ("tickets", "people", "calls", "queue_lines"):
        assert msgspec.json.encode(getattr(first, part)) == msgspec.json.encode(getattr(second, part))
    assert msgspec.json.encode(first.tickets) != msgspec.json.encode(other.tickets)


def test_a_world_cut_short_is_the_beginning_of_the_longer_one(world: World) -> None:
    """Whoever stops the world in October and goes on later must not find another October."""
    until = local_at(world.story.start_on + timedelta(days=9))
    shorter = build_world(seed=3, start_on="2026-09-07", until=until, scale=0.3)
    born = [ticket for ticket in world.tickets if ticket.created_at < until - 86_400]
    assert [ticket.id for ticket in shorter.tickets[: len(born)]] == [ticket.id for ticket in born]
    assert shorter.queue_lines[:500] == world.queue_lines[:500]


def test_each_change_knows_the_value_before_it(world: World) -> None:
    """A history with holes would make every figure derived from it wrong."""
    for ticket in world.tickets:
        held: dict[str, object] = {}
        for audit in ticket.audits:
            for event in audit.events:
                if isinstance(event, Create):
                    held[event.field] = event.value
                elif isinstance(event, Change):
                    assert held.get(event.field) == event.previous, (ticket.id, event)
                    held[event.field] = event.value
        assert all(a.at <= b.at and a.id < b.id for a, b in pairwise(ticket.audits))


def test_figures_beside_a_ticket_follow_from_its_history(world: World) -> None:
    """Reconciliation compares ours with the vendor's: the imitation's own must not be invented."""
    for ticket in world.tickets:
        state = as_of(world, ticket, world.until)
        assert state is not None
        statuses = [
            (audit.at, event.previous, event.value)
            for audit in ticket.audits
            for event in audit.events
            if isinstance(event, Change) and event.field == "status"
        ]
        answers = [
            audit.at
            for audit in ticket.audits[1:]
            for event in audit.events
            if isinstance(event, Comment) and event.public and not event.by_bot
            if event.author_id != ticket.requester_id and is_agent(world, event.author_id, audit.at)
        ]
        metrics = state.metrics
        assert metrics.reopens == sum(before == "solved" and after in UNSOLVED for _, before, after in statuses)
        expected = answers[0] - ticket.created_at if answers else None
        assert metrics.reply.calendar == expected
        solves = [at for at, before, after in statuses if before in UNSOLVED and after in ("solved", "closed")]
        if state.status in ("solved", "closed"):
            assert metrics.full_resolution.calendar == solves[-1] - ticket.created_at
        waits = (metrics.requester_wait.calendar or 0) + (metrics.agent_wait.calendar or 0)
        assert waits <= (statuses[-1][0] if statuses else ticket.created_at) - ticket.created_at
        assert (metrics.requester_wait.business or 0) <= (metrics.requester_wait.calendar or 0)


def test_clocks_end_as_often_as_they_begin(world: World) -> None:
    """A clock that is fulfilled twice, or never though the ticket is solved, would make targets met that weren't."""
    solved = {
        ticket.id for ticket in world.tickets if (s := as_of(world, ticket, world.until)) and s.status == "closed"
    }
    counts: dict[tuple[int, str, int], Counter[str]] = {}
    for event in metric_events(world):
        counts.setdefault((event.ticket_id, event.metric, event.instance), Counter())[event.type] += 1
    for (ticket, _, instance), kinds in counts.items():
        if instance:
            assert kinds["fulfill"] <= 1
            assert kinds["activate"] >= 1
            assert kinds["fulfill"] == 1 or ticket not in solved


def test_everything_a_service_centre_has_is_there(world: World) -> None:
    """Readers are only tried by what occurs."""
    kinds = Counter(ticket.kind for ticket in world.tickets)
    assert {"mail", "chat", "bot", "spam", "merged", "outbound", "onbehalf", "phone", "followup"} <= set(kinds)
    states = [state for ticket in world.tickets if (state := as_of(world, ticket, world.until))]
    assert any(state.status == "deleted" for state in states)
    assert any(state.metrics.reopens for state in states)
    assert any(state.metrics.group_stations > 1 for state in states)
    assert {"breach", "apply_sla", "pause"} <= {event.type for event in metric_events(world)}
    offered = [state for state in states if state.offered_at]
    rated = [state for state in offered if state.rating]
    assert 0.15 < len(rated) / len(offered) < 0.30
    assert 0.80 < sum(state.rating.score == "good" for state in rated if state.rating) / len(rated) < 0.97
    assert any(ticket.quiet for ticket in world.tickets)
    assert {person.role for person in world.people if person.id == account.DEMOTED} == {"agent", "end-user"}


def test_the_bad_morning_shows_at_one_hotline() -> None:
    """The demonstration's report has something to say only if Friday stands out against the Fridays before."""
    world = build_world(start_on="2026-10-19", scale=1.0)
    bad = world.story.bad_day_on
    assert bad is not None
    assert bad.isoformat() == "2026-11-20"

    def service_level(queue: str, weeks_back: int) -> float:
        day_on = bad - timedelta(days=7 * weeks_back)
        legs = [leg for call in world.calls for leg in call.legs if leg.queue == queue]
        legs = [leg for leg in legs if local_date(leg.enqueued_at) == day_on]
        offered = [leg for leg in legs if leg.outcome == "answered" or (leg.outcome == "abandoned" and leg.wait_s > 5)]
        return sum(leg.outcome == "answered" and leg.wait_s <= 20 for leg in offered) / len(offered)

    usual = sorted(service_level("Hotline DE", week) for week in range(1, 5))
    assert service_level("Hotline DE", 0) < usual[0] - 0.08
    assert service_level("Hotline EN", 0) > 0.75
