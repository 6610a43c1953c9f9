"""Callers, people and waiting: Erlang B, C and A, by recursion and without factorials (metrics 8.8).

Calls arrive at random at a steady rate, handle times and patience are exponential, whoever waits longest is next.
Load is in erlang: people who would be busy all the time.
"""

from dataclasses import dataclass
from math import ceil, exp, expm1, inf, isfinite, log

HALF_HOUR_S = 1_800
# Quotients such as 14 / 0.7 may come out a hair above the whole number they are.
HAIR = 1e-9
# Simpson's rule in steps in which a density of waits changes by a factor of 1.3 at most: nine digits.
PANELS_A_RATE = 4
MOST_PANELS = 20_000
TOO_MUCH = 1e200
# Each try counts line by line: more than any hotline has, and still answered within seconds.
MOST_LOAD = 100_000


@dataclass(frozen=True)
class Traffic:
    """Calls of an interval and how long each occupies somebody, seconds.

    ``patience_s`` is how long callers wait on average before they hang up, None where nobody does (Erlang C)."""

    calls: float
    aht_s: float
    interval_s: int = HALF_HOUR_S
    patience_s: float | None = None

    def __post_init__(self) -> None:
        if not (isfinite(self.calls) and self.calls >= 0 and isfinite(self.aht_s) and self.aht_s > 0):
            raise ValueError("calls must be 0 or more, their handle time more than 0")
        if self.interval_s <= 0 or (self.patience_s is not None and not self.patience_s > 0):
            raise ValueError("an interval and patience must be longer than 0 seconds")
        if self.load > MOST_LOAD:
            raise ValueError(f"calls that keep more than {MOST_LOAD:,} people busy are not computed")

    @property
    def load(self) -> float:
        """The load in erlang."""
        return self.calls * self.aht_s / self.interval_s


@dataclass(frozen=True)
class Aim:
    """What is aimed at: ``share`` of calls answered within ``target_s``, people busy ``max_occupancy`` of their time
    at most."""

    share: float = 0.8
    target_s: float = 20.0
    max_occupancy: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ValueError("a service level is more than 0 % and less than 100 %, which no number of people promises")
        if not (isfinite(self.target_s) and self.target_s >= 0):
            raise ValueError("a threshold is 0 seconds or more")
        if not 0 < self.max_occupancy <= 1:
            raise ValueError("people are busy more than 0 and at most 1 of their time, such as 0.85")


@dataclass(frozen=True)
class Waits:
    """What callers meet with ``agents`` people at work; None where more calls come than can ever be answered.

    ``asa_s`` is the mean wait of all callers, ``abandon`` the share that hangs up (None: nobody is expected to)."""

    agents: int
    load: float
    p_wait: float | None = None
    service_level: float | None = None
    asa_s: float | None = None
    occupancy: float | None = None
    abandon: float | None = None

    @property
    def is_overloaded(self) -> bool:
        """Whether the queue would grow without end."""
        return self.p_wait is None

    def meets(self, aim: Aim) -> bool:
        """Whether this is what is aimed at."""
        if self.service_level is None or self.occupancy is None:
            return False
        return self.service_level >= aim.share - HAIR and self.occupancy <= aim.max_occupancy + HAIR


def erlang_b(load: float, lines: int) -> float:
    """The share of calls that find all lines busy and are lost."""
    blocked = 1.0
    for line in range(1, lines + 1):
        blocked = load * blocked / (line + load * blocked)
    return blocked


def lines_needed(load: float, blocked: float = 0.01) -> int:
    """The fewest lines with which no more than a share of calls finds all of them busy."""
    lost, lines = 1.0, 0
    while lost > blocked + HAIR:
        lines += 1
        lost = load * lost / (lines + load * lost)
    return lines


def waits(traffic: Traffic, agents: int, target_s: float) -> Waits:
    """Erlang A where callers have a patience, else Erlang C."""
    if traffic.load == 0:
        return Waits(agents, 0.0, 0.0, 1.0, 0.0, 0.0, None if traffic.patience_s is None else 0.0)
    if agents <= 0:
        return Waits(agents, traffic.load)
    return _erlang_c(traffic, agents, target_s) if traffic.patience_s is None else _erlang_a(traffic, agents, target_s)


def _erlang_c(traffic: Traffic, agents: int, target_s: float) -> Waits:
    load, aht_s = traffic.load, traffic.aht_s
    spare = agents - load
    if spare <= 0:
        return Waits(agents, load)
    lost = erlang_b(load, agents)
    p_wait = agents * lost / (agents - load * (1 - lost))
    level = 1 - p_wait * exp(-spare * target_s / aht_s)
    return Waits(agents, load, p_wait, level, p_wait * aht_s / spare, load / agents)


def _erlang_a(traffic: Traffic, agents: int, target_s: float) -> Waits:
    """Garnett, Mandelbaum and Reiman (2002), with the wait's density for the service level: answered in time, of all.

    The integral of ``h`` over all waits is ``spread * aht_s / agents``."""
    load, aht_s = traffic.load, traffic.aht_s
    patience_s = traffic.patience_s or inf
    spread = _spread(agents * patience_s / aht_s, load * patience_s / aht_s)
    if not isfinite(spread):
        # So many wait so patiently that nobody is served at once and all who are have waited equally long; the others
        # hang up.
        in_time = agents / load if target_s >= patience_s * log(load / agents) else 0.0
        return Waits(agents, load, 1.0, in_time, (1 - agents / load) * patience_s, 1.0, 1 - agents / load)
    lost = erlang_b(load, agents)
    p_wait = spread * lost / (1 + (spread - 1) * lost)
    abandon = p_wait * max(0.0, 1 / spread + load / agents - 1) * agents / load

    def answered(wait_s: float) -> float:
        """The density of a wait that ends with an answer, up to a factor."""
        gone = -expm1(-wait_s / patience_s)
        return exp(load * patience_s / aht_s * gone - agents * wait_s / aht_s - wait_s / patience_s)

    panels = 2 * ceil(min(MOST_PANELS, PANELS_A_RATE * target_s * (agents / aht_s + 1 / patience_s) + 1))
    step = target_s / panels
    edges = answered(0.0) + answered(target_s)
    inner = sum((4 if place % 2 else 2) * answered(place * step) for place in range(1, panels))
    in_time = (edges + inner) * step / 3 * agents / (spread * aht_s)
    level = min(1.0, 1 - p_wait + p_wait * in_time)
    return Waits(agents, load, p_wait, level, abandon * patience_s, load * (1 - abandon) / agents, abandon)


def _spread(served: float, came: float) -> float:
    """1 + y / (x + 1) + y² / ((x + 1)(x + 2)) + …, of the callers served (x) and come (y) within one patience."""
    total = term = 1.0
    place = 0
    while total * 1e-15 < term < TOO_MUCH:
        place += 1
        term *= came / (served + place)
        total += term
    return total if term < TOO_MUCH else inf


def agents_needed(traffic: Traffic, aim: Aim) -> Waits:
    """The fewest people with whom the aim is met, and what callers meet then."""
    if traffic.load == 0:
        return waits(traffic, 0, aim.target_s)
    low, high = 0, max(1, ceil(traffic.load))
    while not (found := waits(traffic, high, aim.target_s)).meets(aim):
        low, high = high, high + max(1, (high - low) * 2)
    while high - low > 1:
        middle = (low + high) // 2
        tried = waits(traffic, middle, aim.target_s)
        if tried.meets(aim):
            high, found = middle, tried
        else:
            low = middle
    return found


def heads(agents: float, shrinkage: float) -> int:
    """People to roster so that ``agents`` are there, of whom the share ``shrinkage`` is away: N / (1 - shrinkage)."""
    if not 0 <= shrinkage < 1:
        raise ValueError("shrinkage is a share of 0 or more and less than 1, such as 0.3")
    return ceil(agents / (1 - shrinkage) - HAIR)
