"""The Slack message as its channel would see it, drawn with characters."""

from collections.abc import Iterator
from html import unescape
from typing import Any

from core.report.locale import neat
from core.report.message import Block, SlackMessage
from core.report.model import Report
from core.report.slack import render_slack
from core.report.terminal import chart, folded, padded, table, width

COLUMNS = 80


def render_text(report: Report, language: str, *, columns: int = COLUMNS) -> str:
    """The report as its Slack message, drawn."""
    return draw_message(render_slack(report, language), columns=columns)


def draw_message(message: SlackMessage, *, columns: int = COLUMNS) -> str:
    """A Slack message and its thread as lines of at most so many columns; no escape sequences."""
    lines = [line for block in message.blocks for line in (*_block(block, columns), "")]
    for number, reply in enumerate(message.thread, 1):
        lines.append(f"  ↳ {number}")
        lines += [f"    {line}".rstrip() for block in reply.blocks for line in _block(block, columns - 4)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _block(block: Block, columns: int) -> Iterator[str]:
    match block:
        case {"type": "header", "text": {"text": text}}:
            yield from folded(text, columns)
            yield "═" * min(columns, width(text))
        case {"type": "rich_text", "elements": elements}:
            for element in elements:
                yield from _rich(element, columns)
        case {"type": "section", "fields": fields}:
            yield from _fields([_shown(field) for field in fields], columns)
        case {"type": "section", "text": text}:
            yield from folded(_shown(text), columns)
        case {"type": "context", "elements": elements}:
            for element in elements:
                yield from folded(_shown(element), columns)
        case {"type": "table", "rows": rows}:
            yield from table([[cell["text"] for cell in row] for row in rows], columns)
        case {"type": "data_visualization", "title": title, "chart": shown}:
            yield from folded(title, columns)
            series = {one["name"]: [point["value"] for point in one["data"]] for one in shown["series"]}
            yield from chart(series, shown["axis_config"]["categories"], columns)
        case {"type": "image", "alt_text": text}:
            yield from folded(f"[{text}]", columns)


def _rich(element: Block, columns: int) -> Iterator[str]:
    if element["type"] == "rich_text_list":
        for item in element["elements"]:
            first, *rest = folded(_runs(item), columns - 2)
            yield f"• {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield from folded(_runs(element).removeprefix("\n"), columns)


def _runs(section: Block) -> str:
    return "".join(element["text"] for element in section["elements"])


def _fields(fields: list[str], columns: int) -> Iterator[str]:
    half = (columns - 2) // 2
    for at in range(0, len(fields), 2):
        pair = [[line for text in field.split("\n") for line in folded(text, half)] for field in fields[at : at + 2]]
        height = max(len(lines) for lines in pair)
        if at:
            yield ""
        for row in range(height):
            cells = [lines[row] if row < len(lines) else "" for lines in pair]
            yield "  ".join(padded(cell, half) for cell in cells).rstrip()


def _shown(text: dict[str, Any]) -> str:
    """What a reader sees of a text object: mrkdwn without its marks, entities as letters."""
    if text["type"] == "plain_text":
        return str(text["text"])
    lines = []
    for line in str(text["text"]).split("\n"):
        if line.startswith("<") and "|" in line:
            lines.append(line.strip("<>").split("|", 1)[1])
        else:
            lines.append(line.replace("*", "").removeprefix("_").removesuffix("_"))
    return "\n".join(neat(unescape(line), 2_000) for line in lines)
