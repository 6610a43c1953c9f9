"""Worked examples of the declarations, computed by the program over stores of their facts."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest

from core.numbers.answer import Answer, Period
from core.numbers.ask import ask
from core.numbers.calendars import HoursRow
from core.numbers.metric import Example, Metric
from core.numbers.metrics import METRICS
from core.numbers.reporting import Reporting, ScheduleRule
from tests.numbers.rows import store_of

OPEN = ScheduleRule("Europe/Berlin", tuple(HoursRow(day, 540, 1020, "0001-01-01") for day in range(5)))
BERLIN = Reporting(zone=ZoneInfo("Europe/Berlin"), default_schedule_uid="office", schedules={"office": OPEN})


@dataclass(frozen=True)
class Expectation:
    """One figure that an example promises: ``name`` is the variant, with the field of its answer if not the value."""

    metric: Metric
    number: int
    example: Example
    name: str

    @property
    def id(self) -> str:
        """What a failure is called."""
        return f"{self.metric.id}-{self.number}-{self.name}"

    @property
    def expected(self) -> float | None:
        """The figure promised."""
        return self.example.expect[self.name]

    def computed(self) -> tuple[float | None, Answer]:
        """The figure that the program comes to, and the answer that holds it."""
        variant, _, figure = self.name.partition(".")
        db, now_at = store_of(self.example.facts, self.example.days[1], BERLIN)
        answer = ask(
            db, self.metric.id, Period(*self.example.days), variant=variant, where=self.example.where,
            reporting=BERLIN, now_at=now_at,
        )  # fmt: skip
        got: float | None = getattr(answer, figure or "value")
        return got, answer

    def agrees(self, got: float | None) -> bool:
        """Whether a figure is the promised one, to the digits that the catalogue prints."""
        expected, figure = self.expected, self.name.partition(".")[2]
        digits = 5e-3 if figure.startswith("ci_") and abs(expected or 0) > 1 else 5e-5 if figure[:3] == "ci_" else 1e-9
        return got == (None if expected is None else pytest.approx(expected, abs=digits))


def expectations() -> Iterator[Expectation]:
    """All that the declarations promise."""
    for metric in METRICS.values():
        for number, example in enumerate(metric.examples, 1):
            for name in example.expect:
                yield Expectation(metric, number, example, name)
