"""A store of an earlier version, opened by this one: nothing is lost, and its facts are those of a store made anew."""

import sqlite3
from contextlib import closing
from pathlib import Path

from core.model import Attendance, CalendarEvent, SelfServiceDay, Training
from core.numbers.derive import derive
from core.numbers.effects import recount
from core.store.db import open_store
from core.store.tables import FACTS
from tests.numbers.story import REPORTING, SUNDAY_NIGHT, agent_day, at, story, write

# What version 3 brought.
NEW_TABLES = ("made_forecasts", "requirements", "metric_looks", "scorecard_reads")
NEW_COLUMNS = (
    ("tickets", "required_fields"),
    ("tickets", "filled_fields"),
    ("self_service_days", "greeting_s"),
    ("goal_events", "report_key"),
)
NEW_FACTS = (
    "improvement_effect_facts", "service_days", "requirement_facts", "training_effect_facts", "proficiency_facts",
)  # fmt: skip


def facts(db: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """What every derived table holds, the moment of deriving aside."""
    return {
        table.name: [
            tuple(row)
            for row in db.execute(
                f"select {', '.join(name for name in table.names if name != 'computed_at')} from {table.name} "
                f"order by {', '.join(table.key)}"
            )
        ]
        for table in FACTS
    }


def as_version_2_left_it(path: Path) -> None:
    """Takes away what version 2 did not have, and makes its facts look other than those of today."""
    with closing(sqlite3.connect(path)) as db:
        for index in db.execute("select name from sqlite_master where type = 'index' and sql is not null").fetchall():
            db.execute(f"drop index {index[0]}")
        for name in (*NEW_TABLES, *NEW_FACTS):
            db.execute(f"drop table {name}")
        for table, column in (*NEW_COLUMNS, ("ticket_facts", "required_fields"), ("survey_facts", "customer_uid")):
            db.execute(f"alter table {table} drop column {column}")
        db.execute("delete from _sqlite_migrations where name = 'v3'")
        db.execute("update settings set value = 'of version 2' where key = 'derived_shape'")
        db.execute("pragma user_version = 2")
        db.commit()


def test_a_store_of_version_2_tells_what_a_new_one_does(store_path: Path) -> None:
    """Whoever upgrades must find every ticket, and numbers that a rebuild does not change."""
    with closing(open_store(store_path)) as db:
        story(db)
        more = (
            *agent_day(),
            Attendance(agent_id="mail", day_on="2026-03-03", worked_s=8 * 3_600),
            SelfServiceDay(day_on="2026-03-03", kind="ivr", item="main", sessions=40),
            Training(id="t", agent_id="anna", topic="returns", held_on="2026-03-03", spent_s=3_600),
            CalendarEvent(id="o", kind="outage", title="Down", from_at=at("Tue 10:00"), to_at=at("Tue 10:30")),
        )
        write(db, more)
        derive(db, REPORTING, SUNDAY_NIGHT)
        recount(db, REPORTING, SUNDAY_NIGHT)
        before = facts(db)
        assert before["service_days"]
        assert before["parts"]
    as_version_2_left_it(store_path)
    with closing(open_store(store_path)) as db:
        assert db.execute("pragma user_version").fetchone()[0] == 3
        derive(db, REPORTING, SUNDAY_NIGHT)
        recount(db, REPORTING, SUNDAY_NIGHT)
        assert facts(db) == before
    assert store_path.with_name("deskpulse.db.v2.backup").exists()
