"""The addresses of the imitation Zendesk, and what each of them answers."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from core.sandbox import account, rows, setup_rows
from core.sandbox.asof import State
from core.sandbox.faults import Page
from core.sandbox.histories import audit_row, ticket_event_row
from core.sandbox.metric_events import MetricEvent, metric_event_row
from core.sandbox.paging import Refused, base, by_cursor, by_time, listed, number, start_time, token, untoken
from core.sandbox.truth import Audit
from core.sandbox.view import WITHHELD_S, Key, View
from core.sandbox.web import Request

Handler = Callable[[View, Request], Page]


def tickets_export(view: View, request: Request) -> Page:
    """Tickets by cursor, deleted and archived ones included."""
    root, metrics = base(request), "metric_sets" in request.query.get("include", "")
    keys: Sequence[Key] = view.exported_tickets()
    if request.query.get("exclude_deleted") == "true":
        keys = [key for key in keys if not _is_deleted(view, key[1])]
    page = by_cursor(view, request, "tickets", keys, lambda place: view.ticket_json(root, place, with_metrics=metrics))
    if metrics:
        page["after_url"] = f"{page['after_url']}&include=metric_sets"
    return page


def _is_deleted(view: View, place: int) -> bool:
    state = view.state(place)
    return state is not None and state.status == "deleted"


def ticket_events_export(view: View, request: Request) -> Page:
    """Audits by time, with whole comments if asked for."""
    comments = "comment_events" in request.query.get("include", "")
    more = "include=comment_events&" if comments else ""

    def render(audit: Audit) -> object:
        return ticket_event_row(audit, comments, view.surveys)

    return by_time(view, request, "ticket_events", view.world.audits, lambda audit: audit.at, render, more)


def users_export(view: View, request: Request) -> Page:
    """Users by cursor."""
    root, people = base(request), view.users()
    newest = view.now_at - WITHHELD_S
    keys = [(person.from_at, place) for place, person in enumerate(people) if person.from_at <= newest]
    return by_cursor(view, request, "users", keys, lambda place: rows.user_row(root, people[place]))


def organizations_export(view: View, request: Request) -> Page:
    """Organizations by time."""
    root = base(request)
    items = sorted(view.world.organizations, key=lambda one: (one.updated_at, one.id))
    return by_time(
        view,
        request,
        "organizations",
        items,
        lambda one: one.updated_at,
        lambda one: rows.organization_row(root, one),
    )


def metric_events_export(view: View, request: Request) -> Page:
    """Metric events by time, or by `page[size]`."""

    def render(event: MetricEvent) -> object:
        return metric_event_row(event, view.now_at)

    if "page[size]" not in request.query:
        return by_time(view, request, "ticket_metric_events", view.metric_events, lambda event: event.at, render)
    events, start = view.metric_events, start_time(view, request)
    size = max(1, min(number(request, "page[size]"), 1_000))
    after = request.query.get("page[after]")
    first = untoken(after)[1] + 1 if after else bisect_left(events, start, key=lambda event: event.at)
    end = bisect_right(events, view.now_at - WITHHELD_S, key=lambda event: event.at)
    page = events[first : min(first + size, end)]
    cursor = token(0, first + len(page) - 1)
    path = f"{request.base}{request.path}?start_time={start}&page[size]={size}&page[after]={cursor}"
    has_more = first + size < end
    return {
        "ticket_metric_events": [render(event) for event in page],
        "meta": {"has_more": has_more, "after_cursor": cursor, "before_cursor": None},
        "links": {"next": path if has_more else None, "prev": None},
    }


def satisfaction_ratings(view: View, request: Request) -> Page:
    """Legacy ratings; `start_time` looks at when they were offered."""
    if view.surveys != "legacy":
        raise Refused(403, "Forbidden", "Access to this resource is restricted. Satisfaction ratings are not active.")
    root, score = base(request), request.query.get("score", "")
    start, end = number(request, "start_time", 0), number(request, "end_time", view.now_at)
    wanted = {"received": ("good", "bad"), "": ("good", "bad", "offered")}.get(score, (score,))
    found = [state for state in view.rated() if start <= (state.offered_at or 0) <= end and rows.score(state) in wanted]
    return listed(request, "satisfaction_ratings", found, render=lambda state: rows.satisfaction_row(root, state))


def survey_responses(view: View, request: Request) -> Page:
    """The newer surveys, where they are active."""
    if view.surveys == "legacy":
        raise Refused(404, {"title": "Invalid endpoint", "message": "Not found"})
    # This list alone counts its moments in milliseconds.
    start = number(request, "filter[created_at_start]", 0) // 1000
    answered = sorted(
        (state for state in view.rated() if state.rating and (state.rated_at or 0) >= start),
        key=lambda state: (state.rated_at or 0, state.ticket.id),
    )
    return listed(request, "survey_responses", answered, render=rows.survey_response)


def ticket_audits(view: View, request: Request) -> Page:
    """One ticket's audits; a deleted ticket has none."""
    state = view.state_of(int(request.query.pop("ticket")))
    if state is None or state.status == "deleted":
        raise Refused(404, "RecordNotFound", "Not found")
    audits = state.ticket.audits[: state.audits]
    return listed(request, "audits", audits, render=lambda audit: audit_row(audit, view.surveys))


def ticket_shown(view: View, request: Request) -> Page:
    """One ticket."""
    state = view.state_of(int(request.query["ticket"]))
    if state is None or state.status == "deleted":
        raise Refused(404, "RecordNotFound", "Not found")
    return {"ticket": rows.ticket_row(base(request), state, view.surveys)}


def ticket_metrics(view: View, request: Request) -> Page:
    """One ticket's metric set."""
    state = view.state_of(int(request.query["ticket"]))
    if state is None or state.status == "deleted":
        raise Refused(404, "RecordNotFound", "Not found")
    return {"ticket_metric": rows.metric_set(base(request), state)}


STATUS_ORDER = ("new", "open", "pending", "hold", "solved", "closed")


def _search(view: View, query: str) -> list[int]:
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
    for place in range(len(view.world.tickets)):
        state = view.state(place)
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


def search_export(view: View, request: Request) -> Page:
    """All tickets that a query finds, by birth."""
    if request.query.get("filter[type]") != "ticket":
        raise Refused(400, "InvalidType", "filter[type] must be ticket here")
    root = base(request)
    places = _search(view, request.query.get("query", ""))
    request.query.setdefault("page[size]", "100")

    def render(place: int) -> object:
        return view.ticket_json(root, place, with_metrics=False)

    return listed(request, "results", places, largest=1_000, render=render) | {"facets": None}


def search_count(view: View, request: Request) -> Page:
    """How many tickets a query finds."""
    return {"count": len(_search(view, request.query.get("query", "")))}


def groups(view: View, request: Request) -> Page:
    """Groups."""
    return listed(request, "groups", setup_rows.groups(base(request), view.world))


def group_memberships(view: View, request: Request) -> Page:
    """Who is in which group."""
    found = setup_rows.group_memberships(base(request), view.users())
    return listed(request, "group_memberships", found)


def brands(_view: View, request: Request) -> Page:
    """Brands."""
    return listed(request, "brands", setup_rows.brands(base(request)))


def ticket_fields(_view: View, request: Request) -> Page:
    """Ticket fields."""
    return listed(request, "ticket_fields", setup_rows.ticket_fields(base(request)))


def custom_roles(_view: View, _request: Request) -> Page:
    """The one role besides the system's own."""
    role = {"id": account.LIGHT_AGENT_ROLE, "name": "Light agent", "role_type": 1}
    return {"custom_roles": [role], "count": 1, "next_page": None, "previous_page": None}


def custom_statuses(_view: View, _request: Request) -> Page:
    """Custom statuses."""
    return {"custom_statuses": setup_rows.custom_statuses()}


def sla_policies(_view: View, request: Request) -> Page:
    """SLA policies."""
    found = setup_rows.sla_policies(base(request))
    return {"sla_policies": found, "count": len(found), "next_page": None, "previous_page": None}


def schedules(view: View, _request: Request) -> Page:
    """Schedules."""
    return {"schedules": setup_rows.schedules(view.world, view.now_at)}


def schedule_holidays(view: View, request: Request) -> Page:
    """One schedule's holidays."""
    if int(request.query["schedule"]) not in (account.SCHEDULE_SUPPORT, account.SCHEDULE_VIP):
        raise Refused(404, "RecordNotFound", "Not found")
    return {"holidays": setup_rows.holidays(view.world, view.now_at)}


def me(view: View, request: Request) -> Page:
    """The user whose key it is."""
    admin = next(person for person in view.users() if person.id == account.ADMIN)
    return {"user": rows.user_row(base(request), admin)}


def settings(view: View, _request: Request) -> Page:
    """What the account has switched on."""
    active = {"customer_satisfaction": view.surveys == "legacy", "user_tagging": True, "ticket_tagging": True}
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
        (r"/custom_roles", custom_roles),
        (r"/slas/policies", sla_policies),
        (r"/business_hours/schedules", schedules),
        (r"/business_hours/schedules/(?P<schedule>\d+)/holidays", schedule_holidays),
        (r"/users/me", me),
        (r"/account/settings", settings),
    )
)
