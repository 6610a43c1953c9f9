"""Agents' days: what was worked, waited and rested, each second once."""

from collections.abc import Callable
from typing import Any

import pytest

from core.model import Agent, AgentState, Call
from tests.numbers.facts.conftest import Told
from tests.numbers.story import agent_day, at, uid

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
