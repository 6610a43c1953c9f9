"""Stored events become records: calls of a call's log lines, states of an agent's, targets of a ticket's clock."""

import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from core.errors import BadRow
from core.model import Entity, Record
from core.pull.contract import Assembly, Context
from core.store.dirty import BY_ROW, Key, day_key, mark
from core.store.tables.base import column_name
from core.store.write import TABLE_OF, Counts, RecordWriter

ENDS = ("to_at", "ended_at")
MOST_OVERLAPPING = 50
# What a connector's pure function raises on a row, or a key's events, that are not as they should be.
ROW_FAULTS = (BadRow, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)


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


@dataclass(frozen=True)
class Assembled:
    """What a run came to; ``faults``: the vendor's ids of keys that could not be put together, with what was raised."""

    counts: Counts
    faults: Mapping[str, Exception]


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
        self._link_at = self._columns.index(self._link)
        self._order = f" order by {', '.join(event.key)}"

    def run(self, keys: Mapping[str, int], ctx: Context) -> Assembled:
        """Assembles the keys anew from their stored events and replaces what was made of them before."""
        keys = dict(keys)
        shared: list[Any] = []
        if self._assembly.broadcast:
            broadcast = f"{self._prefix}{self._assembly.broadcast}"
            begun_at = keys.pop(broadcast, None)
            if begun_at is not None:
                for uid in self._open_keys(begun_at):
                    keys[uid] = min(begun_at, keys.get(uid, begun_at))
            shared = self._events([broadcast]).get(broadcast, [])
        since = {uid: self._replaced_from(uid, first_at) for uid, first_at in keys.items()}
        own = self._events([uid for uid, from_at in since.items() if from_at is None])
        made: dict[str, list[Record]] = {}
        faults: dict[str, Exception] = {}
        for uid, from_at in since.items():
            if from_at is not None:
                own |= self._events([uid], from_at - (self._assembly.tail_s or 0))
            events = _merged(own.get(uid, []), shared)
            try:
                found = list(self._assembly.assemble(uid.removeprefix(self._prefix), events, ctx))
            except ROW_FAULTS as error:
                faults[uid] = error
            else:
                made[uid] = [record for record in found if from_at is None or self._is_due(record, from_at)]
        counts = self._write(made, faults)
        self._drop_rest({uid: since[uid] for uid in made}, [record for records in made.values() for record in records])
        return Assembled(counts, {uid.removeprefix(self._prefix): error for uid, error in faults.items()})

    def _write(self, made: dict[str, list[Record]], faults: dict[str, Exception]) -> Counts:
        """Writes what was made; a key of which something cannot be stored goes over to the faults."""
        self._db.execute("savepoint assembled")
        try:
            counts = self._writer.write(record for records in made.values() for record in records)
        except BadRow:
            self._db.execute("rollback to assembled")
            counts = Counts({}, {})
            for uid in list(made):
                self._db.execute("savepoint one_key")
                try:
                    counts.add(self._writer.write(made[uid]))
                except BadRow as error:
                    self._db.execute("rollback to one_key")
                    faults[uid] = error
                    del made[uid]
                self._db.execute("release one_key")
        self._db.execute("release assembled")
        return counts

    def _events(self, uids: Sequence[str], from_at: int = 0) -> dict[str, list[Any]]:
        """The stored events of each key, in the order of their table."""
        kind, names, cut = self._assembly.event, self._names, len(self._prefix)
        rows = self._db.execute(
            f"select {', '.join(f'e.{name}' for name in self._columns)} from json_each(?) k "
            f"cross join {kind.table} e on e.{self._link} = k.value where e.happened_at >= ?{self._order}",
            (_texts(uids), from_at),
        )
        found: dict[str, list[Any]] = {}
        for row in rows:
            values = list(row)
            uid = values[self._link_at]
            for number in self._uids:
                if values[number] is not None:
                    values[number] = values[number][cut:]
            found.setdefault(uid, []).append(kind(**dict(zip(names, values, strict=True))))
        return found

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
            # A row that reaches over the moment is made anew as a whole, however long ago it began: one of the last
            # that began before it, as rows of a key hardly overlap.
            row = self._db.execute(
                f"select min(from_at) from (select from_at, to_at from {kind.table} where {self._column(kind)} = ? "
                "and from_at <= ? order by from_at desc limit ?) where to_at is null or to_at > ?",
                (uid, from_at, MOST_OVERLAPPING, from_at),
            ).fetchone()
            if row[0] is not None:
                from_at = min(from_at, row[0])
        return from_at

    def _is_due(self, record: Record, from_at: int) -> bool:
        begins_at: int = getattr(record, "from_at", from_at)
        return not isinstance(record, self._assembly.makes) or begins_at >= from_at

    def _column(self, kind: type[Record]) -> str:
        return self._link if self._link in TABLE_OF[kind].names else "uid"

    def _drop_rest(self, since: Mapping[str, int | None], made: Sequence[Record]) -> None:
        """Removes what was stored of these keys from their moment on and was not made again."""
        whole = [uid for uid, from_at in since.items() if from_at is None]
        for kind in self._assembly.makes:
            table, column, marks = TABLE_OF[kind], self._column(kind), BY_ROW.get(TABLE_OF[kind].name, ())
            cut, kept = len(table.key), {_key_of(record, self._prefix) for record in made if record.__class__ is kind}
            fields = [field for marked in marks for field in (marked.field, marked.moment) if field]
            names = dict.fromkeys([*table.key, *(column_name(kind, field) for field in fields)])
            select = f"select {', '.join(f't.{name}' for name in names)} from json_each(?) k "
            select += f"cross join {table.name} t on t.{column} = k.value"
            stored = self._db.execute(select, (_texts(whole),)).fetchall()
            for uid, from_at in since.items():
                if from_at is not None:
                    stored += self._db.execute(f"{select} where t.from_at >= ?", (_texts([uid]), from_at))
            gone = [row for row in stored if row[:cut] not in kept]
            where = " and ".join(f"{name} = ?" for name in table.key)
            self._db.executemany(f"delete from {table.name} where {where}", [row[:cut] for row in gone])
            for marked in marks:
                mark(self._db, marked.kind, {key for row in gone if (key := _marked(row, kind, marked)) is not None})


def _marked(row: sqlite3.Row, kind: type[Record], marked: Key) -> str | None:
    uid: str | None = row[column_name(kind, marked.field)]
    return uid if uid is None or marked.moment is None else day_key(uid, row[marked.moment])


def _merged(own: list[Any], shared: list[Any]) -> list[Any]:
    if not own or not shared or shared[-1].happened_at < own[0].happened_at:
        return own
    later = shared[bisect_left(shared, own[0].happened_at, key=attrgetter("happened_at")) :]
    return sorted([*own, *later], key=attrgetter("happened_at", "seq"))


def _texts(uids: Sequence[str]) -> str:
    return msgspec.json.encode(uids).decode()


def _begin(kind: type[Record]) -> str | None:
    names = TABLE_OF[kind].names
    return next((name for name in ("from_at", "arrived_at", "enqueued_at", "applied_at") if name in names), None)


@lru_cache(maxsize=64)
def key_fields(kind: type[Record]) -> tuple[str, ...]:
    """The fields of a record class that make up its table's key, in key order."""
    by_column = {column_name(kind, info.name): info.name for info in msgspec.structs.fields(kind)}
    return tuple(by_column[column] for column in kind.key)


@lru_cache(maxsize=64)
def _key_parts(kind: type[Record]) -> tuple[tuple[str, bool], ...]:
    names = zip(key_fields(kind), kind.key, strict=True)
    return tuple((name, column == "uid" or column.endswith("_uid")) for name, column in names)


def _key_of(record: Record, prefix: str) -> tuple[Any, ...]:
    return tuple(
        f"{prefix}{getattr(record, name)}" if is_uid else getattr(record, name)
        for name, is_uid in _key_parts(type(record))
    )


def check(assembly: Assembly) -> None:
    """Says what an assembly declares that cannot be."""
    for kind in assembly.makes:
        names = TABLE_OF[kind].names
        if assembly.event.key[0] not in names and not issubclass(kind, Entity):
            raise BadRow(f"{kind.table} has no {assembly.event.key[0]}, so its rows cannot be replaced by key")
        if assembly.tail_s is not None and not {"from_at", "to_at"} <= set(names):
            raise BadRow(f"tail_s is for rows with from_at and to_at, and {kind.table} has none")
