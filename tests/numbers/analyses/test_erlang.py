"""Callers, people and waiting, against the published table, the worked examples and what must always hold."""

import json
from collections.abc import Callable
from math import inf, nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers.analyses.erlang import Aim, Traffic, agents_needed, erlang_b, heads, lines_needed, waits
from core.numbers.survival import survival_mean

CALLS = st.floats(min_value=0.5, max_value=400)
AHT = st.integers(min_value=30, max_value=900)
PATIENCE = st.one_of(st.none(), st.floats(min_value=5, max_value=3_000))


def test_every_row_of_the_table(fixtures: Callable[[str], Path]) -> None:
    """A planner who checks us against another calculator finds another number of people."""
    table = json.loads(fixtures("erlang_c_table.json").read_text(encoding="utf-8"))
    for case in table["cases"]:
        traffic = Traffic(case["calls"], case["aht_s"], case["interval_s"])
        found = waits(traffic, case["agents"], case["target_s"])
        for name in ("service_level", "p_wait", "asa_s", "occupancy"):
            assert getattr(found, name) == pytest.approx(case[name], abs=1e-9), (case, name)
    (wanted,) = (value for name, value in table.items() if name.startswith("required_positions"))
    found = agents_needed(Traffic(100, 180), Aim(0.8, 20, max_occupancy=0.85))
    assert (found.agents, heads(found.agents, 0.3)) == (wanted["raw_positions"], wanted["positions"])
    assert (found.service_level, found.occupancy) == pytest.approx((wanted["service_level"], wanted["occupancy"]))


def test_hundred_calls_in_half_an_hour() -> None:
    """Example 1: one person fewer misses 80/20 by half a point, and 14 at their desks are 20 on the roster."""
    traffic = Traffic(100, 180)
    assert traffic.load == 10
    assert round(waits(traffic, 13, 20).service_level or 0, 4) == 0.7956
    found = agents_needed(traffic, Aim())
    assert (found.agents, round(found.service_level or 0, 4)) == (14, 0.8884)
    assert (round(found.asa_s or 0, 2), round(found.occupancy or 0, 3), heads(14, 0.3)) == (7.84, 0.714, 20)


@pytest.mark.parametrize(
    ("aim", "people", "level", "busy"), [(Aim(), 42, 0.812, 0.880), (Aim(0.9, 15), 45, 0.925, 0.821)]
)
def test_the_published_german_example(aim: Aim, people: int, level: float, busy: float) -> None:
    """Example 2: 350 calls of 190 s."""
    traffic = Traffic(350, 190)
    assert round(traffic.load, 2) == 36.94
    found = agents_needed(traffic, aim)
    assert found.agents == people
    assert (found.service_level, found.occupancy) == pytest.approx((level, busy), abs=6e-4)


def test_a_small_team_is_not_lazy() -> None:
    """Example 3: four people for ten calls are idle more than half of the time, and must be."""
    found = agents_needed(Traffic(10, 300), Aim())
    assert (round(found.load, 2), found.agents) == (1.67, 4)
    assert (round(found.service_level or 0, 3), round(found.occupancy or 0, 3)) == (0.912, 0.417)


def test_callers_who_hang_up_shorten_the_queue() -> None:
    """Example 4: Erlang C would tell 11 people that their callers wait two minutes."""
    patient, real = (waits(Traffic(100, 180, patience_s=each), 11, 20) for each in (None, 120))
    assert (round(real.abandon or 0, 3), round(real.asa_s or 0, 1)) == (0.094, 11.3)
    assert round(patient.asa_s or 0, 1) == 122.8


def test_too_many_calls_are_overload_and_no_negative_wait() -> None:
    """A report that says "wait: -40 s" is never believed again."""
    for agents in (0, 9, 10):
        found = waits(Traffic(100, 180), agents, 20)
        assert found.is_overloaded
        assert (found.service_level, found.asa_s, found.occupancy) == (None, None, None)
    hopeless = waits(Traffic(100, 180, patience_s=1e9), 9, 20)
    assert (hopeless.abandon, hopeless.service_level) == pytest.approx((0.1, 0.0))


def test_a_queue_out_of_hand_answers_late_not_never() -> None:
    """Half of 10,000 callers hang up and the other half is answered, all after the same 23 minutes."""
    out_of_hand = Traffic(10_000, 900, patience_s=2_000)
    assert waits(out_of_hand, 2_500, 1_300).service_level == 0
    late = waits(out_of_hand, 2_500, 1_500)
    assert (late.service_level, late.abandon, late.asa_s) == (0.5, 0.5, 1_000)


@pytest.mark.parametrize(
    ("share", "target_s", "busy"),
    [(1.0, 20, 1.0), (0.0, 20, 1.0), (0.8, -1, 1.0), (0.8, nan, 1.0), (0.8, inf, 1.0), (0.8, 20, 85), (nan, 20, 1.0)],
)
def test_an_aim_that_nobody_can_meet_is_none(share: float, target_s: float, busy: float) -> None:
    """Looked for, it would be looked for for ever."""
    with pytest.raises(ValueError, match=r"such as|more than|or more"):
        Aim(share, target_s, busy)


@pytest.mark.parametrize(
    ("calls", "aht_s", "patience_s"), [(-1, 180, None), (nan, 180, None), (1, 0, None), (1, 180, 0), (1e9, 180, None)]
)
def test_calls_that_cannot_be(calls: float, aht_s: float, patience_s: float | None) -> None:
    """A handle time of nothing or a million people tells of a slip, and would keep the machine busy for hours."""
    with pytest.raises(ValueError, match=r"must be|not computed"):
        Traffic(calls, aht_s, patience_s=patience_s)


def test_one_call_is_served_by_one_person() -> None:
    """A queue with a call in half an hour: nine in ten find its one person free."""
    found = agents_needed(Traffic(1, 180), Aim())
    assert (found.agents, found.p_wait, found.asa_s) == pytest.approx((1, 0.1, 20))
    assert waits(Traffic(1, 180, patience_s=60), 1, 0).service_level == pytest.approx(1 - (found.p_wait or 0), abs=0.01)


def test_without_calls_nobody_is_needed() -> None:
    """A closed half hour asks for no one."""
    assert agents_needed(Traffic(0, 180), Aim()).agents == 0
    assert heads(0, 0.3) == 0


def test_lines_for_a_load() -> None:
    """10 erlang need 18 lines for one call in a hundred to be lost (Erlang's own table)."""
    assert lines_needed(10) == 18
    assert erlang_b(10, 18) == pytest.approx(0.0071, abs=5e-5)


@given(calls=CALLS, aht_s=AHT, patience_s=PATIENCE, agents=st.integers(1, 60))
def test_more_people_never_wait_longer(calls: float, aht_s: int, patience_s: float | None, agents: int) -> None:
    """A planner adds somebody and the forecast gets worse."""
    traffic = Traffic(calls, aht_s, patience_s=patience_s)
    fewer, more = waits(traffic, agents, 20), waits(traffic, agents + 1, 20)
    if fewer.is_overloaded:
        return
    assert (more.service_level or 0) >= (fewer.service_level or 0) - 1e-9
    assert (more.asa_s or 0) <= (fewer.asa_s or 0) + 1e-9
    assert 0 <= (fewer.service_level or 0) <= 1
    assert 0 <= (fewer.abandon or 0) <= 1


@given(calls=CALLS, more=st.floats(0, 100), aht_s=AHT, patience_s=PATIENCE)
def test_more_calls_never_need_fewer_people(calls: float, more: float, aht_s: int, patience_s: float | None) -> None:
    """A busier half hour is planned with less staff."""
    aim = Aim(0.8, 20, 0.85)
    few, many = (agents_needed(Traffic(each, aht_s, patience_s=patience_s), aim) for each in (calls, calls + more))
    assert few.agents <= many.agents
    assert few.meets(aim)
    assert few.agents == 1 or not waits(Traffic(calls, aht_s, patience_s=patience_s), few.agents - 1, 20).meets(aim)


@given(calls=CALLS, aht_s=AHT, spare=st.integers(1, 10))
def test_endless_patience_is_erlang_c(calls: float, aht_s: int, spare: int) -> None:
    """Two calculators in one program that disagree about the same hotline."""
    agents = int(calls * aht_s / 1_800) + spare
    patient, real = (waits(Traffic(calls, aht_s, patience_s=each), agents, 20) for each in (None, 1e8))
    if patient.occupancy is None or patient.occupancy > 0.98:
        return
    assert (real.p_wait, real.service_level) == pytest.approx((patient.p_wait, patient.service_level), abs=1e-3)


@given(agents=st.integers(1, 500), share=st.floats(0, 0.9))
def test_heads_cover_who_is_away(agents: int, share: float) -> None:
    """One person short in each half hour because a quotient was a hair too low."""
    found = heads(agents, share)
    assert found * (1 - share) >= agents - 1e-6
    assert (found - 1) * (1 - share) < agents


def test_patience_counts_those_who_were_answered() -> None:
    """Three gave up after 30 s, but ninety waited up to a minute and did not: nobody's patience is 30 s."""
    assert survival_mean({30.0: 3}, {}) == 30
    assert survival_mean({}, {60.0: 90}) is None
    found = survival_mean({30.0: 3}, {60.0: 90})
    assert found is not None
    assert found > 900


def test_the_mean_is_the_area_under_the_curve() -> None:
    """One of two hangs up after 10 s, the other after 30: 20 s; a third, answered after 20 s, waited longer."""
    assert survival_mean({10.0: 1, 30.0: 1}, {}) == pytest.approx(20)
    assert survival_mean({10.0: 1, 30.0: 1}, {20.0: 1}) == pytest.approx(10 + 20 * 2 / 3)
