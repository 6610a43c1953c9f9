"""What was planned and what was worked, a row an agent-day: the hours that were lost, by reason, and overtime."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.model import Absence, Agent, AgentState, AgentTeam, Attendance, Shift
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.derive import derive, derive_all
from core.numbers.parts import fold
from tests.numbers.facts.conftest import Told
from tests.numbers.story import REPORTING, SUNDAY_NIGHT, at, uid, write

Rows = Callable[..., list[dict[str, Any]]]
DAY = "2026-03-03"
HOUR = 3_600
WEEK = Period("2026-03-02", "2026-03-08", "week")


def shift(agent: str, hours: float | None = 8, day: str = DAY, **more: Any) -> Shift:
    seconds = None if hours is None else int(hours * HOUR)
    more = {"kind": "contracted", **more}
    return Shift(id=f"{agent}{day}{sorted(more.items())}", agent_id=agent, day_on=day, planned_s=seconds, **more)


def absence(agent: str, reason: str, hours: float | None = None, day: str = DAY, **more: Any) -> Absence:
    lost_s = None if hours is None else int(hours * HOUR)
    return Absence(id=f"{agent}{day}{reason}", agent_id=agent, day_on=day, reason=reason, lost_s=lost_s, **more)  # type: ignore[arg-type]


def worked(agent: str, hours: float, day: str = DAY) -> Attendance:
    return Attendance(agent_id=agent, day_on=day, worked_s=int(hours * HOUR))


def state(agent: str, category: str, begin: str, end: str) -> AgentState:
    return AgentState(agent_id=agent, state=category, category=category, from_at=at(begin), to_at=at(end))  # type: ignore[arg-type]


def hours(db: sqlite3.Connection, metric: str, variant: str | None = None) -> float | None:
    fold(db, REPORTING, SUNDAY_NIGHT)
    return ask(db, metric, WEEK, variant=variant, reporting=REPORTING, now_at=SUNDAY_NIGHT).value


TEAM = (
    *(shift(agent) for agent in ("anna", "ben", "cleo", "dora")),
    *(shift(agent, kind="scheduled") for agent in ("anna", "ben", "cleo")),
    shift("dora", kind="scheduled", day="2026-03-02"), shift("dora", kind="scheduled", day="2026-03-04"),
    worked("dora", 8, "2026-03-02"), worked("dora", 8, "2026-03-04"),
    worked("anna", 8), worked("cleo", 6.5), absence("ben", "sick", 8), absence("dora", "leave"),
)  # fmt: skip


def test_the_worked_example(told: Told, db: sqlite3.Connection) -> None:
    """Ex 1: 17.5 h of 32, of them sick 8, leave 8, late or early 1.5; 9.5 h of those rostered."""
    told(*TEAM)
    assert hours(db, "lost_service_hours") == 17.5
    found = {reason: hours(db, "lost_service_hours", reason) for reason in ("sick", "leave", "late_early", "other")}
    assert found == {"sick": 8, "leave": 8, "late_early": 1.5, "other": 0}
    assert hours(db, "lost_service_hours", "scheduled") == 9.5


def test_overtime_makes_up_for_nobody(told: Told, db: sqlite3.Connection) -> None:
    """Ex 2: 9 h of 8 is no lost hour and one of overtime; ex 3: half a post that was there lost none."""
    told(shift("anna"), worked("anna", 9), shift("ben"), worked("ben", 7), shift("cleo", 4), worked("cleo", 4))
    assert hours(db, "lost_service_hours") == 1
    assert hours(db, "overtime_hours") == 1


def test_states_tell_what_was_worked_where_no_list_does(told: Told, rows: Rows) -> None:
    """A centre with telephony need not keep attendance; breaks are not lost."""
    told(
        shift("anna"), state("anna", "idle", "Tue 09:00", "Tue 13:00"),
        state("anna", "break", "Tue 13:00", "Tue 14:00"),
        state("anna", "talk", "Tue 14:00", "Tue 16:30"),
    )  # fmt: skip
    (day,) = rows("staff_days")
    assert (day["worked_s"], day["lost_s"], day["late_early_s"]) == (7.5 * HOUR, HOUR / 2, HOUR / 2)
    assert (day["paid_s"], day["away_planned_s"], day["away_unplanned_s"]) == (8 * HOUR, HOUR, HOUR / 2)


def test_a_break_planned_apart_is_compared_apart(told: Told, rows: Rows) -> None:
    """Seven hours of contacts and one of break, half an hour late: half an hour is lost, not a whole one less."""
    told(
        shift("anna", 7, kind="scheduled"), shift("anna", 1, kind="scheduled", activity="break"),
        state("anna", "idle", "Tue 09:30", "Tue 16:00"), state("anna", "break", "Tue 16:00", "Tue 17:00"),
    )  # fmt: skip
    (day,) = rows("staff_days")
    assert (day["scheduled_s"], day["lost_scheduled_s"], day["contracted_s"]) == (7 * HOUR, HOUR / 2, None)
    assert (day["paid_s"], day["away_planned_s"], day["away_unplanned_s"]) == (8 * HOUR, HOUR, HOUR / 2)


def test_nobody_told_is_not_nobody_there(told: Told, rows: Rows) -> None:
    """Attendance for March comes in April: until then nobody is said to have stayed away."""
    told(shift("anna"), shift("ben"), shift("cleo", day="2026-03-05"), worked("cleo", 8, "2026-03-05"))
    assert [row["lost_s"] for row in rows("staff_days", day_on=DAY)] == [None, None]
    told(worked("anna", 8), worked("ben", 8, "2026-03-02"))
    found = {row["agent_uid"]: (row["lost_s"], row["other_s"]) for row in rows("staff_days", day_on=DAY)}
    assert found == {"desk:anna": (0, 0), "desk:ben": (8 * HOUR, 8 * HOUR)}


def test_a_night_shift_is_cut_at_midnight(told: Told, rows: Rows) -> None:
    """Who works from 22 to 6 as planned has lost nothing, and made no overtime (R9)."""
    plan: dict[str, Any] = {"planned_start_at": at("Tue 22:00"), "planned_end_at": at("Wed 06:00"), "kind": "scheduled"}
    told(shift("anna", None, **plan), state("anna", "idle", "Tue 22:15", "Wed 06:00"))
    found = [(row["day_on"], row["scheduled_s"], row["lost_scheduled_s"]) for row in rows("staff_days")]
    assert found == [(DAY, 2 * HOUR, 900), ("2026-03-04", 6 * HOUR, 0)]
    assert [(row["timed_s"], row["adherent_s"]) for row in rows("staff_days")] == [
        (2 * HOUR, 2 * HOUR - 900), (6 * HOUR, 6 * HOUR),
    ]  # fmt: skip


def test_a_free_day_worked_is_overtime(told: Told, rows: Rows) -> None:
    """Saturday's emergency between two planned weeks; after the last plan nothing is known."""
    told(
        shift("anna"), shift("anna", day="2026-03-06"), worked("anna", 8), worked("anna", 3, "2026-03-05"),
        worked("anna", 8, "2026-03-06"), worked("anna", 5, "2026-03-07"),
    )  # fmt: skip
    assert [(row["day_on"], row["overtime_s"]) for row in rows("staff_days")] == [
        (DAY, 0), ("2026-03-05", 3 * HOUR), ("2026-03-06", 0),
    ]  # fmt: skip


def test_absence_counts_what_nobody_planned(told: Told, rows: Rows) -> None:
    """Leave is no absence, and half a day missed is half of one; an outage of tools is nobody's."""
    told(
        shift("anna"), absence("anna", "sick", 3), absence("anna", "outage", 1), shift("ben"), absence("ben", "leave"),
        shift("cleo"), absence("cleo", "other", is_planned=True), shift("dora", 4), absence("dora", "sick", 8),
    )  # fmt: skip
    assert [row["absent_s"] for row in rows("staff_days")] == [3 * HOUR, 0, 0, 4 * HOUR]
    assert [row["lost_s"] for row in rows("staff_days")] == [4 * HOUR, 8 * HOUR, 8 * HOUR, 4 * HOUR]


def test_reasons_add_up_to_what_was_lost(told: Told, rows: Rows) -> None:
    """An absence longer than the gap, and two for one gap, count no hour twice."""
    told(shift("anna"), worked("anna", 5), absence("anna", "sick", 2), absence("anna", "training", 8))
    (day,) = rows("staff_days")
    assert (day["lost_s"], day["sick_s"], day["training_s"], day["late_early_s"]) == (3 * HOUR, 2 * HOUR, HOUR, 0)


def test_bots_have_no_shifts(told: Told, rows: Rows) -> None:
    """A routing bot with a log-in would look like the hardest worker."""
    told(shift("bot"), worked("bot", 24))
    assert rows("staff_days") == []
    told(Agent(id="bot", name="Bot", role="agent", is_human=True, version=1))
    assert len(rows("staff_days")) == 1


def test_however_it_came_the_rows_are_the_same(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """Shifts before states, states before shifts, one day at a time or rebuilt: one answer."""
    records = [
        *TEAM, AgentTeam(agent_id="dora", team_id="l2", is_default=True, from_at=at("Tue 00:00")),
        *(state("ben", "idle", f"{day} 08:00", f"{day} 15:00") for day in ("Mon", "Wed", "Thu")),
        *(shift("ben", day=f"2026-03-0{day}") for day in (2, 4, 5, 6)),
        shift("ben", None, "2026-03-05", kind="scheduled", planned_start_at=at("Thu 20:00"),
              planned_end_at=at("Fri 02:00"), activity="meeting"),
        state("ben", "meeting", "Thu 21:00", "Fri 01:00"),
    ]  # fmt: skip
    told(*records)
    before = rows("staff_days")
    assert len(before) > 8
    derive_all(db, REPORTING, SUNDAY_NIGHT)
    assert rows("staff_days") == before
    for turn in (records, records[::-1], records[1::2] + records[::2]):
        db.execute("delete from staff_days")
        for table in ("shifts", "absences", "attendance", "agent_states", "agent_teams"):
            db.execute(f"delete from {table}")
        derive_all(db, REPORTING, SUNDAY_NIGHT)
        for record in turn:
            write(db, [record], SUNDAY_NIGHT)
            derive(db, REPORTING, SUNDAY_NIGHT)
        told()
        assert rows("staff_days") == before


def test_a_roster_by_one_name_is_worked_by_another(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """HR plans her by name, the telephone knows her log-in: eight hours a day were lost without anybody missing."""
    one_human = replace(REPORTING, aliases=((uid("tel-anna"), uid("hr-anna")),))

    def found() -> list[tuple[object, ...]]:
        names = ("agent_uid", "day_on", "worked_s", "lost_s", "overtime_s", "adherent_s")
        return [tuple(row[name] for name in names) for row in rows("staff_days")]

    begin = at("Tue 08:00")
    told(
        shift("hr-anna", day="2026-03-02"), worked("hr-anna", 8, "2026-03-02"), shift("hr-anna", day="2026-03-05"),
        shift("hr-anna", planned_start_at=begin, planned_end_at=begin + 8 * HOUR), reporting=one_human,
    )  # fmt: skip
    told(state("tel-anna", "idle", "Tue 08:00", "Tue 15:00"), state("tel-anna", "idle", "Wed 08:00", "Wed 10:00"),
         reporting=one_human)  # fmt: skip
    her = uid("hr-anna")
    assert found() == [
        (her, "2026-03-02", 8 * HOUR, 0, 0, None),
        (her, "2026-03-03", 7 * HOUR, HOUR, 0, 7 * HOUR),
        (her, "2026-03-04", 2 * HOUR, 0, 2 * HOUR, None),
        (her, "2026-03-05", None, None, None, None),
    ]
    before = rows("staff_days")
    derive_all(db, one_human, SUNDAY_NIGHT)
    assert rows("staff_days") == before
