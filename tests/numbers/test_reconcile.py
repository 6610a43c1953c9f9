"""What a telephone vendor says of calls and days beside ours: equal, another rule, or nobody knows."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from zoneinfo import ZoneInfo

import pytest

from core.clock import utc
from core.numbers.reconcile import Line, reconcile
from core.numbers.reporting import Reporting
from core.store.db import open_store

DAY = "2026-03-02"
NOON = utc(f"{DAY}T11:00:00Z")
BERLIN = Reporting(ZoneInfo("Europe/Berlin"))
LEG = (
    "insert into queue_legs (call_uid, seq, source, queue_uid, direction, channel, enqueued_at, enqueued_on, slot, "
    "outcome, wait_s, talk_s, hold_s, acw_s, handle_s, sl_threshold_s, short_abandon_s, in_hours, is_test, "
    "is_transferred, is_entry_queue, is_redial, is_redialled, is_system_drop) "
    "values (?, 1, 'pbx', 'pbx:1', 'inbound', 'phone', ?, ?, 24, ?, ?, ?, ?, ?, ?, 20, 5, 1, 0, 0, 1, 0, 0, 0)"
)
TOLD = (
    "insert into source_metrics (source, entity, entity_uid, name, value, unit, schedule_mode) "
    "values ('pbx', ?, ?, ?, ?, 's', 'calendar')"
)


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """A queue's day: two answered (10 s, 30 s), one short abandon (3 s), one abandon (60 s), one sent to voicemail."""
    with closing(open_store(":memory:")) as store:
        for number, (outcome, wait_s, talk_s, hold_s, acw_s) in enumerate(
            (
                ("answered", 10, 100, 20, 30),
                ("answered", 30, 200, 0, 40),
                ("abandoned", 3, None, None, None),
                ("abandoned", 60, None, None, None),
                ("flow_out_voicemail", 90, None, None, None),
            )
        ):
            handle_s = None if talk_s is None else talk_s + (hold_s or 0) + (acw_s or 0)
            store.execute(LEG, (f"pbx:{number}", NOON, DAY, outcome, wait_s, talk_s, hold_s, acw_s, handle_s))
        yield store


def told(db: sqlite3.Connection, name: str, value: float | None, entity: str = "day", uid: str = f"pbx:{DAY}") -> Line:
    """The only line of a comparison in which the vendor tells one figure."""
    db.execute(TOLD, (entity, uid, name, value))
    (line,) = reconcile(db, DAY, DAY, BERLIN).lines
    return line


@pytest.mark.parametrize(
    ("name", "value"),
    [("offered", 5), ("answered", 2), ("abandoned", 2), ("wait_s", 40), ("talk_s", 300), ("service_level", 1 / 3)],
)
def test_what_both_mean_alike_is_equal(db: sqlite3.Connection, name: str, value: float) -> None:
    """Two of three callers who count were answered, one of them in time."""
    line = told(db, name, value)
    assert (line.compared, line.equal, line.causes) == (1, 1, {})


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("abandoned", 1, "short_abandon"),
        ("abandoned", 3, "flow_out"),
        ("talk_s", 320, "hold"),
        ("service_level", 0.25, "formula"),
        ("service_level", 0.5, "formula"),
        ("handle_s", 320, "after_call"),
        ("answered", 3, "unexplained"),
        ("talk_s", 99, "unexplained"),
    ],
)
def test_another_rule_is_named(db: sqlite3.Connection, name: str, value: float, cause: str) -> None:
    """The admin learns which switch of the vendor's makes the difference; where none does, that is said."""
    line = told(db, name, value)
    assert line.causes == {cause: 1}
    assert line.equal == 0


def test_a_day_of_one_queue_is_compared_with_that_queue(db: sqlite3.Connection) -> None:
    """Figures of queues must not be held against those of the whole house."""
    assert told(db, "offered", 5, uid=f"pbx:{DAY}|1").equal == 1
    db.execute("delete from source_metrics")
    assert told(db, "offered", 5, uid=f"pbx:{DAY}|2").causes == {"unexplained": 1}


def test_no_figure_is_not_zero(db: sqlite3.Connection) -> None:
    """A vendor that tells nothing of a day (null) has told no zero."""
    db.execute(TOLD, ("day", f"pbx:{DAY}", "answered", None))
    assert reconcile(db, DAY, DAY, BERLIN).lines == []


def test_ringing_in_a_call_is_named(db: sqlite3.Connection) -> None:
    """Aircall's and others' durations begin with the first ring."""
    db.execute(
        "insert into calls (uid, native_id, source, synced_at, version, direction, arrived_at, ended_at, total_wait_s, "
        "talk_s, precision) values ('pbx:7', '7', 'pbx', 0, 0, 'inbound', ?, ?, 12, 100, 'exact')",
        (NOON, NOON + 120),
    )
    db.execute(
        "insert into call_legs (call_uid, seq, kind, ring_s, talk_s) values ('pbx:7', 1, 'queue', 8, 100)",
    )
    line = told(db, "talk_s", 108, entity="call", uid="pbx:7")
    assert line.causes == {"ringing": 1}
    assert line.examples["ringing"][0].name == "7"
