"""A section put into words: its heading, lines, tables and small print, the same for every form of a report."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.report.model import Chart, Figure, Grid, Section, Sentence, Span, Term, Value, Worded
from core.report.spark import sparkline
from core.report.words import Part, Words

CHART_POINTS = 28


@dataclass(frozen=True)
class GridWords:
    """A table: ``says`` stands over it, ``more`` under it."""

    says: list[Part]
    heads: list[str]
    rows: list[list[str]]
    more: str


@dataclass(frozen=True)
class SectionWords:
    """The texts of a section, in reading order."""

    title: str
    lines: list[list[Part]]
    grids: list[GridWords]
    charts: tuple[Chart, ...]
    notes: list[list[Part]]


def said(words: Words, section: Section) -> SectionWords:
    """The section in the language of the report."""
    return SectionWords(
        title=words.text(f"section_{section.key}"),
        lines=[words.parts(sentence) for sentence in section.sentences],
        grids=[_grid(words, grid) for grid in section.grids if grid.rows],
        charts=section.charts,
        notes=[words.parts(note) for note in (*section.notes, *_guards(section))],
    )


def _guards(section: Section) -> Iterator[Sentence]:
    """Strong metrics whose counter-metric has no data are told, where the section has not done so (metrics R13)."""
    if not any(sentence.key == "guard_missing" for sentence in (*section.sentences, *section.notes)):
        for metric_id in sorted(section.guards):
            yield Sentence("guard_missing_of", {"metric": Term(metric_id)})


def _grid(words: Words, grid: Grid) -> GridWords:
    return GridWords(
        says=words.parts(grid.says) if grid.says else [],
        heads=[words.cell_text(head) for head in grid.heads],
        rows=[[words.cell_text(cell) for cell in row] for row in grid.rows],
        more=words.text("more_rows", n=words.language.number(grid.more)) if grid.more else "",
    )


def chart_line(words: Words, chart: Chart) -> str:
    """A chart as a line of characters, with its title and finding, for where no picture can be."""
    line = sparkline([point.value for point in chart.points[-CHART_POINTS:]])
    finding = words.say(chart.finding) if chart.finding else ""
    return f"{words.chart_title(chart)}  {line}\n{finding}".rstrip()


def plain(cell: Worded | None) -> float | str | list[float | None] | None:
    """The bare value of a cell for other programs: a number where it has one, else None."""
    match cell:
        case Value(value=value) | Figure(value=value):
            return value
        case Span(low, high):
            return [low, high]
        case None | Sentence() | tuple():
            return None
    for name in ("value", "text", "day_on", "at", "key", "slot"):
        found: float | str | None = getattr(cell, name, None)
        if found is not None:
            return found
    return None
