"""How every stream of every source fares, in one look."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from core.config.load import Loaded
from core.daemon.reports import last_whole_day
from core.deliver.outbox import pending
from core.store.state import stream_states


@dataclass(frozen=True)
class StreamLine:
    """One stream: when it last went well, how far its data goes, what came in and what was set aside."""

    source: str
    stream: str
    status: str
    last_success_at: int | None
    data_to_at: int | None
    lag_s: int | None
    rows: int
    rejected: int
    next_run_at: int | None
    error: str | None
    note: str | None


@dataclass(frozen=True)
class RejectedLine:
    """Rows set aside for one reason."""

    source: str
    stream: str
    reason: str
    rows: int
    example: str | None


@dataclass(frozen=True)
class Status:
    """Everything ``status`` prints."""

    streams: Sequence[StreamLine]
    rejected: Sequence[RejectedLine]
    undelivered: Sequence[tuple[str, str, str, str]]
    last_run_at: int | None
    last_report_on: str


def read_status(db: sqlite3.Connection, loaded: Loaded, now_at: int) -> Status:
    """The state of all configured sources; a source that was never read has one line saying so."""
    known = stream_states(db)
    lines: list[StreamLine] = []
    for source in loaded.config.sources:
        of_source = [state for state in known if state.source == source.name]
        if not of_source:
            lines.append(
                StreamLine(source.name, "-", "never", None, None, None, 0, 0, now_at, None, "not read yet: sync.py run")
            )
        for state in of_source:
            lag = now_at - state.complete_to_at if state.complete_to_at is not None else None
            due = (state.last_success_at or now_at) + source.every
            lines.append(
                StreamLine(
                    source.name,
                    state.stream,
                    state.status,
                    state.last_success_at,
                    state.complete_to_at,
                    lag,
                    state.rows,
                    state.rejected,
                    due,
                    _without(source.name, state.last_error) if state.status in ("failed", "skipped") else None,
                    state.note,
                )
            )
    run = db.execute("select max(started_at) from runs").fetchone()
    return Status(
        lines,
        _rejected(db),
        [(row["report_key"], row["destination"], row["part"], row["state"]) for row in pending(db)],
        run[0] if run else None,
        last_whole_day(loaded, now_at),
    )


def _without(source: str, message: str | None) -> str | None:
    """A message without the name of the source, which stands beside it."""
    return message.removeprefix(f"{source}: ") if message else None


def _rejected(db: sqlite3.Connection) -> list[RejectedLine]:
    rows = db.execute(
        "select source, stream, reason, count(*), min(native_id) from rejected_rows where resolved_at is null "
        "group by source, stream, reason order by 4 desc, 1, 2, 3"
    )
    return [RejectedLine(*row) for row in rows]


def unhealthy(status: Status, now_at: int, max_lag_s: int) -> list[str]:
    """Why a health check should fail: a source that has not gone well for longer than ``max_lag_s``, in plain words."""
    reasons = []
    for source in dict.fromkeys(line.source for line in status.streams):
        best = max((line.last_success_at or 0 for line in status.streams if line.source == source), default=0)
        if now_at - best > max_lag_s:
            reasons.append(f"{source}: last went well {'never' if not best else f'{(now_at - best) // 60} min ago'}")
    return reasons
