"""The ways in which a conversation can go, and the organisation that has them."""

from collections.abc import Callable, Mapping
from uuid import UUID

from core.sandbox.dice import Dice
from core.sandbox.vendors.genesys_cloud.truth import DAY, HOUR, MINUTE, SECOND, Conversation, Session, iso

QUEUES = {
    "q-service": ("Service DE", 20_000),
    "q-billing": ("Billing", 30_000),
    "q-vip": ("VIP", 10_000),
    "q-old": ("Old hotline", None),
}
USERS = tuple(f"u-{number:02d}" for number in range(1, 9))
NAMES = ("Ada Kern", "Bo Lund", "Cem Ak", "Dora Veit", "Emil Roth", "Fay Osei", "Gus Hahn", "Hana Sato")
LINE = "tel:+493055507000"
CALLERS = tuple(f"+49305550{number:04d}" for number in range(8100, 8140))
OPENED = 20_755
"""The first day of the organisation, 2026-10-29, counted since 1970."""
SIP = "sip:ivr@vendor.example"


class Floor:
    """Who is free when; agents work from 07:00 to 15:00 UTC on weekdays and eat at eleven."""

    def __init__(self) -> None:
        self.busy_to: dict[str, int] = dict.fromkeys(USERS, 0)

    def free(self, at: int, *, besides: str | None = None) -> str | None:
        """The agent who has waited longest, or nobody."""
        able = [user for user in USERS if self.busy_to[user] <= at and user != besides and is_on_queue(user, at)]
        return min(able, key=lambda user: (self.busy_to[user], user), default=None)


def is_on_queue(user: str, at: int) -> bool:
    """Whether the agent takes calls then."""
    return any(begin <= at < end - 20 * MINUTE for word, begin, end in presences(user, at // DAY) if word == "ON_QUEUE")


def presences(user: str, day: int) -> list[tuple[str, int, int]]:
    """The presences of an agent on a day (counted since 1970): word, from, to."""
    if day < OPENED or is_weekend(day):
        return []
    at, number = day * DAY, USERS.index(user)
    edges = [
        ("AVAILABLE", 6 * HOUR + 55 * MINUTE + number * 1_370),
        ("ON_QUEUE", 7 * HOUR + number * 1_250),
        ("MEAL", 11 * HOUR + 30 * MINUTE + number * 61_000),
        ("ON_QUEUE", 12 * HOUR + number * 61_500),
        ("MEETING" if number % 2 else "TRAINING", 14 * HOUR),
        ("ON_QUEUE", 14 * HOUR + 30 * MINUTE),
        ("OFFLINE", 15 * HOUR + number * 2_400),
    ]
    ends = [begin for _, begin in edges[1:]]
    return [(word, at + begin, at + end) for (word, begin), end in zip(edges[:-1], ends, strict=True)]


def is_weekend(day: int) -> bool:
    """Whether a day (counted since 1970) is a Saturday or Sunday."""
    return (day + 3) % 7 >= 5


def _caller(made: Conversation, dice: Dice, at: int, end: int, disconnect: str) -> Session:
    number = "anonymous" if dice.chance(0.06) else f"tel:{dice.pick(CALLERS)}"
    caller = made.session("customer", ani=number, dnis=LINE)
    caller.segment("interact", at, end, disconnect=disconnect)
    return caller


def _ivr(made: Conversation, dice: Dice, at: int, disconnect: str = "transfer") -> int:
    end = at + dice.between(4_000, 31_000)
    ivr = made.session("ivr", ani=LINE, dnis=SIP)
    ivr.segment("ivr", at, end, disconnect=disconnect)
    ivr.figure("tIvr", end - at, end)
    return end


def _wait(made: Conversation, queue: str, at: int, end: int, figure: str, disconnect: str) -> Session:
    waiting = made.session("acd", dnis=LINE)
    waiting.segment("interact", at, end, queue=queue, disconnect=disconnect)
    waiting.figure("nOffered", 1, at)
    waiting.figure("tAcd", end - at, end)
    waiting.figure(figure, end - at, end)
    if figure == "tAbandon" and end - at < 5 * SECOND:
        waiting.figure("tShortAbandon", end - at, end)
    return waiting


def _ring(made: Conversation, queue: str | None, user: str, at: int, end: int) -> Session:
    agent = made.session("agent", user=user)
    agent.segment("alert", at, end, queue=queue)
    agent.figure("tAlert", end - at, end)
    return agent


def _talk(agent: Session, dice: Dice, queue: str | None, at: int, disconnect: str, floor: Floor) -> int:
    """Talk with perhaps a hold in it, then after-call work; returns when the talk ended."""
    talked, held, end = dice.between(20_000, 240_000), 0, at
    if dice.chance(0.25):
        held = dice.between(5_000, 40_000)
        agent.segment("interact", at, at + talked // 2, queue=queue)
        agent.segment("hold", at + talked // 2, at + talked // 2 + held, queue=queue)
        agent.figure("tHeld", held, at + talked // 2 + held)
        agent.segment("interact", at + talked // 2 + held, at + talked + held, queue=queue, disconnect=disconnect)
    else:
        agent.segment("interact", at, at + talked, queue=queue, disconnect=disconnect)
    end = at + talked + held
    agent.figure("nConnected", 1, at)
    agent.figure("tTalk", talked, end)
    agent.figure("tTalkComplete", talked, end)
    if held:
        agent.figure("tHeldComplete", held, end)
    work = dice.between(3_000, 60_000) if dice.chance(0.8) else 0
    if work:
        agent.segment("wrapup", end, end + work, queue=queue)
        agent.figure("tAcw", work, end + work)
    agent.figure("tHandle", talked + held + work, end + work)
    floor.busy_to[agent.user or ""] = end + work + SECOND
    return end


def _served(made: Conversation, dice: Dice, queue: str, at: int, disconnect: str, floor: Floor) -> tuple[int, str]:
    """Waits and is taken, perhaps by the second who was rung; or gives up where nobody is there."""
    user = floor.free(at)
    if user is None:
        end = at + dice.between(6_000, 90_000)
        _wait(made, queue, at, end, "tAbandon", "peer")
        return end, ""
    rung = at + dice.between(0, 25_000)
    if dice.chance(0.12) and (second := floor.free(rung, besides=user)) is not None:
        missed = _ring(made, queue, user, rung, rung + 12_345)
        missed.segments[-1].disconnect = "noAnswerTransfer"
        missed.figure("tNotResponding", 12_345, rung + 12_345)
        floor.busy_to[user] = rung + MINUTE
        user, rung = second, rung + 12_345
    taken = rung + dice.between(1_200, 9_000)
    _wait(made, queue, at, taken, "tAnswered", "transfer")
    end = _talk(_ring(made, queue, user, rung, taken), dice, queue, taken, disconnect, floor)
    return end, user


def answered(made: Conversation, dice: Dice, floor: Floor) -> None:
    """Voice menu, queue, agent."""
    at = _ivr(made, dice, made.begin)
    by_caller = dice.chance(0.7)
    made.end, user = _served(made, dice, _queue(dice), at, "peer" if by_caller else "client", floor)
    _caller(made, dice, made.begin, made.end, "endpoint" if by_caller or not user else "peer")
    if user and dice.chance(0.15):
        _surveyed(made, dice, user)


def _surveyed(made: Conversation, dice: Dice, user: str) -> None:
    at = iso(made.end + 20 * MINUTE)
    made.surveys.append(
        {
            "surveyId": f"s-{made.id}", "surveyStatus": "Finished", "surveyType": "Web", "userId": user,
            "eventTime": at, "surveyCompletedDate": at, "surveyPromoterScore": dice.between(0, 10),
            "oSurveyTotalScore": 80,
        }
    )  # fmt: skip


def lasting(made: Conversation, dice: Dice, floor: Floor) -> None:
    """A call of a quarter of an hour with a minute of work after it."""
    at = _ivr(made, dice, made.begin)
    user, taken = floor.free(at) or USERS[0], at + 7_890
    _wait(made, "q-service", at, taken, "tAnswered", "transfer")
    agent = _ring(made, "q-service", user, at + 2_000, taken)
    made.end = taken + 15 * MINUTE + 432
    agent.segment("interact", taken, made.end, queue="q-service", disconnect="peer")
    agent.segment("wrapup", made.end, made.end + MINUTE, queue="q-service")
    agent.figure("tTalkComplete", made.end - taken, made.end)
    agent.figure("tAcw", MINUTE, made.end + MINUTE)
    agent.figure("tHandle", made.end + MINUTE - taken, made.end + MINUTE)
    floor.busy_to[user] = made.end + MINUTE
    _caller(made, dice, made.begin, made.end, "endpoint")


def abandoned(made: Conversation, dice: Dice, _: Floor) -> None:
    """Gave up waiting, some after moments."""
    at = _ivr(made, dice, made.begin)
    made.end = at + (dice.between(900, 4_800) if dice.chance(0.4) else dice.between(8_000, 200_000))
    _wait(made, _queue(dice), at, made.end, "tAbandon", "peer")
    _caller(made, dice, made.begin, made.end, "endpoint")


def to_voicemail(made: Conversation, dice: Dice, _: Floor) -> None:
    """Sent from the queue to a voicemail box."""
    at = _ivr(made, dice, made.begin)
    left = at + dice.between(30_000, 90_000)
    _wait(made, "q-billing", at, left, "tFlowOut", "transfer")
    made.end = left + dice.between(8_000, 40_000)
    box = made.session("voicemail", ani=LINE)
    box.segment("voicemail", left, made.end, disconnect="peer")
    _caller(made, dice, made.begin, made.end, "endpoint")


def called_back(made: Conversation, dice: Dice, floor: Floor) -> None:
    """Asked to be called back, and was."""
    at = _ivr(made, dice, made.begin)
    left = at + dice.between(30_000, 90_000)
    _wait(made, "q-service", at, left, "tFlowOut", "transfer")
    caller = _caller(made, dice, made.begin, left + 4_000, "peer")
    asked = made.session("acd", medium="callback")
    asked.segment("interact", left, left + 6 * MINUTE, queue="q-service", disconnect="transfer")
    asked.figure("nOffered", 1, left)
    dialled = left + 6 * MINUTE
    user = floor.free(dialled)
    made.end = dialled
    if user is None:
        return
    agent = made.session("agent", user=user, direction="outbound", dnis=caller.ani)
    agent.segment("dialing", dialled, dialled + 7_000, queue="q-service")
    made.end = _talk(agent, dice, "q-service", dialled + 7_000, "client", floor)
    again = made.session("customer", direction="outbound", ani=LINE, dnis=caller.ani)
    again.segment("interact", dialled + 7_000, made.end, disconnect="peer")


def overflowed(made: Conversation, dice: Dice, floor: Floor) -> None:
    """Too long in one queue, then taken in another."""
    at = _ivr(made, dice, made.begin)
    left = at + 45_678
    _wait(made, "q-vip", at, left, "tFlowOut", "transfer")
    made.end, _ = _served(made, dice, "q-service", left, "peer", floor)
    _caller(made, dice, made.begin, made.end, "endpoint")


def transferred(made: Conversation, dice: Dice, floor: Floor) -> None:
    """Passed on blindly by one agent to another queue, and served there."""
    at = _ivr(made, dice, made.begin)
    end, user = _served(made, dice, "q-service", at, "transfer", floor)
    if user:
        agent = next(one for one in reversed(made.sessions) if one.user == user)
        agent.figure("nTransferred", 1, end)
        agent.figure("nBlindTransferred", 1, end)
        end, _ = _served(made, dice, "q-billing", end, "peer", floor)
    made.end = end
    _caller(made, dice, made.begin, made.end, "endpoint")


def consulted(made: Conversation, dice: Dice, floor: Floor) -> None:
    """One agent asks another during the call, who then is gone again."""
    at = _ivr(made, dice, made.begin)
    made.end, user = _served(made, dice, "q-billing", at, "peer", floor)
    _caller(made, dice, made.begin, made.end, "endpoint")
    first = next((one for one in made.sessions if one.user == user and user), None)
    other = floor.free(made.begin, besides=user)
    if first is None or other is None:
        return
    begun = next(one.begin for one in first.segments if one.kind == "interact")
    asked = made.session("agent", user=other)
    asked.segment("alert", begun + 2_000, begun + 4_000)
    asked.segment("interact", begun + 4_000, begun + 12_500, disconnect="peer")
    asked.figure("tTalkComplete", 8_500, begun + 12_500)
    asked.figure("tHandle", 8_500, begun + 12_500)
    floor.busy_to[other] = begun + 13_000


def in_menu(made: Conversation, dice: Dice, _: Floor) -> None:
    """Hung up in the voice menu, or was told there what was wanted."""
    made.self_served = dice.chance(0.5)
    made.end = _ivr(made, dice, made.begin, "client" if made.self_served else "peer")
    _caller(made, dice, made.begin, made.end, "peer" if made.self_served else "endpoint")


def dialled(made: Conversation, dice: Dice, floor: Floor) -> None:
    """An agent calls a customer, who may not answer."""
    made.direction = "outbound"
    user = floor.free(made.begin)
    number = f"tel:{dice.pick(CALLERS)}"
    made.end = made.begin + dice.between(9_000, 30_000)
    if user is None:
        user = USERS[0]
    agent = made.session("agent", user=user, direction="outbound", ani=LINE, dnis=number)
    agent.segment("dialing", made.begin, made.end)
    agent.figure("tDialing", made.end - made.begin, made.end)
    customer = made.session("customer", direction="outbound", ani=LINE, dnis=number)
    if dice.chance(0.6):
        begun = made.end
        made.end = _talk(agent, dice, None, begun, "client", floor)
        customer.segment("interact", begun, made.end, disconnect="peer")
    else:
        agent.segments[-1].disconnect = "client"
        customer.segment("dialing", made.begin, made.end, disconnect="peer")


def written(made: Conversation, dice: Dice, _: Floor) -> None:
    """A chat or a mail: no call at all."""
    medium = dice.pick(("chat", "email"))
    made.end = made.begin + dice.between(60_000, 900_000)
    waiting = made.session("acd", medium=medium)
    waiting.segment("interact", made.begin, made.begin + 20_000, queue="q-service", disconnect="transfer")
    waiting.figure("nOffered", 1, made.begin)
    agent = made.session("agent", medium=medium, user=dice.pick(USERS))
    agent.segment("interact", made.begin + 20_000, made.end, queue="q-service", disconnect="client")


def _queue(dice: Dice) -> str:
    return dice.weighted({"q-service": 6, "q-billing": 3, "q-vip": 1})


SCRIPTS: Mapping[Callable[[Conversation, Dice, Floor], None], float] = {
    answered: 50, abandoned: 12, to_voicemail: 4, called_back: 4, overflowed: 5, transferred: 6, consulted: 4,
    in_menu: 6, dialled: 9, written: 8,
}  # fmt: skip


def organisation(objects: int, now_at: int) -> list[Conversation]:
    """About so many conversations before a moment (epoch milliseconds), and as many an hour for a day after it."""
    dice, floor = Dice("genesys_cloud", objects), Floor()
    days = [day for day in range(OPENED, now_at // DAY + 2) if not is_weekend(day)]
    begins = []
    per_day = max(4, objects // 14)
    for day in days:
        opening = day * DAY + 7 * HOUR
        begins += [opening + int(8.2 * HOUR * dice.random()) for _ in range(per_day)]
    made = []
    # When the story begins to be told, one call is still on and of another only the after-call work.
    staged = {now_at - 4 * MINUTE: lasting, now_at - 15 * MINUTE - 40_000: lasting, now_at - 40 * MINUTE: written}
    begins += list(staged)
    for number, begin in enumerate(sorted(begins)):
        one = Conversation(str(UUID(int=0xC0DE << 96 | number + 1)), "", begin, begin)
        script = dice.weighted(SCRIPTS)
        script = staged.get(begin, script)
        one.kind = script.__name__
        script(one, dice, floor)
        made.append(one)
    return made
