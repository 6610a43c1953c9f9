"""Before and after a policy: the change, its interval, beside those that it was not for."""

import sqlite3
from collections.abc import Callable
from math import isclose
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.alarms import policy as bench
from core.clock import add_days, day_bounds
from core.numbers.analyses.events import Event
from core.numbers.analyses.policy import difference, effect_of, effects, side_of_sums, side_of_values
from core.numbers.inquiry import Inquiry
from tests.numbers.analyses.test_surges import event
from tests.numbers.rows import BERLIN, store_of

BEGIN = "2026-05-04"
LAST = add_days(BEGIN, 27)
DAYS = [add_days(BEGIN, place) for place in range(-28, 28)]


def desk(reply_s: Callable[[str, bool], float], *, count: Callable[[str, bool], int] = lambda team, after: 12,
         seed: int = 1) -> sqlite3.Connection:  # fmt: skip
    """Two teams for eight weeks; their replies take so long before and after."""
    random = Random(seed)
    rows = []
    for day in [add_days(BEGIN, -29), *DAYS]:
        at = day_bounds(day, BERLIN.zone)[0]
        for team in ("zd:a", "zd:b", "zd:c"):
            busy = random.gauss(1, 0.05)
            for _ in range(count(team, day >= BEGIN)):
                seconds = round(random.lognormvariate(0, 0.4) * busy * reply_s(team, day >= BEGIN))
                rows.append({
                    "created_at": at + 40_000, "is_counted_created": 1, "is_frt_counted": 1, "team_uid": team,
                    "first_replied_at": at + 40_000, "frt_s": seconds, "frt_business_s": seconds,
                })  # fmt: skip
    return store_of({"ticket_facts": rows}, LAST)[0]


def asked(db: sqlite3.Connection, days_later: int = 1) -> Inquiry:
    return Inquiry(db, BERLIN, day_bounds(add_days(LAST, days_later), BERLIN.zone)[0])


def policy(**more: Any) -> Event:
    given: dict[str, Any] = {"uid": "e", "kind": "policy", "title": "First a word", "from_on": BEGIN, "to_on": BEGIN}
    return Event(**given | {"team_uid": "zd:a", "metric_id": "first_response_time"} | more)


def test_the_others_tell_what_would_have_happened_anyway() -> None:
    """Replies of one team fell from 3,000 to 2,000 s; those of the others, whom it was not for, by 400 s as well."""
    before, after = [(3_000.0, 1.0)] * 28, [(2_000.0, 1.0)] * 28
    own = side_of_sums(before, after, (28, 28))
    others = side_of_sums([(2_400.0, 1.0)] * 28, [(2_000.0, 1.0)] * 28, (28, 28))
    assert own is not None
    assert others is not None
    assert difference(own) == (-1_000, 0)
    assert difference(own, others) == (-600, 0)


def test_counts_of_larger_teams_tell_by_share() -> None:
    """All of 200 fell by a quarter to 150; the team's own 40 would have become 30, and are 20."""
    own = side_of_sums([(40.0, 1.0)] * 28, [(20.0, 1.0)] * 28, (1, 1))
    others = side_of_sums([(200.0, 1.0)] * 28, [(150.0, 1.0)] * 28, (1, 1))
    assert own is not None
    assert difference(own, others, as_share=True)[0] == -10


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 80)), min_size=14, max_size=28), st.integers(2, 9))
def test_the_influences_of_days_add_up_to_nothing(days: list[tuple[int, int]], times: int) -> None:
    """Each day pulls the ratio its way; what remains is chance, and it grows with the unit."""
    some = [(float(num), float(den)) for num, den in days]
    more = [(num * times, den) for num, den in some]
    side, wide = side_of_sums(some, some[::-1], (1, 1)), side_of_sums(more, more[::-1], (1, 1))
    assert side is not None
    assert wide is not None
    assert isclose(sum(side.pulls), 0, abs_tol=1e-6)
    assert isclose(difference(wide)[1], times * difference(side)[1], rel_tol=1e-9, abs_tol=1e-9)


def test_the_interval_of_a_median_holds_what_it_promises() -> None:
    """19 of 20 intervals must hold the truth, also where days differ as a whole."""
    random = Random(7)
    held = 0
    for _ in range(200):

        def window() -> list[list[float]]:
            days = [random.gauss(1, 0.15) for _ in range(28)]
            return [[random.lognormvariate(0, 0.8) * day * 1_000 for _ in range(15)] for day in days]

        side = side_of_values(window(), window())
        assert side is not None
        change, error = difference(side)
        held += abs(change) < 2.052 * error
    assert 180 <= held <= 198


@pytest.fixture(scope="module")
def quicker() -> sqlite3.Connection:
    """Team A replies in half the time after the policy, all teams a little quicker."""
    db = desk(lambda team, after: 3_000 * (0.5 if after and team == "zd:a" else 1) * (0.9 if after else 1))
    at = day_bounds(BEGIN, BERLIN.zone)[0]
    event(db, uid="e", kind="policy", title="First a word", from_at=at, scope_team_uid="zd:a", metric="FRT")
    event(db, uid="f", kind="launch", title="Lumo 2", from_at=at + 86_400 * 10)
    event(db, uid="g", kind="other", title="Long ago", from_at=at - 86_400 * 60)
    return db


def test_a_policy_that_worked_is_proven(quicker: sqlite3.Connection) -> None:
    """The change without what came to all, its interval, and what else went on."""
    (made,) = effects(asked(quicker), add_days(LAST, -6), LAST, ())
    assert made.own is not None
    assert made.others is not None
    assert made.own.before == pytest.approx(3_000, rel=0.1)
    assert made.own.after == pytest.approx(1_350, rel=0.1)
    assert made.others.after / made.others.before == pytest.approx(0.9, abs=0.06)
    assert made.change == pytest.approx(-1_350, rel=0.15)
    assert made.low is not None
    assert made.high is not None
    assert made.low < (made.change or 0) < made.high < 0
    assert (made.verdict(), made.is_proven, made.days) == ("better", True, 28)
    assert made.own.n == (336, 336)
    assert [other.title for other in made.also] == ["Lumo 2"]


def test_it_is_told_once(quicker: sqlite3.Connection) -> None:
    """Not before 28 days have passed, and not again a week later."""
    early = asked(quicker, -7)
    assert [made.state for made in effects(early, add_days(BEGIN, 14), add_days(BEGIN, 20), ())] == []
    (young,) = effects(asked(quicker, -20), BEGIN, add_days(BEGIN, 6), ())
    assert (young.state, young.ready_on, young.change) == ("not yet", add_days(BEGIN, 28), None)
    assert list(effects(asked(quicker, 9), add_days(LAST, 1), add_days(LAST, 7), ())) == []


def test_without_a_scope_there_is_nobody_to_compare_with(quicker: sqlite3.Connection) -> None:
    """A rule for all has no control group, and says so."""
    made = effect_of(asked(quicker), policy(team_uid=None))
    assert made is not None
    assert made.own is not None
    assert made.others is None
    assert made.own.n[0] == 3 * 336


def test_a_policy_of_the_others_leaves_them_out(quicker: sqlite3.Connection) -> None:
    """Who changed something too is no control group."""
    db = desk(lambda team, after: 3_000)
    at = day_bounds(BEGIN, BERLIN.zone)[0]
    for uid, team in (("1", "zd:b"), ("2", "zd:a")):
        event(db, uid=uid, kind="policy", title="Own rule", from_at=at, scope_team_uid=team)
    made = effect_of(asked(db), policy())
    assert made is not None
    assert made.others is not None
    assert made.others.n == (336, 336), "team C alone"


def test_counts_are_by_day() -> None:
    """28 days of twelve tickets are twelve a day."""
    db = desk(lambda team, after: 600, count=lambda team, after: 20 if after and team == "zd:a" else 12)
    made = effect_of(asked(db), policy(metric_id="tickets_created"))
    assert made is not None
    assert made.own is not None
    assert (made.own.before, made.own.after, made.change) == (12, 20, 8)


def test_a_young_store_knows_no_before() -> None:
    """Half a window would compare holidays with work."""
    db = desk(lambda team, after: 600)
    db.execute("delete from ticket_facts where created_on < ?", (add_days(BEGIN, -20),))
    made = effect_of(asked(db), policy())
    assert made is not None
    assert made.state == "unavailable"


def test_too_few_cases_are_no_proof() -> None:
    """Three replies a month prove no rule."""
    db = desk(lambda team, after: 600, count=lambda team, after: 0 if team == "zd:a" else 5)
    made = effect_of(asked(db), policy())
    assert made is not None
    assert (made.state, made.is_proven) == ("too few", False)


def test_an_improvement_counts_from_the_day_it_was_done() -> None:
    """Begun long before, done on the day."""
    db = desk(lambda team, after: 3_000 * (0.6 if after else 1))
    at = day_bounds(add_days(BEGIN, -90), BERLIN.zone)[0]
    event(db, uid="i", kind="improvement", title="Templates", from_at=at, metric="first_response_time",
          expected_direction="down", done_on=BEGIN)  # fmt: skip
    event(db, uid="j", kind="improvement", title="Still open", from_at=at, metric="first_response_time")
    event(db, uid="k", kind="improvement", title="No such thing", from_at=at, metric="happiness", done_on=BEGIN)
    (made,) = effects(asked(db), LAST, LAST, ("csat",))
    assert (made.event.title, made.is_proven) == ("Templates", True)
    worse = effect_of(asked(db), policy(kind="improvement", done_on=BEGIN, expected="up", team_uid=None))
    assert worse is not None
    assert not worse.is_proven


def test_flat_worlds_prove_nothing() -> None:
    """A policy that did nothing must not be praised: 1 of 20 may look so by chance."""
    found = [bench.judge(seed) for seed in range(40)]
    assert sum(each.alarm for each in found) <= 5
    assert sum(each.hit for each in found) >= 22
