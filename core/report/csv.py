"""The report's numbers as CSV rows; texts that a spreadsheet would run are made plain."""

import csv
import io
from collections.abc import Iterator

from core.numbers.answer import Answer, Comparison, Usual
from core.report.export import neutral
from core.report.model import Report, Tile
from core.report.rules import check
from core.report.words import Words

HEADS = (
    "dim", "member", "metric_id", "name", "variant", "from_on", "to_on", "value", "n", "usual", "delta", "verdict",
    "mark", "goal", "goal_state", "beside_id", "beside_value", "status", "previous", "weeks_13", "weeks_17", "weeks_52",
)  # fmt: skip
Cell = str | float | None


def render_csv(report: Report, language: str) -> str:
    """One row a number: the tiles first, then each cell of the tables; shares are 0..1, durations seconds.

    The tables of analyses are not here: JSON has them.
    """
    check(report)
    words = Words(report, language)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADS)
    for row in _rows(words):
        writer.writerow([neutral(cell) for cell in row])
    return out.getvalue()


def _rows(words: Words) -> Iterator[tuple[Cell, ...]]:
    for tile in words.report.tiles:
        yield _row(words, "", "", tile.comparison, tile)
    for table in words.report.tables:
        for row in table.rows:
            for cell in row.cells:
                yield _row(words, table.dim, row.member, cell, None)


def _row(words: Words, dim: str, member: str, given: Comparison | Answer, tile: Tile | None) -> tuple[Cell, ...]:
    nothing = Usual(None, None, None, None, 0)
    known = given if isinstance(given, Comparison) else Comparison(given, nothing, None, "no usual")
    answer = known.answer
    counter = tile.counter if tile else None
    return (
        dim,
        member,
        answer.metric_id,
        words.metric_name(answer.metric_id),
        answer.variant,
        answer.period.from_on,
        answer.period.to_on,
        answer.value,
        answer.n,
        known.usual.value,
        known.delta,
        known.verdict,
        tile.mark if tile else "",
        tile.goal.target if tile and tile.goal else None,
        tile.goal_state if tile else "",
        counter.metric_id if counter else "",
        counter.value if counter else None,
        answer.status,
        *(past.value if past else None for past in (known.previous, known.weeks_13, known.weeks_17, known.weeks_52)),
    )
