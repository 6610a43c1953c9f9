"""How long it took new colleagues to do and to reach what is usual in their team (metrics, time_to_proficiency).

Output are the contacts handled in seven days, held against the median of the team's members who have been there for 90
days or longer; quality are the points of the reviews of 28 days, for in seven hardly anybody is reviewed. Both must be
reached on one day, within half a year. Without three such colleagues, or without reviews, it stays unknown.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from core.clock import add_days, day_of
from core.numbers.facts.ground import Ground
from core.numbers.facts.ledger import TABLES, Ledger, as_json, replace
from core.numbers.facts.status import Row
from core.numbers.quantiles import median

OUTPUT_DAYS = 7
REVIEW_DAYS = 28
REACH_DAYS = 180
SETTLED_DAYS = 90
FEWEST = 3
FACT = TABLES["proficiency_facts"]
READS = (("handled_facts", "day_on"), ("review_facts", "reviewed_on"))
BEGAN = "select min(day_on) from handled_facts"
KNOWN = "(select agent_uid from employment_facts union select agent_uid from proficiency_facts) where true"
MARK = "insert into dirty_keys (kind, key) select distinct 'newcomer', agent_uid from {} on conflict do nothing"
# A day that is over and lies in somebody's first half year (or in the weeks of reviews before), not after the goal.
TOUCHED = f"""
employment_facts e
join json_each(?) d
  on d.value between date(e.hired_on, '-{REVIEW_DAYS} days') and date(e.hired_on, '+{REACH_DAYS} days')
where not exists (select 1 from proficiency_facts p where p.agent_uid = e.agent_uid and p.reached_on < d.value)
"""
# Whose first half year lay in the days from the last look to today.
WAITING = f"""
employment_facts e
where e.hired_on between date(?1, '-{REACH_DAYS + 1} days') and ?2
  and not exists (select 1 from proficiency_facts p where p.agent_uid = e.agent_uid and p.reached_on is not null)
"""


def mark_newcomers(db: sqlite3.Connection, ledger: Ledger | None, today_on: str) -> None:
    """Marks those whom the days that a batch changed concern, without one all."""
    if ledger is None:
        db.execute(MARK.format(KNOWN))
        return
    touched = {day for clock in READS for day in ledger.days.get(clock, ()) if day < today_on}
    if not touched:
        return
    began_on = db.execute(BEGAN).fetchone()[0]
    if began_on is None or min(touched) <= began_on:
        # History begins on another day, perhaps: those hired since then are told of, those before are not.
        db.execute(MARK.format(KNOWN))
    else:
        db.execute(MARK.format(TOUCHED), (as_json(sorted(touched)),))


def mark_waiting(db: sqlite3.Connection, since_on: str, today_on: str) -> None:
    """Marks those who had not got there when last looked at: days are over that may tell."""
    db.execute(MARK.format(WAITING), (min(since_on, today_on), today_on))


@dataclass(frozen=True)
class _Tally:
    """Running sums of an agent's figures by day, from the first day on."""

    sums: Sequence[float]

    def over(self, last: int, count: int) -> float:
        """What the ``count`` days up to the day at place ``last`` add up to."""
        return self.sums[last + 1] - self.sums[max(0, last + 1 - count)]


@dataclass(frozen=True)
class _Work:
    """What everybody did on the days from ``first`` (an ordinal) on."""

    first: int
    handled: Mapping[str, _Tally]
    points: Mapping[str, _Tally]
    possible: Mapping[str, _Tally]

    def score(self, agent: str, place: int) -> float | None:
        """Points of those possible in the reviews of 28 days."""
        if agent not in self.possible:
            return None
        possible = self.possible[agent].over(place, REVIEW_DAYS)
        return self.points[agent].over(place, REVIEW_DAYS) / possible if possible else None


def derive_newcomers(db: sqlite3.Connection, keys: Sequence[str], ground: Ground, ledger: Ledger) -> None:
    """Brings the rows of some agents to what the days that are over say, in the caller's transaction."""
    wanted = as_json(keys)
    before: dict[str, list[Row]] = {
        row[0]: [tuple(row)]
        for row in db.execute(
            f"select {', '.join(FACT.names)} from proficiency_facts "
            "where agent_uid in (select value from json_each(?))",
            (wanted,),
        )
    }
    made: dict[str, list[Row]] = {key: [] for key in before}
    began_on = db.execute(BEGAN).fetchone()[0]
    last_on = add_days(day_of(ground.now_at, ground.reporting.zone), -1)
    people = [
        (agent, source, team, hired_on)
        for agent, source, team, hired_on in db.execute(
            "select agent_uid, source, team_uid, hired_on from employment_facts "
            "where agent_uid in (select value from json_each(?)) order by agent_uid",
            (wanted,),
        )
        if began_on is not None and began_on <= hired_on <= last_on
    ]
    if people:
        human = humans(ground)
        hired = [row[3] for row in people]
        work = _work(db, min(hired), min(last_on, add_days(max(hired), REACH_DAYS)), human)
        settled = _settled(db, human)
        teams = _teams(db, human)
        for agent, source, own_team, hired_on in people:
            person = human.get(agent, agent)
            team = own_team or next((uid for uid, members in teams.items() if person in members), None)
            peers = teams.get(team, frozenset()) if team else work.handled.keys()
            reached_on = _reached(person, hired_on, last_on, work, {peer: settled.get(peer) for peer in peers})
            days = None if reached_on is None else _ordinal(reached_on) - _ordinal(hired_on)
            made[agent] = [(agent, source, team, hired_on, reached_on, days)]
    replace(db, ledger, "proficiency_facts", "agent_uid", before, made.items())


def _reached(agent: str, hired_on: str, last_on: str, work: _Work, peers: Mapping[str, str | None]) -> str | None:
    """The first day on which output and quality were at least the median of the settled colleagues."""
    if agent not in work.handled or agent not in work.possible:
        return None
    hired = _ordinal(hired_on)
    others = sorted(peer for peer in peers if peer != agent and peer in work.handled)
    since = {peer: _ordinal(peers[peer] or "0001-01-01") + SETTLED_DAYS for peer in others}
    for day in range(hired + OUTPUT_DAYS - 1, min(hired + REACH_DAYS, _ordinal(last_on)) + 1):
        place = day - work.first
        mine, score = work.handled[agent].over(place, OUTPUT_DAYS), work.score(agent, place)
        if not mine or score is None:
            continue
        there = [peer for peer in others if since[peer] <= day]
        done = sorted(count for peer in there if (count := work.handled[peer].over(place, OUTPUT_DAYS)))
        scores = sorted(other for peer in there if (other := work.score(peer, place)) is not None)
        usual, usual_score = median(done), median(scores)
        if min(len(done), len(scores)) < FEWEST or usual is None or usual_score is None:
            continue
        if mine >= usual and score >= usual_score:
            return date.fromordinal(day).isoformat()
    return None


def _work(db: sqlite3.Connection, hired_on: str, last_on: str, human: Mapping[str, str]) -> _Work:
    first_on = add_days(hired_on, -REVIEW_DAYS)
    handled = db.execute(
        "select agent_uid, day_on, count(*) from handled_facts "
        "where day_on between ? and ? and agent_uid is not null group by agent_uid, day_on",
        (first_on, last_on),
    ).fetchall()
    reviews = db.execute(
        "select agent_uid, reviewed_on, sum(cast(round(1000 * points) as integer)), "
        "sum(cast(round(1000 * possible) as integer)) from review_facts "
        "where reviewed_on between ? and ? and agent_uid is not null and is_counted = 1 and possible > 0 "
        "and points is not null group by agent_uid, reviewed_on",
        (first_on, last_on),
    ).fetchall()
    first = _ordinal(first_on)
    length = _ordinal(last_on) - first + 1
    return _Work(
        first,
        _tallies(((human.get(agent, agent), day, count) for agent, day, count in handled), first, length),
        _tallies(((human.get(agent, agent), day, points) for agent, day, points, _ in reviews), first, length),
        _tallies(((human.get(agent, agent), day, possible) for agent, day, _, possible in reviews), first, length),
    )


def _tallies(rows: Iterable[tuple[str, str, float]], first: int, length: int) -> dict[str, _Tally]:
    by_agent: dict[str, list[float]] = defaultdict(lambda: [0.0] * length)
    for agent, day, figure in rows:
        by_agent[agent][_ordinal(day) - first] += figure
    return {agent: _Tally([0.0, *accumulate(figures)]) for agent, figures in by_agent.items()}


def humans(ground: Ground) -> dict[str, str]:
    """The first of the uids that the config says are one human, by each of them."""
    return {uid: group[0] for group in ground.reporting.aliases for uid in group}


def _settled(db: sqlite3.Connection, human: Mapping[str, str]) -> dict[str, str]:
    """Since when everybody is there of whom it is known."""
    rows = db.execute("select agent_uid, hired_on from employment_facts order by hired_on desc")
    return {human.get(agent, agent): hired_on for agent, hired_on in rows}


def _teams(db: sqlite3.Connection, human: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The people of each team, now or once; teams that are somebody's first choice come first."""
    found: dict[str, set[str]] = defaultdict(set)
    for agent, team in db.execute(
        "select agent_uid, team_uid from agent_teams order by is_default desc, from_at desc, team_uid, agent_uid"
    ):
        found[team].add(human.get(agent, agent))
    return {team: frozenset(people) for team, people in found.items()}


def _ordinal(day_on: str) -> int:
    return date.fromisoformat(day_on).toordinal()
