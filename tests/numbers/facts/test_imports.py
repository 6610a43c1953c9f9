"""What departments keep in spreadsheets becomes facts, and a corrected file corrects the days it touches."""

import sqlite3
from collections.abc import Callable
from typing import Any

from core.model import (
    AgentTeam,
    Complaint,
    Hire,
    Project,
    ProjectDay,
    QaItem,
    QaReview,
    SelfServiceDay,
    Team,
    Training,
)
from core.numbers.derive import derive_all
from tests.numbers.facts.conftest import Told
from tests.numbers.story import REPORTING, SUNDAY_NIGHT, at, uid

Rows = Callable[..., list[dict[str, Any]]]


def review(native: str, when: str = "Tue 10:00", **more: Any) -> QaReview:
    return QaReview(id=native, reviewed_at=at(when), **more)


def item(native: str, name: str, points: float | None, possible: float, **more: Any) -> QaItem:
    return QaItem(review_id=native, item=name, points=points, possible=possible, **more)


def test_what_did_not_apply_is_out_of_the_points(told: Told, rows: Rows) -> None:
    """Ex 3: a form of 50 points whose item of 10 did not apply: 36 of 40 is 90 %, not 72 %."""
    told(review("1", agent_id="anna"), item("1", "solution", 36, 40), item("1", "upsell", None, 10, is_na=True))
    (row,) = rows("review_facts")
    assert (row["points"], row["possible"], row["reviewed_on"]) == (36.0, 40.0, "2026-03-03")
    assert [one["item"] for one in rows("review_item_facts")] == ["solution"]


def test_a_critical_failure_leaves_no_points(told: Told, rows: Rows) -> None:
    """Who gave away a password did not do 95 % well."""
    told(review("1", points=47.0, points_possible=50.0, is_critical_fail=True))
    (row,) = rows("review_facts")
    assert (row["points"], row["is_critical"], row["has_error"]) == (0.0, 1, 1)


def test_calibration_is_no_review(told: Told, rows: Rows) -> None:
    """The same call marked by five reviewers would count five times."""
    told(review("1", sample="calibration"), review("2", sample="random"))
    assert [(row["review_uid"], row["is_counted"]) for row in rows("review_facts")] == [(uid("1"), 0), (uid("2"), 1)]


def test_a_review_belongs_to_the_team_of_its_day(told: Told, rows: Rows) -> None:
    """Who changed teams takes no old marks along."""
    told(
        Team(id="old", name="Old"),
        Team(id="new", name="New"),
        AgentTeam(agent_id="zoe", team_id="old", from_at=0, to_at=at("Wed 00:00")),
        AgentTeam(agent_id="zoe", team_id="new", from_at=at("Wed 00:00")),
        review("1", "Tue 10:00", agent_id="zoe"),
        review("2", "Thu 10:00", agent_id="zoe"),
    )
    assert [row["team_uid"] for row in rows("review_facts")] == [uid("old"), uid("new")]


def test_three_mails_on_one_incident_are_one_complaint(told: Told, rows: Rows) -> None:
    """Ex 2 of complaint_rate."""
    told(
        *(
            Complaint(
                id=str(minute), received_at=at(f"Mon 10:0{minute}"), customer_id="5", incident="late", about="service"
            )
            for minute in range(3)
        ),
        Complaint(id="9", received_at=at("Mon 10:00"), about="service"),
    )
    assert sum(row["is_counted"] for row in rows("complaint_facts")) == 2


def test_a_corrected_file_moves_its_day(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """A training entered on the wrong day leaves it."""
    told(Training(id="1", held_on="2026-03-03", spent_s=7_200))
    db.execute("delete from dirty_days")
    told(Training(id="1", held_on="2026-03-05", spent_s=7_200, version=1))
    assert {row["day_on"] for row in rows("dirty_days", fact="training_facts")} == {"2026-03-03", "2026-03-05"}
    assert [row["held_on"] for row in rows("training_facts")] == ["2026-03-05"]


def test_who_left_before_the_ninetieth_day_was_not_kept(told: Told, rows: Rows) -> None:
    """Present at day 90, counted in calendar days from the first one."""
    told(
        Hire(id="1", opened_on="2026-01-01", start_on="2026-01-31", left_on="2026-05-01"),
        Hire(id="2", opened_on="2026-01-01", start_on="2026-01-31", left_on="2026-05-02"),
        Hire(id="3", opened_on="2026-01-01"),
    )
    found = [(row["fill_days"], row["day_90_on"], row["is_present_90d"]) for row in rows("hire_facts")]
    assert found == [(30, "2026-05-01", 0), (30, "2026-05-01", 1), (None, None, None)]


def test_made_anew_they_are_the_same(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """`rebuild` gives the same rows for files too."""
    told(
        review("1"),
        item("1", "solution", 4, 5),
        Project(id="p", name="Spring"),
        ProjectDay(project_id="p", day_on="2026-03-03", connected=10, success=2),
        SelfServiceDay(day_on="2026-03-03", kind="faq", item="returns", helpful=3),
    )
    tables = ("review_facts", "review_item_facts", "project_facts", "self_service_facts")
    before = {table: rows(table) for table in tables}
    assert all(before.values())
    derive_all(db, REPORTING, SUNDAY_NIGHT)
    assert {table: rows(table) for table in tables} == before
