"""What the coming four weeks will bring, by day, and the coming days by half hour, for each series worth a forecast."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.numbers.analyses.baseline import iso, ordinal
from core.numbers.analyses.forecast.accuracy import Trial
from core.numbers.analyses.forecast.backtest import HORIZONS
from core.numbers.analyses.forecast.kept import Trials, trials
from core.numbers.analyses.forecast.methods import Method, baseline_slots, clear_trend, day_ahead, naive_slots
from core.numbers.analyses.forecast.series import DAYS_AHEAD, Known, known_series
from core.numbers.analyses.weather import Effect
from core.numbers.inquiry import Inquiry

HALF_HOUR_DAYS = 7


@dataclass(frozen=True)
class DayAhead:
    """A day ``horizon_days`` from today: what each method says, the one in use and its interval (8 of 10 days)."""

    day_on: str
    horizon_days: int
    naive: float | None
    baseline: float | None
    used: Method
    value: float | None
    low: float | None
    high: float | None
    is_closed: bool = False


@dataclass(frozen=True)
class SlotAhead:
    """A half hour of the wall clock (0 to 47) in the same way."""

    slot: int
    naive: float
    baseline: float
    used: Method
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Outlook:
    """One series (a metric, whole or within ``where``, by uid) from today on; day 0 is today. It is known up to
    ``last_on``.

    ``trials`` are by horizon (1, 7, 28), ``slot_trial`` that by half hour; ``effects`` what was taken into account."""

    metric_id: str
    where: Mapping[str, str]
    name: str
    last_on: str
    days: tuple[DayAhead, ...]
    trials: Mapping[int, Trial]
    half_hours: Mapping[str, tuple[SlotAhead, ...]] = field(default_factory=dict)
    slot_trial: Trial | None = None
    effects: tuple[Effect, ...] = ()


def look_ahead(inquiry: Inquiry, *, by_members: bool = True) -> list[Outlook]:
    """The outlook of each series that has two weeks of history; forecast and staffing of a report share it."""

    def made() -> list[Outlook]:
        series = known_series(inquiry, by_members=by_members)
        return [outlook(inquiry, known, trials(inquiry, known)) for known in series]

    return inquiry.once(f"outlooks, members {by_members}", made)


def outlook(inquiry: Inquiry, known: Known, found: Trials) -> Outlook:
    """The days and half hours ahead, each by the method that its horizon's trial chose."""
    by_horizon, by_slot = found
    today = ordinal(inquiry.today_on)
    trend = clear_trend(known.volume, known.last)
    made, half_hours = [], {}
    for horizon in range(DAYS_AHEAD + 1):
        at = today + horizon
        pair = day_ahead(known.volume, at, known.last, trend)
        judge = by_horizon[horizon_of(horizon)]
        used: Method = judge.used if pair.baseline is not None else "naive"
        value = pair.by(used)
        low, high = (None, None) if value is None else judge.span(value)
        shut = at in known.volume.closed
        made.append(DayAhead(iso(at), horizon, pair.naive, pair.baseline, used, value, low, high, shut))
        if by_slot is not None and horizon <= HALF_HOUR_DAYS and pair.baseline is not None:
            half_hours[iso(at)] = tuple(_slots_ahead(known, at, pair.baseline, by_slot))
    return Outlook(
        known.metric_id, known.where, known.name, iso(known.last), tuple(made), by_horizon, half_hours, by_slot,
        known.effects,
    )  # fmt: skip


def horizon_of(days_ahead: int) -> int:
    """The tested horizon (1, 7 or 28) that a day ahead is nearest to."""
    return min(HORIZONS, key=lambda horizon: (abs(horizon - days_ahead), horizon))


def _slots_ahead(known: Known, at: int, expected: float, judge: Trial) -> Iterator[SlotAhead]:
    naive = naive_slots(known.volume, known.slots, at, known.last)
    baseline = baseline_slots(known.volume, known.slots, at, known.last, expected)
    chosen = naive if judge.used == "naive" else baseline
    for slot in sorted({*naive, *baseline}):
        value = chosen.get(slot, 0.0)
        yield SlotAhead(slot, naive.get(slot, 0.0), baseline.get(slot, 0.0), judge.used, value, *judge.span(value))
