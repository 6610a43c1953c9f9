"""What ``staffing`` asks: how many people some calls need, or what a day of this store needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.clock import add_days
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
        every = f"{self.calls:g} calls in {self.interval_s / 60:g} min, {self.aht_s:g} s each: {self.load:.2f} erlang"
        yield f"{every} ({self.method.replace('_', ' ').title()})"
        roster = "" if self.needed.heads is None else f", {self.needed.heads} on the roster ({self.shrinkage:.0%} away)"
        yield f"{self.needed.agents} people at work for {self.target:.0%} in {self.target_s:g} s{roster}"
        yield f"{self.lines_needed} lines, so that {BLOCKED:.0%} of calls at most find all of them busy"
        yield ""
        hung_up = "  hang up" if self.patience_s is not None else ""
        yield f"   people  in {self.target_s:g} s    wait   busy{hung_up}"
        for one in self.tries:
            yield f" {'>' if one is self.needed else ' '} {one.agents:6d}  {_met(one)}"


def _met(one: Try) -> str:
    if one.service_level is None or one.asa_s is None or one.occupancy is None:
        return "overloaded: the queue grows without end"
    hung_up = "" if one.abandon is None else f"  {one.abandon:7.1%}"
    return f"{one.service_level:7.1%} {one.asa_s:6.1f} s {one.occupancy:6.1%}{hung_up}"


@dataclass(frozen=True)
class Planned:
    """A half hour of a pool of queues; ``rostered`` is None where the day has no roster."""

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
    target_s: int
    max_occupancy: float
    shrinkage: float | None
    patience_s: float | None
    half_hours: tuple[Planned, ...]

    def lines(self) -> Iterator[str]:
        """One line a half hour, one block a pool."""
        yield f"{self.day_on}: {self.target:.0%} in {self.target_s} s, busy {self.max_occupancy:.0%} at most"
        patience = "unknown: nobody is expected to hang up" if self.patience_s is None else f"{self.patience_s:.0f} s"
        away = "unknown: only people at work are told" if self.shrinkage is None else f"{self.shrinkage:.0%}"
        yield f"patience {patience}, shrinkage {away}"
        for queues in dict.fromkeys(one.queues for one in self.half_hours):
            yield ""
            yield queues
            yield "          calls     aht  at work  to roster  rostered  in time   busy"
            for one in self.half_hours:
                if one.queues == queues:
                    yield _line(one)


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
    share, slash, seconds = text.partition("/")
    try:
        return float(share) / 100, float(seconds)
    except ValueError:
        hint = "" if slash else ", share in per cent first"
        raise ConfigError(f"'{text}' is no service level. Write it as 80/20{hint}.") from None


def plan_day(config: Path, now_at: int, day: str | None, queue: str | None) -> DayPlan:
    """What a day needs by the forecast, tomorrow unless another is named; with ``queue`` only the pool it is in."""
    from core.numbers.analyses.week_ahead import week_ahead  # noqa: PLC0415  (reads forecasts)

    loaded = load_place(config, with_secrets=False)
    with reading(loaded) as db:
        inquiry = Inquiry(db, reporting_of(loaded.config, now_at), now_at)
        day_on = checked_day(day) if day else add_days(inquiry.today_on, 1)
        found = week_ahead(inquiry, [day_on])
        if found is None:
            raise ConfigError(f"{day_on} has no calls to plan for: closed, or no calls in the last four weeks.")
        names = member_names(db, "queue", [queue for pool in found.pools for queue in pool.pool.queues])
        pools = [pool for pool in found.pools if queue is None or queue in {names[uid] for uid in pool.pool.queues}]
        if not pools:
            raise ConfigError(
                f"no queue with calls on {day_on} is called '{queue}'. Known: {', '.join(names.values())}"
            )
        known = found.basis
        made = [
            Planned(
                " + ".join(names[uid] for uid in pool.pool.queues), slot_time(one.need.slot), one.need.calls,
                one.need.aht_s, one.need.found.agents, one.need.heads, one.rostered, one.need.found.service_level,
                one.need.found.occupancy,
            )
            for pool in pools
            for plan in pool.days
            for one in plan.half_hours
        ]  # fmt: skip
        patience = [pool.pool.patience_s for pool in pools if pool.pool.patience_s is not None]
        return DayPlan(
            day_on, known.share_aimed, min(pool.pool.target_s for pool in pools), known.max_occupancy, known.shrinkage,
            min(patience, default=None), tuple(made),
        )  # fmt: skip
