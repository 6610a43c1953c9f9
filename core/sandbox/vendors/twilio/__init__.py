"""An imitation Twilio account: the Voice API and TaskRouter on one address, told as they stand at ``now_at``.

Voice counts in whole UTC days, writes RFC 2822 and texts for numbers, and prices a call an hour after its end;
TaskRouter keeps 30 days of events and declines questions for more. Pages follow a token of the last row, newest first.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from core.sandbox.dice import Dice
from core.sandbox.faults import Page
from core.sandbox.imitation import Imitation
from core.sandbox.vendors.twilio.truth import (
    ACCOUNT,
    ACTIVITIES,
    DAY_S,
    DIGITS,
    OURS,
    QUEUES,
    WORKERS,
    WORKSPACE,
    Connection,
    Event,
    Happened,
    iso,
    make_call,
    make_day,
    queue_sid,
    rfc2822,
    sid,
    worker_sid,
)
from core.sandbox.web import Reply, Request, Sandbox

NOW_AT = 1_793_714_400  # 2026-11-03T14:00:00Z, a Tuesday afternoon
TOKEN, PRICED_AFTER_S = "5d1c09c4b7e24f0fa3", 3600
KEPT_S = 30 * DAY_S
VOICE = f"/2010-04-01/Accounts/{ACCOUNT}"
ROUTER = f"/v1/Workspaces/{WORKSPACE}"
HOSTILE: tuple[object, ...] = (
    {}, None, "not a row", 17, [], {"sid": None}, {"sid": 7, "status": "completed"},
    {"sid": "CA" + "0" * 32, "status": "completed", "direction": "inbound", "start_time": "yesterday"},
    {"sid": "CA" + "1" * 32, "status": "completed", "direction": "inbound", "date_created": rfc2822(NOW_AT - 60),
     "duration": "12a"},
    {"sid": "CA" + "2" * 32, "status": "frozen", "direction": "sideways", "date_created": rfc2822(NOW_AT - 60),
     "start_time": rfc2822(NOW_AT - 60), "price": "free"},
    {"sid": "../../CA", "status": "busy", "direction": "inbound", "date_created": rfc2822(NOW_AT - 60)},
    {"sid": "EV" + "0" * 32, "event_type": "task.created", "event_date_ms": (NOW_AT - 60) * 1000, "event_data": None},
    {"sid": "EV" + "1" * 32, "event_type": "task.created", "event_date": "soon", "event_data": {}},
    {"sid": "EV" + "2" * 32, "event_type": "ghost.seen", "event_date_ms": 1 << 62, "event_data": {"task_sid": {}}},
    {"sid": "EV" + "3" * 32, "event_type": "task.canceled", "event_date_ms": (NOW_AT - 60) * 1000,
     "event_data": {"task_sid": "WT" + "3" * 32, "task_channel_unique_name": "voice", "task_attributes": "{broken"}},
)  # fmt: skip


class TwilioSandbox(Sandbox):
    """The account; ``hiccups``: so many good log-ins are still to be refused."""

    name = "twilio"

    def __init__(self, objects: int, *, most_per_page: int = 1000, apart_s: int = 1_700, port: int = 0) -> None:
        self.now_at = NOW_AT
        self.most_per_page = most_per_page
        self.hiccups = 0
        self.workers = list(range(WORKERS))
        self.hostile: tuple[object, ...] = ()
        begin = NOW_AT - apart_s * objects
        self.start_on = iso(begin - DAY_S)[:10]
        self.calls = [make_call(n, begin + n * apart_s + Dice("twilio at", n).between(0, 60)) for n in range(objects)]
        # One caller waits, and one talks, when the first pull comes.
        self.calls += self._going_on("waits", 6) + self._going_on("talks", 100)
        self.days = [event for at in range(begin - begin % DAY_S, NOW_AT + 2 * DAY_S, DAY_S) for event in make_day(at)]
        self.key = "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        super().__init__(port=port)

    def _going_on(self, name: str, back_s: int) -> list[Happened]:
        """A call with a task that has not ended."""
        for number in range(10_000):
            made = make_call(f"{name} {number}", NOW_AT - back_s)  # type: ignore[arg-type]  # a name like any other
            waits = made.visits and made.visits[0][2] > NOW_AT
            if made.kind == "tasked" and made.connections[0].ended_at > NOW_AT and waits == (name == "waits"):
                return [made]
        raise LookupError(name)

    def settings(self) -> Mapping[str, Any]:
        """The entry of a source that reaches it."""
        keys = {"account_sid": ACCOUNT, "auth_token": TOKEN, "workspace_sid": WORKSPACE}
        return {**keys, "base_url": self.url, "start": self.start_on}

    def change(self) -> None:
        """Two hours pass: calls end, prices come, five calls are new, and the last worker leaves."""
        with self.lock:
            for n in range(5):
                self.calls.append(make_call(len(self.calls), self.now_at + 60 + n * 1_200))
            self.now_at += 7_200
            if len(self.workers) == WORKERS:
                self.workers.pop()

    def spoil(self) -> None:
        """Rows that no Twilio sends, among the good ones of every page."""
        self.hostile = HOSTILE

    def handle(self, request: Request) -> Reply:
        """Log-in, then the address."""
        if request.headers.get("authorization") != self.key or self.hiccups > 0:
            self.hiccups -= 1
            return _error(401, 20003, "Authenticate")
        with self.lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Reply:
        path = request.path
        lists: dict[str, Callable[[], Reply]] = {
            f"{VOICE}.json": lambda: Reply(page={"sid": ACCOUNT, "status": "active", "type": "Full"}),
            f"{VOICE}/Calls.json": lambda: self._voice(request, "calls", self._connections(request.query)),
            f"{VOICE}/IncomingPhoneNumbers.json": lambda: self._voice(request, "incoming_phone_numbers", _numbers()),
            ROUTER: lambda: Reply(page={"sid": WORKSPACE, "friendly_name": "Flex Task Assignment"}),
            f"{ROUTER}/Events": lambda: self._events(request),
            f"{ROUTER}/Workers": lambda: self._router(request, "workers", [self._worker(one) for one in self.workers]),
            f"{ROUTER}/TaskQueues": lambda: self._router(request, "task_queues", _queues()),
            f"{ROUTER}/Activities": lambda: self._router(request, "activities", _activities()),
            f"{ROUTER}/RealTimeStatistics": lambda: Reply(page={"total_workers": len(self.workers), "total_tasks": 1}),
            f"{ROUTER}/TaskQueues/Statistics": lambda: self._figures(request),
            f"{ROUTER}/Workers/CumulativeStatistics": lambda: self._worked(request.query),
        }
        if path not in lists:
            return _error(404, 20404, "The requested resource was not found")
        return lists[path]()

    def _paged(self, request: Request, rows: list[Page]) -> tuple[list[object], dict[str, str] | None]:
        """The rows after the token's, and the query of the next page."""
        after = request.query.get("PageToken", "").removeprefix("PA")
        begin = next((number for number, row in enumerate(rows, 1) if row["sid"] == after), 0)
        size = min(int(request.query.get("PageSize", 50)), self.most_per_page)
        part = rows[begin : begin + size]
        more = {**request.query, "PageToken": f"PA{part[-1]['sid']}"} if begin + size < len(rows) else None
        return [*part[:1], *self.hostile, *part[1:]], more

    def _voice(self, request: Request, name: str, rows: list[Page]) -> Reply:
        part, more = self._paged(request, rows)
        link = f"{request.path}?{urlencode(more)}" if more else None
        return Reply(page={name: part, "page": 0, "page_size": len(part), "next_page_uri": link})

    def _router(self, request: Request, name: str, rows: list[Page]) -> Reply:
        part, more = self._paged(request, rows)
        link = f"https://taskrouter.twilio.com{request.path}?{urlencode(more)}" if more else None
        return Reply(page={name: part, "meta": {"key": name, "next_page_url": link}})

    def _connections(self, query: Mapping[str, str]) -> list[Page]:
        """Calls of whole UTC days, newest first; a bound without a day is none."""
        low, high = query.get("StartTime>", "0000"), query.get("StartTime<", "9999")
        known = [one for call in self.calls for one in call.connections if one.began_at <= self.now_at]
        asked = [one for one in known if low <= iso(one.began_at)[:10] < high]
        return [self._connection(one) for one in sorted(asked, key=lambda one: (-one.began_at, one.sid))]

    def _connection(self, one: Connection) -> Page:
        is_over = one.ended_at <= self.now_at
        is_priced = is_over and one.talked_s and one.ended_at + PRICED_AFTER_S <= self.now_at
        inward = one.direction == "inbound"
        return {
            "sid": one.sid, "parent_call_sid": one.parent or None, "account_sid": ACCOUNT,
            "date_created": rfc2822(one.began_at), "date_updated": rfc2822(min(one.ended_at, self.now_at)),
            "from": one.source, "to": one.target, "caller_name": None, "forwarded_from": None,
            "phone_number_sid": sid("PN", one.target) if inward else "", "direction": one.direction,
            "status": one.status if is_over else "in-progress", "start_time": rfc2822(one.began_at),
            "end_time": rfc2822(one.ended_at) if is_over else None, "answered_by": one.by,
            # Empty or null where nothing was talked, as the account happens to be.
            "duration": str(one.talked_s) if is_over and one.talked_s else ("" if one.began_at % 2 else None),
            "price": f"-{0.0085 * (1 + one.talked_s // 60):.5f}" if is_priced else None, "price_unit": "USD",
            "queue_time": "4242" if inward else "0", "group_sid": None, "trunk_sid": "",
        }  # fmt: skip

    def _events(self, request: Request) -> Reply:
        """Events of the span; without one, of the last 15 minutes."""
        query = request.query
        begin = _at(query["StartDate"]) if "StartDate" in query else self.now_at - 900
        end = _at(query["EndDate"]) if "EndDate" in query else self.now_at
        if begin < self.now_at - KEPT_S:
            return _error(400, 14241, "StartDate cannot be older than 30 days")
        known = [event for call in self.calls for event in call.events] + self.days
        asked = [event for event in known if begin * 1000 <= event.at_ms <= min(end, self.now_at) * 1000 + 999]
        asked.sort(key=lambda event: (-event.at_ms, event.sid))
        return self._router(request, "events", [_event(event) for event in asked])

    def _figures(self, request: Request) -> Reply:
        """What TaskRouter counts of each queue in a span."""
        begin, end = _at(request.query["StartDate"]), _at(request.query["EndDate"])
        if begin < self.now_at - KEPT_S:
            return _error(400, 14241, "StartDate cannot be older than 30 days")
        rows: list[Page] = []
        for number in range(len(QUEUES)):
            known = [visit for call in self.calls for visit in call.visits if visit[0] == queue_sid(number)]
            visits = [visit for visit in known if begin <= visit[1] < end]
            waits = [left - entered for _, entered, left, outcome in visits if outcome == "answered"]
            counted = {
                "tasks_entered": len(visits), "tasks_canceled": sum(one[3] == "abandoned" for one in visits),
                "reservations_accepted": len(waits),
                "wait_duration_in_queue_until_accepted": {"total": sum(waits), "min": 0, "max": max(waits, default=0)},
            }  # fmt: skip
            rows.append({"sid": queue_sid(number), "task_queue_sid": queue_sid(number), "cumulative": counted})
        return self._router(request, "task_queues_statistics", rows)

    def _worked(self, query: Mapping[str, str]) -> Reply:
        days = (_at(query["EndDate"]) - _at(query["StartDate"])) / DAY_S
        named = (("Available", 11.5), ("Break", 0.5), ("Offline", 12.0))
        durations = [
            {"sid": sid("WA", name), "friendly_name": name, "total": round(hours * 3600 * days * len(self.workers))}
            for name, hours in named
        ]
        return Reply(page={"activity_durations": durations})

    def _worker(self, number: int) -> Page:
        return {
            "sid": worker_sid(number), "friendly_name": f"worker{number}", "activity_name": "Available",
            "attributes": '{"contact_uri":"client:worker","email":"worker@firma.example"}', "available": True,
        }  # fmt: skip


def _error(status: int, code: int, message: str) -> Reply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Reply(status, msgspec.json.encode({"code": code, "message": message, "more_info": more, "status": status}))


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _event(event: Event) -> Page:
    return {
        "sid": event.sid, "event_type": event.kind, "event_date": iso(event.at_ms // 1000),
        "event_date_ms": event.at_ms, "description": "Mira Kern did something", "resource_type": "task",
        "event_data": event.data, "source": "twilio",
    }  # fmt: skip


def _queues() -> list[Page]:
    return [{"sid": queue_sid(number), "friendly_name": name} for number, name in enumerate(QUEUES)]


def _activities() -> list[Page]:
    return [{"sid": sid("WA", name), "friendly_name": name, "available": free} for name, free in ACTIVITIES.items()]


def _numbers() -> list[Page]:
    digits: Sequence[str] = [OURS.format(number) for number in (1, 2)]
    return [{"sid": sid("PN", one), "phone_number": one, "friendly_name": one} for one in digits]


@contextmanager
def start(objects: int) -> Iterator[TwilioSandbox]:
    """An account with so many calls; small ones come in small pages."""
    server = TwilioSandbox(objects, most_per_page=1000 if objects >= 500 else 25)
    server.start()
    try:
        yield server
    finally:
        server.stop()


imitation = Imitation(
    connector="twilio",
    start=start,
    objects="calls",
    wrong={"auth_token": "wrong-0000000000"},
    secrets=(TOKEN, DIGITS.format(1), "Mira Kern", "worker@firma.example"),
)
