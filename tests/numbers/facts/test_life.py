"""What counts as solved, reopened, merged, deleted and recovered, and what the backlog makes of it."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from core.model import Customer, Schedule, Ticket
from core.numbers.derive import derive
from core.numbers.facts.life import Step, lived, without_blips
from tests.numbers.facts.conftest import Fact, Told
from tests.numbers.facts.test_replies import asked
from tests.numbers.story import REPORTING, SUNDAY_NIGHT, Telling, at, uid, write

Rows = Callable[..., list[dict[str, Any]]]


def moves(rows: Rows) -> list[tuple[str, str]]:
    return [(row["kind"], row["day_on"]) for row in rows("backlog_moves")]


def test_closed_without_solved_counts_as_solved(told: Told, fact: Fact) -> None:
    """Desks that never press solve still finish tickets."""
    told(*asked().say("Mon 11:00", "anna").change("Mon 12:00", "status", "closed", "anna").records(SUNDAY_NIGHT))
    assert fact("T", "first_solved_at", "resolution_s", "closed_at") == (at("Mon 12:00"), 7_200, at("Mon 12:00"))


def test_closing_what_is_solved_is_no_event(told: Told, fact: Fact, rows: Rows) -> None:
    """Archiving after four days is no second solve."""
    told(*asked().solve("Mon 12:00", "anna").change("Fri 12:00", "status", "closed", "rule").records(SUNDAY_NIGHT))
    assert len(rows("solve_facts")) == 1
    assert fact("T", "last_solved_at") == at("Mon 12:00")


def test_an_automatic_blip_is_no_reopening(told: Told, fact: Fact, rows: Rows) -> None:
    """A thank-you rule opens and solves within a second; nobody reopened anything."""
    ticket = asked().say("Mon 11:00", "anna").solve("Mon 12:00", "anna")
    ticket.change("Mon 13:00", "status", "open", "rule").change("Mon 13:01", "status", "solved", "rule")
    told(*ticket.records(SUNDAY_NIGHT))
    assert fact("T", "reopens", "last_solved_at", "one_touch") == (0, at("Mon 12:00"), 1)
    assert moves(rows) == [("arrived", "2026-03-02"), ("solved", "2026-03-02")]


@pytest.mark.parametrize(("by", "solved_again"), [("customer", "Mon 13:00:30"), ("rule", "Mon 13:01:01")])
def test_a_customer_or_a_slow_rule_reopens(told: Told, fact: Fact, by: str, solved_again: str) -> None:
    """Only automation that takes it back within a minute is overlooked."""
    ticket = asked().say("Mon 11:00", "anna").solve("Mon 12:00", "anna").change("Mon 13:00", "status", "open", by)
    told(*ticket.solve(solved_again, "anna").records(SUNDAY_NIGHT))
    assert fact("T", "reopens", "effective_reopens", "one_touch") == (1, 0, 0)


def test_a_reopening_is_effective_while_open_and_if_answered(told: Told, fact: Fact) -> None:
    """Thanks, solved again without a word, is none; a ticket still open may be one."""
    ticket = (
        asked().say("Mon 11:00", "anna").solve("Mon 12:00", "anna").change("Mon 13:00", "status", "open", "customer")
    )
    told(*ticket.records(SUNDAY_NIGHT))
    assert fact("T", "effective_reopens", "is_reopened_in_7d", "is_effective_reopened_in_7d") == (1, 1, 1)
    told(*ticket.solve("Mon 14:00", "anna").records(SUNDAY_NIGHT))
    assert fact("T", "effective_reopens", "is_reopened_in_7d", "is_effective_reopened_in_7d") == (0, 1, 0)


def test_a_reopening_after_a_week_is_none_of_the_solve(told: Told, fact: Fact) -> None:
    """The reopen rate looks seven days ahead."""
    ticket = asked().solve("Mon 12:00", "anna").change("Mon9 12:00:01", "status", "open", "customer")
    told(*ticket.records(at("Tue10 00:00")), now_at=at("Tue10 00:00"))
    assert fact("T", "reopens", "is_reopened_in_7d") == (1, 0)


def test_the_close_of_a_merge_is_no_solve_even_if_it_comes_first(told: Told, rows: Rows, fact: Fact) -> None:
    """Vendors close the merged ticket and tell of the merge a moment later."""
    ticket = asked().change("Mon 12:00", "status", "closed", "anna").change("Mon 12:00:05", "merge", "U", "anna")
    told(*ticket.records(SUNDAY_NIGHT))
    assert moves(rows) == [("arrived", "2026-03-02"), ("merged", "2026-03-02")]
    assert fact("T", "merged_on", "is_solved", "first_solved_at", "exclusion_reason") == (
        "2026-03-02",
        0,
        None,
        "merged",
    )


def test_deleted_leaves_every_period_but_not_the_backlog_of_the_past(told: Told, rows: Rows, fact: Fact) -> None:
    """Monday's backlog held it; Monday's arrivals no longer do."""
    told(*asked().change("Wed 10:00", "delete", None, "anna").records(SUNDAY_NIGHT))
    assert fact("T", "exclusion_reason", "is_counted_created", "deleted_at") == ("deleted", 0, at("Wed 10:00"))
    assert moves(rows) == [("arrived", "2026-03-02"), ("deleted", "2026-03-04")]
    assert [(row["from_on"], row["to_on"]) for row in rows("backlog_spans")] == [("2026-03-02", "2026-03-04")]


def test_restored_comes_back(told: Told, rows: Rows, fact: Fact) -> None:
    """An accident mended the next day counts as recovered, and the ticket as before."""
    told(*asked().change("Wed 10:00", "delete", None).change("Thu 10:00", "restore", None).records(SUNDAY_NIGHT))
    assert fact("T", "exclusion_reason", "is_counted_created") == (None, 1)
    assert [kind for kind, _ in moves(rows)] == ["arrived", "deleted", "recovered"]


def test_a_tombstone_without_an_event_is_a_deletion(told: Told, rows: Rows) -> None:
    """A list from which a ticket vanished tells no more than that."""
    told(*asked(extra={"deleted_at": at("Thu 09:00")}).records(SUNDAY_NIGHT))
    assert moves(rows)[-1] == ("deleted", "2026-03-05")


@pytest.mark.parametrize("flag", ["is_test", "is_suspended", "is_internal"])
def test_what_is_no_customers_ticket_is_in_no_backlog(told: Told, rows: Rows, fact: Fact, flag: str) -> None:
    """Test tickets left open for months would be half of the backlog."""
    told(*asked(extra={flag: True}).records(SUNDAY_NIGHT))
    assert fact("T", "exclusion_reason") == flag.removeprefix("is_")
    assert rows("backlog_spans") == [] == rows("backlog_moves")


@pytest.mark.parametrize(("flag", "reason"), [("is_import", "import"), ("is_problem", "problem")])
def test_imported_and_problem_tickets_are_no_arrivals(told: Told, fact: Fact, flag: str, reason: str) -> None:
    """Ten thousand imported tickets are no busy day."""
    told(*asked(extra={flag: True}).records(SUNDAY_NIGHT))
    assert fact("T", "exclusion_reason", "is_counted_created") == (reason, 0)


def test_a_requester_of_our_own_makes_a_ticket_internal(told: Told, fact: Fact) -> None:
    """The flag may stand on the person only."""
    told(Customer(id="colleague", is_internal=True), *asked(requester="colleague").records(SUNDAY_NIGHT))
    told(Customer(id="colleague", is_internal=True))
    assert fact("T", "exclusion_reason", "is_internal") == ("internal", 1)


def test_solved_at_midnight_belongs_to_the_new_day(told: Told, fact: Fact) -> None:
    """At the snapshot of the day before it was open."""
    told(*asked().solve("Tue 00:00", "anna").records(SUNDAY_NIGHT))
    assert fact("T", "first_solved_on", "solved_same_day") == ("2026-03-03", 0)


def test_a_night_on_which_the_clocks_change_has_its_true_length(told: Told, fact: Fact) -> None:
    """Berlin, from 22:00 on 28 March to 06:00: 7 h, not 8 (R5)."""
    now = at("2026-03-30 00:00")
    told(*asked(created="2026-03-28 22:00").say("2026-03-29 06:00", "anna").records(now), now_at=now)
    assert fact("T", "frt_s", "frt_business_s") == (25_200, 0)


@pytest.mark.parametrize(
    ("zone", "from_on", "to_on"),
    [("Europe/Berlin", "2026-03-28", "2026-03-30"), ("Europe/Berlin", "2026-10-24", "2026-10-26"),
     ("America/Santiago", "2026-04-03", "2026-04-06"), ("Australia/Lord_Howe", "2026-10-03", "2026-10-05")],
)  # fmt: skip
def test_a_schedule_open_all_week_is_the_calendar(
    db: sqlite3.Connection, rows: Rows, zone: str, from_on: str, to_on: str
) -> None:
    """Business time of a desk that never closes equals calendar time on every night of the year."""
    now = at("2026-12-01 00:00")
    always = tuple((weekday, 0, 1_440) for weekday in range(7))
    ticket = asked(created=f"{from_on} 12:00").say(f"{to_on} 12:00", "anna").solve(f"{to_on} 12:00", "anna")
    write(
        db,
        [Schedule(id="s", name="s", time_zone=zone, is_default=True, hours=always, holidays=()), *ticket.records(now)],
        now,
    )
    derive(db, REPORTING, now)
    (row,) = rows("ticket_facts")
    assert row["resolution_s"] == row["resolution_business_s"]
    assert [each["calendar_s"] for each in rows("status_intervals")] == [
        each["business_s"] for each in rows("status_intervals")
    ]


def test_the_schedule_of_the_ticket_rules_at_each_moment(told: Told, fact: Fact, rows: Rows) -> None:
    """Until noon the ticket was on the day's hours, from then on the night's."""
    night = Schedule(id="night", name="Night", time_zone="Europe/Berlin", hours=((0, 1_020, 1_440),), holidays=())
    ticket = asked(created="Mon 10:00").change("Mon 12:00", "schedule", "night", old="hours")
    told(night, *ticket.solve("Mon 18:00", "anna").records(SUNDAY_NIGHT))
    assert fact("T", "first_resolution_business_s") == 3 * 3_600
    spans = [(row["schedule_uid"], row["from_at"], row["to_at"]) for row in rows("ticket_schedules")]
    assert spans == [(uid("hours"), at("Mon 10:00"), at("Mon 12:00")), (uid("night"), at("Mon 12:00"), None)]


def test_without_any_schedule_business_time_is_unknown(db: sqlite3.Connection, fact: Fact) -> None:
    """No hours known is not the same as always closed."""
    write(db, asked().say("Mon 11:00", "anna", kind="agent").records(SUNDAY_NIGHT))
    derive(db, REPORTING, SUNDAY_NIGHT)
    assert fact("T", "frt_s", "frt_business_s") == (3_600, None)


def test_pending_over_a_weekend_is_two_business_minutes(told: Told, fact: Fact) -> None:
    """Friday 16:59 to Monday 09:01 (requester_wait_time, example 3)."""
    ticket = asked(created="Fri 16:00").say("Fri 16:59", "anna").change("Fri 16:59", "status", "pending", "anna")
    ticket.say("Mon9 09:01", "customer").change("Mon9 09:01", "status", "open", "customer").solve("Mon9 09:30", "anna")
    told(*ticket.records(at("Tue10 00:00")), now_at=at("Tue10 00:00"))
    assert fact("T", "agent_wait_business_s") == 120


def test_twenty_one_solves_in_a_minute_are_bulk(db: sqlite3.Connection, told: Told, rows: Rows) -> None:
    """An admin who closes stale tickets has not had a good day."""
    told(*(record for number in range(21) for record in stale(number, "anna").records(SUNDAY_NIGHT)))
    assert len(rows("ticket_facts", is_bulk_solved=1)) == 21 == len(rows("solve_facts", is_bulk=1))


def stale(number: int, by: str) -> Telling:
    return asked(f"B{number:02}", "Mon 10:00").solve(f"Wed 18:00:{number * 3 % 60:02}", by)


def test_twenty_solves_or_two_people_are_no_bulk_and_a_late_one_makes_it(told: Told, rows: Rows) -> None:
    """The twenty-first solve turns all of them, in whichever batch it comes."""
    told(*(record for number in range(20) for record in stale(number, "anna").records(SUNDAY_NIGHT)))
    told(*stale(30, "ben").records(SUNDAY_NIGHT))
    assert rows("solve_facts", is_bulk=1) == []
    told(*stale(31, "anna").records(SUNDAY_NIGHT))
    assert len(rows("solve_facts", is_bulk=1)) == 21 == len(rows("ticket_facts", is_bulk_solved=1))


def test_a_wordless_life_is_one_interval() -> None:
    """Nothing happened yet."""
    life = lived(100, "new", [])
    assert life.intervals == [("new", 100, None, "exact")]
    assert life.moves == [(100, "arrived", 1)]


def test_changes_within_one_second_leave_no_empty_interval() -> None:
    """A trigger that opens what was just created makes the ticket open from the start."""
    steps = [Step(100, "status", "open", None, True, "exact"), Step(160, "status", "solved", None, False, "exact"),
             Step(160, "status", "open", None, False, "exact")]  # fmt: skip
    assert lived(100, "new", without_blips("new", steps)).intervals == [("open", 100, None, "exact")]


def test_a_ticket_of_which_only_the_id_is_known_is_no_fact(told: Told, rows: Rows) -> None:
    """Zendesk's deleted tickets come back with every field empty."""
    told(Ticket(id="T", status="deleted", status_category="deleted", deleted_at=at("Mon 10:00")))
    assert rows("ticket_facts") == []
