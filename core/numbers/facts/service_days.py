"""How long service was open on each day, and how long its tools worked (metrics: system_availability).

What people record is outages (``calendar_events`` of that kind); a day without one is whole only since the first that
was recorded. Outages that overlap count once, one without an end lasts until the end of its day, one of a single team
or queue counts like any other: not all tools worked. Service is open by the default opening hours; where none are the
default, by those that are longest on the day; where there are none, all day.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator

from core.clock import day_bounds, days
from core.numbers.facts.ground import Ground
from core.numbers.facts.ledger import TABLES, Ledger, replace
from core.numbers.facts.status import Row
from core.store.db import set_setting, setting

EVENTS = "calendar_events"
SEEN = "derived_service_days"
OUTAGES = f"select from_at, to_at from {EVENTS} where kind = 'outage' and deleted_at is null order by from_at"


def mark_service_days(db: sqlite3.Connection, today_on: str, hours: str) -> None:
    """Marks the outages where a day has begun, or opening hours have changed, since the days were made."""
    if db.execute(f"{OUTAGES} limit 1").fetchone() is None:
        return
    text = hashlib.sha256(f"{today_on}|{hours}".encode()).hexdigest()[:16]
    if setting(db, SEEN) != text:
        set_setting(db, SEEN, text)
        db.execute(f"insert into dirty_keys (kind, key) values ('import', '{EVENTS}') on conflict do nothing")


def derive_service_days(db: sqlite3.Connection, ground: Ground, ledger: Ledger) -> None:
    """Brings the days to what outages and opening hours say."""
    names = TABLES["service_days"].names
    before: dict[str, list[Row]] = {
        row[0]: [tuple(row)] for row in db.execute(f"select {', '.join(names)} from service_days order by day_key")
    }
    made: dict[str, list[Row]] = {day_on: [] for day_on in before}
    made.update({row[0]: [row] for row in _rows(db, ground)})
    replace(db, ledger, "service_days", "day_key", before, made.items())


def _rows(db: sqlite3.Connection, ground: Ground) -> Iterator[Row]:
    zone = ground.reporting.zone
    found = [
        (at, day_bounds(ground.day_on(at), zone)[1] if to_at is None else to_at) for at, to_at in db.execute(OUTAGES)
    ]
    outages = merged(found)
    if not outages:
        return
    default = ground.schedules.calendar()
    calendars = [default] if default else list(ground.schedules.calendars.values())
    for day_on in days(ground.day_on(outages[0][0]), ground.day_on(ground.now_at)):
        begins_at, ends_at = day_bounds(day_on, zone)

        down = [(max(from_at, begins_at), min(to_at, ends_at)) for from_at, to_at in outages]
        down = [(from_at, to_at) for from_at, to_at in down if from_at < to_at]
        longest = max(calendars, key=lambda calendar: calendar.open_s(begins_at, ends_at), default=None)
        open_s = _always if longest is None else longest.open_s
        service_s = open_s(begins_at, ends_at)
        if service_s:
            yield day_on, "", day_on, service_s, service_s - sum(open_s(*stretch) for stretch in down)


def _always(from_at: int, to_at: int) -> int:
    return to_at - from_at


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches of time without overlaps, in order; those that end before they begin are none."""
    found: list[tuple[int, int]] = []
    for from_at, to_at in sorted(spans):
        if to_at <= from_at:
            continue
        if found and from_at <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], to_at))
        else:
            found.append((from_at, to_at))
    return found
