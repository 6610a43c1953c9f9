"""What ``check`` looks at for log files and tables."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from connectors import Finding, Window
from connectors.asterisk.cdr import CdrRow, fetch_cdr, made_at
from connectors.asterisk.files import Dated, epoch_first, log_files
from connectors.asterisk.realtime import fetch_log
from connectors.asterisk.settings import AsteriskSettings


def check(settings: AsteriskSettings) -> Iterator[Finding]:
    """Whether logs and tables are there, can be read, and hold lines of the right form."""
    if settings.path is not None:
        yield files_at("log", settings.path, epoch_first)
    if settings.path is not None or settings.queue_log_database is not None:
        yield one_line(settings)
    if settings.cdr_path is not None:
        yield files_at("call records", settings.cdr_path, made_at)
    if settings.cdr_path is not None or settings.cdr_database is not None:
        yield one_record(settings)


def files_at(what: str, path: Path, dated: Dated) -> Finding:
    """The file and how many rotated ones there are."""
    rotated = sum(log.path != path for log in log_files(path, dated))
    return Finding(f"read the {what}, {rotated} rotated files beside it", True)


def one_line(settings: AsteriskSettings) -> Finding:
    """The first line of the queue log."""
    page = next(fetch_log(settings, Window()), None)
    if page is None or not page.rows:
        return Finding("one line of the log", False, "The log is empty. Is queue_log=yes set in logger.conf?")
    fields = bytes(page.rows[0]).split(b"|")
    least = 6
    if len(fields) < least or (settings.path is not None and epoch_first(b"|".join(fields[1:])) is None):
        return Finding("one line of the log", False, "It has another form. Is this a queue_log file?")
    return Finding("one line of the log", True)


def one_record(settings: AsteriskSettings) -> Finding:
    """The first call record."""
    page = next(fetch_cdr(settings, Window()), None)
    if page is None or not page.rows:
        return Finding("one call record", False, "There is none yet. Is enable=yes set in cdr.conf?")
    try:
        row = msgspec.json.decode(page.rows[0], type=CdrRow)
    except msgspec.ValidationError:
        return Finding("one call record", False, "It has another form. Is this Master.csv?")
    advice = "" if row.linkedid else "For transfers to be one call: newcdrcolumns=yes in cdr.conf and loguniqueid=yes."
    return Finding("one call record", True, advice)
