"""What the whole would have needed for the cases that somebody had: observed beside expected (metrics 8.6 guard 2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Stratum: TypeAlias = tuple[str, ...]
"""Channel, contact reason, priority, hour band; '' where a level does not count or is unknown."""

# A stratum with fewer cases or people than these says little of the whole: it is seen together with its neighbours.
LEAST_CASES = 30
LEAST_PEOPLE = 3


@dataclass(frozen=True)
class Sums:
    """What some cases add up to: numerator, denominator, number of cases, and their squares and products."""

    num: float = 0.0
    den: float = 0.0
    n: int = 0
    num_num: float = 0.0
    num_den: float = 0.0
    den_den: float = 0.0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.num + other.num,
            self.den + other.den,
            self.n + other.n,
            self.num_num + other.num_num,
            self.num_den + other.num_den,
            self.den_den + other.den_den,
        )

    def residual(self, rate: float) -> float:
        """The sum of squares of what each case is off a rate."""
        return max(0.0, self.num_num - 2 * rate * self.num_den + rate * rate * self.den_den)


Cells: TypeAlias = Mapping[tuple[str, Stratum], Sums]
"""Sums by person and stratum."""


@dataclass(frozen=True)
class Expected:
    """What the same cases would have come to at the whole's rates; ``whole`` is the whole's own figure.

    ``variance`` is that of the sum of these cases: hard ones differ more from each other than easy ones do."""

    own: Sums
    value: float | None
    variance: float
    whole: float | None

    @property
    def observed(self) -> float | None:
        """What they did come to."""
        return self.own.num / self.own.den if self.own.den > 0 else None

    @property
    def ratio(self) -> float | None:
        """Observed by expected: 1.1 is a tenth more than these cases take."""
        return self.observed / self.value if self.observed is not None and self.value else None

    @property
    def error(self) -> float:
        """The standard error of the observed figure if nothing but chance set it off the expected one."""
        return self.variance**0.5 / self.own.den if self.own.den > 0 else 0.0


def total(sums: Iterable[Sums]) -> Sums:
    """All together."""
    made = Sums()
    for each in sums:
        made += each
    return made


def settled(cells: Cells, norm: frozenset[str]) -> dict[tuple[str, Stratum], Sums]:
    """The cells with thin strata seen together: the last level goes first, until enough cases and people are in each.

    ``norm`` are those who make the rates of the whole."""
    kept: dict[tuple[str, Stratum], Sums] = dict(cells)
    depth = max((len(stratum) for _, stratum in cells), default=0)
    for level in range(depth - 1, -1, -1):
        cases: dict[Stratum, int] = {}
        people: dict[Stratum, set[str]] = {}
        for (person, stratum), sums in kept.items():
            if person in norm:
                cases[stratum] = cases.get(stratum, 0) + sums.n
                people.setdefault(stratum, set()).add(person)
        merged: dict[tuple[str, Stratum], Sums] = {}
        for (person, stratum), sums in kept.items():
            is_thin = cases.get(stratum, 0) < LEAST_CASES or len(people.get(stratum, ())) < LEAST_PEOPLE
            key = (person, (*stratum[:level], *("",) * (depth - level)) if is_thin else stratum)
            merged[key] = merged.get(key, Sums()) + sums
        kept = merged
    return kept


def expected(cells: Cells, norm: frozenset[str]) -> dict[str, Expected]:
    """For each person what is expected of their cases, by the rates of ``norm`` in each stratum."""
    whole: dict[Stratum, Sums] = {}
    for (person, stratum), sums in cells.items():
        if person in norm:
            whole[stratum] = whole.get(stratum, Sums()) + sums
    everybody = total(whole.values())
    overall = everybody.num / everybody.den if everybody.den > 0 else None
    rates = {stratum: sums.num / sums.den for stratum, sums in whole.items() if sums.den > 0}
    variances = {stratum: whole[stratum].residual(rate) / whole[stratum].n for stratum, rate in rates.items()}
    anywhere = everybody.residual(overall) / everybody.n if overall is not None else 0.0
    made: dict[str, Expected] = {}
    for person in sorted({person for person, _ in cells}):
        mine = {stratum: sums for (key, stratum), sums in cells.items() if key == person}
        own = total(mine.values())
        value = None
        if overall is not None and own.den > 0:
            value = sum(sums.den * rates.get(stratum, overall) for stratum, sums in mine.items()) / own.den
        variance = sum(sums.n * variances.get(stratum, anywhere) for stratum, sums in mine.items())
        made[person] = Expected(own, value, variance, overall)
    return made
