"""How far forecasts were off, and which method is to be used for that (metrics 5 forecast_wape, 8.7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal, TypeAlias

from core.numbers.analyses.forecast.methods import Method
from core.numbers.quantiles import quantile

Grain: TypeAlias = Literal["day", "half_hour"]
Told: TypeAlias = Literal["frozen", "back_test"]

# Two weeks hold each weekday twice; on fewer days a method wins by luck.
LEAST_DAYS = 14
# The interval given beside a forecast holds 8 of 10 days of the past.
LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Accuracy:
    """Shares: ``wape`` is sum|F-A| / sum A, ``bias`` (sum F - sum A) / sum A, ``mape`` the mean of |F-A| / A without
    points where nothing came. ``n`` is the number of days."""

    wape: float
    bias: float
    mape: float | None
    n: int


def accuracy(points: Sequence[tuple[float, float]], n: int | None = None) -> Accuracy | None:
    """Of forecasts with what came, points without any left in; None where nothing came at all. ``n`` points a day."""
    came = sum(actual for _, actual in points)
    if came <= 0:
        return None
    off = sum(abs(forecast - actual) for forecast, actual in points)
    sums = sum(forecast for forecast, _ in points) - came
    shares = [abs(forecast - actual) / actual for forecast, actual in points if actual]
    return Accuracy(off / came, sums / came, sum(shares) / len(shares), len(points) if n is None else n)


@dataclass(frozen=True)
class Trial:
    """Both methods on the same days at one horizon and grain, and the one that is used for it.

    ``low`` and ``high`` are how far actuals lay from the used forecast in 8 of 10 cases, in roots of the forecast:
    counts vary by the root of what is expected. ``told`` says whether from frozen forecasts or a test on history."""

    horizon_days: int
    grain: Grain
    naive: Accuracy | None
    baseline: Accuracy | None
    used: Method
    low: float | None = None
    high: float | None = None
    told: Told = "back_test"

    @property
    def of_used(self) -> Accuracy | None:
        """How far the method in use was off."""
        return self.naive if self.used == "naive" else self.baseline

    @property
    def is_enough(self) -> bool:
        """Whether it rests on days enough to be told."""
        return self.naive is not None and self.naive.n >= LEAST_DAYS

    @property
    def steps_aside(self) -> bool:
        """Whether the baseline was judged on enough days and was farther off than the naive one."""
        if self.naive is None or self.baseline is None or not self.is_enough:
            return False
        return self.baseline.wape > self.naive.wape

    def span(self, value: float) -> tuple[float | None, float | None]:
        """The interval around a forecast; none where too few days tell it."""
        if self.low is None or self.high is None:
            return None, None
        root = sqrt(max(value, 0.0))
        return max(0.0, value + min(0.0, self.low) * root), value + max(0.0, self.high) * root


@dataclass(frozen=True)
class Point:
    """What both methods said of one interval, and what came."""

    day: int
    naive: float
    baseline: float
    actual: float


def trial(horizon_days: int, grain: Grain, points: Sequence[Point], told: Told = "back_test") -> Trial:
    """The two side by side: the baseline is used where it was judged on enough days and was less far off."""
    days = len({point.day for point in points})
    naive = accuracy([(point.naive, point.actual) for point in points], days)
    baseline = accuracy([(point.baseline, point.actual) for point in points], days)
    is_better = naive is not None and baseline is not None and baseline.wape < naive.wape and days >= LEAST_DAYS
    used: Method = "baseline" if is_better else "naive"
    low, high = _spread(((point.baseline if is_better else point.naive), point.actual) for point in points)
    if days < LEAST_DAYS:
        low = high = None
    return Trial(horizon_days, grain, naive, baseline, used, low, high, told)


def _spread(points: Iterable[tuple[float, float]]) -> tuple[float | None, float | None]:
    off = sorted((actual - forecast) / sqrt(forecast) for forecast, actual in points if forecast > 0)
    return quantile(off, LOW), quantile(off, HIGH)
