"""Moments and days: zones, the days on which clocks change, and moments that cannot be."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.errors import BadRow, Stopped
from tests.http_server import FakeTime

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-01T00:00:00Z", 1767225600),
        ("2026-01-01T00:00:00.999Z", 1767225600),
        ("2026-01-01T01:00:00+01:00", 1767225600),
        ("2025-12-31 18:30:00-05:30", 1767225600),
        ("1969-12-31T23:59:59.5Z", -1),
        ("2016-12-31T23:59:60Z", 1483228800),
    ],
)
def test_iso_moments_are_whole_utc_seconds(text: str, at: int) -> None:
    """A fraction rounded up or an offset ignored would move a reply over the edge of a service level."""
    assert clock.utc(text) == at


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00", "2026-01-01", "1767225600000", "soon", "", "\ud800"])
def test_a_text_that_is_not_one_moment_sets_the_row_aside(text: str) -> None:
    """A moment guessed to be UTC, or seconds guessed from milliseconds, is a wrong number that nobody sees."""
    with pytest.raises(BadRow):
        clock.utc(text)


def test_the_message_of_a_bad_moment_holds_no_words_of_a_customer() -> None:
    """The rejected row's reason is shown in status; the text may be anything."""
    with pytest.raises(BadRow) as caught:
        clock.utc("Jane Doe, 5 Elm Street")
    assert "Jane" not in str(caught.value)
    with pytest.raises(BadRow, match="2026-01-01T00:00:00"):
        clock.utc("2026-01-01T00:00:00")


@given(st.integers(-2_000_000_000, 7_000_000_000))
def test_iso_and_utc_are_inverse(at: int) -> None:
    """Cursors are written with one and read with the other."""
    assert clock.utc(clock.iso(at)) == at


@pytest.mark.parametrize(
    ("day_on", "zone", "hours"),
    [
        ("2026-03-28", "Europe/Berlin", 24),
        ("2026-03-29", "Europe/Berlin", 23),
        ("2026-10-25", "Europe/Berlin", 25),
        ("2026-10-04", "Australia/Sydney", 23),
        ("2026-04-05", "Australia/Sydney", 25),
        ("2026-04-05", "Australia/Lord_Howe", 24.5),
        ("2026-09-06", "America/Santiago", 23),  # midnight never comes
        ("2026-11-01", "America/Havana", 25),  # midnight comes twice
        ("2011-12-30", "Pacific/Apia", 0),  # the day never came
        ("2026-06-01", "Asia/Shanghai", 24),
    ],
)
def test_a_day_has_the_hours_it_has(day_on: str, zone: str, hours: float) -> None:
    """Two days a year every total of a day would be an hour short or long."""
    begins, ends = clock.day_bounds(day_on, ZoneInfo(zone))
    assert (ends - begins) / 3600 == hours


ZONES = st.sampled_from(
    ["Europe/Berlin", "America/Havana", "America/Santiago", "Asia/Kolkata", "Pacific/Chatham", "UTC"]
)


@given(st.integers(1_400_000_000, 2_000_000_000), ZONES)
def test_each_moment_lies_within_its_own_day(at: int, zone: str) -> None:
    """A contact that belongs to no day, or to two, is missing from the month or doubled in it."""
    begins, ends = clock.day_bounds(clock.day_of(at, ZoneInfo(zone)), ZoneInfo(zone))
    assert begins <= at < ends


@given(st.dates(date(2014, 1, 1), date(2035, 1, 1)), ZONES)
def test_one_day_ends_where_the_next_begins(day: date, zone: str) -> None:
    """Half-open days tile time: no second falls between two of them."""
    day_on = day.isoformat()
    ends = clock.day_bounds(day_on, ZoneInfo(zone))[1]
    assert ends == clock.day_bounds(clock.add_days(day_on, 1), ZoneInfo(zone))[0]


def test_days_are_those_of_the_calendar() -> None:
    """A backfill over New Year asks for each day once."""
    assert list(clock.days("2026-12-30", "2027-01-02")) == ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"]
    assert list(clock.days("2026-12-30", "2026-12-29")) == []
    assert clock.add_days("2028-02-29", -366) == "2027-02-28"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("2026-11-22T10:00:00Z", True),
        ("2026-11-23T01:00:00Z", True),
        ("2026-11-23T13:00:00Z", False),
        ("2999-01-01T00:00:00Z", False),
        ("0001-01-01T00:00:00Z", False),
        ("1970-01-01T00:00:00Z", False),
        ("2000-01-01T00:10:00Z", False),
    ],
)
def test_a_moment_from_a_dead_battery_or_the_future_is_implausible(text: str, holds: bool) -> None:
    """One call stamped 2999 would be the newest for ever."""
    assert clock.plausible(clock.utc(text), clock.utc("2026-11-22T12:00:00Z")) is holds


def test_milliseconds_taken_for_seconds_are_implausible() -> None:
    """Some vendors send epochs in milliseconds; as seconds they name the year 57000."""
    assert not clock.plausible(1_795_000_000_000, 1_795_000_000)


def test_a_wait_ends_early_when_we_are_asked_to_stop() -> None:
    """A daemon that sleeps out a minute of backoff is killed by systemd instead."""
    time = FakeTime()
    time.timing.wait(70.0)
    assert time.at == pytest.approx(70.0)
    assert max(time.slept) <= 0.5
    time.stopped = True
    with pytest.raises(Stopped):
        time.timing.wait(70.0)
    assert time.at == pytest.approx(70.0)


def test_the_machine_s_clock_is_read_in_whole_seconds() -> None:
    """Moments in the store are integers."""
    assert isinstance(clock.now(), int)
    assert clock.plausible(clock.now(), clock.now())
