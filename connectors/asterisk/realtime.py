"""The queue log as a database table (Asterisk realtime), made into the lines that the file would have."""

from collections.abc import Iterator
from typing import Any

from connectors import ConfigError, Page, Window
from connectors.asterisk.database import Row, columns_of, rows_from
from connectors.asterisk.files import fetch_queue_log
from connectors.asterisk.local import before, shown
from connectors.asterisk.settings import AsteriskSettings

DAY_S = 86_400
# Rows of one moment can be written by several threads of Asterisk: as much is read again.
AGAIN_ROWS, AGAIN_S = 200, 300
FIELDS = ("time", "callid", "queuename", "agent", "event")
DATA = ("data1", "data2", "data3", "data4", "data5")


def fetch_log(settings: AsteriskSettings, window: Window) -> Iterator[Page]:
    """Pages of the queue log, from its file or from its table."""
    if settings.queue_log_database is None:
        yield from fetch_queue_log(settings, window)
        return
    table, address = settings.queue_log_table, settings.queue_log_database
    known = {name.lower(): name for name in columns_of(address, table)}
    if missing := [name for name in FIELDS if name not in known]:
        raise ConfigError(f"the table {table} has no column {missing[0]}.")
    columns = [known[name] for name in (*FIELDS, *DATA, "data", "id") if name in known]
    by_id = "id" in known
    key = (known["id"],) if by_id else (known["time"], known["callid"])
    latest = window.resume_at
    start: tuple[Any, ...]
    if by_id:
        start = (max(0, int(latest) - AGAIN_ROWS) if latest else 0,)
    else:
        start = (before(latest, AGAIN_S) if latest else shown(max(0, window.since - DAY_S)), "")
    for rows in rows_from(address, table, columns, key, start):
        reached = str(rows[-1][key[0]])[: None if by_id else 19] if rows else ""
        is_new = bool(rows) and (latest is None or (int(reached) > int(latest) if by_id else reached > latest))
        latest = reached if is_new else latest
        lines = [line_of({name.lower(): value for name, value in row.items()}) for row in rows]
        yield Page(lines, resume_at=latest if is_new else None)


def line_of(row: Row) -> bytes:
    """A row as ``seq|time|callid|queue|agent|event|data…``. Within a second the id orders, else the fraction of it.

    Where the table has no column ``data`` the pipes of an event's last field are its own (LINK transfers)."""
    time = str(row["time"])
    fraction = time[20:26].ljust(6, "0")
    seq = row.get("id") if row.get("id") is not None else int(fraction) if fraction.isdigit() else 0
    data = [str(row["data"])] if row.get("data") else [str(row.get(name) or "") for name in DATA]
    while len(data) > 1 and not data[-1]:
        data.pop()
    fields = [str(row.get(name) or "") for name in FIELDS[1:]]
    return "|".join([str(int(seq or 0) % 1_000_000), time[:19], *fields, *data]).encode()
