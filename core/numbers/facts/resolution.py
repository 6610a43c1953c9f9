"""When a ticket was solved, first and last, how long that took, and whether it held."""

from collections.abc import Sequence
from typing import NamedTuple

from core.clock import DAY_S
from core.numbers.facts.ground import Business
from core.numbers.facts.life import DONE, Life, Reopening
from core.numbers.facts.replies import Deed
from core.numbers.facts.status import Row, Spent, spent
from core.numbers.facts.vendor import Figures, seconds, whole

REOPENED_S = 7 * DAY_S


class Resolution(NamedTuple):
    """The solves of a ticket; ``last_at`` and what follows from it only while it is solved."""

    first_at: int | None
    last_at: int | None
    is_solved: bool
    first_s: int | None
    first_business_s: int | None
    full_s: int | None
    full_business_s: int | None
    spent: Spent
    reopens: int
    effective_reopens: int
    first_reopened_at: int | None
    is_reopened: bool
    is_effectively_reopened: bool


UNTOLD = Resolution(None, None, False, None, None, None, None, Spent(), 0, 0, None, False, False)


def resolved(
    created_at: int, life: Life, status_rows: Sequence[Row], answers: Sequence[Deed], business: Business
) -> Resolution:
    """What the ticket's life tells of its solves."""
    solves, reopenings = life.solves, life.reopenings
    is_solved = life.category in DONE and life.merged_at is None and bool(solves)
    first_at = solves[0].at if solves else None
    last_at = solves[-1].at if is_solved else None
    first_business_s = None if first_at is None else business(created_at, first_at)
    full_business_s = first_business_s
    if last_at is not None and last_at != first_at:
        full_business_s = business(created_at, last_at)
    effective = [reopening for reopening in reopenings if _is_effective(reopening, answers)] if reopenings else []
    limit_at = (first_at or 0) + REOPENED_S
    return Resolution(
        first_at,
        last_at,
        is_solved,
        None if first_at is None else first_at - created_at,
        first_business_s,
        None if last_at is None else last_at - created_at,
        None if last_at is None else full_business_s,
        Spent() if last_at is None else spent(status_rows, last_at, is_business=full_business_s is not None),
        len(reopenings),
        len(effective),
        reopenings[0].at if reopenings else None,
        bool(reopenings) and reopenings[0].at <= limit_at,
        bool(effective) and effective[0].at <= limit_at,
    )


def _is_effective(reopening: Reopening, answers: Sequence[Deed]) -> bool:
    """Not so where it was solved again without an answer of a person: the customer only said thanks."""
    if reopening.solved_at is None:
        return True
    return any(reopening.at <= at <= reopening.solved_at for at, _ in answers)


def resolution_told(created_at: int, life: Life, figures: Figures) -> Resolution:
    """The vendor's own figures; what it does not tell is unknown."""
    is_solved = life.category in DONE and life.merged_at is None
    first_s = seconds(figures, "first_resolution_time")
    full_s = seconds(figures, "full_resolution_time")
    last_at = life.solves[-1].at if is_solved and life.solves else None
    reopens = whole(figures, "reopens") or 0
    if first_s is None and not reopens and last_at is not None:
        first_s = last_at - created_at
    ever = life.solves or reopens
    waits = [
        seconds(figures, name, mode)
        for name in ("requester_wait_time", "agent_wait_time", "on_hold_time")
        for mode in ("calendar", "business")
    ]
    return Resolution(
        created_at + first_s if first_s is not None and ever else None,
        last_at,
        is_solved,
        first_s,
        seconds(figures, "first_resolution_time", "business"),
        None if last_at is None else full_s if full_s is not None else last_at - created_at,
        None if last_at is None else seconds(figures, "full_resolution_time", "business"),
        Spent() if last_at is None else Spent(*waits),
        reopens,
        reopens,
        None,
        False,
        False,
    )
