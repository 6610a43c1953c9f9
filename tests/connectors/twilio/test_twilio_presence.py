"""Activities and offers of a worker become states."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from connectors import AgentEvent, AgentState, Context
from connectors.twilio.presence import assemble_presence
from core.sandbox.vendors.twilio.truth import sid
from tests.connectors.twilio.conftest import ANN, AT, CALL, event, offer

Events = Callable[..., Sequence[AgentEvent]]


def activity(at: float, name: str, before: str, lasted_s: int) -> dict[str, Any]:
    return event(
        at, "worker.activity.update", worker_sid=ANN, worker_activity_name=name, worker_activity_sid=sid("WA", name),
        worker_previous_activity_name=before, worker_previous_activity_sid=sid("WA", before),
        worker_time_in_previous_activity=str(lasted_s),
    )  # fmt: skip


@pytest.fixture
def states(agent_events: Events, context: Callable[..., Context]) -> Callable[..., list[AgentState]]:
    def made(*told: dict[str, Any], **given: Any) -> list[AgentState]:
        lookups = {
            "activities": {sid("WA", name): name == "Available" for name in ("Available", "Fire drill", "Break")}
        }
        ctx = context(lookups=lookups, **given)
        return [one for one in assemble_presence(ANN, agent_events(*told), ctx) if isinstance(one, AgentState)]

    return made


def shown(states: list[AgentState]) -> list[tuple[str, int, int | None]]:
    return [(one.category, one.from_at - AT, None if one.to_at is None else one.to_at - AT) for one in states]


def test_activities_follow_each_other_and_the_first_tells_of_the_one_before(states: Any) -> None:
    """Without it, the morning before the first event that is kept would be unknown."""
    told = (activity(600, "Break", "Available", 600), activity(2_400, "Offline", "Break", 1_800))
    assert shown(states(*told)) == [("idle", 0, 600), ("break", 600, 2_400), ("offline", 2_400, None)]


def test_an_offer_rings_is_talked_and_wrapped_up(states: Any) -> None:
    """These lie above the activity; handling time of agents is made of them."""
    found = states(offer(10, "created"), offer(25, "accepted"), offer(100, "wrapup"), offer(130, "completed"))
    assert shown(found) == [("ringing", 10, 25), ("talk", 25, 100), ("acw", 100, 130)]
    assert {one.call_id for one in found} == {CALL}
    assert len({(one.from_at, one.seq) for one in found}) == 3


def test_an_offer_that_was_not_taken_only_rang(states: Any) -> None:
    """A phone that rang for 20 s is not 20 s of talk."""
    assert shown(states(offer(10, "created"), offer(30, "timeout"))) == [("ringing", 10, 30)]
    assert shown(states(offer(10, "created"), offer(30, "accepted"))) == [("ringing", 10, 30), ("talk", 30, None)]


@pytest.mark.parametrize(
    ("name", "category", "is_said"),
    [
        ("Available", "idle", False),
        ("Fire drill", "unknown", True),
        ("Coaching", "training", False),
        ("Lunch", "break", False),
    ],
)
def test_what_an_activity_means_is_told_by_config_name_or_taskrouter(
    states: Any, name: str, category: str, is_said: bool
) -> None:
    """An activity that nobody knows is unknown, not idle, and somebody hears of it."""
    said: list[tuple[str, str]] = []
    given = {"settings": {"activities": {"Coaching": "training"}}, "warn": lambda *word: said.append(word)}
    (found,) = states(activity(600, name, name, 0), **given)
    assert found.category == category
    assert said == ([("activity", name)] if is_said else [])
