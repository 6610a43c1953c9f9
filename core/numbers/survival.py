"""Waiting times of a cohort of which some still wait: the Kaplan-Meier estimate, so that they are not ignored."""

from collections.abc import Mapping, Sequence
from math import log

# Two survivals closer than this are the same; products of fractions are not exact.
CLOSE = 1e-12


def survival_quantile(ended: Sequence[float], waiting: Sequence[float], share: float) -> float | None:
    """The time by which ``share`` of all have been served, from the times of those who were and of those who wait.

    None where so many are still waiting that nobody can say.
    """
    at_risk = len(ended) + len(waiting)
    left = 1.0
    still = sorted(waiting)
    passed = 0
    for time in sorted(ended):
        # Who is still waiting at this very time is at risk until after it.
        while passed < len(still) and still[passed] < time:
            passed += 1
            at_risk -= 1
        left *= 1 - 1 / at_risk
        at_risk -= 1
        if left <= 1 - share + CLOSE:
            return float(time)
    return None


def survival_mean(ended: Mapping[float, int], waiting: Mapping[float, int], least_at_risk: int = 1) -> float | None:
    """The mean time, from how many ended at each time and how many were still waiting at it when last seen.

    The Kaplan-Meier curve as far as ``least_at_risk`` are known; beyond its end it goes on as the exponential curve
    through its last point (Brown, Hollander and Korwar 1974), without which the mean of a cohort of whom most were
    served would tell how soon they were served. None where nobody ended.
    """
    at_risk = sum(ended.values()) + sum(waiting.values())
    area, left, before = 0.0, 1.0, 0.0
    for time in sorted(ended.keys() | waiting.keys()):
        if at_risk < least_at_risk:
            break
        area += left * (time - before)
        before = float(time)
        left *= 1 - ended.get(time, 0) / at_risk
        at_risk -= ended.get(time, 0) + waiting.get(time, 0)
    if left >= 1:
        return None
    return area if left < CLOSE else area - left * before / log(left)
