"""An imitation Freshcaller over real HTTP: numbered pages, calls seen late, transfers as calls of their own.

Lists are newest first, so rows move to later pages while calls come in. Without `has_ancestry` the calls of transfers
are left out; the moment of creation is the only filter.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.clock import utc
from core.sandbox.dice import Dice
from core.sandbox.imitation import Imitation
from core.sandbox.web import Reply, Request, Sandbox

KEY = "freshcaller-sandbox-key"
NOW = 1_795_003_200
# Freshcaller tells moments with an offset and milliseconds.
ZONE = ZoneInfo("America/Sao_Paulo")
LINES = {49_373: "+551142001124", 49_374: "+551142009999"}
CALLERS = tuple(f"+55819{86_000_000 + n * 7_919}" for n in range(60))
QUEUES = {31: "Sales", 32: "Support", 33: "Second line"}
AGENTS = tuple(range(578_001, 578_011))
ROLES = ("Account Admin", "Supervisor", "Agent")
MOST = 1000
DAYS = 20
LATER_S = 1200
LATEST_S = 1500
HOSTILE_TEXTS = (
    '=HYPERLINK("http://127.0.0.1:9","x")',
    "<script>alert(1)</script>",
    "\x1b[31mred \u0000",
    "a" * 60_000,
)
MIX = {
    "answered": 46.0, "rung_twice": 8.0, "in_minutes": 2.0, "to_agent": 5.0, "to_queue": 4.0, "to_queue_lost": 2.0,
    "not_taken": 3.0, "queue": 10.0, "menu": 4.0, "contained": 3.0, "voicemail": 4.0, "blocked": 1.5, "failed": 1.5,
    "dialled": 8.0, "not_reached": 4.0, "unknown": 1.5,
}  # fmt: skip
OUTCOMES = {
    **dict.fromkeys(
        ("answered", "rung_twice", "in_minutes", "to_agent", "to_queue", "to_queue_lost", "not_taken", "dialled"),
        "answered",
    ),
    "queue": "abandoned", "menu": "abandoned_ivr", "contained": None, "voicemail": "voicemail", "blocked": "blocked",
    "failed": "failed", "not_reached": "no_answer", "unknown": None,
}  # fmt: skip
STATUS = {"queue": 3, "menu": 3, "voicemail": 10, "blocked": 9, "failed": 4, "not_reached": 3, "unknown": 99}
DIALLED = frozenset({"dialled", "not_reached"})
UNQUEUED = frozenset({"menu", "contained", "blocked", "failed"})
UNDER_WAY = 8

Row = dict[str, Any]


@dataclass
class Truth:
    """What happened in a customer's call: Freshcaller's calls with their figures, the first one first."""

    id: int
    kind: str
    at: int
    shown_at: int
    ended_at: int
    wait_s: int | None = None
    parts: list[tuple[Row, Row]] = field(default_factory=list)

    @property
    def outcome(self) -> str | None:
        """How it came out, in Deskpulse's words."""
        return OUTCOMES[self.kind]

    def rows(self, now_at: int) -> list[tuple[Row, Row]]:
        """The calls with their figures as Freshcaller shows them at a moment."""
        if now_at < self.shown_at:
            return []
        if now_at >= self.ended_at:
            return self.parts
        call, figures = self.parts[0]
        people = [one | {"call_status": UNDER_WAY, "duration": 0} for one in call["participants"][:1]]
        begun = call | {"participants": people, "updated_time": call["created_time"], "assigned_agent_id": None}
        nothing = {name: None for name in figures if name in ("talk_time", "hold_duration", "call_work_time")}
        nothing["life_cycle"] = figures["life_cycle"][:1]
        return [(begun, figures | nothing | {"updated_time": figures["created_time"], "answering_speed": None})]


class FreshcallerSandbox(Sandbox):
    """One account; `gated` paths answer with the status given for them."""

    name = "freshcaller"

    def __init__(self, objects: int, *, now_at: int = NOW, most: int = MOST, seed: int = 7) -> None:
        self.now_at = now_at
        self.most = most
        self.made = Dice(seed, "freshcaller")
        self.truth: list[Truth] = []
        self.users: list[Row] = [
            {"id": agent, "name": f"Agent {agent}", "email": f"{agent}@lumo.example", "phone": None, "status": 1,
             "role": ROLES[min(n, 2)], "deleted": False, "teams": []}
            for n, agent in enumerate((*AGENTS, 578_999))
        ]  # fmt: skip
        self.teams: list[Row] = [
            {"id": 11 + n, "name": name, "description": "", "omni_channel": False,
             "users": [{"id": agent} for agent in AGENTS[n::2]]}
            for n, name in enumerate(("Front", "Back"))
        ]  # fmt: skip
        self.is_spoilt = False
        self.gated: dict[str, int] = {}
        super().__init__(seed=seed)
        recent = max(6, objects // 20)
        for place in range(objects):
            days_s = DAYS * 86_400 * (objects - place) // objects
            self._add(place, now_at - (self.made.between(60, 3600) if place >= objects - recent else days_s))
        # One call is under way.
        self._add(objects, now_at - 20, kind="answered", is_seen=True)

    def settings(self) -> Mapping[str, Any]:
        """What a source needs to reach this account."""
        return {"domain": "lumo", "api_key": KEY, "base_url": self.url}

    def change(self) -> None:
        """Twenty minutes pass: calls become visible or end, a tenth as many are new, somebody leaves."""
        with self.lock:
            self.now_at += LATER_S
            count = len(self.truth)
            for place in range(count // 10 + 1):
                self._add(count + place, self.now_at - self.made.between(60, LATER_S))
            del self.users[len(AGENTS) :]

    def spoil(self) -> None:
        """Hostile rows stand between the good ones of every list from now on."""
        self.is_spoilt = True

    def handle(self, request: Request) -> Reply:
        """The vendor's answer: log-in, then the address."""
        path = request.path.removeprefix("/api/v1")
        if "json" not in request.headers.get("accept", ""):
            return _error(404, "routing_error", "No route matches")
        if request.headers.get("x-api-auth") != KEY:
            return _error(401, "unauthenticated", "Authentication failed")
        for gate, status in self.gated.items():
            if path.startswith(gate):
                return _error(status, "access_denied", "You are not authorized to perform this action")
        with self.lock:
            match path:
                case "/users":
                    return self._page(request, "users", self._users())
                case "/teams":
                    return self._page(request, "teams", self.teams)
                case "/calls":
                    has_children = request.query.get("has_ancestry") == "true"
                    calls = [call for call, _ in self._shown() if has_children or call["root_call_id"] is None]
                    return self._page(request, "calls", _between(request, calls))
                case "/call_metrics":
                    figures = [own for _, own in self._shown()]
                    if request.query.get("include") != "life_cycle":
                        figures = [{name: own[name] for name in own if name != "life_cycle"} for own in figures]
                    return self._page(request, "call_metrics", _between(request, figures))
        return _error(404, "routing_error", "No route matches")

    def _users(self) -> list[Row]:
        states = Dice("users", self.now_at // 600)
        return [user | {"status": states.weighted({0: 2.0, 1: 5.0, 2: 3.0, 3: 1.0})} for user in self.users]

    def _shown(self) -> list[tuple[Row, Row]]:
        """Every call that can be seen by now, newest first."""
        found = [row for told in self.truth for row in told.rows(self.now_at)]
        return sorted(found, key=lambda row: (row[0]["created_time"], row[0]["id"]), reverse=True)

    def _page(self, request: Request, name: str, rows: list[Row]) -> Reply:
        asked, number = request.query.get("per_page", "100"), request.query.get("page", "1")
        if not asked.isdigit() or not number.isdigit() or not 1 <= int(asked) <= MOST or int(number) < 1:
            return _error(422, "invalid_parameters", "page or per_page is invalid")
        size, place = min(int(asked), self.most), int(number)
        found: list[Any] = rows[(place - 1) * size : place * size]
        if self.is_spoilt and found:
            found = [found[0], *_worse(found[0]), *found[1:]]
        meta = {"current": place, "total_pages": max(1, -(-len(rows) // size)), "total_count": len(rows)}
        return Reply(page={name: found, "meta": meta})

    def _add(self, place: int, at: int, kind: str = "", *, is_seen: bool = False) -> None:
        dice = self.made
        kind = kind or dice.weighted(MIX)
        if at < self.now_at - 86_400:
            at = at // 86_400 * 86_400 + dice.between(11 * 3600, 20 * 3600)
        told = Truth(131_000_000 + place * 10, kind, at, at if is_seen else at + dice.between(0, LATEST_S), at)
        _play(told, dice)
        self.truth.append(told)


def _play(told: Truth, dice: Dice) -> None:
    """The calls and figures of a customer's call."""
    kind, is_out = told.kind, told.kind in DIALLED
    menu = dice.between(4, 40) if not is_out and (kind in UNQUEUED or dice.chance(0.5)) else None
    wait = 0 if kind in UNQUEUED or is_out else max(1, round(dice.lognormal(25, 0.9)))
    staff = dice.sample(AGENTS, 3)
    queue = None if is_out or kind in UNQUEUED else dice.pick((31, 32))
    answered = told.outcome == "answered"
    talk, hold, work = (dice.between(20, 400), dice.between(0, 60), dice.between(0, 90)) if answered else (0, 0, 0)
    people = [
        _person("Customer", 37_000_000 + told.id % 997, dice.pick(CALLERS), STATUS.get(kind, 1), talk + hold, told.at)
    ]
    if kind in ("rung_twice", "queue", "voicemail"):
        people.append(_person("Agent", staff[1], None, 3, 0, told.at + (menu or 0)))
    if answered or kind == "not_reached":
        people.append(_person("Agent", staff[0], None, 1, talk + hold if answered else 8, told.at + (menu or 0)))
    if queue is not None:
        people[0]["enqueued_time"] = _told(told.at + (menu or 0))
    told.ended_at = told.at + (menu or 0) + wait + talk + hold + work
    agent = staff[0] if answered or is_out else None
    call = _call(told.id, "outgoing" if is_out else "incoming", told.at, queue, agent, people, dice)
    call["assigned_ivr_id"] = 5 if menu is not None else None
    call["recording"] = (
        {"duration": 22, "duration_unit": "seconds", "url": "https://x"} if kind == "voicemail" else None
    )
    call["integrated_resources"] = (
        [{"type": "Ticket", "id": told.id % 9973, "integration_name": "freshdesk"}] if answered else []
    )
    figures = _figures(told.id, told.at, menu, wait, (talk, hold, work) if answered else None, kind, queue)
    told.wait_s = None if queue is None else wait
    if kind == "in_minutes":
        figures |= {"talk_time": talk / 60, "talk_time_unit": "minutes"}
    told.parts.append((call, figures))
    if kind in ("to_agent", "to_queue", "to_queue_lost", "not_taken"):
        _transfer(told, staff[2], people[0], dice)
    for part, own in told.parts:
        part["updated_time"] = own["updated_time"] = _told(told.ended_at)


def _transfer(told: Truth, agent: int, customer: Row, dice: Dice) -> None:
    """The call that a transfer begins, with its own agent and figures."""
    at, wait = told.ended_at, dice.between(3, 30)
    is_taken = told.kind in ("to_agent", "to_queue")
    talk, hold, work = (dice.between(20, 300), 0, dice.between(0, 60)) if is_taken else (0, 0, 0)
    status = 1 if is_taken else 3
    people = [customer | {"call_status": status, "duration": talk, "enqueued_time": None, "created_time": _told(at)}]
    queue = 33 if told.kind in ("to_queue", "to_queue_lost") else None
    if told.kind != "to_queue_lost":
        people.append(_person("Agent", agent, None, status, talk, at))
    native = told.id + 1
    call = _call(native, "incoming", at, queue, agent if is_taken else None, people, dice)
    call |= {"parent_call_id": told.id, "root_call_id": told.id, "phone_number_id": 49_373}
    told.parts.append(
        (call, _figures(native, at, None, wait, (talk, hold, work) if is_taken else None, told.kind, queue))
    )
    told.ended_at = at + wait + talk + hold + work


def _call(
    native: int, direction: str, at: int, queue: int | None, agent: int | None, people: list[Row], dice: Dice
) -> Row:
    line = dice.pick(tuple(LINES))
    return {
        "id": native, "direction": direction, "parent_call_id": None, "root_call_id": None, "phone_number_id": line,
        "phone_number": LINES[line], "assigned_agent_id": agent, "assigned_agent_name": None, "assigned_team_id": None,
        "assigned_call_queue_id": queue, "assigned_call_queue_name": QUEUES.get(queue or 0), "assigned_ivr_id": None,
        "bill_duration": 8.0, "bill_duration_unit": "seconds", "created_time": _told(at), "call_notes": "rang twice",
        "recording": None, "integrated_resources": [], "participants": people,
    }  # fmt: skip


def _person(kind: str, native: int, number: str | None, status: int, seconds: int, at: int) -> Row:
    return {
        "id": native * 3, "participant_id": native, "participant_type": kind, "caller_number": number,
        "caller_name": number, "connection_type": 0, "call_status": status, "duration": seconds,
        "duration_unit": "seconds", "cost": 0.0 if kind == "Customer" else None, "cost_unit": "usd",
        "enqueued_time": None, "created_time": _told(at), "updated_time": _told(at),
    }  # fmt: skip


def _figures(
    native: int, at: int, menu: int | None, wait: int, work: tuple[int, int, int] | None, kind: str, queue: int | None
) -> Row:
    """Figures of a call: what they tell of waiting is the ringing at its end; the steps tell the rest."""
    talk, hold, after = work or (None, None, None)
    rang = min(wait, 3 + native % 9)
    begun, done = at + (menu or 0), at + (menu or 0) + wait
    steps = [
        ("call_initiated", at),
        *([("call_queue_started", begun)] if queue else []),
        ("agent_ringing", done - rang),
    ]
    if work:
        steps += [("answered", done), ("hangup", done + (talk or 0) + (hold or 0))]
    elif kind == "voicemail":
        steps += [("voicemail_initiated", done), ("hangup", done + 22)]
    else:
        steps += [("hangup", done)]
    figures: Row = {
        "ivr_time": menu, "hold_duration": hold, "call_work_time": after, "total_ringing_time": rang, "talk_time": talk,
        "answering_speed": rang if work else None,
    }  # fmt: skip
    units = {f"{name}_unit": "seconds" for name in figures}
    told = [{"type": word, "time_stamp": _told(moment), "agent_id": None} for word, moment in steps]
    return {
        "id": native * 2, "call_id": native, "created_time": _told(at), "tags": [], "life_cycle": told,
        **figures, **units,
    }  # fmt: skip


def _told(at: int) -> str:
    return datetime.fromtimestamp(at, ZONE).isoformat(timespec="milliseconds")


def _between(request: Request, rows: list[Row]) -> list[Row]:
    low, high = request.query.get("by_time[from]"), request.query.get("by_time[to]")
    from_at, to_at = utc(low) if low else 0, utc(high) if high else 1 << 62
    return [row for row in rows if from_at <= utc(row["created_time"]) <= to_at]


def _worse(sane: Row) -> list[Any]:
    """Rows that no sane vendor sends."""
    own = {"parent_call_id": None, "root_call_id": None}
    if "call_id" in sane:
        own = {"call_id": None}
    return [
        {}, None, "not a row", {**sane, "id": None}, dict.fromkeys(sane),
        {**sane, **own, "id": 2**64, "created_time": "yesterday", "name": None},
        {**sane, **own, "id": 990_001, "created_time": 1_767_225_600_000, "users": "x", "role": 7},
        {**sane, **own, "id": 990_003, "created_time": "2999-01-01T00:00:00Z", "deleted": "maybe", "users": [{}]},
        *({**sane, **own, "id": 990_010 + n, "direction": text, "role": text, "name": text, "status": text}
          for n, text in enumerate(HOSTILE_TEXTS)),
    ]  # fmt: skip


def _error(status: int, kind: str, words: str) -> Reply:
    return Reply(status, msgspec.json.encode({"error_type": kind, "message": words, "errors": []}))


@contextmanager
def start(objects: int) -> Iterator[FreshcallerSandbox]:
    """An account with so many calls of customers; small ones get small pages."""
    server = FreshcallerSandbox(objects, most=MOST if objects >= MOST else max(5, objects // 4))
    server.start()
    try:
        yield server
    finally:
        server.stop()


imitation = Imitation(
    connector="freshcaller",
    start=start,
    objects="calls",
    wrong={"api_key": "wrong"},
    secrets=(KEY, *CALLERS, *LINES.values()),
    # States are as seen at each look; a call under way is told in several versions.
    watched=frozenset({"agent_events", "agent_states", "call_events"}),
)
