"""What weather, free days and events do to volume, and what that means for the coming week."""

from collections.abc import Iterator

from core.numbers.analyses.weather import Effect
from core.numbers.analyses.weather_ahead import Hint, Notices, Weather, weather_found
from core.numbers.metric import Unit
from core.report.model import Count, Day, Grid, Name, Section, Sentence, Share, Span, Term, Worded
from core.report.sections.scope import Scope

MOST_HINTS, MOST_ROWS, MOST_REGIONS = 4, 8, 3
HEADS = (Term("condition", "head"), Term("metric", "head"), Term("effect", "head"), Term("interval", "head"),
         Term("days", "head"))  # fmt: skip
LEAST_SHOWN = 3


def weather(scope: Scope) -> Section | None:
    """None where nothing has a clear effect."""
    found = weather_found(scope.inquiry)
    if not any(effect.is_clear for effects in found.effects.values() for effect in effects):
        return None
    hints = [_hint(hint) for hint in found.hints[:MOST_HINTS]]
    advice = [Sentence("weather_plan")] if any(hint.change > 0 for hint in found.hints) else []
    rows = list(_rows(found))
    return Section(
        "weather",
        (*hints, *advice, *map(_notices, found.notices)),
        (Grid(HEADS, tuple(rows[:MOST_ROWS]), more=max(0, len(rows) - MOST_ROWS)),),
        notes=(Sentence("weather_how"), Sentence("weather_season")),
    )


def _hint(hint: Hint) -> Sentence:
    way = "more" if hint.change > 0 else "less"
    values: dict[str, Worded] = {
        "day": Day(hint.day_on), "thing": Term(hint.thing, "thing"), "metric": Term(hint.metric_id),
        "share": Share(abs(hint.change)),
    }  # fmt: skip
    if not hint.regions:
        return Sentence(f"weather_{way}", values)
    return Sentence(f"weather_{way}_in", values | {"where": Name(", ".join(hint.regions[:MOST_REGIONS]))})


def _rows(found: Weather) -> Iterator[tuple[Worded | None, ...]]:
    """The clear ones of every metric first, then those with too few days to judge."""
    every = [(metric_id, effect) for metric_id, effects in found.effects.items() for effect in effects]
    for metric_id, effect in sorted(every, key=lambda one: not one[1].is_clear):
        if effect.is_clear or (not effect.is_enough and effect.n >= LEAST_SHOWN):
            interval = None if effect.low is None or effect.high is None else _span(effect.low, effect.high)
            days = Count(effect.n, "days")
            yield Term(effect.thing, "thing"), Term(metric_id), _effect(effect), interval, days


def _span(low: float, high: float) -> Span:
    return Span(low - 1, high - 1, Unit.SHARE)


def _effect(effect: Effect) -> Sentence:
    change = Sentence("effect_up" if effect.ratio >= 1 else "effect_down", {"share": Share(abs(effect.ratio - 1))})
    return change if effect.is_enough else Sentence("effect_few", {"change": change})


def _notices(found: Notices) -> Sentence:
    def change(ratio: float) -> Sentence:
        return Sentence("effect_up" if ratio >= 1 else "effect_down", {"share": Share(abs(ratio - 1))})

    return Sentence(
        "weather_notices",
        {
            "thing": Term(found.thing, "thing"),
            "metric": Term(found.metric_id),
            "with": change(found.with_them),
            "without": change(found.without),
            "n": Count(found.days_with, "days"),
            "m": Count(found.days_without, "days"),
        },
    )
