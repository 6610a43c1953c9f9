"""Targets on tickets: met, breached, or not decided yet."""

from collections.abc import Sequence

from core.numbers.calendars import Calendar
from core.numbers.facts.ground import DayOn
from core.numbers.facts.rows import SlaRow
from core.numbers.facts.status import Row

# Their clock does not pause, so the moment at which they are due follows from target and calendar.
UNPAUSED = frozenset({"first_reply", "next_reply"})


def sla_rows(
    uid: str,
    dims: Row,
    targets: Sequence[SlaRow],
    first_replied_at: int | None,
    calendar: Calendar | None,
    now_at: int,
    day_on: DayOn,
    *,
    is_outbound: bool,
) -> list[Row]:
    """Rows of sla_facts: judged by the target in force when it was applied; no first reply is owed to nobody."""
    made: list[Row] = []
    for target in targets:
        if is_outbound and target.target_kind == "first_reply":
            continue
        due_at = target.due_at
        if due_at is None and target.target_kind in UNPAUSED:
            due_at = _due(target, calendar)
        fulfilled_at = target.fulfilled_at
        if fulfilled_at is None and target.target_kind == "first_reply":
            fulfilled_at = first_replied_at
        decided_at, met = _decided(target, due_at, fulfilled_at, now_at)
        if decided_at is None and target.cancelled_at is not None:
            due_at = None
        made.append(
            (
                target.uid, *dims, uid, target.policy_uid, target.target_kind, target.priority_applied, target.target_s,
                target.applied_at, due_at, fulfilled_at, target.breached_at, decided_at,
                None if decided_at is None else day_on(decided_at), met,
            )
        )  # fmt: skip
    return made


def _due(target: SlaRow, calendar: Calendar | None) -> int | None:
    if target.applied_at is None or target.target_s is None:
        return None
    if not target.in_business:
        return target.applied_at + target.target_s
    return None if calendar is None else calendar.add_open_s(target.applied_at, target.target_s)


def _decided(
    target: SlaRow, due_at: int | None, fulfilled_at: int | None, now_at: int
) -> tuple[int | None, int | None]:
    """(when, met): the earlier of fulfilment and breach; a target taken away before either is never decided."""
    breached_at = target.breached_at
    if breached_at is None and due_at is not None and (now_at if fulfilled_at is None else fulfilled_at) > due_at:
        breached_at = due_at
    moments = [(at, met) for at, met in ((fulfilled_at, 1), (breached_at, 0)) if at is not None]
    if target.cancelled_at is not None:
        moments = [(at, met) for at, met in moments if at <= target.cancelled_at]
    if moments:
        return min(moments, key=lambda moment: (moment[0], -moment[1]))
    if target.met is not None and target.decided_at is not None and target.cancelled_at is None:
        return target.decided_at, target.met
    return None, None
