"""The one gate between numbers and persons: no metric is sliced or split by who did the work (metrics 8.6 guard 7).

Numbers of a person are told by scorecards alone, which have the guards; a bare list by person would have none.
"""

import sqlite3
from collections.abc import Iterable

from core.errors import ConfigError
from core.numbers.reporting import Appraisal

PERSONAL = frozenset({"agent", "agent_uid", "assignee", "assignee_uid", "person", "people", "user", "employee"})


def refuse_persons(dims: Iterable[str], appraisal: Appraisal) -> None:
    """Raises ConfigError where one of the dimensions is a person; the message says why and what there is instead."""
    dim = next((dim for dim in dims if dim in PERSONAL), None)
    if dim is None:
        return
    if appraisal.agent_metrics == "off":
        raise ConfigError(
            f"numbers are not split by '{dim}': numbers of single persons are off. They are switched on in [appraisal] "
            "once those whom they are about have agreed; docs/people.md says what that takes."
        )
    raise ConfigError(
        f"numbers are not split by '{dim}': one number alone would rank people unfairly. Numbers of persons are told "
        "with their guards by: sync.py scorecard"
    )


def lone_teams(db: sqlite3.Connection) -> frozenset[str]:
    """The uids of teams of one human: their numbers are a person's."""
    rows = db.execute(
        "select t.team_uid from agent_teams t join agents a on a.uid = t.agent_uid where t.to_at is null "
        "and a.is_human = 1 and a.deleted_at is null group by t.team_uid having count(distinct a.uid) = 1"
    )
    return frozenset(str(row[0]) for row in rows)
