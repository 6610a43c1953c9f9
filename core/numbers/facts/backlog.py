"""The backlog: each entry and exit as a move, and the unsolved stretches that a snapshot at any moment counts."""

from collections.abc import Callable, Sequence

from core.numbers.facts.life import UNSOLVED, Life
from core.numbers.facts.owners import Owner
from core.numbers.facts.staff import Staff
from core.numbers.facts.status import Row

DayOn = Callable[[int], str]


def move_rows(uid: str, dims: Row, life: Life, owners: Sequence[Owner], day_on: DayOn) -> list[Row]:
    """Rows of backlog_moves. While a ticket is in the backlog, a change of team is an exit from one and an entry to the
    other, so that the identity of the backlog card holds for each team too."""
    source, brand, _, *rest = dims
    moves: list[tuple[int, str, int, str | None]] = [
        (at, kind, delta, _team_at(owners, at)) for at, kind, delta in life.moves
    ]
    if len(owners) > 1:
        for (_, old, _, _), (_, new, at, _) in zip(owners, owners[1:], strict=False):
            if old != new and _inside(life, at):
                moves += [(at, "team_out", -1, old), (at, "team_in", 1, new)]
        moves.sort(key=lambda move: move[0])
    return [
        (uid, seq, source, brand, team, *rest, at, day_on(at), kind, delta)
        for seq, (at, kind, delta, team) in enumerate(moves)
    ]


def _team_at(owners: Sequence[Owner], at: int) -> str | None:
    if len(owners) > 1:
        for _, team, since, to in owners:
            if since <= at and (to is None or at < to):
                return team
    return owners[0][1]


def _inside(life: Life, at: int) -> bool:
    """Whether the ticket was in the backlog before the moment and still is after it."""
    return sum(delta for moved_at, _, delta in life.moves if moved_at < at) == 1 and (
        sum(delta for moved_at, _, delta in life.moves if moved_at <= at) == 1
    )


def span_rows(
    uid: str,
    dims: Row,
    created_at: int,
    life: Life,
    owners: Sequence[Owner],
    asked: Sequence[int],
    replied_at: int | None,
    staff: Staff,
    day_on: DayOn,
) -> list[Row]:
    """Rows of backlog_spans: cut where status, owner or the customer's last message changes."""
    source, brand, _, *rest = dims
    made: list[Row] = []
    reopenings = [reopening.at for reopening in life.reopenings]
    # A message that comes with its change of status in the same second makes no cut of its own.
    for category, since, to, _ in life.intervals:
        if category not in UNSOLVED:
            continue
        reopened_at = next((at for at in reversed(reopenings) if at <= since), None)
        cuts = [since]
        cuts += [at for _, _, at, _ in owners[1:] if at > since and (to is None or at < to)]
        cuts += [at for at in asked if at > since and (to is None or at < to)]
        if len(cuts) > 1:
            cuts = sorted(set(cuts))
        for place, begin in enumerate(cuts):
            end = cuts[place + 1] if place + 1 < len(cuts) else to
            agent, team = next((agent, team) for agent, team, _, until in owners if until is None or begin < until)
            asked_at = None
            for at in asked:
                if at > begin:
                    break
                asked_at = at
            made.append(
                (
                    uid, len(made), source, brand, team, *rest, created_at, category, begin, end, day_on(begin),
                    None if end is None else day_on(end), replied_at, 0 if agent is not None and staff.is_person(agent)
                    else 1, asked_at, reopened_at,
                )
            )  # fmt: skip
    return made
