"""Every metric as declared: its worked examples to the digit, and what must hold for all declarations."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.docs import metrics_page
from core.numbers.metric import Unit
from core.numbers.metrics import ALIASES, METRICS, PARTS, STARTER, STARTER_PHONE, find_metric
from core.numbers.needs import NEEDS, needs_of
from core.numbers.sql import select
from core.store.db import open_store
from tests.numbers.rows import store_of
from tests.numbers.worked import BERLIN, Expectation, expectations


@pytest.mark.parametrize("one", list(expectations()), ids=lambda one: one.id)
def test_worked_example_holds(one: Expectation) -> None:
    """A reader who checks our number by hand against the catalogue finds another one."""
    got, answer = one.computed()
    assert one.agrees(got), answer


def test_every_metric_of_the_catalogue_is_declared(fixtures: Callable[[str], Path]) -> None:
    """A reader who looks up an id of the catalogue finds nothing, or another definition under its name."""
    catalogue = fixtures("README.md").parent.parent / "metrics.md"
    if not catalogue.exists():
        pytest.skip(f"the metric catalogue is not beside the checkout: {catalogue.name}")
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in catalogue.read_text(encoding="utf-8").splitlines()
    ]
    index = {row[0]: row for row in rows if len(row) == 13 and row[1] in {"K", "F"}}
    assert index.keys() == METRICS.keys()
    assert len(METRICS) == 120
    for _, tier, en, de, zh, group, unit, direction, strength, counter, clock, profile, floor in index.values():
        metric = next(metric for metric in METRICS.values() if metric.names["en"] == en)
        counters = ", ".join(metric.counter) or "-"
        declared = (tier, de, zh, group, direction, strength, counter, clock, profile)
        assert declared == (
            metric.tier, metric.names["de"], metric.names["zh"], metric.group, metric.direction, metric.strength,
            counters, metric.clock, metric.profile,
        )  # fmt: skip
        assert metric.unit is UNITS[unit]
        assert metric.floor == int(re.match(r"\d+", floor)[0])  # type: ignore[index]


UNITS = {
    "ct": Unit.COUNT, "s": Unit.SECONDS, "%": Unit.SHARE, "-100..100": Unit.NET, "1..7": Unit.SCORE, "h": Unit.HOURS,
    "cur": Unit.MONEY, "ratio": Unit.RATIO, "days": Unit.DAYS, "pp": Unit.POINTS, "z": Unit.DEVIATIONS,
}  # fmt: skip


def test_every_metric_has_its_name_in_three_languages_and_an_example_or_a_reason() -> None:
    """A reader in Berlin or Shenzhen sees an id; a number that nobody ever worked out by hand stands in a report."""
    assert len(METRICS) == 120
    for metric in METRICS.values():
        assert sorted(metric.names) == ["de", "en", "zh"], metric.id
        assert all(metric.names.values()), metric.id
        assert metric.examples if metric.how else metric.needs, metric.id
    for language in ("en", "de", "zh"):
        names = [metric.names[language] for metric in METRICS.values()]
        twice = {name for name in names if names.count(name) > 1}
        assert twice <= SHARED_NAMES, language


# The catalogue calls both so: handled calls are contacts there.
SHARED_NAMES = {"电话处理量"}


def test_counters_aliases_and_profiles_name_metrics() -> None:
    """A guard that names nothing would let a strong number go out alone."""
    assert {alias for alias, target in ALIASES.items() if target not in METRICS} == set()
    assert not [name for name in (*STARTER, *STARTER_PHONE) if name not in METRICS]
    assert {name for metric in METRICS.values() for name in metric.counter} <= METRICS.keys()
    assert find_metric("FRT") is METRICS["first_response_time"]
    assert find_metric("abandonment rate") is METRICS["abandon_rate"]


def test_strong_metrics_have_a_counter() -> None:
    """What an agent can move by will alone is never printed without its guard (R13)."""
    assert not [metric.id for metric in METRICS.values() if metric.strength == "S" and not metric.counter]


def test_a_misspelt_metric_is_told_the_nearest() -> None:
    """An admin mistypes an id in the config and must not have to search the catalogue."""
    with pytest.raises(ConfigError, match="'servce_level'; did you mean 'service_level'"):
        find_metric("servce_level")
    with pytest.raises(ConfigError, match="no variant 'standart'; it has: standard, all_abandons"):
        ask(open_store(":memory:"), "service_level", Period("2026-03-02", "2026-03-02"), variant="standart",
            reporting=BERLIN, now_at=0)  # fmt: skip


def test_every_need_has_a_name_and_every_variant_an_example() -> None:
    """An unavailable number must say what is missing; a variant without an example is a claim nobody checked."""
    for metric in METRICS.values():
        assert metric.how or metric.needs, metric.id
        assert all(need in NEEDS for variant in (*metric.how, "") for need in needs_of(metric, variant)), metric.id
        shown = {name.partition(".")[0] for example in metric.examples for name in example.expect}
        assert not metric.how or shown, metric.id


def test_declared_sql_is_sound() -> None:
    """A misspelt column in a declaration would break the first fold of a user's store."""
    db = open_store(":memory:")
    for part in PARTS.values():
        sql = select(part.fact, part.on, (part,), ["2026-03-02"])
        assert db.execute(sql, ["2026-03-02"]).fetchall() == [], part.id


def test_what_a_metric_says_can_be_printed_as_it_stands() -> None:
    """A reader would see the name of a setting in braces."""
    assert not [metric.id for metric in METRICS.values() if "{" in metric.says]


def test_the_metrics_page_is_current() -> None:
    """A reader of the docs checks our numbers against a definition that is no longer the one in use."""
    page = Path(__file__).parents[2] / "docs" / "metrics.md"
    assert page.read_text(encoding="utf-8") == metrics_page(), "write it anew with: sync.py docs"


def test_unfed_metrics_say_what_is_missing() -> None:
    """A dash without a reason reads like a fault of the program (R17)."""
    db, now_at = store_of({}, "2026-03-08", BERLIN)
    for metric in METRICS.values():
        if not metric.how:
            answer = ask(db, metric.id, Period("2026-03-02", "2026-03-08"), reporting=BERLIN, now_at=now_at)
            assert (answer.status, answer.value) == ("unavailable", None)
            assert answer.reason.startswith("no source brings "), metric.id
