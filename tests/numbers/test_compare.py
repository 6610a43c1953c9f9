"""What is usual, whether a change is clear, and which slice it comes from."""

import sqlite3
from collections.abc import Iterable, Sequence
from math import exp
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.clock import add_days, day_bounds, days
from core.numbers.answer import Period
from core.numbers.ask import ask, compare, driver
from core.numbers.calendars import HolidayRow, HoursRow
from core.numbers.clear_change import count_z, mann_whitney_p, two_shares_z
from core.numbers.drivers import contributions
from core.numbers.metric import Row
from core.numbers.metrics.fixture_week import many
from core.numbers.metrics.ticket_volume import CREATED
from core.numbers.reporting import Reporting, ScheduleRule
from tests.numbers.rows import BERLIN, store_of

MONDAY = "2026-06-15"
WEEKS_BACK = [add_days(MONDAY, -7 * week) for week in range(1, 18)]


def open_on_weekdays(*holidays: str) -> Reporting:
    hours = tuple(HoursRow(day, 540, 1020, "0001-01-01") for day in range(5))
    rule = ScheduleRule("Europe/Berlin", hours, tuple(HolidayRow(day) for day in holidays))
    return Reporting(zone=ZoneInfo("Europe/Berlin"), default_schedule_uid="office", schedules={"office": rule})


def tickets(day_on: str, count: int, **row: object) -> tuple[Row, ...]:
    return many(count, is_counted_created=1, created_on=day_on, **row)


def rated(day_on: str, good: int, bad: int) -> tuple[Row, ...]:
    row = {"kind": "csat", "is_counted": 1, "rated_on": day_on}
    return (*many(good, **row, is_satisfied=1), *many(bad, **row, is_satisfied=0))


def store(facts: dict[str, Sequence[Row]]) -> tuple[sqlite3.Connection, int]:
    return store_of(facts, MONDAY)


def test_the_worked_tests_of_the_catalogue() -> None:
    """An analyst who checks a verdict by hand finds another z (metrics 8.1)."""
    assert two_shares_z(395, 500, 430, 500) == pytest.approx(-2.91, abs=0.005)
    assert two_shares_z(40, 50, 43, 50) == pytest.approx(-0.80, abs=0.005)
    assert count_z(130, 100) == pytest.approx(30 / (1.125 * 100) ** 0.5)
    assert two_shares_z(0, 10, 0, 20) is None
    assert mann_whitney_p([], [1.0]) is None
    assert (mann_whitney_p(range(100, 160), range(100)) or 0) < 1e-6


def test_a_clear_fall_is_worse_and_an_unclear_one_is_not() -> None:
    """395 of 500 against 430 of 500 is news; 40 of 50 against 43 of 50 is not, though both lose 6 points or more."""
    for good, bad, usual_good, usual_bad, verdict in (
        (395, 105, 430, 70, "worse"),
        (465, 35, 430, 70, "better"),
        (40, 10, 43, 7, "no clear change"),
        (20, 5, 43, 7, "too few"),
    ):
        rows = [row for day in WEEKS_BACK[:8] for row in rated(day, usual_good, usual_bad)]
        db, now_at = store({"survey_facts": (*rows, *rated(MONDAY, good, bad))})
        found = compare(db, "csat", MONDAY, reporting=BERLIN, now_at=now_at, tiles=1)
        assert found.verdict == verdict
        assert found.usual.value == usual_good / (usual_good + usual_bad)
        assert found.delta == pytest.approx(good / (good + bad) - usual_good / (usual_good + usual_bad))


def test_what_became_of_yesterday_s_cases_is_judged_when_it_is_known() -> None:
    """Yesterday's tickets are half solved each morning: the report would call every day a disaster."""

    def created(day_on: str, solved: int) -> tuple[Row, ...]:
        return (*tickets(day_on, solved, is_solved=1), *tickets(day_on, 100 - solved, is_solved=0))

    rows = [row for day in WEEKS_BACK[:10] for row in created(day, 95)]
    db, now_at = store({"ticket_facts": (*rows, *created(MONDAY, 40))})
    asked: dict[str, Any] = {"reporting": BERLIN, "tiles": 1}
    assert compare(db, "resolution_rate", MONDAY, now_at=now_at, **asked).verdict == "too early"
    assert compare(db, "resolution_rate", MONDAY, now_at=now_at + 7 * 86_400, **asked).verdict == "worse"


def test_more_tiles_ask_for_more() -> None:
    """With twenty tiles one would be flagged every day by chance if each were judged alone."""
    counts = dict(zip(WEEKS_BACK[:8], (98, 99, 100, 100, 100, 101, 102, 100), strict=True))
    rows = [row for day, count in counts.items() for row in tickets(day, count)]
    db, now_at = store({"ticket_facts": (*rows, *tickets(MONDAY, 125))})
    asked: dict[str, Any] = {"reporting": BERLIN, "now_at": now_at}
    assert compare(db, "tickets_created", MONDAY, tiles=1, **asked).verdict == "different"
    many_tiles = compare(db, "tickets_created", MONDAY, tiles=20, **asked)
    assert many_tiles.verdict == "no clear change"
    assert many_tiles.p_value == pytest.approx(0.0184, abs=0.0005)


def test_a_small_difference_is_no_news_however_sure() -> None:
    """10,400 tickets instead of 10,000 is no chance and does not matter: below 5 % nothing is said."""
    db, now_at = store({})
    counts = {**dict.fromkeys(WEEKS_BACK[:8], 10_000), MONDAY: 10_400}
    db.executemany(
        "insert into parts (part, day_on, dim, member, slot, num, n) values (?, ?, 'total', '', -1, ?, ?)",
        ((CREATED.id, day, count, count) for day, count in counts.items()),
    )
    found = compare(db, "tickets_created", MONDAY, reporting=BERLIN, now_at=now_at, tiles=1)
    assert (found.verdict, found.delta) == ("no clear change", 400)


def test_a_holiday_is_replaced_and_named() -> None:
    """Whit Monday had 3 tickets; a usual Monday has 40, and the reader is told which day was left out (8.1)."""
    whit_monday = "2026-05-25"
    counts = {day: 3 if day == whit_monday else 40 for day in WEEKS_BACK}
    db, now_at = store({"ticket_facts": [r for day, n in counts.items() for r in tickets(day, n)]})
    open_days = open_on_weekdays(whit_monday)
    usual = compare(db, "tickets_created", MONDAY, reporting=open_days, now_at=now_at, tiles=1).usual
    assert (usual.value, usual.mad, usual.days, usual.replaced) == (40, 0, 8, (whit_monday,))
    closed = compare(db, "tickets_created", whit_monday, reporting=open_days, now_at=now_at, tiles=1)
    assert (closed.answer.value, closed.verdict) == (3, "no usual")
    always_shut = compare(db, "tickets_created", MONDAY, reporting=open_on_weekdays(*WEEKS_BACK, MONDAY),
                          now_at=now_at, tiles=1)  # fmt: skip
    assert always_shut.usual.replaced == ()


def test_three_and_four_months_back_are_the_same_weekday() -> None:
    """Three to four months back means 91 and 119 days, so that Mondays stand beside Mondays."""
    db, now_at = store({"ticket_facts": [r for week, day in enumerate(WEEKS_BACK, 1) for r in tickets(day, week)]})
    found = compare(db, "tickets_created", MONDAY, reporting=BERLIN, now_at=now_at, tiles=1)
    assert found.weeks_13 is not None
    assert found.weeks_17 is not None
    assert (found.weeks_13.period.from_on, found.weeks_13.value) == ("2026-03-16", 13)
    assert (found.weeks_17.period.from_on, found.weeks_17.value) == ("2026-02-16", 17)
    plain = compare(db, "tickets_created", MONDAY, reporting=BERLIN, now_at=now_at, tiles=1, look_back=False)
    assert (plain.weeks_13, plain.weeks_17) == (None, None)


def test_a_young_store_has_no_usual() -> None:
    """Three Mondays are no basis: nothing is called unusual in the first weeks."""
    db, now_at = store({"survey_facts": [row for day in WEEKS_BACK[:3] for row in rated(day, 40, 10)]})
    found = compare(db, "csat", MONDAY, reporting=BERLIN, now_at=now_at, tiles=1)
    assert (found.usual.value, found.usual.days, found.verdict) == (None, 3, "no usual")


def test_slower_replies_are_worse() -> None:
    """Durations are judged by all their values, not by the medians of nine days."""
    random = Random(1)

    def replies(day_on: str, middle: float) -> Iterable[Row]:
        for _ in range(60):
            yield {"is_frt_counted": 1, "first_replied_on": day_on, "frt_s": int(middle * exp(random.gauss(0, 0.6)))}

    rows = [row for day in WEEKS_BACK[:8] for row in replies(day, 1_800)]
    db, now_at = store({"ticket_facts": (*rows, *replies(MONDAY, 5_400))})
    found = compare(db, "first_response_time", MONDAY, reporting=BERLIN, now_at=now_at, tiles=6)
    assert found.verdict == "worse"
    assert (found.p_value or 1) < 1e-6


def test_flat_days_raise_few_flags() -> None:
    """A report that cries wolf is not read: at most 5 % of days on which nothing changed may raise any flag."""
    random = Random(20)
    all_days = list(days("2025-06-02", "2026-06-14"))
    facts: dict[str, list[Row]] = {"ticket_facts": [], "survey_facts": [], "queue_legs": []}

    def around(mean: int) -> range:
        return range(max(0, round(random.gauss(mean, mean**0.5))))

    for day in all_days:
        ticket = {"is_counted_created": 1, "created_on": day, "is_frt_counted": 1, "first_replied_on": day}
        survey = {"kind": "csat", "is_counted": 1, "rated_on": day}
        facts["ticket_facts"] += [{**ticket, "frt_s": int(1_800 * exp(random.gauss(0, 1)))} for _ in around(60)]
        facts["survey_facts"] += [{**survey, "is_satisfied": int(random.random() < 0.88)} for _ in around(40)]
        facts["queue_legs"] += [
            {
                "enqueued_on": day,
                "outcome": "answered" if random.random() < 0.93 else "abandoned",
                "wait_s": int(random.expovariate(1 / 14)),
            }
            for _ in around(80)
        ]
    db, now_at = store_of(facts, all_days[-1])
    tiles = ("tickets_created", "first_response_time", "csat", "service_level", "abandon_rate", "calls_offered")
    judged = all_days[63:]
    flagged = {
        day
        for day in judged
        for tile in tiles
        if compare(db, tile, day, reporting=BERLIN, now_at=now_at, tiles=len(tiles), look_back=False).verdict
        in {"better", "worse", "different"}
    }
    assert len(flagged) <= 0.05 * len(judged), sorted(flagged)


def test_the_queue_that_fell_is_named() -> None:
    """'Service level fell' helps nobody; 'Hotline DE lost it' does (60 % and more of the change)."""

    def calls(day_on: str, queue: str, good: int, bad: int) -> tuple[Row, ...]:
        row = {"enqueued_on": day_on, "queue_uid": queue, "outcome": "answered"}
        return (*many(good, **row, wait_s=5), *many(bad, **row, wait_s=90))

    rows = [row for day in WEEKS_BACK[:8] for queue in ("de", "en") for row in calls(day, queue, 80, 20)]
    rows += [*calls(MONDAY, "de", 40, 60), *calls(MONDAY, "en", 80, 20)]
    db, now_at = store({"queue_legs": rows})
    asked: dict[str, Any] = {"reporting": BERLIN, "now_at": now_at}
    found = driver(db, "service_level", Period(MONDAY, MONDAY), ["source", "queue"], **asked)
    assert found is not None
    assert (found.dim, found.member, found.answer.value) == ("queue", "de", 0.4)
    assert found.share == pytest.approx(1)
    assert found.delta == pytest.approx(-0.2)
    assert driver(db, "service_level", Period(MONDAY, MONDAY), ["source"], **asked) is None


def test_an_even_change_has_no_driver() -> None:
    """When every team grew alike, naming one would send somebody after the wrong cause."""
    rows = [r for day in WEEKS_BACK[:8] for team in "abc" for r in tickets(day, 10, team_uid=team)]
    rows += [r for team in "abc" for r in tickets(MONDAY, 20, team_uid=team)]
    db, now_at = store({"ticket_facts": rows})
    asked: dict[str, Any] = {"reporting": BERLIN, "now_at": now_at}
    assert driver(db, "tickets_created", Period(MONDAY, MONDAY), ["team", "channel"], **asked) is None
    surge = [*rows, *tickets(MONDAY, 90, team_uid="c")]
    db, _ = store({"ticket_facts": surge})
    found = driver(db, "tickets_created", Period(MONDAY, MONDAY), ["team", "channel"], **asked)
    assert found is not None
    assert found.member == "c"
    assert found.share == pytest.approx(100 / 120)


def test_nobody_is_sent_after_the_unknown() -> None:
    """'unknown explains 100 %' tells where the data end, not what happened."""
    rows = [r for day in WEEKS_BACK[:8] for team in ("a", None) for r in tickets(day, 10, team_uid=team)]
    rows += [*tickets(MONDAY, 10, team_uid="a"), *tickets(MONDAY, 60, team_uid=None)]
    db, now_at = store({"ticket_facts": rows})
    asked: dict[str, Any] = {"reporting": BERLIN, "now_at": now_at}
    assert driver(db, "tickets_created", Period(MONDAY, MONDAY), ["team"], **asked) is None


def test_the_team_that_grew_slow_is_named() -> None:
    """A median has no parts; the share of replies slower than usual has, and leads to the same team."""

    def replies(day_on: str, team: str, frt_s: int) -> tuple[Row, ...]:
        row = {"is_frt_counted": 1, "first_replied_on": day_on, "team_uid": team}
        return tuple({**row, "frt_s": frt_s + step} for step in range(-20, 20))

    rows = [row for day in WEEKS_BACK[:8] for team in "ab" for row in replies(day, team, 1_800)]
    rows += [*replies(MONDAY, "a", 1_800), *replies(MONDAY, "b", 9_000)]
    db, now_at = store({"ticket_facts": rows})
    found = driver(db, "first_response_time", Period(MONDAY, MONDAY), ["team"], reporting=BERLIN, now_at=now_at)
    assert found is not None
    assert (found.member, found.answer.value) == ("b", 8_999.5)


def test_contributions_add_up_to_the_change() -> None:
    """What the members add must be the whole change, or the named share of it means nothing."""
    today, before = {"a": (30.0, 60.0), "b": (40.0, 40.0)}, {"a": (45.0, 50.0), "c": (10.0, 50.0)}
    assert sum(contributions(today, before, 0).values()) == pytest.approx(70 / 100 - 55 / 100)
    assert sum(contributions(today, before, 5).values()) == pytest.approx(70 - 55 / 5)


def test_what_cannot_be_known_has_no_verdict() -> None:
    """A number without its source must not be called better or worse."""
    db, now_at = store({})
    found = compare(db, "qa_score", MONDAY, reporting=BERLIN, now_at=now_at, tiles=1)
    assert (found.answer.status, found.verdict, found.usual.value) == ("unavailable", "no usual", None)
    assert driver(db, "qa_score", Period(MONDAY, MONDAY), ["team"], reporting=BERLIN, now_at=now_at) is None
    at_noon = day_bounds(MONDAY, BERLIN.zone)[0]
    early = ask(db, "tickets_created", Period(MONDAY, MONDAY), reporting=BERLIN, now_at=at_noon)
    assert early.maturity == "provisional"
