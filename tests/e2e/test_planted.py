"""What is hidden in the demonstration's world is found again with its size; where nothing is, nothing is found."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from core.numbers.analyses.groove import partings
from core.numbers.analyses.policy import Effect as PolicyEffect
from core.numbers.analyses.policy import effects
from core.numbers.analyses.surges import surged
from core.numbers.analyses.wait_bands import wait_bands
from core.numbers.analyses.weather import Effect
from core.numbers.analyses.weather_ahead import weather_found
from core.numbers.analyses.weekly_figures import correlations
from core.numbers.inquiry import Inquiry
from core.sandbox.planted import FLAT, KNEE_S, PLANTED
from core.sandbox.world import build_world
from tests.e2e.planted import inquiry

FIRST_ON, SUNDAY, LAST_ON = "2026-05-18", "2026-11-15", "2026-11-20"
LAUNCH_ON = PLANTED.launch_on.isoformat()


@pytest.fixture(scope="module")
def world() -> Iterator[Inquiry]:
    """The demonstration's own world."""
    found = inquiry(build_world())
    with closing(found.db):
        yield found


@pytest.fixture(scope="module")
def flat() -> Iterator[Inquiry]:
    """A like centre, a little smaller, to which nothing happens."""
    found = inquiry(build_world(seed=8, scale=0.7, planted=FLAT))
    with closing(found.db):
        yield found


def policy(asked: Inquiry) -> PolicyEffect:
    (found,) = (one for one in effects(asked, FIRST_ON, LAST_ON, ()) if one.event.kind == "policy")
    return found


def by_weather(asked: Inquiry) -> dict[str, Effect]:
    return {effect.thing: effect for effect in weather_found(asked).effects["calls_offered"]}


def is_within(truth: float, low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and low <= truth <= high


def test_the_launch_is_a_surge_of_its_size(world: Inquiry) -> None:
    """A help desk that takes a launch for a trend hires people whom nobody needs."""
    found = surged(world, LAUNCH_ON, "2026-10-04", hourly=False)
    whole = next(one for one in found if not one.dim)
    assert whole.metric_id == "tickets_created"
    assert whole.from_on == LAUNCH_ON
    assert [event.kind for event in whole.after] == ["launch"]
    first = whole.surge.intervals[0]
    assert first.actual / first.expected == pytest.approx(PLANTED.launch, abs=2 * (first.actual**0.5) / first.expected)
    assert whole.to_on < "2026-09-29"


def test_rain_is_measured_where_customers_live(world: Inquiry) -> None:
    """By the weather of the office, a shift is planned for sunshine that no caller has."""
    found = by_weather(world)
    for thing, truth in (("rain", PLANTED.rain), ("first_dry_day_after_wet_spell", PLANTED.first_dry)):
        assert found[thing].is_clear, thing
        assert is_within(truth, found[thing].low, found[thing].high), found[thing]
    others = [effect.thing for effect in found.values() if effect.is_clear and effect.group == "weather"]
    assert sorted(others) == ["first_dry_day_after_wet_spell", "rain"]


def test_haste_at_the_telephone_is_a_slip(world: Inquiry) -> None:
    """Calls become shorter and agents get more done, while reviewers find worse work: S002's very case."""
    found = {(one.strong.metric_id, one.weak.metric_id): one for one in partings(world, SUNDAY) if one.kind == "slip"}
    assert ("contacts_per_agent_day", "qa_score") in found
    slip = found["average_handle_time", "qa_score"]
    assert slip.look == "before"
    assert slip.strong.relative == pytest.approx(PLANTED.haste - 1, abs=0.05)
    lost = (slip.weak.now.value or 0) - (slip.weak.then.value or 0)
    # Two of three reviews are of calls, and only these suffer.
    assert lost == pytest.approx(-PLANTED.careless * 26 / 38, abs=0.025)


def test_the_knee_is_where_patience_ends(world: Inquiry) -> None:
    """Whoever aims at no wait at all pays for seconds that no caller minds."""
    (calls,) = (found for found in wait_bands(world, SUNDAY) if found.group == "calls")
    assert calls.knee is not None
    assert calls.knee.at_s == KNEE_S
    low, high = calls.knee.above.interval
    assert low <= PLANTED.impatient <= high
    assert calls.knee.below.share == pytest.approx(PLANTED.patient, abs=0.03)


def test_a_policy_works_where_it_holds_and_nowhere_else(world: Inquiry) -> None:
    """Everybody got faster that autumn: without the other teams beside it the policy would be praised for that too."""
    found = policy(world)
    assert found.state == "ok"
    assert found.own is not None
    assert found.others is not None
    assert found.p_value is not None
    assert found.p_value < 0.01
    trend = found.others.after / found.others.before
    assert is_within(found.own.before * trend * (PLANTED.policy - 1), found.low, found.high), found
    assert not is_within(0.0, found.low, found.high)
    assert trend == pytest.approx(1.0, abs=0.2)


def test_restless_weeks_are_weeks_of_unhappy_callers(world: Inquiry) -> None:
    """A team lead who sees both curves apart asks why in two meetings."""
    found = {(one.first, one.second): one for one in correlations(world, SUNDAY).found if not one.lag}
    together = found["transfer_rate", "csat"]
    assert together.rho < -0.4
    assert together.rho_detrended < -0.4


def test_nothing_is_found_where_nothing_is(flat: Inquiry) -> None:
    """A report that finds something every week is read for a month."""
    assert surged(flat, FIRST_ON, SUNDAY) == []
    assert partings(flat, SUNDAY) == ()
    assert [found.knee for found in wait_bands(flat, SUNDAY)] == [None] * len(wait_bands(flat, SUNDAY))
    assert [effect.thing for some in weather_found(flat).effects.values() for effect in some if effect.is_clear] == []
    assert correlations(flat, SUNDAY).found == ()
    nothing = policy(flat)
    assert is_within(0.0, nothing.low, nothing.high)
