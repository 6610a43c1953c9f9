"""What users were doing, from their presence and, while on queue, from their routing status.

Calls tell more exactly what an agent did with them (talk, hold, after-call work) and are told by the conversations.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from connectors import AgentState, Api, Context, Page, Record, StateCategory, Window
from connectors.genesys_cloud.conversations import WEEK_S, interval, oldest
from connectors.genesys_cloud.rows import Row, millis

# A status is told late, and the end of one that was open belongs to it.
LOOKBACK_S = 4 * 3600
PER_PAGE = 100
ON_QUEUE = "ON_QUEUE"
# Busy off the queue is work that is no call; away and idle are what the client made of an untouched keyboard.
PRESENCE: Mapping[str, StateCategory] = {
    "AVAILABLE": "other_work",
    "BUSY": "other_work",
    "MEAL": "break",
    "BREAK": "break",
    "TRAINING": "training",
    "MEETING": "meeting",
    "AWAY": "unknown",
    "IDLE": "unknown",
    "OFFLINE": "offline",
}
# Interacting counts chats and mails too, which are read nowhere else; where it was a call, the call's own states win.
ROUTING: Mapping[str, StateCategory] = {
    "IDLE": "idle",
    "INTERACTING": "other_work",
    "COMMUNICATING": "other_work",
    "NOT_RESPONDING": "unknown",
}


class PresenceRow(Row):
    start_time: str
    end_time: str | None = None
    system_presence: str | None = None
    organization_presence_id: str | None = None


class RoutingRow(Row):
    start_time: str
    end_time: str | None = None
    routing_status: str | None = None


class UserStatusRow(Row):
    id: str = msgspec.field(name="userId")
    primary_presence: list[PresenceRow] | None = None
    routing_status: list[RoutingRow] | None = None


class StatusPage(msgspec.Struct, rename="camel"):
    user_details: list[msgspec.Raw] | None = None
    total_hits: int | None = None


def fetch_status(api: Api, window: Window) -> Iterator[Page]:
    """Presence and routing status week by week; a week is read when its last page is."""
    begin, end = oldest(window), window.until or window.now_at
    while begin < end:
        stop = min(end, begin + WEEK_S)
        yield from _week(api, begin, stop)
        begin = stop


def _week(api: Api, begin: int, end: int) -> Iterator[Page]:
    number, seen = 1, 0
    while True:
        paging = {"pageSize": PER_PAGE, "pageNumber": number}
        body: dict[str, Any] = {"interval": interval(begin, end), "order": "asc", "paging": paging}
        answer = api.post("/analytics/users/details/query", StatusPage, json=body)
        rows = answer.user_details or []
        seen += len(rows)
        if not rows or (answer.total_hits is not None and seen >= answer.total_hits):
            yield Page(rows, data_to=end)
            return
        yield Page(rows)
        number += 1


def normalise_status(row: UserStatusRow, ctx: Context) -> Iterator[Record]:
    """States one after another: presence off the queue, routing status on it; nothing where either is not told.

    One that was over within its second is left out: it would stand in the place of the one that followed."""
    return (state for state in _states(row, ctx) if state.to_at is None or state.to_at > state.from_at)


def _states(row: UserStatusRow, ctx: Context) -> Iterator[AgentState]:
    routing = sorted(row.routing_status or (), key=lambda one: one.start_time)
    for presence in row.primary_presence or ():
        word = presence.system_presence or ""
        if word == ON_QUEUE:
            yield from _on_queue(row.id, presence, routing, ctx)
        else:
            yield _state(row.id, word, _category(presence, ctx), _start(presence), _end(presence))


def _on_queue(user: str, presence: PresenceRow, routing: Sequence[RoutingRow], ctx: Context) -> Iterator[AgentState]:
    begin, end = _start(presence), _end(presence)
    for status in routing:
        word = status.routing_status or ""
        if word == "OFF_QUEUE":
            continue
        from_at, to_at = max(begin, _start(status)), _earlier(end, _end(status))
        if to_at is not None and to_at < from_at:
            continue
        category = ROUTING.get(word)
        if category is None:
            ctx.warn("routing status", word)
        yield _state(user, word, category or "unknown", from_at, to_at)


def _category(presence: PresenceRow, ctx: Context) -> StateCategory:
    given: Mapping[str, StateCategory] = ctx.settings.presences
    word = presence.system_presence or ""
    known = given.get(presence.organization_presence_id or "") or given.get(word) or PRESENCE.get(word)
    if known is None:
        ctx.warn("presence", word)
    return known or "unknown"


def _state(user: str, word: str, category: StateCategory, from_at: int, to_at: int | None) -> AgentState:
    return AgentState(agent_id=user, state=word, category=category, from_at=from_at, to_at=to_at)


def _start(row: PresenceRow | RoutingRow) -> int:
    return millis(row.start_time) // 1000


def _end(row: PresenceRow | RoutingRow) -> int | None:
    return millis(row.end_time) // 1000 if row.end_time else None


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((at for at in (one, other) if at is not None), default=None)
