"""95 % intervals of proportions (metrics R10)."""

from math import sqrt

Z_95 = 1.959964


def wilson(hits: float, trials: float, z: float = Z_95) -> tuple[float, float] | None:
    """The Wilson score interval of ``hits`` out of ``trials``; None where there are none, or more hits than trials."""
    if trials <= 0 or not 0 <= hits <= trials:
        return None
    share = hits / trials
    middle = share + z * z / (2 * trials)
    half = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    # Rounding can put a bound just inside a share of 0 or 1, which lies in its own interval.
    return max(0.0, min(share, (middle - half) / scale)), min(1.0, max(share, (middle + half) / scale))


def net_half_width(plus: float, minus: float, whole: float) -> float | None:
    """Half the width of the interval of 100 x (plus - minus) / whole, in points."""
    if whole <= 0:
        return None
    up, down = plus / whole, minus / whole
    return 100 * Z_95 * sqrt(max(0.0, up + down - (up - down) ** 2) / whole)
