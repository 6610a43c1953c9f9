"""The dates and strengths of what the demonstration is about."""

from datetime import date, timedelta
from functools import cache
from math import exp

import holidays
from msgspec import Struct

from core.sandbox.planted import PLANTED, Planted

WEEKDAY = (1.24, 1.09, 1.02, 0.97, 0.90, 0.30, 0.21)
"""Tickets of Monday to Sunday, as a multiple of a middling working day."""

MAIL_BY_HOUR = (4, 3, 2, 2, 3, 7, 18, 40, 78, 98, 104, 92, 70, 78, 86, 82, 72, 58, 44, 36, 31, 25, 16, 8)
CHAT_BY_HOUR = (1, 0, 0, 0, 0, 2, 8, 24, 70, 98, 104, 100, 82, 84, 96, 92, 84, 66, 44, 36, 32, 24, 12, 4)
CALLS_BY_HOUR = (0, 0, 0, 0, 0, 0, 0, 0, 82, 112, 124, 116, 84, 90, 104, 98, 84, 60, 0, 0, 0, 0, 0, 0)


class Story(Struct, frozen=True):
    """When each thing happens; every date is local to Berlin."""

    start_on: date
    last_on: date
    planted: Planted = PLANTED
    better_from_on: date = date(2026, 8, 3)
    hours_changed_on: date = date(2026, 8, 31)
    team_day_on: date = date(2026, 10, 14)
    team_day_told_on: date = date(2026, 9, 28)
    demoted_on: date = date(2026, 10, 12)
    promoted_on: date = date(2026, 8, 10)

    @property
    def bad_day_on(self) -> date | None:
        """The last whole weekday: the day on which a phone queue was left short of people."""
        if not self.planted.bad_day:
            return None
        day_on = self.last_on
        while day_on.weekday() > 4:
            day_on -= timedelta(days=1)
        return day_on

    def surge(self, day_on: date) -> float:
        """Volume against a quiet day: most when the product is launched, gone after two weeks."""
        since = (day_on - self.planted.launch_on).days
        return 1.0 + (self.planted.launch - 1.0) * exp(-((since / 5.0) ** 2)) if 0 <= since < 21 else 1.0

    def progress(self, day_on: date) -> float:
        """0 before the team began to work on its reply time, 1 at the end of the story."""
        whole = max(1, (date(2026, 11, 20) - self.better_from_on).days)
        return self.planted.better * min(1.0, max(0.0, (day_on - self.better_from_on).days / whole))

    def is_closed(self, day_on: date) -> bool:
        """Public holidays in Berlin, and the day on which the whole team was away."""
        return day_on in public_holidays() or day_on == self.team_day_on


@cache
def public_holidays() -> dict[date, str]:
    """Berlin's public holidays of the years the sandbox may be asked for, by date, with their German names."""
    found = holidays.country_holidays("DE", subdiv="BE", years=range(2024, 2031), language="de")
    return {day_on: str(name) for day_on, name in sorted(found.items())}
