"""Reads from the store what every derivation stands on."""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.clock import DAY_S
from core.numbers.calendars import Calendar, HolidayRow, HoursRow, Schedules, build_calendar
from core.numbers.facts.ground import Ground, QueueKnown, remembered
from core.numbers.facts.staff import load_staff
from core.numbers.local import DayIndex
from core.numbers.reporting import QueueRule, Reporting

YEAR_S = 366 * DAY_S
NO_RULE = QueueRule()


def load_ground(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> Ground:
    """The rules of the config with agents, teams, queues and schedules as the store has them."""
    teams = {row[0]: (row[1], row[2]) for row in db.execute("select uid, name, tier from teams")}
    teams_of: dict[str, list[tuple[str, int, int | None, bool]]] = {}
    for agent_uid, team_uid, from_at, to_at, is_default in db.execute(
        "select agent_uid, team_uid, from_at, to_at, is_default from agent_teams "
        "order by agent_uid, is_default desc, from_at, team_uid"
    ):
        teams_of.setdefault(agent_uid, []).append((team_uid, from_at, to_at, bool(is_default)))
    team_schedules = {
        uid: reporting.team_schedules[name] for uid, (name, _) in teams.items() if name in reporting.team_schedules
    }
    days = DayIndex(reporting.zone.key, now_at - 2 * YEAR_S, now_at + DAY_S)
    return Ground(
        reporting=reporting,
        staff=load_staff(db),
        schedules=load_schedules(db, reporting, now_at),
        days=days,
        day_on=remembered(days),
        queues=_queues(db, reporting, team_schedules),
        tiers={uid: tier for uid, (_, tier) in teams.items() if tier is not None},
        team_schedules=team_schedules,
        teams_of=teams_of,
        now_at=now_at,
        stockouts=stockouts(db),
    )


def stockouts(db: sqlite3.Connection) -> frozenset[str]:
    """The words by which contacts name a reason that the list of reasons says is goods out of stock."""
    rows = db.execute(
        "select uid, name from contact_reasons where reason_class = 'stockout' and deleted_at is null"
    ).fetchall()
    return frozenset(word for uid, name in rows for word in (uid.partition(":")[2], name) if word)


def _queues(db: sqlite3.Connection, reporting: Reporting, team_schedules: Mapping[str, str]) -> dict[str, QueueKnown]:
    known: dict[str, QueueKnown] = {}
    for uid, name, team_uid, threshold_s, short_s, schedule_uid, is_test in db.execute(
        "select uid, name, team_uid, sl_threshold_s, short_abandon_s, schedule_uid, is_test from queues"
    ):
        rule = reporting.queues.get(name, NO_RULE)
        known[uid] = QueueKnown(
            team_uid,
            _first(rule.sl_threshold_s, threshold_s, reporting.sl_threshold_s),
            _first(rule.short_abandon_s, short_s, reporting.short_abandon_s),
            rule.schedule or schedule_uid or (team_schedules.get(team_uid) if team_uid else None),
            bool(is_test if rule.is_test is None else rule.is_test),
        )
    return known


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)


@lru_cache(maxsize=64)
def _calendar(
    zone: str, hours: tuple[HoursRow, ...], holidays: tuple[HolidayRow, ...], from_on: str, to_on: str
) -> Calendar:
    # 16 ms each, and a report asks for the same ones two hundred times (measured 2026-11).
    return build_calendar(zone, hours, holidays, from_on, to_on)


def load_schedules(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> Schedules:
    """The calendars of vendors and config; the default one is the config's, the vendor's, or the only one there is."""
    hours: dict[str, list[HoursRow]] = {}
    holidays: dict[str, list[HolidayRow]] = {}
    for uid, weekday, open_min, close_min, valid_from_on, valid_to_on in db.execute(
        "select schedule_uid, weekday, open_min, close_min, valid_from_on, valid_to_on from schedule_hours"
    ):
        hours.setdefault(uid, []).append(HoursRow(weekday, open_min, close_min, valid_from_on, valid_to_on))
    for uid, day_on, open_min, close_min in db.execute(
        "select schedule_uid, day_on, open_min, close_min from holidays"
    ):
        holidays.setdefault(uid, []).append(HolidayRow(day_on, open_min, close_min))
    from_on, to_on = (
        datetime.fromtimestamp(at, UTC).date().isoformat() for at in (now_at - 2 * YEAR_S, now_at + 30 * DAY_S)
    )
    calendars: dict[str, Calendar] = {}
    vendors_uid: str | None = None
    for uid, zone, is_default in db.execute(
        "select uid, time_zone, is_default from business_schedules where deleted_at is null order by uid"
    ):
        # A schedule whose hours nobody told is none; one that has none is always closed.
        if uid in hours:
            days_off = tuple(holidays.get(uid, ()))
            calendars[uid] = _calendar(_zone(zone, reporting), tuple(hours[uid]), days_off, from_on, to_on)
            vendors_uid = vendors_uid or (uid if is_default else None)
    for name, rule in reporting.schedules.items():
        calendars[name] = _calendar(rule.time_zone, tuple(rule.hours), tuple(rule.holidays), from_on, to_on)
    only_uid = next(iter(calendars)) if len(calendars) == 1 else None
    return Schedules(calendars, reporting.default_schedule_uid or vendors_uid or only_uid)


def _zone(name: str, reporting: Reporting) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError):
        return reporting.zone.key
