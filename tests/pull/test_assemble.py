"""Log lines become calls, legs and states, however they are cut into pages."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import AgentEvent, AgentState, Assembly, Call, CallEvent, CallLeg, Context, Record
from core.store.db import open_store
from tests.pull.conftest import AT, Fake, Script, page, spec


class Line(msgspec.Struct):
    key: str
    at: int
    seq: int
    event: str


def call_line(row: Line, _: Context) -> Iterator[Record]:
    yield CallEvent(call_id=row.key, happened_at=row.at, seq=row.seq, event=row.event)


def agent_line(row: Line, _: Context) -> Iterator[Record]:
    yield AgentEvent(agent_id=row.key, happened_at=row.at, seq=row.seq, event=row.event)


def call(key: str, events: Sequence[CallEvent], _: Context) -> Iterator[Record]:
    """One leg for each 'enter', ended by 'leave' or a restart."""
    legs: list[CallLeg] = []
    for event in events:
        if event.event == "enter":
            legs.append(CallLeg(call_id=key, seq=len(legs), kind="queue", enqueued_at=event.happened_at))
        elif legs and legs[-1].ended_at is None:
            legs[-1].ended_at = event.happened_at
    if legs:
        yield Call(id=key, direction="inbound", arrived_at=legs[0].enqueued_at or 0, ended_at=legs[-1].ended_at)
        yield from legs


def presence(key: str, events: Sequence[AgentEvent], _: Context) -> Iterator[Record]:
    """One state from each event to the next; 'off' and a restart end it."""
    begun: AgentEvent | None = None
    for event in events:
        if begun and begun.event == event.event:
            continue
        if begun and event.happened_at > begun.happened_at:
            yield AgentState(
                agent_id=key, state=begun.event, category="idle", from_at=begun.happened_at, to_at=event.happened_at
            )
        begun = None if event.event in ("off", "boot") else event
    if begun:
        yield AgentState(agent_id=key, state=begun.event, category="idle", from_at=begun.happened_at)


CALLS: dict[str, Any] = {
    "row": Line,
    "normalise": call_line,
    "assemblies": (Assembly(CallEvent, call, makes=(Call, CallLeg), broadcast="boot"),),
}
AGENTS: dict[str, Any] = {
    "row": Line,
    "normalise": agent_line,
    "assemblies": (Assembly(AgentEvent, presence, makes=(AgentState,), broadcast="boot", tail_s=3600),),
}


def legs(fake: Fake) -> list[tuple[int, int | None]]:
    return [(row["enqueued_at"] - AT, row["ended_at"] and row["ended_at"] - AT) for row in fake.rows("call_legs")]


def test_a_call_cut_by_a_page_is_put_together(fake: Fake) -> None:
    """The caller who waits while we read must not stay a caller who waits."""
    fake.tell(page(Line("c", AT, 0, "enter"), resume_at="a"), **CALLS)
    assert legs(fake) == [(0, None)]
    fake.tell(page(Line("c", AT + 30, 0, "leave"), resume_at="b"), **CALLS)
    assert legs(fake) == [(0, 30)]
    assert fake.rows("calls", "uid, ended_at") == [{"uid": "fake:c", "ended_at": AT + 30}]
    fake.db.execute("delete from dirty_keys")
    fake.tell(page(Line("c", AT + 30, 0, "leave"), resume_at="c"), **CALLS)
    assert fake.rows("dirty_keys") == []


def test_what_is_no_longer_yielded_goes(fake: Fake) -> None:
    """A leg that a late line shows to be none must not be counted."""
    fake.tell(page(Line("c", AT, 0, "enter"), Line("c", AT + 5, 0, "enter"), resume_at="a"), **CALLS)
    assert len(legs(fake)) == 2
    fake.db.execute("delete from call_events where happened_at = ?", (AT + 5,))
    fake.db.execute("delete from dirty_keys")
    fake.tell(page(Line("c", AT + 9, 0, "leave"), resume_at="b"), **CALLS)
    assert legs(fake) == [(0, 9)]
    assert fake.rows("dirty_keys") == [{"kind": "call", "key": "fake:c"}]


def test_a_restart_ends_the_calls_that_were_open_and_no_others(fake: Fake) -> None:
    """Callers lost in a restart would wait for ever in the figures."""
    lines = [Line("c", AT, 0, "enter"), Line("d", AT, 1, "enter"), Line("d", AT + 5, 0, "leave")]
    fake.tell(page(*lines, resume_at="a"), **CALLS)
    fake.tell(page(Line("boot", AT + 60, 0, "boot"), resume_at="b"), **CALLS)
    assert sorted(legs(fake)) == [(0, 5), (0, 60)]
    fake.tell(page(Line("e", AT + 61, 0, "enter"), resume_at="c"), **CALLS)
    assert sorted(legs(fake), key=str) == [(0, 5), (0, 60), (61, None)]


@pytest.mark.parametrize("gap", [60, 90_000])
def test_a_state_that_began_long_ago_is_ended(fake: Fake, gap: int) -> None:
    """Who logged in days ago and pauses now was idle in between, and only once."""
    fake.tell(page(Line("7", AT, 0, "on"), resume_at="a"), **AGENTS)
    fake.now_at += 2 * 86_400
    fake.tell(page(Line("7", AT + gap, 0, "pause"), resume_at="b"), **AGENTS)
    assert fake.rows("agent_states", "state, from_at, to_at") == [
        {"state": "on", "from_at": AT, "to_at": AT + gap},
        {"state": "pause", "from_at": AT + gap, "to_at": None},
    ]


def test_a_state_that_goes_marks_its_day(fake: Fake) -> None:
    """The pause that was none would stay in the figures of the day after."""
    next_day_at = AT - AT % 86_400 + 86_400 + 60
    fake.tell(page(Line("7", AT, 0, "on"), Line("7", next_day_at, 1, "pause"), resume_at="a"), **AGENTS)
    fake.db.execute("delete from agent_events where happened_at = ?", (next_day_at,))
    fake.db.execute("delete from dirty_keys")
    fake.now_at += 2 * 86_400
    fake.tell(page(Line("7", next_day_at + 60, 2, "off"), resume_at="b"), **AGENTS)
    assert fake.rows("agent_states", "to_at") == [{"to_at": next_day_at + 60}]
    assert [row["key"] for row in fake.rows("dirty_keys where kind = 'agent_day'")] == [
        f"fake:7 {AT // 86_400 + more}" for more in (0, 1)
    ]


LINES = st.lists(
    st.tuples(
        st.sampled_from(["7", "7", "7", "8", "boot"]), st.integers(1, 4_000), st.sampled_from(["on", "pause", "off"])
    ),
    max_size=25,
)


@given(LINES, st.lists(st.integers(0, 25), max_size=4))
def test_pages_cut_anywhere_give_the_same_states(told: list[tuple[str, int, str]], cuts: list[int]) -> None:
    """Reading a tail only is for speed; it must not show."""
    lines, at = [], AT - 50_000
    for number, (key, step, event) in enumerate(told):
        at += step
        lines.append(Line(key, at, number, "boot" if key == "boot" else event))
    found = []
    for edges in ([], sorted(cuts)):
        fake = Fake(open_store(":memory:"), spec(raw="off"))
        parts = [lines[a:b] for a, b in zip([0, *edges], [*edges, len(lines)], strict=True)]
        for number, part in enumerate(parts):
            fake.tell(page(*part, resume_at=str(number)), **AGENTS)
        found.append(fake.rows("agent_states order by agent_uid, from_at"))
        fake.db.close()
    assert found[0] == found[1]


def test_a_page_of_many_keys_reads_each_of_them_once(fake: Fake) -> None:
    """Costs follow the keys that a page touches, not the history of the rest."""
    script = Script([page(*(Line(str(n % 50), AT + n, n, "enter") for n in range(500)), resume_at="a")])
    calls = []

    def counting(key: str, events: Sequence[CallEvent], ctx: Context) -> Iterator[Record]:
        calls.append(key)
        yield from call(key, events, ctx)

    assembly = Assembly(CallEvent, counting, makes=(Call, CallLeg))
    fake.pull(fake.stream(script, row=Line, normalise=call_line, assemblies=(assembly,)))
    assert len(calls) == len(set(calls)) == 50
    assert len(legs(fake)) == 500


def test_a_key_that_cannot_be_put_together_is_set_aside_and_the_rest_goes_on(fake: Fake) -> None:
    """One odd line of one call would hold up every call after it, for ever."""

    def odd(key: str, events: Sequence[CallEvent], ctx: Context) -> Iterator[Record]:
        match key, len(events):
            case "raises", 1:
                raise IndexError("no such field")
            case "future", 1:
                yield Call(id=key, direction="inbound", arrived_at=AT + 90 * 86_400)
            case _:
                yield from call(key, events, ctx)

    given = {**CALLS, "assemblies": (Assembly(CallEvent, odd, makes=(Call, CallLeg)),)}
    lines = [Line(key, AT, number, "enter") for number, key in enumerate(("raises", "good", "future"))]
    result = fake.tell(page(*lines, resume_at="a"), **given)
    assert (result.outcome, result.rejected, fake.state()["resume_at"]) == ("ok", 2, "a")
    assert fake.rows("calls", "uid") == [{"uid": "fake:good"}]
    assert fake.rows("rejected_rows", "native_id, reason") == [
        {"native_id": "calls:raises", "reason": "as a whole: IndexError while it was normalised"},
        {"native_id": "calls:future", "reason": "as a whole: calls.arrived_at: 2026-12-19T14:13:20Z cannot be right"},
    ]
    fake.tell(page(Line("raises", AT + 9, 0, "leave"), Line("future", AT + 9, 1, "leave"), resume_at="b"), **given)
    assert fake.state()["rejected"] == 0
    assert len(fake.rows("calls")) == 3
