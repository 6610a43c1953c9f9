"""Outages against opening hours: how long service was open on a day, and how long its tools worked."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.model import CalendarEvent, Ticket
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.calendars import HoursRow
from core.numbers.derive import derive, derive_all
from core.numbers.facts.ledger import CLOCKS
from core.numbers.facts.service_days import merged
from core.numbers.parts import FACTS, fold
from core.numbers.reporting import ScheduleRule
from tests.numbers.facts.conftest import Fact, Told
from tests.numbers.story import REPORTING, SUNDAY_NIGHT, at

Rows = Callable[..., list[dict[str, Any]]]
HOUR = 3_600


def outage(native: str, from_at: str, to_at: str | None) -> CalendarEvent:
    end_at = None if to_at is None else at(to_at)
    return CalendarEvent(id=native, kind="outage", title="Help desk down", from_at=at(from_at), to_at=end_at)


def test_only_opening_hours_count_and_overlaps_count_once(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """A night's maintenance is no outage of service, and two tools down at once are one outage."""
    told(
        outage("night", "Tue 02:00", "Tue 05:00"),
        outage("phone", "Wed 10:00", "Wed 11:00"),
        outage("desk", "Wed 10:30", "Wed 11:30"),
        outage("open", "Fri 16:00", None),
    )
    found = {row["day_on"]: (row["service_s"], row["service_s"] - row["up_s"]) for row in rows("service_days")}
    assert found == {
        "2026-03-03": (8 * HOUR, 0),
        "2026-03-04": (8 * HOUR, 5_400),
        "2026-03-05": (8 * HOUR, 0),
        "2026-03-06": (8 * HOUR, HOUR),
        "2026-03-09": (8 * HOUR, 0),
    }
    derive_all(db, REPORTING, SUNDAY_NIGHT)
    again = {row["day_on"]: (row["service_s"], row["service_s"] - row["up_s"]) for row in rows("service_days")}
    assert again == found


def test_a_new_day_is_a_day_of_service(told: Told, rows: Rows) -> None:
    """On the morning after, yesterday without an outage must stand as a whole day, though no file came in."""
    told(outage("1", "Mon 10:00", "Mon 11:00"), now_at=at("Mon 20:00"))
    assert [row["day_on"] for row in rows("service_days")] == ["2026-03-02"]
    told(now_at=at("Wed 06:00"))
    assert [row["day_on"] for row in rows("service_days")] == ["2026-03-02", "2026-03-03", "2026-03-04"]


def test_without_records_of_outages_nothing_is_known(told: Told, rows: Rows) -> None:
    """Nobody wrote down an outage: that is no proof that there was none."""
    told(CalendarEvent(id="1", kind="policy", title="New script", from_at=at("Mon 10:00")))
    assert rows("service_days") == []


def test_days_reach_the_metric(told: Told, db: sqlite3.Connection) -> None:
    """The days stand in the store and the number stays empty."""
    told(outage("1", "Mon 10:00", "Mon 12:00"))
    fold(db, REPORTING, SUNDAY_NIGHT)
    week = Period("2026-03-02", "2026-03-08")
    made = ask(db, "system_availability", week, reporting=REPORTING, now_at=SUNDAY_NIGHT)
    assert (made.value, made.n) == (38 / 40, 5)


def test_without_a_default_the_longest_hours_count(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """A centre with hours for mail and others for calls is open while one of them is."""
    told(outage("1", "Mon 08:00", "Mon 09:00"), now_at=at("Mon 20:00"))
    db.execute("update business_schedules set deleted_at = 1")
    hours = {"mail": (540, 1_020), "calls": (480, 1_200)}
    rules = {name: ScheduleRule("Europe/Berlin", (HoursRow(0, *span, "0001-01-01"),)) for name, span in hours.items()}
    derive(db, replace(REPORTING, default_schedule_uid=None, schedules=rules), at("Mon 21:00"))
    (row,) = rows("service_days")
    assert (row["service_s"], row["up_s"]) == (12 * HOUR, 11 * HOUR)


def test_every_day_that_a_part_counts_on_is_marked() -> None:
    """A fact whose changed days are not marked is in the store and in no number."""
    assert {(fact, on) for fact, on in FACTS if on not in CLOCKS.get(fact, ())} == set()


def test_stretches_are_joined() -> None:
    """An outage that ends before it begins is a typing error, not a gain."""
    assert merged([(5, 9), (1, 3), (3, 4), (8, 7), (6, 7)]) == [(1, 4), (5, 9)]


def test_fields_of_a_ticket_become_facts(told: Told, fact: Fact) -> None:
    """What a file tells of the fields must reach the metric."""
    told(
        Ticket(id="F1", created_at=at("Mon 10:00"), status="open", status_category="open", required_fields=3,
               filled_fields=2)
    )  # fmt: skip
    assert fact("F1", "required_fields", "filled_fields") == (3, 2)
