"""The same human over systems, and the same contact over systems."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import Agent, Call, CallLeg, CustomerIdentity, Record, Ticket
from core.store.db import open_store, transaction
from core.store.dirty import mark
from core.store.links import AFTER_ANSWER_S, link_contacts
from core.store.people import MOST_SHARING, derive_people
from core.store.write import RecordWriter
from tests.store.conftest import NOW, Rows

AT = NOW - 86_400


def put(db: sqlite3.Connection, writer: RecordWriter, *records: Record) -> None:
    with transaction(db):
        writer.write(records)


def has(customer: str, *values: str) -> list[CustomerIdentity]:
    return [CustomerIdentity(customer_id=customer, kind="email", value=f"{value}@example.com") for value in values]


def people(db: sqlite3.Connection) -> dict[str, str]:
    return dict(db.execute("select customer_uid, person_uid from people").fetchall())


def test_a_shared_address_joins_and_leads_on(db: sqlite3.Connection, writer: RecordWriter) -> None:
    """Who writes from two addresses and calls once is one customer with one problem."""
    put(db, writer, *has("a", "x"), *has("b", "x", "y"), *has("c", "y"), *has("d", "z"))
    assert derive_people(db) == {"zd:a", "zd:b", "zd:c"}
    assert people(db) == {"zd:a": "zd:a", "zd:b": "zd:a", "zd:c": "zd:a"}
    assert derive_people(db) == set()


def test_a_reception_joins_nobody(db: sqlite3.Connection, writer: RecordWriter) -> None:
    """Six customers behind one switchboard are six people; when the sixth appears the others part again."""
    names = [chr(97 + n) for n in range(MOST_SHARING + 1)]
    for name in names[:-1]:
        put(db, writer, *has(name, "info"))
    derive_people(db)
    assert len(people(db)) == MOST_SHARING
    put(db, writer, *has(names[-1], "info"))
    derive_people(db)
    assert people(db) == {}


def test_relinking_marks_the_contacts_of_those_concerned(db: sqlite3.Connection, writer: RecordWriter) -> None:
    """First contact resolution of both their contacts is another one now."""
    put(db, writer, Ticket(id="1", requester_id="a", created_at=AT), Ticket(id="2", requester_id="d", created_at=AT))
    put(db, writer, Call(id="c", direction="inbound", arrived_at=AT, customer_id="b"), *has("a", "x"), *has("b", "x"))
    db.execute("delete from dirty_keys where kind <> 'customer'")
    derive_people(db)
    assert {tuple(row) for row in db.execute("select * from dirty_keys")} == {("ticket", "zd:1"), ("call", "zd:c")}


def test_names_in_the_config_join_whom_no_address_does(db: sqlite3.Connection, writer: RecordWriter) -> None:
    """An Asterisk knows display names only."""
    put(db, writer, *has("a", "x"), *has("b", "x"))
    derive_people(db, [("pbx:Ada", "zd:b")], full=True)
    assert set(people(db).values()) == {"pbx:Ada"}
    assert set(people(db)) == {"pbx:Ada", "zd:a", "zd:b"}


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("uvwxyz")), min_size=1, max_size=16),
    st.integers(0, 16),
)
def test_step_by_step_joins_the_same_as_all_at_once(told: list[tuple[str, str]], cut: int) -> None:
    """Otherwise a person would depend on the order in which vendors were read."""
    found = []
    for parts in ((told[:cut], told[cut:]), (told,)):
        db = open_store(":memory:")
        writer = RecordWriter(db, account="zd", source="zd", hash_key=b"k", now_at=NOW, zone=None)  # type: ignore[arg-type]
        for part in parts:
            put(db, writer, *(identity for customer, value in part for identity in has(customer, value)))
            derive_people(db)
        found.append(people(db))
        before = people(db)
        derive_people(db, full=True)
        assert people(db) == before
        db.close()
    assert found[0] == found[1]


def answered(call: str, customer: str | None, agent: str, at: int, **given: Any) -> list[Record]:
    return [
        Call(id=call, direction="inbound", arrived_at=at - 20, customer_id=customer, **given),
        CallLeg(call_id=call, seq=0, kind="queue", agent_id=agent, answered_at=at, outcome="answered"),
    ]


def made(number: str, customer: str, agent: str, at: int, **given: Any) -> Ticket:
    return Ticket(id=number, requester_id=customer, submitter_id=agent, created_at=at, **given)


def test_a_call_and_the_ticket_made_of_it_are_one_contact(
    db: sqlite3.Connection, writer_at: Callable[..., RecordWriter], rows: Rows
) -> None:
    """Counted twice, every phone contact would look like a repeat."""
    desk, pbx = writer_at(), writer_at(account="pbx", source="pbx")
    put(db, desk, *has("a", "x"), made("1", "a", "7", AT + 600), Agent(id="7"))
    put(db, pbx, *has("p", "x"), *answered("c1", "p", "Ada", AT), *answered("c2", None, "Ada", AT))
    derive_people(db)
    assert link_contacts(db, [("pbx:Ada", "zd:7")]) == 1
    assert rows("contact_links") == [{"call_uid": "pbx:c1", "ticket_uid": "zd:1", "method": "person_agent_time"}]
    db.execute("delete from dirty_keys")
    assert link_contacts(db, [("pbx:Ada", "zd:7")]) == 0
    put(db, desk, made("2", "a", "7", AT + 700))
    assert link_contacts(db, [("pbx:Ada", "zd:7")]) == 1
    assert rows("contact_links") == []
    marked = {tuple(row) for row in db.execute("select * from dirty_keys")}
    assert {("call", "pbx:c1"), ("ticket", "zd:1")} <= marked


def test_the_vendors_own_word_comes_first(db: sqlite3.Connection, writer: RecordWriter, rows: Rows) -> None:
    """Zendesk Talk knows which ticket a call belongs to; a call id typed into a field is the next best."""
    put(db, writer, made("1", "a", "7", AT + 60), made("2", "b", "7", AT + 60, extra={"call_id": "c2"}))
    put(db, writer, *answered("c1", "b", "7", AT, ticket_id="1"), *answered("c2", None, "7", AT))
    link_contacts(db)
    assert rows("contact_links") == [
        {"call_uid": "zd:c1", "ticket_uid": "zd:1", "method": "vendor_id"},
        {"call_uid": "zd:c2", "ticket_uid": "zd:2", "method": "call_id_field"},
    ]


def test_nothing_waits_nothing_is_linked(db: sqlite3.Connection) -> None:
    """A pull without news must cost nothing here."""
    assert link_contacts(db) == 0
    mark(db, "ticket", ["zd:1"])
    assert link_contacts(db) == 0


def by_the_rule(db: sqlite3.Connection, human: dict[str, str]) -> set[tuple[str, str, str]]:
    """The links as the words of the rule say them: each call beside each ticket."""
    person = people(db)
    tickets = [dict(row) for row in db.execute("select * from tickets where deleted_at is null")]
    found = set()
    for call in db.execute("select * from calls"):
        legs = db.execute(
            "select agent_uid, answered_at from call_legs where call_uid = ? and outcome = 'answered'", (call["uid"],)
        ).fetchall()
        agents = {human.get(leg["agent_uid"], leg["agent_uid"]) for leg in legs}
        named = [t for t in tickets if f'"call_id":"{call["native_id"]}"' in (t["extra"] or "")]
        near = [
            t
            for t in tickets
            if legs
            and call["customer_uid"]
            and person.get(t["requester_uid"], t["requester_uid"])
            == person.get(call["customer_uid"], call["customer_uid"])
            and 0 <= t["created_at"] - min(leg["answered_at"] for leg in legs) <= AFTER_ANSWER_S
            and human.get(t["submitter_uid"], t["submitter_uid"]) in agents
        ]
        told = [t for t in tickets if t["uid"] == call["ticket_uid"]]
        for those, method in ((told, "vendor_id"), (named, "call_id_field"), (near, "person_agent_time")):
            if len(those) == 1:
                found.add((call["uid"], those[0]["uid"], method))
                break
    return found


NUMBERS = st.sampled_from("123")
CUSTOMERS = st.sampled_from("abc")
MINUTES = st.integers(0, 20)
TICKETS = st.lists(st.tuples(CUSTOMERS, MINUTES, st.booleans()), min_size=3, max_size=3)
CALLED = st.builds(
    lambda number, customer, agent, minute, ticket: answered(
        f"c{number}", customer, agent, AT + minute * 60, ticket_id=ticket
    ),
    NUMBERS, st.none() | CUSTOMERS, st.sampled_from(["7", "8", "Ada"]), MINUTES, st.none() | NUMBERS,
)  # fmt: skip


def told_of(tickets: list[tuple[str, int, bool]]) -> st.SearchStrategy[list[list[Record]]]:
    """Calls, addresses and tickets; when one was made, for whom, and whether it names its call, stays as it is."""

    def wrote(number: str, agent: str) -> list[Record]:
        customer, minute, names = tickets[int(number) - 1]
        return [made(number, customer, agent, AT + minute * 60, extra={"call_id": f"c{number}"} if names else {})]

    row: st.SearchStrategy[Any] = st.one_of(
        st.builds(wrote, NUMBERS, st.sampled_from("78")), CALLED, st.builds(has, CUSTOMERS, st.sampled_from("xy"))
    )
    return st.lists(row, max_size=14)


@settings(deadline=None)
@given(TICKETS.flatmap(told_of), st.integers(1, 4), st.booleans())
def test_links_are_those_of_the_rule_however_the_rows_came(
    told: list[list[Record]], steps: int, one_a_batch: bool
) -> None:
    """Linked in sets and in steps, for speed; it must not show."""
    db = open_store(":memory:")
    writer = RecordWriter(db, account="zd", source="zd", hash_key=b"k", now_at=NOW, zone=None)  # type: ignore[arg-type]
    aliases = [("zd:Ada", "zd:7")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.store.links.BATCH", 1 if one_a_batch else 1_000)
        for step in range(steps):
            for records in told[step::steps]:
                put(db, writer, *records)
            derive_people(db)
            link_contacts(db, aliases)
            db.execute("delete from dirty_keys")
    links = {tuple(row) for row in db.execute("select call_uid, ticket_uid, method from contact_links")}
    assert links == by_the_rule(db, {uid: group[0] for group in aliases for uid in group})
    db.close()
