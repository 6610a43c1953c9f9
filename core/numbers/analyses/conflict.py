"""Whether what is judged pulls one way: how much of its weight lies on what will alone can move (metrics 8.5)."""

from collections.abc import Iterable

from core.numbers.metrics import find_metric

# Above this share an assessment is in effect strong-only.
MOST_STRONG = 0.5


def strong_share(weights: Iterable[tuple[str, float]]) -> float | None:
    """The share of the weight of goals, or of a scorecard's metrics, on strong ones (metrics R13); None without any."""
    strong = whole = 0.0
    for name, weight in weights:
        whole += weight
        strong += weight if find_metric(name).strength == "S" else 0.0
    return strong / whole if whole > 0 else None


def is_strong_only(weights: Iterable[tuple[str, float]]) -> bool:
    """Whether more than half of the weight is on strong metrics."""
    share = strong_share(weights)
    return share is not None and share > MOST_STRONG
