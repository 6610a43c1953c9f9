"""What became of finished improvements: measured once, and again whenever what they rest on changed."""

import sqlite3
from collections.abc import Iterator

import pytest

from core.clock import add_days, day_bounds
from core.numbers import effects
from core.numbers.analyses import policy
from core.numbers.analyses.events import Event
from core.numbers.analyses.policy import Effect
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.effects import FACT, recount
from core.numbers.inquiry import Inquiry
from core.numbers.metric import Row
from tests.numbers.rows import BERLIN, insert, store_of
from tests.report.desk import base

DONE_ON = "2026-05-04"
READY_ON = add_days(DONE_ON, 28)
NOW_AT = day_bounds("2026-06-07", BERLIN.zone)[1]


def ratings(first_on: str, days: int, good: int, bad: int) -> Iterator[Row]:
    """So many satisfied and dissatisfied customers a day, on one day in three another one of both."""
    for place in range(days):
        on = add_days(first_on, place)
        for is_satisfied, count in ((1, good), (0, bad)):
            for _ in range(count + (place % 3 == is_satisfied)):
                yield {"kind": "csat", "is_counted": 1, "is_satisfied": is_satisfied, "rated_on": on}


def improvement(db: sqlite3.Connection, uid: str, **told: object) -> None:
    base(db, "calendar_events", **{
        "uid": uid, "native_id": uid, "source": "zd", "kind": "improvement", "title": "Shorter forms",
        "from_at": day_bounds("2026-04-20", BERLIN.zone)[0], "metric": "csat", "expected_direction": "up",
        "done_on": DONE_ON, **told,
    })  # fmt: skip


@pytest.fixture
def db() -> sqlite3.Connection:
    """Satisfaction of 70 % before the fourth of May, of 90 % from then on."""
    surveys = [*ratings("2026-03-30", 35, 7, 3), *ratings(DONE_ON, 28, 18, 2)]
    made, _ = store_of({"survey_facts": surveys}, "2026-06-07")
    return made


def rows(db: sqlite3.Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.execute(f"select event_uid, measured_on, is_effective from {FACT} order by 1")]


def test_an_improvement_that_worked_counts_and_one_that_did_not_does_not(db: sqlite3.Connection) -> None:
    """Finished is not effective: only the numbers say so, and only beyond their interval."""
    improvement(db, "worked")
    improvement(db, "was to lower it", expected_direction="down")
    improvement(db, "of nothing", metric="nps")
    improvement(db, "names none", metric=None)
    improvement(db, "not done", done_on=None)
    improvement(db, "done lately", done_on="2026-05-20")
    recount(db, BERLIN, NOW_AT)
    assert rows(db) == [("of nothing", READY_ON, None), ("was to lower it", READY_ON, 0), ("worked", READY_ON, 1)]
    made = ask(db, "improvement_effect_rate", Period(READY_ON, READY_ON), reporting=BERLIN, now_at=NOW_AT)
    assert (made.value, made.n, made.status) == (0.5, 2, "low_sample")


def test_measuring_twice_changes_nothing(db: sqlite3.Connection) -> None:
    """A round every ten minutes must not measure what it measured before."""
    improvement(db, "worked")
    assert recount(db, BERLIN, NOW_AT).rows > 0
    assert recount(db, BERLIN, NOW_AT) == recount(db, BERLIN, NOW_AT + 600)
    assert recount(db, BERLIN, NOW_AT).rows == 0


def test_late_ratings_measure_again(db: sqlite3.Connection) -> None:
    """Ratings that come in late may take an effect away; other days touch nothing."""
    improvement(db, "worked")
    recount(db, BERLIN, NOW_AT)
    insert(db, {"survey_facts": list(ratings("2025-06-02", 3, 0, 5))})
    recount(db, BERLIN, NOW_AT)
    assert rows(db) == [("worked", READY_ON, 1)]
    insert(db, {"survey_facts": list(ratings(DONE_ON, 28, 0, 20))})
    recount(db, BERLIN, NOW_AT)
    assert rows(db) == [("worked", READY_ON, 0)]


def test_tickets_older_than_the_days_measure_a_backlog_again(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is unsolved in May came in January: no row of it lies in the days before and after."""
    improvement(db, "fewer open", metric="backlog_open", expected_direction="down")
    improvement(db, "worked")
    recount(db, BERLIN, NOW_AT)
    measured: list[str] = []

    def effect_of(inquiry: Inquiry, event: Event) -> Effect | None:
        measured.append(event.uid)
        return policy.effect_of(inquiry, event)

    monkeypatch.setattr(effects, "effect_of", effect_of)
    insert(db, {"backlog_spans": [{"from_at": day_bounds("2026-01-12", BERLIN.zone)[0], "status_category": "open"}]})
    recount(db, BERLIN, NOW_AT)
    assert measured == ["fewer open"]


def test_a_changed_calendar_measures_again(db: sqlite3.Connection) -> None:
    """Another day, another direction, no improvement any more: what was measured is not what is asked."""
    improvement(db, "worked")
    recount(db, BERLIN, NOW_AT)
    db.execute("update calendar_events set expected_direction = 'down'")
    recount(db, BERLIN, NOW_AT)
    assert rows(db) == [("worked", READY_ON, 0)]
    db.execute("update calendar_events set deleted_at = 1")
    recount(db, BERLIN, NOW_AT)
    assert rows(db) == []
    made = ask(db, "improvement_effect_rate", Period(READY_ON, READY_ON), reporting=BERLIN, now_at=NOW_AT)
    assert made.status == "unavailable"


def test_all_measured_anew_is_the_same(db: sqlite3.Connection) -> None:
    """A rebuild from the base rows must not rewrite history."""
    improvement(db, "worked")
    improvement(db, "of nothing", metric="nps")
    recount(db, BERLIN, NOW_AT)
    before = rows(db)
    db.execute(f"delete from {FACT}")
    recount(db, BERLIN, NOW_AT)
    assert rows(db) == before


def test_a_kill_after_the_fold_loses_no_effect(db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days are folded, the effects on them forgotten, and the machine goes down: the next round measures."""
    improvement(db, "worked")
    recount(db, BERLIN, NOW_AT)
    insert(db, {"survey_facts": list(ratings(DONE_ON, 28, 0, 20))})
    with monkeypatch.context() as patched:
        patched.setattr(effects, "measure", lambda *_: 0)
        recount(db, BERLIN, NOW_AT)
    assert rows(db) == []
    recount(db, BERLIN, NOW_AT)
    assert rows(db) == [("worked", READY_ON, 0)]
