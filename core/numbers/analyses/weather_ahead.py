"""What the coming days' weather, free days and events will do, by what they did before (metrics 8.9)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.clock import add_days, days
from core.numbers.analyses.baseline import iso, ordinal
from core.numbers.analyses.forecast.methods import seasonal_naive
from core.numbers.analyses.forecast.series import HISTORY_DAYS, LEAST_A_DAY, Known, known_series
from core.numbers.analyses.surroundings import Surroundings, read_surroundings
from core.numbers.analyses.weather import LEAST_DAYS, PRACTICAL, Effect, rank_test_p, with_interval
from core.numbers.inquiry import WEEK, Inquiry

P_NOTICE = 0.05


@dataclass(frozen=True)
class Hint:
    """On a day a thing of clear effect meets customers in ``regions``; ``change`` of the metric is a share, signed."""

    day_on: str
    thing: str
    regions: tuple[str, ...]
    metric_id: str
    change: float


@dataclass(frozen=True)
class Notices:
    """Days of one thing with notices sent to customers beside those without: mean ratio and number of days of each."""

    thing: str
    metric_id: str
    with_them: float
    without: float
    days_with: int
    days_without: int


@dataclass(frozen=True)
class Weather:
    """The effects on each metric, with intervals; what is to come in a week; what notices did on such days."""

    effects: Mapping[str, tuple[Effect, ...]]
    hints: tuple[Hint, ...]
    notices: tuple[Notices, ...]


def weather_found(inquiry: Inquiry) -> Weather:
    """What was measured over half a year, and what it means for the 7 days from today on."""
    to_on = add_days(inquiry.today_on, WEEK - 1)
    around = read_surroundings(inquiry.db, inquiry.reporting.zone, add_days(inquiry.today_on, -HISTORY_DAYS), to_on)
    if not around.met:
        return Weather({}, (), ())
    series = list(known_series(inquiry, by_members=False))
    sent = _sent(inquiry)
    return Weather(
        {known.metric_id: tuple(map(with_interval, known.effects)) for known in series},
        tuple(sorted(_hints(series, around, inquiry.today_on, to_on), key=lambda hint: (hint.day_on, -hint.change))),
        tuple(found for known in series for effect in known.effects if (found := _notices(known, effect, sent))),
    )


def _hints(series: list[Known], around: Surroundings, from_on: str, to_on: str) -> Iterator[Hint]:
    """Of each day and metric the strongest effect, where the share of customers that it meets makes it one."""
    for known in series:
        for day in days(from_on, to_on):
            expected = seasonal_naive(known.volume, ordinal(day), known.last)
            if ordinal(day) in known.volume.closed or (expected or 0.0) < LEAST_A_DAY:
                continue
            met = around.on(day)
            changes = [
                (met[effect.thing] * (effect.ratio - 1), effect.thing)
                for effect in known.effects
                if effect.is_clear and effect.thing in met
            ]
            change, thing = max(changes, key=lambda one: abs(one[0]), default=(0.0, ""))
            if abs(change) >= PRACTICAL:
                yield Hint(day, thing, around.where.get((thing, day), ()), known.metric_id, change)


def _sent(inquiry: Inquiry) -> frozenset[str]:
    rows = inquiry.db.execute("select distinct day_on from self_service_facts where kind = 'notice' and sessions > 0")
    return frozenset(row[0] for row in rows)


def _notices(known: Known, effect: Effect, sent: frozenset[str]) -> Notices | None:
    """A plain comparison: days with notices may have differed otherwise too, so it is said only where it is clear."""
    if not effect.is_clear or not sent:
        return None
    some = [ratio for day, (_, ratio) in zip(effect.on, effect.days, strict=True) if iso(day) in sent]
    others = [ratio for day, (_, ratio) in zip(effect.on, effect.days, strict=True) if iso(day) not in sent]
    if min(len(some), len(others)) < LEAST_DAYS or (rank_test_p(some, others) or 0.0) >= P_NOTICE:
        return None
    means = (sum(some) / len(some), sum(others) / len(others))
    return Notices(effect.thing, known.metric_id, *means, len(some), len(others))
