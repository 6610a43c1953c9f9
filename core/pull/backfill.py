"""History on request: windows newest first where the vendor allows them, else one way forward; resumable."""

import math
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from core import log
from core.clock import DAY_S
from core.errors import DeskpulseError, Refused
from core.pull.contract import Connector, Stream, Window
from core.pull.lookups import Lookups
from core.pull.loop import Pass, Pull, attempt, children_of, pull_stream, writer_of
from core.pull.place import Place
from core.pull.source import Progress, SourceResult, SourceSpec, StreamResult
from core.store.children import waiting_count
from core.store.db import hash_key
from core.store.state import StreamState, stream_state

WINDOW_S = 7 * DAY_S


@dataclass(frozen=True)
class Span:
    """One window of history of one stream, and how far it was read."""

    stream: str
    from_at: int
    to_at: int
    resume_at: str | None = None
    rows: int = 0
    requests: int = 0


@dataclass(frozen=True)
class Plan:
    """What a backfill will read, newest first. ``requests`` and ``minutes`` are None where nothing tells how much."""

    source: str
    spans: tuple[Span, ...]
    requests: int | None
    minutes: float | None


def plan_backfill(
    db: sqlite3.Connection,
    source: SourceSpec,
    connector: Connector,
    from_at: int,
    to_at: int,
    *,
    per_minute: int | None = None,
    objects: int | None = None,
) -> Plan:
    """The windows still to be read, those of an earlier plan included as far as they are not done.

    ``objects``: how many tickets or calls the vendor counts in these days, if it was asked."""
    known = {
        (row[0], int(row[1]), int(row[2])): (row[3], bool(row[4]), int(row[5]), int(row[6]))
        for row in db.execute(
            "select stream, from_at, to_at, resume_at, done, rows, requests from backfills where source = ?",
            (source.name,),
        )
    }
    spans = []
    for stream in connector.streams:
        for begin, end in _windows(stream, from_at, to_at):
            resume_at, done, rows, requests = known.get((stream.name, begin, end), (None, False, 0, 0))
            if not done:
                spans.append(Span(stream.name, begin, end, resume_at, rows, requests))
    spans.sort(key=lambda span: (-span.to_at, [one.name for one in connector.streams].index(span.stream)))
    requests_wanted = _requests(db, source, connector, spans)
    if requests_wanted is None and objects is not None and connector.requests_per_1000 is not None:
        whole = sum(end - begin for stream in connector.streams for begin, end in _windows(stream, from_at, to_at))
        left = sum(span.to_at - span.from_at for span in spans) / whole if whole else 0.0
        requests_wanted = math.ceil(len(spans) + left * objects * connector.requests_per_1000 / 1000)
    pace = per_minute or source.requests_per_minute or connector.requests_per_minute
    minutes = None if requests_wanted is None or not pace else requests_wanted / (pace * source.rate_share)
    return Plan(source.name, tuple(spans), requests_wanted, minutes)


def _windows(stream: Stream, from_at: int, to_at: int) -> Iterator[tuple[int, int]]:
    if stream.mode != "incremental" or stream.once or not stream.is_bounded:
        return
    if not stream.windowed:
        yield from_at, to_at
        return
    # Edges lie on whole weeks since 1970, so that another plan over the same days finds the same windows.
    end = to_at
    while end > from_at:
        begin = max(from_at, (end - 1) // WINDOW_S * WINDOW_S)
        yield begin, end
        end = begin


def _requests(db: sqlite3.Connection, source: SourceSpec, connector: Connector, spans: list[Span]) -> int | None:
    if connector.http is None:
        return 0
    per_1000 = connector.requests_per_1000
    total = 0.0
    for span in spans:
        state = stream_state(db, source.name, span.stream)
        read_s = (state.data_to_at or 0) - source.start_at
        if per_1000 is None or read_s < DAY_S:
            return None
        rows = state.rows * (span.to_at - span.from_at) / read_s
        total += max(1.0, rows * per_1000 / 1000)
    return math.ceil(total)


def run_backfill(
    db: sqlite3.Connection,
    source: SourceSpec,
    connector: Connector,
    api: Any,
    plan: Plan,
    now_at: int,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] | None = None,
) -> SourceResult:
    """Reads the plan's windows; what is read stays read, and the next plan goes on from there.

    A stream whose window the vendor declines (no such history, not in the plan) ends; the others go on."""
    key = hash_key(db)
    pull = Pull(
        db,
        source,
        api,
        now_at,
        stop,
        on_progress or (lambda _: None),
        writer_of(db, source, connector, key, now_at),
        key,
    )
    pull.children = children_of(connector)
    streams = {stream.name: stream for stream in connector.streams}
    results: list[StreamResult] = []
    ended: set[str] = set()
    with log.bound(source=source.name):
        lookups = Lookups(db, source.name, now_at)
        error = attempt(source.name, connector, lambda: pull.lookups.update(lookups.of(connector, api)))
        for span in plan.spans:
            if error is not None or stop():
                break
            if span.stream in ended:
                continue
            with log.bound(stream=span.stream):
                result, error = _read(pull, connector, streams[span.stream], span)
            if isinstance(error, Refused):
                ended.add(span.stream)
                error = None
            results.append(result)
        if error is None and not stop():
            results += _children(pull, connector)
    return SourceResult(source.name, tuple(results), error)


def _children(pull: Pull, connector: Connector) -> Iterator[StreamResult]:
    """What belongs to the rows that the windows brought: messages of tickets, legs of calls."""
    for stream in connector.streams:
        if stream.parent and waiting_count(pull.db, pull.spec.name, stream.name):
            with log.bound(stream=stream.name):
                yield pull_stream(pull, connector, stream)


def _read(pull: Pull, connector: Connector, stream: Stream, span: Span) -> tuple[StreamResult, DeskpulseError | None]:
    db, source = pull.db, pull.spec.name

    def keep(state: StreamState) -> None:
        db.execute(
            "insert into backfills (source, stream, from_at, to_at, resume_at, done, rows, requests) "
            "values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (source, stream, from_at, to_at) do update set "
            "resume_at = excluded.resume_at, done = excluded.done, rows = excluded.rows, requests = excluded.requests",
            (
                source, span.stream, span.from_at, span.to_at, state.resume_at, int(state.is_complete), state.rows,
                span.requests + walk.requests,
            ),
        )  # fmt: skip

    window = Window(since=span.from_at, until=span.to_at, resume_at=span.resume_at)
    begun = StreamState(source, span.stream, resume_at=span.resume_at, rows=span.rows)
    walk = Pass(pull, stream, begun, Place(window), keep=keep)
    error = attempt(source, connector, walk.run)
    result = walk.finish(error)
    return result, error
