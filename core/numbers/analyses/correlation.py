"""Which weekly figures move together, told only where chance and trend are poor explanations (metrics 8.4).

Spearman's rank correlation, raw and after each series has lost its straight-line trend (a week has no weekdays to
remove; holiday weeks were replaced before). A finding passes both ways, so that neither two trends nor one outlier of a
detrended series makes one. Weeks resemble the weeks before them, which makes chance hits common: the number of weeks is
reduced to the effective one of two autocorrelated series. No finding names a cause, and nothing acts on one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import atanh, sqrt

from core.numbers.clear_change import two_sided

LEAST_WEEKS = 26
LAGS = range(5)
RHO_SHOWN = 0.4
Q_SHOWN = 0.05
# The variance of atanh(rho) for ranks is that much larger than for values (Fieller, Hartley and Pearson 1957).
RANKS_VARIANCE = 1.06
# Below so many effective weeks there is no test.
LEAST_EFFECTIVE = 6.0

Series = Sequence[float | None]
"""One figure a week, oldest first; None where it is not known."""


@dataclass(frozen=True)
class Candidate:
    """Two series by name, and by how many weeks the first one is ahead of the second; ``is_ready`` where that was asked
    before anybody looked."""

    first: str
    second: str
    lag: int = 0
    is_ready: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Together:
    """Two series that move together: ``weeks`` pairs, rho and q raw and without trend; ``lag`` weeks lie between a move
    of the first and the second."""

    first: str
    second: str
    lag: int
    weeks: int
    rho: float
    q: float
    rho_detrended: float
    q_detrended: float

    @property
    def strength(self) -> float:
        """The smaller |rho| of both ways."""
        return min(abs(self.rho), abs(self.rho_detrended))

    @property
    def is_shown(self) -> bool:
        """Whether it is strong and clear both ways, and of one sign."""
        is_clear = self.rho * self.rho_detrended > 0 and max(self.q, self.q_detrended) < Q_SHOWN
        return is_clear and self.strength >= RHO_SHOWN


@dataclass(frozen=True)
class Correlated:
    """What is shown, the strongest first, of how many pairs and lags ``tested`` together."""

    found: tuple[Together, ...] = ()
    tested: int = 0


@dataclass(frozen=True)
class _Look:
    """One of the two ways to look."""

    rho: float
    p_value: float


def correlate(series: Mapping[str, Series], candidates: Iterable[Candidate]) -> Correlated:
    """What is shown of all candidates tested together: the strongest lag of each two series, the strongest first.

    Both series need 26 known weeks, and as many pairs less the lag. Of two equal candidates the first one counts. The
    ready ones together weigh as much as all others (Genovese, Roeder and Wasserman 2006)."""
    weeks = {name: _known(values) for name, values in series.items()}
    raw = {name: known for name, known in weeks.items() if len(known) >= LEAST_WEEKS}
    bare = {name: detrended(known) for name, known in raw.items()}
    echoes = [{name: first_echo(known) for name, known in way.items()} for way in (raw, bare)]
    tested: list[tuple[Candidate, int, _Look, _Look]] = []
    for one in dict.fromkeys(candidates):
        if one.first not in raw or one.second not in raw:
            continue
        at = [week for week in raw[one.first] if week + one.lag in raw[one.second]]
        if len(at) < LEAST_WEEKS - one.lag:
            continue
        plain, bared = (
            _look(
                [way[one.first][week] for week in at],
                [way[one.second][week + one.lag] for week in at],
                echo[one.first] * echo[one.second],
            )
            for way, echo in zip((raw, bare), echoes, strict=True)
        )
        if plain is not None and bared is not None:
            tested.append((one, len(at), plain, bared))
    weights = _weights([one for one, *_ in tested])
    both = (
        benjamini_hochberg([plain.p_value / weight for (_, _, plain, _), weight in zip(tested, weights, strict=True)]),
        benjamini_hochberg([bared.p_value / weight for (*_, bared), weight in zip(tested, weights, strict=True)]),
    )
    found = (
        Together(one.first, one.second, one.lag, n, plain.rho, q, bared.rho, q_bared)
        for (one, n, plain, bared), q, q_bared in zip(tested, *both, strict=True)
    )
    return Correlated(_strongest(each for each in found if each.is_shown), len(tested))


def _weights(tested: Sequence[Candidate]) -> list[float]:
    """The weight of each, 1 on average."""
    counts = {is_ready: sum(one.is_ready is is_ready for one in tested) for is_ready in (True, False)}
    kinds = sum(count > 0 for count in counts.values())
    return [len(tested) / kinds / counts[one.is_ready] for one in tested]


def _strongest(found: Iterable[Together]) -> tuple[Together, ...]:
    best: dict[frozenset[str], Together] = {}
    for each in found:
        key = frozenset((each.first, each.second))
        if key not in best or each.strength > best[key].strength:
            best[key] = each
    return tuple(sorted(best.values(), key=lambda each: each.strength, reverse=True))


def _known(values: Series) -> dict[int, float]:
    return {week: value for week, value in enumerate(values) if value is not None}


def _look(first: Sequence[float], second: Sequence[float], echo: float) -> _Look | None:
    rho = spearman(first, second)
    if rho is None:
        return None
    return _Look(rho, rank_p(rho, effective_weeks(len(first), echo)))


def ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value, from 1; equal ones share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    made = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in range(start, end + 1):
            made[order[place]] = (start + end) / 2 + 1
        start = end + 1
    return made


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Spearman's rho; None where one of them never changes."""
    return _pearson(ranks(first), ranks(second))


def _pearson(first: Sequence[float], second: Sequence[float]) -> float | None:
    n = len(first)
    if n < 2:
        return None
    mean_1, mean_2 = sum(first) / n, sum(second) / n
    one, two = [x - mean_1 for x in first], [y - mean_2 for y in second]
    spread = sqrt(sum(x * x for x in one) * sum(y * y for y in two))
    return sum(x * y for x, y in zip(one, two, strict=True)) / spread if spread else None


def detrended(known: Mapping[int, float]) -> dict[int, float]:
    """What is left of a series by week without its straight-line trend (least squares)."""
    n = len(known)
    middle, mean = sum(known) / n, sum(known.values()) / n
    wide = sum((week - middle) ** 2 for week in known)
    slope = sum((week - middle) * value for week, value in known.items()) / wide if wide else 0.0
    return {week: value - mean - slope * (week - middle) for week, value in known.items()}


def first_echo(known: Mapping[int, float]) -> float:
    """How much the ranks of weeks resemble those of the weeks before (lag-1 autocorrelation), 0 at least.

    Short series hide their memory: the estimate is raised by what it is low on average, (1 + 4 r) / n (Kendall).
    """
    ranked = dict(zip(known, ranks(list(known.values())), strict=True))
    n, mean = len(ranked), sum(ranked.values()) / len(ranked)
    whole = sum((value - mean) ** 2 for value in ranked.values())
    pairs = [(value, ranked[week + 1]) for week, value in ranked.items() if week + 1 in ranked]
    if not whole or not pairs:
        return 0.0
    found = sum((x - mean) * (y - mean) for x, y in pairs) / len(pairs) / (whole / n)
    return min(max(found + (1 + 4 * found) / n, 0.0), 0.99)


def effective_weeks(n: int, echo: float) -> float:
    """As many independent pairs of weeks as tell as much, by the product of both series' echoes (Bartlett 1935)."""
    return n * (1 - echo) / (1 + echo)


def rank_p(rho: float, effective: float) -> float:
    """The two-sided probability of such a rho by chance, by Fisher's z for ranks."""
    if effective < LEAST_EFFECTIVE:
        return 1.0
    return two_sided(atanh(min(abs(rho), 1 - 1e-12)) * sqrt((effective - 3) / RANKS_VARIANCE))


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """The q of each p: the share of false ones among those at least as clear, in the order given."""
    n = len(p_values)
    made = [1.0] * n
    least = 1.0
    for place, index in reversed(list(enumerate(sorted(range(n), key=p_values.__getitem__), 1))):
        least = min(least, p_values[index] * n / place)
        made[index] = least
    return made
