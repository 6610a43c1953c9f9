"""What holds for every metric, over facts that nobody planned."""

import sqlite3
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.numbers.answer import Answer, Period
from core.numbers.ask import METRICS, ask, series
from core.numbers.intervals import wilson
from core.numbers.metric import Share
from tests.numbers.random_facts import DAYS, random_facts
from tests.numbers.rows import BERLIN, store_of

WHOLE = Period(DAYS[0], DAYS[-1])
SEEDS = st.integers(min_value=0, max_value=10**9)


def all_answers(db: sqlite3.Connection, now_at: int) -> dict[tuple[str, str], Answer]:
    return {
        (metric.id, variant): ask(db, metric.id, WHOLE, variant=variant, reporting=BERLIN, now_at=now_at)
        for metric in METRICS.values()
        for variant in metric.how
    }


@settings(max_examples=8)
@given(seed=SEEDS)
def test_the_order_of_rows_is_irrelevant(seed: int) -> None:
    """The same tickets fetched in another order, after a retry, must give the same report."""
    facts = random_facts(seed, 12)
    shuffled: dict[str, Any] = {fact: Random(seed).sample(list(rows), len(rows)) for fact, rows in facts.items()}
    assert all_answers(*store_of(facts, DAYS[-1])) == all_answers(*store_of(shuffled, DAYS[-1]))


@settings(max_examples=8)
@given(seed=SEEDS)
def test_answers_are_sane(seed: int) -> None:
    """A share above 1, a p90 below the median or a value without a basis would cost all trust in the rest."""
    for (metric_id, variant), answer in all_answers(*store_of(random_facts(seed, 15), DAYS[-1])).items():
        if answer.value is None:
            assert answer.reason
            continue
        assert answer.n >= 0
        if answer.p50 is not None and answer.p90 is not None:
            assert answer.p50 <= answer.p90
        if isinstance(METRICS[metric_id].how[variant], Share) and answer.ci_low is not None:
            assert answer.ci_high is not None
            assert 0 <= answer.ci_low <= answer.value <= answer.ci_high <= 1


@settings(max_examples=8)
@given(seed=SEEDS)
def test_a_day_asked_alone_is_the_day_of_the_series(seed: int) -> None:
    """The chart's last point and the headline beside it are the same number."""
    db, now_at = store_of(random_facts(seed, 15), DAYS[-1])
    for metric in METRICS.values():
        for variant in metric.how:
            asked: dict[str, Any] = {"variant": variant, "reporting": BERLIN, "now_at": now_at}
            for answer in series(db, metric.id, DAYS[1], DAYS[2], **asked):
                alone = ask(db, metric.id, answer.period, **asked)
                assert (answer.value, answer.n, answer.status) == (alone.value, alone.n, alone.status)


@given(hits=st.integers(0, 500), more=st.integers(0, 500))
def test_wilson_holds_its_share(hits: int, more: int) -> None:
    """The interval printed beside a share must contain it and stay within 0 and 1 (R10)."""
    found = wilson(hits, hits + more)
    if not hits + more:
        assert found is None
        return
    assert found is not None
    low, high = found
    assert 0 <= low <= hits / (hits + more) + 1e-12
    assert hits / (hits + more) - 1e-12 <= high <= 1
