"""Agents' states from looks at how things stand."""

from collections.abc import Callable

from connectors import AgentEvent, AgentState, Context, Record
from connectors.freshcaller.presence import StatusRow, assemble_presence, normalise_status

T = 1_794_988_800


def states(ctx: Context, *looks: tuple[int, str]) -> list[tuple[str, int, int]]:
    events = [AgentEvent(agent_id="7", happened_at=T + at, seq=0, event=state) for at, state in looks]
    made = [one for one in assemble_presence("7", events, ctx) if isinstance(one, AgentState)]
    assert {one.precision for one in made} <= {"poll"}
    return [(one.category, one.from_at - T, (one.to_at or 0) - T) for one in made]


def test_a_state_lasts_until_another_is_seen(context: Callable[..., Context]) -> None:
    """Equal looks are one state, offline is none, the latest one is known up to the latest look."""
    looks = ((0, "online"), (600, "online"), (1200, "busy"), (1800, "offline"), (2400, "after_call_work"))
    assert states(context(), *looks) == [("idle", 0, 1200), ("talk", 1200, 1800)]
    assert states(context(), *looks, (3000, "after_call_work"))[2:] == [("acw", 2400, 3000)]


def test_a_status_that_nobody_knows_is_unknown_and_said(context: Callable[..., Context]) -> None:
    """Freshworks lets admins make statuses of their own."""
    said: list[tuple[str, str]] = []
    ctx = context(lambda kind, value: said.append((kind, value)))
    found: list[Record] = list(normalise_status(StatusRow(7, 9), ctx))
    assert isinstance(found[0], AgentEvent)
    assert (found[0].event, said) == ("other", [("agent status", "9")])
    assert states(ctx, (0, "other"), (600, "online"))[0] == ("unknown", 0, 600)
    assert list(normalise_status(StatusRow(7, 1, deleted=True), ctx)) == []
