"""Which keys must be derived again when base rows change; marked in the transaction of the change.

Tables with many rows are marked by the writer, batch by batch: a trigger would cost two thirds of the write itself
(measured: 9 µs a ticket without, 15 with). Small tables whose change reaches far have triggers of the connection.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from core.clock import DAY_S


class Key(NamedTuple):
    """What a changed row marks; ``field`` of the record holds the vendor's id of the key.

    ``moment``: the field by whose UTC day the key is narrowed, where what depends on a row lies near it in time."""

    kind: str
    field: str
    moment: str | None = None


BY_ROW: Mapping[str, tuple[Key, ...]] = {
    "tickets": (Key("ticket", "id"),),
    "ticket_events": (Key("ticket", "ticket_id"),),
    "messages": (Key("ticket", "ticket_id"),),
    "surveys": (Key("ticket", "ticket_id"), Key("call", "call_id"), Key("survey", "id")),
    "sla_instances": (Key("ticket", "ticket_id"),),
    "time_entries": (Key("ticket", "ticket_id"),),
    "calls": (Key("call", "id"),),
    "call_legs": (Key("call", "call_id"),),
    "agent_states": (Key("agent_day", "agent_id", "from_at"), Key("call", "call_id")),
    "agent_teams": (Key("agent", "agent_id"),),
    "customer_identities": (Key("customer", "customer_id"),),
}


@dataclass(frozen=True)
class Mark:
    """A change of ``columns`` (none: any change) in ``table`` marks as ``kind`` what ``find`` finds for ``{row}``."""

    table: str
    kind: str
    find: str
    columns: tuple[str, ...] = ()


# Days since 1970, so that keys of one uid sort by time; enough up to the year 2243.
DAY_DIGITS = 5

# Tables so small (people fill most of them) that what depends on one is made anew as a whole.
SMALL = (
    "agent_teams", "qa_reviews", "qa_items", "complaints", "self_service_days", "project_days", "projects", "trainings",
    "hiring", "shifts", "absences", "attendance", "costs",
    "calendar_events", "customer_base", "forecasts", "made_forecasts",
)  # fmt: skip
BY_AUTHOR = "select distinct ticket_uid from messages where author_uid = {row}."
FAR: tuple[Mark, ...] = (
    Mark(
        "customers",
        "ticket",
        "select uid from tickets where requester_uid = {row}.uid union " + BY_AUTHOR + "uid",
        ("customer_type", "is_internal", "language"),
    ),
    Mark("agents", "ticket", BY_AUTHOR + "uid", ("role", "is_human")),
    Mark(
        "agents",
        "import",
        "select 'agents' where {row}.hired_on is not null or exists (select 1 from employment_facts e "
        "where e.agent_uid = {row}.uid)",
        ("hired_on", "left_on", "leave_reason", "role", "is_human"),
    ),
    Mark("agent_roles", "ticket", BY_AUTHOR + "agent_uid"),
    Mark(
        "queues",
        "call",
        "select distinct call_uid from call_legs where queue_uid = {row}.uid",
        ("sl_threshold_s", "short_abandon_s", "schedule_uid", "team_uid", "is_test"),
    ),
    Mark("business_schedules", "schedule", "select {row}.uid", ("time_zone", "is_default")),
    Mark("schedule_hours", "schedule", "select {row}.schedule_uid"),
    Mark("holidays", "schedule", "select {row}.schedule_uid"),
    *(Mark(table, "import", f"select '{table}'") for table in SMALL),
)


def mark(db: sqlite3.Connection, kind: str, keys: Iterable[str]) -> None:
    """Marks keys (uids) of one kind to be derived again."""
    rows = [(kind, key) for key in keys]
    db.executemany("insert into dirty_keys (kind, key) values (?, ?) on conflict do nothing", rows)


def day_key(uid: str, at: int) -> str:
    """The key of a uid narrowed to the UTC day of a moment."""
    return f"{uid} {int(at) // DAY_S:0{DAY_DIGITS}d}"


def read_day_key(key: str) -> tuple[str, int]:
    """The uid of such a key, and the moment at which its day begins."""
    return key[: -DAY_DIGITS - 1], int(key[-DAY_DIGITS:]) * DAY_S


def unmark_days(db: sqlite3.Connection, kind: str, uids: Iterable[str]) -> None:
    """Drops the narrowed keys of uids of which everything is derived again."""
    db.execute(
        f"delete from dirty_keys where kind = ? and substr(key, 1, length(key) - {DAY_DIGITS + 1}) in "
        "(select value from json_each(?))",
        (kind, json.dumps(list(uids))),
    )


def watch(db: sqlite3.Connection) -> None:
    """From now on a change of a far-reaching row through this connection marks what depends on it."""
    for number, far in enumerate(FAR):
        for event, row in (("insert", "new"), ("update", "new"), ("delete", "old")):
            when = ""
            if far.columns and event == "update":
                when = " when " + " or ".join(f"old.{name} is not new.{name}" for name in far.columns)
            # `insert or ignore` would be overruled by the conflict clause of the upsert that fires the trigger.
            db.execute(
                f"create temp trigger if not exists mark_{number}_{event} after {event} on main.{far.table}{when} "
                "begin "
                f"insert into dirty_keys (kind, key) select '{far.kind}', k.* from ({far.find.format(row=row)}) as k "
                "where true on conflict do nothing; end"
            )
