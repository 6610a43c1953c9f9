"""One row an agent and local day: what was planned, what was worked, and where the difference went.

Planned is the contracted or the scheduled time without breaks, cut at midnight (metrics R9). Worked is what attendance
says, else the time logged in, else nothing on a day of which others are told; else it is unknown. The agent's days
without a plan, from the first planned one to the last, have a plan of nothing. Whoever has several names
(``[[people]]``), and plans under one of them, has worked under that one.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain

from core.clock import add_days, day_bounds
from core.numbers.facts.agent_time import State, capped, flat, names_of, states_of, team_on
from core.numbers.facts.ground import Ground
from core.numbers.facts.ledger import TABLES, Ledger, as_json, replace
from core.numbers.facts.status import Row

# The order in which what is missing is told by reason; what no absence tells is lateness, or unexplained.
REASONS: Mapping[str, str] = {
    "sick": "sick", "leave": "leave", "late": "late_early", "early": "late_early", "training": "training",
    "outage": "outage", "other": "other",
}  # fmt: skip
TOLD = ("sick", "leave", "late_early", "training", "outage", "other")
PLANNED_REASONS = frozenset({"leave", "training"})
AWAY = ("break", "training", "meeting")
# The states that keep to a planned activity; a break is kept by resting.
KEEPING: Mapping[str, frozenset[str]] = {
    "contacts": frozenset({"talk", "hold", "acw", "ringing", "ringing_out", "idle", "other_work"}),
    "project": frozenset({"talk", "hold", "acw", "ringing", "ringing_out", "idle", "other_work"}),
    "break": frozenset({"break"}),
    "training": frozenset({"training"}),
    "meeting": frozenset({"meeting"}),
}
NAMES = TABLES["staff_days"].names
Key = tuple[str, str]
"""Agent and local day."""


@dataclass(slots=True)
class Plan:
    """What one kind of plan says of an agent's day, seconds by activity; ``timed`` are its stretches with moments."""

    spent: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    timed: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def work_s(self) -> int:
        """Without breaks."""
        return sum(seconds for activity, seconds in self.spent.items() if activity != "break")


@dataclass(frozen=True, slots=True)
class Worked:
    """Time at work and, where states tell it, on break and otherwise away from contacts; None where unknown."""

    whole_s: int | None = None
    break_s: int | None = None
    away_s: int | None = None

    def against(self, plan: Plan) -> int | None:
        """What compares with the plan: without breaks where the plan has them apart."""
        if self.whole_s is None or not plan.spent.get("break"):
            return self.whole_s
        return self.whole_s - (self.break_s or 0)


@dataclass(frozen=True, slots=True)
class Missed:
    """An absence: seconds (None: all of the day), reason, and whether it was planned."""

    lost_s: int | None
    reason: str
    is_planned: bool


def mark_staff_days(db: sqlite3.Connection) -> None:
    """Marks every day that has a row, or may get one."""
    db.execute(
        "insert into dirty_keys (kind, key) select 'staff_day', day_on from (select day_on from staff_days union "
        "select day_on from shifts union select date(day_on, '+1 day') from shifts union "
        "select day_on from attendance union select day_on from agent_days) where day_on is not null "
        "and exists (select 1 from shifts union all select 1 from staff_days) on conflict do nothing"
    )


def derive_staff_days(db: sqlite3.Connection, days: Sequence[str], ground: Ground, ledger: Ledger) -> None:
    """Brings the rows of some days to what plans, absences and worked times say, in the caller's transaction."""
    wanted = as_json(days)
    before: dict[str, list[Row]] = {
        row[0]: [tuple(row)]
        for row in db.execute(
            f"select {', '.join(NAMES)} from staff_days where day_on in (select value from json_each(?))", (wanted,)
        )
    }
    made: dict[str, list[Row]] = {key: [] for key in before}
    made.update({row[0]: [row] for row in _rows(db, days, wanted, ground)})
    replace(db, ledger, "staff_days", "day_key", before, made.items())


def _rows(db: sqlite3.Connection, days: Sequence[str], wanted: str, ground: Ground) -> Iterator[Row]:
    plans = {kind: _plans(db, kind, days, ground) for kind in ("contracted", "scheduled")}
    spans = {kind: _spans(db, kind) for kind in plans}
    home = _homes(ground, {uid for of_kind in spans.values() for uid in of_kind})
    worked = _at_home(_worked(db, wanted), home)
    missed: dict[Key, list[Missed]] = defaultdict(list)
    for (agent, day), some in _missed(db, wanted).items():
        missed[home.get(agent, agent), day] += some
    told = {day for _, day in worked}
    names = {agent: names_of(agent, ground) for agent in home.values()}
    begun = {agent: _begun_on(db, names.get(agent, (agent,))) for plan in plans.values() for agent, _ in plan}
    for agent, day in sorted({*worked, *missed, *plans["contracted"], *plans["scheduled"]}):
        if not ground.staff.is_person(agent):
            continue
        known = {kind: _plan(plan, spans[kind], agent, day) for kind, plan in plans.items()}
        if not any(known.values()):
            continue
        was_there = worked.get((agent, day))
        if was_there is None:
            first_on = begun.get(agent) or _begun_on(db, names.get(agent, (agent,)))
            is_told = day in told and first_on is not None and first_on <= day
            was_there = Worked(0, 0, 0) if is_told else Worked()
        adherent = _adherent(db, names.get(agent, (agent,)), known["scheduled"] or known["contracted"], ground)
        figures = _figures(known["contracted"], known["scheduled"], was_there, missed.get((agent, day), ()))
        member = ground.staff.members.get(agent)
        source = agent.partition(":")[0] if member is None else member.source
        given = {
            "day_key": f"{agent}|{day}", "source": source, "team_uid": team_on(agent, day, ground), "agent_uid": agent,
            "day_on": day, **figures, **adherent,
        }  # fmt: skip
        yield tuple(given.get(name) for name in NAMES)


def _homes(ground: Ground, planned: Set[str]) -> dict[str, str]:
    """The one name of a human that has plans, by each of the names."""
    found = ((group, [uid for uid in group if uid in planned]) for group in ground.reporting.aliases)
    return {uid: with_plans[0] for group, with_plans in found if len(with_plans) == 1 for uid in group}


def _at_home(worked: Mapping[Key, Worked], home: Mapping[str, str]) -> dict[Key, Worked]:
    """Worked times under the names that have plans; what is told of such a name itself stands above the others'."""
    found: dict[Key, Worked] = {}
    for (agent, day), was_there in sorted(worked.items(), key=lambda entry: entry[0]):
        at_home = home.get(agent, agent), day
        if agent == at_home[0] or at_home not in found:
            found[at_home] = was_there
    return found


def _plan(plans: Mapping[Key, Plan], spans: Mapping[str, tuple[str, str]], agent: str, day: str) -> Plan | None:
    found = plans.get((agent, day))
    if found is not None or agent not in spans:
        return found
    first_on, last_on = spans[agent]
    return Plan() if first_on <= day <= last_on else None


# A plan whose kind nobody told stands for the one that is not there.
OF_KIND = (
    "s.deleted_at is null and (s.kind = :kind or (s.kind is null and not exists (select 1 from shifts o "
    "where o.agent_uid = s.agent_uid and o.day_on = s.day_on and o.kind = :kind and o.deleted_at is null))) "
    "and coalesce(s.planned_s, s.planned_end_at - s.planned_start_at) is not null"
)


def _plans(db: sqlite3.Connection, kind: str, days: Sequence[str], ground: Ground) -> dict[Key, Plan]:
    """Plans by agent and day; a shift over midnight is cut there."""
    chosen = set(days)
    reach = as_json(sorted(chosen | {add_days(day, -1) for day in days}))
    found: dict[Key, Plan] = {}
    for agent, day, begin, end, planned_s, activity in db.execute(
        "select s.agent_uid, s.day_on, s.planned_start_at, s.planned_end_at, s.planned_s, "
        f"coalesce(s.activity, 'contacts') from shifts s where {OF_KIND} "
        "and s.day_on in (select value from json_each(:days)) order by s.agent_uid, s.day_on, s.uid",
        {"kind": kind, "days": reach},
    ):
        for on, seconds, timed in _cut(day, begin, end, planned_s, ground):
            if on in chosen:
                plan = found.setdefault((agent, on), Plan())
                plan.spent[activity] += seconds
                if timed:
                    plan.timed.append((activity, *timed))
    return found


def _cut(
    day: str, begin: int | None, end: int | None, planned_s: int | None, ground: Ground
) -> Iterator[tuple[str, int, tuple[int, int] | None]]:
    if begin is None or end is None or end <= begin:
        yield day, max(planned_s or 0, 0), None
        return
    left_s = end - begin if planned_s is None else planned_s
    midnight = day_bounds(day, ground.reporting.zone)[1]
    if not begin < midnight < end:
        yield day, left_s, (begin, end)
        return
    here_s = min(left_s, midnight - begin)
    yield day, here_s, (begin, midnight)
    yield add_days(day, 1), left_s - here_s, (midnight, end)


def _spans(db: sqlite3.Connection, kind: str) -> dict[str, tuple[str, str]]:
    """From when to when there are plans of each agent."""
    rows = db.execute(
        f"select s.agent_uid, min(s.day_on), max(s.day_on) from shifts s where {OF_KIND} group by s.agent_uid",
        {"kind": kind},
    )
    return {agent: (first_on, last_on) for agent, first_on, last_on in rows}


def _worked(db: sqlite3.Connection, wanted: str) -> dict[Key, Worked]:
    found = {
        (agent, day): Worked(logged_in_s, break_s, break_s + away_s)
        for agent, day, logged_in_s, break_s, away_s in db.execute(
            "select agent_uid, day_on, logged_in_s, break_s, training_s + meeting_s from agent_days "
            "where day_on in (select value from json_each(?))",
            (wanted,),
        )
    }
    found |= {
        (agent, day): Worked(worked_s)
        for agent, day, worked_s in db.execute(
            "select agent_uid, day_on, worked_s from attendance where day_on in (select value from json_each(?))",
            (wanted,),
        )
    }
    return found


def _begun_on(db: sqlite3.Connection, names: Iterable[str]) -> str | None:
    """The first day of which the worked time of somebody with these names is told."""
    sql = (
        "select min(day_on) from (select min(day_on) as day_on from attendance where agent_uid = :agent "
        "union all select min(day_on) from agent_days where agent_uid = :agent)"
    )
    found = (db.execute(sql, {"agent": agent}).fetchone()[0] for agent in names)
    return min((day for day in found if day is not None), default=None)


def _missed(db: sqlite3.Connection, wanted: str) -> dict[Key, list[Missed]]:
    found: dict[Key, list[Missed]] = defaultdict(list)
    for agent, day, lost_s, reason, is_planned in db.execute(
        "select agent_uid, day_on, lost_s, coalesce(reason, 'other'), is_planned from absences "
        "where deleted_at is null and day_on in (select value from json_each(?)) order by agent_uid, day_on, uid",
        (wanted,),
    ):
        planned = reason in PLANNED_REASONS if is_planned is None else bool(is_planned)
        found[agent, day].append(Missed(lost_s, reason, planned))
    return found


def _figures(
    contracted: Plan | None, scheduled: Plan | None, worked: Worked, missed: Sequence[Missed]
) -> dict[str, int | None]:
    lost_s = _lost(contracted, worked, missed)
    roster = contracted if scheduled is None else scheduled
    base = scheduled if contracted is None else contracted
    by_reason = dict(zip(TOLD, _told(lost_s, missed, worked), strict=True)) if lost_s is not None else {}
    return {
        "contracted_s": None if contracted is None else contracted.work_s,
        "scheduled_s": None if scheduled is None else scheduled.work_s,
        "worked_s": worked.whole_s,
        "lost_s": lost_s,
        "lost_scheduled_s": _lost(scheduled, worked, missed),
        **{f"{reason}_s": seconds for reason, seconds in by_reason.items()},
        "overtime_s": _over(contracted, worked),
        "overtime_scheduled_s": _over(scheduled, worked),
        "rostered_s": None if roster is None else roster.work_s,
        "absent_s": None if roster is None else _absent(roster.work_s, missed),
        **(_shrunk(base, worked, missed) if base is not None else {}),
    }


def _lost(plan: Plan | None, worked: Worked, missed: Sequence[Missed]) -> int | None:
    """Planned less worked; where the worked time is unknown, what absences say was missed."""
    if plan is None:
        return None
    was_there = worked.against(plan)
    if was_there is not None:
        return max(0, plan.work_s - was_there)
    return _of(plan.work_s, missed) if missed else None


def _of(whole_s: int, missed: Iterable[Missed]) -> int:
    """Seconds of absences within a planned time."""
    return min(whole_s, sum(whole_s if one.lost_s is None else one.lost_s for one in missed))


def _told(lost_s: int, missed: Sequence[Missed], worked: Worked) -> Iterator[int]:
    """What was lost by reason, adding up to it; the rest is lateness of who came, and unexplained of who did not."""
    stated: dict[str, int] = defaultdict(int)
    for one in missed:
        stated[REASONS[one.reason]] += lost_s if one.lost_s is None else max(one.lost_s, 0)
    stated["late_early" if worked.whole_s else "other"] += max(0, lost_s - sum(stated.values()))
    left_s = lost_s
    for reason in TOLD:
        seconds = min(left_s, stated[reason])
        left_s -= seconds
        yield seconds


def _over(plan: Plan | None, worked: Worked) -> int | None:
    was_there = None if plan is None else worked.against(plan)
    return None if plan is None or was_there is None else max(0, was_there - plan.work_s)


def _absent(rostered_s: int, missed: Sequence[Missed]) -> int:
    """Unplanned absence within the roster; an outage of tools is nobody's absence."""
    return _of(rostered_s, (one for one in missed if not one.is_planned and one.reason != "outage"))


def _shrunk(plan: Plan, worked: Worked, missed: Sequence[Missed]) -> dict[str, int]:
    """Paid time and what of it was not there for contacts, planned and not."""
    if worked.whole_s is None:
        return {}
    paid_s = max(sum(plan.spent.values()), worked.whole_s)
    away_s = sum(plan.spent.get(activity, 0) for activity in AWAY) if worked.away_s is None else worked.away_s
    away_s = min(away_s, worked.whole_s)
    gone_s = paid_s - worked.whole_s + away_s
    planned_s = min(gone_s, away_s + _of(plan.work_s, (one for one in missed if one.is_planned)))
    return {"paid_s": paid_s, "away_planned_s": planned_s, "away_unplanned_s": gone_s - planned_s}


def _adherent(db: sqlite3.Connection, names: Iterable[str], plan: Plan | None, ground: Ground) -> dict[str, int]:
    """Seconds of the planned stretches spent in the planned kind of state; unknown without a state near them."""
    if plan is None or not plan.timed:
        return {}
    cap_s = ground.reporting.state_cap_s
    first_at, last_at = min(begin for _, begin, _ in plan.timed), max(end for _, _, end in plan.timed)
    rows = (states_of(db, uid, first_at - cap_s, last_at) for uid in names)
    states: Sequence[State] = capped(chain.from_iterable(rows), ground)
    stretches = [(kind, begin, end) for kind, begin, end in flat(states) if end > first_at and begin < last_at]
    if not stretches:
        return {}
    kept = sum(
        max(0, min(end, to_at) - max(begin, from_at))
        for activity, from_at, to_at in plan.timed
        for kind, begin, end in stretches
        if kind in KEEPING[activity]
    )
    return {"timed_s": sum(end - begin for _, begin, end in plan.timed), "adherent_s": kept}
