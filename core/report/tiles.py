"""The numbers of a report: which, in which order, and what stands beside each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.numbers.analyses.goals import guards_of
from core.numbers.answer import Answer, Comparison, Usual
from core.numbers.evaluate import is_count
from core.numbers.goal import Goal, GoalState
from core.numbers.metric import Metric, Unit
from core.numbers.metric import Share as ShareOf
from core.numbers.metrics import METRICS
from core.numbers.profiles import profile
from core.report.asking import Asking
from core.report.goals import goal_of, goal_state, streak
from core.report.locale import rounded
from core.report.model import Count, Day, Mark, Number, ReportSpec, Seconds, Sentence, Share, Tile

# What a metric's n counts; otherwise its treatment profile tells.
NOUNS: Mapping[str, str] = {
    "csat": "ratings",
    "csat_response_rate": "offers",
    "first_response_time": "replies",
    "qa_score": "reviews",
    "sla_attainment": "targets",
    "transfer_rate": "calls",
    "contacts_per_agent_day": "agent_days",
    "next_reply_time": "cases",
    "ring_no_answer_rate": "cases",
    "contacts_per_100_customers": "contacts",
    "cost_per_contact": "contacts",
    "cost_per_call": "calls",
    "cost_per_minute": "minutes",
    "cost_per_resolution": "contacts",
    "qa_coverage": "contacts",
    "success_rate": "calls",
    "esat": "answers",
    "kb_helpful_rate": "ratings",
    "error_rate": "reviews",
    "critical_error_rate": "reviews",
    "qa_dimension_score": "checks",
    "training_effect": "reviews",
    "absence_rate": "hours",
    "shrinkage": "hours",
    "lost_service_hours": "agent_days",
    "overtime_hours": "agent_days",
    "system_availability": "days",
    "attrition_rate": "people",
    "training_hours": "people",
    "suggestion_rate": "people",
    "hire_retention_90d": "people",
    "project_progress": "planned",
}
PROFILE_NOUNS: Mapping[str, str] = {
    "T": "tickets", "C": "calls", "S": "answers", "A": "hours", "T+C": "contacts", "C+T": "contacts",
}  # fmt: skip
MARKS: Mapping[str, Mark] = {
    "better": "good",
    "worse": "bad",
    "different": "neutral",
    "no clear change": "neutral",
    "too few": "unjudged",
    "too early": "none",
    "no usual": "none",
}


@dataclass(frozen=True)
class Shown:
    """A tile, and the answers of days or weeks with the usual ranges that its charts are drawn from."""

    tile: Tile
    trend: tuple[tuple[Answer, Usual], ...]


def chosen(asking: Asking, spec: ReportSpec) -> list[Metric]:
    """The metrics of a profile or list, what customers say first (metrics R14), each once."""
    metrics = [METRICS[metric_id] for metric_id in profile(asking.db, spec.metrics)]
    return sorted(metrics, key=lambda metric: metric.group != "C")


def make_tile(asking: Asking, spec: ReportSpec, metric: Metric, tiles: int, late: frozenset[str]) -> Shown:
    """A metric's tile; one whose data is late is left out or shown without judgement."""
    goal = goal_of(asking, spec, metric)
    variant = goal.variant if goal else None
    comparison = asking.compared(metric.id, variant, tiles)
    trend = tuple(asking.trend(metric.id, variant))
    answer = comparison.answer
    is_late = bool(late & set(metric.profile.split("+")))
    if is_late:
        answer = replace(answer, value=None, n=0, status="unavailable", reason="late", p90=None)
        comparison = Comparison(answer, comparison.usual, None, "no usual")
    counter = _counter(asking, metric, goal)
    state: GoalState = "none"
    run = 0
    if goal:
        state = goal_state(asking, goal, metric, answer, counter, tiles)
        run = streak(asking, goal, metric, _latest(asking, trend, comparison)) if state == "reached" else 0
    tile = Tile(
        metric_id=metric.id,
        comparison=comparison,
        mark=_mark(comparison, state),
        goal=goal,
        goal_state=state,
        counter=counter,
        guard_missing=metric.strength == "S" and counter is None,
        sample=_sample(metric, answer),
        details=tuple(_details(asking, metric, answer, counter)),
        spark=tuple(made.value for made, _ in trend),
        streak=run,
        is_late=is_late,
        suffix=_suffix(asking, metric, goal),
    )
    return Shown(tile, trend)


def without_twins(shown: Sequence[Shown]) -> list[Shown]:
    """The tiles without a counter-metric that has a tile of its own, unless the metric is a strong one."""
    own = {one.tile.metric_id for one in shown}
    return [
        replace(one, tile=replace(one.tile, counter=None))
        if one.tile.counter is not None
        and one.tile.counter.metric_id in own
        and METRICS[one.tile.metric_id].strength != "S"
        else one
        for one in shown
    ]


def thresholds(asking: Asking) -> list[tuple[int, int]]:
    """The distinct pairs of service level threshold and short abandon, seconds, in force in the period."""
    sliced = asking.filters("queue_legs")
    if sliced is None:
        return []
    rows = asking.db.execute(
        "select distinct sl_threshold_s, short_abandon_s from queue_legs "
        f"where enqueued_on between ? and ?{sliced[0]} order by 1, 2",
        (asking.period.from_on, asking.period.to_on, *sliced[1]),
    )
    return [(row[0], row[1]) for row in rows]


def _latest(asking: Asking, trend: Sequence[tuple[Answer, Usual]], made: Comparison) -> list[Answer]:
    """The answers that a streak is counted from: of a month, its own, for the trend is of weeks."""
    if asking.period.grain == "month":
        return [made.answer]
    return [answer for answer, _ in trend]


def _counter(asking: Asking, metric: Metric, goal: Goal | None) -> Answer | None:
    for metric_id in guards_of(goal, metric):
        found = asking.beside(metric_id)
        if found.status != "unavailable" and found.value is not None:
            return found
    return None


def _mark(comparison: Comparison, state: GoalState) -> Mark:
    """The worse of two judgements: against what is usual, and against the goal."""
    usual = MARKS[comparison.verdict]
    if usual == "bad" or state in {"missed", "counter_failed"}:
        return "bad"
    return "good" if usual == "good" or state == "reached" else usual


def noun_of(metric: Metric) -> str:
    """What a metric's n counts, as a key of the words."""
    return NOUNS.get(metric.id) or PROFILE_NOUNS.get(metric.profile, "cases")


def _sample(metric: Metric, answer: Answer) -> Sentence | None:
    if answer.value is None or is_count(metric.how[answer.variant]):
        return None
    n = Count(answer.n, noun_of(metric))
    if answer.status == "low_sample":
        return Sentence("needed", {"n": n, "floor": Number(metric.floor)})
    is_counted = isinstance(metric.how[answer.variant], ShareOf)
    if is_counted and metric.direction == "down" and answer.num is not None:
        return Sentence("sample_of", {"part": Number(round(answer.num)), "n": n})
    return Sentence("sample", {"n": n})


def _details(asking: Asking, metric: Metric, answer: Answer, counter: Answer | None) -> Iterator[Sentence]:
    if answer.value is None:
        return
    if metric.id == "csat" and counter is not None and counter.value is not None:
        share = {"share": Share(counter.value)}
        yield (
            Sentence("answered", share)
            if counter.period == answer.period
            else Sentence("answered_week", {**share, "day": Day(counter.period.to_on, "plain")})
        )
    if metric.unit is Unit.SECONDS and answer.p90 is not None and answer.n >= metric.floor_p90:
        yield Sentence("within", {"p90": Seconds(answer.p90)})
    if metric.id == "backlog_open":
        age = asking.answer("backlog_age")
        if age.status == "ok" and age.p50 is not None:
            yield Sentence("half_older", {"age": Seconds(age.p50)})
    if metric.id == "abandon_rate":
        short = asking.answer("short_abandons")
        limits = {limit for _, limit in thresholds(asking)}
        if short.value and len(limits) == 1:
            left_out = Count(round(short.value), "calls")
            yield Sentence("short_left_out", {"n": left_out, "limit": Seconds(limits.pop())})


def _suffix(asking: Asking, metric: Metric, goal: Goal | None) -> str:
    """80/20 behind a service level that is aimed at 80 % in 20 seconds."""
    limits = {limit for limit, _ in thresholds(asking)}
    if metric.id != "service_level" or goal is None or len(limits) != 1:
        return ""
    return f"{rounded(goal.target * 100, 0)}/{limits.pop()}"
