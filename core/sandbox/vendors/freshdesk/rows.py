"""What Freshdesk says of a ticket at a moment: the row that its life up to then comes to, and its conversations."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from core.clock import DAY_S, iso
from core.sandbox.vendors.freshdesk.account import CLOSED, OPEN, PENDING, RESOLVED, Deed, Person, Script

Row = dict[str, Any]
DONE = (RESOLVED, CLOSED)
WORDS = {"reply", "customer", "note"}


@dataclass
class Standing:
    """A ticket after the deeds so far, and Freshdesk's summary of them."""

    created_at: int
    status: int = OPEN
    agent: int | None = None
    group: int | None = None
    priority: int = 1
    is_spam: bool = False
    is_deleted: bool = False
    updated_at: int = 0
    stats: dict[str, int | None] = field(default_factory=dict)

    def take(self, deed: Deed) -> None:
        """One more deed."""
        self.updated_at = deed.at
        stats = self.stats
        match deed.kind:
            case "status":
                self._to(deed.value, deed.at)
            case "agent":
                self.agent = deed.value
            case "group":
                self.group = deed.value
            case "priority":
                self.priority = deed.value
            case "reply":
                stats["agent_responded_at"] = deed.at
                stats["first_responded_at"] = stats.get("first_responded_at") or deed.at
            case "customer":
                stats["requester_responded_at"] = deed.at
            case "delete" | "restore":
                self.is_deleted = deed.kind == "delete"
            case "spam" | "unspam":
                self.is_spam = deed.kind == "spam"

    def _to(self, status: int, at: int) -> None:
        stats = self.stats
        stats["status_updated_at"] = at
        stats["pending_since"] = at if status == PENDING else None
        if status == RESOLVED:
            stats["resolved_at"], stats["closed_at"] = at, None
        elif status == CLOSED:
            stats["closed_at"] = at
            stats["resolved_at"] = stats.get("resolved_at") or at
        elif self.status in DONE:
            # Opened again, it is neither resolved nor closed any more; only the last reopening is told.
            stats["reopened_at"], stats["resolved_at"], stats["closed_at"] = at, None, None
        self.status = status


def standing(script: Script, now_at: int) -> Standing:
    """The ticket as it stands at a moment."""
    made = Standing(script.created_at, updated_at=script.created_at)
    made.stats["status_updated_at"] = script.created_at
    for deed in script.deeds:
        if deed.at > now_at:
            break
        made.take(deed)
    return made


def ticket_row(script: Script, made: Standing, includes: set[str], requester: Person | None) -> Row:
    """The ticket as the list shows it."""
    row: Row = {
        "id": script.id,
        "subject": f"Ticket {script.id} of somebody",
        "status": made.status,
        "priority": made.priority,
        "source": script.source,
        "type": "Question",
        "requester_id": script.requester_id,
        "responder_id": made.agent,
        "group_id": made.group,
        "company_id": None if requester is None else requester.company_id,
        "product_id": 61 if script.id % 5 == 0 else None,
        "email_config_id": None,
        "to_emails": None,
        "cc_emails": [],
        "created_at": iso(script.created_at),
        "updated_at": iso(made.updated_at),
        "due_by": iso(script.created_at + 3 * DAY_S),
        "fr_due_by": iso(script.created_at + 4 * 3_600),
        "nr_due_by": None,
        "fr_escalated": False,
        "is_escalated": False,
        "nr_escalated": False,
        "spam": made.is_spam,
        "association_type": None,
        "tags": ["urgent stuff"] if script.id % 11 == 0 else [],
        "custom_fields": {"cf_reason": script.reason, "cf_order": None},
    }
    if "stats" in includes:
        names: tuple[str, ...] = (
            "agent_responded_at",
            "requester_responded_at",
            "first_responded_at",
            "status_updated_at",
        )
        names += ("reopened_at", "resolved_at", "closed_at", "pending_since")
        row["stats"] = {name: None if (at := made.stats.get(name)) is None else iso(at) for name in names}
    if "requester" in includes and requester is not None:
        row["requester"] = {"id": requester.id, "name": requester.name, "email": requester.email}
    if "description" in includes:
        row["description_text"] = f"Words of {script.requester_id}"
    return row


def conversation_rows(script: Script, now_at: int) -> Iterator[Row]:
    """Replies and notes so far, oldest first."""
    for deed in script.deeds:
        if deed.at > now_at:
            return
        if deed.kind in WORDS:
            is_in = deed.kind == "customer"
            yield {
                "id": script.id * 100 + deed.number,
                "ticket_id": script.id,
                "user_id": script.requester_id if is_in else deed.value,
                "incoming": is_in,
                "private": deed.kind == "note",
                "source": 2 if deed.kind == "note" else 0,
                "body_text": f"Dear person {script.requester_id}, words number {deed.number}",
                "created_at": iso(deed.at),
                "updated_at": iso(deed.at),
                "auto_response": False,
                "automation_id": None,
            }


def activity_rows(
    script: Script, from_at: int, to_at: int, statuses: dict[int, str], groups: dict[int, str]
) -> Iterator[tuple[int, Row]]:
    """What the export of a day tells of a ticket, with its moments."""

    def told(at: int, by: int | None, activity: Row) -> tuple[int, Row]:
        kind = "user" if by else "system"
        return at, {"ticket_id": script.id, "performer_type": kind, "performer_id": by, "activity": activity}

    if from_at <= script.created_at < to_at:
        born = {"new_ticket": True, "status": statuses[OPEN], "priority": "Low", "requester_id": script.requester_id}
        yield told(script.created_at, script.requester_id, born)
    holder: int | None = None
    for deed in script.deeds:
        if deed.kind == "agent":
            holder = deed.value
        if not from_at <= deed.at < to_at:
            continue
        match deed.kind:
            case "status":
                yield told(deed.at, holder, {"status": statuses[deed.value]})
            case "agent":
                yield told(deed.at, deed.value, {"agent_id": deed.value})
            case "group":
                rule = {"automation": {"type": 1, "rule": "Route by subject"}}
                yield told(deed.at, None, {**rule, "group": groups[deed.value]})
            case "reply" | "note":
                yield told(deed.at, deed.value, {"note": {"id": script.id * 100 + deed.number, "type": 4}})
            case "customer":
                yield told(deed.at, script.requester_id, {"note": {"id": script.id * 100 + deed.number, "type": 0}})
            case "spam" | "unspam":
                yield told(deed.at, holder, {"spam": deed.kind == "spam"})
            case "delete" | "restore":
                yield told(deed.at, holder, {"deleted": deed.kind == "delete"})
