"""Folding: a day's parts are what a full computation gives, whatever changed before, and on another engine too."""

from random import Random

import pytest

from core.clock import day_bounds, days
from core.numbers.levels import LEVELS
from core.numbers.parts import FACTS, fold
from core.numbers.sql import TOTAL
from core.store.db import open_store
from tests.numbers.random_facts import DAYS, random_facts, random_rows
from tests.numbers.rows import BERLIN, insert, store_of

END = day_bounds(DAYS[-1], BERLIN.zone)[1]
ALL_PARTS = "select part, day_on, dim, member, slot, num, n from parts order by 1, 2, 3, 4, 5"


@pytest.mark.parametrize("seed", range(4))
def test_folding_changes_equals_folding_all(seed: int) -> None:
    """A ticket that moves to another team on an old day must leave no trace in the old team's numbers."""
    random = Random(seed)
    facts = random_facts(seed, 25)
    changed = {}
    for fact, rows in facts.items():
        fresh = random_rows(random, fact, 25)
        changed[fact] = [new if random.random() < 0.3 else old for old, new in zip(rows, fresh, strict=True)]
    db, _ = store_of({}, DAYS[2])
    insert(db, facts)
    fold(db, BERLIN, day_bounds(DAYS[3], BERLIN.zone)[1])
    for fact in facts:
        for name, clock in FACTS:
            if name == fact:
                db.execute(
                    f"insert or ignore into dirty_days (fact, clock, day_on, since) "
                    f"select '{fact}', '{clock}', {clock}, 0 from {fact} where {clock} is not null"
                )
        db.execute(f"delete from {fact}")
    insert(db, changed)
    fold(db, BERLIN, END)
    new, _ = store_of({}, DAYS[0])
    for fact in facts:
        new.execute(f"delete from {fact}")
    new.execute("delete from parts")
    insert(new, changed)
    fold(new, BERLIN, END)
    strip = [row for row in map(tuple, db.execute(ALL_PARTS)) if row[1] >= DAYS[0]]
    assert strip == [row for row in map(tuple, new.execute(ALL_PARTS)) if row[1] >= DAYS[0]]


def test_levels_are_what_the_spans_say() -> None:
    """A backlog carried from day to day must not drift from the tickets that are really open."""
    db, _ = store_of({"backlog_spans": random_facts(7, 60)["backlog_spans"]}, DAYS[-1])
    for level in LEVELS:
        for day_on in DAYS:
            where = f"from_on <= '{day_on}' and (to_on is null or to_on > '{day_on}')"
            where += f" and {level.where}" if level.where else ""
            count = db.execute(f"select count(*) from backlog_spans where {where}").fetchone()[0]
            kept = db.execute(
                "select num from parts where part = ? and day_on = ? and dim = ?", (level.id, day_on, TOTAL)
            ).fetchone()
            assert kept[0] == count


def test_a_clean_store_is_left_alone() -> None:
    """A tick that finds nothing new must cost nothing."""
    db, now_at = store_of({"ticket_facts": ({"is_counted_created": 1},)}, DAYS[3])
    before = db.total_changes
    assert fold(db, BERLIN, now_at).rows == 0
    assert db.total_changes == before


def test_a_quiet_day_carries_the_backlog_on() -> None:
    """On a Sunday without a single event the backlog of Saturday is still there."""
    db, _ = store_of({"backlog_spans": ({"from_on": DAYS[0], "from_at": 0},)}, DAYS[0])
    fold(db, BERLIN, END)
    rows = db.execute("select day_on, num from parts where part = ? and dim = 'total'", (LEVELS[0].id,)).fetchall()
    assert [tuple(row) for row in rows] == [(day_on, 1) for day_on in days(DAYS[0], DAYS[-1])]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_second_engine_gives_the_same_parts_and_figures() -> None:
    """SQL that only SQLite understands, or understands differently, would close the road to a larger store."""
    from tests.numbers.second_engine import both_stores, figures, parts

    db, other = both_stores(11, 40)
    compared = list(parts(db, other))
    assert len(compared) > 10_000
    assert [one for one in compared if one.apart] == []
    spread = list(figures(db, other))
    assert len(spread) > 100
    assert [one for one in spread if one.apart > 1e-12] == []


def test_a_killed_fold_goes_on_where_it_stopped() -> None:
    """A kill between two batches must neither lose a day nor count one twice."""
    facts = random_facts(3, 20)
    whole, cut = open_store(":memory:"), open_store(":memory:")
    insert(whole, facts)
    insert(cut, facts)
    fold(whole, BERLIN, END)

    def stop(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fold(cut, BERLIN, END, stop)
    fold(cut, BERLIN, END)
    assert list(map(tuple, cut.execute(ALL_PARTS))) == list(map(tuple, whole.execute(ALL_PARTS)))


def test_older_history_found_later_leaves_no_gap() -> None:
    """A backfill brings tickets of months ago; their days have levels then, empty ones too, as after a rebuild."""
    newer = {"backlog_spans": ({"from_on": DAYS[4], "from_at": 0},)}
    older = {"backlog_spans": ({"from_on": DAYS[0], "to_on": DAYS[1], "from_at": 0, "to_at": 1},)}
    step, once = open_store(":memory:"), open_store(":memory:")
    insert(step, newer)
    fold(step, BERLIN, END)
    insert(step, older)
    fold(step, BERLIN, END)
    insert(once, {"backlog_spans": (*newer["backlog_spans"], *older["backlog_spans"])})
    fold(once, BERLIN, END)
    assert list(map(tuple, step.execute(ALL_PARTS))) == list(map(tuple, once.execute(ALL_PARTS)))
    totals = step.execute("select num from parts where part = ? and dim = 'total' order by day_on", (LEVELS[0].id,))
    assert [row[0] for row in totals] == [1, 0, 0, 0, 1, 1]
