"""What became of a goal on a day, and for how many days in a row (metrics 8.13)."""

from collections.abc import Iterable, Sequence

from core.numbers.answer import Answer
from core.numbers.goal import Goal
from core.numbers.metric import Metric
from core.report.asking import Asking
from core.report.model import GoalState, ReportSpec

STREAK_DAYS = 28
LONGEST_DAYS = 364
MILESTONE_DAYS = 5


def goal_of(asking: Asking, spec: ReportSpec, metric: Metric) -> Goal | None:
    """The goal for a metric that holds on the day in the report's slice."""
    for goal in spec.goals:
        holds = (goal.from_on or "") <= asking.day_on <= (goal.to_on or "9999-12-31")
        if holds and asking.metric(goal.metric_id).id == metric.id and dict(goal.where) == dict(spec.where):
            return goal
    return None


def meets(metric: Metric, value: float, target: float) -> bool:
    """Whether a value is on the right side of a target."""
    return value >= target if metric.direction == "up" else value <= target


def goal_state(
    asking: Asking, goal: Goal, metric: Metric, answer: Answer, counter: Answer | None, tiles: int
) -> GoalState:
    """Reached only if there are enough cases and the counter-metric held; a strong metric without one is not judged."""
    if metric.direction not in {"up", "down"} or answer.value is None or answer.status != "ok":
        return "unjudged"
    if metric.is_cohort and answer.maturity == "provisional":
        return "unjudged"
    if not meets(metric, answer.value, goal.target):
        return "missed"
    if counter is None:
        return "unjudged" if metric.strength == "S" or goal.counter_floor is not None else "reached"
    guard = asking.metric(counter.metric_id)
    if goal.counter_floor is not None:
        if counter.value is None or counter.status != "ok":
            return "unjudged"
        return "reached" if meets(guard, counter.value, goal.counter_floor) else "counter_failed"
    if asking.guarded(counter.metric_id, tiles).verdict == "worse":
        return "counter_failed"
    return "reached"


def streak(asking: Asking, goal: Goal, metric: Metric, answers: Sequence[Answer]) -> int:
    """Days in a row, up to the report's, on which the target was met; days with too few cases neither add nor break."""
    run = 0
    asked = len(answers)
    block: Iterable[Answer] = reversed(answers)
    while True:
        for answer in block:
            if answer.value is None or answer.status != "ok":
                continue
            if not meets(metric, answer.value, goal.target):
                return run
            run += 1
        if asked >= LONGEST_DAYS:
            return run
        block = reversed(asking.days(metric.id, goal.variant, STREAK_DAYS, before=asked))
        asked += STREAK_DAYS


def is_milestone(days: int) -> bool:
    """Whether a streak is told: at each working week of it."""
    return days > 0 and days % MILESTONE_DAYS == 0
