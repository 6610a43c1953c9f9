"""The questions of one report: a day, a slice and the rules of counting, settled once."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.clock import add_days, day_bounds
from core.numbers import ask as numbers
from core.numbers.answer import Answer, Comparison, Driver, Period, Usual
from core.numbers.calendars import Calendar
from core.numbers.evaluate import maturity_days, question
from core.numbers.facts.grounds import load_schedules
from core.numbers.metric import Metric
from core.numbers.reporting import Reporting
from core.numbers.sql import column_of
from core.numbers.usual import REACH_WEEKS, baseline, usual
from core.numbers.where import slice_of

CHART_DAYS = 28
MATURE_DAYS = 7


@dataclass(frozen=True)
class Asking:
    """What a report asks of the numbers about its day and slice."""

    db: sqlite3.Connection
    reporting: Reporting
    now_at: int
    day_on: str
    where: Mapping[str, str]

    @property
    def ends_at(self) -> int:
        """The end of the day, or now while it lasts."""
        return min(day_bounds(self.day_on, self.reporting.zone)[1], self.now_at)

    @cached_property
    def calendar(self) -> Calendar | None:
        """The opening hours of the default schedule."""
        return load_schedules(self.db, self.reporting, self.now_at).calendar()

    def metric(self, name: str) -> Metric:
        """The declaration of an id or alias."""
        return numbers.find_metric(name)

    def on_day(self, metric_id: str, variant: str | None = None) -> Answer:
        """The day's answer."""
        return self._over(metric_id, Period(self.day_on, self.day_on), variant)

    def beside(self, metric_id: str) -> Answer:
        """The answer as a counter-metric: of the day, or of the last 7 final days of what a cohort came to."""
        last_on = self._judged_on(metric_id)
        if last_on == self.day_on:
            return self.on_day(metric_id)
        return self._over(metric_id, Period(add_days(last_on, 1 - MATURE_DAYS), last_on, "week"))

    def guarded(self, metric_id: str, tiles: int) -> Comparison:
        """A counter-metric beside what is usual for it, on the day or on the last final one."""
        return numbers.compare(
            self.db,
            metric_id,
            self._judged_on(metric_id),
            where=self.where,
            reporting=self.reporting,
            now_at=self.now_at,
            tiles=tiles,
            look_back=False,
        )

    def _judged_on(self, metric_id: str) -> str:
        metric = self.metric(metric_id)
        return add_days(self.day_on, -maturity_days(metric, self.reporting)) if metric.is_cohort else self.day_on

    def filters(self, fact: str) -> tuple[str, list[str]] | None:
        """Conditions on a fact's rows for the report's slice, with their parameters; None if it does not tell them."""
        if any(column_of(fact, dim) is None for dim in self.where):
            return None
        chosen = slice_of(self.db, self.where)
        return "".join(f" and {condition}" for condition in chosen.filters(fact)), chosen.values()

    def compared(
        self, metric_id: str, variant: str | None, tiles: int, where: Mapping[str, str] | None = None
    ) -> Comparison:
        """The day beside what is usual, 13 and 17 weeks before; in a narrower slice without the look back."""
        return numbers.compare(
            self.db,
            metric_id,
            self.day_on,
            variant=variant,
            where={**self.where, **(where or {})},
            reporting=self.reporting,
            now_at=self.now_at,
            tiles=tiles,
            look_back=where is None,
        )

    def days(self, metric_id: str, variant: str | None, count: int, before: int = 0) -> list[Answer]:
        """The answers of ``count`` days, the last of them ``before`` days ahead of the report's."""
        last_on = add_days(self.day_on, -before)
        return numbers.series(
            self.db,
            metric_id,
            add_days(last_on, 1 - count),
            last_on,
            variant=variant,
            where=self.where,
            reporting=self.reporting,
            now_at=self.now_at,
        )

    def days_with_usual(self, metric_id: str, variant: str | None) -> list[tuple[Answer, Usual]]:
        """The answers of the chart's days, each with what was usual for it."""
        reach = CHART_DAYS + 7 * REACH_WEEKS
        answers = {made.period.from_on: made for made in self.days(metric_id, variant, reach)}
        asked = question(self.db, metric_id, variant, self.where, self.reporting, self.now_at)
        found = []
        for day_on in list(answers)[-CHART_DAYS:]:
            base = baseline(asked, day_on)
            known = [answers[day].value for day in base.days if day in answers]
            found.append((answers[day_on], usual(base, known)))
        return found

    def breakdown(self, metric_id: str, dim: str) -> list[tuple[str, str, Answer]]:
        """Uid, name and answer of the members of a dimension, most cases first."""
        return numbers.breakdown(
            self.db,
            metric_id,
            Period(self.day_on, self.day_on),
            dim,
            where=self.where,
            reporting=self.reporting,
            now_at=self.now_at,
        )

    def driver(self, metric_id: str, variant: str | None, dims: Sequence[str]) -> Driver | None:
        """The member of a dimension that explains most of the change."""
        return numbers.driver(
            self.db,
            metric_id,
            self.day_on,
            [dim for dim in dims if dim not in self.where],
            variant=variant,
            where=self.where,
            reporting=self.reporting,
            now_at=self.now_at,
        )

    def half_hours(
        self, metric_id: str, variant: str | None, where: Mapping[str, str] | None = None
    ) -> list[tuple[int, Answer]]:
        """The answers of the half hours of the day."""
        return numbers.half_hours(
            self.db,
            metric_id,
            self.day_on,
            variant=variant,
            where={**self.where, **(where or {})},
            reporting=self.reporting,
            now_at=self.now_at,
        )

    def _over(self, metric_id: str, period: Period, variant: str | None = None) -> Answer:
        return numbers.ask(
            self.db,
            metric_id,
            period,
            variant=variant,
            where=self.where,
            reporting=self.reporting,
            now_at=self.now_at,
        )
