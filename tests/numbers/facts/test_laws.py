"""What holds for any history: the invariants of the model, and that the way by which facts came does not show."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.model import AgentState, Call, CallLeg, Customer, Message, Queue, Record, Ticket, TicketEvent
from core.numbers.derive import derive, derive_all
from core.store.db import open_store
from core.store.tables import FACTS
from tests.numbers.story import REPORTING, at, people, write

START = at("Fri 14:00")
NOW = START + 20 * 86_400
AGENTS = ("anna", "ben", "lena", "bot")
WHO = (*AGENTS, "c0", "c1", "c2", "rule")
STATUS = ("new", "open", "pending", "hold", "solved", "closed")
CHANGES = (*STATUS, "delete", "restore", "spam", "merge", "team", "assignee", "handoff")
AFTER = st.integers(0, 6 * 86_400)


@st.composite
def a_ticket(draw: st.DrawFn, native: str) -> list[Record]:
    """A ticket with some events and messages at any moments of two weeks, complete or not."""
    moment = st.integers(START, START + 14 * 86_400) | st.sampled_from([START, START + 60, START + 86_400])
    created_at = draw(moment)
    requester = draw(st.sampled_from(["c0", "c1", "c2", "anna", None]))
    changes = sorted(
        draw(st.lists(st.tuples(AFTER, st.sampled_from(CHANGES), st.sampled_from(WHO)), max_size=8)),
        key=lambda change: change[0],
    )  # fmt: skip
    status, last_at = "new", created_at
    events: list[tuple[int, str, str | None, str | None, str | None]] = [
        (created_at, "created", None, None, requester), (created_at, "status", None, "new", requester),
    ]  # fmt: skip
    spam, merged = False, None
    for after, what, who in changes:
        last_at = created_at + after
        if what in STATUS:
            if what == status:
                continue
            events.append((last_at, "status", status, what, who))
            status = what
        else:
            new = {"team": "l1" if after % 2 else "l2", "assignee": who if who in AGENTS else None}.get(what)
            events.append((last_at, what, None, new, who))
            spam = spam or what == "spam"
            merged = "other" if what == "merge" else merged
    if not draw(st.integers(0, 5)):
        events = events[1:]
    said = draw(st.lists(st.tuples(AFTER, st.sampled_from(WHO), st.booleans()), max_size=5))
    records: list[Record] = [
        Ticket(
            id=native, version=0, created_at=created_at, updated_at=last_at, status=status, status_category=status,  # type: ignore[arg-type]
            channel=draw(st.sampled_from(["email", "chat", "phone", "voicemail"])), requester_id=requester,
            is_spam=spam, merged_into_id=merged, contact_reason=draw(st.sampled_from([None, "a", "b"])),
        )
    ]  # fmt: skip
    records += [
        TicketEvent(
            ticket_id=native, happened_at=when, seq=seq, id=str(seq), kind=kind, field=kind, old_value=old,  # type: ignore[arg-type]
            new_value=new, actor_id=None if who == "rule" else who,
            actor_kind="automation" if who == "rule" else "unknown",
        )
        for seq, (when, kind, old, new, who) in enumerate(events)
    ]  # fmt: skip
    records += [
        Message(
            ticket_id=native, happened_at=created_at + after, id=str(place), author_id=None if who == "rule" else who,
            author_kind="automation" if who == "rule" else "unknown", is_public=public,
        )
        for place, (after, who, public) in enumerate([*said, (0, requester or "c0", True)])
    ]  # fmt: skip
    return records


@st.composite
def a_call(draw: st.DrawFn, native: str) -> list[Record]:
    """A call with a queue visit, at times of a ticket, at times a call back."""
    arrived_at = draw(st.integers(START, START + 14 * 86_400) | st.sampled_from([START, START + 30, START + 70]))
    outcome = draw(st.sampled_from(["answered", "abandoned", "callback"]))
    wait = draw(st.integers(0, 90))
    direction = draw(st.sampled_from(["inbound", "inbound", "outbound"]))
    answered = outcome == "answered"
    return [
        Call(
            id=native, direction=direction, customer_id=draw(st.sampled_from(["c0", "c1", "c2", None])),  # type: ignore[arg-type]
            arrived_at=arrived_at, ended_at=arrived_at + wait + 60 * answered, outcome=outcome,  # type: ignore[arg-type]
            ticket_id=draw(st.sampled_from([None, None, "t0", "t1"])),
            callback_of_id=draw(st.sampled_from([None, "p0"])) if direction == "outbound" else None,
        ),
        CallLeg(
            call_id=native, seq=0, kind="queue" if direction == "inbound" else "agent", queue_id="q1",
            agent_id="anna" if answered else None, enqueued_at=arrived_at, wait_s=wait,
            answered_at=arrived_at + wait if answered else None, ended_at=arrived_at + wait + 60 * answered,
            talk_s=60 if answered else None, acw_s=draw(st.sampled_from([None, 20, 4_000])),
            outcome="flow_out_callback" if outcome == "callback" else outcome,  # type: ignore[arg-type]
        ),
    ]  # fmt: skip


@st.composite
def a_history(draw: st.DrawFn) -> list[Record]:
    """Some tickets, calls and states of an agent."""
    records: list[Record] = [Queue(id="q1", name="Queue 1"), *(Customer(id=f"c{number}") for number in range(3))]
    for number in range(draw(st.integers(1, 4))):
        records += draw(a_ticket(f"t{number}"))
    for number in range(draw(st.integers(0, 3))):
        records += draw(a_call(f"p{number}"))
    since = START
    for gap, length in draw(st.lists(st.tuples(st.integers(1, 40_000), st.integers(1, 90_000)), max_size=4)):
        since += gap
        category: Any = draw(st.sampled_from(["talk", "idle", "break"]))
        records.append(
            AgentState(agent_id="anna", state=category, category=category, from_at=since, to_at=since + length)
        )
    return records


def facts(db: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All facts; the moment of computing is left out."""
    return {
        table.name: [
            tuple(row)
            for row in db.execute(f"select {', '.join(n for n in table.names if n != 'computed_at')} from {table.name}")
        ]
        for table in FACTS
        if table.name != "parts"
    }


def unlike(one: dict[str, list[tuple[Any, ...]]], other: dict[str, list[tuple[Any, ...]]]) -> list[object]:
    """Rows that only one of two sets of facts has."""
    return [(table, row) for table in one for row in set(one[table]) ^ set(other[table])]


def told(records: Sequence[Record]) -> sqlite3.Connection:
    db = open_store(":memory:")
    write(db, [*people(), *records], NOW)
    return db


# A smaller failing history would take minutes to find; add Phase.shrink to look for one.
QUICK = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@QUICK
@given(a_history(), st.randoms(use_true_random=False), st.integers(1, 6))
def test_facts_do_not_tell_in_which_order_they_came(history: list[Record], order: Any, steps: int) -> None:
    """A rebuild that gives other numbers than the daily run means that one of the two is wrong."""
    db = open_store(":memory:")
    staff: list[Record] = [*people()]
    mixed = [*history, *staff]
    order.shuffle(mixed)
    for step in range(steps):
        write(db, mixed[step::steps], NOW)
        derive(db, REPORTING, NOW)
    daily = facts(db)
    db.execute("delete from dirty_days")
    assert derive(db, REPORTING, NOW).rows_written == 0
    assert db.execute("select count(*) from dirty_days").fetchone()[0] == 0
    derive_all(db, REPORTING, NOW)
    assert unlike(facts(db), daily) == []
    at_once = told(history)
    derive(at_once, REPORTING, NOW)
    assert unlike(facts(at_once), daily) == []
    at_once.close()
    db.close()


@QUICK
@given(a_history())
def test_intervals_tile_the_life_of_a_ticket(history: list[Record]) -> None:
    """Invariants 2 and 6: no gap, no overlap, one open end, business never more than calendar."""
    db = told(history)
    derive(db, REPORTING, NOW)
    for table in ("status_intervals", "assignment_intervals"):
        ends: dict[str, int | None] = {}
        for uid, from_at, to_at in db.execute(
            f"select ticket_uid, from_at, to_at from {table} order by ticket_uid, seq"
        ):
            created_at = db.execute("select created_at from tickets where uid = ?", (uid,)).fetchone()[0]
            assert from_at == ends.get(uid, created_at)
            assert to_at is None or to_at > from_at
            ends[uid] = to_at
        assert set(ends.values()) <= {None}
    wrong = "select count(*) from status_intervals where business_s > calendar_s or calendar_s <> to_at - from_at"
    assert db.execute(wrong).fetchone()[0] == 0
    parts = "select requester_wait_s + agent_wait_s, resolution_s from ticket_facts where resolution_s is not null"
    assert all(waited <= whole for waited, whole in db.execute(parts))
    db.close()


@QUICK
@given(a_history())
def test_the_backlog_is_what_came_less_what_went(history: list[Record]) -> None:
    """Invariant 3, each day, as a whole and for each team."""
    db = told(history)
    derive(db, REPORTING, NOW)
    days = [row[0] for row in db.execute("select distinct day_on from backlog_moves")]
    for team in ("team_uid is team_uid", "team_uid is null", "team_uid = 'desk:l1'", "team_uid = 'desk:l2'"):
        for day in days:
            end = at(f"{day} 23:59:59") + 1
            level = f"select count(*) from backlog_spans where from_at < ? and (to_at is null or to_at >= ?) and {team}"
            flow = f"select coalesce(sum(delta), 0) from backlog_moves where day_on <= ? and {team}"
            assert db.execute(level, (end, end)).fetchone()[0] == db.execute(flow, (day,)).fetchone()[0]
    double = (
        "select count(*) from backlog_spans a join backlog_spans b on a.ticket_uid = b.ticket_uid and a.seq < b.seq "
        "and (a.to_at is null or a.to_at > b.from_at)"
    )
    assert db.execute(double).fetchone()[0] == 0
    db.close()


@QUICK
@given(a_history())
def test_offered_is_the_sum_of_its_outcomes(history: list[Record]) -> None:
    """Invariants 4 and 5: nothing offered is lost, no wait is negative, no answer comes before its queue."""
    db = told(history)
    derive(db, REPORTING, NOW)
    lost = (
        "select count(*) from queue_legs where outcome not in ('answered', 'abandoned') and outcome not like 'flow_%'"
    )
    assert db.execute(lost).fetchone()[0] == 0
    assert (
        db.execute("select count(*) from queue_legs where wait_s < 0 or answered_at < enqueued_at").fetchone()[0] == 0
    )
    db.close()
