"""From which wait on customers are clearly less satisfied."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers.analyses.wait_bands import HOUR, MINUTE, STEPS, Band, bands, knee, wait_bands
from core.numbers.inquiry import Inquiry
from core.numbers.metric import Row
from tests.numbers.rows import BERLIN, store_of

SUNDAY = "2026-03-29"
WAITED_S = (60, 300, 600)


def told(shares: tuple[tuple[int, int], ...]) -> list[Band]:
    """Bands under 2 min, to 8 min and above, as (rated, satisfied)."""
    edges = (0, 120, 480, None)
    return [Band(edges[place] or 0, edges[place + 1], n, good) for place, (n, good) in enumerate(shares)]


def test_the_knee_is_at_eight_minutes() -> None:
    """The catalogue's example: 90 % under 2 min, 90 % to 8 min, 71 % beyond: target the knee, not zero."""
    found = knee(told(((400, 360), (300, 270), (100, 71))))
    assert found is not None
    assert found.at_s == 8 * MINUTE
    assert (found.below.share, found.above.share) == (0.9, 0.71)
    assert (found.below.rated, found.above.rated) == (700, 100)
    assert found.p_value < 0.001


@pytest.mark.parametrize(
    "shares",
    [
        ((400, 360), (300, 270), (100, 90)),
        ((40, 36), (30, 27), (30, 24)),
        ((400, 284), (300, 270), (100, 90)),
        ((40_000, 36_400), (30_000, 27_300), (30_000, 26_700)),
        ((400, 400), (300, 300), (100, 100)),
        ((400, 360),),
        (),
    ],
    ids=["flat", "too few", "rising", "too small", "all satisfied", "one band", "nothing"],
)  # fmt: skip
def test_without_a_clear_fall_there_is_no_knee(shares: tuple[tuple[int, int], ...]) -> None:
    """A target of eight minutes that nobody feels is a number for its own sake."""
    assert knee(told(shares)) is None


def test_the_first_of_several_falls_is_the_knee() -> None:
    """Up to a knee satisfaction holds: 95, 80, 60 falls at the first edge already."""
    found = knee(told(((400, 380), (400, 320), (400, 240))))
    assert found is not None
    assert found.at_s == 120


def test_a_band_of_few_joins_its_neighbour() -> None:
    """Three ratings at 19 minutes are no band of their own."""
    ratings = [(10, True)] * 40 + [(100, True)] * 10 + [(200, False)] * 25 + [(1_000, True)] * 5
    made = bands(ratings, STEPS["calls"])
    assert [(band.from_s, band.to_s, band.rated) for band in made] == [(0, 15, 40), (15, None, 40)]
    assert bands(ratings[:29], STEPS["calls"]) == ()


@given(st.lists(st.tuples(st.integers(0, 4_000), st.booleans()), max_size=200))
def test_every_rating_is_in_one_band(ratings: list[tuple[int, bool]]) -> None:
    """Bands join without gap from zero to the longest wait, and lose nobody."""
    made = bands(ratings, STEPS["calls"])
    if not made:
        assert len(ratings) < 30
        return
    assert sum(band.rated for band in made) == len(ratings)
    assert sum(band.satisfied for band in made) == sum(good for _, good in ratings)
    assert [band.to_s for band in made[:-1]] == [band.from_s for band in made[1:]]
    assert (made[0].from_s, made[-1].to_s) == (0, None)
    assert all(band.rated >= 30 for band in made)


def test_flat_worlds_have_no_knee_and_a_planted_one_is_found() -> None:
    """Ten edges a report: one in twenty must not shine each week."""
    alarms = hits = 0
    for seed in range(100):
        random = Random(seed)
        waits = [round(random.expovariate(1 / 240)) for _ in range(800)]
        flat = [(wait, random.random() < 0.88) for wait in waits]
        alarms += knee(bands(flat, STEPS["calls"])) is not None
        bent = [(wait, random.random() < (0.9 if wait < 480 else 0.71)) for wait in waits]
        found = knee(bands(bent, STEPS["calls"]))
        hits += found is not None and found.at_s == 480
    assert alarms <= 6
    assert hits >= 75


def ratings_of(kind: str, wait_s: int, good: int, bad: int) -> list[tuple[Row, Row]]:
    """Contacts of one wait, each with its survey."""
    made: list[tuple[Row, Row]] = []
    for number in range(good + bad):
        uid = f"{kind}:{wait_s}:{number}"
        rated: Row = {"kind": "csat", "is_counted": 1, "is_satisfied": int(number < good), "rated_on": "2026-03-10",
                      "rated_at": 2_000_000_000}  # fmt: skip
        if kind == "call":
            leg: Row = {"call_uid": uid, "seq": 1, "outcome": "answered", "wait_s": wait_s, "enqueued_on": "2026-03-09"}
            made.append((leg, {**rated, "call_uid": uid}))
        else:
            ticket: Row = {"ticket_uid": uid, "channel": kind, "frt_s": wait_s, "is_frt_counted": 1,
                           "first_replied_at": 1_000, "created_on": "2026-03-09"}  # fmt: skip
            made.append((ticket, {**rated, "ticket_uid": uid}))
    return made


def test_calls_chats_and_tickets_have_knees_of_their_own() -> None:
    """Two minutes in a chat are long, two hours in e-mail are not."""
    calls = [pair for wait, good, bad in zip(WAITED_S, (90, 90, 71), (10, 10, 29), strict=True)
             for pair in ratings_of("call", wait, good, bad)]  # fmt: skip
    tickets = [*ratings_of("email", 40 * HOUR, 90, 10), *ratings_of("email", 60 * HOUR, 60, 40),
               *ratings_of("chat", 200, 40, 5), *ratings_of("chat", 400, 20, 25)]  # fmt: skip
    db, now_at = store_of(
        {
            "queue_legs": [leg for leg, _ in calls]
            + [{"call_uid": leg["call_uid"], "seq": 2, "outcome": "answered", "wait_s": 5} for leg, _ in calls],
            "ticket_facts": [ticket for ticket, _ in tickets],
            "survey_facts": [survey for _, survey in (*calls, *tickets)],
        },
        SUNDAY,
    )
    inquiry = Inquiry(db, BERLIN, now_at)
    found = {one.group: one.knee for one in wait_bands(inquiry, SUNDAY)}
    assert {group: each and each.at_s for group, each in found.items()} == {
        "calls": 8 * MINUTE, "chats": 5 * MINUTE, "tickets": 48 * HOUR
    }  # fmt: skip
    assert wait_bands(inquiry.within(channel="email"), SUNDAY)[0].rated == 200
    assert wait_bands(inquiry.within(project="none"), SUNDAY) == ()
    assert wait_bands(inquiry, "2025-06-30") == ()


def test_a_wait_goes_on_in_the_next_queue() -> None:
    """Nine minutes, an overflow, ten seconds: for the caller that is no quick answer. A voicemail is no letter."""
    calls = [pair for wait, good, bad in zip(WAITED_S, (90, 90, 71), (10, 10, 29), strict=True)
             for pair in ratings_of("call", wait, good, bad)]  # fmt: skip
    legs: list[Row] = []
    for (leg, _), wait in zip(calls, (wait for wait in WAITED_S for _ in range(100)), strict=True):
        legs += [{**leg, "outcome": "flow_out_overflow", "wait_s": wait - 10}, {**leg, "seq": 2, "wait_s": 10}]
    spoken = [*ratings_of("voicemail", 40 * HOUR, 90, 10), *ratings_of("voicemail", 60 * HOUR, 60, 40)]
    facts = {
        "queue_legs": legs,
        "ticket_facts": [ticket for ticket, _ in spoken],
        "survey_facts": [survey for _, survey in (*calls, *spoken)],
    }
    db, now_at = store_of(facts, SUNDAY)
    (found,) = wait_bands(Inquiry(db, BERLIN, now_at), SUNDAY)
    assert found.knee is not None
    assert (found.group, found.knee.at_s) == ("calls", 8 * MINUTE)
