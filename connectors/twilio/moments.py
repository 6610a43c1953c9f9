"""Twilio's two ways to write a moment, and the order of what happened in one second."""

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from connectors import BadRow, utc

DAY_S = 86_400
SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")


def rfc2822(text: str | None) -> int | None:
    """The moment of ``Mon, 05 Jan 2026 09:00:00 +0000``; None for none, BadRow for anything else."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        raise BadRow("a date that is not in the form of RFC 2822") from None
    if moment.tzinfo is None:
        raise BadRow("a date without its zone")
    return int(moment.timestamp())


def event_moment(date: str | None, ms: int | None) -> tuple[int, int]:
    """Second and milliseconds in it of an event."""
    if ms is not None:
        return divmod(ms, 1000)
    if date is None:
        raise BadRow("an event without a date")
    return utc(date), 0


def seq_of(sid: str, ms: int = 0) -> int:
    """A place inside a second that is always the same for this thing: by milliseconds, then by its SID."""
    if not SID.fullmatch(sid):
        raise BadRow("a SID of another form")
    return (ms << 32) | int(sid[2:10], 16) ^ int(sid[26:34], 16)


def millisecond(seq: int) -> int:
    """The milliseconds that ``seq_of`` was given."""
    return seq >> 32


def steps(since: int, until: int, length_s: int) -> Iterator[tuple[int, int]]:
    """The stretch in steps of so many seconds, oldest first."""
    while since < until:
        end = min(until, since + length_s)
        yield since, end
        since = end
