"""Where a stream goes on: from its cursor, from a moment with an overlap, or from the start; never from the future."""

import base64
import binascii
import re
from dataclasses import dataclass

from core.clock import AHEAD_S, DAY_S, iso, utc
from core.errors import BadRow
from core.pull.contract import Stream, Window
from core.store.state import StreamState

# After a lost cursor: how far before the last known data is read again.
OVERLAP_S = DAY_S
EPOCH = re.compile(r"(\d{13,14}|\d{9,11})(?:\.\d+)?(?:\|.*)?", re.DOTALL)
DATED = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)")


@dataclass(frozen=True)
class Place:
    """The window of a pass, and what to say about it."""

    window: Window
    note: str = ""


def moment_in(cursor: str) -> int | None:
    """The moment that a cursor plainly holds: epoch seconds or milliseconds, an ISO moment, or these in base64."""
    for text in (cursor, _decoded(cursor)):
        if text and (found := EPOCH.fullmatch(text)):
            return int(found[1]) // (1000 if len(found[1]) > 11 else 1)
        if text and DATED.fullmatch(text):
            try:
                return utc(text)
            except BadRow:
                return None
    return None


def _decoded(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


def place_of(state: StreamState, stream: Stream, start_at: int, now_at: int) -> Place:
    """Where this pass of the stream begins."""
    start = start_at if stream.is_bounded else 0
    if stream.mode != "incremental":
        return Place(Window(since=start))
    known = [state.data_to_at, moment_in(state.resume_at) if state.resume_at else None]
    ahead = [at for at in known if at is not None and at > now_at + AHEAD_S]
    if ahead:
        shown = iso(min(max(ahead), 253_402_300_799))
        note = f"the stored place lies in the future ({shown}), so it was read from the start"
        return Place(Window(since=start), note)
    since = start if state.data_to_at is None else max(0, state.data_to_at - stream.lookback)
    if stream.lookback and state.is_complete:
        return Place(Window(since=since))
    return Place(Window(since=since, resume_at=state.resume_at))


def without_cursor(window: Window, state: StreamState, start_at: int) -> Place:
    """Where to begin when the vendor no longer knows the cursor."""
    since = start_at if state.data_to_at is None else max(0, state.data_to_at - OVERLAP_S)
    note = f"the vendor no longer knew the stored place, so it was read again from {iso(since)}"
    return Place(Window(since=since, until=window.until), note)
