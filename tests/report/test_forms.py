"""HTML, Markdown, CSV and JSON: whole without pictures, and deaf to other people's markup."""

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from core.report import charts
from core.report.charts import CARD, chart_png, draw, spec
from core.report.csv import HEADS, render_csv
from core.report.html import render_html
from core.report.json import render_json
from core.report.locale import language
from core.report.markdown import render_markdown
from core.report.spark import sparkline
from core.report.words import Words
from tests.report.mock import daily
from tests.report.test_slack import hostile_report

WITHOUT_LINKS = {"script", "img", "link", "iframe", "object", "embed", "form", "input", "base"}


class Tags(HTMLParser):
    """Collects tags, and attributes that could load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Mapping[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, Mapping[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.found


def no_pictures(_: object) -> Mapping[str, bytes]:
    return {}


@pytest.fixture(scope="module")
def page() -> str:
    return render_html(daily(), "en")


def test_the_page_is_one_file_without_scripts_or_addresses(page: str) -> None:
    """A report that loads something tells others who reads it, and breaks in an archive."""
    found = tags(page)
    assert not {tag for tag, _ in found} & WITHOUT_LINKS
    assert not [name for _, attrs in found for name in attrs if name.startswith("on") or name in {"src", "srcset"}]
    links = {attrs["href"] for tag, attrs in found if tag == "a"}
    assert links == {"https://acme.example/agent/tickets/35436"}
    assert "default-src 'none'" in page
    assert len(page.encode()) < 200_000


def test_the_page_has_a_picture_for_each_chart_in_two_widths(page: str) -> None:
    """Labels of a chart made for a desk are too small for a phone."""
    drawn = [attrs for tag, attrs in tags(page) if tag == "svg" and attrs.get("class") is None and attrs.get("width")]
    assert len(drawn) == 2 * 6
    assert not re.search(r"#0a0b0\d", page), "a marked colour was left in a drawing"
    ids = [str(attrs["id"]) for _, attrs in tags(page) if attrs.get("id")]
    assert len(ids) == len(set(ids))


def test_a_failed_drawing_costs_the_picture_only() -> None:
    """A machine on which the chart engine dies still sends its numbers."""
    page = render_html(daily(), "en", draw=no_pictures)
    assert "The chart could not be drawn; the numbers are complete." in page
    assert page.count('class="spark"') == 6 + 6
    assert "below the usual range" in page


def test_a_child_that_dies_draws_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Out of memory, no engine for this machine, a crash: all look like this."""
    dying = tmp_path / "draw.py"
    dying.write_text("raise SystemExit(9)")
    monkeypatch.setattr(charts, "DRAW", dying)
    words = Words(daily(), "en")
    assert words.report.chart is not None
    assert draw({"a": ("svg", spec(words, words.report.chart, "wide"))}) == {}
    assert chart_png(words, words.report.chart) is None


def test_the_picture_for_slack_is_a_png_on_an_opaque_card() -> None:
    """Dark letters on nothing cannot be read in a dark client."""
    words = Words(daily(), "zh")
    assert words.report.chart is not None
    picture = chart_png(words, words.report.chart)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert spec(words, words.report.chart, "wide", CARD)["background"] == "#ffffff"


def test_other_peoples_words_are_text_in_html() -> None:
    """A queue may be called <script>."""
    report = hostile_report()
    page = render_html(report, "en", draw=no_pictures)
    assert "<!channel>" not in page
    assert "&lt;!channel&gt;" in page
    assert not [1 for tag, _ in tags(page) if tag == "a"]
    assert "\x1b" not in page


def test_other_peoples_words_are_text_in_markdown() -> None:
    """A wiki must not turn a queue's name into a link."""
    text = render_markdown(hostile_report(), "en")
    assert "<!channel>" not in text
    assert r"\<\!channel\>" in text
    assert r"\*bold\*" in text


def test_csv_holds_no_formula() -> None:
    """A spreadsheet runs =1+1 of a queue's name as its own."""
    rows = list(csv.reader(io.StringIO(render_csv(hostile_report(), "en"))))
    assert rows[0] == list(HEADS)
    members = {row[1] for row in rows}
    assert any(member.startswith("'=1+1") for member in members)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "@")) or "\x1b" in cell]
    changes = {row[2]: row[10] for row in rows[1:7]}
    assert changes["first_response_time"].startswith("-360")


def test_json_has_the_numbers_and_the_words() -> None:
    """A program reads the value, a person the text; both come from one answer."""
    made = json.loads(render_json(daily(), "de"))
    tile = made["tiles"][0]
    assert tile["value"] == pytest.approx(54 / 58)
    assert tile["text"]["value"] == "93,1\u202f%"
    assert tile["goal"] == {"target": 0.92, "state": "reached", "streak": 5}
    assert made["tiles"][2]["counter"]["metric_id"] == "unreplied_open"
    assert made["headline"] == "Kunden waren zufriedener, am Telefon dauerte es länger."
    assert {"key", "day_on", "tiles", "tables", "sources", "problems", "charts"} <= made.keys()


@pytest.mark.parametrize("code", ["en", "de", "zh"])
def test_the_page_says_its_language(code: str) -> None:
    """A screen reader chooses its voice by it."""
    page = render_html(daily(), code, draw=no_pictures)
    assert f'<html lang="{"zh-Hans" if code == "zh" else code}">' in page
    assert language(code).text("text", "how") in page


def test_a_closed_day_has_a_headline_and_no_tiles() -> None:
    """A holiday's report is a sentence."""
    page = render_html(replace(daily(), is_closed_day=True), "en", draw=no_pictures)
    assert 'class="tile' not in page
    assert "<figure>" not in page


def test_a_sparkline_has_a_dot_for_a_day_without_a_value() -> None:
    """A closed day is not a day at the bottom."""
    assert sparkline([1, None, 8]) == "▁·█"
    assert sparkline([3, 3]) == "▅▅"
    assert sparkline([None]) == ""
