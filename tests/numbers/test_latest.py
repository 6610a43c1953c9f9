"""Who answers often has one voice: the latest answer of each customer in 90 days (metrics §6, nps)."""

import sqlite3

import pytest

from core.clock import add_days
from core.numbers.answer import Period
from core.numbers.ask import ask, breakdown, series
from core.numbers.metric import Row
from tests.numbers.rows import BERLIN, store_of
from tests.report.desk import base

TO = "2026-03-29"


def answer(customer: str | None, said: str, back: int, **more: object) -> Row:
    return {"kind": "nps", "is_counted": 1, "nps_class": said, "rated_on": add_days(TO, -back),
            "customer_uid": customer, **more}  # fmt: skip


@pytest.fixture
def desk() -> tuple[sqlite3.Connection, int]:
    """Ada changed her mind and is known twice; two unknown customers; one who answered long ago."""
    rows = [
        answer("zd:ada", "detractor", 40, team_uid="t1"),
        answer("pbx:ada", "promoter", 10, team_uid="t2"),
        answer(None, "promoter", 5, team_uid="t1"),
        answer(None, "passive", 5, team_uid="t1"),
        answer("zd:old", "detractor", 90, team_uid="t1"),
    ]
    db, now_at = store_of({"survey_facts": rows}, TO)
    for uid in ("zd:ada", "pbx:ada"):
        base(db, "people", customer_uid=uid, person_uid="zd:ada")
    return db, now_at


def test_the_latest_answer_of_a_human_counts(desk: tuple[sqlite3.Connection, int]) -> None:
    """Ada, by whatever address, is a promoter now; strangers count each by themselves."""
    db, now_at = desk
    made = ask(db, "nps", Period(TO, TO), variant="latest", reporting=BERLIN, now_at=now_at)
    assert made.n == 3
    assert made.value == pytest.approx(100 * 2 / 3)


def test_what_came_later_does_not_change_an_earlier_day(desk: tuple[sqlite3.Connection, int]) -> None:
    """Twenty days ago Ada was a detractor, and the one of long ago was still heard."""
    db, now_at = desk
    (then,) = series(db, "nps", add_days(TO, -20), add_days(TO, -20), variant="latest", reporting=BERLIN, now_at=now_at)
    assert (then.n, then.value) == (2, -100)


def test_each_team_has_the_latest_answer_given_to_it(desk: tuple[sqlite3.Connection, int]) -> None:
    """A team's number is the same whether it is asked alone or in a table of teams."""
    db, now_at = desk
    more = {"variant": "latest", "reporting": BERLIN, "now_at": now_at}
    for uid, _, made in breakdown(db, "nps", Period(TO, TO), "team", **more):  # type: ignore[arg-type]
        alone = ask(db, "nps", Period(TO, TO), where={"team": uid}, **more)  # type: ignore[arg-type]
        assert (made.n, made.value) == (alone.n, alone.value)
