"""A history of agents made of looks now and then: as much of it as can be known, and no more."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import StateCategory
from core.pull.sampled import sampled_states

T = 1_794_988_800
WORDS: dict[str, StateCategory] = {"ready": "idle", "on call": "talk", "lunch": "break", "gone": "offline"}


def states(*looks: tuple[int, str]) -> list[tuple[str, int, int]]:
    made = list(sampled_states("7", [(T + at, word, WORDS[word]) for at, word in looks]))
    assert {(one.agent_id, one.precision) for one in made} <= {("7", "poll")}
    return [(one.category, one.from_at - T, (one.to_at or 0) - T) for one in made]


def test_a_state_lasts_from_the_first_look_to_the_one_that_sees_another() -> None:
    """Occupancy is made of these: a state that ended at its last look would lose the time up to the next."""
    looks = [(0, "ready"), (600, "ready"), (1200, "on call"), (1800, "lunch"), (2400, "ready")]
    assert states(*looks) == [("idle", 0, 1200), ("talk", 1200, 1800), ("break", 1800, 2400)]


def test_the_latest_state_is_known_up_to_the_latest_look() -> None:
    """Left open, a morning of waiting would be in no figure until the first call; it is not known further either."""
    assert states((0, "ready"), (600, "ready"), (1200, "ready")) == [("idle", 0, 1200)]
    assert states((0, "ready")) == []


def test_offline_is_no_state() -> None:
    """Nobody works while logged off, and a leave of months would be read again whole at each pull."""
    assert states((0, "gone"), (600, "ready"), (1200, "gone"), (1800, "gone")) == [("idle", 600, 1200)]


def test_what_happened_while_nobody_looked_is_unknown() -> None:
    """A daemon that stood still for a night must not make twelve hours of talk."""
    looks = [(0, "on call"), (600, "on call"), (1200, "on call"), (12_000, "on call"), (12_600, "ready")]
    assert states(*looks) == [("talk", 0, 1800), ("talk", 12_000, 12_600)]


def test_a_night_without_a_look_changes_nothing_that_was_told_before() -> None:
    """In the morning yesterday's last state is not made again: told anew from all looks, it must end where it did."""
    evening = [(0, "on call"), (600, "on call"), (1200, "on call")]
    assert states(*evening) == [("talk", 0, 1200)]
    assert states(*evening, (44_400, "on call"), (45_000, "ready")) == [("talk", 0, 1200), ("talk", 44_400, 45_000)]


@pytest.mark.parametrize(("every", "covered"), [(60, 300), (3605, 5 * 3600), (7200, 5 * 3600)])
def test_a_look_stands_for_an_hour_at_most(every: int, covered: int) -> None:
    """Every hour is seldom 3,600 s to the second: taken for a break each time, nothing would be known at all."""
    looks = [(number * every, "ready") for number in range(6)]
    assert sum(to_at - from_at for _, from_at, to_at in states(*looks)) == covered


def test_a_word_of_two_meanings_is_two_states() -> None:
    """The admin says from today on that 'busy' is a meeting: yesterday's is not told anew."""
    looks: list[tuple[int, str, StateCategory]] = [(T, "busy", "unknown"), (T + 600, "busy", "meeting")]
    made = [(one.category, one.from_at - T) for one in sampled_states("7", [*looks, (T + 1200, "busy", "meeting")])]
    assert made == [("unknown", 0), ("meeting", 600)]


@given(st.lists(st.tuples(st.integers(1, 20_000), st.sampled_from(sorted(WORDS))), max_size=40))
def test_states_never_overlap_nor_reach_past_what_was_seen(steps: list[tuple[int, str]]) -> None:
    """Seconds counted twice, or made up, would be somebody's occupancy."""
    at, looks = 0, []
    for step, word in steps:
        at += step
        looks.append((at, word))
    made = states(*looks)
    assert all(from_at < to_at <= at for _, from_at, to_at in made)
    assert all(one[2] <= later[1] for one, later in pairwise(made))
    seen = {moment: WORDS[word] for moment, word in looks}
    assert all(category == seen[from_at] for category, from_at, _ in made)
