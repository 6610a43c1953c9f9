"""Surges in words."""

import sqlite3

import pytest

from core.clock import add_days
from core.numbers.answer import Period
from core.report.model import ReportSpec
from core.report.sections.scope import Scope
from core.report.sections.surges import surges
from tests.numbers.analyses.test_surges import LATER, asked, launched
from tests.report.sections.test_together import lines

__all__ = ["launched"]

RULE = (
    "Expected: median of the weekday's last 8 clean weeks, with the trend of 13 weeks. A surge: more than 3 robust "
    "deviations above it on two days or hours in a row."
)


def scope(db: sqlite3.Connection, from_on: str, to_on: str) -> Scope:
    return Scope(asked(db), ReportSpec("weekly", "weekly"), "weekly", Period(from_on, to_on, "week"))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "en",
            [
                "Surges",
                "New tickets: 100\u202f% more than expected, Tue 5 May to Fri 8 May (320 instead of 160); "
                "back to normal after 4 days.",
                "It came after: Hotline only (Mon 4 May).",
                "It came after: Lumo 2 (Mon 4 May).",
            ],
        ),
        (
            "de",
            [
                "Ausschläge nach oben",
                "Neue Tickets: 100\u202f% mehr als erwartet, Di., 5. Mai bis Fr., 8. Mai (320 statt 160); "
                "bis wieder alles normal war: 4 Tage.",
            ],
        ),
        ("zh", ["业务量激增"]),
    ],
)
def test_a_launch_in_words(launched: sqlite3.Connection, code: str, told: list[str]) -> None:
    """What came, how much more, when it was over, and what came before: never why."""
    made = lines(surges(scope(launched, *LATER)), code)
    assert made[: len(told)] == told
    if code == "en":
        assert made[-3:] == [
            RULE,
            "The time of year does not count yet: that needs two years of data.",
            "After does not mean because of.",
        ]


def test_silent_where_all_was_as_expected(launched: sqlite3.Connection) -> None:
    """No section says that nothing happened."""
    assert surges(scope(launched, add_days(LATER[0], -14), add_days(LATER[1], -21))) is None
