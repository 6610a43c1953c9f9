import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.store import migrations
from core.store.db import (
    InstanceLock,
    StoreBusy,
    StoreError,
    StoreFull,
    backup,
    hash_key,
    integrity,
    open_store,
    transaction,
)
from tests.store.conftest import NOW


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_store_and_its_logs_are_for_the_owner_alone(store_path: Path) -> None:
    """Customers' ids and hashes lie in it; another user of the machine must not read them."""
    with closing(open_store(store_path)) as db:
        db.execute("insert into runs (id, started_at) values ('a', 1)")
        assert {mode(path) for path in store_path.parent.iterdir()} == {0o600}
        assert store_path.with_name("deskpulse.db-wal").exists()
        assert db.execute("pragma journal_mode").fetchone()[0] == "wal"
        assert db.execute("pragma synchronous").fetchone()[0] == 1


def test_damaged_file_is_named_and_left_alone(store_path: Path) -> None:
    """The admin needs to hear 'put back a backup', and the file must still be there to be examined."""
    with closing(open_store(store_path)) as db:
        db.execute("insert into runs (id, started_at) values ('a', 1)")
    content = bytearray(store_path.read_bytes())
    content[100:4096] = os.urandom(3996)
    store_path.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged.*backup"):
        open_store(store_path)
    assert store_path.read_bytes() == content


def test_file_that_is_no_database_is_left_alone(store_path: Path) -> None:
    """A typing error in store.path must not cost somebody their spreadsheet."""
    store_path.write_bytes(b"name;number\n" * 100)
    with pytest.raises(StoreError, match="no SQLite database"):
        open_store(store_path)
    assert store_path.read_bytes() == b"name;number\n" * 100


def test_database_of_another_program_is_refused(store_path: Path) -> None:
    """Our tables in somebody else's database would be found by nobody."""
    with closing(sqlite3.connect(store_path)) as other:
        other.execute("create table t (a)")
        other.commit()
    with pytest.raises(StoreError, match="another program"):
        open_store(store_path)


def test_missing_folder_names_the_setting(tmp_path: Path) -> None:
    """The one who mistyped store.path needs to be led to it."""
    with pytest.raises(ConfigError, match=r"store\.path"):
        open_store(tmp_path / "nowhere" / "deskpulse.db")
    with pytest.raises(StoreError, match="first run"):
        open_store(tmp_path / "deskpulse.db", read_only=True)


def test_reader_cannot_write(store_path: Path) -> None:
    """A report must not be able to change what it reports."""
    open_store(store_path).close()
    with closing(open_store(store_path, read_only=True)) as db, pytest.raises(sqlite3.OperationalError):
        db.execute("insert into runs (id, started_at) values ('a', 1)")


def test_later_schema_is_refused(store_path: Path) -> None:
    """An older program would misread a newer store and write nonsense into it."""
    with closing(open_store(store_path)) as db:
        db.execute("pragma user_version = 99")
    with pytest.raises(StoreError, match="later version"):
        open_store(store_path)


def test_transaction_keeps_all_or_nothing(db: sqlite3.Connection) -> None:
    """Rows without their cursor, or a cursor without its rows, are lost data."""

    def half() -> None:
        with transaction(db):
            db.execute("insert into runs (id, started_at) values ('a', 1)")
            raise KeyError("half")

    with pytest.raises(KeyError, match="half"):
        half()
    assert db.execute("select count(*) from runs").fetchone()[0] == 0


def test_full_disk_is_told_as_such(store_path: Path) -> None:
    """'no space left' is something an admin can mend; a traceback is not. The page is lost as a whole, not in half."""
    with closing(open_store(store_path)) as db:
        pages = db.execute("pragma page_count").fetchone()[0]
        db.execute(f"pragma max_page_count = {pages + 20}")

        def too_much() -> None:
            with transaction(db):
                for number in range(1000):
                    db.execute("insert into runs (id, started_at, summary) values (?, 1, ?)", (str(number), "x" * 2000))

        with pytest.raises(StoreFull, match="no space left"):
            too_much()
        assert db.execute("select count(*) from runs").fetchone()[0] == 0
        assert integrity(db) == []


def test_backup_is_whole_private_and_holds_the_hash_key(store_path: Path, tmp_path: Path) -> None:
    """With another key a restored store would know no returning customer."""
    target = tmp_path / "copy.db"
    with closing(open_store(store_path)) as db:
        db.execute("insert into runs (id, started_at) values ('a', 1)")
        assert backup(db, target) == target
        with closing(open_store(target)) as copy:
            assert hash_key(copy) == hash_key(db)
            assert len(hash_key(copy)) == 32
            assert copy.execute("select id from runs").fetchone()[0] == "a"
        assert mode(target) == 0o600
        with pytest.raises(StoreError, match="the store itself"):
            backup(db, store_path)
        with pytest.raises(StoreError, match="existing folder"):
            backup(db, tmp_path / "nowhere" / "copy.db")
    assert not list(tmp_path.glob("*.part"))


def test_a_store_of_another_version_can_be_copied(store_path: Path, tmp_path: Path) -> None:
    """The moment of an upgrade is when a backup is wanted most."""
    with closing(open_store(store_path)) as db:
        db.execute("insert into runs (id, started_at) values ('a', 1)")
        db.execute("pragma user_version = 99")
    with pytest.raises(StoreError, match="later version"):
        open_store(store_path, read_only=True)
    with closing(open_store(store_path, read_only=True, as_is=True)) as db:
        backup(db, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("select id from runs").fetchall() == [("a",)]


def test_second_instance_is_told_who_runs(store_path: Path) -> None:
    """Two writers on one store would send two messages."""
    with InstanceLock(store_path):
        with pytest.raises(StoreBusy, match=str(os.getpid())), InstanceLock(store_path):
            pass
        assert mode(store_path.with_name("deskpulse.db.lock")) == 0o600
    with InstanceLock(store_path):
        pass


def test_lock_dies_with_its_process(store_path: Path) -> None:
    """After a kill -9 nobody should have to remove a lock file by hand."""
    code = (
        "import os, signal, sys; from core.store.db import InstanceLock\n"
        "lock = InstanceLock(sys.argv[1]); lock.__enter__(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(store_path)], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -9
    with InstanceLock(store_path):
        pass


def test_migration_adds_what_is_new_and_keeps_a_backup(store_path: Path) -> None:
    """An upgrade must lose nothing, and there must be a way back."""
    with closing(open_store(store_path)) as db:
        db.execute("insert into runs (id, started_at) values ('a', 1)")

    def second(db: sqlite3.Connection) -> None:
        db.execute("alter table runs add column host text")
        db.execute("update runs set host = 'here'")

    with closing(sqlite3.connect(store_path, isolation_level=None)) as db:
        migrations.migrate(db, str(store_path), read_only=False, steps=(*migrations.STEPS, second))
        assert db.execute("select id, host from runs").fetchall() == [("a", "here")]
        assert migrations.version_of(db) == len(migrations.STEPS) + 1
    kept = store_path.with_name(f"deskpulse.db.v{len(migrations.STEPS)}.backup")
    assert mode(kept) == 0o600
    with closing(open_store(kept)) as old:
        assert old.execute("select id from runs").fetchone()[0] == "a"


def test_migration_that_dies_halfway_leaves_the_store_as_it_was(store_path: Path) -> None:
    """A power cut during an upgrade must not leave a store that no version can read."""
    open_store(store_path).close()
    code = (
        "import os, signal, sqlite3, sys; from core.store import migrations\n"
        "def second(db):\n"
        "    db.execute('alter table runs add column host text')\n"
        "    db.execute('create table half (a)')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "migrations.migrate(db, sys.argv[1], read_only=False, steps=(*migrations.STEPS, second))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(store_path)], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -9
    with closing(open_store(store_path)) as db:
        assert migrations.version_of(db) == len(migrations.STEPS)
        assert not db.execute("select 1 from sqlite_master where name = 'half'").fetchone()
        assert integrity(db) == []


def test_creation_that_dies_halfway_is_finished_by_the_next_start(store_path: Path) -> None:
    """The very first start can be interrupted too."""
    code = (
        "import os, signal, sys; from core.store import db, migrations\n"
        "def dies(*a): os.kill(os.getpid(), signal.SIGKILL)\n"
        "migrations.set_setting = dies\n"
        "db.open_store(sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(store_path)], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -9
    with closing(open_store(store_path)) as db:
        assert len(hash_key(db)) == 32


def test_changed_derived_tables_are_made_anew_and_everything_marked(store_path: Path) -> None:
    """Facts of an older form are thrown away, and the next derivation must make all of them."""
    with closing(open_store(store_path)) as db:
        db.execute(
            "insert into tickets (uid, native_id, source, synced_at, version) values ('zd:1', '1', 'zd', ?, 0)", (NOW,)
        )
        db.execute("insert into people (customer_uid, person_uid) values ('zd:2', 'zd:3')")
        db.execute("update settings set value = 'older' where key = 'derived_shape'")
    with closing(open_store(store_path)) as db:
        assert db.execute("select count(*) from people").fetchone()[0] == 0
        assert [tuple(row) for row in db.execute("select kind, key from dirty_keys where kind <> 'import'")] == [
            ("ticket", "zd:1")
        ]
