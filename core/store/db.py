"""The store's one door: opening, transactions, backup, integrity, and one instance at a time.

The file is SQLite in WAL mode with ``synchronous = NORMAL``: after a power cut the last committed pages may be missing,
never half of one; cursors lie in the transaction of their rows, so the next run reads them again.
"""

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType

from core.errors import ConfigError, DeskpulseError

# 'DSKP': tells our file from any other SQLite database.
APPLICATION_ID = 0x44534B50
BUSY_MS = 30_000
CACHE_KIB = 16_384


class StoreError(DeskpulseError):
    """The store cannot be used as it is; the message says what to do."""


class StoreBusy(StoreError):
    """Another instance runs on this store (exit code 7)."""


class StoreFull(StoreError):
    """The disk is full: nothing of the current page was kept, and the next run reads it again."""


def open_store(
    path: Path | str, *, read_only: bool = False, any_thread: bool = False, as_is: bool = False
) -> sqlite3.Connection:
    """The store at ``path``, made or migrated first unless ``read_only``; in autocommit, rows as ``sqlite3.Row``.

    ``any_thread``: it is handed from thread to thread, and never used by two at once. ``as_is``: of whatever version,
    for copying it."""
    from core.store import migrations  # noqa: PLC0415  (it needs this module)

    path = str(path)
    if path != ":memory:":
        _check_place(Path(path), read_only=read_only)
    with explained(path):
        db = sqlite3.connect(
            f"{Path(path).absolute().as_uri()}?mode=ro" if read_only else path,
            timeout=BUSY_MS / 1000,
            isolation_level=None,
            uri=read_only,
            check_same_thread=not any_thread,
        )
    try:
        with explained(path):
            _settle(db, read_only=read_only)
            if not as_is:
                migrations.migrate(db, path, read_only=read_only)
    except BaseException:
        db.close()
        raise
    db.row_factory = sqlite3.Row
    return db


def _check_place(path: Path, *, read_only: bool) -> None:
    if path.is_dir():
        raise ConfigError(f"store.path: {path} is a folder; name a file in it, such as {path / 'deskpulse.db'}")
    if read_only:
        if not path.exists():
            raise StoreError(f"there is no store at {path} yet; the first run makes it")
        return
    if not path.parent.is_dir():
        raise ConfigError(f"store.path: the folder {path.parent} does not exist; make it, or change store.path")
    try:
        # SQLite gives its -wal and -shm files the mode of the database file.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"the store {path} cannot be opened for writing: {error.strerror}") from error


def _settle(db: sqlite3.Connection, *, read_only: bool) -> None:
    db.execute("pragma schema_version").fetchone()
    tables = db.execute("select count(*) from sqlite_master").fetchone()[0]
    if tables and db.execute("pragma application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreError("it is a SQLite database of another program; choose another store.path")
    if not tables and not read_only:
        db.execute(f"pragma application_id = {APPLICATION_ID}")
    db.execute(f"pragma cache_size = -{CACHE_KIB}")
    db.execute("pragma temp_store = memory")
    if not read_only:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        # Zeros are written over what is deleted: an erased person must not be found in the file's free space.
        db.execute("pragma secure_delete = on")
        # A WAL that a long reader let grow is cut back once it leaves.
        db.execute("pragma journal_size_limit = 67108864")


@contextmanager
def explained(path: str) -> Iterator[None]:
    """SQLite's errors about the file as a whole become ours, with what to do; others pass."""
    try:
        yield
    except sqlite3.Error as error:
        ours = explain(error, path)
        if ours is None:
            raise
        raise ours from error
    except StoreError as error:
        if path not in error.message:
            raise type(error)(f"the store {path} cannot be used: {error.message}") from error
        raise


def explain(error: sqlite3.Error, path: str) -> StoreError | None:
    """What a SQLite error about the file means for the reader; None where it concerns a statement or a row."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_FULL:
            return StoreFull(f"no space left for the store {path}; free some, and the next run goes on")
        case sqlite3.SQLITE_NOTADB:
            return StoreError(f"{path} is no SQLite database; it was left as it is. Choose another store.path")
        case sqlite3.SQLITE_CORRUPT:
            return StoreError(
                f"the store {path} is damaged; it was left as it is. Put a backup in its place, "
                "or move it away and run again to fetch anew"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy(f"another program kept the store {path} locked for {BUSY_MS // 1000} s; try again later")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            return StoreError(f"the store {path} cannot be opened; check the rights of the file and its folder")
        case sqlite3.SQLITE_IOERR:
            return StoreError(f"the disk answered with an error on {path}; nothing of the current page was kept")
    return None


def path_of(db: sqlite3.Connection) -> str:
    """The file behind the connection, ':memory:' where there is none."""
    return str(db.execute("pragma database_list").fetchone()[2] or ":memory:")


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All that happens inside is kept together, or nothing of it."""
    try:
        db.execute("begin immediate")
        yield db
        db.execute("commit")
    except BaseException as error:
        if db.in_transaction:
            db.execute("rollback")
        ours = explain(error, path_of(db)) if isinstance(error, sqlite3.Error) else None
        if ours is not None:
            raise ours from error
        raise


def setting(db: sqlite3.Connection, key: str) -> str | None:
    """A fact about this store."""
    row = db.execute("select value from settings where key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_setting(db: sqlite3.Connection, key: str, value: str) -> None:
    """Keeps a fact about this store; in the caller's transaction, if there is one."""
    db.execute(
        "insert into settings (key, value) values (?, ?) on conflict (key) do update set value = excluded.value",
        (key, value),
    )


def hash_key(db: sqlite3.Connection) -> bytes:
    """The key of the identity hashes: it lies in the store, so a backup holds it and identities still match."""
    return bytes.fromhex(setting(db, "hash_key") or "")


def integrity(db: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with the file; nothing when it is sound."""
    try:
        found = [str(row[0]) for row in db.execute("pragma integrity_check(20)")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found


def backup(db: sqlite3.Connection, target: Path | str) -> Path:
    """A verified copy of the store, hash key included, mode 0600; takes its place only when it is whole."""
    target = Path(target)
    source = path_of(db)
    if target.is_dir() or not target.parent.is_dir():
        raise StoreError(f"backup: {target} names no file in an existing folder")
    if source != ":memory:" and target.exists() and target.samefile(source):
        raise StoreError(f"backup: {target} is the store itself; name another file")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with explained(str(part)), closing(sqlite3.connect(part)) as copy:
            db.backup(copy)
            copy.execute("pragma journal_mode = delete")
            found = integrity(copy)
        if found:
            raise StoreError(f"backup: the copy of {source} is not sound ({found[0]}); nothing was replaced")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreFull(f"no space left for the backup {target}") from error
        raise StoreError(f"backup: {target} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return target


class InstanceLock:
    """Held while an instance runs on the store at ``path``; a second one gets ``StoreBusy``, which names the first."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(f"{path}.lock")
        self._file: int | None = None

    def __enter__(self) -> "InstanceLock":
        if not self.path.parent.is_dir():
            raise ConfigError(
                f"store.path: the folder {self.path.parent} does not exist; make it, or change store.path"
            )
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            pid = os.read(file, 20).decode("ascii", "replace").strip()
            os.close(file)
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise StoreError(f"{self.path} cannot be locked: {error.strerror}") from error
            who = f"process {pid}" if pid else "another process"
            raise StoreBusy(f"another instance runs on this store ({who}); wait for it, or end it") from error
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The file stays: removing it would let a third process lock another file of the same name.
        if self._file is not None:
            os.close(self._file)
            self._file = None
