"""Vendor rows as they were read, compressed row by row, so that one person's can be erased and all normalised again."""

import sqlite3
from collections.abc import Iterator, Sequence

import zstandard

from core.clock import DAY_S
from core.store.db import set_setting, setting, transaction

# A dictionary of 32 KB brings a ticket of 3.5 KB down to an eighth (measured); more samples change little.
DICTIONARY_BYTES = 32_768
ENOUGH_SAMPLES = 1_000
LEVEL = 3

UPSERT = (
    "insert into raw_records (source, stream, native_id, fetched_at, dictionary, payload) values (?, ?, ?, ?, ?, ?) "
    "on conflict (source, stream, native_id) do update set fetched_at = excluded.fetched_at, "
    "dictionary = excluded.dictionary, payload = excluded.payload where payload is not excluded.payload"
)


class RawKeeper:
    """Keeps the rows of one stream; trains a dictionary once enough have passed, and uses it from then on."""

    def __init__(self, db: sqlite3.Connection, source: str, stream: str, now_at: int) -> None:
        self._db = db
        self._source = source
        self._stream = stream
        self._now_at = now_at
        self._samples: list[bytes | bytearray | memoryview] = []
        found = db.execute(
            "select id, dictionary from raw_dictionaries where source = ? and stream = ? order by id desc limit 1",
            (source, stream),
        ).fetchone()
        self._dictionary = 0 if found is None else int(found[0])
        self._compressor = _compressor(None if found is None else found[1])

    def keep(self, rows: Sequence[tuple[str, bytes]]) -> None:
        """Keeps rows (vendor's id, bytes) in the caller's transaction; a later one of the same id replaces it."""
        if self._dictionary == 0:
            self._learn(rows)
        compress, given = self._compressor.compress, (self._source, self._stream)
        at, number = self._now_at, self._dictionary
        self._db.executemany(UPSERT, [(*given, native_id, at, number, compress(raw)) for native_id, raw in rows])

    def _learn(self, rows: Sequence[tuple[str, bytes]]) -> None:
        self._samples += [raw for _, raw in rows]
        if len(self._samples) < ENOUGH_SAMPLES:
            return
        samples, self._samples = self._samples[: 2 * ENOUGH_SAMPLES], []
        try:
            trained = zstandard.train_dictionary(DICTIONARY_BYTES, samples).as_bytes()
        except zstandard.ZstdError:
            return  # rows too short or too few to learn from: they stay without
        made = self._db.execute(
            "insert into raw_dictionaries (source, stream, made_at, dictionary) values (?, ?, ?, ?)",
            (self._source, self._stream, self._now_at, trained),
        )
        self._dictionary = made.lastrowid or 0
        self._compressor = _compressor(trained)


def _compressor(dictionary: bytes | None) -> zstandard.ZstdCompressor:
    # Four bytes of dictionary id and the checksum are left out: the row names its dictionary, SQLite keeps the bytes.
    if dictionary is None:
        return zstandard.ZstdCompressor(level=LEVEL, write_dict_id=False)
    return zstandard.ZstdCompressor(
        level=LEVEL, dict_data=zstandard.ZstdCompressionDict(dictionary), write_dict_id=False
    )


def kept_rows(
    db: sqlite3.Connection, source: str, stream: str, batch: int = 1_000
) -> Iterator[list[tuple[str, int, bytes]]]:
    """The kept rows of a stream (vendor's id, moment of fetching, bytes), in batches by id."""
    readers = {0: zstandard.ZstdDecompressor()}
    for number, dictionary in db.execute(
        "select id, dictionary from raw_dictionaries where source = ? and stream = ?", (source, stream)
    ):
        known = zstandard.ZstdCompressionDict(dictionary)
        readers[int(number)] = zstandard.ZstdDecompressor(dict_data=known)
    after = ""
    while True:
        rows = db.execute(
            "select native_id, fetched_at, dictionary, payload from raw_records "
            "where source = ? and stream = ? and native_id > ? order by native_id limit ?",
            (source, stream, after, batch),
        ).fetchall()
        if not rows:
            return
        yield [(str(row[0]), int(row[1]), readers[row[2]].decompress(row[3])) for row in rows]
        after = str(rows[-1][0])


def without_dictionary(db: sqlite3.Connection, source: str, stream: str) -> None:
    """Packs the stream's rows anew, each by itself, and drops its dictionaries: they hold pieces of rows."""
    compress = _compressor(None).compress
    for batch in kept_rows(db, source, stream):
        db.executemany(
            "update raw_records set dictionary = 0, payload = ? where source = ? and stream = ? and native_id = ?",
            [(compress(raw), source, stream, native_id) for native_id, _, raw in batch],
        )
    db.execute("delete from raw_dictionaries where source = ? and stream = ?", (source, stream))


def forget_raw(db: sqlite3.Connection, source: str, now_at: int, days: int) -> int:
    """Drops the source's rows fetched more than so many days ago, at most once a day; how many they were."""
    last = setting(db, f"raw_forgotten:{source}")
    if last is not None and 0 <= now_at - int(last) < DAY_S:
        return 0
    with transaction(db):
        set_setting(db, f"raw_forgotten:{source}", str(now_at))
        sql = "delete from raw_records where source = ? and fetched_at < ?"
        return db.execute(sql, (source, now_at - days * DAY_S)).rowcount
