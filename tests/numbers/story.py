"""The worked example of the metric catalogue as records: tickets T1-T10, calls C1-C14 and one agent's day.

``story(db)`` fills a store with what is known at a moment (by default Sunday 24:00); later moments tell more.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from core.model import (
    Agent,
    AgentState,
    AgentTeam,
    Call,
    CallLeg,
    Customer,
    Message,
    Queue,
    Record,
    Schedule,
    SlaInstance,
    Survey,
    Team,
    Ticket,
    TicketEvent,
)
from core.numbers.reporting import Reporting
from core.store.db import hash_key, transaction
from core.store.write import RecordWriter

BERLIN = ZoneInfo("Europe/Berlin")
REPORTING = Reporting(zone=BERLIN)
ACCOUNT = "desk"
DAYS = {
    "Mon": "2026-03-02", "Tue": "2026-03-03", "Wed": "2026-03-04", "Thu": "2026-03-05", "Fri": "2026-03-06",
    "Sat": "2026-03-07", "Sun": "2026-03-08", "Mon9": "2026-03-09", "Tue10": "2026-03-10",
}  # fmt: skip
HOURS = tuple((weekday, 540, 1_020) for weekday in range(5))


def at(text: str) -> int:
    """The moment of a local time such as ``Mon 10:00`` or ``2026-03-02 10:00:05``."""
    day, _, clock = text.partition(" ")
    return int(datetime.fromisoformat(f"{DAYS.get(day, day)}T{clock}").replace(tzinfo=BERLIN).timestamp())


SUNDAY_NIGHT = at("Mon9 00:00")


@dataclass
class Telling:
    """A ticket told change by change; ``records(until)`` is what is known of it at a moment."""

    id: str
    created: str
    channel: str = "email"
    requester: str | None = ""
    status: str = "new"
    by: str = ""
    changes: list[tuple[int, str, str | None, str | None, str]] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    extra: dict[str, object] = field(default_factory=dict)
    is_complete: bool = True

    def __post_init__(self) -> None:
        if self.requester == "":
            self.requester = f"customer-{self.id}"

    def change(self, when: str, kind: str, new: str | None, by: str = "", old: str | None = None) -> "Telling":
        """An event; status events keep their old value by themselves."""
        self.changes.append((at(when), kind, old, new, by))
        return self

    def say(self, when: str, by: str, *, public: bool = True, kind: str = "unknown", **more: object) -> "Telling":
        """A message or note; ``by`` is an agent, ``customer`` the requester."""
        author = self.requester if by == "customer" else by or None
        moment = at(when)
        self.said.append(
            Message(
                ticket_id=self.id, happened_at=moment, id=f"{self.id}-{len(self.said)}", author_id=author,
                author_kind=kind, is_public=public, **more,  # type: ignore[arg-type]
            )
        )  # fmt: skip
        return self

    def solve(self, when: str, by: str) -> "Telling":
        """Sets the status to solved."""
        return self.change(when, "status", "solved", by)

    def records(self, until: int) -> Iterator[Record]:
        """Ticket, events and messages as of a moment; nothing before the ticket came into being."""
        created_at = at(self.created)
        if created_at > until:
            return
        known = [change for change in sorted(self.changes, key=lambda change: change[0]) if change[0] <= until]
        said = [message for message in self.said if message.happened_at <= until]
        status, team, assignee, merged, spam = self.status, None, None, None, False
        creator = self.by or self.requester
        events: list[tuple[int, str, str | None, str | None, str | None]] = [
            (created_at, "created", None, None, creator),
            (created_at, "status", None, self.status, creator),
        ]
        for moment, kind, before, new, by in known:
            old = before
            who = self.requester if by == "customer" else by or None
            match kind:
                case "status":
                    events.append((moment, kind, status, new, who))
                    status = new or status
                    continue
                case "team":
                    old, team = team, new
                case "assignee":
                    old, assignee = assignee, new
                case "merge":
                    merged = new
                case "spam":
                    spam = True
                case _:
                    pass
            events.append((moment, kind, old, new, who))
        yield Ticket(
            id=self.id, version=until, created_at=created_at, channel=self.channel,  # type: ignore[arg-type]
            updated_at=max([created_at, *(moment for moment, *_ in known), *(m.happened_at for m in said)]),
            status=status, status_category=status, requester_id=self.requester, team_id=team,  # type: ignore[arg-type]
            assignee_id=assignee, merged_into_id=merged, is_spam=spam, **self.extra,  # type: ignore[arg-type]
        )  # fmt: skip
        if self.requester is not None:
            yield Customer(id=self.requester)
        if self.is_complete:
            for seq, (moment, kind, old, new, who) in enumerate(events):
                yield TicketEvent(
                    ticket_id=self.id, happened_at=moment, seq=seq, id=f"{self.id}-{seq}",
                    kind=kind, field=kind, old_value=old, new_value=new, actor_id=who,  # type: ignore[arg-type]
                    actor_kind="automation" if who == "rule" else "bot" if who == "bot" else "unknown",
                )  # fmt: skip
        yield from said


def tickets() -> dict[str, Telling]:
    """T1 to T10; T2 also goes from level 1 to level 2, and T9 and T8 begin with the bot."""
    told = (
        Telling("T1", "Mon 10:00").say("Mon 10:00", "customer").say("Mon 10:00:05", "rule", kind="automation")
        .change("Mon 10:01", "assignee", "anna", "rule").change("Mon 10:01", "status", "open", "rule")
        .say("Mon 10:05", "anna", public=False).say("Mon 10:30", "anna").solve("Mon 11:00", "anna"),
        Telling("T2", "Mon 16:30").say("Mon 16:30", "customer").change("Mon 16:31", "team", "l1", "rule")
        .change("Tue 09:30", "assignee", "anna", "anna").say("Tue 09:30", "anna")
        .change("Tue 09:30", "status", "pending", "anna").say("Tue 14:00", "customer")
        .change("Tue 14:00", "status", "open", "customer").change("Tue 14:20", "team", "l2", "anna")
        .change("Tue 14:20", "assignee", "ben", "anna").say("Tue 15:00", "ben").solve("Tue 15:00", "ben"),
        Telling("T3", "Fri 16:50").say("Fri 16:50", "customer").change("Fri 16:51", "assignee", "anna", "rule")
        .say("Mon9 09:10", "anna").solve("Mon9 09:10", "anna").say("Tue10 10:00", "customer")
        .change("Tue10 10:00", "status", "open", "customer").say("Tue10 11:00", "anna").solve("Tue10 11:00", "anna"),
        Telling("T4", "Tue 08:00").say("Tue 08:00", "customer").change("Tue 09:00", "spam", None, "anna"),
        Telling("T5", "Mon 17:30").say("Mon 17:30", "customer").change("Tue 09:05", "merge", "T2", "anna")
        .change("Tue 09:05", "status", "closed", "anna"),
        Telling("T6", "Wed 10:00", by="anna", status="pending").say("Wed 10:00", "anna").say("Wed 12:00", "customer")
        .change("Wed 12:00", "status", "open", "customer").say("Wed 12:20", "anna").solve("Wed 12:20", "anna"),
        Telling("T7", "Thu 18:00", channel="voicemail").say("Thu 18:00", "customer", channel="voicemail")
        .change("Fri 09:10", "assignee", "anna", "anna").solve("Fri 09:40", "anna"),
        Telling("T8", "Thu 11:00", channel="chat", status="open").say("Thu 11:00", "customer")
        .say("Thu 11:01", "bot", kind="bot").change("Thu 11:04", "handoff", None, "bot")
        .change("Thu 11:05:30", "assignee", "ben", "ben").say("Thu 11:05:30", "ben").solve("Thu 11:20", "ben"),
        Telling("T9", "Thu 11:30", channel="chat", status="open").say("Thu 11:30", "customer")
        .say("Thu 11:31", "bot", kind="bot").solve("Thu 11:33", "bot"),
        Telling("T10", "Fri 15:00").say("Fri 15:00", "customer"),
    )  # fmt: skip
    return {ticket.id: ticket for ticket in told}


def people() -> Iterator[Record]:
    """The schedule, the teams and who works there; Lena is a light agent."""
    yield Schedule(id="hours", name="Office", time_zone="Europe/Berlin", is_default=True, hours=HOURS, holidays=())
    yield Team(id="l1", name="Level 1", tier=1)
    yield Team(id="l2", name="Level 2", tier=2)
    for name in ("anna", "ben", "cleo"):
        yield Agent(id=name, name=name.title(), role="agent", contracted_s_per_week=40 * 3_600)
        yield AgentTeam(agent_id=name, team_id="l2" if name == "ben" else "l1", is_default=True)
    yield Agent(id="lena", name="Lena", role="light")
    yield Agent(id="bot", name="Bot", role="bot", is_human=False)


WEEK_CALLS: tuple[tuple[str, str, int, int, int, int], ...] = (
    ("C1", "answered", 5, 200, 0, 40),
    ("C2", "answered", 18, 300, 30, 60),
    ("C3", "answered", 20, 120, 0, 20),
    ("C4", "answered", 21, 180, 0, 30),
    ("C5", "answered", 65, 400, 60, 50),
    ("C6", "abandoned", 3, 0, 0, 0),
    ("C7", "abandoned", 5, 0, 0, 0),
    ("C8", "abandoned", 45, 0, 0, 0),
    ("C10", "flow_out_voicemail", 60, 0, 0, 0),
    ("C11", "flow_out_callback", 40, 0, 0, 0),
)
CALL_OUTCOME = {"flow_out_voicemail": "voicemail", "flow_out_callback": "callback"}


def calls() -> Iterator[Record]:
    """C1 to C14 on Wednesday; C13 on Friday is the call back of T7. C5 goes on to queue 2."""
    yield Queue(id="q1", name="Queue 1", sl_threshold_s=20, short_abandon_s=5)
    yield Queue(id="q2", name="Queue 2", sl_threshold_s=20, short_abandon_s=5)
    for place, (name, outcome, wait, talk, hold, acw) in enumerate(WEEK_CALLS):
        arrived_at = at("Wed 10:00") + 900 * place
        is_answered = outcome == "answered"
        answered_at = arrived_at + wait if is_answered else None
        ended_at = arrived_at + wait + talk + hold
        transferred = name == "C5"
        yield Call(
            id=name, direction="inbound", customer_id=f"caller-{name}", arrived_at=arrived_at,
            ended_at=ended_at + (180 if transferred else 0), outcome=CALL_OUTCOME.get(outcome, outcome),  # type: ignore[arg-type]
            ivr_exit="queue", total_wait_s=wait + (30 if transferred else 0), is_transferred=transferred,
        )  # fmt: skip
        yield CallLeg(
            call_id=name, seq=0, kind="queue", queue_id="q1", agent_id="anna" if is_answered else None,
            enqueued_at=arrived_at, answered_at=answered_at, ended_at=ended_at, wait_s=wait,
            talk_s=talk if is_answered else None, hold_s=hold if is_answered else None,
            acw_s=acw if is_answered else None, outcome=outcome,  # type: ignore[arg-type]
            transfer_kind="warm" if transferred else None, rings=int(is_answered), rings_missed=0,
        )  # fmt: skip
        if transferred:
            yield CallLeg(
                call_id=name, seq=1, kind="queue", queue_id="q2", agent_id="ben", enqueued_at=ended_at,
                answered_at=ended_at + 30, ended_at=ended_at + 180, wait_s=30, talk_s=150, hold_s=0, acw_s=20,
                outcome="answered", rings=1, rings_missed=0,
            )  # fmt: skip
    yield Call(
        id="C9", direction="inbound", customer_id="caller-C9", arrived_at=at("Wed 14:00"),
        ended_at=at("Wed 14:00:20"), outcome="abandoned_ivr", ivr_s=20, ivr_exit="abandon",
    )  # fmt: skip
    yield Call(
        id="C12", direction="inbound", customer_id="caller-C12", arrived_at=at("Wed 18:30"),
        ended_at=at("Wed 18:30:30"), outcome="out_of_hours", ivr_exit="announcement",
    )  # fmt: skip
    yield Call(
        id="C13", direction="outbound", customer_id="customer-T7", ticket_id="T7", arrived_at=at("Fri 09:14:50"),
        ended_at=at("Fri 09:16:40"), outcome="answered", talk_s=100, hold_s=0, acw_s=10,
    )  # fmt: skip
    yield CallLeg(
        call_id="C13", seq=0, kind="agent", agent_id="anna", answered_at=at("Fri 09:15"), ended_at=at("Fri 09:16:40"),
        talk_s=100, hold_s=0, acw_s=10, outcome="answered",
    )  # fmt: skip
    yield Call(
        id="C14", direction="outbound", customer_id="caller-C14", arrived_at=at("Wed 15:00"),
        ended_at=at("Wed 15:00:25"), outcome="no_answer",
    )  # fmt: skip


def agent_day() -> Iterator[Record]:
    """Cleo's Thursday: 8 h logged in, 4.25 h handling, 1.75 h idle, 1 h break, 1 h training (metrics §6, occupancy)."""
    since = at("Thu 09:00")
    for seconds, category in (
        (9_000, "talk"), (3_600, "idle"), (3_600, "break"), (4_500, "talk"), (900, "hold"), (900, "acw"),
        (2_700, "idle"), (3_600, "training"),
    ):  # fmt: skip
        yield AgentState(
            agent_id="cleo", state=category, category=category, from_at=since, to_at=since + seconds,  # type: ignore[arg-type]
        )  # fmt: skip
        since += seconds


def targets() -> Iterator[SlaInstance]:
    """Four business hours for the first reply on each customer's ticket."""
    for ticket in tickets().values():
        if ticket.id in ("T1", "T2", "T3", "T6", "T7", "T8", "T10"):
            yield SlaInstance(
                id=f"sla-{ticket.id}", ticket_id=ticket.id, target_kind="first_reply", target_s=14_400,
                in_business=True, applied_at=at(ticket.created), priority_applied="normal",
            )  # fmt: skip


def write(db: sqlite3.Connection, records: Iterable[Record], now_at: int = SUNDAY_NIGHT) -> None:
    """Puts records into the store as a pull would."""
    with transaction(db):
        RecordWriter(db, account=ACCOUNT, source=ACCOUNT, hash_key=hash_key(db), now_at=now_at, zone=BERLIN).write(
            records
        )


def story(db: sqlite3.Connection, as_of: int = SUNDAY_NIGHT) -> None:
    """Fills the store with the worked example as it is known at a moment; call it again for a later one."""
    records: list[Record] = [*people()]
    for ticket in tickets().values():
        records += ticket.records(as_of)
    records += [record for record in (*targets(), *calls(), *agent_day(), rating()) if _begun_at(record) <= as_of]
    write(db, records, as_of)


def rating() -> Survey:
    """T1's customer gave 5 of 5."""
    return Survey(
        id="survey-T1", kind="csat", scale="5", ticket_id="T1", customer_id="customer-T1",
        offered_at=at("Mon 12:00"), rated_at=at("Mon 13:00"), score_raw="5",
    )  # fmt: skip


def _begun_at(record: Record) -> int:
    """When what the record tells of began; a queue was always there."""
    names = ("applied_at", "arrived_at", "enqueued_at", "answered_at", "from_at", "rated_at")
    return next((moment for name in names if (moment := getattr(record, name, None))), 0)


def uid(native: str) -> str:
    """The uid under which the story's account keeps a row."""
    return f"{ACCOUNT}:{native}"
