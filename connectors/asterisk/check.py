"""What ``check`` looks at for a log file."""

from collections.abc import Iterator

from connectors import BadRow, Finding, Window
from connectors.asterisk.files import fetch_queue_log, log_files, split_line
from connectors.asterisk.settings import AsteriskSettings


def check(settings: AsteriskSettings) -> Iterator[Finding]:
    """Whether the log is there, can be read, and holds lines of the right form."""
    files = log_files(settings.path)
    rotated = sum(log.path != settings.path for log in files)
    yield Finding(f"read the log, {rotated} rotated files beside it", True)
    page = next(fetch_queue_log(settings, Window()), None)
    if page is None:
        yield Finding("one line of the log", False, "The log is empty. Is queue_log=yes set in logger.conf?")
        return
    try:
        split_line(bytes(page.rows[0]))
    except BadRow as problem:
        yield Finding("one line of the log", False, f"{problem.message}. Is this a queue_log file?")
        return
    yield Finding("one line of the log", True)
