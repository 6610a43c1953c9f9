"""The figures of a question for days and members, whatever the formula, and the answer that they make."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.clock import day_bounds
from core.numbers.answer import Answer, Period, Status
from core.numbers.evaluators.planned import difficulty, forecast_error
from core.numbers.evaluators.standing import day_ends, latest, per_employed, to_date
from core.numbers.evaluators.sums import durations, mix, summed, waiting
from core.numbers.figures import NOTHING, Figures, figures, level
from core.numbers.metric import (
    Ages,
    Difference,
    Difficulty,
    Distinct,
    Durations,
    ForecastError,
    Formula,
    Latest,
    Level,
    Metric,
    Mix,
    PerEmployed,
    Sum,
    ToDate,
    Waiting,
)
from core.numbers.question import Question, at_day_ends, days_of, is_split_by, question, split_by, weekday
from core.numbers.reading import Key
from core.numbers.reporting import Reporting

__all__ = [
    "Question",
    "answer",
    "at_day_ends",
    "days_of",
    "evaluate",
    "is_count",
    "is_split_by",
    "maturity_days",
    "nothing",
    "question",
    "split_by",
    "weekday",
]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def evaluate(
    asked: Question, on_days: Sequence[str], *, by: str = "", daily: bool = False, quantiles: bool = True
) -> dict[Key, Figures]:
    """Figures by day ('' unless ``daily``) and member ('' unless ``by``); keys without rows are absent.

    Without ``quantiles``, those of durations led by their mean are left out.
    """
    match asked.formula:
        case Level() | Ages():
            return day_ends(asked, on_days, by, daily)
        case Mix():
            return mix(asked, asked.formula, on_days, by, daily)
        case Waiting():
            return waiting(asked, asked.formula, on_days, by, daily)
        case PerEmployed():
            return per_employed(asked, asked.formula, on_days, by, daily)
        case Latest():
            return latest(asked, asked.formula, on_days, by, daily)
        case ToDate():
            return to_date(asked, asked.formula, on_days, by, daily)
        case ForecastError():
            return forecast_error(asked, asked.formula, on_days, by, daily)
        case Difficulty():
            return difficulty(asked, asked.formula, on_days, by, daily)
        case Durations():
            return durations(asked, asked.formula, on_days, by, daily, quantiles)
        case _:
            return summed(asked, on_days, by, daily)


def nothing(asked: Question) -> Figures:
    """The figures of a period without a row: a count is 0, everything else has no value."""
    match asked.formula:
        case Mix() | Ages() | Waiting() | PerEmployed() | ToDate() | Latest() | ForecastError() | Difficulty():
            return NOTHING
        case Level(weekday=day):
            return NOTHING if day is not None else level(0)
        case _:
            return figures(asked.formula, {})


def answer(asked: Question, period: Period, found: Figures, where: Mapping[str, str] | None = None) -> Answer:
    """The answer of a period whose figures are known, with its status, maturity and notes."""
    metric = asked.metric
    made = Answer(
        metric.id, asked.variant, period, asked.where if where is None else where, as_of_at=asked.now_at,
        definition_version=metric.version, notes=asked.notes,
    )  # fmt: skip
    reason = asked.unavailable
    if not reason and asked.begins_on is not None and period.to_on < asked.begins_on:
        reason = f"no data before {asked.begins_on}"
    if not reason and period.from_on > asked.today_on:
        reason = "not begun yet"
    if not reason and asked.months is not None and not days_of(asked, period):
        reason = f"no costs from {period.from_on} to {period.to_on}"
    if reason:
        return replace(made, status="unavailable", reason=reason)
    status: Status = "ok"
    if found.n < metric.floor and found.value is not None and not is_count(asked.formula):
        status = "low_sample"
    return replace(
        made, value=found.value, n=found.n, num=found.num, den=found.den, mean=found.mean, p50=found.p50, p90=found.p90,
        ci_low=found.ci_low, ci_high=found.ci_high, status=status, precision=found.precision,
        reason=_without_value(asked, period, found) if found.value is None else "",
        maturity="final" if asked.now_at >= _mature_at(asked, period) else "provisional",
        notes=(*asked.notes, *_notes(asked, period, found)),
    )  # fmt: skip


def is_count(formula: Formula) -> bool:
    """Whether the value is itself the number of cases, so that no sample is too small."""
    return isinstance(formula, Sum | Distinct | Difference | Level)


def _without_value(asked: Question, period: Period, found: Figures) -> str:
    formula = asked.formula
    if isinstance(formula, Level) and formula.weekday is not None:
        return f"there is no {WEEKDAYS[formula.weekday]} from {period.from_on} to {period.to_on}"
    if isinstance(formula, Waiting) and found.n:
        return "more than half are still waiting"
    return "no data"


def maturity_days(metric: Metric, reporting: Reporting) -> int:
    """For how many days after its period a value is provisional (metrics R8)."""
    days_: int = getattr(reporting, metric.maturity_of) if metric.maturity_of else metric.maturity_days
    return days_


def _mature_at(asked: Question, period: Period) -> int:
    window = maturity_days(asked.metric, asked.reporting)
    return day_bounds(period.to_on, asked.reporting.zone)[1] + 86_400 * window


def _notes(asked: Question, period: Period, found: Figures) -> list[str]:
    notes = []
    if asked.begins_on is not None and period.from_on < asked.begins_on:
        notes.append(f"data from {asked.begins_on} on")
    if asked.months is not None:
        told, whole = len(days_of(asked, period)), len(days_of(replace(asked, months=None), period))
        notes += [f"costs of {told} of {whole} days"] if told < whole else []
    if found.p90 is not None and found.n < asked.metric.floor_p90:
        notes.append(f"p90 of fewer than {asked.metric.floor_p90}")
    if isinstance(asked.formula, Mix) and asked.formula.dim not in asked.slice.members and found.value is not None:
        notes.append(f"largest: {found.largest or 'unknown'}")
    return notes
