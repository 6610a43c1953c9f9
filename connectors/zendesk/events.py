"""The history of tickets from the event export: what changed, who wrote, in one request a thousand events.

Nobody's role is known here: an author or actor is ``unknown`` unless the event itself says machine or bot, and is
judged later from ``agent_roles``, ``agents`` and ``customers`` (see ``people``). Zendesk names channels of changes by
labels ("Web form", "Rule") and those of comments by objects; both are read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from connectors import ActorKind, Api, Context, Page, Record, Survey, TicketEvent, TicketEventKind, Window, utc
from connectors.zendesk.fields import text_of
from connectors.zendesk.messages import messages_of
from connectors.zendesk.paging import TimePage, by_time
from connectors.zendesk.settings import ZendeskSettings
from connectors.zendesk.vocabulary import AUTOMATION, BOTS, MERGE, STATUS, SYSTEM_USER, linked_ticket, relation, way

# Children of one event; Zendesk's ids grow with time, so events of one second are ordered by theirs.
CHILDREN = 512
LARGEST_ID = 2**53

# Zendesk's field: our kind and our name of it. Other fields (subject, custom fields not named in the settings) may
# hold a customer's words and are not kept.
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
MERGED_TAG = "closed_by_merge"
# Zendesk writes "… merged into request #4711 …" in the language of the account.
NUMBERED = re.compile(r"#(\d{1,19})")
CONVERSATION = frozenset(
    {"Comment", "VoiceComment", "FacebookComment", "Tweet", "SMS", "ChatStartedEvent", "ChatEndedEvent"}
)
# Told by other streams or of no weight for any figure.
PASSED_OVER = frozenset(
    {
        "AgentMacroReference", "AttachmentRedactionEvent", "Audit", "Cc", "ChatFileRedactionEvent",
        "CollabThreadClosed", "CollabThreadCreated", "CollabThreadEvent", "CollabThreadReply", "CommentRedactionEvent", "EmailCcChange",
        "Error", "External", "FacebookEvent", "FollowerChange", "FollowerNotificationEvent", "KnowledgeCaptured",
        "KnowledgeFlagged", "KnowledgeLinkAccepted", "KnowledgeLinkRejected", "KnowledgeLinked", "LogMeInTranscript",
        "MacroReference", "Notification", "NotificationWithCcs", "OfferedTo", "OrganizationActivity", "Push",
        "RoutingChannel", "SatisfactionRating", "SmsNotification", "SurveyResponseSubmitted", "TicketSharingEvent",
        "WebhookEvent",
    }
)  # fmt: skip


class EventsPage(TimePage):
    rows: list[msgspec.Raw] = msgspec.field(name="ticket_events")


class EventRow(msgspec.Struct):
    id: int
    ticket_id: int
    timestamp: int | None = None
    created_at: str | None = None
    updater_id: int | None = None
    via: Any = None
    via_reference_id: Any = None
    merged_ticket_ids: list[int] | None = None
    child_events: list[dict[str, Any]] = []


@dataclass(frozen=True, slots=True)
class Audit:
    """What all children of one event share."""

    id: int
    ticket: str
    at: int
    actor: str | None
    actor_kind: ActorKind
    via: Any
    other_ticket: str | None
    ctx: Context

    @property
    def settings(self) -> ZendeskSettings:
        """The source's settings."""
        found: ZendeskSettings = self.ctx.settings
        return found


def fetch_events(api: Api, window: Window) -> Iterator[Page]:
    """All changes and comments, 1,000 events a request; the second in which a page ends comes twice."""
    return by_time(api, "/incremental/ticket_events.json", EventsPage, window, {"include": "comment_events"})


def normalise_event(row: EventRow, ctx: Context) -> Iterator[Record]:
    """The changes and messages of one update of a ticket."""
    at = row.timestamp if row.timestamp is not None else utc(row.created_at or "")
    actor = None if row.updater_id in (None, 0, SYSTEM_USER) else str(row.updater_id)
    kind = actor_kind(row.via, actor)
    audit = Audit(row.id, str(row.ticket_id), at, actor, kind, row.via, other_ticket(row), ctx)
    seq = row.id % LARGEST_ID * CHILDREN
    if any(child.get("event_type") == "Create" for child in row.child_events):
        yield event(audit, seq, str(row.id), "created")
    for place, child in enumerate(row.child_events, 1):
        yield from child_records(audit, seq + min(place, CHILDREN - 1), child)
    for merged in row.merged_ticket_ids or ():
        yield TicketEvent(
            ticket_id=str(merged),
            happened_at=at,
            seq=seq,
            id=f"{row.id}.{merged}",
            kind="merge",
            field="merge",
            new_value=audit.ticket,
            actor_id=actor,
            actor_kind=kind,
        )


def other_ticket(row: EventRow) -> str | None:
    """The other ticket of a merge, as the update or one of its comments names it."""
    for via in (row.via, *(child.get("via") for child in row.child_events)):
        if way(via) in MERGE or relation(via) in MERGE:
            return linked_ticket(via) or text_of(row.via_reference_id)
    for child in row.child_events:
        if any(tag == MERGED_TAG for tag in words(child.get("tags"))):
            return next(iter(NUMBERED.findall(" ".join(map(str, comments(row))))), None)
    return None


def comments(row: EventRow) -> Iterator[str]:
    """The words of the update's comments."""
    return (child["body"] for child in row.child_events if isinstance(child.get("body"), str))


def child_records(audit: Audit, seq: int, child: dict[str, Any]) -> Iterator[Record]:
    """The records of one child; one of a kind that nobody knows is kept as ``other`` and said once."""
    name = child.get("event_type") or child.get("type") or ""
    native = str(child.get("id") or f"{audit.id}.{seq % CHILDREN}")
    if name in ("Change", "Create"):
        yield from changes(audit, seq, native, child)
    elif name in CONVERSATION:
        yield from messages_of(audit.ticket, audit.at, native, child, audit.via, audit.ctx)
    elif name == "ScheduleAssignment":
        before, after = text_of(child.get("previous_schedule_id")), text_of(child.get("new_schedule_id"))
        yield event(audit, seq, native, "schedule", "schedule", before, after, child)
    elif name == "CommentPrivacyChange":
        now = "public" if child.get("public") else "private"
        yield event(audit, seq, native, "other", "comment_privacy", text_of(child.get("comment_id")), now, child)
    elif name == "SurveyOffered":
        yield event(audit, seq, native, "other", "satisfaction", None, "offered", child)
        yield Survey(
            id=f"ticket-{audit.ticket}",
            kind="csat",
            scale="5",
            ticket_id=audit.ticket,
            agent_id=text_of(child.get("assignee_id")),
            offered_at=audit.at,
        )
    elif name not in PASSED_OVER:
        audit.ctx.warn("event", str(name))
        yield event(audit, seq, native, "other", str(name)[:60], child=child)


def changes(audit: Audit, seq: int, native: str, child: dict[str, Any]) -> Iterator[Record]:
    """The fields that a Change or Create sets; a Create may set several."""
    is_birth = child.get("event_type", child.get("type")) == "Create"
    before = None if is_birth else child.get("previous_value")
    named = child.get("field_name")
    values = {named: child.get("value")} if isinstance(named, str) else child
    for field, value in values.items():
        known = FIELDS.get(field) or own_field(field, audit.settings)
        if known:
            if not is_birth or value not in (None, "", False, "unoffered"):
                yield from change(audit, seq, native, known, before, value, child)
        elif field in ("tags", "current_tags"):
            yield from tags(audit, seq, native, child, before, value)
        elif field == "custom_ticket_fields" and isinstance(value, dict):
            for number, inner in value.items():
                own = own_field(str(number), audit.settings)
                if own and not (is_birth and inner is None):
                    yield from change(audit, seq, native, own, before, inner, child)
        elif field == "type" and value not in ("Change", "Create"):
            yield from change(audit, seq, native, ("field", "type"), before, value, child)


def own_field(field: str, settings: ZendeskSettings) -> tuple[TicketEventKind, str] | None:
    """A custom field that the settings name."""
    if not field.isdigit():
        return None
    named: tuple[tuple[str | None, TicketEventKind, str], ...] = (
        (settings.contact_reason_field, "field", "contact_reason"),
        (settings.escalation_field, "escalate", "escalation"),
        (settings.product_field, "field", "product"),
    )
    return next(((kind, name) for number, kind, name in named if number == field), None)


def change(
    audit: Audit,
    seq: int,
    native: str,
    known: tuple[TicketEventKind, str],
    before: Any,
    after: Any,
    child: dict[str, Any],
) -> Iterator[Record]:
    """One changed field; a status from or to ``deleted`` is a deletion or a recovery."""
    kind, name = known
    old, new = text_of(before), text_of(after)
    if kind == "status":
        for status in (old, new):
            if status is not None and status not in STATUS:
                audit.ctx.warn("status", status)
        kind = "delete" if new == "deleted" else "restore" if old == "deleted" else kind
    elif kind == "escalate" and new not in ("true", "1"):
        return
    elif name == "contact_reason":
        reasons = audit.ctx.contact_reasons
        old, new = (None if value is None else reasons.get(value, value) for value in (old, new))
    elif name == "satisfaction" and new == "unoffered":
        return
    yield event(audit, seq, native, kind, name, old, new, child)


def tags(audit: Audit, seq: int, native: str, child: dict[str, Any], before: Any, after: Any) -> Iterator[Record]:
    """Tags added (``new_value``) and removed (``old_value``), blank-separated, and what a tag stands for."""
    old, new = words(before), words(after)
    added = [tag for tag in new if tag not in old] or words(child.get("added_tags"))
    removed = [tag for tag in old if tag not in new] or words(child.get("removed_tags"))
    if not added and not removed:
        return
    yield event(audit, seq, native, "tag", "tags", " ".join(removed) or None, " ".join(added) or None, child)
    settings = audit.settings
    if MERGED_TAG in added:
        yield event(audit, seq, f"{native}.merge", "merge", "merge", None, audit.other_ticket, child)
    for kind, marks in (("spam", settings.spam_tags), ("escalate", settings.escalation_tags)):
        if not set(marks).isdisjoint(added):
            meaning: TicketEventKind = "spam" if kind == "spam" else "escalate"
            yield event(audit, seq, f"{native}.{kind}", meaning, "tags", None, None, child)
    if not set(settings.spam_tags).isdisjoint(removed):
        yield event(audit, seq, f"{native}.unspam", "unspam", "tags", None, None, child)
    if not set(settings.handoff_tags).isdisjoint(added):
        yield event(audit, seq, f"{native}.handoff", "handoff", "tags", None, None, child)


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
    child: dict[str, Any] | None = None,
) -> TicketEvent:
    """A ticket event, by the person of the update unless a rule did it."""
    acted = audit.actor_kind
    if child is not None and acted != "automation" and way(child.get("via")) in AUTOMATION:
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


def actor_kind(via: Any, actor: str | None) -> ActorKind:
    """What the event itself tells of who acted."""
    name = way(via)
    if name in BOTS:
        return "bot"
    if name in AUTOMATION:
        return "automation"
    if actor is None:
        return "system"
    return "unknown"
