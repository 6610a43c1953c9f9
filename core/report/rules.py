"""What no renderer may show: a strong metric without its counter-metric, a judgement on few or too early, persons."""

from collections.abc import Iterator

from core.errors import DeskpulseError
from core.numbers.persons import PERSONAL
from core.report.model import Delta, Report, Section, Sentence, Table, Target, Tile, Value, Worded


class RuleBroken(DeskpulseError):
    """The report was put together against its own rules; nothing is shown of it."""


def check(report: Report) -> None:
    """Raises RuleBroken for a report that breaks metrics R8 (too early), R10 (too few) or R13 (strong and weak), or
    tells of single persons (8.6)."""
    in_sections = (fault for section in report.sections for fault in _strong_in_section(report, section))
    broken = [
        *_strong_alone(report),
        *in_sections,
        *_judged_on_few(report),
        *_judged_early(report),
        *_of_persons(report),
    ]
    if broken:
        raise RuleBroken("; ".join(broken))


def _strong_alone(report: Report) -> Iterator[str]:
    for tile in report.tiles:
        metric = report.metrics[tile.metric_id]
        if metric.strength == "S" and tile.counter is None and not tile.guard_missing:
            yield f"{metric.id} can be moved by will alone and stands without its counter-metric"
        if tile.counter is not None and metric.counter and tile.counter.metric_id not in metric.counter:
            yield f"{tile.counter.metric_id} is no counter-metric of {metric.id}"
    for table in report.tables:
        yield from _strong_columns(report, table)


def _strong_columns(report: Report, table: Table) -> Iterator[str]:
    for metric_id in table.metric_ids:
        metric = report.metrics[metric_id]
        if metric.strength == "S" and not set(metric.counter) & set(table.metric_ids):
            yield f"{metric.id} stands in the table by {table.dim} without its counter-metric"


def _strong_in_section(report: Report, section: Section) -> Iterator[str]:
    """A section that gives a figure of a strong metric gives one of its counter-metrics too, or says there is none."""
    shown = metrics_in(section)
    for metric_id in sorted(shown - section.guards):
        metric = report.metrics[metric_id]
        if metric.strength == "S" and not shown & set(metric.counter):
            yield f"{metric_id} stands in the section {section.key} without its counter-metric"


def metrics_in(section: Section) -> frozenset[str]:
    """The metrics of which a section gives figures, in sentences, tables or charts; naming one is none."""
    cells = (cell for grid in section.grids for row in (grid.heads, *grid.rows) for cell in row)
    says = (grid.says for grid in section.grids)
    found = (each for value in (*section.sentences, *section.notes, *says, *cells) for each in _figures(value))
    return frozenset(found) | {chart.metric_id for chart in section.charts}


def _figures(value: Worded | None) -> Iterator[str]:
    match value:
        case Value(metric_id=metric_id) | Target(metric_id=metric_id) | Delta(metric_id=metric_id):
            yield metric_id
        case Sentence(values=values):
            for each in values.values():
                yield from _figures(each)
        case tuple():
            for each in value:
                yield from _figures(each)


def _judged_on_few(report: Report) -> Iterator[str]:
    for tile in report.tiles:
        if tile.answer.n < report.metrics[tile.metric_id].floor and _is_judged(tile):
            yield f"{tile.metric_id} is judged on {tile.answer.n}"


def _judged_early(report: Report) -> Iterator[str]:
    for tile in report.tiles:
        is_open = report.metrics[tile.metric_id].is_cohort and tile.answer.maturity == "provisional"
        if is_open and _is_judged(tile):
            yield f"{tile.metric_id} is judged before its cases are settled"


def _of_persons(report: Report) -> Iterator[str]:
    for dim in (*report.where, *(table.dim for table in report.tables)):
        if dim in PERSONAL:
            yield f"split by {dim} a report would tell of single persons"


def _is_judged(tile: Tile) -> bool:
    clear = tile.comparison.verdict in {"better", "worse", "different"}
    return clear or tile.mark in {"good", "bad"} or tile.goal_state in {"reached", "missed", "counter_failed"}
