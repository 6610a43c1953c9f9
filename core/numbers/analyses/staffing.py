"""How many people each half hour needs: calls expected, how long they take, how patient callers are (metrics 8.8).

Queues that the same people answer are staffed together, as one pool: three queues apart would need more.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.clock import add_days
from core.numbers.analyses.erlang import HALF_HOUR_S, Aim, Traffic, Waits, agents_needed, heads
from core.numbers.analyses.presence import Shares, shares_of
from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from core.numbers.local import DayIndex
from core.numbers.metric import Durations
from core.numbers.metrics import METRICS
from core.numbers.metrics.queue import ABANDONED, OFFER
from core.numbers.sql import QUEUE_HALF_HOUR
from core.numbers.survival import survival_mean

LOOK_BACK_DAYS = 28
# Fewer answered calls in a queue's half hour over the four weeks tell no handle time of its own.
AHT_FLOOR = 10
# Fewer callers who hung up tell no patience.
PATIENCE_FLOOR = 30
LEAST_AT_RISK = 10
# Two queues are one pool where somebody spends at least this share of the handling time in each.
SHARED = 0.1

Calls = Mapping[tuple[str, int], float]
"""Calls expected by queue and beginning of the half hour."""


@dataclass(frozen=True)
class Pool:
    """Queues answered by the same people; ``target_s`` is the strictest of their thresholds.

    ``patience_s`` is None where too few callers hung up to tell."""

    queues: tuple[str, ...]
    target_s: int
    patience_s: float | None


@dataclass(frozen=True)
class Basis:
    """What planning rests on: four weeks of calls, and the rules of the config.

    ``aht_s`` by queue and half hour of the wall clock, ``day_aht_s`` where a half hour has too few;
    ``shrinkage`` is None where neither the config nor records of staff tell it."""

    pools: tuple[Pool, ...]
    aht_s: Mapping[tuple[str, int], float]
    day_aht_s: Mapping[str, float]
    shrinkage: float | None
    shares: Shares
    share_aimed: float
    max_occupancy: float
    zone: DayIndex


@dataclass(frozen=True)
class Need:
    """What a pool needs in a half hour; ``heads`` are people on the roster, None where shrinkage is not known.

    ``by_queue`` splits the people at work by the load that each queue brings."""

    pool: Pool
    at: int
    day_on: str
    slot: int
    calls: float
    aht_s: float
    found: Waits
    heads: int | None
    by_queue: Mapping[str, float]

    @property
    def method(self) -> str:
        """How it was computed."""
        return "erlang_c" if self.found.abandon is None else "erlang_a"


def basis(inquiry: Inquiry) -> Basis | None:
    """What planning rests on at the inquiry's moment; None where no queue had a call in four weeks."""
    planning = inquiry.reporting.planning
    from_on, to_on = add_days(inquiry.today_on, -LOOK_BACK_DAYS), add_days(inquiry.today_on, -1)
    shares = shares_of(inquiry.db, from_on, to_on)
    seen = _waits(inquiry.db, from_on, to_on)
    by_slot, by_day = _handle_times(inquiry.db, from_on, to_on)
    queues = sorted(seen.keys() & by_day.keys())
    if not queues:
        return None
    pools = tuple(
        Pool(
            members,
            min(seen[queue].target_s for queue in members),
            planning.patience_s or _patience([seen[queue] for queue in members]),
        )
        for members in pooled(queues, shares)
    )
    shrinkage = planning.shrinkage
    if shrinkage is None:
        measured = inquiry.ask("shrinkage", Period(from_on, to_on, "rolling"))
        shrinkage = measured.value if measured.status == "ok" and (measured.value or 0) < 1 else None
    index = DayIndex(inquiry.reporting.zone.key, inquiry.now_at, inquiry.now_at + 1)
    return Basis(pools, by_slot, by_day, shrinkage, shares, planning.sl_target, planning.max_occupancy, index)


def needs(known: Basis, calls: Calls) -> list[Need]:
    """What each pool needs in each half hour in which calls are expected, by pool and time."""
    by_time: dict[tuple[int, int], dict[str, float]] = defaultdict(dict)
    place_of = {queue: place for place, pool in enumerate(known.pools) for queue in pool.queues}
    for (queue, at), count in calls.items():
        if queue in place_of and count > 0:
            by_time[place_of[queue], at][queue] = count
    return [_need(known, known.pools[place], at, by_time[place, at]) for place, at in sorted(by_time)]


def _need(known: Basis, pool: Pool, at: int, by_queue: Mapping[str, float]) -> Need:
    slot = known.zone.slot(at)
    load = {queue: count * known.aht_s.get((queue, slot), known.day_aht_s[queue]) for queue, count in by_queue.items()}
    count, whole = sum(by_queue.values()), sum(load.values())
    traffic = Traffic(count, whole / count, HALF_HOUR_S, pool.patience_s)
    found = agents_needed(traffic, Aim(known.share_aimed, pool.target_s, known.max_occupancy))
    rostered = None if known.shrinkage is None else heads(found.agents, known.shrinkage)
    split = {queue: found.agents * seconds / whole for queue, seconds in load.items()}
    return Need(pool, at, known.zone.day_on(at), slot, count, whole / count, found, rostered, split)


def pooled(queues: Sequence[str], shares: Shares) -> list[tuple[str, ...]]:
    """Queues in groups that the same people answer, most queues first."""
    group = {queue: queue for queue in queues}
    for of_queues in shares.values():
        mine = sorted(queue for queue, share in of_queues.items() if share >= SHARED and queue in group)
        for other in mine[1:]:
            old, new = group[other], group[mine[0]]
            group = {queue: new if head == old else head for queue, head in group.items()}
    found: dict[str, list[str]] = defaultdict(list)
    for queue in queues:
        found[group[queue]].append(queue)
    return sorted((tuple(members) for members in found.values()), key=lambda members: (-len(members), members))


@dataclass
class _Seen:
    """How long callers of a queue waited: who hung up, and who was still waiting when something else happened."""

    target_s: int
    ended: dict[float, int]
    waiting: dict[float, int]


def _waits(db: sqlite3.Connection, from_on: str, to_on: str) -> dict[str, _Seen]:
    found: dict[str, _Seen] = {}
    sql = (
        f"select queue_uid, wait_s, {ABANDONED}, max(sl_threshold_s), count(*) from queue_legs "
        f"where enqueued_on between ? and ? and {OFFER} and queue_uid is not null and wait_s is not null "
        "and not (outcome = 'abandoned' and wait_s <= short_abandon_s) group by 1, 2, 3"
    )
    for queue, wait_s, is_gone, target_s, count in db.execute(sql, (from_on, to_on)):
        seen = found.setdefault(queue, _Seen(target_s, {}, {}))
        seen.target_s = max(seen.target_s, target_s)
        (seen.ended if is_gone else seen.waiting)[float(wait_s)] = count
    return found


def _patience(seen: Sequence[_Seen]) -> float | None:
    """How long callers wait on average before they hang up; who was answered was at least as patient as that."""
    ended: dict[float, int] = defaultdict(int)
    waiting: dict[float, int] = defaultdict(int)
    for one in seen:
        for into, counts in ((ended, one.ended), (waiting, one.waiting)):
            for wait_s, count in counts.items():
                into[wait_s] += count
    return None if sum(ended.values()) < PATIENCE_FLOOR else survival_mean(ended, waiting, LEAST_AT_RISK)


def _handle_times(
    db: sqlite3.Connection, from_on: str, to_on: str
) -> tuple[dict[tuple[str, int], float], dict[str, float]]:
    formula = METRICS["average_handle_time"].how["per_leg"]
    assert isinstance(formula, Durations)
    by_slot: dict[tuple[str, int], float] = {}
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for queue, slot, seconds, count in db.execute(
        "select member, slot, sum(num), sum(n) from parts "
        "where part = ? and dim = ? and day_on between ? and ? and member <> '' group by member, slot",
        (formula.part.id, QUEUE_HALF_HOUR, from_on, to_on),
    ):
        if seconds and count >= AHT_FLOOR:
            by_slot[queue, slot] = seconds / count
        sums[queue][0] += seconds
        sums[queue][1] += count
    return by_slot, {queue: seconds / count for queue, (seconds, count) in sums.items() if seconds and count}
