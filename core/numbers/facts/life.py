"""A ticket's life: its status categories, its entries to the backlog and exits from it, its solves and reopenings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    """The steps less each reopening by automation that is solved again within 60 s: it is none (metrics §2)."""
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


class Turn(NamedTuple):
    """A change of the category that shows, and what it is for the backlog: a kind of move, or nothing."""

    at: int
    now: str
    move: str
    actor_uid: str | None
    precision: str


@dataclass(slots=True)
class Standing:
    """Where a ticket stands after the steps taken so far."""

    status: str
    is_deleted: bool = False
    is_spam: bool = False
    merged_at: int | None = None
    deleted_at: int | None = None
    closed_at: int | None = None

    def take(self, step: Step) -> str:
        """Takes one step; the category that shows now."""
        match step.kind:
            case "status":
                self.status = step.value
                self.is_deleted = step.value == "deleted"
                if step.value == "closed":
                    self.closed_at = step.at
            case "delete" | "restore":
                self.is_deleted = step.kind == "delete"
                if self.status == "deleted" and not self.is_deleted:
                    self.status = "open"
            case "spam" | "unspam":
                self.is_spam = step.kind == "spam"
            case _:
                self.merged_at = step.at if step.kind == "merge" else None
        if not self.is_deleted:
            self.deleted_at = None
        elif self.deleted_at is None:
            self.deleted_at = step.at
        if self.is_deleted or self.is_spam:
            return "deleted"
        return self.status if self.merged_at is None else "closed"


def lived(created_at: int, initial: str, steps: Sequence[Step], precision: str = "exact") -> Life:
    """The life that follows from the category at creation and the steps since, in the order of their time."""
    standing = Standing(initial, initial == "deleted")
    turns = list(_turns(standing, initial, steps))
    moves: list[Move] = [(created_at, "arrived", 1)]
    solves: list[Solve] = []
    reopenings: list[Reopening] = []
    if initial not in UNSOLVED:
        moves.append((created_at, "solved" if initial in DONE else "deleted", -1))
        if initial in DONE:
            solves.append(Solve(created_at, None, None))
    for at, now, move, actor_uid, _ in turns:
        if move:
            moves.append((at, move, 1 if now in UNSOLVED else -1))
        if move == "solved":
            solves.append(Solve(at, actor_uid, None))
            if reopenings and reopenings[-1].solved_at is None:
                reopenings[-1] = Reopening(reopenings[-1].at, at)
        elif move == "reopened":
            reopenings.append(Reopening(at, None))
            if solves:
                solves[-1] = solves[-1]._replace(reopened_at=at)
    return Life(
        _tiled(created_at, initial, precision, turns),
        moves,
        solves,
        reopenings,
        turns[-1].now if turns else initial,
        standing.merged_at,
        standing.deleted_at,
        standing.closed_at,
        standing.is_spam,
    )


def _turns(standing: Standing, initial: str, steps: Sequence[Step]) -> Iterator[Turn]:
    merge_at = next((step.at for step in reversed(steps) if step.kind == "merge"), None)
    spam_at = next((step.at for step in reversed(steps) if step.kind == "spam"), None)
    shown = initial
    is_inside = initial in UNSOLVED
    for step in steps:
        at = step.at
        now = standing.take(step)
        if now == shown:
            continue
        move = ""
        if is_inside and now not in UNSOLVED:
            if standing.merged_at is not None or (merge_at is not None and 0 <= merge_at - at <= SAME_DEED_S):
                move = "merged"
            elif standing.is_spam or (now == "deleted" and spam_at is not None and abs(spam_at - at) <= SAME_DEED_S):
                move = "spam"
            else:
                move = "deleted" if now == "deleted" else "solved"
        elif not is_inside and now in UNSOLVED:
            move = "reopened" if step.kind == "status" and shown in DONE else "recovered"
        is_inside = now in UNSOLVED
        shown = now
        yield Turn(at, now, move, step.actor_uid, step.precision)


def _tiled(created_at: int, initial: str, precision: str, turns: Sequence[Turn]) -> list[Interval]:
    """Intervals without gap or overlap; of several turns within a second the last one shows."""
    intervals: list[Interval] = []
    shown, since = initial, created_at
    for turn in turns:
        if turn.at > since:
            intervals.append((shown, since, turn.at, precision))
            since = turn.at
        elif intervals and intervals[-1][0] == turn.now:
            since = intervals.pop()[1]
        shown, precision = turn.now, turn.precision
    intervals.append((shown, since, None, precision))
    return intervals
