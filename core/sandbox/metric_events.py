"""SLA targets and the clocks beside each ticket, as Zendesk's metric events tell them."""

from msgspec import Struct

from core.sandbox import account
from core.sandbox.asof import UNSOLVED, WAITING, is_agent
from core.sandbox.rows import Row, iso
from core.sandbox.truth import SYSTEM_USER, Audit, Change, Comment, Create, ScheduleSet, Ticket
from core.sandbox.world import World

FIRST_ID = 23_000_000_000


class MetricEvent(Struct):
    """One event of one clock; `retracted_at` is when a breach was taken back."""

    ticket_id: int
    at: int
    metric: str
    instance: int
    type: str
    target_s: int = 0
    policy: int = 0
    calendar_s: int = 0
    business_s: int = 0
    retracted_at: int | None = None
    id: int = 0


def metric_events(world: World) -> list[MetricEvent]:
    """All metric events of the world in order of time, numbered in that order."""
    found = [event for ticket in world.tickets for event in _Clocks(world, ticket).run() if event.at <= world.until]
    found.sort(key=lambda event: (event.at, event.ticket_id))
    for place, event in enumerate(found):
        event.id = FIRST_ID + place
    return found


def metric_event_row(event: MetricEvent, now_at: int) -> Row:
    """The event as the export shows it."""
    row: Row = {
        "id": event.id,
        "ticket_id": event.ticket_id,
        "metric": event.metric,
        "instance_id": event.instance,
        "type": event.type,
        "time": iso(event.at),
    }
    match event.type:
        case "apply_sla":
            row["sla"] = {
                "target": event.target_s // 60,
                "target_in_seconds": event.target_s,
                "business_hours": True,
                "policy": {"id": event.policy, "title": account.POLICY_TITLES[event.policy], "description": None},
            }
        case "update_status":
            row["status"] = {"calendar": event.calendar_s // 60, "business": event.business_s // 60}
        case "breach" if event.retracted_at is not None and event.retracted_at <= now_at:
            row["deleted"] = True
    return row


class _Running(Struct):
    """A clock that runs or rests."""

    instance: int
    since_at: int | None = None
    calendar_s: int = 0
    business_s: int = 0
    target_s: int = 0
    breach: MetricEvent | None = None


class _Clocks:
    """The clocks of one ticket: until the first and each next reply, while the requester waits, while agents work."""

    def __init__(self, world: World, ticket: Ticket) -> None:
        self.world, self.ticket = world, ticket
        self.out: list[MetricEvent] = []
        self.open: dict[str, _Running] = {}
        self.instances = dict.fromkeys(("reply_time", "requester_wait_time", "agent_work_time"), 0)
        self.priority: str | None = None
        self.schedule: int | None = None
        self.status = "new"
        self.policy = account.POLICY_STANDARD

    def run(self) -> list[MetricEvent]:
        for metric in ("reply_time", "requester_wait_time", "agent_work_time"):
            self._say(self.ticket.created_at, metric, "measure", 0)
        for number, audit in enumerate(self.ticket.audits):
            self._audit(audit, first=number == 0)
        for running in self.open.values():
            if running.breach:
                self.out.append(running.breach)
        return self.out

    def _say(self, at: int, metric: str, kind: str, instance: int) -> MetricEvent:
        event = MetricEvent(self.ticket.id, at, metric, instance, kind)
        self.out.append(event)
        return event

    def _audit(self, audit: Audit, *, first: bool) -> None:
        repriced = False
        for event in audit.events:
            match event:
                case Create(field="tags", value=tuple() as tags) if "vip" in tags:
                    self.policy = account.POLICY_VIP
                case ScheduleSet(new=new):
                    self.schedule = new
                case Change(field="priority", value=str() as priority):
                    self.priority, repriced = priority, True
        if first and self.ticket.submitter_id == self.ticket.requester_id:
            self._start(audit.at, "reply_time")
        if first:
            self._start(audit.at, "requester_wait_time")
            self._start(audit.at, "agent_work_time")
        elif repriced:
            for metric in tuple(self.open):
                self._apply(audit.at, metric)
        for event in audit.events:
            match event:
                case Comment(public=True) if not first:
                    self._comment(audit.at, event)
                case Change(field="status", value=str() as status):
                    self._status(audit.at, status)

    def _comment(self, at: int, event: Comment) -> None:
        if event.author_id == self.ticket.requester_id:
            if "reply_time" not in self.open:
                self._start(at, "reply_time")
        elif event.author_id != SYSTEM_USER and not event.by_bot and is_agent(self.world, event.author_id, at):
            self._fulfil(at, "reply_time")

    def _status(self, at: int, status: str) -> None:
        self.status = status
        if status not in UNSOLVED:
            for metric in tuple(self.open):
                self._fulfil(at, metric)
            return
        for metric, runs in (
            ("requester_wait_time", status in WAITING),
            ("agent_work_time", status in ("new", "open")),
        ):
            running = self.open.get(metric)
            if running is None:
                self._start(at, metric)
            elif runs and running.since_at is None:
                running.since_at = at
                self._say(at, metric, "activate", running.instance)
                self._aim(at, metric, running)
            elif not runs and running.since_at is not None:
                self._rest(at, running)
                self._say(at, metric, "pause", running.instance)
                self._update(at, metric, running)

    def _start(self, at: int, metric: str) -> None:
        self.instances[metric] += 1
        self.open[metric] = _Running(self.instances[metric], at)
        self._say(at, metric, "activate", self.instances[metric])
        self._apply(at, metric)

    def _apply(self, at: int, metric: str) -> None:
        """The target in force from now on; a breach that the new target has not reached is taken back."""
        running = self.open[metric]
        if self.priority is None or metric == "agent_work_time":
            return
        name = "first_reply_time" if metric == "reply_time" and running.instance == 1 else metric
        name = "next_reply_time" if name == "reply_time" else name
        running.target_s = account.target_s(self.policy, name, self.priority)
        event = self._say(at, metric, "apply_sla", running.instance)
        event.target_s, event.policy = running.target_s, self.policy
        self._aim(at, metric, running)

    def _aim(self, at: int, metric: str, running: _Running) -> None:
        """Where the clock will cross its target if nothing happens."""
        if not running.target_s or running.since_at is None:
            return
        hours = self.world.hours(self.schedule, at)
        left = running.target_s - running.business_s
        due_at = hours.after(running.since_at, left) if left > 0 else at
        before = running.breach
        if before and before.at <= at:
            if due_at <= at:
                return
            before.retracted_at = at
            self.out.append(before)
        running.breach = MetricEvent(self.ticket.id, max(due_at, at), metric, running.instance, "breach")

    def _rest(self, at: int, running: _Running) -> None:
        if running.since_at is not None:
            running.calendar_s += at - running.since_at
            running.business_s += self.world.hours(self.schedule, at).between(running.since_at, at)
            running.since_at = None
        if running.breach and running.breach.at > at:
            running.breach = None

    def _update(self, at: int, metric: str, running: _Running) -> None:
        event = self._say(at, metric, "update_status", running.instance)
        event.calendar_s, event.business_s = running.calendar_s, running.business_s

    def _fulfil(self, at: int, metric: str) -> None:
        running = self.open.pop(metric, None)
        if running is None:
            return
        self._rest(at, running)
        if running.breach:
            self.out.append(running.breach)
        self._say(at, metric, "fulfill", running.instance)
        self._update(at, metric, running)
