"""Chance for the sandbox: the same draws from the same name, on every machine and Python version."""

import math
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice(random.Random):
    """A generator seeded by a name, so that one day's draws don't shift when another day's change."""

    def __init__(self, *name: object) -> None:
        super().__init__(":".join(str(part) for part in name))

    def chance(self, share: float) -> bool:
        """True in `share` (0..1) of all throws."""
        return self.random() < share

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`, all equally likely."""
        return items[int(self.random() * len(items))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One key, as likely as its weight."""
        rest = self.random() * sum(weights.values())
        for key, weight in weights.items():
            rest -= weight
            if rest < 0:
                return key
        return next(reversed(list(weights)))

    def between(self, low: int, high: int) -> int:
        """A whole number of `low`..`high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def lognormal(self, median: float, spread: float) -> float:
        """A long-tailed positive number: half of them below `median`, `spread` is sigma of the logarithm."""
        return median * math.exp(spread * self.normal())

    def normal(self) -> float:
        """A standard normal number (Box-Muller, one of the pair)."""
        return math.sqrt(-2.0 * math.log(1.0 - self.random())) * math.cos(2.0 * math.pi * self.random())

    def poisson(self, mean: float) -> int:
        """How many of many rare things happened when `mean` are to be expected."""
        if mean > 60:
            return max(0, round(mean + math.sqrt(mean) * self.normal()))
        limit, product, count = math.exp(-mean), self.random(), 0
        while product > limit:
            product *= self.random()
            count += 1
        return count
