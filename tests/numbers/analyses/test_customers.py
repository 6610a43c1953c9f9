"""Customers in groups that name nobody, and what tells their groups apart (metrics 8.12)."""

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.numbers.analyses.cells import LEAST_CUSTOMERS, OTHER, Cell, merged
from core.numbers.analyses.customers import groups, mean_p
from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from tests.numbers.rows import BERLIN, store_of

DAY = "2026-03-04"
WEEK = Period("2026-03-02", "2026-03-08", "week")
CELLS = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5)), max_size=8)


@given(CELLS)
def test_no_cell_holds_fewer_than_ten_customers(sizes: list[tuple[int, int]]) -> None:
    """The only pilot among the customers must not find himself in a table."""
    cells = [Cell(str(place), customers + more, customers) for place, (customers, more) in enumerate(sizes)]
    size = {cell.member: cell.customers for cell in cells}
    found = merged(cells, lambda members: sum(size[member] for member in members))
    assert all(cell.customers >= LEAST_CUSTOMERS for cell in found)
    if OTHER in {cell.member for cell in found}:
        assert sum(cell.contacts for cell in found) == sum(cell.contacts for cell in cells)


def test_small_groups_are_one_or_none() -> None:
    """Seven and five are told together, four alone not at all; who is in both is one customer."""
    cells = [Cell("a", 90, 60), Cell("b", 9, 7), Cell("c", 6, 5)]
    assert [(cell.member, cell.contacts, cell.customers) for cell in merged(cells, lambda _: 12)] == [
        ("a", 90, 60),
        (OTHER, 15, 12),
    ]
    assert [cell.member for cell in merged(cells, lambda _: 7)] == ["a"]


def contacts(kind: str, customers: int, each: int, start: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "kind": "call", "contact_uid": f"{kind}{start + who}/{n}", "person_uid": f"{kind}{start + who}",
            "customer_type": kind, "day_on": DAY, "channel": "phone",
        }
        for who in range(customers)
        for n in range(each + (who % 2))
    ]  # fmt: skip


def found_in(rows: list[dict[str, Any]]) -> Any:
    db, now_at = store_of({"contact_facts": rows}, WEEK.to_on)
    return groups(Inquiry(db, BERLIN, now_at), WEEK)


def test_who_needs_help_most_comes_first() -> None:
    """New customers call three times each, the others once: that is where a guide would help."""
    rows = [*contacts("new", 40, 3), *contacts("old", 200, 1), *contacts("tiny", 4, 9)]
    new, old = found_in(rows)
    assert (new.dim, new.cell.member, new.is_more, new.kinds) == ("customer_type", "new", True, ("call",))
    assert (new.cell.customers, new.each, new.others) == (40, 3.5, 1.5)
    assert (old.cell.member, old.is_more) == ("old", False)


def test_of_many_groups_one_is_always_first() -> None:
    """With six groups p = 0.02 is no news: one of them must be ahead."""
    rows = []
    for place, twice in enumerate((17, 10, 10, 10, 10, 10)):
        rows += [row for who in range(40) for row in contacts(f"type{place}", 1, 1 + (who < twice), start=2 * who)]
    found = found_in(rows)
    assert [group.cell.customers for group in found] == [40] * 6
    assert 0.05 / 6 < found[0].p_value < 0.05
    assert not any(group.is_more for group in found)


def test_where_most_is_unknown_nothing_is_split() -> None:
    """A field that one team fills in tells of the team, not of the customers."""
    rows = [*contacts("new", 40, 1), *contacts("old", 40, 1), *contacts("none", 300, 1)]
    for row in rows:
        if row["customer_type"] == "none":
            row["customer_type"] = None
    assert found_in(rows) == []


def test_equal_groups_are_hardly_ever_told_apart() -> None:
    """Two hundred flat worlds: five in a hundred at most are called different."""
    false = 0
    for seed in range(200):
        random = Random(seed)
        sides = []
        for _ in range(2):
            each = [1 + int(random.expovariate(1.2)) for _ in range(60)]
            sides.append(Cell("", sum(each), len(each), sum(one * one for one in each)))
        p_value = mean_p(*sides)
        false += p_value is not None and p_value < 0.05
    assert false <= 18
