"""One answer for each offer, credited to whom it is due."""

from collections.abc import Callable
from typing import Any

import pytest

from core.model import Survey
from tests.numbers.facts.conftest import Told
from tests.numbers.facts.test_replies import asked
from tests.numbers.story import Telling, at, uid

Rows = Callable[..., list[dict[str, Any]]]
LATER = at("2026-05-01 00:00")


def solved() -> Telling:
    ticket = asked().change("Mon 10:10", "assignee", "anna", "rule").say("Mon 11:00", "anna")
    return ticket.solve("Mon 11:00", "anna")


def survey(
    native: str, offered: str | None = None, rated: str | None = None, score: str | None = None, **more: Any
) -> Survey:
    return Survey(
        id=native, kind=more.pop("kind", "csat"), scale=more.pop("scale", "good_bad"),
        ticket_id=more.pop("ticket_id", "T"),
        offered_at=at(offered) if offered else None, rated_at=at(rated) if rated else None, score_raw=score, **more,
    )  # fmt: skip


def counted(rows: Rows) -> list[tuple[str, str | None, int | None]]:
    return [
        (row["survey_uid"].partition(":")[2], row["rated_on"], row["is_satisfied"])
        for row in rows("survey_facts", is_counted=1)
    ]


def test_the_latest_answer_counts_on_its_day(told: Told, rows: Rows) -> None:
    """Ex 2: bad, next day good: good once, on the day of the change."""
    told(*solved().records(LATER), survey("1", "Mon 12:00"), survey("2", None, "Mon 13:00", "bad"), now_at=LATER)
    assert counted(rows) == [("2", "2026-03-02", 0)]
    told(survey("3", None, "Tue 13:00", "good"), now_at=LATER)
    assert counted(rows) == [("3", "2026-03-03", 1)]


def test_after_thirty_days_an_answer_is_frozen(told: Told, rows: Rows) -> None:
    """Last quarter's satisfaction is not rewritten."""
    told(
        *solved().records(LATER), survey("1", "Mon 12:00", "Mon 13:00", "bad"),
        survey("2", None, "2026-04-15 12:00", "good"), now_at=LATER,
    )  # fmt: skip
    assert counted(rows) == [("1", "2026-03-02", 0)]


def test_an_offer_that_bounced_was_none(told: Told, rows: Rows) -> None:
    """A dead address does not lower the response rate."""
    told(*solved().records(LATER), survey("1", "Mon 12:00", bounced=True), now_at=LATER)
    assert counted(rows) == []


def test_a_second_offer_is_a_second_question(told: Told, rows: Rows) -> None:
    """Solved again, asked again."""
    told(
        *solved().records(LATER), survey("1", "Mon 12:00"), survey("2", "Thu 12:00", "Thu 13:00", "good"), now_at=LATER
    )
    assert len(counted(rows)) == 2


@pytest.mark.parametrize(("changed", "credit"), [(None, "anna"), ("Mon 12:30", None), ("Mon 14:00", "anna")])
def test_nobody_gets_a_rating_for_a_ticket_that_was_passed_on(
    told: Told, rows: Rows, changed: str | None, credit: str | None
) -> None:
    """Reassigning before the answer comes in must not move the blame."""
    ticket = solved()
    if changed:
        ticket.change(changed, "assignee", "ben", "anna")
    told(*ticket.records(LATER), survey("1", "Mon 12:00", "Mon 13:00", "bad"), now_at=LATER)
    assert rows("survey_facts")[0]["agent_uid"] == (uid(credit) if credit else None)


@pytest.mark.parametrize(
    ("scale", "score", "satisfied"),
    [("5", "4", 1), ("5", "3", 0), ("7", "6", 1), ("7", "5", 0), ("10", "9", 1), ("10", "8", 0),
     ("freshdesk", "101", 1), ("freshdesk", "100", 0), ("good_bad", "good", 1), ("good_bad", "bad", 0),
     ("5", "?", None)],
)  # fmt: skip
def test_satisfied_is_the_top_of_the_scale(
    told: Told, rows: Rows, scale: str, score: str, satisfied: int | None
) -> None:
    """Neutral is not satisfied, and what nobody can read is not bad."""
    told(*solved().records(LATER), survey("1", "Mon 12:00", "Mon 13:00", score, scale=scale), now_at=LATER)
    assert rows("survey_facts")[0]["is_satisfied"] == satisfied


@pytest.mark.parametrize(
    ("score", "found"), [("10", "promoter"), ("9", "promoter"), ("8", "passive"), ("6", "detractor")]
)
def test_promoters_and_detractors(told: Told, rows: Rows, score: str, found: str) -> None:
    """9 and 10 would tell a friend, 0 to 6 would warn one."""
    told(*solved().records(LATER), survey("1", "Mon 12:00", "Mon 13:00", score, kind="nps", scale="0-10"), now_at=LATER)
    assert rows("survey_facts")[0]["nps_class"] == found


def test_an_answer_by_one_of_us_is_dropped(told: Told, rows: Rows) -> None:
    """Agents have rated themselves before."""
    told(*solved().records(LATER), survey("1", "Mon 12:00", "Mon 13:00", "good", customer_id="ben"), now_at=LATER)
    assert counted(rows) == []


@pytest.mark.parametrize(("rated", "in_time"), [("Mon9 12:00", 1), ("Mon9 12:00:01", 0)])
def test_answered_within_a_week(told: Told, rows: Rows, rated: str, in_time: int) -> None:
    """The response rate waits seven days."""
    told(*solved().records(LATER), survey("1", "Mon 12:00", rated, "good"), now_at=LATER)
    assert rows("survey_facts")[0]["is_answered_in_7d"] == in_time


def nps(native: str, rated: str, score: str, **more: Any) -> Survey:
    return Survey(id=native, kind="nps", scale="0-10", rated_at=at(rated), score_raw=score, **more)


def test_a_survey_of_no_contact_counts_too(told: Told, rows: Rows) -> None:
    """Who asks customers once a year has no ticket to hang the answer on; it was lost."""
    told(nps("a", "Tue 10:00", "10"), nps("b", "Tue 11:00", "3"), now_at=LATER)
    found = {row["survey_uid"].partition(":")[2]: row["nps_class"] for row in rows("survey_facts", is_counted=1)}
    assert found == {"a": "promoter", "b": "detractor"}


def test_a_changed_answer_of_no_contact_replaces_the_first(told: Told, rows: Rows) -> None:
    """The file is delivered again with a correction."""
    told(nps("a", "Tue 10:00", "10"), now_at=LATER)
    told(nps("a", "Wed 10:00", "6", version=1), now_at=LATER)
    (row,) = rows("survey_facts")
    assert (row["rated_on"], row["nps_class"]) == ("2026-03-04", "detractor")


def test_a_survey_that_turns_out_to_be_of_a_ticket_is_counted_once(told: Told, rows: Rows) -> None:
    """The second delivery of the file names the ticket."""
    told(*solved().records(LATER), survey("1", None, "Tue 10:00", "good", ticket_id=None), now_at=LATER)
    assert [row["ticket_uid"] for row in rows("survey_facts")] == [None]
    told(survey("1", None, "Tue 10:00", "good", version=1), now_at=LATER)
    assert [row["ticket_uid"] for row in rows("survey_facts")] == [uid("T")]
    told(survey("1", None, "Tue 10:00", "good", ticket_id=None, version=2), now_at=LATER)
    assert [row["ticket_uid"] for row in rows("survey_facts")] == [None]


def test_a_survey_that_moves_to_another_ticket_leaves_the_first(told: Told, rows: Rows) -> None:
    """A typing error in the file was mended; the answer must not stand at both tickets."""
    other = asked("U", "Mon 10:00").change("Mon 10:10", "assignee", "anna", "rule").solve("Mon 11:00", "anna")
    told(*solved().records(LATER), *other.records(LATER), survey("1", None, "Tue 10:00", "good"), now_at=LATER)
    told(survey("1", None, "Tue 10:00", "good", ticket_id="U", version=1), now_at=LATER)
    assert [row["ticket_uid"] for row in rows("survey_facts")] == [uid("U")]


def test_an_answer_counts_before_its_ticket_is_known(told: Told, rows: Rows) -> None:
    """The survey tool's file names tickets of a desk that is read later, or never; its answers were lost."""
    told(survey("1", "Mon 12:00"), survey("2", None, "Tue 10:00", "good"), now_at=LATER)
    assert counted(rows) == [("2", "2026-03-03", 1)]
    told(survey("3", None, "Wed 10:00", "bad"), now_at=LATER)
    assert counted(rows) == [("3", "2026-03-04", 0)]
    told(*solved().records(LATER), now_at=LATER)
    assert counted(rows) == [("3", "2026-03-04", 0)]
    assert {row["ticket_uid"] for row in rows("survey_facts")} == {uid("T")}
