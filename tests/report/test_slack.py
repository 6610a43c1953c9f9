"""The Slack message: within its limits, readable without its blocks, deaf to other people's markup."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from core.clock import utc
from core.report.blocks import BLOCKS_BYTES, size_of
from core.report.message import SlackMessage
from core.report.model import Comment, Name, OpenTicket, Report, Row, Sentence, SourceState, Tile
from core.report.slack import ROWS, render_slack
from core.report.terminal import table, width
from core.report.text import render_text
from core.report.thread import CELL_COST
from core.report.words import Words
from tests.report.mock import BY_QUEUE, FIRST_REPLY, answer, compared, daily

HOSTILE = "<!channel> *bold* <https://evil.example|click> &amp; `code` _x_ ~y~ @here"


def texts(block: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of a block that holds text."""
    if isinstance(block, Mapping):
        if "text" in block and isinstance(block["text"], str):
            yield block
        for value in block.values():
            yield from texts(value)
    elif isinstance(block, list | tuple):
        for value in block:
            yield from texts(value)


def messages(message: SlackMessage) -> Iterator[tuple[str, tuple[Mapping[str, Any], ...]]]:
    yield message.text, message.blocks
    yield message.text, message.plain_blocks
    for reply in message.thread:
        yield reply.text, reply.blocks


def assert_within_limits(message: SlackMessage) -> None:
    """Every limit of ux §2, and Slack's own models for all blocks but the chart."""
    for text, blocks in messages(message):
        assert 0 < len(text) <= 3_000
        assert len(blocks) <= 50
        assert size_of(list(blocks)) < 10_000
        assert sum(block["type"] == "table" for block in blocks) <= 1
        for block in blocks:
            assert_fits(block)


def assert_fits(block: Mapping[str, Any]) -> None:
    match block["type"]:
        case "data_visualization":
            shown = block["chart"]
            categories = shown["axis_config"]["categories"]
            assert len(block["title"]) <= 50
            assert 2 <= len(categories) <= 20
            assert len(set(categories)) == len(categories)
            names = [series["name"] for series in shown["series"]]
            assert len(set(names)) == len(names) <= 6
            assert all(0 < len(text) <= 20 for text in (*names, *categories))
            for series in shown["series"]:
                assert [point["label"] for point in series["data"]] == categories
                assert all(isinstance(point["value"], float | int) for point in series["data"])
            return
        case "header":
            assert len(block["text"]["text"]) <= 150
        case "section" if "fields" in block:
            assert len(block["fields"]) <= 10
            assert all(len(field["text"]) <= 2_000 for field in block["fields"])
        case "context":
            assert 0 < len(block["elements"]) <= 10
        case "table":
            assert len(block["rows"]) <= 100
            assert all(cell["text"] for row in block["rows"] for cell in row)
            assert sum(len(cell["text"]) for row in block["rows"] for cell in row) < 10_000
    parsed = Block.parse(dict(block))
    assert parsed is not None
    parsed.validate_json()
    assert parsed.to_dict()["type"] == block["type"]


@pytest.mark.parametrize("code", ["en", "de", "zh"])
def test_the_worked_message_is_within_every_limit(code: str) -> None:
    """Slack answers a message over a limit with nothing posted at all."""
    message = render_slack(daily(), code)
    assert_within_limits(message)
    assert [block["type"] for block in message.blocks] == [
        "header", "rich_text", "section", "data_visualization", "rich_text", "context",
    ]  # fmt: skip
    assert len(message.blocks[2]["fields"]) == 6


def test_the_text_is_the_whole_report() -> None:
    """Screen readers read the text and never see a block."""
    text = render_slack(daily(), "en").text
    assert text.startswith("Support numbers · Fri 20 Nov: Customers were happier, the phone was slower.")
    for piece in ("CSAT 93.1", "goal 92", "reached", "Service level 80/20 76.5", "missed", "NPS +44, too few to judge"):
        assert piece in text
    assert len(text) < 600
    assert not set("▲▼✅🔸") & set(text)


def test_the_chart_holds_days_with_a_value_only() -> None:
    """Slack takes no nulls; a closed day sent as 0 would look like a breakdown."""
    report = daily()
    assert report.chart is not None
    points = tuple(replace(p, value=None) if number % 7 == 3 else p for number, p in enumerate(report.chart.points))
    chart = render_slack(replace(report, chart=replace(report.chart, points=points)), "en").blocks[3]
    assert len(chart["chart"]["axis_config"]["categories"]) == 20
    assert min(point["value"] for point in chart["chart"]["series"][0]["data"]) > 70


def test_a_chart_without_two_values_is_no_chart() -> None:
    """A line needs two points; a new installation has one."""
    report = daily()
    assert report.chart is not None
    chart = replace(report.chart, points=report.chart.points[-1:])
    message = render_slack(replace(report, chart=chart), "en")
    assert "data_visualization" not in {block["type"] for block in message.blocks}
    assert message.plain_blocks == message.blocks
    assert message.chart_png is None


def test_without_the_chart_block_the_chart_is_a_line_of_text() -> None:
    """A workspace that refuses the block still gets every number, and what the chart would show."""
    message = render_slack(daily(), "en")
    assert len(message.plain_blocks) == len(message.blocks)
    line = message.plain_blocks[3]["text"]["text"]
    assert "▁" in line
    assert "below the usual range" in line
    assert message.chart_alt.startswith("Service level: 76.5")


def hostile_report() -> Report:
    """Other people's words wherever they can stand."""
    report = daily()
    row = BY_QUEUE.rows[0]
    missed = report.sentences[1]
    why = missed.values["why"]
    assert isinstance(why, Sentence)
    named = replace(why, values={**why.values, "member": Name(HOSTILE)})
    return replace(
        report,
        title=HOSTILE,
        where={"team": HOSTILE},
        sentences=(replace(missed, values={**missed.values, "why": named}),),
        tables=(replace(BY_QUEUE, rows=(Row(HOSTILE, row.cells), Row("=1+1\x1b[31m", row.cells))),),
        oldest=(OpenTicket(HOSTILE, "", HOSTILE, HOSTILE, 60),),
        comments=(Comment(HOSTILE, True),),
        sources=(SourceState("s", HOSTILE, None, is_late=True, is_failed=True, rejected=3, skipped=(HOSTILE,)),),
        is_partial=True,
    )


def test_other_peoples_words_are_never_markup() -> None:
    """A queue named <!channel> would ping everybody each morning."""
    message = render_slack(hostile_report(), "en")
    assert_within_limits(message)
    for text, blocks in messages(message):
        assert "<!channel>" not in text
        assert "<https" not in text
        for found in texts(list(blocks)):
            if found["type"] == "mrkdwn":
                assert "!channel" not in found["text"]
                assert "evil" not in found["text"]
            assert "\x1b" not in found["text"]
            assert found["type"] != "link"


def test_the_drawing_has_no_escape_sequences() -> None:
    """A colour code in a queue's name must not repaint the admin's terminal."""
    drawn = render_text(hostile_report(), "en")
    assert "\x1b" not in drawn
    assert all(letter == "\n" or letter.isprintable() for letter in drawn.replace("\u202f", " "))


@pytest.mark.parametrize("code", ["en", "zh"])
def test_forty_queues_with_long_names_are_split_over_messages(code: str) -> None:
    """A big centre's report must not be the one that Slack refuses."""
    cells = BY_QUEUE.rows[0].cells
    rows = tuple(
        Row(f"Warteschlange {number} für besonders lange Namen 客服队列".ljust(60, "列"), cells) for number in range(40)
    )
    sources = tuple(SourceState(f"s{n}", f"Source {n} " + "x" * 60, None, is_late=True) for n in range(20))
    report = replace(daily(), tables=(replace(BY_QUEUE, rows=rows, more=7),), sources=sources, is_partial=True)
    message = render_slack(report, code)
    assert_within_limits(message)
    tables = [block for reply in message.thread for block in reply.blocks if block["type"] == "table"]
    assert sum(len(table["rows"]) - 1 for table in tables) == 40
    assert len(tables) > 1
    assert size_of(list(message.blocks)) <= BLOCKS_BYTES
    assert size_of({"type": "raw_text", "text": ""}) - size_of("") <= CELL_COST


def test_a_core_report_shows_six_tiles_and_the_rest_in_the_thread() -> None:
    """Twenty-seven tiles are read by nobody."""
    quiet = tuple(
        Tile(metric_id, compared(answer(metric_id, 0.5, 400), 0.5, "no clear change"), "neutral")
        for metric_id in ("csat_response_rate", "average_speed_of_answer", "calls_offered", "tickets_created")
    )
    report = daily()
    message = render_slack(replace(report, tiles=(*quiet, *report.tiles)), "en")
    assert len(message.blocks[2]["fields"]) == 6
    fields = json.dumps(message.blocks[2], ensure_ascii=False)
    assert "Service level 80/20" in fields
    assert "Abandoned" in fields
    assert "All numbers" in "\n".join(reply.text for reply in message.thread).split("\n")


def test_a_long_list_of_numbers_is_one_reply() -> None:
    """A thread of nineteen replies is muted; the report has every number."""
    many = tuple(
        Tile("backlog_open", compared(answer("backlog_open", 187.0 + n, 187), 190.0, "no clear change"), "neutral")
        for n in range(120)
    )
    report = replace(daily(), kind="weekly", tiles=(*daily().tiles, *many), tables=(), oldest=(), comments=())
    message = render_slack(report, "en")
    assert_within_limits(message)
    tables = [block for reply in message.thread for block in reply.blocks if block["type"] == "table"]
    assert len(tables) == 1
    left = len(report.tiles) - ROWS - (len(tables[0]["rows"]) - 1)
    assert f"and {left} more, in the full report" in json.dumps([reply.blocks for reply in message.thread])


def test_what_is_cut_nowhere_goes_on_in_the_next_line() -> None:
    """A cell that ends in dots hides what the counter-metric was to hold."""
    made = list(table([["Goal", "Beside it"], ["CSAT", "CSAT response rate 21.8 %, to hold 15 %"]], 30))
    assert all(width(line) <= 30 for line in made)
    assert "…" not in "".join(made)
    assert " ".join(" ".join(line.split()) for line in made).endswith("to hold 15 %")
    narrow = list(
        table([["Kennzahl", "Diese Woche", "Ziel"], ["Kundenzufriedenheit", "79,2 % ab 11,1 Punkte", "85 %"]], 38)
    )
    assert "Kundenzufriedenheit" in "".join(narrow)


def test_a_strong_metric_is_guarded_in_every_text() -> None:
    """Whoever listens, or opens the thread, would else hear of the speed and not of what pays for it (metrics R13)."""
    report = replace(daily(), tiles=(FIRST_REPLY,))
    assert "beside it: Open without a reply" in render_slack(report, "en").text
    assert "beside it: Open without a reply" in Words(report, "en").tile(FIRST_REPLY).line


def test_a_closed_day_is_one_line() -> None:
    """On a holiday nobody wants six tiles of nothing."""
    message = render_slack(replace(daily(), is_closed_day=True, sentences=(), sources=()), "en")
    assert [block["type"] for block in message.blocks] == ["header", "rich_text", "context"]
    assert message.thread == ()


def test_a_late_source_is_said_first() -> None:
    """Whoever reads low numbers must see that half of the data is missing."""
    late = SourceState("pbx", "Twilio", utc("2026-11-20T13:10:00Z"), is_late=True)
    message = render_slack(replace(daily(), sources=(late,), is_partial=True), "en")
    story = message.blocks[1]["elements"][1]["elements"]
    assert "Twilio has data only to 14:10" in "".join(element["text"] for element in story)
    assert "Twilio has data only to 14:10" in message.text
