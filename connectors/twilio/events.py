"""TaskRouter's log: tasks in queues, offers to workers, and what workers do; each line an event of a call or an agent.

A task belongs to the customer's call by an attribute. Attributes hold what customers said and typed: what is needed of
them is taken out of each row as it comes, and they go no further.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from connectors import AgentEvent, BadRow, CallEvent, Context, Page, Record, Refused, Window
from connectors.twilio.moments import DAY_S, event_moment, seq_of, steps
from connectors.twilio.paging import ListPage, pages
from connectors.twilio.settings import Account

# Thirty days, less what our clock may be behind Twilio's.
KEPT_S = 30 * DAY_S - 3600
KEPT = "TaskRouter keeps events for 30 days; what happened in queues before cannot be read any more"
STEP_S = DAY_S
VOICE = "voice"
OF_THE_CALL = frozenset(
    {
        "task.created", "task.canceled", "task.completed", "task.deleted", "task.system-deleted",
        "task.transfer-initiated", "task-queue.entered", "task-queue.moved", "task-queue.timeout",
        "reservation.created", "reservation.accepted", "reservation.rejected", "reservation.timeout",
        "reservation.canceled", "reservation.rescinded", "reservation.wrapup", "reservation.completed",
    }
)  # fmt: skip
# Which worker made a call, as the conference of their task tells.
MADE_BY = "made_by"
ACTIVITY = frozenset({"worker.activity.update", "worker.activity"})
# Lines that tell nothing a number is made of.
UNUSED = frozenset({"task", "workflow", "workspace", "activity", "worker", "task-queue", "reservation", "task-channel"})
OTHERS = frozenset(
    {
        "task.updated", "task.wrapup", "task.priority.update", "task-queue.created", "task-queue.updated",
        "task-queue.deleted", "reservation.pending",
    }
)  # fmt: skip
KEPT_KEYS = frozenset(
    {
        "task_sid", "task_queue_sid", "task_queue_entered_date", "task_channel_unique_name", "task_canceled_reason",
        "previous_task_queue_sid", "reservation_sid", "worker_sid", "worker_activity_sid", "worker_activity_name",
        "worker_previous_activity_name", "worker_time_in_previous_activity", "worker_previous_activity_sid",
        "transfer_mode",
    }
)  # fmt: skip


class EventsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="events")


class EventRow(msgspec.Struct, omit_defaults=True):
    """A line as ``shaped`` leaves it; ``agent_calls`` are connections to workers, no calls of customers;
    ``customer_call`` is the customer's connection to the conference that they talk in."""

    id: str
    event_type: str
    event_date: str | None = None
    event_date_ms: int | None = None
    event_data: dict[str, str | int | float | bool | None] = {}
    call_sid: str | None = None
    direction: str | None = None
    agent_calls: tuple[str, ...] = ()
    customer_call: str | None = None

    @property
    def is_dialled(self) -> bool:
        """Whether the task stands for a call that a worker makes: Flex gives it the conference, not the call."""
        return self.call_sid is None and (self.direction or "").startswith("outbound")


class Noted(msgspec.Struct, omit_defaults=True):
    """What the event of a task keeps beside its queue and worker."""

    task: str
    reservation: str | None = None
    reason: str | None = None
    was_in: str | None = None
    mode: str | None = None
    direction: str | None = None
    entered_at: int | None = None


class Activity(msgspec.Struct, omit_defaults=True):
    """What the event of a worker's activity keeps; ``before_s`` is how long the one before had lasted."""

    name: str
    sid: str | None = None
    before: str | None = None
    before_sid: str | None = None
    before_s: int | None = None


class Offer(msgspec.Struct, omit_defaults=True):
    """What the event of an offer to a worker keeps."""

    reservation: str
    call: str | None = None


def fetch_events(account: Account, window: Window) -> Iterator[Page]:
    """Events of the window, a day at a time; older than 30 days there are none, and Twilio declines the question."""
    kept_from = window.now_at - KEPT_S
    asked_from = int(window.resume_at) if window.resume_at else window.since
    until = window.now_at if window.until is None else min(window.until, window.now_at)
    address = f"{account.workspace}/Events"
    if until <= kept_from:
        raise Refused(f"{KEPT}. Nothing to be had before them: shorten the backfill.", 400)
    note = KEPT if asked_from < kept_from else ""
    for from_at, to_at in steps(max(asked_from, kept_from), until, STEP_S):
        asked = {"StartDate": _iso(from_at), "EndDate": _iso(to_at)}
        for page in pages(account, address, EventsPage, asked):
            yield Page([shaped(raw, account.settings.call_sid_attribute) for raw in page.rows])
        yield Page((), resume_at=str(to_at), data_to=to_at, last=to_at >= until, note=note)


def _iso(at: int) -> str:
    return Window(since=at).since_iso


def shaped(raw: msgspec.Raw, attribute: str) -> msgspec.Raw:
    """The line with its SID as id, and of the attributes only the SIDs of calls and the direction."""
    try:
        row: Any = msgspec.json.decode(raw)
        data = dict(row["event_data"])
    except (msgspec.DecodeError, UnicodeDecodeError, AttributeError, TypeError, ValueError, KeyError):
        return raw
    attributes = _attributes(data.get("task_attributes"))
    made = {name: row.get(name) for name in ("event_type", "event_date", "event_date_ms")}
    made["id"] = row.get("sid")
    made["event_data"] = {name: value for name, value in data.items() if name in KEPT_KEYS}
    made["call_sid"] = _text(attributes.get(attribute))
    made["direction"] = _text(attributes.get("direction"))
    conference = attributes.get("conference")
    members = conference.get("participants") if isinstance(conference, dict) else None
    if isinstance(members, dict):
        made["agent_calls"] = [
            sid for name, sid in sorted(members.items()) if name != "customer" and _text(sid) is not None
        ]
        made["customer_call"] = _text(members.get("customer"))
    return msgspec.Raw(msgspec.json.encode(made))


def _attributes(given: object) -> dict[str, Any]:
    """A task's attributes, which come as JSON in a text; none where they are blank or of another form."""
    if isinstance(given, str):
        try:
            given = msgspec.json.decode(given)
        except msgspec.DecodeError:
            return {}
    return given if isinstance(given, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def normalise_event(row: EventRow, ctx: Context) -> Iterator[Record]:
    """Records of one line; tasks that are no calls (chats, mails) are left to the systems that hold them."""
    kind, data = row.event_type, row.event_data
    at, ms = event_moment(row.event_date, row.event_date_ms)
    seq = seq_of(row.id, ms)
    if kind in ACTIVITY:
        yield _activity(row, at, seq)
        return
    if kind not in OF_THE_CALL:
        if kind not in OTHERS and kind.partition(".")[0] not in UNUSED:
            ctx.warn("event", kind)
        return
    task, channel = _text(data.get("task_sid")), _text(data.get("task_channel_unique_name"))
    if task is None:
        raise BadRow("an event of a task that names none")
    if channel not in (None, VOICE) or (channel is None and row.call_sid is None):
        return
    call = row.customer_call if row.is_dialled else row.call_sid or task
    worker, reservation = _text(data.get("worker_sid")), _text(data.get("reservation_sid"))
    if not row.is_dialled:
        yield _of_the_task(row, call or task, task, reservation, worker, at, seq)
    elif call is not None and worker is not None:
        yield CallEvent(call_id=call, happened_at=at, seq=seq, event=MADE_BY, agent_id=worker)
    for sid in row.agent_calls:
        if sid != call:
            yield CallEvent(call_id=sid, happened_at=at, seq=seq, event="agent_of", data=call)
    if worker and reservation and kind.startswith("reservation."):
        offer = Offer(reservation, call)
        yield AgentEvent(
            agent_id=worker,
            happened_at=at,
            seq=seq,
            event=kind,
            queue_id=_text(data.get("task_queue_sid")),
            data=msgspec.json.encode(offer).decode(),
        )


def _of_the_task(
    row: EventRow, call: str, task: str, reservation: str | None, worker: str | None, at: int, seq: int
) -> CallEvent:
    """The line as an event of the customer's call."""
    data = row.event_data
    noted = Noted(
        task=task,
        reservation=reservation,
        reason=_text(data.get("task_canceled_reason")),
        was_in=_text(data.get("previous_task_queue_sid")),
        mode=_text(data.get("transfer_mode")),
        direction=row.direction,
        entered_at=_entered_at(data.get("task_queue_entered_date"), at),
    )
    return CallEvent(
        call_id=call,
        happened_at=at,
        seq=seq,
        event=row.event_type,
        queue_id=_text(data.get("task_queue_sid")),
        agent_id=worker,
        data=msgspec.json.encode(noted).decode(),
    )


def _entered_at(told: object, at: int) -> int | None:
    """When the task came to its queue, if an event that is not the first one says it in epoch seconds."""
    text = str(told or "")
    entered_at = int(text) if text.isascii() and text.isdigit() and len(text) == 10 else None
    return entered_at if entered_at is not None and entered_at <= at else None


def _activity(row: EventRow, at: int, seq: int) -> AgentEvent:
    data = row.event_data
    worker, name = _text(data.get("worker_sid")), _text(data.get("worker_activity_name"))
    if worker is None or name is None:
        raise BadRow("an activity of nobody, or without a name")
    lasted = str(data.get("worker_time_in_previous_activity") or "")
    activity = Activity(
        name,
        sid=_text(data.get("worker_activity_sid")),
        before=_text(data.get("worker_previous_activity_name")),
        before_sid=_text(data.get("worker_previous_activity_sid")),
        before_s=int(lasted) if lasted.isascii() and lasted.isdigit() and len(lasted) < 10 else None,
    )
    return AgentEvent(
        agent_id=worker, happened_at=at, seq=seq, event="activity", data=msgspec.json.encode(activity).decode()
    )
