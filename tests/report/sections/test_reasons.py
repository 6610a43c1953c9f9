"""Customers and reasons in the words that people read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from core.clock import add_days
from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import METRICS
from core.report.model import ReportKind, ReportSpec, Section
from core.report.sections.customers import customers
from core.report.sections.reasons import reasons_section
from core.report.sections.scope import Scope
from core.report.words import Words
from tests.numbers.rows import BERLIN, store_of
from tests.report.mock import daily

MONTH = Period("2026-02-01", "2026-02-28", "month")
GAP = "\u202f"


def contacts(word: str, count: int, day_on: str, *, kind: str = "new", each: int = 1) -> Iterator[Any]:
    for number in range(count * each):
        uid = f"{word}/{day_on}/{number}"
        yield {
            "kind": "call", "contact_uid": uid, "person_uid": f"p{word}{number // each}", "contact_reason": word,
            "channel": "phone", "customer_type": kind, "day_on": day_on,
        }  # fmt: skip


def scope(kind: ReportKind) -> Scope:
    then, now = add_days(MONTH.from_on, -84), "2026-02-10"
    rows = [
        {"contact_uid": "old", "kind": "call", "day_on": "2025-01-01"},
        *(row for word in ("delivery", "invoice", "setup", "order") for row in contacts(word, 50, then)),
        *contacts("delivery", 150, now),
        *contacts("invoice", 50, now, kind="old", each=3),
        *(row for word in ("setup", "order") for row in contacts(word, 20, now)),
    ]
    db, now_at = store_of({"contact_facts": rows}, MONTH.to_on)
    return Scope(Inquiry(db, BERLIN, now_at), ReportSpec("m", kind), kind, MONTH)


def words(code: str) -> Words:
    return Words(replace(daily(), metrics=METRICS), code)


def said(section: Section | None, code: str = "en") -> list[str]:
    assert section is not None
    return [words(code).say(sentence) for sentence in section.sentences]


@pytest.mark.parametrize(
    ("code", "pareto", "mover"),
    [
        ("en", f"2 of 4 reasons make 88{GAP}% of the contacts: delivery, invoice.",
         f"Less: order, 6{GAP}% of the contacts, 25{GAP}% 13 weeks ago (20, then 50)."),
        ("de", f"2 von 4 Gründen machen 88{GAP}% der Kontakte aus: delivery, invoice.",
         f"Weniger: order, 6{GAP}% der Kontakte, vor 13 Wochen 25{GAP}% (20, damals 50)."),
        ("zh", "4 个原因中有 2 个占接触量的 88%：delivery，invoice。",
         "减少：order，占接触量的 6%，13 周前为 25%（现 20，当时 50）。"),
    ],
)  # fmt: skip
def test_a_month_tells_what_most_contacts_are_about(code: str, pareto: str, mover: str) -> None:
    """Two answers would serve nine of ten callers."""
    section = reasons_section(scope("monthly"))
    lines = said(section, code)
    assert lines[0] == pareto
    assert mover in lines
    assert section is not None
    (grid,) = section.grids
    assert [words(code).cell_text(row[0]) for row in grid.rows] == ["delivery", "invoice", "order", "setup"]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("en", f"New or far more: defect, 40{GAP}% of the contacts (40); 13 weeks ago fewer than 10 customers had it."),
        ("de", f"Neu oder viel mehr: defect, 40{GAP}% der Kontakte (40); vor 13 Wochen weniger als 10 Kunden."),
        ("zh", "新增或大增：defect，占接触量的 40%（40）；13 周前涉及的客户不足 10 位。"),
    ],
)
def test_a_new_reason_is_told_without_the_few_of_before(code: str, line: str) -> None:
    """Two callers of a quarter ago could be made out."""
    then = add_days(MONTH.from_on, -84)
    rows = [
        {"contact_uid": "old", "kind": "call", "day_on": "2025-01-01"},
        *contacts("order", 60, then), *contacts("defect", 2, then),
        *contacts("order", 60, "2026-02-10"), *contacts("defect", 40, "2026-02-10"),
    ]  # fmt: skip
    db, now_at = store_of({"contact_facts": rows}, MONTH.to_on)
    section = reasons_section(Scope(Inquiry(db, BERLIN, now_at), ReportSpec("m", "weekly"), "weekly", MONTH))
    assert line in said(section, code)


def test_a_week_tells_only_what_moved() -> None:
    """The list itself is the same every week."""
    section = reasons_section(scope("weekly"))
    assert section is not None
    assert section.grids == ()
    assert {line.split(":")[0] for line in said(section)} <= {"More", "Less"}


def test_who_needs_help_most() -> None:
    """Three calls of each old customer, one of each new one."""
    section = customers(scope("monthly"))
    assert said(section) == ["Customer type: old: 3.00 contacts each, 1.00 for the others (50 customers)."]
    assert said(section, "de") == ["Kundentyp: old: 3,00 Kontakte je Kunde, 1,00 bei den anderen (50 Kunden)."]
    assert said(section, "zh") == ["客户类型：old：人均接触 3.00 次，其他客户为 1.00 次（50 位客户）。"]


def test_no_group_stands_out() -> None:
    """Two groups alike are told to be alike, not which of them is first by a hair."""
    rows = [row for kind in ("new", "old") for row in contacts(kind, 40, "2026-02-10", kind=kind)]
    db, now_at = store_of({"contact_facts": rows}, MONTH.to_on)
    section = customers(Scope(Inquiry(db, BERLIN, now_at), ReportSpec("m", "monthly"), "monthly", MONTH))
    assert said(section) == ["No group needs clearly more help than the others."]


def test_an_empty_month_says_nothing() -> None:
    """A desk that began today has no customers to compare."""
    db, now_at = store_of({}, MONTH.to_on)
    empty = Scope(Inquiry(db, BERLIN, now_at), ReportSpec("m", "monthly"), "monthly", MONTH)
    assert customers(empty) is None
    assert reasons_section(empty) is None
