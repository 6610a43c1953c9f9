"""What agents do: events of the agent event stream, or their live status looked at in each pull, become states.

An event tells how the agent stands from its moment on: logged out, in a status, with a contact.
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from connectors import Agent, AgentEvent, AgentState, BadRow, Context, Page, Record, StateCategory, Window
from connectors.amazon_connect.files import fetch_files
from connectors.amazon_connect.records import Stamp, milliseconds, order_of
from connectors.amazon_connect.service import QUEUES_A_FILTER, Service, readable
from connectors.amazon_connect.setup import UserList, UserSummary

# An agent is heard of every two minutes (HEART_BEAT), or looked at in each pull; so long silence is believed.
SILENCE_S = 3600
TAIL_S = 12 * 3600
LOGGED_OUT = "LOGOUT"
# States of a contact with its agent (agent event streams data model, ContactState).
CONTACT_STATES: dict[str, StateCategory] = {
    "INCOMING": "ringing",
    "PENDING": "ringing",
    "CONNECTING": "ringing",
    "CONNECTED": "talk",
    "CONNECTED_ONHOLD": "hold",
    "PAUSED": "hold",
    "ENDED": "acw",
}
# Of several contacts at once, what the agent is busiest with.
BUSIEST: tuple[StateCategory, ...] = ("talk", "hold", "acw", "ringing")
KNOWN_STATUSES: dict[str, StateCategory] = {
    "lunch": "break", "break": "break", "pause": "break", "coffee": "break", "training": "training",
    "coaching": "training", "meeting": "meeting", "team meeting": "meeting", "back office": "other_work",
    "backoffice": "other_work", "admin": "other_work", "after call work": "acw", "aftercallwork": "acw",
}  # fmt: skip


class Part(Struct, rename="pascal"):
    """A named thing of a snapshot, such as a queue."""

    id: str | None = None
    arn: str | None = msgspec.field(name="ARN", default=None)
    name: str | None = None


class ContactOf(Struct, rename="pascal"):
    """A contact that an agent has: ``state`` in event streams, ``agent_contact_state`` in live data."""

    contact_id: str | None = None
    initial_contact_id: str | None = None
    channel: str | None = None
    state: str | None = None
    agent_contact_state: str | None = None
    state_start_timestamp: Stamp = None
    queue: Part | None = None


class Status(Struct, rename="pascal"):
    """An agent's status: ``type`` ROUTABLE, CUSTOM or OFFLINE in event streams; live data give ``status_name``."""

    name: str | None = None
    status_name: str | None = None
    type: str | None = None
    status_start_timestamp: Stamp = None


class Configuration(Struct, rename="pascal"):
    """Who an agent is."""

    username: str | None = None


class Snapshot(Struct, rename="pascal"):
    """How an agent stands."""

    agent_status: Status | None = None
    configuration: Configuration | None = None
    contacts: list[ContactOf] = []


class AgentEventRow(Struct, rename="pascal"):
    """One event of the stream; a contact record in the same folder has no id of one."""

    event_id: str | None = None
    event_type: str | None = None
    event_timestamp: Stamp = None
    agent_arn: str | None = msgspec.field(name="AgentARN", default=None)
    contact_id: str | None = None
    current_agent_snapshot: Snapshot | None = None

    @property
    def id(self) -> str | None:
        """The event's id."""
        return self.event_id


class UserRow(Struct, rename="pascal"):
    """One agent's live status (GetCurrentUserData)."""

    user: Part
    status: Status | None = None
    contacts: list[ContactOf] = []

    @property
    def id(self) -> str | None:
        """The agent's id."""
        return self.user.id


class UserPage(Struct, rename="pascal"):
    """One page of GetCurrentUserData."""

    user_data_list: list[msgspec.Raw] = []
    next_token: str | None = None


class Standing(Struct, omit_defaults=True, gc=False):
    """What an event says of its agent from then on; ``status`` None: logged out. ``seen_at``: the last look that saw it
    so, where it was found by looking."""

    status: str | None = None
    type: str | None = None
    doing: str | None = None
    contact: str | None = None
    seen_at: int | None = None


def fetch_agent_events(service: Service, window: Window) -> Iterator[Page]:
    """Pages of the event stream's files, where a folder of them is named."""
    if service.settings.agent_events_path is not None:
        yield from fetch_files(service.settings.agent_events_path, window.resume_at)


def fetch_agent_status(service: Service, _: Window) -> Iterator[Page]:
    """Pages of how every agent stands now, unless their events tell it exactly; who is not told of is logged out."""
    if service.api is None or service.settings.agent_events_path is not None:
        return
    ids = [queue.queue_id for queue in service.known_queues]
    seen: set[str | None] = set()
    for begin in range(0, len(ids), QUEUES_A_FILTER):
        filters = {"Queues": ids[begin : begin + QUEUES_A_FILTER]}
        pages = service.pages(
            "get_current_user_data",
            UserPage,
            InstanceId=service.settings.instance_id,
            Filters=filters,
            MaxResults=100,
        )
        for page in pages:
            seen |= {row.user.id for raw in page.user_data_list if (row := readable(raw, UserRow))}
            if page.user_data_list:
                yield Page(page.user_data_list)
    for users in service.pages("list_users", UserList, InstanceId=service.settings.instance_id, MaxResults=1000):
        absent = {one.id for raw in users.user_summary_list if (one := readable(raw, UserSummary))} - seen
        if absent:
            yield Page([msgspec.Raw(msgspec.json.encode({"User": {"Id": name}})) for name in sorted(absent)])


def normalise_agent_event(row: AgentEventRow, _: Context) -> Iterator[Record]:
    """The agent, and how they stand from the event on; delivered twice, an event is the same row twice."""
    if row.event_id is None and row.contact_id is not None:
        return
    agent_id = (row.agent_arn or "").rpartition("/")[2]
    at_ms = milliseconds(row.event_timestamp)
    if not agent_id or at_ms is None or not row.event_id:
        raise BadRow("an agent event without agent, id or time")
    snapshot = row.current_agent_snapshot
    if snapshot is not None and snapshot.configuration is not None and snapshot.configuration.username:
        yield Agent(id=agent_id, name=snapshot.configuration.username)
    now = Standing()
    queue = None
    if snapshot is not None and row.event_type != LOGGED_OUT:
        now, queue = _standing(snapshot.agent_status, snapshot.contacts)
    yield AgentEvent(
        agent_id=agent_id,
        happened_at=at_ms // 1000,
        # Events of one second go by their milliseconds; the id keeps two of one millisecond apart.
        seq=at_ms % 1000 * 1_000_000 + order_of(row.event_id) % 1_000_000,
        event=row.event_type or "STATE_CHANGE",
        queue_id=queue,
        data=msgspec.json.encode(now).decode(),
    )


def normalise_user(row: UserRow, ctx: Context) -> Iterator[Record]:
    """How an agent stands, dated by when that began, so that looking again at the same changes nothing."""
    if not row.user.id:
        raise BadRow("an agent without an id")
    now, queue = _standing(row.status, row.contacts)
    now.seen_at = ctx.fetched_at
    begun = [row.status.status_start_timestamp if row.status else None]
    begun += [one.state_start_timestamp for one in row.contacts]
    known = [at for stamp in begun if (at := milliseconds(stamp)) is not None]
    yield AgentEvent(
        agent_id=row.user.id,
        happened_at=max(known) // 1000 if known else ctx.fetched_at,
        seq=0,
        event="SAMPLE",
        queue_id=queue,
        data=msgspec.json.encode(now).decode(),
    )


def _standing(status: Status | None, contacts: Sequence[ContactOf]) -> tuple[Standing, str | None]:
    voice = [one for one in contacts if one.channel in (None, "VOICE")]
    held = {CONTACT_STATES.get(one.agent_contact_state or one.state or ""): one for one in reversed(voice)}
    doing = next((category for category in BUSIEST if category in held), None)
    contact = held[doing] if doing else None
    queue = contact.queue if contact is not None else None
    now = Standing(
        (status.name or status.status_name) if status else None,
        status.type if status else None,
        doing,
        (contact.initial_contact_id or contact.contact_id) if contact is not None else None,
    )
    return now, None if queue is None else queue.id or (queue.arn or "").rpartition("/")[2] or None


def assemble_presence(key: str, events: Sequence[AgentEvent], ctx: Context) -> Iterator[Record]:
    """States in order of time, the last one open unless the agent logged out; silence is not believed for long."""
    begun: tuple[int, Standing, StateCategory, str | None] | None = None
    heard_at = 0
    for event in events:
        now = msgspec.json.decode(event.data or "{}", type=Standing)
        at = event.happened_at
        category = _category(now, ctx)
        if begun and at - heard_at > SILENCE_S:
            if heard_at > begun[0]:
                yield _state(key, begun, heard_at)
            begun = None
        heard_at = at if now.seen_at is None else max(at, now.seen_at)
        if begun and (begun[1].status, begun[2], begun[3], begun[1].contact) == (
            now.status, category, event.queue_id, now.contact,
        ):  # fmt: skip
            continue
        if begun and at > begun[0]:
            yield _state(key, begun, at)
        begun = (at, now, category, event.queue_id) if category else None
    if begun:
        yield _state(key, begun, None)


def _state(key: str, begun: tuple[int, Standing, StateCategory, str | None], to_at: int | None) -> AgentState:
    from_at, now, category, queue = begun
    return AgentState(
        agent_id=key,
        state=now.doing or now.status or "unknown",
        category=category,
        from_at=from_at,
        to_at=to_at,
        queue_id=queue,
        call_id=now.contact,
        precision="exact" if now.seen_at is None else "poll",
    )


def _category(now: Standing, ctx: Context) -> StateCategory | None:
    """What an agent does; None while offline."""
    if now.doing is not None:
        return now.doing  # type: ignore[return-value]  # one of CONTACT_STATES
    name = now.status
    if name is None or now.type == "OFFLINE" or name.lower() == "offline":
        return None
    given: StateCategory | None = ctx.settings.agent_statuses.get(name)
    if given is not None:
        return given
    if now.type == "ROUTABLE" or name.lower() == "available":
        return "idle"
    known = KNOWN_STATUSES.get(name.strip().lower())
    if known is None:
        ctx.warn("agent status", name)
    return known or "unknown"
