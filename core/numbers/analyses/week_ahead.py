"""The staffing of the coming days: what each pool of queues needs, who is rostered, where it falls short (8.8)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import day_bounds
from core.numbers.analyses.calls_ahead import calls_ahead
from core.numbers.analyses.erlang import HALF_HOUR_S
from core.numbers.analyses.presence import rostered
from core.numbers.analyses.staffing import Basis, Need, Pool, basis, needs
from core.numbers.inquiry import Inquiry

# A roster that is short by less than a person is as good as the forecast.
SHORT = 1.0


@dataclass(frozen=True)
class HalfHour:
    """What a pool needs in a half hour and how many are rostered for it.

    None where nobody of this pool is on a roster that day: it is not written yet, or the staff are a partner's."""

    need: Need
    rostered: float | None

    @property
    def wanted(self) -> int:
        """People to roster; where shrinkage is not known, people at work."""
        return self.need.found.agents if self.need.heads is None else self.need.heads

    @property
    def short(self) -> float:
        """How many people are missing; 0 where there are enough or nobody knows."""
        return 0.0 if self.rostered is None else max(0.0, self.wanted - self.rostered)


@dataclass(frozen=True)
class DayPlan:
    """A pool's day: its busiest half hour, and those in which the roster is short by a person or more, worst first."""

    day_on: str
    peak: HalfHour
    half_hours: tuple[HalfHour, ...]

    @property
    def short(self) -> tuple[HalfHour, ...]:
        """Half hours with at least a person too few."""
        found = [each for each in self.half_hours if each.short >= SHORT]
        return tuple(sorted(found, key=lambda each: (-each.short, each.need.at)))

    @property
    def work_s(self) -> int:
        """Time at work that the day needs, of all people together."""
        return HALF_HOUR_S * sum(each.need.found.agents for each in self.half_hours)


@dataclass(frozen=True)
class PoolPlan:
    """A pool over the coming days, busiest pools first."""

    pool: Pool
    days: tuple[DayPlan, ...]

    @property
    def calls(self) -> float:
        """Calls expected."""
        return sum(each.need.calls for day in self.days for each in day.half_hours)


@dataclass(frozen=True)
class WeekAhead:
    """The plan of each pool, and what it rests on."""

    basis: Basis
    pools: tuple[PoolPlan, ...]


def week_ahead(inquiry: Inquiry, on_days: Sequence[str]) -> WeekAhead | None:
    """None where no queue had a call in four weeks, or none is expected on these days."""
    known = basis(inquiry)
    if known is None:
        return None
    roster = {day: rostered(inquiry.db, *day_bounds(day, inquiry.reporting.zone), known.shares) for day in on_days}
    planned = {(day, queue) for day, people in roster.items() for queue, _ in people}
    by_day: dict[tuple[Pool, str], list[HalfHour]] = defaultdict(list)
    for need in needs(known, calls_ahead(inquiry, on_days)):
        people, queues = roster[need.day_on], need.pool.queues
        is_planned = any((need.day_on, queue) in planned for queue in queues)
        there = sum(people.get((queue, need.at), 0.0) for queue in queues) if is_planned else None
        by_day[need.pool, need.day_on].append(HalfHour(need, there))
    plans: dict[Pool, list[DayPlan]] = defaultdict(list)
    for (pool, day_on), some in sorted(by_day.items(), key=lambda entry: entry[0][1]):
        peak = max(some, key=lambda each: (each.wanted, each.need.calls, -each.need.at))
        plans[pool].append(DayPlan(day_on, peak, tuple(some)))
    made = sorted((PoolPlan(pool, tuple(days)) for pool, days in plans.items()), key=lambda plan: -plan.calls)
    return WeekAhead(known, tuple(made)) if made else None
