"""Measurements as tables that people read."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.measure import Spread


@dataclass(frozen=True)
class Table:
    """One table of the output; rows of text, the first column a name."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def laid_out(table: Table) -> str:
    """The table as text: names left, figures right."""
    widths = [max(map(len, column)) for column in zip(table.heads, *table.rows, strict=True)]
    lines = [_line(row, widths) for row in (table.heads, *table.rows)]
    rule = "-" * max(map(len, lines))
    return "\n".join([table.title, rule, lines[0], rule, *lines[1:], rule, *table.notes])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        cell.rjust(width) if place else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join((first, *rest)).rstrip()


def spread(values: Spread, digits: int = 1) -> str:
    """Median and, where they differ, least and greatest."""
    shown = [f"{value:.{digits}f}" for value in (values.median, values.low, values.high)]
    return shown[0] if shown[1] == shown[2] else f"{shown[0]} ({shown[1]}-{shown[2]})"


def judged(value: float, goal: float | None, digits: int = 1) -> str:
    """A goal (an upper bound) and whether the value keeps it."""
    if goal is None:
        return ""
    return f"<= {goal:.{digits}f} {'met' if value <= goal else 'missed'}"
