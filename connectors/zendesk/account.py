"""The account's own set-up: the small lists that every pull reads first, and what ``check`` tries."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from connectors import Api, Finding, Gone, NotAllowed, Refused, Tally, Window
from connectors.zendesk.paging import ListPage, by_list

T = TypeVar("T")

ADMIN_PAGE = "Admin Center > People > Team > Team members: give the user of the token the role Administrator."
SCOPE = "Admin Center > Apps and integrations > APIs > OAuth clients: give the token the scope 'read'."
PLAN = "Left out: not part of this Zendesk plan, or not switched on. Nothing to do unless you expected it."


class CustomStatus(msgspec.Struct):
    id: int
    status_category: str
    default: bool = False


class CustomStatuses(ListPage):
    is_always_whole = True

    rows: list[msgspec.Raw] = msgspec.field(name="custom_statuses")


class Brand(msgspec.Struct):
    id: int
    name: str


class Brands(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="brands")


class TicketField(msgspec.Struct):
    id: int
    type: str


class TicketFields(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="ticket_fields")


class CustomRole(msgspec.Struct):
    id: int
    role_type: int | None = None


class CustomRoles(ListPage):
    is_always_whole = True

    rows: list[msgspec.Raw] = msgspec.field(name="custom_roles")


class User(msgspec.Struct):
    id: int | None = None
    role: str | None = None
    time_zone: str | None = None
    iana_time_zone: str | None = None


class Me(msgspec.Struct):
    user: User


class Anything(msgspec.Struct):
    """An answer of which only its arrival counts."""


# What, path, parameters, and whether figures go wrong without it.
TRIED: tuple[tuple[str, str, Mapping[str, str | int], bool], ...] = (
    ("tickets", "/incremental/tickets/cursor.json", {"start_time": 0, "per_page": 1}, True),
    ("ticket events", "/incremental/ticket_events.json", {"start_time": 0, "per_page": 1}, True),
    ("users", "/incremental/users/cursor.json", {"start_time": 0, "per_page": 1}, True),
    ("organizations", "/incremental/organizations.json", {"start_time": 0, "per_page": 1}, True),
    ("metric events", "/incremental/ticket_metric_events.json", {"start_time": 0, "per_page": 1}, False),
    (
        "open tickets",
        "/search/export.json",
        {"filter[type]": "ticket", "query": "status<solved", "page[size]": 1},
        False,
    ),
    ("groups", "/groups.json", {"page[size]": 1}, True),
    ("group memberships", "/group_memberships.json", {"page[size]": 1}, True),
    ("schedules", "/business_hours/schedules.json", {}, False),
    ("SLA policies", "/slas/policies.json", {}, False),
    ("satisfaction ratings (legacy)", "/satisfaction_ratings.json", {"page[size]": 1}, False),
    ("survey responses", "/guide/survey_responses.json", {"page[size]": 1}, False),
)


def prepare(api: Api) -> Mapping[str, Any]:
    """Category of each custom status, name of each brand, kind of each ticket field, type of each custom role."""
    statuses = looked_up(api, "/custom_statuses.json", CustomStatuses, CustomStatus)
    return {
        "custom_statuses": {str(one.id): one.status_category for one in statuses},
        "default_statuses": [str(one.id) for one in statuses if one.default],
        "brands": {str(one.id): one.name for one in looked_up(api, "/brands.json", Brands, Brand)},
        "ticket_fields": {
            str(one.id): one.type for one in looked_up(api, "/ticket_fields.json", TicketFields, TicketField)
        },
        "custom_roles": {
            str(one.id): one.role_type for one in looked_up(api, "/custom_roles.json", CustomRoles, CustomRole)
        },
    }


def looked_up(api: Api, path: str, form: type[ListPage], row: type[T]) -> list[T]:
    """The rows of a small list; none where the plan has no such list, without those of another form."""
    try:
        raws = [raw for page in by_list(api, path, form) for raw in page]
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
    """Whose token it is, whether it may export, and one row of each stream."""
    user = api.get("/users/me.json", Me).user
    if user.id is None:
        yield Finding("log-in", False, "Zendesk took the request for one without a key: check email and token.")
        return
    yield Finding("log-in", True)
    yield Finding(f"role '{user.role}'", user.role == "admin", "" if user.role == "admin" else ADMIN_PAGE)
    zone = user.iana_time_zone or user.time_zone
    yield Finding(f"time zone of this user in Zendesk: {zone}", True, "Reports use [reporting] time_zone.")
    for what, path, params, is_needed in TRIED:
        yield tried(api, what, path, params, is_needed=is_needed)


class Count(msgspec.Struct):
    count: int


def tallies(api: Api, window: Window) -> Iterator[Tally]:
    """How many tickets Zendesk finds that were created in the window; deleted ones are not found by search."""
    begin, end = window.since_iso, window.until_iso
    query = f"type:ticket created>={begin}" + (f" created<{end}" if end else "")
    found = api.get("/search/count.json", Count, params={"query": query}).count
    until = f" before {end}" if end else ""
    yield Tally(f"tickets created from {begin}{until}", found, "tickets", "created_at", window.since, window.until)


def tried(api: Api, what: str, path: str, params: Mapping[str, str | int], *, is_needed: bool) -> Finding:
    """Whether the list answers; one that figures can do without is no fault."""
    try:
        api.get(path, Anything, params=params)
    except NotAllowed as refused:
        scope = "scope" in refused.message.lower()
        advice = (SCOPE if scope else ADMIN_PAGE) if is_needed or scope else PLAN
        return Finding(what, not is_needed, f"{refused.message} {advice}")
    except Gone as refused:
        return Finding(what, not is_needed, f"{refused.message} {PLAN}")
    except Refused as refused:
        return Finding(what, False, refused.message)
    return Finding(what, True)
