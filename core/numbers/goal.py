"""What is aimed at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

GoalState: TypeAlias = Literal["reached", "missed", "counter_failed", "unjudged", "none"]


@dataclass(frozen=True)
class Goal:
    """``target`` in the metric's unit; it counts only if the counter-metric holds (metrics 8.13).

    ``counter`` is the counter-metric, by default the metric's first that has data; ``counter_floor`` what it must hold.

    ``needs`` are the answers to: what does the customer need, what the company, what staying ahead of competitors.
    ``weight`` is how much it counts in what is judged, beside the other goals; ``ksf`` the success factor behind it."""

    metric_id: str
    target: float
    variant: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    counter: str | None = None
    counter_floor: float | None = None
    from_on: str | None = None
    to_on: str | None = None
    owner: str | None = None
    ksf: str | None = None
    weight: float = 1.0
    needs: Mapping[str, str] = field(default_factory=dict)
