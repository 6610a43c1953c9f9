"""Call records and queue log from database tables, here SQLite through the same library as MySQL and PostgreSQL."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors import ConfigError, Unavailable
from connectors.asterisk import connector, database
from connectors.asterisk.check import check
from connectors.asterisk.settings import AsteriskSettings
from core.clock import Timing, utc
from core.pull.account import Accounts
from core.pull.loop import pull_source
from core.pull.source import SourceResult, SourceSpec
from core.store.db import open_store

NOW = utc("2026-11-22T00:00:00Z")
CDR = (
    "create table cdr (calldate datetime, clid text, src text, dst text, dcontext text, channel text, dstchannel text, "
    "lastapp text, duration integer, billsec integer, disposition text, uniqueid text, linkedid text, sequence integer)"
)
LOG = (
    "create table queue_log (id integer primary key, time text, callid text, queuename text, agent text, event text, "
    "data1 text, data2 text, data3 text, data4 text, data5 text)"
)
Read = Callable[..., SourceResult]


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A database with both tables, empty."""
    path = tmp_path / "asterisk.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(CDR)
        db.execute(LOG)
    return path


@pytest.fixture
def store() -> Iterator[sqlite3.Connection]:
    db = open_store(":memory:")
    yield db
    db.close()


@pytest.fixture
def read(store: sqlite3.Connection) -> Read:
    def made(zone: str = "Europe/Berlin", **settings: Any) -> SourceResult:
        spec = SourceSpec(
            name="pbx", connector="asterisk", settings=AsteriskSettings(**settings), account="pbx", start_at=0,
            zone=ZoneInfo(zone), rate_share=1.0, requests_per_minute=60, default_country="DE",
        )  # fmt: skip
        return pull_source(store, spec, connector, Accounts(Timing()).open(spec, connector), NOW)

    return made


def add_calls(path: Path, *starts: str, duration: int = 30) -> None:
    made = [
        (start, "", "1001", "+4930555111", "from-internal", "PJSIP/1001-0000000a", "PJSIP/telco-0000000b", "Dial",
         duration, 20, "ANSWERED", f"{n}-{start}", "", n)
        for n, start in enumerate(starts)
    ]  # fmt: skip
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany(f"insert into cdr values ({', '.join('?' * 14)})", made)


def add_lines(path: Path, *lines: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for line in lines:
            fields = (line.split("|") + [""] * 5)[:10]
            text = "insert into queue_log (time, callid, queuename, agent, event, data1, data2, data3, data4, data5) "
            db.execute(f"{text} values ({', '.join('?' * 10)})", fields)


def test_records_of_a_table_arrive_in_batches(
    tables: Path, read: Read, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table of years must not be read into memory; what stands at the edge of a batch comes once."""
    monkeypatch.setattr(database, "BATCH", 4)
    add_calls(tables, *(f"2026-03-02 08:0{n // 2}:00" for n in range(14)))
    result = read(cdr_database=f"sqlite:///{tables}")
    assert (result.outcome, result.rejected) == ("ok", 0)
    assert store.execute("select count(*), min(arrived_at) from calls").fetchone()[:] == (
        14, utc("2026-03-02T07:00:00Z"))  # fmt: skip
    assert next(one for one in result.streams if one.stream == "cdr").pages > 4


def test_a_long_call_that_is_written_late_is_found(tables: Path, read: Read, store: sqlite3.Connection) -> None:
    """A record comes when its call ends, with the time at which it began."""
    url = f"sqlite:///{tables}"
    add_calls(tables, "2026-03-02 12:00:00")
    read(cdr_database=url)
    add_calls(tables, "2026-03-02 09:00:00", duration=3 * 3600 + 60)
    assert read(cdr_database=url).outcome == "ok"
    assert store.execute("select count(*) from calls").fetchone()[0] == 2
    idle = read(cdr_database=url)
    assert (idle.outcome, sum(one.news for one in idle.streams)) == ("ok", 0)


def test_many_rows_read_again_are_no_standstill(
    tables: Path, read: Read, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve hours are read again at each pull, over more than one batch."""
    monkeypatch.setattr(database, "BATCH", 3)
    url = f"sqlite:///{tables}"
    add_calls(tables, *(f"2026-03-02 08:{n:02}:00" for n in range(20)))
    assert [read(cdr_database=url).outcome for _ in range(3)] == ["ok"] * 3
    assert store.execute("select count(*) from calls").fetchone()[0] == 20


def test_the_queue_log_of_a_table_is_read_in_local_time(tables: Path, read: Read, store: sqlite3.Connection) -> None:
    """Realtime writes the server's clock, not the epoch; the hour that comes twice is told by the call's id."""
    begun = utc("2026-10-25T01:30:00Z")  # 2:30 for the second time in Berlin
    add_lines(
        tables,
        f"2026-10-25 02:30:05.100000|{begun}.7|support|NONE|ENTERQUEUE||+4930555111|1",
        f"2026-10-25 02:30:13.000000|{begun}.7|support|Ada|CONNECT|8|{begun}.9|5",
        f"2026-10-25 02:31:13.000000|{begun}.7|support|Ada|COMPLETECALLER|8|60|1",
    )
    url = f"sqlite:///{tables}"
    result = read(queue_log_database=url)
    assert (result.outcome, result.rejected) == ("ok", 0)
    found = store.execute("select arrived_at, ended_at, outcome, talk_s from calls").fetchone()
    assert tuple(found) == (begun + 5, begun + 73, "answered", 60)
    add_lines(tables, f"2026-10-25 03:00:00.000000|{begun + 1800}.8|support|NONE|ENTERQUEUE||1|1")
    read(queue_log_database=url)
    assert store.execute("select count(*) from calls").fetchone()[0] == 2
    assert sum(one.news for one in read(queue_log_database=url).streams) == 0


def test_a_transfer_whose_channels_hold_a_pipe_keeps_its_figures(
    tables: Path, read: Read, store: sqlite3.Connection
) -> None:
    """Five columns hold six fields: the last one then holds two, and the talk time is one of them."""
    begun = utc("2026-03-02T07:00:00Z")
    add_lines(
        tables,
        f"2026-03-02 08:00:00|{begun}.7|support|NONE|ENTERQUEUE||1|1",
        f"2026-03-02 08:00:08|{begun}.7|support|Ada|CONNECT|8|{begun}.9|5",
    )
    with closing(sqlite3.connect(tables)) as db, db:
        db.execute(
            "insert into queue_log (time, callid, queuename, agent, event, data1, data2, data3, data4, data5) "
            "values ('2026-03-02 08:01:08', ?, 'support', 'Ada', 'ATTENDEDTRANSFER', 'LINK', 'a', 'b', '8', '60|1')",
            (f"{begun}.7",),
        )
    read(queue_log_database=f"sqlite:///{tables}")
    assert tuple(store.execute("select talk_s, transfers from calls").fetchone()) == (60, 1)


def test_a_database_that_is_not_there_is_said_without_its_password(tables: Path, read: Read) -> None:
    """The address holds a password, and the driver's own words the address."""
    del tables
    result = read(cdr_database="sqlite:////nowhere/secret-7/asterisk.db")
    (failed,) = (one for one in result.streams if one.status == "failed")
    assert isinstance(failed.error, Unavailable)
    assert "secret-7" not in str(failed.error)
    assert "the database refused" in failed.error.message


@pytest.mark.parametrize("url", ["oracle://user:pw@127.0.0.1/x", "nonsense", "mysql+mysqldb://user:pw@127.0.0.1/x"])
def test_a_missing_driver_names_the_extra(read: Read, url: str) -> None:
    """An import error tells an admin nothing."""
    result = read(cdr_database=url)
    (failed,) = (one for one in result.streams if one.status == "failed")
    assert isinstance(failed.error, ConfigError)
    assert "pw" not in failed.error.message
    assert "deskpulse[database]" in failed.error.message or "mysql://user:secret@host/name" in failed.error.message


def test_without_the_extra_the_message_says_how_to_install_it(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most sites read files and never install a driver."""
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    result = read(cdr_database="mysql://user:pw@127.0.0.1/x")
    (failed,) = (one for one in result.streams if one.status == "failed")
    assert "pip install 'deskpulse[database]'" in str(failed.error)


def test_a_table_of_another_form_is_said(tables: Path, read: Read) -> None:
    """The wrong table name in the config must not look like a quiet telephone."""
    result = read(cdr_database=f"sqlite:///{tables}", cdr_table="queue_log")
    (failed,) = (one for one in result.streams if one.status == "failed")
    assert "no column calldate" in str(failed.error)


def test_check_reads_one_row_of_each(tables: Path) -> None:
    """An admin sees at once whether table and rights are right."""
    url = f"sqlite:///{tables}"
    settings = AsteriskSettings(queue_log_database=url, cdr_database=url)
    assert [one.ok for one in check(settings)] == [False, False]
    add_calls(tables, "2026-03-02 08:00:00")
    add_lines(tables, "2026-03-02 08:00:00|1.7|support|NONE|ENTERQUEUE||1|1")
    found = list(check(settings))
    assert [one.ok for one in found] == [True, True]
    assert "newcdrcolumns=yes" in found[1].advice


def test_settings_name_one_place_each() -> None:
    """Two places for one log would be read one beside the other."""
    with pytest.raises(ValueError, match="needs path"):
        AsteriskSettings()
    with pytest.raises(ValueError, match="keep one"):
        AsteriskSettings(path="/x", queue_log_database="sqlite://")
    with pytest.raises(ValueError, match="regular expression"):
        AsteriskSettings(path="/x", extensions="(")
