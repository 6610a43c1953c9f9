"""Who was to work when, who was missing, and how long those worked of whom no telephone tells.

The plan is the contract's and the roster's at once, but on days of leave: then it is the contract's alone.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from core.sandbox import names
from core.sandbox.dice import Dice
from core.sandbox.hours import days, local_at
from core.sandbox.inputs.sheet import Sheet, desk_agent, phone_agent
from core.sandbox.roster import Agent, roster
from core.sandbox.rows import iso
from core.sandbox.world import World

HOUR, MINUTE = 3_600, 60
DAY_S, BREAK_S = 8 * HOUR, 1_800
# Shift plans are kept since then; times at work were always.
PLANNED_FROM = date(2026, 7, 20)
OPENS_MIN = 480
# The roster is written a week ahead.
AHEAD_DAYS = 7
STAFF = tuple(name for name, _ in names.AGENTS)
# How likely an illness begins on a day, and how long it takes.
ILL, ILL_DAYS = 0.014, (1, 4)
LEAVE_DAYS = 12
LATE = 0.06
# Lent to another department since the telephone is told to be quick: the same work for fewer people.
LENT = frozenset({"Milan Horvat", "Ute Siebert", "Ruth Andersen", "Henrik Paulsen"})
PLANNED = "agent_id day_on planned_start_at planned_end_at planned_s activity kind"


def shift_sheets(world: World) -> Iterator[Sheet]:
    """Files of shifts, absences and times at work."""
    plans: list[tuple[Any, ...]] = []
    missing: list[tuple[Any, ...]] = []
    worked: list[tuple[Any, ...]] = []
    ill = _spells(world)
    last_on = world.story.last_on
    for day_on in days(world.story.start_on, last_on + timedelta(days=AHEAD_DAYS)):
        if world.story.is_closed(day_on) or day_on.weekday() == 6:
            continue
        midnight = local_at(day_on)
        # Of days to come only the plan is known.
        absent, there_s = (missing, worked) if day_on <= last_on else ([], [])
        spoken = roster(Dice(world.seed, "phone", day_on), world.story, day_on, midnight, world.scale)
        for place, agent in enumerate(spoken, 1):
            _phone(world, day_on, midnight, (place, agent), plans, absent)
        if day_on.weekday() < 5:
            there = {agent.name for agent in spoken}
            for name in STAFF:
                if name not in there and not (name in LENT and world.story.planted.is_hasty(day_on)):
                    _desk(world, day_on, midnight, name, ill, (plans, absent, there_s))
    kept = [[row for row in rows if row[1] >= PLANNED_FROM] for rows in (plans, missing)]
    yield Sheet("shifts", PLANNED, kept[0])
    yield Sheet("absences", "agent_id day_on lost_s reason is_planned", kept[1])
    yield Sheet("attendance", "agent_id day_on worked_s", worked)


def _phone(
    world: World,
    day_on: date,
    midnight: int,
    seat: tuple[int, Agent],
    plans: list[tuple[Any, ...]],
    missing: list[tuple[Any, ...]],
) -> None:
    """Somebody at the telephone: the shift with its lunch; times at work are those of the telephone's states."""
    place, agent = seat
    uid, first_at, last_at = phone_agent(agent.name), _quarter(agent.in_at), _quarter(agent.out_at)
    if day_on == world.story.bad_day_on and last_at < midnight + 11 * HOUR:
        last_at = first_at + DAY_S
        lost_s = last_at - _quarter(agent.out_at)
        missing.append((uid, day_on, lost_s, "sick", "no"))
    lunch_at = next((at for at, _, reason in agent.pauses if reason == "Lunch"), None)
    if lunch_at is None:
        plans.append((uid, day_on, iso(first_at), iso(last_at), last_at - first_at, "contacts", ""))
        return
    lunch_at = midnight + (11 * 60 + 45 + (place % 3) * 35) * MINUTE
    for activity, begin, end in (
        ("contacts", first_at, lunch_at), ("break", lunch_at, lunch_at + BREAK_S),
        ("contacts", lunch_at + BREAK_S, last_at),
    ):  # fmt: skip
        plans.append((uid, day_on, iso(begin), iso(end), end - begin, activity, ""))


def _quarter(at: int) -> int:
    """The nearest quarter of an hour, as plans are made."""
    return (at + 450) // 900 * 900


def _desk(
    world: World,
    day_on: date,
    midnight: int,
    name: str,
    ill: dict[str, set[date]],
    lists: tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], list[tuple[Any, ...]]],
) -> None:
    """Somebody who answers in writing: eight hours, ill or on leave at times."""
    plans, missing, worked = lists
    dice, uid = Dice(world.seed, "desk day", name, day_on), desk_agent(name)
    begin = midnight + (OPENS_MIN + 30 * (hash_of(name) % 3)) * MINUTE
    if day_on in _leave(world, name):
        plans.append((uid, day_on, "", "", DAY_S, "contacts", "contracted"))
        missing.append((uid, day_on, DAY_S, "leave", "yes"))
        return
    plans.append((uid, day_on, iso(begin), iso(begin + DAY_S), DAY_S, "contacts", ""))
    if day_on in ill[name]:
        missing.append((uid, day_on, DAY_S, "sick", "no"))
        return
    worked_s = DAY_S + round(8 * MINUTE * dice.normal())
    if dice.chance(LATE):
        late_s = dice.between(10, 50) * MINUTE
        missing.append((uid, day_on, late_s, "late", "no"))
        worked_s = DAY_S - late_s
    elif world.story.surge(day_on) > 1.15:
        worked_s += dice.between(20, 80) * MINUTE
    worked.append((uid, day_on, worked_s))


def hash_of(name: str) -> int:
    """A number of a name, the same everywhere."""
    return sum(name.encode())


def _leave(world: World, name: str) -> set[date]:
    """Two weeks in summer, and some days in October."""
    first_on = world.story.start_on + timedelta(days=35 + 7 * (hash_of(name) % 9))
    more_on = date(2026, 10, 5) + timedelta(days=7 * (hash_of(name) % 4))
    return {*days(first_on, first_on + timedelta(days=LEAVE_DAYS - 1)), more_on, more_on + timedelta(days=1)}


def _spells(world: World) -> dict[str, set[date]]:
    found: dict[str, set[date]] = {}
    for name in STAFF:
        dice = Dice(world.seed, "illness", name)
        found[name] = set()
        for day_on in days(world.story.start_on, world.story.last_on):
            if dice.chance(ILL):
                found[name] |= set(days(day_on, day_on + timedelta(days=dice.between(*ILL_DAYS) - 1)))
    return found
