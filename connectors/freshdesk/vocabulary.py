"""Freshdesk's numbers and our words: statuses, sources, priorities, kinds of conversation.

Statuses 6 and 7, and sources above 9, are as public clients use them; an account may have numbers of its own.
"""

from collections.abc import Mapping
from typing import Any, Literal

from connectors import Channel, Context, StatusCategory

STATUS: Mapping[int, StatusCategory] = {2: "open", 3: "pending", 4: "solved", 5: "closed", 6: "pending", 7: "hold"}
# Their names in the export, for accounts whose own list of statuses cannot be read or calls them otherwise.
NAMED: Mapping[str, str] = {
    "open": "2",
    "pending": "3",
    "resolved": "4",
    "closed": "5",
    "waiting on customer": "6",
    "waiting for customer": "6",
    "waiting on third party": "7",
    "waiting for third party": "7",
}
DONE: frozenset[str] = frozenset({"solved", "closed"})
# While the customer or somebody else has the next word, Freshdesk stops the clock of its targets.
STOPPED: frozenset[str] = frozenset({"pending", "hold"})

OUTBOUND_EMAIL = 10
PHONE = 3
SOURCE: Mapping[int, tuple[Channel, str]] = {
    1: ("email", "email"),
    2: ("portal", "portal"),
    PHONE: ("phone", "phone"),
    4: ("portal", "forum"),
    5: ("social", "twitter"),
    6: ("social", "facebook"),
    7: ("chat", "chat"),
    8: ("web", "mobihelp"),
    9: ("web", "feedback_widget"),
    OUTBOUND_EMAIL: ("email", "outbound_email"),
    11: ("other", "ecommerce"),
    12: ("messaging", "bot"),
    13: ("messaging", "whatsapp"),
    15: ("chat", "web_chat"),
}
Priority = Literal["low", "normal", "high", "urgent"]
PRIORITY: Mapping[int, Priority] = {1: "low", 2: "normal", 3: "high", 4: "urgent"}
TicketType = Literal["question", "incident", "problem", "task"]
TYPE: Mapping[str, TicketType] = {"question": "question", "incident": "incident", "problem": "problem"}


def category_of(status: int | str, ctx: Context) -> StatusCategory:
    """Our category of a status number or name; the settings' word first, one that nobody knows is ``other``."""
    names: Mapping[str, str] = ctx.lookups.get("statuses", {})
    number = str(status)
    if not number.isdigit():
        word = number.casefold()
        number = next((key for key, name in names.items() if name.casefold() == word), NAMED.get(word, number))
    name = names.get(number, number)
    own: Mapping[str, StatusCategory] = ctx.settings.statuses
    told = own.get(str(status)) or own.get(number) or own.get(name)
    found = told or (STATUS.get(int(number)) if number.isdigit() else None)
    if found is None:
        ctx.warn("status", name)
    return found or "other"


def status_name(status: int, ctx: Context) -> str:
    """The name that agents see, else the number."""
    return str(ctx.lookups.get("statuses", {}).get(str(status), status))


def channel_of(source: int | None, ctx: Context) -> tuple[Channel, str | None]:
    """Our channel of a source, and Freshdesk's own word for it."""
    if source is None:
        return "other", None
    own = ctx.settings.sources.get(str(source))
    if own is not None:
        return own, str(source)
    if source not in SOURCE:
        ctx.warn("source", str(source))
    return SOURCE.get(source, ("other", str(source)))


def known(table: Mapping[Any, Any], word: Any, kind: str, ctx: Context) -> Any:
    """What the table says of the word; None, said once, where it says nothing."""
    if word is not None and word not in table:
        ctx.warn(kind, str(word))
    return table.get(word)
