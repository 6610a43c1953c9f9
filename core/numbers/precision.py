"""How exactly the moments behind a figure are known: the worst of its inputs (metrics R17)."""

from core.numbers.metric import Max, Part
from core.numbers.metrics import PARTS
from core.numbers.sql import has_column

# From best to worst; `stat` is a source's summary, `poll` was seen between two looks, `import` came in a file.
PRECISIONS = ("exact", "stat", "poll", "import")
RANK = "case precision when 'stat' then 1 when 'poll' then 2 else 3 end"


def worst(fact: str, on: str) -> Part | None:
    """The part that keeps the worst precision of a fact's rows on a day; None where a fact does not tell."""
    return Max(fact, "precision <> 'exact'", RANK, on) if has_column(fact, "precision") else None


def folded_parts() -> tuple[Part, ...]:
    """Every part that is kept: those of the metrics, and the precision of each fact on each of its clocks."""
    clocks = sorted({(part.fact, part.on) for part in PARTS.values()})
    kept = (worst(fact, on) for fact, on in clocks)
    return (*PARTS.values(), *(part for part in kept if part))
