"""A store that holds counts by day and half hour alone, as its parts: calls of a queue, tickets of a team."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import date
from random import Random

from core.clock import add_days, day_bounds
from core.numbers.inquiry import Inquiry
from core.numbers.metrics.queue import offered
from core.numbers.metrics.ticket_volume import CREATED
from core.numbers.reporting import Reporting
from core.numbers.sql import HALF_HOUR, QUEUE_HALF_HOUR, TOTAL, WHOLE_DAY
from tests.numbers.rows import BERLIN, store_of
from tests.report.desk import base

TODAY = "2026-11-20"
WEEKS = 30
QUEUE, TEAM = "pbx:de", "zd:tech"
PROFILE: Mapping[int, float] = {18: 0.2, 19: 0.4, 20: 0.3, 21: 0.1}
WEEKDAY = (100, 90, 80, 80, 70, 20, 0)
OPEN = "insert into parts (part, day_on, dim, member, slot, num, n) values (?, ?, ?, ?, ?, ?, ?)"
Count = Callable[[str, int], float]
"""So many on a date, whose weekday (0 = Monday) is given too."""


def steady(_: str, weekday: int) -> float:
    """Each week like the other."""
    return WEEKDAY[weekday]


def shaken(seed: int, level: Count = steady) -> Count:
    """About as many, as people who call by chance are."""
    dice = Random(seed)
    return lambda day, weekday: max(0, round(dice.gauss(level(day, weekday), level(day, weekday) ** 0.5)))


def store(
    calls: Count = steady, tickets: Count = steady, *, today: str = TODAY, weeks: int = WEEKS,
    reporting: Reporting = BERLIN,
) -> Inquiry:  # fmt: skip
    """Who asks at eight in the morning of a day, after so many weeks of calls and tickets."""
    first_on = add_days(today, -7 * weeks)
    legs = ({"enqueued_on": first_on, "queue_uid": QUEUE, "outcome": "answered"},)
    born = ({"created_on": first_on, "team_uid": TEAM, "is_counted_created": 1},)
    db, _ = store_of({"queue_legs": legs, "ticket_facts": born}, first_on, reporting)
    db.execute("delete from parts")
    db.execute("update ticket_facts set created_on = min(created_on, ?)", (first_on,))
    db.execute("update call_facts set arrived_on = min(arrived_on, ?)", (first_on,))
    base(db, "queues", uid=QUEUE, native_id="de", source="pbx", name="Hotline DE")
    base(db, "teams", uid=TEAM, native_id="tech", source="zd", name="Tech")
    fill(db, calls, tickets, first_on, add_days(today, -1))
    return Inquiry(db, reporting, day_bounds(today, reporting.zone)[0] + 8 * 3_600)


def fill(db: sqlite3.Connection, calls: Count, tickets: Count, first_on: str, last_on: str) -> None:
    """The counts of some days."""
    rows: list[tuple[object, ...]] = []
    day = first_on
    while day <= last_on:
        weekday = date.fromisoformat(day).weekday()
        for part, count, dim, member in (
            (offered.id, calls(day, weekday), "queue", QUEUE),
            (CREATED.id, tickets(day, weekday), "team", TEAM),
        ):
            if not count:
                continue
            rows.append((part, day, TOTAL, "", WHOLE_DAY, count, round(count)))
            rows.append((part, day, dim, member, WHOLE_DAY, count, round(count)))
            if dim == "queue":
                for slot, share in PROFILE.items():
                    some = count * share
                    rows.append((part, day, HALF_HOUR, "", slot, some, round(some)))
                    rows.append((part, day, QUEUE_HALF_HOUR, member, slot, some, round(some)))
        day = add_days(day, 1)
    db.executemany(OPEN, rows)
