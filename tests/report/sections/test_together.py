"""What numbers mean together, in the words of three languages."""

from dataclasses import replace

import pytest

from core.clock import add_days
from core.numbers.answer import Period
from core.numbers.goal import Goal
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import METRICS
from core.report.grids import said
from core.report.model import ReportSpec, Section
from core.report.rules import check
from core.report.sections.correlation import correlation
from core.report.sections.groove import groove, slips
from core.report.sections.scope import Scope
from core.report.sections.waits import waits
from core.report.words import Words
from tests.numbers.analyses.test_correlation import desk
from tests.numbers.analyses.test_groove import SUNDAY, centre
from tests.numbers.analyses.test_wait_bands import ratings_of
from tests.numbers.rows import BERLIN, store_of
from tests.report.mock import daily

GAP = "\u202f"


def scope(inquiry: Inquiry, to_on: str = SUNDAY, goals: tuple[Goal, ...] = ()) -> Scope:
    return Scope(
        inquiry, ReportSpec("weekly", "weekly", goals=goals), "weekly", Period(add_days(to_on, -6), to_on, "week")
    )


def lines(section: Section | None, code: str) -> list[str]:
    """The section as text, once the rules of every report let it pass."""
    assert section is not None
    report = replace(daily(), metrics=METRICS, tiles=(), tables=(), sections=(section,))
    check(report)
    made = said(Words(report, code), section)
    texts = [["".join(part.text for part in line) for line in some] for some in (made.lines, made.notes)]
    rows = [" | ".join(row) for grid in made.grids for row in (grid.heads, *grid.rows)]
    return [made.title, *texts[0], *rows, *texts[1]]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "en",
            [
                "Speed against quality",
                f"Slip: Contacts per agent-day 60 → 66 while Quality (monitoring) score 88.0{GAP}% → 84.0{GAP}% "
                "(120 reviews), 28 days against the 28 before. More is not better if the quality pays for it.",
            ],
        ),
        (
            "de",
            [
                "Tempo gegen Qualität",
                f"Kippt: Kontakte je Agent und Tag 60 → 66, zugleich Qualitätsnote (Monitoring) 88,0{GAP}% → "
                f"84,0{GAP}% (120 Prüfungen), 28 Tage gegenüber den 28 davor. Mehr ist nicht besser, wenn die Qualität "
                "dafür bezahlt.",
            ],
        ),
        (
            "zh",
            [
                "效率与质量",
                "失衡：人均日处理量 60 → 66，同时质检得分 88.0% → 84.0%（120 次质检），近 28 天与此前 28 天相比。"
                "以质量换来的数量并不更好。",
            ],
        ),
    ],
)
def test_a_slip_says_what_paid_for_what(code: str, told: list[str]) -> None:
    """A lead reads one sentence and knows which two numbers to put side by side."""
    inquiry = centre((60, 66), ((88, 120), (84, 120)))
    section = groove(scope(inquiry))
    assert lines(section, code)[:2] == told
    assert section is not None
    assert slips(inquiry, SUNDAY) == section.sentences[:1], "the message's own line says the same"


def test_a_strain_asks_for_reviews_and_a_score_names_what_holds_it_back() -> None:
    """Six reviews: show the value, its n and the floor; a goal missed on the weak side makes the score."""
    goals = (Goal("contacts_per_agent_day", 60), Goal("qa_score", 0.9))
    told = lines(groove(scope(centre((60, 66), ((88, 120), (84, 6))))), "en")
    assert told[1] == (
        f"Strain: Contacts per agent-day 60 → 66, but Quality (monitoring) score (84.0{GAP}%) rests on 6 reviews and "
        "needs 10: nobody can tell what pays for it. Ask for more."
    )
    assert told[-1].startswith("No groove score")
    scored = lines(groove(scope(centre((60, 66), ((63, 120), (63, 120))), goals=goals)), "en")
    assert scored[1].startswith("Groove score 70 of 100, held back by Quality (monitoring) score")
    near = lines(groove(scope(centre((60, 66), ((90, 120), (89.9, 120))), goals=goals)), "en")
    assert near[1].startswith("Groove score 99 of 100, held back by Quality (monitoring) score")
    full = lines(groove(scope(centre((60, 66), ((90, 120), (90, 120))), goals=goals)), "de")
    assert full[1] == "Gleichgewicht 100 von 100: beide Seiten von 1 Paar sind am Ziel."


def test_a_gain_that_nobody_guards_says_so() -> None:
    """A strong figure without any weak one is shown with 'guard: no data', or the renderer refuses."""
    section = groove(scope(centre((60, 66), ((0, 0), (0, 0)))))
    told = lines(section, "en")
    assert told[1].startswith("Strain: Contacts per agent-day 60 → 66, and Quality (monitoring) score is not measured")
    assert section is not None
    assert section.guards == {"contacts_per_agent_day"}


def test_a_centre_in_its_groove_is_not_mentioned() -> None:
    """Silence over noise."""
    assert groove(scope(centre((60, 60), ((88, 120), (88, 120))))) is None


@pytest.mark.parametrize(
    ("code", "start", "warning"),
    [("en", "Time to answer up, CSAT down: a strong link over 30 weeks (ρ −1.00, without trends −0.98",
      "Correlations do not always hold and name no cause"),
     ("de", "Steigt „", "Zusammenhänge halten nicht immer und nennen keine Ursache"),
     ("zh", "", "相关关系不一定持续，也不说明原因")],
)  # fmt: skip
def test_a_correlation_is_printed_with_its_warning(code: str, start: str, warning: str) -> None:
    """The seed's words: they are not always valid, or related."""
    to_on = "2026-11-15"
    told = lines(correlation(scope(desk(30), to_on)), code)
    assert told[1].startswith(start)
    assert any(line.startswith(warning) for line in told)


def test_without_a_correlation_there_is_no_warning() -> None:
    """A warning of nothing trains people to skip warnings."""
    assert correlation(scope(desk(8), "2026-11-15")) is None


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", f"Callers put up with 8 min: 90.0{GAP}% were satisfied with shorter waits (200 ratings), 71.0{GAP}% "
         "with longer ones (100 ratings). Aim for less than 8 min, not for zero."),
        ("de", f"Anrufer nehmen 8 Min. hin: bei kürzerem Warten waren 90,0{GAP}% zufrieden (200 Bewertungen), bei "
         f"längerem 71,0{GAP}% (100 Bewertungen). Ziel ist unter 8 Min., nicht null."),
        ("zh", "来电客户能接受 8 分钟：等待更短时 90.0% 满意（200 份评价），更长时 71.0%（100 份评价）。"
         "目标是低于 8 分钟，而不是零等待。"),
    ],
)  # fmt: skip
def test_the_knee_is_told_with_its_bands(code: str, told: str) -> None:
    """Where nobody feels a quicker answer, nobody should pay for one."""
    pairs = [
        pair for wait, good in ((60, 90), (300, 90), (600, 71)) for pair in ratings_of("call", wait, good, 100 - good)
    ]
    db, now_at = store_of({"queue_legs": [leg for leg, _ in pairs], "survey_facts": [one for _, one in pairs]}, SUNDAY)
    made = lines(waits(scope(Inquiry(db, BERLIN, now_at))), code)
    assert made[1] == told
    assert len(made) == 7
    if code == "en":
        assert made[3:6] == [
            f"under 2 min | 90.0{GAP}% | 82.6{GAP}% to 94.5{GAP}% | 100",
            f"2 min to 8 min | 90.0{GAP}% | 82.6{GAP}% to 94.5{GAP}% | 100",
            f"8 min and more | 71.0{GAP}% | 61.5{GAP}% to 79.0{GAP}% | 100",
        ]


def test_flat_satisfaction_by_wait_is_silent() -> None:
    """No knee, no section."""
    pairs = [pair for wait in (60, 300, 600) for pair in ratings_of("call", wait, 90, 10)]
    db, now_at = store_of({"queue_legs": [leg for leg, _ in pairs], "survey_facts": [one for _, one in pairs]}, SUNDAY)
    assert waits(scope(Inquiry(db, BERLIN, now_at))) is None


def test_full_goals_say_nothing_against_a_slip() -> None:
    """All goals met, printed under a slip, would be read as its excuse."""
    goals = (Goal("contacts_per_agent_day", 60), Goal("qa_score", 0.8))
    told = lines(groove(scope(centre((60, 66), ((88, 120), (84, 120))), goals=goals)), "en")
    assert told[1].startswith("Slip")
    assert not [line for line in told if "Groove score" in line]
