"""Who said what on a ticket: the customer's messages, the answers of people, and what bots did."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from core.numbers.facts.rows import EventRow, LinkedCall, MessageRow, TicketRow, opened_ticket
from core.numbers.facts.staff import PEOPLE, Staff

# The message that opens a ticket is written with it; streams floor to the second.
OPENING_S = 60
TOUCH_S = 60
SPOKEN = frozenset({"phone", "voicemail"})
WORDLESS = frozenset({"automation", "partner"})

Deed: TypeAlias = tuple[int, str | None]
"""When, and which agent."""


class Talk(NamedTuple):
    """The conversation of a ticket.

    ``answers`` are replies of people after the opening: public messages and connected calls to the customer,
    ``written`` the messages among them. ``deeds`` is all that people did, in order. ``opener`` is ``agent`` where a
    person of ours wrote the first public message, ``customer`` where the requester did, else empty. ``opening_call``
    is the call out of which the ticket came, ``born_of`` the same if it was answered; ``on_phone``: the ticket's first
    message stands for an answered call of the customer, so he was served before anybody wrote.
    """

    asked: list[int]
    answers: list[Deed]
    written: list[int]
    deeds: list[Deed]
    opener: str
    opened_at: int | None
    has_bot: bool
    opening_call: LinkedCall | None
    born_of: LinkedCall | None
    voicemail_end_at: int | None
    on_phone: bool


def talked(
    ticket: TicketRow,
    events: Sequence[EventRow],
    messages: Sequence[MessageRow],
    calls: Sequence[LinkedCall],
    staff: Staff,
) -> Talk:
    """The conversation that messages, calls and the deeds in events make up."""
    created_at, requester_uid = ticket.created_at or 0, ticket.requester_uid
    asked: list[int] = []
    answers: list[Deed] = []
    written: list[int] = []
    deeds: list[Deed] = []
    opener = ""
    opened_at: int | None = None
    has_bot = False
    on_phone = bool(messages) and messages[0][6] == "in" and messages[0][7] == "phone"
    for message in messages:
        at, author_uid, _, _, is_public, _, direction, channel, call_uid = message
        who = _speaker(message, requester_uid, staff)
        if who == "customer":
            if is_public:
                asked.append(at)
                if not opener:
                    opener, opened_at = who, at
        elif who == "bot":
            has_bot = True
        elif who in PEOPLE:
            is_spoken = call_uid is not None or channel == "phone"
            # The call itself, in which the customer rang us, is no reply of ours.
            if is_spoken and direction == "in":
                continue
            deed = (at, author_uid)
            deeds.append(deed)
            if who == "light" or (is_spoken and (direction != "out" or _is_told_by(calls, call_uid))):
                continue
            if is_public and not is_spoken:
                is_opening = not opener and at <= created_at + OPENING_S
                if not opener:
                    opener, opened_at = "agent", at
                if is_opening:
                    continue
                written.append(at)
            if is_public or is_spoken:
                answers.append(deed)
    has_bot = _add_deeds(deeds, ticket, events, staff) or has_bot
    opening_call = _add_calls(answers, deeds, calls, created_at) if calls else None
    deeds.sort(key=_when)
    is_answered = opening_call is not None and bool(opening_call.is_handled)
    is_voicemail = opening_call is not None and opening_call.outcome == "voicemail"
    return Talk(
        asked,
        answers,
        written,
        deeds,
        opener,
        opened_at,
        has_bot,
        opening_call,
        opening_call if is_answered else None,
        opening_call.ended_at if opening_call is not None and is_voicemail else None,
        on_phone or is_answered,
    )


def _speaker(message: MessageRow, requester_uid: str | None, staff: Staff) -> str:
    """customer, bot, the role of one of us at that time, or nothing for what is nobody's word."""
    at, author_uid, kind, role, _, is_automated, _, _, _ = message
    if kind == "bot":
        return "bot"
    if is_automated or kind in WORDLESS:
        return ""
    if kind == "customer" or (author_uid is not None and author_uid == requester_uid):
        return "customer"
    if role is not None:
        return role
    if author_uid is None:
        return kind if kind == "agent" else ""
    role = staff.role_at(author_uid, at)
    if role is not None:
        return role
    if kind == "agent":
        return "" if author_uid in staff.members else "agent"
    return "customer" if author_uid in staff.members or author_uid in staff.customers else ""


def _is_told_by(calls: Sequence[LinkedCall], call_uid: str | None) -> bool:
    """Whether the call that a message stands for tells more by its own row."""
    return any(call.call_uid == call_uid or (call_uid is None and call.direction == "outbound") for call in calls)


def _add_calls(
    answers: list[Deed], deeds: list[Deed], calls: Sequence[LinkedCall], created_at: int
) -> LinkedCall | None:
    """Adds connected calls to the customer as answers; the call out of which the ticket came, if there is one."""
    opening: LinkedCall | None = None
    for call in calls:
        deed = (call.answered_at or call.arrived_at, call.agent_uid)
        if call.direction == "outbound":
            if call.is_connected:
                answers.append(deed)
                deeds.append(deed)
        elif opened_ticket(call.arrived_at, call.ended_at, created_at):
            if opening is None or (call.is_handled and not opening.is_handled):
                opening = call
            if call.is_handled:
                deeds.append(deed)
    answers.sort(key=_when)
    return opening


def _when(deed: Deed) -> int:
    return deed[0]


def _add_deeds(deeds: list[Deed], ticket: TicketRow, events: Sequence[EventRow], staff: Staff) -> bool:
    """Adds what people did without words, changes by a person of ours; whether a bot did something."""
    requester_uid = ticket.requester_uid
    has_bot = False
    for at, _, _, _, _, actor_uid, actor_kind, _ in events:
        if actor_kind == "human":
            if actor_uid is None or actor_uid != requester_uid:
                deeds.append((at, actor_uid))
        elif actor_kind == "bot":
            has_bot = True
        elif actor_kind == "unknown" and actor_uid is not None and actor_uid != requester_uid:
            role = staff.role_at(actor_uid, at)
            if role == "bot":
                has_bot = True
            elif role is not None:
                deeds.append((at, actor_uid))
    return has_bot


def touches(deeds: Sequence[Deed]) -> int:
    """Deeds of one person within 60 s of the first of them are one touch."""
    count = 0
    begun: dict[str | None, int] = {}
    for at, agent_uid in deeds:
        since = begun.get(agent_uid)
        if since is None or at > since + TOUCH_S:
            count += 1
            begun[agent_uid] = at
    return count


class Wait(NamedTuple):
    """A customer who wrote again, and when a person next answered."""

    asked_at: int
    replied_at: int
    agent_uid: str | None


def next_waits(asked: Sequence[int], answers: Sequence[Deed], since_at: int) -> list[Wait]:
    """Waits for a next reply after the first word of a person; messages that follow each other are one wait."""
    waits: list[Wait] = []
    place, count = 0, len(answers)
    done_at = since_at
    for at in asked:
        if at < done_at or at <= since_at:
            continue
        while place < count and answers[place][0] <= at:
            place += 1
        if place == count:
            break
        done_at, agent_uid = answers[place]
        waits.append(Wait(at, done_at, agent_uid))
    return waits
