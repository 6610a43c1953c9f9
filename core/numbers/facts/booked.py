"""Working time booked on tickets, a row an entry, with where the ticket belongs."""

import sqlite3
from collections.abc import Sequence

from core.numbers.facts.ground import Ground
from core.numbers.facts.ledger import Ledger, as_json, replace, stored
from core.numbers.facts.status import Row

ENTRIES = """
select e.uid, e.ticket_uid, e.source, t.team_uid, t.channel, e.agent_uid, e.started_at, e.spent_s
from json_each(?) k cross join tickets t on t.uid = k.value cross join time_entries e on e.ticket_uid = t.uid
where e.deleted_at is null and e.started_at is not null
order by e.ticket_uid, e.uid
"""


def derive_booked(db: sqlite3.Connection, keys: Sequence[str], ground: Ground, ledger: Ledger) -> None:
    """Brings the booked times of tickets to what their entries say, in the caller's transaction."""
    if not any(db.execute(f"select 1 from {table} limit 1").fetchone() for table in ("time_entries", "booked_facts")):
        return
    made: dict[str, list[Row]] = {key: [] for key in keys}
    for row in map(tuple, db.execute(ENTRIES, (as_json(keys),))):
        made[row[1]].append((*row[:6], ground.day_on(row[6]), row[7]))
    before = stored(db, "booked_facts", "ticket_uid", keys)
    replace(db, ledger, "booked_facts", "ticket_uid", before, made.items())
