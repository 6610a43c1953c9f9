"""Scorecards: who is compared with whom, and what is left unsaid (metrics 8.6)."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from core.clock import day_bounds
from core.errors import ConfigError
from core.numbers.analyses.appraisal.board import APPRAISED, STRONG, WEAK, Board, Card, boards, cards_of
from core.numbers.analyses.appraisal.cases import Cases
from core.numbers.analyses.appraisal.people import Person, apart_of, people_of
from core.numbers.analyses.case_mix import Stratum, Sums
from core.numbers.answer import Period
from core.numbers.ask import METRICS, ask, breakdown
from core.numbers.evaluate import is_count
from core.numbers.inquiry import Inquiry
from core.numbers.reporting import Appraisal
from core.store.db import open_store
from tests.numbers.rows import BERLIN, LONG_AGO, insert
from tests.report.desk import base

TO = "2026-03-31"
PERIOD = Period("2026-01-01", TO, "rolling")
DAY = "2026-03-04"


def agent(db: sqlite3.Connection, uid: str, team: str | None = "zd:t", **more: Any) -> None:
    base(
        db, "agents", uid=uid, native_id=uid, source="zd", name=uid.partition(":")[2],
        **{"role": "agent", "is_human": 1, **more},
    )  # fmt: skip
    if team:
        base(db, "agent_teams", agent_uid=uid, team_uid=team, is_default=1)


def calls(uid: str, count: int, *, handle_s: int = 300, solved: float = 0.7, line: str = "l") -> Iterator[Any]:
    """Calls of somebody, each a first contact that is resolved or not, and a row of handled contacts."""
    for number in range(count):
        name = f"{uid}/{line}/{number}"
        yield "call_facts", {
            "call_uid": name, "agent_uid": uid, "channel": "phone", "line_uid": line, "slot": 20, "is_handled": 1,
            "handle_s": handle_s + (number % 7 - 3) * 10, "arrived_on": DAY, "answered_on": DAY,
        }  # fmt: skip
        yield "contact_facts", {
            "kind": "call", "contact_uid": name, "channel": "phone", "day_on": DAY, "person_uid": name, "is_first": 1,
            "is_resolved_first": int(number < solved * count),
        }  # fmt: skip
        yield "handled_facts", {
            "contact_uid": name, "agent_uid": uid, "day_on": DAY, "channel": "phone", "kind": "call", "is_total": 1,
        }  # fmt: skip


def ratings(uid: str, count: int, satisfied: float) -> Iterator[Any]:
    for number in range(count):
        yield "survey_facts", {
            "survey_uid": f"{uid}/{number}", "agent_uid": uid, "kind": "csat", "is_counted": 1,
            "is_satisfied": int(number < satisfied * count), "rated_on": DAY, "channel": "email",
        }  # fmt: skip


def gathered(*rows: Iterator[Any]) -> dict[str, list[Any]]:
    facts: dict[str, list[Any]] = {}
    for several in rows:
        for fact, row in several:
            facts.setdefault(fact, []).append(row)
    return facts


def store(facts: Mapping[str, Sequence[Any]]) -> tuple[sqlite3.Connection, int]:
    """Cases are read from the facts, so nothing is folded."""
    db = open_store(":memory:")
    insert(db, LONG_AGO)
    insert(db, facts)
    return db, day_bounds(TO, BERLIN.zone)[1]


def board(facts: Mapping[str, Sequence[Any]], agents: Mapping[str, Mapping[str, Any]]) -> Board:
    db, now_at = store(facts)
    base(db, "teams", uid="zd:t", native_id="t", source="zd", name="Tech")
    for uid, more in agents.items():
        agent(db, uid, **more)
    (found,) = boards(Inquiry(db, BERLIN, now_at), PERIOD)
    return found


def card(found: Board, name: str) -> Card:
    return next(card for card in found.cards if card.person.name == name)


def team(size: int = 6, **more: Any) -> dict[str, Mapping[str, Any]]:
    return {f"zd:a{number}": more for number in range(size)}


def test_who_is_as_expected_has_no_rank() -> None:
    """The last of six equals would be told to be the worst."""
    found = board(gathered(*(calls(uid, 60, solved=0.68 + 0.01 * n) for n, uid in enumerate(team()))), team())
    lines = [line for each in found.cards for line in each.lines]
    assert {line.metric_id for line in lines} >= {"first_contact_resolution_rate", "average_handle_time"}
    assert {line.verdict for line in lines} == {"as expected"}
    assert {line.rank for line in lines} == {None}
    assert {each.problem for each in found.cards} == {None}
    assert all(line.z is not None for line in lines if line.metric_id == "first_contact_resolution_rate")


def test_what_chance_does_not_explain_is_named() -> None:
    """The one indicator that is a person's problem, and the rank that goes with it."""
    rest = [calls(uid, 200) for uid in team(5)]
    found = board(gathered(*rest, calls("zd:slow", 200, solved=0.45)), {**team(5), "zd:slow": {}})
    slow = card(found, "slow")
    assert slow.problem == "first_contact_resolution_rate"
    line = slow.line("first_contact_resolution_rate")
    assert line is not None
    assert (line.verdict, line.rank, line.of) == ("worse", 6, 6)
    assert card(found, "a0").problem is None


def test_hard_cases_are_nobodys_fault() -> None:
    """Who takes the line of the hard cases needs longer, as everybody does there."""
    facts = gathered(
        *(calls(uid, 40, line="easy") for uid in team()),
        *(calls(uid, 20 if uid != "zd:a0" else 200, handle_s=1_200, line="hard") for uid in team()),
    )
    for row in facts["call_facts"]:
        row["channel"] = row["line_uid"]
    line = card(board(facts, team()), "a0").line("average_handle_time")
    assert line is not None
    assert line.value > 1_000
    assert line.ratio == pytest.approx(1.0, abs=0.01)
    assert line.verdict == "as expected"


def test_four_are_too_few_to_compare() -> None:
    """Of four colleagues each knows who the others are: no mean, no limits, no rank."""
    found = board(gathered(*(calls(uid, 80, solved=0.5 + 0.1 * n) for n, uid in enumerate(team(4)))), team(4))
    for line in (line for each in found.cards for line in each.lines):
        assert line.verdict == "too few people"
        assert (line.expected, line.low, line.team_mean, line.rank, line.fair) == (None,) * 5


def test_under_the_floor_nothing_is_judged() -> None:
    """29 contacts are no ground for a talk."""
    few = calls("zd:few", 29, solved=0.1)
    line = card(board(gathered(*(calls(uid, 50) for uid in team()), few), {**team(), "zd:few": {}}), "few").line(
        "first_contact_resolution_rate"
    )
    assert line is not None
    assert (line.verdict, line.rank, line.z) == ("too few", None, None)


def test_a_strong_metric_never_stands_without_its_weak_one() -> None:
    """Handle time alone would make everybody hang up sooner (R13)."""
    facts = gathered(*(calls(uid, 50) for uid in team()))
    line = card(board(facts, team()), "a0").line("average_handle_time")
    assert line is not None
    assert line.counter == "first_contact_resolution_rate"
    del facts["contact_facts"]
    found = board(facts, team())
    assert all(each.lines == () for each in found.cards)
    assert not found.is_strong_only
    thin = {**facts, "survey_facts": gathered(*(ratings(uid, 5, 0.8) for uid in team()))["survey_facts"]}
    line = card(board(thin, team()), "a0").line("average_handle_time")
    assert line is not None
    assert (line.counter, line.verdict, line.rank) == ("csat", "guard too thin", None)


def test_more_speed_than_quality_is_said() -> None:
    """Handle time and transfers beside one guard make people hurry, whatever is meant."""
    found = board(gathered(*(calls(uid, 50) for uid in team())), team())
    assert {line.metric_id for line in found.cards[0].lines} == {
        "first_contact_resolution_rate",
        "average_handle_time",
        "transfer_rate",
    }
    assert found.is_strong_only


def test_new_and_returning_colleagues_stand_apart() -> None:
    """Learning is slow for everybody; who was away is not asked why."""
    agents = {**team(), "zd:new": {"hired_on": "2026-02-01"}}
    found = board(gathered(*(calls(uid, 50) for uid in agents), calls("zd:x", 1)), agents)
    new = card(found, "new")
    assert new.person.apart == "new"
    assert found.cards[-1] == new
    assert {line.verdict for line in new.lines} == {"apart"}
    assert {line.of for each in found.cards[:-1] for line in each.lines} == {6}


@pytest.mark.parametrize(
    ("hired_on", "worked", "said"),
    [
        ("2026-01-01", [], "new"),
        ("2025-12-01", [DAY], ""),
        (None, ["2026-02-20", DAY], "new"),
        (None, ["2025-10-05", "2025-10-20"], ""),
        ("2020-01-01", ["2025-11-01", "2026-02-01", "2026-02-02"], "returning"),
        ("2020-01-01", ["2025-11-01", "2025-11-20", "2025-12-10"], ""),
    ],
)
def test_who_stands_apart(hired_on: str | None, worked: list[str], said: str) -> None:
    """Ninety days from the start, or from the way back after four weeks without a contact."""
    assert apart_of(hired_on, worked, "2025-10-01", TO) == said


def test_bots_shared_log_ins_and_leavers_are_nobody() -> None:
    """A shared log-in would be praised or blamed for five people."""
    db, now_at = store({})
    agent(db, "zd:ada")
    agent(db, "zd:bot", role="bot", is_human=0)
    agent(db, "zd:desk", role="shared")
    agent(db, "zd:gone", left_on="2026-03-01")
    assert [person.name for person in people_of(Inquiry(db, BERLIN, now_at), TO)] == ["ada"]


def test_one_human_has_one_card_over_all_log_ins() -> None:
    """The telephone knows Ada by another id than the help desk."""
    facts = gathered(*(calls(uid, 50) for uid in team()), ratings("zd:ada", 60, 0.9), calls("pbx:ada", 80))
    db, now_at = store(facts)
    for uid in (*team(), "zd:ada"):
        agent(db, uid)
    agent(db, "pbx:ada", None)
    reporting = replace(BERLIN, aliases=(("zd:ada", "pbx:ada"),))
    (found,) = boards(Inquiry(db, reporting, now_at), PERIOD)
    ada = card(found, "ada")
    assert ada.person.uids == ("zd:ada", "pbx:ada")
    assert {line.metric_id: line.n for line in ada.lines}["average_handle_time"] == 80
    assert {line.metric_id: line.n for line in ada.lines}["csat"] == 60


def test_no_score_counts_what_somebody_got_through() -> None:
    """A plain count falls with every day of illness: none is on a scorecard (guard 6), and quality is half of it."""
    assert not [metric_id for metric_id in APPRAISED for how in METRICS[metric_id].how.values() if is_count(how)]
    assert len(WEAK) >= len(STRONG)
    assert {METRICS[metric_id].strength for metric_id in WEAK} == {"W"}
    assert {METRICS[metric_id].strength for metric_id in STRONG} == {"S"}


def test_reviews_that_somebody_picked_do_not_count() -> None:
    """One bad call drawn on purpose must not sink a person (metrics, qa_score)."""
    review = {"agent_uid": "zd:a0", "reviewed_on": DAY, "is_counted": 1, "possible": 100.0, "sample": "random"}
    facts = gathered(*(calls(uid, 50) for uid in team()))
    facts["review_facts"] = [
        *({**review, "review_uid": f"r{n}", "points": 90.0} for n in range(25)),
        {**review, "review_uid": "bad", "points": 0.0, "sample": "targeted"},
    ]
    line = card(board(facts, team()), "a0").line("qa_score")
    assert line is not None
    assert line.value == pytest.approx(0.9)
    assert line.n == 25


def test_in_a_flat_world_hardly_anybody_stands_out() -> None:
    """Sixty teams of eight equals: at 99.8 % one line of five hundred may lie outside, not one in ten."""
    out = lines = 0
    people = [Person(f"a{n}", (f"a{n}",), f"a{n}", None) for n in range(8)]
    for seed in range(60):
        random = Random(seed)
        hits = {person.uid: sum(random.random() < 0.8 for _ in range(60)) for person in people}
        cells: dict[tuple[str, Stratum], Sums] = {
            (uid, ("email",)): Sums(hit, 60, 60, hit, hit, 60) for uid, hit in hits.items()
        }
        measured = {name: ("", Cases("share", cells)) for name in ("csat", "reopen_rate")}
        for each in cards_of(people, measured):
            out += sum(line.verdict != "as expected" for line in each.lines)
            lines += len(each.lines)
    assert lines == 960
    assert out <= 10


def test_numbers_are_not_split_by_person_while_that_is_off() -> None:
    """A table by agent would be a ranking without any guard; the answer says what to do instead."""
    db, now_at = store(gathered(ratings("zd:a0", 40, 0.8)))
    agent(db, "zd:a0")
    for appraisal, said in ((Appraisal(), "are off"), (Appraisal("lead", "works council", "2026-01-01"), "scorecard")):
        reporting = replace(BERLIN, appraisal=appraisal)
        with pytest.raises(ConfigError, match=said):
            breakdown(db, "csat", PERIOD, "agent", reporting=reporting, now_at=now_at)
        with pytest.raises(ConfigError, match=said):
            ask(db, "csat", PERIOD, where={"agent": "zd:a0"}, reporting=reporting, now_at=now_at)
