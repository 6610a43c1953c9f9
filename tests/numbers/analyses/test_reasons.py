"""Why customers contact us: what few reasons make most, what moved, what comes back, what an FAQ could answer."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import add_days
from core.numbers.analyses.cells import Cell
from core.numbers.analyses.reasons import Reason, Reasons, faq_candidates, movers, pareto, reasons
from core.numbers.answer import Answer, Period
from core.numbers.inquiry import Inquiry
from tests.numbers.rows import BERLIN, store_of
from tests.report.desk import base

SUNDAY = "2026-03-08"
WEEK = Period("2026-03-02", SUNDAY, "week")
WORDS = ("delivery", "defect", "invoice", "setup", "refund")


@given(st.lists(st.integers(0, 500)))
def test_pareto_takes_no_more_than_it_needs(counts: list[int]) -> None:
    """One reason less and the line is not reached."""
    place = pareto(counts, sum(counts))
    ordered = sorted(counts, reverse=True)
    assert sum(ordered[:place]) >= 0.8 * sum(ordered)
    assert place == 0 or not sum(ordered) or sum(ordered[: place - 1]) < 0.8 * sum(ordered)


def tickets(
    word: str, count: int, *, day_on: str = WEEK.from_on, repeats: int = 0, one_touch: int = 0
) -> Iterator[Any]:
    for number in range(count):
        uid = f"{word}/{day_on}/{number}"
        yield "contact_facts", {
            "kind": "ticket", "contact_uid": uid, "person_uid": f"p{uid}", "contact_reason": word, "channel": "email",
            "day_on": day_on, "is_repeat": int(number < repeats),
        }  # fmt: skip
        yield "ticket_facts", {
            "ticket_uid": uid, "contact_reason": word, "created_on": day_on, "first_solved_on": day_on,
            "last_solved_on": day_on, "is_solve_counted": 1, "is_solved": 1, "one_touch": int(number < one_touch),
            "touches": 1 if number < one_touch else 4,
        }  # fmt: skip


def told(*rows: Iterator[Any], parents: dict[str, str | None] | None = None) -> Reasons | None:
    facts: dict[str, list[Any]] = {"contact_facts": [{"contact_uid": "old", "kind": "call", "day_on": "2025-01-01"}]}
    for several in rows:
        for fact, row in several:
            facts.setdefault(fact, []).append(row)
    db, now_at = store_of(facts, SUNDAY)
    for word, parent in (parents or {}).items():
        base(db, "contact_reasons", uid=f"f:{word}", native_id=word, source="f", name=word.title(),
             parent_uid=f"f:{parent}" if parent else None)  # fmt: skip
    return reasons(Inquiry(db, BERLIN, now_at), WEEK)


def test_reasons_are_told_by_their_tree() -> None:
    """Two kinds of damage are one matter for who packs the goods."""
    rows = [tickets("scratch", 40), tickets("broken", 30), tickets("invoice", 50), tickets("rare", 3)]
    found = told(*rows, parents={"damage": None, "scratch": "damage", "broken": "damage", "invoice": None})
    assert found is not None
    assert {reason.word: reason.path for reason in found.reasons} == {
        "invoice": ("Invoice",),
        "broken": ("Damage", "Broken"),
        "scratch": ("Damage", "Scratch"),
    }


def test_the_rest_does_not_tell_of_the_few() -> None:
    """Known less shown would be the contacts of three customers."""
    found = told(tickets("invoice", 50), tickets("setup", 40), tickets("rare", 3))
    assert found is not None
    assert (found.contacts, found.known) == (93, 90)
    assert sum(reason.share for reason in found.reasons) == pytest.approx(1)


def test_merged_reasons_are_no_reason() -> None:
    """Fifty rare matters are not the one matter to begin with."""
    rare = [tickets(f"rare{number}", 9) for number in range(20)]
    found = told(tickets("invoice", 50), tickets("setup", 40), *rare)
    assert found is not None
    assert [reason.word for reason in found.named] == ["invoice", "setup"]
    assert found.known == 270
    assert found.pareto == 0


def test_what_few_had_is_not_told_afterwards_either() -> None:
    """Two customers of thirteen weeks ago are as few as two of today."""
    then = add_days(WEEK.from_on, -91)
    before = [tickets("invoice", 100, day_on=then), tickets("defect", 2, day_on=then)]
    found = told(*before, tickets("invoice", 100), tickets("defect", 60))
    assert found is not None
    assert {mover.reason.word: mover.was_rare for mover in found.movers} == {"defect": True, "invoice": False}


def test_a_reason_in_a_circle_is_told_all_the_same() -> None:
    """Somebody's list names each of two reasons as the other's parent."""
    found = told(tickets("a", 20), tickets("b", 20), parents={"a": "b", "b": "a"})
    assert found is not None
    assert {reason.path for reason in found.reasons} == {("B", "A"), ("A", "B")}


def test_a_reason_that_tripled_is_a_mover() -> None:
    """Delivery was a quarter of the contacts and is now half."""
    then = add_days(WEEK.from_on, -91)
    before = [tickets(word, 50, day_on=then) for word in WORDS[:4]]
    now = [tickets(word, 150 if word == "delivery" else 50) for word in WORDS[:4]]
    found = told(*before, *now)
    assert found is not None
    mover = found.movers[0]
    assert (mover.reason.word, mover.before, mover.reason.contacts) == ("delivery", 50, 150)
    assert (mover.share_before, mover.reason.share) == (0.25, 0.5)


def test_twice_as_much_of_everything_moves_no_reason() -> None:
    """A launch that doubles all contacts is told elsewhere; here only what changed its part."""
    then = add_days(WEEK.from_on, -91)
    found = told(*(tickets(word, 60, day_on=then) for word in WORDS), *(tickets(word, 120) for word in WORDS))
    assert found is not None
    assert found.movers == ()


def test_flat_worlds_have_hardly_a_mover() -> None:
    """Two hundred weeks in which nothing changed: five in a hundred may have one."""
    false = 0
    for seed in range(200):
        random = Random(seed)
        weeks = []
        for _ in range(2):
            drawn = [random.choice(WORDS) for _ in range(300)]
            weeks.append([Cell(word, drawn.count(word), drawn.count(word)) for word in WORDS])
        now = [Reason(cell.member, (cell.member,), cell.contacts, cell.customers, cell.contacts / 300)
               for cell in weeks[0]]  # fmt: skip
        false += bool(movers(now, weeks[0], weeks[1], set(WORDS)))
    assert false <= 16


def test_what_customers_come_back_for() -> None:
    """Half of those who write about damage write again."""
    found = told(tickets("damage", 80, repeats=40), *(tickets(word, 80, repeats=8) for word in WORDS))
    assert found is not None
    assert [reason.word for reason in found.repeated] == ["damage"]


def test_what_belongs_into_the_faq() -> None:
    """Frequent and solved with one reply by one touch: the answer could be read instead."""
    simple = tickets("opening hours", 90, one_touch=85)
    found = told(simple, *(tickets(word, 80, one_touch=20) for word in WORDS), tickets("rare", 20, one_touch=20))
    assert found is not None
    assert [reason.word for reason in found.faq] == ["opening hours"]
    flat = told(*(tickets(word, 80, one_touch=20) for word in WORDS))
    assert flat is not None
    assert flat.faq == flat.repeated == ()


@pytest.mark.parametrize(
    ("touches", "handle_s", "is_candidate"), [(1.0, 100.0, True), (9.0, 100.0, False), (1.0, 900.0, False)]
)
def test_what_takes_long_or_many_touches_is_none_for_the_faq(
    touches: float, handle_s: float, is_candidate: bool
) -> None:
    """Solved with one reply, after ten notes or a quarter of an hour: no page answers that."""

    def reason(word: str, hits: float, each: float, took_s: float) -> Reason:
        answers = {
            name: Answer(name, "standard", WEEK, value=value, n=80, num=num, den=80.0)
            for name, value, num in (("one_touch_rate", hits / 80, hits), ("touches_per_ticket", each, 80 * each))
        }
        return Reason(
            word, (word,), 80, 80, 0.2, one_touch=answers["one_touch_rate"], touches=answers["touches_per_ticket"],
            handle_s=took_s,
        )  # fmt: skip

    found = faq_candidates([reason("hours", 75, touches, handle_s), *(reason(word, 20, 4, 300) for word in WORDS)])
    assert [each.word for each in found] == (["hours"] if is_candidate else [])


def test_a_clear_change_of_little_is_no_mover() -> None:
    """A hundred thousand contacts make 51 % clearly more than 50 %, and nobody would do anything about it."""
    now, before = ([Cell("a", a, a), Cell("b", 100_000 - a, 100_000 - a)] for a in (51_000, 50_000))
    found = [Reason(cell.member, (cell.member,), cell.contacts, cell.customers, cell.contacts / 1e5) for cell in now]
    assert movers(found, now, before, {"a", "b"}) == []


def test_what_a_reason_costs_is_what_its_channels_cost() -> None:
    """Two reasons by mail at 11.40 a contact; where a channel's cost is unknown there is none."""
    facts: dict[str, list[Any]] = {
        "contact_facts": [row for fact, row in tickets("delivery", 20) if fact == "contact_facts"],
        "handled_facts": [
            {"contact_uid": f"h{n}", "day_on": WEEK.from_on, "channel": "email", "kind": "ticket", "is_total": 1}
            for n in range(100)
        ],
        "cost_facts": [{"day_on": WEEK.from_on, "channel": "email", "amount_minor": 114_000}],
    }
    db, now_at = store_of(facts, SUNDAY)
    found = reasons(Inquiry(db, BERLIN, now_at), WEEK)
    assert found is not None
    assert found.reasons[0].cost_minor == pytest.approx(20 * 1_140)


def test_nobody_names_a_reason() -> None:
    """A desk without reasons gets no empty table."""
    assert told(iter([("contact_facts", {"contact_uid": "c", "kind": "call", "day_on": SUNDAY})])) is None
