"""What users are doing, seen at each pull and made into a history: Aircall tells only the present moment.

Aircall's answers name no call, so after-call work stays without one.
"""

from collections.abc import Iterator, Sequence

import msgspec

from connectors import AgentEvent, Api, Context, Page, Record, StateCategory, Window, sampled_states
from connectors.aircall.paging import ListPage, pages
from connectors.aircall.people import UsersPage

# A shift and the breaks in it.
TAIL_S = 12 * 3600
STATES: dict[str, StateCategory] = {
    "available": "idle",
    "in_call": "talk",
    "after_call_work": "acw",
    "do_not_disturb": "unknown",
    "offline": "offline",
}
REASONS: dict[str, StateCategory] = {
    "out for lunch": "break",
    "on a break": "break",
    "in training": "training",
    "back office": "other_work",
}
DO_NOT_DISTURB = "do_not_disturb"
# What stands in the place of a reason where there is none.
NO_REASON = frozenset({"always_open", "always_closed", ""})


class AvailabilitiesPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="users")


class Availability(msgspec.Struct, gc=False):
    availability: str | None = None


class SeenRow(msgspec.Struct, omit_defaults=True, gc=False):
    """A user's availability, or (from the list of users) the reason of one who is not to be disturbed."""

    id: int
    availability: str | None = None
    substatus: str | None = None


def fetch_availabilities(api: Api, _: Window) -> Iterator[Page]:
    """What every user is doing now, and the reasons where somebody is not to be disturbed."""
    is_asked_why = False
    for page in pages(api, "/v1/users/availabilities", AvailabilitiesPage):
        is_asked_why = is_asked_why or any(_is_away(raw) for raw in page.rows)
        yield Page(page.rows)
    if is_asked_why:
        for page in pages(api, "/v2/users", UsersPage):
            yield Page(page.rows)


def _is_away(raw: msgspec.Raw) -> bool:
    try:
        return msgspec.json.decode(raw, type=Availability).availability == DO_NOT_DISTURB
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False


def normalise_seen(row: SeenRow, ctx: Context) -> Iterator[Record]:
    """What was seen of a user at the moment of the pull."""
    if row.availability is not None:
        yield AgentEvent(agent_id=str(row.id), happened_at=ctx.fetched_at, seq=0, event=row.availability)
    elif (row.substatus or "") not in NO_REASON:
        yield AgentEvent(
            agent_id=str(row.id), happened_at=ctx.fetched_at, seq=1, event=DO_NOT_DISTURB, data=row.substatus
        )


def assemble_presence(key: str, events: Sequence[AgentEvent], ctx: Context) -> Iterator[Record]:
    """The states of a user, as far as looks tell them."""
    return sampled_states(key, _looks(events, ctx))


def _looks(events: Sequence[AgentEvent], ctx: Context) -> list[tuple[int, str, StateCategory]]:
    """(moment, word, category) of each look, in order of time; a reason takes the place of the bare word."""
    seen: dict[int, tuple[str, StateCategory]] = {}
    for event in events:
        if event.data is None:
            seen[event.happened_at] = (event.event, _category(event.event, ctx))
        elif seen.get(event.happened_at, ("", ""))[0] == DO_NOT_DISTURB:
            seen[event.happened_at] = (event.data, _reason(event.data, ctx))
    return [(at, *told) for at, told in sorted(seen.items())]


def _category(word: str, ctx: Context) -> StateCategory:
    if word not in STATES:
        ctx.warn("availability", word)
    return STATES.get(word, "unknown")


def _reason(word: str, ctx: Context) -> StateCategory:
    given: StateCategory | None = ctx.settings.unavailable_reasons.get(word)
    return given or REASONS.get(word.strip().lower(), "unknown")
