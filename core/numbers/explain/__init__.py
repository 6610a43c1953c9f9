"""What stands behind one number: its definition, what was left out, the cases, what changed, what was published."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from core.clock import add_days, day_bounds, days
from core.numbers.answer import Answer, Comparison, Driver, Period
from core.numbers.ask import ask, breakdown, compare
from core.numbers.drivers import explained
from core.numbers.evaluate import Question, answer, days_of, evaluate, maturity_days, nothing, question
from core.numbers.explain.cases import Case, cases
from core.numbers.explain.conditions import atoms, conditions_of
from core.numbers.explain.left_out import LeftOut, left_out
from core.numbers.explain.roles import leading
from core.numbers.explain.rows import counted_rows
from core.numbers.explain.words import in_words
from core.numbers.figures import Figures
from core.numbers.metric import Ages, Durations, Level, Metric, facts_of, parts_of
from core.numbers.needs import NEEDS, needs_of
from core.numbers.question import check_split
from core.numbers.reporting import Reporting
from core.numbers.sql import PART_DIMS
from core.numbers.usual import baseline
from core.numbers.where import UNKNOWN
from core.store.tables import TABLES

LIMIT = 20
SAYS: Mapping[str, str] = {table.name: table.says for table in TABLES}


@dataclass(frozen=True)
class Reads:
    """A fact table behind a value: what its rows are, the day on which they count, the conditions on them."""

    fact: str
    says: str
    clocks: tuple[str, ...]
    conditions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """What each member of a dimension adds to the change against the days before; the shares add up to 1.

    Of a median (``is_of_slow``) the change is that of the share of cases longer than the usual median."""

    dim: str
    against: tuple[str, ...]
    change: float
    members: tuple[Driver, ...]
    is_of_slow: bool = False


@dataclass(frozen=True)
class Published:
    """A value as a report gave it, and whether it restated an earlier final one."""

    as_of_at: int
    report_key: str
    value: float | None
    n: int
    maturity: str
    status: str
    old_value: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Explanation:
    """Everything that stands behind the value of a metric over some days.

    ``final_from_at``: the moment from which the value is final. ``counted`` is the number of rows that take part, of
    which ``cases`` are the first."""

    metric: Metric
    variant: str
    formula: str
    needs: tuple[str, ...]
    reads: tuple[Reads, ...]
    answer: Answer
    final_from_at: int
    comparison: Comparison | None
    counters: Mapping[str, Answer]
    left_out: tuple[LeftOut, ...]
    counted: int
    cases: tuple[Case, ...]
    change: Change | None
    by: tuple[tuple[str, Answer], ...]
    published: tuple[Published, ...]


def explain(
    db: sqlite3.Connection,
    metric_id: str,
    period: Period,
    *,
    variant: str | None = None,
    where: Mapping[str, str] | None = None,
    by: str | None = None,
    links: Mapping[str, str] | None = None,
    limit: int = LIMIT,
    reporting: Reporting,
    now_at: int,
) -> Explanation:
    """The explanation of a day's or period's value; ``links`` are the addresses of tickets by source."""
    asked = question(db, metric_id, variant, where, reporting, now_at)
    metric = asked.metric
    if by:
        check_split(asked, by)
    more: dict[str, Any] = {"where": where, "reporting": reporting, "now_at": now_at}
    told = () if asked.unavailable or not metric.how else days_of(asked, period)
    made = answer(asked, period, evaluate(asked, told).get(("", ""), nothing(asked)) if told else Figures())
    rows = counted_rows(asked, told) if told and made.status != "unavailable" else []
    is_day = period.from_on == period.to_on
    counters = {other: ask(db, other, period, **more) for other in metric.counter}
    return Explanation(
        metric=metric,
        variant=asked.variant,
        formula=in_words(asked.formula) if metric.how else "",
        needs=tuple(NEEDS[need].names["en"] for need in needs_of(metric, asked.variant)),
        reads=tuple(_reads(asked)) if metric.how else (),
        answer=made,
        final_from_at=day_bounds(period.to_on, reporting.zone)[1] + 86_400 * maturity_days(metric, reporting),
        comparison=compare(db, metric.id, period.to_on, variant=variant, tiles=1, **more) if is_day else None,
        counters={other: found for other, found in counters.items() if found.status != "unavailable"},
        left_out=tuple(left_out(asked, told, {(row.fact, row.key) for row in rows})) if told else (),
        counted=len(rows),
        cases=tuple(cases(asked, rows, links or {}, limit)),
        change=_change(asked, period, told, by) if told else None,
        by=_by(db, metric.id, period, by, variant, more) if by and told else (),
        published=tuple(published(db, asked, period)),
    )


def _by(
    db: sqlite3.Connection, metric_id: str, period: Period, by: str, variant: str | None, more: Mapping[str, Any]
) -> tuple[tuple[str, Answer], ...]:
    return tuple((name, found) for _, name, found in breakdown(db, metric_id, period, by, variant=variant, **more))


def _reads(asked: Question) -> list[Reads]:
    formula = asked.formula
    made = []
    for fact in sorted(facts_of(formula)):
        parts = [part for part in parts_of(formula) if part.fact == fact]
        where = [part.where for part in parts]
        clocks = tuple(dict.fromkeys(part.on for part in parts))
        if isinstance(formula, Level | Ages):
            where, clocks = [formula.where, formula.at], ("the end of the day",)
        said = {atom: words for each in where for atom, words in zip(atoms(each), conditions_of(each), strict=True)}
        made.append(Reads(fact, SAYS[fact], clocks, said))
    return made


def _change(asked: Question, period: Period, told: Sequence[str], by: str | None) -> Change | None:
    """By the dimension asked for, else by the one with the member that explains most.

    A dimension by which the value itself is not known (costs of teams) explains nothing."""
    part = leading(asked.formula)
    fact = part.fact if part else "backlog_spans"
    if isinstance(asked.formula, Level):
        # A level is that of its last day, beside what is usual for that.
        period, told = Period(period.to_on, period.to_on), told[-1:]
    base = _before(asked, period)
    found = [explained(asked, told, base, dim) for dim in ([by] if by else PART_DIMS.get(fact, ()))]
    best = max((some for some in found if by or _is_told(some)), key=_weight, default=[])
    if not best:
        return None
    is_of_slow = isinstance(asked.formula, Durations) and asked.formula.lead == "median"
    return Change(best[0].dim, base, sum(one.delta for one in best), tuple(best), is_of_slow)


def _is_told(members: Sequence[Driver]) -> bool:
    if any(one.answer.n and one.answer.value is None for one in members):
        return False
    moved = [one for one in members if one.delta or one.answer.n]
    return len(moved) > 1 and any(one.answer.value is not None and one.member != UNKNOWN for one in moved)


def _weight(members: Sequence[Driver]) -> float:
    """How much of all that moved, one way or the other, is that of the first member that has a name."""
    moved = sum(abs(one.share) for one in members)
    named = next((one for one in members if one.member != UNKNOWN), None)
    return named.share / moved if moved and named else 0.0


def _before(asked: Question, period: Period) -> tuple[str, ...]:
    """The usual days of a day, or as many days as a period has, whole weeks before it."""
    if period.from_on == period.to_on:
        return baseline(asked, period.to_on).days
    length = len(tuple(days(period.from_on, period.to_on)))
    back = -7 * -(-length // 7)
    return days_of(asked, Period(add_days(period.from_on, back), add_days(period.to_on, back)))


def published(db: sqlite3.Connection, asked: Question, period: Period) -> list[Published]:
    """The values that reports gave of a period and slice, oldest first, with what restated them (metrics R8)."""
    start_at = day_bounds(period.from_on, asked.reporting.zone)[0]
    end_at = day_bounds(period.to_on, asked.reporting.zone)[1]
    where = msgspec.json.encode(dict(sorted(asked.where.items()))).decode()
    rows = db.execute(
        "select v.as_of_at, v.report_key, v.value, v.n, v.maturity, v.status, r.old_value, r.reason "
        "from metric_values v "
        "left join metric_restatements r on r.metric_id = v.metric_id and r.variant = v.variant and r.grain = v.grain "
        "and r.period_start_at = v.period_start_at and r.dim_key = v.dim_key and r.happened_at = v.as_of_at "
        "where v.metric_id = ? and v.variant = ? and v.period_start_at = ? and v.period_end_at = ? and v.dim_key = ? "
        "order by v.as_of_at",
        (asked.metric.id, asked.variant, start_at, end_at, where),
    )
    return [
        Published(at, key or "", value, n, maturity, status, old_value, why or "")
        for at, key, value, n, maturity, status, old_value, why in map(tuple, rows)
    ]
