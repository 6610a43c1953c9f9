"""A partner's hotline in the north, known by its call list and its surveys: callers who wait long for second level."""

from collections.abc import Iterator
from datetime import date

from core.sandbox.dice import Dice
from core.sandbox.hours import local_at
from core.sandbox.inputs.customers import score_of_five
from core.sandbox.inputs.sheet import PHONE, Sheet, phone_agent, working_days
from core.sandbox.names import BAD, GOOD
from core.sandbox.planted import KNEE_S
from core.sandbox.rows import iso
from core.sandbox.world import World

HOUR = 3_600
QUEUE, LINE = "Service Nord", "Nord 0800"
CREW = tuple(f"Nord {number}" for number in range(1, 4))
A_DAY, ANSWERS, CREW_S = 34, 0.4, 8 * HOUR
BY_HOUR = {8: 3.0, 9: 5.0, 10: 6.0, 11: 5.0, 12: 3.0, 13: 4.0, 14: 5.0, 15: 4.0, 16: 3.0}
EXITS = {"queue": 75.0, "zero_out": 6.0, "contained": 13.0, "abandon": 5.0, "": 1.0}
CALL = (
    "id direction line_id customer_phone arrived_at enqueued_at ended_at ivr_s ivr_steps ivr_exit outcome queue_id "
    "agent_id wait_s talk_s hold_s acw_s charge currency"
)
CALL_BACK = "id direction arrived_at ended_at outcome agent_id talk_s callback_of_id"


def partner_sheets(world: World) -> Iterator[Sheet]:
    """The call list and the survey that follows it."""
    calls: list[tuple[object, ...]] = []
    said: list[tuple[object, ...]] = []
    for day_on in working_days(world):
        _day(world, day_on, calls, said)
    yield Sheet("calls nord", CALL, calls)
    yield Sheet("calls back", CALL_BACK, list(_call_backs(world)))
    yield Sheet("csat nord", "id call_id agent_id channel rated_at score comment", said)
    there = [(name, day_on, CREW_S) for day_on in working_days(world) for name in CREW]
    yield Sheet("attendance nord", "agent_id day_on worked_s", there)
    yield Sheet("lines", "name queue_id is_toll_free", [(LINE, QUEUE, "yes")])


def _day(world: World, day_on: date, calls: list[tuple[object, ...]], said: list[tuple[object, ...]]) -> None:
    dice, planted = Dice(world.seed, "partner", day_on), world.story.planted
    known = [person.phone for person in world.people[-400:] if person.phone]
    for _ in range(dice.poisson(A_DAY * min(1.0, 3 * world.scale) * planted.calls_by_weather(day_on))):
        arrived_at = local_at(day_on) + dice.weighted(BY_HOUR) * HOUR + dice.between(0, HOUR - 1)
        way, menu_s, steps = dice.weighted(EXITS), dice.between(14, 60), dice.between(1, 3)
        phone = dice.pick(known) if known and dice.chance(0.6) else ""
        head = (f"n{len(calls)}", "inbound", LINE, phone, iso(arrived_at))
        menu = (menu_s, steps, way)
        tail: tuple[object, ...]
        if not way:
            calls.append((*head, "", iso(arrived_at + 2), "", "", "", "blocked", *[""] * 6, "0.00", "EUR"))
            continue
        if way in ("contained", "abandon"):
            tail = ("abandoned_ivr", "", "", "", "", "", "", "0.02", "EUR")
            calls.append((*head, "", iso(arrived_at + menu_s), *menu, *tail))
            continue
        enqueued_at = arrived_at + menu_s
        wait_s = round(dice.lognormal(*((420, 0.5) if dice.chance(0.2) else (25, 0.8))))
        patience_s = round(dice.lognormal(1_100, 0.7))
        charge = f"{0.02 + 0.011 * (min(wait_s, patience_s) + 180) / 60:.2f}"
        if patience_s < wait_s:
            tail = ("abandoned", QUEUE, "", patience_s, "", "", "", charge, "EUR")
            calls.append((*head, iso(enqueued_at), iso(enqueued_at + patience_s), *menu, *tail))
            continue
        talk_s, hold_s = round(dice.lognormal(260, 0.6)), dice.between(15, 120) if dice.chance(0.27) else 0
        ended_at, agent = enqueued_at + wait_s + talk_s + hold_s, dice.pick(CREW)
        tail = ("answered", QUEUE, agent, wait_s, talk_s, hold_s, dice.between(15, 90), charge, "EUR")
        calls.append((*head, iso(enqueued_at), iso(ended_at), *menu, *tail))
        if dice.chance(ANSWERS):
            score = score_of_five(dice, planted.impatient if wait_s > KNEE_S else planted.patient)
            words = dice.pick(GOOD if score > 3 else BAD) if dice.chance(0.1) else ""
            rated_at = ended_at + dice.between(60, 2 * HOUR)
            said.append((f"n{len(said)}", head[0], agent, "ivr", iso(rated_at), score, words))


def _call_backs(world: World) -> Iterator[tuple[object, ...]]:
    """The dialler's list of those who had asked the telephone's queues for a call back."""
    for line in world.queue_lines:
        uid, _, agent, event, *data = line.text.split("|")
        if event == "OUTCALL":
            outcome = "answered" if data[0] == "ANSWER" else "no_answer"
            begun_at, asked = line.at - int(data[1]) - 15, data[2].removeprefix("callback=")
            head = (uid, "outbound", iso(begun_at), iso(line.at), outcome)
            yield (*head, phone_agent(agent), data[1] if data[1] != "0" else "", f"@{PHONE}:{asked}")
