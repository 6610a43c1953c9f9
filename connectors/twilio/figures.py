"""TaskRouter's own figures of each queue and local day, and of the workers' activities, kept for comparison."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec

from connectors import Context, Page, Record, Refused, SourceMetric, Window
from connectors.twilio.events import KEPT_S
from connectors.twilio.paging import ListPage, pages
from connectors.twilio.settings import Account

# A day's figures are asked for when it has been over for so long: calls of its last hour end after midnight.
SETTLED_S = 3600
KEPT = "TaskRouter counts the last 30 days only; its figures of days before cannot be read any more"


class Wait(msgspec.Struct):
    total: float | None = None


class Counted(msgspec.Struct):
    """What TaskRouter counts of a queue's voice tasks; ``wait`` is in seconds, from entering this queue."""

    tasks_entered: int
    tasks_canceled: int
    reservations_accepted: int
    wait: Wait | None = msgspec.field(name="wait_duration_in_queue_until_accepted", default=None)


class QueueDay(msgspec.Struct):
    task_queue_sid: str
    cumulative: Counted


class StatisticsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="task_queues_statistics")


class Lasted(msgspec.Struct):
    friendly_name: str
    total: float


class Activities(msgspec.Struct):
    activity_durations: list[Lasted] | None = None


class DayRow(msgspec.Struct, omit_defaults=True):
    """A day of a queue, or of all workers (``activities``: seconds by name)."""

    id: str
    offered: int | None = None
    abandoned: int | None = None
    answered: int | None = None
    wait_s: float | None = None
    activities: dict[str, float] = {}


def fetch_days(account: Account, window: Window) -> Iterator[Page]:
    """Every whole local day of the window that is settled: one request for all queues, one for the workers."""
    kept_from = window.now_at - KEPT_S
    asked_from = int(window.resume_at) if window.resume_at else window.since
    until = min(window.now_at - SETTLED_S, window.until or window.now_at)
    if until <= kept_from:
        raise Refused(f"{KEPT}.", 400)
    note = KEPT if asked_from < kept_from else ""
    address = account.workspace
    for day, begin, end in _days(account, max(asked_from, kept_from), until):
        span = {"StartDate": _iso(begin), "EndDate": _iso(end), "TaskChannel": "voice"}
        statistics = pages(account, f"{address}/TaskQueues/Statistics", StatisticsPage, span)
        rows = [_shaped(raw, day) for page in statistics for raw in page.rows]
        worked = account.api.get(f"{address}/Workers/CumulativeStatistics", Activities, params=span)
        lasted = {one.friendly_name: one.total for one in worked.activity_durations or ()}
        rows.append(msgspec.Raw(msgspec.json.encode(DayRow(day, activities=lasted))))
        yield Page(rows, resume_at=str(end), data_to=end, note=note)


def _shaped(raw: msgspec.Raw, day: str) -> msgspec.Raw:
    """The figures of a queue under their day; a row of another form as it is."""
    try:
        told = msgspec.json.decode(raw, type=QueueDay)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return raw
    counted = told.cumulative
    row = DayRow(
        id=f"{day}|{told.task_queue_sid}",
        offered=counted.tasks_entered,
        abandoned=counted.tasks_canceled,
        answered=counted.reservations_accepted,
        wait_s=counted.wait.total if counted.wait else None,
    )
    return msgspec.Raw(msgspec.json.encode(row))


def _days(account: Account, since: int, until: int) -> Iterator[tuple[str, int, int]]:
    """(date, begin, end) of the local days that lie whole between two moments."""
    day = datetime.fromtimestamp(since, account.zone).date()
    if _starts_at(day, account) < since:
        day += timedelta(days=1)
    while (end := _starts_at(day + timedelta(days=1), account)) <= until:
        yield day.isoformat(), _starts_at(day, account), end
        day += timedelta(days=1)


def _starts_at(day: date, account: Account) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=account.zone).astimezone(UTC).timestamp())


def _iso(at: int) -> str:
    return Window(since=at).since_iso


def normalise_day(row: DayRow, ctx: Context) -> Iterator[Record]:
    """The figures, a row each."""
    named = {"offered": row.offered, "answered": row.answered, "abandoned": row.abandoned, "wait_s": row.wait_s}
    named |= {f"activity:{name}": total for name, total in row.activities.items()}
    for name, value in named.items():
        if value is not None:
            yield SourceMetric(
                entity="day",
                entity_id=row.id,
                name=name,
                value=value,
                unit="s" if name == "wait_s" or name.startswith("activity:") else "count",
                fetched_at=ctx.fetched_at,
            )
