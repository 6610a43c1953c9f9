"""What every derivation stands on: the rules, who is who, the calendars and the local days."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.numbers.calendars import Assignment, Calendar, Schedules
from core.numbers.facts.staff import Staff
from core.numbers.local import DayIndex
from core.numbers.reporting import Reporting

Business: TypeAlias = Callable[[int, int], int | None]
"""Open seconds from one moment to another; None where no schedule is known."""

DayOn: TypeAlias = Callable[[int], str]
"""The local date of a moment."""

# Since 1972 every zone changes its date, and its clocks, on a quarter of an hour.
QUARTER_S = 900
MOST_KNOWN = 20_000


def remembered(days: DayIndex) -> DayOn:
    """The local dates of ``days``, kept by the quarter of an hour: a fact asks for the same few again and again."""
    known: dict[int, str] = {}

    def day_on(at: int) -> str:
        quarter = at // QUARTER_S
        day = known.get(quarter)
        if day is None:
            if len(known) >= MOST_KNOWN:
                known.clear()
            day = known[quarter] = days.day_on(at)
        return day

    return day_on


@dataclass(frozen=True, slots=True)
class QueueKnown:
    """A queue with the rules of config, source and defaults resolved."""

    team_uid: str | None
    sl_threshold_s: int
    short_abandon_s: int
    schedule_uid: str | None
    is_test: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """Read once a derivation. ``tiers`` and ``team_schedules`` are by team uid, ``teams_of`` by agent; ``stockouts``
    are reasons of contacts about goods out of stock."""

    reporting: Reporting
    staff: Staff
    schedules: Schedules
    days: DayIndex
    queues: Mapping[str, QueueKnown]
    tiers: dict[str, int]
    team_schedules: Mapping[str, str]
    teams_of: Mapping[str, Sequence[tuple[str, int, int | None, bool]]]
    now_at: int
    day_on: DayOn
    stockouts: frozenset[str]

    def business(self, assignments: Sequence[Assignment], team_uid: str | None) -> Business:
        """The business time of a ticket: by its own schedules, else its team's, else the default one (metrics R6)."""
        if assignments:
            return lambda from_at, to_at: self.schedules.open_s_over(assignments, from_at, to_at)
        calendar = self.calendar((), team_uid)
        return _no_schedule if calendar is None else calendar.open_s

    def calendar(self, assignments: Sequence[Assignment], team_uid: str | None) -> Calendar | None:
        """The calendar that a ticket had first."""
        uid = assignments[0][0] if assignments else self.team_schedules.get(team_uid) if team_uid else None
        return self.schedules.calendar(uid)


def _no_schedule(from_at: int, to_at: int) -> None:  # noqa: ARG001
    return None
