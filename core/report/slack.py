"""The daily message for Slack: one root with a headline, at most six tiles and one chart; the rest in its thread."""

from collections.abc import Iterator
from dataclasses import replace

from core.report import blocks, numbers
from core.report.blocks import BLOCKS_BYTES, TEXT_CHARS, Made, escape, size_of
from core.report.charts import chart_png, scale_of
from core.report.grids import chart_line
from core.report.message import SlackMessage, SlackReply
from core.report.model import Chart, Report, Sentence, Tile
from core.report.rules import check
from core.report.thread import thread
from core.report.words import Part, Words

TILES = 6
# Rows of the table of a weekly or monthly message.
ROWS = 12
CHART_DAYS = 20
LABEL_CHARS = 20
TITLE_CHARS = 50
STORY = 8
# Header, headline, tiles and footer stay in the root message however long they are.
KEPT_BLOCKS = 4


def render_slack(report: Report, language: str) -> SlackMessage:
    """The report as a Slack message, each of its parts within the limits of Block Kit."""
    check(report)
    words = Words(report, language)
    made: list[Made] = [blocks.header(words.title()), _headline(words)]
    replies: list[SlackReply] = []
    native: Made | None = None
    if not (report.is_closed_day or report.is_low_volume):
        shown = numbers.leading(report, TILES if report.kind == "daily" else ROWS)
        native = chart_block(words, report.chart) if report.chart else None
        if report.kind == "daily":
            made.extend(_tiles(words, shown))
            made.extend(([native] if native else []) + list(_lines(words)))
        else:
            made.append(blocks.table(numbers.heads(words), list(numbers.rows(words, shown))))
            made.extend([*_lines(words), *([native] if native else [])])
        replies = list(thread(words, [tile for tile in numbers.known(report) if tile not in shown]))
    made.append(_footer(words))
    while size_of(made) > BLOCKS_BYTES and len(made) > KEPT_BLOCKS:
        moved = made.pop(-2)
        if moved is not native:
            replies.insert(0, SlackReply(escape(words.title()), (moved,)))
    chart = report.chart if native in made else None
    return SlackMessage(
        text=spoken(words),
        blocks=tuple(made),
        plain_blocks=tuple(_as_text(words, chart) if chart and block is native else block for block in made),
        thread=tuple(replies),
        chart_png=(lambda: chart_png(words, chart)) if chart else None,
        chart_alt=words.say(chart.finding) if chart and chart.finding else "",
    )


def spoken(words: Words) -> str:
    """The whole report in a few sentences; screen readers read this and not the blocks."""
    report = words.report
    lang = words.language
    pieces = [f"{words.title()}{lang.text('format', 'colon')}{words.headline()}"]
    if not (report.is_closed_day or report.is_low_volume):
        said = (_heard(words, tile) for tile in numbers.leading(report, TILES))
        pieces.append(lang.text("format", "list").join(said) + lang.text("format", "stop"))
    if report.next_step:
        pieces.append(words.text("next") + lang.text("format", "colon") + words.say(report.next_step))
    pieces += [words.say(problem) for problem in words.problems()]
    return escape(lang.text("format", "gap").join(pieces))[:TEXT_CHARS]


def _heard(words: Words, tile: Tile) -> str:
    said = words.tile(tile)
    # Screen readers name the triangles; a sign before a number is read as what it is.
    delta = said.delta.replace("▲ ", "+").replace("▼ ", "−")
    # Who moves a number by will alone is heard together with what pays for it (metrics R13).
    beside = said.beside if words.metric(tile.metric_id).strength == "S" else ""
    pieces = (f"{said.name} {said.value}", delta, beside, said.goal)
    return words.language.text("format", "join").join(piece for piece in pieces if piece)


def _headline(words: Words) -> Made:
    gap = words.language.text("format", "gap")
    problems = words.problems() if words.report.is_partial else ()
    told = words.report.sentences if words.report.kind == "daily" else ()
    story: list[Part] = []
    for sentence in [*told, *problems][:STORY]:
        story += [Part("\n" if not story else gap), *words.parts(sentence)]
    first = blocks.line([Part(words.headline())], bold=True)
    return blocks.rich(first, blocks.line(story)) if story else blocks.rich(first)


def _tiles(words: Words, tiles: tuple[Tile, ...]) -> Iterator[Made]:
    fields = []
    for tile in tiles:
        said = words.tile(tile)
        # Nobody else's words are in a tile, so that no mark in it can be theirs.
        lines = (
            f"*{escape(said.name)}*",
            f"*{escape(said.value)}* {said.symbol}".rstrip(),
            escape(said.delta),
            f"_{escape(said.small)}_" if said.small else "",
        )
        text = "\n".join(line for line in lines if line)
        fields.append({"type": "mrkdwn", "text": text[: blocks.FIELD_CHARS]})
    if fields:
        yield {"type": "section", "fields": fields}


def _lines(words: Words) -> Iterator[Made]:
    report = words.report
    colon = words.language.text("format", "colon")
    groups = (
        ("🔎", "changed", report.sentences if report.kind != "daily" else ()),
        ("⚖", "read_together", report.read_together),
        ("📅", "history", report.history),
        ("🎉", "celebration" if report.kind == "daily" else "worked", report.celebrations),
        ("👉", "next", (report.next_step,) if report.next_step else ()),
    )
    gap = words.language.text("format", "gap")
    made: list[Part] = []
    for sign, key, sentences in groups:
        for number, sentence in enumerate(sentences):
            if number and report.kind != "daily":
                made += [Part(gap), *words.parts(sentence)]
                continue
            made += [Part("\n")] if made else []
            made += [Part(f"{sign} {words.text(key)}{colon}"), *words.parts(sentence)]
    if made:
        yield blocks.rich(blocks.line(made))


def _footer(words: Words) -> Made:
    report = words.report
    problems = [] if report.is_partial else list(words.problems())
    said = [words.say(problem) for problem in (*problems, *words.set_aside())][:STORY]
    fresh = " · ".join([*words.freshness(), words.text("zone", zone=report.zone)])
    rules = " · ".join(words.say(rule) for rule in (Sentence("usual_is"), *report.rules))
    has_table = report.kind != "daily" and not (report.is_closed_day or report.is_low_volume)
    marks = list(numbers.notes(words)) if has_table else []
    elements = [blocks.plain(text[: TEXT_CHARS // 2]) for text in (*marks, *said, fresh, rules) if text][:9]
    if report.report_url and report.report_url.startswith(("https://", "http://")):
        link = report.report_url.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C")
        elements.append({"type": "mrkdwn", "text": f"<{link}|{escape(words.text('full_report'))}>"})
    return {"type": "context", "elements": elements}


def chart_block(words: Words, chart: Chart) -> Made | None:
    """A native line chart of the last 20 days that have a value; None where fewer than two have one.

    Slack wants a value of every series for every category, so days without one are dropped, not sent as 0."""
    points = [point for point in chart.points if point.value is not None][-CHART_DAYS:]
    if len(points) < 2:
        return None
    scale, unit = scale_of(words, chart)
    labels = [words.language.day(point.at, "plain")[:LABEL_CHARS] for point in points]
    series = {words.metric_name(chart.metric_id): [point.value for point in points]}
    if all(point.usual is not None for point in points):
        series[words.text("usual")] = [point.usual for point in points]
    if chart.goal is not None:
        series[words.text("goal")] = [chart.goal] * len(points)
    drawn = [
        {
            "name": name[:LABEL_CHARS],
            "data": [
                {"label": label, "value": round((value or 0) * scale, 2)}
                for label, value in zip(labels, values, strict=True)
            ],
        }
        for name, values in series.items()
    ]
    return {
        "type": "data_visualization",
        "title": words.chart_title(replace(chart, points=tuple(points)))[:TITLE_CHARS],
        "chart": {"type": "line", "series": drawn, "axis_config": {"categories": labels, "y_label": unit}},
    }


def _as_text(words: Words, chart: Chart) -> Made:
    return blocks.section(chart_line(words, replace(chart, points=chart.points[-CHART_DAYS:])))
