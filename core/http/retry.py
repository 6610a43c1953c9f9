"""How long to be patient: which faults pass, how long to wait between tries, when to give up."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

# A vendor that says 0 means "soon"; asking at once made storms of 429.
FLOOR_S = 1.0
LONGEST_BACKOFF_S = 30.0
# Vendors count by the minute, so the tries on a bare 429 must outlast one.
LONGEST_BACKOFF_429_S = 60.0
LONGEST_RETRY_AFTER_S = 7 * 86_400.0

RESET_HEADERS = (
    "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset", "x-aircallapi-reset", "inin-ratelimit-reset",
)  # fmt: skip
SECONDS = re.compile(r"\d{1,15}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Patience:
    """Bounds of one request: seconds to connect, of silence, for one answer, for all tries; tries; decoded bytes.

    `requests` bounds a whole run, so that an endless list ends with a message. `poll_s`: seconds that a vendor may take
    to prepare what `poll` waits for.
    """

    connect_s: float = 4.0
    read_s: float = 45.0
    answer_s: float = 90.0
    total_s: float = 240.0
    tries: int = 8
    most_bytes: int = 80_000_000
    requests: int = 100_000
    poll_s: float = 600.0


class TryAgainError(Exception):
    """A fault that may pass: in a few words, its status, the wait that was asked for, whether anything went out."""

    def __init__(
        self, words: str, *, status: int = 0, after_s: float | None = None, unsent: bool = False, shape: bool = False
    ) -> None:
        super().__init__(words)
        self.words = words
        self.status = status
        self.after_s = after_s
        self.unsent = unsent
        self.shape = shape


def is_transient(status: int) -> bool:
    """Whether the same request may succeed later: timeouts, conflicts, rate limits and everything a server broke."""
    return status in {408, 409, 425, 429} or status >= 500


def moment_of(date: str | None) -> int | None:
    """The moment of an HTTP date, or None where there is none."""
    try:
        moment = parsedate_to_datetime(date or "")
    except (ValueError, OverflowError):
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def seconds_of(text: str | None, now: int) -> float | None:
    """Seconds from now that a reset header means: a span, an epoch in seconds, or an epoch in milliseconds."""
    if text is None or not SECONDS.fullmatch(text.strip()):
        return None
    value = float(text)
    # Aircall's reset has been seen both in seconds and in milliseconds.
    if value > 1e11:
        value /= 1000
    return max(0.0, value - now) if value > 1e9 else value


def wait_asked(headers: Mapping[str, str], status: int, now: int) -> float | None:
    """Seconds that the vendor asks us to wait, at least one; None where it says nothing that can be read.

    A date is read against the vendor's own clock, so that ours may be wrong.
    """
    given = headers.get("retry-after", "").strip()
    if SECONDS.fullmatch(given):
        wait: float | None = float(given)
    elif (until := moment_of(given)) is not None:
        wait = float(until - (moment_of(headers.get("date")) or now))
    elif status == 429:
        resets = (seconds_of(headers.get(name), now) for name in RESET_HEADERS)
        wait = next((reset for reset in resets if reset is not None), None)
    else:
        wait = None
    return None if wait is None else min(max(wait, FLOOR_S), LONGEST_RETRY_AFTER_S)


def wait_before(error: TryAgainError, attempt: int) -> float:
    """Seconds before the next try: what was asked plus a little, else backoff with full jitter, longer after a 429."""
    if error.after_s is not None:
        return error.after_s + random.uniform(0.05, 0.5)
    if error.status == 429:
        ceiling = min(LONGEST_BACKOFF_429_S, 2.0**attempt)
        return FLOOR_S + random.uniform(ceiling / 2, ceiling)
    return random.uniform(0.0, min(LONGEST_BACKOFF_S, 2.0 ** (attempt - 1)))
