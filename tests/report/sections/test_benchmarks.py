"""What others publish, beside one's own, only where somebody asked for it (metrics §4)."""

from dataclasses import replace
from typing import Any

import pytest

from core.numbers.answer import Period
from core.numbers.benchmarks import BENCHMARKS, SHOWN_WITH
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import METRICS, find_variant
from core.report.model import ReportSpec, Section
from core.report.rules import check
from core.report.sections.benchmarks import benchmarks
from core.report.sections.scope import Scope
from core.report.words import Words
from tests.numbers.rows import BERLIN, store_of
from tests.report.mock import daily

WEEK = Period("2026-03-02", "2026-03-08", "week")
GAP = "\u202f"
OTHERS = "vcc.live 2024, tel-inform.de, mptelecom.com.vn citing IFC"
OTHERS_ZH = OTHERS.replace(", ", "，")


@pytest.fixture(scope="module")
def phone() -> Inquiry:
    """A hundred calls, 82 of them in time, each of 5 min and its customer's only one; 40 said it was solved."""
    calls: list[Any] = [
        {"wait_s": 10 if number < 82 else 60, "outcome": "answered", "enqueued_on": "2026-03-04"}
        for number in range(100)
    ]
    handled = [
        {"call_uid": f"c{number}", "is_handled": 1, "handle_s": 300, "answered_on": "2026-03-04"}
        for number in range(100)
    ]
    firsts = [
        {"kind": "call", "contact_uid": f"c{number}", "is_first": 1, "is_resolved_first": 1, "day_on": "2026-03-04"}
        for number in range(100)
    ]
    asked = [{"kind": "fcr", "is_counted": 1, "is_satisfied": int(number < 30)} for number in range(40)]
    db, now_at = store_of(
        {"queue_legs": calls, "call_facts": handled, "contact_facts": firsts, "survey_facts": asked}, WEEK.to_on
    )
    return Inquiry(db, BERLIN, now_at)


def made(inquiry: Inquiry, *shown: str, on: bool = True) -> Section | None:
    tiles = tuple(replace(daily().tiles[0], metric_id=name) for name in shown)
    return benchmarks(Scope(inquiry, ReportSpec("w", "weekly", benchmarks=on), "weekly", WEEK, tiles))


def rows(section: Section | None, code: str = "en") -> list[str]:
    assert section is not None
    report = replace(daily(), metrics=METRICS, tiles=(), tables=(), sections=(section,))
    check(report)
    words = Words(report, code)
    return [" | ".join(words.cell_text(cell) for cell in row) for row in section.grids[0].rows]


@pytest.mark.parametrize(
    ("code", "row"),
    [
        (
            "en",
            f"Service level | 82.0{GAP}% | 80.0{GAP}% in 20 s | {OTHERS}",
        ),
        (
            "de",
            f"Servicelevel | 82,0{GAP}% | 80,0{GAP}% in 20 s | {OTHERS}",
        ),
        ("zh", f"服务水平 | 82.0% | 20 秒内 80.0% | {OTHERS_ZH}"),
    ],
)
def test_one_s_own_beside_what_others_say(phone: Inquiry, code: str, row: str) -> None:
    """With who says so and when."""
    assert rows(made(phone, "service_level", "nps"), code)[0] == row


def test_a_strong_one_has_its_counter_beside_it(phone: Inquiry) -> None:
    """Handle time against others' alone would only make calls shorter (R13)."""
    section = made(phone, "average_handle_time")
    assert section is not None
    assert len(rows(section)) == 4
    words = Words(replace(daily(), metrics=METRICS), "en")
    assert [words.say(note) for note in section.notes] == [
        "A range of others, not a target: trades, customers and ways of counting differ.",
        f"Beside Handle time: Solved at first contact 100.0{GAP}%.",
    ]


def test_what_customers_say_is_compared_with_what_customers_say(phone: Inquiry) -> None:
    """SQM asks callers; our rate counts their contacts: only the survey's answers are set beside it."""
    found = rows(made(phone, "first_contact_resolution_rate"))
    assert len(found) == 3
    assert found[0].endswith(f"| 75.0{GAP}% | 70.0{GAP}% on average | SQM Group")


def test_off_unless_asked_for(phone: Inquiry) -> None:
    """Nobody is measured by strangers by default."""
    assert made(phone, "service_level", on=False) is None
    assert made(phone, "csat") is None


def test_every_figure_is_of_a_metric_and_has_a_source() -> None:
    """A figure without a source is a rumour."""
    for figure in BENCHMARKS:
        metric = METRICS[figure.metric_id]
        assert find_variant(metric, figure.variant)
        assert figure.source
        assert figure.high is None or figure.high > figure.low
    assert set(SHOWN_WITH.values()) <= METRICS.keys()
