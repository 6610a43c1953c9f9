"""The events of the tasks of one call become its visits to queues and its talks with workers.

Twilio's transfers keep the task: another worker accepts it, straight away or after another queue.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from connectors import CallEvent, CallLeg, Context, LegOutcome
from connectors.twilio.events import Noted
from connectors.twilio.moments import millisecond

# Of two events in one millisecond the earlier in the life of a task.
ORDER = (
    "task.created", "task-queue.moved", "task-queue.timeout", "task-queue.entered", "reservation.created",
    "reservation.accepted", "task.transfer-initiated", "reservation.rejected", "reservation.timeout",
    "reservation.canceled", "reservation.rescinded", "reservation.wrapup", "reservation.completed", "task.canceled",
    "task.completed", "task.deleted", "task.system-deleted",
)  # fmt: skip
RANK = {name: rank for rank, name in enumerate(ORDER)}
MISSED = frozenset({"reservation.rejected", "reservation.timeout"})
WITHDRAWN = frozenset({"reservation.canceled", "reservation.rescinded"})
OVER = frozenset({"task.canceled", "task.completed", "task.deleted", "task.system-deleted"})
LED_TO: Mapping[str, LegOutcome] = {
    "abandoned": "abandoned",
    "voicemail": "flow_out_voicemail",
    "callback": "flow_out_callback",
    "overflow": "flow_out_overflow",
    "timeout": "flow_out_timeout",
}
# What TaskRouter itself, and <Enqueue>, say of a task that is cancelled.
REASONS: Mapping[str, LegOutcome] = {
    "hangup": "abandoned",
    "redirected": "flow_out_overflow",
    "leave": "flow_out_overflow",
    "queue-full": "flow_out_overflow",
    "task ttl exceeded": "flow_out_timeout",
    "workflow timeout": "flow_out_timeout",
    "task canceled on workflow timeout": "flow_out_timeout",
}
Mode = Literal["warm", "cold"]


class Visit(msgspec.Struct):
    """A leg while it is put together; ``wrapup_at``: when after-call work began, where it is told."""

    leg: CallLeg
    task: str
    reservation: str | None = None
    wrapup_at: int | None = None
    completed_at: int | None = None
    is_open: bool = True


class Tasks:
    """The visits of a call, event after event."""

    def __init__(self, call: str, ctx: Context) -> None:
        self.visits: list[Visit] = []
        self._call = call
        self._ctx = ctx
        self._offers: dict[str, int] = {}
        self._mode: dict[str, Mode] = {}

    def take(self, event: CallEvent) -> None:
        """What one event says of them."""
        noted = msgspec.json.decode(event.data or "{}", type=Noted)
        kind, at = event.event, event.happened_at
        if kind == "task-queue.entered":
            self._entered(noted.task, event.queue_id, at)
        elif kind in ("task-queue.moved", "task-queue.timeout"):
            self._left(noted, event.queue_id, at, "timeout" if kind == "task-queue.timeout" else "overflow")
        elif kind == "task.transfer-initiated":
            self._mode[noted.task] = "warm" if (noted.mode or "").upper() == "WARM" else "cold"
        elif kind.startswith("reservation.") and noted.reservation:
            self._offered(kind, event, noted, noted.reservation)
        elif kind in OVER:
            self._over(kind, noted, at)

    def _waiting(self, task: str) -> Visit | None:
        """The visit in which the task waits now."""
        last = next((visit for visit in reversed(self.visits) if visit.task == task), None)
        return last if last and last.is_open and last.leg.answered_at is None else None

    def _entered(self, task: str, queue: str | None, at: int | None) -> Visit:
        waiting = self._waiting(task)
        if waiting and waiting.leg.queue_id in (queue, None):
            waiting.leg.queue_id = queue
            return waiting
        if waiting:
            self._close(waiting, at, "flow_out_overflow")
        leg = CallLeg(
            call_id=self._call, seq=len(self.visits), kind="queue", queue_id=queue, enqueued_at=at, rings=0,
            rings_missed=0,
        )  # fmt: skip
        self.visits.append(Visit(leg, task))
        return self.visits[-1]

    def _left(self, noted: Noted, queue: str | None, at: int, led_to: str) -> None:
        """The task leaves its queue; where it went is told here, or by the queue that it enters."""
        if waiting := self._waiting(noted.task):
            self._close(waiting, at, LED_TO[led_to])
        if noted.was_in is not None and queue is not None and queue != noted.was_in:
            self._entered(noted.task, queue, at)

    def _offered(self, kind: str, event: CallEvent, noted: Noted, reservation: str) -> None:
        at = event.happened_at
        if kind == "reservation.created":
            self._offers[reservation] = at
            if visit := self._visit_for_offer(event, noted):
                visit.leg.rings = (visit.leg.rings or 0) + 1
        elif kind == "reservation.accepted":
            self._accepted(event, noted, reservation)
        elif kind in MISSED or kind in WITHDRAWN:
            if reservation in self._offers and (visit := self._waiting(noted.task) or self._last(noted.task)):
                # A caller who hangs up, or another worker who was quicker, is no offer that was missed.
                visit.leg.rings_missed = (visit.leg.rings_missed or 0) + (kind in MISSED)
                visit.leg.rings = (visit.leg.rings or 0) - (kind in WITHDRAWN)
        else:
            self._worked(kind, at, reservation)

    def _visit_for_offer(self, event: CallEvent, noted: Noted) -> Visit | None:
        """The visit that an offer belongs to; an offer to a colleague during a talk belongs to none."""
        last = self._last(noted.task)
        if last and last.is_open and last.leg.answered_at is None:
            return last
        return None if last else self._entered(noted.task, event.queue_id, noted.entered_at)

    def _accepted(self, event: CallEvent, noted: Noted, reservation: str) -> None:
        at = event.happened_at
        before = self._last(noted.task)
        visit = self._waiting(noted.task)
        if visit is None and (before is None or before.leg.answered_at is None):
            visit = self._entered(noted.task, event.queue_id, noted.entered_at)
        if visit is None:
            # Passed on to a colleague without a queue between.
            leg = CallLeg(call_id=self._call, seq=len(self.visits), kind="agent", queue_id=event.queue_id)
            visit = Visit(leg, noted.task)
            self.visits.append(visit)
        passed = next((one for one in reversed(self.visits[: self.visits.index(visit)]) if one.leg.answered_at), None)
        if passed is not None and passed.leg.transfer_kind is None and passed.task == noted.task:
            passed.leg.transfer_kind = self._mode.get(noted.task, "cold")
            passed.leg.transferred_to_id = visit.leg.queue_id if visit.leg.kind == "queue" else event.agent_id
        leg, rang_at = visit.leg, self._offers.get(reservation)
        visit.reservation = reservation
        leg.agent_id, leg.answered_at, leg.outcome = event.agent_id, at, "answered"
        leg.ring_started_at = rang_at
        leg.ring_s = at - rang_at if rang_at is not None else None
        leg.wait_s = at - leg.enqueued_at if leg.enqueued_at is not None else None

    def _worked(self, kind: str, at: int, reservation: str) -> None:
        visit = next((one for one in self.visits if one.reservation == reservation), None)
        if visit is None:
            return
        if kind == "reservation.wrapup":
            visit.wrapup_at = at
        else:
            visit.completed_at, visit.is_open = at, False

    def _over(self, kind: str, noted: Noted, at: int) -> None:
        """The task has ended: whoever waits in it was not served."""
        if waiting := self._waiting(noted.task):
            self._close(waiting, at, "flow_out_overflow" if kind == "task.completed" else self._reason(noted.reason))
        for visit in self.visits:
            if visit.task == noted.task and visit.leg.answered_at is not None and visit.completed_at is None:
                visit.completed_at, visit.is_open = at, False

    def _reason(self, reason: str | None) -> LegOutcome:
        if not reason:
            return "abandoned"
        given = self._ctx.settings.cancel_reasons.get(reason)
        if given is not None:
            return LED_TO[given]
        known = REASONS.get(reason.strip().lower())
        if known is None:
            self._ctx.warn("cancel reason", reason)
        return known or "abandoned"

    def _last(self, task: str) -> Visit | None:
        return next((visit for visit in reversed(self.visits) if visit.task == task), None)

    def _close(self, visit: Visit, at: int | None, outcome: LegOutcome) -> None:
        leg = visit.leg
        leg.outcome, leg.ended_at, visit.is_open = outcome, at, False
        if at is not None and leg.enqueued_at is not None:
            leg.wait_s = at - leg.enqueued_at


def legs_of(call: str, events: Sequence[CallEvent], ended_at: int | None, ctx: Context) -> list[CallLeg]:
    """The legs of a call from its tasks' events; ``ended_at``: when the customer's connection ended, if it has.

    Talk lasts to the wrap-up, or to the end of the customer's connection; after-call work from there to the completion.
    """
    tasks = Tasks(call, ctx)
    for event in sorted(events, key=lambda one: (one.happened_at, millisecond(one.seq), RANK.get(one.event, 0))):
        tasks.take(event)
    for visit in tasks.visits:
        if visit.leg.answered_at is not None:
            _settle(visit, visit.leg.answered_at, ended_at)
    return [visit.leg for visit in tasks.visits]


def _settle(visit: Visit, answered_at: int, ended_at: int | None) -> None:
    done_at, leg = visit.completed_at, visit.leg
    ends = [at for at in (ended_at, done_at) if at is not None and at >= answered_at]
    talked_to = visit.wrapup_at if visit.wrapup_at is not None else min(ends, default=None)
    leg.ended_at = talked_to
    if talked_to is None:
        return
    leg.talk_s = max(0, talked_to - answered_at)
    is_told_apart = visit.wrapup_at is not None or (ended_at is not None and ended_at >= answered_at)
    if done_at is not None and is_told_apart:
        leg.acw_s = max(0, done_at - talked_to)
