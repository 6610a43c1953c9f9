"""What customers say and do away from tickets and queues: surveys after calls, recommendation, effort, self-service."""

from collections.abc import Iterator
from datetime import date, timedelta

from core.sandbox.dice import Dice
from core.sandbox.hours import days, local_at, local_date
from core.sandbox.inputs.sheet import DESK, PHONE, Sheet, phone_agent, weeks
from core.sandbox.names import BAD, GOOD
from core.sandbox.rows import iso
from core.sandbox.truth import Call, Leg
from core.sandbox.world import World

HOUR = 3_600
# So many of those asked by text message after a call answer, and so many of all calls were about one first contact.
ANSWERS, RESTLESS = 0.14, 0.055
NPS_A_WEEK, CES_A_WEEK, FCR_A_WEEK = 42, 34, 34
TOLD_FCR = {"yes": 76.0, "no": 24.0}
GREETING_S = 14
ARTICLES = {"delivery times": 190, "pairing the device": 140, "returns": 95}


def score_of_five(dice: Dice, satisfied: float) -> int:
    """4 or 5 with the chance of being satisfied, else less."""
    return dice.pick((4, 5, 5)) if dice.chance(satisfied) else dice.pick((1, 2, 3))


def customer_sheets(world: World) -> Iterator[Sheet]:
    """Files of what customers say and do."""
    yield Sheet("csat after calls", "id call_id agent_id channel rated_at score comment", list(_after_calls(world)))
    yield from _weekly(world)
    columns = "day kind item sessions completions helpful not_helpful greeting_s"
    yield Sheet("self_service", columns, list(_self_service(world)))
    yield Sheet("customer_base", "day segment active_customers orders", list(_customer_base(world)))


def answered(call: Call) -> Leg | None:
    """The visit of a call that was answered last."""
    return next((leg for leg in reversed(call.legs) if leg.outcome == "answered"), None)


def _after_calls(world: World) -> Iterator[tuple[object, ...]]:
    planted, dice = world.story.planted, Dice(world.seed, "csat after calls")
    for number, call in enumerate(world.calls):
        leg = answered(call)
        if leg is None or not dice.chance(ANSWERS):
            continue
        day_on = local_date(call.arrived_at)
        satisfied = planted.patient - RESTLESS * planted.unrest(world.seed, day_on)
        satisfied -= planted.careless if planted.is_hasty(day_on) else 0.0
        score, rated_at = score_of_five(dice, satisfied), leg.ended_at + dice.between(60, 5 * HOUR)
        words = dice.pick(GOOD if score > 3 else BAD) if dice.chance(0.1) else ""
        if rated_at <= world.until:
            call_id, agent_id = f"@{PHONE}:{call.id}", phone_agent(leg.agent)
            yield f"c{number}", call_id, agent_id, "sms", iso(rated_at), score, words


def _weekly(world: World) -> Iterator[Sheet]:
    dice = Dice(world.seed, "weekly surveys")
    heard: dict[str, list[tuple[str, int, object]]] = {"nps": [], "ces": [], "fcr": []}
    calls = [(call.arrived_at, call.id) for call in world.calls if answered(call)]
    people = [person for person in world.people if person.role == "end-user"]
    tickets = [ticket for ticket in world.tickets if ticket.kind in ("mail", "chat", "web")]
    for monday in weeks(world):
        first_at, last_at = local_at(monday), local_at(monday + timedelta(days=7))
        for _ in range(round(NPS_A_WEEK * min(1.0, world.scale * 3))):
            at = dice.between(first_at + 9 * HOUR, last_at)
            score = dice.weighted({10: 24, 9: 27, 8: 19, 7: 11, 6: 7, 5: 4, 4: 2, 2: 3, 0: 3})
            heard["nps"].append((f"@{DESK}:{dice.pick(people).id}", at, score))
        lately = [one for one in tickets if first_at <= one.created_at < last_at]
        for ticket in dice.sample(lately, min(len(lately), CES_A_WEEK)):
            at = ticket.created_at + dice.between(2 * 24 * HOUR, 4 * 24 * HOUR)
            score = dice.weighted({7: 30, 6: 29, 5: 18, 4: 10, 3: 7, 2: 4, 1: 2})
            heard["ces"].append((f"@{DESK}:{ticket.id}", at, score))
        spoken = [(at, call_id) for at, call_id in calls if first_at <= at < last_at]
        for at, call_id in dice.sample(spoken, min(len(spoken), FCR_A_WEEK)):
            heard["fcr"].append((f"@{PHONE}:{call_id}", at + dice.between(HOUR, 48 * HOUR), dice.weighted(TOLD_FCR)))
    for kind, about in (("nps", "customer_id"), ("ces", "ticket_id"), ("fcr", "call_id")):
        rows = [
            (f"{kind}{number}", uid, iso(at), score)
            for number, (uid, at, score) in enumerate(heard[kind])
            if at <= world.until
        ]
        yield Sheet(kind, f"id {about} rated_at score", rows)


def _self_service(world: World) -> Iterator[tuple[object, ...]]:
    for day_on in days(world.story.start_on, world.story.last_on):
        dice = Dice(world.seed, "self-service", day_on)
        busy = world.scale * world.story.surge(day_on) * (0.55 if day_on.weekday() > 4 else 1.0)
        for article, usual in ARTICLES.items():
            read = dice.poisson(usual * busy)
            voted = dice.poisson(read * 0.06)
            helpful = round(voted * (0.74 + 0.1 * dice.random()))
            yield day_on, "faq", article, read, round(read * 0.11), helpful, voted - helpful, ""
        seen, asked = dice.poisson(150 * busy), dice.poisson(22 * busy)
        yield day_on, "portal", "my orders", seen, round(seen * 0.24), "", "", ""
        yield day_on, "bot", "website", asked, round(asked * 0.35), "", "", ""
        if day_on.weekday() < 5:
            called = dice.poisson(34 * busy)
            yield day_on, "ivr", "Nord 0800", called, round(called * 0.13), "", "", GREETING_S
        if day_on.weekday() == 2:
            yield day_on, "notice", "delivery delayed", dice.poisson(240 * busy), "", "", "", ""


def _customer_base(world: World) -> Iterator[tuple[object, ...]]:
    for place, monday in enumerate(weeks(world)):
        yield _first(world, monday), "private", 31_000 + 95 * place, 3_900 + 12 * place
        yield _first(world, monday), "business", 2_600 + 7 * place, 820 + 3 * place


def _first(world: World, monday: date) -> date:
    return max(monday, world.story.start_on)
