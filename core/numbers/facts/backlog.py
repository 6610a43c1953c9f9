"""The backlog: each entry and exit as a move, and the unsolved stretches that a snapshot at any moment counts."""

from collections.abc import Sequence

from core.numbers.facts.ground import DayOn
from core.numbers.facts.life import UNSOLVED, Life
from core.numbers.facts.owners import Owner
from core.numbers.facts.staff import Staff
from core.numbers.facts.status import Row


def move_rows(uid: str, dims: Row, life: Life, owners: Sequence[Owner], day_on: DayOn) -> list[Row]:
    """Rows of backlog_moves. While a ticket is in the backlog, a change of team is an exit from one and an entry to the
    other, so that the identity of the backlog card holds for each team too."""
    source, brand, rest = dims[0], dims[1], dims[3:]
    made: list[Row] = []

    def move(at: int, kind: str, delta: int, team: str | None) -> None:
        made.append((uid, len(made), source, brand, team, *rest, at, day_on(at), kind, delta))

    team = owners[0][1]
    later = iter(owners[1:])
    following = next(later, None)
    is_inside = False
    for at, kind, delta in (*life.moves, END):
        while following is not None and following[2] <= at:
            if is_inside and following[1] != team:
                move(following[2], "team_out", -1, team)
                move(following[2], "team_in", 1, following[1])
            team = following[1]
            following = next(later, None)
        if delta:
            move(at, kind, delta, team)
            is_inside = delta > 0
    return made


END = (1 << 62, "", 0)


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
    source, brand, rest = dims[0], dims[1], (*dims[3:], created_at)
    made: list[Row] = []
    reopenings = [reopening.at for reopening in life.reopenings] if life.reopenings else ()
    owner_place = asked_place = 0
    owner_count, asked_count = len(owners), len(asked)
    for category, since, to, _ in life.intervals:
        if category not in UNSOLVED:
            continue
        reopened_at = next((at for at in reversed(reopenings) if at <= since), None)
        cuts = [since]
        if owner_count > 1:
            cuts += [at for _, _, at, _ in owners if at > since and (to is None or at < to)]
        cuts += [at for at in asked if at > since and (to is None or at < to)]
        if len(cuts) > 1:
            cuts = sorted(set(cuts))
        last = len(cuts) - 1
        begin_on = day_on(since)
        for place, begin in enumerate(cuts):
            end = to if place == last else cuts[place + 1]
            end_on = None if end is None else day_on(end)
            while owner_place + 1 < owner_count and owners[owner_place + 1][2] <= begin:
                owner_place += 1
            while asked_place < asked_count and asked[asked_place] <= begin:
                asked_place += 1
            agent, team, _, _ = owners[owner_place]
            made.append(
                (
                    uid, len(made), source, brand, team, *rest, category, begin, end, begin_on, end_on,
                    replied_at, 0 if agent is not None and staff.is_person(agent) else 1,
                    asked[asked_place - 1] if asked_place else None, reopened_at,
                )
            )  # fmt: skip
            if end_on is not None:
                begin_on = end_on
    return made
