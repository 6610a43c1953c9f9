"""What happened at an imitated Twilio account: connections and the log of its tasks, call by call, day by day."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from core.sandbox.dice import Dice

ACCOUNT = "AC" + "a1" * 16
WORKSPACE = "WS" + "b2" * 16
QUEUES = ("Orders", "Returns", "Second level")
WORKERS = 9
ACTIVITIES = {"Offline": False, "Available": True, "Unavailable": False, "Break": False}
DIGITS = "+4930555{:05d}"
OURS = "+498944400{:02d}"
DAY_S = 86_400
# Day by day: seconds after midnight UTC, and what each worker turns to.
ROSTER = ((7 * 3600, "Available"), (11 * 3600 + 1800, "Break"), (12 * 3600, "Available"), (19 * 3600, "Offline"))
BEFORE = ("Offline", "Available", "Break", "Available")


def sid(kind: str, *name: object) -> str:
    """The SID of this thing, always the same."""
    dice = Dice("twilio", kind, *name)
    return kind + "".join(dice.pick("0123456789abcdef") for _ in range(32))


class Connection(msgspec.Struct):
    """A call resource and its moments; ``parent`` is empty for a customer's own."""

    sid: str
    parent: str
    direction: str
    source: str
    target: str
    began_at: int
    ended_at: int
    status: str
    talked_s: int
    by: str | None = None


class Event(msgspec.Struct):
    """A line of TaskRouter's log."""

    sid: str
    at_ms: int
    kind: str
    data: dict[str, Any]


class Happened(msgspec.Struct):
    """A customer's call as a whole: what the store should come to. ``visits``: (queue, entered, left, outcome)."""

    sid: str
    kind: str
    connections: list[Connection]
    events: list[Event]
    visits: list[tuple[str, int, int, str]] = []
    talk_s: int | None = None
    acw_s: int | None = None


class Script:
    """Writes the events of one task."""

    def __init__(self, call: str, task: str) -> None:
        self.call, self.task = call, task
        self.events: list[Event] = []
        self.offers = 0

    def note(self, at: int, kind: str, **data: Any) -> None:
        """One event; its milliseconds keep the order of those of one second."""
        number = len(self.events)
        attributes = {"call_sid": self.call, "from": DIGITS.format(1), "name": "Mira Kern", "direction": "inbound"}
        made = {
            "task_sid": self.task, "task_channel_unique_name": "voice", "task_age": "1", **data,
            "task_attributes": msgspec.json.encode(attributes).decode(),
        }  # fmt: skip
        self.events.append(Event(sid("EV", self.task, number), at * 1000 + number * 7 % 1000, kind, made))

    def offer(self, queue: int, worker: int) -> dict[str, Any]:
        """A reservation of the task for a worker."""
        self.offers += 1
        return {
            "task_queue_sid": queue_sid(queue), "worker_sid": worker_sid(worker), "worker_name": f"worker{worker}",
            "reservation_sid": sid("WR", self.call, self.offers),
        }  # fmt: skip


def queue_sid(number: int) -> str:
    """A task queue."""
    return sid("WQ", number)


def worker_sid(number: int) -> str:
    """A worker."""
    return sid("WK", number)


def make_call(number: int, at: int) -> Happened:
    """The call of this number, always the same."""
    dice = Dice("twilio", number)
    kind = dice.weighted({"tasked": 0.7, "dialled": 0.1, "outbound": 0.1, "softphone": 0.1})
    own = sid("CA", number)
    digits = DIGITS.format(dice.between(0, 40))
    match kind:
        case "tasked":
            return _tasked(own, dice, at, digits)
        case "dialled":
            return _dialled(own, dice, at, digits)
        case "softphone":
            talked = dice.between(20, 400)
            parent = Connection(
                own, "", "inbound", "client:worker1", "", at, at + 15 + talked, "completed", talked + 15
            )
            child = _child(own, "outbound-dial", OURS.format(1), digits, at + 1, 14 + talked, talked)
            return Happened(own, kind, [parent, child], [], talk_s=talked)
    status = dice.weighted({"completed": 0.6, "busy": 0.1, "no-answer": 0.2, "failed": 0.1})
    talked = dice.between(10, 300) if status == "completed" else 0
    by = "machine_start" if status == "completed" and dice.chance(0.2) else None
    out = Connection(own, "", "outbound-api", OURS.format(1), digits, at, at + 12 + talked, status, talked, by)
    return Happened(own, kind, [out], [], talk_s=talked or None)


def _child(parent: str, direction: str, source: str, target: str, at: int, lasted_s: int, talked_s: int) -> Connection:
    status = "completed" if talked_s else "no-answer"
    return Connection(sid("CA", parent, at), parent, direction, source, target, at, at + lasted_s, status, talked_s)


def _dialled(own: str, dice: Dice, at: int, digits: str) -> Happened:
    """A caller put through to a telephone without TaskRouter."""
    talked = dice.between(15, 300) if dice.chance(0.7) else 0
    parent = Connection(own, "", "inbound", digits, OURS.format(2), at, at + 25 + talked, "completed", 25 + talked)
    child = _child(own, "outbound-dial", digits, "sip:desk@firma.example", at + 5, 20 + talked, talked)
    return Happened(own, "dialled", [parent, child], [], talk_s=talked or None)


def _tasked(own: str, dice: Dice, at: int, digits: str) -> Happened:
    """A caller in a queue: served, passed on, sent to another queue, or gone."""
    pen = Script(own, sid("WT", own))
    visits: list[tuple[str, int, int, str]] = []
    now = at + dice.between(5, 40)
    queue = dice.between(0, 1)
    pen.note(now, "task.created")
    entered = now
    pen.note(now, "task-queue.entered", task_queue_sid=queue_sid(queue))
    if dice.chance(0.1):
        now += dice.between(30, 60)
        visits.append((queue_sid(queue), entered, now, "flow_out_timeout"))
        pen.note(now, "task-queue.timeout", task_queue_sid=queue_sid(queue))
        queue, entered = 2, now
        pen.note(now, "task-queue.entered", task_queue_sid=queue_sid(queue))
    worker = dice.between(0, WORKERS - 2)
    while dice.chance(0.25):
        now += dice.between(0, 5)
        missed = pen.offer(queue, (worker + pen.offers + 1) % (WORKERS - 1))
        pen.note(now, "reservation.created", **missed)
        now += dice.between(3, 15)
        pen.note(now, dice.pick(("reservation.timeout", "reservation.rejected")), **missed)
    fate = dice.weighted({"answered": 0.8, "hangup": 0.15, "Task canceled on Workflow timeout": 0.05})
    parent = Connection(own, "", "inbound", digits, OURS.format(1), at, at, "completed", 0)
    made = Happened(own, "tasked", [parent], pen.events, visits)
    if fate == "answered":
        now = _served(made, pen, dice, (queue, entered, worker), now)
    else:
        now += dice.between(1, 60)
        pen.note(now, "task.canceled", task_queue_sid=queue_sid(queue), task_canceled_reason=fate)
        visits.append((queue_sid(queue), entered, now, "abandoned" if fate == "hangup" else "flow_out_timeout"))
    parent.ended_at, parent.talked_s = now, now - at
    return made


def _served(made: Happened, pen: Script, dice: Dice, where: tuple[int, int, int], now: int) -> int:
    """A worker takes it, and perhaps passes it on; returns when the caller was gone."""
    queue, entered, worker = where
    taken = pen.offer(queue, worker)
    pen.note(now, "reservation.created", **taken)
    now += dice.between(1, 9)
    pen.note(now, "reservation.accepted", **taken)
    made.visits.append((queue_sid(queue), entered, now, "answered"))
    child = _child(made.sid, "outbound-dial", OURS.format(1), f"client:worker{worker}", now, 0, 1)
    talks, wraps, begun = 0, 0, now
    now += dice.between(20, 600)
    if dice.chance(0.1):
        # To a colleague, who answers before the first one leaves.
        pen.note(now, "task.transfer-initiated", **taken, transfer_mode="WARM")
        passed = pen.offer(queue, (worker + 3) % (WORKERS - 1))
        pen.note(now, "reservation.created", **passed)
        now += 4
        pen.note(now, "reservation.accepted", **passed)
        pen.note(now, "reservation.wrapup", **taken)
        pen.note(now + 6, "reservation.completed", **taken)
        talks, wraps, begun, taken = now - begun, 6, now, passed
        now += dice.between(10, 200)
    wrap = dice.between(0, 60)
    pen.note(now, "reservation.wrapup", **taken)
    pen.note(now + wrap, "reservation.completed", **taken)
    pen.note(now + wrap, "task.completed", task_queue_sid=queue_sid(queue))
    child.ended_at, child.talked_s = now, now - child.began_at
    made.connections.append(child)
    made.talk_s, made.acw_s = talks + now - begun, wraps + wrap
    return now


def make_day(midnight: int) -> list[Event]:
    """What the workers turned to on one day."""
    made = []
    for worker in range(WORKERS):
        for number, ((after_s, name), before) in enumerate(zip(ROSTER, BEFORE, strict=True)):
            late = worker * 60
            lasted = after_s - ROSTER[number - 1][0] if number else 12 * 3600
            data = {
                "worker_sid": worker_sid(worker), "worker_name": f"worker{worker}", "worker_attributes": "{}",
                "worker_activity_name": name, "worker_activity_sid": sid("WA", name),
                "worker_previous_activity_name": before, "worker_previous_activity_sid": sid("WA", before),
                "worker_time_in_previous_activity": str(lasted),
            }  # fmt: skip
            name_of = sid("EV", "day", midnight, worker, number)
            made.append(Event(name_of, (midnight + after_s + late) * 1000, "worker.activity.update", data))
    return made


def rfc2822(at: int) -> str:
    """A moment as the Voice API writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")


def iso(at: int) -> str:
    """A moment as TaskRouter writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()[:19] + "Z"
