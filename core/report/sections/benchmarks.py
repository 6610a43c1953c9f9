"""Published figures of others beside one's own, where somebody asked for them."""

from collections.abc import Sequence
from itertools import groupby

from core.numbers.answer import Answer
from core.numbers.benchmarks import BENCHMARKS, SHOWN_WITH, Benchmark
from core.report.model import Grid, Name, Section, Sentence, Term, Value, Worded
from core.report.sections.guards import guards
from core.report.sections.scope import Scope


def benchmarks(scope: Scope) -> Section | None:
    """The metrics that the report shows and others have published, with enough of one's own cases to compare."""
    if not scope.spec.benchmarks:
        return None
    shown = {tile.metric_id for tile in scope.tiles}
    rows: list[tuple[Worded | None, ...]] = []
    told: list[str] = []
    for (metric_id, variant), figures in groupby(BENCHMARKS, key=lambda one: (one.metric_id, one.variant)):
        if metric_id not in shown and SHOWN_WITH.get(metric_id) not in shown:
            continue
        own = scope.inquiry.ask(metric_id, scope.period, variant)
        if own.status != "ok" or own.value is None:
            continue
        told.append(metric_id)
        same = [list(some) for _, some in groupby(figures, key=lambda one: (one.says, one.low, one.high))]
        rows += [_row(some, own, is_first=place == 0) for place, some in enumerate(same)]
    if not rows:
        return None
    heads = (Term("metric", "head"), Term("own", "head"), Term("others", "head"), Term("source", "head"))
    beside = guards(scope.inquiry, told, scope.period)
    return Section(
        "benchmarks",
        grids=(Grid(heads, tuple(rows)),),
        notes=(Sentence("bench_note"), *beside.notes),
        guards=beside.missing,
    )


def _row(same: Sequence[Benchmark], own: Answer, *, is_first: bool) -> tuple[Worded | None, ...]:
    """One figure, with all who publish it."""
    figure = same[0]
    values: dict[str, Worded] = {"low": Value(figure.metric_id, figure.low, own.variant)}
    if figure.high is not None:
        values["high"] = Value(figure.metric_id, figure.high, own.variant)
    mine: tuple[Worded, Worded] = (Term(figure.metric_id), Value(own.metric_id, own.value, own.variant))
    return (
        *(mine if is_first else (Name(""), Name(""))),
        Sentence(f"bench_{figure.says}", values),
        tuple(_source(one) for one in same),
    )


def _source(figure: Benchmark) -> Sentence:
    name = Name(f"{figure.source} {figure.year}" if figure.year else figure.source)
    return Sentence("weak_source" if figure.is_weak else "one_source", {"source": name})
