"""Agents' days: what was worked, waited and rested, each second once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import Agent, AgentState, Attendance, Call
from core.numbers.derive import DeriveResult, derive, derive_all
from core.store.db import open_store
from tests.numbers.facts.conftest import Told
from tests.numbers.story import REPORTING, agent_day, at, uid, write

Rows = Callable[..., list[dict[str, Any]]]
NOW = at("2026-04-01 00:00")


def state(category: str, begin: str, end: str | None, agent: str = "anna", **more: Any) -> AgentState:
    return AgentState(
        agent_id=agent, state=category, category=category, from_at=at(begin), to_at=at(end) if end else None, **more  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_worked_day(told: Told, rows: Rows) -> None:
    """Occupancy 4.25 of 6 h, utilisation 4.25 of 8 h."""
    told(*agent_day(), now_at=NOW)
    (day,) = rows("agent_days")
    assert (day["handling_s"], day["idle_s"], day["break_s"], day["training_s"]) == (15_300, 6_300, 3_600, 3_600)
    assert (day["logged_in_s"], day["presence_days"], day["is_paid"]) == (28_800, 1.0, 1)
    assert day["team_uid"] == uid("l1")


def test_two_chats_at_once_are_one_agents_time(told: Told, rows: Rows) -> None:
    """100 %, not 200 %; how many there were is told apart."""
    told(
        state("talk", "Mon 10:00", "Mon 11:00"), state("talk", "Mon 10:30", "Mon 11:30", seq=1),
        state("idle", "Mon 10:00", "Mon 12:00", seq=2), now_at=NOW,
    )  # fmt: skip
    (day,) = rows("agent_days")
    assert (day["talk_s"], day["idle_s"], day["logged_in_s"], day["contact_sum_s"]) == (5_400, 1_800, 7_200, 7_200)


def test_a_state_over_midnight_belongs_to_both_days(told: Told, rows: Rows) -> None:
    """Night shifts begin on the wrong date."""
    told(state("talk", "Mon 23:30", "Tue 00:15"), now_at=NOW)
    assert [(day["day_on"], day["talk_s"]) for day in rows("agent_days")] == [
        ("2026-03-02", 1_800), ("2026-03-03", 900),
    ]  # fmt: skip


def test_the_short_night_has_the_seconds_that_it_has(told: Told, rows: Rows) -> None:
    """Berlin, 29 March: from midnight to 06:00 are 5 h."""
    told(state("idle", "2026-03-29 00:00", "2026-03-29 06:00"), now_at=NOW)
    assert rows("agent_days")[0]["idle_s"] == 18_000


def test_a_forgotten_log_out_is_cut_and_says_so(told: Told, rows: Rows) -> None:
    """Ready from Friday evening to Monday morning was no weekend at work."""
    told(state("idle", "Fri 18:00", "Mon9 08:00"), now_at=NOW)
    days = rows("agent_days")
    assert sum(day["idle_s"] for day in days) == 57_600
    assert [(day["day_on"], day["is_capped"]) for day in days] == [("2026-03-06", 0), ("2026-03-07", 1)]


@pytest.mark.parametrize(
    ("hours", "contract", "presence"),
    [(8, 40, 1.0), (4, 40, 0.5), (1.9, 40, 0.0), (4, 20, 1.0), (9, 40, 1.0), (4, None, 1.0)],
)
def test_part_days_count_in_part(told: Told, rows: Rows, hours: float, contract: int | None, presence: float) -> None:
    """Three agents with 8 h, 8 h and 4 h of an 8 h contract make 2.5 agent-days."""
    begin = at("Mon 08:00")
    told(
        Agent(id="dora", contracted_s_per_week=contract * 3_600 if contract else None),
        AgentState(agent_id="dora", state="ready", category="idle", from_at=begin, to_at=begin + int(hours * 3_600)),
        now_at=NOW,
    )
    assert rows("agent_days")[0]["presence_days"] == presence


def test_what_has_not_ended_is_not_counted_yet(told: Told, rows: Rows) -> None:
    """How long it will be nobody knows; it counts when it is over."""
    told(state("idle", "Mon 08:00", "Mon 09:00"), state("talk", "Mon 09:00", None), now_at=NOW)
    assert (rows("agent_days")[0]["talk_s"], rows("agent_days")[0]["idle_s"]) == (0, 3_600)


def test_ringing_is_handling_only_where_the_agent_dials(told: Told, rows: Rows) -> None:
    """Who waits for a customer to pick up works; whose phone rings is still free."""
    told(
        Call(id="out", direction="outbound", arrived_at=at("Mon 09:00"), outcome="no_answer"),
        state("ringing", "Mon 09:00", "Mon 09:01", call_id="out"),
        state("ringing", "Mon 10:00", "Mon 10:01"),
        now_at=NOW,
    )  # fmt: skip
    (day,) = rows("agent_days")
    assert (day["handling_s"], day["ringing_s"]) == (60, 60)


def test_bots_and_shared_log_ins_are_paid_nobody(told: Told, rows: Rows) -> None:
    """They must not make people look less busy."""
    told(state("idle", "Mon 08:00", "Mon 16:00", "bot"), now_at=NOW)
    assert rows("agent_days")[0]["is_paid"] == 0


def test_offline_is_no_time_at_all(told: Told, rows: Rows) -> None:
    """Logged out is not logged in."""
    told(state("offline", "Mon 08:00", "Mon 16:00"), now_at=NOW)
    assert rows("agent_days") == []


def test_dialling_is_told_by_a_call_that_comes_later(told: Told, rows: Rows) -> None:
    """The states of an agent can be read before the call for which the phone rang."""
    told(state("ringing", "Mon 09:00", "Mon 09:01", call_id="out"), now_at=NOW)
    assert rows("agent_days")[0]["handling_s"] == 0
    told(Call(id="out", direction="outbound", arrived_at=at("Mon 09:00"), outcome="no_answer"), now_at=NOW)
    assert rows("agent_days")[0]["handling_s"] == 60


HOUR_S, DAY_S = 3_600, 86_400


def changed_today(days: int) -> tuple[DeriveResult, int]:
    """What a state of today costs where so many days are stored: the result, and the steps of SQLite's machine."""
    db = open_store(":memory:")
    begin = NOW - days * DAY_S
    write(db, [state("idle", "Mon 08:00", "Mon 09:00", "bob")], NOW)
    for number in range(days):
        since = begin + number * DAY_S + 8 * HOUR_S
        write(
            db,
            [
                AgentState(agent_id="anna", state="x", category="idle", from_at=at_, to_at=at_ + 60)
                for at_ in range(since, since + 8 * HOUR_S, 600)
            ],
            NOW,
        )
    derive(db, REPORTING, NOW)
    db.execute("delete from dirty_days")
    write(db, [AgentState(agent_id="anna", state="x", category="talk", from_at=NOW - HOUR_S, to_at=NOW)], NOW)
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    db.set_progress_handler(step, 10)
    result = derive(db, REPORTING, NOW)
    db.close()
    return result, steps


def test_a_state_of_today_costs_the_same_however_much_is_stored() -> None:
    """A desk of three years must not wait longer for its day than a new one."""
    short, steps = changed_today(20)
    long, more = changed_today(400)
    assert short == long
    assert (long.agents, long.rows_written, long.days_marked) == (1, 1, 1)
    assert more < 1.1 * steps


STATES = st.lists(
    st.tuples(
        st.sampled_from(["anna", "bob"]), st.sampled_from(["talk", "idle", "ringing", "offline"]),
        st.integers(0, 40), st.integers(0, 1), st.none() | st.integers(1, 90_000),
    ),
    min_size=1, max_size=20,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(STATES, st.integers(1, 5), st.sampled_from(["Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"]))
def test_day_by_day_gives_what_all_at_once_gives(told: list[Any], steps: int, zone: str) -> None:
    """States change their ends when the next one is read; a day that was not looked at again would stay wrong."""
    db = open_store(":memory:")
    reporting = replace(REPORTING, zone=ZoneInfo(zone))
    begin = at("2026-03-27 00:00")
    for step in range(steps):
        write(
            db,
            [
                AgentState(
                    agent_id=agent, state=category, category=category, from_at=begin + place * 7_000, seq=seq,
                    to_at=None if length is None else begin + place * 7_000 + length,
                )
                for agent, category, place, seq, length in told[step::steps]
            ],
            NOW,
        )  # fmt: skip
        derive(db, reporting, NOW)
    daily = [tuple(row) for row in db.execute("select * from agent_days")]
    derive_all(db, reporting, NOW)
    assert [tuple(row) for row in db.execute("select * from agent_days")] == daily
    db.close()


def test_attendance_tells_who_was_there_where_no_state_does(told: Told, rows: Rows) -> None:
    """A help desk without a telephone never learns its contacts for each agent's day."""
    mail = Attendance(agent_id="mail", day_on="2026-03-02", worked_s=5 * 3_600)
    told(Agent(id="mail", contracted_s_per_week=40 * 3_600), mail, now_at=NOW)
    (day,) = rows("agent_days")
    assert (day["presence_days"], day["logged_in_s"], day["source"]) == (0.625, 0, "desk")
    told(Attendance(agent_id="mail", day_on="2026-03-02", worked_s=8 * 3_600), now_at=NOW)
    assert [day["presence_days"] for day in rows("agent_days")] == [1.0]
    told(Attendance(agent_id="mail", day_on="2026-03-03", worked_s=3_600), now_at=NOW)
    assert [day["presence_days"] for day in rows("agent_days")] == [1.0, 0.0]


def test_states_stand_above_attendance(told: Told, rows: Rows) -> None:
    """Whoever is in both would be there twice."""
    attended = Attendance(agent_id="anna", day_on="2026-03-02", worked_s=8 * 3_600)
    told(attended, state("talk", "Mon 10:00", "Mon 13:00"), now_at=NOW)
    assert [(day["logged_in_s"], day["presence_days"]) for day in rows("agent_days")] == [(10_800, 0.375)]


def test_states_stand_above_attendance_by_another_name(told: Told, rows: Rows) -> None:
    """HR tells who was there by one name, the telephone by another: the day of one human counted twice."""
    one_human = replace(REPORTING, aliases=((uid("anna"), uid("hr-anna")),))
    attended = (Attendance(agent_id="hr-anna", day_on=f"2026-03-0{day}", worked_s=8 * 3_600) for day in (2, 3))
    told(*attended, state("talk", "Mon 10:00", "Mon 13:00"), now_at=NOW, reporting=one_human)
    assert [(day["agent_uid"], day["day_on"]) for day in rows("agent_days")] == [
        (uid("anna"), "2026-03-02"), (uid("hr-anna"), "2026-03-03"),
    ]  # fmt: skip
    told(state("talk", "Tue 10:00", "Tue 13:00"), now_at=NOW, reporting=one_human)
    assert [(day["agent_uid"], day["day_on"]) for day in rows("agent_days")] == [
        (uid("anna"), "2026-03-02"), (uid("anna"), "2026-03-03"),
    ]  # fmt: skip
    told(now_at=NOW)
    assert len(rows("agent_days")) == 4


def test_a_contract_is_felt_where_attendance_alone_tells(told: Told, rows: Rows) -> None:
    """Half a contract makes a whole day of four hours, also for who has no telephone."""
    told(Attendance(agent_id="mail", day_on="2026-03-02", worked_s=4 * 3_600), now_at=NOW)
    told(Agent(id="mail", contracted_s_per_week=40 * 3_600), now_at=NOW)
    assert [day["presence_days"] for day in rows("agent_days")] == [0.5]
