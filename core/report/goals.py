"""What became of a goal, and for how many days, weeks or months in a row (metrics 8.13)."""

from collections.abc import Iterable, Mapping, Sequence

from core.numbers.answer import Answer
from core.numbers.goal import Goal
from core.numbers.metric import Metric
from core.report.asking import Asking
from core.report.model import GoalState, ReportSpec

# Answers asked for at once, and after how many a streak is long enough, by grain.
BLOCKS: Mapping[str, tuple[int, int]] = {"day": (28, 364), "week": (4, 52), "month": (3, 24)}
# When a streak is told: at each working week of days, and ever more seldom of weeks and months; then each half year.
MILESTONE_DAYS = 5
MILESTONES: Mapping[str, tuple[int, ...]] = {"week": (2, 4, 8, 13), "month": (2, 3)}
HALF_YEARS: Mapping[str, int] = {"week": 26, "month": 6}


def goal_of(asking: Asking, spec: ReportSpec, metric: Metric) -> Goal | None:
    """The goal for a metric that holds on the last day in the report's slice."""
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
    """Days, weeks or months in a row, up to the report's, in which the target was met.

    Those with too few cases neither add nor break. ``answers`` are the last ones, as far as they are known.
    """
    run = 0
    asked = len(answers)
    block_size, longest = BLOCKS[asking.period.grain]
    block: Iterable[Answer] = reversed(answers)
    while True:
        for answer in block:
            if answer.value is None or answer.status != "ok":
                continue
            if not meets(metric, answer.value, goal.target):
                return run
            run += 1
        if asked >= longest:
            return run
        block = reversed(asking.series(metric.id, goal.variant, block_size, skip=asked))
        asked += block_size


def is_milestone(run: int, grain: str) -> bool:
    """Whether a streak is told now, so that thanks stay worth something."""
    if grain in MILESTONES:
        return run in MILESTONES[grain] or (run > 0 and run % HALF_YEARS[grain] == 0)
    return run > 0 and run % MILESTONE_DAYS == 0
