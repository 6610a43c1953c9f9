"""Rows that are not as they should be, what is kept of rows, and whom that concerns."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import msgspec
import pytest

from connectors import Connector, Context, CustomerIdentity, Message, Page, Personal, Record, Ticket
from core.pull.replay import rebuild_from_raw
from core.store.raw import ENOUGH_SAMPLES, kept_rows
from tests.pull.conftest import AT, NOW, Fake, FakeSettings, Script, page


class Part(msgspec.Struct):
    text: Annotated[str | None, Personal] = None


class Full(msgspec.Struct):
    id: int
    at: int = AT
    mail: Annotated[str | None, Personal] = None
    body: Annotated[str, Personal] = ""
    parts: list[Part] = []
    via: Any = None


def normalise_full(row: Full, ctx: Context) -> Iterator[Record]:
    yield Ticket(id=str(row.id), created_at=row.at, version=1)
    yield Message(
        ticket_id=str(row.id), happened_at=row.at, id="m", is_public=True, body=row.body, body_len=len(row.body)
    )
    if row.mail and not ctx.is_redacted:
        yield CustomerIdentity(customer_id=str(row.id), kind="email", value=row.mail)


FULL = {
    "id": 1,
    "mail": "ada@example.com",
    "body": "my secret illness",
    "parts": [{"text": "more of my secret"}],
    "via": {"from": "+49 171 2345678", "name": "x"},
}
SECRETS = ("ada@example", "secret", "2345678")


def everything(fake: Fake) -> str:
    kept = [raw.decode() for batch in kept_rows(fake.db, "fake", "tickets") for _, _, raw in batch]
    rejected = [bytes(row["raw"]).decode() for row in fake.rows("rejected_rows")]
    return "\n".join([*fake.db.iterdump(), *kept, *rejected]).lower()


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(b'{"id":"x"}', id="wrong type"),
        pytest.param(b'{"status":"open"}', id="no id"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"id":7,"at":32472144000}', id="the year 2999"),
        pytest.param(b'{"id":7,"at":1790000000000}', id="milliseconds"),
        pytest.param(b'{"id":7,"at":99999999999999999999}', id="beyond 2^63"),
        pytest.param(b'{"id":7,"status":' + b"[" * 5_000 + b"]" * 5_000 + b"}", id="nested deep"),
    ],
)
def test_a_bad_row_costs_only_itself(fake: Fake, bad: bytes) -> None:
    """One odd ticket among a thousand once stopped a whole sync."""
    result = fake.tell(page({"id": 1}, bad, {"id": 2}, resume_at="a"))
    assert (result.outcome, result.rows, result.rejected) == ("ok", 3, 1)
    assert fake.ids() == ["1", "2"]
    assert (fake.state()["rejected"], fake.state()["resume_at"]) == (1, "a")


@pytest.mark.parametrize(
    ("good", "stored"),
    [
        pytest.param(b'{"id":7,"status":"a\\ud83d"}', "a?", id="half an emoji"),
        pytest.param(b'{"id":7,"status":"a\\u0000b"}', "a\ufffdb", id="NUL"),
        pytest.param('{"id":7,"status":"\u202eabc"}'.encode(), "\u202eabc", id="right to left"),
    ],
)
def test_odd_text_is_repaired_and_goes_on(fake: Fake, good: bytes, stored: str) -> None:
    """Customers type emoji; a cut one must not cost the ticket."""
    result = fake.tell(page({"id": 1}, good, resume_at="a"))
    assert result.rejected == 0
    assert fake.rows("tickets where native_id = '7'", "status") == [{"status": stored}]


def test_huge_ids_and_many_fields_are_read_exactly(fake: Fake) -> None:
    """2^63 + 1 rounded is somebody else's ticket; unknown fields cost nothing."""
    fields = {f"custom_{number}": number for number in range(3_000)}
    fake.tell(page({"id": 2**63 + 1, **fields}, {"id": 2**53 + 1}))
    assert set(fake.ids()) == {str(2**63 + 1), str(2**53 + 1)}


def test_a_row_set_aside_is_told_once_and_resolved_by_a_good_one(fake: Fake) -> None:
    """The count in the report must go down when the vendor mends the row."""
    for _ in range(2):
        fake.tell(page({"id": 7, "status": 5}, resume_at="a"))
    assert len(fake.rows("rejected_rows")) == 1
    assert fake.state()["rejected"] == 1
    fake.tell(page({"id": 7}, resume_at="b"))
    assert fake.rows("rejected_rows", "resolved_at") == [{"resolved_at": NOW}]
    assert fake.state()["rejected"] == 0


def test_nothing_personal_is_kept_by_default(fake: Fake) -> None:
    """Neither in a kept row, nor in one set aside, nor in the reason."""
    bad = {**FULL, "id": "ada@example.com", "phone": 491712345678, "name": "my secret"}
    fake.tell(page(FULL, bad), row=Full, normalise=normalise_full)
    text = everything(fake)
    for secret in SECRETS:
        assert secret not in text
    assert len(fake.rows("raw_records")) == len(fake.rows("rejected_rows")) == 1


def test_full_and_off_do_as_they_say(fake: Fake) -> None:
    """Whoever asks for the rows as delivered needs all of them; whoever asks for none, none."""
    fake.but(raw="full").tell(page(FULL, {"id": "bad", "x": "Peter"}), row=Full, normalise=normalise_full)
    assert msgspec.json.encode(FULL).decode().lower() in everything(fake)
    assert fake.rows("rejected_rows", "raw") == [{"raw": b'{"id":"bad","x":"Peter"}'}]
    fake.but(raw="off").tell(page({"id": 9}), name="other")
    assert fake.rows("raw_records where stream = 'other'") == []


def test_a_dictionary_is_trained_once_and_older_rows_stay_readable(fake: Fake) -> None:
    """A row that cannot be read again was kept for nothing."""
    size = ENOUGH_SAMPLES // 2 + 1
    for start in range(0, 4 * size, size):
        rows = [{"id": n, "at": AT, "status": f"open {n * 7919}"} for n in range(start, start + size)]
        fake.tell(*(page(*rows[part : part + 200]) for part in range(0, size, 200)))
    found = dict(row for batch in kept_rows(fake.db, "fake", "tickets") for row in ((b[0], b[2]) for b in batch))
    assert len(found) == 4 * size
    assert all(msgspec.json.decode(raw)["id"] == int(number) for number, raw in found.items())


def test_kept_rows_go_after_their_days(fake: Fake) -> None:
    """Retention that is promised must happen."""
    fake.tell(page({"id": 1}))
    fake.now_at += 89 * 86_400
    fake.tell(page({"id": 2}))
    assert len(fake.rows("raw_records")) == 2
    fake.now_at += 2 * 86_400
    fake.tell()
    assert [row["native_id"] for row in fake.rows("raw_records")] == ["2"]


def test_kept_rows_mend_the_base_rows_and_delete_nothing(fake: Fake) -> None:
    """A mapping that was wrong for a year is put right without asking the vendor for a year again."""
    fake.tell(page(FULL, {"id": 2}), row=Full, normalise=normalise_full)
    fake.db.execute("update tickets set created_at = 1 where native_id = '1'")
    fake.db.execute("delete from tickets where native_id = '2'")
    fake.tell(page({"id": 3}), name="other")
    stream = fake.stream(Script(), row=Full, normalise=normalise_full)
    before = fake.rows("customer_identities")
    made = Connector(name="fake", settings=FakeSettings, streams=(stream,))
    assert rebuild_from_raw(fake.db, fake.spec, made, NOW) == 2
    assert fake.rows("tickets order by native_id", "native_id, created_at") == [
        {"native_id": "1", "created_at": AT},
        {"native_id": "2", "created_at": AT},
        {"native_id": "3", "created_at": AT},
    ]
    assert fake.rows("customer_identities") == before
    assert fake.rows("messages where ticket_uid = 'fake:1'", "body_len") == [{"body_len": len(str(FULL["body"]))}]


def test_an_extension_is_somebody_in_its_own_house_only(fake: Fake) -> None:
    """Extension 201 of two offices is two people; a number that anybody can dial is one."""
    found: dict[str, list[str]] = {}

    def names(row: Full, ctx: Context) -> Iterator[Record]:
        found[ctx.account] = [ctx.pseudonym("phone", number) for number in ("201", "+49 30 1234567", "", "x1")]
        yield Ticket(id=str(row.id))

    fake.tell(page({"id": 1}), row=Full, normalise=names)
    fake.but(account="other").tell(page({"id": 1}), row=Full, normalise=names, name="b")
    one, other = found["fake"], found["other"]
    assert one[0] != other[0]
    assert one[1] == other[1] != ""
    assert one[2:] == other[2:] == ["", ""]


def test_a_caller_known_by_number_only_is_one_customer_for_every_source(fake: Fake) -> None:
    """The same person calls over two telephone systems; a withheld number is nobody, "anonymous" is not one caller."""
    found: dict[str, list[str | None]] = {}

    def names(row: Full, ctx: Context) -> Iterator[Record]:
        numbers = ("+49 30 1234567", "0049301234567", "anonymous", "", None, "12")
        found[ctx.source] = [ctx.phone_customer(number) for number in numbers]
        found["kept"] = [replace(ctx, is_redacted=True).phone_customer(numbers[0])]
        yield Ticket(id=str(row.id))

    fake.tell(page({"id": 1}), row=Full, normalise=names)
    one = found["fake"]
    assert one[0] is not None
    assert one == [one[0], one[0], None, None, None, None]
    assert one[0].startswith("phone-")
    assert found["kept"] == [None]


def test_rows_need_not_be_json(fake: Fake) -> None:
    """A telephone system writes lines."""

    def line(row: bytes, _: Context) -> Iterator[Record]:
        number, at = row.split(b"|")
        yield Ticket(id=number.decode(), created_at=int(at))

    rows = [b"1|%d" % AT, b"rubbish +49 171 2345678", b"2|%d" % AT]
    for _ in range(2):
        fake.tell(Page(rows, resume_at="a"), row=bytes, normalise=line)
    assert fake.ids() == ["1", "2"]
    assert len(fake.rows("rejected_rows")) == 1
    assert "2345678" not in everything(fake)
