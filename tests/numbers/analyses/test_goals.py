"""Goals of a week: reached only with their counter-metric, kept once, counted in weeks."""

import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from core.clock import add_days, day_bounds
from core.numbers.analyses.goals import Judged, judge_goals, keep_goals, state_of, uid_of
from core.numbers.answer import Answer, Period
from core.numbers.goal import Goal
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import METRICS
from tests.numbers.analyses.test_surges import event
from tests.numbers.rows import BERLIN, store_of

MONDAY = "2026-03-02"
WEEK = Period(MONDAY, add_days(MONDAY, 6), "week")
FRT = METRICS["first_response_time"]
LATE_AFTER_S = 10_800


def goal(**more: Any) -> Goal:
    return Goal(**{"metric_id": "frt", "target": 1_800, "counter": "csat", "counter_floor": 0.8, **more})


def answer(metric_id: str, value: float | None, **more: Any) -> Answer:
    return Answer(metric_id, METRICS[metric_id].headline, WEEK, value=value, **{"n": 100, **more})


def desk(reply_s: dict[int, int], satisfied: float = 0.86, *, ratings: int = 50) -> sqlite3.Connection:
    """Weeks (0 is the one judged, 1 the one before) with forty replies each, and ratings in all of them."""
    facts: dict[str, list[dict[str, Any]]] = {"ticket_facts": [], "survey_facts": []}
    for back, seconds in reply_s.items():
        day = add_days(MONDAY, -7 * back + 2)
        at = day_bounds(day, BERLIN.zone)[0]
        facts["ticket_facts"] += [
            {"created_at": at, "is_counted_created": 1, "is_frt_counted": 1, "first_replied_at": at, "frt_s": seconds,
             "frt_business_s": seconds, "team_uid": "zd:tech"} for _ in range(40)
        ]  # fmt: skip
        facts["survey_facts"] += [
            {"kind": "csat", "is_counted": 1, "rated_at": at, "is_satisfied": int(place < ratings * satisfied)}
            for place in range(ratings)
        ]
    return store_of(facts, add_days(MONDAY, 14))[0]


def asked(db: sqlite3.Connection, week: int = 0) -> Inquiry:
    # A week later, when ratings are settled.
    return Inquiry(db, BERLIN, day_bounds(add_days(MONDAY, 14 + 7 * week), BERLIN.zone)[0])


def judged(db: sqlite3.Connection, wanted: Goal) -> Judged:
    (found,) = judge_goals(asked(db), [wanted], WEEK, LATE_AFTER_S)
    return found


@pytest.mark.parametrize(("csat", "state"), [(0.86, "reached"), (0.74, "counter_failed"), (None, "unjudged")])
def test_the_worked_example(csat: float | None, state: str) -> None:
    """1,350 s against 1,800: reached with 86 % satisfied, not with 74 %, where 80 % have to be."""
    made = state_of(goal(), FRT, answer("first_response_time", 1_350), answer("csat", csat), lambda: False)
    assert made == state


@pytest.mark.parametrize(
    ("given", "counter", "is_worse", "state"),
    [
        (answer("first_response_time", 1_801), answer("csat", 0.9), False, "missed"),
        (answer("first_response_time", 1_350, status="low_sample"), answer("csat", 0.9), False, "unjudged"),
        (answer("first_response_time", None), answer("csat", 0.9), False, "unjudged"),
        (answer("first_response_time", 1_350), None, False, "unjudged"),
        (answer("first_response_time", 1_350), answer("csat", 0.9, status="low_sample"), False, "unjudged"),
    ],
)
def test_not_reached_on_few_early_or_unguarded(
    given: Answer, counter: Answer | None, is_worse: bool, state: str
) -> None:
    """A feast on twelve replies, or without a look at who paid for it, is a mockery."""
    assert state_of(goal(), FRT, given, counter, lambda: is_worse) == state


def test_without_a_floor_the_counter_must_not_be_clearly_worse() -> None:
    """What is usual is the floor that nobody wrote down."""
    plain = goal(counter_floor=None)
    good, guard = answer("first_response_time", 1_350), answer("csat", 0.7)
    assert state_of(plain, FRT, good, guard, lambda: True) == "counter_failed"
    assert state_of(plain, FRT, good, guard, lambda: False) == "reached"


def test_what_may_still_change_is_not_judged() -> None:
    """Whether a contact was the last one is known a week later."""
    name = "first_contact_resolution_rate"
    young = answer(name, 0.9, maturity="provisional")
    aim = goal(metric_id=name, target=0.7, counter=None, counter_floor=None)
    assert state_of(aim, METRICS[name], young, None, lambda: False) == "unjudged"
    assert state_of(aim, METRICS[name], replace(young, maturity="final"), None, lambda: False) == "reached"


def test_a_week_of_the_store() -> None:
    """The worked example from facts: three weeks in a row, the fourth was missed."""
    found = judged(desk({0: 1_350, 1: 1_400, 2: 1_700, 3: 2_500, 4: 1_000}), goal())
    assert (found.state, found.answer.value, found.weeks) == ("reached", 1_350, 3)
    assert found.counter is not None
    assert found.counter.metric_id == "csat"
    assert found.counter.value == pytest.approx(0.86)
    assert judged(desk({0: 1_350}, satisfied=0.74), goal()).state == "counter_failed"


def test_a_near_miss_is_near() -> None:
    """Missed by 2 % it is no talk of the week; by a quarter it is."""
    assert judged(desk({0: 1_836}), goal()).is_near
    assert not judged(desk({0: 2_250}), goal()).is_near
    assert not judged(desk({0: 1_000}), goal()).is_near


def test_a_goal_is_kept_once_a_week() -> None:
    """Two reports of one week celebrate once; what was told first stands."""
    db = desk({0: 1_350})
    first = judged(db, goal())
    assert first.is_celebrated("weekly:2026-03-08")
    assert keep_goals(db, [first], "weekly:2026-03-08", 7) == 1
    again = judged(db, goal())
    assert again.told_by == "weekly:2026-03-08"
    assert again.is_celebrated("weekly:2026-03-08"), "the same report, rendered once more"
    assert not again.is_celebrated("managers:2026-03-08")
    assert keep_goals(db, [replace(again, state="missed")], "managers:2026-03-08", 8) == 0
    (row,) = db.execute("select * from goal_events")
    assert tuple(row) == (
        uid_of(goal()), MONDAY, "reached", 1_350, pytest.approx(0.86), 7, "weekly:2026-03-08",
    )  # fmt: skip


def test_what_is_not_judged_is_not_kept() -> None:
    """A week without ratings is no lost week."""
    db = desk({0: 1_350}, ratings=3)
    found = judged(db, goal())
    assert found.state == "unjudged"
    assert keep_goals(db, [found], "weekly:2026-03-08", 7) == 0


def test_a_week_whose_counter_failed_ends_a_streak() -> None:
    """Quick weeks that customers paid for do not count, as was told at the time."""
    db = desk({0: 1_350, 1: 1_400, 2: 1_200})
    last = judge_goals(asked(db, -1), [goal()], Period(add_days(MONDAY, -7), add_days(MONDAY, -1), "week"), 0)
    keep_goals(db, [replace(last[0], state="counter_failed", answer=replace(last[0].answer, maturity="final"))], "w", 1)
    assert judged(db, goal()).weeks == 1


def test_goals_hold_from_to_and_in_their_slice() -> None:
    """Last year's goal, and another team's, are not this report's."""
    db = desk({0: 1_350})
    team = goal(where={"team": "zd:tech"}, counter=None, counter_floor=None)
    goals = [goal(to_on="2026-01-01"), goal(from_on="2027-01-01"), team, goal()]
    assert [found.goal for found in judge_goals(asked(db), goals, WEEK, 0)] == [team, goal()]
    assert [found.goal for found in judge_goals(asked(db).within(team="zd:tech"), goals, WEEK, 0)] == [team]


def test_what_was_done_for_it_is_named() -> None:
    """A policy and an improvement for the metric within 28 days; not one for another, nor an old one."""
    db = desk({0: 1_350})
    at = day_bounds(MONDAY, BERLIN.zone)[0]
    for uid, kind, title, days, metric, done in (
        ("a", "policy", "First a word", -10, "first_response_time", None),
        ("b", "improvement", "Templates", -90, "FRT", MONDAY),
        ("c", "improvement", "Not done yet", -10, "first_response_time", None),
        ("d", "policy", "For calls", -10, "abandon_rate", None),
        ("e", "policy", "Long ago", -40, "first_response_time", None),
    ):
        event(db, uid=uid, kind=kind, title=title, from_at=at + days * 86_400, metric=metric, done_on=done)
    assert {each.title for each in judged(db, goal()).done} == {"First a word", "Templates"}


def test_a_goal_that_aims_at_something_else_is_another() -> None:
    """A new target starts its streak anew; a new owner does not."""
    assert uid_of(goal()) == uid_of(goal(metric_id="first_response_time", owner="Tech", ksf="quick"))
    assert uid_of(goal()) != uid_of(goal(target=1_700))


def test_a_source_that_is_late_leaves_its_goals_unjudged() -> None:
    """Half a week of tickets must not win a goal."""
    db = desk({0: 1_350})
    db.execute("insert into stream_state (source, stream, data_to_at, rows, rejected, is_complete, status) "
               "values ('zd', 'tickets', ?, 0, 0, 1, 'ok')", (day_bounds(MONDAY, BERLIN.zone)[0],))  # fmt: skip
    db.execute("insert into tickets (uid, native_id, source, synced_at, created_at, status_category, channel) "
               "values ('zd:1', '1', 'zd', 0, 0, 'open', 'email')")  # fmt: skip
    assert judged(db, goal()).state == "unjudged"
