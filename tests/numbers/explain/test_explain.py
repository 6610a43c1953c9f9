"""Explaining a value: the cases behind every metric add up to it, whatever the facts are."""

import pytest

from core.numbers.answer import Period
from core.numbers.explain import explain
from core.numbers.explain.roles import roles
from core.numbers.metric import Ages, ForecastError, Level, Max, Metric, Share, Waiting
from core.numbers.metrics import METRICS
from tests.numbers.random_facts import DAYS, random_facts
from tests.numbers.rows import BERLIN, store_of

ALL = 10**9
DB, NOW_AT = store_of(random_facts(5, 40), DAYS[-1])
WEEK = Period(DAYS[0], DAYS[-1])


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_the_cases_add_up_to_the_value(metric: Metric) -> None:
    """An ops lead who counts the listed tickets and calls must come to the number that the report printed."""
    for variant in metric.how:
        for where in ({}, {"source": "zd"}):
            found = explain(
                DB, metric.id, WEEK, variant=variant, where=where, limit=ALL, reporting=BERLIN, now_at=NOW_AT
            )
            if found.answer.status == "unavailable":
                assert not found.cases
                continue
            sums = {
                role: sum(case.adds.get(role, 0) for case in found.cases)
                for role in {role for case in found.cases for role in case.adds}
            }
            formula, made = metric.how[variant], found.answer
            shown = f"{metric.id} {variant} {where}: {sums} {made}"
            if isinstance(formula, Max):
                assert made.value == max((case.value or 0 for case in found.cases), default=None), shown
                continue
            named = roles(formula).keys() or {"num"}
            if "num" in named and made.num is not None:
                assert sums.get("num", 0) == pytest.approx(made.num), shown
            if "den" in named and made.den is not None:
                assert sums.get("den", 0) == pytest.approx(made.den), shown
            if isinstance(formula, ForecastError):
                assert sums["actual"] == made.den, shown
            assert found.counted == sum(case.rows for case in found.cases), shown
            if isinstance(formula, Level | Ages | Waiting):
                assert made.n == found.counted, shown
            elif isinstance(formula, Share) and made.n:
                assert made.n == sums["den"], shown
