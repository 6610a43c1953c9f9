"""How many people are there for each queue in each half hour, by the roster or as seen at work.

Who answers several queues counts for each by the share of handling time that it took; who answered none counts for
none, whatever the roster says.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from core.numbers.analyses.erlang import HALF_HOUR_S
from core.numbers.reporting import Reporting

Shares: TypeAlias = Mapping[str, Mapping[str, float]]
"""By agent, then queue: which share of the handling time it took."""
Presence: TypeAlias = Mapping[tuple[str, int], float]
"""People by queue and beginning of the half hour."""

AT_WORK = ("talk", "hold", "acw", "ringing", "idle")
HANDLED = """
select agent_uid, queue_uid, sum(handle_s)
from queue_legs
where enqueued_on between ? and ? and outcome = 'answered' and is_test = 0 and direction = 'inbound'
  and agent_uid is not null and queue_uid is not null
group by agent_uid, queue_uid having sum(handle_s) > 0
order by agent_uid, queue_uid
"""
# A plan whose kind nobody told stands for the roster where there is none.
ROSTERED = """
select s.agent_uid, s.planned_start_at, s.planned_end_at
from shifts s
where s.deleted_at is null and s.planned_start_at < :to_at and s.planned_end_at > :from_at
  and coalesce(s.activity, 'contacts') <> 'project'
  and (s.kind = 'scheduled' or not exists (select 1 from shifts o where o.agent_uid = s.agent_uid
    and o.day_on = s.day_on and o.kind = 'scheduled' and o.deleted_at is null))
order by s.agent_uid, s.planned_start_at
"""
SEEN = f"""
select agent_uid, from_at, to_at
from agent_states
where from_at >= :earliest_at and from_at < :to_at and to_at > :from_at and category in {AT_WORK}
order by agent_uid, from_at
"""


def shares_of(db: sqlite3.Connection, from_on: str, to_on: str) -> Shares:
    """Which queues each agent answered over some days."""
    seconds: dict[str, dict[str, float]] = defaultdict(dict)
    for agent, queue, handled_s in db.execute(HANDLED, (from_on, to_on)):
        seconds[agent][queue] = handled_s
    return {
        agent: {queue: handled_s / sum(by_queue.values()) for queue, handled_s in by_queue.items()}
        for agent, by_queue in seconds.items()
    }


def rostered(db: sqlite3.Connection, from_at: int, to_at: int, shares: Shares) -> Presence:
    """People on the roster, on breaks and in trainings too, for shrinkage has room for these; empty where no shift with
    times reaches into the stretch."""
    return _people(db.execute(ROSTERED, {"from_at": from_at, "to_at": to_at}), from_at, to_at, shares)


def seen(db: sqlite3.Connection, from_at: int, to_at: int, shares: Shares, reporting: Reporting) -> Presence:
    """People at work on contacts or ready for them, by their states; empty where no states are told."""
    given = {"from_at": from_at, "to_at": to_at, "earliest_at": from_at - reporting.state_cap_s}
    return _people(db.execute(SEEN, given), from_at, to_at, shares)


def _people(rows: Iterable[tuple[str, int, int]], from_at: int, to_at: int, shares: Shares) -> Presence:
    found: dict[tuple[str, int], float] = defaultdict(float)
    for agent, stretches in groupby(rows, key=itemgetter(0)):
        of_queues = shares.get(agent, {})
        for begin, end in _union((max(row[1], from_at), min(row[2], to_at)) for row in stretches):
            # Half hours count from midnight: in Kathmandu, 45 minutes off the hour, they do not from 1970.
            first = begin - (begin - from_at) % HALF_HOUR_S
            for at in range(first, end, HALF_HOUR_S):
                there = (min(end, at + HALF_HOUR_S) - max(begin, at)) / HALF_HOUR_S
                for queue, share in of_queues.items():
                    found[queue, at] += there * share
    return dict(found)


def _union(stretches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Stretches in order of their beginning as ones that do not overlap."""
    begin = end = 0
    for start, stop in stretches:
        if start > end:
            if end > begin:
                yield begin, end
            begin, end = start, stop
        else:
            end = max(end, stop)
    if end > begin:
        yield begin, end
