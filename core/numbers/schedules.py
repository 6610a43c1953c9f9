"""The opening hours of the store and of the config as calendars, the config's before the vendor's."""

import sqlite3
from collections import defaultdict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.numbers.calendars import Assignment, Calendar, HolidayRow, HoursRow, Schedules, build_calendar
from core.numbers.reporting import Reporting
from core.numbers.snapshot import BusinessAge

# Calendars grow when asked outside these days.
FROM_ON, TO_ON = "2020-01-01", "2030-01-01"


def load_schedules(db: sqlite3.Connection, reporting: Reporting) -> Schedules:
    """All calendars by uid, with the default: the config's choice, else the vendor's, else the only one there is."""
    hours: dict[str, list[HoursRow]] = defaultdict(list)
    for uid, weekday, opens, closes, from_on, to_on in db.execute(
        "select schedule_uid, weekday, open_min, close_min, valid_from_on, valid_to_on from schedule_hours"
    ):
        hours[uid].append(HoursRow(weekday, opens, closes, from_on, to_on))
    holidays: dict[str, list[HolidayRow]] = defaultdict(list)
    for uid, day_on, opens, closes in db.execute("select schedule_uid, day_on, open_min, close_min from holidays"):
        holidays[uid].append(HolidayRow(day_on, opens, closes))
    calendars: dict[str, Calendar] = {}
    vendors_default = None
    known = "select uid, time_zone, is_default from business_schedules where deleted_at is null order by uid"
    for uid, zone, is_default in db.execute(known):
        calendars[uid] = build_calendar(_zone(zone, reporting), hours[uid], holidays[uid], FROM_ON, TO_ON)
        if is_default:
            vendors_default = uid
    for name, rule in reporting.schedules.items():
        calendars[name] = build_calendar(rule.time_zone, rule.hours, rule.holidays, FROM_ON, TO_ON)
    only = next(iter(calendars)) if len(calendars) == 1 else None
    return Schedules(calendars, reporting.default_schedule_uid or vendors_default or only)


def _zone(name: str, reporting: Reporting) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError):
        return reporting.zone.key


def ticket_business(db: sqlite3.Connection, reporting: Reporting) -> BusinessAge:
    """Open seconds of a ticket by the schedules that were on it, else by the default one."""
    schedules = load_schedules(db, reporting)

    def age_s(ticket_uid: str, from_at: int, to_at: int) -> int | None:
        rows = db.execute(
            "select schedule_uid, from_at, to_at from ticket_schedules where ticket_uid = ? order by from_at",
            (ticket_uid,),
        )
        assignments: list[Assignment] = [tuple(row) for row in rows]
        if assignments:
            return schedules.open_s_over(assignments, from_at, to_at)
        calendar = schedules.calendar()
        return None if calendar is None else calendar.open_s(from_at, to_at)

    return age_s
