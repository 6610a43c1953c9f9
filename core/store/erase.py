"""Whom a vendor has erased is forgotten here too: their names in other systems at once, kept rows at the pull's end.

What was counted stays: tickets, calls and their facts hold ids and moments. With ``secure_delete`` on, SQLite writes
zeros over what it deletes, and the write-ahead log is cut back at the end, so that the bytes are gone as well.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator

import msgspec

from core.store.db import set_setting, setting, transaction
from core.store.dirty import mark
from core.store.raw import kept_rows, without_dictionary

QUEUED = "erased"
SCRUB = "scrub"
# Each value of a JSON row that could be an id.
VALUE = re.compile(rb'[:\[,]\s*"?([\w.:-]{1,100})"?\s*(?=[,}\]])')
# Beside mails and numbers, what tells one person from others.
TRAITS = ("region", "postcode_area", "country", "age_band", "tenure_band")
# Who shared a mail or number with the person: with one fewer, other people are joined.
SHARING = """
select distinct o.customer_uid
from json_each(?) k
join customer_identities as i on i.customer_uid = k.value
join customer_identities as o on o.kind = i.kind and o.identity_hash = i.identity_hash
"""
OF_PERSON = "(select value from json_each(:uids))"
WORDS = (
    f"update messages set body = null where body is not null and (author_uid in {OF_PERSON} "
    f"or ticket_uid in (select uid from tickets where requester_uid in {OF_PERSON}))",
    f"update surveys set comment = null where comment is not null and (customer_uid in {OF_PERSON} "
    f"or ticket_uid in (select uid from tickets where requester_uid in {OF_PERSON}) "
    f"or call_uid in (select uid from calls where customer_uid in {OF_PERSON}))",
    f"delete from customer_identities where customer_uid in {OF_PERSON}",
    f"update customers set {', '.join(f'{name} = null' for name in TRAITS)} where uid in {OF_PERSON}",
)


def erased_among(db: sqlite3.Connection, uids: Iterable[str]) -> set[str]:
    """Those of the customers who are erased."""
    sql = "select uid from customers where erased_at is not null and uid in (select value from json_each(?))"
    return {row[0] for row in db.execute(sql, (_texts(uids),))}


def forget_people(db: sqlite3.Connection, uids: Iterable[str]) -> None:
    """Drops what names these customers, in the caller's transaction, and queues them for ``forget_kept``."""
    wanted = _texts(sorted(uids))
    mark(db, "customer", [row[0] for row in db.execute(SHARING, (wanted,))])
    for sql in WORDS:
        db.execute(sql, {"uids": wanted})
    mark(db, QUEUED, msgspec.json.decode(wanted))


def forget_kept(db: sqlite3.Connection, account: str, *, is_full: bool) -> int:
    """Drops kept and rejected rows that name a queued customer of the account, or a ticket or call of theirs; how many.

    ``is_full``: rows are kept with all their words, so what was learnt from them for packing goes too."""
    bounds = (f"{account}:", f"{account};")
    queued = [
        row[0]
        for row in db.execute("select key from dirty_keys where kind = ? and key >= ? and key < ?", (QUEUED, *bounds))
    ]
    count = 0
    if queued:
        with transaction(db):
            ids = frozenset(name.encode() for name in _ids(db, queued))
            for source, stream in _streams(db, bounds):
                count += _drop(db, source, stream, ids)
                if is_full:
                    without_dictionary(db, source, stream)
            db.execute("delete from dirty_keys where kind = ? and key >= ? and key < ?", (QUEUED, *bounds))
            set_setting(db, SCRUB, "due")
    # Somebody who reads the log keeps it from being cut back; then the next pull tries again.
    if setting(db, SCRUB) == "due" and not db.execute("pragma wal_checkpoint(truncate)").fetchone()[0]:
        set_setting(db, SCRUB, "done")
    return count


def _ids(db: sqlite3.Connection, uids: list[str]) -> Iterator[str]:
    """The vendor's ids of these customers and of their tickets and calls."""
    for uid in uids:
        yield uid.partition(":")[2]
    for table, column in (("tickets", "requester_uid"), ("calls", "customer_uid")):
        sql = f"select native_id from {table} where {column} in (select value from json_each(?))"
        for row in db.execute(sql, (_texts(uids),)):
            yield row[0]


def _streams(db: sqlite3.Connection, bounds: tuple[str, str]) -> list[tuple[str, str]]:
    """Every stream with kept or rejected rows of the sources that share the account."""
    union = " union ".join(
        f"select source from {table} where uid >= ?1 and uid < ?2" for table in ("customers", "tickets", "calls")
    )
    sql = "select source, stream from (select source, stream from raw_records union select source, stream "
    sql += f"from rejected_rows) where source in ({union})"
    return [(str(row[0]), str(row[1])) for row in db.execute(sql, bounds).fetchall()]


def _drop(db: sqlite3.Connection, source: str, stream: str, ids: frozenset[bytes]) -> int:
    named = [
        native_id
        for batch in kept_rows(db, source, stream)
        for native_id, _, raw in batch
        if native_id.encode() in ids or not ids.isdisjoint(VALUE.findall(raw))
    ]
    db.executemany(
        "delete from raw_records where source = ? and stream = ? and native_id = ?",
        [(source, stream, native_id) for native_id in named],
    )
    rejected = [
        row[0]
        for row in db.execute(
            "select id, native_id, raw from rejected_rows where source = ? and stream = ? and raw is not null",
            (source, stream),
        )
        if str(row[1]).encode() in ids or not ids.isdisjoint(VALUE.findall(row[2]))
    ]
    db.executemany("update rejected_rows set raw = null where id = ?", [(number,) for number in rejected])
    return len(named) + len(rejected)


def _texts(uids: Iterable[str]) -> str:
    return msgspec.json.encode(list(uids)).decode()
