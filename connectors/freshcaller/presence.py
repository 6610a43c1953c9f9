"""What agents do, looked at once a pull: Freshcaller tells how things stand now, and keeps no history of it.

A state holds from one look to the next. Where the next look came far later than usual (the daemon stood still), what
happened in between is unknown: the state ends one usual gap after it was seen.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median_low

import msgspec

from connectors import AgentEvent, AgentState, Context, Record, StateCategory

TAIL_S = 12 * 3600
LEAST_GAP_S = 900
# A look stands for this long at most, whatever is usual.
MOST_GAP_S = 3600
TIMES_USUAL = 3
OFFLINE = "offline"
# The status of a user (https://developers.freshcaller.com/api/#users); busy is an agent on a call.
WORDS = {0: OFFLINE, 1: "online", 2: "busy", 3: "after_call_work"}
STATES: dict[str, StateCategory] = {OFFLINE: "offline", "online": "idle", "busy": "talk", "after_call_work": "acw"}


class StatusRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    status: int | None = None
    deleted: bool | None = None


def normalise_status(row: StatusRow, ctx: Context) -> Iterator[Record]:
    """What the agent does at this moment; nothing of users without a status."""
    if row.status is None or row.deleted:
        return
    if row.status not in WORDS:
        ctx.warn("agent status", str(row.status))
    word = WORDS.get(row.status, "other")
    yield AgentEvent(agent_id=str(row.id), happened_at=ctx.fetched_at, seq=0, event=word)


def assemble_presence(key: str, events: Sequence[AgentEvent], _: Context) -> Iterator[Record]:
    """States in order of time, the last one open; equal looks in a row are one state, offline is none."""
    looks = [(event.happened_at, event.event) for event in events]
    gaps = [later[0] - look[0] for look, later in pairwise(looks)]
    usual = min(MOST_GAP_S, median_low(gaps)) if gaps else MOST_GAP_S
    most = min(MOST_GAP_S, max(LEAST_GAP_S, TIMES_USUAL * usual))
    begun_at: int | None = None
    for place, (at, state) in enumerate(looks):
        begun_at = at if begun_at is None else begun_at
        is_last = place == len(looks) - 1
        is_cut = not is_last and gaps[place] > most
        if is_last or is_cut or looks[place + 1][1] != state:
            to_at = None if is_last else at + usual if is_cut else looks[place + 1][0]
            if state != OFFLINE:
                yield AgentState(
                    agent_id=key, state=state, category=STATES.get(state, "unknown"), from_at=begun_at, to_at=to_at,
                    precision="poll",
                )  # fmt: skip
            begun_at = None
