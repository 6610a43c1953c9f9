"""Which figure of a vendor stands beside which of ours, and by what rules the two may differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Cause: TypeAlias = Literal[
    "stale", "left_out", "history", "agent_opened", "bot_reply", "internal_note", "other_author", "phone_reply",
    "not_handled", "unsolved", "schedule", "reopen", "merged", "stations", "ringing", "hold", "consult", "after_call",
    "short_abandon", "flow_out", "formula", "unexplained",
]  # fmt: skip

SAYS: Mapping[Cause, str] = {
    "stale": "the ticket changed after the vendor's figure was read",
    "left_out": "left out here (spam, test, import, deleted), counted by the vendor",
    "history": "its history here is not whole",
    "agent_opened": "one of us wrote first: no wait of the customer here",
    "bot_reply": "the vendor counts an automatic reply as the first one",
    "internal_note": "the vendor counts an internal note",
    "other_author": "the vendor counts a reply by somebody who is no agent here (light agent, requester)",
    "phone_reply": "answered by telephone, which the vendor does not see",
    "not_handled": "closed by a bot or by nobody: no time of resolution here",
    "unsolved": "not solved yet: the vendor shows the time so far",
    "schedule": "business time: the vendor takes today's schedule, here the one valid at each moment",
    "reopen": "reopened: the vendor keeps or restarts its clock in another way",
    "merged": "merged into another ticket",
    "stations": "the vendor counts the first assignment or a return as a station of its own",
    "ringing": "the vendor counts ringing into it",
    "hold": "the vendor counts hold into it",
    "consult": "the vendor counts consultations into it",
    "after_call": "the vendor counts after-call work into it",
    "short_abandon": "the vendor leaves short abandons out, or in",
    "flow_out": "the vendor counts callers who left the queue another way as abandoned",
    "formula": "another formula of the service level",
    "unexplained": "no rule explains it",
}


@dataclass(frozen=True)
class TicketPair:
    """A vendor's figure of a ticket and our column of ``ticket_facts``; ``within`` is what rounding alone explains.

    ``unit``: the vendor's unit in ours: 60 for minutes, 1 for seconds, moments and counts."""

    figure: str
    mode: Literal["calendar", "business"]
    ours: str
    unit: int = 1
    within: int = 0
    calendar: str | None = None
    """The figure's column in calendar time, where this one is in business time."""


def durations(figure: str, ours: str, ours_business: str) -> tuple[TicketPair, TicketPair]:
    """A figure in minutes, in calendar and in business time."""
    return (
        TicketPair(figure, "calendar", ours, 60, 60),
        TicketPair(figure, "business", ours_business, 60, 60, calendar=ours),
    )


TICKET_PAIRS: tuple[TicketPair, ...] = (
    *durations("reply_time", "frt_s", "frt_business_s"),
    *durations("first_resolution_time", "first_resolution_s", "first_resolution_business_s"),
    *durations("full_resolution_time", "resolution_s", "resolution_business_s"),
    *durations("requester_wait_time", "requester_wait_s", "requester_wait_business_s"),
    *durations("agent_wait_time", "agent_wait_s", "agent_wait_business_s"),
    *durations("on_hold_time", "on_hold_s", "on_hold_business_s"),
    TicketPair("reopens", "calendar", "reopens"),
    TicketPair("assignee_stations", "calendar", "assignee_stations"),
    TicketPair("group_stations", "calendar", "team_stations"),
    TicketPair("first_replied_at", "calendar", "first_replied_at", within=60),
    TicketPair("resolved_at", "calendar", "last_solved_at", within=60),
)
REPLIES = frozenset({"reply_time", "first_replied_at"})
TIMES = frozenset(
    {
        "first_resolution_time", "full_resolution_time", "resolved_at", "requester_wait_time", "agent_wait_time",
        "on_hold_time",
    }
)  # fmt: skip
STATIONS = frozenset({"assignee_stations", "group_stations"})


@dataclass(frozen=True)
class CallPair:
    """A vendor's figure of a call in seconds and ours: SQL over ``calls`` and sums of legs (``legs_ring_s``).

    ``with_more``: what added to ours may give the vendor's, and the cause that it is."""

    figure: str
    ours: str
    with_more: tuple[tuple[Cause, str], ...] = ()


CALL_PAIRS: tuple[CallPair, ...] = (
    CallPair("wait_s", "coalesce(total_wait_s, legs_wait_s)", (("ringing", "legs_ring_s"),)),
    CallPair(
        "talk_s",
        "coalesce(talk_s, legs_talk_s)",
        (
            ("hold", "coalesce(hold_s, legs_hold_s)"),
            ("ringing", "legs_ring_s"),
            ("consult", "consult_s"),
            ("after_call", "coalesce(acw_s, legs_acw_s)"),
        ),
    ),
    CallPair("hold_s", "coalesce(hold_s, legs_hold_s)"),
    CallPair("acw_s", "coalesce(acw_s, legs_acw_s)"),
    CallPair("duration_s", "ended_at - arrived_at", (("after_call", "coalesce(acw_s, legs_acw_s)"),)),
)

# Our figures of a queue's day, as SQL over queue_legs.
SHORT = "(outcome = 'abandoned' and wait_s <= short_abandon_s)"
FLOWN = "outcome like 'flow_out%'"
IN_TIME = "(outcome = 'answered' and wait_s <= sl_threshold_s)"
DAY_SUMS: Mapping[str, str] = {
    "offered": "count(*)",
    "answered": "sum(outcome = 'answered')",
    "abandoned": "sum(outcome = 'abandoned')",
    "short": f"sum({SHORT})",
    "flown": f"sum({FLOWN})",
    "in_time": f"sum({IN_TIME})",
    "wait_s": "sum(iif(outcome = 'answered', wait_s, 0))",
    "lost_wait_s": "sum(iif(outcome = 'answered', 0, wait_s))",
    "talk_s": "sum(talk_s)",
    "hold_s": "sum(hold_s)",
    "acw_s": "sum(acw_s)",
    "handle_s": "sum(handle_s)",
    "ring_s": "sum(ring_s)",
}
# What a vendor may mean by each figure of a day: our own meaning first, then others with the cause that names them.
DAY_MEANINGS: Mapping[str, tuple[tuple[Cause | None, str], ...]] = {
    "offered": ((None, "offered"), ("short_abandon", "offered - short"), ("flow_out", "offered - flown")),
    "answered": ((None, "answered"),),
    "abandoned": (
        (None, "abandoned"),
        ("short_abandon", "abandoned - short"),
        ("flow_out", "abandoned + flown"),
        ("flow_out", "abandoned + flown - short"),
    ),
    "wait_s": ((None, "wait_s"), ("flow_out", "wait_s + lost_wait_s"), ("ringing", "wait_s + ring_s")),
    "talk_s": ((None, "talk_s"), ("hold", "talk_s + hold_s")),
    "hold_s": ((None, "hold_s"),),
    "acw_s": ((None, "acw_s"),),
    "handle_s": ((None, "handle_s"), ("after_call", "talk_s + hold_s")),
    "service_level": (
        (None, "in_time / (answered + abandoned - short)"),
        ("formula", "in_time / (answered + abandoned)"),
        ("formula", "in_time / answered"),
        ("formula", "in_time / offered"),
        ("formula", "in_time / (offered - short)"),
        ("formula", "(in_time + short) / (answered + abandoned)"),
    ),
}
