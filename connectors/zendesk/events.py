"""The history of tickets from the event export: what changed, who wrote, in one request a thousand events.

Nobody's role is known here: an author or actor is ``unknown`` unless the event itself says machine or bot, and is
judged later from ``agent_roles``, ``agents`` and ``customers`` (see ``people``). A deletion is the status ``deleted``
and a recovery the status after it, as Zendesk tells them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET

from connectors import ActorKind, Api, Context, Page, Record, Survey, TicketEvent, TicketEventKind, Window, utc
from connectors.zendesk.child import Child
from connectors.zendesk.fields import text_of
from connectors.zendesk.messages import messages_of
from connectors.zendesk.paging import TimePage, by_time
from connectors.zendesk.settings import ZendeskSettings
from connectors.zendesk.vocabulary import (
    AUTOMATION,
    BOTS,
    MERGE,
    STATUS,
    SYSTEM_USER,
    AnyVia,
    linked_ticket,
    relation,
    way,
)

# Children of one event; Zendesk's ids grow with time, so events of one second are ordered by theirs.
CHILDREN = 512
LARGEST_ID = 2**53

# Zendesk's field: our kind and our name of it. Of others (subject, custom fields that the settings do not name)
# nothing is kept: they may hold a customer's words.
FIELDS: Mapping[str, tuple[TicketEventKind, str]] = {
    "status": ("status", "status"),
    "assignee_id": ("assignee", "assignee"),
    "group_id": ("team", "team"),
    "priority": ("priority", "priority"),
    "custom_status_id": ("field", "custom_status"),
    "ticket_type": ("field", "type"),
    "brand_id": ("field", "brand"),
    "requester_id": ("field", "requester"),
    "satisfaction_score": ("other", "satisfaction"),
}
values_of = attrgetter(*FIELDS)
# What a ticket is born with and its row still tells is no event; these are what its history starts from.
AT_BIRTH = frozenset({"status", "assignee_id", "group_id", "priority"})
MERGED_TAG = "closed_by_merge"
# Zendesk writes "… merged into request #4711 …" in the language of the account.
NUMBERED = re.compile(r"#(\d{1,19})")
CONVERSATION = frozenset(
    {"Comment", "VoiceComment", "FacebookComment", "Tweet", "SMS", "ChatStartedEvent", "ChatEndedEvent"}
)
# Told by other streams or of no weight for any figure.
PASSED_OVER = frozenset(
    """
    AgentMacroReference AttachmentRedactionEvent Audit Cc ChatFileRedactionEvent CollabThreadClosed
    CollabThreadCreated CollabThreadEvent CollabThreadReply CommentRedactionEvent EmailCcChange Error External
    FacebookEvent FollowerChange FollowerNotificationEvent KnowledgeCaptured KnowledgeFlagged KnowledgeLinkAccepted
    KnowledgeLinkRejected KnowledgeLinked LogMeInTranscript MacroReference Notification NotificationWithCcs OfferedTo
    OrganizationActivity Push RoutingChannel SatisfactionRating SmsNotification SurveyResponseSubmitted
    TicketSharingEvent WebhookEvent
    """.split()
)


class EventsPage(TimePage):
    rows: list[msgspec.Raw] = msgspec.field(name="ticket_events")


class EventRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    ticket_id: int
    timestamp: int | None = None
    created_at: str | None = None
    updater_id: int | None = None
    via: AnyVia = None
    via_reference_id: int | str | None = None
    merged_ticket_ids: list[int] | None = None
    child_events: list[Child] = []


@dataclass(frozen=True, slots=True)
class Audit:
    """What all children of one event share."""

    id: int
    ticket: str
    at: int
    actor: str | None
    actor_kind: ActorKind
    row: EventRow
    settings: ZendeskSettings
    ctx: Context


def fetch_events(api: Api, window: Window) -> Iterator[Page]:
    """All changes and comments, 1,000 events a request; the second in which a page ends comes twice."""
    return by_time(api, "/incremental/ticket_events.json", EventsPage, window, {"include": "comment_events"})


def normalise_event(row: EventRow, ctx: Context) -> Iterator[Record]:
    """The changes and messages of one update of a ticket."""
    at = row.timestamp if row.timestamp is not None else utc(row.created_at or "")
    actor = None if row.updater_id in (None, 0, SYSTEM_USER) else str(row.updater_id)
    acted, ticket = actor_kind(row.via, actor), str(row.ticket_id)
    audit = Audit(row.id, ticket, at, actor, acted, row, ctx.settings, ctx)
    seq = row.id % LARGEST_ID * CHILDREN
    if any(child.event_type == "Create" for child in row.child_events):
        yield event(audit, seq, str(row.id), "created")
    for place, child in enumerate(row.child_events, 1):
        yield from child_records(audit, seq + min(place, CHILDREN - 1), child)
    for merged in row.merged_ticket_ids or ():
        yield msgspec.structs.replace(
            event(audit, seq, f"{row.id}.{merged}", "merge", "merge", None, ticket), ticket_id=str(merged)
        )


def other_ticket(row: EventRow) -> str | None:
    """The other ticket of a merge, as the update or one of its comments names it."""
    for via in (row.via, *(child.via for child in row.child_events)):
        if way(via) in MERGE or relation(via) in MERGE:
            return linked_ticket(via) or text_of(row.via_reference_id)
    said = " ".join(child.body for child in row.child_events if child.body)
    return next(iter(NUMBERED.findall(said)), None)


def child_records(audit: Audit, seq: int, child: Child) -> Iterator[Record]:
    """The records of one child; one of a kind that nobody knows is kept as ``other`` and said once."""
    name = child.event_type or child.type or ""
    native = f"{audit.id}.{seq % CHILDREN}" if child.id is None else str(child.id)
    if name in ("Change", "Create"):
        yield from changes(audit, seq, native, child, is_birth=name == "Create")
    elif name in CONVERSATION:
        yield from messages_of(audit.ticket, audit.at, native, child, audit.row.via, audit.ctx)
    elif name == "ScheduleAssignment":
        before, after = text_of(child.previous_schedule_id), text_of(child.new_schedule_id)
        yield event(audit, seq, native, "schedule", "schedule", before, after, child)
    elif name == "CommentPrivacyChange":
        now = "public" if child.public else "private"
        yield event(audit, seq, native, "other", "comment_privacy", text_of(child.comment_id), now, child)
    elif name == "SurveyOffered":
        yield event(audit, seq, native, "other", "satisfaction", None, "offered", child)
        yield Survey(
            id=f"ticket-{audit.ticket}",
            kind="csat",
            scale="5",
            ticket_id=audit.ticket,
            agent_id=None if child.assignee_id is UNSET else text_of(child.assignee_id),
            offered_at=audit.at,
        )
    elif name not in PASSED_OVER:
        audit.ctx.warn("event", name)
        yield event(audit, seq, native, "other", name[:60], child=child)


def changes(audit: Audit, seq: int, native: str, child: Child, *, is_birth: bool) -> Iterator[Record]:
    """The fields that a Change or Create sets; a Create may set several."""
    before = None if is_birth else child.previous_value
    for value, (field, (kind, name)) in zip(values_of(child), FIELDS.items(), strict=True):
        if value is not UNSET and not (is_birth and (field not in AT_BIRTH or value is None)):
            yield from change(audit, seq, native, kind, name, text_of(before), text_of(value), child)
    if child.tags is not UNSET:
        yield from tags(audit, seq, native, child, words(before), words(child.tags), is_birth=is_birth)
    for number, value in (child.custom_ticket_fields or {}).items():
        own = own_field(number, audit.settings)
        if own is not None and not (is_birth and value is None):
            old, new = None if is_birth else text_of(child.previous_text), text_of(value)
            meaning: TicketEventKind = "escalate" if own == "escalation" else "field"
            yield from change(audit, seq, native, meaning, own, old, new, child)


def own_field(number: str, settings: ZendeskSettings) -> str | None:
    """What a custom field stands for, if the settings name it."""
    if number == settings.contact_reason_field:
        return "contact_reason"
    return "escalation" if number == settings.escalation_field else None


def change(
    audit: Audit,
    seq: int,
    native: str,
    kind: TicketEventKind,
    name: str,
    old: str | None,
    new: str | None,
    child: Child,
) -> Iterator[Record]:
    """One changed field."""
    if kind == "status" and new is not None and new not in STATUS:
        audit.ctx.warn("status", new)
    elif kind == "escalate" and new not in ("true", "1"):
        return
    elif name == "contact_reason":
        reasons = audit.ctx.contact_reasons
        old, new = (None if value is None else reasons.get(value, value) for value in (old, new))
    elif name == "satisfaction" and new == "unoffered":
        return
    elif name == "custom_status" and {old, new} <= set(audit.ctx.lookups.get("default_statuses", ())):
        # A status of its own name says no more than the status beside it.
        return
    yield event(audit, seq, native, kind, name, old, new, child)


def tags(
    audit: Audit, seq: int, native: str, child: Child, old: list[str], new: list[str], *, is_birth: bool
) -> Iterator[Record]:
    """Tags added (``new_value``) and removed (``old_value``), blank-separated, and what they stand for."""
    added = child.added_tags or [tag for tag in new if tag not in old]
    removed = child.removed_tags or [tag for tag in old if tag not in new]
    if not added and not removed:
        return
    if not is_birth:
        yield event(audit, seq, native, "tag", "tags", " ".join(removed) or None, " ".join(added) or None, child)
    settings = audit.settings
    if MERGED_TAG in added:
        target = other_ticket(audit.row)
        if target is not None or not audit.ctx.is_redacted:
            yield event(audit, seq, f"{native}.merge", "merge", "merge", None, target, child)
    meanings: tuple[tuple[TicketEventKind, tuple[str, ...], list[str]], ...] = (
        ("spam", settings.spam_tags, added),
        ("unspam", settings.spam_tags, removed),
        ("escalate", settings.escalation_tags, added),
        ("handoff", settings.handoff_tags, added),
    )
    for kind, marks, found in meanings:
        if any(tag in marks for tag in found):
            yield event(audit, seq, f"{native}.{kind}", kind, "tags", child=child)


def words(value: Any) -> list[str]:
    """Tags from a list or from a text."""
    if isinstance(value, str):
        return value.split()
    return [str(item) for item in value] if isinstance(value, list) else []


def event(
    audit: Audit,
    seq: int,
    native: str,
    kind: TicketEventKind,
    field: str | None = None,
    old: str | None = None,
    new: str | None = None,
    child: Child | None = None,
) -> TicketEvent:
    """A ticket event, by whoever made the update unless a rule did this part of it."""
    acted = audit.actor_kind
    if child is not None and way(child.via) in AUTOMATION:
        acted = "automation"
    return TicketEvent(
        ticket_id=audit.ticket,
        happened_at=audit.at,
        seq=seq,
        id=native,
        kind=kind,
        field=field,
        old_value=old,
        new_value=new,
        actor_id=None if acted == "automation" else audit.actor,
        actor_kind=acted,
    )


def actor_kind(via: AnyVia, actor: str | None) -> ActorKind:
    """What the event itself tells of who acted."""
    name = way(via)
    if name in BOTS:
        return "bot"
    if name in AUTOMATION:
        return "automation"
    return "system" if actor is None else "unknown"
