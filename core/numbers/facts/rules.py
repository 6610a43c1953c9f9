"""What must be derived again although no base row of its own changed: new rules, new opening hours, targets run out."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.clock import day_bounds, day_of
from core.numbers.facts.grounds import stockouts
from core.numbers.facts.newcomers import mark_waiting
from core.numbers.facts.service_days import mark_service_days
from core.numbers.facts.staff import load_staff
from core.numbers.facts.ticket import FACTS_VERSION
from core.numbers.reporting import Reporting
from core.store.db import set_setting, setting
from core.store.migrations import mark_all

RULES, HOURS, STAFF = "derived_rules", "derived_hours", "derived_staff"
STOCKOUTS, DAY = "derived_stockouts", "derived_on"
Hours = Mapping[str, Any]


def mark_what_rules_change(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> None:
    """Marks what the rules of today say otherwise than those of the last derivation; in the caller's transaction."""
    rules = _said(reporting)
    before = setting(db, RULES)
    if before != rules:
        if before is not None:
            mark_all(db)
        set_setting(db, RULES, rules)
    if before is None or db.execute("select 1 from dirty_keys where kind = 'schedule' limit 1").fetchone():
        _mark_hours(db, reporting)
        db.execute("delete from dirty_keys where kind = 'schedule'")
    _mark_staff(db, reporting)
    _mark_stockouts(db)
    mark_service_days(db, day_of(now_at, reporting.zone), f"{rules}{setting(db, HOURS)}")
    today_on = day_of(now_at, reporting.zone)
    derived_on = setting(db, DAY)
    if derived_on != today_on:
        mark_waiting(db, derived_on or today_on, today_on)
        set_setting(db, DAY, today_on)
    db.execute(
        "insert into dirty_keys (kind, key) select distinct 'ticket', ticket_uid from sla_facts "
        "where decided_at is null and due_at is not null and due_at < ? on conflict do nothing",
        (now_at,),
    )


def _said(reporting: Reporting) -> str:
    """The rules as text, the same for equal rules."""

    def plain(value: Any) -> Any:
        if isinstance(value, ZoneInfo):
            return value.key
        if isinstance(value, frozenset):
            return sorted(value)
        raise TypeError(type(value).__name__)

    kept = {name: getattr(reporting, name) for name in reporting.__dataclass_fields__ if name not in UNFELT}
    return msgspec.json.encode({**kept, "facts_version": FACTS_VERSION}, enc_hook=plain, order="deterministic").decode()


# Rules that no fact depends on.
UNFELT = frozenset({"history_from_on", "planning", "appraisal"})


def _mark_staff(db: sqlite3.Connection, reporting: Reporting) -> None:
    """Marks the tickets on which people acted, or which they or teams had, of whom we know something else now."""
    staff = load_staff(db)
    now: dict[str, list[Any]] = {uid: list(member) for uid, member in staff.members.items()}
    now |= {
        row[0]: [row[1], reporting.team_schedules.get(row[2])]
        for row in db.execute("select uid, tier, name from teams")
    }
    text = msgspec.json.encode(now, order="deterministic").decode()
    stored = setting(db, STAFF)
    if stored == text:
        return
    set_setting(db, STAFF, text)
    before, said = msgspec.json.decode(stored or "{}"), msgspec.json.decode(text)
    changed = sorted(uid for uid in before.keys() | said.keys() if before.get(uid) != said.get(uid))
    known = ("ticket_facts", "agent_days", "shifts")
    if any(db.execute(f"select 1 from {table} limit 1").fetchone() for table in known):
        db.execute(OF_STAFF, {"uids": msgspec.json.encode(changed).decode()})


OF_STAFF = """
with changed (uid) as materialized (select value from json_each(:uids))
insert into dirty_keys (kind, key)
select distinct 'ticket', ticket_uid
from ticket_events
where actor_uid in changed or (kind in ('assignee', 'team') and (new_value in changed or old_value in changed))
union
select 'ticket', uid
from tickets
where requester_uid in changed or assignee_uid in changed or team_uid in changed or submitter_uid in changed
union
select iif(ticket_uid is null, 'call', 'ticket'), coalesce(ticket_uid, call_uid)
from surveys
where customer_uid in changed and coalesce(ticket_uid, call_uid) is not null
union
select 'agent', agent_uid
from (select agent_uid from agent_states union select agent_uid from attendance)
where agent_uid in changed
union
select 'staff_day', p.day_on
from (
  select agent_uid, day_on from shifts
  union all select agent_uid, date(day_on, '+1 day') from shifts
  union all select agent_uid, day_on from attendance
  union all select agent_uid, day_on from agent_days
) p
where p.agent_uid in changed and p.day_on is not null
on conflict do nothing
"""


def _mark_stockouts(db: sqlite3.Connection) -> None:
    """Marks the tickets, and the calls about them, whose reason is such a one now or was before."""
    now, text = sorted(stockouts(db)), setting(db, STOCKOUTS)
    before: list[str] = msgspec.json.decode(text or "[]")
    if now == before:
        return
    set_setting(db, STOCKOUTS, msgspec.json.encode(now).decode())
    db.execute(OF_REASONS, {"words": msgspec.json.encode(sorted(set(now) ^ set(before))).decode()})


OF_REASONS = """
with changed (uid) as materialized (
  select uid from tickets where contact_reason in (select value from json_each(:words))
)
insert into dirty_keys (kind, key)
select 'ticket', uid from changed
union
select 'call', c.uid from changed t cross join calls c on c.ticket_uid = t.uid
union
select 'call', l.call_uid from changed t cross join contact_links l on l.ticket_uid = t.uid
on conflict do nothing
"""


def _mark_hours(db: sqlite3.Connection, reporting: Reporting) -> None:
    now = _hours(db)
    text = setting(db, HOURS)
    before: dict[str, dict[str, Any]] | None = None if text is None else msgspec.json.decode(text)
    set_setting(db, HOURS, msgspec.json.encode(now, order="deterministic").decode())
    if before is None or before == now:
        if before is None and now:
            mark_all(db)
        return
    from_on = changed_from(before, now)
    if from_on is None:
        mark_all(db)
        return
    from_at = day_bounds(from_on, reporting.zone)[0]
    for sql in (
        "select 'ticket', uid from tickets where updated_at is null or updated_at >= ?",
        "select 'call', uid from calls where arrived_at >= ?",
    ):
        db.execute(f"insert into dirty_keys (kind, key) {sql} on conflict do nothing", (from_at - 86_400,))


def _hours(db: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        row[0]: {"zone": row[1], "is_default": row[2], "hours": [], "holidays": []}
        for row in db.execute("select uid, time_zone, is_default from business_schedules where deleted_at is null")
    }
    for uid, *row in db.execute(
        "select schedule_uid, weekday, open_min, close_min, valid_from_on, valid_to_on from schedule_hours order by 1, "
        "2, 3, 4, 5"
    ):
        if uid in found:
            found[uid]["hours"].append(row)
    for uid, *row in db.execute(
        "select schedule_uid, day_on, open_min, close_min from holidays order by schedule_uid, day_on"
    ):
        if uid in found:
            found[uid]["holidays"].append(row)
    return found


def changed_from(before: Mapping[str, Hours], now: Mapping[str, Hours]) -> str | None:
    """The first local day on which two states of the schedules differ; None where the difference has no beginning."""
    days: list[str] = []
    for uid in before.keys() | now.keys():
        one, other = before.get(uid), now.get(uid)
        if one is None or other is None or (one["zone"], one["is_default"]) != (other["zone"], other["is_default"]):
            return None
        first = _first_other_hours(one["hours"], other["hours"])
        if first is not None:
            days.append(first)
        days += {row[0] for row in _either(one["holidays"], other["holidays"])}
    day = min(days, default=None)
    return None if day is None or day <= "0001-01-02" else day


def _first_other_hours(one: list[list[Any]], other: list[list[Any]]) -> str | None:
    edges = sorted({row[3] for row in (*one, *other)} | {row[4] for row in (*one, *other) if row[4] is not None})
    return next((edge for edge in edges if _valid(one, edge) != _valid(other, edge)), None)


def _valid(rows: Iterable[list[Any]], day_on: str) -> set[tuple[Any, ...]]:
    return {tuple(row[:3]) for row in rows if row[3] <= day_on and (row[4] is None or day_on < row[4])}


def _either(one: Iterable[list[Any]], other: Iterable[list[Any]]) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in one} ^ {tuple(row) for row in other}
