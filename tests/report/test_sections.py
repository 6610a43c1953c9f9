"""What an analysis says, in every form of a report, and what no section may show."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.numbers.metric import Unit
from core.report.csv import render_csv
from core.report.html import render_html
from core.report.json import render_json
from core.report.locale import LANGUAGES, language
from core.report.markdown import render_markdown
from core.report.model import Count, Delta, Figure, Grid, Name, Report, Section, Sentence, Span, Term, Value
from core.report.rules import RuleBroken, check
from core.report.slack import render_slack
from core.report.text import render_text
from tests.report.mock import daily
from tests.report.test_slack import assert_within_limits

HEAD = Term("metric", "head")
GRID = Grid(
    (HEAD, Term("value", "head"), Term("interval", "head")),
    (
        (Name("VIP <!channel>"), Figure(0.25, Unit.SHARE), Span(0.2, 0.3, Unit.SHARE)),
        (Name("=cmd()"), None, None),
    ),
    Sentence("sample", {"n": Count(12, "weeks")}),
    more=3,
)
PROBE = Section("probe", (Sentence("sample", {"n": Count(7, "cases")}),), (GRID,), (Sentence("provisional"),))


@pytest.fixture(autouse=True)
def heading(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in LANGUAGES:
        texts: Any = language(code).messages["text"]
        monkeypatch.setitem(texts, "section_probe", "Probe & more")


def with_sections(*sections: Section) -> Report:
    return replace(daily(), sections=sections)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_section_stands_in_every_form(code: str) -> None:
    """What is found and not shown might as well not have been looked for."""
    report = with_sections(PROBE)
    drawn = render_text(report, code)
    html = render_html(report, code, draw=lambda _: {})
    markdown = render_markdown(report, code)
    for said in (drawn, html, markdown):
        assert "Probe" in said
        assert "25" in said
        assert language(code).count(7, "cases") in said
        assert language(code).text("say", "provisional") in said
    assert '<th scope="row">VIP &lt;!channel&gt;</th>' in html
    assert "<caption>" in html
    assert render_csv(report, code)


def test_a_section_is_a_reply_with_its_table() -> None:
    """The root stays small; who wants to know more opens the thread."""
    report = with_sections(PROBE)
    message = render_slack(report, "en")
    assert_within_limits(message)
    assert message.blocks == render_slack(daily(), "en").blocks
    reply = message.thread[0]
    assert [block["type"] for block in reply.blocks] == [
        "rich_text",
        "rich_text",
        "rich_text",
        "table",
        "section",
        "context",
    ]
    assert reply.text.startswith("Probe &amp; more: 7 cases 12 weeks VIP &lt;!channel&gt;, Value 25.0")


def test_sections_without_a_table_share_a_reply_and_tables_of_one_are_one() -> None:
    """Slack takes one table a message, and nobody opens a thread of nineteen replies."""
    other = Grid((HEAD, Term("n", "head")), ((Name("Tech"), Figure(7, Unit.COUNT)),), Sentence("provisional"))
    detail = replace(GRID, rows=((Name("how it was found"), None, None),), is_detail=True)
    plain = replace(PROBE, grids=())
    report = with_sections(plain, replace(PROBE, grids=(GRID, other, detail)), plain)
    first, *rest = render_slack(report, "en").thread
    table = next(block for block in first.blocks if block["type"] == "table")
    assert [row[0]["text"] for row in table["rows"]] == [
        "Metric", "VIP <!channel>", "=cmd()", "and 3 more", "may still change", "Metric", "Tech",
    ]  # fmt: skip
    assert {len(row) for row in table["rows"]} == {3}
    assert first.text.count("Probe &amp; more") == 3
    assert not any("Probe" in reply.text for reply in rest)
    assert "how it was found" in render_html(report, "en", draw=lambda _: {})


def test_a_long_table_takes_several_replies() -> None:
    """A table over Slack's limit would cost the whole thread."""
    long = replace(GRID, rows=tuple((Name(f"{n} " + "x" * 40), Figure(n, Unit.COUNT), None) for n in range(300)))
    message = render_slack(with_sections(replace(PROBE, grids=(long, GRID))), "en")
    assert_within_limits(message)
    rows = [block["rows"] for reply in message.thread for block in reply.blocks if block["type"] == "table"]
    names = [row[0]["text"] for table in rows for row in table]
    assert all(f"{n} " + "x" * 40 in " ".join(names) for n in (0, 150, 299))
    assert sum(any(b["type"] == "context" for b in reply.blocks) for reply in message.thread) == 1


def test_json_keeps_the_bare_values_beside_the_words() -> None:
    """Other programs read numbers, not sentences."""
    made = json.loads(render_json(with_sections(PROBE), "en"))["sections"]
    assert [section["key"] for section in made] == ["probe"]
    cells = made[0]["grids"][0]["rows"][0]
    assert cells[0] == {"value": "VIP <!channel>", "text": "VIP <!channel>"}
    assert cells[1]["value"] == 0.25
    assert cells[2]["value"] == [0.2, 0.3]


def of(metric_id: str) -> Sentence:
    return Sentence("up", {"delta": Delta(metric_id, 0.1)})


def test_a_strong_figure_needs_its_counter_in_the_same_section() -> None:
    """Quick replies alone make quick, useless replies (metrics R13)."""
    strong = Section("probe", (of("first_response_time"),))
    with pytest.raises(RuleBroken, match="first_response_time stands in the section probe"):
        check(with_sections(strong))
    check(with_sections(replace(strong, sentences=(of("first_response_time"), of("csat")))))
    check(with_sections(replace(strong, sentences=(Sentence("sample", {"n": Term("first_response_time")}),))))


def test_a_counter_may_stand_in_the_table_and_a_strong_one_too() -> None:
    """A figure in a cell is seen as much as one in a sentence."""
    alone = Grid((HEAD,), ((Term("first_response_time"), Value("first_response_time", 600.0)),))
    with pytest.raises(RuleBroken, match="first_response_time"):
        check(with_sections(Section("probe", grids=(alone,))))
    nested = (Sentence("change", {"metric": Term("csat"), "then": Value("csat", 0.8), "now": Value("csat", 0.9)}),)
    both = replace(alone, rows=(*alone.rows, (Sentence("then_now", {"changes": nested}),)))
    check(with_sections(Section("probe", grids=(both,))))


def test_a_strong_figure_whose_counter_has_no_data_says_so() -> None:
    """Nobody can tell what it cost: that is said, not hidden."""
    section = Section("probe", (of("first_response_time"),), guards=frozenset({"first_response_time"}))
    assert "First reply, median: guard: no data" in render_text(with_sections(section), "en")
