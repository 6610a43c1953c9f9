"""Looks at how agents stand become a history, for vendors that tell the present moment only."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median_low

from core.model import AgentState, StateCategory

# A look stands for this long at most, however seldom somebody looks.
MOST_S = 3600
# A break between looks that is shorter, or up to so many times the usual one, is bridged.
LEAST_S = 900
TIMES_USUAL = 3
# Of a state before a longer break nothing is made anew when the next look comes (an assembly's tail ends there).
LONG_S = 6 * 3600


def sampled_states(agent_id: str, looks: Sequence[tuple[int, str, StateCategory]]) -> Iterator[AgentState]:
    """The states of one agent from the looks at them: (moment, the vendor's word, our category), in order of time.

    For the assembly of a stream in mode ``sample``, which stores each look as an ``AgentEvent`` at ``ctx.fetched_at``.
    A state lasts from the look that saw it first to the one that saw another. Where the next look came more than three
    times later than usual (at least 15 minutes, at most an hour), what happened in between is unknown: the state ends
    one usual gap after it was seen last, or, before a break of six hours or more, where it was seen last. The latest
    state ends, for now, at the latest look. Offline is no state, and all states are of precision ``poll``. The
    assembly's ``tail_s`` should be longer than those six hours: a shift and the breaks in it."""
    gaps = [later[0] - look[0] for look, later in pairwise(looks)]
    usual = min(MOST_S, median_low(gaps)) if gaps else 0
    longest = min(MOST_S, max(LEAST_S, TIMES_USUAL * usual))
    begun_at: int | None = None
    for place, (at, word, category) in enumerate(looks):
        begun_at = at if begun_at is None else begun_at
        following = looks[place + 1] if place < len(gaps) else None
        if following is None:
            to_at = at
        elif gaps[place] > longest:
            to_at = at + usual if gaps[place] < LONG_S else at
        elif following[1:] != (word, category):
            to_at = following[0]
        else:
            continue
        if to_at > begun_at and category != "offline":
            yield AgentState(
                agent_id=agent_id, state=word, category=category, from_at=begun_at, to_at=to_at, precision="poll"
            )
        begun_at = None
