"""Folders of record files as Firehose leaves them: packed, in one line, late, twice, half."""

import gzip
import json
import sqlite3
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors import Customer, CustomerIdentity, Unavailable
from connectors.amazon_connect import files
from connectors.amazon_connect.files import fetch_files, split_rows
from core.store.db import hash_key, transaction
from core.store.people import derive_people
from core.store.write import RecordWriter
from tests.config.files import load
from tests.connectors.amazon_connect.conftest import NOW, instant, pull, record, spec

Folder = Callable[..., Path]


def test_a_folder_feeds_what_the_api_does(db: sqlite3.Connection, folder: Folder) -> None:
    """Without a key, and at any volume, the same calls."""
    result = pull(db, spec(records_path=folder("2026/11/01/08/a", record("c1"), record("c2"))))
    assert result.outcome == "ok"
    assert [one.status for one in result.streams if one.stream in ("queues", "users", "hours")] == ["skipped"] * 3
    assert db.execute("select count(*) from calls").fetchone()[0] == 2
    assert db.execute("select name from queues").fetchone()[0] == "Orders"
    assert db.execute("select name from agents").fetchone()[0] == "ana"
    assert result.requests == 0


def test_a_record_delivered_twice_in_other_files_is_one_call(db: sqlite3.Connection, folder: Folder) -> None:
    """Trap 24: delivery is at least once, and an old version can come last."""
    path = folder("a", record("c1"), record("c1"))
    pull(db, spec(records_path=path))
    folder("b", record("c1", LastUpdateTimestamp=instant(131), Agent=None))
    pull(db, spec(records_path=path))
    assert [tuple(row) for row in db.execute("select outcome, acw_s, legs from calls")] == [("answered", 45, 1)]


def test_a_file_that_comes_late_under_an_early_name_is_read(db: sqlite3.Connection, folder: Folder) -> None:
    """Copied hour by hour from S3, folders fill in no order."""
    path = folder("2026/11/01/09/x", record("c9"))
    pull(db, spec(records_path=path))
    folder("2026/11/01/08/x", record("c8"))
    pull(db, spec(records_path=path))
    assert db.execute("select count(*) from calls").fetchone()[0] == 2


def test_nothing_new_is_not_read_again(folder: Folder) -> None:
    """A year of files at every pull would take hours."""
    path = folder("a", record("c1"))
    (page,) = fetch_files(path, None)
    assert list(fetch_files(path, page.resume_at)) == []


def test_a_stop_between_two_pages_goes_on_there(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the middle of a large file, nothing is lost and little is read again."""
    monkeypatch.setattr(files, "ROWS_A_PAGE", 2)
    path = folder("a", *(record(f"c{n}") for n in range(5)))
    first = next(iter(fetch_files(path, None)))
    rest = list(fetch_files(path, first.resume_at))
    names = [json.loads(bytes(row))["ContactId"] for page in (first, *rest) for row in page.rows]
    assert names == ["c0", "c1", "c2", "c3", "c4"]


@pytest.mark.parametrize("between", ["", " ", "\n", "\r\n"])
def test_objects_with_or_without_line_breaks(between: str) -> None:
    """Firehose puts nothing between records unless told to."""
    rows = [json.dumps(record(f"c{n}", Attributes={"note": 'a } { "quoted"'})) for n in range(3)]
    found = [json.loads(row)["ContactId"] for row in split_rows(BytesIO(between.join(rows).encode()))]
    assert found == ["c0", "c1", "c2"]


def test_objects_longer_than_what_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record cut at the edge of a block is still one record."""
    monkeypatch.setattr(files, "CHUNK", 64)
    rows = "".join(json.dumps({"ContactId": f"c{n}", "x": "ü" * 40}) for n in range(6))
    found = [json.loads(row)["ContactId"] for row in split_rows(BytesIO(rows.encode()))]
    assert found == [f"c{n}" for n in range(6)]


def test_a_line_that_is_no_json_is_one_row_set_aside(db: sqlite3.Connection, folder: Folder) -> None:
    """One torn line must not keep the file's other calls out."""
    path = folder("a", record("c1"))
    with (path / "a").open("a") as file:
        file.write('{"ContactId": "torn\nno json at all\n' + json.dumps(record("c2")) + "\n[1]\n")
    result = pull(db, spec(records_path=path))
    assert (result.outcome, result.rejected) == ("ok", 3)
    assert db.execute("select count(*) from calls").fetchone()[0] == 2


def test_packed_files_with_any_name(folder: Folder) -> None:
    """Firehose packs without saying so in the name, if told to pack."""
    path = folder("plain", record("c1"))
    (path / "packed").write_bytes(gzip.compress(json.dumps(record("c2")).encode()))
    rows = [row for page in fetch_files(path, None) for row in page.rows]
    assert sorted(json.loads(bytes(row))["ContactId"] for row in rows) == ["c1", "c2"]


def test_half_a_packed_file_is_said(folder: Folder) -> None:
    """A download that broke off would look like a quiet day."""
    path = folder("plain")
    (path / "half").write_bytes(gzip.compress(json.dumps(record()).encode())[:-12])
    with pytest.raises(Unavailable, match="half is no sound gzip file"):
        list(fetch_files(path, None))


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A share that is not mounted would look like a quiet day."""
    with pytest.raises(Unavailable, match="there is no folder"):
        list(fetch_files(tmp_path / "nowhere", None))


def test_both_kinds_of_files_may_lie_in_one_folder(db: sqlite3.Connection, folder: Folder) -> None:
    """One Firehose for both streams is a legal set-up; neither may set the other's rows aside."""
    event = {
        "EventId": "e1", "EventType": "LOGIN", "EventTimestamp": instant(0),
        "AgentARN": "arn:aws:connect:x:1:instance/i/agent/u-1",
        "CurrentAgentSnapshot": {"AgentStatus": {"Name": "Available", "Type": "ROUTABLE"}, "Contacts": []},
    }  # fmt: skip
    path = folder("a", record("c1"), event)
    result = pull(db, spec(records_path=path, agent_events_path=path))
    assert (result.outcome, result.rejected) == ("ok", 0)
    assert db.execute("select count(*) from agent_states").fetchone()[0] == 1


def test_a_relative_folder_lies_beside_the_config(tmp_path: Path) -> None:
    """A service that is started from elsewhere would find an empty place."""
    text = '[reporting]\ntime_zone = "Europe/Berlin"\n\n[[sources]]\nname = "c"\nconnector = "amazon_connect"\n'
    loaded = load(tmp_path, f'{text}records_path = "records"\n')
    assert loaded.settings["c"].records_path == tmp_path / "records"


def test_a_caller_is_who_wrote_to_the_help_desk(db: sqlite3.Connection, folder: Folder) -> None:
    """First contact resolution counts a call after a mail as the same person's, whichever way the number is written."""
    with transaction(db):
        writer = RecordWriter(
            db, account="zd", source="zd", hash_key=hash_key(db), now_at=NOW, zone=ZoneInfo("UTC"), default_country="DE"
        )
        writer.write([Customer(id="7"), CustomerIdentity(customer_id="7", kind="phone", value="030 / 5550 1234")])
        writer.write([Customer(id="8"), CustomerIdentity(customer_id="8", kind="phone", value="030 / 5550 1235")])
    pull(db, spec(records_path=folder("a", record("c1"))))
    derive_people(db)
    caller = db.execute("select customer_uid from calls").fetchone()[0]
    joined = dict(db.execute("select customer_uid, person_uid from people").fetchall())
    assert joined.keys() == {caller, "zd:7"}
    assert len(set(joined.values())) == 1
