"""A ticket's life: which status category it was in, when it entered and left the backlog, when it was solved and reopened."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

UNSOLVED = frozenset({"new", "open", "pending", "hold", "other"})
DONE = frozenset({"solved", "closed"})
CATEGORIES = UNSOLVED | DONE | {"deleted"}

# Vendors write the closing of a merged ticket, or the deleting of spam, as a change of its own beside the merge.
SAME_DEED_S = 60
BLIP_S = 60


class Step(NamedTuple):
    """One change: of status (``value`` is the new category), or delete, restore, spam, unspam, merge, unmerge."""

    at: int
    kind: str
    value: str
    actor_uid: str | None
    is_machine: bool
    precision: str


Interval: TypeAlias = tuple[str, int, int | None, str]
"""Status category, from, to (None: still), precision of its begin."""

Move: TypeAlias = tuple[int, str, int]
"""When, what (arrived, reopened, recovered, solved, deleted, merged, spam), +1 into the backlog or -1 out of it."""


class Solve(NamedTuple):
    """A passing from unsolved to solved or closed, and when it was undone."""

    at: int
    actor_uid: str | None
    reopened_at: int | None


class Reopening(NamedTuple):
    """A passing from solved back to unsolved, and when it was solved again."""

    at: int
    solved_at: int | None


class Life(NamedTuple):
    """What became of a ticket; intervals tile the time from its creation, the last one is open."""

    intervals: list[Interval]
    moves: list[Move]
    solves: list[Solve]
    reopenings: list[Reopening]
    category: str
    merged_at: int | None
    deleted_at: int | None
    closed_at: int | None
    is_spam: bool


def without_blips(initial: str, steps: Sequence[Step]) -> list[Step]:
    """The steps less each reopening by automation that is solved again within 60 s: that is no reopening (metrics §2)."""
    kept: list[Step] = []
    category = initial
    skip = False
    for place, step in enumerate(steps):
        if step.kind != "status":
            kept.append(step)
            continue
        if skip:
            skip = False
            continue
        if category in DONE and step.value in UNSOLVED and step.is_machine:
            again = next((later for later in steps[place + 1 :] if later.kind == "status"), None)
            if again is not None and again.value in DONE and again.at <= step.at + BLIP_S:
                skip = True
                continue
        category = step.value
        kept.append(step)
    return kept


def lived(created_at: int, initial: str, steps: Sequence[Step], precision: str = "exact") -> Life:
    """The life that follows from the category at creation and the steps since, in the order of their time."""
    merge_at = spam_at = deleted_at = merged_at = closed_at = None
    for step in steps:
        if step.kind == "merge":
            merge_at = step.at
        elif step.kind == "spam":
            spam_at = step.at
    deleted, spam, merged = initial == "deleted", False, False
    shown, since = initial, created_at
    inside = initial in UNSOLVED
    intervals: list[Interval] = []
    moves: list[Move] = [(created_at, "arrived", 1)]
    solves: list[Solve] = []
    reopenings: list[Reopening] = []
    if initial in DONE:
        moves.append((created_at, "solved", -1))
        solves.append(Solve(created_at, None, None))
    elif not inside:
        moves.append((created_at, "deleted", -1))
    status = initial
    for at, kind, value, actor_uid, _, step_precision in steps:
        match kind:
            case "status":
                status = value
                deleted = value == "deleted"
                if value == "closed":
                    closed_at = at
            case "delete" | "restore":
                deleted = kind == "delete"
                if status == "deleted" and not deleted:
                    status = "open"
            case "spam" | "unspam":
                spam = kind == "spam"
            case "merge" | "unmerge":
                merged = kind == "merge"
                merged_at = at if merged else None
        deleted_at = (deleted_at if deleted_at is not None else at) if deleted else None
        now = "deleted" if deleted or spam else "closed" if merged else status
        if now == shown:
            continue
        was = shown
        if at > since:
            intervals.append((shown, since, at, precision))
            since = at
        elif intervals and intervals[-1][0] == now:
            since = intervals.pop()[1]
        shown, precision = now, step_precision
        if inside and now not in UNSOLVED:
            inside = False
            if merged or (merge_at is not None and 0 <= merge_at - at <= SAME_DEED_S):
                reason = "merged"
            elif spam or (deleted and spam_at is not None and abs(spam_at - at) <= SAME_DEED_S):
                reason = "spam"
            else:
                reason = "deleted" if deleted else "solved"
            moves.append((at, reason, -1))
            if reason == "solved":
                solves.append(Solve(at, actor_uid, None))
                if reopenings and reopenings[-1].solved_at is None:
                    reopenings[-1] = reopenings[-1]._replace(solved_at=at)
        elif not inside and now in UNSOLVED:
            inside = True
            if kind == "status" and was in DONE:
                moves.append((at, "reopened", 1))
                reopenings.append(Reopening(at, None))
                if solves:
                    solves[-1] = solves[-1]._replace(reopened_at=at)
            else:
                moves.append((at, "recovered", 1))
    intervals.append((shown, since, None, precision))
    return Life(intervals, moves, solves, reopenings, shown, merged_at, deleted_at, closed_at, spam)
