"""Local days, half hours and the split at midnight, on the days on which clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import day_bounds
from core.numbers.local import DayIndex

BERLIN = "Europe/Berlin"
ZONES = (
    BERLIN,
    "America/New_York",
    "America/Santiago",
    "America/Havana",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Antarctica/Troll",
)


def at(wall: str, zone: str = BERLIN, fold: int = 0) -> int:
    return int(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


def index(zone: str = BERLIN, year: int = 2026) -> DayIndex:
    return DayIndex(zone, at(f"{year}-01-01", zone), at(f"{year + 1}-01-01", zone))


def test_midnight_belongs_to_the_new_day() -> None:
    """A ticket solved at 00:00:00 must not be counted on the day before."""
    days = index()
    assert days.day_on(at("2026-03-02 00:00")) == "2026-03-02"
    assert days.day_on(at("2026-03-02 00:00") - 1) == "2026-03-01"
    assert (days.slot(at("2026-03-02 00:00")), days.slot(at("2026-03-02 00:00") - 1)) == (0, 47)


def test_the_repeated_hour_falls_into_the_same_slots_and_the_skipped_one_into_none() -> None:
    """Whoever staffs by half hour: 02:30 on 2026-10-25 comes twice, on 2026-03-29 never."""
    days = index()
    assert days.slot(at("2026-10-25 02:40")) == days.slot(at("2026-10-25 02:40", fold=1)) == 5
    assert days.slot(at("2026-10-25 23:59")) == 47
    assert days.slot(at("2026-03-29 01:59")) == 3
    assert days.slot(at("2026-03-29 01:59") + 60) == 6


def test_a_day_whose_midnight_was_skipped_begins_at_one() -> None:
    """Chile on 2026-09-06: the first call of the day is in the slot of 01:00."""
    days = index("America/Santiago")
    first_at, _ = day_bounds("2026-09-06", ZoneInfo("America/Santiago"))
    assert (days.day_on(first_at - 1), days.slot(first_at - 1)) == ("2026-09-05", 47)
    assert (days.day_on(first_at), days.slot(first_at)) == ("2026-09-06", 2)


def test_a_day_that_began_goes_on_when_clocks_go_back_over_midnight() -> None:
    """St John's, 2010-11-07: at 00:01 clocks went back to 23:01, and a day is one piece all the same."""
    days = index("America/St_Johns", 2010)
    begin, end = day_bounds("2010-11-07", ZoneInfo("America/St_Johns"))
    assert end - begin == 90_000
    assert [days.day_on(moment) for moment in (begin - 1, begin, begin + 60, end - 1)] == ["2010-11-06"] + [
        "2010-11-07"
    ] * 3


def test_an_interval_is_split_at_each_local_midnight() -> None:
    """A shift from Saturday 22:00 to Monday 06:00 over the short Sunday (metrics R5, R9)."""
    pieces = list(index().split_at_midnight(at("2026-03-28 22:00"), at("2026-03-30 06:00")))
    assert [(day_on, to_at - from_at) for day_on, from_at, to_at in pieces] == [
        ("2026-03-28", 7_200),
        ("2026-03-29", 82_800),
        ("2026-03-30", 21_600),
    ]


def test_an_interval_that_ends_at_midnight_leaves_nothing_for_the_next_day() -> None:
    """A report that would else list an agent with 0 s on a day without work."""
    midnight = at("2026-03-03 00:00")
    days = index()
    assert [piece[0] for piece in days.split_at_midnight(midnight - 5, midnight)] == ["2026-03-02"]
    assert [piece[0] for piece in days.split_at_midnight(midnight, midnight + 5)] == ["2026-03-03"]
    assert list(days.split_at_midnight(midnight, midnight)) == []
    assert list(days.split_at_midnight(midnight, midnight - 1)) == []


def test_a_date_that_a_zone_left_out_has_no_piece() -> None:
    """Samoa went from 29 to 31 December 2011."""
    days = index("Pacific/Apia", 2011)
    begin = at("2011-12-29 12:00", "Pacific/Apia")
    assert [piece[0] for piece in days.split_at_midnight(begin, begin + 86_400)] == ["2011-12-29", "2011-12-31"]


def test_a_moment_outside_the_range_is_answered_and_an_impossible_one_refused() -> None:
    """A ticket from before the history that was asked for; milliseconds taken for seconds."""
    days = index()
    assert days.day_on(at("2019-07-01 23:30")) == "2019-07-01"
    assert days.slot(at("2033-07-01 23:30")) == 47
    assert days.day_on(at("2026-07-01 23:30")) == "2026-07-01"
    with pytest.raises(ValueError, match="not between 1970 and 2200"):
        days.day_on(1_772_445_600_000)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ZONES), st.integers(at("2011-01-01"), at("2039-01-01")), st.integers(0, 5 * 86_400))
def test_day_and_slot_are_what_the_wall_clock_shows(zone: str, moment: int, length: int) -> None:
    """Any fact on any day: date and half hour are those on the clock of the office, and pieces tile the interval."""
    days = DayIndex(zone, moment, moment + 1)
    wall = datetime.fromtimestamp(moment, ZoneInfo(zone))
    assert days.day_on(moment) == wall.date().isoformat()
    assert days.slot(moment) == wall.hour * 2 + wall.minute // 30
    edge = moment
    for day_on, from_at, to_at in days.split_at_midnight(moment, moment + length):
        begin, end = day_bounds(day_on, ZoneInfo(zone))
        assert begin <= from_at == edge < to_at <= end
        edge = to_at
    assert edge == moment + length


@pytest.mark.parametrize("zone", ZONES)
def test_days_begin_where_the_clock_module_says(zone: str) -> None:
    """Two definitions of a day's edge in one program would put a contact on two days or on none."""
    days = index(zone)
    day = date(2026, 1, 2)
    while day < date(2026, 12, 31):
        begin, _ = day_bounds(day.isoformat(), ZoneInfo(zone))
        assert (days.day_on(begin - 1), days.day_on(begin)) == ((day - timedelta(days=1)).isoformat(), day.isoformat())
        assert datetime.fromtimestamp(begin, UTC).second == 0
        day += timedelta(days=1)
