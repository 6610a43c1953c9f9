"""The account's set-up as Zendesk lists it."""

from collections.abc import Sequence
from datetime import date, timedelta

from core.sandbox import account
from core.sandbox.hours import local_at, local_date
from core.sandbox.rows import Row, iso
from core.sandbox.story import public_holidays
from core.sandbox.truth import Person
from core.sandbox.world import World


def groups(base: str, world: World) -> list[Row]:
    """The desk's groups."""
    made = iso(local_at(world.story.start_on) - 500 * 86_400)
    return [
        {
            "id": number,
            "url": f"{base}/groups/{number}.json",
            "name": name,
            "description": "",
            "default": name == "Tech",
            "deleted": False,
            "is_public": True,
            "created_at": made,
            "updated_at": made,
        }
        for name, number in account.GROUPS.items()
    ]


def group_memberships(base: str, people: Sequence[Person]) -> list[Row]:
    """Who belongs where now; the vendor leaves `updated_at` empty in some rows."""
    return [
        {
            "id": person.id * 10 + place,
            "url": f"{base}/group_memberships/{person.id * 10 + place}.json",
            "user_id": person.id,
            "group_id": group,
            "default": place == 0,
            "created_at": iso(person.from_at),
            "updated_at": None if place else iso(person.from_at),
        }
        for person in people
        for place, group in enumerate(person.group_ids)
    ]


def brands(base: str) -> list[Row]:
    """The two brands."""
    return [
        {"id": number, "url": f"{base}/brands/{number}.json", "name": name, "active": True, "default": place == 0}
        for place, (name, number) in enumerate(account.BRANDS.items())
    ]


def ticket_fields(base: str) -> list[Row]:
    """The system's fields in short, and the account's own."""
    system = [("subject", "subject"), ("status", "status"), ("priority", "priority"), ("group", "group")]
    fields = [(6_500_001 + place, title, kind) for place, (title, kind) in enumerate(system)]
    fields += [(int(number), title, kind) for number, (title, kind) in account.FIELDS.items()]
    return [
        {"id": number, "url": f"{base}/ticket_fields/{number}.json", "title": title, "type": kind, "active": True}
        for number, title, kind in fields
    ]


def custom_statuses() -> list[Row]:
    """Statuses as agents see them, with the category that counts."""
    return [
        {
            "id": number,
            "status_category": category,
            "agent_label": label,
            "raw_agent_label": label,
            "end_user_label": label,
            "active": True,
            "default": default,
            "created_at": "2024-01-08T08:00:00Z",
            "updated_at": "2024-01-08T08:00:00Z",
        }
        for number, category, label, default in account.CUSTOM_STATUSES
    ]


def sla_policies(base: str) -> list[Row]:
    """Both policies; all targets are business minutes."""
    conditions: dict[int, list[Row]] = {
        account.POLICY_VIP: [{"field": "current_tags", "operator": "includes", "value": "vip"}],
        account.POLICY_STANDARD: [],
    }
    return [
        {
            "id": policy,
            "url": f"{base}/slas/policies/{policy}.json",
            "title": title,
            "description": "",
            "position": place,
            "filter": {"all": conditions[policy], "any": []},
            "policy_metrics": [
                {"priority": priority, "metric": metric, "target": target, "business_hours": True}
                for metric, targets in account.TARGET_MIN[policy].items()
                for priority, target in zip(account.PRIORITIES, targets, strict=True)
            ],
            "created_at": "2024-01-08T08:00:00Z",
            "updated_at": "2024-01-08T08:00:00Z",
        }
        for place, (policy, title) in enumerate(account.POLICY_TITLES.items(), 1)
    ]


def schedules(world: World, now_at: int) -> list[Row]:
    """Today's schedules only; intervals are minutes since Sunday 00:00 of the schedule's own wall clock."""
    closes = 1080 if local_date(now_at) >= world.story.hours_changed_on else 1020
    support = [(day, 480, closes) for day in range(1, 6)]
    vip = [*((day, 420, 1200) for day in range(1, 6)), (6, 540, 900)]
    changed = iso(local_at(world.story.hours_changed_on)) if closes == 1080 else "2024-01-08T08:00:00Z"
    return [
        {
            "id": number,
            "name": name,
            "time_zone": "Berlin",
            "intervals": [{"start_time": day * 1440 + start, "end_time": day * 1440 + end} for day, start, end in week],
            "created_at": "2024-01-08T08:00:00Z",
            "updated_at": changed,
        }
        for number, name, week in (
            (account.SCHEDULE_SUPPORT, "Support hours", support),
            (account.SCHEDULE_VIP, "VIP hours", vip),
        )
    ]


def holidays(world: World, now_at: int) -> list[Row]:
    """Days on which a schedule is closed, as entered by now: two years around the story and the team's own day."""
    first_on, last_on = world.story.start_on - timedelta(days=200), world.story.last_on + timedelta(days=200)
    known: dict[date, str] = {
        day_on: name for day_on, name in public_holidays().items() if first_on <= day_on <= last_on
    }
    if local_date(now_at) >= world.story.team_day_told_on:
        known[world.story.team_day_on] = "Teamtag"
    return [
        {
            "id": 4_600_000 + day_on.toordinal(),
            "name": name,
            "start_date": day_on.isoformat(),
            "end_date": day_on.isoformat(),
        }
        for day_on, name in sorted(known.items())
    ]
