"""What one ticket's base rows say, before it is written down as rows of many tables."""

from collections.abc import Sequence
from typing import NamedTuple

from core.numbers.calendars import Assignment
from core.numbers.facts.exclusions import began, exclusion, is_internal
from core.numbers.facts.first_reply import FirstReply, first_reply, first_reply_told, holds_opening, is_unread
from core.numbers.facts.ground import Business, Ground
from core.numbers.facts.history import History, unsaid
from core.numbers.facts.life import Life, lived
from core.numbers.facts.owners import Owners, owned
from core.numbers.facts.replies import Talk, talked
from core.numbers.facts.resolution import Resolution, resolution_told, resolved
from core.numbers.facts.rows import EventRow, LinkedCall, MessageRow, TicketRow
from core.numbers.facts.status import Row, interval_rows
from core.numbers.facts.vendor import Figures, outlined, whole

# Histories that do not tell who did what.
SUMMED_UP = frozenset({"stat", "poll"})
NO_LIFE = Life([], [], [], [], "other", None, None, None, False)


class Findings(NamedTuple):
    """All that is known of a ticket; ``by_words``: its messages are complete, so replies are told by them.

    ``human_replies``: None where neither its messages nor the vendor tell how many there were."""

    ticket: TicketRow
    created_at: int
    life: Life
    owners: Owners
    talk: Talk
    reply: FirstReply
    done: Resolution
    handed_off_at: int | None
    human_replies: int | None
    is_outbound: bool
    on_behalf: bool
    is_internal: bool
    reason: str | None
    handled_by: str
    is_corrected: bool
    is_complete: bool
    by_words: bool
    precision: str
    assignments: list[Assignment]
    business: Business
    status_rows: list[Row]
    dims: Row

    @property
    def is_spoken_for(self) -> bool:
        """Whether a customer is served by it: all that count, and what we began."""
        return self.reason is None or self.reason == "outbound"


def found(
    ticket: TicketRow,
    created_at: int,
    history: History,
    events: Sequence[EventRow],
    messages: Sequence[MessageRow],
    calls: Sequence[LinkedCall],
    figures: Figures,
    ground: Ground,
) -> Findings:
    """The findings; the vendor's ``figures`` where the events are incomplete, never mixed with them."""
    staff = ground.staff
    kinds = {event[1] for event in events}
    assignments = _assignments(created_at, events) if "schedule" in kinds else []
    business = ground.business(assignments, ticket.team_uid)
    is_complete = history.is_complete
    staff = staff.with_owners(events)
    talk = talked(ticket, events, messages, calls, staff)
    if is_complete:
        life = lived(created_at, history.initial, history.steps)
        owners = owned(ticket, events, staff, ground.tiers, ground.reporting.routing_s)
    else:
        life = _outlined_life(ticket, created_at, figures)
        owners = _owners_told(ticket, created_at, figures)
    status_rows = interval_rows(ticket.uid, life.intervals, business)
    is_outbound, on_behalf = began(ticket, talk, staff)
    handed_off_at = next(event[0] for event in events if event[1] == "handoff") if "handoff" in kinds else None
    by_words = (is_complete or holds_opening(ticket, talk)) and not is_unread(talk, messages, figures)
    if by_words:
        reply = first_reply(ticket, talk, handed_off_at, business, is_outbound=is_outbound, on_behalf=on_behalf)
        human_replies: int | None = len(talk.answers)
    else:
        reply = first_reply_told(ticket, figures, business, is_outbound=is_outbound)
        human_replies = whole(figures, "replies")
    if is_complete:
        done = resolved(created_at, life, status_rows, talk.answers, business)
    else:
        done = resolution_told(created_at, life, figures)
    internal = is_internal(ticket, staff)
    handled_by = "human" if talk.deeds or talk.answers else "bot" if talk.has_bot else "none"
    precision = _worst(events) if is_complete else "stat"
    if not by_words and precision == "exact":
        precision = "stat"
    if handled_by == "none" and precision in SUMMED_UP:
        # What was done to it is not known; that a person has it, or answered, is.
        has_person = ticket.assignee_uid is not None and staff.is_person(ticket.assignee_uid)
        handled_by = "human" if has_person or human_replies or reply.replied_at is not None else "none"
    return Findings(
        ticket=ticket,
        created_at=created_at,
        life=life,
        owners=owners,
        talk=talk,
        reply=reply,
        done=done,
        handed_off_at=handed_off_at,
        human_replies=human_replies,
        is_outbound=is_outbound,
        on_behalf=on_behalf,
        is_internal=internal,
        reason=exclusion(ticket, life, is_internal=internal, is_outbound=is_outbound),
        handled_by=handled_by,
        is_corrected="field" in kinds and _is_corrected(events),
        is_complete=is_complete,
        by_words=by_words,
        precision=precision,
        assignments=assignments,
        business=business,
        status_rows=status_rows,
        dims=(
            ticket.source, ticket.brand, ticket.team_uid, ticket.channel or "other", ticket.priority,
            ticket.contact_reason, ticket.customer_type,
            ticket.language if ticket.language is not None else ticket.customer_language, handled_by,
        ),
    )  # fmt: skip


def _outlined_life(ticket: TicketRow, created_at: int, figures: Figures) -> Life:
    outline = outlined(ticket, figures)
    if outline is None:
        return NO_LIFE._replace(category=ticket.status_category or "other")
    initial, steps = outline
    steps = sorted([*steps, *unsaid(ticket, steps, created_at)], key=lambda step: step.at)
    return lived(created_at, initial, steps, "stat")


def _owners_told(ticket: TicketRow, created_at: int, figures: Figures) -> Owners:
    return Owners(
        [(ticket.assignee_uid, ticket.team_uid, created_at, None)],
        whole(figures, "initially_assigned_at"),
        whole(figures, "assignee_stations") or 0,
        whole(figures, "group_stations") or 0,
        None,
    )


def _assignments(created_at: int, events: Sequence[EventRow]) -> list[Assignment]:
    """The schedules of the ticket; before the first change the one that it replaced."""
    changes = [(event[0], event[3], event[4]) for event in events if event[1] == "schedule"]
    told = [(created_at, changes[0][1])] + [(max(at, created_at), new) for at, _, new in changes]
    ends: list[int | None] = [*(at for at, _ in told[1:]), None]
    return [
        (schedule_uid, from_at, to_at)
        for (from_at, schedule_uid), to_at in zip(told, ends, strict=True)
        if schedule_uid is not None and (to_at is None or to_at > from_at)
    ]


def _is_corrected(events: Sequence[EventRow]) -> bool:
    """Whether the contact reason was changed after it had been set."""
    return any(
        event[2] == "contact_reason" and event[3] is not None and event[4] not in (None, event[3]) for event in events
    )


def _worst(events: Sequence[EventRow]) -> str:
    precisions = {event[7] for event in events}
    if len(precisions) == 1:
        return precisions.pop()
    return next((precision for precision in ("import", "poll", "stat") if precision in precisions), "exact")
