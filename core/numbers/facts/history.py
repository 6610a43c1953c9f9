"""From the events of a ticket to its steps, and whether they tell the whole story."""

from collections.abc import Sequence
from typing import NamedTuple

from core.numbers.facts.life import CATEGORIES, DONE, UNSOLVED, Step, without_blips
from core.numbers.facts.rows import EventRow, TicketRow
from core.numbers.facts.staff import MACHINES, Staff

DEEDS = frozenset({"merge", "unmerge", "spam", "unspam", "delete", "restore"})
# Streams of one vendor are read one after the other: what is a minute younger than creation may still be under way.
FRESH_S = 60


class History(NamedTuple):
    """The category at creation and the steps since; where it is not complete, nothing is timed by them."""

    initial: str
    steps: list[Step]
    is_complete: bool


def told(ticket: TicketRow, events: Sequence[EventRow], staff: Staff) -> History:
    """What the events tell; the ticket's own row adds a deletion, spam or merge that no event told of."""
    created_at = ticket.created_at or 0
    initial: str | None = None
    steps: list[Step] = []
    last_at = created_at
    is_begun = False
    for at, kind, field, old, new, actor_uid, actor_kind, precision in events:
        last_at = at
        if kind == "status":
            category = new if new in CATEGORIES else "other"
            if initial is None:
                if old is None:
                    initial = category
                    continue
                initial = old if old in CATEGORIES else "other"
        elif kind == "created":
            is_begun = True
            if field == "status" and new is not None:
                initial = new if new in CATEGORIES else "other"
            continue
        elif kind in DEEDS:
            category = ""
        else:
            continue
        is_machine = actor_kind in MACHINES or staff.actor(actor_uid, actor_kind, ticket.requester_uid, at) in MACHINES
        steps.append(Step(max(at, created_at), kind, category, actor_uid, is_machine, precision))
    now = ticket.status_category or "other"
    is_touched = ticket.updated_at is not None and ticket.updated_at > created_at + FRESH_S
    is_complete = is_begun or not (events or is_touched)
    if initial is None:
        initial = now if now in UNSOLVED or not is_touched else "other"
        is_complete = is_complete and initial == now
    if is_complete and not _reaches(initial, steps, now, ticket.updated_at or 0, last_at):
        is_complete = False
    added = unsaid(ticket, steps, created_at)
    if added:
        steps = sorted([*steps, *added], key=lambda step: step.at)
    return History(initial, without_blips(initial, steps) if len(steps) > 1 else steps, is_complete)


def _reaches(initial: str, steps: Sequence[Step], now: str, updated_at: int, last_at: int) -> bool:
    """Whether the steps lead to the status of the ticket's row; they may be ahead of it, not behind."""
    if updated_at <= last_at:
        return True
    category = next((step.value for step in reversed(steps) if step.kind == "status"), initial)
    if category == now or (category in DONE and now in DONE):
        return True
    return (
        now in ("other", "deleted") or category in ("other", "deleted") or any(step.kind == "merge" for step in steps)
    )


def unsaid(ticket: TicketRow, steps: Sequence[Step], created_at: int) -> list[Step]:
    """A merge, deletion or spam that the ticket's row tells of and no event does."""
    said = {step.kind for step in steps} | {step.value for step in steps}
    added: list[Step] = []

    def add(kind: str, at: int) -> None:
        added.append(Step(max(at, created_at), kind, "", None, False, "stat"))

    if ticket.merged_into_uid is not None and "merge" not in said:
        done = [step.at for step in steps if step.value in DONE]
        add("merge", done[-1] if done else ticket.updated_at or created_at)
    is_deleted = ticket.deleted_at is not None or ticket.status_category == "deleted"
    if is_deleted and "delete" not in said and "deleted" not in said:
        add("delete", ticket.deleted_at or ticket.updated_at or created_at)
    if ticket.is_spam and "spam" not in said:
        gone = [step.at for step in (*steps, *added) if step.kind == "delete" or step.value == "deleted"]
        add("spam", gone[0] if gone else created_at)
    return added
