"""Reads from the store what every derivation stands on."""

import sqlite3
from collections.abc import Mapping

from core.clock import DAY_S
from core.numbers.facts.ground import Ground, QueueKnown
from core.numbers.facts.staff import Staff, load_members
from core.numbers.local import DayIndex
from core.numbers.reporting import QueueRule, Reporting
from core.numbers.schedules import load_schedules

YEAR_S = 366 * DAY_S
NO_RULE = QueueRule()


def load_ground(db: sqlite3.Connection, reporting: Reporting, now_at: int) -> Ground:
    """The rules of the config with agents, teams, queues and schedules as the store has them."""
    teams = {row[0]: (row[1], row[2]) for row in db.execute("select uid, name, tier from teams")}
    teams_of: dict[str, list[tuple[str, int, int | None, bool]]] = {}
    for agent_uid, team_uid, from_at, to_at, is_default in db.execute(
        "select agent_uid, team_uid, from_at, to_at, is_default from agent_teams "
        "order by agent_uid, is_default desc, from_at, team_uid"
    ):
        teams_of.setdefault(agent_uid, []).append((team_uid, from_at, to_at, bool(is_default)))
    team_schedules = {
        uid: reporting.team_schedules[name] for uid, (name, _) in teams.items() if name in reporting.team_schedules
    }
    return Ground(
        reporting=reporting,
        staff=Staff(load_members(db)),
        schedules=load_schedules(db, reporting),
        days=DayIndex(reporting.zone.key, now_at - 2 * YEAR_S, now_at + DAY_S),
        queues=_queues(db, reporting, team_schedules),
        tiers={uid: tier for uid, (_, tier) in teams.items() if tier is not None},
        team_schedules=team_schedules,
        teams_of=teams_of,
        now_at=now_at,
    )


def _queues(db: sqlite3.Connection, reporting: Reporting, team_schedules: Mapping[str, str]) -> dict[str, QueueKnown]:
    known: dict[str, QueueKnown] = {}
    for uid, name, team_uid, threshold_s, short_s, schedule_uid, is_test in db.execute(
        "select uid, name, team_uid, sl_threshold_s, short_abandon_s, schedule_uid, is_test from queues"
    ):
        rule = reporting.queues.get(name, NO_RULE)
        known[uid] = QueueKnown(
            team_uid,
            _first(rule.sl_threshold_s, threshold_s, reporting.sl_threshold_s),
            _first(rule.short_abandon_s, short_s, reporting.short_abandon_s),
            rule.schedule or schedule_uid or (team_schedules.get(team_uid) if team_uid else None),
            bool(is_test if rule.is_test is None else rule.is_test),
        )
    return known


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)
