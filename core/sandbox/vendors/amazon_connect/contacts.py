"""The calls of the imitation as they truly were: contacts with their moments, the same ones for the same number."""

from collections.abc import Sequence

from msgspec import Struct

from core.sandbox.dice import Dice

NUMBER = "+4930557{:05d}"
LINES = ("+498001234567", "+498007654321")
USERS = 12


class TrueContact(Struct):
    """What happened, whenever it is told; moments are epoch seconds."""

    id: str
    method: str
    started_at: int
    ended_at: int
    number: str
    line: str
    initial: str | None = None
    previous: str | None = None
    queue: str | None = None
    enqueued_at: int | None = None
    agent: str | None = None
    connected_at: int | None = None
    reached_at: int | None = None
    held_s: int = 0
    worked_until: int | None = None
    reason: str = "CUSTOMER_DISCONNECT"
    channel: str = "VOICE"


def make_call(number: int, at: int) -> list[TrueContact]:
    """The contacts of the call of this number, always the same ones."""
    dice = Dice("amazon_connect", number)
    caller, line = NUMBER.format(dice.between(0, 60)), dice.pick(LINES)
    name = f"c{number:06d}-0000-4000-8000-000000000000"
    queue, agent = f"q-{dice.between(0, 2)}", f"u-{dice.between(0, USERS - 2)}"
    in_menu, waited, talked = dice.between(5, 40), dice.between(1, 90), int(dice.lognormal(200, 0.6))
    kind = dice.weighted({"plain": 50, "left": 14, "menu": 8, "moved": 12, "back": 6, "out": 8, "heard": 2})
    if kind == "menu":
        return [TrueContact(name, "INBOUND", at, at + in_menu, caller, line, reached_at=at)]
    if kind == "out":
        rang, is_reached = dice.between(5, 25), dice.chance(0.7)
        end = at + rang + (talked if is_reached else 0)
        made = TrueContact(name, "OUTBOUND", at, end, caller, line, agent=agent, connected_at=at)
        made.reached_at, made.queue = at + rang if is_reached else None, queue
        made.reason = "AGENT_DISCONNECT" if is_reached else "OUTBOUND_DESTINATION_ENDPOINT_ERROR"
        made.worked_until = end + 30
        return [made]
    first = TrueContact(name, "INBOUND", at, 0, caller, line, queue=queue, enqueued_at=at + in_menu, reached_at=at)
    met_at = at + in_menu + waited
    if kind in ("left", "back"):
        first.ended_at = met_at
        if kind == "left":
            return [first]
        first.reason = "CONTACT_FLOW_DISCONNECT"
        back = TrueContact(f"b{name[1:]}", "CALLBACK", met_at, 0, caller, line, name, name, queue, met_at, agent)
        back.connected_at, back.reached_at = met_at + 400, met_at + 415
        back.ended_at = met_at + 415 + talked
        back.worked_until = back.ended_at + 20
        return [first, back]
    first.agent, first.connected_at, first.ended_at = agent, met_at, met_at + talked
    first.held_s = talked // 10 if dice.chance(0.3) else 0
    first.worked_until = first.ended_at + dice.between(5, 120)
    first.reason = dice.pick(("CUSTOMER_DISCONNECT", "AGENT_DISCONNECT"))
    if kind == "heard":
        begin = met_at + 5
        ear = TrueContact(f"m{name[1:]}", "MONITOR", begin, first.ended_at, caller, line, name, name, queue)
        ear.agent, ear.connected_at = "u-0", begin
        return [first, ear]
    if kind == "moved":
        other, waits, is_warm = f"q-{dice.between(0, 2)}", dice.between(2, 40), dice.chance(0.5)
        begin = first.ended_at - (waits + 10 if is_warm else 0)
        begin = max(begin, met_at + 1)
        then = TrueContact(f"t{name[1:]}", "TRANSFER", begin, 0, caller, line, name, name, other, begin)
        then.agent, then.connected_at = f"u-{dice.between(0, USERS - 2)}", begin + waits
        then.ended_at = begin + waits + dice.between(60, 400)
        then.worked_until = then.ended_at + 45
        first.reason = "AGENT_DISCONNECT"
        return [first, then]
    return [first]


def figure(name: str, contacts: Sequence[TrueContact]) -> float | None:
    """A metric of these contacts as Connect works it out; null where it cannot."""
    answered = [one for one in contacts if one.connected_at is not None and one.method in ("INBOUND", "TRANSFER")]
    left = [one for one in contacts if one.connected_at is None and one.reason == "CUSTOMER_DISCONNECT"]
    match name:
        case "CONTACTS_QUEUED":
            return len(contacts)
        case "CONTACTS_HANDLED":
            return len(answered)
        case "CONTACTS_ABANDONED":
            return len(left)
        case "AVG_QUEUE_ANSWER_TIME":
            waits = [(one.connected_at or 0) - (one.enqueued_at or 0) for one in answered]
            return sum(waits) / len(waits) if waits else None
        case "SERVICE_LEVEL":
            quick = [one for one in answered if (one.connected_at or 0) - (one.enqueued_at or 0) <= 20]
            return 100 * len(quick) / len(contacts) if contacts else None
        case "SUM_HOLD_TIME":
            return sum(one.held_s for one in answered)
        case "SUM_INTERACTION_TIME":
            return sum(one.ended_at - (one.connected_at or 0) - one.held_s for one in answered)
    return None
