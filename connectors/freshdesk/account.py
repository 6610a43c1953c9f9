"""The account's own set-up: the small lists that pulls read ahead, what ``check`` tries, and Freshdesk's own counts."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from connectors import Api, Finding, Gone, NotAllowed, Refused, Tally, Window
from connectors.freshdesk.activities import OFF
from connectors.freshdesk.paging import ARCHIVED_AFTER_S, DAY_S, iso, moment_in, whole

T = TypeVar("T")

ROLE = "Admin > Team > Agents: give the agent of the key the role Account Administrator, all tickets in scope."
ALL_TICKETS = 1
PLAN = "Left out: not part of this Freshdesk plan, or not switched on. Nothing to do unless you expected it."


class Field(msgspec.Struct):
    name: str
    type: str = ""
    choices: Any = None


class Named(msgspec.Struct):
    id: int
    name: str
    business_hour_id: int | None = None


class Me(msgspec.Struct):
    """The agent of the key. ``ticket_scope``: 1 all tickets, 2 those of his groups, 3 his own."""

    ticket_scope: int | None = None


class Total(msgspec.Struct):
    total: int


# What, path, parameters, and whether figures go wrong without it.
TRIED: tuple[tuple[str, str, Mapping[str, str | int], bool], ...] = (
    ("tickets", "/tickets", {"updated_since": "2010-01-01T00:00:00Z", "include": "stats", "per_page": 1}, True),
    ("spam", "/tickets", {"updated_since": "2010-01-01T00:00:00Z", "filter": "spam", "per_page": 1}, True),
    (
        "deleted tickets",
        "/tickets",
        {"updated_since": "2010-01-01T00:00:00Z", "filter": "deleted", "per_page": 1},
        True,
    ),
    ("contacts", "/contacts", {"per_page": 1}, True),
    ("agents", "/agents", {"per_page": 1}, True),
    ("groups", "/groups", {"per_page": 1}, True),
    ("companies", "/companies", {"per_page": 1}, False),
    ("ticket fields", "/ticket_fields", {}, True),
    ("satisfaction ratings", "/surveys/satisfaction_ratings", {"per_page": 1}, False),
    ("time entries", "/time_entries", {"per_page": 1}, False),
    ("business hours", "/business_hours", {}, False),
    ("SLA policies", "/sla_policies", {}, False),
)


def prepare(api: Api) -> Mapping[str, Any]:
    """Names of statuses, kinds of fields, names of products, roles and groups, business hours of groups."""
    fields = looked_up(api, "/ticket_fields", Field)
    groups = looked_up(api, "/groups", Named)
    return {
        "statuses": status_names(next((one.choices for one in fields if one.name == "status"), None)),
        "ticket_fields": {one.name: one.type for one in fields},
        "groups": {one.name: str(one.id) for one in groups},
        "business_hours": {str(one.id): str(one.business_hour_id) for one in groups if one.business_hour_id},
        "products": {str(one.id): one.name for one in looked_up(api, "/products", Named)},
        "roles": {str(one.id): one.name for one in looked_up(api, "/roles", Named)},
    }


def status_names(choices: Any) -> dict[str, str]:
    """The name of each status for agents: the first of two words, or the only one."""
    found = choices if isinstance(choices, dict) else {}
    names = {number: names[0] if isinstance(names, list) and names else names for number, names in found.items()}
    return {number: name for number, name in names.items() if isinstance(name, str)}


def looked_up(api: Api, path: str, row: type[T]) -> list[T]:
    """The rows of a small list; none where the plan has no such list, without those of another form."""
    try:
        raws = [raw for page in whole(api, path) for raw in page]
    except (NotAllowed, Gone):
        return []
    found = []
    for raw in raws:
        try:
            found.append(msgspec.json.decode(raw, type=row))
        except msgspec.ValidationError:
            continue
    return found


def check(api: Api) -> Iterator[Finding]:
    """Whether the key logs in and sees all tickets, and one row of each list."""
    try:
        scope = api.get("/agents/me", Me).ticket_scope
    except Refused:
        # Whose key it is may be hidden; a wrong one is refused everywhere.
        scope = None
    yield Finding("log-in", True)
    if scope is not None:
        yield Finding("all tickets in sight", scope == ALL_TICKETS, "" if scope == ALL_TICKETS else ROLE)
    for what, path, params, is_needed in TRIED:
        yield tried(api, what, path, params, is_needed=is_needed)
    yield Finding("export of ticket activities: asked for at each pull", True, OFF)


def tried(api: Api, what: str, path: str, params: Mapping[str, str | int], *, is_needed: bool) -> Finding:
    """Whether the list answers; one that figures can do without is no fault."""
    try:
        api.get(path, list[msgspec.Raw], params=params)
    except (NotAllowed, Gone) as refused:
        return Finding(what, not is_needed, f"{refused.message} {ROLE if is_needed else PLAN}")
    except Refused as refused:
        return Finding(what, False, refused.message)
    return Finding(what, True)


def tallies(api: Api, window: Window) -> Iterator[Tally]:
    """Tickets by days of creation (UTC), as Freshdesk's search counts them, and the spam that the search leaves out;
    of days from which none can be archived yet, as it leaves out those too."""
    end_at = window.until or window.now_at
    to_at = end_at // DAY_S * DAY_S if end_at else None
    from_at = max(window.since // DAY_S, (end_at - ARCHIVED_AFTER_S) // DAY_S + 1) * DAY_S
    if to_at is not None and from_at >= to_at:
        return
    # The language of the search knows days only, and both named days are counted in.
    bounds = [f"created_at:>'{iso(from_at)[:10]}'"]
    bounds += [] if to_at is None else [f"created_at:<'{iso(to_at - DAY_S)[:10]}'"]
    total = api.get("/search/tickets", Total, params={"query": f'"{" AND ".join(bounds)}"'}).total
    asked = {"filter": "spam", "updated_since": iso(from_at)}
    born = [moment_in(raw, "created_at", window.now_at) for page in whole(api, "/tickets", asked) for raw in page]
    spam = sum(at is not None and from_at <= at and (to_at is None or at < to_at) for at in born)
    what = f"tickets created from {iso(from_at)[:10]}" + ("" if to_at is None else f" to {iso(to_at - DAY_S)[:10]}")
    yield Tally(what, total + spam, "tickets", "created_at", from_at, to_at)
