"""Kept rows normalised again over the base rows, after a mapping was mended; never deletes."""

import sqlite3

import msgspec

from core.pull.contract import Connector, Page
from core.pull.intake import Intake
from core.pull.lookups import Lookups
from core.pull.loop import writer_of
from core.pull.source import SourceSpec, context
from core.store.db import hash_key, transaction
from core.store.raw import kept_rows


def rebuild_from_raw(db: sqlite3.Connection, source: SourceSpec, connector: Connector, now_at: int) -> int:
    """Normalises every kept row of the source again; how many there were.

    Rows kept "redacted" have no personal text, so no identity is made of them and ``ctx.is_redacted`` says so."""
    is_redacted = source.raw != "full"
    key = hash_key(db)
    writer = writer_of(db, source, connector, key, now_at, skip_identities=is_redacted)
    lookups = Lookups(db, source.name, now_at).kept
    count = 0
    for stream in connector.streams:
        for batch in kept_rows(db, source.name, stream.name):
            ctx = context(
                source,
                hash_key=key,
                fetched_at=max(at for _, at, _ in batch),
                lookups=lookups,
                warn=lambda _kind, _value: None,
                is_redacted=is_redacted,
            )
            page = Page([raw if stream.row is bytes else msgspec.Raw(raw) for _, _, raw in batch])
            with transaction(db):
                Intake(db, source, stream, writer, ctx, keep_raw=False).take(page)
            count += len(batch)
    return count
