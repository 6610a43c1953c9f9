"""What departments keep in spreadsheets becomes facts, and a corrected file corrects the days it touches."""

import sqlite3
from collections.abc import Callable
from typing import Any

from core.model import (
    Agent,
    AgentTeam,
    CalendarEvent,
    Complaint,
    CustomerBaseDay,
    Forecast,
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


def test_a_count_of_customers_holds_until_the_next(told: Told, rows: Rows) -> None:
    """A list by the month would leave all days but the first without a rate; one of last year says nothing of today."""
    told(
        CustomerBaseDay(day_on="2026-01-15", active_customers=900),
        CustomerBaseDay(day_on="2026-03-01", segment="shop", active_customers=1_000),
        CustomerBaseDay(day_on="2026-03-01", segment="business", active_customers=200),
        CustomerBaseDay(day_on="2026-03-03", active_customers=1_300),
    )
    found = {row["day_on"]: row["active_customers"] for row in rows("customer_base_facts")}
    assert (found["2026-02-14"], found.get("2026-02-15")) == (900, None)
    assert [found[f"2026-03-0{day}"] for day in (1, 2, 3, 4)] == [1_200, 1_200, 1_300, 1_300]


def test_who_came_and_who_left(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """Bots are no heads, nor is anybody of whom nobody told when the work began; who is told to have left, has."""
    hired = {"hired_on": "2025-01-01", "role": "agent"}
    told(Agent(id="dora", **hired), Agent(id="robot", **{**hired, "role": "bot"}, is_human=False))  # type: ignore[arg-type]
    assert [(row["agent_uid"], row["left_on"]) for row in rows("employment_facts")] == [(uid("dora"), None)]
    told(Agent(id="dora", **hired, left_on="2026-03-01", leave_reason="voluntary", version=1))  # type: ignore[arg-type]
    (row,) = rows("employment_facts")
    assert (row["left_on"], row["leave_reason"]) == ("2026-03-01", "voluntary")
    derive_all(db, REPORTING, SUNDAY_NIGHT)
    assert rows("employment_facts") == [row]
    told(Agent(id="dora", role="agent", hired_on=None, version=2))
    assert rows("employment_facts") == []


def test_improvements_are_due_when_their_line_says(told: Told, rows: Rows) -> None:
    """Launches and outages of the same calendar are none."""
    told(
        CalendarEvent(id="1", kind="improvement", title="New macro", from_at=at("Mon 09:00"), due_on="2026-03-06"),
        CalendarEvent(id="2", kind="launch", title="Spring", from_at=at("Mon 09:00")),
    )
    assert [(row["made_on"], row["due_on"], row["done_on"]) for row in rows("improvement_facts")] == [
        ("2026-03-02", "2026-03-06", None)
    ]


def test_a_project_has_its_target_once(told: Told, rows: Rows) -> None:
    """Ten days of a project of 1,000 are not 10,000 to do."""
    told(
        Project(id="p", name="Spring", target_count=1_000, end_on="2026-03-31"),
        *(ProjectDay(project_id="p", day_on=f"2026-03-0{day}", done=50) for day in (4, 2, 3)),
    )
    assert [row["target_count"] for row in rows("project_facts")] == [1_000, None, None]
    assert {row["ended_on"] for row in rows("project_facts")} == {"2026-03-31"}


def test_a_forecast_made_after_the_day_began_is_none(told: Told, rows: Rows) -> None:
    """Whoever corrects the forecast at noon would always have been right; half hours make a day."""
    day: dict[str, Any] = {"series": "calls_offered", "interval_s": 1_800}
    before, after = at("Mon 23:59"), at("Tue 00:00")
    told(
        Forecast(interval_start_at=at("Tue 09:00"), made_at=before, horizon_days=1, value=1.25, **day),
        Forecast(interval_start_at=at("Tue 09:30"), made_at=before, horizon_days=1, value=2.5, **day),
        Forecast(interval_start_at=at("Tue 10:00"), made_at=after, horizon_days=1, value=9, **day),
        Forecast(interval_start_at=at("Tue 09:00"), made_at=before, horizon_days=7, value=9, **day),
        Forecast(interval_start_at=at("Wed 09:00"), horizon_days=1, value=9, **day),
    )
    assert [(row["day_on"], row["value_milli"]) for row in rows("forecast_facts")] == [("2026-03-03", 3_750)]


def test_our_own_forecast_counts_where_none_was_brought(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """Who brings no forecast learns how good ours was; whoever brings one is judged by that, not by two added up."""
    tuesday, wednesday, thursday = at("Tue 00:00"), at("Wed 00:00"), at("Thu 00:00")
    for series, where_key, begin, length_s, horizon, method, made_at, value, is_used in (
        ("calls_offered", "{}", tuesday, 86_400, 1, "naive", at("Mon 00:20"), 30.0, 0),
        ("calls_offered", "{}", tuesday, 86_400, 1, "baseline", at("Mon 00:20"), 40.5, 1),
        ("calls_offered", '{"queue":"pbx:de"}', tuesday, 86_400, 1, "naive", at("Mon 00:20"), 9.0, 1),
        ("calls_offered", "{}", tuesday + 32_400, 1_800, 1, "naive", at("Mon 00:20"), 9.0, 1),
        ("calls_offered", "{}", thursday, 86_400, 7, "naive", at("Mon 00:20"), 9.0, 1),
        ("calls_offered", "{}", wednesday, 86_400, 1, "naive", at("Tue 00:20"), 77.0, 1),
    ):
        db.execute(
            "insert into made_forecasts (series, where_key, interval_start_at, interval_s, horizon_days, method, "
            "made_at, value, is_used) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (series, where_key, begin, length_s, horizon, method, made_at, value, is_used),
        )
    brought = Forecast(series="calls_offered", interval_s=86_400, interval_start_at=wednesday, made_at=tuesday - 1,
                       horizon_days=1, value=50)  # fmt: skip
    told(brought)
    expected = [("2026-03-03", 40_500), ("2026-03-04", 50_000)]
    assert [(row["day_on"], row["value_milli"]) for row in rows("forecast_facts")] == expected
    before = rows("forecast_facts")
    derive_all(db, REPORTING, SUNDAY_NIGHT)
    assert rows("forecast_facts") == before
