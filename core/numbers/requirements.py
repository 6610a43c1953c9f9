"""How many people each queue needs and had in each half hour, kept once a day (metrics 8.8, schedule_accuracy).

What a day needs is fixed when it begins: until then the plan of the evening before replaces that of the one before.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from core.clock import DAY_S, add_days, day_bounds, days
from core.numbers.analyses.presence import rostered, seen, shares_of
from core.numbers.analyses.staffing import LOOK_BACK_DAYS, basis, needs
from core.numbers.inquiry import Inquiry
from core.numbers.reporting import Reporting
from core.store.db import set_setting, setting, transaction
from core.store.dirty import mark

PLANNED_ON = "requirements_on"
DAYS_AHEAD = 7
# A machine that was off for longer finds no states of these days that anybody would still hold against the plan.
DAYS_BACK = 7
INSERT = """
insert into requirements
  (queue_uid, interval_start_at, pool, calls, required, heads, staffed, basis, method, made_at)
values (?, ?, ?, ?, ?, ?, null, null, ?, ?)
"""
TOLD = {
    "rostered": "select distinct agent_uid from shifts where day_on between ? and ? and planned_start_at is not null",
    "seen": "select distinct agent_uid from agent_days where day_on between ? and ?",
}
Row = tuple[str, int, str, float, float, float | None, str, int]


def keep_requirements(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> int:
    """Plans the coming days and counts who was there on those that are over, once a local day; rows written."""
    inquiry = Inquiry(db, reporting, now_at)
    if setting(db, PLANNED_ON) == inquiry.today_on:
        return 0
    planned = list(_plan(inquiry))
    counted = list(_count(inquiry))
    ahead_at = day_bounds(add_days(inquiry.today_on, 1), reporting.zone)[0]
    with transaction(db):
        set_setting(db, PLANNED_ON, inquiry.today_on)
        if not planned and not counted:
            return 0
        db.execute("delete from requirements where interval_start_at >= ?", (ahead_at,))
        db.executemany(INSERT, planned)
        db.executemany(
            "update requirements set staffed = ?, basis = ? where queue_uid = ? and interval_start_at = ?", counted
        )
        mark(db, "planned_day", {str(at // DAY_S) for _, _, _, at in counted})
    return len(planned) + len(counted)


def _plan(inquiry: Inquiry) -> Iterator[Row]:
    # A second to import, and only once a day.
    from core.numbers.analyses.calls_ahead import calls_ahead  # noqa: PLC0415

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
    """Who was there: the roster's people, else those seen; a pool's people are split as its requirement is.

    Of a pool of which no roster or state told in four weeks nobody knows: a partner's staff are not ours."""
    db, zone = inquiry.db, inquiry.reporting.zone
    for day in days(add_days(inquiry.today_on, -DAYS_BACK), add_days(inquiry.today_on, -1)):
        span = day_bounds(day, zone)
        open_rows = db.execute(
            "select queue_uid, interval_start_at, pool, required from requirements "
            "where interval_start_at >= ? and interval_start_at < ? and staffed is null",
            span,
        ).fetchall()
        if not open_rows:
            continue
        shares = shares_of(db, add_days(day, -LOOK_BACK_DAYS), day)
        there, kind = rostered(db, *span, shares), "rostered"
        if not there:
            there, kind = seen(db, *span, shares, inquiry.reporting), "seen"
        if not there:
            continue
        of_pool = {queue: pool for queue, _, pool, _ in open_rows}
        told = {row[0] for row in db.execute(TOLD[kind], (add_days(day, -LOOK_BACK_DAYS), day))}
        staffed = {of_pool[queue] for agent in told for queue in shares.get(agent, ()) if queue in of_pool}
        people: dict[tuple[str, int], float] = defaultdict(float)
        for (queue, at), count in there.items():
            if queue in of_pool:
                people[of_pool[queue], at] += count
        required: dict[tuple[str, int], float] = defaultdict(float)
        for _, at, pool, needed in open_rows:
            required[pool, at] += needed
        for queue, at, pool, needed in open_rows:
            if pool in staffed and required[pool, at]:
                yield people[pool, at] * needed / required[pool, at], kind, queue, at
