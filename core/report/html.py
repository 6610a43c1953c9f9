"""The report as one HTML file: no script, no request, both themes, readable on a phone and on paper."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from core.numbers.answer import Answer, Comparison
from core.report import charts, numbers
from core.report.charts import MARKED, Spec, scale_of, spec
from core.report.grids import said
from core.report.locale import neat
from core.report.model import Chart, Report, Row, Sentence, Table, Tile
from core.report.rules import check
from core.report.words import CLEAR, Part, Words

Drawing: TypeAlias = Mapping[str, Any]
Drawn: TypeAlias = Mapping[str, bytes]
Draw: TypeAlias = Callable[[Mapping[str, tuple[Literal["svg", "png"], Spec]]], Drawn]

VARIABLES = {
    MARKED.line: "chart-line",
    MARKED.bar: "chart-bar",
    MARKED.band: "chart-band",
    MARKED.goal: "chart-goal",
    MARKED.text: "chart-text",
    MARKED.grid: "chart-grid",
    MARKED.halo: "page",
}
# Vega describes every bar to screen readers; the figure has one description for all.
SPOKEN = re.compile(r' (?:aria-[a-z]+|role|class|pointer-events)="[^"]*"|<title>[^<]*</title>')
LONG = re.compile(r"(\d+\.\d\d)\d+")
CHANGE = re.compile(" ([▲▼].*)")
EMPTY = re.compile(r'<path[^>]* d="(?:M0,0h0v0h0Z)?"[^>]*/>')
SPARK_SIZE = (300, 36)
# A week or month has so many cards; its table has every number.
CARDS = 12
# Drawn, not typed: many machines have no font with these signs. The shape says it, the colour only repeats it.
SIGNS = {
    "good": '<circle cx="8" cy="8" r="7"/><path d="M4.5 8.3l2.4 2.4 4.6-5"/>',
    "bad": '<path d="M8 1l7 7-7 7-7-7z"/><path d="M8 4.6v4M8 10.6v1"/>',
    "neutral": '<circle cx="8" cy="8" r="5.5"/>',
    "unjudged": '<circle cx="8" cy="8" r="7"/><path d="M6 6.3a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1.1M8 11.2v.8"/>',
    "none": "",
}


def render_html(report: Report, language: str, *, draw: Draw = charts.draw) -> str:
    """The whole report as the text of one self-contained HTML file."""
    check(report)
    words = Words(report, language)
    return _template().render(_view(words, *_figures(words, draw)))


@lru_cache(maxsize=1)
def _template() -> Template:
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    return made.from_string(_file("report.html.j2"))


def _file(name: str) -> str:
    return files("core.report").joinpath("templates", name).read_text(encoding="utf-8")


def _view(words: Words, figures: list[Drawing], of_sections: list[list[Drawing]]) -> dict[str, Any]:
    report = words.report
    lang = words.language
    cards = report.tiles if report.kind == "daily" else numbers.leading(report, CARDS)
    is_short = report.is_closed_day or report.is_low_volume
    problems = list(words.problems())
    notes = [*report.method, *report.revisions, *words.notes()] or [Sentence("nothing_left_out")]
    return {
        "lang": {"zh": "zh-Hans"}.get(lang.code, lang.code),
        "title": words.title(),
        "heading": lang.text("format", "join").join([words.name(), words.when("long")]),
        "slices": list(words.slices()),
        "is_demo": report.is_demo,
        "css": Markup(_file("report.css")),  # noqa: S704 - our own file
        "text": lang.messages["text"],
        "freshness": [*words.freshness(), words.text("zone", zone=report.zone)],
        "headline": words.headline(),
        "points": list(_points(words)),
        "problems": [words.parts(problem) for problem in problems],
        "tiles": [] if is_short else [_tile(words, tile) for tile in cards],
        "charts": [] if is_short else figures,
        "sections": [
            {**vars(said(words, section)), "figures": pictures}
            for section, pictures in zip(report.sections, of_sections, strict=False)
        ],
        "tables": [] if is_short else [_table(words, table) for table in report.tables],
        "oldest": [
            {
                "number": neat(ticket.number),
                "url": ticket.url if ticket.url.startswith(("https://", "http://")) else "",
                "age": lang.seconds(ticket.age_s),
                "status": lang.word("status", ticket.status_category) or neat(ticket.status_category),
                "team": neat(ticket.team),
            }
            for ticket in report.oldest
        ],
        "comments": [
            {
                "text": neat(comment.text, 600),
                "said": words.text({True: "satisfied", False: "unsatisfied", None: "not_said"}[comment.is_satisfied]),
            }
            for comment in report.comments
        ],
        "happened": [words.parts(words.happening(one)) for one in report.happened],
        "is_daily": report.kind == "daily",
        "now": words.text("value" if report.kind == "daily" else f"now_{report.kind}"),
        "before": "" if report.kind == "daily" else words.text(f"previous_{report.kind}"),
        "numbers": [] if is_short else list(_numbers(words)),
        "notes": [words.parts(note) for note in notes],
        "definitions": list(_definitions(words)),
        "footer": [words.say(rule) for rule in (Sentence("usual_is"), *report.rules)],
    }


def _points(words: Words) -> Iterator[dict[str, Any]]:
    report = words.report
    colon = words.language.text("format", "colon").strip()
    is_daily = report.kind == "daily"
    for sentence in report.sentences if is_daily else ():
        yield {"lead": "", "parts": words.parts(sentence)}
    groups = (
        ("changed", () if is_daily else report.sentences),
        ("read_together", report.read_together),
        ("history", report.history),
        ("celebration" if is_daily else "worked", report.celebrations),
        ("next", (report.next_step,) if report.next_step else ()),
    )
    for key, sentences in groups:
        if not is_daily and sentences:
            gap = Part(words.language.text("format", "gap"))
            parts = [part for sentence in sentences for part in (gap, *words.parts(sentence))][1:]
            yield {"lead": words.text(key) + colon, "parts": parts}
            continue
        for sentence in sentences:
            yield {"lead": words.text(key) + colon, "parts": words.parts(sentence)}


def _tile(words: Words, tile: Tile) -> dict[str, Any]:
    return {
        "said": words.tile(tile),
        "mark": tile.mark,
        "change": _cell_mark(tile.comparison),
        "sign": _sign(tile),
        "spark": _spark(tile.spark),
    }


def _sign(tile: Tile) -> Markup:
    return Markup(SIGNS[tile.mark])  # noqa: S704 - our own drawing


def _numbers(words: Words) -> Iterator[dict[str, str]]:
    """Every number; of a week or month, whose long lists have no card each, with what guards a strong one (R13)."""
    tiles = words.report.tiles
    own = {tile.metric_id for tile in tiles}
    for tile in tiles:
        row = _number(words, tile)
        yield row
        beside = None if words.report.kind == "daily" else numbers.guard(words, tile, own)
        if beside:
            yield dict.fromkeys(row, "") | dict(zip(("name", "value"), beside, strict=True))


def _number(words: Words, tile: Tile) -> dict[str, str]:
    dash = words.text("no_value")
    metric = words.metric(tile.metric_id)
    unit = metric.unit_of(tile.answer.variant)

    def past(answer: Answer | None) -> str:
        return words.cell(answer) if answer else dash

    return {
        "name": words.metric_name(tile.metric_id),
        "value": words.number(tile.answer),
        "n": words.language.number(tile.answer.n),
        "usual": words.language.value(tile.comparison.usual.value, unit),
        "previous": past(tile.comparison.previous),
        "weeks_13": past(tile.comparison.weeks_13),
        "weeks_17": past(tile.comparison.weeks_17),
        "weeks_52": past(tile.comparison.weeks_52),
        "goal": words.language.target(tile.goal.target, unit) if tile.goal else dash,
    }


def _table(words: Words, table: Table) -> dict[str, Any]:
    dim = words.language.word("dim", table.dim) or table.dim
    return {
        "title": words.language.word("by", table.dim) or table.dim,
        "heads": [dim, *(words.metric_name(metric_id) for metric_id in table.metric_ids)],
        "rows": [_row(words, table, row) for row in table.rows],
        "more": words.text("more_rows", n=words.language.number(table.more)) if table.more else "",
    }


def _row(words: Words, table: Table, row: Row) -> dict[str, Any]:
    cells = []
    for given in row.cells:
        value, *change = CHANGE.split(words.cell(given), 1)
        cells.append({"value": value, "delta": "".join(change), "mark": _cell_mark(given)})
    return {"member": words.member(table.dim, row.member), "cells": cells}


def _cell_mark(given: Comparison | Answer) -> str:
    if isinstance(given, Answer) or given.verdict not in CLEAR:
        return "neutral"
    return {"better": "good", "worse": "bad"}.get(given.verdict, "neutral")


def _definitions(words: Words) -> Iterator[dict[str, str]]:
    seen: dict[str, None] = {}
    for tile in words.report.tiles:
        seen[tile.metric_id] = None
        if tile.counter:
            seen[tile.counter.metric_id] = None
    for table in words.report.tables:
        seen.update(dict.fromkeys(table.metric_ids))
    for metric_id in seen:
        metric = words.metric(metric_id)
        own = words.language.word("define", metric_id)
        yield {
            "name": words.metric_name(metric_id),
            "says": own or metric.says,
            "lang": words.language.code if own else "en",
        }


def _figures(words: Words, draw: Draw) -> tuple[list[Drawing], list[list[Drawing]]]:
    """The pictures of the report's charts, and of the charts of each section, drawn together."""
    report = words.report
    if report.is_closed_day or report.is_low_volume:
        return [], []
    own = _drawable((report.chart, *report.charts))
    of_sections = [_drawable(section.charts) for section in report.sections]
    shown = [*own, *(chart for charts_ in of_sections for chart in charts_)]
    if not shown:
        return [], [[] for _ in of_sections]
    jobs: dict[str, tuple[Literal["svg", "png"], Spec]] = {}
    for number, chart in enumerate(shown):
        jobs[f"{number}-wide"] = ("svg", spec(words, chart, "half" if number else "wide"))
        jobs[f"{number}-narrow"] = ("svg", spec(words, chart, "narrow"))
    drawn = draw(jobs)
    made = iter([_figure(words, chart, number, drawn) for number, chart in enumerate(shown)])
    return [next(made) for _ in own], [[next(made) for _ in charts_] for charts_ in of_sections]


def _drawable(given: Sequence[Chart | None]) -> list[Chart]:
    return [chart for chart in given if chart and any(point.value is not None for point in chart.points)]


def _figure(words: Words, chart: Chart, number: int, drawn: Drawn) -> Drawing:
    has_goal = chart.goal is not None
    legend = {
        "bars": "legend_bars",
        "slots": "legend_slots" if has_goal else "chart_slots",
        "weeks": "legend_weeks" if has_goal else "legend_weeks_plain",
    }
    return {
        "title": words.chart_title(chart),
        "unit": scale_of(words, chart)[1],
        "legend": words.text(legend.get(chart.kind, "legend" if has_goal else "legend_plain")),
        "finding": words.say(chart.finding) if chart.finding else words.chart_title(chart),
        "wide": _themed(drawn.get(f"{number}-wide"), f"c{number}w"),
        "narrow": _themed(drawn.get(f"{number}-narrow"), f"c{number}n"),
        "spark": _spark([point.value for point in chart.points]),
    }


def _themed(svg: bytes | None, prefix: str) -> Markup | None:
    """A drawing whose colours are the page's variables and whose ids are its own."""
    if svg is None:
        return None
    text = SPOKEN.sub("", svg.decode())
    text = EMPTY.sub("", LONG.sub(r"\1", text))
    for colour, name in VARIABLES.items():
        text = text.replace(f'"{colour}"', f'"var(--{name})"')
    text = re.sub(r'(id="|url\(#)(\w+)', rf"\1{prefix}-\2", text)
    return Markup(text)  # noqa: S704 - drawn from our own spec


def _spark(values: Sequence[float | None]) -> Markup:
    """A small line of daily values; days without one are gaps."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    wide, high = SPARK_SIZE
    low = min(known)
    span = max(known) - low or 1.0
    step = wide / (len(values) - 1)
    runs: list[list[str]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{at * step:.1f},{high - 3 - (value - low) / span * (high - 6):.1f}")
    lines = Markup("").join(Markup('<polyline points="{}"/>').format(" ".join(run)) for run in runs if len(run) > 1)
    box = f"0 0 {wide} {high}"
    return Markup('<svg class="spark" viewBox="{}" preserveAspectRatio="none" aria-hidden="true">{}</svg>').format(
        box, lines
    )
