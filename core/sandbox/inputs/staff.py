"""Who is employed, who came and went, what people were trained in, and how they like it."""

from collections.abc import Iterator
from datetime import date, timedelta

from core.sandbox.dice import Dice
from core.sandbox.hours import local_at
from core.sandbox.inputs.quality import TOPIC, TRAINED
from core.sandbox.inputs.sheet import Sheet, team
from core.sandbox.inputs.shifts import STAFF
from core.sandbox.names import AGENTS
from core.sandbox.rows import iso
from core.sandbox.world import World

HOUR, DAY = 3_600, 86_400
# Who left, after how many days of the story, and why; a position was opened for each soon after.
LEAVERS = (
    ("Bastian Krull", -190, "voluntary"), ("Mona Reuter", -120, "voluntary"), ("Ivo Lukić", -75, "involuntary"),
    ("Jule Hartwig", -20, "voluntary"), ("Selma Aydın", 22, "internal"), ("Nico Brehm", 63, "voluntary"),
    ("Tessa Wolff", 118, "voluntary"), ("Pavel Novak", 151, "end_of_project"),
)  # fmt: skip
# Positions by the day on which they were opened, the days until somebody began, and the days until that one left.
POSITIONS = (
    (-330, 48, None), (-300, 61, 55), (-270, 52, None), (-240, 70, None), (-210, 44, None), (-180, 58, None),
    (-150, 66, 80), (-120, 49, None), (-95, 63, None), (-70, 55, None), (-25, 72, None), (30, 51, None),
    (75, 68, None), (124, None, None), (157, None, None),
)  # fmt: skip
PULSE = 16
MODULES = ("Lumo Two", "Datenschutz", "Rückgaben")


def staff_sheets(world: World) -> Iterator[Sheet]:
    """Files of people, positions, trainings and staff surveys."""
    yield Sheet(
        "agents",
        "id name role hired_on left_on leave_reason contracted_h_per_week",
        list(_people(world.story.start_on)),
    )
    yield Sheet("hiring", "id opened_on start_on left_on stage position", list(_positions(world)))
    yield Sheet("trainings", "id agent_id topic held_on spent_h passed", list(_trainings(world)))
    yield Sheet("esat", "id team_id rated_at score", list(_pulse(world)))


def _people(start_on: date) -> Iterator[tuple[object, ...]]:
    for number, name in enumerate(STAFF):
        yield name, name, "agent", start_on - timedelta(days=420 + 83 * number), "", "", 40
    for number, (name, days, why) in enumerate(LEAVERS):
        hired_on, left_on = start_on - timedelta(days=500 + 61 * number), start_on + timedelta(days=days)
        yield name, name, "agent", hired_on, left_on, why, 40


def _positions(world: World) -> Iterator[tuple[object, ...]]:
    for number, (opened, until_start, until_left) in enumerate(POSITIONS):
        opened_on = world.story.start_on + timedelta(days=opened)
        start_on = opened_on + timedelta(days=until_start) if until_start is not None else None
        left_on = start_on + timedelta(days=until_left) if start_on and until_left is not None else None
        stage = "started" if start_on else "open"
        yield f"h{number}", opened_on, start_on or "", left_on or "", stage, f"agent {number}"


def _trainings(world: World) -> Iterator[tuple[object, ...]]:
    dice = Dice(world.seed, "trainings")
    for name in TRAINED:
        yield f"t-{name}", name, TOPIC, world.story.planted.training_on, 8, "yes"
    for number, topic in enumerate(MODULES):
        held_on = world.story.start_on + timedelta(days=24 + 56 * number)
        for name in STAFF:
            if held_on <= world.story.last_on and dice.chance(0.75):
                passed = "yes" if dice.chance(0.92) else "no"
                yield f"t{number}-{name}", name, topic, held_on, dice.pick((2, 3, 4)), passed


def _pulse(world: World) -> Iterator[tuple[object, ...]]:
    """A few words once a month, without names."""
    month_on = world.story.start_on.replace(day=1)
    while (month_on := (month_on + timedelta(days=32)).replace(day=1)) <= world.story.last_on:
        dice = Dice(world.seed, "pulse", month_on)
        for number in range(PULSE):
            at = local_at(month_on + timedelta(days=dice.between(2, 6)), 12 * 60) + dice.between(0, 4 * HOUR)
            group = dice.pick([groups[0] for _, groups in AGENTS])
            if at <= world.until:
                score = dice.weighted({5: 20, 4: 44, 3: 20, 2: 11, 1: 5})
                yield f"e{month_on}-{number}", team(group), iso(at), score
