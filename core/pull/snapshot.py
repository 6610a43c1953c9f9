"""The end of a full list: what it no longer holds is marked as gone, what came back is marked no longer."""

import sqlite3

from core.model import Entity, Record
from core.pull.assemble import key_fields
from core.pull.contract import Stream
from core.pull.intake import Intake
from core.pull.source import SourceSpec
from core.store.write import TABLE_OF


def finish_snapshot(db: sqlite3.Connection, spec: SourceSpec, stream: Stream, intake: Intake, now_at: int) -> str:
    """Marks rows that the list no longer holds; does nothing, and says why, where the list cannot be trusted whole."""
    if intake.any_rejected:
        return "rows were set aside, so none was marked as gone"
    for kind in stream.owns or tuple(intake.seen):
        if issubclass(kind, Entity):
            note = _mark_entities(db, spec, kind, intake, now_at)
        elif "to_at" in kind.__struct_fields__:
            note = _end_rows(db, spec, kind, intake, now_at)
        else:
            note = ""
        if note:
            return note
    return ""


def _mark_entities(db: sqlite3.Connection, spec: SourceSpec, kind: type[Entity], intake: Intake, now_at: int) -> str:
    table = kind.table
    there = {
        row[0]
        for row in db.execute(f"select native_id from {table} where source = ? and deleted_at is null", (spec.name,))
    }
    seen = {key[0] for key in intake.seen.get(kind, ())}
    if there and not seen:
        return f"the list of {table} was empty although {len(there)} are known, so none was marked as gone"
    gone = [(now_at, spec.name, native_id) for native_id in sorted(there - seen)]
    db.executemany(f"update {table} set deleted_at = ? where source = ? and native_id = ?", gone)
    back = [(spec.name, native_id) for native_id in sorted(intake.alive.get(kind, ()))]
    db.executemany(
        f"update {table} set deleted_at = null where source = ? and native_id = ? and deleted_at is not null", back
    )
    return ""


def _end_rows(db: sqlite3.Connection, spec: SourceSpec, kind: type[Record], intake: Intake, now_at: int) -> str:
    table, prefix = TABLE_OF[kind], f"{spec.account}:"
    first = table.key[0]
    rows = db.execute(
        f"select {', '.join(table.key)} from {table.name} where {first} >= ? and {first} < ? and to_at is null",
        (prefix, f"{spec.account};"),
    ).fetchall()
    seen = intake.seen.get(kind, set())
    if rows and not seen:
        return f"the list of {table.name} was empty although {len(rows)} are known, so none was ended"
    gone = [tuple(row) for row in rows if _native(kind, tuple(row), prefix) not in seen]
    where = " and ".join(f"{name} = ?" for name in table.key)
    db.executemany(f"update {table.name} set to_at = ? where {where}", [(now_at, *key) for key in gone])
    return ""


def _native(kind: type[Record], key: tuple[object, ...], prefix: str) -> tuple[str, ...]:
    return tuple(
        str(value).removeprefix(prefix) if name.endswith("_id") else str(value)
        for name, value in zip(key_fields(kind), key, strict=True)
    )
