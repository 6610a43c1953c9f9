"""A check of one analysis: what it says of a flat world and of the same world with something planted in it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.table import Table

# A finding may come by chance in one flat world of twenty.
LIMIT = 0.05


@dataclass(frozen=True)
class Found:
    """What an analysis made of one seed: an alarm in the flat world, a hit where something was planted."""

    alarm: bool
    hit: bool


@dataclass(frozen=True)
class Check:
    """An analysis, what is planted for it (in words), and both worlds of a seed judged by its real functions."""

    analysis: str
    planted: str
    judge: Callable[[int], Found]
    limit: float = LIMIT


@dataclass(frozen=True)
class Rates:
    """Shares of the worlds with a false alarm and with a hit, and the seconds it took."""

    check: Check
    worlds: int
    alarms: float
    hits: float
    took_s: float

    @property
    def holds(self) -> bool:
        """Whether false alarms keep their limit."""
        return self.alarms <= self.check.limit


def rates(check: Check, worlds: int) -> Rates:
    """A check over the seeds from 0 on."""
    began = time.monotonic()
    found = [check.judge(seed) for seed in range(worlds)]
    alarms, hits = sum(each.alarm for each in found), sum(each.hit for each in found)
    return Rates(check, worlds, alarms / worlds, hits / worlds, time.monotonic() - began)


def as_table(made: Sequence[Rates], worlds: int) -> Table:
    """The rates as people read them."""
    return Table(
        f"False alarms and hits over {worlds:,} seeded worlds",
        ("analysis", "flat: alarm", "at most", "planted: found", "planted", "seconds"),
        tuple(
            (
                each.check.analysis,
                f"{each.alarms:.1%}",
                f"{each.check.limit:.1%}{'' if each.holds else ' missed'}",
                f"{each.hits:.1%}",
                each.check.planted,
                f"{each.took_s:.0f}",
            )
            for each in made
        ),
    )
