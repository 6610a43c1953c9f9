"""The staffing of the coming days: what each pool of queues needs, who is rostered, where it falls short (8.8)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.clock import day_bounds
from core.numbers.analyses.calls_ahead import calls_ahead
from core.numbers.analyses.presence import rostered
from core.numbers.analyses.staffing import Basis, Need, Pool, basis, needs
from core.numbers.inquiry import Inquiry

# A roster that is short by less than a person is as good as the forecast.
SHORT = 1.0


@dataclass(frozen=True)
class HalfHour:
    """What a pool needs in a half hour and how many are rostered for it.

    None where the day has no roster, or none of these days has one for this pool (a partner's staff are not ours)."""

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
    def people_hours(self) -> float:
        """Hours at work that the day needs."""
        return sum(each.need.found.agents for each in self.half_hours) / 2


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
    roster = _rosters(inquiry, known, on_days)
    planned = {queue for people in roster.values() for queue, _ in people}
    by_day: dict[tuple[Pool, str], list[HalfHour]] = defaultdict(list)
    for need in needs(known, calls_ahead(inquiry, on_days)):
        people = roster.get(need.day_on) if planned.intersection(need.pool.queues) else None
        there = None if people is None else sum(people.get((queue, need.at), 0.0) for queue in need.pool.queues)
        by_day[need.pool, need.day_on].append(HalfHour(need, there))
    plans: dict[Pool, list[DayPlan]] = defaultdict(list)
    for (pool, day_on), some in sorted(by_day.items(), key=lambda entry: entry[0][1]):
        peak = max(some, key=lambda each: (each.wanted, each.need.calls, -each.need.at))
        plans[pool].append(DayPlan(day_on, peak, tuple(some)))
    made = sorted((PoolPlan(pool, tuple(days)) for pool, days in plans.items()), key=lambda plan: -plan.calls)
    return WeekAhead(known, tuple(made)) if made else None


def _rosters(inquiry: Inquiry, known: Basis, on_days: Sequence[str]) -> Mapping[str, Mapping[tuple[str, int], float]]:
    """The people on the roster of each day that has one."""
    found = {}
    for day in on_days:
        people = rostered(inquiry.db, *day_bounds(day, inquiry.reporting.zone), known.shares)
        if people:
            found[day] = people
    return found
