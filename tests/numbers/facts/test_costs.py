"""A month's costs by day and channel: nothing is lost in rounding, and nothing is allocated that nobody can know."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import Call, CallLeg, Cost, Message, Ticket, TimeEntry
from core.numbers.answer import Period
from core.numbers.ask import ask, breakdown
from core.numbers.derive import derive, derive_all
from core.numbers.facts.costs import allocated
from core.numbers.parts import fold
from tests.numbers.facts.conftest import Told
from tests.numbers.story import REPORTING, at, write

Rows = Callable[..., list[dict[str, Any]]]
NOW = at("2026-05-01 00:00")
MARCH = Period("2026-03-01", "2026-03-31", "month")
ASKED: dict[str, Any] = {"reporting": REPORTING, "now_at": NOW}


def cost(native: str, minor: int, category: str = "labour", month: str = "2026-03", **more: Any) -> Cost:
    return Cost(id=native, month=month, category=category, amount_minor=minor, currency="EUR", **more)  # type: ignore[arg-type]


def call(native: str, seconds: int, day: str = "Tue") -> tuple[Call, CallLeg]:
    begin = at(f"{day} 10:00")
    return (
        Call(
            id=native, direction="inbound", customer_id=f"c-{native}", arrived_at=begin, ended_at=begin + seconds,
            outcome="answered",
        ),
        CallLeg(
            call_id=native, seq=0, kind="queue", queue_id="q1", agent_id="anna", enqueued_at=begin, answered_at=begin,
            ended_at=begin + seconds, wait_s=0, talk_s=seconds, outcome="answered",
        ),
    )  # fmt: skip


def mail(native: str, seconds: int | None, channel: str = "email") -> list[Any]:
    begin = at("Wed 09:00")
    told: list[Any] = [
        Ticket(
            id=native, created_at=begin, updated_at=begin + 60, channel=channel,  # type: ignore[arg-type]
            status="open", status_category="open", requester_id=f"r-{native}",
        ),
        Message(
            ticket_id=native, happened_at=begin, id=f"{native}-0", author_id=f"r-{native}", author_kind="customer",
            is_public=True,
        ),
        Message(
            ticket_id=native, happened_at=begin + 60, id=f"{native}-1", author_id="anna", author_kind="agent",
            is_public=True,
        ),
    ]  # fmt: skip
    if seconds is not None:
        told.append(TimeEntry(id=f"e-{native}", ticket_id=native, started_at=begin, spent_s=seconds))
    return told


# From then on there is a history.
EARLIER = call("0", 60, "2026-02-10")


@given(st.integers(-(10**9), 10**9), st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 10**7), min_size=1))
def test_shares_add_up_to_the_whole(total: int, weights: dict[str, int]) -> None:
    """Invariant 9: the sum of allocated channel cost is the cost, to the cent."""
    made = allocated(total, weights)
    assert sum(made.values()) == total
    assert all(abs(made[name] - total * weight / sum(weights.values())) < 1.001 for name, weight in weights.items())


@pytest.mark.parametrize("month", ["2026-02", "2026-03", "2026-04"])
def test_days_add_up_to_their_month(told: Told, rows: Rows, month: str) -> None:
    """A month printed as the sum of its weeks is off by the cents that rounding lost."""
    told(cost("1", 1_000_003, month=month), cost("2", -77, "other", month=month), now_at=NOW)
    found = rows("cost_facts")
    assert sum(row["amount_minor"] for row in found) == 1_000_003 - 77
    assert len({row["day_on"] for row in found}) == {"2026-02": 28, "2026-03": 31, "2026-04": 30}[month]
    one_day = [row["amount_minor"] for row in found if row["category"] == "labour"]
    assert max(one_day) - min(one_day) <= 1


def test_what_names_no_channel_goes_by_handle_time(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """Ex 2: 38,000 over 500 h, 300 h and 200 h, here seconds; charges of the telephone stay with it."""
    told(
        *EARLIER, *call("1", 500), *mail("m", 300), *mail("h", 200, "chat"), cost("1", 3_300_000),
        cost("2", 500_000, "telephony", channel="phone"), now_at=NOW,
    )  # fmt: skip
    fold(db, REPORTING, NOW)
    found = {uid: answer for uid, _, answer in breakdown(db, "cost_per_contact", MARCH, "channel", **ASKED)}
    assert {name: answer.num for name, answer in found.items()} == {
        "phone": 2_150_000, "email": 990_000, "chat": 660_000,
    }  # fmt: skip
    assert ask(db, "cost_per_call", MARCH, **ASKED).value == 2_150_000
    assert ask(db, "cost_per_minute", MARCH, **ASKED).value == pytest.approx(3_800_000 * 60 / 1_000)
    assert ask(db, "cost_per_contact", MARCH, **ASKED).value == pytest.approx(3_800_000 / 3)


def test_without_handle_times_nothing_is_allocated(told: Told, db: sqlite3.Connection) -> None:
    """Mail of which nobody booked time would look free, and calls dear (R17)."""
    told(*EARLIER, *call("1", 500), *mail("m", None), cost("1", 100_000), now_at=NOW)
    fold(db, REPORTING, NOW)
    assert ask(db, "cost_per_contact", MARCH, **ASKED).value == 50_000
    answer = ask(db, "cost_per_call", MARCH, **ASKED)
    assert (answer.status, answer.reason) == (
        "unavailable", "no source brings costs, and handle times of every channel,",
    )  # fmt: skip
    assert breakdown(db, "cost_per_contact", MARCH, "channel", **ASKED) == []


def test_a_month_without_a_file_has_no_cost(told: Told, db: sqlite3.Connection) -> None:
    """April's file is late: not 0.00 a contact, and a quarter says how much of it is known (R17)."""
    told(*EARLIER, *call("1", 500), cost("1", 100_000), now_at=NOW)
    fold(db, REPORTING, NOW)
    april = ask(db, "cost_per_contact", Period("2026-04-01", "2026-04-30", "month"), **ASKED)
    assert (april.status, april.reason) == ("unavailable", "no costs from 2026-04-01 to 2026-04-30")
    both = ask(db, "cost_per_contact", Period("2026-03-01", "2026-04-30"), **ASKED)
    assert (both.value, both.notes) == (100_000, ("costs of 31 of 61 days",))


def test_a_team_has_costs_only_where_all_costs_have_one(told: Told, db: sqlite3.Connection) -> None:
    """A team whose wages are known and whose rent is not would look cheap."""
    told(*call("1", 500), cost("1", 100_000, team_id="l1"), cost("2", 50_000, "premises"), now_at=NOW)
    fold(db, REPORTING, NOW)
    assert breakdown(db, "cost_per_contact", MARCH, "team", **ASKED) == []


def test_other_currencies_need_a_rate(told: Told, rows: Rows) -> None:
    """Euros and dollars added up are no sum; with a rate they are."""
    dollars = {"month": "2026-03", "category": "telephony", "amount_minor": 10_000, "currency": "USD"}
    told(cost("1", 50_000), Cost(id="2", **dollars), now_at=NOW)  # type: ignore[arg-type]
    assert rows("cost_facts") == []
    told(Cost(id="2", rate_to_report=0.92, version=1, **dollars), now_at=NOW)  # type: ignore[arg-type]
    assert sum(row["amount_minor"] for row in rows("cost_facts")) == 59_200


def test_later_work_moves_the_allocation(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """A call, a booking or a corrected file that comes later ends where a rebuild would."""
    records = [
        *call("1", 500), *mail("m", 300), cost("1", 100_001), cost("2", 5_000, month="2026-02"), *call("2", 250, "Fri"),
        *mail("h", 100, "chat"),
    ]  # fmt: skip
    told(*records, now_at=NOW)
    before = rows("cost_facts")
    derive_all(db, REPORTING, NOW)
    assert rows("cost_facts") == before
    assert {row["channel"] for row in before} == {None, "phone", "email", "chat"}
    for table in ("costs", "calls", "call_legs", "tickets", "messages", "time_entries"):
        db.execute(f"delete from {table}")
    derive_all(db, REPORTING, NOW)
    for record in records:
        write(db, [record], NOW)
        derive(db, REPORTING, NOW)
    assert rows("cost_facts") == before
