"""What was published, kept as it was printed, so that a later change can be told (metrics R8)."""

import sqlite3
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.clock import day_bounds
from core.numbers.answer import Answer
from core.store.db import transaction

KEY = ("metric_id", "definition_version", "variant", "grain", "period_start_at", "dim_key")
FIGURES = ("num", "den", "n", "value", "ci_low", "ci_high", "p50", "p90", "maturity", "precision", "status", "reason")
COLUMNS = (*KEY, "period_end_at", "as_of_at", "report_key", *FIGURES)
INSERT = f"insert or replace into metric_values ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"
LAST = (
    f"select value, maturity from metric_values where {' and '.join(f'{name} = ?' for name in KEY)} "
    "and as_of_at < ? order by as_of_at desc limit 1"
)
RESTATE = (
    "insert into metric_restatements "
    "(metric_id, variant, grain, period_start_at, dim_key, old_value, new_value, reason, happened_at, report_key) "
    "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def publish(db: sqlite3.Connection, report_key: str, answers: Iterable[Answer], now_at: int, *, zone: ZoneInfo) -> int:
    """Keeps the answers of a report; a final value that has changed since it was last published is restated.

    The number of restatements.
    """
    restated = 0
    with transaction(db):
        for answer in answers:
            row = _row(answer, report_key, now_at, zone)
            key = [row[name] for name in KEY]
            last = db.execute(LAST, (*key, now_at)).fetchone()
            if last is not None and last["maturity"] == "final" and last["value"] != answer.value:
                metric_id, _, *place = key
                why = answer.reason or "the data of the period changed"
                db.execute(RESTATE, (metric_id, *place, last["value"], answer.value, why, now_at, report_key))
                restated += 1
            db.execute(INSERT, [row[name] for name in COLUMNS])
    return restated


def _row(answer: Answer, report_key: str, now_at: int, zone: ZoneInfo) -> dict[str, Any]:
    period = answer.period
    return {
        "metric_id": answer.metric_id,
        "definition_version": answer.definition_version,
        "variant": answer.variant,
        "grain": period.grain,
        "period_start_at": day_bounds(period.from_on, zone)[0],
        "period_end_at": day_bounds(period.to_on, zone)[1],
        "dim_key": msgspec.json.encode(dict(sorted(answer.where.items()))).decode(),
        "as_of_at": now_at,
        "report_key": report_key,
        **{name: getattr(answer, name) for name in FIGURES},
    }
