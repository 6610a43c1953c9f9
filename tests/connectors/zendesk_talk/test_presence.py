"""Agents' states from looks at how things stand."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from connectors import Agent, AgentEvent, AgentState, Context
from connectors.zendesk_talk.presence import ActivityRow, assemble_presence, normalise_activity

T = 1_794_988_800


def states(ctx: Context, *looks: tuple[int, str]) -> list[tuple[str, int, int]]:
    events = [AgentEvent(agent_id="7", happened_at=T + at, seq=0, event=state) for at, state in looks]
    made = [one for one in assemble_presence("7", events, ctx) if isinstance(one, AgentState)]
    assert {one.precision for one in made} <= {"poll"}
    return [(one.category, one.from_at - T, (one.to_at or 0) - T) for one in made]


def test_a_state_lasts_until_another_is_seen(context: Callable[..., Context]) -> None:
    """Equal looks are one state, offline is none, the latest one is known up to the latest look."""
    looks = ((0, "online"), (600, "online"), (1200, "on_call"), (1800, "wrap_up"), (2400, "offline"), (3000, "offline"))
    assert states(context(), *looks) == [("idle", 0, 1200), ("talk", 1200, 1800), ("acw", 1800, 2400)]


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
