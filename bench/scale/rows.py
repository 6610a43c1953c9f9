"""Rows of facts made by one piece of SQL that SQLite and DuckDB run alike, so that both count the same contacts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.store.tables import TABLES
from core.store.tables.shape import Table

FIRST_ON = date(2024, 11, 20)
DAY_S = 86_400
PRIME = 1_000_003
TABLE: Mapping[str, Table] = {table.name: table for table in TABLES}
# Rows for each ticket and each call.
FACTS: Mapping[str, tuple[int, int]] = {
    "ticket_facts": (1, 0),
    "solve_facts": (1, 0),
    "reply_wait_facts": (1, 0),
    "backlog_moves": (2, 0),
    "backlog_spans": (1, 0),
    "queue_legs": (0, 1),
    "call_facts": (0, 1),
    "contact_facts": (1, 1),
    "handled_facts": (1, 1),
}
WORDS: Mapping[str, tuple[str, ...]] = {
    "source": ("zd",),
    "brand": ("one", "two"),
    "team_uid": ("zd:1", "zd:2", "zd:3", "zd:4", "zd:5", "zd:6"),
    "queue_uid": ("pbx:1", "pbx:2", "pbx:3", "pbx:4", "pbx:5", "pbx:6", "pbx:7", "pbx:8"),
    "line_uid": ("pbx:+491", "pbx:+492", "pbx:+493"),
    "channel": ("email", "web", "chat", "phone"),
    "direction": ("inbound", "inbound", "inbound", "outbound"),
    "priority": ("low", "normal", "high", "urgent"),
    "contact_reason": ("delivery", "invoice", "return", "damage", "question", "login", "order", "other"),
    "customer_type": ("private", "business", "vip"),
    "language": ("de", "en", "zh"),
    "handled_by": ("human", "human", "human", "bot"),
    "status_category": ("new", "open", "pending", "solved", "closed"),
    "outcome": ("answered", "answered", "answered", "answered", "abandoned", "flow_out_voicemail"),
    "precision": ("exact",),
    "ivr_exit": ("queue", "hangup", "task"),
    "kind": ("arrived", "solved", "reopened"),
}
# Members that go together: a queue has its team and its number, a team its brand.
TOGETHER = ("queue_uid", "team_uid", "line_uid", "brand")
SECONDS = 1_200
# Of so many rows one has no such value, or is so.
FEW = 8


@dataclass(frozen=True)
class Size:
    """How much there is: tickets, calls, and over how many days they are spread."""

    tickets: int
    calls: int
    days: int

    def rows(self, fact: str) -> int:
        """Rows of a fact."""
        by_ticket, by_call = FACTS[fact]
        return self.tickets * by_ticket + self.calls * by_call

    @property
    def days_on(self) -> tuple[str, ...]:
        """The local days."""
        return tuple((FIRST_ON + timedelta(days=place)).isoformat() for place in range(self.days))


def calendar(size: Size) -> Iterator[tuple[int, str, int]]:
    """Place, local date and first moment of each day."""
    epoch = (FIRST_ON - date(1970, 1, 1)).days
    for place, day_on in enumerate(size.days_on):
        yield place, day_on, (epoch + place) * DAY_S


def chosen(fact: str, size: Size, numbers: str, divided: str) -> str:
    """A select of all rows of a fact from ``numbers`` (a column i) and ``calendar``; ``divided`` is whole division."""
    figures = ", ".join(f"{_value(fact, name, place)} as {name}" for place, name in enumerate(TABLE[fact].names))
    return (
        f"select {figures} from {numbers} as n join calendar as c on c.place = (n.i * {size.days}) {divided} "
        f"{size.rows(fact)}"
    )


def _value(fact: str, name: str, salt: int) -> str:
    dice = f"((n.i * {7919 + 2 * salt} + {salt * 104_729}) % {PRIME})"
    if name in ("ticket_uid", "call_uid", "contact_uid") and name in TABLE[fact].key:
        return "'c' || cast(n.i as varchar)"
    if name == "seq":
        return "0"
    if name in TOGETHER:
        dice = f"((n.i * 7919) % {PRIME} % {len(WORDS['queue_uid'])})"
    if name in WORDS:
        words = WORDS[name]
        cases = " ".join(f"when {place} then '{word}'" for place, word in enumerate(words))
        return f"case {dice} % {len(words)} {cases} end" if len(words) > 1 else f"'{words[0]}'"
    if name.endswith("_on"):
        return "c.day_on"
    if name == "slot":
        return f"16 + {dice} % 20"
    if name == "delta":
        return f"1 - 2 * ({dice} % 2)"
    column = next(column for column in TABLE[fact].columns if column.name == name)
    if name.endswith("_at"):
        return f"c.starts_at + {dice} % {DAY_S}"
    if column.type == "TEXT":
        return f"'x' || cast({dice} % 500 as varchar)"
    if name.endswith("_s"):
        return f"{dice} % {SECONDS}" if column.required else f"case when {dice} % {FEW} > 0 then {dice} % {SECONDS} end"
    if name.startswith("is_") or name in ("met", "bot_contained", "one_touch", "one_touch_no_wait", "in_hours"):
        return f"case when {dice} % {FEW} > 2 then 1 else 0 end"
    return f"{dice} % 4"
