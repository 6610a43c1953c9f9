"""The vendor's own figures of a ticket, used where its events do not tell the whole story (metrics R17)."""

from collections.abc import Mapping
from typing import TypeAlias

from core.numbers.facts.life import DONE, Step
from core.numbers.facts.rows import TicketRow

Figures: TypeAlias = Mapping[tuple[str, str], float]
"""By name and schedule mode: durations in minutes, or seconds where the name says so, counts, moments."""


def whole(figures: Figures, name: str, mode: str = "calendar") -> int | None:
    """A count or a moment; None where the vendor gave none."""
    value = figures.get((name, mode))
    return None if value is None else int(value)


def seconds(figures: Figures, name: str, mode: str = "calendar") -> int | None:
    """A duration in seconds: the vendor's seconds where it gives them, else its minutes."""
    exact = figures.get((f"{name}_in_seconds", mode))
    if exact is not None:
        return int(exact)
    minutes = figures.get((name, mode))
    return None if minutes is None else int(minutes * 60)


def outlined(ticket: TicketRow, figures: Figures) -> tuple[str, list[Step]] | None:
    """Category at creation and steps as far as a summary tells them; None where it was solved, nobody knows when."""
    created_at = ticket.created_at or 0
    now = ticket.status_category or "other"
    if now == "deleted":
        return "other", []
    if now not in DONE:
        return now, []
    solved_at = whole(figures, "solved_at")
    if solved_at is None:
        solved_at = whole(figures, "resolved_at")
    if solved_at is None:
        took_s = seconds(figures, "full_resolution_time")
        if took_s is None:
            return None
        solved_at = created_at + took_s
    return "other", [Step(max(solved_at, created_at), "status", now, None, False, "stat")]
