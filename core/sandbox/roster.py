"""Who sits at the telephone on a day, for which queues, and when they pause."""

from datetime import date

from msgspec import Struct

from core.sandbox import names
from core.sandbox.dice import Dice
from core.sandbox.story import Story

HOUR = 3_600
QUEUES = {"Hotline DE": 60.0, "Hotline EN": 29.0, "VIP": 8.0}

Shift = tuple[int, int]


class Seat(Struct):
    """A place on the roster: who may sit there, which queues it serves, from and to which minute of the day."""

    queues: tuple[str, ...]
    shift: Shift
    crew: tuple[str, ...]


WEEKDAY_SEATS = (
    Seat(("Hotline DE",), (475, 990), ("Lena Brandt", "Tobias Keller", "Carla Busch")),
    Seat(("Hotline DE",), (480, 1020), ("Aylin Demir", "Marek Nowak", "Henrik Paulsen")),
    Seat(("Hotline DE",), (540, 1085), ("Robert Thiele", "Jannis Otto")),
    Seat(("Hotline DE",), (590, 930), ("Milan Horvat", "Ruth Andersen", "Ute Siebert")),
    Seat(("VIP", "Hotline EN"), (475, 990), ("Priya Raman", "Fatima El Amrani")),
    Seat(("Hotline EN", "VIP"), (475, 1085), ("Oliver Grant", "Sophie Lindner")),
    Seat(("VIP", "Hotline EN"), (540, 1085), ("Isabel Roth", "Daniel Ackermann", "Nina Vogt")),
)
SATURDAY_SEATS = (
    Seat(("Hotline DE", "VIP"), (595, 845), ("Lena Brandt", "Aylin Demir", "Robert Thiele")),
    Seat(("Hotline EN", "VIP"), (595, 845), ("Priya Raman", "Oliver Grant", "Isabel Roth")),
)


class Agent:
    """An agent on the telephone for a day."""

    __slots__ = ("free_since", "in_at", "name", "out_at", "paused", "pauses", "queues", "state")

    def __init__(self, name: str, queues: tuple[str, ...], in_at: int, out_at: int) -> None:
        self.name, self.queues, self.in_at, self.out_at = name, queues, in_at, out_at
        self.state, self.free_since, self.paused = "out", in_at, ""
        self.pauses: list[tuple[int, int, str]] = []


def roster(dice: Dice, story: Story, day_on: date, midnight: int, scale: float) -> list[Agent]:
    """Who is on the telephone that day; on the bad day two of three are missing at Hotline DE until noon."""
    seats = SATURDAY_SEATS if day_on.weekday() == 5 else WEEKDAY_SEATS
    bad, taken = day_on == story.bad_day_on, set[str]()
    agents: list[Agent] = []
    for seat in [seat for seat in seats for _ in range(max(1, round(scale)))]:
        from_min, to_min = seat.shift
        short = bad and seat.queues == ("Hotline DE",) and seat.shift != (475, 990)
        if short:
            from_min = 12 * 60 + 5
        crew = [name for name in seat.crew if name not in taken] or [
            name for name, _ in names.AGENTS if name not in taken
        ]
        name = dice.pick(crew) if crew else f"Aushilfe {len(agents) + 1}"
        taken.add(name)
        in_at = midnight + from_min * 60 + dice.between(-200, 240)
        agent = Agent(name, seat.queues, in_at, midnight + to_min * 60 + dice.between(0, 400))
        agents.append(agent)
        if short and seat.shift[0] < 9 * 60:
            # Went home ill before ten; the seat is taken again at noon.
            taken.add(ill := dice.pick([one for one in seat.crew if one not in taken] or [f"Aushilfe {len(agents)}"]))
            agents.append(Agent(ill, seat.queues, midnight + 8 * HOUR - 90, midnight + 10 * HOUR - 480))
        if day_on.weekday() < 5:
            plan_pauses(dice, agent, midnight, len(agents))
    return agents


def plan_pauses(dice: Dice, agent: Agent, midnight: int, number: int) -> None:
    """Lunch in turns, two short breaks, and quiet stretches given to tickets."""
    lunch = midnight + 11 * HOUR + 45 * 60 + (number % 3) * 35 * 60
    plan = [
        (lunch + dice.between(0, 300), dice.between(1_680, 1_980), "Lunch"),
        (midnight + 9 * HOUR + 40 * 60 + dice.between(0, 900), dice.between(480, 700), "Break"),
        (midnight + 15 * HOUR + 20 * 60 + number * 240 + dice.between(0, 900), dice.between(480, 700), "Break"),
    ]
    if number % 3 == 0:
        plan.append((midnight + 16 * HOUR + dice.between(0, 900), dice.between(1_200, 1_800), "Tickets"))
    if number % 3 == 2:
        plan.append((midnight + 14 * HOUR + dice.between(0, 600), dice.between(1_200, 1_800), "Tickets"))
    agent.pauses = [pause for pause in sorted(plan) if agent.in_at + 600 < pause[0] < agent.out_at - 1_800]
