"""No question scans the history: what a report costs follows what is asked, not how much is stored."""

import sqlite3
from typing import Any

import pytest

from core.numbers.answer import Period
from core.numbers.ask import METRICS, ask, breakdown, compare, half_hours, series
from core.numbers.metric import CLOCKS
from core.numbers.parts import FACTS, fold
from core.numbers.publish import publish
from tests.numbers.random_facts import DAYS, random_facts
from tests.numbers.rows import BERLIN, insert, store_of

BIG = {
    *CLOCKS,
    "parts",
    "status_intervals",
    "tickets",
    "messages",
    "calls",
    "call_legs",
    "agent_states",
    "metric_values",
}
ALLOWED = {"SCAN dirty_days"}


class Spy:
    """Collects the statements that run on a connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.seen: set[str] = set()
        db.set_trace_callback(self.seen.add)


def scans(db: sqlite3.Connection, statements: set[str]) -> list[str]:
    """Steps of the plans that read a big table from end to end, with the statement."""
    db.set_trace_callback(None)
    found = []
    for statement in statements:
        head = statement.lstrip().split(" ", 1)[0].lower()
        if head not in {"select", "insert", "delete", "update", "with"}:
            continue
        for step in db.execute(f"explain query plan {statement}"):
            words = step["detail"].split()
            is_first_row = "limit 1" in statement or statement.startswith("select min(") or "max(day_on)" in statement
            if words[0] == "SCAN" and words[1] in BIG and not is_first_row:
                found.append(f"{step['detail']}: {statement}")
    return found


@pytest.fixture(scope="module")
def folded() -> tuple[sqlite3.Connection, int]:
    return store_of(random_facts(9, 60), DAYS[-1])


def test_folding_reads_the_dirty_days_only() -> None:
    """A store of three years must fold a changed day as fast as one of a month."""
    db, now_at = store_of(random_facts(9, 60), DAYS[-2])
    insert(db, random_facts(10, 0))
    for fact, clock in FACTS:
        db.execute("insert into dirty_days (fact, clock, day_on, since) values (?, ?, ?, 0)", (fact, clock, DAYS[0]))
    spy = Spy(db)
    fold(db, BERLIN, now_at + 86_400)
    assert not scans(db, spy.seen)


@pytest.mark.parametrize("metric_id", sorted(METRICS))
def test_questions_use_an_index(folded: tuple[sqlite3.Connection, int], metric_id: str) -> None:
    """A report of one day must not read every ticket there ever was."""
    db, now_at = folded
    spy = Spy(db)
    asked: dict[str, Any] = {"reporting": BERLIN, "now_at": now_at}
    period = Period(DAYS[0], DAYS[3])
    for variant in METRICS[metric_id].how or (None,):
        ask(db, metric_id, period, variant=variant, **asked)
        ask(db, metric_id, period, variant=variant, where={"source": "zd"}, **asked)
        ask(db, metric_id, period, variant=variant, where={"source": "zd", "team": "t1"}, **asked)
        series(db, metric_id, DAYS[0], DAYS[3], variant=variant, **asked)
        breakdown(db, metric_id, period, "team", variant=variant, **asked)
        half_hours(db, metric_id, Period(DAYS[0], DAYS[0]), variant=variant, **asked)
        compare(db, metric_id, DAYS[3], variant=variant, tiles=6, **asked)
    assert not scans(db, spy.seen)


def test_publishing_uses_the_key(folded: tuple[sqlite3.Connection, int]) -> None:
    """What was published grows for ever; looking up the last value must not."""
    db, now_at = folded
    answer = ask(db, "tickets_created", Period(DAYS[0], DAYS[0]), reporting=BERLIN, now_at=now_at)
    spy = Spy(db)
    publish(db, "a", [answer], now_at, zone=BERLIN.zone)
    assert not scans(db, spy.seen)
