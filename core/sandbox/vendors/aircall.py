"""An imitation Aircall company: numbered pages, 10,000 rows of a list, six months of calls, a lasting present moment.

A call is told as it stands at ``now_at``: ringing, answered or done. Log-in by API id and token; a wrong one is refused
with 403, a missing one with 401.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import msgspec

from core.sandbox.dice import Dice
from core.sandbox.faults import Page
from core.sandbox.imitation import Imitation
from core.sandbox.web import Reply, Request, Sandbox

NOW_AT = 1_793_541_600  # 2026-11-01T14:00:00Z, a Sunday afternoon
DAY_S = 86_400
KEPT_S = 183 * DAY_S
CAP = 10_000
API_ID, API_TOKEN = "ac-4f2a9", "at-93bd71c0e6"
MAIL, DIGITS = "mira.kern@kunde.example", "+49 30 5550{:04d}"
USERS, TEAMS, NUMBERS = 12, 3, 4
ZONE = "Europe/Berlin"
AVAILABILITIES = ("available", "in_call", "after_call_work", "do_not_disturb", "offline")
REASONS = ("always_closed", "Out for lunch", "On a break", "In training", "Back office")
MISSED = (
    "short_abandoned", "abandoned_in_classic", "agents_did_not_answer", "no_available_agent", "abandoned_in_ivr",
    "out_of_opening_hours",
)  # fmt: skip
LEAVES_AT_A_CHANGE = 7_200


class TrueCall(msgspec.Struct):
    """What happened on the telephone, whenever it is told."""

    id: int
    direction: str
    started_at: int
    answered_at: int | None
    ended_at: int
    digits: str
    user: int
    number: int
    reason: str | None = None
    voicemail: bool = False
    passed_to: int | None = None
    tagged_at: int | None = None
    steps: int = 0


def make_call(number: int, started_at: int) -> TrueCall:
    """The call of this number, always the same."""
    dice = Dice("aircall", number)
    inbound = dice.chance(0.8)
    is_answered = dice.chance(0.78 if inbound else 0.6)
    rang = dice.between(2, 55)
    talked = int(dice.lognormal(180, 0.8)) if is_answered else 0
    answered_at = started_at + rang if is_answered else None
    reason = None if is_answered or not inbound else dice.pick(MISSED)
    return TrueCall(
        id=810_000 + number,
        direction="inbound" if inbound else "outbound",
        started_at=started_at,
        answered_at=answered_at,
        ended_at=started_at + rang + talked,
        digits="anonymous" if dice.chance(0.05) else DIGITS.format(dice.between(0, 40)),
        user=1 + dice.between(0, USERS - 2),
        number=1 + dice.between(0, NUMBERS - 1),
        reason=reason,
        voicemail=reason in ("no_available_agent", "agents_did_not_answer") and dice.chance(0.5),
        passed_to=1 + dice.between(0, USERS - 2) if inbound and is_answered and dice.chance(0.1) else None,
        tagged_at=started_at + rang + talked + 30 if dice.chance(0.3) else None,
        steps=dice.between(0, 2) if inbound else 0,
    )


def person(number: int) -> dict[str, Any]:
    """A user as calls and teams name them."""
    return {"id": number, "name": f"Agent {number}", "email": f"agent{number}@firma.example"}


class AircallSandbox(Sandbox):
    """The company; ``busy`` holds reset headers of answers that are still to be refused with 429."""

    name = "aircall"

    def __init__(self, objects: int, *, most_per_page: int = 50, apart_s: int = 1_700, cap: int = CAP) -> None:
        self.now_at = NOW_AT
        self.most_per_page = most_per_page
        self.cap = cap
        self.users = list(range(1, USERS + 1))
        self.busy: list[str] = []
        begin = NOW_AT - apart_s * objects + apart_s
        self.calls = [make_call(n, begin + n * apart_s - Dice("aircall at", n).between(0, 60)) for n in range(objects)]
        # One is ringing and one is talked on when the first pull comes.
        for back, answered_s in ((5, None), (100, 20)):
            call = make_call(len(self.calls), NOW_AT - back)
            call.answered_at = NOW_AT - back + (answered_s or 9)
            call.ended_at, call.direction, call.reason, call.voicemail = NOW_AT + 400, "inbound", None, False
            self.calls.append(call)
        self.calls.sort(key=lambda call: call.started_at)
        self.key = "Basic " + b64encode(f"{API_ID}:{API_TOKEN}".encode()).decode()
        super().__init__()

    def settings(self) -> Mapping[str, Any]:
        """The entry of a source that reaches it."""
        return {"api_id": API_ID, "api_token": API_TOKEN, "base_url": self.url}

    def change(self) -> None:
        """Two hours pass: calls end, five new ones come in, tags are put on, and the last user leaves."""
        with self.lock:
            for n in range(5):
                self.calls.append(make_call(len(self.calls), self.now_at + 60 + n * 1_200))
            self.now_at += LEAVES_AT_A_CHANGE
            if len(self.users) > USERS - 1:
                self.users.pop()

    def spoil(self) -> None:
        """Rows that no Aircall sends, among the good ones of every page."""
        self.fail("hostile")
        self.calls[1:1] = [
            TrueCall(999_001, "sideways", self.calls[0].started_at, None, self.calls[0].ended_at, "1" * 300, 1, 1),
            TrueCall(999_002, "inbound", self.calls[0].started_at, 17, 12, "anonymous", 1, 1),
            TrueCall(999_003, "inbound", self.calls[0].started_at, None, 1_793_541_600_000, "anonymous", 1, 1, "bored"),
        ]

    def handle(self, request: Request) -> Reply:
        """Log-in, limits, then the list."""
        key = request.headers.get("authorization")
        if key != self.key:
            said = {"message": "Unauthorized" if key is None else "Forbidden"}
            return Reply(401 if key is None else 403, msgspec.json.encode(said))
        with self.lock:
            if self.busy:
                headers = {
                    "X-AircallApi-Limit": "60",
                    "X-AircallApi-Remaining": "0",
                    "X-AircallApi-Reset": self.busy.pop(),
                }
                body = msgspec.json.encode({"error": "Too Many Requests", "troubleshoot": "Wait"})
                return Reply(429, body, headers=headers)
            return self._answer(request)

    def _answer(self, request: Request) -> Reply:
        match request.path:
            case "/v1/ping":
                return Reply(page={"ping": "pong"})
            case "/v1/calls":
                return self._list(
                    request, "calls", [call for call in self.calls if self._is_asked(call, request.query)]
                )
            case "/v2/users":
                return self._list(request, "users", self.users)
            case "/v1/users/availabilities":
                return self._list(request, "users", self.users, "availabilities")
            case "/v1/teams":
                return self._list(request, "teams", list(range(1, TEAMS + 1)))
            case "/v1/numbers":
                return self._list(request, "numbers", list(range(1, NUMBERS + 1)))
        return Reply(404, msgspec.json.encode({"error": "Not Found", "troubleshoot": "Check the path"}))

    def _is_asked(self, call: TrueCall, query: Mapping[str, str]) -> bool:
        begin = max(int(query.get("from", 0)), self.now_at - KEPT_S)
        return begin <= call.started_at <= min(int(query.get("to", self.now_at)), self.now_at)

    def _list(self, request: Request, name: str, found: list[Any], form: str = "") -> Reply:
        """A numbered page; of a list nothing beyond 10,000 rows is given, whatever ``total`` says."""
        query = request.query
        size = min(int(query.get("per_page", 20)), self.most_per_page)
        number = int(query.get("page", 1))
        begin, end = (number - 1) * size, min(number * size, self.cap)
        forms: dict[str, Callable[[Any], Page]] = {
            "calls": self._call, "availabilities": self._availability, "users": self._user, "teams": self._team,
            "numbers": self._number,
        }  # fmt: skip
        rows = [forms[form or name](one) for one in found[begin:end]]
        link = f"{request.base}{request.path}?" + urlencode({**query, "page": number + 1})
        meta = {
            "count": len(rows), "total": len(found), "current_page": number, "per_page": size,
            "next_page_link": link if end < min(len(found), self.cap) else None, "previous_page_link": None,
        }  # fmt: skip
        return Reply(page={name: rows, "meta": meta})

    def _call(self, call: TrueCall) -> Page:
        now = self.now_at
        is_done = call.ended_at <= now or call.id >= 999_000
        is_answered = call.answered_at is not None and (call.answered_at <= now or is_done)
        passed = is_done and call.passed_to is not None
        by, to = (person(call.user), person(call.passed_to or 0)) if passed else (None, None)
        spelling = "transfered" if call.id % 2 else "transferred"
        link = f"https://assets.example/{call.id}.mp3"
        contact = {
            "id": 1, "first_name": "Mira", "last_name": "Kern", "emails": [{"id": 1, "label": "Work", "value": MAIL}],
            "phone_numbers": [{"id": 1, "label": "Work", "value": call.digits}],
        }  # fmt: skip
        is_tagged = call.tagged_at is not None and call.tagged_at <= now
        return {
            "id": call.id, "sid": f"CA{call.id:032x}", "direct_link": f"https://api.aircall.io/v1/calls/{call.id}",
            "direction": call.direction, "status": "done" if is_done else "answered" if is_answered else "initial",
            "missed_call_reason": call.reason if is_done else None, "started_at": call.started_at,
            "answered_at": call.answered_at if is_answered else None, "ended_at": call.ended_at if is_done else None,
            "duration": call.ended_at - call.started_at if is_done else 0, "raw_digits": call.digits,
            "user": (to or person(call.user)) if is_answered or call.direction == "outbound" else None,
            "number": self._number(call.number), "teams": [{"id": 1, "name": "Team 1"}],
            f"{spelling}_by": by, f"{spelling}_to": to, "assigned_to": None,
            "contact": contact if call.digits == DIGITS.format(1) else None,
            "tags": [{"id": 3, "name": "Rechnung", "description": None}] if is_tagged else [], "comments": [],
            "voicemail": f"{link}?vm=1" if call.voicemail and is_done else None,
            "recording": link if is_answered and is_done else None, "asset": f"{link}/page", "archived": False,
            "cost": "0.00", "ivr_options_selected": [{"id": str(n), "key": str(n)} for n in range(call.steps)],
        }  # fmt: skip

    def _user(self, number: int) -> Page:
        away = self._availability(number)["availability"] == "do_not_disturb"
        reason = REASONS[(number + self.now_at // 3600) % len(REASONS)] if away else "always_open"
        return {**person(number), "available": not away, "substatus": reason, "wrap_up_time": 30, "time_zone": ZONE}

    def _availability(self, number: int) -> Page:
        word = AVAILABILITIES[(number + self.now_at // 1800) % len(AVAILABILITIES)]
        return {"id": number, "availability": word}

    def _team(self, number: int) -> Page:
        members = [user for user in self.users if user % TEAMS == number % TEAMS]
        return {"id": number, "name": f"Team {number}", "users": [person(user) for user in members]}

    def _number(self, number: int) -> Page:
        digits = f"+49 89 4440{number:03d}"
        return {"id": number, "name": f"Line {number}", "digits": digits, "country": "DE", "time_zone": ZONE}


@contextmanager
def start(objects: int) -> Iterator[AircallSandbox]:
    """A company with so many calls; small ones come in small pages."""
    server = AircallSandbox(objects, most_per_page=50 if objects >= 500 else 10)
    server.start()
    try:
        yield server
    finally:
        server.stop()


imitation = Imitation(
    connector="aircall",
    start=start,
    objects="calls",
    wrong={"api_token": "at-wrong-000000"},
    secrets=(API_TOKEN, MAIL, DIGITS.format(1), "mp3?vm=1", "assets.example"),
    watched=frozenset({"agent_events", "agent_states"}),
)
