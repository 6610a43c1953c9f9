"""Surges: more than expected for two intervals or longer, and what came before them (metrics 8.2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import sqrt

from core.clock import add_days, days
from core.numbers.analyses.baseline import TREND_WEEKS, WEEK, History, iso, ordinal
from core.numbers.analyses.events import Event, read_events, within_after
from core.numbers.analyses.volumes import FOR_GOOD, closed_days, histories_by, history_of, slots_of
from core.numbers.clear_change import count_z, two_sided
from core.numbers.inquiry import Inquiry

DEVIATIONS = 3
LEAST_INTERVALS = 2
P_CLEAR = 0.05
# Of fewer than this a chance few more look like half as many again.
LEAST_EXPECTED = 5
# A surge's first days are left out of what is usual; what lasts longer becomes usual in time.
LEFT_OUT_DAYS = 28
AFTER_DAYS = 14
CAUSES = ("launch", "campaign", "outage")
# Where contacts come from, beside the whole; a surge of one hides in the sum of all.
DIMS: Mapping[str, tuple[str, ...]] = {
    "tickets_created": ("channel", "contact_reason", "team", "brand"),
    "calls_offered": ("queue",),
}
HOURLY = "calls_offered"


@dataclass(frozen=True)
class Interval:
    """A day or hour: how many came, how many were expected, and the limit above which it is out of the ordinary."""

    at: int
    actual: float
    expected: float
    limit: float

    @property
    def is_above(self) -> bool:
        """Whether more came than the limit."""
        return self.actual > self.limit


@dataclass(frozen=True)
class Surge:
    """Intervals in a row above their limits; days are ordinals, hours those of the wall clock.

    ``back_after`` counts days or hours from its begin until one was under its limit again, None while none was.
    ``busy`` is how much more than expected came in the other hours of its day."""

    intervals: tuple[Interval, ...]
    back_after: int | None
    busy: float = 1.0

    @property
    def actual(self) -> float:
        """How many came in it."""
        return sum(each.actual for each in self.intervals)

    @property
    def expected(self) -> float:
        """How many were expected."""
        return sum(each.expected for each in self.intervals)

    @property
    def size(self) -> float:
        """How much more came than expected, as a share of it."""
        return self.actual / self.expected - 1

    @property
    def p_value(self) -> float:
        """How likely chance alone brings as many, counts being spread as counts are, on a day as busy."""
        return two_sided(count_z(self.actual, self.expected * self.busy))


@dataclass(frozen=True)
class Surged:
    """A surge of a count, or of the member ``uid`` of a dimension of it, and the events that it came after.

    ``hours`` are the first and the one after the last, of a surge within a day; ``knows_year`` tells whether what was
    expected knows the time of year."""

    metric_id: str
    surge: Surge
    from_on: str
    to_on: str
    dim: str = ""
    uid: str = ""
    member: str = ""
    hours: tuple[int, int] | None = None
    knows_year: bool = False
    after: tuple[Event, ...] = ()


def limit(expected: float, spread: float) -> float:
    """The most that is still in the ordinary: 3 robust deviations above what is expected."""
    return expected + DEVIATIONS * spread


def runs(intervals: Sequence[Interval], clear: float, *, within_day: bool = False) -> list[Surge]:
    """The surges among intervals in their order: two or more in a row above the limit, together beyond chance.

    Hours of a busy day are all a little busy: ``within_day`` they are held to what the rest of it was."""
    found = []
    place = 0
    for is_above, group in groupby(intervals, key=lambda each: each.is_above):
        some = tuple(group)
        place += len(some)
        if is_above and len(some) >= LEAST_INTERVALS:
            is_over = place < len(intervals)
            back = intervals[place].at - some[0].at if is_over else None
            made = Surge(some, back, _busy(intervals, some) if within_day else 1.0)
            if made.p_value < clear:
                found.append(made)
    return found


def _busy(intervals: Sequence[Interval], some: Sequence[Interval]) -> float:
    """How much more than expected came in the others; never less, for a quiet morning is no surge at noon."""
    rest = [each for each in intervals if each not in some]
    expected = sum(each.expected for each in rest)
    return max(1.0, sum(each.actual for each in rest) / expected) if expected else 1.0


def day_surges(history: History, from_on: str, to_on: str, clear: float = P_CLEAR) -> list[Surge]:
    """Surges of whole days, closed ones passed over; the days of a surge do not raise what its later ones are held to.

    ``clear`` is the probability under which chance is ruled out, to be shared by all series looked at."""
    judged: list[Interval] = []
    high: list[str] = []
    for day_on in days(from_on, to_on):
        at = ordinal(day_on)
        actual = history.values.get(at)
        if actual is None or at in history.closed:
            continue
        made = history.expected(day_on)
        if made.value is None or made.spread is None or made.value < LEAST_EXPECTED:
            continue
        each = Interval(at, actual, made.value, limit(made.value, made.spread))
        judged.append(each)
        high = [*high, day_on] if each.is_above else []
        if LEAST_INTERVALS <= len(high) <= LEFT_OUT_DAYS:
            history = history.without(high)
    return runs(judged, clear)


def hour_surges(hours: Mapping[int, History], whole: History, day_on: str, clear: float = P_CLEAR) -> list[Surge]:
    """Surges of hours of a day, by the count of each hour on earlier days; trend and time of year are the whole's."""
    at = ordinal(day_on)
    if at in whole.closed:
        return []
    trend, yearly = whole.trend(day_on), whole.expected(day_on).yearly
    judged = []
    for hour, history in sorted(hours.items()):
        actual = history.values.get(at)
        made = history.expected(day_on, trend)
        if actual is None or made.value is None or made.spread is None or made.value < LEAST_EXPECTED:
            continue
        expected = made.value * yearly
        judged.append(Interval(hour, actual, expected, limit(expected, made.spread * sqrt(yearly))))
    return runs(judged, clear / max(len(judged), 1), within_day=True)


@dataclass(frozen=True)
class Series:
    """A count by day, whole or of one member of a dimension."""

    metric_id: str
    history: History
    dim: str = ""
    uid: str = ""
    member: str = ""


def surged(inquiry: Inquiry, from_on: str, to_on: str, *, hourly: bool = True) -> list[Surged]:
    """Surges that go on within days, of tickets and calls as a whole and by their members, greatest excess first.

    Hours of calls are looked at on days that are no surge as a whole."""
    look_on = add_days(from_on, -LEFT_OUT_DAYS)
    looked_at = list(_series(inquiry, to_on))
    clear = P_CLEAR / max(len(looked_at), 1)
    found: list[Surged] = []
    for series in looked_at:
        for each in day_surges(series.history, look_on, to_on, clear):
            begin, end = (iso(interval.at) for interval in (each.intervals[0], each.intervals[-1]))
            if end >= from_on:
                found.append(_surged(series, each, begin, end))
    if hourly:
        found += _by_hours(inquiry, looked_at, found, days(from_on, to_on), clear)
    events = read_events(inquiry, CAUSES, add_days(look_on, -AFTER_DAYS), to_on)
    made = (replace(each, after=tuple(event for event in events if _came_after(each, event))) for each in found)
    return sorted(made, key=lambda each: each.surge.expected - each.surge.actual)


def _series(inquiry: Inquiry, to_on: str) -> Iterator[Series]:
    for metric_id, dims in DIMS.items():
        whole = history_of(inquiry, metric_id, to_on)
        if not whole.values:
            continue
        yield Series(metric_id, whole)
        for dim in dims:
            members = histories_by(inquiry, metric_id, dim, FOR_GOOD, to_on)
            if len(members) > 1:
                for uid, (name, history) in members.items():
                    yield Series(metric_id, history, dim, uid, name)


def _surged(series: Series, surge: Surge, from_on: str, to_on: str, hours: tuple[int, int] | None = None) -> Surged:
    knows = series.history.expected(from_on).knows_year
    return Surged(series.metric_id, surge, from_on, to_on, series.dim, series.uid, series.member, hours, knows)


def _by_hours(
    inquiry: Inquiry, looked_at: Iterable[Series], known: Sequence[Surged], on_days: Iterable[str], clear: float
) -> Iterator[Surged]:
    wanted = list(on_days)
    for series in looked_at:
        if series.metric_id != HOURLY:
            continue
        asks = inquiry.within(queue=series.uid) if series.dim else inquiry
        hours = _hours(asks, add_days(wanted[0], -WEEK * (TREND_WEEKS + 1)), wanted[-1])
        mine = [each for each in known if (each.metric_id, each.uid) == (series.metric_id, series.uid)]
        for day_on in wanted:
            if any(each.from_on <= day_on <= each.to_on for each in mine):
                continue
            for surge in hour_surges(hours, series.history, day_on, clear / len(wanted)):
                span = surge.intervals[0].at, surge.intervals[-1].at + 1
                yield _surged(series, surge, day_on, day_on, span)


def _hours(inquiry: Inquiry, from_on: str, to_on: str) -> Mapping[int, History]:
    """The count of each hour of the wall clock by day."""
    slots = slots_of(inquiry, HOURLY, from_on, to_on)
    shut = closed_days(inquiry, list(slots))
    taken = {slot // 2 for counts in slots.values() for slot in counts}
    return {
        hour: History.of({day: counts.get(2 * hour, 0) + counts.get(2 * hour + 1, 0) for day, counts in slots.items()},
                         shut)
        for hour in taken
    }  # fmt: skip


def _came_after(found: Surged, event: Event) -> bool:
    """Whether a surge began in an event or within 14 days after it, and the event is not for others only."""
    scope = {"team": event.team_uid, "queue": event.queue_uid}.get(found.dim)
    return within_after(event, found.from_on, AFTER_DAYS) and scope in (None, found.uid)
