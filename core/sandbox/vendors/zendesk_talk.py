"""An imitation Zendesk Talk over real HTTP: exports that never say they are over, and agents as they stand now.

Calls end, are wrapped up and change once more when their figures are in; the rows of an export's last second come again
with each page that begins there. Legs of one call share one moment of change, as recorded ones do.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.clock import iso, utc
from core.sandbox.dice import Dice
from core.sandbox.faults import Page
from core.sandbox.imitation import Imitation
from core.sandbox.web import Reply, Request, Sandbox

EMAIL, TOKEN = "talk-bot@lumo.example", "talk-sandbox-token"
NUMBERS = ("+4930901820100", "+4930901820200", "+18005550100")
FORWARDED = "+4915112345678"
NOW = 1_795_003_200
ZONE = ZoneInfo("Europe/Berlin")
GROUPS = {501: "Hotline DE", 502: "Hotline EN", 503: "Billing"}
AGENTS = tuple(range(7001, 7013))
MOST = 1000
DAYS = 20
LATER_S = 2400
HOSTILE_TEXTS = (
    '=HYPERLINK("http://127.0.0.1:9","x")',
    "<script>alert(1)</script>",
    "\x1b[31mred \u0000",
    "a" * 60_000,
)
# How often each kind of call comes.
MIX = {
    "answered": 44.0, "rung_twice": 8.0, "warm": 4.0, "cold": 4.0, "consult": 3.0, "outside": 2.0, "queue": 10.0,
    "ivr": 4.0, "hung_up_on_voicemail": 2.0, "on_hold": 2.0, "voicemail": 4.0, "callback": 2.0, "overflow": 2.0,
    "closed": 3.0, "failed": 1.0, "dialled": 8.0, "not_reached": 3.0, "teleported": 1.0, "contained": 3.0,
}  # fmt: skip
OUTCOMES = {
    **dict.fromkeys(("answered", "rung_twice", "warm", "cold", "consult", "outside", "on_hold", "dialled"), "answered"),
    **dict.fromkeys(("queue", "hung_up_on_voicemail"), "abandoned"),
    "ivr": "abandoned_ivr", "voicemail": "voicemail", "callback": "callback", "overflow": "overflow_external",
    "closed": "out_of_hours", "failed": "failed", "not_reached": "no_answer", "teleported": None, "contained": None,
}  # fmt: skip
STATUS = {
    "queue": "abandoned_in_queue", "ivr": "abandoned_in_ivr", "hung_up_on_voicemail": "abandoned_in_voicemail",
    "on_hold": "abandoned_on_hold", "failed": "failed", "teleported": "teleported",
}  # fmt: skip
SPOKEN = frozenset(kind for kind, outcome in OUTCOMES.items() if outcome == "answered")
DIALLED = frozenset({"dialled", "not_reached"})

Row = dict[str, Any]


@dataclass
class Truth:
    """What happened in a call, whatever Talk shows of it by now."""

    id: int
    kind: str
    call: Row
    legs: list[Row]
    shown_at: int
    wrapped_at: int

    @property
    def outcome(self) -> str | None:
        """How it came out, in Deskpulse's words."""
        return OUTCOMES[self.kind]

    def rows(self, now_at: int) -> tuple[Row, list[Row]]:
        """The call and its legs as Talk shows them at a moment."""
        if now_at < self.shown_at:
            begun = {"id": self.id, "created_at": self.call["created_at"], "updated_at": self.call["created_at"]}
            return begun | {"direction": self.call["direction"], "completion_status": None, "duration": None}, []
        if now_at < self.wrapped_at:
            open_ = {"wrap_up_time": None, "updated_at": iso(self.shown_at)}
            return self.call | open_, [leg | open_ for leg in self.legs]
        return self.call, self.legs


class TalkSandbox(Sandbox):
    """One account with Talk; `gated` paths answer with the status given for them."""

    name = "zendesk_talk"

    def __init__(self, objects: int, *, now_at: int = NOW, most: int = MOST, seed: int = 7) -> None:
        self.now_at = now_at
        self.most = most
        self.made = Dice(seed, "talk")
        self.truth: list[Truth] = []
        self.numbers = [
            {"id": 901 + n, "number": number, "nickname": f"Line {n + 1}", "toll_free": number.startswith("+1800"),
             "brand_id": 77, "group_ids": [501] if n == 0 else [], "updated_at": iso(now_at - 90 * 86_400)}
            for n, number in enumerate(NUMBERS)
        ]  # fmt: skip
        self.is_spoilt = False
        self.gated: dict[str, int] = {}
        basic = b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
        self.keys = {f"Basic {basic}"}
        super().__init__(seed=seed)
        for place in range(objects):
            is_recent = place >= objects - max(6, objects // 20)
            age_s = self.made.between(60, LATER_S) if is_recent else DAYS * 86_400 * (objects - place) // objects
            self._add(place, now_at - age_s)

    def settings(self) -> Mapping[str, Any]:
        """What a source needs to reach this account."""
        return {
            "subdomain": "lumo", "email": EMAIL, "token": TOKEN, "exports_per_minute": 1_000_000, "base_url": self.url,
        }  # fmt: skip

    def change(self) -> None:
        """Forty minutes pass: calls end or are wrapped up, a tenth as many are new, a number is given back."""
        with self.lock:
            self.now_at += LATER_S
            count = len(self.truth)
            for place in range(count // 10 + 1):
                self._add(count + place, self.now_at - self.made.between(60, LATER_S))
            # The last number, to which nobody calls, is given back.
            del self.numbers[2:]
            for told in self.truth[:: max(1, count // 7)]:
                # Somebody ties an older call to another ticket.
                if told.wrapped_at <= self.now_at:
                    told.call |= {"ticket_id": 90_000 + told.id % 1000, "updated_at": iso(self.now_at - 30)}

    def spoil(self) -> None:
        """Hostile rows stand between the good ones of every list from now on."""
        self.is_spoilt = True

    def handle(self, request: Request) -> Reply:
        """The vendor's answer: log-in, then the address."""
        if request.headers.get("authorization") not in self.keys:
            return _error(401, "Couldn't authenticate you", "")
        path = request.path.removeprefix("/api/v2").removesuffix(".json").rstrip("/")
        for gate, status in self.gated.items():
            if path.startswith(gate):
                return _error(status, "Forbidden" if status == 403 else "RecordNotFound", "Talk is not enabled.")
        answer = self._answers().get(path)
        if answer is None:
            return _error(404, "InvalidEndpoint", "Not found")
        with self.lock:
            return answer(request)

    def repeat(self, kind: str, request: Request, page: Page) -> None:
        """An export that stays in the second it was asked from."""
        if kind in ("same_cursor", "stuck", "twice") and "end_time" in page:
            page["end_time"] = int(request.query.get("start_time", 0))

    def _answers(self) -> dict[str, Callable[[Request], Reply]]:
        voice = "/channels/voice"
        return {
            "/users/me": lambda _: Reply(page={"user": {"id": 1, "role": "admin", "time_zone": "Berlin"}}),
            "/groups": lambda request: _listed(
                request, "groups", [{"id": key, "name": name} for key, name in GROUPS.items()]
            ),
            f"{voice}/phone_numbers": lambda _: Reply(page=_whole("phone_numbers", self._mixed(self.numbers))),
            f"{voice}/stats/agents_activity": lambda _: Reply(page=_whole("agents_activity", self._agents())),
            f"{voice}/stats/account_overview": lambda _: Reply(page={"account_overview": self._overview()}),
            f"{voice}/stats/incremental/calls": lambda request: self._export(request, "calls"),
            f"{voice}/stats/incremental/legs": lambda request: self._export(request, "legs"),
        }

    def _export(self, request: Request, name: str) -> Reply:
        start = request.query.get("start_time", "")
        if not start.isdigit():
            return _error(400, "InvalidValue", "start_time is missing")
        since, most = int(start), min(self.most, int(request.query.get("limit", self.most)), MOST)
        shown = (told.rows(self.now_at) for told in self.truth if utc(told.call["created_at"]) <= self.now_at)
        rows = [row for call, legs in shown for row in ([call] if name == "calls" else legs)]
        due = sorted((utc(row["updated_at"]), row["id"], place) for place, row in enumerate(rows))
        found = [rows[place] for at, _, place in due if at >= since][:most]
        end = max((utc(row["updated_at"]) for row in found), default=since)
        link = f"{request.base}{request.path}?start_time={end}"
        return Reply(page={name: self._mixed(found), "count": len(found), "end_time": end, "next_page": link})

    def _mixed(self, rows: list[Row]) -> list[Any]:
        if not self.is_spoilt or not rows:
            return rows
        sane = rows[0]
        own = {"call_id": 990_000} if "call_id" in sane else {}
        worse: list[Any] = [
            {}, None, "not a row", {**sane, "id": None}, {**sane, **own, "id": 2**64, "updated_at": "yesterday"},
            {**sane, "id": 990_001, "created_at": 1_767_225_600_000, "updated_at": 1}, dict.fromkeys(sane),
            {**sane, **own, "id": 990_002, "duration": "long", "talk_time": [], "group_ids": "x", "toll_free": "maybe"},
            {**sane, **own, "id": 990_003, "created_at": "2999-01-01T00:00:00Z", "updated_at": "2999-01-01T00:00:00Z"},
        ]  # fmt: skip
        worse += [
            {**sane, **own, "id": 990_010 + n, "completion_status": text, "nickname": text, "type": text}
            for n, text in enumerate(HOSTILE_TEXTS)
        ]
        return [rows[0], *worse, *rows[1:]]

    def _agents(self) -> list[Row]:
        states = Dice("agents", self.now_at // 600)
        found = []
        for agent in AGENTS:
            state = states.weighted({"online": 6.0, "away": 1.0, "offline": 2.0, "transfers_only": 0.5})
            call = states.weighted({None: 3.0, "on_call": 2.0, "wrap_up": 0.5}) if state == "online" else None
            found.append({"agent_id": agent, "name": f"Agent {agent}", "agent_state": state, "call_status": call,
                          "forwarding_number": None, "online_time": 3600, "total_talk_time": 1200})  # fmt: skip
        return found

    def _overview(self) -> Row:
        today = datetime.fromtimestamp(self.now_at, ZONE).date()
        calls = [
            told.rows(self.now_at)[0]
            for told in self.truth
            if (at := utc(told.call["created_at"])) <= self.now_at and datetime.fromtimestamp(at, ZONE).date() == today
        ]
        inbound = [call for call in calls if call["direction"] == "inbound"]
        return {
            "current_timestamp": self.now_at,
            "total_calls": len(calls),
            "total_inbound_calls": len(inbound),
            "total_outbound_calls": len(calls) - len(inbound),
            "total_calls_abandoned_in_queue": sum(
                call["completion_status"] == "abandoned_in_queue" for call in inbound
            ),
            "total_voicemails": sum(bool(call.get("voicemail")) for call in inbound),
            "total_hold_time": sum(call.get("hold_time") or 0 for call in calls),
            "total_wrap_up_time": sum(call.get("wrap_up_time") or 0 for call in calls),
        }

    def _add(self, place: int, day_at: int) -> None:
        dice = self.made
        kind = "answered" if place == 0 else dice.weighted(MIX)
        at = day_at
        if at < self.now_at - 86_400:
            at = at // 86_400 * 86_400 + dice.between(7 * 3600, 17 * 3600)
        self.truth.append(_call(360_000_000_000 + place * 7, kind, at, dice))


def _call(native: int, kind: str, at: int, dice: Dice) -> Truth:
    """One call with its legs; figures of agents add up to those of the call."""
    is_out = kind in DIALLED
    menu = dice.between(4, 40) if not is_out and dice.chance(0.6) else None
    if kind in ("ivr", "contained"):
        menu = dice.between(10, 90)
    queued = kind in SPOKEN - DIALLED or kind in ("queue", "voicemail", "callback", "overflow", "hung_up_on_voicemail")
    wait = max(1, round(dice.lognormal(25, 0.9))) if queued else 0
    answer = (menu or 0) + wait if kind in SPOKEN else None
    legs, spoken = _legs(native, kind, at, wait, menu or 0, dice) if kind in SPOKEN or queued else ([], 0)
    talk, hold, wrap = (sum(leg[name] or 0 for leg in legs) for name in ("talk_time", "hold_time", "wrap_up_time"))
    duration = (menu or 0) + wait + spoken + (20 if kind in ("voicemail", "closed", "failed") else 0)
    ended_at = at + duration
    wrapped_at = ended_at + wrap + dice.between(60, 2400)
    by_group = dice.chance(0.9)
    call: Row = {
        "id": native, "created_at": iso(at), "updated_at": iso(wrapped_at), "agent_id": None, "call_charge": "0.012",
        "completion_status": STATUS.get(kind, "completed"), "direction": "outbound" if is_out else "inbound",
        "customer_id": 4000 + dice.between(0, 300) if dice.chance(0.9) else None,
        "ticket_id": native % 9973 if kind in SPOKEN else None, "duration": duration, "minutes_billed": duration // 60,
        "phone_number_id": 901 + dice.between(0, 1), "phone_number": NUMBERS[0], "hold_time": hold, "wait_time": wait,
        "call_group_id": dice.pick(tuple(GROUPS)) if by_group and not is_out else None, "wrap_up_time": wrap,
        "talk_time": talk if kind in SPOKEN else 0, "time_to_answer": answer, "ivr_time_spent": menu,
        "ivr_hops": None if menu is None else 1 + menu // 20, "voicemail": kind in ("voicemail", "closed"),
        "recording_time": 18 if kind in ("voicemail", "closed") else 0, "callback": kind == "callback",
        "callback_source": "queue" if kind == "callback" else None, "overflowed": kind == "overflow",
        "overflowed_to": FORWARDED if kind == "overflow" else None, "outside_business_hours": kind == "closed",
        "exceeded_queue_wait_time": kind == "overflow", "consultation_time": 30 if kind == "consult" else 0,
        "customer_requested_voicemail": False, "quality_issues": ["none"] if dice.chance(0.8) else ["high_jitter"],
    }  # fmt: skip
    agents = [leg for leg in legs if leg["type"] == "agent" and leg["talk_time"]]
    call["agent_id"] = agents[-1]["agent_id"] if agents else None
    for leg in legs:
        leg["updated_at"] = call["updated_at"]
    return Truth(native, kind, call, legs, ended_at, wrapped_at)


def _legs(native: int, kind: str, at: int, wait: int, menu: int, dice: Dice) -> tuple[list[Row], int]:
    """The legs of a call and the seconds between the answer and its end."""
    legs: list[Row] = []
    staff = dice.sample(AGENTS, 4)

    def leg(begun: int, **more: Any) -> Row:
        row: Row = {
            "id": native * 10 + len(legs), "call_id": native, "created_at": iso(begun), "type": "agent",
            "agent_id": 0, "user_id": 0, "completion_status": "completed", "duration": 0, "talk_time": None,
            "hold_time": None, "wrap_up_time": None, "consultation_time": None, "consultation_from": None,
            "consultation_to": None, "transferred_from": None, "transferred_to": None, "forwarded_to": None,
        }  # fmt: skip
        legs.append(row | more)
        return legs[-1]

    leg(at, type="customer", user_id=4001, agent_id=0, duration=wait)
    entered = at + menu
    if kind in ("queue", "rung_twice", "voicemail") and wait > 2:
        status = dice.pick(("agent_missed", "agent_declined", "agent_unreachable"))
        leg(entered, agent_id=staff[3], completion_status=status, duration=min(wait - 1, 15), talk_time=0)
    if kind not in SPOKEN:
        return legs, 0
    ring = 0 if kind == "dialled" else min(wait, dice.between(2, 8))
    begun, spoken = entered + wait - ring, 0
    count = 2 if kind in ("warm", "cold") else 1
    for part in range(count):
        talk, hold = dice.between(20, 400), dice.between(0, 60) if dice.chance(0.2) else 0
        row = leg(
            begun, agent_id=staff[part], talk_time=talk, hold_time=hold, wrap_up_time=dice.between(0, 90),
            duration=ring + talk + hold,
        )  # fmt: skip
        spoken += talk + hold + (0 if part == 0 else ring)
        begun, ring = begun + ring + talk + hold, 3
        if part:
            row["transferred_from"] = staff[0]
        elif count == 2:
            row["transferred_to"] = staff[1]
            row["consultation_to"] = staff[1] if kind == "warm" else None
    if kind == "consult":
        leg(begun - 10, agent_id=staff[2], consultation_from=staff[0], consultation_time=30, talk_time=0, duration=30)
    if kind == "outside":
        leg(begun, type="external", forwarded_to=FORWARDED, duration=60, talk_time=60)
    return legs, spoken


def _whole(name: str, rows: list[Any]) -> Page:
    """A list that comes whole."""
    return {name: rows, "count": len(rows), "next_page": None, "previous_page": None}


def _listed(request: Request, name: str, rows: list[Row]) -> Reply:
    """A page of a cursor list."""
    size, after = int(request.query.get("page[size]", 100)), int(request.query.get("page[after]") or 0)
    more = after + size < len(rows)
    meta = {"has_more": more, "after_cursor": str(after + size) if more else None}
    return Reply(page={name: rows[after : after + size], "meta": meta})


def _error(status: int, error: str, words: str) -> Reply:
    return Reply(status, msgspec.json.encode({"error": error, "description": words}))


@contextmanager
def start(objects: int) -> Iterator[TalkSandbox]:
    """An account with so many calls; small ones get small pages, as Zendesk's own are large."""
    server = TalkSandbox(objects, most=MOST if objects >= MOST else max(12, objects // 4))
    server.start()
    try:
        yield server
    finally:
        server.stop()


imitation = Imitation(
    connector="zendesk_talk",
    start=start,
    objects="calls",
    wrong={"token": "wrong"},
    secrets=(TOKEN, FORWARDED, *NUMBERS),
    # States and totals of the day are as seen at each look; a call under way is told in several versions.
    watched=frozenset({"agent_events", "agent_states", "call_events"}),
)
