"""A question about a metric, and its figures for days and members, whatever the formula."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.clock import day_bounds, day_of, days
from core.numbers import levels
from core.numbers.answer import Answer, Period, Status
from core.numbers.difficulty import difficulties, mean
from core.numbers.facts.grounds import load_ground
from core.numbers.figures import NOTHING, Figures, figures, level, share, spread
from core.numbers.latest import latest_totals
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
    parts_of,
)
from core.numbers.metrics import find_metric, find_variant
from core.numbers.needs import NEEDS, begins_on, lacking_wants, missing, months_of
from core.numbers.persons import refuse_persons
from core.numbers.precision import PRECISIONS, worst
from core.numbers.reading import Key, Totals, employed_days, first_day, read, read_values, read_waiting
from core.numbers.reporting import Reporting
from core.numbers.snapshot import SPANS, ages_at, count_at
from core.numbers.sql import PART_DIMS, column_of
from core.numbers.survival import survival_quantile
from core.numbers.where import Slice, lacking, slice_of

PROJECT = "project"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


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


def _named(lacks: Sequence[str]) -> str:
    return " and ".join(NEEDS[need].names["en"] for need in lacks)


def _not_split_by(formula: Formula, slice_: Slice, by: str = "") -> str | None:
    if isinstance(formula, Level | Ages):
        return next((dim for dim in [*slice_.members, *([by] if by else [])] if column_of(SPANS, dim) is None), None)
    return lacking(parts_of(formula), slice_, by)


def is_split_by(asked: Question, dim: str) -> bool:
    """Whether the facts of a question tell the members of a dimension."""
    return _not_split_by(asked.formula, asked.slice, dim) is None


def evaluate(
    asked: Question, on_days: Sequence[str], *, by: str = "", daily: bool = False, quantiles: bool = True
) -> dict[Key, Figures]:
    """Figures by day ('' unless ``daily``) and member ('' unless ``by``); keys without rows are absent.

    Without ``quantiles``, those of durations led by their mean are left out.
    """
    match asked.formula:
        case Level() | Ages():
            return _at_day_ends(asked, on_days, by, daily)
        case Mix():
            return _mix(asked, asked.formula, on_days, by, daily)
        case Waiting():
            return _waiting(asked, asked.formula, on_days, by, daily)
        case PerEmployed():
            return _per_employed(asked, asked.formula, on_days, by, daily)
        case Latest():
            return _latest(asked, asked.formula, on_days, by, daily)
        case ToDate():
            return _to_date(asked, asked.formula, on_days, by, daily)
        case ForecastError():
            return _forecast_error(asked, asked.formula, on_days, by, daily)
        case Difficulty():
            return _difficulty(asked, asked.formula, on_days, by, daily)
        case Durations():
            return _durations(asked, asked.formula, on_days, by, daily, quantiles)
        case _:
            totals = _totals(asked, on_days, by, daily)
            return {key: replace(figures(asked.formula, found), precision=_precision(asked.formula, found))
                    for key, found in totals.items()}  # fmt: skip


def nothing(asked: Question) -> Figures:
    """The figures of a period without a row: a count is 0, everything else has no value."""
    match asked.formula:
        case Mix() | Ages() | Waiting() | PerEmployed() | ToDate() | Latest() | ForecastError() | Difficulty():
            return NOTHING
        case Level(weekday=day):
            return NOTHING if day is not None else level(0)
        case _:
            return figures(asked.formula, {})


def _totals(asked: Question, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Totals]:
    parts = tuple(parts_of(asked.formula))
    ranks = (worst(part.fact, part.on) for part in parts)
    return dict(read(asked.db, (*parts, *(rank for rank in ranks if rank)), on_days, asked.slice, by=by, daily=daily))


def _precision(formula: Formula, totals: Totals) -> str:
    ranks = [worst(part.fact, part.on) for part in parts_of(formula)]
    return PRECISIONS[max((int(totals[rank.id][0] or 0) for rank in ranks if rank and rank.id in totals), default=0)]


def _durations(
    asked: Question, formula: Durations, on_days: Sequence[str], by: str, daily: bool, quantiles: bool
) -> dict[Key, Figures]:
    totals = _totals(asked, on_days, by, daily)
    found = {key: replace(figures(formula, has), precision=_precision(formula, has)) for key, has in totals.items()}
    if not quantiles and formula.lead == "mean":
        return found
    values = read_values(asked.db, formula, on_days, asked.slice, by=by, daily=daily)
    return {key: spread(values.get(key, ()), formula.lead, known) for key, known in found.items()}


def _waiting(asked: Question, formula: Waiting, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Figures]:
    found = read_waiting(asked.db, formula, asked.now_at, on_days, asked.slice, by=by, daily=daily)
    made = {}
    for key, (ended, waiting) in found.items():
        p50, p90 = (survival_quantile(ended, waiting, share) for share in (0.5, 0.9))
        made[key] = Figures(p50, len(ended) + len(waiting), len(ended), len(ended) + len(waiting), p50=p50, p90=p90)
    return made


def _mix(asked: Question, formula: Mix, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Figures]:
    """Shares of the members of the formula's dimension in the rest of the slice; the largest one's if none is asked."""
    wholes = read(asked.db, [formula.whole], on_days, asked.slice.without(formula.dim), daily=daily)
    chosen = asked.slice.members.get(formula.dim)
    found: dict[Key, Figures] = {}
    members = read(asked.db, [formula.whole], on_days, asked.slice, by=formula.dim, daily=daily)
    for (day_on, uid), totals in members.items():
        part, whole = (has[formula.whole.id][0] or 0 for has in (totals, wholes[day_on, ""]))
        figure = replace(share(part, whole), largest=uid)
        if by == formula.dim:
            found[day_on, uid] = figure
            continue
        known = found.get((day_on, ""))
        if chosen and known:
            figure = replace(share((known.num or 0) + part, whole), largest=uid)
        if chosen or known is None or (figure.num or 0) > (known.num or 0):
            found[day_on, ""] = figure
    return found


def _per_employed(
    asked: Question, formula: PerEmployed, on_days: Sequence[str], by: str, daily: bool
) -> dict[Key, Figures]:
    totals = read(asked.db, [formula.num], on_days, asked.slice, by=by, daily=daily)
    found: dict[Key, Figures] = {}
    for some in ([day] for day in on_days) if daily else (on_days,):
        label = some[0] if daily else ""
        for uid, present in employed_days(asked.db, min(some), max(some), asked.slice, by).items():
            count = totals.get((label, uid), {}).get(formula.num.id, (0, 0))[0] or 0
            heads = present / len(some)
            rate = count / formula.per / heads * (365 / len(some) if formula.is_annual else 1)
            found[label, uid] = Figures(rate, int(heads), count)
    return found


def _latest(asked: Question, formula: Latest, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Figures]:
    ends = {day: day for day in on_days} if daily else {"": max(on_days)}
    return {
        (label, uid): figures(formula.balance, totals)
        for label, last_on in ends.items()
        for uid, totals in latest_totals(asked.db, formula, last_on, asked.slice, by).items()
    }


def _to_date(asked: Question, formula: ToDate, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Figures]:
    first_on, last_on = first_day(asked.db, formula.num), max(on_days)
    if first_on is None or first_on > last_on:
        return {}
    known = read(asked.db, parts_of(formula), tuple(days(first_on, last_on)), asked.slice, by=by, daily=True)
    labels = {day: day for day in on_days} if daily else {last_on: ""}
    found: dict[Key, Figures] = {}
    for uid in sorted({uid for _, uid in known}):
        top = bottom = 0.0
        for day in days(first_on, last_on):
            totals = known.get((day, uid), {})
            top += totals.get(formula.num.id, (0, 0))[0] or 0
            bottom += totals.get(formula.den.id, (0, 0))[0] or 0
            if day in labels and bottom:
                found[labels[day], uid] = Figures(top / bottom, int(bottom), top, bottom)
    return found


def _forecast_error(
    asked: Question, formula: ForecastError, on_days: Sequence[str], by: str, daily: bool
) -> dict[Key, Figures]:
    over = [day for day in on_days if day < asked.today_on]
    if not over:
        return {}
    known = read(asked.db, parts_of(formula), over, asked.slice, by=by, daily=True)
    sums: dict[Key, list[float]] = {}
    for (day, uid), totals in sorted(known.items()):
        if formula.forecast.id not in totals:
            continue
        actual = totals.get(formula.actual.id, (0, 0))[0] or 0
        off = (totals[formula.forecast.id][0] or 0) - 1_000 * actual
        added = sums.setdefault((day if daily else "", uid), [0, 0, 0])
        for place, amount in enumerate((off if formula.is_bias else abs(off), actual, 1)):
            added[place] += amount
    return {
        key: Figures(off / 1_000 / actual if actual else None, int(count), off / 1_000, actual)
        for key, (off, actual, count) in sums.items()
    }


def _difficulty(
    asked: Question, formula: Difficulty, on_days: Sequence[str], by: str, daily: bool
) -> dict[Key, Figures]:
    """Projects of the slice that ended on the days, each against all that had ended by the last of them."""
    first_on = first_day(asked.db, formula.done)
    if first_on is None or by not in ("", PROJECT):
        return {}
    chosen = asked.slice.members.get(PROJECT)
    rest = asked.slice.without(PROJECT)
    found: dict[Key, Figures] = {}
    for some in ([day] for day in on_days) if daily else (on_days,):
        label = some[0] if daily else ""
        now = {uid for _, uid in read(asked.db, [formula.done], some, rest, by=PROJECT)}
        if not now:
            continue
        ended = read(asked.db, parts_of(formula), tuple(days(first_on, max(some))), rest, by=PROJECT)
        scores = difficulties(formula, {uid: totals for (_, uid), totals in ended.items()})
        mine = {uid: score for uid, score in scores.items() if uid in now and (not chosen or uid in chosen)}
        if by:
            found |= {(label, uid): score for uid, score in mine.items()}
        elif mine:
            found[label, ""] = mean(list(mine.values()))
    return found


def _at_day_ends(asked: Question, on_days: Sequence[str], by: str, daily: bool) -> dict[Key, Figures]:
    formula = asked.formula
    wanted = at_day_ends(asked, on_days)
    if not daily:
        wanted = wanted[-1:]
    kept = _kept_levels(asked, formula, wanted, by) if isinstance(formula, Level) else {}
    found: dict[Key, Figures] = {}
    for day_on in wanted:
        at = min(day_bounds(day_on, asked.reporting.zone)[1], asked.now_at)
        label = day_on if daily else ""
        if day_on in kept:
            found |= {(label, uid): level(count) for uid, count in kept[day_on].items()}
        elif isinstance(formula, Level):
            counts = {**({} if by else {"": 0}), **count_at(asked.db, formula, at, asked.slice, by)}
            found |= {(label, uid): level(count) for uid, count in counts.items()}
        elif isinstance(formula, Ages):
            ground = load_ground(asked.db, asked.reporting, asked.now_at) if formula.in_business else None
            ages = ages_at(asked.db, formula, at, asked.slice, by, ground)
            found |= {(label, uid): spread(values, formula.lead) for uid, values in ages.items()}
    return found


def at_day_ends(asked: Question, on_days: Sequence[str]) -> list[str]:
    """The days at whose end a level stands: those that have begun, and of a weekday's level the right ones."""
    formula = asked.formula
    begun = [day_on for day_on in on_days if day_on <= asked.today_on]
    if isinstance(formula, Level) and formula.weekday is not None:
        return [day_on for day_on in begun if weekday(day_on) == formula.weekday]
    return begun


def _kept_levels(asked: Question, formula: Level, wanted: Sequence[str], by: str) -> dict[str, dict[str, float]]:
    """Counts by member of the closed days whose levels are kept; none for a slice that they are not kept by."""
    dims = {*asked.slice.members, *([by] if by else [])}
    if formula.at or len(dims) > 1 or not dims <= set(PART_DIMS[SPANS]):
        return {}
    last_on = levels.through(asked.db)
    closed = [day_on for day_on in wanted if last_on is not None and day_on <= last_on]
    return levels.read(asked.db, formula, closed, asked.slice, by)


def weekday(day_on: str) -> int:
    """The day of the week of a local date, 0 = Monday."""
    return date.fromisoformat(day_on).weekday()


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


def days_of(asked: Question, period: Period) -> tuple[str, ...]:
    """The days of a period that have begun and that the facts tell of."""
    first_on = max(period.from_on, asked.begins_on or period.from_on)
    told = days(first_on, min(period.to_on, asked.today_on))
    return tuple(day for day in told if asked.months is None or day[:7] in asked.months)
