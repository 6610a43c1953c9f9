"""An account that nobody has: people, groups, and tickets with all that ever happens to them, seeded."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from core.clock import DAY_S
from core.sandbox.dice import Dice

NOW = 1_790_000_000
"""Where the account's clock stands at first: 2026-09-21T14:13:20Z."""
HISTORY_S = 40 * DAY_S
AHEAD_S = 6 * DAY_S

BOT = 9_090
AGENTS = {9_001: "Ada Agent", 9_002: "Ben Berater", 9_003: "Chi Chef", BOT: "Robo Reply"}
GROUPS = {501: ("Support", (9_001, 9_002, BOT), 71), 502: ("Billing", (9_002, 9_003), 72)}
COMPANIES = {801: "Lumo GmbH", 802: "Nordwind AG"}
PRODUCTS = {61: "Lumo Home"}
STATUSES = {
    2: ("Open", "Being processed"),
    3: ("Pending", "Awaiting your reply"),
    4: ("Resolved", "This ticket has been resolved"),
    5: ("Closed", "This ticket has been closed"),
    6: ("Waiting on Customer", "Awaiting your reply"),
    7: ("Waiting on Third Party", "Being processed"),
    8: ("With the workshop", "Being processed"),
}
REASONS = ("Billing issue", "Broken device", "Question")
OPEN, PENDING, RESOLVED, CLOSED = 2, 3, 4, 5

DeedKind: TypeAlias = Literal[
    "status", "agent", "group", "priority", "reply", "customer", "note", "delete", "restore", "spam", "unspam"
]


@dataclass(frozen=True)
class Deed:
    """One thing that happens to a ticket; ``value``: the new status, agent, group or priority, or the writer."""

    at: int
    kind: DeedKind
    value: int = 0
    number: int = 0


@dataclass(frozen=True)
class Script:
    """A ticket from its creation on, with everything that ever happens to it in order of time."""

    id: int
    created_at: int
    requester_id: int
    source: int
    reason: str
    deeds: tuple[Deed, ...]
    rated: tuple[int, int] | None = None
    """When and how (±103) the customer rated."""
    booked_s: int = 0


@dataclass(frozen=True)
class Person:
    """A contact."""

    id: int
    name: str
    email: str
    phone: str
    created_at: int
    company_id: int | None = None
    deleted_at: int | None = None
    is_blocked: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """All that is and will be."""

    tickets: tuple[Script, ...]
    people: tuple[Person, ...]
    now_at: int = field(default=NOW)


def build_account(objects: int, *, seed: int = 7) -> Account:
    """An account with about so many tickets at first, more of them to come."""
    begun_at = NOW - HISTORY_S
    people = tuple(_person(number, begun_at, seed) for number in range(max(12, objects // 3)))
    # Of forty-six days six lie ahead.
    count = objects * (HISTORY_S + AHEAD_S) // HISTORY_S
    gap_s = HISTORY_S // max(1, objects)
    tickets = tuple(_script(number, begun_at + number * gap_s, people, seed) for number in range(count))
    return Account(tickets, people)


def _person(number: int, begun_at: int, seed: int) -> Person:
    dice = Dice(seed, "person", number)
    created_at = begun_at - dice.between(1, 300) * DAY_S
    return Person(
        id=70_001 + number,
        name=f"Person {number}",
        email=f"person{number}@customer.example",
        phone=f"+4930555{number:05d}",
        created_at=created_at,
        company_id=dice.pick((None, *COMPANIES)),
        deleted_at=NOW + 2 * DAY_S if number == 5 else NOW - 3 * DAY_S if number == 6 else None,
        is_blocked=number == 7,
        tags=("vip",) if number % 10 == 3 else (),
    )


def _script(number: int, created_at: int, people: tuple[Person, ...], seed: int) -> Script:
    dice = Dice(seed, "ticket", number)
    source = dice.weighted({1: 6, 2: 3, 3: 2, 7: 1, 10: 1, 15: 1})
    deeds: list[Deed] = []
    at = created_at
    talker = 9_001 + number % 3

    def then(kind: DeedKind, value: int = 0, *, after_s: int | None = None) -> None:
        nonlocal at
        at += dice.between(240, 6 * 3_600) if after_s is None else after_s
        deeds.append(Deed(at, kind, value, len(deeds)))

    if number % 17 == 4:
        then("spam")
        if number % 34 == 4:
            then("unspam", after_s=DAY_S)
        return Script(1_000 + number, created_at, people[number % len(people)].id, 1, REASONS[0], tuple(deeds))
    then("group", dice.pick(tuple(GROUPS)), after_s=dice.between(5, 60))
    then("agent", talker)
    then("reply", BOT if number % 9 == 0 else talker)
    if dice.chance(0.5):
        then("status", PENDING, after_s=1)
        then("customer")
        then("status", OPEN, after_s=2)
    if dice.chance(0.3):
        then("note", talker)
        then("group", 502, after_s=1)
        then("agent", 9_003)
        then("reply", 9_003)
    if dice.chance(0.15):
        then("status", 8)
    rated: tuple[int, int] | None = None
    if not dice.chance(0.1):
        then("reply", talker)
        then("status", RESOLVED, after_s=dice.between(0, 20))
        if dice.chance(0.3):
            rated = (at + dice.between(600, DAY_S), dice.pick((103, 102, 101, 100, -101, -103)))
        if dice.chance(0.25):
            then("customer")
            then("status", OPEN, after_s=1)
            then("reply", talker)
            then("status", RESOLVED, after_s=3)
        if dice.chance(0.6):
            then("status", CLOSED, after_s=2 * DAY_S)
    if number % 23 == 7:
        then("delete")
        if number % 46 == 7:
            then("restore", after_s=DAY_S)
    return Script(
        1_000 + number,
        created_at,
        people[number % len(people)].id,
        source,
        dice.pick(REASONS),
        tuple(deeds),
        rated,
        dice.between(2, 40) * 60 if dice.chance(0.4) else 0,
    )
