"""One pull of a source: stream after stream, page after page; a page's rows and its cursor are one transaction."""

import gc
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core import log
from core.clock import AHEAD_S, DAY_S, monotonic
from core.errors import AuthError, ConfigError, DeskpulseError, Gone, NotAllowed, Refused, Stopped, Stuck, Unavailable
from core.pull import overtime
from core.pull.account import counter
from core.pull.contract import Connector, Context, Page, Stream, Window
from core.pull.guard import Guard
from core.pull.intake import Intake
from core.pull.lookups import Lookups
from core.pull.place import Place, place_of, without_cursor
from core.pull.snapshot import finish_snapshot
from core.pull.source import Progress, SourceResult, SourceSpec, StreamResult, context
from core.store import private
from core.store.children import note_done, waiting
from core.store.db import StoreError, hash_key, transaction
from core.store.erase import forget_kept
from core.store.raw import forget_raw
from core.store.state import StreamState, keep_state, rejected_count, stream_state
from core.store.write import RecordWriter

# A stream that the plan does not include is asked for again after this long.
REFUSED_AGAIN_S = DAY_S
# After so many streams without an answer in a row the rest of the source waits for the next run.
MOST_SILENT = 2
EXPIRED = frozenset({400, 404, 410, 422})
# Parents whose children are asked for in one go.
CHILDREN_AT_ONCE = 500
LONGEST_WORD = 60
MOST_WORDS = 20
# A place can be those of a thousand files; the log shows how it begins.
LONGEST_PLACE = 200


@dataclass
class Pull:
    """What one pull of a source shares over its streams."""

    db: sqlite3.Connection
    spec: SourceSpec
    api: Any
    now_at: int
    stop: Callable[[], bool]
    on_progress: Callable[[Progress], None]
    writer: RecordWriter
    key: bytes
    lookups: dict[str, Any] = field(default_factory=dict)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: frozenset[tuple[str, str]] = frozenset()
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def context(self) -> Context:
        """What the source's pure functions may know."""
        return context(self.spec, hash_key=self.key, fetched_at=self.now_at, lookups=self.lookups, warn=self.warn)

    def warn(self, kind: str, value: str) -> None:
        """Counts a word that the connector does not know; the first time it comes it is logged."""
        word = (kind, private.mask(str(value))[:LONGEST_WORD])
        self.unknown[word] += 1
        if self.unknown[word] == 1 and word not in self.said:
            log.event("unknown_word", level=logging.WARNING, kind=kind, value=word[1])


def pull_source(
    db: sqlite3.Connection,
    source: SourceSpec,
    connector: Connector,
    api: Any,
    now_at: int,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] | None = None,
) -> SourceResult:
    """Reads every stream of a source as far as the vendor goes; what stops it is in the result, never raised.

    ``api`` is what ``Accounts.open`` gave. Only faults of the store itself are raised."""
    key = hash_key(db)
    writer = writer_of(db, source, connector, key, now_at)
    forget_raw(db, source.name, now_at, source.raw_days)
    forget_kept(db, source.account, is_full=source.raw == "full")
    done: list[StreamResult] = []
    silent = 0
    with log.bound(source=source.name):
        lookups = Lookups(db, source.name, now_at)
        pull = Pull(db, source, api, now_at, stop, on_progress or _unseen, writer, key, said=lookups.known_words)
        pull.children = children_of(connector)
        error = attempt(source.name, connector, lambda: pull.lookups.update(lookups.of(connector, api)))
        if error is not None:
            return SourceResult(source.name, (), error)
        for stream in sorted(connector.streams, key=lambda one: not one.once):
            with log.bound(stream=stream.name):
                result = pull_stream(pull, connector, stream)
            done.append(result)
            silent = silent + 1 if type(result.error) is Unavailable else 0
            if isinstance(result.error, (AuthError, ConfigError, Stopped)) or silent >= MOST_SILENT:
                lookups.keep_words(pull.unknown)
                return SourceResult(source.name, tuple(done), result.error)
            if result.status == "stopped":
                break
        lookups.keep_words(pull.unknown)
        forget_kept(db, source.account, is_full=source.raw == "full")
    return SourceResult(source.name, tuple(done))


def writer_of(
    db: sqlite3.Connection,
    source: SourceSpec,
    connector: Connector,
    key: bytes,
    now_at: int,
    *,
    skip_identities: bool = False,
) -> RecordWriter:
    """The writer for a source's records."""
    return RecordWriter(
        db,
        account=source.account,
        source=source.name,
        hash_key=key,
        now_at=now_at,
        zone=source.zone,
        default_country=source.default_country,
        store_bodies=source.store_bodies,
        skip_identities=skip_identities,
        refers_elsewhere=connector.refers_elsewhere,
    )


def children_of(connector: Connector) -> dict[str, tuple[str, ...]]:
    """The streams of children of each stream that has some."""
    parents = {stream.parent for stream in connector.streams if stream.parent}
    return {
        name: tuple(stream.name for stream in connector.streams if stream.parent == name) for name in sorted(parents)
    }


def pull_stream(pull: Pull, connector: Connector, stream: Stream) -> StreamResult:
    """One pass over one stream, from where it stands."""
    state = stream_state(pull.db, pull.spec.name, stream.name)
    waits = state.status == "skipped" and pull.now_at - (state.last_error_at or 0) < REFUSED_AGAIN_S
    if waits or (stream.once and state.is_complete):
        return StreamResult(stream.name, "idle", note=state.note or "")
    place = place_of(state, stream, pull.spec.start_at, pull.now_at)
    if place.note:
        log.event("place_refused", level=logging.WARNING, why=place.note)
        state = replace(state, data_to_at=None, resume_at=None)
    walk = Pass(pull, stream, state, place)
    error = attempt(pull.spec.name, connector, walk.run)
    return walk.finish(error)


def _unseen(_: Progress) -> None:
    """Nobody watches."""


def attempt(source: str, connector: Connector, work: Callable[[], object]) -> DeskpulseError | None:
    """Runs what a connector takes part in; what it does wrong is logged and becomes an error that names it."""
    try:
        with overtime.watched():
            work()
    except (StoreError, sqlite3.Error):
        raise
    except DeskpulseError as error:
        return error
    # A connector may come from anybody: whatever else it raises must not end the other sources.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        log.event("connector_fault", level=logging.ERROR, connector=connector.name, error=error)
        return DeskpulseError(
            f"{source}: the connector '{connector.name}' failed ({type(error).__name__}); a fault in it, see the log."
        )
    return None


class Pass:
    """One pass over a stream: from where the last one ended to where the vendor's data ends."""

    def __init__(
        self,
        pull: Pull,
        stream: Stream,
        state: StreamState,
        place: Place,
        *,
        keep: Callable[[StreamState], None] | None = None,
    ) -> None:
        self.pull = pull
        self.stream = stream
        self.state = state
        self.place = place
        self.result = StreamResult(stream.name)
        self._notes = [place.note] if place.note else []
        self._keep = keep or (lambda changed: keep_state(pull.db, changed))
        self._count = counter(pull.api)
        self._asked_before = self._count()
        self._words_before = pull.unknown.copy()
        self._reached_end = False
        self._parents: dict[str, int] = {}

    @property
    def requests(self) -> int:
        """Requests made in this pass so far."""
        return self._count() - self._asked_before

    def run(self) -> None:
        """Reads and keeps pages until the stream ends, we are asked to stop, or something raises."""
        try:
            self._walk(self.place.window)
        except Refused as refused:
            cursor = self.place.window.resume_at
            if cursor is None or self.result.pages or refused.status not in EXPIRED:
                raise
            self.place = without_cursor(self.place.window, self.state, self.pull.spec.start_at)
            self._notes.append(self.place.note)
            log.event("cursor_expired", level=logging.WARNING, why=self.place.note)
            self._walk(self.place.window)

    def _walk(self, window: Window) -> None:
        pull, stream = self.pull, self.stream
        window = replace(window, now_at=pull.now_at)
        intake = Intake(
            pull.db, pull.spec, stream, pull.writer, pull.context(), children=pull.children.get(stream.name, ())
        )
        guard = Guard(f"{pull.spec.name}: {stream.name}", window.resume_at)
        if pull.stop():
            self.result = replace(self.result, status="stopped")
            return
        if stream.mode == "children":
            self._reached_end = self._walk_children(intake, guard, window)
            return
        if not self._read(intake, guard, window):
            return
        if stream.mode == "snapshot":
            with transaction(pull.db):
                note = finish_snapshot(pull.db, pull.spec, stream, intake, pull.now_at)
            if note:
                self._notes.append(note)
        self._reached_end = True

    def _read(self, intake: Intake, guard: Guard, window: Window) -> bool:
        """Reads and keeps the pages of a window; False where we were asked to stop before its end."""
        pages = self.stream.fetch(self.pull.api, window)
        try:
            for page in pages:
                guard.before()
                self._take(intake, guard, page)
                overtime.renew()
                if page.last or (window.until is not None and (page.data_to or 0) >= window.until):
                    break
                if self.pull.stop():
                    self.result = replace(self.result, status="stopped")
                    return False
        finally:
            _close(pages)
        return True

    def _walk_children(self, intake: Intake, guard: Guard, window: Window) -> bool:
        """Reads the children of parents that wait, batch by batch, until none does."""
        pull = self.pull
        while batch := waiting(pull.db, pull.spec.name, self.stream.name, CHILDREN_AT_ONCE):
            self._parents = batch
            if not self._read(intake, guard, replace(window, keys=tuple(batch))):
                return False
            left = waiting(pull.db, pull.spec.name, self.stream.name, CHILDREN_AT_ONCE)
            if left == batch:
                raise Stuck(f"{pull.spec.name}: {self.stream.name}: none of {len(batch)} parents was completed.")
        self.state = replace(self.state, data_to_at=pull.now_at)
        return True

    def _take(self, intake: Intake, guard: Guard, page: Page) -> None:
        pull = self.pull
        if page.note:
            self._notes.append(page.note)
        if page.data_to is not None and page.data_to > pull.now_at + AHEAD_S:
            page = replace(page, data_to=None)
            self._notes.append("the vendor named a moment in the future as the end of its data; it was not believed")
        began = monotonic()
        with _uncollected(), transaction(pull.db):
            taken = intake.take(page)
            if self.stream.mode == "children":
                taken.told_to = None
            note_done(
                pull.db,
                pull.spec.name,
                self.stream.name,
                [(key, self._parents[key]) for key in page.done if key in self._parents],
            )
            told = [at for at in (self.state.data_to_at, taken.told_to) if at is not None]
            changed = replace(
                self.state,
                resume_at=page.resume_at if page.resume_at is not None else self.state.resume_at,
                data_to_at=max(told, default=None),
                rows=self.state.rows + taken.rows,
                is_complete=False,
            )
            if taken.rejected or intake.any_rejected:
                changed = replace(changed, rejected=rejected_count(pull.db, pull.spec.name, self.stream.name))
            self._keep(changed)
        self.state = changed
        made = self.result
        self.result = replace(
            made,
            pages=made.pages + 1,
            rows=made.rows + taken.rows,
            news=made.news + taken.counts.news,
            rejected=made.rejected + taken.rejected,
        )
        if not page.done:
            guard.after(page, taken.counts.news)
        log.event(
            "page",
            rows=taken.rows,
            new=taken.counts.news,
            rejected=taken.rejected or None,
            resume_at=page.resume_at and page.resume_at[:LONGEST_PLACE],
            ms=round((monotonic() - began) * 1000),
        )
        pull.on_progress(
            Progress(pull.spec.name, self.stream.name, self.result.pages, self.result.rows, changed.data_to_at)
        )

    def finish(self, error: DeskpulseError | None) -> StreamResult:
        """Keeps how the pass ended, and tells it."""
        pull, state = self.pull, self.state
        status = self._status(error)
        note = self._note() or (state.note if not self.result.rows else None)
        changed = replace(
            state,
            rejected=rejected_count(pull.db, state.source, state.stream),
            note=note,
            is_complete=self._reached_end,
        )
        if status == "ok":
            changed = replace(changed, status="ok", last_success_at=pull.now_at, last_error=None, last_error_at=None)
        elif status in ("failed", "skipped") and error is not None:
            changed = replace(changed, status=status, last_error=error.message, last_error_at=pull.now_at)
        with transaction(pull.db):
            self._keep(changed)
        if changed.status != state.status and (status in ("failed", "skipped") or state.status == "failed"):
            level = logging.WARNING if error is not None else logging.INFO
            log.event("back" if error is None else status, level=level, why=error.message if error else None)
        return replace(self.result, status=status, error=error, note=note or "", requests=self.requests)

    def _status(self, error: DeskpulseError | None) -> Literal["ok", "failed", "skipped", "stopped"]:
        match error:
            case None:
                return "ok" if self._reached_end else "stopped"
            case Stopped():
                return "stopped"
            case NotAllowed():
                return "skipped"
            case Gone() if self.stream.optional:
                return "skipped"
        return "failed"

    def _note(self) -> str | None:
        words = self.pull.unknown - self._words_before
        said = [f"unknown {kind} '{value}' ({count})" for (kind, value), count in words.most_common(MOST_WORDS)]
        return "; ".join(dict.fromkeys([*self._notes, *said])) or None


@contextmanager
def _uncollected() -> Iterator[None]:
    # A page makes tens of thousands of tuples and no cycles; looking for cycles among them costs a tenth (measured).
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _close(pages: Iterable[Page]) -> None:
    if isinstance(pages, Generator):
        pages.close()
