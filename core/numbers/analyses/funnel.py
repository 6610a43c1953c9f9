"""How far a figure of few cases may lie from the whole by chance alone, and how it stands among others (metrics 8.6).

The limits are those of a funnel plot at 99.8 %, by the normal approximation; small samples are drawn towards the whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

# Two-sided 99.8 %: one of five hundred lies outside by chance.
Z_FUNNEL = 3.09
# As many cases of the whole are added to everybody's own.
SHRINK_CASES = 50
LEAST_PEOPLE = 5


@dataclass(frozen=True)
class Standing:
    """A value among those of others: mean, deviation from it, standard score and rank, 1 being the best."""

    mean: float
    deviation: float
    z: float | None
    rank: int


def share_limits(whole: float, n: float) -> tuple[float, float]:
    """Between which shares ``n`` cases of a whole with this share fall in 998 of 1,000 draws, within 0 and 1."""
    half = Z_FUNNEL * share_error(whole, n)
    return max(0.0, whole - half), min(1.0, whole + half)


def share_error(whole: float, n: float) -> float:
    """The standard error of a share of ``n`` cases."""
    return sqrt(max(0.0, whole * (1 - whole)) / n) if n > 0 else 0.0


def mean_limits(expected: float, error: float) -> tuple[float, float]:
    """The same for a mean or rate with this standard error; never below 0."""
    return max(0.0, expected - Z_FUNNEL * error), expected + Z_FUNNEL * error


def shrunk(hits: float, n: float, whole: float) -> float:
    """A share with 50 cases of the whole added: (k + 50 x whole) / (n + 50)."""
    return (hits + SHRINK_CASES * whole) / (n + SHRINK_CASES)


def spread(values: Sequence[float]) -> float | None:
    """The standard deviation of a sample; None of fewer than two."""
    if len(values) < 2:
        return None
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def standings(values: Mapping[str, float], *, is_more_better: bool = True) -> dict[str, Standing]:
    """Everybody's deviation from the mean of all, standard score and rank; equal values share a rank."""
    if not values:
        return {}
    mean = sum(values.values()) / len(values)
    deviation = spread(list(values.values()))
    ahead = sorted(values.values(), reverse=is_more_better)
    return {
        key: Standing(mean, value - mean, (value - mean) / deviation if deviation else None, ahead.index(value) + 1)
        for key, value in values.items()
    }
