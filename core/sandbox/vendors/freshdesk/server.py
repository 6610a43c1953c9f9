"""An imitation Freshdesk over real HTTP, with its paging, its silent defaults, its credits and its error bodies.

Its clock stands still until ``now_at`` is set: only what happened before is visible. Loopback only; any key but its own
is refused.
"""

import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from core.clock import DAY_S, utc
from core.errors import BadRow
from core.sandbox.faults import PAGE_FAULTS, Page
from core.sandbox.vendors.freshdesk import lists
from core.sandbox.vendors.freshdesk.account import NOW, Account, build_account
from core.sandbox.vendors.freshdesk.credits import Meter, Plan
from core.sandbox.vendors.freshdesk.rows import Row, Standing, conversation_rows, standing, ticket_row
from core.sandbox.web import Reply, Request, Sandbox

API_KEY = "sandbox-freshdesk-key"
WALL = 300
LARGEST_PAGE, USUAL_PAGE = 100, 30
UNSEEN_AFTER_S = 30 * DAY_S
STEP_S = 6 * 3_600
# The forms of search that are asked here; days are counted in on both sides.
SEARCH = re.compile(
    r"\"(?:(?P<states>\([^()]*\)) AND )?(?:updated_at:<'(?P<updated>[\d-]{10})' AND )?"
    r"created_at:>'(?P<low>[\d-]{10})'(?: AND created_at:<'(?P<high>[\d-]{10})')?\""
)
SEARCH_PAGES = 10
# Lists that bigger plans have.
GATED = frozenset({"/surveys/satisfaction_ratings", "/time_entries", "/sla_policies", "/business_hours", "/products"})


class Wrong(Exception):
    """A request that Freshdesk answers with an error."""

    def __init__(self, status: int, body: Page) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body


def invalid(field: str, message: str) -> Wrong:
    """A parameter that cannot be."""
    error = {"field": field, "message": message, "code": "invalid_value"}
    return Wrong(400, {"description": "Validation failed", "errors": [error]})


class FreshdeskSandbox(Sandbox):
    """An account; ``wall``: the last page of a list, ``largest_page``: rows a page at most, ``exports``: whether an
    admin switched on the export of activities, ``lacks``: lists that the plan does not include."""

    name = "freshdesk"

    def __init__(
        self,
        account: Account | None = None,
        *,
        objects: int = 40,
        now_at: int = NOW,
        wall: int = WALL,
        largest_page: int = LARGEST_PAGE,
        plan: Plan | None = None,
        exports: bool = False,
        lacks: Iterable[str] = (),
        seed: int = 7,
        port: int = 0,
    ) -> None:
        self.account = account or build_account(objects)
        self.now_at = now_at
        self.wall, self.largest_page = wall, largest_page
        self.meter = Meter(plan or Plan())
        self.exports = exports
        self.lacks = frozenset(lacks)
        self.is_spoiled = False
        self.people = {one.id: one for one in self.account.people}
        self.scripts = {one.id: one for one in self.account.tickets}
        self.key = "Basic " + b64encode(f"{API_KEY}:X".encode()).decode()
        self._seen_at = -1
        self._standings: dict[int, Standing] = {}
        super().__init__(seed=seed, port=port)

    def settings(self) -> Mapping[str, Any]:
        """The keys of a source that reach it."""
        return {
            "domain": "demo",
            "api_key": API_KEY,
            "lists_per_minute": 1_000_000,
            "statuses": {"8": "hold"},
            "contact_reason_field": "cf_reason",
            "bot_agents": ["Robo Reply"],
            "base_url": self.url,
        }

    def change(self) -> None:
        """Six hours pass."""
        with self.lock:
            self.now_at += STEP_S

    def spoil(self) -> None:
        """Hostile rows among tickets, contacts and conversations."""
        self.is_spoiled = True

    def set_plan(self, plan: Plan, clock: Callable[[], float] = time.monotonic) -> None:
        """New limits, counted from now on by that clock."""
        with self.lock:
            self.meter = Meter(plan, clock)

    def handle(self, request: Request) -> Reply:
        """Log-in, then limits, then the plan, then the list."""
        path = request.path.removeprefix("/api/v2").rstrip("/")
        if path.startswith("/files/"):
            return self._file(request, path.removeprefix("/files/"))
        if request.headers.get("authorization") != self.key:
            body = {"code": "invalid_credentials", "message": "You have to be logged in to perform this action."}
            return Reply(401, msgspec.json.encode(body))
        with self.lock:
            includes = [one for one in request.query.get("include", "").split(",") if one]
            passed, headers = self.meter.take(path, 1 + 2 * len(includes))
            if not passed:
                body = {"message": "You have exceeded the limit of requests per minute"}
                return Reply(429, msgspec.json.encode(body), headers=headers)
            try:
                rows, more = self._answer(request, path)
            except Wrong as wrong:
                return Reply(wrong.status, msgspec.json.encode(wrong.body), headers=headers)
            if more:
                query = "&".join(f"{name}={value}" for name, value in {**request.query, "page": more}.items())
                headers["link"] = f'<{request.base}{request.path}?{query}>; rel="next"'
            return Reply(body=msgspec.json.encode(rows), headers=headers)

    def _answer(self, request: Request, path: str) -> tuple[object, int]:
        if path in self.lacks:
            feature = path.rpartition("/")[2].replace("_", " ").title()
            message = (
                f"The {feature} feature(s) is/are not supported in your plan. Please upgrade your account to use it."
            )
            raise Wrong(403, {"code": "require_feature", "message": message})
        if path == "/tickets":
            return self._page(request, self._tickets(request))
        if match := re.fullmatch(r"/tickets/(\d+)", path):
            return self._ticket(request, int(match[1])), 0
        if match := re.fullmatch(r"/tickets/(\d+)/conversations", path):
            return self._page(request, self._conversations(int(match[1])))
        if path == "/search/tickets":
            return self._search(request.query.get("query", ""), whole(request, "page", 1)), 0
        if path == "/export/ticket_activities":
            return self._export(request), 0
        if path == "/agents/me":
            return lists.agents()[2], 0
        plain = LISTS.get(path)
        if plain is None:
            raise Wrong(404, {})
        return self._page(request, plain(self, request.query))

    def _page(self, request: Request, rows: list[Row]) -> tuple[list[Any], int]:
        """One page of a list, and the number of the next one (0: none)."""
        size, page = whole(request, "per_page", USUAL_PAGE), whole(request, "page", 1)
        if size > LARGEST_PAGE:
            raise invalid("per_page", f"It should be a Positive Integer less than or equal to {LARGEST_PAGE}")
        if page > self.wall:
            raise invalid(
                "page", f"You cannot access tickets beyond the {self.wall}th page. Please provide a smaller page."
            )
        size = min(size, self.largest_page)
        shown: list[Any] = rows[(page - 1) * size : page * size]
        if self.is_spoiled and shown and request.path.rpartition("/")[2] in ("tickets", "contacts", "conversations"):
            PAGE_FAULTS["hostile"]({"rows": shown})
        return shown, page + 1 if len(rows) > page * size else 0

    def _tickets(self, request: Request) -> list[Row]:
        query = request.query
        wanted = query.get("filter", "")
        if wanted not in ("", "spam", "deleted"):
            raise invalid("filter", "It should be one of these values: 'spam,deleted'")
        standings = self.standings()
        found = [
            (made, script)
            for script, made in ((self.scripts[number], made) for number, made in standings.items())
            if ("deleted" if made.is_deleted else "spam" if made.is_spam else "") == wanted
        ]
        if "updated_since" in query:
            since = moment(query["updated_since"], "updated_since")
            found = [one for one in found if one[0].updated_at >= since]
        else:
            found = [one for one in found if one[1].created_at >= self.now_at - UNSEEN_AFTER_S]
        by_change = query.get("order_by", "created_at") == "updated_at"
        found.sort(
            key=lambda one: (one[0].updated_at if by_change else one[1].created_at, one[1].id),
            reverse=query.get("order_type", "desc") == "desc",
        )
        includes = set(query.get("include", "").split(","))
        # Rows are made when they are shown: a list of many pages is asked for page by page.
        size, page = whole(request, "per_page", USUAL_PAGE), whole(request, "page", 1)
        size = min(size, self.largest_page)
        first, last = (page - 1) * size, page * size
        return [
            ticket_row(script, made, includes, self.people.get(script.requester_id)) if first <= place < last else {}
            for place, (made, script) in enumerate(found)
        ]

    def standings(self) -> dict[int, Standing]:
        """Every ticket that exists now, as it stands."""
        if self._seen_at != self.now_at:
            alive = [script for script in self.account.tickets if script.created_at <= self.now_at]
            self._standings = {script.id: standing(script, self.now_at) for script in alive}
            self._seen_at = self.now_at
        return self._standings

    def _conversations(self, number: int) -> list[Row]:
        made = self.standings().get(number)
        if made is None or made.is_deleted:
            raise Wrong(404, {})
        return list(conversation_rows(self.scripts[number], self.now_at))

    def _search(self, query: str, page: int) -> Page:
        words = SEARCH.fullmatch(query)
        if words is None or page > SEARCH_PAGES:
            raise invalid("query", "Given query is invalid")
        states = {int(number) for number in re.findall(r"status:(\d+)", words["states"] or "")}
        low, high = day_in(words["low"]) or 0, (day_in(words["high"]) or self.now_at) + DAY_S
        before = (day_in(words["updated"]) or self.now_at) + DAY_S
        found = [
            number
            for number, made in sorted(self.standings().items())
            if low <= made.created_at < high
            and made.updated_at < before
            and (not states or made.status in states)
            and not made.is_deleted
            and not made.is_spam
        ]
        shown = found[(page - 1) * USUAL_PAGE : page * USUAL_PAGE]
        return {"total": len(found), "results": [{"id": number} for number in shown]}

    def _ticket(self, request: Request, number: int) -> Row:
        made = self.standings().get(number)
        if made is None:
            raise Wrong(404, {})
        script = self.scripts[number]
        includes = set(request.query.get("include", "").split(","))
        return ticket_row(script, made, includes, self.people.get(script.requester_id))

    def _export(self, request: Request) -> Page:
        day = request.query.get("created_at", "")
        begins_at = moment(f"{day}T00:00:00Z", "created_at")
        if not self.exports or begins_at + DAY_S > self.now_at or begins_at < NOW - 20 * DAY_S:
            raise Wrong(404, {})
        return {
            "export": [{"url": f"https://freshdesk-exports.s3.amazonaws.com/files/activities_{day}.json?signature=x"}]
        }

    def _file(self, request: Request, name: str) -> Reply:
        if "authorization" in request.headers:
            return Reply(400, b"<Error><Code>InvalidArgument</Code></Error>", content_type="application/xml")
        day = name.removeprefix("activities_").removesuffix(".json")
        begins_at = utc(f"{day}T00:00:00Z")
        told = sorted(lists.activities(self.account, begins_at), key=lambda one: one[0])
        rows = [{"performed_at": dashed(at), **row} for at, row in told]
        return Reply(body=msgspec.json.encode({"activities_data": rows}))


def whole(request: Request, name: str, default: int) -> int:
    """A whole-number parameter from 1 on."""
    text = request.query.get(name, str(default))
    if not text.isdigit() or text == "0":
        raise invalid(name, "It should be a Positive Integer")
    return int(text)


def moment(text: str, name: str) -> int:
    """A moment parameter."""
    try:
        return utc(text)
    except BadRow as error:
        raise invalid(name, "It should be in the 'combined date and time ISO8601' format") from error


def day_in(text: str | None) -> int | None:
    """The first moment of a day, if one is named."""
    return None if text is None else utc(f"{text}T00:00:00Z")


def dashed(at: int) -> str:
    """A moment as the export writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%d-%m-%Y %H:%M:%S %z")


List = Callable[[FreshdeskSandbox, Mapping[str, str]], list[Row]]
LISTS: Mapping[str, List] = {
    "/agents": lambda server, query: lists.agents(),
    "/groups": lambda server, query: lists.groups(),
    "/companies": lambda server, query: lists.companies(),
    "/contacts": lambda server, query: lists.contacts(server.account, server.now_at, query),
    "/surveys/satisfaction_ratings": lambda server, query: lists.ratings(server.account, server.now_at, query),
    "/time_entries": lambda server, query: lists.time_entries(server.account, server.now_at, query),
    "/business_hours": lambda server, query: lists.business_hours(),
    "/sla_policies": lambda server, query: lists.sla_policies(),
    "/ticket_fields": lambda server, query: lists.ticket_fields(),
    "/products": lambda server, query: lists.products(),
    "/roles": lambda server, query: lists.roles(),
}
