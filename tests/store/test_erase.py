"""People whom a vendor has erased: what goes, what stays, and that the bytes are gone from the files."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.model import Call, Customer, CustomerIdentity, Message, Survey, Ticket
from core.store import raw as raw_store
from core.store.db import open_store, transaction
from core.store.erase import forget_kept
from core.store.people import MOST_SHARING, derive_people
from core.store.raw import RawKeeper, kept_rows
from core.store.state import reject
from core.store.write import RecordWriter
from tests.store.conftest import NOW
from tests.store.test_people import has, people, put

AT = NOW - 86_400
MAIL = "mira.kern@kunde.example"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def disk(path: Path) -> Iterator[sqlite3.Connection]:
    db = open_store(path)
    yield db
    db.close()


def writer_on(db: sqlite3.Connection, account: str = "zd", *, store_bodies: bool = True) -> RecordWriter:
    return RecordWriter(
        db, account=account, source=account, hash_key=b"k" * 32, now_at=NOW, zone=None, default_country="DE",  # type: ignore[arg-type]
        store_bodies=store_bodies,
    )  # fmt: skip


def everything(path: Path) -> bytes:
    """All bytes of the store and of what SQLite keeps beside it."""
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))


def erase(db: sqlite3.Connection, customer: str, *, version: int = AT + 50) -> None:
    put(db, writer_on(db), Customer(id=customer, version=version, erased_at=version))


def test_what_names_the_person_goes_and_what_was_counted_stays(disk: sqlite3.Connection) -> None:
    """Trust 55: erased at the vendor, and still found by the mail here, is not erased."""
    put(
        disk, writer_on(disk),
        Customer(id="4711", version=AT, postcode_area="101", age_band="30-39", customer_type="b2c", language="de"),
        CustomerIdentity(customer_id="4711", kind="email", value=MAIL),
        CustomerIdentity(customer_id="4711", kind="phone", value="030 5550123"),
        Ticket(id="9001", requester_id="4711", created_at=AT, status_category="solved"),
        Message(ticket_id="9001", happened_at=AT, id="m1", is_public=True, body="Mein Name ist Mira", body_len=18),
        Survey(id="s1", kind="csat", scale="5", ticket_id="9001", comment="Danke, Mira", score_raw="5"),
        *has("4712", "other"),
    )  # fmt: skip
    erase(disk, "4711")
    rows = disk.execute("select customer_uid from customer_identities").fetchall()
    assert [row[0] for row in rows] == ["zd:4712"]
    customer = disk.execute("select * from customers where uid = 'zd:4711'").fetchone()
    assert (customer["erased_at"], customer["postcode_area"], customer["age_band"]) == (AT + 50, None, None)
    assert (customer["customer_type"], customer["language"]) == ("b2c", "de")
    assert tuple(disk.execute("select body, body_len from messages").fetchone()) == (None, 18)
    assert tuple(disk.execute("select comment, score_raw from surveys").fetchone()) == (None, "5")
    assert disk.execute("select status_category from tickets").fetchone()[0] == "solved"


def test_an_older_page_does_not_bring_the_names_back(disk: sqlite3.Connection) -> None:
    """Lists overlap and history is read backwards: the row from before the erasure comes again."""
    mail = CustomerIdentity(customer_id="4711", kind="email", value=MAIL)
    put(disk, writer_on(disk), Customer(id="4711", version=AT), mail)
    erase(disk, "4711")
    put(disk, writer_on(disk), Customer(id="4711", version=AT), mail)
    put(disk, writer_on(disk), mail, *has("4712", "y"))
    assert [row[0] for row in disk.execute("select customer_uid from customer_identities")] == ["zd:4712"]
    assert disk.execute("select erased_at from customers where uid = 'zd:4711'").fetchone()[0] == AT + 50


def test_words_read_again_do_not_come_back(disk: sqlite3.Connection) -> None:
    """A ticket that is read once more, or in the course of history, still has its words at the vendor."""
    writer = writer_on(disk)
    calm = Message(ticket_id="9002", happened_at=AT, id="m9", author_id="4712", is_public=True, body="Guten Tag")
    words = (
        Message(ticket_id="9001", happened_at=AT, id="m1", author_id="anna", is_public=True, body="Liebe Mira"),
        Message(ticket_id="9002", happened_at=AT, id="m2", author_id="4711", is_public=True, body="Ich bin Mira"),
        calm,
        Survey(id="s1", kind="csat", scale="5", ticket_id="9001", comment="Danke, Mira"),
        Survey(id="s2", kind="csat", scale="5", call_id="c1", comment="Mira dankt"),
        Survey(id="s3", kind="csat", scale="5", customer_id="4712", comment="Danke"),
    )
    put(
        disk, writer, Customer(id="4711", version=AT), Customer(id="4712", version=AT),
        Ticket(id="9001", requester_id="4711", created_at=AT), Ticket(id="9002", requester_id="4712", created_at=AT),
        Call(id="c1", direction="inbound", arrived_at=AT, customer_id="4711"), *words,
    )  # fmt: skip
    sql = "select body from messages where body is not null union all select comment from surveys where comment <> ''"
    assert len(disk.execute(sql).fetchall()) == 6
    erase(disk, "4711")
    assert [row[0] for row in disk.execute(sql)] == ["Guten Tag", "Danke"]
    put(disk, writer, *words)
    assert [row[0] for row in disk.execute(sql)] == ["Guten Tag", "Danke"]


def test_who_was_one_with_the_erased_is_parted_and_marked(disk: sqlite3.Connection) -> None:
    """The erased one's contacts are nobody else's any more; the others stay one person."""
    put(disk, writer_on(disk), *has("a", "x"), *has("b", "x"), Ticket(id="1", requester_id="a", created_at=AT))
    put(disk, writer_on(disk, "pbx"), Call(id="c", direction="inbound", arrived_at=AT, customer_id="p"), *has("p", "x"))
    derive_people(disk)
    assert set(people(disk)) == {"zd:a", "zd:b", "pbx:p"}
    disk.execute("delete from dirty_keys")
    put(disk, writer_on(disk), Customer(id="a", version=AT, erased_at=AT))
    derive_people(disk)
    assert set(people(disk)) == {"zd:b", "pbx:p"}
    marked = {tuple(row) for row in disk.execute("select * from dirty_keys where kind in ('ticket', 'call')")}
    assert marked == {("ticket", "zd:1")}


def test_an_address_that_was_shared_by_too_many_joins_the_rest(disk: sqlite3.Connection) -> None:
    """Five behind one number are one household, as they are in a store that never knew the sixth."""
    names = [chr(97 + n) for n in range(MOST_SHARING + 1)]
    put(disk, writer_on(disk), *(one for name in names for one in has(name, "info")))
    derive_people(disk)
    assert people(disk) == {}
    erase(disk, names[0])
    derive_people(disk)
    assert set(people(disk)) == {f"zd:{name}" for name in names[1:]}


@pytest.mark.parametrize("is_full", [False, True])
def test_kept_rows_that_name_the_person_go(
    *, is_full: bool, disk: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kept row is the vendor's own copy of the person."""
    monkeypatch.setattr(raw_store, "ENOUGH_SAMPLES", 60)
    rows = {
        "4711": {"id": 4711, "email": MAIL},
        "9001": {"id": 9001, "requester_id": 4711, "subject": "Rechnung"},
        "77": {"id": 77, "ticket_id": "9001", "body": "Hallo, ich bin Mira"},
        **{
            str(n): {"id": n, "requester_id": n * 2, "subject": f"No. 4711 is no id {n}"} for n in range(20_000, 20_090)
        },
    }
    put(disk, writer_on(disk), Customer(id="4711", version=AT), Ticket(id="9001", requester_id="4711", created_at=AT))
    with transaction(disk):
        keeper = RawKeeper(disk, "zd", "rows", NOW)
        keeper.keep([(name, json.dumps(row).encode()) for name, row in rows.items()])
        keeper.keep([(name, json.dumps(row).encode()) for name, row in rows.items()])
        reject(disk, "zd", "rows", "4711", "broken", b'{"id": 4711, "name": "Mira"}', NOW)
        reject(disk, "zd", "rows", "5", "broken", b'{"id": 5}', NOW)
    erase(disk, "4711")
    assert forget_kept(disk, "zd", is_full=is_full) == 4
    left = {name for batch in kept_rows(disk, "zd", "rows") for name, _, _ in batch}
    assert left == rows.keys() - {"4711", "9001", "77"}
    found = disk.execute("select native_id from rejected_rows where raw is not null").fetchall()
    assert [row[0] for row in found] == ["5"]
    assert (disk.execute("select count(*) from raw_dictionaries").fetchone()[0] == 0) is is_full
    assert forget_kept(disk, "zd", is_full=is_full) == 0
    assert disk.execute("select count(*) from dirty_keys where kind = 'erased'").fetchone()[0] == 0


def test_another_accounts_rows_stay(disk: sqlite3.Connection) -> None:
    """Number 4711 of another vendor is another thing."""
    put(disk, writer_on(disk), Customer(id="4711", version=AT))
    put(disk, writer_on(disk, "fd"), Customer(id="1", version=AT))
    with transaction(disk):
        RawKeeper(disk, "fd", "tickets", NOW).keep([("4711", b'{"id": 4711}')])
    erase(disk, "4711")
    assert forget_kept(disk, "zd", is_full=True) == 0
    assert disk.execute("select count(*) from raw_records").fetchone()[0] == 1


def test_no_byte_of_the_person_is_left_in_the_files(disk: sqlite3.Connection, path: Path) -> None:
    """Trust 55: free pages and the write-ahead log are read by whoever copies the file."""
    put(
        disk, writer_on(disk), Customer(id="4711", version=AT),
        CustomerIdentity(customer_id="4711", kind="email", value=MAIL),
        Ticket(id="9001", requester_id="4711", created_at=AT),
        Message(ticket_id="9001", happened_at=AT, id="m1", is_public=True, body="Mein Name ist Mira"),
        *(one for n in range(300) for one in has(f"n{n}", f"n{n}")),
    )  # fmt: skip
    words = " ".join(str(n * n) for n in range(3_000))
    with transaction(disk):
        keeper = RawKeeper(disk, "zd", "users", NOW)
        keeper.keep([("4711", json.dumps({"id": 4711, "email": MAIL, "notes": words}).encode())])
        keeper.keep([("4711", json.dumps({"id": 4711, "email": MAIL, "notes": words[::-1]}).encode())])
    hashed = disk.execute("select identity_hash from customer_identities where customer_uid = 'zd:4711'").fetchone()[0]
    packed = disk.execute("select payload from raw_records").fetchone()[0]
    needles = {"hash": hashed.encode(), "row": packed[200:264], "end of row": packed[-64:], "body": b"Mein Name ist"}
    assert all(needle in everything(path) for needle in needles.values())
    erase(disk, "4711")
    forget_kept(disk, "zd", is_full=True)
    assert not [name for name, needle in needles.items() if needle in everything(path)]


def test_a_reader_of_the_log_puts_the_end_off(disk: sqlite3.Connection, path: Path) -> None:
    """A report that is being made must not be the reason why the log keeps a mail for ever."""
    put(disk, writer_on(disk), Customer(id="4711", version=AT), *has("4711", "x"))
    hashed = disk.execute("select identity_hash from customer_identities").fetchone()[0].encode()
    disk.execute("pragma busy_timeout = 50")
    reader = open_store(path, read_only=True)
    reader.execute("begin")
    reader.execute("select count(*) from customers").fetchone()
    erase(disk, "4711")
    forget_kept(disk, "zd", is_full=False)
    assert hashed in everything(path)
    reader.close()
    forget_kept(disk, "zd", is_full=False)
    assert hashed not in everything(path)
