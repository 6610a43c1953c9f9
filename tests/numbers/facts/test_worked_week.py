"""The worked example of the metric catalogue, ticket by ticket, to the digit."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from core.numbers.derive import derive
from tests.numbers.facts.conftest import Fact
from tests.numbers.story import REPORTING, SUNDAY_NIGHT, at, story, uid

Rows = Callable[..., list[dict[str, Any]]]
LATER = at("2026-03-11 00:00")


@pytest.fixture
def week(db: sqlite3.Connection) -> None:
    story(db)
    derive(db, REPORTING, SUNDAY_NIGHT)


@pytest.fixture
def week_after(db: sqlite3.Connection) -> None:
    story(db, LATER)
    derive(db, REPORTING, LATER)


TIMES = ("frt_s", "frt_business_s", "resolution_s", "resolution_business_s")


@pytest.mark.usefixtures("week")
@pytest.mark.parametrize(
    ("ticket", "times"),
    [
        ("T1", (1_800, 1_800, 3_600, 3_600)),
        ("T2", (61_200, 3_600, 81_000, 23_400)),
        ("T3", (None, None, None, None)),
        ("T4", (None, None, None, None)),
        ("T5", (None, None, None, None)),
        ("T7", (54_900, 900, 56_400, 2_400)),
        ("T8", (330, 330, 1_200, 1_200)),
        ("T9", (None, None, None, None)),
        ("T10", (None, None, None, None)),
    ],
)
def test_response_and_resolution_are_those_of_the_catalogue(
    fact: Fact, ticket: str, times: tuple[int | None, ...]
) -> None:
    """Who checks our numbers by hand starts with this table."""
    assert fact(ticket, *TIMES) == times


@pytest.mark.usefixtures("week_after")
def test_a_reopened_ticket_counts_from_creation_to_its_last_solve(fact: Fact) -> None:
    """The customer of T3 waited until the 10th, whatever was solved in between."""
    assert fact("T3", *TIMES) == (231_600, 1_200, 324_600, 36_600)
    assert fact("T3", "first_resolution_s", "first_resolution_business_s") == (231_600, 1_200)
    assert fact("T3", "first_solved_on", "last_solved_on") == ("2026-03-09", "2026-03-10")
    assert fact("T3", "requester_wait_s") == 235_200
    assert fact("T3", "one_touch", "reopens", "effective_reopens", "is_reopened_in_7d") == (0, 1, 1, 1)


def test_a_reopened_ticket_that_is_still_open_has_no_resolution(db: sqlite3.Connection, fact: Fact) -> None:
    """A span that ended in an unsolved ticket is no resolution."""
    now = at("Tue10 10:30")
    story(db, now)
    derive(db, REPORTING, now)
    assert fact("T3", "resolution_s", "last_solved_at", "is_solved") == (None, None, 0)
    assert fact("T3", "first_resolution_s", "first_solved_on") == (231_600, "2026-03-09")


@pytest.mark.usefixtures("week")
def test_what_an_agent_begins_has_no_first_response_but_the_one_zendesk_would_show(fact: Fact) -> None:
    """Reconciliation with Zendesk needs its figure, our own must not hold it."""
    assert fact("T6", "exclusion_reason", "is_outbound", "frt_s", "frt_compat_s") == ("outbound", 1, None, 8_400)
    assert fact("T6", "is_frt_counted", "is_solve_counted", "is_counted_created") == (0, 0, 0)


@pytest.mark.usefixtures("week")
def test_a_chat_is_timed_from_its_first_message_and_from_the_bots_hand_off(fact: Fact) -> None:
    """A bot's quick hello must not hide the wait for a person."""
    assert fact("T8", "frt_s", "frt_handoff_s", "handled_by", "bot_contained") == (330, 90, "human", 0)


@pytest.mark.usefixtures("week")
def test_what_a_bot_solves_alone_is_contained_and_out_of_the_times(fact: Fact) -> None:
    """A bot's minutes would make people look fast."""
    assert fact("T9", "handled_by", "bot_contained", "resolution_s", "is_frt_counted") == ("bot", 1, None, 0)
    assert fact("T9", "is_solve_counted", "is_counted_created") == (1, 1)


@pytest.mark.usefixtures("week")
def test_a_connected_call_back_is_the_one_answer_to_a_voicemail(fact: Fact) -> None:
    """Who was called back was served, though nobody wrote."""
    assert fact("T7", "human_replies", "one_touch", "first_replied_on") == (1, 1, "2026-03-06")
    assert fact("T7", "first_replier_uid") == uid("anna")


@pytest.mark.usefixtures("week")
def test_waits_leave_out_what_was_pending_on_the_customer(fact: Fact) -> None:
    """T2's customer took his time from 09:30 to 14:00."""
    assert fact("T2", "requester_wait_s", "agent_wait_s", "on_hold_s", "agent_work_s") == (64_800, 16_200, 0, 64_800)
    assert fact("T2", "requester_wait_business_s") == 7_200


@pytest.mark.usefixtures("week")
def test_stations_and_touches(fact: Fact) -> None:
    """T2 went from level 1 to level 2 and from Anna to Ben."""
    assert fact("T2", "assignee_stations", "team_stations", "human_replies", "one_touch") == (2, 2, 2, 0)
    assert fact("T1", "assignee_stations", "touches", "one_touch", "one_touch_no_wait") == (1, 3, 1, 1)


@pytest.mark.usefixtures("week")
def test_who_counts_as_created_and_why_the_others_do_not(rows: Rows) -> None:
    """Seven customers asked for something that week."""
    counted = {row["ticket_uid"] for row in rows("ticket_facts", is_counted_created=1)}
    assert counted == {uid(f"T{number}") for number in (1, 2, 3, 7, 8, 9, 10)}
    reasons = {row["ticket_uid"]: row["exclusion_reason"] for row in rows("ticket_facts", is_counted_created=0)}
    assert reasons == {uid("T4"): "spam", uid("T5"): "merged", uid("T6"): "outbound"}


@pytest.mark.usefixtures("week")
def test_next_replies(rows: Rows) -> None:
    """The customer of T2 wrote again at 14:00, the one of T6 at 12:00."""
    waits = {row["ticket_uid"]: (row["wait_s"], row["wait_business_s"]) for row in rows("reply_wait_facts")}
    assert waits == {uid("T2"): (3_600, 3_600), uid("T6"): (1_200, 1_200)}


@pytest.mark.parametrize(
    ("moment", "level"),
    [("Sat 00:00", 2), ("Mon9 00:00", 2), ("2026-03-10 00:00", 1), ("Tue10 10:30", 2), ("2026-03-11 00:00", 1)],
)
def test_the_backlog_of_any_past_moment(db: sqlite3.Connection, moment: str, level: int) -> None:
    """Friday's backlog is asked for on Wednesday."""
    story(db, LATER)
    derive(db, REPORTING, LATER)
    count = "select count(*) from backlog_spans where from_at < :at and (to_at is null or to_at >= :at)"
    assert db.execute(count, {"at": at(moment)}).fetchone()[0] == level


@pytest.mark.usefixtures("week")
def test_the_moves_of_the_week_leave_two_tickets(db: sqlite3.Connection) -> None:
    """0 + 10 arrived - 6 solved - 1 merged - 1 spam = 2, the backlog card's identity."""
    moves = dict(
        db.execute("select kind, sum(delta) from backlog_moves where kind not like 'team%' group by kind").fetchall()
    )
    assert moves == {"arrived": 10, "solved": -6, "merged": -1, "spam": -1}


def test_a_merge_takes_back_mondays_arrival(db: sqlite3.Connection, rows: Rows) -> None:
    """On Monday night nobody knew that T5 would be merged on Tuesday."""
    story(db, at("Tue 00:00"))
    derive(db, REPORTING, at("Tue 00:00"))
    assert len(rows("ticket_facts", is_counted_created=1, created_on="2026-03-02")) == 3
    db.execute("delete from dirty_days")
    story(db, SUNDAY_NIGHT)
    derive(db, REPORTING, SUNDAY_NIGHT)
    assert len(rows("ticket_facts", is_counted_created=1, created_on="2026-03-02")) == 2
    assert rows("dirty_days", fact="ticket_facts", clock="created_on", day_on="2026-03-02")


def test_targets_are_judged_when_met_or_run_out(db: sqlite3.Connection) -> None:
    """Four business hours: as of Sunday 4 of 4, as of Monday night T3 met and T10 breached at 11:00."""
    judged = "select count(*), sum(met) from sla_facts where met is not null"
    story(db)
    derive(db, REPORTING, SUNDAY_NIGHT)
    assert tuple(db.execute(judged).fetchone()) == (4, 4)
    monday_night = at("2026-03-10 00:00")
    story(db, monday_night)
    derive(db, REPORTING, monday_night)
    assert tuple(db.execute(judged).fetchone()) == (6, 5)
    assert db.execute("select decided_at from sla_facts where met = 0").fetchone()[0] == at("Mon9 11:00")


def test_a_target_runs_out_though_nothing_else_happens(db: sqlite3.Connection) -> None:
    """Silence is what breaches a target."""
    story(db)
    derive(db, REPORTING, SUNDAY_NIGHT)
    derive(db, REPORTING, at("Mon9 11:00"))
    assert db.execute("select count(*) from sla_facts where met = 0").fetchone()[0] == 0
    derive(db, REPORTING, at("Mon9 11:00:01"))
    assert [row[0] for row in db.execute("select ticket_uid from sla_facts where met = 0")] == [uid("T10")]


@pytest.mark.usefixtures("week")
def test_the_rating_is_credited_to_who_solved_the_ticket(rows: Rows) -> None:
    """T1 was rated 5 of 5 after Anna had solved it."""
    (survey,) = rows("survey_facts")
    assert (survey["agent_uid"], survey["is_satisfied"], survey["rated_on"]) == (uid("anna"), 1, "2026-03-02")
    assert (survey["is_answered_in_7d"], survey["is_counted"]) == (1, 1)
