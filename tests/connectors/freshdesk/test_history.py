"""What a ticket's history comes to, by how much is known of it."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from connectors import Context, TicketEvent
from connectors.freshdesk.history import assemble_history, seen

BORN = 1_789_000_000
HOUR = 3_600
Made = Callable[..., Context]


def row(at: int, category: Any, agent: str | None = None, team: str | None = None, **moments: int) -> TicketEvent:
    """A row read of one ticket, last changed at a moment; all moments are hours after its creation."""
    told = {name: BORN + hours * HOUR for name, hours in moments.items()}
    return seen("7", BORN + at * HOUR, BORN, category, agent, team, told)


def exact(at: int, kind: Any, new: str | None) -> TicketEvent:
    return TicketEvent(
        ticket_id="7", happened_at=BORN + at * HOUR, seq=0, id=f"x{at}{kind}", kind=kind, field=kind, new_value=new
    )


def told(events: Sequence[TicketEvent], ctx: Context) -> list[tuple[float, str, str | None, str, int | None]]:
    """Hours after creation, kind, new value, precision and its width, of all that was derived or exported."""
    made = [one for one in assemble_history("7", events, ctx) if isinstance(one, TicketEvent) and one.id != "seen"]
    made.sort(key=lambda one: (one.happened_at, one.seq))
    return [((one.happened_at - BORN) / HOUR, one.kind, one.new_value, one.precision, one.precision_s) for one in made]


def test_a_ticket_solved_at_once_has_two_moments(context: Made) -> None:
    """The plain case: created and resolved, both told by the row itself."""
    found = told([row(5, "solved", resolved_at=5, status_updated_at=5)], context())
    assert found == [(0, "created", "open", "stat", None), (5, "status", "solved", "stat", None)]


def test_resolved_then_reopened_is_unsolved_again(context: Made) -> None:
    """Trap 16: Freshdesk clears resolved_at when it is opened again; a backlog that keeps it solved is too small."""
    rows = [
        row(5, "solved", resolved_at=5, status_updated_at=5),
        row(9, "open", reopened_at=9, status_updated_at=9),
    ]
    found = told(rows, context())
    assert [one[:3] for one in found] == [(0, "created", "open"), (5, "status", "solved"), (9, "status", "open")]


def test_a_reopening_that_nobody_watched_had_a_solve_before_it(context: Made) -> None:
    """Its moment is unknown: half-way, and the width says how unknown."""
    found = told([row(20, "solved", reopened_at=10, resolved_at=20, status_updated_at=20)], context())
    assert found[1] == (5, "status", "solved", "poll", 5 * HOUR)
    assert [one[2] for one in found] == ["open", "solved", "open", "solved"]


def test_a_reopening_closed_by_an_agent_says_when_it_was_closed(context: Made) -> None:
    """Resolved and later closed: both moments count, the second is no second solve."""
    found = told([row(30, "closed", resolved_at=5, closed_at=30, status_updated_at=30)], context())
    assert [one[:3] for one in found] == [(0, "created", "open"), (5, "status", "solved"), (30, "status", "closed")]


def test_born_in_its_present_status(context: Made) -> None:
    """A call written down and resolved in one go was never open; status_updated_at is its creation."""
    found = told([row(0, "closed", resolved_at=0, closed_at=0, status_updated_at=0)], context())
    assert found[0] == (0, "created", "closed", "stat", None)


def test_a_status_without_a_moment_is_seen_only(context: Made) -> None:
    """Accounts whose rows lack status_updated_at still get a history that ends where the ticket stands."""
    rows = [row(1, "open"), row(3, "pending")]
    assert told(rows, context())[1] == (3, "status", "pending", "poll", 2 * HOUR)


def test_a_moment_newer_than_the_rows_last_change_is_believed(context: Made) -> None:
    """Figures change without updated_at: the solve would be dated by the last change, days early, and be a guess."""
    found = told([row(2, "open", status_updated_at=0), row(3, "solved", resolved_at=9)], context())
    assert found[1:] == [(9, "status", "solved", "stat", None)]


def test_agents_and_teams_are_told_by_the_difference_between_two_rows(context: Made) -> None:
    """Without the export nothing else tells of a transfer; it happened between the two reads."""
    rows = [row(1, "open", None, "501"), row(3, "open", "9001", "501"), row(8, "open", "9002", "502")]
    found = [one for one in told(rows, context()) if one[1] in ("assignee", "team")]
    assert found == [
        (3, "assignee", "9001", "poll", 2 * HOUR),
        (8, "team", "502", "poll", 5 * HOUR),
        (8, "assignee", "9002", "poll", 5 * HOUR),
    ]


def test_the_export_takes_the_place_of_what_was_seen(context: Made) -> None:
    """Exact history is not mixed with guesses at the same deeds; what comes after it is told by the row."""
    events = [
        exact(0, "created", "open"),
        exact(2, "status", "solved"),
        exact(4, "status", "open"),
        row(1, "open"),
        row(5, "open", reopened_at=4, status_updated_at=4),
        row(9, "solved", reopened_at=4, resolved_at=9, status_updated_at=9),
    ]
    found = told(events, context())
    assert [one[:4] for one in found] == [
        (0, "created", "open", "exact"),
        (2, "status", "solved", "exact"),
        (4, "status", "open", "exact"),
        (9, "status", "solved", "stat"),
    ]


def test_an_export_that_names_the_first_status_tells_the_birth(context: Made) -> None:
    """As documented, a new ticket is an activity with all its fields and no word of a creation: all is exact then."""
    rows = [row(5, "solved", resolved_at=5, status_updated_at=5)]
    found = told([*rows, exact(0, "status", "pending"), exact(5, "status", "solved")], context())
    assert sorted(one[:4] for one in found) == [
        (0, "created", "pending", "exact"),
        (0, "status", "pending", "exact"),
        (5, "status", "solved", "exact"),
    ]


def test_an_export_switched_on_late_leaves_the_time_before_it_to_the_row(context: Made) -> None:
    """The first day of the export is no birth of the tickets in it."""
    events = [row(3, "pending", pending_since=3, status_updated_at=3), exact(6, "status", "solved")]
    assert [one[:4] for one in told(events, context())] == [
        (0, "created", "open", "stat"),
        (3, "status", "pending", "stat"),
        (6, "status", "solved", "exact"),
    ]


def test_an_export_that_tells_some_kinds_only_takes_the_place_of_those(context: Made) -> None:
    """Its keys are known from public clients: one of another name must not cost a ticket its history."""
    events = [
        exact(1, "team", "501"),
        exact(9, "team", "502"),
        row(2, "open", None, "501"),
        row(10, "solved", "9001", "502", resolved_at=5, status_updated_at=5),
    ]
    assert [one[:4] for one in told(events, context())] == [
        (0, "created", "open", "stat"),
        (1, "team", "501", "exact"),
        (5, "status", "solved", "stat"),
        (9, "team", "502", "exact"),
        (10, "assignee", "9001", "poll"),
    ]


def test_business_hours_follow_the_group(context: Made) -> None:
    """Two groups with hours of their own: a ticket handed over at night waits by the other's clock."""
    ctx = context(lookups={"business_hours": {"501": "71", "502": "72"}})
    rows = [row(1, "open", None, "501"), row(8, "open", None, "502")]
    found = [one for one in told(rows, ctx) if one[1] == "schedule"]
    assert [one[:3] for one in found] == [(0, "schedule", "71"), (8, "schedule", "72")]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_it_comes_to_the_same_again(context: Made, order: Sequence[int]) -> None:
    """What was made once, the account's prefix included, does not become part of what is made from it."""
    rows = [row(1, "open", "9001"), row(3, "solved", "9001", resolved_at=3), row(6, "open", "9002", reopened_at=6)]
    once = [one for one in assemble_history("7", rows, context()) if isinstance(one, TicketEvent)]
    stored = [
        msgspec.structs.replace(one, new_value=f"fd:{one.new_value}", old_value=f"fd:{one.old_value}")
        if one.field == "assignee"
        else one
        for one in once
    ]
    again = list(assemble_history("7", stored, context()))
    assert again == once
    shuffled = list(assemble_history("7", [rows[place] for place in order], context()))
    assert sorted(map(repr, shuffled)) == sorted(map(repr, once))
