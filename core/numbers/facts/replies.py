"""Who said what on a ticket: the customer's messages, the answers of people, and what bots did."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from core.numbers.facts.rows import EventRow, LinkedCall, MessageRow, TicketRow, opened_ticket
from core.numbers.facts.staff import PEOPLE, REPLIERS, Staff

# The message that opens a ticket is written with it; streams floor to the second.
OPENING_S = 60
TOUCH_S = 60
SPOKEN = frozenset({"phone", "voicemail"})

Deed: TypeAlias = tuple[int, str | None]
"""When, and which agent."""


class Talk(NamedTuple):
    """The conversation of a ticket.

    ``answers`` are replies of people after the opening: public messages and connected calls to the customer, ``written``
    the messages among them. ``deeds`` is all that people did, in order. ``opener`` is ``agent`` where a person of ours
    wrote the first public message, ``customer`` where the requester did, else empty. ``opening_call`` is the call out of
    which the ticket came, ``born_of`` the same if it was answered.
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


def talked(
    ticket: TicketRow,
    events: Sequence[EventRow],
    messages: Sequence[MessageRow],
    calls: Sequence[LinkedCall],
    staff: Staff,
) -> Talk:
    """The conversation that messages, calls and the deeds in events make up."""
    created_at, requester_uid = ticket.created_at or 0, ticket.requester_uid
    members = staff.members
    asked: list[int] = []
    answers: list[Deed] = []
    written: list[int] = []
    deeds: list[Deed] = []
    opener = ""
    opened_at: int | None = None
    has_bot = False
    heard: set[str] | None = None
    for at, author_uid, kind, role, is_public, is_automated, direction, channel, call_uid in messages:
        if kind == "bot":
            has_bot = True
            continue
        if is_automated or kind == "automation" or kind == "partner":
            continue
        if kind != "customer" and (author_uid is None or author_uid != requester_uid):
            if role is None and author_uid is not None:
                role = staff.role_at(author_uid, at)
                if role is None and kind == "agent" and author_uid not in members:
                    role = "agent"
            elif role is None and kind == "agent":
                role = "agent"
            if role == "bot":
                has_bot = True
                continue
            if role is not None:
                if role not in PEOPLE:
                    continue
                is_spoken = call_uid is not None or channel == "phone"
                if is_spoken and direction == "in":
                    continue
                deeds.append((at, author_uid))
                if role not in REPLIERS:
                    continue
                if is_spoken:
                    if heard is None:
                        heard = {call.call_uid for call in calls}
                    if call_uid in heard or (call_uid is None and any(call.direction == "outbound" for call in calls)):
                        continue
                    answers.append((at, author_uid))
                elif is_public:
                    if not opener:
                        opener, opened_at = "agent", at
                        if at <= created_at + OPENING_S:
                            continue
                    answers.append((at, author_uid))
                    written.append(at)
                continue
            if kind == "agent" or (author_uid not in members and author_uid not in staff.customers):
                continue
        if is_public:
            if not opener:
                opener, opened_at = "customer", at
            asked.append(at)
    has_bot = _add_deeds(deeds, ticket, events, staff) or has_bot
    opening_call = born_of = None
    voicemail_end_at = None
    for call in calls:
        if call.direction == "outbound":
            if call.is_connected:
                deed = (call.answered_at or call.arrived_at, call.agent_uid)
                answers.append(deed)
                deeds.append(deed)
        elif opened_ticket(call.arrived_at, call.ended_at, created_at):
            opening_call = opening_call or call
            if call.is_handled:
                born_of = born_of or call
                deeds.append((call.answered_at or call.arrived_at, call.agent_uid))
            elif call.outcome == "voicemail":
                voicemail_end_at = call.ended_at
    if calls:
        answers.sort(key=_when)
    deeds.sort(key=_when)
    return Talk(asked, answers, written, deeds, opener, opened_at, has_bot, opening_call, born_of, voicemail_end_at)


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
