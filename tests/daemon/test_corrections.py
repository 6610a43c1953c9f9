"""A number that changed after it was printed: the message is edited once, and its thread says so."""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from core.config.load import Loaded
from core.daemon import reports
from core.daemon.corrections import LOOK_BACK, changes, told_by
from core.daemon.place import load_place
from core.daemon.reports import due_reports, send_reports
from core.deliver.outbox import Told
from core.numbers.goal import GoalState
from core.numbers.periods import week_of
from core.report.model import Mark, Report, ReportSpec, Tile
from core.sandbox.slack import SlackSandbox
from tests.daemon.place import epoch, mark_read, place
from tests.http_server import FakeTime
from tests.report import mock

MORNING = epoch("2026-11-21T08:00:00+01:00")
DAY_S = 86_400
SL = f"{mock.SERVICE_LEVEL.metric_id}/{mock.SERVICE_LEVEL.answer.variant}"


def tile(value: float, n: int, *, mark: Mark = "bad", goal_state: GoalState = "missed") -> Tile:
    old = mock.SERVICE_LEVEL
    answer = replace(old.answer, value=value, n=n)
    return replace(old, comparison=replace(old.comparison, answer=answer), mark=mark, goal_state=goal_state)


def report_of(day_on: str, *tiles: Tile) -> Report:
    return replace(mock.daily(), key=f"daily:{day_on}", day_on=day_on, tiles=tiles, chart=None, charts=(), tables=())


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> dict[str, Tile]:
    """The only tile of each day; what it says may be changed at any time."""
    told: dict[str, Tile] = {}

    def build(db: sqlite3.Connection, loaded: Loaded, spec: object, day_on: str, now_at: int) -> Report:
        return report_of(day_on, told.get(day_on, tile(0.765, 412)))

    monkeypatch.setattr(reports, "build", build)
    return told


@pytest.fixture
def loaded(tmp_path: Path, slack: SlackSandbox, db: sqlite3.Connection) -> Loaded:
    mark_read(db, MORNING)
    return place(tmp_path, slack)


def morning(db: sqlite3.Connection, loaded: Loaded, number: int = 0) -> dict[str, str]:
    """Sends what is due on this morning: state by report and destination."""
    at = MORNING + number * DAY_S
    receipts = send_reports(db, loaded, due_reports(db, loaded, at), at, timing=FakeTime(at).timing)
    return {receipt.destination: receipt.state for receipt in receipts}


def test_a_verdict_that_flipped_is_corrected_with_the_next_report(
    db: sqlite3.Connection, loaded: Loaded, slack: SlackSandbox, days: dict[str, Tile], tmp_path: Path
) -> None:
    """Late calls turned Friday's missed goal into a reached one; who reads Friday's message must not be misled."""
    morning(db, loaded)
    days["2026-11-20"] = tile(0.81, 430, mark="good", goal_state="reached")
    assert morning(db, loaded, 1) == {"ops": "sent", "archive": "sent"}
    friday, saturday = slack.roots()
    assert "81.0" in friday.text
    assert len(friday.edits) == 1
    assert not saturday.edits
    notes = [reply.text for reply in slack.replies(friday.ts) if reply.text.startswith("Revised")]
    assert notes == ["Revised: Fri 20 Nov: Service level 76.5\u202f%, now 81.0\u202f%."]
    assert "81.0" in (tmp_path / "reports" / "daily-2026-11-20.txt").read_text()


def test_a_correction_is_made_once(
    db: sqlite3.Connection, loaded: Loaded, slack: SlackSandbox, days: dict[str, Tile]
) -> None:
    """The mornings after it say nothing new."""
    morning(db, loaded)
    days["2026-11-20"] = tile(0.81, 430, mark="good", goal_state="reached")
    for number in (1, 2, 3):
        morning(db, loaded, number)
    friday = slack.roots()[0]
    assert len(friday.edits) == 1
    assert len([reply for reply in slack.replies(friday.ts) if reply.text.startswith("Revised")]) == 1


def test_a_correction_that_fails_is_made_with_the_report_after(
    db: sqlite3.Connection, loaded: Loaded, slack: SlackSandbox, days: dict[str, Tile]
) -> None:
    """Slack's outage during a correction leaves neither a note without its edit nor two notes."""
    morning(db, loaded)
    days["2026-11-20"] = tile(0.81, 430, mark="good", goal_state="reached")
    slack.deny("chat.update", "ratelimited")
    morning(db, loaded, 1)
    slack.deny("chat.update", "")
    morning(db, loaded, 2)
    friday = slack.roots()[0]
    assert len(friday.edits) == 1
    assert len([reply for reply in slack.replies(friday.ts) if reply.text.startswith("Revised")]) == 1


def test_a_long_gone_day_is_left_alone(
    db: sqlite3.Connection, loaded: Loaded, slack: SlackSandbox, days: dict[str, Tile]
) -> None:
    """Nobody reads a message of two weeks ago again."""
    morning(db, loaded)
    days["2026-11-20"] = tile(0.81, 430, mark="good", goal_state="reached")
    morning(db, loaded, LOOK_BACK["day"] + 1)
    assert not slack.roots()[0].edits


BEFORE: Mapping[str, Told] = told_by(report_of(mock.DAY, tile(0.765, 412)))


@pytest.mark.parametrize(
    ("now", "is_told"),
    [
        (tile(0.765, 412), False),
        (tile(0.771, 415), False),
        (tile(0.81, 430, mark="good", goal_state="reached"), True),
        (tile(0.765, 412, mark="good", goal_state="reached"), False),
        (replace(tile(0.81, 430, mark="good", goal_state="reached"), is_late=True), False),
    ],
    ids=["the same", "a little", "flipped", "another goal, the same data", "a source is late today"],
)
def test_only_a_changed_judgement_is_worth_a_correction(now: Tile, is_told: bool) -> None:
    """A message that is edited every morning is a message that nobody trusts."""
    assert bool(changes(report_of(mock.DAY, now), BEFORE)) == is_told


def test_a_number_that_passed_its_floor_is_told() -> None:
    """Too few to judge yesterday, enough today: that is news."""
    few = replace(mock.SERVICE_LEVEL.answer, value=0.7, n=9, status="low_sample")
    low = replace(tile(0.7, 9), comparison=replace(mock.SERVICE_LEVEL.comparison, answer=few))
    before = told_by(report_of(mock.DAY, low))
    assert before[SL].verdict.startswith("low_sample")
    assert changes(report_of(mock.DAY, tile(0.7, 60)), before)


WEEKLY = '[[reports]]\nname = "weekly"\nkind = "weekly"\nto = ["ops"]\n'


def test_a_week_whose_source_was_late_is_completed_with_the_next_daily_report(
    db: sqlite3.Connection, tmp_path: Path, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A telephone system that slept on Sunday must not leave the week's message half empty until next Monday."""
    path = place(tmp_path, slack).path
    path.write_text(path.read_text() + WEEKLY)
    loaded = load_place(path)
    monday = epoch("2026-11-23T08:00:00+01:00")
    mark_read(db, monday)
    made = tile(0.81, 2_100, mark="good", goal_state="reached")
    unknown = replace(made.answer, value=None, n=0, status="unavailable")
    late = replace(
        made,
        is_late=True,
        mark="none",
        goal_state="unjudged",
        comparison=replace(made.comparison, answer=unknown, delta=None, verdict="no usual"),
    )
    shown = {"weekly": late}

    def build(db: sqlite3.Connection, loaded: Loaded, spec: ReportSpec, day_on: str, now_at: int) -> Report:
        report = report_of(day_on, shown.get(spec.name, made))
        return replace(report, key=f"{spec.name}:{day_on}", kind=spec.kind, period=week_of(day_on))

    monkeypatch.setattr(reports, "build", build)
    for number in range(2):
        at = monday + number * DAY_S
        send_reports(db, loaded, due_reports(db, loaded, at), at, timing=FakeTime(at).timing)
        shown["weekly"] = made
    weekly = next(root for root in slack.roots() if "week 47" in root.text)
    assert len(weekly.edits) == 1
    notes = [reply.text for reply in slack.replies(weekly.ts) if reply.text.startswith("Revised")]
    assert notes == ["Revised: Week to Fri 20 Nov: Service level —, now 81.0\u202f%."]


def test_a_settled_number_is_no_change_of_the_one_that_stood_in_for_it() -> None:
    """On Monday the week before last stood there; a week later the week itself does: nothing was revised."""
    week = replace(report_of("2026-11-22"), kind="weekly", period=week_of("2026-11-22"))
    made = tile(0.7, 300, mark="good", goal_state="reached")
    of_week = replace(made, comparison=replace(made.comparison, answer=replace(made.answer, period=week.period)))
    earlier = replace(of_week, mark="bad", comparison=replace(made.comparison, answer=replace(
        made.answer, value=0.6, period=week_of("2026-11-15"))))  # fmt: skip
    before = told_by(replace(week, tiles=(earlier,)))
    assert not changes(replace(week, tiles=(of_week,)), before)
    assert changes(replace(week, tiles=(replace(earlier, mark="good"), of_week)), before) == ()
