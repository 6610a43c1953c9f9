"""The daily export of ticket activities: the only place where Freshdesk tells every change, with its moment.

An admin has to switch it on; a day's file is there once the day is over, and goes again after a while. Its rows have
no ids: each is known by what it says. Statuses and groups stand in it by name. The keys inside of an activity are as
public clients read them; one that is missing leaves its change to what the tickets' rows tell (see ``history``).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from connectors import (
    ActorKind,
    Api,
    Context,
    Gone,
    NotAllowed,
    Page,
    Record,
    TicketEvent,
    TicketEventKind,
    Window,
    utc,
)
from connectors.freshdesk.fields import text_of
from connectors.freshdesk.paging import iso
from connectors.freshdesk.vocabulary import category_of

PATH = "/export/ticket_activities"
FORM = "%d-%m-%Y %H:%M:%S %z"
OFF = (
    "Without it the history of status, agent and group is in part estimated. To get it: Admin > Account > Account "
    "exports, schedule the export of ticket activities."
)
# Older files are not asked for.
MOST_DAYS = 60
# A file that is not there by then does not come any more.
LATE_DAYS = 3
PRIORITIES = {"1": "low", "2": "normal", "3": "high", "4": "urgent", "medium": "normal"}
# Each flag and what it says when it is set and when it is not.
FLAGS: Mapping[str, tuple[TicketEventKind, TicketEventKind]] = {
    "spam": ("spam", "unspam"),
    "deleted": ("delete", "restore"),
}


class Export(msgspec.Struct):
    url: str


class Exports(msgspec.Struct):
    """Where a day's file is; public clients know both forms."""

    export: list[Export] | Export


class File(msgspec.Struct):
    activities_data: list[msgspec.Raw]


class Deed(msgspec.Struct, omit_defaults=True, gc=False):
    """The changes that one activity holds; all else in it (words, people) is not read."""

    new_ticket: bool | None = None
    status: str | int | None = None
    priority: str | int | None = None
    group: str | int | None = None
    group_id: str | int | None = None
    agent_id: str | int | None = None
    responder_id: str | int | None = None
    spam: bool | None = None
    deleted: bool | None = None
    automation: dict[str, Any] | None = None


class Activity(msgspec.Struct, omit_defaults=True, gc=False):
    ticket_id: int | str
    performed_at: str
    performer_type: str | None = None
    performer_id: int | str | None = None
    activity: Deed | None = None


class ActivityRow(msgspec.Struct, omit_defaults=True, gc=False):
    """An activity under a name made of what it says, and its place among those of the ticket in that second."""

    id: str
    place: int
    activity: Activity


class Stamp(msgspec.Struct):
    ticket_id: int | str | None = None
    performed_at: str = ""


def fetch_activities(api: Api, window: Window) -> Iterator[Page]:
    """The files of the days that are over, one after the other, once there are any."""
    today = date.fromisoformat(iso(window.until or window.now_at)[:10])
    if window.resume_at is None and not any(files_of(api, today - timedelta(days=back)) for back in (1, 2)):
        raise NotAllowed(f"There is no export of ticket activities. {OFF}", 404)
    begun = date.fromisoformat((window.resume_at or window.since_iso)[:10])
    day = max(begun, today - timedelta(days=MOST_DAYS))
    while day < today:
        files = files_of(api, day)
        if not files and today - day <= timedelta(days=LATE_DAYS):
            return
        rows = [raw for file in files for raw in api.download(file, File).activities_data]
        day += timedelta(days=1)
        ends_at = utc(f"{day.isoformat()}T00:00:00Z")
        yield Page(list(named(rows)), resume_at=iso(ends_at), data_to=ends_at, last=day >= today)


def files_of(api: Api, day: date) -> list[str]:
    """Where the files of a day are; none where there is nothing (yet, or any more)."""
    try:
        told = api.get(PATH, Exports, params={"created_at": day.isoformat()}).export
        return [one.url for one in (told if isinstance(told, list) else [told])]
    except Gone:
        return []


def named(rows: list[msgspec.Raw]) -> Iterator[msgspec.Raw]:
    """The rows with a name each, which is the same whenever the file is read again."""
    same: Counter[str] = Counter()
    places: Counter[tuple[int | str | None, str]] = Counter()
    for raw in rows:
        digest = blake2b(bytes(raw), digest_size=10).hexdigest()
        try:
            stamp = msgspec.json.decode(raw, type=Stamp)
        except msgspec.DecodeError:
            stamp = Stamp()
        key = (stamp.ticket_id, stamp.performed_at)
        row = {"id": f"{digest}-{same[digest]}", "place": places[key], "activity": raw}
        same[digest] += 1
        places[key] += 1
        yield msgspec.Raw(msgspec.json.encode(row))


def normalise_activity(row: ActivityRow, ctx: Context) -> Iterator[Record]:
    """Every change in an activity as an exact event."""
    told, deed = row.activity, row.activity.activity or Deed()
    at = moment_of(told.performed_at)
    for place, (kind, field, value) in enumerate(changes(deed, ctx)):
        yield TicketEvent(
            ticket_id=str(told.ticket_id),
            happened_at=at,
            seq=row.place * 16 + place,
            id=f"{row.id}-{place}",
            kind=kind,
            field=field,
            new_value=value,
            actor_id=text_of(told.performer_id),
            actor_kind=actor_kind(told, deed),
        )


def moment_of(text: str) -> int:
    """The moment in "05-01-2026 09:25:00 +0000", or in an ISO text with a zone."""
    try:
        return int(datetime.strptime(text, FORM).timestamp())  # noqa: DTZ007 (its zone is in the text)
    except ValueError:
        return utc(text)


def changes(deed: Deed, ctx: Context) -> Iterator[tuple[TicketEventKind, str | None, str | None]]:
    """Kind, field and new value of each change; the first status of a new ticket comes with its creation."""
    status = None if deed.status is None else category_of(deed.status, ctx)
    if deed.new_ticket:
        yield "created", "status", status or "open"
    elif status is not None:
        yield "status", "status", status
    group = text_of(deed.group_id) or text_of(deed.group)
    if group is not None:
        yield "team", "team", group if group.isdigit() else group_number(group, ctx)
    agent = text_of(deed.agent_id) or text_of(deed.responder_id)
    if agent is not None:
        yield "assignee", "assignee", agent if agent.isdigit() else None
    if deed.priority is not None:
        word = str(deed.priority).casefold()
        yield "priority", "priority", PRIORITIES.get(word, word)
    for name, (set_, unset) in FLAGS.items():
        value: bool | None = getattr(deed, name)
        if value is not None:
            yield (set_ if value else unset), None, None


def group_number(name: str, ctx: Context) -> str | None:
    """The group of this name; None where nobody has it (any more)."""
    number = ctx.lookups.get("groups", {}).get(name)
    if number is None:
        ctx.warn("group", name)
    return None if number is None else str(number)


def actor_kind(told: Activity, deed: Deed) -> ActorKind:
    """An automation where the activity names its rule; whether a user is one of us his own row tells."""
    if deed.automation is not None:
        return "automation"
    return "unknown" if told.performer_type == "user" and told.performer_id is not None else "system"
