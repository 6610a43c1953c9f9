"""The judgement of a daily report's six tiles, on a desk where each weekday is like the last one but for chance.

Half of the worlds differ from day to day by chance alone; in the others some days are busier, slower or better than
others, as days are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log
from random import Random
from sqlite3 import Connection
from typing import Any

from bench.alarms.check import Check, Found
from bench.alarms.desk import REPORTING, folded
from bench.alarms.worlds import hits, poisson
from core.clock import add_days, day_bounds
from core.numbers.ask import compare

FIRST_ON = "2026-01-05"
# Eight weeks of what is usual, one that is judged flat, one in which something is planted.
FLAT_WEEK, PLANTED_WEEK = 8, 9
WEEKS = 10
FLAGS = {"better", "worse", "different"}


@dataclass(frozen=True)
class Level:
    """What a day of the desk is like on average: counts, shares, median seconds to the first reply."""

    tickets: float = 40
    backlog: float = 80
    ratings: float = 60
    satisfied: float = 0.88
    calls: float = 200
    in_time: float = 0.8
    lost: float = 0.06
    reply_s: float = 2_400


# One tile a world gets worse by so much.
PLANTED: Mapping[str, Callable[[Level], Level]] = {
    "tickets_created": lambda level: replace(level, tickets=level.tickets * 1.66),
    "backlog_open": lambda level: replace(level, backlog=level.backlog * 1.66),
    "first_response_time": lambda level: replace(level, reply_s=level.reply_s * 2),
    "csat": lambda level: replace(level, satisfied=level.satisfied - 0.25),
    "service_level": lambda level: replace(level, in_time=level.in_time - 0.2),
    "abandon_rate": lambda level: replace(level, lost=level.lost * 2.5),
}
SHOWN = tuple(PLANTED)


def shaken(random: Random, level: Level, spread: float) -> Level:
    """A day that differs from others in everything by ``spread``, as a share of its level."""

    def times() -> float:
        return max(0.2, random.gauss(1, spread))

    return Level(
        level.tickets * times(), level.backlog * times(), level.ratings * times(),
        1 - (1 - level.satisfied) * times(), level.calls * times(), 1 - (1 - level.in_time) * times(),
        level.lost * times(), level.reply_s * times(),
    )  # fmt: skip


def day_of(random: Random, level: Level, day_on: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The facts of a day."""
    at = day_bounds(day_on, REPORTING.zone)[0]
    for _ in range(poisson(random, level.tickets)):
        took_s = round(random.lognormvariate(log(level.reply_s), 1))
        yield "ticket_facts", {
            "created_on": day_on, "created_at": at, "is_counted_created": 1, "is_frt_counted": 1, "precision": "exact",
            "first_replied_on": day_on, "frt_s": took_s, "frt_business_s": took_s, "handled_by": "human",
        }  # fmt: skip
    for _ in range(poisson(random, level.backlog)):
        yield "backlog_spans", {
            "from_at": at, "from_on": day_on, "to_at": at + 100_000, "to_on": add_days(day_on, 1),
            "status_category": "open",
        }  # fmt: skip
    ratings = poisson(random, level.ratings)
    good = hits(random, ratings, level.satisfied)
    for place in range(ratings):
        yield "survey_facts", {
            "kind": "csat", "is_counted": 1, "rated_on": day_on, "is_satisfied": int(place < good),
        }  # fmt: skip
    calls = poisson(random, level.calls)
    lost = hits(random, calls, level.lost)
    quick = hits(random, calls - lost, level.in_time)
    for place in range(calls):
        yield "queue_legs", {
            "direction": "inbound", "in_hours": 1, "enqueued_on": day_on, "sl_threshold_s": 20, "short_abandon_s": 5,
            "wait_s": 10 if place >= lost and place < lost + quick else 60,
            "outcome": "abandoned" if place < lost else "answered",
        }  # fmt: skip


@lru_cache(maxsize=1)
def _store(first: int, spread: float) -> Connection:
    """Seven worlds, one a weekday: a day's judgement looks at days of its weekday only."""
    facts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    randoms = [Random(first + place) for place in range(7)]
    for week in range(WEEKS):
        for place, random in enumerate(randoms):
            level = Level()
            if week == PLANTED_WEEK:
                level = PLANTED[planted(first + place)](level)
            for fact, row in day_of(random, shaken(random, level, spread), _on(week, place)):
                facts[fact].append(row)
    return folded(facts, _now_at())


def planted(seed: int) -> str:
    """The tile that gets worse in a world."""
    return SHOWN[seed % len(SHOWN)]


def _on(week: int, place: int) -> str:
    return add_days(FIRST_ON, 7 * week + place)


def _now_at() -> int:
    """When every case is settled."""
    return day_bounds(_on(WEEKS + 8, 0), REPORTING.zone)[0]


def judge(seed: int, spread: float) -> Found:
    """Any flag on the flat day; on the other day that of the tile that got worse."""
    place = seed % 7
    db = _store(seed - place, spread)

    def is_flagged(metric_id: str, week: int) -> bool:
        on = _on(week, place)
        made = compare(db, metric_id, on, reporting=REPORTING, now_at=_now_at(), tiles=len(SHOWN), look_back=False)
        return made.verdict in FLAGS

    return Found(any(is_flagged(each, FLAT_WEEK) for each in SHOWN), is_flagged(planted(seed), PLANTED_WEEK))


SIZES = "one tile: counts +66 %, replies x 2, CSAT -25, SL -20 points, abandons x 2.5"
BY_CHANCE = Check("clear change", SIZES, lambda seed: judge(seed, 0.0))
BY_DAY = Check("clear change, days differ 8 %", SIZES, lambda seed: judge(seed, 0.08))
