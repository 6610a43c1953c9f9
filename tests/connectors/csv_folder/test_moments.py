"""Local dates and times become moments, in the hours that come twice and in those that never come too."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors import BadRow
from connectors.csv_folder.moments import day, joined, local_date, moment, month, not_before, time_of_day

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21 10:15:30", "2026-11-21T09:15:30"), ("2026-11-21T10:15", "2026-11-21T09:15"),
        ("21.11.2026 10:15", "2026-11-21T09:15"), ("2026/11/21 3:05 PM", "2026-11-21T14:05"),
        ("2026-07-01", "2026-06-30T22:00"), ("20261121", "2026-11-20T23:00"),
        ("2026-11-21T10:15:30Z", "2026-11-21T10:15:30"), ("2026-11-21 10:15:30+0530", "2026-11-21T04:45:30"),
        ("2026-11-21T10:15:30.987-05:00", "2026-11-21T15:15:30"), ("1795255200", "2026-11-21T10:00"),
        ("1795255200123", "2026-11-21T10:00"), ("21.11.2026 24:00", "2026-11-21T23:00"),
    ],
)  # fmt: skip
def test_a_moment_is_read_in_the_usual_forms(text: str, expected: str) -> None:
    """Each export has its own; a form nobody can mistake needs no config."""
    assert moment(text, None, None, BERLIN) == utc(expected)


@pytest.mark.parametrize(
    "text", ["11/12/2026 10:00", "31.02.2026", "yesterday", "2026-13-01", "10:00", "2026-11-21 25:99"]
)
def test_a_moment_with_two_readings_or_none_is_refused(text: str) -> None:
    """The eleventh of December or the twelfth of November: half a year of figures hangs on it."""
    with pytest.raises(BadRow):
        moment(text, None, None, BERLIN)


@pytest.mark.parametrize("text", ["11/12/2026", "11-12-26", "21.11.26"])
def test_a_date_with_two_readings_names_the_way_out(text: str) -> None:
    """Who sees it for the first time should not have to look for the key."""
    with pytest.raises(BadRow, match="say its format in the mapping, such as %d/%m/%Y"):
        day(text)


def test_a_form_settles_it() -> None:
    """American dates are read where the mapping says so."""
    assert moment("11/12/2026 03:00 PM", "%m/%d/%Y %I:%M %p", None, BERLIN) == utc("2026-11-12T14:00")
    assert day("12/11/26", "%d/%m/%y").isoformat() == "2026-11-12"
    assert moment("2.5e3", None, "epoch", BERLIN) == 2500


def test_the_hour_that_comes_twice_is_its_first_pass() -> None:
    """On 25 October 2026 half past two comes at 00:30 and at 01:30 UTC; two reads must agree."""
    assert moment("2026-10-25 02:30:00", None, None, BERLIN) == utc("2026-10-25T00:30")


def test_a_call_that_ends_before_it_came_ended_in_the_second_pass() -> None:
    """Arrived 02:50, ended 02:10: twenty minutes of talk, not a call of minus forty."""
    arrived_at = moment("2026-10-25 02:50:00", None, None, BERLIN)
    ended_at = moment("2026-10-25 02:10:00", None, None, BERLIN)
    assert not_before(ended_at, arrived_at, BERLIN) - arrived_at == 1200


def test_the_hour_that_never_comes_is_read_as_the_one_after() -> None:
    """On 29 March 2026 there was no half past two; a stamp that says so is half past three."""
    assert moment("2026-03-29 02:30:00", None, None, BERLIN) == utc("2026-03-29T01:30")


def test_seconds_from_midnight_are_wall_time() -> None:
    """Old exchanges count from midnight; on the day the clocks change 10:00 is still 10:00."""
    assert joined("2026-10-25", 36_000, None, None, BERLIN) == utc("2026-10-25T09:00")
    assert joined("25.10.2026", "10:00:00", None, None, BERLIN) == utc("2026-10-25T09:00")
    assert joined("2026-11-21", "600", None, "min", BERLIN) == utc("2026-11-21T09:00")
    assert joined("2026-11-21", "25:30:00", None, None, BERLIN) == utc("2026-11-22T00:30")


def test_a_call_over_midnight_ends_on_the_next_day() -> None:
    """The date of the row is that of its arrival: 23:54 to 0:04 are ten minutes. A clock set back is no midnight."""
    arrived_at = joined("2026-11-21", "23:54:40", None, None, BERLIN)
    assert not_before(joined("2026-11-21", "0:04:40", None, None, BERLIN), arrived_at, BERLIN) - arrived_at == 600
    noon = joined("2026-11-21", "12:04:42", None, None, BERLIN)
    before = joined("2026-11-21", "12:03:15", None, None, BERLIN)
    assert not_before(before, noon, BERLIN) == before


def test_days_and_months() -> None:
    """A moment with a zone falls on the local day; 08/2026 can only be a month."""
    assert local_date("2026-11-20T23:30:00Z", None, BERLIN) == "2026-11-21"
    assert local_date("2026-11-21 00:00:00", None, BERLIN) == "2026-11-21"
    assert (month("2026-8"), month("08/2026"), month("31.08.2026")) == ("2026-08",) * 3
    for wrong in ("13/2026", "August"):
        with pytest.raises(BadRow):
            month(wrong)


def test_times_of_day() -> None:
    """Midnight by the American clock is twelve."""
    assert (time_of_day("12:05 AM"), time_of_day("12:05 PM"), time_of_day(" 7:05 ")) == (300, 43_500, 25_500)
    with pytest.raises(BadRow):
        time_of_day("7:75")
