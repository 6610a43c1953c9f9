"""Who asks: a store, the rules of counting, a moment and a slice, settled once for many questions."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from core.clock import add_days, day_of
from core.numbers import ask as numbers
from core.numbers.answer import Answer, Comparison, Period
from core.numbers.calendars import Calendar
from core.numbers.facts.grounds import load_schedules
from core.numbers.reporting import Reporting
from core.numbers.usual import calendars_of, is_open

WEEK = 7
Found = TypeVar("Found")


@dataclass(frozen=True)
class Inquiry:
    """Asks of one slice of one store; every number that an analysis uses comes from here, as an answer."""

    db: sqlite3.Connection
    reporting: Reporting
    now_at: int
    where: Mapping[str, str] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def today_on(self) -> str:
        """The local date now."""
        return day_of(self.now_at, self.reporting.zone)

    @cached_property
    def calendar(self) -> Calendar | None:
        """The opening hours of the default schedule."""
        return load_schedules(self.db, self.reporting, self.now_at).calendar()

    @cached_property
    def _calendars(self) -> tuple[Calendar, ...]:
        return calendars_of(self.db, self.reporting, self.now_at)

    def is_open(self, day_on: str) -> bool:
        """Whether a day has opening hours: the default ones; where none are the default, any."""
        return is_open(self._calendars, day_on)

    def once(self, what: str, make: Callable[[], Found]) -> Found:
        """What ``make`` finds, worked out once for all who ask this inquiry; another slice works out its own."""
        if what not in self._known:
            self._known[what] = make()
        found: Found = self._known[what]
        return found

    def within(self, **members: str) -> "Inquiry":
        """The same within a narrower slice, such as ``queue="VIP"``."""
        return replace(self, where={**self.where, **members})

    def ask(self, metric_id: str, period: Period, variant: str | None = None) -> Answer:
        """The answer of a period."""
        return numbers.ask(
            self.db, metric_id, period, variant=variant, where=self.where, reporting=self.reporting, now_at=self.now_at
        )

    def daily(self, metric_id: str, from_on: str, to_on: str, variant: str | None = None) -> list[Answer]:
        """One answer a day, both ends included."""
        return numbers.series(
            self.db, metric_id, from_on, to_on,
            variant=variant, where=self.where, reporting=self.reporting, now_at=self.now_at,
        )  # fmt: skip

    def weekly(self, metric_id: str, weeks: int, last_on: str, variant: str | None = None) -> list[Answer]:
        """One answer an ISO week, oldest first, for the last ``weeks`` that end on or before ``last_on``."""
        return [self.ask(metric_id, period, variant) for period in iso_weeks(weeks, last_on)]

    def breakdown(
        self, metric_id: str, period: Period, dim: str, variant: str | None = None
    ) -> list[tuple[str, str, Answer]]:
        """Uid, name and answer of each member of a dimension that had cases, most cases first."""
        return numbers.breakdown(
            self.db, metric_id, period, dim,
            variant=variant, where=self.where, reporting=self.reporting, now_at=self.now_at,
        )  # fmt: skip

    def half_hours(self, metric_id: str, period: Period | str, variant: str | None = None) -> list[tuple[int, Answer]]:
        """Half hour of the wall clock (0 to 47) and answer, where there were calls on a day or in a period."""
        return numbers.half_hours(
            self.db, metric_id, Period(period, period) if isinstance(period, str) else period,
            variant=variant, where=self.where, reporting=self.reporting, now_at=self.now_at,
        )  # fmt: skip

    def compared(
        self, metric_id: str, day_on: str, variant: str | None = None, *, tiles: int = 1, look_back: bool = True
    ) -> Comparison:
        """A day beside what is usual for it, clear at p < 0.05 shared over ``tiles``; see ``periods`` for a week's."""
        return numbers.compare(
            self.db, metric_id, day_on,
            variant=variant, where=self.where, reporting=self.reporting, now_at=self.now_at, tiles=tiles,
            look_back=look_back,
        )  # fmt: skip


def iso_weeks(weeks: int, last_on: str) -> list[Period]:
    """The last whole ISO weeks that end on or before a day, oldest first."""
    sunday_on = add_days(last_on, -(date.fromisoformat(last_on).isoweekday() % WEEK))
    ends = [add_days(sunday_on, -WEEK * back) for back in range(weeks - 1, -1, -1)]
    return [Period(add_days(end, 1 - WEEK), end, "week") for end in ends]
