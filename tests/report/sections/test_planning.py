"""Staffing, projects, costs and hiring in words."""

from dataclasses import replace
from functools import cache

import pytest

from core.clock import add_days, day_bounds
from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from core.numbers.parts import fold
from core.numbers.reporting import Planning
from core.report.model import ReportSpec
from core.report.sections.costs import costs
from core.report.sections.hiring import hiring_section
from core.report.sections.projects import projects_section
from core.report.sections.scope import Scope
from core.report.sections.staffing import staffing
from tests.numbers.analyses.test_cost_bridge import OCTOBER
from tests.numbers.analyses.test_cost_bridge import desk as ledger
from tests.numbers.analyses.test_hiring import asked, people, world
from tests.numbers.analyses.test_projects import FRIDAY, PAST, desk, project
from tests.numbers.analyses.test_staffing import PLANNED, SUNDAY, TEN, at, inquiry, legs, shift
from tests.numbers.rows import BERLIN, insert
from tests.report.desk import base
from tests.report.sections.test_together import lines

__all__ = ["desk"]

GAP = "\u202f"
WEEK = Period(add_days(SUNDAY, -6), SUNDAY, "week")
SPRING = Period(add_days(FRIDAY, -4), FRIDAY, "week")


def scope(of: Inquiry, period: Period = WEEK) -> Scope:
    return Scope(of, ReportSpec("weekly", "weekly"), "weekly", period)


@cache
def centre(*, is_rostered: bool = True, shrinkage: float | None = 0.3) -> Inquiry:
    """100 calls of 180 s each morning; on Monday 20 people are rostered, on Tuesday three."""
    staff = tuple(f"a{number}" for number in range(20))
    reporting = replace(PLANNED, planning=Planning(shrinkage=shrinkage))
    made = inquiry(legs("de", staff, 100, 180), reporting=reporting)
    base(made.db, "queues", uid="de", native_id="de", source="pbx", name="Hotline *DE*")
    for offset, some in ((1, staff), (2, staff[:3])):
        day = add_days(SUNDAY, offset)
        for agent in some if is_rostered else ():
            shift(made.db, agent, day, at(day, TEN - 2), at(day, TEN + 2))
    return made


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "en",
            [
                "Staffing for the coming week",
                "Hotline *DE*: 1 half hour with fewer people than needed: Tue 27 Oct 10:00 (3 of 20).",
                "Day | Calls | Busiest | Calls then | At work | To roster | Rostered | Half hours short",
                "Mon 26 Oct | 100 | 10:00 | 100 | 14 | 20 | 20 | 0",
                "Tue 27 Oct | 100 | 10:00 | 100 | 14 | 20 | 3 | 1",
                "Wed 28 Oct | 100 | 10:00 | 100 | 14 | 20 | — | —",
            ],
        ),
        (
            "de",
            [
                "Personal für die kommende Woche",
                "Hotline *DE*: 1 halbe Stunde mit weniger Personen als nötig: Di., 27. Okt. 10:00 (3 von 20).",
            ],
        ),
        ("zh", ["下周人力安排", "Hotline *DE*：1 个半小时人手不足：10月27日 周二 10:00（已排 3，需要 20）。"]),
    ],
)
def test_where_the_roster_falls_short(code: str, told: list[str]) -> None:
    """A team lead has one look at Tuesday and calls two colleagues; a day without a roster is not short."""
    made = lines(staffing(scope(centre())), code)
    assert made[: len(told)] == told
    if code == "en":
        assert made[-3:] == [
            f"Planned for 80{GAP}% of calls within 20 s, people busy 85{GAP}% of their time at most.",
            "Days without a number of people rostered have no roster yet, or the staff are a partner's.",
            f"On the roster: 30{GAP}% of paid time is away from contacts, by the config.",
        ]


def test_a_partners_queue_is_not_short_of_our_people() -> None:
    """Nobody is called in for calls that others answer."""
    of = centre.__wrapped__()
    insert(of.db, {"queue_legs": list(legs("nord", ("p",), 10, 180))})
    fold(of.db, of.reporting, of.now_at)
    base(of.db, "queues", uid="nord", native_id="nord", source="pbx", name="Nord")
    made = lines(staffing(scope(of)), "en")
    assert [line for line in made if line.startswith("Nord")] == []
    assert "Mon 26 Oct | 10 | 10:00 | 10 | 3 | 5" in made


def test_without_roster_and_shrinkage_only_people_at_work_are_told() -> None:
    """Nobody guesses how many people to roster (R17)."""
    made = lines(staffing(scope(centre(is_rostered=False, shrinkage=None))), "en")
    assert made[1] == "Day | Calls | Busiest | Calls then | At work"
    assert made[-2].startswith("No roster (shifts with times) is known for these days")
    assert made[-1].startswith("How much paid time is away from contacts is not known")


def test_a_week_long_over_and_a_desk_without_anything_are_silent() -> None:
    """A report of last month plans no week that is over; a desk without a telephone hears nothing of one."""
    assert staffing(scope(inquiry())) is None
    assert staffing(scope(centre(), Period(add_days(SUNDAY, 20), add_days(SUNDAY, 26), "week"))) is None


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "en",
            [
                "Projects",
                f"Spring: 3,200 of 10,000 done, 5.71 an hour and seat (success rate 22{GAP}%); 12 days left until "
                "Wed 2 Dec need 15 seats instead of 10.",
            ],
        ),
        (
            "de",
            [
                "Projekte",
                f"Spring: 3.200 von 10.000 erledigt, 5,71 je Stunde und Platz (Erfolgsquote 22{GAP}%); für die Zeit "
                "bis Mi., 2. Dez. (12 Tage) sind 15 Plätze nötig statt 10.",
            ],
        ),
        (
            "zh",
            [
                "项目",
                "Spring：已完成 3,200，目标 10,000，每坐席每小时 5.71（成功率 22%）；到 12月2日 周三 还有12 天，"
                "需要15 个坐席，现有 10 个。",
            ],
        ),
    ],
)
def test_fifteen_seats_in_words(desk: Inquiry, code: str, told: list[str]) -> None:
    """The worked example, with the share of successes beside the pace that anybody can raise by will alone."""
    assert lines(projects_section(scope(desk, SPRING)), code)[:2] == told


def test_an_estimate_says_what_it_is(desk: Inquiry) -> None:
    """Whom the three most like it lost, with their range, and that it is no more than an estimate."""
    made = lines(projects_section(scope(desk, SPRING)), "en")
    assert made[2] == (
        f"Spring is one of the easier projects (−11.71). The three most like it, P3, P1 and P4, lost 3{GAP}% of their "
        f"people on average (0{GAP}% to 10{GAP}%): for 15 seats, start hiring 1 now."
    )
    assert made[-1].endswith("it is not the most reasonable there could be.")
    assert "against 4 projects that ended" in made[-1]


def test_targets_reached_and_dates_gone(desk: Inquiry) -> None:
    """Done is done, and a date that has passed needs no seats but a word."""
    day = {"done": 100, "connected": 100, "success": 50, "seat_s": 36_000}
    project(desk.db, "Done", FRIDAY, day, target_count=500, seats=2, end_on=add_days(FRIDAY, 5))
    desk.db.execute("update projects set end_on = ? where uid = 'Spring'", (add_days(FRIDAY, 1),))
    desk.db.execute("delete from project_days where project_uid = 'Spring' and strftime('%w', day_on) = '6'")
    made = lines(projects_section(scope(desk, SPRING)), "en")
    assert any("and no working day left until Sat 21 Nov." in line for line in made)
    assert any(line.startswith("Done: the target of 500 is reached (800,") for line in made)
    assert len(PAST) == 4


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "en",
            [
                "Cost of the month",
                "Cost per contact 20.00 → 16.00 (300 contacts, 200 the month before). Guard: no data; cheap and "
                "unsolved would be dear.",
                "A seat costs 380.00 a month (labour for 10 people), as much as 24 contacts. Lost hours were worth "
                f"100 contacts: another seat pays for itself if it wins back 24{GAP}% of these.",
                "Cost | Value",
                "September 2026 | 4,000.00",
                "more or fewer contacts | +1,500.00",
                "other channels | 0.00",
                "dearer or cheaper contacts | −700.00",
                "fixed cost | 0.00",
                "October 2026 | 4,800.00",
            ],
        ),
        ("de", ["Kosten des Monats"]),
        ("zh", ["本月成本"]),
    ],
)
def test_a_bridge_in_words(code: str, told: list[str]) -> None:
    """From one total to the next, each step with its sign, never cheap without what pays for it."""
    made = lines(costs(scope(ledger(), OCTOBER)), code)
    assert made[: len(told)] == told


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", "Callers gave up 1 call, and lost hours were worth 100 contacts"),
        ("de", "Verloren gingen 1 Anruf durch Auflegen und 100 Kontakte durch fehlende Stunden"),
        ("zh", "来电者放弃了1 通电话，损失工时相当于100 次接触"),
    ],
)
def test_calls_given_up_are_told_where_there_is_a_telephone(code: str, told: str) -> None:
    """A desk of mails is not told that no caller gave up; one with a telephone is told how many did."""
    of = ledger()
    rows = [{"enqueued_at": day_bounds("2026-10-06", BERLIN.zone)[0] + 36_000, "slot": 20, "wait_s": 40,
             "outcome": outcome, "handle_s": 60} for outcome in ("answered", "abandoned")]  # fmt: skip
    insert(of.db, {"queue_legs": rows})
    fold(of.db, of.reporting, of.now_at)
    assert any(told in line for line in lines(costs(scope(of, OCTOBER)), code))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "en",
            [
                "Hiring and lost hours",
                "From opening a post to somebody up to speed: 90 days (to fill: 30 days by the config; to learn: "
                "60 days by the config). For Monday 1 March 2027, open the post by Tuesday 1 December 2026.",
            ],
        ),
        ("de", ["Einstellungen und verlorene Stunden"]),
        ("zh", ["招聘与损失工时"]),
    ],
)
def test_open_the_post_by_a_date(code: str, told: list[str]) -> None:
    """The estimate becomes a date in somebody's calendar."""
    of = asked({"employment_facts": list(people(20))}, fill_days=30, proficiency_days=60)
    assert lines(hiring_section(scope(of, SPRING)), code)[: len(told)] == told


@pytest.mark.parametrize("code", ["en", "de", "zh"])
def test_a_team_in_words_and_no_person(code: str) -> None:
    """A team of fourteen that people leave, beside what may wear it out; what goes together need not be a cause."""
    made = lines(hiring_section(scope(world(1, leavers=8), SPRING)), code)
    assert any(line.startswith("T1") for line in made)
    if code == "en":
        assert made[-1].endswith("What goes together need not be a cause.")


def test_nothing_to_hire_for_is_silent() -> None:
    """No records, no section."""
    assert hiring_section(scope(asked({}), SPRING)) is None
