"""What agents do, looked at once a pull: Talk tells how things stand now, and keeps no history of it.

A state holds from one look to the next. Where the next look came far later than usual (the daemon stood still), what
happened in between is unknown: the state ends one usual gap after it was seen.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median_low

import msgspec

from connectors import Agent, AgentEvent, AgentState, Api, Context, Page, Record, StateCategory, Window
from connectors.zendesk_talk.calls import word
from connectors.zendesk_talk.paging import ListPage, by_list

PATH = "/channels/voice/stats/agents_activity.json"
TAIL_S = 12 * 3600
LEAST_GAP_S = 900
# A look stands for this long at most, whatever is usual.
MOST_GAP_S = 3600
TIMES_USUAL = 3
OFFLINE = "offline"
AWAY = "away"
STATES: dict[str, StateCategory] = {
    "on_call": "talk",
    "wrap_up": "acw",
    "online": "idle",
    # Takes calls that colleagues pass on, none from the queue.
    "transfers_only": "other_work",
    OFFLINE: "offline",
}


class ActivityPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="agents_activity")


class ActivityRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int = msgspec.field(name="agent_id")
    name: str | None = None
    agent_state: str | None = None
    call_status: str | None = None


def fetch_activity(api: Api, _: Window) -> Iterator[Page]:
    """Every agent of Talk as they stand now."""
    return (Page(rows) for rows in by_list(api, PATH, ActivityPage))


def normalise_activity(row: ActivityRow, ctx: Context) -> Iterator[Record]:
    """What the agent does at this moment: a call or its wrap-up, else the state they chose."""
    agent = str(row.id)
    seen = row.call_status or row.agent_state
    if seen is None:
        return
    if seen not in STATES and seen != AWAY:
        ctx.warn("agent state", word(seen) or "none")
    # Version 0: what Zendesk Support tells of the same user stands above it.
    yield Agent(id=agent, name=row.name)
    yield AgentEvent(agent_id=agent, happened_at=ctx.fetched_at, seq=0, event=word(seen) or "other")


def assemble_presence(key: str, events: Sequence[AgentEvent], ctx: Context) -> Iterator[Record]:
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
                    agent_id=key, state=state, category=category_of(state, ctx), from_at=begun_at, to_at=to_at,
                    precision="poll",
                )  # fmt: skip
            begun_at = None


def category_of(state: str, ctx: Context) -> StateCategory:
    """Our category; what stands behind ``away`` only the admin knows, what we do not know is unknown."""
    away: StateCategory = ctx.settings.away_means
    return away if state == AWAY else STATES.get(state, "unknown")
