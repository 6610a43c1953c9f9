"""How far a figure of few cases may lie from the whole by chance alone, and how it stands among others (metrics 8.6).

The limits are those of a funnel plot at 99.8 %, by the normal approximation, which is put right where it would blame
too many: for shares of few cases by the exact binomial, for means of what is never negative by their ratio to the
expected. Small samples are drawn towards the whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, floor, lgamma, log, sqrt

# Two-sided 99.8 %: one of five hundred lies outside by chance.
Z_FUNNEL = 3.09
# The chance of what lies beyond one of these limits.
BEYOND = 0.001
# Counts are whole; a product of floats may miss one by this.
HAIR = 1e-9
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


def count_limits(whole: float, n: int) -> tuple[float, float]:
    """The same, reaching as far as counts do by the binomial: of 30 cases at 1 % two are no wonder."""
    low, high = share_limits(whole, n)
    if n <= 0 or not 0 < whole < 1:
        return low, high
    least, most = ceil(low * n - HAIR), floor(high * n + HAIR)
    while most < n and _at_least(most + 1, n, whole) >= BEYOND:
        most += 1
    while least > 0 and _at_least(n - least + 1, n, 1 - whole) >= BEYOND:
        least -= 1
    return min(low, least / n), max(high, most / n)


def _at_least(hits: int, n: int, whole: float) -> float:
    """The chance of so many hits or more of ``n``; meant for the tail, whose terms soon come to nothing."""
    ways = lgamma(n + 1) - lgamma(hits + 1) - lgamma(n - hits + 1)
    term = exp(ways + hits * log(whole) + (n - hits) * log(1 - whole))
    chance = 0.0
    for count in range(hits, n + 1):
        chance += term
        term *= (n - count) / (count + 1) * whole / (1 - whole)
        if term < HAIR * chance:
            break
    return chance


def mean_limits(expected: float, error: float) -> tuple[float, float]:
    """The same for a mean of what is never negative, by the ratio to the expected.

    Durations are long-tailed: in 6,000 draws of 10 to 100 lognormal ones (sigma 0.3 to 1.3) 0.1 to 0.3 % lay outside,
    of limits on both sides alike 0.2 to 1.5 %, nearly all above."""
    reach = exp(Z_FUNNEL * error / expected) if expected > 0 else 1.0
    return expected / reach, expected * reach


def rate_limits(expected: float, error: float) -> tuple[float, float]:
    """The same for a rate with this standard error; never below 0."""
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
