"""Each guard of metrics 8.6 by itself: what would be said of a person without it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from core.clock import day_bounds
from core.numbers.analyses.appraisal.board import Card, Line, cards_of
from core.numbers.analyses.appraisal.cases import Cases, Kind, cases_of
from core.numbers.analyses.appraisal.people import Person, apart_of
from core.numbers.analyses.case_mix import Stratum, Sums
from core.numbers.analyses.funnel import shrunk
from core.numbers.answer import Period
from core.numbers.evaluate import question
from core.numbers.inquiry import Inquiry
from core.store.db import open_store
from tests.numbers.rows import BERLIN, LONG_AGO, insert

TO = "2026-03-31"
PERIOD = Period("2026-01-01", TO, "rolling")
ANY: Stratum = ("",)
Told = Mapping[str, Sums | Mapping[Stratum, Sums]]


def people(size: int) -> list[Person]:
    return [Person(f"a{number}", (f"a{number}",), f"a{number}", None) for number in range(size)]


def share(hits: float, n: int) -> Sums:
    return Sums(hits, n, n, hits, hits, n)


def times(each: float, n: int, sd: float = 0.0) -> Sums:
    return Sums(each * n, n, n, n * (each * each + sd * sd), each * n, n)


def cases(told: Told, kind: Kind = "share") -> Cases:
    cells: dict[tuple[str, Stratum], Sums] = {}
    for uid, sums in told.items():
        cells |= {(uid, ANY): sums} if isinstance(sums, Sums) else {(uid, key): each for key, each in sums.items()}
    return Cases(kind, cells)


def everybody(sums: Sums, size: int = 6, **others: Sums) -> dict[str, Sums]:
    return {f"a{number}": sums for number in range(size)} | others


CONTENT = cases(everybody(share(80, 100), 8))


def cards(size: int = 6, **measured: Cases) -> dict[str, Card]:
    found = cards_of(people(size), {name: ("standard", told) for name, told in measured.items()})
    return {card.person.uid: card for card in found}


def line(card: Card, metric_id: str) -> Line:
    found = card.line(metric_id)
    assert found is not None
    return found


@pytest.mark.parametrize(("reviews", "said"), [(19, "too few"), (20, "as expected")])
def test_nineteen_reviews_judge_nobody(reviews: int, said: str) -> None:
    """A quality score of a person needs twenty, whatever a team's needs (guard 1, metrics qa_score)."""
    found = cards(csat=CONTENT, qa_score=cases(everybody(times(0.9, reviews, 0.1)), "mean"))
    assert {line(card, "qa_score").verdict for card in found.values()} == {said}


@pytest.mark.parametrize(("size", "said", "of"), [(4, "too few people", 0), (5, "as expected", 5)])
def test_five_may_be_compared_and_four_may_not(size: int, said: str, of: int) -> None:
    """The floor is five colleagues, not six (guard 1)."""
    found = cards(size, csat=cases(everybody(share(80, 100), size)), reopen_rate=cases(everybody(share(5, 100), size)))
    assert {(each.verdict, each.of) for card in found.values() for each in card.lines} == {(said, of)}


def test_who_alone_has_a_kind_of_case_is_not_their_own_measure() -> None:
    """Half of the only complaints desk's customers are content; nobody would see it (guard 2)."""
    told: Told = {f"a{number}": {("email", "order"): share(80, 100)} for number in range(6)}
    found = cards(7, csat=cases({**told, "a6": {("email", "complaint"): share(40, 100)}}), reopen_rate=CONTENT)
    assert line(found["a6"], "csat").verdict == "worse"


def test_the_fair_value_is_that_of_an_even_mix() -> None:
    """Hard cases alone, as good as anybody at them: as good as the team, not the last of it (guard 2)."""
    told: Told = {f"a{n}": {("easy",): share(90, 100), ("hard",): share(50, 100)} for n in range(5)}
    slow: Told = {f"a{n}": {("easy",): times(5, 100, 1), ("hard",): times(20, 100, 4)} for n in range(5)}
    found = cards(
        csat=cases({**told, "a5": {("hard",): share(50, 100)}}),
        average_handle_time=cases({**slow, "a5": {("hard",): times(20, 100, 4)}}, "mean"),
    )["a5"]
    assert (line(found, "csat").value, line(found, "average_handle_time").value) == (0.5, 20)
    assert line(found, "csat").fair == pytest.approx(750 / 1_100)
    assert line(found, "average_handle_time").fair == pytest.approx(14_500 / 1_100)
    assert {each.verdict for each in found.lines} == {"as expected"}


def test_less_is_better_where_it_is() -> None:
    """Who has most reopened tickets is last, and worse (guard 3)."""
    reopened = everybody(share(5, 100), 6, a0=share(30, 100), a1=share(4, 100))
    found = cards(csat=CONTENT, reopen_rate=cases(reopened))
    assert (line(found["a0"], "reopen_rate").verdict, line(found["a0"], "reopen_rate").rank) == ("worse", 6)
    assert found["a0"].problem == "reopen_rate"
    assert line(found["a1"], "reopen_rate").rank is None


@pytest.mark.parametrize(("off", "said"), [(2, "as expected"), (4, "higher"), (-4, "lower")])
def test_a_mean_is_judged_by_how_much_cases_differ(off: int, said: str) -> None:
    """Two standard errors are chance, four are not; neither long nor short is good by itself (guard 3)."""
    usual = everybody(times(300, 100, 60), 8)
    found = cards(8, csat=CONTENT, average_handle_time=cases({**usual, "a0": times(300 + off * 6.6, 100, 60)}, "mean"))
    assert line(found["a0"], "average_handle_time").verdict == said
    assert line(found["a1"], "average_handle_time").verdict == "as expected"


def test_two_reopened_of_thirty_are_no_wonder() -> None:
    """Where 0.7 % are reopened two of thirty lie outside the normal curve, and happen to one of fifty (guard 3)."""
    told = everybody(share(1, 200), 6, a0=share(2, 30))
    assert line(cards(csat=CONTENT, reopen_rate=cases(told))["a0"], "reopen_rate").verdict == "as expected"


def test_one_weekend_makes_nobody_slow() -> None:
    """Twenty first replies of which some took days: their mean sways upwards far more than downwards (guard 3)."""
    told = everybody(times(300, 100, 300), 6, a0=times(550, 20, 300))
    found = cards(csat=CONTENT, first_response_time=cases(told, "mean"))["a0"]
    assert line(found, "first_response_time").verdict == "as expected"


def test_days_differ_more_than_dice() -> None:
    """Contacts a day come in shifts and queues: only who is off more than people usually are is off (guard 3)."""
    rates = (15, 17, 19, 20, 21, 23, 25, 60)
    told = {f"a{number}": Sums(rate * 60, 60, 60) for number, rate in enumerate(rates)}
    found = cards(8, csat=CONTENT, contacts_per_agent_day=cases(told, "rate"))
    assert [line(card, "contacts_per_agent_day").verdict for card in found.values()] == [*["as expected"] * 7, "higher"]


def test_thirty_ratings_weigh_less_than_the_team() -> None:
    """Thirty of thirty content is drawn more than half of the way to the team's share (guard 4)."""
    found = cards(csat=cases(everybody(share(80, 100), 6, a0=share(30, 30))), reopen_rate=CONTENT)["a0"]
    made = line(found, "csat")
    whole = 430 / 530
    assert made.expected == pytest.approx(whole)
    assert made.fair == pytest.approx(shrunk(30, 30, whole))


def test_no_strong_metric_beside_the_wrong_one() -> None:
    """Satisfaction does not guard transfers: they are left out (guard 5)."""
    found = cards(csat=CONTENT, reopen_rate=CONTENT, transfer_rate=cases(everybody(share(5, 100))))
    assert {tuple(each.metric_id for each in card.lines) for card in found.values()} == {("csat", "reopen_rate")}


def test_nobody_is_seen_by_one_metric() -> None:
    """A card of satisfaction alone is no card (guard 5)."""
    assert {card.lines for card in cards(csat=CONTENT).values()} == {()}


def test_the_guard_with_cases_is_the_guard() -> None:
    """Five resolved contacts guard nothing where a hundred ratings are known (guard 5)."""
    found = cards(
        first_contact_resolution_rate=cases(everybody(share(4, 5))),
        csat=CONTENT,
        average_handle_time=cases(everybody(times(300, 100, 60)), "mean"),
    )
    made = line(found["a0"], "average_handle_time")
    assert (made.counter, made.verdict) == ("csat", "as expected")


@pytest.mark.parametrize(
    ("worked", "said"),
    [
        (["2025-11-01", "2025-12-20", "2026-01-17"], "returning"),
        (["2025-12-10", "2025-12-21", "2026-01-17"], ""),
    ],
)
def test_four_weeks_away_are_an_absence(worked: list[str], said: str) -> None:
    """28 days without a contact are no holiday; 27 may be one (guard 6)."""
    assert apart_of("2020-01-01", worked, "2025-10-01", TO) == said


def test_who_stands_apart_stands_last_and_makes_no_rate() -> None:
    """A newcomer's first weeks must not make everybody else look good, nor open the list (guard 6)."""
    told = everybody(share(80, 100), 6, a0=share(10, 100))
    some = [replace(person, apart="new" if person.uid == "a0" else "") for person in people(6)]
    measured = {"csat": ("standard", cases(told)), "reopen_rate": ("standard", CONTENT)}
    found = list(cards_of(some, measured))
    assert [card.person.uid for card in found] == ["a1", "a2", "a3", "a4", "a5", "a0"]
    assert line(found[0], "csat").expected == pytest.approx(0.8)
    assert (line(found[-1], "csat").verdict, found[-1].problem) == ("apart", None)


def test_praise_is_for_quality_and_for_who_is_worse_at_nothing() -> None:
    """Public praise for speed would be a race, and for half of a card a sting (guard 8)."""
    kind = cases(everybody(share(80, 100), 6, a0=share(99, 100), a1=share(99, 100)))
    reopened = cases(everybody(share(5, 100), 6, a1=share(40, 100)))
    quick = everybody(times(2.0, 100, 0.5), 6, a2=times(1.5, 100, 0.5))
    found = cards(csat=kind, reopen_rate=reopened, replies_per_ticket=cases(quick, "mean"))
    assert line(found["a2"], "replies_per_ticket").verdict == "better"
    assert {uid: card.praise for uid, card in found.items() if card.praise} == {"a0": ("csat",)}
    assert found["a1"].problem == "reopen_rate"


def inquiry(facts: Mapping[str, list[Any]]) -> Inquiry:
    db = open_store(":memory:")
    insert(db, LONG_AGO)
    insert(db, facts)
    return Inquiry(db, BERLIN, day_bounds(TO, BERLIN.zone)[1])


def cells_of(metric_id: str, facts: Mapping[str, list[Any]]) -> Mapping[tuple[str, Stratum], Sums]:
    asking = inquiry(facts)
    asked = question(asking.db, metric_id, None, None, BERLIN, asking.now_at)
    found = cases_of(asking, asked, PERIOD, people(2))
    assert found is not None
    return found.cells


def test_cases_are_alike_by_channel_reason_priority_and_hour() -> None:
    """The strata of guard 2, the hour being that of the customers' clock on both sides of its change."""
    winter_at, summer_at = (day_bounds(day, BERLIN.zone)[0] for day in ("2026-03-04", "2026-03-30"))
    ticket = {"contact_reason": "order", "priority": "high", "created_at": winter_at + 6 * 3_600 + 60}
    tickets = {
        "t0": ticket,
        "t1": {**ticket, "contact_reason": "refund"},
        "t2": {**ticket, "priority": "low"},
        "t3": {**ticket, "created_at": winter_at + 6 * 3_600 - 60},
        "t4": {**ticket, "created_at": summer_at + 12 * 3_600 - 60},
        "t5": {},
    }
    rated = [
        {"survey_uid": f"s{uid}", "ticket_uid": uid, "agent_uid": "a0", "kind": "csat", "is_counted": 1,
         "is_satisfied": 1, "rated_on": "2026-03-30", "channel": "chat" if uid == "t5" else "email"}
        for uid in tickets
    ]  # fmt: skip
    told = [{"ticket_uid": uid, **row} for uid, row in tickets.items()]
    found = cells_of("csat", {"survey_facts": rated, "ticket_facts": told})
    assert {stratum: sums.n for (_, stratum), sums in found.items()} == {
        ("email", "order", "high", "1"): 2,
        ("email", "refund", "high", "1"): 1,
        ("email", "order", "low", "1"): 1,
        ("email", "order", "high", "0"): 1,
        ("chat", "", "", ""): 1,
    }


def test_who_was_not_there_is_asked_for_nothing() -> None:
    """Ten contacts on five days are as many a day as twenty on ten (guard 6)."""
    handled, present = [], []
    for uid, days in (("a0", 10), ("a1", 5)):
        for number in range(days):
            day_on = f"2026-03-{number + 1:02}"
            present.append({"agent_uid": uid, "day_on": day_on, "presence_days": 1.0, "is_paid": 1})
            handled += [
                {"contact_uid": f"{uid}/{number}/{each}", "agent_uid": uid, "day_on": day_on, "kind": "call",
                 "is_total": 1} for each in range(2)
            ]  # fmt: skip
    found = cells_of("contacts_per_agent_day", {"handled_facts": handled, "agent_days": present})
    assert {uid: (sums.num, sums.den, sums.n) for (uid, _), sums in found.items()} == {
        "a0": (20, 10, 10),
        "a1": (10, 5, 5),
    }
