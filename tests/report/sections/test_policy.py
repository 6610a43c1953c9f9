"""Before and after in words."""

import sqlite3

import pytest

from core.clock import add_days
from core.numbers.answer import Period
from core.report.model import ReportSpec
from core.report.sections.policy import policy
from core.report.sections.scope import Scope
from tests.numbers.analyses.test_policy import BEGIN, LAST, asked, quicker
from tests.report.sections.test_together import lines

__all__ = ["quicker"]


def scope(db: sqlite3.Connection, from_on: str, later: int) -> Scope:
    return Scope(asked(db, later), ReportSpec("weekly", "weekly"), "weekly", Period(from_on, add_days(from_on, 6)))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "en",
            [
                "Before and after",
                "First a word (since Mon 4 May): First reply, median 51 min → 23 min (336 first replies): better, "
                "−25 min (95 % interval −29 min to −21 min).",
                "Those that it was not for went 49 min → 46 min; that is taken off.",
                "At the same time also: Lumo 2 (Thu 14 May).",
                "28 days before and from then on, same weekdays, closed days left out; the interval rests on how much "
                "days differ. After does not mean because of.",
                "Beside First reply, median: Open without a reply 0.",
            ],
        ),
        (
            "de",
            [
                "Vorher und nachher",
                "First a word (seit Mo., 4. Mai): Erste Antwort, Median 51 Min. → 23 Min. (336 Erstantworten): besser, "
                "−25 Min. (95-%-Intervall −29 Min. bis −21 Min.).",
            ],
        ),
        ("zh", ["前后对比"]),
    ],
)
def test_a_policy_that_worked_in_words(quicker: sqlite3.Connection, code: str, told: list[str]) -> None:
    """The change, its interval, those it was not for, what else went on; and its counter-metric, or that none is."""
    made = lines(policy(scope(quicker, add_days(LAST, -6), 1)), code)
    assert made[: len(told)] == told


def test_what_has_just_begun_is_not_judged(quicker: sqlite3.Connection) -> None:
    """Four days after a new rule everybody wants to know; nobody can."""
    made = lines(policy(scope(quicker, BEGIN, -20)), "en")
    assert made == ["Before and after", "First a word began on Mon 4 May; what it did can be told from Mon 1 Jun on."]


def test_silent_otherwise(quicker: sqlite3.Connection) -> None:
    """In the weeks between there is nothing to tell."""
    assert policy(scope(quicker, add_days(BEGIN, 7), -13)) is None
