"""Looks now and then become a history of what users did, as far as it can be known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from connectors import AgentEvent, AgentState, Context, Window
from connectors.aircall.presence import SeenRow, assemble_presence, fetch_availabilities, normalise_seen
from tests.connectors.aircall.conftest import NOW


def looks(*seen: tuple[int, str, str | None]) -> list[AgentEvent]:
    """Events of looks: seconds since the first, the word, the reason if there is one."""
    made = []
    for after_s, word, reason in seen:
        made.append(AgentEvent(agent_id="5", happened_at=NOW + after_s, seq=0, event=word))
        if reason:
            made.append(AgentEvent(agent_id="5", happened_at=NOW + after_s, seq=1, event="do_not_disturb", data=reason))
    return made


@pytest.fixture
def states(context: Callable[..., Context]) -> Callable[..., list[tuple[str, int, int]]]:
    def made(*seen: tuple[int, str, str | None], **given: Any) -> list[tuple[str, int, int]]:
        found = [one for one in assemble_presence("5", looks(*seen), context(**given)) if isinstance(one, AgentState)]
        assert {one.precision for one in found} <= {"poll"}
        return [(one.category, one.from_at - NOW, (one.to_at or 0) - NOW) for one in found]

    return made


def test_a_state_lasts_until_another_is_seen(states: Callable[..., Any]) -> None:
    """Occupancy is made of these; a leave of months, offline, is in none and would be read again at each pull."""
    seen = [(0, "available", None), (600, "available", None), (1200, "in_call", None), (1800, "after_call_work", None)]
    assert states(*seen, (2400, "offline", None), (3000, "offline", None)) == [
        ("idle", 0, 1200), ("talk", 1200, 1800), ("acw", 1800, 2400),
    ]  # fmt: skip


def test_a_reason_tells_a_break_from_work(states: Callable[..., Any]) -> None:
    """All of it is 'do not disturb': lunch would count as work, or work as lunch."""
    seen = [(0, "do_not_disturb", "On a break"), (600, "do_not_disturb", "Back office"), (1200, "do_not_disturb", None)]
    made = states(*seen, (1800, "available", None), settings={"unavailable_reasons": {"Back office": "meeting"}})
    assert made == [("break", 0, 600), ("meeting", 600, 1200), ("unknown", 1200, 1800)]


def test_an_unknown_word_is_said_and_unknown(states: Callable[..., Any]) -> None:
    """A state that Aircall adds must not end the history."""
    said: list[tuple[str, str]] = []
    made = states((0, "levitating", None), (600, "available", None), warn=lambda *word: said.append(word))
    assert made == [("unknown", 0, 600)]
    assert ("availability", "levitating") in said


@dataclass
class Told:
    """Two lists, and how often each was asked for."""

    word: str
    asked: list[str]

    def get(self, path: str, type: type[Any], *, params: Any = None) -> Any:  # noqa: A002
        self.asked.append(path)
        rows = [{"id": 5, "availability": self.word} if "avail" in path else {"id": 5, "substatus": "On a break"}]
        return msgspec.json.decode(msgspec.json.encode({"users": rows, "meta": {"total": 1}}), type=type)


@pytest.mark.parametrize(("word", "requests"), [("available", 1), ("do_not_disturb", 2)])
def test_reasons_are_asked_for_only_where_somebody_is_away(
    context: Callable[..., Context], word: str, requests: int
) -> None:
    """Requests are shared with the whole company's integrations."""
    api = Told(word, [])
    rows: Iterator[Any] = (raw for page in fetch_availabilities(api, Window()) for raw in page.rows)  # type: ignore[arg-type]
    events = [one for raw in rows for one in normalise_seen(msgspec.json.decode(raw, type=SeenRow), context())]
    assert len(api.asked) == requests
    assert {(one.event, one.data) for one in events if isinstance(one, AgentEvent)} == (
        {(word, None)} if requests == 1 else {(word, None), ("do_not_disturb", "On a break")}
    )
