"""Who is appraised: persons over all their log-ins, with their team, and those who are new or came back (guard 6)."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal, TypeAlias

from core.clock import add_days
from core.numbers.inquiry import Inquiry

Apart: TypeAlias = Literal["", "new", "returning"]

NEW_DAYS = 90
# As long without a contact: an absence, not a holiday.
GAP_DAYS = 28
LOOK_BACK_DAYS = NEW_DAYS + GAP_DAYS + 63


@dataclass(frozen=True)
class Person:
    """One human, whatever log-ins; ``uid`` is the first of them. ``apart`` says why nobody compares them yet."""

    uid: str
    uids: tuple[str, ...]
    name: str
    team_uid: str | None
    apart: Apart = ""


PEOPLE = """
select a.uid, coalesce(a.name, a.uid), a.hired_on, (
    select t.team_uid from agent_teams t where t.agent_uid = a.uid and t.to_at is null
    order by coalesce(t.is_default, 0) desc, t.from_at desc limit 1
)
from agents a
where a.is_human = 1 and a.role not in ('bot', 'shared') and a.deleted_at is null
    and (a.left_on is null or a.left_on > ?)
order by a.uid
"""


def people_of(inquiry: Inquiry, to_on: str) -> list[Person]:
    """Everybody who may be appraised at the end of a day: no bots, no shared log-ins, nobody who has left."""
    human = {uid: group for group in inquiry.reporting.aliases for uid in group}
    rows = list(map(tuple, inquiry.db.execute(PEOPLE, (to_on,))))
    grouped: dict[str, list[tuple[str, str, str | None, str | None]]] = {}
    for row in rows:
        grouped.setdefault(human[row[0]][0] if row[0] in human else row[0], []).append(row)
    from_on = add_days(to_on, -LOOK_BACK_DAYS)
    days = _days_worked(inquiry.db, from_on, to_on)
    begun_on = min((some[0] for some in days.values()), default=from_on)
    made = []
    for uid, several in grouped.items():
        uids = tuple(dict.fromkeys((*(human.get(uid, ())), *(row[0] for row in several))))
        worked = sorted({day for each in uids for day in days.get(each, ())})
        hired_on = min((row[2] for row in several if row[2]), default=None)
        team = next((row[3] for row in several if row[3]), None)
        made.append(Person(uid, uids, several[0][1], team, apart_of(hired_on, worked, begun_on, to_on)))
    return sorted(made, key=lambda person: (person.name, person.uid))


def _days_worked(db: sqlite3.Connection, from_on: str, to_on: str) -> Mapping[str, Sequence[str]]:
    """The days on which each log-in handled something, oldest first."""
    found: dict[str, list[str]] = {}
    for uid, day_on in db.execute(
        "select agent_uid, day_on from handled_facts where day_on between ? and ? and agent_uid is not null "
        "group by agent_uid, day_on order by day_on",
        (from_on, to_on),
    ):
        found.setdefault(uid, []).append(day_on)
    return found


def apart_of(hired_on: str | None, worked: Sequence[str], begun_on: str, to_on: str) -> Apart:
    """new: hired, or first seen where that is not the beginning of the records, less than 90 days ago; returning: back
    from 28 days or more without a contact less than 90 days ago."""
    since = hired_on
    if since is None and worked and _days(begun_on, worked[0]) >= GAP_DAYS:
        since = worked[0]
    if since is not None and _days(since, to_on) < NEW_DAYS:
        return "new"
    back = [day for before, day in pairwise(worked) if _days(before, day) >= GAP_DAYS]
    return "returning" if back and _days(back[-1], to_on) < NEW_DAYS else ""


def _days(from_on: str, to_on: str) -> int:
    return (date.fromisoformat(to_on) - date.fromisoformat(from_on)).days
