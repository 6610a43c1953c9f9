"""The questions that reports and people ask of metrics; every number that leaves the program is an answer from here."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.clock import days
from core.numbers.answer import Answer, Period
from core.numbers.compare import compare
from core.numbers.drivers import driver
from core.numbers.evaluate import Question, answer, days_of, evaluate, is_split_by, nothing, question, split_by
from core.numbers.figures import Figures, figures
from core.numbers.metric import Ages, Durations, Level, Mix, parts_of
from core.numbers.metrics import METRICS, find_metric
from core.numbers.reading import read_slots
from core.numbers.reporting import Reporting
from core.numbers.sql import SLOTTED
from core.numbers.where import member_names

__all__ = ["METRICS", "ask", "breakdown", "compare", "driver", "find_metric", "half_hours", "series"]


def ask(
    db: sqlite3.Connection,
    metric_id: str,
    period: Period,
    *,
    variant: str | None = None,
    where: Mapping[str, str] | None = None,
    reporting: Reporting,
    now_at: int,
) -> Answer:
    """The value of a metric over a period: sums of its days, quantiles of its facts, levels at its last day's end."""
    asked = question(db, metric_id, variant, where, reporting, now_at)
    wanted = _days(asked, period)
    if not wanted:
        return answer(asked, period, Figures())
    return answer(asked, period, evaluate(asked, wanted).get(("", ""), nothing(asked)))


def series(
    db: sqlite3.Connection,
    metric_id: str,
    from_on: str,
    to_on: str,
    *,
    variant: str | None = None,
    where: Mapping[str, str] | None = None,
    reporting: Reporting,
    now_at: int,
) -> list[Answer]:
    """One answer a day, both ends included."""
    asked = question(db, metric_id, variant, where, reporting, now_at)
    wanted = _days(asked, Period(from_on, to_on))
    found = evaluate(asked, wanted, daily=True, quantiles=False) if wanted else {}
    absent = nothing(asked) if wanted else Figures()
    return [answer(asked, Period(day, day), found.get((day, ""), absent)) for day in days(from_on, to_on)]


def breakdown(
    db: sqlite3.Connection,
    metric_id: str,
    period: Period,
    dim: str,
    *,
    variant: str | None = None,
    where: Mapping[str, str] | None = None,
    reporting: Reporting,
    now_at: int,
) -> list[tuple[str, str, Answer]]:
    """Uid, name and answer of each member of a dimension that had cases, most cases first; '' is the unknown member."""
    asked = split_by(question(db, metric_id, variant, where, reporting, now_at), dim)
    wanted = _days(asked, period)
    if not wanted or not is_split_by(asked, dim):
        return []
    found = {uid: figure for (_, uid), figure in evaluate(asked, wanted, by=dim).items()}
    names = member_names(db, dim, found)
    made = [
        (uid, names[uid], answer(asked, period, figure, {**asked.where, dim: uid or names[uid]}))
        for uid, figure in found.items()
    ]
    return sorted(made, key=lambda entry: (-entry[2].n, entry[1]))


def half_hours(
    db: sqlite3.Connection,
    metric_id: str,
    period: Period,
    *,
    variant: str | None = None,
    where: Mapping[str, str] | None = None,
    reporting: Reporting,
    now_at: int,
) -> list[tuple[int, Answer]]:
    """Half hour of the wall clock (0 to 47) and answer over the days of a period, where there were calls.

    Telephone only, whole or by queue.
    """
    asked = question(db, metric_id, variant, where, reporting, now_at)
    wanted = _days(asked, period)
    if not wanted or not _is_slotted(asked):
        return []
    found = read_slots(db, parts_of(asked.formula), wanted, asked.slice.members.get("queue", ()))
    each = replace(period, grain="interval")
    return [(slot, answer(asked, each, figures(asked.formula, totals))) for slot, totals in sorted(found.items())]


def _is_slotted(asked: Question) -> bool:
    if isinstance(asked.formula, Level | Ages | Mix) or not asked.slice.members.keys() <= {"queue"}:
        return False
    if isinstance(asked.formula, Durations) and asked.formula.lead != "mean":
        return False
    return all(part.fact in SLOTTED for part in parts_of(asked.formula))


def _days(asked: Question, period: Period) -> Sequence[str]:
    return () if asked.unavailable or not asked.metric.how else days_of(asked, period)
