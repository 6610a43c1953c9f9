"""Tickets whose events do not tell the whole story: the vendor's figures, or nothing (R17)."""

from collections.abc import Callable
from typing import Any

from core.model import Message, Record, SourceMetric, Ticket, TicketEvent
from tests.numbers.facts.conftest import Fact, Told
from tests.numbers.story import at

Rows = Callable[..., list[dict[str, Any]]]
CREATED = at("Mon 10:00")


def ticket(status: str = "solved", **more: Any) -> Ticket:
    return Ticket(
        id="T", version=more.pop("version", 0), created_at=CREATED, updated_at=at("Wed 10:00"), channel="email",
        status=status, status_category=status, requester_id="c", **more,  # type: ignore[arg-type]
    )  # fmt: skip


def figures(**values: float) -> list[Record]:
    units = {"solved_at": "at", "initially_assigned_at": "at", "reopens": "count", "replies": "count"}
    return [
        SourceMetric(entity="ticket", entity_id="T", name=name, value=value, unit=units.get(name, "min"))
        for name, value in values.items()
    ]


def test_the_vendors_figures_stand_in(told: Told, fact: Fact) -> None:
    """Zendesk's export gives its own metrics long before the events are read."""
    own = figures(
        reply_time=30, first_resolution_time=60, full_resolution_time=120, solved_at=CREATED + 7_200, reopens=1,
        replies=2, requester_wait_time=90,
    )  # fmt: skip
    result = told(ticket(), *own)
    assert result.incomplete == 1
    assert fact("T", "frt_s", "first_resolution_s", "resolution_s", "reopens") == (1_800, 3_600, 7_200, 1)
    assert fact("T", "requester_wait_s", "agent_wait_s", "one_touch") == (5_400, None, 0)
    assert fact("T", "precision", "is_history_complete", "first_replied_on") == ("stat", 0, "2026-03-02")


def test_solved_at_an_unknown_moment_is_solved_and_nothing_more(told: Told, fact: Fact, rows: Rows) -> None:
    """No moment is made up: the ticket is in no backlog and in no count of solves."""
    told(ticket())
    assert fact("T", "is_solved", "first_solved_at", "resolution_s", "is_solve_counted") == (1, None, None, 0)
    assert rows("backlog_moves") == [] == rows("backlog_spans")


def test_unsolved_without_events_is_in_the_backlog(told: Told, fact: Fact, rows: Rows) -> None:
    """Open tickets of a first load are known before their history is."""
    told(ticket("pending"))
    assert [(row["status_category"], row["to_at"]) for row in rows("backlog_spans")] == [("pending", None)]
    assert fact("T", "precision", "frt_s", "reopens") == ("stat", None, 0)


def test_events_without_the_first_one_are_half_a_story(told: Told, fact: Fact) -> None:
    """History is read from a day on; what began before is not computed from its second half."""
    told(
        ticket(assignee_id="anna"), *figures(full_resolution_time=120, solved_at=CREATED + 7_200),
        TicketEvent(
            ticket_id="T", happened_at=at("Mon 12:00"), seq=0, id="1", kind="status", old_value="open",
            new_value="solved",
        ),
    )  # fmt: skip
    assert fact("T", "is_history_complete", "resolution_s", "requester_wait_s") == (0, 7_200, None)


def test_events_that_lag_behind_the_ticket_are_half_a_story(told: Told, fact: Fact) -> None:
    """The ticket's row says solved; the event that tells so has not been read yet."""
    begun = TicketEvent(ticket_id="T", happened_at=CREATED, seq=0, id="0", kind="created")
    opened = TicketEvent(ticket_id="T", happened_at=CREATED, seq=1, id="1", kind="status", new_value="new")
    told(ticket(), begun, opened)
    assert fact("T", "is_history_complete", "precision") == (0, "stat")
    told(
        TicketEvent(
            ticket_id="T",
            happened_at=at("Wed 10:00"),
            seq=0,
            id="2",
            kind="status",
            old_value="new",
            new_value="solved",
        )
    )
    assert fact("T", "is_history_complete", "first_solved_at") == (1, at("Wed 10:00"))


def test_a_ticket_just_made_needs_no_history(told: Told, fact: Fact) -> None:
    """Nothing has happened to it yet."""
    told(Ticket(id="T", created_at=CREATED, updated_at=CREATED, status="new", status_category="new", channel="web"))
    assert fact("T", "is_history_complete", "precision") == (1, "exact")


def test_a_deleted_ticket_without_events_is_deleted(told: Told, fact: Fact, rows: Rows) -> None:
    """Its events answer 404."""
    told(ticket("deleted", deleted_at=at("Wed 10:00")))
    assert fact("T", "exclusion_reason") == "deleted"
    assert [row["kind"] for row in rows("backlog_moves")] == ["arrived", "deleted"]


def sketch(*steps: tuple[int, str], precision: Any = "stat") -> list[Record]:
    """A history of a status a step, none of which says who did it."""
    begun = TicketEvent(ticket_id="T", happened_at=CREATED, seq=0, id="0", kind="created", field="status",
                        new_value="open", precision=precision)  # fmt: skip
    events: list[Record] = [
        TicketEvent(
            ticket_id="T", happened_at=when, seq=place, id=str(place), kind="status", field="status", new_value=new,
            precision=precision,
        )
        for place, (when, new) in enumerate(steps, 1)
    ]  # fmt: skip
    return [begun, *events]


OPENING = Message(
    ticket_id="T", happened_at=CREATED, id="m0", direction="in", author_id="c", author_kind="customer", is_public=True
)


def test_a_reply_that_is_still_to_be_read_is_told_by_the_vendor(told: Told, fact: Fact) -> None:
    """Freshdesk's conversations cost a request a ticket: for days most tickets would look unanswered."""
    moment = SourceMetric(entity="ticket", entity_id="T", name="first_replied_at", value=CREATED + 1_800, unit="epoch")
    told(ticket(assignee_id="anna"), *sketch((at("Wed 10:00"), "solved")), OPENING, moment)
    assert fact("T", "frt_s", "first_replied_at", "handled_by") == (1_800, CREATED + 1_800, "human")
    assert fact("T", "precision", "is_history_complete") == ("stat", 1)
    answer = Message(
        ticket_id="T", happened_at=CREATED + 2_000, id="m1", direction="out", author_id="anna", author_kind="agent",
        is_public=True,
    )  # fmt: skip
    told(answer)
    assert fact("T", "frt_s", "first_replied_at") == (2_000, CREATED + 2_000)


def test_how_often_we_replied_is_not_known_before_it_is_read(told: Told, rows: Rows) -> None:
    """While conversations are still to be read, every ticket would count as not resolved at first contact."""
    moment = SourceMetric(entity="ticket", entity_id="T", name="first_replied_at", value=CREATED + 1_800, unit="epoch")
    told(ticket(assignee_id="anna"), *sketch((at("Wed 10:00"), "solved")), OPENING, moment)
    assert [(row["is_eligible"], row["is_resolved"]) for row in rows("contact_facts")] == [(0, 0)]
    told(
        Message(
            ticket_id="T", happened_at=CREATED + 1_800, id="m1", direction="out", author_id="anna", author_kind="agent",
            is_public=True,
        )
    )  # fmt: skip
    assert [(row["is_eligible"], row["is_resolved"]) for row in rows("contact_facts")] == [(1, 1)]


def test_who_solved_it_is_not_known_and_that_a_person_has_it_is(told: Told, fact: Fact) -> None:
    """A history of moments names nobody: a ticket closed without words still has a resolution time."""
    told(ticket(assignee_id="anna"), *sketch((at("Wed 10:00"), "solved")), OPENING)
    assert fact("T", "handled_by", "resolution_s", "precision") == ("human", 2 * 86_400, "stat")
    told(*sketch((at("Wed 10:00"), "solved"), precision="exact"))
    assert fact("T", "handled_by", "precision") == ("none", "exact")


def test_a_solve_between_two_reads_counts_and_says_how_it_is_known(told: Told, fact: Fact) -> None:
    """A reopening whose solve nobody saw: the count is right, the moment is between two others."""
    steps = ((at("Tue 10:00"), "solved"), (at("Tue 12:00"), "open"), (at("Wed 10:00"), "solved"))
    told(ticket(assignee_id="anna"), *sketch(*steps, precision="poll"), OPENING)
    assert fact("T", "reopens", "first_solved_at", "last_solved_at") == (1, at("Tue 10:00"), at("Wed 10:00"))
    assert fact("T", "precision", "is_solved") == ("poll", 1)


def test_a_moment_of_resolution_will_do(told: Told, fact: Fact) -> None:
    """Freshdesk sums up in moments what Zendesk sums up in minutes."""
    moment = SourceMetric(entity="ticket", entity_id="T", name="resolved_at", value=CREATED + 7_200, unit="epoch")
    told(ticket(assignee_id="anna"), moment)
    assert fact("T", "is_history_complete", "last_solved_at", "resolution_s") == (0, CREATED + 7_200, 7_200)
