"""``python -m bench.catalogue``: worked examples passed per section, and engines compared over random facts."""

import argparse
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.table import Table, laid_out
from core.numbers.docs import GROUPS
from core.numbers.metric import Metric
from core.numbers.metrics import METRICS
from tests.numbers.second_engine import Both, both_stores, figures, parts
from tests.numbers.worked import expectations

CORE = "6 core cards"


@dataclass
class Section:
    """What a section of the catalogue promises, and how much of it holds."""

    metrics: int = 0
    computed: int = 0
    variants: int = 0
    examples: set[tuple[str, int]] = field(default_factory=set)
    promised: int = 0
    held: int = 0


def section_of(metric: Metric) -> str:
    """The section of the catalogue: core cards, or the full set by what it is about."""
    return CORE if metric.tier == "K" else f"7 {GROUPS[metric.group]}"


def sections() -> tuple[dict[str, Section], list[str]]:
    """Every section with its counts, and the examples that do not hold."""
    found = {name: Section() for name in (CORE, *(f"7 {title}" for title in GROUPS.values()))}
    broken = []
    for metric in METRICS.values():
        section = found[section_of(metric)]
        section.metrics += 1
        section.computed += bool(metric.how)
        section.variants += len(metric.how)
    for one in expectations():
        section = found[section_of(one.metric)]
        section.examples.add((one.metric.id, one.number))
        section.promised += 1
        got, _ = one.computed()
        if one.agrees(got):
            section.held += 1
        else:
            broken.append(f"{one.id}: {got} instead of {one.expected}")
    return found, broken


def section_table(found: dict[str, Section]) -> Table:
    """A line a section, and all together."""
    counts = [
        (name, one.metrics, one.computed, one.variants, len(one.examples), one.promised, one.held)
        for name, one in found.items()
    ]
    total = tuple(sum(int(row[place]) for row in counts) for place in range(1, 7))
    rows = tuple((str(name), *(f"{count:,}" for count in rest)) for name, *rest in [*counts, ("all", *total)])
    heads = ("section", "metrics", "computed", "variants", "examples", "figures promised", "held")
    return Table("Worked examples", heads, rows)


def engine_table(seeds: int, rows: int) -> Table:
    """How many figures both engines have, and how far they are apart at most."""
    made: dict[str, list[Both]] = {"parts": [], "quantiles, means and levels": []}
    for seed in range(seeds):
        db, other = both_stores(seed, rows)
        made["parts"] += list(parts(db, other))
        made["quantiles, means and levels"] += list(figures(db, other))
    lines = tuple(
        (name, f"{len(some):,}", f"{sum(one.apart == 0 for one in some):,}", f"{max(one.apart for one in some):.1e}")
        for name, some in made.items()
    )
    title = f"SQLite beside DuckDB, {seeds} worlds of {rows:,} rows a fact table"
    return Table(title, ("figures", "compared", "equal to the bit", "largest difference"), lines)


def missing() -> Iterator[str]:
    """Metrics without a formula."""
    yield from (f"not computed: {metric.id}" for metric in METRICS.values() if not metric.how)


def main() -> int:
    """Prints both tables; the exit code is 1 where an example does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.catalogue", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="random worlds (default 5)")
    parser.add_argument("--rows", type=int, default=200, help="rows of each fact table (default 200)")
    asked = parser.parse_args()
    warnings.simplefilter("ignore", DeprecationWarning)
    found, broken = sections()
    print(laid_out(section_table(found)))
    print(laid_out(engine_table(asked.seeds, asked.rows)))
    for line in (*missing(), *broken):
        print(line)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
