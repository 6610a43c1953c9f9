"""Slips of a desk with twelve figures in 28 days, the 28 before and those 13 weeks ago.

They differ from day to day by chance alone, or some days are slower or better than others as a whole.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log
from random import Random

from bench.alarms.check import Check, Found
from bench.alarms.worlds import hits, poisson
from core.numbers.analyses.between import Change, ratios_p, weekdays_p
from core.numbers.analyses.groove import LOOKS, Look, Parting, parted
from core.numbers.answer import Answer, Period
from core.numbers.clear_change import mann_whitney_p, two_shares_z, two_sided

OPEN_DAYS = 20
SOME = Period("2026-01-05", "2026-02-01")
SPREAD = 0.08
# What is planted in the last 28 days: contacts per agent-day up by a tenth, quality down by 5 points of 100.
GAIN, LOSS = 1.1, 0.05

Row = tuple[float, float]
"""What adds up to part and whole of a figure: seconds of 1 call, points of those possible, hits of trials."""
Day = Sequence[Row]
Draw = Callable[[Random, float], Day]
"""The rows of a day that is better or slower than others by a factor."""


@dataclass(frozen=True)
class Kind:
    """How a metric's days are drawn, and the test that suits it."""

    draw: Draw
    test: Callable[[Sequence[Day], Sequence[Day]], float | None]


def _rows(some: Sequence[Day]) -> list[Row]:
    return list(chain.from_iterable(some))


def _shares(now: Sequence[Day], then: Sequence[Day]) -> float | None:
    sums = [sum(row[place] for row in _rows(side)) for side in (now, then) for place in (0, 1)]
    z = two_shares_z(*sums)
    return None if z is None else two_sided(z)


def _ranks(now: Sequence[Day], then: Sequence[Day]) -> float | None:
    return mann_whitney_p([row[0] for row in _rows(now)], [row[0] for row in _rows(then)])


def _ratios(now: Sequence[Day], then: Sequence[Day]) -> float | None:
    return ratios_p(_rows(now), _rows(then))


def _no_test(now: Sequence[Day], then: Sequence[Day]) -> None:
    del now, then


def seconds(n: int, median: float) -> Kind:
    """So many durations a day."""

    def draw(random: Random, busy: float) -> Day:
        return [(random.lognormvariate(log(median * busy), 0.8), 1.0) for _ in range(n)]

    return Kind(draw, _ranks)


def share(n: int, level: float) -> Kind:
    """So many trials a day; the smaller side of the share takes the day's factor."""
    least = min(level, 1 - level)

    def draw(random: Random, busy: float) -> Day:
        part = least * busy if level == least else 1 - least * busy
        return [(float(hits(random, n, part)), float(n))]

    return Kind(draw, _shares)


def count(mean: float, people: int = 1) -> Kind:
    """A count a day, by so many people."""

    def draw(random: Random, busy: float) -> Day:
        return [(float(poisson(random, mean * busy)), float(people))]

    return Kind(draw, _no_test)


def reviews(n: int, mean: float) -> Kind:
    """So many reviews a day, of 100 points."""

    def draw(random: Random, busy: float) -> Day:
        del busy
        return [(min(100.0, random.gauss(100 * mean, 9)), 100.0) for _ in range(n)]

    return Kind(draw, _ratios)


DESK: Mapping[str, Kind] = {
    "contacts_per_agent_day": count(480, 8),
    "average_handle_time": seconds(40, 300),
    "tickets_solved": count(40),
    "first_response_time": seconds(30, 2_400),
    "resolution_time": seconds(30, 20_000),
    "transfer_rate": share(60, 0.08),
    "service_level": share(80, 0.8),
    "qa_score": reviews(5, 0.88),
    "csat": share(12, 0.88),
    "first_contact_resolution_rate": share(50, 0.72),
    "reopen_rate": share(40, 0.06),
    "next_reply_time": seconds(20, 3_000),
}
Desk = Mapping[str, Sequence[Day]]


def stretch(random: Random, spread: float) -> dict[str, list[Day]]:
    """The open days of four weeks."""
    return {
        name: [kind.draw(random, max(0.3, random.gauss(1, spread))) for _ in range(OPEN_DAYS)]
        for name, kind in DESK.items()
    }


def gained(now: Desk) -> Desk:
    """The same days with more contacts."""
    contacts = [[(part * GAIN, whole) for part, whole in day] for day in now["contacts_per_agent_day"]]
    return {**now, "contacts_per_agent_day": contacts}


def slipped(now: Desk) -> Desk:
    """The same days with more contacts and worse reviews."""
    worse = [[(part - LOSS * whole, whole) for part, whole in day] for day in now["qa_score"]]
    return {**gained(now), "qa_score": worse}


def told(now: Desk, looks: Mapping[Look, Desk]) -> Iterable[Parting]:
    """What a weekly report makes of the last 28 days; metrics that the desk does not have are not known."""

    def known(metric_id: str, look: Look) -> Change:
        kind = DESK.get(metric_id)
        if kind is None:
            unknown = Answer(metric_id, "", SOME, status="unavailable")
            return Change(unknown, unknown)
        return _change(metric_id, kind, now[metric_id], looks[look][metric_id])

    return parted(known)


def _change(metric_id: str, kind: Kind, now: Sequence[Day], then: Sequence[Day]) -> Change:
    late, early = ([_value(day) for day in side] for side in (now, then))
    of_days = weekdays_p(list(zip(late, early, strict=True)), are_times=kind.test is _ranks)
    p_values = [p_value for p_value in (kind.test(now, then), of_days) if p_value is not None]
    value, before = _value(_rows(now)), _value(_rows(then))
    made, earlier = (Answer(metric_id, "", SOME, value=each, n=1_000) for each in (value, before))
    return Change(made, earlier, (value - before) / before, max(p_values, default=None))


def _value(rows: Day) -> float:
    return sum(part for part, _ in rows) / sum(whole for _, whole in rows)


def judged(seed: int, spread: float, flat: Callable[[Desk], Desk]) -> Found:
    """A desk on which nothing slipped; then one that did."""
    random = Random(seed)
    now = stretch(random, spread)
    looks = {look: stretch(random, spread) for look in LOOKS}
    pair = ("slip", "contacts_per_agent_day", "qa_score")
    found = {(one.kind, one.strong.metric_id, one.weak.metric_id) for one in told(slipped(now), looks)}
    return Found(any(one.kind == "slip" for one in told(flat(now), looks)), pair in found)


def by_chance(seed: int) -> Found:
    """Days that differ by chance alone."""
    return judged(seed, 0.0, lambda now: now)


def by_day(seed: int) -> Found:
    """Days that are slower or better as a whole."""
    return judged(seed, SPREAD, lambda now: now)


def after_gain(seed: int) -> Found:
    """Such days where more was done and nobody paid for it: no slip either."""
    return judged(seed, SPREAD, gained)


PLANTED = f"+{GAIN - 1:.0%} contacts, -{100 * LOSS:.0f} points of quality"
BY_CHANCE = Check("slip", PLANTED, by_chance)
BY_DAY = Check("slip, uneven days", PLANTED, by_day)
AFTER_GAIN = Check("slip, a gain that nobody paid for", PLANTED, after_gain)
