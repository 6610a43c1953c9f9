"""The questions of one report: a day, week or month, a slice and the rules of counting, settled once."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.clock import add_days, day_bounds
from core.numbers import ask as numbers
from core.numbers.answer import Answer, Comparison, Driver, Period, Usual
from core.numbers.calendars import Calendar
from core.numbers.evaluate import maturity_days, question
from core.numbers.inquiry import Inquiry
from core.numbers.metric import Metric
from core.numbers.periods import before, compare_period, settled, weeks_with_usual
from core.numbers.persons import lone_teams
from core.numbers.reporting import Reporting
from core.numbers.sql import column_of
from core.numbers.usual import REACH_WEEKS, baseline, usual
from core.numbers.where import slice_of

CHART_DAYS = 28
CHART_WEEKS = 12
MATURE_DAYS = 7
TEAM = "team"


@dataclass(frozen=True)
class Asking:
    """What a report asks of the numbers about its period and slice."""

    db: sqlite3.Connection
    reporting: Reporting
    now_at: int
    period: Period
    where: Mapping[str, str]

    @property
    def day_on(self) -> str:
        """The last day of the period."""
        return self.period.to_on

    @property
    def is_of_day(self) -> bool:
        """Whether the period is a single day."""
        return self.period.grain == "day"

    @cached_property
    def inquiry(self) -> Inquiry:
        """The same questions, of any period."""
        return Inquiry(self.db, self.reporting, self.now_at, self.where)

    @property
    def begins_at(self) -> int:
        """The first moment of the period."""
        return day_bounds(self.period.from_on, self.reporting.zone)[0]

    @property
    def ends_at(self) -> int:
        """The end of the period, or now while it lasts."""
        return min(day_bounds(self.day_on, self.reporting.zone)[1], self.now_at)

    @property
    def calendar(self) -> Calendar | None:
        """The opening hours of the default schedule."""
        return self.inquiry.calendar

    def metric(self, name: str) -> Metric:
        """The declaration of an id or alias."""
        return numbers.find_metric(name)

    def answer(self, metric_id: str, variant: str | None = None) -> Answer:
        """The period's answer."""
        return self.inquiry.ask(metric_id, self.period, variant)

    def beside(self, metric_id: str) -> Answer:
        """The answer as a counter-metric: of the period, or of what became of an earlier cohort, now that it is known.

        That is the last settled week or month; for a day, the last 7 final days."""
        judged = self.judged(metric_id)
        if self.is_of_day and judged != self.period:
            judged = Period(add_days(judged.to_on, 1 - MATURE_DAYS), judged.to_on, "week")
        return self.inquiry.ask(metric_id, judged)

    def guarded(self, metric_id: str, tiles: int) -> Comparison:
        """A counter-metric beside what is usual for it, over the period or the last final one."""
        return self._compared(self.inquiry, metric_id, None, tiles, look_back=False)

    def judged(self, metric_id: str) -> Period:
        """The period over which a metric is judged: the report's, or the last one whose cases are settled."""
        metric = self.metric(metric_id)
        if not metric.is_cohort:
            return self.period
        if not self.is_of_day:
            return settled(metric, self.period, self.reporting, self.inquiry.today_on)
        last_on = add_days(self.day_on, -maturity_days(metric, self.reporting))
        return Period(last_on, last_on)

    def filters(self, fact: str) -> tuple[str, list[str]] | None:
        """Conditions on a fact's rows for the report's slice, with their parameters; None if it does not tell them."""
        if any(column_of(fact, dim) is None for dim in self.where):
            return None
        chosen = slice_of(self.db, self.where)
        return "".join(f" and {condition}" for condition in chosen.filters(fact)), chosen.values()

    def compared(
        self, metric_id: str, variant: str | None, tiles: int, where: Mapping[str, str] | None = None
    ) -> Comparison:
        """The period beside what is usual and what was before it; in a narrower slice without the look back."""
        inquiry = self.inquiry.within(**(where or {}))
        if self.is_of_day:
            return inquiry.compared(metric_id, self.day_on, variant, tiles=tiles, look_back=where is None)
        return self._compared(inquiry, metric_id, variant, tiles, look_back=where is None)

    def _compared(
        self, inquiry: Inquiry, metric_id: str, variant: str | None, tiles: int, *, look_back: bool
    ) -> Comparison:
        judged = self.judged(metric_id)
        if self.is_of_day:
            return inquiry.compared(metric_id, judged.to_on, variant, tiles=tiles, look_back=look_back)
        return compare_period(inquiry, metric_id, judged, variant, tiles, look_back=look_back)

    def series(self, metric_id: str, variant: str | None, count: int, skip: int = 0) -> list[Answer]:
        """So many days, weeks or months up to the report's, oldest first, the last ``skip`` left out.

        Weeks and months of which only a part is known are not there."""
        if self.is_of_day:
            last_on = add_days(self.day_on, -skip)
            return self.inquiry.daily(metric_id, add_days(last_on, 1 - count), last_on, variant)
        spans = [self.judged(metric_id)]
        while len(spans) < count + skip:
            spans.append(before(spans[-1]))
        asked = question(self.db, metric_id, variant, self.where, self.reporting, self.now_at)
        known = [span for span in spans[skip:] if span.from_on >= (asked.begins_on or "")]
        return [self.inquiry.ask(metric_id, span, variant) for span in reversed(known)]

    def trend(self, metric_id: str, variant: str | None) -> list[tuple[Answer, Usual]]:
        """What a chart is drawn from: 28 days or the last 12 whole weeks, each with what was usual for it."""
        if not self.is_of_day:
            return weeks_with_usual(self.inquiry, metric_id, variant, CHART_WEEKS, self.judged(metric_id).to_on)
        reach = CHART_DAYS + 7 * REACH_WEEKS
        answers = {made.period.from_on: made for made in self.series(metric_id, variant, reach)}
        asked = question(self.db, metric_id, variant, self.where, self.reporting, self.now_at)
        found = []
        for day_on in list(answers)[-CHART_DAYS:]:
            base = baseline(asked, day_on)
            known = [answers[day].value for day in base.days if day in answers]
            found.append((answers[day_on], usual(base, known)))
        return found

    def breakdown(self, metric_id: str, dim: str) -> list[tuple[str, str, Answer]]:
        """Uid, name and answer of the members of a dimension, most cases first; a team of one is a person, left out."""
        found = self.inquiry.breakdown(metric_id, self.period, dim)
        return [entry for entry in found if entry[0] not in self._lone] if dim == TEAM else found

    @cached_property
    def _lone(self) -> frozenset[str]:
        return lone_teams(self.db)

    def driver(self, metric_id: str, variant: str | None, dims: Sequence[str]) -> Driver | None:
        """The member of a dimension that explains most of the change; never a team of one."""
        found = self._driver(metric_id, variant, dims)
        if found is None or found.dim != TEAM or found.answer.where.get(TEAM) not in self._lone:
            return found
        return self._driver(metric_id, variant, [dim for dim in dims if dim != TEAM])

    def _driver(self, metric_id: str, variant: str | None, dims: Sequence[str]) -> Driver | None:
        return numbers.driver(
            self.db,
            metric_id,
            self.judged(metric_id) if not self.is_of_day else self.period,
            [dim for dim in dims if dim not in self.where],
            variant=variant,
            where=self.where,
            reporting=self.reporting,
            now_at=self.now_at,
        )

    def half_hours(
        self, metric_id: str, variant: str | None, where: Mapping[str, str] | None = None
    ) -> list[tuple[int, Answer]]:
        """The answers of the half hours of the day, of all days of the period together."""
        return self.inquiry.within(**(where or {})).half_hours(metric_id, self.period, variant)
