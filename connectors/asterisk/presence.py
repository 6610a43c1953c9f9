"""The events of one agent become states: logged in and idle, ringing, talking, paused for a reason.

A pause of all queues is written once for the agent and once a queue; being paused is therefore a set of queues, and
log-in likewise, so that states never overlap by double counting.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from connectors import Agent, AgentEvent, AgentState, Context, Record, StateCategory
from connectors.asterisk.calls import RESTART, whole

# A shift and the breaks in it; who was logged in longer without a word is found by the state that is still open.
TAIL_S = 12 * 3600
EVERY_QUEUE = "*"
LOG_IN = {"AGENTLOGIN", "AGENTCALLBACKLOGIN", "ADDMEMBER"}
LOG_OUT = {"AGENTLOGOFF", "AGENTCALLBACKLOGOFF", "REMOVEMEMBER"}
CALL_ENDS = {"COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER", "AGENTDUMP"}
# How long the phone rang: where the figure stands, and how many of it are a second.
RINGS = {"RINGNOANSWER": (1, 1000), "RINGCANCELED": (1, 1000), "CONNECT": (3, 1)}
KNOWN_REASONS: dict[str, StateCategory] = {
    "lunch": "break", "break": "break", "pause": "break", "coffee": "break", "mittag": "break", "wrap-up": "acw",
    "wrapup": "acw", "acw": "acw", "after call work": "acw", "nachbearbeitung": "acw", "training": "training",
    "schulung": "training", "coaching": "training", "meeting": "meeting", "besprechung": "meeting",
    "team meeting": "meeting", "backoffice": "other_work", "back office": "other_work", "tickets": "other_work",
    "outbound": "other_work", "auto-pause": "unknown",
}  # fmt: skip


State: TypeAlias = tuple[str, StateCategory, str | None, str | None]
"""(source's word, category, queue, call)"""


class Presence(msgspec.Struct):
    """What is known of an agent at a point of the log."""

    logged_in: set[str] = msgspec.field(default_factory=set)
    paused: dict[str, str] = msgspec.field(default_factory=dict)
    call_id: str | None = None
    queue_id: str | None = None
    other_calls: set[str] = msgspec.field(default_factory=set)
    last_call_id: str | None = None

    def seen_in(self, queue: str) -> None:
        """The agent is there; a pause of all queues says so of no queue, and gives way to the first one named."""
        if queue != EVERY_QUEUE:
            self.logged_in.discard(EVERY_QUEUE)
        elif self.logged_in:
            return
        self.logged_in.add(queue)

    def state(self, ctx: Context) -> State | None:
        """What the agent does, or None while logged out or unknown."""
        if self.call_id is not None:
            return "talk", "talk", self.queue_id, self.call_id
        if self.paused:
            reason = self.paused.get(EVERY_QUEUE) or next(iter(self.paused.values()))
            category = _category(reason, ctx)
            return reason or "paused", category, None, self.last_call_id if category == "acw" else None
        if self.logged_in:
            return "available", "idle", None, None
        return None


def assemble_presence(key: str, events: Sequence[AgentEvent], ctx: Context) -> Iterator[Record]:
    """The agent, and states in order of time; the last one stays open (``to_at`` None) unless the agent logged out.

    An agent first seen by a call or a pause was logged in before (a static member never logs in), so is idle after.
    """
    yield Agent(id=key, name=key)
    now = Presence()
    begun: tuple[int, State] | None = None
    rings: Counter[int] = Counter()
    for event in events:
        at = event.happened_at
        data = (event.data or "").split("|")
        if rang_s := _rang_s(event.event, data):
            from_at = at - rang_s
            rings[from_at] += 1
            yield AgentState(
                agent_id=key, state="ringing", category="ringing", from_at=from_at, to_at=at,
                queue_id=event.queue_id, call_id=data[0] or None, seq=rings[from_at],
            )  # fmt: skip
        if event.event == RESTART:
            now = Presence()
        else:
            _apply(now, event, data)
        state = now.state(ctx)
        if begun and begun[1] == state:
            continue
        if begun and at > begun[0]:
            yield _made(key, begun, at)
        begun = (at, state) if state else None
    if begun:
        yield _made(key, begun, None)


def _rang_s(event: str, data: list[str]) -> int:
    place, a_second = RINGS.get(event, (0, 0))
    return (whole(data, place) or 0) // a_second if a_second else 0


def _made(key: str, begun: tuple[int, State], to_at: int | None) -> AgentState:
    """A state that is no ring has number 0: of those only one begins at a moment."""
    from_at, (state, category, queue_id, call_id) = begun
    return AgentState(
        agent_id=key, seq=0, state=state, category=category, from_at=from_at, to_at=to_at, queue_id=queue_id,
        call_id=call_id,
    )  # fmt: skip


def _apply(now: Presence, event: AgentEvent, data: list[str]) -> None:
    queue = event.queue_id or EVERY_QUEUE
    kind = event.event
    if kind in LOG_IN:
        now.seen_in(queue)
        if len(data) > 1 and data[1] == "PAUSED":
            now.paused[queue] = ""
    elif kind in LOG_OUT:
        now.logged_in.discard(queue)
        now.paused.pop(queue, None)
        if queue == EVERY_QUEUE or not now.logged_in:
            now.logged_in.clear()
            now.paused.clear()
            now.call_id = None
    elif kind in ("PAUSE", "PAUSEALL"):
        now.paused[queue] = data[1] if len(data) > 1 else ""
        now.seen_in(queue)
    elif kind == "UNPAUSEALL":
        now.paused.clear()
        now.seen_in(queue)
    elif kind == "UNPAUSE":
        now.paused.pop(queue, None)
        now.seen_in(queue)
    elif kind == "CONNECT":
        if now.call_id is not None:
            now.other_calls.add(now.call_id)
        now.call_id, now.queue_id = data[0], event.queue_id
        now.seen_in(queue)
    elif kind in CALL_ENDS:
        # Who logged out during the call is told of its end, and is not back.
        if now.call_id is not None:
            now.seen_in(queue)
        # The end of an earlier call, while the agent has taken another one since.
        if data[0] in now.other_calls and data[0] != now.call_id:
            now.other_calls.discard(data[0])
            return
        now.last_call_id = now.call_id
        now.call_id = now.queue_id = None


def _category(reason: str, ctx: Context) -> StateCategory:
    given: StateCategory | None = ctx.settings.pause_reasons.get(reason)
    known = given or KNOWN_REASONS.get(reason.strip().lower())
    if known is None and reason:
        ctx.warn("pause reason", reason)
    return known or "unknown"
