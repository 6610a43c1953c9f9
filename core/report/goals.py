"""What became of a goal, for how many days, weeks or months in a row, and the words of its celebration (8.13)."""

from collections.abc import Iterable, Mapping, Sequence

from core.numbers.analyses.goals import Judged, meets, state_of
from core.numbers.answer import Answer
from core.numbers.goal import Goal, GoalState
from core.numbers.metric import Metric
from core.report.asking import Asking
from core.report.comments import Staff, masked
from core.report.model import Count, Name, ReportSpec, Sentence, Target, Term, Value, Worded
from core.report.words import called

# As many goals as are celebrated in one message, and titles of what was done for one.
CELEBRATED, DONE = 3, 3
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


def goal_state(
    asking: Asking, goal: Goal, metric: Metric, answer: Answer, counter: Answer | None, tiles: int
) -> GoalState:
    """What became of a goal in the report's period; without a floor the counter is held against what is usual."""
    return state_of(
        goal, metric, answer, counter,
        lambda: counter is not None and asking.guarded(counter.metric_id, tiles).verdict == "worse",
    )  # fmt: skip


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


def celebrate(told: Sequence[Judged], report_key: str, staff: Staff) -> tuple[Sentence, ...]:
    """Goals reached for good that no other report has celebrated: when first won, then ever more seldom (metrics 8.13).

    With what guards it, what was done for it in the last 28 days, the weeks in a row, and thanks to the team."""
    fresh = (each for each in told if each.weeks == 1 or is_milestone(each.weeks, "week"))
    won = sorted((each for each in fresh if each.is_celebrated(report_key)), key=lambda each: each.weeks)
    return tuple(_celebrated(each, staff) for each in won[:CELEBRATED])


def _celebrated(each: Judged, staff: Staff) -> Sentence:
    value = Value(each.metric.id, each.answer.value, each.answer.variant)
    parts = [Sentence("goal_won", {"goal": slice_said(each), "aim": aim_of(each), "value": value})]
    beside = beside_of(each)
    if beside is not None:
        parts.append(Sentence("goal_held", {"beside": beside}))
    parts += done_of(each, staff)
    if each.weeks > 1:
        parts.append(Sentence("goal_weeks", {"weeks": Count(each.weeks, "weeks")}))
    if each.goal.owner:
        parts.append(Sentence("goal_thanks", {"owner": Name(each.goal.owner)}))
    return joined(parts)


def joined(parts: Sequence[Sentence]) -> Sentence:
    """Sentences one after the other, as one."""
    *before, last = parts
    for part in reversed(before):
        last = Sentence("and_then", {"first": part, "rest": last})
    return last


def aim_of(each: Judged, *, short: bool = False) -> Sentence:
    """At least or at most so much, in words or by the sign."""
    up, down = ("goal_ge", "goal_le") if short else ("at_least", "at_most")
    way = up if each.metric.direction == "up" else down
    return Sentence(way, {"goal": Target(each.metric.id, each.goal.target, each.answer.variant)})


def beside_of(each: Judged) -> Sentence | None:
    """The counter-metric with its value, and what it must hold."""
    if each.counter is None:
        return None
    metric_id, variant = each.counter.metric_id, each.counter.variant
    named: dict[str, Worded] = {"metric": Term(metric_id), "value": Value(metric_id, each.counter.value, variant)}
    if each.goal.counter_floor is None:
        return Sentence("goal_beside", named)
    return Sentence("goal_beside_floor", {**named, "floor": Target(metric_id, each.goal.counter_floor, variant)})


def done_of(each: Judged, staff: Staff) -> list[Sentence]:
    """The policies and improvements for the metric of the last 28 days, by their titles."""
    titles = tuple(Sentence("goal_title", {"title": Name(masked(event.title, staff))}) for event in each.done[-DONE:])
    return [Sentence("goal_done", {"titles": titles})] if titles else []


def slice_said(each: Judged, *, in_words: bool = True) -> Worded:
    """The metric, in words without its statistic, and the slice that its goal is for."""
    metric = called(each.metric.id) if in_words else Term(each.metric.id)
    if not each.goal.where:
        return metric
    return Sentence("goal_of_slice", {"metric": metric, "slice": Name(", ".join(each.goal.where.values()))})
