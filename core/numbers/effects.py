"""What became of finished improvements: measured from the numbers themselves, after these are folded (metrics 7).

The facts of effects rest on the parts of other facts, so they are made in a second pass. What may change one is
forgotten before the fold, in a transaction with what marks it, and what is missing is measured after it: a kill at any
moment loses nothing, and measuring all anew gives the same rows.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence

from core.clock import add_days
from core.numbers.analyses.events import Event, read_events
from core.numbers.analyses.policy import EVER, IMPROVEMENT, WINDOW_DAYS, effect_of
from core.numbers.facts.ledger import TABLES, Ledger
from core.numbers.facts.rules import HOURS, RULES
from core.numbers.facts.status import Row
from core.numbers.inquiry import Inquiry
from core.numbers.metric import Ages, Difficulty, Latest, Level, Metric, PerEmployed, ToDate
from core.numbers.metrics import METRICS
from core.numbers.parts import Folded, fold
from core.numbers.reporting import Reporting
from core.numbers.sql import marks
from core.store.db import set_setting, setting, transaction

FACT = "improvement_effect_facts"
# What stands on a day rests on all days before it as well: a ticket unsolved since January is in the backlog of May.
STANDING = (Level, Ages, ToDate, Latest, PerEmployed, Difficulty)
GROUND = "effects_ground"


def recount(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> Folded:
    """Folds the days that changed, measures the effects that this changes or that are due now, and folds those too."""
    _forget(db, now_at)
    folded = fold(db, reporting, now_at)
    if not measure(db, reporting, now_at):
        return folded
    more = fold(db, reporting, now_at)
    return Folded(folded.days, folded.partitions + more.partitions, folded.rows + more.rows)


def measure(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> int:
    """Measures the finished improvements that are due and not measured; how many rows were written.

    One that cannot be measured, for want of data or of cases, is kept without an effect."""
    known = {row[0] for row in db.execute(f"select event_uid from {FACT}")}
    inquiry = Inquiry(db, reporting, now_at)
    rows = [row for event in _finished(inquiry) if event.uid not in known for row in _row(inquiry, event)]
    if rows:
        with transaction(db):
            db.executemany(TABLES[FACT].insert(), rows)
            _mark(db, rows, now_at)
    return len(rows)


def _finished(inquiry: Inquiry) -> Iterator[Event]:
    """Improvements with a metric whose days after have passed; what has to settle may take longer."""
    for event in read_events(inquiry, (IMPROVEMENT,), EVER, inquiry.today_on):
        if event.metric_id and event.done_on and add_days(event.done_on, WINDOW_DAYS) <= inquiry.today_on:
            yield event


def _row(inquiry: Inquiry, event: Event) -> Iterator[Row]:
    made = effect_of(inquiry, event)
    if made is not None and made.state != "not yet":
        (source,) = inquiry.db.execute("select source from calendar_events where uid = ?", (event.uid,)).fetchone()
        is_effective = int(made.is_proven) if made.state == "ok" else None
        yield event.uid, source, event.team_uid, made.metric_id, event.done_on, made.ready_on, is_effective


def _forget(db: sqlite3.Connection, now_at: int) -> None:
    """Takes away the effects that rest on days to be folded, or all where calendar, opening hours or rules changed."""
    ground = _ground(db)
    is_new = setting(db, GROUND) != ground
    standing = tuple(metric.id for metric in METRICS.values() if metric.how and _stands(metric))
    rows: list[Row] = [
        tuple(row)
        for row in db.execute(
            f"select {', '.join(TABLES[FACT].names)} from {FACT} where ? or exists (select 1 from dirty_days d "
            "where d.fact <> ? and d.day_on <= measured_on "
            f"and (d.day_on >= date(done_on, ?) or metric in {marks(standing)}))",
            (is_new, FACT, f"-{WINDOW_DAYS} days", *standing),
        )
    ]
    if rows or is_new:
        with transaction(db):
            db.executemany(f"delete from {FACT} where event_uid = ?", [(row[0],) for row in rows])
            _mark(db, rows, now_at)
            set_setting(db, GROUND, ground)


def _stands(metric: Metric) -> bool:
    return isinstance(metric.how[metric.headline], STANDING)


def _mark(db: sqlite3.Connection, rows: Sequence[Row], now_at: int) -> None:
    ledger = Ledger()
    ledger.note(FACT, rows)
    ledger.keep(db, now_at)


def _ground(db: sqlite3.Connection) -> str:
    """What effects rest on besides the numbers, as a digest: the calendar, opening hours, rules of counting."""
    digest = hashlib.sha256(f"{setting(db, RULES)}|{setting(db, HOURS)}".encode())
    for row in db.execute(
        "select uid, kind, from_at, to_at, scope_team_uid, scope_queue_uid, metric, expected_direction, done_on "
        "from calendar_events where deleted_at is null order by uid"
    ):
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()
