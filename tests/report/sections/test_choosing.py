"""At most one line at the end of a week's report."""

from dataclasses import replace

import pytest

from core.numbers.goal import Goal
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import METRICS
from core.report.model import ReportSpec, Section
from core.report.sections.choosing import choosing
from core.report.sections.scope import Scope
from core.report.words import Words
from tests.numbers.analyses.test_choosing import desk
from tests.report.mock import daily


@pytest.fixture(scope="module")
def mail() -> Inquiry:
    return desk("email")


def made(inquiry: Inquiry, shown: tuple[str, ...], *, suggestions: bool = True) -> Section | None:
    report = daily()
    period = replace(report.period, from_on="2026-03-23", to_on="2026-03-29", grain="week")
    tiles = tuple(
        replace(report.tiles[0], comparison=replace(report.tiles[0].comparison), metric_id=name) for name in shown
    )
    goals = (Goal("csat", 0.8, needs={"customer": "matters solved at once"}),)
    spec = ReportSpec("weekly", "weekly", goals=goals, suggestions=suggestions)
    return choosing(Scope(inquiry, spec, "weekly", period, tiles))


@pytest.mark.parametrize(
    ("code", "shown", "said"),
    [
        ("en", ("csat",), "Add “Reopened”: nothing here tells of matters solved for good yet."),
        ("de", ("csat",),
         "Dazunehmen: „Wieder geöffnet“. Zum Bedürfnis „endgültig gelöste Anliegen“ steht hier noch nichts."),
        ("zh", ("csat",), "建议加入“重开率”：目前还没有指标反映“一次解决”。"),
        ("en", ("csat", "one_touch_rate"), "Leave out “One-touch resolution”: nobody opened it in 8 weeks, and nothing "
         "moved it."),
        ("en", ("tickets_solved",), "Add “Reopened”: it shows what “Solved tickets” might cost."),
    ],
)  # fmt: skip
def test_one_line(mail: Inquiry, code: str, shown: tuple[str, ...], said: str) -> None:
    """One thing to try, and why, in the reader's language."""
    section = made(mail, shown)
    assert section is not None
    words = Words(replace(daily(), metrics=METRICS), code)
    assert [words.say(sentence) for sentence in section.sentences] == [said]


def test_switched_off_it_is_silent(mail: Inquiry) -> None:
    """Who wants no advice gets none."""
    assert made(mail, ("csat",), suggestions=False) is None
    assert made(mail, ()) is None
