"""Opening hours that the config names, in the form that business time is counted with."""

from collections.abc import Iterator

from core.config import ScheduleRule as Configured
from core.numbers.calendars import HolidayRow, HoursRow
from core.numbers.reporting import ScheduleRule

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = "0001-01-01"


def opening_hours(rule: Configured, years: range) -> ScheduleRule:
    """The hours of one schedule; its public holidays are those of ``years``."""
    closed = {day.isoformat() for day in rule.closed_on}
    if rule.holidays:
        closed |= _public(rule.holidays, years)
    return ScheduleRule(
        time_zone=rule.time_zone,
        hours=tuple(sorted(_hours(rule), key=lambda row: (row.weekday, row.open_min))),
        holidays=tuple(HolidayRow(day) for day in sorted(closed)),
    )


def _hours(rule: Configured) -> Iterator[HoursRow]:
    for day, spans in rule.hours.items():
        for span in spans.split(","):
            opens, closes = (_minute(text) for text in span.strip().split("-"))
            yield HoursRow(DAYS.index(day), opens, closes, ALWAYS)


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _public(place: str, years: range) -> set[str]:
    import holidays  # noqa: PLC0415  (0.1 s, needed by few)

    country, _, state = place.partition("-")
    return {day.isoformat() for day in holidays.country_holidays(country, subdiv=state or None, years=list(years))}
