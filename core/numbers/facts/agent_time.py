"""What agents did on each local day: overlapping states counted once, days cut at midnight (metrics R9).

Of whom no state is told, by none of the names that a human has (``[[people]]``), attendance tells the presence.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from core.clock import DAY_S, add_days, day_bounds
from core.numbers.facts.ground import Ground
from core.numbers.facts.ledger import TABLES, Ledger, as_json
from core.numbers.facts.status import Row
from core.numbers.facts.ticket_batch import fill_batch
from core.store.dirty import day_key, mark, read_day_key

# Where states overlap, the first in this order is what the agent was doing.
ORDER = (
    "talk", "hold", "acw", "ringing_out", "ringing", "other_work", "meeting", "training", "break", "idle", "unknown",
)  # fmt: skip
RANK = {category: rank for rank, category in enumerate(ORDER)}
CONTACT = frozenset({"talk", "hold", "acw"})
HANDLING = ("talk", "hold", "acw", "ringing_out")
WORK_DAYS_A_WEEK = 5
FAR_ON = "9999-12-31"


class State(NamedTuple):
    """A state with its end; ``category`` is ``ringing_out`` where the agent waits for a customer to answer."""

    category: str
    from_at: int
    to_at: int
    is_capped: bool


STATES = """
select
  case when s.category = 'ringing' and c.direction = 'outbound' then 'ringing_out' else s.category end,
  s.from_at, s.to_at, s.is_capped
from agent_states s
left join calls c on s.category = 'ringing' and c.uid = s.call_uid
where s.agent_uid = :agent_uid and s.from_at >= :from_at and s.from_at < :to_at
  and s.to_at is not null and s.to_at > s.from_at and s.category <> 'offline'
order by s.from_at, s.seq
"""
DAYS = TABLES["agent_days"]
# A day's plan may have begun on the day before; a first day told makes those after it known.
PLANNED = """
insert into dirty_keys (kind, key)
select 'staff_day', day_on from shifts where agent_uid = :agent_uid and day_on between :first_on and :last_on
union
select 'staff_day', date(day_on, '+1 day') from shifts
where agent_uid = :agent_uid and date(day_on, '+1 day') between :first_on and :last_on
on conflict do nothing
"""
STORED = (
    f"select {', '.join(DAYS.names)} from agent_days "
    "where agent_uid = :agent_uid and day_on between :first_on and :last_on"
)
# Days of attendance that are not what `presence` makes of them, or have no row yet; rows that no attendance tells of.
ATTENDED = """
select a.agent_uid, a.day_on
from attendance a
left join agents g on g.uid = a.agent_uid
left join agent_days d on d.agent_uid = a.agent_uid and d.day_on = a.day_on
where d.agent_uid is null or (d.logged_in_s = 0 and d.presence_days <> case
  when a.worked_s < :presence_s then 0.0
  when coalesce(g.contracted_s_per_week, 0) = 0 then 1.0
  else min(1.0, a.worked_s * :days_a_week * 1.0 / g.contracted_s_per_week) end)
union
select d.agent_uid, d.day_on
from agent_days d
where d.logged_in_s = 0
  and not exists (select 1 from attendance a where a.agent_uid = d.agent_uid and a.day_on = d.day_on)
"""
DIALLING = """
insert into dirty_keys (kind, key)
select 'agent_day', s.agent_uid || ' ' || substr('0000' || s.from_at / 86400, -5)
from temp.batch as b
cross join calls as c on c.uid = b.key and c.direction = 'outbound'
cross join agent_states as s on s.from_at between c.arrived_at - 60 and coalesce(c.ended_at, c.arrived_at + 86400)
where s.call_uid = c.uid and s.category = 'ringing'
on conflict do nothing
"""


class Span(NamedTuple):
    """Local days of an agent, both inclusive, and from when to when a state that reaches into them can begin."""

    agent_uid: str
    first_on: str
    last_on: str
    from_at: int
    to_at: int


def always(db: sqlite3.Connection, agents: Collection[str], ground: Ground) -> list[Span]:
    """All days of agents, and of the same humans by the other names of which attendance tells."""
    people = _same_people(db, agents, ground)
    return [
        Span(uid, "0000-01-01", FAR_ON, 0, 1 << 62) for uid in sorted({uid for same in people.values() for uid in same})
    ]


def _same_people(db: sqlite3.Connection, agents: Collection[str], ground: Ground) -> dict[str, tuple[str, ...]]:
    """Of each agent the uid, and those others of the same human of whom attendance tells."""
    groups = {uid: group for group in ground.reporting.aliases for uid in group}
    others = {uid for agent in agents for uid in groups.get(agent, ())}
    sql = "select distinct agent_uid from attendance where agent_uid in (select value from json_each(?))"
    attended = {row[0] for row in db.execute(sql, (as_json(sorted(others)),))} if others else set()
    return {
        agent: (agent, *(uid for uid in groups.get(agent, ()) if uid != agent and uid in attended)) for agent in agents
    }


def spans(db: sqlite3.Connection, keys: Sequence[str], ground: Ground) -> Iterator[Span]:
    """The days that states which begin on the UTC days of the keys can reach: none lasts longer than the cap.

    Also those of the same humans by the other names of which attendance tells."""
    told = [read_day_key(key) for key in keys]
    people = _same_people(db, {uid for uid, _ in told}, ground)
    wanted = sorted({(uid, at) for agent, at in told for uid in people[agent]})
    zone, cap_s = ground.reporting.zone, ground.reporting.state_cap_s

    def span(agent: str, first_on: str, last_on: str) -> Span:
        return Span(agent, first_on, last_on, day_bounds(first_on, zone)[0] - cap_s, day_bounds(last_on, zone)[1])

    for agent, found in groupby(wanted, key=itemgetter(0)):
        first_on = last_on = ""
        for _, at in found:
            begins_on, ends_on = ground.day_on(at), ground.day_on(at + DAY_S + cap_s - 1)
            if last_on and begins_on <= add_days(last_on, 1):
                last_on = ends_on
                continue
            if last_on:
                yield span(agent, first_on, last_on)
            first_on, last_on = begins_on, ends_on
        yield span(agent, first_on, last_on)


def names_of(agent: str, ground: Ground) -> tuple[str, ...]:
    """An agent's uid, and the others that the config says are the same human's."""
    group = next((group for group in ground.reporting.aliases if agent in group), ())
    return (agent, *(uid for uid in group if uid != agent))


def derive_agents(db: sqlite3.Connection, wanted: Iterable[Span], ground: Ground, ledger: Ledger) -> None:
    """Brings days of agents to what their states say, in the caller's transaction."""
    cursor = db.cursor()
    cursor.row_factory = None
    gone: list[Row] = []
    come: list[Row] = []
    for span in wanted:
        given = span._asdict()
        before = set(cursor.execute(STORED, given))
        rows = agent_days(span, capped(cursor.execute(STATES, given), ground), ground)
        now = {*rows, *_attended(cursor, span, {row[1] for row in rows}, ground)}
        gone += before - now
        come += now - before
        for uid in names_of(span.agent_uid, ground):
            db.execute(PLANNED, {**given, "agent_uid": uid})
    begun = _first_days(db, gone, come)
    db.executemany("delete from agent_days where agent_uid = ? and day_on = ?", [row[:2] for row in gone])
    db.executemany(DAYS.insert(), come)
    _mark_staff_days(db, begun, ground, gone, come)
    ledger.written += len(come)
    ledger.note("agent_days", gone)
    ledger.note("agent_days", come)


def mark_attended(db: sqlite3.Connection, ground: Ground) -> None:
    """Marks the days of agents of whom attendance tells something else than their row does."""
    given = {"presence_s": ground.reporting.presence_s, "days_a_week": WORK_DAYS_A_WEEK}
    found = db.execute(ATTENDED, given).fetchall()
    mark(db, "agent_day", [day_key(agent, day_bounds(day, ground.reporting.zone)[0]) for agent, day in found])


def _attended(cursor: sqlite3.Cursor, span: Span, told: Set[str], ground: Ground) -> Iterator[Row]:
    """Rows of days that attendance alone tells of: there, doing nobody knows what."""
    sql = (
        "select day_on, worked_s from attendance where agent_uid = :agent_uid and day_on between :first_on and :last_on"
    )
    attended = cursor.execute(sql, span._asdict()).fetchall()
    if attended:
        told = told | _told_elsewhere(cursor, span, ground)
    for day, worked_s in attended:
        if day not in told:
            yield _row(span.agent_uid, day, {}, 0, False, ground, worked_s)


def _told_elsewhere(cursor: sqlite3.Cursor, span: Span, ground: Ground) -> set[str]:
    """The days on which states tell of the same human by another uid; who is in both would be there twice."""
    others = [span._replace(agent_uid=uid) for uid in names_of(span.agent_uid, ground)[1:]]
    return {
        row[1]
        for other in others
        for row in agent_days(other, capped(cursor.execute(STATES, other._asdict()), ground), ground)
    }


def states_of(db: sqlite3.Connection, agent_uid: str, from_at: int, to_at: int) -> Iterable[Row]:
    """States of an agent that began between two moments: category, from, to, and whether they were cut."""
    cursor = db.cursor()
    cursor.row_factory = None
    return cursor.execute(STATES, {"agent_uid": agent_uid, "from_at": from_at, "to_at": to_at})


def _first_days(db: sqlite3.Connection, *rows: Sequence[Row]) -> dict[str, str]:
    """The first day of each agent of some rows; far ahead where there is none."""
    return {
        agent: db.execute("select min(day_on) from agent_days where agent_uid = ?", (agent,)).fetchone()[0] or FAR_ON
        for agent in sorted({row[0] for some in rows for row in some})
    }


def _mark_staff_days(db: sqlite3.Connection, begun: dict[str, str], ground: Ground, *rows: Sequence[Row]) -> None:
    """Marks the days that a plan makes something of: those that changed, and those that a new first day tells of."""
    if db.execute("select 1 from shifts limit 1").fetchone() is None:
        return
    mark(db, "staff_day", sorted({row[1] for some in rows for row in some}))
    for agent, now_on in _first_days(db, *rows).items():
        if now_on != begun[agent]:
            first_on, last_on = sorted((now_on, begun[agent]))
            for uid in names_of(agent, ground):
                db.execute(PLANNED, {"agent_uid": uid, "first_on": first_on, "last_on": last_on})


def mark_dialling(db: sqlite3.Connection, calls: Sequence[str]) -> None:
    """Marks the days of agents who waited for a customer to answer one of these calls."""
    fill_batch(db, calls)
    db.execute(DIALLING)


def capped(rows: Iterable[tuple[str, int, int, int | None]], ground: Ground) -> list[State]:
    """States as they are; one that nobody ended (a forgotten log-out) is cut at the cap and says so."""
    cap_s = ground.reporting.state_cap_s
    return [
        State(category, from_at, min(to_at, from_at + cap_s), bool(is_capped) or to_at - from_at > cap_s)
        for category, from_at, to_at, is_capped in rows
    ]


def agent_days(span: Span, states: Sequence[State], ground: Ground) -> list[Row]:
    """Rows of agent_days, one for each local day of the span on which the agent was in any state but offline."""
    days: dict[str, dict[str, int]] = {}
    sums: dict[str, int] = {}
    capped: set[str] = set()
    for category, from_at, to_at in flat(states):
        for day, begin, end in _pieces(from_at, to_at, ground):
            spent = days.setdefault(day, {})
            spent[category] = spent.get(category, 0) + end - begin
    for state in states:
        if state.is_capped:
            capped.add(ground.day_on(state.to_at - 1))
        if state.category in CONTACT:
            for day, begin, end in _pieces(state.from_at, state.to_at, ground):
                sums[day] = sums.get(day, 0) + end - begin
    return [
        _row(span.agent_uid, day, spent, sums.get(day, 0), day in capped, ground)
        for day, spent in sorted(days.items())
        if span.first_on <= day <= span.last_on
    ]


def _pieces(from_at: int, to_at: int, ground: Ground) -> Iterable[tuple[str, int, int]]:
    """A stretch cut at midnight; hardly any needs it."""
    day = ground.day_on(from_at)
    if day == ground.day_on(to_at - 1):
        return ((day, from_at, to_at),)
    return ground.days.split_at_midnight(from_at, to_at)


def flat(states: Sequence[State]) -> list[tuple[str, int, int]]:
    """The states as stretches that do not overlap, each what the agent was doing foremost."""
    edges: list[tuple[int, int, int]] = []
    for state in states:
        rank = RANK.get(state.category, RANK["unknown"])
        edges += ((state.from_at, 1, rank), (state.to_at, -1, rank))
    edges.sort()
    open_states = [0] * len(ORDER)
    made: list[tuple[str, int, int]] = []
    since = 0
    for at, step, rank in edges:
        if at > since:
            foremost = next((place for place, count in enumerate(open_states) if count), None)
            if foremost is not None:
                made.append((ORDER[foremost], since, at))
            since = at
        open_states[rank] += step
    return made


def _row(
    agent_uid: str,
    day: str,
    spent: dict[str, int],
    contact_s: int,
    capped: bool,
    ground: Ground,
    attended_s: int = 0,
) -> Row:
    member = ground.staff.members.get(agent_uid)
    logged_in_s = sum(spent.values())
    is_paid = member is None or (member.is_human and member.role not in ("bot", "shared"))
    contracted = member.contracted_s_per_week if member is not None else None
    return (
        agent_uid, day, member.source if member is not None else agent_uid.partition(":")[0],
        team_on(agent_uid, day, ground), sum(spent.get(category, 0) for category in HANDLING),
        *(spent.get(category, 0) for category in SHOWN), logged_in_s, contact_s, int(capped),
        _presence(attended_s or logged_in_s, contracted, ground), int(is_paid),
    )  # fmt: skip


SHOWN = ("idle", "ringing", "talk", "hold", "acw", "break", "training", "meeting", "other_work", "unknown")


def _presence(there_s: int, contracted_s_per_week: int | None, ground: Ground) -> float:
    """Metrics §6, contacts_per_agent_day: from 2 h on a day counts, in part where the contract has more hours."""
    if there_s < ground.reporting.presence_s:
        return 0.0
    if not contracted_s_per_week:
        return 1.0
    return min(1.0, there_s * WORK_DAYS_A_WEEK / contracted_s_per_week)


def team_on(agent_uid: str, day: str, ground: Ground) -> str | None:
    """The agent's default team on the day, else the only one."""
    noon_at = day_bounds(day, ground.reporting.zone)[0] + 43_200
    teams = [
        (team, is_default)
        for team, from_at, to_at, is_default in ground.teams_of.get(agent_uid, ())
        if from_at <= noon_at and (to_at is None or noon_at < to_at)
    ]
    default = next((team for team, is_default in teams if is_default), None)
    return default if default is not None else teams[0][0] if len(teams) == 1 else None
