"""How long new colleagues took to do what is usual: from real calls and reviews, whatever order they came in."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from core.clock import DAY_S, add_days
from core.model import Agent, AgentTeam, Call, CallLeg, QaReview, Record, Team
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.derive import derive, derive_all
from core.numbers.parts import fold
from tests.numbers.facts.conftest import Told
from tests.numbers.story import REPORTING, at, uid

Rows = Callable[..., list[dict[str, Any]]]
OLD = ("olga", "omar", "otto")
BEGAN = at("2026-03-02 10:00")
HIRED_ON = "2026-03-16"
NOW = at("2026-04-20 09:00")


def team() -> Iterator[Record]:
    yield Team(id="hotline", name="Hotline")
    for name in OLD:
        yield Agent(id=name, name=name, role="agent", hired_on="2024-01-01")
    yield Agent(id="nia", name="Nia", role="agent", hired_on=HIRED_ON)
    for name in (*OLD, "nia"):
        yield AgentTeam(agent_id=name, team_id="hotline", from_at=0, is_default=True)


def calls(name: str, day: int, count: int) -> Iterator[Record]:
    for number in range(count):
        begin = BEGAN + day * DAY_S + 60 * number
        native = f"{name}-{day}-{number}"
        yield Call(id=native, direction="inbound", customer_id=native, arrived_at=begin, ended_at=begin + 30,
                   outcome="answered")  # fmt: skip
        yield CallLeg(call_id=native, seq=0, kind="queue", queue_id="q1", agent_id=name, enqueued_at=begin,
                      answered_at=begin, ended_at=begin + 30, wait_s=0, talk_s=30, outcome="answered")  # fmt: skip


def review(name: str, day: int, points: float) -> Record:
    return QaReview(id=f"{name}-{day}", reviewed_at=BEGAN + day * DAY_S, agent_id=name, points=points,
                    points_possible=100.0)  # fmt: skip


def told_of_nia(*, score: float = 90.0) -> list[Record]:
    """Everybody takes two calls a day; Nia one in her first week, two from the second on, reviewed on day 24."""
    made = list(team())
    for day in range(40):
        for name in OLD:
            made += calls(name, day, 2)
        if day >= 14:
            made += calls("nia", day, 1 if day < 21 else 2)
    made += [review(name, 15, 80.0) for name in OLD]
    return [*made, review("nia", 24, score)]


def test_output_and_quality_on_one_day(told: Told, rows: Rows) -> None:
    """Seven days of two calls end on the 27th day since Monday 2 March: 14 calls, and a review of 90 against 80."""
    told(*told_of_nia(), now_at=NOW)
    (row,) = [row for row in rows("proficiency_facts") if row["agent_uid"] == uid("nia")]
    assert (row["reached_on"], row["days_needed"]) == (add_days("2026-03-02", 27), 13)
    assert row["team_uid"] == uid("hotline")


def test_quality_below_the_median_is_not_there_yet(told: Told, rows: Rows) -> None:
    """Fast and wrong is no proficiency."""
    told(*told_of_nia(score=70.0), now_at=NOW)
    (row,) = [row for row in rows("proficiency_facts") if row["agent_uid"] == uid("nia")]
    assert (row["reached_on"], row["days_needed"]) == (None, None)


def test_without_settled_colleagues_nobody_can_say(told: Told, rows: Rows) -> None:
    """The median of two is no team's usual."""
    told(*(record for record in told_of_nia() if getattr(record, "agent_id", "") != "otto"), now_at=NOW)
    (row,) = [row for row in rows("proficiency_facts") if row["agent_uid"] == uid("nia")]
    assert row["reached_on"] is None


def test_hired_under_another_name(told: Told, rows: Rows) -> None:
    """Staff records and the telephone call her differently; the config says that she is one."""
    records = [record for record in told_of_nia() if getattr(record, "id", "") != "nia"]
    same = replace(REPORTING, aliases=((uid("hr-nia"), uid("nia")),))
    told(*records, Agent(id="hr-nia", name="Nia", role="agent", hired_on=HIRED_ON), now_at=NOW, reporting=same)
    (row,) = rows("proficiency_facts", agent_uid=uid("hr-nia"))
    assert (row["reached_on"], row["team_uid"]) == ("2026-03-29", uid("hotline"))


def test_told_day_by_day_or_at_once_it_is_the_same(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """A store rebuilt after a year must tell what was told along the way; days that are not over tell nothing."""
    records = told_of_nia()
    for until in (20, 27, 28, 40):
        now_at = BEGAN + until * DAY_S
        told(*(record for record in records if _at(record) <= now_at), now_at=now_at)
        fold(db, REPORTING, now_at)
        reached = [row["reached_on"] for row in rows("proficiency_facts") if row["agent_uid"] == uid("nia")]
        assert reached == [None if until < 28 else "2026-03-29"], until
    before = rows("proficiency_facts")
    period = Period("2026-03-01", "2026-03-31", "month")
    assert ask(db, "time_to_proficiency", period, reporting=REPORTING, now_at=NOW).value == 13
    derive_all(db, REPORTING, BEGAN + 40 * DAY_S)
    assert rows("proficiency_facts") == before


def test_a_day_turned_is_enough(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """Nothing new came in overnight, yet yesterday is over now."""
    now_at = BEGAN + 27 * DAY_S
    told(*(record for record in told_of_nia() if _at(record) <= now_at + 3_600), now_at=now_at + 3_600)
    assert rows("proficiency_facts", agent_uid=uid("nia"))[0]["reached_on"] is None
    derive(db, REPORTING, BEGAN + 28 * DAY_S)
    assert rows("proficiency_facts", agent_uid=uid("nia"))[0]["reached_on"] == "2026-03-29"


def test_days_on_which_nothing_ran_are_told_of_later(told: Told, rows: Rows, db: sqlite3.Connection) -> None:
    """The machine was off when her half year ended: the last of its days would never have been looked at."""
    records = told_of_nia()
    last = BEGAN + 27 * DAY_S
    told(*(record for record in records if _at(record) <= last + 3_600), now_at=last + 3_600)
    assert rows("proficiency_facts", agent_uid=uid("nia"))[0]["reached_on"] is None
    derive(db, REPORTING, last + 400 * DAY_S)
    assert rows("proficiency_facts", agent_uid=uid("nia"))[0]["reached_on"] == "2026-03-29"


def test_an_old_call_that_comes_in_late_lets_history_begin_earlier(
    told: Told, rows: Rows, db: sqlite3.Connection
) -> None:
    """Hired before the first known contact she was unknown; then one of last year came in."""
    late = [record for record in told_of_nia() if not _at(record) or _at(record) >= BEGAN + 20 * DAY_S]
    told(*late, now_at=NOW)
    assert rows("proficiency_facts") == []
    told(*calls("otto", -200, 1), now_at=NOW)
    before = rows("proficiency_facts")
    assert [row["agent_uid"] for row in before] == [uid("nia")]
    derive_all(db, REPORTING, NOW)
    assert rows("proficiency_facts") == before


def _at(record: Record) -> int:
    moments = (getattr(record, name, None) for name in ("arrived_at", "enqueued_at", "reviewed_at"))
    return next((moment for moment in moments if isinstance(moment, int)), 0)
