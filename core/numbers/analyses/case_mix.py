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

    Where those that are thin do not suffice, the smallest of their neighbours joins them: nobody is their own measure.
    ``norm`` are those who make the rates of the whole."""
    kept: dict[tuple[str, Stratum], Sums] = dict(cells)
    depth = max((len(stratum) for _, stratum in cells), default=0)
    for level in range(depth - 1, -1, -1):
        joined = _joined(kept, norm, level, depth)
        merged: dict[tuple[str, Stratum], Sums] = {}
        for (person, stratum), sums in kept.items():
            key = (person, joined.get(stratum, stratum))
            merged[key] = merged.get(key, Sums()) + sums
        kept = merged
    return kept


def _joined(cells: Cells, norm: frozenset[str], level: int, depth: int) -> dict[Stratum, Stratum]:
    """What each thin stratum becomes, and each that has to join it; those of the same levels above are neighbours."""
    members: dict[Stratum, dict[str, int]] = {}
    for (person, stratum), sums in cells.items():
        members.setdefault(stratum, {}).update({person: sums.n} if person in norm else {})
    neighbours: dict[Stratum, list[Stratum]] = {}
    for stratum in sorted(members, key=lambda stratum: (sum(members[stratum].values()), stratum)):
        neighbours.setdefault(stratum[:level], []).append(stratum)
    found: dict[Stratum, Stratum] = {}
    for above, near in neighbours.items():
        target = (*above, *("",) * (depth - level))
        rest = [stratum for stratum in near if _is_thin([members[stratum]])]
        others = sorted(set(near) - set(rest), key=lambda stratum: (stratum != target, near.index(stratum)))
        while rest and others and (others[0] == target or _is_thin([members[stratum] for stratum in rest])):
            rest.append(others.pop(0))
        found |= dict.fromkeys(rest, target)
    return found


def _is_thin(members: Iterable[Mapping[str, int]]) -> bool:
    """Whether strata together, each with the cases of its people, say little of the whole."""
    several = list(members)
    cases = sum(sum(each.values()) for each in several)
    return cases < LEAST_CASES or len({person for each in several for person in each}) < LEAST_PEOPLE


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
