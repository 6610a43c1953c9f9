"""A week or month beside what is usual for one: what is compared with what, and what is clear (metrics 8.1)."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from random import Random
from statistics import NormalDist
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import add_days, day_bounds, days
from core.numbers.answer import Answer, Comparison, Period, Verdict
from core.numbers.calendars import HolidayRow, HoursRow
from core.numbers.compare import changed
from core.numbers.inquiry import Inquiry
from core.numbers.metric import Row
from core.numbers.metrics import METRICS
from core.numbers.metrics.fixture_week import many
from core.numbers.metrics.ticket_volume import CREATED
from core.numbers.periods import before, compare_period, month_of, settled, since, week_of, weeks_back, weeks_with_usual
from core.numbers.reporting import Reporting, ScheduleRule
from tests.numbers.rows import BERLIN, store_of

MONDAY = "2026-06-15"
WEEK = week_of(MONDAY)
SUNDAY = WEEK.to_on


def open_on_weekdays(*holidays: str) -> Reporting:
    hours = tuple(HoursRow(day, 540, 1020, "0001-01-01") for day in range(5))
    rule = ScheduleRule("Europe/Berlin", hours, tuple(HolidayRow(day) for day in holidays))
    return Reporting(zone=ZoneInfo("Europe/Berlin"), default_schedule_uid="office", schedules={"office": rule})


def asking(db: sqlite3.Connection, after_on: str = SUNDAY, reporting: Reporting = BERLIN, later_s: int = 1) -> Inquiry:
    return Inquiry(db, reporting, day_bounds(after_on, reporting.zone)[1] + later_s)


def with_counts(counts: Mapping[str, int]) -> sqlite3.Connection:
    """A store in which so many tickets were created on each day."""
    db, _ = store_of({}, SUNDAY)
    db.executemany(
        "insert into parts (part, day_on, dim, member, slot, num, n) values (?, ?, 'total', '', -1, ?, ?)",
        ((CREATED.id, day, count, count) for day, count in counts.items() if count),
    )
    return db


def rated(day_on: str, good: int, bad: int) -> tuple[Row, ...]:
    row = {"kind": "csat", "is_counted": 1, "rated_on": day_on}
    return (*many(good, **row, is_satisfied=1), *many(bad, **row, is_satisfied=0))


def replied(day_on: str, seconds: Iterable[int]) -> tuple[Row, ...]:
    return tuple(
        {"created_on": day_on, "first_replied_on": day_on, "is_frt_counted": 1, "frt_s": each, "frt_business_s": each}
        for each in seconds
    )


def on_weekdays(from_on: str, to_on: str, count: int = 40) -> dict[str, int]:
    """So many on each working day, fewer at the weekend."""
    return {day: count if date.fromisoformat(day).weekday() < 5 else count // 4 for day in days(from_on, to_on)}


def test_weeks_and_months_are_those_of_the_calendar() -> None:
    """A week that began on Sunday would be another week than everybody else's."""
    assert week_of("2027-01-01") == Period("2026-12-28", "2027-01-03", "week")
    assert month_of("2028-02-10") == Period("2028-02-01", "2028-02-29", "month")
    assert before(month_of("2026-03-31")) == month_of("2026-02-01")
    assert before(week_of("2027-01-01")) == week_of("2026-12-21")
    assert weeks_back(month_of("2026-10-05"), 13) == Period("2026-07-02", "2026-08-01", "rolling")
    assert weeks_back(WEEK, 52) == week_of("2025-06-16")


@pytest.mark.parametrize(
    ("good", "of", "usual_good", "usual_of", "z", "verdict"),
    [(395, 500, 430, 500, -2.91, "worse"), (40, 50, 43, 50, -0.80, "no clear change"),
     (465, 500, 430, 500, 3.62, "better"), (20, 25, 43, 50, -0.66, "too few")],
)  # fmt: skip
def test_the_worked_changes_between_two_answers(
    good: int, of: int, usual_good: int, usual_of: int, z: float, verdict: Verdict
) -> None:
    """395 of 500 against 430 of 500 is news; 40 of 50 against 43 of 50 is not, although both lose 6 points."""
    metric = METRICS["csat"]
    now = Answer("csat", metric.headline, WEEK, value=good / of, n=of, num=good, den=of,
                 status="ok" if of >= metric.floor else "low_sample")  # fmt: skip
    then = replace(now, value=usual_good / usual_of, n=usual_of, num=usual_good, den=usual_of, status="ok")
    found = changed(metric, now, then)
    assert found.verdict == verdict
    assert found.delta == pytest.approx(good / of - usual_good / usual_of)
    if found.p_value is not None:
        assert found.p_value == pytest.approx(two_sided_of(z), rel=0.05)


def two_sided_of(z: float) -> float:
    return 2 * NormalDist().cdf(-abs(z))


def test_two_counts_and_two_sets_of_durations_are_compared() -> None:
    """100 beside 130 is no chance; the same median of other values needs the values."""
    metric = METRICS["tickets_created"]
    now = Answer(metric.id, metric.headline, WEEK, value=130.0, n=130)
    assert changed(metric, now, replace(now, value=100.0, n=100)).verdict == "different"
    assert changed(metric, now, replace(now, value=115.0, n=115)).verdict == "no clear change"
    assert changed(metric, now, replace(now, value=None)).verdict == "no usual"
    frt = METRICS["first_response_time"]
    quick = Answer(frt.id, frt.headline, WEEK, value=600.0, n=50)
    slow = replace(quick, value=1_200.0)
    assert changed(frt, quick, slow, values=(range(570, 630), range(1_170, 1_230))).verdict == "better"
    assert changed(frt, quick, slow).verdict == "no clear change"


def weekly_csat(good: int, bad: int) -> Comparison:
    weeks = [add_days(MONDAY, -7 * back) for back in range(1, 18)]
    rows = [row for day in weeks for row in rated(day, 430, 70)]
    db, _ = store_of({"survey_facts": (*rows, *rated(MONDAY, good, bad))}, SUNDAY)
    return compare_period(asking(db), "csat", WEEK)


def test_a_week_is_judged_like_the_worked_example() -> None:
    """The verdict in the weekly table is the one that an analyst finds by hand."""
    worse, same = weekly_csat(395, 105), weekly_csat(425, 75)
    assert (worse.verdict, same.verdict) == ("worse", "no clear change")
    assert worse.usual.value == 430 / 500
    assert worse.previous is not None
    assert worse.previous.period == week_of("2026-06-08")
    assert (worse.weeks_13 and worse.weeks_13.num) == 430


def test_a_week_is_the_whole_of_its_cases_not_the_mean_of_its_days() -> None:
    """One good rating on a quiet day must not weigh as much as a hundred on a busy one (metrics R3)."""
    rows = (
        *rated(MONDAY, 50, 50),
        *rated("2026-06-16", 1, 0),
        *replied(MONDAY, [100] * 9),
        *replied("2026-06-17", [900]),
    )
    facts = {"survey_facts": [row for row in rows if "kind" in row], "ticket_facts": [r for r in rows if "frt_s" in r]}
    db, _ = store_of(facts, SUNDAY)
    inquiry = asking(db)
    assert compare_period(inquiry, "csat", WEEK).answer.value == 51 / 101
    frt = compare_period(inquiry, "first_response_time", WEEK, "calendar").answer
    assert (frt.value, frt.n) == (100, 10)


def test_a_holiday_is_replaced_by_its_weekday_and_named() -> None:
    """Without it every week with a holiday would be an exception (metrics 8.1, third example)."""
    holiday, past = MONDAY, add_days(MONDAY, -91)
    counts = on_weekdays("2025-12-01", SUNDAY) | {holiday: 2, past: 0}
    inquiry = asking(with_counts(counts), reporting=open_on_weekdays(holiday, past))
    found = compare_period(inquiry, "tickets_created", WEEK)
    assert found.answer.value == 182
    assert (found.delta, found.verdict) == (0, "no clear change")
    assert holiday in found.usual.replaced
    assert found.weeks_13 is not None
    assert found.weeks_13.value == 220
    assert any(past in note for note in found.weeks_13.notes)


def test_a_day_on_which_every_desk_was_closed_is_a_holiday_without_a_default_too() -> None:
    """Two hotlines and no default: Christmas is Christmas in both."""
    one = open_on_weekdays(MONDAY)
    rules = replace(one, default_schedule_uid=None, schedules={**one.schedules, "second": one.schedules["office"]})
    inquiry = asking(with_counts(on_weekdays("2026-01-05", SUNDAY) | {MONDAY: 0}), reporting=rules)
    found = compare_period(inquiry, "tickets_created", WEEK)
    assert (found.delta, found.usual.replaced[0]) == (0, MONDAY)
    open_too = replace(rules, schedules={**rules.schedules, "second": open_on_weekdays().schedules["office"]})
    assert not compare_period(replace(inquiry, reporting=open_too), "tickets_created", WEEK).usual.replaced


def test_shares_take_the_usual_of_a_closed_day_and_durations_leave_it_out() -> None:
    """The two ratings of a holiday say nothing of a working Monday."""
    weeks = [add_days(MONDAY, -7 * back) for back in range(1, 10)]
    facts = {
        "survey_facts": [row for day in weeks for on in (day, add_days(day, 1)) for row in rated(on, 45, 5)]
        + [*rated(MONDAY, 0, 2), *rated("2026-06-16", 45, 5)],
        "ticket_facts": [row for day in weeks for row in replied(add_days(day, 1), range(590, 611))]
        + [*replied(MONDAY, [9_000] * 3), *replied("2026-06-16", range(590, 611))],
    }
    db, _ = store_of(facts, SUNDAY)
    inquiry = asking(db, reporting=open_on_weekdays(MONDAY))
    csat = compare_period(inquiry, "csat", WEEK)
    assert csat.answer.num == 45
    assert csat.delta == pytest.approx(0)
    assert compare_period(inquiry, "first_response_time", WEEK, "calendar").delta == pytest.approx(0)


def test_a_week_with_a_holiday_is_not_what_others_are_held_against() -> None:
    """Usual rests on clean weeks; a spring full of holidays reaches further back for them."""
    shut = [add_days(MONDAY, -7 * back) for back in (1, 3, 5)]
    counts = on_weekdays("2026-01-05", SUNDAY) | dict.fromkeys(shut, 0)
    inquiry = asking(with_counts(counts), reporting=open_on_weekdays(*shut))
    found = compare_period(inquiry, "tickets_created", WEEK)
    assert (found.usual.value, found.usual.days) == (220, 8)
    assert set(shut) <= set(found.usual.replaced)


@given(
    st.lists(st.integers(0, 300), min_size=7, max_size=7), st.sampled_from(["2026-02-03", "2026-05-09", "2026-06-30"])
)
def test_a_month_of_usual_days_is_as_usual(by_weekday: list[int], day_on: str) -> None:
    """A month with five Mondays is no exception for having five Mondays."""
    month = month_of(day_on)
    known = days(add_days(month.from_on, -100), month.to_on)
    db = with_counts({day: by_weekday[date.fromisoformat(day).weekday()] for day in known})
    found = compare_period(asking(db, month.to_on), "tickets_created", month)
    assert found.delta == 0
    assert found.verdict == "no clear change"


def test_a_month_is_held_against_its_own_days() -> None:
    """A quarter more contacts on every day is a quarter more in the month."""
    month = month_of("2026-05-10")
    counts = on_weekdays("2026-01-01", "2026-04-30") | on_weekdays(month.from_on, month.to_on, 52)
    found = compare_period(asking(with_counts(counts), month.to_on), "tickets_created", month)
    assert (found.verdict, found.answer.value, found.usual.value) == ("different", 21 * 52 + 10 * 13, 21 * 40 + 10 * 10)
    assert found.previous is not None
    assert found.previous.period == month_of("2026-04-01")
    assert found.weeks_13 is not None
    assert (found.weeks_13.period.from_on, found.weeks_13.period.to_on) == ("2026-01-30", "2026-03-01")


def test_the_year_before_is_there_where_history_reaches() -> None:
    """Nothing is compared with half a week of a year ago."""
    counts = on_weekdays("2025-03-10", SUNDAY)
    found = compare_period(asking(with_counts(counts)), "tickets_created", WEEK)
    assert found.weeks_52 is not None
    assert found.weeks_52.value == 220
    assert compare_period(asking(with_counts(counts)), "tickets_created", week_of("2025-06-20")).weeks_52 is None


def test_a_week_that_is_not_over_is_not_judged() -> None:
    """On Wednesday every week has half the contacts of a week."""
    inquiry = asking(with_counts(on_weekdays("2026-01-05", "2026-06-17")), "2026-06-16", later_s=3_600)
    found = compare_period(inquiry, "tickets_created", WEEK)
    assert (found.verdict, found.p_value) == ("too early", None)


def test_without_four_weeks_there_is_no_usual() -> None:
    """A new desk is not told that its third week is unusual."""
    metric = compare_period(
        asking(with_counts(on_weekdays("2025-03-04", SUNDAY))), "tickets_created", week_of("2025-03-20")
    )
    assert metric.verdict == "no usual"
    assert metric.usual.value is None


def test_what_became_of_a_week_is_asked_of_the_last_settled_one() -> None:
    """On Monday nobody knows which of last week's customers will come back within seven days."""
    fcr, csat = METRICS["first_contact_resolution_rate"], METRICS["csat"]
    assert settled(fcr, WEEK, BERLIN, "2026-06-22") == week_of("2026-06-08")
    assert settled(fcr, WEEK, BERLIN, "2026-06-29") == WEEK
    assert settled(csat, WEEK, BERLIN, "2026-06-22") == WEEK
    assert settled(fcr, month_of("2026-05-01"), BERLIN, "2026-06-01") == month_of("2026-04-01")


def test_the_chart_s_last_week_has_the_usual_of_its_table() -> None:
    """Two different usuals for one week on one page would be one too many."""
    counts = {day: count + Random(day).randint(-5, 5) for day, count in on_weekdays("2025-12-01", SUNDAY).items()}
    inquiry = asking(with_counts(counts), reporting=open_on_weekdays("2026-05-25"))
    trend = weeks_with_usual(inquiry, "tickets_created", None, 12, SUNDAY)
    assert len(trend) == 12
    found = compare_period(inquiry, "tickets_created", WEEK)
    made, usual = trend[-1]
    assert (made.value, usual.value, usual.low) == (found.answer.value, found.usual.value, found.usual.low)


def test_flat_worlds_stay_silent() -> None:
    """At most one flat week in twenty may raise a flag; else nobody reads the flags."""
    flags = 0
    for seed in range(40):
        dice = Random(seed)
        counts = {day: sum(dice.random() < 0.2 for _ in range(count * 5))
                  for day, count in on_weekdays("2026-02-01", SUNDAY, 30).items()}  # fmt: skip
        flags += compare_period(asking(with_counts(counts)), "tickets_created", WEEK).verdict == "different"
    assert flags <= 2


def test_a_week_is_clearly_another_than_a_quarter_ago_only_beyond_how_weeks_differ() -> None:
    """What grew a little each week is usual this week and still twice as slow as in spring (metrics 8.1)."""
    weeks = [add_days(MONDAY, -7 * back) for back in range(18)]
    slower = [
        row for back, day in enumerate(weeks) for row in replied(day, range(1_200 - 40 * back, 1_240 - 40 * back))
    ]
    db, _ = store_of({"ticket_facts": slower}, SUNDAY)
    inquiry = asking(db)
    found = compare_period(inquiry, "first_response_time", WEEK, "calendar")
    assert found.weeks_13 is not None
    back = since(inquiry, found, found.weeks_13)
    assert (found.verdict, back.verdict) == ("no clear change", "worse")
    assert back.delta == 13 * 40
    assert found.weeks_17 is not None
    near = replace(found, usual=replace(found.usual, mad=300.0))
    assert since(inquiry, near, found.weeks_17).verdict == "no clear change"


def test_a_month_of_usual_contacts_for_each_customer_is_as_usual() -> None:
    """Held against a week's contacts a hundred customers, every month would be four times too bad."""
    told = days("2026-03-02", "2026-05-31")
    facts: dict[str, list[dict[str, object]]] = {
        "contact_facts": [{"day_on": day, "contact_uid": f"{day}-{number}"} for day in told for number in range(10)],
        "customer_base_facts": [
            {"day_key": day, "day_on": day, "active_customers": 1_000} for day in days("2026-03-02", "2026-05-31")
        ],
    }
    db, _ = store_of(facts, "2026-05-31")
    found = compare_period(asking(db, "2026-05-31"), "contacts_per_100_customers", month_of("2026-05-31"))
    assert found.answer.value == pytest.approx(31.0)
    assert found.usual.value == pytest.approx(31.0)


def test_what_is_counted_from_the_start_has_no_usual() -> None:
    """Project progress was called worse than usual in the week in which the next project began."""
    rows = [{"day_on": day, "done": 100} for day in days(add_days(MONDAY, -70), SUNDAY)]
    targets = [{"day_on": add_days(MONDAY, -70), "target_count": 8_000}, {"day_on": MONDAY, "target_count": 90_000}]
    db, _ = store_of({"project_facts": (*rows, *targets)}, SUNDAY)
    told = asking(db)
    for each in (compare_period(told, "project_progress", WEEK), told.compared("project_progress", SUNDAY)):
        assert each.answer.value == pytest.approx(7_700 / 98_000)
        assert (each.verdict, each.delta, each.usual.value) == ("no usual", None, None)
