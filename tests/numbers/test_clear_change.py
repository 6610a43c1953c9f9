"""Whether a change is more than chance."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers.clear_change import LEAST_PAIRS, dispersion, two_sided


def test_days_that_differ_by_chance_alone_have_no_more_spread() -> None:
    """Every flag rests on a spread; one too wide would hide what a customer feels."""
    random = Random(4)
    assert dispersion([random.gauss(0, 1) for _ in range(2_000)]) == pytest.approx(1, abs=0.1)
    assert dispersion([random.gauss(0, 0.5) for _ in range(200)]) == 1


def test_days_that_differ_more_have_more() -> None:
    """On a desk whose days differ by twice what chance makes them, a busy day is no news."""
    random = Random(4)
    wide = [random.gauss(0, 2) for _ in range(2_000)]
    assert dispersion(wide) == pytest.approx(4, rel=0.1)
    assert dispersion([*wide, *[50.0] * 100]) == pytest.approx(4, rel=0.3), "an outage hides nothing"
    assert two_sided(3 / dispersion(wide) ** 0.5) > 0.1 > two_sided(3.0)


def test_two_weeks_tell_nothing_of_it() -> None:
    """A young store is judged by chance alone."""
    assert dispersion([9.0] * (LEAST_PAIRS - 1)) == 1
    assert dispersion([]) == 1


@given(st.lists(st.floats(-20, 20), max_size=60))
def test_it_never_makes_a_change_clearer(zs: list[float]) -> None:
    """Days cannot be more alike than chance allows; a factor below 1 would cry wolf."""
    assert dispersion(zs) >= 1
