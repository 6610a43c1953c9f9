"""Both methods over the weeks gone by, each forecast from the days that were over when it would have been made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.numbers.analyses.baseline import Trend
from core.numbers.analyses.forecast.accuracy import Point, Trial, trial
from core.numbers.analyses.forecast.methods import Slots, Volume, baseline_slots, clear_trend, day_ahead, naive_slots

HORIZONS = (1, 7, 28)
TESTED_DAYS = 56


@dataclass(frozen=True)
class Stretch:
    """Days (ordinals) that are tested on one state of knowledge; ``volume.ahead`` holds what was known long before."""

    volume: Volume
    first: int
    last: int
    trends: dict[int, Trend] = field(default_factory=dict, compare=False, repr=False)

    def days(self) -> Iterator[int]:
        """The open days that are known."""
        for day in range(self.first, self.last + 1):
            if day in self.volume.values and day not in self.volume.closed:
                yield day

    def trend(self, last: int) -> Trend:
        """The trend as it was on a day."""
        if last not in self.trends:
            self.trends[last] = clear_trend(self.volume, last)
        return self.trends[last]


def back_test(stretches: Sequence[Stretch], horizons: Sequence[int] = HORIZONS) -> dict[int, Trial]:
    """A trial at day grain for each horizon.

    A forecast of horizon h is made on the day h before, when that day was not over yet: it knows days up to h + 1
    before."""
    return {
        horizon: trial(horizon, "day", [point for stretch in stretches for point in _points(stretch, horizon)])
        for horizon in horizons
    }


def back_test_slots(stretches: Sequence[Stretch], slots: Slots, horizon: int = 1) -> Trial:
    """The same by half hour."""
    points = [
        point
        for stretch in stretches
        for at in stretch.days()
        if at in slots
        for point in _slot_points(stretch, slots, at, at - horizon - 1)
    ]
    return trial(horizon, "half_hour", points)


def _points(stretch: Stretch, horizon: int) -> Iterator[Point]:
    for at in stretch.days():
        last = at - horizon - 1
        pair = day_ahead(stretch.volume, at, last, stretch.trend(last))
        if pair.naive is not None and pair.baseline is not None:
            yield Point(at, pair.naive, pair.baseline, stretch.volume.values[at])


def _slot_points(stretch: Stretch, slots: Slots, at: int, last: int) -> Iterator[Point]:
    """A day's half hours in which something was expected or came."""
    pair = day_ahead(stretch.volume, at, last, stretch.trend(last))
    if pair.naive is None or pair.baseline is None:
        return
    naive = naive_slots(stretch.volume, slots, at, last)
    baseline = baseline_slots(stretch.volume, slots, at, last, pair.baseline)
    actual: Mapping[int, float] = slots[at]
    for slot in sorted({*naive, *baseline, *actual}):
        yield Point(at, naive.get(slot, 0.0), baseline.get(slot, 0.0), actual.get(slot, 0.0))
