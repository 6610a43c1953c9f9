"""Goals of a week in words: celebrations, lost goals, and why they are goals."""

import sqlite3

import pytest

from core.clock import add_days, day_bounds
from core.numbers.analyses.goals import Judged, judge_goals, keep_goals
from core.numbers.goal import Goal
from core.report.build import build_report
from core.report.goals import celebrate
from core.report.model import ReportSpec
from core.report.sections.goals import goals
from core.report.sections.scope import Scope
from core.report.slack import render_slack
from core.report.words import Words
from tests.numbers.analyses.test_goals import LATE_AFTER_S, MONDAY, WEEK, asked, desk, goal
from tests.numbers.analyses.test_surges import event
from tests.numbers.rows import BERLIN
from tests.report.mock import daily
from tests.report.sections.test_together import lines

GAP = "\u202f"
OWN = {"owner": "Tech team", "ksf": "a word first", "needs": {"customer": "to know where they stand " * 4}}


def judged(db: sqlite3.Connection, *wanted: Goal) -> tuple[Judged, ...]:
    return judge_goals(asked(db), wanted, WEEK, LATE_AFTER_S)


def section(db: sqlite3.Connection, *wanted: Goal) -> Scope:
    return Scope(asked(db), ReportSpec("weekly", "weekly", goals=wanted), "weekly", WEEK, (), judged(db, *wanted))


def said(db: sqlite3.Connection, code: str, *wanted: Goal) -> list[str]:
    words = Words(daily(), code)
    return [words.say(sentence) for sentence in celebrate(judged(db, *wanted), "weekly:2026-03-08", None)]


@pytest.fixture(scope="module")
def won() -> sqlite3.Connection:
    """The worked example of a goal that was reached, for the second week, after a new rule."""
    db = desk({0: 1_350, 1: 1_400, 2: 2_500})
    at = day_bounds(MONDAY, BERLIN.zone)[0]
    event(db, uid="a", kind="policy", title="First a word", from_at=at - 864_000, metric="first_response_time")
    return db


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "en",
            f"First reply reached its goal: 23 min (at 30 min or less). The other side held: "
            f"CSAT 86.0{GAP}%, limit 80{GAP}%. "
            "Done for it: First a word. 2 weeks in a row. Thank you, Tech team.",
        ),
        (
            "de",
            f"Erste Antwort: Ziel erreicht mit 23 Min. (bei 30 Min. oder weniger). Die Gegenseite hielt: "
            f"Kundenzufriedenheit 86,0{GAP}%, Grenze 80{GAP}%. "
            "Dafür getan: First a word. 2 Wochen in Folge. Danke, Tech team.",
        ),
        (
            "zh",
            "首次回复已达目标：23 分钟（不高于 30 分钟）。对照指标守住：客户满意度 86.0%，底线 80%。"
            "为此所做：First a word。连续 2 周。谢谢，Tech team。",
        ),
    ],
)
def test_a_goal_reached_is_celebrated(won: sqlite3.Connection, code: str, told: str) -> None:
    """With what guards it, what was done, how often, and thanks to the team; once."""
    assert said(won, code, goal(**OWN)) == [told]


def test_met_with_a_failed_counter_is_no_feast() -> None:
    """Quick answers that left customers unhappy are told as that."""
    db = desk({0: 1_350}, satisfied=0.74)
    assert said(db, "en", goal()) == []
    made = lines(goals(section(db, goal())), "en")
    assert made[1] == (
        f"First reply: goal met (23 min), counter failed (CSAT 74.0{GAP}%, limit 80{GAP}%), no celebration."
    )


def test_a_lost_goal_is_discussed_and_a_near_miss_is_not() -> None:
    """In the weekly section alone: nobody is shouted at."""
    lost = lines(goals(section(desk({0: 2_250}), goal())), "en")
    assert lost[1] == "First reply: 38 min, missed (at 30 min or less)."
    near = lines(goals(section(desk({0: 1_836}), goal())), "en")
    assert near[1].startswith("Goal | Aim")
    assert said(desk({0: 1_836}), "en", goal()) == []


def test_the_questions_stand_with_the_goal(won: sqlite3.Connection) -> None:
    """Why it is a goal: what the customer needs, what it takes; at full length."""
    made = lines(goals(section(won, goal(**OWN))), "en")
    assert made[0] == "Goals"
    assert made[1] == "Goal | Aim | Value | Beside it | Outcome"
    assert made[2] == (
        f"First reply, median | ≤ 30 min | 23 min | CSAT 86.0{GAP}%, limit 80{GAP}% | reached, 2 weeks in a row"
    )
    assert made[-1] == (
        f"Why First reply: The customer needs: {'to know where they stand ' * 4}".rstrip()
        + ". Success factor: a word first. Whose goal: Tech team."
    )


def test_thanks_are_not_worn_out() -> None:
    """The third week in a row stands in the table; the message thanks again in the fourth."""
    assert said(desk({0: 1_350, 1: 1_400, 2: 1_700}), "en", goal()) == []
    assert len(said(desk({0: 1_350, 1: 1_400, 2: 1_700, 3: 1_700}), "en", goal())) == 1


def test_another_report_of_the_week_does_not_celebrate_again(won: sqlite3.Connection) -> None:
    """Two channels, one cake."""
    db = desk({0: 1_350})
    keep_goals(db, judged(db, goal()), "managers:2026-03-08", 1)
    assert said(db, "en", goal()) == []


def test_no_goals_no_section(won: sqlite3.Connection) -> None:
    """Who set none is not asked for any."""
    assert goals(section(won)) is None


def test_the_weekly_report_holds_them(won: sqlite3.Connection) -> None:
    """From the config to the message, and kept as it was told."""
    spec = ReportSpec("weekly", "weekly", goals=(goal(**OWN),), metrics=("csat", "first_response_time"))
    now_at = day_bounds(add_days(MONDAY, 14), BERLIN.zone)[0]
    report = build_report(won, spec, BERLIN, now_at, day_on=WEEK.to_on)
    assert [each.state for each in report.goals] == ["reached"]
    assert "goals" in [each.key for each in report.sections]
    shown = str(render_slack(report, "en"))
    assert "The other side held" in shown
    assert "Tech team" in shown
