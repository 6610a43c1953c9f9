"""What only the report of a week or month says: records, lost goals and their share of the weeks, what happened."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from core.numbers import periods as numbers
from core.numbers.analyses.events import read_events
from core.numbers.analyses.goals import meets
from core.numbers.answer import Answer
from core.numbers.metrics import METRICS
from core.report.asking import Asking
from core.report.comments import masked, staff_of
from core.report.locale import language
from core.report.model import Count, Day, Happening, Number, Sentence, Target, Term, Tile, Value, Worded
from core.report.story import Cause, is_worse, why_of
from core.report.tiles import Shown
from core.report.words import called

CHANGES = 5
SINCE = 3
# A best is told only of so many weeks or months, and no further back than that.
LEAST_HISTORY: Mapping[str, int] = {"week": 13, "month": 6}
LONGEST_HISTORY: Mapping[str, int] = {"week": 104, "month": 24}
BLOCK = 13
EVENT_KINDS = ("policy", "launch", "campaign", "outage", "improvement", "season", "other")
EVENTS = 8


def records(asking: Asking, tiles: Sequence[Tile]) -> frozenset[str]:
    """Metrics that are clearly better than usual and better than in every whole week or month known."""
    return frozenset(
        tile.metric_id for tile in tiles if tile.comparison.verdict == "better" and _is_record(asking, tile)
    )


def _is_record(asking: Asking, tile: Tile) -> bool:
    metric, now = METRICS[tile.metric_id], tile.answer
    if now.value is None or now.maturity != "final" or metric.direction not in {"up", "down"}:
        return False
    seen, skip = 0, 1
    while skip < LONGEST_HISTORY[now.period.grain]:
        block = asking.series(metric.id, now.variant, BLOCK, skip=skip)
        known = [each for each in block if each.status == "ok" and each.value is not None]
        if any(meets(metric, each.value or 0.0, now.value) for each in known):
            return False
        seen += len(known)
        if not known:
            break
        skip += BLOCK
    return seen >= LEAST_HISTORY[now.period.grain]


class Since(NamedTuple):
    """A number that is clearly another than so many weeks ago; ``size`` is the change, relative."""

    tile: Tile
    then: Answer
    weeks: int
    is_better: bool
    size: float


def since(asking: Asking, tiles: Sequence[Tile]) -> tuple[Since, ...]:
    """Numbers clearly better or worse than 13 weeks ago, else than 17, the greatest changes first (metrics 8.1).

    Of a long list, those of the core and those with a goal: the rest would only make every test stricter."""
    leading = [tile for tile in tiles if tile.goal or METRICS[tile.metric_id].tier == "K"] or tiles
    for weeks in (13, 17):
        found = [one for tile in leading if (one := _since(asking, tile, weeks, len(leading))) is not None]
        if found:
            return tuple(sorted(found, key=lambda one: -one.size))
    return ()


def _since(asking: Asking, tile: Tile, weeks: int, tiles: int) -> Since | None:
    then = tile.comparison.weeks_13 if weeks == 13 else tile.comparison.weeks_17
    if then is None or not then.value or tile.is_late:
        return None
    found = numbers.since(asking.inquiry, tile.comparison, then, tiles)
    if found.verdict not in {"better", "worse"}:
        return None
    return Since(tile, then, weeks, found.verdict == "better", abs((found.delta or 0.0) / then.value))


def history(found: Sequence[Since]) -> tuple[Sentence, ...]:
    """Then and now in one line."""
    if not found:
        return ()
    named = tuple(Sentence("change", {
        "metric": Term(one.tile.metric_id),
        "then": Value(one.tile.metric_id, one.then.value, one.then.variant),
        "now": Value(one.tile.metric_id, one.tile.answer.value, one.tile.answer.variant),
    }) for one in found[:SINCE])  # fmt: skip
    # What is settled later lies further back; the line names the week of the others.
    last_on = max(one.then.period.to_on for one in found)
    return (Sentence("then_now", {"day": Day(last_on), "weeks": Number(found[0].weeks), "changes": named}),)


def headline(told: tuple[Sentence, ...], found: Sequence[Since]) -> tuple[Sentence, ...]:
    """The headline; of a usual week or month, with what is clearly another than a quarter of a year ago."""
    if not found or told[0].key != "as_usual":
        return told
    way = "better" if found[0].is_better else "worse"
    values: dict[str, Worded] = {"metric": called(found[0].tile.metric_id), "weeks": Number(found[0].weeks)}
    return (Sentence(f"as_usual_{way}", values),)


def changed(shown: Sequence[Shown], causes: Mapping[str, Cause]) -> tuple[Sentence, ...]:
    """Goals that were missed, with how often they were reached of late, then what moved for the worse, and why."""
    order = sorted(shown, key=lambda one: (METRICS[one.tile.metric_id].group != "C", one.tile.mark != "bad"))
    return tuple(sentence for one in order for sentence in _changed(one, causes.get(one.tile.metric_id)))[:CHANGES]


def _changed(one: Shown, cause: Cause | None) -> Iterator[Sentence]:
    tile = one.tile
    name: dict[str, Worded] = {"metric": called(tile.metric_id)}
    why = why_of(tile, cause) if cause else None
    match tile.goal_state:
        case "missed" if tile.goal:
            yield _lost(one, tile.goal.target)
            if why and is_worse(tile):
                yield Sentence("lost_why", {"why": why})
        case "counter_failed" if tile.counter:
            value = Value(tile.counter.metric_id, tile.counter.value, tile.counter.variant)
            yield Sentence("counter_failed", {**name, "counter": Term(tile.counter.metric_id), "value": value})
        case _ if tile.comparison.verdict in {"worse", "different"}:
            key = "worse" if tile.comparison.verdict == "worse" else "changed"
            now, usual = tile.answer, tile.comparison.usual
            beside = {"value": now.value, "usual": usual.value}
            figures = {name: Value(tile.metric_id, value, now.variant) for name, value in beside.items()}
            yield Sentence(f"{key}_why", {**name, "why": why}) if why else Sentence(f"{key}_plain", {**name, **figures})


def _lost(one: Shown, target: float) -> Sentence:
    tile = one.tile
    metric = METRICS[tile.metric_id]
    values: dict[str, Worded] = {
        "metric": called(metric.id),
        "goal": Target(metric.id, target, tile.answer.variant),
        "value": Value(metric.id, tile.answer.value, tile.answer.variant),
    }
    # A value that reads like its target is told as a near miss, not as "1 h instead of 1 h".
    unit, english = metric.unit_of(tile.answer.variant), language("en")
    is_near = english.value(tile.answer.value, unit) == english.value(target, unit)
    weeks = [made.value for made, _ in one.trend if made.value is not None and made.status == "ok"]
    if len(weeks) < 2:
        return Sentence("missed_barely" if is_near else "missed", values)
    reached = sum(meets(metric, value, target) for value in weeks)
    return Sentence(
        "lost_barely" if is_near else "lost",
        {**values, "reached": Number(reached), "weeks": Count(len(weeks), "weeks")},
    )


def gained(tiles: Sequence[Tile], causes: Mapping[str, Cause], best: frozenset[str]) -> tuple[Sentence, ...]:
    """What got clearly better, and thanks to whom; records said in the headline are told with their value."""
    made = []
    for tile in tiles:
        if tile.comparison.verdict != "better":
            continue
        name: dict[str, Worded] = {"metric": called(tile.metric_id)}
        cause = causes.get(tile.metric_id)
        why = why_of(tile, cause) if cause else None
        if why:
            made.append(Sentence("better_why", {**name, "why": why}))
        elif tile.metric_id in best:
            value = Value(tile.metric_id, tile.answer.value, tile.answer.variant)
            made.append(Sentence("record", {**name, "value": value}))
    return tuple(made)


def happened(asking: Asking) -> tuple[Happening, ...]:
    """What people wrote into the calendar for these days: an admin's words, with personal data masked."""
    staff = staff_of(asking.db)
    found = read_events(asking.inquiry, EVENT_KINDS, asking.period.from_on, asking.period.to_on)
    return tuple(
        Happening(
            event.kind,
            max(event.from_on, asking.period.from_on),
            min(event.to_on, asking.period.to_on),
            masked(event.title, staff),
            masked(event.note or "", staff),
        )
        for event in found[:EVENTS]
    )
