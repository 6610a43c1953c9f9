"""A day of which a source has not told yet is not a day without tickets."""

import sqlite3
from collections.abc import Iterator, Mapping

import pytest

from core.clock import day_bounds
from core.model import Ticket
from core.numbers.answer import Answer, Period
from core.numbers.ask import ask
from core.numbers.lateness import lateness
from core.numbers.parts import fold
from tests.numbers.rows import BERLIN, insert, store_of
from tests.numbers.story import write

DAY = Period("2026-03-04", "2026-03-04")
BEGINS_AT, ENDS_AT = day_bounds(DAY.from_on, BERLIN.zone)
HOUR = 3_600


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """A store with the tickets of one source, and none on the day."""
    store, _ = store_of({}, DAY.to_on)
    write(store, [Ticket(id="1", created_at=BEGINS_AT - 86_400, status="open", status_category="open")], ENDS_AT)
    yield store
    store.close()


def told(
    db: sqlite3.Connection, data_to: Mapping[str, int | None], metric_id: str = "tickets_created", now_at: int = ENDS_AT
) -> Answer:
    db.execute("delete from stream_state")
    for source, at in data_to.items():
        db.execute(
            "insert into stream_state (source, stream, data_to_at, rows, rejected, is_complete, status) "
            "values (?, 'tickets', ?, 0, 0, 0, 'ok')",
            (source, at),
        )
    answer = ask(db, metric_id, DAY, reporting=BERLIN, now_at=now_at)
    return lateness(db, BERLIN, now_at, 3 * HOUR, tuple(data_to)).told(answer)


def source_of(db: sqlite3.Connection) -> str:
    return str(db.execute("select source from tickets limit 1").fetchone()[0])


def test_a_day_without_data_is_late_not_zero(db: sqlite3.Connection) -> None:
    """An ops lead reads '0 new tickets' on the morning on which the key to the help desk had run out."""
    source = source_of(db)
    made = told(db, {source: BEGINS_AT - HOUR})
    assert (made.status, made.value) == ("unavailable", None)
    assert made.reason == f"late: {source} data to 2026-03-03 23:00"
    assert told(db, {source: None}).reason == f"late: {source} data to nothing yet"


def test_half_a_day_is_shown_as_such(db: sqlite3.Connection) -> None:
    """What came until noon is true, and is not the day; nothing by half past midnight says nothing."""
    source = source_of(db)
    assert told(db, {source: BEGINS_AT + HOUR // 2}).status == "unavailable"
    insert(db, {"ticket_facts": ({"created_at": BEGINS_AT + HOUR, "is_counted_created": 1},)})
    fold(db, BERLIN, ENDS_AT)
    made = told(db, {source: BEGINS_AT + 12 * HOUR})
    assert (made.status, made.value) == ("ok", 1)
    assert made.notes == (f"late: {source} data to 2026-03-04 12:00",)


def test_what_is_whole_is_left_alone(db: sqlite3.Connection) -> None:
    """A source that is read every two hours is not late for that, nor one that feeds other numbers."""
    source = source_of(db)
    assert told(db, {source: ENDS_AT - HOUR}).value == 0
    assert told(db, {source: ENDS_AT - HOUR}).notes == ()
    assert told(db, {source: ENDS_AT, "pbx": BEGINS_AT - HOUR}).notes == ()
    noon = BEGINS_AT + 12 * HOUR
    assert told(db, {source: noon - HOUR}, now_at=noon).notes == ()
