"""Working time that agents booked on tickets; the list is asked by the moment of the work."""

from collections.abc import Iterator

import msgspec

from connectors import Api, BadRow, Context, Page, Record, TimeEntry, Window, utc
from connectors.freshdesk.fields import text_of
from connectors.freshdesk.paging import DAY_S, by_number

# Time is booked, and corrected, long after the work.
SWEEP_S = 30 * DAY_S


class TimeRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    ticket_id: int | None = None
    agent_id: int | None = None
    billable: bool | None = None
    time_spent: str | None = None
    time_spent_in_seconds: int | None = None
    start_time: str | None = None
    executed_at: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


def fetch_time_entries(api: Api, window: Window) -> Iterator[Page]:
    """Entries for work done since the last pull, once a day those of the last month."""
    return by_number(api, "/time_entries", window, {}, since="executed_after", moment="executed_at", sweep_s=SWEEP_S)


def normalise_time_entry(row: TimeRow, _: Context) -> Iterator[Record]:
    """One booking; of a running timer what it shows so far."""
    begun = row.start_time or row.executed_at
    updated_at = utc(row.updated_at) if row.updated_at else 0
    yield TimeEntry(
        id=str(row.id),
        version=updated_at,
        source_updated_at=updated_at or None,
        ticket_id=text_of(row.ticket_id),
        agent_id=text_of(row.agent_id),
        started_at=utc(begun) if begun else None,
        spent_s=seconds_of(row),
        billable=row.billable,
    )


def seconds_of(row: TimeRow) -> int:
    """The time spent: seconds where Freshdesk gives them, else hours and minutes ("01:30")."""
    if row.time_spent_in_seconds is not None:
        return row.time_spent_in_seconds
    hours, colon, minutes = (row.time_spent or "").partition(":")
    if not (colon and hours.isdigit() and minutes.isdigit()):
        raise BadRow("a time entry without hh:mm")
    return int(hours) * 3_600 + int(minutes) * 60
