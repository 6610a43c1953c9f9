"""Every metric as declared: its worked examples to the digit, and what must hold for all declarations."""

import re
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.errors import ConfigError
from core.numbers.answer import Period
from core.numbers.ask import ask
from core.numbers.calendars import HoursRow
from core.numbers.metric import Example, Metric
from core.numbers.metrics import ALIASES, METRICS, PARTS, STARTER, STARTER_PHONE, find_metric
from core.numbers.needs import NEEDS, needs_of
from core.numbers.reporting import Reporting, ScheduleRule
from core.numbers.sql import select
from core.store.db import open_store
from tests.numbers.rows import store_of

OPEN = ScheduleRule("Europe/Berlin", tuple(HoursRow(day, 540, 1020, "0001-01-01") for day in range(5)))
BERLIN = Reporting(zone=ZoneInfo("Europe/Berlin"), default_schedule_uid="office", schedules={"office": OPEN})
EXAMPLES = [
    pytest.param(metric, example, name, id=f"{metric.id}-{number}-{name}")
    for metric in METRICS.values()
    for number, example in enumerate(metric.examples, 1)
    for name in example.expect
]


@pytest.mark.parametrize(("metric", "example", "name"), EXAMPLES)
def test_worked_example_holds(metric: Metric, example: Example, name: str) -> None:
    """A reader who checks our number by hand against the catalogue finds another one."""
    variant, _, figure = name.partition(".")
    db, now_at = store_of(example.facts, example.days[1], BERLIN)
    answer = ask(
        db, metric.id, Period(*example.days), variant=variant, where=example.where, reporting=BERLIN, now_at=now_at
    )
    expected = example.expect[name]
    digits = 5e-3 if figure.startswith("ci_") and abs(expected or 0) > 1 else 5e-5 if figure.startswith("ci_") else 1e-9
    got = getattr(answer, figure or "value")
    assert got == (None if expected is None else pytest.approx(expected, abs=digits)), answer
