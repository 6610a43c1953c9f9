"""What agents do, looked at once a pull: Talk tells how things stand now, and keeps no history of it."""

from collections.abc import Iterator, Sequence

import msgspec

from connectors import Agent, AgentEvent, Api, Context, Page, Record, StateCategory, Window, sampled_states
from connectors.zendesk_talk.calls import word
from connectors.zendesk_talk.paging import ListPage, by_list

PATH = "/channels/voice/stats/agents_activity.json"
# A shift and the breaks in it.
TAIL_S = 12 * 3600
AWAY = "away"
STATES: dict[str, StateCategory] = {
    "on_call": "talk",
    "wrap_up": "acw",
    "online": "idle",
    # Takes calls that colleagues pass on, none from the queue.
    "transfers_only": "other_work",
    "offline": "offline",
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
    """The states of an agent, as far as looks tell them."""
    return sampled_states(key, [(event.happened_at, event.event, category_of(event.event, ctx)) for event in events])


def category_of(state: str, ctx: Context) -> StateCategory:
    """Our category; what stands behind ``away`` only the admin knows, what we do not know is unknown."""
    away: StateCategory = ctx.settings.away_means
    return away if state == AWAY else STATES.get(state, "unknown")
