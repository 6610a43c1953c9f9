"""Exact quantiles by linear interpolation between closest ranks (type 7, SQL's percentile_cont; metrics R4)."""

from collections.abc import Sequence


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The quantile of values in rising order; None where there are none."""
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    below = int(place)
    rest = place - below
    if not rest:
        return float(ordered[below])
    return ordered[below] + (ordered[below + 1] - ordered[below]) * rest


def median(ordered: Sequence[float]) -> float | None:
    """The middle of values in rising order, the mean of the middle two if they are even in number."""
    return quantile(ordered, 0.5)
