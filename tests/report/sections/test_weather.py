"""Weather as it is read: what is coming, what it does, and what was seen too seldom to say."""

from dataclasses import replace
from functools import cache
from random import Random

import pytest

from core.clock import add_days, days
from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import METRICS
from core.report.model import ReportSpec
from core.report.sections.scope import Scope
from core.report.sections.weather import weather
from core.report.words import Words
from tests.numbers.analyses.volume import TODAY, shaken, store
from tests.numbers.rows import insert
from tests.report.desk import base
from tests.report.mock import daily

FIRST = add_days(TODAY, -240)
WEEK = Period(add_days(TODAY, -11), add_days(TODAY, -5), "week")


@cache
def town(rain: float, notice: float = 1.0) -> Inquiry:
    """Thirty weeks in a town where it rains every third day; on every second rainy day customers are told something."""
    dice = Random(4)
    wet = [day for day in days(FIRST, add_days(TODAY, 3)) if dice.random() < 0.35 or day == add_days(TODAY, 1)]
    told = set(wet[::2])

    def calls(day: str, weekday: int) -> float:
        mean = (150 - 10 * weekday) * (1.0 if day not in wet else rain * (notice if day in told else 1.0))
        return max(0, round(dice.gauss(mean, mean**0.5)))

    made = store(calls, shaken(3))
    base(made.db, "regions", region="HH", name="Hamburg", weight=1.0)
    for day in days(FIRST, add_days(TODAY, 3)):
        snow = 4.0 if day in {add_days(TODAY, -back) for back in (10, 30, 60)} else 0.0
        base(made.db, "weather_days", region="HH", day_on=day, rain_mm=6.0 if day in wet else 0.0, temp_max=12.0,
             snow_cm=snow, is_forecast=int(day >= TODAY))  # fmt: skip
    if notice != 1.0:
        insert(made.db, {"self_service_facts": [
            {"day_key": f"n{day}", "day_on": day, "kind": "notice", "item": "rain", "sessions": 300} for day in told
        ]})  # fmt: skip
    return made


def text(inquiry: Inquiry, code: str) -> str:
    section = weather(Scope(inquiry, ReportSpec("weekly", "weekly"), "weekly", WEEK))
    if section is None:
        return ""
    words = Words(replace(daily(), metrics=METRICS), code)
    rows = [" | ".join(words.cell_text(cell) for cell in row) for grid in section.grids for row in grid.rows]
    return "\n".join([*(words.say(one) for one in (*section.sentences, *section.notes)), *rows])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", ["Sat 21 Nov: rain in Hamburg. Calls offered: expect ", "Plan people for it", "rain | Calls offered | +",
                "too few days | — | 3"]),
        ("de", ["Sa., 21. Nov.: Regen in Hamburg. Angebotene Anrufe: ", "Leute dafür einplanen", "zu wenige Tage"]),
        ("zh", ["11月21日 周六：Hamburg下雨，预计呼入量比平常多 ", "提前排班", "天数太少"]),
    ],
)  # fmt: skip
def test_rain_is_told_before_it_falls(code: str, said: list[str]) -> None:
    """A forecast of rain that reaches the roster on the wet day is a day late; three days of snow are no rule."""
    told = text(town(1.3), code)
    for words in said:
        assert words in told


def test_weather_without_effect_is_no_section() -> None:
    """Small talk about the weather is not what a report is for."""
    assert text(town(1.0), "en") == ""


def test_notices_that_saved_calls_are_told() -> None:
    """Who told customers before they asked learns what it was worth."""
    told = text(town(1.5, notice=0.8), "en")
    assert "with a notice sent" in told
    assert "with a notice sent" not in text(town(1.5), "en")
