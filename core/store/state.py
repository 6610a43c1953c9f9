"""Where each stream of each source goes on, how it fares, and which of its rows were set aside."""

import sqlite3
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["never", "ok", "failed", "skipped"]


@dataclass(frozen=True)
class StreamState:
    """One row of ``stream_state``; ``is_complete``: the last pass reached the stream's end."""

    source: str
    stream: str
    resume_at: str | None = None
    data_to_at: int | None = None
    last_success_at: int | None = None
    last_error: str | None = None
    last_error_at: int | None = None
    rows: int = 0
    rejected: int = 0
    is_complete: bool = False
    status: Status = "never"
    note: str | None = None

    @property
    def complete_to_at(self) -> int | None:
        """The moment to which nothing is missing: a stream read to its end holds all that the vendor showed by then.

        Zendesk leaves out changes of the last minute (since 2024-10), so a minute is taken off."""
        if not self.is_complete or self.last_success_at is None:
            return self.data_to_at
        return max(self.data_to_at or 0, self.last_success_at - WITHHELD_S)


WITHHELD_S = 60
FIELDS = tuple(StreamState.__dataclass_fields__)
UPSERT = (
    f"insert into stream_state ({', '.join(FIELDS)}) values ({', '.join('?' * len(FIELDS))}) "
    "on conflict (source, stream) do update set " + ", ".join(f"{name} = excluded.{name}" for name in FIELDS[2:])
)


def stream_state(db: sqlite3.Connection, source: str, stream: str) -> StreamState:
    """The state of one stream; a fresh one where it was never read."""
    sql = f"select {', '.join(FIELDS)} from stream_state where source = ? and stream = ?"
    row = db.execute(sql, (source, stream)).fetchone()
    return StreamState(source, stream) if row is None else _state(tuple(row))


def stream_states(db: sqlite3.Connection) -> list[StreamState]:
    """The states of all streams ever read, by source and stream."""
    sql = f"select {', '.join(FIELDS)} from stream_state order by source, stream"
    return [_state(tuple(row)) for row in db.execute(sql)]


def _state(row: tuple[object, ...]) -> StreamState:
    state = StreamState(*row)  # type: ignore[arg-type]  # the columns are the fields
    return replace(state, is_complete=bool(state.is_complete))


def keep_state(db: sqlite3.Connection, state: StreamState) -> None:
    """Keeps the state, in the transaction of the page that brought it about."""
    db.execute(UPSERT, tuple(getattr(state, name) for name in FIELDS))


def reject(
    db: sqlite3.Connection, source: str, stream: str, native_id: str, reason: str, raw: bytes, now_at: int
) -> None:
    """Sets a row aside: one entry for each row, however often it comes."""
    db.execute(
        "delete from rejected_rows where source = ? and stream = ? and native_id = ? and resolved_at is null",
        (source, stream, native_id),
    )
    db.execute(
        "insert into rejected_rows (source, stream, native_id, reason, raw, happened_at) values (?, ?, ?, ?, ?, ?)",
        (source, stream, native_id, reason, raw, now_at),
    )


def open_rejects(db: sqlite3.Connection, source: str, stream: str) -> set[str]:
    """The vendor's ids of rows set aside and not yet followed by a good one."""
    sql = "select native_id from rejected_rows where source = ? and stream = ? and resolved_at is null"
    return {str(row[0]) for row in db.execute(sql, (source, stream))}


def resolve(db: sqlite3.Connection, source: str, stream: str, native_id: str, now_at: int) -> None:
    """Notes that a good row of this id has come since."""
    db.execute(
        "update rejected_rows set resolved_at = ? where source = ? and stream = ? and native_id = ? "
        "and resolved_at is null",
        (now_at, source, stream, native_id),
    )


def rejected_count(db: sqlite3.Connection, source: str, stream: str) -> int:
    """How many rows of the stream are set aside and unresolved."""
    sql = "select count(*) from rejected_rows where source = ? and stream = ? and resolved_at is null"
    return int(db.execute(sql, (source, stream)).fetchone()[0])
