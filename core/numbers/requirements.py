"""How many people each queue needs and had in each half hour, kept once a day (metrics 8.8, schedule_accuracy).

What a day needs is fixed when it begins: until then the plan of the evening before replaces that of the one before.
Who was there is counted anew for a week, since rosters and states come late.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping

from core.clock import DAY_S, add_days, day_bounds, day_of, days
from core.numbers.analyses.calls_ahead import calls_ahead
from core.numbers.analyses.presence import Presence, rostered, seen, shares_of
from core.numbers.analyses.staffing import LOOK_BACK_DAYS, basis, needs
from core.numbers.inquiry import Inquiry
from core.numbers.reporting import Reporting
from core.store.db import set_setting, setting, transaction
from core.store.dirty import mark

PLANNED_ON = "requirements_on"
DAYS_AHEAD = 7
# How late rosters and states come that still count; half hours of which nobody tells by then are dropped.
DAYS_BACK = 7
INSERT = """
insert into requirements
  (queue_uid, interval_start_at, pool, calls, required, heads, staffed, basis, method, made_at)
values (?, ?, ?, ?, ?, ?, null, null, ?, ?)
"""
Row = tuple[str, int, str, float, float, float | None, str, int]


def keep_requirements(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> int:
    """Plans the coming days and counts who was there on those that are over, once a local day; rows written."""
    if setting(db, PLANNED_ON) == day_of(now_at, reporting.zone):
        return 0
    inquiry = Inquiry(db, reporting, now_at)
    planned, counted = list(_plan(inquiry)), list(_count(inquiry))
    ahead_at = day_bounds(add_days(inquiry.today_on, 1), reporting.zone)[0]
    untold_at = day_bounds(add_days(inquiry.today_on, -DAYS_BACK), reporting.zone)[0]
    with transaction(db):
        db.execute("delete from requirements where interval_start_at >= ?", (ahead_at,))
        db.execute("delete from requirements where interval_start_at < ? and staffed is null", (untold_at,))
        db.executemany(INSERT, planned)
        db.executemany(
            "update requirements set staffed = ?, basis = ? where queue_uid = ? and interval_start_at = ?", counted
        )
        mark(db, "planned_day", {str(at // DAY_S) for _, _, _, at in counted})
        set_setting(db, PLANNED_ON, inquiry.today_on)
    return len(planned) + len(counted)


def _plan(inquiry: Inquiry) -> Iterator[Row]:
    known = basis(inquiry)
    if known is None:
        return
    coming = list(days(add_days(inquiry.today_on, 1), add_days(inquiry.today_on, DAYS_AHEAD)))
    calls = calls_ahead(inquiry, coming)
    for need in needs(known, calls):
        for queue, required in need.by_queue.items():
            # Not rounded up: in a team of three that alone would be a person too few in every half hour.
            roster = None if known.shrinkage is None else required / (1 - known.shrinkage)
            count = calls[queue, need.at]
            yield queue, need.at, need.pool.queues[0], count, required, roster, need.method, inquiry.now_at


def _count(inquiry: Inquiry) -> Iterator[tuple[float, str, str, int]]:
    """Who was there where that is not what was counted before: of each pool the roster's people, else those seen, split
    over its queues as its requirement is.

    Where nobody knew how many to roster, those seen come first: people on breaks are on the roster, not at work. Of a
    pool of which nobody is told the whole day, nobody knows: a partner's staff are not ours, a source may be late."""
    db, zone = inquiry.db, inquiry.reporting.zone
    for day in days(add_days(inquiry.today_on, -DAYS_BACK), add_days(inquiry.today_on, -1)):
        span = day_bounds(day, zone)
        rows = db.execute(
            "select queue_uid, interval_start_at, pool, required, heads is null, staffed, basis from requirements "
            "where interval_start_at >= ? and interval_start_at < ? order by queue_uid, interval_start_at",
            span,
        ).fetchall()
        if not rows:
            continue
        shares = shares_of(db, add_days(day, -LOOK_BACK_DAYS), day)
        of_pool = {queue: pool for queue, _, pool, *_ in rows}
        by_kind = {
            "rostered": _by_pool(rostered(db, *span, shares), of_pool),
            "seen": _by_pool(seen(db, *span, shares, inquiry.reporting), of_pool),
        }
        required: dict[tuple[str, int], float] = defaultdict(float)
        for _, at, pool, needed, *_ in rows:
            required[pool, at] += needed
        for queue, at, pool, needed, is_at_work, *before in rows:
            kinds = ("seen", "rostered") if is_at_work else ("rostered", "seen")
            kind = next((kind for kind in kinds if pool in by_kind[kind]), None)
            if kind is not None and required[pool, at]:
                staffed = by_kind[kind][pool].get(at, 0.0) * needed / required[pool, at]
                if before != [staffed, kind]:
                    yield staffed, kind, queue, at


def _by_pool(people: Presence, of_pool: Mapping[str, str]) -> dict[str, dict[int, float]]:
    """People by pool and beginning of the half hour."""
    found: dict[str, dict[int, float]] = {}
    for (queue, at), count in sorted(people.items()):
        if queue in of_pool:
            by_time = found.setdefault(of_pool[queue], {})
            by_time[at] = by_time.get(at, 0.0) + count
    return found
