"""A report as data: which numbers, in which order, with which sentence; renderers turn it into what people read.

Texts of vendors and customers (queue names, comments) stand in fields of their own and are escaped by each renderer.
Sentences are message keys with values, put into words by the locale at rendering.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from core.numbers.answer import Answer, Comparison

Mark: TypeAlias = Literal["good", "bad", "neutral", "unjudged", "none"]
GoalState: TypeAlias = Literal["reached", "missed", "counter_failed", "unjudged", "none"]


@dataclass(frozen=True)
class Goal:
    """What is aimed at: ``target`` in the metric's unit; it counts only if the counter-metric holds."""

    metric_id: str
    target: float
    variant: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    counter_floor: float | None = None
    from_on: str | None = None
    to_on: str | None = None
    owner: str | None = None
    needs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportSpec:
    """What a report is asked for: ``metrics`` is a profile name or a list of ids."""

    name: str
    kind: Literal["daily"] = "daily"
    metrics: str | tuple[str, ...] = "starter"
    where: Mapping[str, str] = field(default_factory=dict)
    goals: tuple[Goal, ...] = ()
    language: str = "en"
    title: str | None = None
    late_after_s: int = 3 * 3600


@dataclass(frozen=True)
class Sentence:
    """One sentence to be worded by the locale: ``key`` of the message, its values (answers, names, numbers)."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Tile:
    """One number with all that stands beside it.

    ``counter`` is the first available counter-metric of a strong one; ``guard_missing`` says that none has data.
    ``spark`` are the last 28 daily values, None where there is none."""

    metric_id: str
    comparison: Comparison
    mark: Mark
    goal: Goal | None = None
    goal_state: GoalState = "none"
    counter: Answer | None = None
    guard_missing: bool = False
    details: tuple[Sentence, ...] = ()
    spark: tuple[float | None, ...] = ()
    streak: int = 0

    @property
    def answer(self) -> Answer:
        """The number itself."""
        return self.comparison.answer


@dataclass(frozen=True)
class SourceState:
    """How far a source's data goes, and what was wrong with it."""

    source: str
    title: str
    data_to_at: int | None
    is_late: bool
    rejected: int
    skipped: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class ChartPoint:
    """A day of the chart; ``low`` and ``high`` are its usual range."""

    day_on: str
    value: float | None
    usual: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """One metric over days, with the usual range and the goal."""

    metric_id: str
    variant: str
    points: tuple[ChartPoint, ...]
    goal: float | None = None


@dataclass(frozen=True)
class Table:
    """A breakdown: one row a member, one cell a metric. ``dim`` names the dimension."""

    key: str
    dim: str
    metric_ids: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Comparison | Answer, ...]], ...]


@dataclass(frozen=True)
class OpenTicket:
    """One of the oldest open tickets: its number, link and age; never a customer's name."""

    number: str
    url: str
    team: str
    status_category: str
    age_s: int


@dataclass(frozen=True)
class Report:
    """The daily report, ready to be rendered in any form and language."""

    key: str
    kind: str
    day_on: str
    zone: str
    title: str | None
    headline: tuple[Sentence, ...]
    sentences: tuple[Sentence, ...]
    tiles: tuple[Tile, ...]
    chart: Chart | None
    charts: tuple[Chart, ...]
    read_together: tuple[Sentence, ...]
    history: tuple[Sentence, ...]
    celebrations: tuple[Sentence, ...]
    tables: tuple[Table, ...]
    oldest: tuple[OpenTicket, ...]
    sources: tuple[SourceState, ...]
    method: tuple[Sentence, ...]
    revisions: tuple[Sentence, ...]
    where: Mapping[str, str]
    is_closed_day: bool
    is_low_volume: bool
    is_partial: bool
    is_demo: bool
    made_at: int
