"""What ``staffing`` asks: how many people some calls need, or what a day of this store needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.clock import add_days
from core.daemon.exits import unknown
from core.daemon.place import load_place, reading, reporting_of
from core.daemon.reports import checked_day
from core.errors import ConfigError
from core.numbers.analyses.erlang import Aim, Traffic, Waits, agents_needed, heads, lines_needed, waits
from core.numbers.analyses.projects import BLOCKED
from core.numbers.inquiry import Inquiry
from core.numbers.where import member_names
from core.report.locale import slot_time

# Fewer people and more than needed that are shown beside it.
AROUND = 2
HOUR_S = 3_600


@dataclass(frozen=True)
class Try:
    """So many people at work, what callers meet then, and the people to roster for it."""

    agents: int
    heads: int | None
    is_overloaded: bool
    service_level: float | None
    asa_s: float | None
    occupancy: float | None
    abandon: float | None
    is_enough: bool


@dataclass(frozen=True)
class WhatIf:
    """Some calls, what is aimed at, the fewest people for it, and what a few more or fewer would mean.

    Shares are 0..1, times in seconds; ``load`` in erlang; ``method`` erlang_c, with a patience erlang_a. A line is busy
    while a caller waits and is served."""

    calls: float
    aht_s: float
    interval_s: int
    target: float
    target_s: float
    max_occupancy: float
    shrinkage: float | None
    patience_s: float | None
    method: str
    load: float
    needed: Try
    lines_needed: int
    tries: tuple[Try, ...]

    def lines(self) -> Iterator[str]:
        """The answer, then the people around it."""
        every = (
            f"{_of(self.calls, 'call')} in {self.interval_s / 60:g} min, {self.aht_s:g} s each: {self.load:,.2f} erlang"
        )
        yield f"{every} ({self.method.replace('_', ' ').title()})"
        roster = "" if self.needed.heads is None else f", {self.needed.heads} on the roster ({self.shrinkage:.0%} away)"
        people = _of(self.needed.agents, "person", "people")
        yield f"{people} at work for {100 * self.target:g}% in {self.target_s:g} s{roster}"
        yield f"{_of(self.lines_needed, 'line')}, so that {BLOCKED:.0%} of calls at most find all of them busy"
        yield ""
        hung_up = "  hang up" if self.patience_s is not None else ""
        yield f"   people  in {self.target_s:g} s    wait   busy{hung_up}"
        for one in self.tries:
            yield f" {'>' if one is self.needed else ' '} {one.agents:6d}  {_met(one)}"


def _of(count: float, one: str, more: str = "") -> str:
    """So many of something, in the singular for one."""
    number = f"{count:,.2f}".rstrip("0").rstrip(".")
    return f"{number} {one if count == 1 else more or one + 's'}"


def _met(one: Try) -> str:
    if one.service_level is None or one.asa_s is None or one.occupancy is None:
        return "overloaded: the queue grows without end"
    hung_up = "" if one.abandon is None else f"  {one.abandon:7.1%}"
    return f"{one.service_level:7.1%} {one.asa_s:6.1f} s {one.occupancy:6.1%}{hung_up}"


@dataclass(frozen=True)
class Pool:
    """Queues that the same people answer: what is aimed at, how long callers wait before they hang up (None: unknown),
    and the people at work that the day needs, in seconds of all together."""

    queues: str
    target_s: int
    patience_s: float | None
    work_s: int


@dataclass(frozen=True)
class Planned:
    """A half hour of a pool of queues; ``rostered`` is None where its people have no roster that day."""

    queues: str
    slot: str
    calls: float
    aht_s: float
    agents: int
    heads: int | None
    rostered: float | None
    service_level: float | None
    occupancy: float | None


@dataclass(frozen=True)
class DayPlan:
    """A day by the forecast, half hour by half hour, and what it rests on."""

    day_on: str
    target: float
    max_occupancy: float
    shrinkage: float | None
    pools: tuple[Pool, ...]
    half_hours: tuple[Planned, ...]

    def lines(self) -> Iterator[str]:
        """One line a half hour, one block a pool."""
        away = (
            "how much paid time is away from contacts is unknown, so only people at work are told"
            if self.shrinkage is None
            else f"{self.shrinkage:.0%} of paid time is away from contacts (shrinkage)"
        )
        yield f"{self.day_on}: people busy {self.max_occupancy:.0%} of their time at most; {away}"
        for pool in self.pools:
            half_hours = [one for one in self.half_hours if one.queues == pool.queues]
            yield ""
            yield f"{pool.queues}: {self._said(pool)}"
            if all(one.rostered is None for one in half_hours):
                yield "  no roster for this day is known"
            yield "          calls     aht  at work  to roster  rostered  in time   busy"
            yield from map(_line, half_hours)

    def _said(self, pool: Pool) -> str:
        patience = (
            "too few hung up to tell how patient callers are"
            if pool.patience_s is None
            else f"callers hang up after {pool.patience_s:.0f} s on average"
        )
        work = f"{pool.work_s / HOUR_S:g} hours at work"
        return f"{self.target:.0%} in {pool.target_s} s, {work}; {patience}"


def _line(one: Planned) -> str:
    roster = "-" if one.heads is None else str(one.heads)
    there = "-" if one.rostered is None else f"{one.rostered:g}"
    level, busy = (f"{share:.0%}" if share is not None else "-" for share in (one.service_level, one.occupancy))
    people = f"{one.agents:7d}  {roster:>9}  {there:>8}"
    return f"  {one.slot}  {one.calls:6.1f}  {one.aht_s:4.0f} s  {people}  {level:>7}  {busy:>5}"


def what_if(
    calls: float, aht_s: float, interval_s: int, target: str, *,
    shrinkage: float | None, patience_s: float | None, max_occupancy: float = 1.0,
) -> WhatIf:  # fmt: skip
    """The fewest people for some calls, from nothing but the numbers given."""
    share, target_s = read_target(target)
    try:
        traffic, aim = Traffic(calls, aht_s, interval_s, patience_s), Aim(share, target_s, max_occupancy)
        found = agents_needed(traffic, aim)
        first = max(min(1, found.agents), found.agents - AROUND)
        tries = {
            agents: _tried(waits(traffic, agents, target_s), aim, shrinkage)
            for agents in range(first, found.agents + AROUND + 1)
        }
        needed = tries[found.agents]
        lines = lines_needed(calls * (aht_s + (found.asa_s or 0.0)) / interval_s, BLOCKED)
    except ValueError as problem:
        raise ConfigError(f"staffing: {problem}.") from None
    method = "erlang_c" if patience_s is None else "erlang_a"
    return WhatIf(
        calls, aht_s, interval_s, share, target_s, max_occupancy, shrinkage, patience_s, method, traffic.load, needed,
        lines, tuple(tries.values()),
    )  # fmt: skip


def _tried(found: Waits, aim: Aim, shrinkage: float | None) -> Try:
    return Try(
        found.agents, None if shrinkage is None else heads(found.agents, shrinkage), found.is_overloaded,
        found.service_level, found.asa_s, found.occupancy, found.abandon, found.meets(aim),
    )  # fmt: skip


def read_target(text: str) -> tuple[float, float]:
    """``80/20``: the share, and the seconds within which calls are to be answered."""
    share, _, seconds = text.partition("/")
    try:
        return float(share) / 100, float(seconds)
    except ValueError:
        raise ConfigError(f"'{text}' is no service level. Write it as 80/20: per cent within seconds.") from None


def plan_day(config: Path, now_at: int, day: str | None, queue: str | None) -> DayPlan:
    """What a day needs by the forecast, tomorrow unless another is named; with ``queue`` only the pool it is in."""
    from core.numbers.analyses.week_ahead import week_ahead  # noqa: PLC0415  (reads forecasts)

    loaded = load_place(config, with_secrets=False)
    with reading(loaded) as db:
        inquiry = Inquiry(db, reporting_of(loaded.config, now_at), now_at)
        day_on = checked_day(day) if day else add_days(inquiry.today_on, 1)
        if day_on < inquiry.today_on:
            raise ConfigError(
                f"{day_on} is over. How well it was staffed: sync.py kpi show schedule_accuracy --day {day_on}"
            )
        found = week_ahead(inquiry, [day_on])
        if found is None:
            raise ConfigError(f"{day_on} has no calls to plan for: closed, or no calls in the last four weeks.")
        names = member_names(db, "queue", [queue for pool in found.pools for queue in pool.pool.queues])
        wanted = {uid for uid, name in names.items() if queue is None or name.casefold() == queue.casefold()}
        plans = [pool for pool in found.pools if wanted.intersection(pool.pool.queues)]
        if not plans:
            raise unknown(f"queue with calls on {day_on}", str(queue), names.values())
        called = {plan.pool: " + ".join(names[uid] for uid in plan.pool.queues) for plan in plans}
        made = [
            Planned(
                called[plan.pool], slot_time(one.need.slot), one.need.calls, one.need.aht_s, one.need.found.agents,
                one.need.heads, one.rostered, one.need.found.service_level, one.need.found.occupancy,
            )
            for plan in plans
            for of_day in plan.days
            for one in of_day.half_hours
        ]  # fmt: skip
        pools = [
            Pool(
                called[plan.pool], plan.pool.target_s, plan.pool.patience_s,
                sum(of_day.work_s for of_day in plan.days),
            )
            for plan in plans
        ]  # fmt: skip
        known = found.basis
        return DayPlan(day_on, known.share_aimed, known.max_occupancy, known.shrinkage, tuple(pools), tuple(made))
