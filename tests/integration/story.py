"""What happened on the real desk, and the figures of each ticket as worked out by hand from it.

All times are UTC. RT's own rules are at work: whoever of staff answers a new ticket opens it, a customer's word opens
a resolved one again (both done by RT_System), a stalled ticket stays stalled.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

STAFF_RIGHTS = (
    "ShowTicket SeeQueue OwnTicket TakeTicket StealTicket ReassignTicket ModifyTicket DeleteTicket CommentOnTicket "
    "ReplyToTicket ShowTicketComments CreateTicket SeeCustomField ModifyCustomField"
).split()
OUR_RIGHTS = "ShowTicket SeeQueue ShowTicketComments SeeCustomField SeeGroup AdminUsers ManageAuthTokens".split()
PASSWORD = "for-this-run-only"
CUSTOMERS = ("cara", "dan", "eve", "finn", "spammer")


def at(text: str) -> int:
    """``2 08:30`` is 8:30 UTC on 2 March 2026."""
    day, _, clock = text.partition(" ")
    hour, minute = clock.split(":")
    return int(datetime(2026, 3, int(day), int(hour), int(minute), tzinfo=UTC).timestamp())


def people() -> Iterator[dict[str, Any]]:
    """Who is there before anything happens."""
    begun = {"at": at("1 08:00")}
    yield {**begun, "do": "everyone", "rights": ["CreateTicket", "ReplyToTicket"]}
    for name in ("ada", "ben"):
        more = {"EmailAddress": f"{name}@desk.example", "RealName": name.title(), "Password": PASSWORD}
        yield {**begun, "do": "user", "name": name, "staff": True, "rights": STAFF_RIGHTS, **more}
    key = {"staff": True, "Password": PASSWORD, "Timezone": "Pacific/Kiritimati"}
    yield {**begun, "do": "user", "name": "deskpulse", "rights": OUR_RIGHTS, **key}
    yield {**begun, "do": "user", "name": "narrow", "rights": ["SeeGroup"], **key}
    yield {**begun, "do": "token", "as": "deskpulse"}
    for name in CUSTOMERS:
        yield {**begun, "do": "user", "name": f"{name}@example.com", "EmailAddress": f"{name}@example.com"}
    yield {**begun, "do": "queue", "name": "Support", "shown_to": ["narrow"]}
    yield {**begun, "do": "queue", "name": "Billing"}
    yield {**begun, "do": "field", "name": "Reason", "values": ["Delivery", "Invoice wrong"]}


HAPPENED = """
2 08:00  T1   cara  create Support
2 08:05  T1   ada   take
2 08:10  T2   dan   create Support
2 08:20  T2   ben   reply
2 08:25  T2   ben   status stalled
2 08:30  T1   ada   reply
2 09:00  T1   ada   status resolved
2 09:00  T3   eve   create Support
2 09:10  T3   ada   reply
2 09:20  T3   ada   status resolved
2 09:30  T4   finn  create Support
2 09:50  T6   cara  create Support
2 10:00  T5   cara  create Support
2 10:10  T8   dan   create Support
2 10:15  T5   ada   merge T6
2 10:20  T6   ada   reply
2 10:20  T9   eve   create Support
2 10:25  T9   ada   take
2 10:25  T2   dan   reply
2 10:30  T2   ben   status open
2 10:30  T4   ben   status resolved
2 10:40  T2   ben   reply
2 10:40  T8   ada   reply
2 10:50  T8   ada   status rejected
2 11:00  T2   ben   status resolved
2 11:00  T10  finn  create Support
2 11:10  T10  ada   comment
2 11:20  T6   ada   status resolved
2 11:25  T9   ada   owner ben
2 11:30  T9   ben   move Billing
2 12:00  T10  ben   reply
2 12:20  T9   ben   reply
2 13:00  T12  dan   create Billing
2 13:01  T12  RT_System reply
2 13:20  T3   eve   reply
2 13:20  T9   ben   status resolved
2 13:50  T3   ada   reply
2 14:00  T3   ada   status resolved
2 14:00  T12  ben   reply
2 14:00  T13  eve   create Support
2 14:05  T13  ada   reason Invoice wrong
2 14:06  T13  ada   priority 50
2 14:10  T13  ada   reply 15
2 14:20  T13  ada   comment 5
2 14:25  T13  ada   status resolved
27 16:00 T14  cara  create Support
27 16:30 T14  ben   reply
27 17:00 T14  ben   status resolved
29 10:00 T14  cara  reply
29 11:00 T14  ben   status resolved
29 12:00 T14  cara  reply
29 12:30 T14  ben   status resolved
29 13:00 T7   spammer create Support
29 13:01 T7   ben   status deleted
"""


def steps() -> Iterator[dict[str, Any]]:
    """People first, then what happened, in the order of time."""
    yield from people()
    for line in HAPPENED.strip().splitlines():
        day, clock, ticket, who, do, *rest = line.split()
        step: dict[str, Any] = {"at": at(f"{day} {clock}"), "do": do, "ticket": ticket}
        step["as"] = f"{who}@example.com" if who in CUSTOMERS else who
        what = " ".join(rest)
        if do in ("reply", "comment"):
            yield {**step, "minutes": int(what or 0)}
        elif do == "create":
            yield {**step, "queue": what}
        else:
            yield {**step, "to": what}


class Figures(NamedTuple):
    """One ticket by hand: moments as ``day hh:mm``, durations in minutes. ``waited`` is what the customer waited for us
    up to the last solve (new and open), ``asked`` what we waited for the customer (stalled)."""

    created: str
    replied: str | None
    first_solved: str | None
    last_solved: str | None
    reopens: int
    waited: int | None
    asked: int | None
    owners: int
    category: str


BY_HAND: Mapping[str, Figures] = {
    "T1": Figures("2 08:00", "2 08:30", "2 09:00", "2 09:00", 0, 60, 0, 1, "solved"),
    # Stalled from 8:25 to 10:30; dan's word at 10:25 did not open it.
    "T2": Figures("2 08:10", "2 08:20", "2 11:00", "2 11:00", 0, 15 + 30, 125, 0, "solved"),
    # Eve's word at 13:20 reopened it.
    "T3": Figures("2 09:00", "2 09:10", "2 09:20", "2 14:00", 1, 20 + 40, 0, 0, "solved"),
    # Resolved without a word to finn.
    "T4": Figures("2 09:30", None, "2 10:30", "2 10:30", 0, 60, 0, 0, "solved"),
    # Merged into T6 at 10:15: neither answered nor solved on its own.
    "T5": Figures("2 10:00", None, None, None, 0, None, None, 0, "closed"),
    "T6": Figures("2 09:50", "2 10:20", "2 11:20", "2 11:20", 0, 90, 0, 0, "solved"),
    "T7": Figures("29 13:00", None, None, None, 0, None, None, 0, "deleted"),
    "T8": Figures("2 10:10", "2 10:40", "2 10:50", "2 10:50", 0, 40, 0, 0, "closed"),
    # Ada, then ben.
    "T9": Figures("2 10:20", "2 12:20", "2 13:20", "2 13:20", 0, 180, 0, 2, "solved"),
    # Ada's comment at 11:10 is no reply.
    "T10": Figures("2 11:00", "2 12:00", None, None, 0, None, None, 0, "open"),
    # Nor is what a scrip wrote at 13:01.
    "T12": Figures("2 13:00", "2 14:00", None, None, 0, None, None, 0, "open"),
    "T13": Figures("2 14:00", "2 14:10", "2 14:25", "2 14:25", 0, 25, 0, 0, "solved"),
    # Over the night in which Berlin's clocks went forward: 60, 60 and 30 minutes.
    "T14": Figures("27 16:00", "27 16:30", "27 17:00", "29 12:30", 2, 150, 0, 0, "solved"),
}
