"""Our figures of each ticket beside the vendor's own, and the rule that explains a difference."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from core.numbers.reconcile.lines import Difference, Line
from core.numbers.reconcile.pairs import (
    REPLIES,
    STATIONS,
    TICKET_PAIRS,
    TIMES,
    Cause,
    TicketPair,
)

MINUTE_S = 60
KNOWN = {(pair.figure, pair.mode): pair for pair in TICKET_PAIRS}
COLUMNS = tuple(dict.fromkeys(pair.ours for pair in TICKET_PAIRS))
FIGURES = f"""
select m.source, t.native_id, m.name, m.schedule_mode, m.unit, m.value, m.fetched_at, t.uid, t.created_at,
  t.requester_uid, t.source_updated_at, t.merged_into_uid, k.value as calendar_value, f.first_replied_at,
  {", ".join(f"f.{name}" for name in COLUMNS if name != "first_replied_at")}, f.is_outbound, f.exclusion_reason,
  f.handled_by, f.is_solved,  f.is_history_complete
from ticket_facts f
  join tickets t on t.uid = f.ticket_uid
  join source_metrics m on m.source = t.source and m.entity = 'ticket' and m.entity_uid = t.uid
  left join source_metrics k on k.source = m.source and k.entity = m.entity and k.entity_uid = m.entity_uid
    and k.name = m.name and k.schedule_mode = 'calendar' and m.schedule_mode = 'business'
where f.created_on between ? and ?
order by m.source, m.name, m.schedule_mode, t.uid
"""
# What was written within a minute of the moment that the vendor takes for the first reply.
WRITTEN = """
select m.is_public, m.is_automated, m.author_kind, m.author_uid, a.is_human,
  m.author_kind = 'agent' or (a.uid is not null and a.role <> 'light') as is_agent
from messages m left join agents a on a.uid = m.author_uid
where m.ticket_uid = ? and m.happened_at between ? and ? and m.happened_at > ? order by m.is_public desc, m.happened_at
"""

BY_US = (
    "select 1 from messages m left join agents a on a.uid = m.author_uid where m.ticket_uid = ? "
    "and m.happened_at between ? and ? and m.is_public = 1 and (m.author_kind = 'agent' or a.uid is not null) limit 1"
)


@dataclass(frozen=True)
class Compared:
    """One figure of one ticket as both tell it."""

    pair: TicketPair
    row: sqlite3.Row

    @property
    def vendor(self) -> float | None:
        """The vendor's figure in our unit."""
        value = self.row["value"]
        return None if value is None else value * self.pair.unit

    @property
    def ours(self) -> float | None:
        """Our figure."""
        value = self.row[self.pair.ours]
        return None if value is None else float(value)

    def agrees(self, ours: float | None) -> bool:
        """Whether a figure is the vendor's, rounding aside."""
        if ours is None or self.vendor is None:
            return ours is None and self.vendor is None
        return abs(ours - self.vendor) <= self.pair.within


def ticket_lines(db: sqlite3.Connection, from_on: str, to_on: str) -> list[Line]:
    """A line for each figure that vendors gave of tickets created on these local days."""
    lines: dict[tuple[str, str, str], Line] = {}
    for row in db.execute(FIGURES, (from_on, to_on)):
        pair = KNOWN.get((row["name"], row["schedule_mode"]))
        if pair is None:
            continue
        key = (row["source"], row["name"], row["schedule_mode"])
        line = lines.get(key)
        if line is None:
            line = lines[key] = Line(row["source"], "ticket", row["name"], row["schedule_mode"], row["unit"])
        one = Compared(pair, row)
        if one.agrees(one.ours):
            line.take(None)
        else:
            line.take(Difference(row["native_id"], one.ours, one.vendor, cause(db, one)))
    return list(lines.values())


def cause(db: sqlite3.Connection, one: Compared) -> Cause:
    """The first rule that explains the difference, by what the store holds of the ticket."""
    return next(_explanations(db, one), "unexplained")


def _explanations(db: sqlite3.Connection, one: Compared) -> Iterator[Cause]:
    row, figure = one.row, one.pair.figure
    if (row["fetched_at"] or 0) < (row["source_updated_at"] or 0):
        yield "stale"
    if row["merged_into_uid"] is not None or row["exclusion_reason"] == "merged":
        yield "merged"
    if row["is_outbound"] == 1:
        yield "agent_opened"
    if row["exclusion_reason"] is not None:
        yield "left_out"
    if row["is_history_complete"] != 1:
        yield "history"
    if one.pair.calendar is not None and _calendar_agrees(one):
        yield "schedule"
    if figure in REPLIES:
        yield from _reply(db, one)
    if figure in TIMES and one.ours is None and row["handled_by"] != "human":
        yield "not_handled"
    if figure in TIMES and one.ours is None and row["is_solved"] != 1:
        yield "unsolved"
    if figure in TIMES and row["reopens"]:
        yield "reopen"
    if figure in STATIONS and one.ours is not None and one.vendor is not None and abs(one.ours - one.vendor) == 1:
        yield "stations"


def _calendar_agrees(one: Compared) -> bool:
    """Whether both mean the same stretch of time and differ in which of its hours were open."""
    ours, vendor = one.row[one.pair.calendar] if one.pair.calendar else None, one.row["calendar_value"]
    return ours is not None and vendor is not None and abs(ours - vendor * one.pair.unit) <= one.pair.within


def _reply(db: sqlite3.Connection, one: Compared) -> Iterator[Cause]:
    row = one.row
    told = row["value"] if one.pair.mode == "calendar" else row["calendar_value"]
    if told is None:
        return
    at = int(told) if one.pair.figure == "first_replied_at" else row["created_at"] + int(told * one.pair.unit)
    window = (row["uid"], at - MINUTE_S, at + 2 * MINUTE_S, row["created_at"])
    for is_public, is_automated, kind, author_uid, is_human, is_agent in db.execute(WRITTEN, window):
        if kind in ("bot", "automation") or is_automated == 1 or is_human == 0:
            yield "bot_reply"
        elif is_public != 1:
            yield "internal_note"
        elif not is_agent or author_uid == row["requester_uid"]:
            yield "other_author"
    replied_at = row["first_replied_at"]
    if (
        replied_at is not None
        and replied_at < at
        and not db.execute(BY_US, (row["uid"], replied_at - MINUTE_S, replied_at + MINUTE_S)).fetchone()
    ):
        yield "phone_reply"
