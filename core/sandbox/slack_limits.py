"""Slack's limits on messages, judged before a message is taken."""

from collections.abc import Callable, Mapping

import msgspec

Block = Mapping[str, object]

MAX_BLOCKS, MAX_BLOCKS_CHARS, MAX_TEXT = 50, 13_200, 40_000


def _text_of(block: Block, name: str = "text") -> str:
    inner = block.get(name)
    return str(inner.get("text", "")) if isinstance(inner, Mapping) else ""


def _list(block: Block, name: str) -> list[object]:
    found = block.get(name, [])
    return found if isinstance(found, list) else []


def _longest(items: list[object]) -> int:
    return max((len(str(item.get("text", ""))) for item in items if isinstance(item, Mapping)), default=0)


def _header(block: Block) -> str:
    if not isinstance(text := block.get("text"), Mapping) or text.get("type") != "plain_text":
        return "header needs plain_text"
    return "" if 0 < len(_text_of(block)) <= 150 else "header text must have 1 to 150 characters"


def _section(block: Block) -> str:
    fields = _list(block, "fields")
    if not fields and not 0 < len(_text_of(block)) <= 3_000:
        return "section text must have 1 to 3000 characters"
    if len(_text_of(block)) > 3_000 or len(fields) > 10 or _longest(fields) > 2_000:
        return "section: text 3000, 10 fields of 2000 characters"
    return ""


def _context(block: Block) -> str:
    return "" if 0 < len(_list(block, "elements")) <= 10 else "context must have 1 to 10 elements"


def _image(block: Block) -> str:
    if not block.get("alt_text") or len(str(block["alt_text"])) > 2_000:
        return "image needs alt_text of at most 2000 characters"
    if ("image_url" in block) == ("slack_file" in block) or len(str(block.get("image_url", ""))) > 3_000:
        return "image needs one of image_url (3000 characters) and slack_file"
    return "" if len(_text_of(block, "title")) <= 2_000 else "image title: 2000 characters"


def _table(block: Block) -> str:
    rows = _list(block, "rows")
    cells = [cell for row in rows if isinstance(row, list) for cell in row]
    widest = max((len(row) for row in rows if isinstance(row, list)), default=0)
    if not rows or len(rows) > 100 or widest > 20:
        return "table: 1 to 100 rows of at most 20 columns"
    if any(isinstance(cell, Mapping) and cell.get("type") == "raw_text" and not _cell(cell) for cell in cells):
        return "table cells must not be empty"
    return "" if _longest(cells) and sum(len(_cell(cell)) for cell in cells) <= 10_000 else "table: 10000 characters"


def _cell(cell: object) -> str:
    return str(cell.get("text", "")) if isinstance(cell, Mapping) else ""


def _chart(block: Block) -> str:
    """Every series has one number for each category."""
    chart = block.get("chart", block)
    if not isinstance(chart, Mapping):
        return "chart must be an object"
    if chart.get("type") not in ("line", "bar", "area", "pie"):
        return "chart type must be line, bar, area or pie"
    if len(str(block.get("title", ""))) > 50:
        return "chart title: 50 characters"
    axis = chart.get("axis_config")
    categories = _list(axis, "categories") if isinstance(axis, Mapping) else []
    if len(categories) > 20 or any(len(str(label)) > 20 for label in categories):
        return "at most 20 categories of 20 characters"
    names: list[str] = []
    for series in _list(chart, "series"):
        if not isinstance(series, Mapping):
            return "series must be objects"
        names.append(str(series.get("name", "")))
        points = [point for point in _list(series, "data") if isinstance(point, Mapping)]
        if categories and [point.get("label") for point in points] != categories:
            return "every series must have every category"
        if any(type(point.get("value")) not in (int, float) for point in points):
            return "chart values must be numbers"
    if len(names) > 12 or len(set(names)) < len(names) or any(not 0 < len(name) <= 20 for name in names):
        return "at most 12 series with unique names of 1 to 20 characters"
    return ""


def _fine(_: Block) -> str:
    return ""


JUDGES: dict[str, Callable[[Block], str]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "image": _image,
    "table": _table,
    "data_table": _table,
    "data_visualization": _chart,
    "divider": _fine,
    "rich_text": _fine,
    "actions": lambda block: "" if len(_list(block, "elements")) <= 25 else "actions: 25 elements",
    "markdown": lambda block: "" if len(str(block.get("text", ""))) <= 12_000 else "markdown: 12000 characters",
}


def judge(blocks: object, *, charts: bool) -> tuple[str, list[str]]:
    """Slack's error code and its reasons, or an empty code for blocks that it takes."""
    if not isinstance(blocks, list):
        return "invalid_blocks_format", ["blocks must be a list"]
    if len(blocks) > MAX_BLOCKS:
        return "invalid_blocks", [f"no more than {MAX_BLOCKS} items allowed [json-pointer:/blocks]"]
    faults: list[str] = []
    for place, block in enumerate(blocks):
        kind = str(block.get("type", "")) if isinstance(block, Mapping) else ""
        if kind not in JUDGES or (kind == "data_visualization" and not charts):
            faults.append(f"unsupported type: {kind} [json-pointer:/blocks/{place}/type]")
            continue
        said = JUDGES[kind](block)
        if len(str(block.get("block_id", ""))) > 255:
            said = "block_id: 255 characters"
        if said:
            faults.append(f"{said} [json-pointer:/blocks/{place}]")
    kinds = [block.get("type") for block in blocks if isinstance(block, Mapping)]
    if kinds.count("data_visualization") > 2 or kinds.count("table") > 1:
        faults.append("at most 2 charts and 1 table a message [json-pointer:/blocks]")
    if faults:
        return "invalid_blocks", faults
    return ("msg_blocks_too_long", []) if len(msgspec.json.encode(blocks)) > MAX_BLOCKS_CHARS else ("", [])
