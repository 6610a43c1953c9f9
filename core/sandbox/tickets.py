"""What customers write in a day, by which way, and who they are."""

from datetime import date

from core.sandbox import account
from core.sandbox.desk import HOUR, Desk
from core.sandbox.dice import Dice
from core.sandbox.kinds import chat, duplicate, junk, mail, outbound, phone, voicemail
from core.sandbox.story import CHAT_BY_HOUR, MAIL_BY_HOUR, WEEKDAY
from core.sandbox.truth import Call, Person

KINDS = {"mail": 46.0, "web": 17.0, "chat": 13.0, "bot": 12.0, "api": 4.0, "outbound": 3.0, "spam": 2.6, "deleted": 0.6}


def tickets_of_day(desk: Desk, day_on: date, midnight: int, calls: list[Call]) -> None:
    """All tickets that come into being on one local day."""
    dice = Dice(desk.seed, "tickets", day_on)
    level = 57.0 * desk.scale * WEEKDAY[day_on.weekday()] * desk.story.surge(day_on)
    if desk.story.is_closed(day_on):
        level *= 0.35
    seeds: list[tuple[int, int, str, Call | None]] = []
    for number in range(dice.poisson(level)):
        kind = dice.weighted(KINDS)
        by_hour = CHAT_BY_HOUR if kind in ("chat", "bot") else MAIL_BY_HOUR
        hour = dice.weighted(dict(enumerate(by_hour))) if kind != "outbound" else dice.between(9, 16)
        seeds.append((midnight + hour * HOUR + dice.between(0, HOUR - 1), number, kind, None))
    for number, call in enumerate(calls):
        last = call.legs[-1]
        if last.outcome == "answered" and dice.chance(0.085):
            seeds.append((last.answered_at + dice.between(20, 700), 10_000 + number, "phone", call))
        elif last.outcome == "timeout" and dice.chance(0.75):
            seeds.append((last.ended_at + dice.between(25, 90), 10_000 + number, "voicemail", call))
    for at, _, kind, caller in sorted(seeds, key=lambda seed: seed[:2]):
        one(desk, dice, at, "onbehalf" if kind == "web" and dice.chance(0.06) else kind, caller)


def one(desk: Desk, dice: Dice, at: int, kind: str, call: Call | None) -> None:
    """One ticket from its first word on."""
    person = who(desk, dice, at, kind, call)
    script = desk.open(dice, at, kind, person)
    if call:
        script.call_id = call.id
    match kind:
        case "spam" | "deleted":
            junk(desk, dice, script)
        case "chat" | "bot":
            chat(desk, dice, script, contained=kind == "bot")
        case "outbound":
            outbound(desk, dice, script)
        case "phone":
            phone(desk, dice, script, call)
        case "voicemail":
            voicemail(desk, dice, script, call)
        case _:
            mail(desk, dice, script)
    if kind == "mail" and dice.chance(0.035):
        duplicate(desk, dice, script, person)


def who(desk: Desk, dice: Dice, at: int, kind: str, call: Call | None) -> Person:
    """The customer behind a ticket."""
    if call and call.customer_id is not None:
        return desk.customers.people[call.customer_id - account.CUSTOMER_BASE]
    return desk.customers.someone(dice, at, 1.0 if kind == "spam" else 0.11)
