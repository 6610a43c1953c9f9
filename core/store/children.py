"""Parents whose children (messages of a ticket, legs of a call) are still to be read."""

import sqlite3
from collections.abc import Iterable, Sequence

SEEN = (
    "insert into child_keys (source, stream, key, version) values (?, ?, ?, ?) on conflict (source, stream, key) "
    "do update set version = excluded.version where excluded.version > version"
)


def note_parents(db: sqlite3.Connection, source: str, stream: str, seen: Iterable[tuple[str, int]]) -> None:
    """Notes parents (vendor's id, version) that a page brought; a version seen before changes nothing."""
    db.executemany(SEEN, [(source, stream, key, version) for key, version in seen])


def waiting(db: sqlite3.Connection, source: str, stream: str, most: int) -> dict[str, int]:
    """Parents whose children are older than they are, newest first: vendor's id to version."""
    sql = (
        "select key, version from child_keys where source = ? and stream = ? "
        "and (done_version is null or done_version < version) order by version desc, key limit ?"
    )
    return {row[0]: int(row[1]) for row in db.execute(sql, (source, stream, most))}


def waiting_count(db: sqlite3.Connection, source: str, stream: str) -> int:
    """How many parents wait."""
    sql = (
        "select count(*) from child_keys where source = ? and stream = ? "
        "and (done_version is null or done_version < version)"
    )
    return int(db.execute(sql, (source, stream)).fetchone()[0])


def note_done(db: sqlite3.Connection, source: str, stream: str, done: Sequence[tuple[str, int]]) -> None:
    """Notes the parents' versions whose children are read, in the transaction of the page that brought them."""
    db.executemany(
        "update child_keys set done_version = ? where source = ? and stream = ? and key = ?",
        [(version, source, stream, key) for key, version in done],
    )
