"""Charts as Vega-Lite specs in plain dicts, drawn by a child process: its engine is large, and what it fails at costs
the picture only."""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from core import log
from core.report.locale import slot_time
from core.report.model import Chart
from core.report.words import Words

Spec: TypeAlias = dict[str, Any]
Size: TypeAlias = Literal["wide", "half", "narrow"]

DRAW = Path(__file__).with_name("draw.py")
TIMEOUT_S = 60
SIZES: Mapping[Size, tuple[int, int]] = {"wide": (940, 250), "half": (450, 180), "narrow": (330, 190)}
LABEL_EVERY: Mapping[Size, int] = {"wide": 2, "half": 7, "narrow": 7}
LINES = ("days", "weeks")
SECONDS = ((180, 1.0, "in_seconds"), (3 * 3_600, 1 / 60, "in_minutes"), (3 * 86_400, 1 / 3_600, "in_hours"))


@dataclass(frozen=True)
class Palette:
    """Colours of a chart; in the page they stand for its CSS variables."""

    line: str
    bar: str
    band: str
    goal: str
    text: str
    grid: str
    halo: str
    card: str | None


# Colours that nothing else in a drawing has; the page puts var(--…) in their place.
MARKED = Palette("#0a0b01", "#0a0b02", "#0a0b03", "#0a0b04", "#0a0b05", "#0a0b06", "#0a0b07", None)
# One picture for light and dark clients: text 4.5:1 and more on an opaque card.
CARD = Palette("#1d4ed8", "#a9c1f5", "#dbe6fd", "#9a4a00", "#3d4148", "#e4e6ea", "#ffffff", "#ffffff")


def scale_of(words: Words, chart: Chart) -> tuple[float, str]:
    """What values are multiplied by in a chart, and the words that say what they are in."""
    unit = words.metric(chart.metric_id).unit_of(chart.variant).value
    if unit == "share":
        return 100.0, words.text("in_percent")
    if unit == "seconds":
        largest = max((point.value or 0 for point in chart.points), default=0)
        for limit, scale, key in SECONDS:
            if largest <= limit:
                return scale, words.text(key)
        return 1 / 86_400, words.text("in_days")
    return (0.01 if unit == "money" else 1.0), words.text("as_count")


def spec(words: Words, chart: Chart, size: Size, palette: Palette = MARKED) -> Spec:
    """The Vega-Lite spec of a chart: a line with its usual band, bars with a tick for usual, or bars by half hour."""
    scale, _ = scale_of(words, chart)
    wide, high = SIZES[size]
    rows = [
        {
            "at": slot_time(int(point.at)) if chart.kind == "slots" else point.at,
            "value": _times(point.value, scale),
            "usual": _times(point.usual, scale),
            "low": _times(point.low, scale),
            "high": _times(point.high, scale),
        }
        for point in chart.points
    ]
    goal = _times(chart.goal, scale)
    y = _y_axis(rows, goal, from_zero=chart.kind not in LINES)
    x = _x_axis(words, chart, rows, size)
    if chart.kind in LINES:
        layers = _line_layers(x, y, palette, size)
    else:
        sign = {"up": "<", "down": ">"}.get(words.metric(chart.metric_id).direction)
        is_worse = f"datum.value {sign} {goal}" if sign and goal is not None else "false"
        layers = _bar_layers(x, y, palette, chart, is_worse)
    if goal is not None:
        layers += _goal_layers(words, chart, goal, y, palette)
    layers += _last_label(words, chart, rows, x, y, palette)
    return {
        "width": wide - 90,
        "height": high - 40,
        "background": palette.card,
        "padding": {"left": 4, "right": 8, "top": 12, "bottom": 4},
        "autosize": {"type": "pad"},
        "data": {"values": rows},
        "layer": layers,
        "config": _config(palette),
    }


def _times(value: float | None, scale: float) -> float | None:
    return None if value is None else round(value * scale, 3)


def _y_axis(rows: Sequence[Mapping[str, Any]], goal: float | None, *, from_zero: bool) -> Spec:
    known = [row[key] for row in rows for key in ("value", "usual", "low", "high") if row[key] is not None]
    known += [goal] if goal is not None else []
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    bottom = 0.0 if from_zero and low >= 0 else max(0.0, low - room) if low >= 0 else low - room
    # Every layer names the domain, else each brings its own and 0 comes back.
    domain = {"domain": [bottom, high + room], "zero": False, "nice": False}
    axis = {"title": None, "tickCount": 5, "domain": False, "ticks": False, "labelPadding": 6}
    return {"type": "quantitative", "scale": domain, "axis": axis}


def _x_axis(words: Words, chart: Chart, rows: Sequence[Mapping[str, Any]], size: Size) -> Spec:
    axis: Spec = {"title": None, "grid": False, "labelAngle": 0, "labelFlush": False, "labelPadding": 4}
    places = [row["at"] for row in rows]
    if chart.kind == "slots":
        shown = [at for at in places if at.endswith(":00")][:: 1 if size == "wide" else 2]
        return {"field": "at", "type": "ordinal", "axis": {**axis, "values": shown}}
    shown = places[::-1][:: 3 if chart.kind == "weeks" and size != "wide" else LABEL_EVERY[size]]
    said = {at: words.language.day(at, "plain") for at in shown}
    label = f"({json.dumps(said, ensure_ascii=False)})[datum.value] || ''"
    band = {"paddingInner": 0.3} if chart.kind == "bars" else {"type": "point", "padding": 0.5}
    return {"field": "at", "type": "ordinal", "scale": band, "axis": {**axis, "values": shown, "labelExpr": label}}


def _line_layers(x: Spec, y: Spec, palette: Palette, size: Size) -> list[Spec]:
    place = {"x": x}
    return [
        {
            "transform": [{"filter": "isValid(datum.low)"}],
            "mark": {"type": "area", "color": palette.band, "interpolate": "step"},
            "encoding": {**place, "y": {"field": "low", **y}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "line", "color": palette.line, "strokeWidth": 2.5 if size == "wide" else 2,
                     "invalid": "break-paths-show-path-domains", "strokeJoin": "round"},
            "encoding": {**place, "y": {"field": "value", **y}},
        },
    ]  # fmt: skip


def _bar_layers(x: Spec, y: Spec, palette: Palette, chart: Chart, worse: str) -> list[Spec]:
    here = {"x": x, "y": {"field": "value", **y}}
    bars: list[Spec] = [
        {
            "mark": {"type": "bar", "color": palette.bar},
            "encoding": {**here, "color": {"condition": {"test": worse, "value": palette.line}, "value": palette.bar}},
        }
    ]
    if chart.kind == "bars":
        bars.append({
            "transform": [{"filter": "isValid(datum.usual)"}],
            "mark": {"type": "tick", "color": palette.goal, "thickness": 2, "opacity": 1},
            "encoding": {"x": x, "y": {"field": "usual", **y}},
        })  # fmt: skip
    return bars


def _goal_layers(words: Words, chart: Chart, goal: float, y: Spec, palette: Palette) -> list[Spec]:
    assert chart.goal is not None
    unit = words.metric(chart.metric_id).unit_of(chart.variant)
    text = f"{words.text('goal')} {words.language.target(chart.goal, unit)}"
    data = {"values": [{"goal": goal, "text": text}]}
    height = {"y": {"field": "goal", **y}}
    label = {"type": "text", "align": "left", "baseline": "bottom", "x": 4, "dy": -3, "fontSize": 12,
             "fontWeight": "bold"}  # fmt: skip
    # The halo keeps the words readable where the line or a bar runs through them.
    halo = {**label, "color": palette.halo, "stroke": palette.halo, "strokeWidth": 4, "strokeJoin": "round"}
    words_at = {**height, "text": {"field": "text"}}
    rule = {"type": "rule", "color": palette.goal, "strokeDash": [5, 4], "strokeWidth": 1.5}
    return [
        {"data": data, "mark": rule, "encoding": height},
        {"data": data, "mark": halo, "encoding": words_at},
        {"data": data, "mark": {**label, "color": palette.goal}, "encoding": words_at},
    ]


def _last_label(
    words: Words, chart: Chart, rows: Sequence[Mapping[str, Any]], x: Spec, y: Spec, palette: Palette
) -> list[Spec]:
    """A point and the value on the last day."""
    if chart.kind not in LINES or not rows or rows[-1]["value"] is None:
        return []
    unit = words.metric(chart.metric_id).unit_of(chart.variant)
    text = words.language.value(chart.points[-1].value, unit)
    here = {"x": x, "y": {"field": "value", **y}}
    return [
        {
            "data": {"values": [rows[-1]]},
            "mark": {"type": "point", "color": palette.line, "filled": True, "size": 70, "opacity": 1},
            "encoding": here,
        },
        {
            "data": {"values": [{**rows[-1], "text": text}]},
            "mark": {"type": "text", "color": palette.line, "align": "left", "dx": 9, "fontSize": 13,
                     "fontWeight": "bold"},
            "encoding": {**here, "text": {"field": "text"}},
        },
    ]  # fmt: skip


def _config(palette: Palette) -> Spec:
    return {
        "aria": False,
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {"labelColor": palette.text, "labelFontSize": 12, "gridColor": palette.grid, "tickColor": palette.grid,
                 "domainColor": palette.grid},
    }  # fmt: skip


def draw(jobs: Mapping[str, tuple[Literal["svg", "png"], Spec]]) -> Mapping[str, bytes]:
    """The pictures of all jobs, made by one child process; empty where it fails, which the log tells."""
    asked = {name: {"form": form, "spec": given} for name, (form, given) in jobs.items()}
    # -P keeps this folder, whose modules are named like the standard library's, out of the child's path.
    command = [sys.executable, "-P", str(DRAW)]
    try:
        done = subprocess.run(
            command, input=json.dumps(asked).encode(), capture_output=True, timeout=TIMEOUT_S, check=True
        )
        return {name: base64.b64decode(picture) for name, picture in json.loads(done.stdout).items()}
    except (OSError, subprocess.SubprocessError, ValueError) as problem:
        log.event("charts_failed", reason=type(problem).__name__)
        return {}


def chart_png(words: Words, chart: Chart) -> bytes | None:
    """The chart as a picture on an opaque card, for a client that cannot draw it; None where drawing fails."""
    return draw({"chart": ("png", spec(words, chart, "wide", CARD))}).get("chart")
