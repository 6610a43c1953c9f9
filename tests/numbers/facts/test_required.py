"""People required and there, half hour by half hour, from what was kept about each."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from core.clock import DAY_S
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.derive import derive, derive_all
from core.numbers.parts import fold
from core.store.db import open_store
from core.store.dirty import mark
from tests.numbers.story import REPORTING, SUNDAY_NIGHT, at
from tests.report.desk import base

Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def db() -> sqlite3.Connection:
    """Three half hours of a Monday, 10, 12 and 8 required; and one of which nobody knows who was there."""
    store = open_store(":memory:")
    for place, (required, staffed) in enumerate(((10.0, 10.0), (12.0, 10.0), (8.0, 9.0), (5.0, None))):
        base(store, "requirements", queue_uid="pbx:de", interval_start_at=at("Mon 10:00") + 1_800 * place,
             pool="pbx:de", required=required, heads=required + 4, staffed=staffed, basis="seen", method="erlang_a",
             calls=30.0)  # fmt: skip
    counted(store)
    return store


def counted(db: sqlite3.Connection) -> None:
    mark(db, "planned_day", [str(at("Mon 10:00") // DAY_S)])
    derive(db, REPORTING, SUNDAY_NIGHT)
    fold(db, REPORTING, SUNDAY_NIGHT)


def accuracy(db: sqlite3.Connection, variant: str = "standard") -> tuple[float | None, int]:
    found = ask(db, "schedule_accuracy", Period("2026-03-02", "2026-03-08", "week"), variant=variant,
                where={"queue": "pbx:de"}, reporting=REPORTING, now_at=SUNDAY_NIGHT)  # fmt: skip
    return found.value, found.n


def test_ninety_per_cent(db: sqlite3.Connection) -> None:
    """The example: two too few, one too many, of thirty."""
    assert accuracy(db) == pytest.approx((0.9, 3))
    assert (accuracy(db, "under")[0], accuracy(db, "over")[0]) == (-2, 1)


def test_the_roster_is_held_against_people_to_roster(db: sqlite3.Connection) -> None:
    """Fourteen on the roster for ten at their desks are enough, not four too many."""
    db.execute("update requirements set basis = 'rostered', staffed = heads where staffed is not null")
    counted(db)
    assert accuracy(db) == (1.0, 3)


def test_made_anew_they_are_the_same(db: sqlite3.Connection, rows: Rows) -> None:
    """`rebuild` keeps what was planned, and what came of it."""
    before = rows("requirement_facts")
    assert len(before) == 3
    derive_all(db, REPORTING, SUNDAY_NIGHT)
    assert rows("requirement_facts") == before
