"""The series that are worth a forecast: calls, whole and by queue; tickets, whole and by team."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.clock import add_days, days
from core.numbers.analyses.baseline import History, Trend, iso, ordinal
from core.numbers.analyses.forecast.accuracy import LEAST_DAYS
from core.numbers.analyses.forecast.backtest import TESTED_DAYS
from core.numbers.analyses.forecast.methods import Slots, Volume, closed_share, usual_with_trend
from core.numbers.analyses.surroundings import read_surroundings
from core.numbers.analyses.volumes import closed_days, histories_by, history_of, slots_of
from core.numbers.analyses.weather import Effect, Met, factors, measured, met
from core.numbers.inquiry import WEEK, Inquiry

# Metric, the dimension that it is forecast by, and whether by half hour too.
SERIES = (("calls_offered", "queue"), ("tickets_created", "team"))
BY_HALF_HOUR = frozenset({"calls_offered"})
DAYS_AHEAD = 28
# Slope, test and eight usual weeks before the first tested day.
HISTORY_DAYS = 27 * WEEK
YEARS_OF_HISTORY = 2 * 364
# Under so many a day a forecast says no more than the mean.
LEAST_A_DAY = 5.0
MOST_MEMBERS = 12
# A day of which nothing is known looks like one on which nothing came; so many at the end may be such.
MOST_UNTOLD = 3


@dataclass(frozen=True)
class Fits:
    """What moves a series, as it could be measured at any time: of the whole, and taken to hold for each member."""

    whole: Volume
    around: Met
    made: dict[int, tuple[Effect, ...]] = field(default_factory=dict, compare=False, repr=False)

    def up_to(self, last: int) -> tuple[Effect, ...]:
        """The effects by the days up to one."""
        if last not in self.made:
            then = replace(self.whole, values={day: value for day, value in self.whole.values.items() if day <= last})
            self.made[last] = tuple(measured(then, self.around)) if self.around.things else ()
        return self.made[last]

    def applied(self, volume: Volume, last: int, to_come: tuple[int, int], *, knows_sky: bool) -> Volume:
        """A volume with what moved its days and what will move those to come, by the effects measured up to a day."""
        found = self.up_to(last)
        ahead = factors(range(to_come[0], to_come[1] + 1), self.around, found, knows_sky=knows_sky, until=last)
        return replace(volume, factors=factors(volume.values, self.around, found, until=last), ahead=ahead)


@dataclass(frozen=True)
class Known:
    """A series as it is forecast from: its volume, days up to ``last``, and its half hours if it has any."""

    metric_id: str
    where: Mapping[str, str]
    name: str
    volume: Volume
    last: int
    fits: Fits
    slots: Slots = field(default_factory=dict)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What moves the whole series."""
        return self.fits.up_to(self.last)


def known_series(inquiry: Inquiry, *, by_members: bool = True) -> Iterator[Known]:
    """Each series of the store that is worth a forecast: calls whole and by queue, tickets whole and by team."""
    to_on = add_days(inquiry.today_on, -1)
    first_on = add_days(to_on, -HISTORY_DAYS)
    span = days(first_on, add_days(inquiry.today_on, DAYS_AHEAD))
    shut = frozenset(map(ordinal, closed_days(inquiry, list(span))))
    around: Met | None = None
    for metric_id, dim in SERIES:
        long = history_of(inquiry, metric_id, to_on)
        long = replace(long, values=begun(long.values))
        recent = begun({day: value for day, value in long.values.items() if day > ordinal(first_on)})
        last = last_told(recent, shut)
        if last is None or last - min(recent) < LEAST_DAYS:
            continue
        around = around or surroundings(inquiry, first_on)
        recent = {day: value for day, value in recent.items() if day <= last}
        whole = _with_closed_days(Volume(recent, shut, yearly=_yearly(long, last)), inquiry, metric_id)
        fits = Fits(whole, around)
        whole = _moved(inquiry, whole, fits, last)
        known = Known(metric_id, inquiry.where, "", whole, last, fits, _slots(inquiry, metric_id, first_on, to_on))
        yield known
        if by_members:
            yield from _members(inquiry, known, dim, (first_on, to_on))


def surroundings(inquiry: Inquiry, first_on: str) -> Met:
    """Weather, free days and events from a day to the last one ahead."""
    to_on = add_days(inquiry.today_on, DAYS_AHEAD)
    return met(read_surroundings(inquiry.db, inquiry.reporting.zone, first_on, to_on))


def _moved(inquiry: Inquiry, volume: Volume, fits: Fits, last: int) -> Volume:
    today = ordinal(inquiry.today_on)
    return fits.applied(volume, last, (last + 1, today + DAYS_AHEAD), knows_sky=True)


def _members(inquiry: Inquiry, whole: Known, dim: str, span: tuple[str, str]) -> Iterator[Known]:
    """The largest members; what is known ahead of the whole is taken to hold for each."""
    metric_id, last = whole.metric_id, whole.last
    lately = range(last - DAYS_AHEAD + 1, last + 1)
    sizes = []
    for uid, (name, history) in histories_by(inquiry, metric_id, dim, *span).items():
        mean = sum(history.values.get(day, 0.0) for day in lately) / DAYS_AHEAD
        if uid and mean >= LEAST_A_DAY:
            sizes.append((mean, uid, name, history))
    for _, uid, name, history in sorted(sizes, key=lambda one: (-one[0], one[1]))[:MOST_MEMBERS]:
        values = begun({day: value for day, value in history.values.items() if day <= last})
        if last - min(values) < LEAST_DAYS:
            continue
        volume = _with_closed_days(replace(whole.volume, values=values), inquiry, metric_id)
        volume = _moved(inquiry, volume, whole.fits, last)
        slots = _slots(inquiry.within(**{dim: uid}), metric_id, *span)
        yield Known(metric_id, {**inquiry.where, dim: uid}, name, volume, last, whole.fits, slots)


def begun(values: Mapping[int, float]) -> dict[int, float]:
    """The same from the first day on which anything came: a queue that is not there yet is no quiet one."""
    first = min((day for day, value in values.items() if value), default=None)
    return {} if first is None else {day: value for day, value in values.items() if day >= first}


def last_told(values: Mapping[int, float], closed: frozenset[int]) -> int | None:
    """The last day of which something is known: open days at the end on which nothing came, against all habit, were
    not read yet."""
    if not values:
        return None
    volume = Volume(values, closed)
    last = max(values)
    for day in range(last, last - MOST_UNTOLD, -1):
        usual = usual_with_trend(volume, day, day - 1, Trend())
        if values.get(day) or day in closed or not usual or usual < 1:
            return day if day in values else None
    return last - MOST_UNTOLD if last - MOST_UNTOLD in values else None


def _with_closed_days(volume: Volume, inquiry: Inquiry, metric_id: str) -> Volume:
    """With what comes on closed days: measured, else nothing by telephone, and as at weekends in writing."""
    share = closed_share(volume)
    if share is None:
        share = 0.0 if metric_id in BY_HALF_HOUR else _weekend_share(volume, inquiry)
    return replace(volume, closed_share=share)


def _weekend_share(volume: Volume, inquiry: Inquiry) -> float:
    by_state: dict[bool, list[float]] = {True: [], False: []}
    for day in sorted(volume.values.keys() - volume.closed)[-DAYS_AHEAD:]:
        by_state[inquiry.is_open(iso(day))].append(volume.values[day])
    held, shut = by_state[True], by_state[False]
    if not shut or not held or not sum(held):
        return 1.0
    return min(1.0, sum(shut) / len(shut) / (sum(held) / len(held)))


def _yearly(history: History, last: int) -> dict[int, float]:
    """The time of year of tested days and of those to come, once two years are known (metrics 8.2)."""
    if not history.values or min(history.values) > last - YEARS_OF_HISTORY:
        return {}
    span = range(last - TESTED_DAYS, last + DAYS_AHEAD + 2)
    return {day: history.expected(iso(day)).yearly for day in span}


def _slots(inquiry: Inquiry, metric_id: str, from_on: str, to_on: str) -> Slots:
    if metric_id not in BY_HALF_HOUR:
        return {}
    return {ordinal(day): found for day, found in slots_of(inquiry, metric_id, from_on, to_on).items()}
