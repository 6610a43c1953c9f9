"""What agents do, looked at once a pull: Freshcaller tells how things stand now, and keeps no history of it."""

from collections.abc import Iterator, Sequence

import msgspec

from connectors import AgentEvent, Context, Record, StateCategory, sampled_states

# A shift and the breaks in it.
TAIL_S = 12 * 3600
UNKNOWN: StateCategory = "unknown"
# The status of a user (https://developers.freshcaller.com/api/#users); busy is an agent on a call.
WORDS = {0: "offline", 1: "online", 2: "busy", 3: "after_call_work"}
STATES: dict[str, StateCategory] = {"offline": "offline", "online": "idle", "busy": "talk", "after_call_work": "acw"}


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
    """The states of an agent, as far as looks tell them."""
    looks = [(event.happened_at, event.event, STATES.get(event.event, UNKNOWN)) for event in events]
    return sampled_states(key, looks)
