"""Draws for seeded worlds: the same seed gives the same world on every machine."""

from math import exp, sqrt
from random import Random

# Sales and service in the week of a usual desk: quiet weekends.
WEEK = (1.15, 1.05, 1.0, 1.0, 0.9, 0.4, 0.3)


def poisson(random: Random, mean: float) -> int:
    """How many come in a time in which ``mean`` come on average."""
    if mean > 50:
        half = mean / 2
        return poisson(random, half) + poisson(random, mean - half)
    limit, drawn, left = exp(-mean), 0, random.random()
    while left > limit:
        drawn += 1
        left *= random.random()
    return drawn


def shaken(random: Random, mean: float, spread: float) -> int:
    """A count of a day that is busier or quieter than others by ``spread`` (a share of its mean), beside chance."""
    return poisson(random, mean * max(0.0, random.gauss(1, spread)))


def hits(random: Random, trials: int, share: float) -> int:
    """How many of so many trials succeed."""
    if trials > 200:
        drawn = round(random.gauss(trials * share, sqrt(trials * share * (1 - share))))
        return min(trials, max(0, drawn))
    return sum(random.random() < share for _ in range(trials))
