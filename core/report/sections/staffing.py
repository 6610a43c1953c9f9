"""The people that the coming week needs: by day the busiest half hour, and where the roster falls short."""

from collections.abc import Iterator, Sequence

from core.clock import add_days, days
from core.numbers.analyses.projects import Inbound, inbound
from core.numbers.analyses.week_ahead import DayPlan, HalfHour, PoolPlan, WeekAhead, week_ahead
from core.numbers.analyses.workload import Workload, workload
from core.numbers.inquiry import WEEK
from core.numbers.metric import Unit
from core.numbers.where import member_names
from core.report.model import (
    Clock,
    Count,
    Day,
    Figure,
    Grid,
    Name,
    Number,
    Seconds,
    Section,
    Sentence,
    Share,
    Slot,
    Term,
    Value,
    Worded,
)
from core.report.sections.guards import guards
from core.report.sections.scope import Scope

POOLS = 3
SHORTEST = 3


def staffing(scope: Scope) -> Section | None:
    """None where neither calls nor written contacts can be planned for, or the week is long over."""
    inquiry = scope.inquiry
    from_on = max(add_days(scope.period.to_on, 1), inquiry.today_on)
    if scope.is_bygone or from_on > add_days(inquiry.today_on, WEEK):
        return None
    plan = week_ahead(inquiry, list(days(from_on, add_days(from_on, WEEK - 1))))
    shrinkage = plan.basis.shrinkage if plan else inquiry.reporting.planning.shrinkage
    written = workload(inquiry, shrinkage)
    if plan is None and written is None:
        return None
    advice = inbound(inquiry, scope.period) if plan else None
    beside = guards(inquiry, ["answer_rate", "idle_time_rate"] if advice else [], scope.period)
    sentences = [
        *(sentence for pool in _shown(plan) for sentence in _short(scope, pool)),
        *([_advice(advice)] if advice else []),
        *([_written(written)] if written else []),
    ]
    grids = tuple(_grid(scope, pool, is_named=len(_shown(plan)) > 1) for pool in _shown(plan))
    notes = (*(_notes(plan, scope) if plan else ()), *beside.notes)
    return Section("staffing", tuple(sentences), grids, notes, guards=beside.missing)


def _shown(plan: WeekAhead | None) -> Sequence[PoolPlan]:
    return plan.pools[:POOLS] if plan else ()


def _queues(scope: Scope, pool: PoolPlan) -> Name:
    names = member_names(scope.inquiry.db, "queue", pool.pool.queues)
    return Name(" + ".join(names[queue] for queue in pool.pool.queues))


def _short(scope: Scope, pool: PoolPlan) -> Iterator[Sentence]:
    """The worst half hours of the week, and how many there are."""
    short = sorted((each for day in pool.days for each in day.short), key=lambda each: (-each.short, each.need.at))
    is_rostered = any(each.rostered is not None for day in pool.days for each in day.half_hours)
    if not short:
        if is_rostered:
            yield Sentence("staffing_enough", {"queues": _queues(scope, pool)})
        return
    count = Count(len(short), "half_hours")
    worst = tuple(Sentence("staffing_gap", _gap(each)) for each in short[:SHORTEST])
    yield Sentence("staffing_short", {"queues": _queues(scope, pool), "n": count, "worst": worst})


def _gap(each: HalfHour) -> dict[str, Worded]:
    return {
        "day": Day(each.need.day_on), "slot": Slot(each.need.slot), "needed": Number(each.wanted),
        "rostered": Figure(each.rostered, Unit.COUNT),
    }  # fmt: skip


def _grid(scope: Scope, pool: PoolPlan, *, is_named: bool) -> Grid:
    has_heads = any(day.peak.need.heads is not None for day in pool.days)
    has_roster = any(each.rostered is not None for day in pool.days for each in day.half_hours)
    heads = ["day", "calls_day", "peak", "calls_then", "at_work"]
    heads += ["to_roster"] if has_heads else []
    heads += ["rostered", "short_slots"] if has_roster else []
    rows = tuple(_row(day, has_heads=has_heads, has_roster=has_roster) for day in pool.days)
    says = Sentence("staffing_pool", {"queues": _queues(scope, pool)}) if is_named else None
    return Grid(tuple(Term(head, "head") for head in heads), rows, says)


def _row(day: DayPlan, *, has_heads: bool, has_roster: bool) -> tuple[Worded | None, ...]:
    need = day.peak.need
    row: list[Worded | None] = [
        Day(day.day_on), Number(round(sum(each.need.calls for each in day.half_hours))), Slot(need.slot),
        Number(round(need.calls)), Number(need.found.agents),
    ]  # fmt: skip
    if has_heads:
        row.append(None if need.heads is None else Number(need.heads))
    if has_roster:
        there = day.peak.rostered
        row += [None if there is None else Figure(there, Unit.COUNT), None if there is None else Number(len(day.short))]
    return tuple(row)


def _advice(found: Inbound) -> Sentence:
    values: dict[str, Worded] = {
        "answered": Value(found.answered.metric_id, found.answered.value, found.answered.variant),
        "idle": Value(found.idle.metric_id, found.idle.value, found.idle.variant),
        "blocked": Value(found.blocked.metric_id, found.blocked.value, found.blocked.variant),
    }
    return Sentence(f"staffing_{found.advice}", values)


def _written(found: Workload) -> Sentence:
    values: dict[str, Worded] = {
        "waiting": Count(found.waiting, "tickets"), "arrivals": Number(round(found.arrivals)),
        "until": Clock(found.until_at, ""), "handle": Seconds(found.handle_s), "n": Count(found.booked, "tickets"),
        "people": Figure(found.people, Unit.COUNT),
    }  # fmt: skip
    if found.heads is None:
        return Sentence("staffing_written", values)
    return Sentence("staffing_written_heads", {**values, "heads": Number(found.heads)})


def _notes(plan: WeekAhead, scope: Scope) -> Iterator[Sentence]:
    known = plan.basis
    targets = sorted({pool.pool.target_s for pool in plan.pools})
    yield Sentence("staffing_aim" if len(targets) == 1 else "staffing_aims", {
        "level": Share(known.share_aimed), "target": Seconds(targets[0]), "longest": Seconds(targets[-1]),
        "busy": Share(known.max_occupancy),
    })  # fmt: skip
    rosters = [each.rostered for pool in _shown(plan) for day in pool.days for each in day.half_hours]
    if None in rosters:
        yield Sentence("staffing_no_roster" if all(there is None for there in rosters) else "staffing_roster_gaps")
    patience = [pool.pool.patience_s for pool in plan.pools if pool.pool.patience_s is not None]
    if patience:
        low, high = Seconds(min(patience)), Seconds(max(patience))
        if low == high:
            yield Sentence("staffing_patience_one", {"mean": low})
        else:
            yield Sentence("staffing_patience", {"low": low, "high": high})
    if known.shrinkage is None:
        yield Sentence("staffing_no_shrinkage")
    else:
        key = "staffing_shrinkage" if scope.inquiry.reporting.planning.shrinkage is None else "staffing_shrinkage_told"
        yield Sentence(key, {"share": Share(known.shrinkage)})
    if any(len(pool.pool.queues) > 1 for pool in plan.pools):
        yield Sentence("staffing_pools")
