"""How long a customer waited for the first answer of a person (metrics §6, first_response_time)."""

from collections.abc import Sequence
from typing import NamedTuple

from core.numbers.facts.ground import Business
from core.numbers.facts.replies import OPENING_S, Talk
from core.numbers.facts.rows import MessageRow, TicketRow
from core.numbers.facts.vendor import Figures, seconds, whole

# The clock starts with the customer's first word, which of a voicemail is there when the recording ends.
FROM_FIRST_WORD = frozenset({"chat", "messaging", "voicemail"})


class FirstReply(NamedTuple):
    """When the clock started and stopped, and what it showed; ``compat_s`` as Zendesk times it.

    ``is_counted``: it belongs into the figure for written contacts. ``served_at``: since when nobody waits for a first
    answer (backlog), from the start where the customer had us on the phone or we began.
    """

    started_at: int
    replied_at: int | None = None
    replier_uid: str | None = None
    took_s: int | None = None
    took_business_s: int | None = None
    handoff_s: int | None = None
    compat_s: int | None = None
    is_counted: bool = False
    served_at: int | None = None


def first_reply(
    ticket: TicketRow, talk: Talk, handed_off_at: int | None, business: Business, *, is_outbound: bool, on_behalf: bool
) -> FirstReply:
    """The first reply after the start: creation, end of the recording, or the customer's first message in a chat."""
    created_at = ticket.created_at or 0
    compat_s = talk.written[0] - created_at if talk.written else None
    if talk.born_of is not None and not is_outbound:
        call = talk.born_of
        wait_s = call.total_wait_s
        return FirstReply(
            call.arrived_at, call.answered_at, call.agent_uid, wait_s, wait_s, compat_s=compat_s, served_at=created_at
        )
    if is_outbound or on_behalf or talk.on_phone:
        replied_at = talk.written[0] if talk.written else None
        return FirstReply(created_at, replied_at, compat_s=compat_s, served_at=created_at)
    started_at = created_at
    if talk.voicemail_end_at is not None:
        started_at = talk.voicemail_end_at
    elif ticket.channel in FROM_FIRST_WORD and talk.asked:
        started_at = max(created_at, talk.asked[0])
    for at, agent_uid in talk.answers:
        if at >= started_at:
            handoff_s = at - handed_off_at if handed_off_at is not None and at >= handed_off_at else None
            took_s, took_business_s = at - started_at, business(started_at, at)
            return FirstReply(started_at, at, agent_uid, took_s, took_business_s, handoff_s, compat_s, True, at)
    return FirstReply(started_at, compat_s=compat_s)


def holds_opening(ticket: TicketRow, talk: Talk) -> bool:
    """Whether the messages reach back to the one that opened the ticket, so that none is missing."""
    return talk.opened_at is not None and talk.opened_at <= (ticket.created_at or 0) + OPENING_S


def is_unread(talk: Talk, messages: Sequence[MessageRow], figures: Figures) -> bool:
    """Whether the vendor tells of a reply and only the opening message is here: the others are still to be read."""
    return len(messages) <= 1 and not talk.answers and whole(figures, "first_replied_at") is not None


def first_reply_told(ticket: TicketRow, figures: Figures, business: Business, *, is_outbound: bool) -> FirstReply:
    """The vendor's own figure, a duration or a moment; it also times tickets that an agent began."""
    created_at = ticket.created_at or 0
    took_s = seconds(figures, "reply_time")
    took_business_s = seconds(figures, "reply_time", "business")
    if took_s is None and (at := whole(figures, "first_replied_at")) is not None:
        took_s = max(0, at - created_at)
        took_business_s = business(created_at, created_at + took_s)
    if took_s is None:
        return FirstReply(created_at, served_at=created_at if is_outbound else None)
    if is_outbound:
        return FirstReply(created_at, created_at + took_s, compat_s=took_s, served_at=created_at)
    at = created_at + took_s
    return FirstReply(created_at, at, None, took_s, took_business_s, None, took_s, True, at)
