"""Inbound contacts of customers over all channels: which were first, which were repeats (first contact resolution)."""

from collections.abc import Iterator, Sequence

from core.clock import DAY_S
from core.numbers.facts.status import Row

# Places in a row of contact_facts; from IS_FIRST on it depends on the person's other contacts.
KIND, UID, PERSON, REASON, HANDLED_BY, HAPPENED_AT = 0, 1, 2, 7, 9, 10
IS_ATTEMPT, IS_ELIGIBLE, IS_RESOLVED, IS_FIRST, CAUSED_REPEAT = 15, 16, 17, 18, 21


def contact_row(
    kind: str,
    uid: str,
    person_uid: str | None,
    place: tuple[str, str | None, str | None, str | None],
    what: tuple[str | None, str | None, str | None],
    happened_at: int,
    day_on: str,
    window_days: int,
    *,
    is_stockout: bool,
    is_attempt: bool,
    is_eligible: bool,
    is_resolved: bool,
) -> Row:
    """A contact as if it were its person's only one.

    ``place`` is source, channel, team, queue, ``what`` reason, customer type and handled_by. An attempt (a call that
    nobody answered) repeats others and is repeated by none; one that is not eligible can be no first contact.
    """
    is_first = is_eligible and person_uid is not None
    return (
        kind, uid, person_uid, place[0], place[1], place[2], place[3], what[0], what[1], what[2], happened_at, day_on,
        happened_at + window_days * DAY_S, int(what[0] is not None), int(is_stockout), int(is_attempt),
        int(is_eligible), int(is_resolved), int(is_first), int(is_resolved) if is_first else None, 0, 0, None,
    )  # fmt: skip


def related(contacts: Sequence[Row], window_days: int) -> list[Row]:
    """The contacts of one person, in the order of their time, each with what the others make of it.

    Two contacts are about the same where their reasons are equal or one of them is unknown (variant any_reason).
    """
    window_s = window_days * DAY_S
    made: list[Row] = []
    for place, row in enumerate(contacts):
        before = list(_near(contacts, place, -1, window_s))
        is_first = row[IS_ELIGIBLE] and row[PERSON] is not None and not any(other[IS_ELIGIBLE] for other in before)
        is_repeat = any(not other[IS_ATTEMPT] for other in before)
        repeat = None if row[IS_ATTEMPT] else next(_near(contacts, place, 1, window_s), None)
        resolved = int(bool(row[IS_RESOLVED]) and repeat is None) if is_first else None
        found = (int(bool(is_first)), resolved, int(is_repeat), int(repeat is not None), repeat and repeat[UID])
        made.append((*row[:IS_FIRST], *found))
    return made


def _near(contacts: Sequence[Row], place: int, step: int, window_s: int) -> Iterator[Row]:
    """The contacts before (-1) or after (1) one that may be about the same, nearest first."""
    row = contacts[place]
    at: int = row[HAPPENED_AT]
    other_place = place + step
    while 0 <= other_place < len(contacts):
        other = contacts[other_place]
        if abs(other[HAPPENED_AT] - at) > window_s:
            return
        if row[REASON] is None or other[REASON] is None or row[REASON] == other[REASON]:
            yield other
        other_place += step
