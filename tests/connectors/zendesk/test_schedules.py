"""Schedules: minutes of a week that begins on Sunday, holidays, and time zones by Rails' names."""

import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors import BadRow, Context, Record, Schedule, Window
from connectors.zendesk.schedules import ScheduleRow, fetch_schedules, normalise_schedule
from core.zones import IANA, iana

DAY = 1440


def row(*intervals: tuple[int, int], zone: str = "Berlin", holidays: Any = ()) -> dict[str, Any]:
    return {
        "id": 5,
        "schedule": {
            "id": 5,
            "name": "Support",
            "time_zone": zone,
            "intervals": [{"start_time": start, "end_time": end} for start, end in intervals],
        },
        "holidays": list(holidays),
    }


@pytest.fixture
def schedule(records: Callable[..., list[Record]], context: Callable[..., Context]) -> Callable[..., Schedule]:
    def made(given: dict[str, Any], ctx: Context | None = None) -> Schedule:
        (found,) = records(given, ScheduleRow, normalise_schedule, ctx or context())
        assert isinstance(found, Schedule)
        return found

    return made


def test_zendesks_week_begins_on_sunday_and_ours_on_monday(schedule: Callable[..., Schedule]) -> None:
    """Off by one, Friday's hours would open on Saturday."""
    found = schedule(row((DAY + 480, DAY + 1020), (0, 600)))
    assert found.hours == ((0, 480, 1020), (6, 0, 600))


def test_hours_round_the_clock_are_cut_at_midnight(schedule: Callable[..., Schedule]) -> None:
    """A desk that never closes has seven whole days."""
    assert schedule(row((0, 7 * DAY))).hours == tuple((day, 0, DAY) for day in range(7))


def test_a_holiday_closes_each_of_its_days(schedule: Callable[..., Schedule]) -> None:
    """Zendesk gives first and last day; both are closed."""
    holidays = [{"name": "Christmas", "start_date": "2026-12-25", "end_date": "2026-12-26"}]
    assert schedule(row(holidays=holidays)).holidays == (
        ("2026-12-25", "Christmas", None, None),
        ("2026-12-26", "Christmas", None, None),
    )


@pytest.mark.parametrize("interval", [(600, 600), (700, 600), (-5, 10), (0, 7 * DAY + 1)])
def test_an_impossible_interval_sets_the_schedule_aside(
    schedule: Callable[..., Schedule], interval: tuple[int, int]
) -> None:
    """Business time by half a schedule would be wrong without a word."""
    with pytest.raises(BadRow):
        schedule(row(interval))


def test_every_rails_zone_is_known_here() -> None:
    """A schedule in a zone that nobody can name has no opening hours at all."""
    assert len(IANA) > 150
    assert all(ZoneInfo(zone) for zone in IANA.values())
    assert iana("Eastern Time (US & Canada)") == "America/New_York"
    assert iana("Kathmandu") == "Asia/Kathmandu"
    assert iana("Europe/Berlin") == "Europe/Berlin"


@pytest.mark.parametrize("name", ["Middle Earth", "", "../../etc/passwd"])
def test_an_unknown_zone_is_said_and_replaced(
    schedule: Callable[..., Schedule], context: Callable[..., Context], name: str
) -> None:
    """The source's own zone is the least wrong guess, and the admin is told."""
    said: list[tuple[str, str]] = []
    found = schedule(row(zone=name), context(zone="Asia/Tokyo", warn=lambda kind, value: said.append((kind, value))))
    assert (found.time_zone, said) == ("Asia/Tokyo", [("time zone", name)])


def test_holidays_are_a_list_of_their_own(api: Callable[..., Any]) -> None:
    """One request for the schedules and one for each schedule's holidays."""
    fake = api({"schedules": [{"id": 5}, {"id": 6}]}, {"holidays": [{"name": "x"}]}, {"holidays": []})
    (page,) = fetch_schedules(fake, Window())
    assert [path for path, _ in fake.asked] == [
        "/business_hours/schedules.json",
        "/business_hours/schedules/5/holidays.json",
        "/business_hours/schedules/6/holidays.json",
    ]
    assert json.loads(bytes(page.rows[0])) == {"id": 5, "schedule": {"id": 5}, "holidays": [{"name": "x"}]}
