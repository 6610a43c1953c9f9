"""Why a month cost more: effects that add up to the whole change, whatever happened."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers.analyses.cost_bridge import Month, break_even, bridge, cost_bridge
from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from tests.numbers.rows import BERLIN, store_of
from tests.report.desk import base

CHANNELS = st.dictionaries(st.sampled_from(["phone", "email", "chat", ""]), st.integers(0, 10**7), max_size=4)
COUNTS = st.dictionaries(st.sampled_from(["phone", "email", "chat", ""]), st.integers(0, 5_000), max_size=4)
MONTHS = st.builds(Month, CHANNELS, COUNTS, st.integers(0, 10**6))
OCTOBER = Period("2026-10-01", "2026-10-31", "month")
NOVEMBER_AT = 1_795_300_000
BEFORE = Month({"phone": 1_000_000, "email": 500_000}, {"phone": 1_000, "email": 1_000}, 200_000)


@given(before=MONTHS, after=MONTHS)
def test_effects_add_up_to_the_whole_change(before: Month, after: Month) -> None:
    """A bridge that misses a cent is a bridge to nowhere."""
    found = bridge(before, after)
    if not before.handled or not after.handled:
        assert found is None
        return
    assert found is not None
    assert found.volume + found.mix + found.rate + found.fixed == after.total - before.total


@given(month=MONTHS)
def test_nothing_changed_nothing_told(month: Month) -> None:
    """An effect out of nothing."""
    found = bridge(month, month)
    if found is not None:
        assert (found.volume, found.mix, found.rate, found.fixed) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("after", "effects"),
    [
        (Month({"phone": 1_100_000, "email": 550_000}, {"phone": 1_100, "email": 1_100}, 200_000), (150_000, 0, 0, 0)),
        (Month({"phone": 1_200_000, "email": 400_000}, {"phone": 1_200, "email": 800}, 200_000), (0, 100_000, 0, 0)),
        (Month({"phone": 1_000_000, "email": 600_000}, {"phone": 1_000, "email": 1_000}, 200_000), (0, 0, 100_000, 0)),
        (Month({"phone": 1_000_000, "email": 500_000}, {"phone": 1_000, "email": 1_000}, 250_000), (0, 0, 0, 50_000)),
        (
            Month({"phone": 1_000_000, "chat": 300_000}, {"phone": 1_000, "chat": 1_000}, 200_000),
            (0, -200_000, 0, 0),
        ),
    ],
)
def test_each_cause_is_its_own_effect(after: Month, effects: tuple[int, int, int, int]) -> None:
    """A tenth more contacts, calls for mails, dearer mails, a higher rent, a channel that replaces another."""
    found = bridge(BEFORE, after)
    assert found is not None
    assert (found.volume, found.mix, found.rate, found.fixed) == effects


def test_a_seat_that_pays_for_itself() -> None:
    """A seat of 3,000 must save 300 contacts of 10: half of 600 lost ones; without lost ones nobody can say."""
    assert break_even(300_000, 1_000, 600) == pytest.approx(0.5)
    assert break_even(300_000, 1_000, 0) is None


def handled(day_on: str, count: int, channel: str) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {"contact_uid": f"{day_on}-{channel}-{number}", "day_on": day_on, "channel": channel, "is_total": 1,
               "kind": "ticket"}  # fmt: skip


def desk(*, has_channels: bool = True) -> Inquiry:
    """September with 200 contacts for 4,000 and October with 300 for 4,800; 1,000 of each are rent."""
    costs = [
        {"day_on": f"2026-{month}-{day}", "category": category, "amount_minor": amount,
         "channel": "email" if has_channels else None}
        for month, labour in (("09", 300_000), ("10", 380_000))
        for day, category, amount in (("01", "labour", labour), ("02", "premises", 100_000))
    ]  # fmt: skip
    people = [{"hired_on": "2024-01-01", "left_on": None} for _ in range(10)]
    db, _ = store_of({
        "cost_facts": costs, "employment_facts": people,
        "handled_facts": [*handled("2026-09-03", 200, "email"), *handled("2026-10-05", 300, "email")],
        "staff_days": [{"day_on": "2026-10-05", "contracted_s": 360_000, "worked_s": 270_000, "lost_s": 90_000}],
    }, "2026-11-20")  # fmt: skip
    return Inquiry(db, BERLIN, NOVEMBER_AT)


@pytest.mark.parametrize("has_channels", [True, False])
def test_a_month_beside_the_one_before(has_channels: bool) -> None:
    """Half as many contacts more at 15 each, which then cost 12.67: told with and without channels."""
    found = cost_bridge(desk(has_channels=has_channels), OCTOBER)
    assert found is not None
    made = found.bridge
    assert (made.before, made.after, made.volume, made.mix, made.rate, made.fixed) == (
        400_000, 480_000, 150_000, 0, -70_000, 0,
    )  # fmt: skip
    assert (found.contacts, found.has_channels) == ((200, 300), has_channels)
    assert [round(answer.value or 0) for answer in found.per_contact] == [2_000, 1_600]


def test_lost_hours_are_worth_contacts() -> None:
    """25 of 100 hours lost at 4 contacts an hour are 100 contacts; a seat costs as much as 23.75 of them."""
    found = cost_bridge(desk(), OCTOBER)
    assert found is not None
    assert found.seat is not None
    assert (found.seat.lost_contacts, found.seat.heads) == pytest.approx((100, 10))
    assert found.seat.contacts == pytest.approx(23.75)
    assert found.seat.break_even == pytest.approx(0.2375)


def test_months_in_two_currencies_are_not_compared() -> None:
    """The cost file moved from francs to euros: a tenth cheaper, and nothing cost less."""
    of = desk()
    for month, currency in (("2026-08", "USD"), ("2026-09", "CHF"), ("2026-10", "CHF")):
        base(of.db, "costs", uid=month, native_id=month, source="f", month=month, category="labour", amount_minor=1,
             currency=currency)  # fmt: skip
    assert cost_bridge(of, OCTOBER) is not None
    of.db.execute("update costs set currency = 'EUR' where month = '2026-10'")
    assert cost_bridge(of, OCTOBER) is None


def test_a_month_without_contacts_has_no_bridge() -> None:
    """A desk that opened in October has no September to come from; one that closed has no rate to go to."""
    nothing = Month({"phone": 100}, {}, 50)
    assert bridge(nothing, BEFORE) is None
    assert bridge(BEFORE, nothing) is None


def test_a_channel_that_begins_or_ends_is_mix() -> None:
    """Chat begins at 3.00 a contact where the mean was 7.50; the rates of the others did not change."""
    began = Month({**BEFORE.variable, "chat": 300_000}, {**BEFORE.contacts, "chat": 1_000}, 200_000)
    there, back = bridge(BEFORE, began), bridge(began, BEFORE)
    assert there is not None
    assert back is not None
    assert (there.volume, there.mix, there.rate) == (750_000, -450_000, 0)
    assert (back.volume, back.mix, back.rate) == (-600_000, 300_000, 0)


def test_a_month_that_is_not_over_is_not_compared() -> None:
    """Half of November is cheaper than October."""
    assert cost_bridge(desk(), Period("2026-11-01", "2026-11-30", "month")) is None
    assert cost_bridge(desk(), Period("2026-09-01", "2026-09-30", "month")) is None
