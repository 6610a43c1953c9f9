"""Which charts a report has, and what each of them shows."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor

from core.numbers.answer import Answer, Usual
from core.numbers.metric import Metric, Unit
from core.numbers.metrics import METRICS
from core.report.asking import Asking
from core.report.model import Chart, ChartKind, ChartPoint, Count, Name, Sentence, Slot, Term, Tile, Value, Worded
from core.report.story import Cause
from core.report.tiles import Shown

LEAST_POINTS = 5
CHARTS = 6
FIRST = ("service_level", "first_response_time", "csat")


def charts(
    asking: Asking, shown: Sequence[Shown], causes: Mapping[str, Cause]
) -> tuple[Chart | None, tuple[Chart, ...]]:
    """The chart of the message, and the others: the half hours of the exception, then the other numbers over days."""
    drawn = {one.tile.metric_id: chart for one in shown if (chart := _over_days(one)) is not None}
    # The message of a week has room for one story: what needs a look, if anything does.
    bad = () if asking.is_of_day else tuple(one.tile.metric_id for one in shown if one.tile.mark == "bad")
    lead = next((metric_id for metric_id in (*bad, *FIRST, *drawn) if metric_id in drawn), None)
    if lead is None:
        return None, ()
    first = drawn.pop(lead)
    halves = list(_half_hours(asking, [one.tile for one in shown], causes))
    return first, tuple([*halves, *drawn.values()][:CHARTS])


def _over_days(shown: Shown) -> Chart | None:
    tile = shown.tile
    metric = METRICS[tile.metric_id]
    points = tuple(_point(metric, made, usual) for made, usual in shown.trend)
    if tile.is_late:
        points = points[:-1]
    known = [point for point in points if point.value is not None]
    if len(known) < LEAST_POINTS or 2 * sum(point.is_low for point in known) > len(known):
        return None
    is_volume = metric.unit is Unit.COUNT and metric.direction == "none"
    goal = tile.goal.target if tile.goal else None
    is_weekly = bool(shown.trend) and shown.trend[0][0].period.grain == "week"
    kind: ChartKind = "weeks" if is_weekly else "bars" if is_volume else "days"
    return Chart(tile.metric_id, tile.answer.variant, points, goal, kind, _finding(tile))


def _point(metric: Metric, made: Answer, usual: Usual) -> ChartPoint:
    low, high = usual.low, usual.high
    if metric.unit is Unit.SHARE:
        low, high = (None if edge is None else min(max(edge, 0.0), 1.0) for edge in (low, high))
    elif metric.unit is not Unit.NET and low is not None:
        low = max(low, 0.0)
    is_low = made.status == "low_sample"
    return ChartPoint(made.period.from_on, made.value, usual.value, low, high, made.n, is_low)


def _finding(tile: Tile) -> Sentence:
    answer, usual = tile.answer, tile.comparison.usual
    values: dict[str, Worded] = {
        "metric": Term(tile.metric_id),
        "value": Value(tile.metric_id, answer.value, answer.variant),
    }
    if answer.value is None or usual.low is None or usual.high is None or answer.status != "ok":
        return Sentence("chart_last", values)
    where = "below" if answer.value < usual.low else "above" if answer.value > usual.high else "in"
    low = usual.low if METRICS[tile.metric_id].unit is Unit.NET else max(usual.low, 0.0)
    high = min(usual.high, 1.0) if METRICS[tile.metric_id].unit is Unit.SHARE else usual.high
    if METRICS[tile.metric_id].unit is Unit.COUNT:
        low, high = floor(low), ceil(high)
    edges: dict[str, Worded] = {
        "low": Value(tile.metric_id, low, answer.variant),
        "high": Value(tile.metric_id, high, answer.variant),
    }
    return Sentence(f"chart_{where}", values | edges)


def _half_hours(asking: Asking, tiles: Sequence[Tile], causes: Mapping[str, Cause]) -> Iterator[Chart]:
    """The day by half hour of the first telephone number that needs a look, in the queue that explains it."""
    for tile in tiles:
        metric = METRICS[tile.metric_id]
        if tile.mark != "bad" or metric.profile != "C" or metric.direction not in {"up", "down"}:
            continue
        cause = causes.get(tile.metric_id)
        member, where = "", {}
        if cause and cause.driver.dim == "queue":
            member = cause.driver.member
            where = {"queue": cause.driver.answer.where.get("queue", member)}
        slots = [(slot, made) for slot, made in asking.half_hours(metric.id, tile.answer.variant, where)
                 if made.value is not None]  # fmt: skip
        if len(slots) < LEAST_POINTS:
            continue
        points = tuple(ChartPoint(str(slot), made.value, n=made.n) for slot, made in slots)
        goal = tile.goal.target if tile.goal else None
        yield Chart(metric.id, tile.answer.variant, points, goal, "slots", _worst(metric, slots, member), member)
        return


def _worst(metric: Metric, slots: Sequence[tuple[int, Answer]], member: str) -> Sentence:
    def badness(entry: tuple[int, Answer]) -> float:
        value = entry[1].value or 0.0
        return -value if metric.direction == "up" else value

    slot, made = max(slots, key=badness)
    key = "chart_slot" if metric.direction == "up" else "chart_slot_high"
    values: dict[str, Worded] = {
        "metric": Term(metric.id),
        "value": Value(metric.id, made.value, made.variant),
        "from": Slot(slot),
        "n": Count(made.n, "calls"),
    }
    return Sentence(f"{key}_in", {**values, "member": Name(member)}) if member else Sentence(key, values)
