"""Which metrics a profile stands for in a store (metrics R15)."""

import sqlite3
from collections.abc import Sequence

from core.numbers.metrics import METRICS, STARTER, STARTER_PHONE, find_metric


def profile(db: sqlite3.Connection, metrics: str | Sequence[str]) -> tuple[str, ...]:
    """The ids of starter, core or full, or of a list of names; starter has those of the telephone if there is one."""
    match metrics:
        case "starter":
            has_phone = db.execute("select 1 from queue_legs limit 1").fetchone() is not None
            return (*STARTER, *(STARTER_PHONE if has_phone else ()))
        case "core":
            return tuple(metric.id for metric in METRICS.values() if metric.tier == "K")
        case "full":
            return tuple(METRICS)
    names = (metrics,) if isinstance(metrics, str) else metrics
    return tuple(dict.fromkeys(find_metric(name).id for name in names))
