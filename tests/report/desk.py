"""A help desk as facts: nineteen weeks with a telephone, tickets and ratings, and one Friday on which it went wrong.

Each day has the same calls, a little shaken. On the Friday, Hotline DE answers hardly anybody in time from 10:00 to
12:00, while first replies are twice as quick as usual.
"""

import sqlite3
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from core.clock import add_days, day_bounds
from core.store.tables import TABLES
from tests.numbers.rows import BERLIN, insert, store_of

DAY = "2026-11-20"
SUNDAY = "2026-11-22"
DAYS = 7 * 19
WEEKS_DAYS = 7 * 15
QUEUES = {"pbx:de": ("Hotline DE", 60), "pbx:en": ("Hotline EN", 40)}
BAD_SLOTS = range(20, 24)
SHAKEN = (0, 1, -1, 2, -2, 1, 0, -1)
TABLE = {table.name: table for table in TABLES}


def base(db: sqlite3.Connection, table: str, **values: Any) -> None:
    """One row of a base table, what it does not name left empty."""
    shape = TABLE[table]
    empty: dict[str, Any] = {
        column.name: ("" if column.type == "TEXT" else 0) if column.required or column.name in shape.key else None
        for column in shape.columns
    }
    db.execute(shape.insert(), [(empty | values)[name] for name in shape.names])


def legs(day_on: str, shake: int, *, is_bad: bool) -> Iterator[dict[str, Any]]:
    starts_at = day_bounds(day_on, BERLIN.zone)[0]
    for uid, (_, calls) in QUEUES.items():
        for number in range(calls + shake):
            slot = 16 + number % 20
            is_slow = is_bad and uid == "pbx:de" and slot in BAD_SLOTS
            wait = 300 if is_slow or number % 12 == 11 else 8
            is_lost = (number % 20 == 19) or (is_slow and number % 3 == 0)
            yield {
                "queue_uid": uid, "enqueued_at": starts_at + slot * 1_800, "slot": slot, "wait_s": wait,
                "outcome": "abandoned" if is_lost else "answered",
                "answered_on": None if is_lost else day_on, "talk_s": None if is_lost else 180,
                "handle_s": None if is_lost else 200,
            }  # fmt: skip
    yield {"queue_uid": "pbx:en", "enqueued_at": starts_at + 40_000, "slot": 22, "wait_s": 3, "outcome": "abandoned"}


def tickets(day_on: str, shake: int, reply_s: int) -> Iterator[dict[str, Any]]:
    starts_at = day_bounds(day_on, BERLIN.zone)[0]
    for number in range(20 + shake):
        created_at = starts_at + 9 * 3_600 + number * 600
        seconds = reply_s + 60 * (number % 7)
        yield {
            "team_uid": ("zd:tech", "zd:billing")[number % 2], "channel": ("email", "web")[number % 3 == 0],
            "created_at": created_at, "is_counted_created": 1, "status_category": "solved", "is_frt_counted": 1,
            "first_replied_at": created_at + seconds, "frt_s": seconds, "frt_business_s": seconds,
        }  # fmt: skip
    yield {"created_at": starts_at + 3_600, "exclusion_reason": "spam", "status_category": "deleted"}


def ratings(day_on: str, shake: int) -> Iterator[dict[str, Any]]:
    at = day_bounds(day_on, BERLIN.zone)[0] + 15 * 3_600
    for number in range(40 + shake):
        is_good = int(number % 10 != 9)
        yield {"kind": "csat", "is_counted": 1, "is_satisfied": is_good, "rated_at": at, "offered_at": at,
               "is_answered_in_7d": 1, "is_final": 1, "channel": "email", "team_uid": "zd:tech"}  # fmt: skip


def desk(*, quick_reply_s: int = 900) -> tuple[sqlite3.Connection, int]:
    """The store, folded, and the moment at which the Friday has ended."""
    facts: dict[str, list[dict[str, Any]]] = {"queue_legs": [], "ticket_facts": [], "survey_facts": []}
    for back, shake in zip(range(DAYS - 1, -1, -1), cycle(SHAKEN), strict=False):
        day_on = add_days(DAY, -back)
        facts["queue_legs"] += legs(day_on, shake, is_bad=back == 0)
        facts["ticket_facts"] += tickets(day_on, shake, quick_reply_s if back == 0 else 1_800)
        facts["survey_facts"] += ratings(day_on, shake)
    return furnished(facts, DAY)


def weeks_desk() -> tuple[sqlite3.Connection, int]:
    """The same over whole weeks, up to Sunday 22 November, of which every day of the last week is like the Friday."""
    facts: dict[str, list[dict[str, Any]]] = {"queue_legs": [], "ticket_facts": [], "survey_facts": []}
    for back, shake in zip(range(WEEKS_DAYS - 1, -1, -1), cycle(SHAKEN), strict=False):
        day_on = add_days(SUNDAY, -back)
        facts["queue_legs"] += legs(day_on, shake, is_bad=back < 7)
        facts["ticket_facts"] += tickets(day_on, shake, 900 if back < 7 else 1_800)
        facts["survey_facts"] += ratings(day_on, shake)
    return furnished(facts, SUNDAY)


def furnished(facts: dict[str, list[dict[str, Any]]], last_on: str) -> tuple[sqlite3.Connection, int]:
    """A store of facts with the names of its queues and teams, an old ticket, two comments and fresh sources."""
    db, now_at = store_of(facts, last_on)
    for uid, (name, _) in QUEUES.items():
        base(db, "queues", uid=uid, native_id=uid, source="pbx", name=name)
    for uid, name in (("zd:tech", "Tech"), ("zd:billing", "Billing")):
        base(db, "teams", uid=uid, native_id=uid, source="zd", name=name)
    base(db, "calls", uid="pbx:1", native_id="1", source="pbx", direction="inbound")
    base(db, "tickets", uid="zd:7", native_id="7", source="zd", number="7", created_at=now_at - 900_000,
         status_category="open", team_uid="zd:tech")  # fmt: skip
    base(db, "agents", uid="zd:a", native_id="a", source="zd", name="Ada Agent", is_human=1)
    for number, text in enumerate(("Ada was great, call me: +49 30 1234567", "Too slow")):
        base(db, "surveys", uid=f"zd:s{number}", native_id=str(number), source="zd", kind="csat", scale="5",
             rated_at=now_at - 40_000, comment=text, is_satisfied=1 - number)  # fmt: skip
    for source in ("pbx", "zd"):
        fresh(db, source, now_at)
    return db, now_at


def fresh(db: sqlite3.Connection, source: str, data_to_at: int | None, **more: Any) -> None:
    """Sets how far a source's data goes."""
    db.execute("delete from stream_state where source = ?", (source,))
    base(db, "stream_state", source=source, stream="all", data_to_at=data_to_at, **{"status": "ok", **more})


__all__ = ["DAY", "SUNDAY", "base", "desk", "fresh", "insert", "weeks_desk"]
