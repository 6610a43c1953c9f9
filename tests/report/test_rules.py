"""What no form of a report may show."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.report.csv import render_csv
from core.report.html import render_html
from core.report.json import render_json
from core.report.markdown import render_markdown
from core.report.model import Report, Table, Tile
from core.report.rules import RuleBroken, check
from core.report.slack import render_slack
from core.report.text import render_text
from core.report.words import Words
from tests.report.mock import BY_TEAM, FIRST_REPLY, NPS, daily

FORMS: tuple[Callable[[Report, str], object], ...] = (
    render_slack, render_html, render_text, render_markdown, render_json, render_csv,
)  # fmt: skip


def with_tile(tile: Tile) -> Report:
    return replace(daily(), tiles=(tile,))


@pytest.mark.parametrize("render", FORMS)
def test_a_strong_metric_is_not_shown_alone(render: Callable[[Report, str], object]) -> None:
    """Speed alone teaches people to be quick and nothing else (metrics R13)."""
    with pytest.raises(RuleBroken, match="without its counter-metric"):
        render(with_tile(replace(FIRST_REPLY, counter=None)), "en")


def test_a_strong_metric_whose_counter_has_no_data_says_so() -> None:
    """The reader must know that nothing guards this number."""
    report = with_tile(replace(FIRST_REPLY, counter=None, guard_missing=True, goal=None, goal_state="none"))
    check(report)
    assert "guard: no data" in Words(report, "en").tile(report.tiles[0]).small


def test_a_strong_column_needs_its_counter_beside_it() -> None:
    """A table by team ranks; it must not rank by speed alone."""
    rows = tuple(replace(row, cells=row.cells[:2]) for row in BY_TEAM.rows)
    table = Table("team", ("tickets_created", "first_response_time"), rows)
    with pytest.raises(RuleBroken, match="table by team"):
        check(replace(daily(), tables=(table,)))


def test_a_number_may_not_be_guarded_by_any_other() -> None:
    """A counter-metric is the one that the catalogue names."""
    with pytest.raises(RuleBroken, match="no counter-metric"):
        check(with_tile(replace(FIRST_REPLY, counter=NPS.answer)))


@pytest.mark.parametrize(
    "tile",
    [
        replace(NPS, mark="good"),
        replace(NPS, comparison=replace(NPS.comparison, verdict="better")),
        replace(NPS, goal=FIRST_REPLY.goal, goal_state="reached"),
    ],
)
def test_too_few_are_not_judged(tile: Tile) -> None:
    """Nine answers move by eleven points when one person is in a bad mood (metrics R10)."""
    with pytest.raises(RuleBroken, match="judged on 9"):
        check(with_tile(tile))


def test_outside_the_usual_range_is_not_called_within_it() -> None:
    """A value can be far from usual and yet, with few cases, no clear change."""
    near = replace(daily(), tiles=(FIRST_REPLY,))
    usual = FIRST_REPLY.comparison.usual
    assert usual.high is not None
    inside, outside = (
        replace(FIRST_REPLY.comparison, verdict="no clear change", answer=replace(FIRST_REPLY.answer, value=value))
        for value in (usual.value, usual.high + 1)
    )
    assert Words(near, "en").delta(inside) == "within the usual range"
    assert Words(near, "en").delta(outside) == "no clear change from a usual Friday"


def test_too_few_have_neither_arrow_nor_judgement() -> None:
    """A number without a colour may still be read; it has its n."""
    said = Words(daily(), "en").tile(NPS)
    assert (said.symbol, said.delta) == ("❔", "too few to judge")
    assert "9 answers, 50 needed" in said.small
