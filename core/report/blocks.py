"""The pieces of Block Kit that messages are made of, each within its limits.

Other people's words stand only in plain text, rich text or raw table cells, where nothing in them is markup.
Limits: docs.slack.dev, and a message of 13,200 characters of blocks that was refused against none of them.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from core.report.words import Part

Made: TypeAlias = dict[str, Any]

BLOCKS_BYTES = 9_000
TEXT_CHARS = 2_900
FIELD_CHARS = 1_900
HEADER_CHARS = 150
CELL_CHARS = 80
TABLE_ROWS = 90


def escape(text: str) -> str:
    """Text in which nothing is a mention or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def header(text: str) -> Made:
    """A header of plain text."""
    return {"type": "header", "text": {"type": "plain_text", "text": text[:HEADER_CHARS]}}


def plain(text: str) -> Made:
    """A text object that is never markup."""
    return {"type": "plain_text", "text": text[:TEXT_CHARS], "emoji": False}


def section(text: str) -> Made:
    """A section whose text is never markup."""
    return {"type": "section", "text": plain(text)}


def rich(*lines: Made) -> Made:
    """Paragraphs and lists of rich text."""
    return {"type": "rich_text", "elements": list(lines)}


def line(parts: Sequence[Part], *, bold: bool = False) -> Made:
    """A paragraph of rich text; names that others gave are bold."""
    elements: list[Made] = []
    for is_bold, run in groupby(parts, lambda part: bold or part.is_name):
        element: Made = {"type": "text", "text": "".join(part.text for part in run)}
        elements.append({**element, "style": {"bold": True}} if is_bold else element)
    return {"type": "rich_text_section", "elements": elements}


def bullets(lines: Sequence[Made]) -> Made:
    """A list of paragraphs."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Made:
    """A table, its first column to the left, the others to the right."""
    settings = [{"align": "left"}, *({"align": "right"} for _ in head[1:])]
    cells = [[_cell(text) for text in row] for row in (head, *rows)]
    return {"type": "table", "rows": cells, "column_settings": settings}


def _cell(text: str) -> Made:
    # Slack refuses an empty cell.
    return {"type": "raw_text", "text": text[:CELL_CHARS] or "–"}


def chunks(items: Sequence[Any], chars: int = BLOCKS_BYTES - 1_500) -> Iterator[list[Any]]:
    """The items in runs that each fit into one message."""
    chunk: list[Any] = []
    size = 0
    for item in items:
        length = size_of(item) + 2
        if chunk and (size + length > chars or len(chunk) >= TABLE_ROWS):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += length
    if chunk:
        yield chunk


def size_of(blocks: Any) -> int:
    """Bytes of blocks as they are sent; no fewer than their characters, in which Slack counts."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")).encode())
