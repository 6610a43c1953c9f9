"""Whether a change is more than chance: the test that suits the kind of figure (metrics 8.1)."""

from collections.abc import Sequence
from math import erfc, sqrt

from core.numbers.quantiles import median

LEAST_PAIRS = 14
# Half of all standard normal figures lie within it.
NORMAL_QUARTILE = 0.67449


def two_sided(z: float) -> float:
    """The probability of a standard normal figure at least as far from 0 as ``z``."""
    return erfc(abs(z) / sqrt(2))


def two_shares_z(hits: float, trials: float, usual_hits: float, usual_trials: float) -> float | None:
    """The pooled two-proportion z; None where one of them has no trials or both shares are the same 0 or 1."""
    if trials <= 0 or usual_trials <= 0:
        return None
    pooled = (hits + usual_hits) / (trials + usual_trials)
    error = sqrt(pooled * (1 - pooled) * (1 / trials + 1 / usual_trials)) if 0 <= pooled <= 1 else 0.0
    return (hits / trials - usual_hits / usual_trials) / error if error else None


def count_z(count: float, usual: float) -> float:
    """The z of a count against the median of 8 such counts, which has a spread of its own: 1.125 x usual."""
    return (count - usual) / sqrt(1.125 * max(usual, 1.0))


def dispersion(zs: Sequence[float]) -> float:
    """How much more days differ than chance makes counts and shares differ, as a factor of the variance, 1 or more.

    ``zs`` are those of each day against the same weekday a week before: neither trend nor weekday is in them. Robust
    (an outage does not hide the next one); with fewer than 14 there is nothing to tell."""
    if len(zs) < LEAST_PAIRS:
        return 1.0
    middle = median(sorted(abs(z) for z in zs)) or 0.0
    return max(1.0, (middle / NORMAL_QUARTILE) ** 2)


def mann_whitney_p(values: Sequence[float], usual: Sequence[float]) -> float | None:
    """The two-sided Mann-Whitney probability that two sets of durations come from one distribution."""
    if not values or not usual:
        return None
    # Importing scipy.stats costs a second: most days need no test.
    from scipy.stats import mannwhitneyu  # noqa: PLC0415

    return float(mannwhitneyu(values, usual, alternative="two-sided").pvalue)


def day_to_day_p(value: float, usual: Sequence[float]) -> float | None:
    """The two-sided probability of a day as far from the mean of others, by Student's t; for figures without a test."""
    n = len(usual)
    if n < 2:
        return None
    mean = sum(usual) / n
    spread = sqrt(sum((each - mean) ** 2 for each in usual) / (n - 1) * (1 + 1 / n))
    if not spread:
        return 1.0 if value == mean else 0.0
    from scipy.stats import t  # noqa: PLC0415

    return float(2 * t.sf(abs(value - mean) / spread, n - 1))
