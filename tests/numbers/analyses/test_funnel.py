"""How far chance reaches, and how somebody stands among others: the seed's method and its guards (metrics 8.6)."""

from math import comb
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.numbers.analyses.case_mix import Stratum, Sums, expected, settled
from core.numbers.analyses.funnel import count_limits, mean_limits, share_limits, shrunk, spread, standings

UNITS = {"A": 52.0, "B": 47.0, "C": 61.0, "D": 40.0}


def test_the_seeds_method_to_the_digit() -> None:
    """A 52, B 47, C 61, D 40: mean 50, sd 8.83, deviations, standard scores and ranks as the article has them."""
    found = standings(UNITS)
    assert round(spread(list(UNITS.values())) or 0, 2) == 8.83
    assert {stands.mean for stands in found.values()} == {50.0}
    assert [found[key].deviation for key in "ABCD"] == [2, -3, 11, -10]
    assert [round(found[key].z or 0, 2) for key in "ABCD"] == [0.23, -0.34, 1.25, -1.13]
    assert [found[key].rank for key in "ABCD"] == [2, 3, 1, 4]
    assert [standings(UNITS, is_more_better=False)[key].rank for key in "ABCD"] == [3, 2, 4, 1]


@pytest.mark.parametrize(("n", "low", "high"), [(25, 44.3, 99.7), (50, 52.4, 91.6), (400, 65.1, 78.9)])
def test_the_funnel_narrows_with_the_cases(n: int, low: float, high: float) -> None:
    """With 25 contacts a first contact resolution of 45 % may be bad luck; nobody is to be blamed for it."""
    found = share_limits(0.72, n)
    assert (round(100 * found[0], 1), round(100 * found[1], 1)) == (low, high)


@settings(max_examples=50)
@given(whole=st.floats(0.01, 0.99), n=st.integers(20, 120))
def test_of_few_cases_no_more_than_two_of_a_thousand_lie_outside(whole: float, n: int) -> None:
    """Two reopened of 30 where one of a hundred is: by the normal curve one of 28 colleagues would be told off."""
    low, high = count_limits(whole, n)
    chances = [comb(n, hits) * whole**hits * (1 - whole) ** (n - hits) for hits in range(n + 1)]
    outside = sum(chance for hits, chance in enumerate(chances) if not low - 1e-9 <= hits / n <= high + 1e-9)
    assert outside <= 0.002 + 1e-9
    assert low <= share_limits(whole, n)[0]
    assert high >= share_limits(whole, n)[1]


def test_long_tails_blame_nobody() -> None:
    """Twenty first replies, one of them after a weekend, are no proof of a slow colleague."""
    random, n = Random(7), 20
    draws = [sum(random.lognormvariate(0, 1) for _ in range(n)) / n for _ in range(2_000)]
    low, high = mean_limits(2.718282**0.5, ((2.718282 - 1) * 2.718282 / n) ** 0.5)
    assert sum(not low <= each <= high for each in draws) <= 8


@pytest.mark.parametrize(("hits", "n", "said"), [(9, 10, 81.7), (180, 200, 88.0)])
def test_few_cases_are_drawn_towards_the_team(hits: int, n: int, said: float) -> None:
    """Nine of ten is not the best of the house."""
    assert round(100 * shrunk(hits, n, 0.8), 1) == said


@given(hits=st.integers(0, 200), more=st.integers(0, 200), share=st.integers(1, 4), whole=st.floats(0, 1))
def test_fewer_cases_never_move_a_score_past_the_team(hits: int, more: int, share: int, whole: float) -> None:
    """Who was ill for half of the weeks stands no worse for it, nor on the other side of the team (guard 6)."""
    n = hits + more
    if not n:
        return
    all_of_it, some_of_it = shrunk(hits, n, whole), shrunk(hits / share, n / share, whole)
    assert abs(some_of_it - whole) <= abs(all_of_it - whole) + 1e-9
    assert (some_of_it - whole) * (all_of_it - whole) >= -1e-12


def minutes(count: int, each: float) -> Sums:
    return Sums(count * each, count, count, count * each * each, count * each, count)


def test_what_hard_cases_take_is_expected_of_them() -> None:
    """40 easy cases of 5 min and 20 hard ones of 20 min should take 10 min: 11 is 1.10, not 57 % over the team's 7."""
    cells: dict[tuple[str, Stratum], Sums] = {
        ("me", ("easy",)): minutes(40, 5.5),
        ("me", ("hard",)): minutes(20, 22),
        ("them", ("easy",)): minutes(520, 5),
        ("them", ("hard",)): minutes(80, 20),
    }
    found = expected(cells, frozenset({"them"}))["me"]
    assert found.observed == pytest.approx(11)
    assert found.value == pytest.approx(10)
    assert found.ratio == pytest.approx(1.10)
    assert found.whole == pytest.approx(7)


def test_hard_cases_differ_more_from_each_other() -> None:
    """Who takes hard cases alone has a mean that sways more than the team's: chance must reach further there."""
    easy, hard = Sums(500, 100, 100, 2_600, 500, 100), Sums(2_000, 100, 100, 60_000, 2_000, 100)
    cells: dict[tuple[str, Stratum], Sums] = {(person, ("easy",)): easy for person in "abcde"}
    cells |= {("f", ("easy",)): easy, ("g", ("hard",)): hard, ("h", ("hard",)): hard}
    found = expected(cells, frozenset("abcdefgh"))
    assert found["f"].error == pytest.approx(0.1)
    assert found["g"].error == pytest.approx(200**0.5 / 10)


def test_a_kind_of_case_that_few_have_is_seen_with_its_neighbours() -> None:
    """Who alone does complaints would otherwise be the measure of themselves."""
    cells: dict[tuple[str, Stratum], Sums] = {(person, ("phone", "delivery")): minutes(20, 5) for person in "abc"}
    cells["d", ("phone", "complaint")] = minutes(20, 9)
    norm = frozenset("abcd")
    assert set(settled(cells, norm)) == {(person, ("phone", "")) for person in "abcd"}
    assert expected(settled(cells, norm), norm)["d"].value == pytest.approx(6)
    cells |= {(person, ("phone", "order")): minutes(30, 7) for person in "abc"}
    assert {key for person, key in settled(cells, norm) if person == "a"} == {("phone", ""), ("phone", "order")}
    cells["c", ("phone", "complaint")] = minutes(1, 9)
    assert ("c", ("phone", "complaint")) not in settled(cells, norm)


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcde"), st.tuples(st.sampled_from("xyz"), st.sampled_from(["", "u", "v"]))),
        st.integers(1, 40),
    )
)
def test_nobody_is_their_own_measure(cases: dict[tuple[str, Stratum], int]) -> None:
    """Whatever kinds of case there are, three people at least make a rate, if there are three."""
    norm = frozenset("abcd")
    cells = {key: minutes(n, 5) for key, n in cases.items()}
    found = settled(cells, norm)
    assert sum(sums.n for sums in found.values()) == sum(cases.values())
    if len({person for person, _ in cells if person in norm}) < 3:
        return
    if sum(n for (person, _), n in cases.items() if person in norm) < 30:
        return
    for stratum in {stratum for _, stratum in found}:
        behind = [(person, sums.n) for (person, at), sums in found.items() if at == stratum and person in norm]
        assert len(behind) >= 3
        assert sum(n for _, n in behind) >= 30


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("xyz"), st.floats(0, 100)), min_size=1))
def test_everybody_together_is_as_expected(cases: list[tuple[str, str, float]]) -> None:
    """What is over for some is under for others: observed and expected add up to the same over the whole team."""
    cells: dict[tuple[str, Stratum], Sums] = {}
    for person, kind, value in cases:
        key = (person, (kind,))
        cells[key] = cells.get(key, Sums()) + minutes(1, value)
    norm = frozenset("abcde")
    found = expected(settled(cells, norm), norm)
    assert sum(one.own.num for one in found.values()) == pytest.approx(
        sum((one.value or 0) * one.own.den for one in found.values()), abs=1e-6
    )
