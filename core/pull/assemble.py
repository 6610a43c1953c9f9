"""Stored events become records: calls of a call's log lines, states of an agent's, targets of a ticket's clock."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from core.errors import BadRow
from core.model import Entity, Record
from core.pull.contract import Assembly, Context
from core.store.dirty import BY_ROW, mark
from core.store.tables.base import column_name
from core.store.write import TABLE_OF, Counts, RecordWriter

ENDS = ("to_at", "ended_at")


@lru_cache(maxsize=64)
def key_field(event: type[Record]) -> str:
    """The field of an event class that holds the vendor's id of its key: the first column of its table's key."""
    column = event.key[0]
    return next(info.name for info in msgspec.structs.fields(event) if column_name(event, info.name) == column)


def touched(assembly: Assembly, records: Iterable[Record], prefix: str) -> dict[str, int]:
    """The keys (uids) whose events are among the records, each with its earliest moment."""
    get = attrgetter(key_field(assembly.event), "happened_at")
    found: dict[str, int] = {}
    for record in records:
        if record.__class__ is assembly.event:
            key, at = get(record)
            uid = prefix + key
            if uid not in found or at < found[uid]:
                found[uid] = at
    return found


class Assembler:
    """Runs one assembly of a source over the keys that a page touched, in the page's transaction."""

    def __init__(self, db: sqlite3.Connection, assembly: Assembly, account: str, writer: RecordWriter) -> None:
        self._db = db
        self._assembly = assembly
        self._prefix = f"{account}:"
        self._writer = writer
        event = assembly.event
        self._names = tuple(info.name for info in msgspec.structs.fields(event))
        self._columns = tuple(column_name(event, name) for name in self._names)
        self._uids = tuple(number for number, column in enumerate(self._columns) if column.endswith("_uid"))
        self._link = event.key[0]
        self._select = f"select {', '.join(self._columns)} from {event.table} where {self._link} = ?"
        self._order = f" order by {', '.join(event.key[1:])}"

    def run(self, keys: Mapping[str, int], ctx: Context) -> Counts:
        """Assembles the keys anew from their stored events and replaces what was made of them before."""
        keys = dict(keys)
        broadcast = f"{self._prefix}{self._assembly.broadcast}" if self._assembly.broadcast else None
        shared: list[Any] = []
        if broadcast:
            begun_at = keys.pop(broadcast, None)
            if begun_at is not None:
                for uid in self._open_keys(begun_at):
                    keys[uid] = min(begun_at, keys.get(uid, begun_at))
            shared = self._events(broadcast, None)
        made: list[Record] = []
        stored: list[tuple[type[Record], str, int | None]] = []
        for uid, first_at in keys.items():
            from_at = self._replaced_from(uid, first_at)
            read_from = None if from_at is None else from_at - (self._assembly.tail_s or 0)
            events = self._merged(self._events(uid, read_from), shared)
            found = self._assembly.assemble(uid.removeprefix(self._prefix), events, ctx)
            made.extend(record for record in found if from_at is None or self._is_due(record, from_at))
            stored += [(kind, uid, from_at) for kind in self._assembly.makes]
        counts = self._writer.write(made)
        self._drop_rest(stored, made)
        return counts

    def _events(self, uid: str, from_at: int | None) -> list[Any]:
        sql, given = self._select, [uid]
        if from_at is not None:
            sql += f" and happened_at >= {int(from_at)}"
        kind, names, cut = self._assembly.event, self._names, len(self._prefix)
        found = []
        for row in self._db.execute(sql + self._order, given):
            values = list(row)
            for number in self._uids:
                if values[number] is not None:
                    values[number] = values[number][cut:]
            found.append(kind(**dict(zip(names, values, strict=True))))
        return found

    def _merged(self, own: list[Any], shared: Sequence[Any]) -> list[Any]:
        if not own or not shared:
            return own
        begun_at = own[0].happened_at
        later = [event for event in shared if event.happened_at >= begun_at]
        return sorted([*own, *later], key=attrgetter("happened_at", "seq")) if later else own

    def _open_keys(self, at: int) -> list[str]:
        found: set[str] = set()
        for kind in self._assembly.makes:
            table = TABLE_OF[kind]
            end = next((name for name in ENDS if name in table.names), None)
            begin = _begin(kind)
            if end and begin:
                column = self._column(kind)
                rows = self._db.execute(
                    f"select distinct {column} from {table.name} where {column} >= ? and {column} < ? "
                    f"and {begin} <= ? and ({end} is null or {end} > ?)",
                    (self._prefix, self._prefix[:-1] + ";", at, at),
                )
                found.update(row[0] for row in rows)
        return sorted(found)

    def _replaced_from(self, uid: str, first_at: int) -> int | None:
        """From which moment on made rows are replaced; None: all of them."""
        tail_s = self._assembly.tail_s
        if tail_s is None:
            return None
        from_at = first_at - tail_s
        for kind in self._assembly.makes:
            # A row that reaches over the moment is made anew as a whole, however long ago it began.
            row = self._db.execute(
                f"select min(from_at) from {kind.table} "
                f"where {self._column(kind)} = ? and (to_at is null or to_at > ?)",
                (uid, from_at),
            ).fetchone()
            if row[0] is not None:
                from_at = min(from_at, row[0])
        return from_at

    def _is_due(self, record: Record, from_at: int) -> bool:
        begins_at: int = getattr(record, "from_at", from_at)
        return not isinstance(record, self._assembly.makes) or begins_at >= from_at

    def _column(self, kind: type[Record]) -> str:
        return self._link if self._link in TABLE_OF[kind].names else "uid"

    def _drop_rest(self, stored: list[tuple[type[Record], str, int | None]], made: list[Record]) -> None:
        kept: dict[type[Record], set[tuple[Any, ...]]] = {kind: set() for kind in self._assembly.makes}
        for record in made:
            if type(record) in kept:
                kept[type(record)].add(_key_of(record, self._prefix))
        for kind, uid, from_at in stored:
            table = TABLE_OF[kind]
            since = "" if from_at is None else f" and from_at >= {int(from_at)}"
            rows = self._db.execute(
                f"select {', '.join(table.key)} from {table.name} where {self._column(kind)} = ?{since}", (uid,)
            )
            gone = [tuple(row) for row in rows if tuple(row) not in kept[kind]]
            if gone:
                where = " and ".join(f"{name} = ?" for name in table.key)
                for marked, field in BY_ROW.get(table.name, ()):
                    column = column_name(kind, field)
                    for key in gone:
                        found = self._db.execute(
                            f"select {column} from {table.name} where {where} and {column} is not null", key
                        )
                        mark(self._db, marked, [row[0] for row in found])
                self._db.executemany(f"delete from {table.name} where {where}", gone)


def _begin(kind: type[Record]) -> str | None:
    names = TABLE_OF[kind].names
    return next((name for name in ("from_at", "arrived_at", "enqueued_at", "applied_at") if name in names), None)


@lru_cache(maxsize=64)
def key_fields(kind: type[Record]) -> tuple[str, ...]:
    """The fields of a record class that make up its table's key, in key order."""
    by_column = {column_name(kind, info.name): info.name for info in msgspec.structs.fields(kind)}
    return tuple(by_column[column] for column in kind.key)


def _key_of(record: Record, prefix: str) -> tuple[Any, ...]:
    kind = type(record)
    values = []
    for column, name in zip(kind.key, key_fields(kind), strict=True):
        value = getattr(record, name)
        values.append(f"{prefix}{value}" if column == "uid" or column.endswith("_uid") else value)
    return tuple(values)


def check(assembly: Assembly) -> None:
    """Says what an assembly declares that cannot be."""
    for kind in assembly.makes:
        names = TABLE_OF[kind].names
        if assembly.event.key[0] not in names and not issubclass(kind, Entity):
            raise BadRow(f"{kind.table} has no {assembly.event.key[0]}, so its rows cannot be replaced by key")
        if assembly.tail_s is not None and not {"from_at", "to_at"} <= set(names):
            raise BadRow(f"tail_s is for rows with from_at and to_at, and {kind.table} has none")
