"""An imitation Genesys Cloud region over real HTTP: log-in server, lists, analytics queries and jobs.

The data lake behind the jobs lags hours; a query is ahead of it, but hides what began in the last half minute.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec

from core.sandbox.vendors.genesys_cloud import figures
from core.sandbox.vendors.genesys_cloud.scripts import NAMES, QUEUES, USERS, organisation
from core.sandbox.vendors.genesys_cloud.truth import DAY, HOUR, SECOND, Conversation, iso, moment
from core.sandbox.web import Reply, Request, Sandbox

NOW_AT = 1_795_000_800  # 2026-11-18T11:20:00Z, a Wednesday
CLIENT_ID, CLIENT_SECRET = "c11e4d-0001", "gs-7b1f09c2d8"
LAG_MS, HIDDEN_MS = 3 * HOUR, 30 * SECOND
PASSES_AT_A_CHANGE = 5 * 3600
MOST_DAYS = 31
ANALYTICS = "/api/v2/analytics/"


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "message": message,
            "code": code,
            "status": status,
            "contextId": "ctx-1",
            "details": [],
            "errors": [],
        }


class GenesysSandbox(Sandbox):
    """The organisation, its clock standing still until ``change``."""

    name = "genesys_cloud"

    def __init__(self, objects: int = 40, *, seed: int = 7) -> None:
        super().__init__(seed=seed)
        self.now_at = NOW_AT
        self.truth = organisation(objects, NOW_AT * SECOND)
        self.tokens: set[str] = set()
        self.asked_tokens = 0
        self.jobs: dict[str, list[dict[str, Any]]] = {}
        self.looked: dict[str, int] = {}
        self.forbidden: set[str] = set()
        self.most_hits = 100_000
        self.per_minute: int | None = None
        self.is_spoilt = False
        self.is_changed = False

    def settings(self) -> Mapping[str, Any]:
        """The keys of a source that reach it."""
        return {
            "region": "mypurecloud.example",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "base_url": self.url,
        }

    def change(self) -> None:
        """Five hours pass: calls end and begin, a queue nobody uses is gone, somebody leaves."""
        with self.lock:
            self.now_at += PASSES_AT_A_CHANGE
            self.is_changed = True

    def spoil(self) -> None:
        """Hostile rows among conversations, users and statuses."""
        self.is_spoilt = True

    def expire(self) -> None:
        """Every token that was given ends now."""
        self.tokens.clear()

    @property
    def now(self) -> int:
        """The clock in milliseconds."""
        return self.now_at * SECOND

    @property
    def lake(self) -> int:
        """Up to when the data lake is complete, milliseconds; whole minutes."""
        return (self.now - LAG_MS) // 60_000 * 60_000

    def handle(self, request: Request) -> Reply:
        """Log-in, limit, address."""
        try:
            with self.lock:
                if request.path == "/oauth/token":
                    return _json(self._token(request))
                self._admit(request)
                return _json(self._answer(request))
        except Refused as refused:
            reply = _json(refused.body, refused.status)
            if refused.status == 429:
                reply.headers = {"inin-ratelimit-count": "301", "inin-ratelimit-allowed": "300"}
                reply.headers["inin-ratelimit-reset"] = "7"
            return reply

    def _token(self, request: Request) -> dict[str, Any]:
        pair = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        form = parse_qs(request.body.decode())
        if request.headers.get("authorization") != f"Basic {pair}" or form.get("grant_type") != ["client_credentials"]:
            raise Refused(401, "invalid_client", "client not found: invalid_client")
        self.asked_tokens += 1
        token = f"tok-{self.asked_tokens:04d}-4f09ab"
        self.tokens.add(token)
        return {"access_token": token, "token_type": "bearer", "expires_in": 86_399}

    def _admit(self, request: Request) -> None:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            raise Refused(401, "authentication.required", "No authentication bearer token specified.")
        if self.per_minute is not None:
            self.per_minute -= 1
            if self.per_minute < 0:
                self.per_minute = None
                raise Refused(429, "too.many.requests", "Rate limit exceeded the maximum.")
        for permission in self.forbidden:
            if PERMISSIONS[permission] in request.path:
                words = f"You must have at least one of the following permissions assigned: [{permission}]"
                raise Refused(403, "missing.any.permissions", words)

    def _answer(self, request: Request) -> Any:
        body = msgspec.json.decode(request.body) if request.body else {}
        match request.method, request.path.removeprefix("/api/v2").split("/")[1:]:
            case "GET", ["organizations", "me"]:
                return {"id": "o-1", "name": "Lumo"}
            case "GET", ["routing", "queues"]:
                return _listed(request, self._queues())
            case "GET", ["users"]:
                return _listed(request, self._users())
            case "POST", ["analytics", "conversations", "details", "query"]:
                return self._query(body)
            case "GET", ["analytics", "conversations", "details", "jobs", "availability"]:
                return {"dataAvailabilityDate": iso(self.lake)}
            case "POST", ["analytics", "conversations", "details", "jobs"]:
                return self._submit(body)
            case "GET", ["analytics", "conversations", "details", "jobs", name]:
                return self._job(name)
            case "GET", ["analytics", "conversations", "details", "jobs", name, "results"]:
                return self._results(name, request.query)
            case "POST", ["analytics", "conversations", "aggregates", "query"]:
                begin, end = _interval(body, most_days=400)
                return figures.aggregates(self.truth, body, begin, min(end, self.now))
            case "POST", ["analytics", "users", "details", "query"]:
                begin, end = _interval(body)
                rows = figures.statuses(self.truth, begin, end, self.now)
                return {"userDetails": _paged(body, [*self._hostile("userId"), *rows]), "totalHits": len(rows)}
        raise Refused(404, "not.found", "The requested resource was not found.")

    def _queues(self) -> list[dict[str, Any]]:
        return [
            {
                "id": queue,
                "name": name,
                "dateModified": "2026-01-05T09:00:00.123Z",
                "mediaSettings": {"call": {"serviceLevel": {"percentage": 0.8, "durationMs": goal}}} if goal else {},
            }
            for queue, (name, goal) in QUEUES.items()
            if not (self.is_changed and queue == "q-old")
        ]

    def _users(self) -> list[dict[str, Any]]:
        left = USERS[-1] if self.is_changed else None
        rows = [
            {
                "id": user,
                "name": name,
                "email": f"{user}@lumo.example",
                "state": "inactive" if user == left else "active",
                "version": 4 if user == left else 3,
            }
            for user, name in zip(USERS, NAMES, strict=True)
        ]
        return [*rows, *self._hostile("id")]

    def _voice(self, body: Mapping[str, Any]) -> Callable[[Conversation], bool]:
        wanted = {
            predicate["value"]
            for one in body.get("segmentFilters", ())
            for predicate in one.get("predicates", ())
            if predicate.get("dimension") == "mediaType"
        }
        return lambda conversation: not wanted or not wanted.isdisjoint(conversation.media())

    def _query(self, body: Mapping[str, Any]) -> dict[str, Any]:
        begin, end = _interval(body)
        is_wanted = self._voice(body)
        found = [
            one
            for one in self.truth
            if begin // DAY <= one.begin // DAY <= (end - 1) // DAY
            and one.begin < min(end, self.now - HIDDEN_MS)
            and one.last(self.now) >= begin
            and is_wanted(one)
        ]
        paging = body.get("paging", {})
        if paging.get("pageSize", 25) * paging.get("pageNumber", 1) > self.most_hits + 25:
            raise Refused(400, "bad.request", f"Pagination may not exceed {self.most_hits} results.")
        rows = [*self._hostile("conversationId"), *(one.seen(self.now) for one in found)]
        page = _paged(body, rows)
        return {"totalHits": len(rows), **({"conversations": page} if page else {})}

    def _submit(self, body: Mapping[str, Any]) -> dict[str, Any]:
        begin, end = _interval(body)
        is_wanted, lake = self._voice(body), self.lake
        rows = [
            one.seen(lake)
            for one in self.truth
            if one.begin < min(end, lake) and one.last(lake) >= begin and is_wanted(one)
        ]
        name = f"job-{len(self.jobs) + 1:04d}"
        self.jobs[name] = [*rows[:3], *self._hostile("conversationId"), *rows[3:]] if rows else []
        return {"jobId": name}

    def _job(self, name: str) -> dict[str, Any]:
        if name not in self.jobs:
            raise Refused(404, "not.found", "The job was not found.")
        self.looked[name] = self.looked.get(name, 0) + 1
        return {"state": "FULFILLED" if self.looked[name] > 1 else "PENDING", "submissionDate": iso(self.now)}

    def _results(self, name: str, query: Mapping[str, str]) -> dict[str, Any]:
        rows = self.jobs.get(name)
        if rows is None:
            raise Refused(404, "not.found", "The job was not found.")
        size = min(int(query.get("pageSize", 1000)), 100)
        at = int(query["cursor"].rpartition(":")[2]) if query.get("cursor") else 0
        page = {"conversations": rows[at : at + size], "dataAvailabilityDate": iso(self.lake)}
        return {**page, "cursor": f"{name}:{at + size}"} if at + size < len(rows) else page

    def _hostile(self, key: str) -> list[Any]:
        if not self.is_spoilt:
            return []
        return [
            {},
            None,
            "not a row",
            {key: None, "conversationStart": "2026-11-17T10:00:00.000Z", "participants": []},
            {key: 2**64, "conversationStart": 17, "participants": "none"},
            {key: "h-1", "conversationStart": "yesterday", "participants": [_HALF]},
            {key: "h-2", "conversationStart": "2999-01-01T00:00:00.000Z", "participants": [_HALF]},
            {key: "h-3", "conversationStart": "2026-11-17T10:00:00", "participants": [_HALF]},
            dict.fromkeys(("conversationStart", "participants", "name", "state", "primaryPresence"), None)
            | {key: "h-4"},
        ]


_HALF = {
    "purpose": "acd",
    "sessions": [
        {
            "mediaType": "voice",
            "sessionId": "\u0000<script>'; drop table calls; --",
            "metrics": [{"name": "tAbandon", "value": -5}, {"name": "=1+1", "value": None}],
            "segments": [{"segmentType": "frozen", "segmentStart": "2999-01-01T00:00:00.000Z", "queueId": "x" * 5_000}],
        }
    ],
}
PERMISSIONS = {
    "analytics:conversationDetail:view": f"{ANALYTICS}conversations/details",
    "analytics:conversationAggregate:view": f"{ANALYTICS}conversations/aggregates",
    "analytics:userDetail:view": f"{ANALYTICS}users/details",
    "routing:queue:view": "/routing/queues",
    "directory:user:view": "/api/v2/users",
}


def _json(body: Any, status: int = 200) -> Reply:
    return Reply(status, msgspec.json.encode(body))


def _interval(body: Mapping[str, Any], most_days: int = MOST_DAYS) -> tuple[int, int]:
    try:
        begin, end = (moment(text) for text in str(body["interval"]).split("/"))
    except (KeyError, ValueError):
        raise Refused(400, "bad.request", "The interval is missing or malformed.") from None
    if end <= begin or end - begin > most_days * DAY:
        raise Refused(400, "bad.request", f"The interval may not be empty or longer than {most_days} days.")
    return begin, end


def _listed(request: Request, rows: list[Any]) -> dict[str, Any]:
    size, number = min(int(request.query.get("pageSize", 25)), 5), int(request.query.get("pageNumber", 1))
    count = max(1, -(-len(rows) // size))
    page = rows[(number - 1) * size : number * size]
    return {"entities": page, "pageSize": size, "pageNumber": number, "total": len(rows), "pageCount": count}


def _paged(body: Mapping[str, Any], rows: list[Any]) -> list[Any]:
    paging = body.get("paging", {})
    size, number = min(paging.get("pageSize", 25), 100), paging.get("pageNumber", 1)
    return rows[(number - 1) * size : number * size]
