"""Why a ticket is left out of the figures (metrics §2, profile T)."""

from core.numbers.facts.life import Life
from core.numbers.facts.replies import OPENING_S, SPOKEN, Talk
from core.numbers.facts.rows import TicketRow
from core.numbers.facts.staff import Staff

# Of these no duration is kept; an internal, problem or outbound ticket has durations, which its flags leave out.
UNTIMED = frozenset({"spam", "test", "suspended", "merged", "deleted", "import"})
UNASKED = frozenset({"spam", "test", "suspended", "internal"})


def began(ticket: TicketRow, talk: Talk, staff: Staff) -> tuple[bool, bool]:
    """(is outbound, is on behalf): an agent wrote first to a customer, or wrote down what a caller said."""
    by_agent = talk.opener == "agent" and (talk.opened_at or 0) <= (ticket.created_at or 0) + OPENING_S
    if not talk.opener and ticket.submitter_uid is not None and ticket.submitter_uid != ticket.requester_uid:
        by_agent = ticket.submitter_uid in staff.members
    on_behalf = bool(ticket.is_on_behalf)
    if ticket.is_on_behalf is None:
        on_behalf = talk.on_phone or (by_agent and ticket.channel in SPOKEN)
    if ticket.is_agent_initiated is not None:
        return bool(ticket.is_agent_initiated), on_behalf
    return by_agent and not on_behalf, on_behalf


def exclusion(ticket: TicketRow, life: Life, *, is_internal: bool, is_outbound: bool) -> str | None:
    """The first reason that holds, None where the ticket counts."""
    if ticket.is_spam or life.is_spam:
        return "spam"
    if ticket.is_test:
        return "test"
    if ticket.is_suspended:
        return "suspended"
    if ticket.merged_into_uid is not None or life.merged_at is not None:
        return "merged"
    if ticket.deleted_at is not None or life.category == "deleted":
        return "deleted"
    if ticket.is_import:
        return "import"
    if is_internal:
        return "internal"
    if ticket.is_problem:
        return "problem"
    return "outbound" if is_outbound else None


def is_internal(ticket: TicketRow, staff: Staff) -> bool:
    """Whether the requester is one of us."""
    return bool(ticket.is_internal or ticket.is_customer_internal or ticket.requester_uid in staff.members)
