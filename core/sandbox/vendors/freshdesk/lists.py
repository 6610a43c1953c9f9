"""The smaller lists of the account: people, set-up, ratings, booked time and the export of activities."""

from collections.abc import Iterator, Mapping

from core.clock import DAY_S, iso, utc
from core.sandbox.vendors.freshdesk.account import (
    AGENTS,
    COMPANIES,
    GROUPS,
    NOW,
    PRODUCTS,
    STATUSES,
    Account,
    Script,
)
from core.sandbox.vendors.freshdesk.rows import Row, activity_rows, standing

BEGUN = iso(NOW - 400 * DAY_S)
ROLES = {31: "Account Administrator", 32: "Agent"}
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")


def agents() -> list[Row]:
    """Who works here."""
    return [
        {
            "id": number,
            "available": True,
            "occasional": False,
            "ticket_scope": 1,
            "type": "support_agent",
            "role_ids": [31 if number == 9_003 else 32],
            "group_ids": [group for group, (_, members, _) in GROUPS.items() if number in members],
            "created_at": BEGUN,
            "updated_at": BEGUN,
            "contact": {
                "active": True,
                "name": name,
                "email": f"{name.split()[0].lower()}@desk.example",
                "time_zone": "Berlin",
                "created_at": BEGUN,
                "updated_at": BEGUN,
            },
        }
        for number, name in AGENTS.items()
    ]


def groups() -> list[Row]:
    """Their groups."""
    return [
        {
            "id": number,
            "name": name,
            "agent_ids": list(members),
            "business_hour_id": hours,
            "created_at": BEGUN,
            "updated_at": BEGUN,
        }
        for number, (name, members, hours) in GROUPS.items()
    ]


def companies() -> list[Row]:
    """The customers' companies."""
    return [
        {"id": number, "name": name, "account_tier": "Premium", "created_at": BEGUN, "updated_at": BEGUN}
        for number, name in COMPANIES.items()
    ]


def contacts(account: Account, now_at: int, query: Mapping[str, str]) -> list[Row]:
    """Contacts of one state that changed since a moment; deleted and blocked ones are in lists of their own."""
    since, wanted = utc(query.get("_updated_since", "1970-01-01T00:00:00Z")), query.get("state", "")
    rows = []
    for one in account.people:
        is_deleted = one.deleted_at is not None and one.deleted_at <= now_at
        state = "deleted" if is_deleted else "blocked" if one.is_blocked else ""
        changed_at = one.deleted_at if is_deleted and one.deleted_at is not None else one.created_at
        if state != wanted or changed_at < since or one.created_at > now_at:
            continue
        rows.append(
            {
                "id": one.id,
                "active": True,
                "name": one.name,
                "email": one.email,
                "phone": one.phone,
                "mobile": None,
                "other_emails": [f"second.{one.email}"] if one.id % 8 == 0 else [],
                "company_id": one.company_id,
                "language": "de",
                "tags": list(one.tags),
                "deleted": is_deleted,
                "custom_fields": {"cf_tier": "gold" if one.id % 2 else None},
                "created_at": iso(one.created_at),
                "updated_at": iso(changed_at),
            }
        )
    return rows


def rated(account: Account, now_at: int) -> Iterator[tuple[Script, int, int]]:
    """Ratings so far: ticket, moment, score."""
    for script in account.tickets:
        if script.rated is not None and script.rated[0] <= now_at:
            yield script, *script.rated


def ratings(account: Account, now_at: int, query: Mapping[str, str]) -> list[Row]:
    """Ratings created since a moment, latest first."""
    since = utc(query.get("created_since", iso(now_at - 30 * DAY_S)))
    rows: list[Row] = []
    for script, at, score in rated(account, now_at):
        if at >= since:
            made = standing(script, at)
            rows.append(
                {
                    "id": 400_000 + script.id,
                    "survey_id": 5,
                    "ticket_id": script.id,
                    "user_id": script.requester_id,
                    "agent_id": made.agent,
                    "group_id": made.group,
                    "feedback": f"Words of person {script.requester_id}",
                    "ratings": {"default_question": score, "question_12": 103},
                    "created_at": iso(at),
                    "updated_at": iso(at),
                }
            )
    return rows[::-1]


def time_entries(account: Account, now_at: int, query: Mapping[str, str]) -> list[Row]:
    """Booked time, by the moment of the work."""
    since = utc(query.get("executed_after", "1970-01-01T00:00:00Z"))
    rows: list[Row] = []
    for script in account.tickets:
        at = script.created_at + 3_600
        if script.booked_s and since <= at <= now_at:
            hours, minutes = divmod(script.booked_s // 60, 60)
            rows.append(
                {
                    "id": 300_000 + script.id,
                    "billable": script.id % 2 == 0,
                    "note": "Words",
                    "timer_running": False,
                    "agent_id": 9_001,
                    "ticket_id": script.id,
                    "company_id": None,
                    "time_spent": f"{hours:02}:{minutes:02}",
                    "executed_at": iso(at),
                    "start_time": iso(at),
                    "created_at": iso(at),
                    "updated_at": iso(at),
                }
            )
    return rows


def business_hours() -> list[Row]:
    """Two calendars, in zones named as Freshdesk names them."""
    day = {"start_time": "8:00 am", "end_time": "5:00 pm"}
    long = {"start_time": "8:30 am", "end_time": "11:59 pm"}
    return [
        {
            "id": 71,
            "name": "Default",
            "is_default": True,
            "time_zone": "Berlin",
            "business_hours": dict.fromkeys(WEEK, day),
            "created_at": BEGUN,
            "updated_at": BEGUN,
        },
        {
            "id": 72,
            "name": "Late",
            "is_default": False,
            "time_zone": "Eastern Time (US & Canada)",
            "working_hours": dict.fromkeys((*WEEK, "saturday"), long),
            "created_at": BEGUN,
            "updated_at": BEGUN,
        },
    ]


def sla_policies() -> list[Row]:
    """The one policy there is."""
    target = {"respond_within": 14_400, "resolve_within": 259_200, "business_hours": False, "escalation_enabled": True}
    return [
        {
            "id": 21,
            "name": "Default SLA",
            "position": 1,
            "is_default": True,
            "active": True,
            "sla_target": {f"priority_{number}": target for number in range(1, 5)},
            "created_at": BEGUN,
            "updated_at": BEGUN,
        }
    ]


def ticket_fields() -> list[Row]:
    """Fields of a ticket, with the names of its statuses."""
    return [
        {"id": 1, "name": "subject", "type": "default_subject", "default": True},
        {
            "id": 2,
            "name": "status",
            "type": "default_status",
            "default": True,
            "choices": {str(number): list(names) for number, names in STATUSES.items()},
        },
        {"id": 3, "name": "cf_reason", "type": "custom_dropdown", "choices": ["Billing issue", "Broken device"]},
        {"id": 4, "name": "cf_order", "type": "custom_text"},
    ]


def products() -> list[Row]:
    """The products."""
    return [{"id": number, "name": name, "created_at": BEGUN, "updated_at": BEGUN} for number, name in PRODUCTS.items()]


def roles() -> list[Row]:
    """The roles of agents."""
    return [{"id": number, "name": name, "created_at": BEGUN, "updated_at": BEGUN} for number, name in ROLES.items()]


def activities(account: Account, from_at: int) -> Iterator[tuple[int, Row]]:
    """What the export of the day that begins at a moment tells, with its moments."""
    statuses = {number: names[0] for number, names in STATUSES.items()}
    names = {number: name for number, (name, _, _) in GROUPS.items()}
    for script in account.tickets:
        yield from activity_rows(script, from_at, from_at + DAY_S, statuses, names)
