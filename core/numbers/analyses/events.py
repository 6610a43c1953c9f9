"""What people wrote into the calendar: policies, launches, campaigns, outages, improvements."""

from collections.abc import Collection
from dataclasses import dataclass

from core.clock import add_days, day_bounds, day_of
from core.errors import ConfigError
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import find_metric
from core.numbers.sql import marks
from core.numbers.where import slice_of


@dataclass(frozen=True)
class Event:
    """One entry of the calendar on local days; ``to_on`` is its last day, that of its begin where none is told.

    ``title`` and ``note`` are an admin's words. ``team_uid`` and ``queue_uid`` are what it is for, None all."""

    uid: str
    kind: str
    title: str
    from_on: str
    to_on: str
    team_uid: str | None = None
    queue_uid: str | None = None
    metric_id: str | None = None
    expected: str | None = None
    due_on: str | None = None
    done_on: str | None = None
    note: str | None = None


def read_events(inquiry: Inquiry, kinds: Collection[str], from_on: str, to_on: str) -> list[Event]:
    """Events of some kinds that went on within days, ends included, that are for the slice asked of, oldest first."""
    zone = inquiry.reporting.zone
    begins, ends = day_bounds(from_on, zone)[0], day_bounds(to_on, zone)[1]
    rows = inquiry.db.execute(
        "select uid, kind, title, from_at, to_at, scope_team_uid, scope_queue_uid, metric, expected_direction, due_on, "
        f"done_on, note from calendar_events where deleted_at is null and kind in {marks(tuple(kinds))} "
        "and from_at < ? and coalesce(to_at, from_at) >= ? order by from_at, uid",
        (*kinds, ends, begins),
    )
    chosen = slice_of(inquiry.db, inquiry.where).members
    found = []
    for uid, kind, title, from_at, to_at, team, queue, metric, *more in rows:
        if _concerns(chosen.get("team"), team) and _concerns(chosen.get("queue"), queue):
            # An end at midnight is the end of the day before.
            last_on = day_of(max(from_at, (to_at or from_at) - 1), zone)
            found.append(Event(uid, kind, title, day_of(from_at, zone), last_on, team, queue, _metric(metric), *more))
    return found


def _metric(word: str | None) -> str | None:
    """The id of the metric that somebody named; None where no metric is called so."""
    try:
        return find_metric(word).id if word else None
    except ConfigError:
        return None


def _concerns(asked: Collection[str] | None, scope: str | None) -> bool:
    return asked is None or scope is None or scope in asked


def within_after(event: Event, day_on: str, days: int) -> bool:
    """Whether a day falls into an event or into so many days after it."""
    return event.from_on <= day_on <= add_days(event.to_on, days)
