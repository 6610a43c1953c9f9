"""The one writer of rows that came from a vendor: records in, upserts out, set by set, in the caller's transaction.

A field that is UNSET leaves the stored value alone, None empties it, an older version changes nothing, and a row that
says what is stored already changes nothing at all, so it marks nothing as changed either.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from operator import attrgetter, is_, itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from core import model
from core.clock import AHEAD_S, EARLIEST_AT, iso
from core.errors import BadRow
from core.model import Customer, CustomerIdentity, Record, Schedule
from core.store import private
from core.store.dirty import BY_ROW, day_key, mark, watch
from core.store.erase import erased_among, forget_people
from core.store.opening import OpeningHours
from core.store.tables import BASE
from core.store.tables.base import column_name
from core.store.tables.shape import Table

TABLE_OF: Mapping[type[Record], Table] = dict(zip(model.RECORDS, BASE, strict=True))

# Moments at which something is said to have happened; a row of the future or of 1970 is set aside.
CLOCKS: Mapping[str, tuple[str, ...]] = {
    "tickets": ("created_at", "updated_at", "source_updated_at"),
    "ticket_events": ("happened_at",),
    "messages": ("happened_at",),
    "calls": ("arrived_at", "ended_at", "source_updated_at"),
    "call_events": ("happened_at",),
    "agent_events": ("happened_at",),
    "agent_states": ("from_at",),
    "surveys": ("offered_at", "rated_at"),
    "qa_reviews": ("reviewed_at",),
    "complaints": ("received_at",),
    "time_entries": ("started_at",),
}
REFERENCES = "('assignee', 'team', 'merge', 'schedule')"
UNCOMPARED = frozenset({"source", "synced_at", "fetched_at"})
CONTAINERS = frozenset({"tags", "extra"})
WRITERS = ("author_id", "customer_id")
# Before an id that names another account's row: "@zd-main:4711".
ELSEWHERE = "@"

# Values given before a record's own: ?1 the account's prefix, ?2 the source, ?3 the moment of writing.
GIVEN = 3


@dataclass
class Counts:
    """How many records were given to the writer and how many of them changed the store, by table."""

    given: dict[str, int]
    changed: dict[str, int]

    @property
    def news(self) -> int:
        """Rows that were new or different."""
        return sum(self.changed.values())

    def add(self, other: "Counts") -> None:
        """Takes in the counts of another page."""
        for table, count in other.given.items():
            self.given[table] = self.given.get(table, 0) + count
        for table, count in other.changed.items():
            self.changed[table] = self.changed.get(table, 0) + count


@dataclass(frozen=True)
class Plan:
    """How the records of one class that leave the same fields UNSET become rows."""

    sql: str
    pick: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None
    containers: int


@dataclass(frozen=True)
class Form:
    """What is the same for all records of a class; containers, which become JSON text, come last."""

    table: Table
    fields: tuple[str, ...]
    get: Callable[[Record], tuple[Any, ...]]
    is_fixed: bool
    clocks: tuple[int, ...]


@lru_cache(maxsize=64)
def form_of(record: type[Record]) -> Form:
    """The form of a record class."""
    infos = [info for info in msgspec.structs.fields(record) if column_name(record, info.name)]
    infos.sort(key=lambda info: info.name in CONTAINERS)
    names = tuple(info.name for info in infos)
    clocks = tuple(names.index(name) for name in CLOCKS.get(record.table, ()))
    fixed = all(info.default is not UNSET for info in infos)
    return Form(TABLE_OF[record], names, attrgetter(*names), fixed, clocks)


class RecordWriter:
    """Writes records of one source; marks what depends on the rows that changed."""

    def __init__(
        self,
        db: sqlite3.Connection,
        *,
        account: str,
        source: str,
        hash_key: bytes,
        now_at: int,
        zone: ZoneInfo,
        default_country: str | None = None,
        store_bodies: bool = False,
        skip_identities: bool = False,
        refers_elsewhere: bool = False,
    ) -> None:
        self._db = db
        self._given = (f"{account}:", source, now_at)
        self._hash_key = hash_key
        self._country = default_country
        self._store_bodies = store_bodies
        self._skip_identities = skip_identities
        self._refers_elsewhere = refers_elsewhere
        self._bounds = (EARLIEST_AT, now_at + AHEAD_S)
        self._opening = OpeningHours(db, now_at, zone)
        self._plans: dict[tuple[type[Record], bytes], Plan] = {}
        watch(db)
        db.create_function("mask", 1, private.mask, deterministic=True)
        db.create_function("mask_comment", 1, private.mask_comment, deterministic=True)

    def write(self, records: Iterable[Record]) -> Counts:
        """Upserts the records in the caller's transaction; BadRow says that one of them cannot be stored."""
        by_class: dict[type[Record], list[Record]] = {}
        for record in records:
            kind = record.__class__
            if kind in by_class:
                by_class[kind].append(record)
            else:
                by_class[kind] = [record]
        counts = Counts({}, {})
        for kind, batch in by_class.items():
            table = kind.table
            counts.given[table] = len(batch)
            try:
                counts.changed[table] = self._write(kind, batch)
            except sqlite3.IntegrityError as error:
                raise BadRow(f"{table}: {error}") from error
            except OverflowError as error:
                raise BadRow(f"{table}: a number is too large to be stored") from error
            except (sqlite3.ProgrammingError, sqlite3.InterfaceError, TypeError) as error:
                raise BadRow(f"{table}: a value is of a kind that cannot be stored") from error
        return counts

    def _write(self, kind: type[Record], batch: list[Record]) -> int:
        form = form_of(kind)
        if kind is CustomerIdentity:
            changed = self._write_identities(form, batch)
            if changed:
                self._mark(form, list(map(form.get, batch)))
            return changed
        values = list(map(form.get, batch))
        for position in form.clocks:
            self._check_clock(form, values, position)
        changed = 0
        told = self._erased(batch) if kind is Customer else frozenset()
        before = erased_among(self._db, told) if told else set()
        for mask, rows in self._by_absent(form, values):
            key = (kind, mask)
            plan = self._plans.get(key) or self._plans.setdefault(key, self._plan(form, mask))
            changed += self._run(plan, rows)
        if changed and form.table.name in BY_ROW:
            self._mark(form, values)
        if told and (gone := erased_among(self._db, told) - before):
            forget_people(self._db, gone)
        if kind is Schedule:
            for record in batch:
                assert isinstance(record, Schedule)
                self._opening.write(f"{self._given[0]}{record.id}", record)
        return changed

    def _by_absent(self, form: Form, values: list[tuple[Any, ...]]) -> Iterable[tuple[bytes, list[tuple[Any, ...]]]]:
        if form.is_fixed:
            return ((bytes(len(form.fields)), values),)
        groups: dict[bytes, list[tuple[Any, ...]]] = {}
        unset = repeat(UNSET)
        for row in values:
            mask = bytes(map(is_, row, unset))
            if mask in groups:
                groups[mask].append(row)
            else:
                groups[mask] = [row]
        return groups.items()

    def _run(self, plan: Plan, rows: list[tuple[Any, ...]]) -> int:
        given = self._given
        if plan.pick is not None:
            rows = list(map(plan.pick, rows))
        if plan.containers:
            cut = -plan.containers
            rows = [(*given, *row[:cut], *map(_json, row[cut:])) for row in rows]
        else:
            rows = [given + row for row in rows]
        if not _is_sound(rows):
            rows = [tuple(map(_repaired, row)) for row in rows]
        return self._db.executemany(plan.sql, rows).rowcount

    def _write_identities(self, form: Form, batch: list[Record]) -> int:
        rows = []
        for record in batch:
            assert isinstance(record, CustomerIdentity)
            hashed = private.identity(record.kind, record.value, self._country, self._hash_key)
            if hashed is not None and not self._skip_identities:
                rows.append((record.customer_id, record.kind, hashed))
        # An older page still knows who they were.
        erased = erased_among(self._db, {self._uid(row[0]) for row in rows})
        rows = [row for row in rows if self._uid(row[0]) not in erased] if erased else rows
        return self._run(self._plan(form, bytes(len(form.fields))), rows) if rows else 0

    def _erased(self, batch: list[Record]) -> frozenset[str]:
        return frozenset(
            self._uid(record.id)
            for record in batch
            if isinstance(record, Customer) and record.erased_at is not UNSET and record.erased_at is not None
        )

    def _mark(self, form: Form, values: list[tuple[Any, ...]]) -> None:
        # Of a batch with any change all keys are marked: which row changed is not worth a query each.
        for kind, field, moment in BY_ROW[form.table.name]:
            at = form.fields.index(field)
            if moment is None:
                keys = {self._uid(key) for key in {row[at] for row in values} if key.__class__ is str}
            else:
                by = form.fields.index(moment)
                keys = {day_key(self._uid(row[at]), row[by]) for row in values}
            mark(self._db, kind, keys)

    def _check_clock(self, form: Form, values: list[tuple[Any, ...]], position: int) -> None:
        low, high = self._bounds
        for row in values:
            at = row[position]
            if at.__class__ is int and not low <= at <= high:
                shown = iso(at) if 0 <= at < 253_402_300_800 else f"the moment {at}"
                raise BadRow(f"{form.table.name}.{form.fields[position]}: {shown} cannot be right")

    def _plan(self, form: Form, mask: bytes) -> Plan:
        table, kind = form.table, form.table.name
        present = [number for number, absent in enumerate(mask) if not absent]
        fields = [form.fields[number] for number in present]
        place = {field: f"?{number}" for number, field in enumerate(fields, GIVEN + 1)}
        names, values = [], []
        for column, value in self._values(table, place):
            names.append(column)
            values.append(value)
        rest = [name for name in names if name not in table.key]
        sql = f"insert into {kind} ({', '.join(names)}) values ({', '.join(values)}) "
        sql += f"on conflict ({', '.join(table.key)}) "
        compared = [name for name in rest if name not in UNCOMPARED]
        if compared:
            sql += "do update set " + ", ".join(f"{name} = excluded.{name}" for name in rest) + " where "
            if "version" in names:
                sql += f"excluded.version >= {kind}.version and "
            stored = ", ".join(f"{kind}.{name}" for name in compared)
            told = ", ".join(f"excluded.{name}" for name in compared)
            sql += f"({stored}) is not ({told})"
        else:
            sql += "do nothing"
        pick = None
        if len(present) < len(mask):
            only = present[0]
            pick = itemgetter(*present) if len(present) > 1 else lambda row: (row[only],)
        return Plan(sql, pick, sum(field in CONTAINERS for field in fields))

    def _uid(self, key: str) -> str:
        if self._refers_elsewhere and key[:1] == ELSEWHERE:
            return key[1:]
        return f"{self._given[0]}{key}"

    def _uid_of(self, at: str) -> str:
        if self._refers_elsewhere:
            return f"iif(substr({at}, 1, 1) = '{ELSEWHERE}', substr({at}, 2), ?1 || {at})"
        return f"?1 || {at}"

    def _unless_erased(self, words: str, place: Mapping[str, str]) -> str:
        """The words, or null where who wrote them, or asked on that ticket or call, is erased."""
        named = [self._uid_of(place[field]) for field in WRITERS if field in place]
        for table, column, field in (("tickets", "requester_uid", "ticket_id"), ("calls", "customer_uid", "call_id")):
            if field in place:
                named.append(f"(select {column} from {table} where uid = {self._uid_of(place[field])})")
        erased = f"select 1 from customers where erased_at is not null and uid in ({', '.join(named)})"
        return f"iif(exists ({erased}), null, {words})"

    def _values(self, table: Table, place: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        is_entity = "native_id" in table.names and "uid" in table.names
        if "source" in table.names:
            yield "source", "?2"
        if is_entity:
            yield "synced_at", "?3"
        for field, at in place.items():
            if field == "id":
                if is_entity:
                    yield "uid", self._uid_of(at)
                yield "native_id", at
            elif field.endswith("_id"):
                yield f"{field[:-3]}_uid", self._uid_of(at)
            elif table.name == "customer_identities" and field == "value":
                yield "identity_hash", at
            elif table.name == "ticket_events" and field in ("old_value", "new_value"):
                yield field, f"case when {place['field']} in {REFERENCES} then ?1 || {at} else {_masked(at)} end"
            elif table.name == "messages" and field == "body" and not self._store_bodies:
                yield field, f"iif({at} is null, null, null)"
            elif table.name == "messages" and field == "body":
                yield field, self._unless_erased(at, place)
            elif table.name == "surveys" and field == "comment":
                kept = at if self._store_bodies else f"mask_comment({at})"
                yield field, f"iif({at} is null, null, {self._unless_erased(kept, place)})"
            else:
                yield field, at


def _masked(at: str) -> str:
    return f"iif(instr({at}, '@') or instr({at}, '+') or {at} glob '0*', mask({at}), {at})"


_encode = msgspec.json.Encoder(enc_hook=str).encode


def _json(value: Any) -> str | None:
    if value is None:
        return None
    text = _encode(value).decode()
    # Custom fields and tags are words of people: what looks dialled or mailed is blanked.
    return private.mask(text) if "@" in text or '"+' in text or '"0' in text else text


def _is_sound(rows: list[tuple[Any, ...]]) -> bool:
    """Whether no text holds NUL or half a surrogate pair; SQLite stores the first badly and refuses the second."""
    try:
        return b"\\u0000" not in _encode(rows)
    except UnicodeEncodeError:
        return False


def _repaired(value: Any) -> Any:
    if value.__class__ is not str:
        return value
    return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
