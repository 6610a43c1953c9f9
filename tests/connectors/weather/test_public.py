"""Public holidays, school holidays from list or calendar, bridge days."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors import Unavailable, Window
from connectors.weather.public import bridges, events, fetch_public
from core.sandbox.vendors.weather import NOW_AT
from tests.connectors.weather.conftest import BERLIN, fake

WEEKEND = frozenset({5, 6})
CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20260713\r
DTEND;VALUE=DATE:20260716\r
SUMMARY:Summer\\, a very lo\r
 ng one\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20261031\r
END:VEVENT\r
END:VCALENDAR\r
"""


def public(since: str = "2026-01-01", **region: Any) -> dict[tuple[str, str], str]:
    """Names by day and kind."""
    more = {"school_holidays": region.pop("school_holidays", [])}
    weather = fake(lambda *_: None, {**BERLIN, **region}, **more)
    window = Window(since=int(datetime.fromisoformat(since).replace(tzinfo=UTC).timestamp()), now_at=NOW_AT)
    found = [msgspec.json.decode(raw) for page in fetch_public(weather, window) for raw in page.rows]
    return {(row["day_on"], row["kind"]): row["name"] for row in found}


def test_holidays_are_those_of_the_state() -> None:
    """Women's Day is off in Berlin and a working day in Hamburg: their calls differ."""
    assert ("2026-03-08", "holiday") in public()
    assert ("2026-03-08", "holiday") not in public(holidays="DE-HH")
    assert ("2026-10-31", "holiday") in public(holidays="DE-HH")
    days = public()
    assert min(days)[0].startswith("2026-01-01")
    assert max(day for day, _ in days).startswith("2027-12")


def test_bridge_days_lie_between_free_days() -> None:
    """Friday after Ascension Day; the Monday before a Tuesday off; no Thursday, no Saturday."""
    days = public()
    assert date(2026, 5, 14).weekday() == 3
    assert ("2026-05-15", "bridge") in days
    assert bridges({date(2026, 11, 17)}, WEEKEND) == [date(2026, 11, 16)]
    assert bridges({date(2026, 11, 18)}, WEEKEND) == []
    assert bridges({date(2026, 11, 21)}, WEEKEND) == []
    assert bridges({date(2026, 11, 17), date(2026, 11, 19)}, WEEKEND) == [
        date(2026, 11, 16), date(2026, 11, 18), date(2026, 11, 20),
    ]  # fmt: skip


def test_a_weekend_is_not_saturday_and_sunday_everywhere() -> None:
    """In Cairo Friday is free, so the Thursday after a Wednesday off bridges."""
    assert bridges({date(2026, 11, 18)}, frozenset({4, 5})) == [date(2026, 11, 19)]


def test_school_holidays_come_from_the_list_or_a_calendar(tmp_path: Path) -> None:
    """They are on no free list of all countries; an end in a calendar is the day after the last."""
    listed = [{"from_on": "2026-02-02", "to_on": "2026-02-07", "name": "Winter"}]
    days = public(school_holidays=listed)
    assert {day for day, kind in days if kind == "school"} == {f"2026-02-0{number}" for number in range(2, 8)}
    file = tmp_path / "school.ics"
    file.write_text(CALENDAR, encoding="utf-8")
    days = public(school_calendar=str(file))
    assert [day for day, kind in sorted(days) if kind == "school"] == [
        "2026-07-13",
        "2026-07-14",
        "2026-07-15",
        "2026-10-31",
    ]
    assert days["2026-07-13", "school"] == "Summer, a very long one"


@pytest.mark.parametrize("text", ["BEGIN:VEVENT\nDTSTART:soon\nEND:VEVENT\n", None, "\udce4"])
def test_a_calendar_that_cannot_be_read_is_told_by_its_name(tmp_path: Path, text: str | None) -> None:
    """The day's weather comes all the same; the admin learns which file to look at."""
    file = tmp_path / "school.ics"
    if text is not None:
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(Unavailable, match=r"school\.ics"):
        public(school_calendar=str(file))


def test_an_event_without_an_end_is_one_day() -> None:
    """Calendars leave it out for single days."""
    assert list(events("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261031\nEND:VEVENT\n")) == [
        (date(2026, 10, 31), date(2026, 10, 31), "School holidays")
    ]


def test_a_region_without_holidays_has_none() -> None:
    """Nobody's holidays are guessed from a place on the map."""
    assert public(holidays=None) == {}
