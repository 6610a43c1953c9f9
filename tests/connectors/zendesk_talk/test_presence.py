"""Agents' states from looks at how things stand."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from connectors import Agent, AgentEvent, AgentState, Context
from connectors.zendesk_talk.presence import ActivityRow, assemble_presence, normalise_activity

T = 1_794_988_800


def states(ctx: Context, *looks: tuple[int, str]) -> list[tuple[str, int, int | None]]:
    events = [AgentEvent(agent_id="7", happened_at=T + at, seq=0, event=state) for at, state in looks]
    made = [one for one in assemble_presence("7", events, ctx) if isinstance(one, AgentState)]
    assert {one.precision for one in made} <= {"poll"}
    return [(one.category, one.from_at - T, None if one.to_at is None else one.to_at - T) for one in made]


def test_a_state_lasts_until_another_is_seen(context: Callable[..., Context]) -> None:
    """Equal looks are one state; the last one is open, so that it is not counted before it ended."""
    looks = ((0, "online"), (600, "online"), (1200, "on_call"), (1800, "wrap_up"))
    assert states(context(), *looks) == [("idle", 0, 1200), ("talk", 1200, 1800), ("acw", 1800, None)]


def test_offline_is_no_state(context: Callable[..., Context]) -> None:
    """Nobody works while logged off."""
    assert states(context(), (0, "offline"), (600, "online"), (1200, "offline")) == [("idle", 600, 1200)]


def test_what_happened_while_nobody_looked_is_unknown(context: Callable[..., Context]) -> None:
    """A daemon that stood still for a night must not make twelve hours of talk."""
    looks = ((0, "on_call"), (600, "on_call"), (1200, "on_call"), (44_400, "on_call"), (45_000, "online"))
    assert states(context(), *looks) == [("talk", 0, 1800), ("talk", 44_400, 45_000), ("idle", 45_000, None)]


@pytest.mark.parametrize(
    ("row", "event"),
    [
        ({"agent_state": "online", "call_status": "on_call"}, "on_call"),
        ({"agent_state": "online", "call_status": None}, "online"),
        ({"agent_state": "away"}, "away"),
        ({"agent_state": "Gone Fishing"}, "other"),
    ],
)
def test_the_call_goes_before_the_chosen_state(
    context: Callable[..., Context], row: dict[str, Any], event: str
) -> None:
    """Who talks while set to away still talks."""
    made = list(normalise_activity(msgspec.convert({"agent_id": 7, "name": "Ada", **row}, ActivityRow), context()))
    assert [type(one) for one in made] == [Agent, AgentEvent]
    assert isinstance(made[1], AgentEvent)
    assert made[1].event == event


def test_what_away_means_is_the_admins_to_say(context: Callable[..., Context]) -> None:
    """Talk has one word for breaks, meetings and being late."""
    assert states(context(), (0, "away"), (600, "online"))[0][0] == "unknown"
    assert states(context(away_means="break"), (0, "away"), (600, "online"))[0][0] == "break"


def test_a_recorded_agent_is_read(fixtures: Callable[[str], Any], context: Callable[..., Context]) -> None:
    """An agent of a real account, offline."""
    row = msgspec.json.decode(fixtures("zendesk_talk/agents_activity.jsonl").read_bytes(), type=ActivityRow)
    made = list(normalise_activity(row, context()))
    assert isinstance(made[1], AgentEvent)
    assert (made[1].agent_id, made[1].event) == ("360786799676", "offline")
