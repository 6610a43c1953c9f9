"""The coming week as it is read: numbers with their interval, how far off they were, and who steps aside."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.clock import DAY_S, add_days
from core.numbers.analyses.forecast.frozen import freeze
from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from core.numbers.metric import Unit
from core.numbers.metrics import METRICS
from core.numbers.parts import fold
from core.numbers.reporting import Reporting
from core.report.model import Figure, ReportKind, ReportSpec, Section
from core.report.sections.forecast import forecast
from core.report.sections.scope import Scope
from core.report.sections.staffing import staffing
from core.report.words import Words
from tests.numbers.analyses.volume import TODAY, shaken, store
from tests.numbers.rows import BERLIN, insert
from tests.report.mock import daily

WEEK = Period(add_days(TODAY, -11), add_days(TODAY, -5), "week")


@pytest.fixture(scope="module")
def inquiry() -> Inquiry:
    """Thirty weeks of calls and tickets."""
    return store(shaken(1), shaken(2))


@pytest.fixture(scope="module")
def week(inquiry: Inquiry) -> Section:
    """What its weekly report says."""
    return made(inquiry)


def made(inquiry: Inquiry, kind: str = "weekly") -> Section:
    spec = ReportSpec("weekly", "weekly" if kind == "weekly" else "monthly")
    found = forecast(Scope(inquiry, spec, spec.kind, WEEK))
    assert found is not None
    return found


def lines(section: Section, code: str) -> Iterator[str]:
    words = Words(replace(daily(), metrics=METRICS), code)
    yield words.text(f"section_{section.key}")
    yield from (words.say(sentence) for sentence in (*section.sentences, *section.notes))
    for grid in section.grids:
        yield from (" | ".join(words.cell_text(cell) for cell in row) for row in (grid.heads, *grid.rows))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", ["Expected volume", "Fri 20 Nov to Thu 26 Nov: about ",
                "Busiest half hour: Mon 23 Nov, 09:30, about 43 calls",
                "Day | Calls offered | 8 of 10 within | New tickets", "Hotline DE | Calls offered",
                "1 day, ½ h"]),
        ("de", ["Erwartetes Aufkommen", "Fr., 20. Nov. bis Do., 26. Nov.: etwa ", "Vollste halbe Stunde: ",
                "8 von 10 zwischen", "1 Tag, ½ h"]),
        ("zh", ["预计业务量", "最忙的半小时：11月23日 周一 09:30，约 43 通电话", "八成落在", "1 天，半小时"]),
    ],
)  # fmt: skip
def test_the_coming_week_in_three_languages(week: Section, code: str, said: list[str]) -> None:
    """Who plans shifts reads days, numbers and how sure they are, without a formula."""
    text = "\n".join(lines(week, code))
    for words in said:
        assert words in text


def test_a_month_is_told_by_its_weeks(inquiry: Inquiry) -> None:
    """Twenty-eight rows are a spreadsheet, not a report."""
    weeks, *_ = made(inquiry, "monthly").grids
    assert len(weeks.rows) == 4
    assert len(weeks.heads) == 3


def test_what_steps_aside_is_said() -> None:
    """A method that lost and is shown as if it had won is a lie by silence."""
    fallen = store(shaken(1, lambda day, weekday: (100 if day < add_days(TODAY, -40) else 30) * (weekday < 6)))
    said = [text for text in lines(made(fallen), "en") if "is used there" in text]
    assert said[0].startswith("Calls offered: the mean of the last 4 weeks was closer than the baseline 1 day ahead (")


def test_last_weeks_error_is_told_once_there_are_forecasts(week: Section) -> None:
    """Trust comes from the week in which it could be checked."""
    assert "forecast_last_week" not in [sentence.key for sentence in week.sentences]
    asked = store(shaken(1))
    days = [add_days(TODAY, -back) for back in range(1, 8)]
    insert(asked.db, {"forecast_facts": [
        {"series": "calls_offered", "series_key": f"c{day}", "day_on": day, "value_milli": 90_000} for day in days
    ]})  # fmt: skip
    asked.db.execute("delete from dirty_days where fact <> 'forecast_facts'")
    fold(asked.db, asked.reporting, asked.now_at)
    (told,) = [sentence for sentence in made(asked).sentences if sentence.key == "forecast_last_week"]
    words = Words(replace(daily(), metrics=METRICS), "en")
    assert words.say(told).startswith("Calls offered, last 7 days: what was forecast the day before was off by ")


def test_a_young_store_says_nothing() -> None:
    """Two Mondays are no pattern."""
    new = Reporting(zone=BERLIN.zone, history_from_on=add_days(TODAY, -7))
    young = store(weeks=1, reporting=new)
    assert forecast(Scope(young, ReportSpec("weekly", "weekly"), "weekly", WEEK)) is None


def test_a_week_that_was_not_read_to_its_end_is_no_comparison() -> None:
    """After two days without the telephone's data next week looks like a third more calls."""
    read, unread = store(weeks=8), store(weeks=8)
    unread.db.execute("delete from parts where day_on >= ?", (add_days(TODAY, -2),))
    assert made(read).sentences[0].key == "forecast_week_same"
    assert made(unread).sentences[0].key == "forecast_week"


def test_no_error_is_told_of_a_few_days() -> None:
    """A store of three weeks could be off on one Monday by 80 %, which says nothing of its forecasts."""
    young = made(store(shaken(1), shaken(2), weeks=3))
    assert [note.key for note in young.notes] == ["forecast_how"]
    days, members = young.grids
    assert len(days.rows) == 7
    assert {row[-1] for row in members.rows} == {Figure(None, Unit.SHARE)}


def test_kept_forecasts_are_named_as_such(week: Section) -> None:
    """Frozen is more than tested: the reader is told which it is."""
    assert week.notes[-1].key == "forecast_tested"
    asked = store(shaken(1), shaken(2))
    freeze(asked.db, asked.reporting, asked.now_at)
    asked.db.executemany(
        "insert or ignore into made_forecasts select series, where_key, interval_start_at - ?1, interval_s, "
        "horizon_days, method, made_at - ?1, value, low, high, is_used from made_forecasts where made_at = ?2",
        [(back * DAY_S, asked.now_at) for back in range(2, 46)],
    )
    assert made(asked).notes[-1].key == "forecast_frozen"


@pytest.mark.parametrize(
    ("kind", "days_ago", "is_told"),
    [("weekly", 8, False), ("weekly", 7, True), ("monthly", 29, False), ("monthly", 28, True)],
)
def test_a_report_of_long_ago_tells_of_no_days_to_come(
    inquiry: Inquiry, kind: ReportKind, days_ago: int, is_told: bool
) -> None:
    """Whoever reads September's week again would take today's forecast for that of September."""
    last_on = add_days(TODAY, -days_ago)
    period = Period(add_days(last_on, -6), last_on, "week")
    scope = Scope(inquiry, ReportSpec("old", kind), kind, period)
    assert (forecast(scope) is not None) is is_told
    if not is_told:
        assert staffing(scope) is None
