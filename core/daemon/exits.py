"""What went wrong as a message and an exit code (the command line's contract)."""

import difflib
import sqlite3
import traceback
from collections.abc import Collection

from core import log
from core.errors import AuthError, ConfigError, DeskpulseError, Unavailable
from core.store.db import StoreBusy

DONE, UNEXPECTED, USAGE, SOME_FAILED, REFUSED, OFFLINE, INCOMPLETE, BUSY = range(8)


class TooIncomplete(DeskpulseError):
    """There is too little data to tell anything; nothing was sent."""


CODES: tuple[tuple[type[Exception], int], ...] = (
    (ConfigError, USAGE),
    (AuthError, REFUSED),
    (Unavailable, OFFLINE),
    (StoreBusy, BUSY),
    (TooIncomplete, INCOMPLETE),
)


def unknown(what: str, name: str, known: Collection[str]) -> ConfigError:
    """Nothing of this kind has this name: with the nearest one, and all there are."""
    near = difflib.get_close_matches(name, known, n=1)
    meant = f" Did you mean '{near[0]}'?" if near else ""
    return ConfigError(f"no {what} is called '{name}'.{meant} Known: {', '.join(sorted(known)) or 'none'}.")


def explain(problem: BaseException, *, debug: bool = False) -> tuple[str, int]:
    """(message, exit code); a traceback only with ``debug``, and redacted."""
    code = next((code for kind, code in CODES if isinstance(problem, kind)), UNEXPECTED)
    if isinstance(problem, DeskpulseError):
        return problem.message, code
    if isinstance(problem, sqlite3.OperationalError) and "locked" in str(problem):
        return "the store is in use by another program for too long. Close it and try again.", BUSY
    said = f"unexpected: {type(problem).__name__}. Run the same with --debug and report what it prints."
    if debug:
        said = log.redact("".join(traceback.format_exception(problem)))
    return said, code
