"""One visit of a call to a queue, and the work that an agent had with it."""

from collections.abc import Sequence
from typing import NamedTuple

from core.numbers.facts.call_rows import CallRow, LegRow
from core.numbers.facts.ground import Ground, QueueKnown
from core.numbers.facts.status import Row

MISSED = frozenset({"ring_no_answer", "declined"})
CHANNEL = "phone"


class Handled(NamedTuple):
    """Talk, hold and after-call work of a leg; the last cut at the cap."""

    talk_s: int | None
    hold_s: int | None
    acw_s: int | None
    is_capped: bool

    @property
    def handle_s(self) -> int | None:
        """Their sum; unknown without the talk, where the source tells no hold or after-call work of what it tells."""
        return None if self.talk_s is None else self.talk_s + (self.hold_s or 0) + (self.acw_s or 0)


def in_hours(leg: LegRow, ground: Ground) -> bool:
    """The source's word, else whether the queue's schedule was open; without any schedule always."""
    if leg.in_hours is not None:
        return bool(leg.in_hours)
    known = ground.queues.get(leg.queue_uid or "")
    calendar = ground.schedules.calendar(known.schedule_uid if known else None)
    return calendar is None or calendar.is_open(leg.enqueued_at or 0)


def handled(leg: LegRow, cap_s: int) -> Handled:
    acw_s = leg.acw_s
    capped = acw_s is not None and acw_s > cap_s
    return Handled(sane(leg.talk_s), sane(leg.hold_s), cap_s if capped else sane(acw_s), capped)


def sane(seconds: int | None) -> int | None:
    """A negative duration is none."""
    return None if seconds is None or seconds < 0 else seconds


def wait(leg: LegRow) -> int | None:
    """From entering the queue to the answer, or to leaving it; ring time included."""
    wait_s = leg.wait_s
    if wait_s is None:
        until_at = leg.answered_at if leg.outcome == "answered" else leg.ended_at
        wait_s = None if until_at is None or leg.enqueued_at is None else until_at - leg.enqueued_at
    return sane(wait_s)


def queue_leg(
    call: CallRow,
    leg: LegRow,
    place: int,
    opened: bool,
    is_test: bool,
    is_moved: bool,
    legs: Sequence[LegRow],
    ground: Ground,
) -> Row:
    days, reporting = ground.days, ground.reporting
    known = ground.queues.get(leg.queue_uid or "") or QueueKnown(
        None, reporting.sl_threshold_s, reporting.short_abandon_s, None, False
    )
    enqueued_at = leg.enqueued_at or 0
    is_answered = leg.outcome == "answered"
    answered_at = leg.answered_at if is_answered else None
    worked = handled(leg, reporting.acw_cap_s) if is_answered else Handled(None, None, None, False)
    rings, missed = _rings(leg, legs)
    # Nobody took it and it moved on: that is the queue's timeout.
    outcome = "flow_out_timeout" if leg.outcome in MISSED else leg.outcome
    return (
        call.uid, leg.seq, call.source, leg.queue_uid, known.team_uid, call.direction, call.line_uid, leg.agent_uid,
        CHANNEL, enqueued_at, ground.day_on(enqueued_at), days.slot(enqueued_at), answered_at,
        None if answered_at is None else ground.day_on(answered_at), outcome, wait(leg), sane(leg.ring_s),
        worked.talk_s, worked.hold_s, worked.acw_s, int(worked.is_capped), worked.handle_s, known.sl_threshold_s,
        known.short_abandon_s, int(opened), int(is_test), int(is_moved), leg.transfer_kind if is_answered else None,
        int(place == 0), 0, 0, rings, missed, int(bool(leg.is_system_drop)),
    )  # fmt: skip


def _rings(leg: LegRow, legs: Sequence[LegRow]) -> tuple[int | None, int | None]:
    """Offers to agents during the visit and those not taken: the source's count, else the agent legs of the queue."""
    if leg.rings is not None:
        return leg.rings, leg.rings_missed
    missed = sum(
        other.kind == "agent" and other.queue_uid == leg.queue_uid and other.outcome in MISSED for other in legs
    )
    if not missed and not any(other.kind == "agent" for other in legs):
        return None, None
    return missed + int(leg.outcome == "answered"), missed
