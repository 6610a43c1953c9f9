"""The thread under a message: sections, breakdowns, oldest tickets, comments, method; split where it grows too big."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.report import blocks, numbers
from core.report.blocks import BLOCKS_BYTES, Made, escape, size_of
from core.report.grids import GridWords, chart_line, said
from core.report.locale import neat
from core.report.message import SlackReply
from core.report.model import Section, Sentence, Table, Tile
from core.report.words import Part, Words, compared

COMMENT_CHARS = 400
# Slack takes 50 blocks a message.
PIECES_BLOCKS = 40
# A cell of a table costs this many characters around its text.
CELL_COST = 30


@dataclass(frozen=True)
class _Piece:
    """What stands together in a reply; Slack takes one table a message."""

    heard: str
    body: tuple[Made, ...]

    @property
    def has_table(self) -> bool:
        return any(block["type"] == "table" for block in self.body)


def thread(words: Words, rest: Sequence[Tile]) -> Iterator[SlackReply]:
    """The replies of a report; ``rest`` are the tiles that the root message has no room for.

    What has no table shares a reply with what follows it, as far as that stays within the limits."""
    heard: list[str] = []
    body: list[Made] = []
    has_table = False
    for piece in _pieces(words, rest):
        is_full = size_of([*body, *piece.body]) > BLOCKS_BYTES or len(body) + len(piece.body) > PIECES_BLOCKS
        is_full = is_full or sum(map(len, (*heard, piece.heard))) + len(heard) > blocks.TEXT_CHARS
        if body and (is_full or (has_table and piece.has_table)):
            yield SlackReply("\n".join(heard), tuple(body))
            heard, body, has_table = [], [], False
        heard.append(piece.heard)
        body += piece.body
        has_table = has_table or piece.has_table
    if body:
        yield SlackReply("\n".join(heard), tuple(body))


def _pieces(words: Words, rest: Sequence[Tile]) -> Iterator[_Piece]:
    report = words.report
    for section in report.sections:
        yield from _section(words, section)
    yield from _breakdowns(words, report.tables)
    if rest and report.kind != "daily":
        yield _numbers(words, rest)
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


def _numbers(words: Words, rest: Sequence[Tile]) -> _Piece:
    """One table of them; of a long list those that lead, for the full report has them all."""
    shown = rest
    while len(list(_chunks(list(numbers.rows(words, shown))))) > 1:
        shown = numbers.leading(words.report, len(shown) * 3 // 4, among=rest)
    title = words.text("numbers")
    lines = words.language.text("format", "list").join(words.tile(tile).line for tile in shown)
    heard = escape(f"{title}{words.language.text('format', 'colon')}{lines}")[: blocks.TEXT_CHARS]
    body = [blocks.rich(blocks.line([Part(title)], bold=True))]
    body.append(blocks.table(numbers.heads(words), list(numbers.rows(words, shown))))
    if len(shown) < len(rest):
        left = words.language.number(len(rest) - len(shown))
        body.append(blocks.section(words.text("more_numbers", n=left)))
    return _Piece(heard, tuple(body))


def _listed(title: str, lines: Sequence[Made]) -> Iterator[_Piece]:
    heading = blocks.line([Part(title)], bold=True)
    for chunk in blocks.chunks(lines):
        yield _Piece(escape(title), (blocks.rich(heading, blocks.bullets(chunk)),))


def _section(words: Words, section: Section) -> Iterator[_Piece]:
    """What it says with its tables as one, in as many replies as that takes; small print's tables are in the report."""
    made = said(words, replace(section, grids=tuple(grid for grid in section.grids if not grid.is_detail)))
    lines = [*made.lines, *([Part(chart_line(words, chart))] for chart in made.charts)]
    title = blocks.rich(blocks.line([Part(made.title)], bold=True))
    spoken = [*(_flat(parts) for parts in lines), *(text for grid in made.grids for text in _rows_heard(words, grid))]
    heard = made.title + words.language.text("format", "colon") + words.language.text("format", "gap").join(spoken)
    notes = [{"type": "context", "elements": [blocks.plain(_flat(parts)) for parts in made.notes[:10]]}]
    body: list[Made] = [title]
    if lines:
        body.append(blocks.rich(blocks.bullets([blocks.line(parts) for parts in lines])))
    tables = list(_joined(made.grids))
    for number, (says, head, rows, more) in enumerate(tables or [([], (), [], "")]):
        if number:
            body = [title]
        if says:
            body.append(blocks.rich(blocks.line(says)))
        if rows:
            body.append(blocks.table(head, rows))
        if more:
            body.append(blocks.section(more))
        if number >= len(tables) - 1 and made.notes:
            body += notes
        yield _Piece(escape(heard if not number else made.title)[: blocks.TEXT_CHARS], tuple(body))


def _joined(
    grids: Sequence[GridWords],
) -> Iterator[tuple[Sequence[Part], Sequence[str], Sequence[Sequence[str]], str]]:
    """Tables one under the other as one, in runs that each fit into a message: what is said over it, head, rows, rest.

    Under the first, each begins with a row of what it is called, and of its heads where they are others."""
    if not grids:
        return
    first = grids[0]
    width = max(len(grid.heads) for grid in grids)
    rows: list[Sequence[str]] = []
    heads = first.heads
    for number, grid in enumerate(grids):
        if number:
            called = _flat([part for part in grid.says if part.is_name] or grid.says).rstrip(":：")
            if grid.heads != heads:
                rows += [[called]] if called else []
                rows.append(grid.heads)
            else:
                rows.append([called])
            heads = grid.heads
        rows += grid.rows
        # The rest of the last table stands under it all.
        rows += [[grid.more]] if grid.more and grid is not grids[-1] else []
    level = [[*row, *[""] * (width - len(row))] for row in rows]
    runs = list(_chunks(level))
    for number, run in enumerate(runs):
        head = [*first.heads, *[""] * (width - len(first.heads))]
        yield first.says if not number else [], head, run, grids[-1].more if number == len(runs) - 1 else ""


def _flat(parts: Sequence[Part]) -> str:
    return "".join(part.text for part in parts)


def _rows_heard(words: Words, grid: GridWords) -> Iterator[str]:
    join, stop = words.language.text("format", "join"), words.language.text("format", "stop")
    if grid.says:
        yield _flat(grid.says)
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


def _breakdowns(words: Words, tables: Sequence[Table]) -> Iterator[_Piece]:
    """By queue, team and channel, one table under the other."""
    title = words.text("breakdowns")
    heard = [_heard(words, _by(words, table), table) for table in tables]
    for number, (_, head, rows, more) in enumerate(_joined([_breakdown(words, table) for table in tables])):
        name = _by(words, tables[0]) if len(tables) == 1 else title
        body = [blocks.rich(blocks.line([Part(name)], bold=True)), blocks.table(head, rows)]
        body += [blocks.section(more)] if more else []
        yield _Piece("\n".join(heard)[: blocks.TEXT_CHARS] if not number else escape(name), tuple(body))


def _by(words: Words, table: Table) -> str:
    return words.language.word("by", table.dim) or table.dim


def _breakdown(words: Words, table: Table) -> GridWords:
    dim = words.language.word("dim", table.dim) or table.dim
    rows = [[words.member(table.dim, row.member), *(words.cell(given) for given in row.cells)] for row in table.rows]
    more = words.text("more_rows", n=words.language.number(table.more)) if table.more else ""
    return GridWords([], [dim, *(words.metric_name(metric_id) for metric_id in table.metric_ids)], rows, more)


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
