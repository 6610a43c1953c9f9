"""What workers did: their activities, and above them the calls that they were offered, had and wrapped up.

Both overlap, as they do in truth: a worker who talks is available as well; figures take what is foremost.
"""

from collections.abc import Iterator, Sequence

import msgspec

from connectors import AgentEvent, AgentState, Context, Record, StateCategory
from connectors.twilio.events import Activity, Offer

# A shift and the breaks in it.
TAIL_S = 12 * 3600
KNOWN: dict[str, StateCategory] = {
    "offline": "offline", "logged out": "offline", "break": "break", "lunch": "break", "pause": "break",
    "mittag": "break", "training": "training", "schulung": "training", "meeting": "meeting", "besprechung": "meeting",
    "back office": "other_work", "backoffice": "other_work", "wrap up": "acw", "wrapup": "acw", "wrap-up": "acw",
}  # fmt: skip
# What each event of an offer begins; the others end it.
BEGINS: dict[str, tuple[int, StateCategory]] = {
    "reservation.created": (1, "ringing"),
    "reservation.accepted": (2, "talk"),
    "reservation.wrapup": (3, "acw"),
}


class Held(msgspec.Struct):
    """A state of an offer that lasts."""

    begun_at: int
    place: int
    category: StateCategory
    queue_id: str | None
    call: str | None


def assemble_presence(key: str, events: Sequence[AgentEvent], ctx: Context) -> Iterator[Record]:
    """The states of a worker; the present activity, and what goes on now, have no end yet."""
    yield from _activities(key, [event for event in events if event.event == "activity"], ctx)
    yield from _offers(key, [event for event in events if event.event != "activity"])


def _activities(key: str, events: Sequence[AgentEvent], ctx: Context) -> Iterator[AgentState]:
    begun: tuple[int, str, str | None] | None = None
    for event in events:
        at, told = event.happened_at, msgspec.json.decode(event.data or "", type=Activity)
        if begun is None and told.before is not None and told.before_s:
            # The first that is known tells of the one before it, too.
            begun = (at - told.before_s, told.before, told.before_sid)
        if begun is not None and at > begun[0]:
            yield _activity(key, begun, at, ctx)
        begun = (at, told.name, told.sid)
    if begun is not None:
        yield _activity(key, begun, None, ctx)


def _activity(key: str, begun: tuple[int, str, str | None], to_at: int | None, ctx: Context) -> AgentState:
    from_at, name, sid = begun
    return AgentState(agent_id=key, seq=0, state=name, category=_category(name, sid, ctx), from_at=from_at, to_at=to_at)


def _category(name: str, sid: str | None, ctx: Context) -> StateCategory:
    """By the config, by its name, or by whether TaskRouter gives work in it; else unknown, and said."""
    given: StateCategory | None = ctx.settings.activities.get(name) or KNOWN.get(name.strip().lower())
    if given is not None:
        return given
    available = ctx.lookups.get("activities", {}).get(sid or "")
    if available or (available is None and name.strip().lower() in ("available", "idle")):
        return "idle"
    if available is None or name.strip().lower() != "unavailable":
        ctx.warn("activity", name)
    return "unknown"


def _offers(key: str, events: Sequence[AgentEvent]) -> Iterator[AgentState]:
    held: dict[str, Held] = {}
    numbers: dict[str, int] = {}
    for event in events:
        at, offer = event.happened_at, msgspec.json.decode(event.data or "", type=Offer)
        number = numbers.setdefault(offer.reservation, _number(offer.reservation))
        if (before := held.pop(offer.reservation, None)) is not None and at > before.begun_at:
            yield _state(key, number, before, at)
        if event.event in BEGINS:
            place, category = BEGINS[event.event]
            held[offer.reservation] = Held(at, place, category, event.queue_id, offer.call)
    for reservation, last in held.items():
        yield _state(key, numbers[reservation], last, None)


def _number(reservation: str) -> int:
    """A number that keeps the states of two offers apart which begin in one second."""
    digits = "".join(one for one in reservation[2:] if one in "0123456789abcdefABCDEF")[-8:]
    return (int(digits, 16) if digits else 0) * 4


def _state(key: str, number: int, held: Held, to_at: int | None) -> AgentState:
    return AgentState(
        agent_id=key, seq=number + held.place, state=held.category, category=held.category, from_at=held.begun_at,
        to_at=to_at, queue_id=held.queue_id, call_id=held.call,
    )  # fmt: skip
