"""Who is staff and in which role at a moment, and who acted or wrote when the source does not say."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core.numbers.facts.rows import EventRow

# Roles of persons; all but a light agent answer customers. A shared log-in is a person whose name we do not know.
PEOPLE = frozenset({"agent", "lead", "admin", "shared", "light"})
MACHINES: Mapping[str, str] = {"bot": "bot", "automation": "automation", "system": "automation"}


class Member(NamedTuple):
    """An agent now, and before: (from_at, to_at, role), role None where he was no staff."""

    role: str
    is_human: bool
    source: str
    contracted_s_per_week: int | None
    history: tuple[tuple[int, int | None, str | None], ...] = ()

    def role_at(self, at: int) -> str | None:
        """The role at a moment; that of today where the history does not reach."""
        for from_at, to_at, role in self.history:
            if from_at <= at and (to_at is None or at < to_at):
                return self._person_or_bot(role)
        return self._person_or_bot(self.role)

    def _person_or_bot(self, role: str | None) -> str | None:
        return role if role is None or self.is_human or role == "shared" else "bot"


@dataclass(frozen=True, slots=True)
class Staff:
    """Agents by uid, and of the others seen in this batch those that are customers.

    ``steady`` has the role of those whose role never changed, which spares a look at their history."""

    members: Mapping[str, Member]
    customers: Collection[str] = ()
    steady: Mapping[str, str | None] = field(default_factory=dict)

    def among(self, customers: Collection[str]) -> "Staff":
        """The same staff beside other customers."""
        return Staff(self.members, customers, self.steady)

    def with_owners(self, events: Sequence[EventRow]) -> "Staff":
        """The same staff and those who once had this ticket but are no staff today: only an agent can have one."""
        former = {
            new_value
            for _, kind, _, _, new_value, _, _, _ in events
            if kind == "assignee" and new_value is not None and new_value not in self.members
        }
        return (
            self
            if not former
            else Staff(self.members, self.customers, {**self.steady, **dict.fromkeys(former, "agent")})
        )

    def role_at(self, uid: str, at: int) -> str | None:
        """The role of somebody at a moment; None if he was no staff then."""
        role = self.steady.get(uid)
        if role is not None:
            return role
        member = self.members.get(uid)
        return None if member is None else member.role_at(at)

    def is_person(self, uid: str) -> bool:
        """Whether an assignee is one person: somebody unknown is taken for one, a bot or a shared log-in is none."""
        member = self.members.get(uid)
        return member is None or (member.is_human and member.role not in ("bot", "shared"))

    def actor(self, uid: str | None, kind: str, requester_uid: str | None, at: int) -> str:
        """human, customer, bot, automation or unknown: the source's word, else what the person's row tells."""
        if kind in MACHINES:
            return MACHINES[kind]
        if uid is not None and uid == requester_uid:
            return "customer"
        if kind != "unknown":
            return kind
        if uid is None:
            return "unknown"
        role = self.role_at(uid, at)
        if role is not None:
            return "bot" if role == "bot" else "human"
        return "customer" if uid in self.members or uid in self.customers else "unknown"


def load_staff(db: sqlite3.Connection) -> Staff:
    """All agents with their roles."""
    members = _members(db)
    return Staff(members, steady={uid: member.role_at(0) for uid, member in members.items() if not member.history})


def _members(db: sqlite3.Connection) -> dict[str, Member]:
    histories: dict[str, list[tuple[int, int | None, str | None]]] = {}
    for uid, from_at, to_at, role in db.execute(
        "select agent_uid, from_at, to_at, role from agent_roles order by agent_uid, from_at"
    ):
        histories.setdefault(uid, []).append((from_at, to_at, role))
    return {
        uid: Member(role, bool(is_human), source, contracted, _closed(histories.get(uid, ())))
        for uid, role, is_human, source, contracted in db.execute(
            "select uid, role, is_human, source, contracted_s_per_week from agents"
        )
    }


def _closed(
    history: Sequence[tuple[int, int | None, str | None]],
) -> tuple[tuple[int, int | None, str | None], ...]:
    """A role without an end ends where the next one begins."""
    ends = [*(row[0] for row in history[1:]), None][: len(history)]
    return tuple(
        (from_at, to_at if to_at is not None else end, role)
        for (from_at, to_at, role), end in zip(history, ends, strict=True)
    )
