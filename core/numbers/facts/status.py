"""Status intervals as rows, and what they add up to: waiting, working and holding up to the last solve."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from core.numbers.facts.ground import Business
from core.numbers.facts.life import Interval

Row: TypeAlias = tuple[Any, ...]
"""A row of a fact table, in the order of its columns."""

WORK, WAIT, HOLD, OTHER, REST = range(5)
PLACE = {"new": WORK, "open": WORK, "pending": WAIT, "hold": HOLD, "other": OTHER}


class Spent(NamedTuple):
    """Seconds by kind of status up to the last solve, in the order of the columns that hold them."""

    requester_wait_s: int | None = None
    requester_wait_business_s: int | None = None
    agent_wait_s: int | None = None
    agent_wait_business_s: int | None = None
    on_hold_s: int | None = None
    on_hold_business_s: int | None = None
    agent_work_s: int | None = None
    agent_work_business_s: int | None = None


def interval_rows(uid: str, intervals: Sequence[Interval], business: Business) -> list[Row]:
    """Rows of status_intervals; an open one has no durations yet."""
    return [
        (uid, seq, category, since, to, None, None, precision)
        if to is None
        else (uid, seq, category, since, to, to - since, business(since, to), precision)
        for seq, (category, since, to, precision) in enumerate(intervals)
    ]


def spent(rows: Sequence[Row], until_at: int, *, is_business: bool) -> Spent:
    """What the intervals that end by ``until_at`` add up to; pending is not the customer's waiting for us."""
    calendar = [0, 0, 0, 0, 0]
    business = [0, 0, 0, 0, 0]
    for row in rows:
        to_at = row[4]
        if to_at is None or to_at > until_at:
            break
        place = PLACE.get(row[2], REST)
        calendar[place] += row[5]
        business[place] += row[6] or 0
    figures: list[int | None] = []
    for places in ((WORK, HOLD, OTHER), (WAIT,), (HOLD,), (WORK,)):
        figures.append(sum(calendar[place] for place in places))
        figures.append(sum(business[place] for place in places) if is_business else None)
    return Spent(*figures)
