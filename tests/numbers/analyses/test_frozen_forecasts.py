"""Forecasts are kept as they were made; what comes later changes none of them."""

from dataclasses import replace

import pytest

from core.clock import DAY_S, add_days, day_bounds
from core.numbers.analyses.forecast.frozen import freeze, slot_begins
from core.numbers.analyses.forecast.kept import kept_trials, trials, where_key
from core.numbers.analyses.forecast.outlook import horizon_of, look_ahead
from core.numbers.analyses.forecast.series import DAYS_AHEAD, known_series
from core.numbers.calendars import HolidayRow, HoursRow
from core.numbers.inquiry import Inquiry
from core.numbers.reporting import Reporting, ScheduleRule
from tests.numbers.analyses.volume import QUEUE, TEAM, TODAY, fill, shaken, steady, store
from tests.numbers.rows import BERLIN

HORIZON = "select count(*) from made_forecasts where horizon_days = ? and interval_s > 1800"


def at_open(day_on: str) -> int:
    return day_bounds(day_on, BERLIN.zone)[0] + 8 * 3_600


def kept(inquiry: Inquiry, sql: str, *values: object) -> list[tuple[object, ...]]:
    return [tuple(row) for row in inquiry.db.execute(sql, values)]


@pytest.fixture(scope="module")
def inquiry() -> Inquiry:
    """A store with today's forecasts."""
    made = store(shaken(1), shaken(2))
    assert freeze(made.db, made.reporting, made.now_at) > 0
    return made


def test_what_is_kept_of_a_day_is_bounded(inquiry: Inquiry) -> None:
    """Two methods, 8 horizons, 4 series, and tomorrow's half hours of calls: a year of it fits into some megabytes."""
    by_day = kept(inquiry, "select count(*) from made_forecasts where interval_s > 1800")
    assert by_day == [(2 * 8 * 4,)]
    half_hours = kept(inquiry, "select count(distinct interval_start_at), count(*) from made_forecasts "
                               "where interval_s = 1800")  # fmt: skip
    assert half_hours == [(4, 2 * 2 * 4)]
    assert kept(inquiry, "select distinct horizon_days from made_forecasts where interval_s = 1800") == [(1,)]
    assert {row[0] for row in kept(inquiry, "select distinct where_key from made_forecasts")} == {
        "{}", where_key({"queue": QUEUE}), where_key({"team": TEAM}),
    }  # fmt: skip


def test_a_forecast_is_made_once_a_day_and_never_again(inquiry: Inquiry) -> None:
    """Whoever may correct a forecast at noon was always right."""
    before = kept(inquiry, "select * from made_forecasts order by 1, 2, 3, 4, 5, 6")
    fill(inquiry.db, steady, steady, TODAY, TODAY)
    assert freeze(inquiry.db, inquiry.reporting, inquiry.now_at + 3_600) == 0
    assert kept(inquiry, "select * from made_forecasts order by 1, 2, 3, 4, 5, 6") == before
    made = kept(inquiry, "select distinct made_at from made_forecasts")
    assert made == [(inquiry.now_at,)]


def test_one_method_is_told_and_the_other_kept_beside_it(inquiry: Inquiry) -> None:
    """Both are needed to know which is better; only one was planned by."""
    pairs = kept(inquiry, "select sum(is_used), count(*), count(low) from made_forecasts "
                          "group by series, where_key, interval_start_at, interval_s, horizon_days")  # fmt: skip
    assert {row[:2] for row in pairs} == {(1, 2)}
    assert {row[2] for row in pairs} <= {0, 1}


def test_nothing_is_forecast_from_nothing() -> None:
    """A week after the first pull there is no weekday of which two are known."""
    new = Reporting(zone=BERLIN.zone, history_from_on=add_days(TODAY, -7))
    assert look_ahead(store(weeks=1, reporting=new)) == []


def test_what_never_came_is_not_forecast() -> None:
    """A desk without a telephone must not read "about 0 calls" every Monday."""
    found = look_ahead(store(lambda *_: 0, shaken(5)))
    assert {one.metric_id for one in found} == {"tickets_created"}


def test_a_queue_begins_with_its_first_call() -> None:
    """A line opened three weeks ago is not half as busy because nobody could call it before."""
    opened_on = add_days(TODAY, -21)
    found = look_ahead(store(lambda day, weekday: steady(day, weekday) if day >= opened_on else 0))
    (line,) = (one for one in found if one.where == {"queue": QUEUE})
    assert [day.value for day in line.days[1:8]] == [20, 0, 100, 90, 80, 80, 70]


def test_a_day_without_anything_to_forecast_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of three days would read its history again at every pull."""
    made = store(weeks=1)
    assert freeze(made.db, made.reporting, made.now_at) == 0
    monkeypatch.setattr("core.numbers.analyses.forecast.frozen.look_ahead", lambda _: pytest.fail("looked again"))
    assert freeze(made.db, made.reporting, made.now_at + 600) == 0


def test_a_clock_that_was_wrong_once_stops_no_forecast() -> None:
    """A machine that believed to be in 2038 for a minute would keep no forecast for twelve years."""
    made = store(weeks=6)
    assert freeze(made.db, made.reporting, made.now_at) > 0
    made.db.execute("update made_forecasts set made_at = ?, interval_start_at = interval_start_at + ?", (2**31, 2**30))
    fill(made.db, steady, steady, TODAY, TODAY)
    assert freeze(made.db, made.reporting, made.now_at + DAY_S) > 0


def test_half_hours_in_which_nothing_was_expected_count_too() -> None:
    """Calls at seven, an hour before anybody expected one, are an error and not left out."""
    made = store(weeks=10)
    freeze(made.db, made.reporting, made.now_at)
    made.db.executemany(
        "insert into made_forecasts select series, where_key, interval_start_at - ?1, interval_s, horizon_days, "
        "method, made_at - ?1, value, low, high, is_used from made_forecasts where made_at = ?2 and horizon_days = 1",
        [(back * 7 * DAY_S, made.now_at) for back in range(1, 8)]
        + [(back * 7 * DAY_S + DAY_S, made.now_at) for back in range(1, 8)],
    )
    (known, *_) = known_series(made)
    early = replace(known, slots={day: {**slots, 14: 10.0} for day, slots in known.slots.items()})
    before, after = (kept_trials(made, one)["half_hour", 1].naive for one in (known, early))
    assert before is not None
    assert after is not None
    assert after.wape > before.wape


def test_half_hours_grow_old_and_go() -> None:
    """Half hours of the year before last serve nobody; days of horizon 1, 7 and 28 stay."""
    made = store(weeks=6)
    freeze(made.db, made.reporting, made.now_at)
    later = made.now_at + 401 * DAY_S
    fill(made.db, steady, steady, TODAY, add_days(TODAY, 400))
    freeze(made.db, made.reporting, later)
    old = "select distinct horizon_days, interval_s > 1800 from made_forecasts where made_at < ? order by 1"
    assert kept(made, old, later - DAY_S) == [(1, 1), (7, 1), (28, 1)]


def test_after_two_weeks_the_kept_ones_choose_the_method() -> None:
    """A test on history is a promise; what was told beforehand is the proof, half hours included."""
    made = store(shaken(3), shaken(4))
    freeze(made.db, made.reporting, made.now_at)
    (known, *_) = known_series(made)
    assert kept_trials(made, known) == {}
    made.db.executemany(
        "insert into made_forecasts select series, where_key, interval_start_at - ?1, interval_s, horizon_days, "
        "method, made_at - ?1, 1.1 * value, low, high, is_used from made_forecasts "
        "where made_at = ?2 and horizon_days <> 28",
        [(back * DAY_S, made.now_at) for back in range(2, 18)],
    )
    found = kept_trials(made, known)
    assert set(found) == {("day", 1), ("half_hour", 1)}, "what was for 7 days ahead is over for 11 days only"
    by_day, by_slot = trials(made, known)
    assert (by_day[1].told, by_day[7].told, by_day[28].told) == ("frozen", "back_test", "back_test")
    assert by_slot == found["half_hour", 1]
    assert by_day[1].naive is not None
    assert by_day[1].naive.n == 16
    (line, *_) = known_series(made.within(queue="Hotline DE"))
    assert set(kept_trials(made, line)) == {("day", 1), ("half_hour", 1)}, "a report names its queue as people do"


def test_tomorrow_closed_is_tomorrow_without_calls() -> None:
    """Nobody is rostered for a holiday because the Fridays before it were busy."""
    tomorrow = add_days(TODAY, 3)
    hours = tuple(HoursRow(weekday, 480, 1_080, "2020-01-01") for weekday in range(5))
    rule = ScheduleRule("Europe/Berlin", hours, (HolidayRow(tomorrow),))
    reporting = Reporting(zone=BERLIN.zone, schedules={"desk": rule})
    found = look_ahead(store(shaken(6), shaken(7), reporting=reporting))
    calls, tickets = (next(one for one in found if one.metric_id == metric and not one.name)
                      for metric in ("calls_offered", "tickets_created"))  # fmt: skip
    closed = calls.days[3]
    assert (closed.day_on, closed.is_closed, closed.value) == (tomorrow, True, 0)
    assert sum(slot.value for slot in calls.half_hours[tomorrow]) == 0
    assert tickets.days[3].value is not None
    assert 0 < tickets.days[3].value < 60, "as at weekends"


def test_every_day_of_four_weeks_has_a_forecast_of_its_horizon() -> None:
    """Staffing asks for the day after tomorrow, hiring for the week after next."""
    found = look_ahead(store(shaken(8), shaken(9)), by_members=False)
    assert [day.horizon_days for day in found[0].days] == list(range(DAYS_AHEAD + 1))
    assert all(day.value is not None for day in found[0].days)
    assert [horizon_of(days) for days in (0, 4, 5, 17, 18, 28)] == [1, 1, 7, 7, 28, 28]


def test_the_time_of_year_counts_once_two_years_are_known() -> None:
    """December's rush is on its way in November: who has seen two of them plans for the third."""

    def rush(day: str, weekday: int) -> float:
        return 0.0 if weekday == 6 else 100.0 * (1.5 if day[5:7] == "12" else 1.0)

    (known, young) = (store(rush, steady, weeks=weeks) for weeks in (150, 40))
    value, without = (look_ahead(one, by_members=False)[0].days[24].baseline for one in (known, young))
    assert value == pytest.approx(150, abs=8)
    assert without == pytest.approx(100)


@pytest.mark.parametrize(("day_on", "slots", "two_at"), [("2026-03-29", 46, 5), ("2026-10-25", 48, 4)])
def test_half_hours_follow_the_wall_clock(day_on: str, slots: int, two_at: int) -> None:
    """On the night on which clocks change, the eight o'clock shift still begins at eight."""
    begins = slot_begins(day_on, BERLIN)
    assert len(begins) == slots
    midnight = day_bounds(day_on, BERLIN.zone)[0]
    assert begins[16] == midnight + (7 if slots == 46 else 9) * 3_600
    assert (two_at in begins) is (slots == 48)
