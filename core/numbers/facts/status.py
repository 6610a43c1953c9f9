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
    calendar, business = [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]
    for _, _, category, _, to_at, calendar_s, business_s, _ in rows:
        if to_at is None or to_at > until_at:
            break
        place = PLACE.get(category, REST)
        calendar[place] += calendar_s
        if business_s is not None:
            business[place] += business_s
    work, wait, hold, other, _ = calendar
    if not is_business:
        return Spent(work + hold + other, None, wait, None, hold, None, work, None)
    work_s, wait_s, hold_s, other_s, _ = business
    return Spent(work + hold + other, work_s + hold_s + other_s, wait, wait_s, hold, hold_s, work, work_s)
