"""A question about a metric, settled: which variant, which rows, and since when the facts tell of it."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.clock import day_of, days
from core.numbers.answer import Period
from core.numbers.metric import Ages, Formula, Level, Metric, parts_of
from core.numbers.metrics import find_metric, find_variant
from core.numbers.needs import NEEDS, begins_on, lacking_wants, missing, months_of
from core.numbers.persons import refuse_persons
from core.numbers.reporting import Reporting
from core.numbers.snapshot import SPANS
from core.numbers.sql import DIM_COLUMNS, column_of
from core.numbers.where import Slice, lacking, no_dimension, slice_of


@dataclass(frozen=True)
class Question:
    """A metric, a variant and a slice, settled; ``unavailable`` says why there is no answer for any period.

    ``months`` are those of which the facts tell, where they come by the month (metrics R17)."""

    db: sqlite3.Connection
    metric: Metric
    variant: str
    where: Mapping[str, str]
    slice: Slice
    reporting: Reporting
    now_at: int
    notes: tuple[str, ...] = ()
    unavailable: str = ""
    begins_on: str | None = None
    months: frozenset[str] | None = None

    @property
    def formula(self) -> Formula:
        """What is computed."""
        return self.metric.how[self.variant]

    @property
    def today_on(self) -> str:
        """The local date now."""
        return day_of(self.now_at, self.reporting.zone)


def question(
    db: sqlite3.Connection,
    metric_id: str,
    variant: str | None,
    where: Mapping[str, str] | None,
    reporting: Reporting,
    now_at: int,
) -> Question:
    """The question, its headline variant replaced by the fallback where only that has its inputs."""
    refuse_persons(where or (), reporting.appraisal)
    metric = find_metric(metric_id)
    chosen = find_variant(metric, variant)
    lacks = missing(db, metric, chosen, reporting)
    notes: tuple[str, ...] = ()
    if lacks and variant is None and metric.fallback and not missing(db, metric, metric.fallback, reporting):
        notes = (f"{metric.fallback} time: no source brings {_named(lacks)}",)
        chosen, lacks = metric.fallback, ()
    if not lacks:
        notes += tuple(
            f"without {_named([want])}: no source brings them" for want in lacking_wants(db, metric, reporting)
        )
    slice_ = slice_of(db, where)
    reason = f"no source brings {_named(lacks)}" if lacks else ""
    if not reason and metric.how:
        dim = _not_split_by(metric.how[chosen], slice_)
        reason = f"not known by {dim}" if dim else ""
    first_on = None if reason else begins_on(db, metric, chosen, reporting)
    months = None if reason else months_of(db, metric, chosen, slice_.members)
    return Question(db, metric, chosen, dict(where or {}), slice_, reporting, now_at, notes, reason, first_on, months)


def split_by(asked: Question, dim: str) -> Question:
    """The same question where it is to be answered for each member of a dimension."""
    refuse_persons((dim,), asked.reporting.appraisal)
    if asked.months is None:
        return asked
    dims = [*asked.slice.members, dim]
    return replace(asked, months=months_of(asked.db, asked.metric, asked.variant, dims))


def check_split(asked: Question, dim: str) -> None:
    """Raises ConfigError where a metric is not known by a dimension that somebody asks for; says by which it is."""
    refuse_persons((dim,), asked.reporting.appraisal)
    if asked.metric.how and not is_split_by(asked, dim):
        known = [other for other in DIM_COLUMNS if is_split_by(asked, other)]
        raise no_dimension(dim, known, f"by: {asked.metric.id} is")


def _named(lacks: Sequence[str]) -> str:
    return " and ".join(NEEDS[need].names["en"] for need in lacks)


def _not_split_by(formula: Formula, slice_: Slice, by: str = "") -> str | None:
    if isinstance(formula, Level | Ages):
        return next((dim for dim in [*slice_.members, *([by] if by else [])] if column_of(SPANS, dim) is None), None)
    return lacking(parts_of(formula), slice_, by)


def is_split_by(asked: Question, dim: str) -> bool:
    """Whether the facts of a question tell the members of a dimension."""
    return _not_split_by(asked.formula, asked.slice, dim) is None


def days_of(asked: Question, period: Period) -> tuple[str, ...]:
    """The days of a period that have begun and that the facts tell of."""
    first_on = max(period.from_on, asked.begins_on or period.from_on)
    told = days(first_on, min(period.to_on, asked.today_on))
    return tuple(day for day in told if asked.months is None or day[:7] in asked.months)


def at_day_ends(asked: Question, on_days: Sequence[str]) -> list[str]:
    """The days at whose end a level stands: those that have begun, and of a weekday's level the right ones."""
    formula = asked.formula
    begun = [day_on for day_on in on_days if day_on <= asked.today_on]
    if isinstance(formula, Level) and formula.weekday is not None:
        return [day_on for day_on in begun if weekday(day_on) == formula.weekday]
    return begun


def weekday(day_on: str) -> int:
    """The day of the week of a local date, 0 = Monday."""
    return date.fromisoformat(day_on).weekday()
