"""The thread under a message: sections, breakdowns, oldest tickets, comments, method; split where it grows too big."""

from collections.abc import Iterator, Sequence

from core.report import blocks, numbers
from core.report.blocks import Made, escape
from core.report.grids import GridWords, chart_line, said
from core.report.locale import neat
from core.report.message import SlackReply
from core.report.model import Section, Sentence, Table, Tile
from core.report.words import Part, Words, compared

COMMENT_CHARS = 400
# A cell of a table costs this many characters around its text.
CELL_COST = 30


def thread(words: Words, rest: Sequence[Tile]) -> Iterator[SlackReply]:
    """The replies of a report; ``rest`` are the tiles that the root message has no room for."""
    report = words.report
    for section in report.sections:
        yield from _section(words, section)
    for table in report.tables:
        yield from _breakdown(words, table)
    if rest and report.kind != "daily":
        yield from _numbers(words, rest)
    elif rest:
        yield from _listed(words.text("numbers"), [blocks.line([Part(words.tile(tile).line)]) for tile in rest])
    if report.oldest:
        yield from _listed(words.text("oldest"), list(_oldest(words)))
    if report.happened:
        lines = [blocks.line(words.parts(words.happening(one))) for one in report.happened]
        yield from _listed(words.text("events"), lines)
    if report.comments:
        yield from _listed(words.text("comments"), list(_comments(words)))
    notes = [*report.method, *report.revisions, *words.problems(), *words.notes()] or [Sentence("nothing_left_out")]
    yield from _listed(words.text("method"), [blocks.line(words.parts(note)) for note in notes])


def _numbers(words: Words, rest: Sequence[Tile]) -> Iterator[SlackReply]:
    title = words.text("numbers")
    heading = blocks.rich(blocks.line([Part(title)], bold=True))
    lines = words.language.text("format", "list").join(words.tile(tile).line for tile in rest)
    heard = escape(f"{title}{words.language.text('format', 'colon')}{lines}")[: blocks.TEXT_CHARS]
    for chunk in _chunks(list(numbers.rows(words, rest))):
        yield SlackReply(heard, (heading, blocks.table(numbers.heads(words), chunk)))


def _listed(title: str, lines: Sequence[Made]) -> Iterator[SlackReply]:
    heading = blocks.line([Part(title)], bold=True)
    for chunk in blocks.chunks(lines):
        yield SlackReply(escape(title), (blocks.rich(heading, blocks.bullets(chunk)),))


def _section(words: Words, section: Section) -> Iterator[SlackReply]:
    """What it says with its first table; each further one, or the rest of a long one, in a reply of its own."""
    made = said(words, section)
    lines = [*made.lines, *([Part(chart_line(words, chart))] for chart in made.charts)]
    body: list[Made] = [blocks.rich(blocks.line([Part(made.title)], bold=True))]
    if lines:
        body.append(blocks.rich(blocks.bullets([blocks.line(parts) for parts in lines])))
    notes = [{"type": "context", "elements": [blocks.plain(_flat(parts)) for parts in made.notes[:10]]}]
    tables = [(grid, chunk) for grid in made.grids for chunk in _chunks(grid.rows)]
    spoken = [*(_flat(parts) for parts in lines), *(text for grid in made.grids for text in _rows_heard(words, grid))]
    heard = made.title + words.language.text("format", "colon") + words.language.text("format", "gap").join(spoken)
    for number, (grid, chunk) in enumerate(tables or [(None, [])]):
        if number:
            body = [] if grid and grid.says else [blocks.rich(blocks.line([Part(made.title)], bold=True))]
        if grid is not None:
            body += [blocks.rich(blocks.line(grid.says))] if grid.says else []
            body.append(blocks.table(grid.heads, chunk))
            body += [blocks.section(grid.more)] if grid.more and chunk[-1] is grid.rows[-1] else []
        if number >= len(tables) - 1 and made.notes:
            body += notes
        yield SlackReply(escape(heard if not number else made.title)[: blocks.TEXT_CHARS], tuple(body))


def _flat(parts: Sequence[Part]) -> str:
    return "".join(part.text for part in parts)


def _rows_heard(words: Words, grid: GridWords) -> Iterator[str]:
    join, stop = words.language.text("format", "join"), words.language.text("format", "stop")
    for row in grid.rows[:20]:
        yield (
            join.join(
                f"{head} {cell}" if at else cell for at, (head, cell) in enumerate(zip(grid.heads, row, strict=True))
            )
            + stop
        )


def _chunks(rows: Sequence[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    """Rows in runs that each fit into one message; each cell costs more than its text."""
    room = blocks.BLOCKS_BYTES - 3_000
    chunk: list[Sequence[str]] = []
    size = 0
    for row in rows:
        cost = sum(len(cell.encode()) + CELL_COST for cell in row)
        if chunk and (size + cost > room or len(chunk) >= blocks.TABLE_ROWS):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += cost
    if chunk:
        yield chunk


def _breakdown(words: Words, table: Table) -> Iterator[SlackReply]:
    dim = words.language.word("dim", table.dim) or table.dim
    title = words.language.word("by", table.dim) or table.dim
    head = [dim, *(words.metric_name(metric_id) for metric_id in table.metric_ids)]
    rows = [[words.member(table.dim, row.member), *(words.cell(given) for given in row.cells)] for row in table.rows]
    room = blocks.BLOCKS_BYTES - 1_500 - (max((len(row) for row in rows), default=0) * CELL_COST)
    for chunk in blocks.chunks([[cell + " " * CELL_COST for cell in row] for row in rows], room):
        body = blocks.table(head, [[cell.rstrip() for cell in row] for row in chunk])
        yield SlackReply(_heard(words, title, table), (blocks.rich(blocks.line([Part(title)], bold=True)), body))
    if table.more:
        more = words.text("more_rows", n=words.language.number(table.more))
        yield SlackReply(escape(more), (blocks.section(more),))


def _heard(words: Words, title: str, table: Table) -> str:
    join, colon = words.language.text("format", "join"), words.language.text("format", "colon")
    rows = [
        f"{words.member(table.dim, row.member)} " + join.join(words.number(compared(given)) for given in row.cells)
        for row in table.rows[:20]
    ]
    return escape(title + colon + words.language.text("format", "list").join(rows))[: blocks.TEXT_CHARS]


def _oldest(words: Words) -> Iterator[Made]:
    for ticket in words.report.oldest:
        number = f"#{neat(ticket.number)}"
        first: Made = {"type": "text", "text": number}
        if ticket.url:
            first = {"type": "link", "url": ticket.url, "text": number}
        said = [words.language.seconds(ticket.age_s), words.language.word("status", ticket.status_category)]
        rest = " · ".join(text for text in ("", *said, neat(ticket.team)) if text is not None)
        yield {"type": "rich_text_section", "elements": [first, {"type": "text", "text": rest.removesuffix(" · ")}]}


def _comments(words: Words) -> Iterator[Made]:
    for comment in words.report.comments:
        said = words.text({True: "satisfied", False: "unsatisfied", None: "not_said"}[comment.is_satisfied])
        text = f"{said}{words.language.text('format', 'colon')}“{neat(comment.text, COMMENT_CHARS)}”"
        yield blocks.line([Part(text)])
