"""Waiting times of a cohort of which some still wait: the Kaplan-Meier estimate, so that they are not ignored."""

from collections.abc import Sequence

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
