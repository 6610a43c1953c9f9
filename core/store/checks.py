"""What the last comparison with each vendor came to, kept for the reports that follow."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["reconcile", "audit"]


@dataclass(frozen=True)
class Check:
    """One source compared at one moment; ``summary`` holds the counts that a sentence about it needs."""

    source: str
    kind: Kind
    checked_at: int
    ok: bool
    summary: Mapping[str, int] = field(default_factory=dict)


def keep_check(db: sqlite3.Connection, check: Check) -> None:
    """Keeps a check in place of the one before."""
    db.execute(
        "insert or replace into checks (source, kind, checked_at, ok, summary) values (?, ?, ?, ?, ?)",
        (check.source, check.kind, check.checked_at, int(check.ok), json.dumps(dict(check.summary), sort_keys=True)),
    )


def kept_checks(db: sqlite3.Connection) -> list[Check]:
    """The last check of each kind and source, by source."""
    rows = db.execute("select source, kind, checked_at, ok, summary from checks order by source, kind")
    return [Check(row[0], row[1], int(row[2]), bool(row[3]), json.loads(row[4])) for row in rows]
