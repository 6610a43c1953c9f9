"""Contact reasons that moved or come back, groups of customers that need more, and persons outside their funnel."""

from collections.abc import Sequence
from math import exp
from random import Random

from bench.alarms.check import Check, Found
from core.numbers.analyses.appraisal.board import Card, cards_of
from core.numbers.analyses.appraisal.cases import Cases
from core.numbers.analyses.appraisal.people import Person
from core.numbers.analyses.case_mix import Stratum, Sums
from core.numbers.analyses.cells import Cell
from core.numbers.analyses.customers import mean_p
from core.numbers.analyses.reasons import P_CLEAR, Mover, Reason, is_clearly_more, movers
from core.numbers.answer import Answer, Period

WORDS = "abcdefgh"
USUAL = (30, 20, 15, 10, 8, 7, 6, 4)
DOUBLED = (30, 20, 15, 20, 8, 7, 6, 4)
CONTACTS = 600
RATED, REPEATS, MORE_REPEATS = 80, 0.15, 0.35
PEOPLE, CASES, GOOD, BAD = 8, 100, 0.8, 0.55
# Of eight persons with two lines each, one in thirty teams has a line outside 99.8 % limits by chance.
BY_CHANCE = 0.05


def _week(random: Random, weights: Sequence[int]) -> list[Cell]:
    drawn = random.choices(WORDS, weights, k=CONTACTS)
    return [Cell(word, drawn.count(word), drawn.count(word)) for word in WORDS]


def _moved(now: list[Cell], before: list[Cell]) -> list[Mover]:
    found = [Reason(cell.member, (cell.member,), cell.contacts, cell.customers, cell.contacts / CONTACTS)
             for cell in now]  # fmt: skip
    return movers(found, now, before, set(WORDS))


def judge_movers(seed: int) -> Found:
    """Two weeks alike, and two of which the later has twice as many contacts of one reason."""
    random = Random(seed)
    before, flat, bent = _week(random, USUAL), _week(random, USUAL), _week(random, DOUBLED)
    return Found(bool(_moved(flat, before)), "d" in {mover.reason.word for mover in _moved(bent, before)})


def judge_repeats(seed: int) -> Found:
    """Eight reasons for which as many come back, and one of them for which twice as many do."""
    random = Random(seed)

    def rate(share: float) -> Answer:
        hits = sum(random.random() < share for _ in range(RATED))
        return Answer("repeat_contact_rate", "standard", Period("", ""), n=RATED, num=hits, den=RATED)

    flat = [rate(REPEATS) for _ in WORDS]
    bent = [rate(MORE_REPEATS), *flat[1:]]
    return Found(any(is_clearly_more(one, flat) for one in flat), is_clearly_more(bent[0], bent))


def judge_customers(seed: int) -> Found:
    """Two groups with as many contacts each, and one with twice as many beyond the first."""
    random = Random(seed)

    def group(size: int, rate: float) -> Cell:
        each = [1 + int(random.expovariate(rate)) for _ in range(size)]
        return Cell("", sum(each), size, sum(one * one for one in each))

    others, alike, more = group(200, 1.2), group(60, 1.2), group(60, 0.6)
    return Found((mean_p(alike, others) or 0) < P_CLEAR, (mean_p(more, others) or 0) < P_CLEAR)


def judge_persons(seed: int) -> Found:
    """Eight equals by satisfaction and handle time, and one of them with whom fewer are satisfied."""
    random = Random(seed)
    shares: dict[tuple[str, Stratum], Sums] = {}
    times: dict[tuple[str, Stratum], Sums] = {}
    people = [Person(f"a{number}", (f"a{number}",), f"a{number}", None) for number in range(PEOPLE)]
    for person in people:
        shares[person.uid, ()] = _share(random, GOOD)
        took = [exp(random.gauss(5.6, 0.6)) for _ in range(CASES)]
        times[person.uid, ()] = Sums(sum(took), CASES, CASES, sum(one * one for one in took), sum(took), CASES)
    alarm = any(line.verdict != "as expected" for card in _cards(people, shares, times) for line in card.lines)
    shares["a0", ()] = _share(random, BAD)
    return Found(
        alarm, next(card.problem for card in _cards(people, shares, times) if card.person.uid == "a0") == "csat"
    )


def _share(random: Random, share: float) -> Sums:
    hits = sum(random.random() < share for _ in range(CASES))
    return Sums(hits, CASES, CASES, hits, hits, CASES)


def _cards(
    people: list[Person], shares: dict[tuple[str, Stratum], Sums], times: dict[tuple[str, Stratum], Sums]
) -> list[Card]:
    measured = {"csat": ("", Cases("share", shares)), "average_handle_time": ("", Cases("mean", times))}
    return list(cards_of(people, measured))


MOVERS = Check("reasons that moved", f"10 % to 18 % of {CONTACTS} contacts", judge_movers)
REPEATED = Check("reasons that come back", f"{REPEATS:.0%} to {MORE_REPEATS:.0%} of {RATED}", judge_repeats)
# One test of two groups at p < 0.05: as often as that says, and what a thousand worlds differ by.
CUSTOMERS = Check("customers who need more", "1.8 to 2.2 contacts each, 60 customers", judge_customers, 0.065)
PERSONS = Check("persons outside the funnel", f"{GOOD:.0%} to {BAD:.0%} of {CASES}", judge_persons, BY_CHANCE)
