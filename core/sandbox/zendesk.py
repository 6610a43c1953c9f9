"""An imitation Zendesk Support account over real HTTP, as apis.md of the specification describes it.

Its clock stands still until `now_at` is set: only what happened before is visible, and tickets show their state of then.
"""

import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

import msgspec

from core.sandbox import account, rows, setup_rows
from core.sandbox.asof import State, as_of, is_agent, version_times
from core.sandbox.faults import Page
from core.sandbox.histories import audit_row, ticket_event_row
from core.sandbox.limits import Limits, Meter
from core.sandbox.metric_events import MetricEvent, metric_event_row, metric_events
from core.sandbox.truth import Audit, Person, Ticket
from core.sandbox.web import Reply, Request, Sandbox
from core.sandbox.world import World

T = TypeVar("T")

EMAIL, TOKEN, OAUTH_TOKEN = "bot@lumo.example", "sandbox-token", "sandbox-oauth"
WITHHELD_S = 60
"""Exports leave out what changed in the minute before the request."""

Key = tuple[int, int]
Handler = Callable[["ZendeskSandbox", Request], Page]


class Refused(Exception):
    """A request that the vendor answers with an error."""

    def __init__(self, status: int, error: object, description: str = "") -> None:
        super().__init__(description)
        self.status, self.body = status, {"error": error, "description": description}


class ZendeskSandbox(Sandbox):
    """The account of a world."""

    name = "zendesk"

    def __init__(
        self,
        world: World,
        *,
        now_at: int | None = None,
        limits: Limits = Limits(),
        surveys: str = "legacy",
        email: str = EMAIL,
        token: str = TOKEN,
        oauth_token: str = OAUTH_TOKEN,
        seed: int = 7,
        gzip_pages: bool = True,
    ) -> None:
        self.world, self.surveys = world, surveys
        self.now_at = world.until if now_at is None else now_at
        self.meter = Meter(limits)
        basic = b64encode(f"{email}/token:{token}".encode()).decode()
        self.keys = {f"Basic {basic}", f"Bearer {oauth_token}"}
        self.nonce = 0
        self.versions = [version_times(ticket) for ticket in world.tickets]
        self.bytes: dict[tuple[int, int], msgspec.Raw] = {}
        self.order: tuple[int, list[Key]] = (-1, [])
        super().__init__(seed=seed, gzip_pages=gzip_pages)

    def set_limits(self, limits: Limits) -> None:
        """New limits, counted from now."""
        self.meter = Meter(limits)

    def control(self, wish: Mapping[str, object]) -> object:
        """Besides the faults: `now_at`, `advance` (seconds) and `limits`."""
        if "now_at" in wish:
            self.now_at = int(str(wish["now_at"]))
        if "advance" in wish:
            self.now_at += int(str(wish["advance"]))
        if "limits" in wish:
            self.set_limits(msgspec.convert(wish["limits"], Limits))
        if "surveys" in wish:
            self.surveys = str(wish["surveys"])
        return {"now_at": self.now_at, "said": super().control(wish)}

    def handle(self, request: Request) -> Reply:
        """The vendor's answer: log-in, then limits, then the address."""
        if request.headers.get("authorization") not in self.keys:
            return Reply(401, msgspec.json.encode({"error": "Couldn't authenticate you"}))
        path = request.path.removeprefix("/api/v2").removesuffix(".json").rstrip("/")
        with self.lock:
            passed, headers = self.meter.take(incremental=path.startswith("/incremental/"))
        if not passed:
            error = {"error": "APIRateLimitExceeded", "description": "Too many requests"}
            return Reply(429, msgspec.json.encode(error), headers=headers)
        try:
            for pattern, handler in ROUTES:
                if match := pattern.fullmatch(path):
                    request.query |= match.groupdict()
                    with self.lock:
                        return Reply(page=handler(self, request), headers=headers)
            raise Refused(404, {"title": "Invalid endpoint", "message": "Not found"})
        except Refused as refused:
            return Reply(refused.status, msgspec.json.encode(refused.body), headers=headers)

    def base(self, request: Request) -> str:
        """The root of all addresses in answers."""
        return f"{request.base}/api/v2"

    def state(self, ticket_id: int) -> State | None:
        """The truth about a ticket as of the account's clock."""
        ticket = self.world.ticket_by_id.get(ticket_id)
        return as_of(self.world, ticket, self.now_at) if ticket else None

    def visible_tickets(self) -> list[Key]:
        """(generated_timestamp, place) of all tickets that the export shows now, in its order."""
        if self.order[0] != self.now_at:
            newest = self.now_at - WITHHELD_S
            keys = []
            for place, times in enumerate(self.versions):
                known = bisect_right(times, self.now_at + 1)
                if known and self.world.tickets[place].created_at <= self.now_at and times[known - 1] <= newest:
                    keys.append((times[known - 1], place))
            self.order = (self.now_at, sorted(keys))
        return self.order[1]

    def ticket_json(self, base: str, place: int, with_metrics: bool) -> msgspec.Raw:
        """A ticket's bytes, rendered once for each of its versions."""
        ticket = self.world.tickets[place]
        version = bisect_right(self.versions[place], self.now_at + 1) * 2 + with_metrics
        found = self.bytes.get((place, version))
        if found is None:
            state = as_of(self.world, ticket, self.now_at)
            if state is None:
                raise Refused(404, "RecordNotFound", "Not found")
            row = rows.ticket_row(base, state, self.surveys)
            if with_metrics:
                row["metric_set"] = rows.metric_set(base, state)
            found = self.bytes[place, version] = msgspec.Raw(msgspec.json.encode(row))
        return found

    @cached_property
    def metric_events(self) -> list[MetricEvent]:
        """All metric events, made when first asked for."""
        return metric_events(self.world)

    @cached_property
    def user_states(self) -> list[Person]:
        """All states of all users in the order of their export."""
        return sorted(self.world.people, key=lambda person: (person.from_at, person.id))

    def users(self) -> list[Person]:
        """Each user's state now, in order of the last change."""
        newest: dict[int, Person] = {}
        for person in self.user_states:
            if person.from_at <= self.now_at:
                newest[person.id] = person
        return sorted(newest.values(), key=lambda person: (person.from_at, person.id))

    def rated(self) -> list[State]:
        """Tickets with a survey, in order of the offer."""
        known = (as_of(self.world, ticket, self.now_at) for ticket in self.world.tickets)
        offered = [state for state in known if state and state.offered_at is not None and state.status != "deleted"]
        return sorted(offered, key=lambda state: (state.offered_at or 0, state.ticket.id))

    def repeat(self, kind: str, request: Request, page: Page) -> None:
        """`same_cursor`: the next page is this page again, by the very cursor asked with. `twice`: this page comes once
        more under a new cursor. `stuck`: a time export that stays in its second."""
        if "after_cursor" in page:
            here = request.query.get("cursor") or token(int(request.query.get("start_time", 0)), -1)
            if kind != "same_cursor":
                self.nonce += 1
                here = token(*untoken(here), nonce=self.nonce)
            page["after_cursor"] = here
            page["after_url"] = f"{self.base(request)}{request.path.removeprefix('/api/v2')}?cursor={here}"
        elif "next_page" in page and "start_time" in request.query:
            start = request.query["start_time"]
            page["end_time"] = int(start)
            page["next_page"] = re.sub(r"start_time=\d+", f"start_time={start}", str(page["next_page"]))
        elif isinstance(meta := page.get("meta"), dict):
            meta["after_cursor"] = request.query.get("page[after]", "")
            meta["has_more"] = True
        if "end_of_stream" in page:
            page["end_of_stream"] = False


def token(at: int, place: int, nonce: int = 0) -> str:
    """A cursor: the last row's position, opaque to the reader."""
    return urlsafe_b64encode(f"{at}||{place}|{nonce}".encode()).decode()


def untoken(cursor: str) -> Key:
    """The position in a cursor."""
    try:
        at, _, place, _ = urlsafe_b64decode(cursor).decode().split("|")
        return int(at), int(place)
    except (Base64Error, UnicodeDecodeError, ValueError) as error:
        raise Refused(400, "InvalidCursor", "The cursor is invalid") from error


def number(request: Request, name: str, default: int | None = None) -> int:
    """A whole-number parameter."""
    text = request.query.get(name)
    if text is None and default is not None:
        return default
    if text is None or not text.lstrip("-").isdigit():
        raise Refused(422, "InvalidValue", f"{name} is invalid")
    return int(text)


def start_time(server: ZendeskSandbox, request: Request) -> int:
    """The parameter of that name; a moment in the last minute is refused."""
    start = number(request, "start_time")
    if start > server.now_at - WITHHELD_S:
        raise Refused(422, "StartTimeTooRecent", "Too recent start_time. Use a start_time older than 1 minute")
    return start


def by_cursor(
    server: ZendeskSandbox, request: Request, name: str, keys: Sequence[Key], render: Callable[[int], object]
) -> Page:
    """A page of a cursor export; its cursor is never null, whether there is more or not."""
    size = min(number(request, "per_page", 1_000), 1_000)
    if "cursor" in request.query:
        after = untoken(request.query["cursor"])
    else:
        after = (start_time(server, request), -1)
    first = bisect_right(keys, after)
    page = keys[first : first + size]
    cursor = token(*(page[-1] if page else after))
    path = request.path.removeprefix("/api/v2")
    return {
        name: [render(place) for _, place in page],
        "after_cursor": cursor,
        "after_url": f"{server.base(request)}{path}?cursor={cursor}&per_page={size}",
        "before_cursor": None,
        "before_url": None,
        "end_of_stream": first + size >= len(keys),
    }


def by_time(
    server: ZendeskSandbox,
    request: Request,
    name: str,
    items: Sequence[T],
    when: Callable[[T], int],
    render: Callable[[T], object],
    more: str = "",
) -> Page:
    """A page of a time export: the next begins in the second in which this one ended, so its rows come again."""
    size = min(number(request, "per_page", 1_000), 1_000)
    start = start_time(server, request)
    first = bisect_left(items, start, key=when)
    end = bisect_right(items, server.now_at - WITHHELD_S, key=when)
    page = list(items[first : min(first + size, end)])
    if page and when(page[-1]) == start and first + size < end:
        # A second with more rows than a page would hold the reader for ever.
        page = list(items[first : min(bisect_right(items, start, key=when), end)])
        if first + len(page) < end:
            page.append(items[first + len(page)])
    end_time = when(page[-1]) if page else start
    path = request.path.removeprefix("/api/v2")
    return {
        name: [render(item) for item in page],
        "count": len(page),
        "end_of_stream": first + len(page) >= end,
        "end_time": end_time,
        "next_page": f"{server.base(request)}{path}?{more}per_page={size}&start_time={end_time}",
    }


def listed(server: ZendeskSandbox, request: Request, name: str, items: Sequence[object], largest: int = 100) -> Page:
    """A page of a list; the whole list in one page when no size is asked for."""
    if "page[size]" not in request.query:
        return {name: list(items), "count": len(items), "next_page": None, "previous_page": None}
    size = max(1, min(number(request, "page[size]"), largest))
    after = request.query.get("page[after]")
    first = untoken(after)[1] + 1 if after else 0
    page = list(items[first : first + size])
    cursor = token(0, first + len(page) - 1)
    has_more = first + size < len(items)
    kept = "&".join(f"{key}={value}" for key, value in request.query.items() if key != "page[after]")
    following = f"{request.base}{request.path}?{kept}&page[after]={cursor}"
    return {
        name: page,
        "meta": {"has_more": has_more, "after_cursor": cursor if page else None, "before_cursor": None},
        "links": {"next": following if has_more else None, "prev": None},
    }


def tickets_export(server: ZendeskSandbox, request: Request) -> Page:
    base, metrics = server.base(request), "metric_sets" in request.query.get("include", "")
    keys: Sequence[Key] = server.visible_tickets()
    if request.query.get("exclude_deleted") == "true":
        keys = [key for key in keys if not _is_deleted(server, key[1])]
    page = by_cursor(server, request, "tickets", keys, lambda place: server.ticket_json(base, place, metrics))
    if metrics:
        page["after_url"] = f"{page['after_url']}&include=metric_sets"
    return page


def _is_deleted(server: ZendeskSandbox, place: int) -> bool:
    state = as_of(server.world, server.world.tickets[place], server.now_at)
    return state is not None and state.status == "deleted"


def ticket_events_export(server: ZendeskSandbox, request: Request) -> Page:
    comments = "comment_events" in request.query.get("include", "")
    more = "include=comment_events&" if comments else ""

    def render(audit: Audit) -> object:
        return ticket_event_row(audit, comments, server.surveys)

    return by_time(server, request, "ticket_events", server.world.audits, lambda audit: audit.at, render, more)


def users_export(server: ZendeskSandbox, request: Request) -> Page:
    base, people = server.base(request), server.users()
    newest = server.now_at - WITHHELD_S
    keys = [(person.from_at, place) for place, person in enumerate(people) if person.from_at <= newest]
    return by_cursor(server, request, "users", keys, lambda place: rows.user_row(base, people[place]))


def organizations_export(server: ZendeskSandbox, request: Request) -> Page:
    base = server.base(request)
    items = sorted(server.world.organizations, key=lambda one: (one.updated_at, one.id))
    return by_time(
        server,
        request,
        "organizations",
        items,
        lambda one: one.updated_at,
        lambda one: rows.organization_row(base, one),
    )


def metric_events_export(server: ZendeskSandbox, request: Request) -> Page:
    def render(event: MetricEvent) -> object:
        return metric_event_row(event, server.now_at)

    if "page[size]" not in request.query:
        return by_time(server, request, "ticket_metric_events", server.metric_events, lambda event: event.at, render)
    events, start = server.metric_events, start_time(server, request)
    size = max(1, min(number(request, "page[size]"), 1_000))
    after = request.query.get("page[after]")
    first = untoken(after)[1] + 1 if after else bisect_left(events, start, key=lambda event: event.at)
    end = bisect_right(events, server.now_at - WITHHELD_S, key=lambda event: event.at)
    page = events[first : min(first + size, end)]
    cursor = token(0, first + len(page) - 1)
    path = f"{request.base}{request.path}?start_time={start}&page[size]={size}&page[after]={cursor}"
    has_more = first + size < end
    return {
        "ticket_metric_events": [render(event) for event in page],
        "meta": {"has_more": has_more, "after_cursor": cursor, "before_cursor": None},
        "links": {"next": path if has_more else None, "prev": None},
    }


def satisfaction_ratings(server: ZendeskSandbox, request: Request) -> Page:
    if server.surveys != "legacy":
        raise Refused(403, "Forbidden", "Access to this resource is restricted. Satisfaction ratings are not active.")
    base, score = server.base(request), request.query.get("score", "")
    start, end = number(request, "start_time", 0), number(request, "end_time", server.now_at)
    found = [rows.satisfaction_row(base, state) for state in server.rated() if start <= (state.offered_at or 0) <= end]
    wanted = {"received": ("good", "bad"), "": ("good", "bad", "offered")}.get(score, (score,))
    kept = [row for row in found if row["score"] in wanted]
    return listed(server, request, "satisfaction_ratings", kept)


def survey_responses(server: ZendeskSandbox, request: Request) -> Page:
    if server.surveys == "legacy":
        raise Refused(404, {"title": "Invalid endpoint", "message": "Not found"})
    answered = sorted(
        (state for state in server.rated() if state.rating), key=lambda state: (state.rated_at or 0, state.ticket.id)
    )
    return listed(server, request, "survey_responses", [rows.survey_response(state) for state in answered])


def ticket_audits(server: ZendeskSandbox, request: Request) -> Page:
    state = server.state(int(request.query.pop("ticket")))
    if state is None or state.status == "deleted":
        raise Refused(404, "RecordNotFound", "Not found")
    audits = [audit_row(audit, server.surveys) for audit in state.ticket.audits[: state.audits]]
    return listed(server, request, "audits", audits)


def ticket_shown(server: ZendeskSandbox, request: Request) -> Page:
    state = server.state(int(request.query["ticket"]))
    if state is None or state.status == "deleted":
        raise Refused(404, "RecordNotFound", "Not found")
    return {"ticket": rows.ticket_row(server.base(request), state, server.surveys)}


def ticket_metrics(server: ZendeskSandbox, request: Request) -> Page:
    state = server.state(int(request.query["ticket"]))
    if state is None or state.status == "deleted":
        raise Refused(404, "RecordNotFound", "Not found")
    return {"ticket_metric": rows.metric_set(server.base(request), state)}


STATUS_ORDER = ("new", "open", "pending", "hold", "solved", "closed")


def _search(server: ZendeskSandbox, query: str) -> list[int]:
    """Places of the tickets that a query of status and created conditions finds, by birth; archived ones included."""
    tests: list[Callable[[State], bool]] = []
    for word in query.split():
        match = re.fullmatch(r"(-?)(status|created|type)(:|<=|>=|<|>)(\S+)", word)
        if not match:
            raise Refused(422, "InvalidQuery", f"cannot read {word!r}")
        sign, name, operator, wanted = match.groups()
        if name != "type":
            tests.append(_condition(name, operator, wanted, negated=bool(sign)))
    found = []
    for place, ticket in enumerate(server.world.tickets):
        state = as_of(server.world, ticket, server.now_at)
        if state and state.status != "deleted" and all(test(state) for test in tests):
            found.append(place)
    return found


def _condition(name: str, operator: str, wanted: str, *, negated: bool) -> Callable[[State], bool]:
    def compare(left: object, right: object) -> bool:
        order = {":": "==", "<": "<", ">": ">", "<=": "<=", ">=": ">="}[operator]
        a, b = str(left), str(right)
        return {"==": a == b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[order] != negated

    if name == "status":
        if wanted not in STATUS_ORDER:
            raise Refused(422, "InvalidQuery", f"no such status: {wanted}")
        return lambda state: compare(STATUS_ORDER.index(state.status), STATUS_ORDER.index(wanted))
    return lambda state: compare((rows.iso(state.ticket.created_at) or "")[: len(wanted)], wanted)


def search_export(server: ZendeskSandbox, request: Request) -> Page:
    if request.query.get("filter[type]") != "ticket":
        raise Refused(400, "InvalidType", "filter[type] must be ticket here")
    base = server.base(request)
    places = _search(server, request.query.get("query", ""))
    request.query.setdefault("page[size]", "100")
    page = listed(server, request, "results", places, largest=1_000)
    chosen = page["results"]
    page["results"] = [server.ticket_json(base, place, False) for place in chosen if isinstance(place, int)]  # type: ignore[attr-defined]
    page["facets"] = None
    return page


def search_count(server: ZendeskSandbox, request: Request) -> Page:
    return {"count": len(_search(server, request.query.get("query", "")))}


def groups(server: ZendeskSandbox, request: Request) -> Page:
    return listed(server, request, "groups", setup_rows.groups(server.base(request), server.world))


def group_memberships(server: ZendeskSandbox, request: Request) -> Page:
    found = setup_rows.group_memberships(server.base(request), server.users())
    return listed(server, request, "group_memberships", found)


def brands(server: ZendeskSandbox, request: Request) -> Page:
    return listed(server, request, "brands", setup_rows.brands(server.base(request)))


def ticket_fields(server: ZendeskSandbox, request: Request) -> Page:
    return listed(server, request, "ticket_fields", setup_rows.ticket_fields(server.base(request)))


def custom_statuses(server: ZendeskSandbox, request: Request) -> Page:
    return {"custom_statuses": setup_rows.custom_statuses()}


def sla_policies(server: ZendeskSandbox, request: Request) -> Page:
    found = setup_rows.sla_policies(server.base(request))
    return {"sla_policies": found, "count": len(found), "next_page": None, "previous_page": None}


def schedules(server: ZendeskSandbox, request: Request) -> Page:
    return {"schedules": setup_rows.schedules(server.world, server.now_at)}


def schedule_holidays(server: ZendeskSandbox, request: Request) -> Page:
    if int(request.query["schedule"]) not in (account.SCHEDULE_SUPPORT, account.SCHEDULE_VIP):
        raise Refused(404, "RecordNotFound", "Not found")
    return {"holidays": setup_rows.holidays(server.world, server.now_at)}


def me(server: ZendeskSandbox, request: Request) -> Page:
    admin = next(person for person in server.users() if person.id == account.ADMIN)
    return {"user": rows.user_row(server.base(request), admin)}


def settings(server: ZendeskSandbox, request: Request) -> Page:
    active = {"customer_satisfaction": server.surveys == "legacy", "user_tagging": True, "ticket_tagging": True}
    return {"settings": {"active_features": active, "statistics": {}, "tickets": {"list_newest_comments_first": True}}}


ROUTES: tuple[tuple[re.Pattern[str], Handler], ...] = tuple(
    (re.compile(path), handler)
    for path, handler in (
        (r"/incremental/tickets/cursor", tickets_export),
        (r"/incremental/ticket_events", ticket_events_export),
        (r"/incremental/users/cursor", users_export),
        (r"/incremental/organizations", organizations_export),
        (r"/incremental/ticket_metric_events", metric_events_export),
        (r"/satisfaction_ratings", satisfaction_ratings),
        (r"/guide/survey_responses", survey_responses),
        (r"/tickets/(?P<ticket>\d+)/audits", ticket_audits),
        (r"/tickets/(?P<ticket>\d+)/metrics", ticket_metrics),
        (r"/tickets/(?P<ticket>\d+)", ticket_shown),
        (r"/search/export", search_export),
        (r"/search/count", search_count),
        (r"/groups", groups),
        (r"/group_memberships", group_memberships),
        (r"/brands", brands),
        (r"/ticket_fields", ticket_fields),
        (r"/custom_statuses", custom_statuses),
        (r"/slas/policies", sla_policies),
        (r"/business_hours/schedules", schedules),
        (r"/business_hours/schedules/(?P<schedule>\d+)/holidays", schedule_holidays),
        (r"/users/me", me),
        (r"/account/settings", settings),
    )
)
