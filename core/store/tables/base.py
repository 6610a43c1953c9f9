"""Base tables: one for each record class of ``core.model``, with the store's own columns added."""

import types
import typing
from collections.abc import Mapping

import msgspec

from core import model
from core.model import Entity, Record
from core.store.tables.shape import Column, Index, SqlType, Table

INDEXES: Mapping[str, tuple[Index, ...]] = {
    "tickets": (
        Index(("created_at",)),
        Index(("status_category", "team_uid")),
        Index(("requester_uid",)),
    ),
    "messages": (Index(("author_uid",)),),
    "calls": (
        Index(("arrived_at",)),
        Index(("customer_uid", "arrived_at")),
        Index(("ticket_uid",), "ticket_uid is not null"),
        Index(("native_id",)),
    ),
    "call_legs": (Index(("queue_uid", "enqueued_at")), Index(("agent_uid", "answered_at"))),
    "customer_identities": (Index(("customer_uid",)),),
    "agent_states": (Index(("from_at",)),),
    "surveys": (
        Index(("rated_at",)),
        Index(("offered_at",)),
        Index(("ticket_uid",)),
        Index(("call_uid",), "call_uid is not null"),
    ),
    "sla_instances": (Index(("ticket_uid",)), Index(("decided_at",))),
    "time_entries": (Index(("ticket_uid",)),),
    "shifts": (Index(("agent_uid", "day_on")), Index(("day_on",))),
    "absences": (Index(("day_on",)),),
}

# Stored elsewhere or in another form: hours and holidays have dated tables, an identity is a hash.
REPLACED: Mapping[str, Mapping[str, str]] = {
    "business_schedules": {"hours": "", "holidays": ""},
    "customer_identities": {"value": "identity_hash"},
}
SYNCED = (Column("source", required=True), Column("synced_at", "INTEGER", required=True))


def sql_type(annotation: object) -> SqlType:
    """The column type that holds values of a field annotation; containers are stored as JSON text."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        kinds = {sql_type(part) for part in typing.get_args(annotation) if part not in (type(None), msgspec.UnsetType)}
        return kinds.pop() if len(kinds) == 1 else "TEXT"
    if annotation in (int, bool):
        return "INTEGER"
    return "REAL" if annotation is float else "TEXT"


def column_name(record: type[Record], field: str) -> str:
    """The column that keeps a record's field: ``id`` is ``uid`` or ``native_id``, ``x_id`` is ``x_uid``."""
    if field == "id":
        return "uid" if issubclass(record, Entity) else "native_id"
    field = REPLACED.get(record.table, {}).get(field, field)
    return f"{field[:-3]}_uid" if field.endswith("_id") else field


def base_table(record: type[Record]) -> Table:
    """The table of a record class, columns in field order."""
    hints = typing.get_type_hints(record)
    made: list[Column] = []
    for field in msgspec.structs.fields(record):
        name = column_name(record, field.encode_name)
        if name:
            is_required = field.required and type(None) not in typing.get_args(hints[field.name])
            made.append(Column(name, sql_type(hints[field.name]), required=is_required))
    if issubclass(record, Entity):
        made[1:1] = [Column("native_id", required=True), *SYNCED]
    elif "source" in record.key:
        made.insert(0, Column("source", required=True))
    says = (record.__doc__ or "").split("\n")[0]
    indexes = INDEXES.get(record.table, ())
    return Table(record.table, tuple(made), record.key, indexes, says, rowid=issubclass(record, Entity))


BASE: tuple[Table, ...] = tuple(base_table(record) for record in model.RECORDS)
