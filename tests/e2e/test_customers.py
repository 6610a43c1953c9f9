"""One person over systems: a call after a ticket, numbers in all their forms, switchboards, late links, erasures."""

import csv
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest

from core.sandbox.web import Reply, Request
from core.sandbox.zendesk import ZendeskSandbox
from tests.e2e.desk import Desk

Edit = Callable[[dict[str, Any]], None]
SETTLED = (
    "select t.native_id, c.native_id, f.happened_at, f.day_on from contact_facts f "
    "join tickets t on t.uid = f.contact_uid join customers c on c.uid = t.requester_uid "
    "join customer_identities i on i.customer_uid = c.uid and i.kind = 'phone' "
    "where f.kind = 'ticket' and f.is_first = 1 and f.is_resolved = 1 and f.caused_repeat = 0 "
    "and not exists (select 1 from people p where p.customer_uid = c.uid) order by f.happened_at desc limit 1"
)
OF_TICKET = (
    "select caused_repeat, is_resolved_first, repeat_uid, person_uid from contact_facts "
    "where kind = 'ticket' and contact_uid = ?"
)


class Settled(NamedTuple):
    """A ticket that its requester, whose number is known, has not come back about."""

    ticket: str
    customer: str
    at: int
    day_on: str
    phone: str
    email: str | None


def settled(desk: Desk) -> Settled:
    ticket, customer, at, day_on = desk.ask(SETTLED)[0]
    person = next(one for one in desk.world.people if str(one.id) == customer)
    assert person.phone is not None
    return Settled(ticket, customer, at, day_on, person.phone, person.email)


def call(desk: Desk, at: int, number: str, name: str = "pbx-call.1") -> str:
    """A call to the hotline, answered after 20 s and talked for two minutes; its uid."""
    agent = desk.ask("select native_id from agents where source = 'pbx' limit 1")[0][0]
    lines = (
        f"{at}|{name}|Hotline DE|NONE|ENTERQUEUE||{number}|1",
        f"{at + 20}|{name}|Hotline DE|{agent}|CONNECT|20|{name}9|5",
        f"{at + 140}|{name}|Hotline DE|{agent}|COMPLETECALLER|20|120|1",
    )
    with (desk.folder / "asterisk" / "queue_log").open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return f"pbx:{name}"


def tell(zendesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch, edit: Edit) -> None:
    """From now on each user is edited before it is told."""
    handle = type(zendesk).handle.__get__(zendesk)

    def edited(request: Request) -> Reply:
        reply: Reply = handle(request)
        if request.path.endswith("/incremental/users/cursor.json") and reply.page:
            page = json.loads(msgspec.json.encode(reply.page))
            for row in page["users"]:
                edit(row)
            reply.page = page
        return reply

    monkeypatch.setattr(zendesk, "handle", edited)


def tell_again(desk: Desk) -> None:
    """The users are read once more from the start."""
    desk.change("delete from stream_state where source = 'zd-main' and stream = 'users'")


def parts(desk: Desk, day_on: str) -> list[tuple[Any, ...]]:
    rows = "select part, num, den, n from parts where part like 'contact_facts.%' and day_on = ? and dim = 'total'"
    return desk.ask(f"{rows} order by part", day_on)


@pytest.mark.parametrize(
    "form",
    [
        lambda number: number,
        lambda number: f"0{number[3:]}",
        lambda number: f"00{number[1:]}",
        lambda number: f"{number[:3]} (0){number[3:6]} {number[6:]}",
        lambda number: number[1:],
    ],
    ids=["as it is", "national", "with 00", "as written", "without plus"],
)
def test_a_call_after_a_ticket_is_the_same_person_again(desk: Desk, form: Callable[[str], str]) -> None:
    """Answered by mail and on the phone next day, a question was not resolved in the first contact."""
    desk.run()
    one = settled(desk)
    before = parts(desk, one.day_on)
    uid = call(desk, one.at + 7_200, form(one.phone))
    assert desk.run().exit_code == 0
    assert desk.ask(OF_TICKET, f"zd-main:{one.ticket}")[0][:3] == (1, 0, uid)
    (person,) = desk.ask("select person_uid, is_repeat, is_first from contact_facts where contact_uid = ?", uid)
    assert person == (desk.ask(OF_TICKET, f"zd-main:{one.ticket}")[0][3], 1, 0)
    assert parts(desk, one.day_on) != before
    assert desk.ask("select count(*) from dirty_days") == desk.ask("select count(*) from dirty_keys") == [(0,)]


def test_somebody_else_is_somebody_else(desk: Desk) -> None:
    """One digit off is another house."""
    desk.run()
    one = settled(desk)
    last = str((int(one.phone[-1]) + 1) % 10)
    uid = call(desk, one.at + 7_200, one.phone[:-1] + last)
    withheld = call(desk, one.at + 8_200, "anonymous", "pbx-call.2")
    desk.run()
    assert desk.ask(OF_TICKET, f"zd-main:{one.ticket}")[0][:3] == (0, 1, None)
    assert desk.ask("select is_repeat from contact_facts where contact_uid in (?, ?)", uid, withheld) == [(0,), (0,)]


def test_a_switchboard_is_nobody(desk: Desk, zendesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever calls from a number that six people share could be any of them."""
    desk.run()
    one = settled(desk)
    others = [str(person.id) for person in desk.world.people if person.role == "end-user"][:5]

    def share(row: dict[str, Any]) -> None:
        if str(row["id"]) in others:
            row["phone"] = one.phone

    tell(zendesk, monkeypatch, share)
    tell_again(desk)
    call(desk, one.at + 7_200, one.phone)
    desk.run()
    assert desk.ask(OF_TICKET, f"zd-main:{one.ticket}")[0][:3] == (0, 1, None)


def test_a_number_told_later_links_what_was_there_before(
    desk: Desk, zendesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk learns a number on the phone; the week's figures are those of one customer from then on."""
    desk.run()
    one = settled(desk)
    desk.store.unlink()

    def silent(row: dict[str, Any]) -> None:
        if str(row["id"]) == one.customer:
            row["phone"] = None

    tell(zendesk, monkeypatch, silent)
    desk.run()
    uid = call(desk, one.at + 7_200, one.phone)
    desk.run()
    assert desk.ask(OF_TICKET, f"zd-main:{one.ticket}")[0][:3] == (0, 1, None)
    before = parts(desk, one.day_on)
    tell(zendesk, monkeypatch, lambda row: None)
    tell_again(desk)
    desk.run()
    assert desk.ask(OF_TICKET, f"zd-main:{one.ticket}")[0][:3] == (1, 0, uid)
    assert parts(desk, one.day_on) != before


def test_a_person_erased_at_the_vendor_is_erased_here(
    desk: Desk, zendesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trust 55: names and links go, from the files too; tickets and their figures stay."""
    desk.rewrite('raw = "off"', 'raw = "full"')
    desk.run()
    one = settled(desk)
    uid = call(desk, one.at + 7_200, one.phone)
    desk.run()
    sql = "select identity_hash from customer_identities where customer_uid = ? and kind = 'email'"
    (hashed,) = desk.ask(sql, f"zd-main:{one.customer}")[0]
    facts = "select uid, exclusion_reason, is_counted_created from tickets join ticket_facts on ticket_uid = uid"
    tickets = desk.ask(f"{facts} order by 1")

    def erased(row: dict[str, Any]) -> None:
        if str(row["id"]) == one.customer:
            row |= {"active": False, "name": "Permanently Deleted User", "email": None, "phone": None}
            row["updated_at"] = "2026-11-20T12:00:00Z"

    tell(zendesk, monkeypatch, erased)
    tell_again(desk)
    assert desk.run().exit_code == 0
    assert desk.ask("select count(*) from customer_identities where customer_uid = ?", f"zd-main:{one.customer}") == [
        (0,)
    ]
    assert desk.ask(OF_TICKET, f"zd-main:{one.ticket}")[0][:3] == (0, 1, None)
    assert desk.ask("select is_repeat from contact_facts where contact_uid = ?", uid) == [(0,)]
    assert desk.ask(f"{facts} order by 1") == tickets
    files = b"".join(path.read_bytes() for path in desk.folder.glob("deskpulse.db*"))
    assert hashed.encode() not in files
    assert one.email is not None
    assert one.email.encode() not in files
    out = desk.folder / "tickets.csv"
    assert desk.sync("export", "tickets", "--out", str(out)).code == 0
    with out.open(encoding="utf-8") as file:
        rows = {row["native_id"]: row for row in csv.DictReader(file)}
    assert rows[one.ticket]["customer_erased_at"]
    assert not all(row["customer_erased_at"] for row in rows.values())
    desk.run()
    assert desk.ask("select count(*) from customer_identities where customer_uid = ?", f"zd-main:{one.customer}") == [
        (0,)
    ]


def test_spam_merges_deletions_and_erasures_are_told_apart(
    desk: Desk, zendesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One word for all four would hide that customers are thrown away with the spam."""
    handle = zendesk.handle
    names = [str(ticket.id) for ticket in desk.world.tickets][:4]

    def edited(request: Request) -> Reply:
        reply = handle(request)
        if request.path.endswith("/incremental/tickets/cursor.json") and reply.page:
            page = json.loads(msgspec.json.encode(reply.page))
            for row in page["tickets"]:
                if str(row["id"]) == names[0]:
                    row["tags"] = ["spam"]
                elif str(row["id"]) == names[1]:
                    row |= {"status": "deleted"}
            reply.page = page
        if request.path.endswith("/incremental/ticket_events.json") and reply.page:
            page = json.loads(msgspec.json.encode(reply.page))
            for row in page["ticket_events"]:
                if str(row["ticket_id"]) == names[3]:
                    row["merged_ticket_ids"] = [int(names[2])]
            reply.page = page
        return reply

    monkeypatch.setattr(zendesk, "handle", edited)
    assert desk.run().exit_code == 0
    out = desk.folder / "tickets.csv"
    assert desk.sync("export", "tickets", "--out", str(out)).code == 0
    with out.open(encoding="utf-8") as file:
        rows = {row["native_id"]: row for row in csv.DictReader(file)}
    assert [rows[name]["exclusion_reason"] for name in names[:3]] == ["spam", "deleted", "merged"]
    assert any(row["exclusion_reason"] == "" for row in rows.values())
    assert rows[names[1]]["deleted_at"]
    assert not rows[names[0]]["deleted_at"]
    assert not any(row["customer_erased_at"] for row in rows.values())
