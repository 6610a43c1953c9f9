"""What an upsert means: newer wins, absent is not null, the same again is nothing."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from core.errors import BadRow
from core.model import (
    Agent,
    AgentState,
    Call,
    CallLeg,
    Customer,
    CustomerIdentity,
    Message,
    Queue,
    Record,
    Schedule,
    Survey,
    Ticket,
    TicketEvent,
)
from core.store.db import hash_key, open_store, transaction
from core.store.write import RecordWriter
from tests.store.conftest import NOW, Rows

AT = NOW - 86_400


def ticket(number: int = 1, **given: Any) -> Ticket:
    known: dict[str, Any] = {"created_at": AT, "status": "open", "status_category": "open", "version": 1}
    return Ticket(id=str(number), **{**known, **given})


def put(db: sqlite3.Connection, writer: RecordWriter, *records: Record) -> int:
    with transaction(db):
        return writer.write(records).news


def marked(db: sqlite3.Connection) -> set[tuple[str, str]]:
    found = {(row[0], row[1]) for row in db.execute("select kind, key from dirty_keys")}
    db.execute("delete from dirty_keys")
    return found


def test_the_same_again_changes_nothing(db: sqlite3.Connection, writer_at: Callable[..., RecordWriter]) -> None:
    """Overlapping reads must cost no derivation and touch no byte."""
    records = [
        ticket(tags=("a",), extra={"9": "x"}),
        Message(ticket_id="1", happened_at=AT, id="m", is_public=True),
        TicketEvent(ticket_id="1", happened_at=AT, seq=0, id="e", kind="status", field="status", new_value="open"),
        Schedule(id="s", name="S", time_zone="Europe/Berlin", hours=((0, 540, 1020),), holidays=()),
        CustomerIdentity(customer_id="c", kind="email", value="a@example.com"),
    ]
    assert put(db, writer_at(), *records) == 5
    marked(db)
    before = list(db.iterdump())
    assert put(db, writer_at(NOW + 600), *records) == 0
    assert list(db.iterdump()) == before
    assert marked(db) == set()


def test_an_older_version_never_overwrites(db: sqlite3.Connection, writer: RecordWriter, rows: Rows) -> None:
    """A page delivered late would put a solved ticket back to open."""
    put(db, writer, ticket(version=5, status="solved"))
    put(db, writer, ticket(version=4, status="open"))
    assert rows("tickets", "version, status") == [{"version": 5, "status": "solved"}]
    put(db, writer, ticket(version=5, status="closed"))
    assert rows("tickets", "status") == [{"status": "closed"}]


def test_an_absent_field_leaves_the_stored_value_and_none_empties_it(
    db: sqlite3.Connection, writer: RecordWriter, rows: Rows
) -> None:
    """A key missing in some rows of a batch once turned a whole column to NULL."""
    put(db, writer, ticket(1, priority="high", due_at=AT), ticket(2, priority="low"))
    put(db, writer, ticket(1, priority=UNSET, due_at=None), ticket(2, priority="urgent"), ticket(3))
    assert rows("tickets", "native_id, priority, due_at") == [
        {"native_id": "1", "priority": "high", "due_at": None},
        {"native_id": "2", "priority": "urgent", "due_at": None},
        {"native_id": "3", "priority": None, "due_at": None},
    ]


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 4), st.sampled_from([UNSET, None, "low", "high"])), max_size=12
    )
)
def test_the_store_ends_as_if_rows_came_one_by_one(told: list[tuple[int, int, Any]]) -> None:
    """Grouping rows for speed must not change what is stored, whatever order and mixture they come in."""
    db = open_store(":memory:")
    writer = RecordWriter(db, account="a", source="s", hash_key=b"k", now_at=NOW, zone=None)  # type: ignore[arg-type]
    for number, version, priority in told:
        put(db, writer, ticket(number, version=version, priority=priority))
    expected: dict[int, tuple[int, Any]] = {}
    for number, version, priority in told:
        known, value = expected.get(number, (-1, None))
        if version >= known:
            expected[number] = (version, value if priority is UNSET else priority)
    found = {int(row[0]): (row[1], row[2]) for row in db.execute("select native_id, version, priority from tickets")}
    db.close()
    assert found == expected


def test_references_carry_the_account(db: sqlite3.Connection, writer: RecordWriter, rows: Rows) -> None:
    """Two Zendesk accounts both have an agent 7."""
    event: dict[str, Any] = {"ticket_id": "1", "happened_at": AT, "seq": 0}
    put(
        db,
        writer,
        ticket(requester_id="5", assignee_id=None),
        TicketEvent(**event, id="a", kind="assignee", field="assignee", old_value=None, new_value="7"),
        TicketEvent(**event, id="b", kind="status", field="status", old_value="new", new_value="open"),
    )
    assert rows("tickets", "uid, native_id, requester_uid, assignee_uid") == [
        {"uid": "zd:1", "native_id": "1", "requester_uid": "zd:5", "assignee_uid": None}
    ]
    assert rows("ticket_events", "old_value, new_value") == [
        {"old_value": None, "new_value": "zd:7"},
        {"old_value": "new", "new_value": "open"},
    ]


def test_huge_ids_stay_exact(db: sqlite3.Connection, writer: RecordWriter, rows: Rows) -> None:
    """An id beyond 2^63 rounded or refused is another ticket, or none."""
    put(db, writer, ticket(2**70))
    assert rows("tickets", "native_id") == [{"native_id": str(2**70)}]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(ticket(created_at=2**70), id="beyond 2^63"),
        pytest.param(ticket(created_at=32_472_144_000), id="the year 2999"),
        pytest.param(ticket(created_at=1_790_000_000_000), id="milliseconds"),
        pytest.param(ticket(created_at=-62_135_596_800), id="the year 1"),
        pytest.param(ticket(due_at="soon"), id="text for a moment"),
        pytest.param(ticket(status={"a": 1}), id="an object for a word"),
        pytest.param(Queue(id="1", name=None), id="null for a name"),  # type: ignore[arg-type]
    ],
)
def test_a_record_that_cannot_be_right_is_a_bad_row(db: sqlite3.Connection, writer: RecordWriter, bad: Record) -> None:
    """Nonsense must be counted, not averaged."""
    with pytest.raises(BadRow):
        put(db, writer, bad)


def test_half_characters_and_nul_are_repaired(db: sqlite3.Connection, writer: RecordWriter, rows: Rows) -> None:
    """One ticket with half an emoji stopped a whole sync elsewhere."""
    put(db, writer, ticket(1, form="a\x00b"), ticket(2, form="x\ud83d"), ticket(3, form="\u202eright"))
    assert [row["form"] for row in rows("tickets", "form")] == ["a\ufffdb", "x\ufffd", "\u202eright"]


def test_three_thousand_fields_and_hostile_names_are_json(
    db: sqlite3.Connection, writer: RecordWriter, rows: Rows
) -> None:
    """Custom fields must never become columns."""
    extra = {f"field {n}": n for n in range(3_000)} | {'"; drop table tickets; --': "x"}
    put(db, writer, ticket(extra=extra))
    assert len(rows("tickets")) == 1
    assert db.execute("select extra ->> '$.\"field 2999\"' from tickets").fetchone()[0] == 2999


def test_no_body_mail_or_number_is_stored_in_clear(db: sqlite3.Connection, writer: RecordWriter) -> None:
    """The customers of our users never agreed to a second copy of what they wrote."""
    put(
        db,
        writer,
        ticket(tags=("ada@example.com",), extra={"1": "call +49 171 2345678", "2": "0171 2345678"}),
        TicketEvent(ticket_id="1", happened_at=AT, seq=0, id="e", kind="field", field="x", new_value="ada@example.com"),
        Message(ticket_id="1", happened_at=AT, id="m", is_public=True, body="my secret", body_len=9),
        Survey(id="1", kind="csat", scale="good_bad", comment="ask ada@example.com or 0171/2345678 or 1712345678"),
        CustomerIdentity(customer_id="5", kind="email", value="Ada@Example.com"),
        CustomerIdentity(customer_id="5", kind="phone", value="0171 2345678"),
    )
    dump = "\n".join(db.iterdump()).lower()
    for secret in ("ada@example", "2345678", "my secret"):
        assert secret not in dump
    assert db.execute("select body_len from messages").fetchone()[0] == 9


def test_bodies_are_kept_only_on_request(
    db: sqlite3.Connection, writer_at: Callable[..., RecordWriter], rows: Rows
) -> None:
    """store_bodies is a decision of the admin's, and then it must work."""
    message = Message(ticket_id="1", happened_at=AT, id="m", is_public=True, body="hello", body_len=5)
    put(db, writer_at(store_bodies=True), message)
    assert rows("messages", "body") == [{"body": "hello"}]


def test_one_human_has_one_hash_however_written(
    db: sqlite3.Connection, writer_at: Callable[..., RecordWriter], rows: Rows
) -> None:
    """Mail and phone in two spellings would make two people of a returning customer."""
    for account, values in (
        ("zd", ("+49 30 1234567", " Ada@Example.com ")),
        ("pbx", ("030/1234567", "ada@example.com")),
    ):
        put(
            db,
            writer_at(account=account, source=account),
            CustomerIdentity(customer_id="1", kind="phone", value=values[0]),
            CustomerIdentity(customer_id="1", kind="email", value=values[1]),
        )
    assert len(rows("customer_identities")) == 4
    assert db.execute("select count(distinct identity_hash) from customer_identities").fetchone()[0] == 2


def test_withheld_numbers_are_nobody(db: sqlite3.Connection, writer: RecordWriter, rows: Rows) -> None:
    """Everybody without caller id would be one person who calls all day."""
    for value in ("", "anonymous", "201", "  "):
        put(db, writer, CustomerIdentity(customer_id="1", kind="phone", value=value))
    assert rows("customer_identities") == []


def test_what_depends_on_a_row_is_marked(db: sqlite3.Connection, writer: RecordWriter) -> None:
    """A key that is not marked keeps its old facts for ever."""
    put(db, writer, ticket(requester_id="5"), Customer(id="5", customer_type="private"))
    assert marked(db) == {("ticket", "zd:1")}
    put(db, writer, Message(ticket_id="1", happened_at=AT, id="m", author_id="7", is_public=True))
    assert marked(db) == {("ticket", "zd:1")}
    put(db, writer, Customer(id="5", customer_type="business"))
    assert marked(db) == {("ticket", "zd:1")}
    put(db, writer, Customer(id="5", version=2))
    assert marked(db) == set()
    put(db, writer, Agent(id="7", role="agent"))
    assert marked(db) == {("ticket", "zd:1")}
    put(db, writer, Agent(id="7", role="bot", is_human=False), Agent(id="8"))
    assert marked(db) == {("ticket", "zd:1")}
    put(db, writer, Call(id="c", direction="inbound", arrived_at=AT))
    put(db, writer, CallLeg(call_id="c", seq=0, kind="queue", queue_id="q"))
    assert marked(db) == {("call", "zd:c")}
    put(db, writer, Queue(id="q", name="Q"))
    assert marked(db) == {("call", "zd:c")}
    put(db, writer, Queue(id="q", name="Q", sl_threshold_s=30))
    assert marked(db) == {("call", "zd:c")}
    put(db, writer, AgentState(agent_id="7", state="x", category="idle", from_at=AT))
    assert marked(db) == {("agent_day", f"zd:7 {AT // 86_400}")}
    put(db, writer, CustomerIdentity(customer_id="5", kind="email", value="a@example.com"))
    assert marked(db) == {("customer", "zd:5")}


def test_first_hours_hold_for_all_time_and_a_change_from_its_day(
    db: sqlite3.Connection, writer_at: Callable[..., RecordWriter], rows: Rows
) -> None:
    """Vendors tell today's hours only; new ones must not change what was measured by the old ones."""

    def schedule(**given: Any) -> Schedule:
        return Schedule(id="s", name="S", time_zone="Pacific/Auckland", **given)

    put(db, writer_at(), schedule(hours=((0, 540, 1020),), holidays=(("2026-01-01", "New Year", None, None),)))
    assert ("schedule", "zd:s") in marked(db)
    assert rows("schedule_hours", "valid_from_on, valid_to_on") == [
        {"valid_from_on": "0001-01-01", "valid_to_on": None}
    ]
    put(db, writer_at(NOW + 600), schedule(hours=((0, 540, 1020),)))
    assert marked(db) == set()
    put(db, writer_at(NOW + 1200), schedule(hours=((0, 600, 1020),), holidays=()))
    assert marked(db) == {("schedule", "zd:s")}
    # 2026-09-21T14:33 in UTC is the 22nd in Auckland.
    assert rows("schedule_hours", "open_min, valid_from_on, valid_to_on") == [
        {"open_min": 540, "valid_from_on": "0001-01-01", "valid_to_on": "2026-09-22"},
        {"open_min": 600, "valid_from_on": "2026-09-22", "valid_to_on": None},
    ]
    assert rows("holidays", "day_on") == [{"day_on": "2026-01-01"}]
    put(db, writer_at(NOW + 1800), schedule(hours=((0, 660, 1020),)))
    assert [row["open_min"] for row in rows("schedule_hours", "open_min")] == [540, 660]


def test_every_store_has_a_key_of_its_own(db: sqlite3.Connection) -> None:
    """With a common key anybody could look a phone number's hash up."""
    other = open_store(":memory:")
    assert hash_key(other) != hash_key(db)
    other.close()
