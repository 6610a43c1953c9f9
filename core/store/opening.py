"""Opening hours as dated rows: vendors tell today's hours only, so a change counts from the day it was seen."""

import sqlite3
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import UnsetType

from core.clock import day_of
from core.model import Schedule

ALWAYS = "0001-01-01"


class OpeningHours:
    """Writes a schedule's hours and holidays; rows of the past stay as they were seen."""

    def __init__(self, db: sqlite3.Connection, now_at: int, zone: ZoneInfo) -> None:
        self._db = db
        self._now_at = now_at
        self._zone = zone

    def write(self, uid: str, schedule: Schedule) -> None:
        """Keeps what the schedule says now; the first hours ever seen count for all time before, for want of better."""
        try:
            today = day_of(self._now_at, ZoneInfo(schedule.time_zone))
        except (ZoneInfoNotFoundError, ValueError):
            today = day_of(self._now_at, self._zone)
        if not isinstance(schedule.hours, UnsetType):
            self._write_hours(uid, set(schedule.hours), today)
        if not isinstance(schedule.holidays, UnsetType):
            self._write_holidays(uid, {row[0]: row for row in schedule.holidays}, today)

    def _write_hours(self, uid: str, hours: set[tuple[int, int, int]], today: str) -> None:
        rows = self._db.execute(
            "select weekday, open_min, close_min, valid_from_on from schedule_hours "
            "where schedule_uid = ? and valid_to_on is null",
            (uid,),
        ).fetchall()
        if {tuple(row)[:3] for row in rows} == hours:
            return
        known = self._db.execute("select 1 from schedule_hours where schedule_uid = ?", (uid,)).fetchone()
        self._db.execute(
            "delete from schedule_hours where schedule_uid = ? and valid_to_on is null and valid_from_on = ?",
            (uid, today),
        )
        self._db.execute(
            "update schedule_hours set valid_to_on = ? where schedule_uid = ? and valid_to_on is null", (today, uid)
        )
        self._db.executemany(
            "insert into schedule_hours (schedule_uid, valid_from_on, weekday, open_min, close_min) "
            "values (?, ?, ?, ?, ?)",
            [(uid, today if known else ALWAYS, *row) for row in sorted(hours)],
        )

    def _write_holidays(self, uid: str, told: dict[str, tuple[str, str, int | None, int | None]], today: str) -> None:
        stored = {
            row[0]: tuple(row)
            for row in self._db.execute(
                "select day_on, name, open_min, close_min from holidays where schedule_uid = ?", (uid,)
            )
        }
        gone = [day_on for day_on in stored if day_on >= today and day_on not in told]
        self._db.executemany("delete from holidays where schedule_uid = ? and day_on = ?", [(uid, day) for day in gone])
        self._db.executemany(
            "insert or replace into holidays (schedule_uid, day_on, name, open_min, close_min) values (?, ?, ?, ?, ?)",
            [(uid, *row) for day_on, row in told.items() if stored.get(day_on) != row],
        )
