"""Correlations of the weekly figures of a desk that have nothing to do with each other, week by week or with a memory.

In the worlds with a memory each figure follows its own last week by half and has a trend of its own, as figures do.
"""

from collections.abc import Sequence
from itertools import combinations
from math import sqrt
from random import Random

from bench.alarms.check import Check, Found
from core.numbers.analyses.correlation import LAGS, Candidate, correlate

WEEKS = 40
NAMES = ("wait", "csat", "volume", "handle", "resolved", "transfers", "busy")
READY = (("wait", "csat"), ("handle", "resolved"), ("handle", "csat"), ("transfers", "csat"))
CANDIDATES = (
    *(Candidate(one, other, lag, is_ready=True) for one, other in READY for lag in LAGS),
    *(
        candidate
        for one, other in combinations(NAMES, 2)
        for lag in LAGS
        for candidate in ((Candidate(one, other, lag), Candidate(other, one, lag)) if lag else (Candidate(one, other),))
    ),
)
# How closely satisfaction follows the wait where it does.
FOLLOWS = 0.85
MEMORY, SLOPE = 0.5, 0.03


def figures(random: Random, memory: float, slope: float) -> list[float]:
    """A figure by week with a memory of the week before and a trend, both in standard deviations."""
    value, made, tilt = random.gauss(0, 1), [], random.gauss(0, slope)
    for week in range(WEEKS):
        value = memory * value + sqrt(1 - memory**2) * random.gauss(0, 1)
        made.append(value + tilt * week)
    return made


def following(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """The second series as it is where it falls when the first one rises."""
    return [-FOLLOWS * one + sqrt(1 - FOLLOWS**2) * other for one, other in zip(first, second, strict=True)]


def judged(seed: int, memory: float, slope: float) -> Found:
    """All seven figures flat; then satisfaction follows the wait."""
    random = Random(seed)
    flat = {name: figures(random, memory, slope) for name in NAMES}
    planted = flat | {"csat": following(flat["wait"], flat["csat"])}
    found = correlate(planted, CANDIDATES).found
    return Found(
        bool(correlate(flat, CANDIDATES).found), any({one.first, one.second} == {"wait", "csat"} for one in found)
    )


def by_chance(seed: int) -> Found:
    """Weeks that know nothing of each other."""
    return judged(seed, 0.0, 0.0)


def with_memory(seed: int) -> Found:
    """Weeks that resemble the week before."""
    return judged(seed, MEMORY, SLOPE)


PLANTED = f"csat follows the wait by {FOLLOWS}, {WEEKS} weeks"
BY_CHANCE = Check("correlation", PLANTED, by_chance)
WITH_MEMORY = Check("correlation, weeks with a memory", PLANTED, with_memory)
