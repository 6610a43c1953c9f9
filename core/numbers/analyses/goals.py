"""What became of goals in a week: reached only if the value is final, on enough cases, and the counter held (8.13)."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.clock import add_days, day_bounds
from core.numbers.analyses.events import Event, read_events
from core.numbers.analyses.policy import EVER, IMPROVEMENT, POLICY, WINDOW_DAYS
from core.numbers.answer import Answer, Period
from core.numbers.goal import Goal, GoalState
from core.numbers.inquiry import Inquiry
from core.numbers.lateness import data_to, feeds, is_late
from core.numbers.metric import Metric
from core.numbers.metrics import METRICS, find_metric
from core.numbers.periods import compare_period, settled, weeks_back
from core.store.db import transaction

LONGEST_STREAK = 52
KEPT = {"reached", "missed", "counter_failed"}


@dataclass(frozen=True)
class Judged:
    """A goal in one week, or in the last week whose cases are settled.

    ``weeks`` counts the weeks in a row in which it was reached, this one included. ``told_by`` is the report that told
    of it first, if any did. ``done`` are the policies and improvements for the metric of the last 28 days."""

    goal: Goal
    answer: Answer
    counter: Answer | None
    state: GoalState
    weeks: int = 0
    told_by: str | None = None
    done: tuple[Event, ...] = ()

    @property
    def metric(self) -> Metric:
        """The declaration of the metric."""
        return METRICS[self.answer.metric_id]

    @property
    def is_near(self) -> bool:
        """Whether it was missed by no more than what is no news (the metric's practical floor)."""
        value, target = self.answer.value, self.goal.target
        near = value is not None and abs(value - target) <= self.metric.practical_floor * abs(target)
        return self.state == "missed" and near

    def is_celebrated(self, report_key: str) -> bool:
        """Whether a report celebrates it: reached for good, and no other report has."""
        is_reached = self.state == "reached" and self.answer.maturity == "final"
        return is_reached and self.told_by in (None, report_key)


def meets(metric: Metric, value: float, target: float) -> bool:
    """Whether a value is on the right side of a target."""
    return value >= target if metric.direction == "up" else value <= target


def state_of(
    goal: Goal, metric: Metric, answer: Answer, counter: Answer | None, is_worse: Callable[[], bool]
) -> GoalState:
    """Reached only if there are enough cases and the counter-metric held; a strong metric without one is not judged.

    The counter holds at the goal's floor for it; without a floor, unless it ``is_worse`` than usual."""
    if metric.direction not in {"up", "down"} or answer.value is None or answer.status != "ok":
        return "unjudged"
    if metric.is_cohort and answer.maturity == "provisional":
        return "unjudged"
    if not meets(metric, answer.value, goal.target):
        return "missed"
    if counter is None:
        return "unjudged" if metric.strength == "S" or goal.counter_floor is not None else "reached"
    if goal.counter_floor is not None:
        if counter.value is None or counter.status != "ok":
            return "unjudged"
        held = meets(METRICS[counter.metric_id], counter.value, goal.counter_floor)
        return "reached" if held else "counter_failed"
    return "counter_failed" if is_worse() else "reached"


def guards_of(goal: Goal | None, metric: Metric) -> tuple[str, ...]:
    """The counter-metrics that may stand beside a metric: the goal's own, else the metric's in their order."""
    return (find_metric(goal.counter).id,) if goal is not None and goal.counter else metric.counter


def uid_of(goal: Goal) -> str:
    """A name that a goal keeps as long as it aims at the same."""
    metric_id, where = find_metric(goal.metric_id).id, sorted(goal.where.items())
    said = [metric_id, goal.variant, where, goal.target, goal.counter, goal.counter_floor, goal.from_on, goal.to_on]
    return f"{metric_id}.{hashlib.blake2s(json.dumps(said).encode(), digest_size=6).hexdigest()}"


def judge_goals(inquiry: Inquiry, goals: Iterable[Goal], week: Period, late_after_s: int) -> tuple[Judged, ...]:
    """The goals that hold at the end of a week in the slice asked for, or in a part of it, and what became of them."""
    return tuple(
        _judge(inquiry, goal, week, _late(inquiry, week, late_after_s))
        for goal in goals
        if (goal.from_on or "") <= week.to_on <= (goal.to_on or "9999-12-31")
        and inquiry.where.items() <= dict(goal.where).items()
    )


def _late(inquiry: Inquiry, week: Period, late_after_s: int) -> frozenset[str]:
    """The profiles whose numbers rest on a source that has not told of the whole week."""
    ends_at = min(day_bounds(week.to_on, inquiry.reporting.zone)[1], inquiry.now_at)
    sources = (source for source, at in data_to(inquiry.db).items() if is_late(at, ends_at, late_after_s))
    return frozenset().union(*(feeds(inquiry.db, source) for source in sources))


def _judge(inquiry: Inquiry, goal: Goal, week: Period, late: frozenset[str]) -> Judged:
    asks = Inquiry(inquiry.db, inquiry.reporting, inquiry.now_at, dict(goal.where))
    metric = find_metric(goal.metric_id)
    span = settled(metric, week, asks.reporting, asks.today_on)
    answer = asks.ask(metric.id, span, goal.variant)
    counter = _counter(asks, goal, metric, week)

    def is_worse() -> bool:
        if counter is None:
            return False
        return compare_period(asks, counter.metric_id, counter.period, look_back=False).verdict == "worse"

    state = state_of(goal, metric, answer, counter, is_worse)
    if span == week and not late.isdisjoint(metric.profile.split("+")):
        state = "unjudged"
    known = dict(_events(inquiry.db, goal))
    kept = known.get(span.from_on)
    return Judged(
        goal, answer, counter, state,
        weeks=_weeks(asks, goal, metric, span, known) if state == "reached" else 0,
        told_by=kept[1] if kept else None,
        done=tuple(_done(asks, metric.id, week.to_on)),
    )  # fmt: skip


def _counter(asks: Inquiry, goal: Goal, metric: Metric, week: Period) -> Answer | None:
    for name in guards_of(goal, metric):
        found = asks.ask(name, settled(METRICS[name], week, asks.reporting, asks.today_on))
        if found.status != "unavailable" and found.value is not None:
            return found
    return None


def _events(db: sqlite3.Connection, goal: Goal) -> Iterator[tuple[str, tuple[str, str | None]]]:
    rows = db.execute("select period_start_on, kind, report_key from goal_events where goal_uid = ?", (uid_of(goal),))
    yield from ((start_on, (kind, report_key)) for start_on, kind, report_key in rows)


def _weeks(asks: Inquiry, goal: Goal, metric: Metric, span: Period, known: dict[str, tuple[str, str | None]]) -> int:
    """Weeks in a row up to one in which the goal was reached, by what was kept, before that by the values alone.

    Weeks with too few cases neither add nor break."""
    run = 1
    for back in range(1, LONGEST_STREAK):
        week = weeks_back(span, back)
        if week.from_on < (goal.from_on or ""):
            break
        if week.from_on in known:
            if known[week.from_on][0] != "reached":
                break
            run += 1
            continue
        made = asks.ask(metric.id, week, goal.variant)
        if made.status == "unavailable":
            break
        if made.value is None or made.status != "ok":
            continue
        if not meets(metric, made.value, goal.target):
            break
        run += 1
    return run


def _done(asks: Inquiry, metric_id: str, to_on: str) -> Iterator[Event]:
    """What was begun as a policy or finished as an improvement for a metric in the last 28 days."""
    first_on = add_days(to_on, 1 - WINDOW_DAYS)
    for event in read_events(asks, (POLICY, IMPROVEMENT), EVER, to_on):
        begun_on = event.done_on if event.kind == IMPROVEMENT else event.from_on
        if event.metric_id == metric_id and begun_on is not None and first_on <= begun_on <= to_on:
            yield event


def keep_goals(db: sqlite3.Connection, told: Iterable[Judged], report_key: str, now_at: int) -> int:
    """Keeps what a report told of goals, once a goal and week: what was told first stands. How many are new."""
    rows = [
        (uid_of(each.goal), each.answer.period.from_on, each.state, each.answer.value,
         each.counter.value if each.counter else None, now_at, report_key)
        for each in told if each.state in KEPT and each.answer.maturity == "final"
    ]  # fmt: skip
    with transaction(db):
        before = db.total_changes
        db.executemany(
            "insert or ignore into goal_events (goal_uid, period_start_on, kind, value, counter_value, posted_at, "
            "report_key) values (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        return db.total_changes - before
