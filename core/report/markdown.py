"""The report as Markdown, for wikis and tickets; other people's words are escaped."""

import re
from collections.abc import Iterable, Iterator, Sequence

from core.report.grids import said
from core.report.locale import neat
from core.report.model import Report, Section, Sentence, Table, Tile
from core.report.rules import check
from core.report.words import Part, Words

SPECIAL = re.compile(r"([\\`*_\[\]<>#!|~&])")


def render_markdown(report: Report, language: str) -> str:
    """The whole report without its charts."""
    check(report)
    words = Words(report, language)
    return "\n".join(_lines(words)).rstrip() + "\n"


def escaped(text: str) -> str:
    """Text in which nothing is markup."""
    return SPECIAL.sub(r"\\\1", text)


def _lines(words: Words) -> Iterator[str]:
    report = words.report
    yield from (f"# {escaped(words.title())}", "", f"**{escaped(words.headline())}**", "")
    yield from _list(words, report.sentences)
    yield from _list(words, words.problems())
    if not (report.is_closed_day or report.is_low_volume):
        yield from _tiles(words, report.tiles)
        yield from _list(words, (*report.read_together, *report.history, *report.celebrations))
        if report.next_step:
            yield from (f"**{words.text('next')}**{words.language.text('format', 'colon')}"
                        f"{_said(words.parts(report.next_step))}", "")  # fmt: skip
        for section in report.sections:
            yield from _section(words, section)
        for table in report.tables:
            yield from _table(words, table)
    if report.oldest:
        yield from (f"## {words.text('oldest')}", "")
        for ticket in report.oldest:
            number = escaped(f"#{neat(ticket.number)}")
            shown = f"[{number}](<{ticket.url}>)" if ticket.url else number
            yield f"- {shown} · {words.language.seconds(ticket.age_s)} · {escaped(neat(ticket.team))}".rstrip(" ·")
        yield ""
    if report.happened:
        yield from (f"## {words.text('events')}", "")
        yield from _list(words, (words.happening(one) for one in report.happened))
    if report.comments:
        yield from (f"## {words.text('comments')}", "")
        for comment in report.comments:
            yield f"> {escaped(neat(comment.text, 600))}"
            yield ""
    yield from (f"## {words.text('method')}", "")
    notes = [*report.method, *report.revisions, *words.notes()] or [Sentence("nothing_left_out")]
    yield from _list(words, (*notes, *report.rules, Sentence("usual_is")))
    yield escaped(" · ".join([*words.freshness(), words.text("zone", zone=report.zone)]))


def _list(words: Words, sentences: Iterable[Sentence]) -> Iterator[str]:
    lines = [f"- {_said(words.parts(sentence))}" for sentence in sentences]
    if lines:
        yield from (*lines, "")


def _said(parts: Sequence[Part]) -> str:
    return "".join(f"**{escaped(part.text)}**" if part.is_name else escaped(part.text) for part in parts)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"


def _tiles(words: Words, tiles: Sequence[Tile]) -> Iterator[str]:
    heads = ("metric", "value", "versus_usual", "verdict", "sample")
    yield _row(words.text(head) for head in heads)
    yield "| --- | ---: | --- | --- | --- |"
    for tile in tiles:
        said = words.tile(tile)
        yield _row((said.name, said.value, said.delta, said.mark_word, said.small))
    yield ""


def _section(words: Words, section: Section) -> Iterator[str]:
    made = said(words, section)
    yield from (f"## {escaped(made.title)}", "")
    lines = [f"- {_said(parts)}" for parts in made.lines]
    yield from (*lines, "") if lines else ()
    for grid in made.grids:
        yield from (_said(grid.says), "") if grid.says else ()
        yield _row(grid.heads)
        yield f"| --- |{' ---: |' * (len(grid.heads) - 1)}"
        yield from (_row(row) for row in grid.rows)
        yield ""
        yield from (grid.more, "") if grid.more else ()
    notes = [f"*{_said(parts)}*  " for parts in made.notes]
    yield from (*notes, "") if notes else ()


def _table(words: Words, table: Table) -> Iterator[str]:
    yield from (f"## {words.language.word('by', table.dim) or escaped(table.dim)}", "")
    dim = words.language.word("dim", table.dim) or table.dim
    yield _row([dim, *(words.metric_name(metric_id) for metric_id in table.metric_ids)])
    yield f"| --- |{' ---: |' * len(table.metric_ids)}"
    for row in table.rows:
        yield _row([words.member(table.dim, row.member), *(words.cell(given) for given in row.cells)])
    yield ""
