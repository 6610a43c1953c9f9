"""The telephone day by day: callers arrive, wait, lose patience; agents ring, talk, wrap up and take breaks."""

from collections import deque
from datetime import date
from heapq import heappop, heappush

from core.sandbox.dice import Dice
from core.sandbox.people import Customers
from core.sandbox.roster import HOUR, QUEUES, Agent, roster
from core.sandbox.story import CALLS_BY_HOUR, WEEKDAY, Story
from core.sandbox.truth import Call, Leg, LogLine

TALK_MEDIAN_S = {"Hotline DE": 235.0, "Hotline EN": 250.0, "VIP": 280.0}
TIMEOUT_S = 420
WRAP_UP = "Wrap-up"


class Waiting:
    """A caller in a queue."""

    __slots__ = (
        "at",
        "caller",
        "callid",
        "customer",
        "legs",
        "order",
        "patience_s",
        "position",
        "queue",
        "ringing",
        "wish_s",
    )

    def __init__(self, callid: str, queue: str, at: int, caller: str, customer: int | None) -> None:
        self.callid, self.queue, self.at, self.caller, self.customer = callid, queue, at, caller, customer
        self.legs: list[Leg] = []
        self.patience_s = self.wish_s = self.position = self.order = 0
        self.ringing = ""


class PhoneDay:
    """One day's telephone traffic, played event by event."""

    def __init__(self, dice: Dice, story: Story, day_on: date, midnight: int, unrest: float) -> None:
        self.dice, self.story, self.day_on, self.midnight, self.unrest = dice, story, day_on, midnight, unrest
        self.heap: list[tuple[int, int, str, Waiting | Agent, int]] = []
        self.serial = 0
        self.lines: list[LogLine] = []
        self.calls: list[Call] = []
        self.waiting: dict[str, deque[Waiting]] = {queue: deque() for queue in QUEUES}
        self.agents: list[Agent] = []
        self.channel = 0

    def log(self, at: int, callid: str, queue: str, agent: str, event: str, *data: object) -> None:
        """A line as Asterisk writes it: the pipe after the event stays even without data."""
        self.lines.append(LogLine(at, f"{callid}|{queue}|{agent}|{event}|{'|'.join(map(str, data))}"))

    def later(self, at: int, what: str, who: Waiting | Agent, more: int = 0) -> None:
        """Something that will happen to someone."""
        self.serial += 1
        heappush(self.heap, (at, self.serial, what, who, more))

    def new_id(self, at: int) -> str:
        """A channel's unique id."""
        self.channel += 2
        return f"pbx-{at}.{self.channel}"

    def play(self) -> None:
        """Runs the day from the first log-in to the last call's end."""
        while self.heap:
            at, _, what, who, more = heappop(self.heap)
            if isinstance(who, Agent):
                self._agent_event(at, what, who, more)
            else:
                self._caller_event(at, what, who, more)

    def _agent_event(self, at: int, what: str, agent: Agent, more: int) -> None:
        match what:
            case "in":
                agent.state, agent.free_since = "free", at
                for queue in agent.queues:
                    self.log(at, "CLI", queue, agent.name, "ADDMEMBER", "")
            case "out" if agent.state in ("free", "paused"):
                if agent.state == "paused":
                    self._unpause(at, agent)
                agent.state = "out"
                for queue in agent.queues:
                    self.log(at, "CLI", queue, agent.name, "REMOVEMEMBER", "")
            case "out":
                self.later(at + 20, "out", agent)
            case "pause" if agent.state == "free":
                _, length, reason = agent.pauses[more]
                self._pause(at, agent, reason)
                self.later(at + length, "back", agent)
            case "pause" if agent.state != "out":
                self.later(at + 30, "pause", agent, more)
            case "wrap" if self.dice.chance(0.85):
                # Asterisk has no event for after-call work; sites log it as a pause with a reason.
                self._pause(at, agent, WRAP_UP)
                self.later(at + self.dice.between(18, 110), "back", agent)
            case "wrap":
                agent.state, agent.free_since = "free", at
            case "back" if agent.state == "paused":
                self._unpause(at, agent)
                agent.state, agent.free_since = "free", at
        self._serve(at)

    def _pause(self, at: int, agent: Agent, reason: str) -> None:
        agent.state, agent.paused = "paused", reason
        self.log(at, "NONE", "NONE", agent.name, "PAUSEALL", reason)
        for queue in agent.queues:
            self.log(at, "NONE", queue, agent.name, "PAUSE", reason)

    def _unpause(self, at: int, agent: Agent) -> None:
        self.log(at, "NONE", "NONE", agent.name, "UNPAUSEALL", "")
        for queue in agent.queues:
            self.log(at, "NONE", queue, agent.name, "UNPAUSE", "")
        agent.paused = ""

    def _caller_event(self, at: int, what: str, caller: Waiting, more: int) -> None:
        dice = self.dice
        match what:
            case "arrive":
                self._enter(at, caller)
            case "gone" if more == caller.order and caller in self.waiting[caller.queue]:
                self._leave(at, caller, "abandoned")
            case "wish" if more == caller.order and caller in self.waiting[caller.queue] and not caller.ringing:
                self._leave(at, caller, "callback")
            case "timeout" if more == caller.order and caller in self.waiting[caller.queue] and not caller.ringing:
                self._leave(at, caller, "timeout")
            case "answer" if more == caller.order and caller in self.waiting[caller.queue]:
                self._connect(at, caller)
            case "noanswer" if more == caller.order and caller in self.waiting[caller.queue]:
                agent = self._named(caller.ringing)
                self.log(at, caller.callid, caller.queue, agent.name, "RINGNOANSWER", dice.between(14_800, 15_200))
                caller.ringing = ""
                self._pause(at, agent, "Auto-Pause")
                self.later(at + dice.between(40, 240), "back", agent)
        self._serve(at)

    def _named(self, name: str) -> Agent:
        return next(agent for agent in self.agents if agent.name == name)

    def _enter(self, at: int, caller: Waiting) -> None:
        dice, line = self.dice, self.waiting[caller.queue]
        caller.order += 1
        caller.at, caller.position = at, len(line) + 1
        caller.patience_s = max(2, round(dice.lognormal(135, 0.85))) if not dice.chance(0.012) else dice.between(2, 5)
        self.log(at, caller.callid, caller.queue, "NONE", "ENTERQUEUE", "", caller.caller, caller.position)
        if not any(caller.queue in agent.queues and agent.state != "out" for agent in self.agents):
            line.append(caller)
            self._leave(at + 1, caller, "empty")
            return
        line.append(caller)
        self.later(at + caller.patience_s, "gone", caller, caller.order)
        if dice.chance(0.12):
            self.later(at + dice.between(50, 140), "wish", caller, caller.order)
        self.later(at + TIMEOUT_S, "timeout", caller, caller.order)

    def _leave(self, at: int, caller: Waiting, outcome: str) -> None:
        line = self.waiting[caller.queue]
        position, wait_s = line.index(caller) + 1, at - caller.at
        line.remove(caller)
        if caller.ringing:
            agent = self._named(caller.ringing)
            self.log(at, caller.callid, caller.queue, agent.name, "RINGCANCELED", self.dice.between(300, 6_000))
            agent.state, agent.free_since, caller.ringing = "free", at, ""
        place = (position, caller.position, wait_s)
        match outcome:
            case "abandoned":
                self.log(at, caller.callid, caller.queue, "NONE", "ABANDON", *place)
            case "timeout":
                self.log(at, caller.callid, caller.queue, "NONE", "EXITWITHTIMEOUT", *place)
            case "empty":
                self.log(at, caller.callid, caller.queue, "NONE", "EXITEMPTY", *place)
            case _:
                self.log(at, caller.callid, caller.queue, "NONE", "EXITWITHKEY", 1, *place)
                self._call_back(at, caller)
        self._leg(caller, Leg(caller.queue, caller.at, at, wait_s, outcome), last=True)

    def _call_back(self, at: int, caller: Waiting) -> None:
        """A wish for a call back is met later by somebody of the queue, nearly always with success."""
        crew = [agent for agent in self.agents if caller.queue in agent.queues and agent.out_at > at + 1_200]
        if crew:
            agent, talk_s = self.dice.pick(crew), self.dice.between(60, 420)
            ended_at = at + self.dice.between(700, 5_400) + talk_s
            status = "ANSWER" if self.dice.chance(0.85) else "NOANSWER"
            talked = talk_s if status == "ANSWER" else 0
            self.log(
                ended_at,
                self.new_id(at),
                caller.queue,
                agent.name,
                "OUTCALL",
                status,
                talked,
                f"callback={caller.callid}",
            )

    def _leg(self, caller: Waiting, leg: Leg, *, last: bool) -> None:
        caller.legs.append(leg)
        if last:
            first = caller.legs[0].enqueued_at
            self.calls.append(Call(caller.callid, first, caller.caller, caller.customer, tuple(caller.legs)))

    def _serve(self, at: int) -> None:
        """Every free agent gets the caller who waited longest in the first of the agent's queues that has one."""
        for agent in sorted((agent for agent in self.agents if agent.state == "free"), key=lambda one: one.free_since):
            for queue in agent.queues:
                caller = next((one for one in self.waiting[queue] if not one.ringing), None)
                if caller:
                    agent.state, caller.ringing = "ringing", agent.name
                    slow = self.dice.chance(0.035)
                    ring_s = 15 if slow else self.dice.between(2, 7)
                    self.later(at + ring_s, "noanswer" if slow else "answer", caller, caller.order)
                    break

    def _connect(self, at: int, caller: Waiting) -> None:
        dice, agent = self.dice, self._named(caller.ringing)
        line = self.waiting[caller.queue]
        line.remove(caller)
        wait_s = at - caller.at
        ring_s = min(wait_s, dice.between(2, 7))
        self.log(at, caller.callid, caller.queue, agent.name, "CONNECT", wait_s, self.new_id(at), ring_s)
        hour = (at - self.midnight) / HOUR
        harder = 1.45 if self.day_on == self.story.bad_day_on and 9.5 <= hour < 12 else 1.0
        harder *= self.story.planted.haste if self.story.planted.is_hasty(self.day_on) else 1.0
        talk_s = max(8, round(dice.lognormal(TALK_MEDIAN_S[caller.queue] * harder, 0.6)))
        ended_at, tail = at + talk_s, (wait_s, talk_s, caller.position)
        caller.ringing, agent.state = "", "talk"
        chance = (0.10 if self.story.surge(self.day_on) > 1.1 else 0.085) + 0.028 * self.unrest
        transfer = ""
        if dice.chance(chance) and len(caller.legs) < 2:
            transfer = dice.weighted({"blind": 3.0, "bridge": 3.0, "link": 1.0, "external": 1.5})
        self._hang_up(ended_at, caller, agent, transfer, tail)
        to_queue = transfer in ("blind", "bridge", "link")
        leg = Leg(caller.queue, caller.at, ended_at, wait_s, "answered", agent.name, at, ring_s, talk_s, transfer)
        self._leg(caller, leg, last=not to_queue)
        if to_queue:
            caller.queue = dice.pick([queue for queue in QUEUES if queue != caller.queue])
            caller.order += 1
            self.later(ended_at + 1, "arrive", caller)
        self.later(ended_at, "wrap", agent)

    def _hang_up(self, at: int, caller: Waiting, agent: Agent, transfer: str, tail: tuple[int, int, int]) -> None:
        where = (caller.callid, caller.queue, agent.name)
        match transfer:
            case "blind":
                self.log(at, *where, "BLINDTRANSFER", "602", "from-queue", *tail)
            case "external":
                self.log(at, *where, "BLINDTRANSFER", "0305550199", "from-internal", *tail)
            case "bridge":
                self.log(at, *where, "ATTENDEDTRANSFER", "BRIDGE", f"b-{caller.callid}", *tail)
            case "link":
                names_ = (f"PJSIP/{agent.name.split()[0]}-01", "PJSIP/602-02")
                self.log(at, *where, "ATTENDEDTRANSFER", "LINK", *names_, *tail)
            case _:
                self.log(at, *where, "COMPLETECALLER" if self.dice.chance(0.62) else "COMPLETEAGENT", *tail)


def caller_number(dice: Dice, phone: str | None) -> str:
    """A number as a telephone system hands it on: with or without country code, or withheld."""
    if phone is None:
        if dice.chance(0.2):
            return "anonymous"
        return f"0{dice.pick(('30', '40', '89', '151', '176'))}{dice.between(2_000_000, 9_999_999)}"
    return dice.weighted({phone: 4.0, "0" + phone[3:]: 4.0, "00" + phone[1:]: 2.0})


def play_day(
    seed: int, story: Story, day_on: date, midnight: int, scale: float, customers: Customers
) -> tuple[list[Call], list[LogLine]]:
    """The calls of a local day, by arrival, and the log lines, by time."""
    dice = Dice(seed, "phone", day_on)
    if story.is_closed(day_on) or day_on.weekday() == 6:
        return [], []
    saturday = day_on.weekday() == 5
    day = PhoneDay(dice, story, day_on, midnight, story.planted.unrest(seed, day_on))
    day.channel = day_on.toordinal() % 1_000 * 3_000
    day.agents = roster(dice, story, day_on, midnight, scale)
    for agent in day.agents:
        day.later(agent.in_at, "in", agent)
        day.later(agent.out_at, "out", agent)
        for number, pause in enumerate(agent.pauses):
            day.later(pause[0], "pause", agent, number)
    level = 37.0 if saturday else 158.0 * (0.55 + 0.45 * WEEKDAY[day_on.weekday()])
    by_hour = {hour: float(weight) for hour, weight in enumerate(CALLS_BY_HOUR) if not saturday or 10 <= hour < 14}
    bad = day_on == story.bad_day_on
    level *= 1.18 if bad else story.planted.calls_by_weather(day_on)
    for _ in range(dice.poisson(level * scale * (0.5 + 0.5 * story.surge(day_on)))):
        at = midnight + dice.weighted(by_hour) * HOUR + dice.between(0, HOUR - 1)
        person = customers.people[int(dice.random() * customers.known)] if dice.chance(0.72) else None
        vip = person is not None and "vip" in person.tags
        short = bad and 10 * HOUR <= at - midnight < 12 * HOUR
        queue = "VIP" if vip else dice.weighted(QUEUES | ({"Hotline DE": 150.0} if short else {}))
        phone = person.phone if person else None
        known = person.id if person and phone else None
        day.later(at, "arrive", Waiting(day.new_id(at), queue, at, caller_number(dice, phone), known))
    day.play()
    if day_on.weekday() == 0:
        day.log(midnight + 6 * HOUR, "NONE", "NONE", "NONE", "QUEUESTART")
    if day_on.day == 1:
        day.log(midnight + 7 * HOUR, "NONE", "NONE", "NONE", "CONFIGRELOAD")
    day.lines.sort(key=lambda line: line.at)
    return sorted(day.calls, key=lambda call: call.arrived_at), day.lines
