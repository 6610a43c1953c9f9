"""Forecasts kept as they were made, once a local day: what comes later, a better method included, changes none."""

import sqlite3
from collections.abc import Iterator

from core.clock import DAY_S, day_bounds
from core.numbers.analyses.forecast.kept import where_key
from core.numbers.analyses.forecast.methods import METHODS, Method
from core.numbers.analyses.forecast.outlook import Outlook, look_ahead
from core.numbers.inquiry import Inquiry
from core.numbers.local import SLOT_S, DayIndex
from core.numbers.reporting import Reporting
from core.store.db import set_setting, setting, transaction
from core.store.dirty import mark

# The coming week, and the horizons that accuracy is kept of. In rows a day: 16 for each series, and for calls two more
# for each half hour in which some are expected: 340 in all for four series of calls and three of tickets.
FROZEN_HORIZONS = frozenset({1, 2, 3, 4, 5, 6, 7, 28})
KEPT_HORIZONS = (1, 7, 28)
KEPT_DAYS = 400
FORECAST_ON = "forecast_on"
INSERT = """
insert or ignore into made_forecasts
  (series, where_key, interval_start_at, interval_s, horizon_days, method, made_at, value, low, high, is_used)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
Row = tuple[str, str, int, int, int, Method, int, float, float | None, float | None, int]


def freeze(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> int:
    """Keeps today's forecasts, once a local day, and drops half hours over 400 days old; rows written."""
    inquiry = Inquiry(db, reporting, now_at)
    if setting(db, FORECAST_ON) == inquiry.today_on:
        return 0
    rows = [row for found in look_ahead(inquiry) for row in _rows(found, reporting, now_at)]
    with transaction(db):
        set_setting(db, FORECAST_ON, inquiry.today_on)
        if not rows:
            return 0
        db.executemany(INSERT, rows)
        mark(db, "import", ["made_forecasts"])
        db.execute(
            "delete from made_forecasts where made_at < ? "
            f"and (interval_s = {SLOT_S} or horizon_days not in {KEPT_HORIZONS})",
            (now_at - KEPT_DAYS * DAY_S,),
        )
    return len(rows)


def _rows(found: Outlook, reporting: Reporting, now_at: int) -> Iterator[Row]:
    key = where_key(found.where)
    for day in found.days:
        if day.horizon_days not in FROZEN_HORIZONS:
            continue
        begin, end = day_bounds(day.day_on, reporting.zone)
        for method in METHODS:
            value = day.naive if method == "naive" else day.baseline
            if value is not None:
                low, high, used = (day.low, day.high, 1) if method == day.used else (None, None, 0)
                yield found.metric_id, key, begin, end - begin, day.horizon_days, method, now_at, value, low, high, used
    tomorrow = next(day.day_on for day in found.days if day.horizon_days == 1)
    begins = slot_begins(tomorrow, reporting)
    for slot in found.half_hours.get(tomorrow, ()):
        for method, value in (("naive", slot.naive), ("baseline", slot.baseline)):
            if slot.slot in begins:
                low, high, used = (slot.low, slot.high, 1) if method == slot.used else (None, None, 0)
                begin = begins[slot.slot]
                yield found.metric_id, key, begin, SLOT_S, 1, method, now_at, value, low, high, used


def slot_begins(day_on: str, reporting: Reporting) -> dict[int, int]:
    """The moment at which each half hour of the wall clock begins; what a clock change skips is missing."""
    begin, end = day_bounds(day_on, reporting.zone)
    index = DayIndex(reporting.zone.key, begin, end)
    found: dict[int, int] = {}
    for at in range(begin, end, SLOT_S):
        found.setdefault(index.slot(at), at)
    return found
