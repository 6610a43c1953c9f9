"""A report as data: which numbers, in which order, with which sentence; renderers turn it into what people read.

Texts of vendors and customers (queue names, comments) stand in ``Name`` values and fields of their own, and each
renderer escapes them. Sentences are message keys with typed values, put into words by the locale at rendering.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from core.numbers.analyses.goals import Judged
from core.numbers.answer import Answer, Comparison, Period
from core.numbers.goal import Goal, GoalState
from core.numbers.metric import Metric, Unit

Mark: TypeAlias = Literal["good", "bad", "neutral", "unjudged", "none"]
ChartKind: TypeAlias = Literal["days", "bars", "slots", "weeks"]
ReportKind: TypeAlias = Literal["daily", "weekly", "monthly"]


@dataclass(frozen=True)
class ReportSpec:
    """What a report is asked for: ``metrics`` is a profile name or a list of ids.

    ``ticket_links`` maps a source to the address of a ticket with ``{number}`` in it; ``report_url`` is where the full
    report can be opened, if anywhere; ``source_titles`` are the names that people know the sources by."""

    name: str
    kind: ReportKind = "daily"
    metrics: str | tuple[str, ...] = "starter"
    where: Mapping[str, str] = field(default_factory=dict)
    goals: tuple[Goal, ...] = ()
    language: str = "en"
    title: str | None = None
    late_after_s: int = 3 * 3600
    ticket_links: Mapping[str, str] = field(default_factory=dict)
    source_titles: Mapping[str, str] = field(default_factory=dict)
    report_url: str | None = None
    benchmarks: bool = False
    suggestions: bool = True


@dataclass(frozen=True)
class Value:
    """A value of a metric, in its unit."""

    metric_id: str
    value: float | None
    variant: str = ""


@dataclass(frozen=True)
class Target:
    """A value of a metric that is aimed at, in its unit."""

    metric_id: str
    value: float
    variant: str = ""


@dataclass(frozen=True)
class Delta:
    """The size of a difference of a metric, in its unit; the sentence tells its sign."""

    metric_id: str
    value: float
    variant: str = ""


@dataclass(frozen=True)
class Share:
    """A share 0..1, said as whole per cent."""

    value: float


@dataclass(frozen=True)
class Count:
    """So many things; ``noun`` is a key of the locale's nouns."""

    value: int
    noun: str


@dataclass(frozen=True)
class Number:
    """A plain whole number."""

    value: int


@dataclass(frozen=True)
class Figure:
    """A number that is no metric's, in a unit: a factor, a forecast, a score."""

    value: float | None
    unit: Unit
    is_signed: bool = False


@dataclass(frozen=True)
class Span:
    """From one such number to another: an interval."""

    low: float | None
    high: float | None
    unit: Unit


@dataclass(frozen=True)
class Nth:
    """Which time: 5th."""

    value: int


@dataclass(frozen=True)
class Day:
    """A local date; ``style`` is a key of the locale's date patterns."""

    day_on: str
    style: str = "short"


@dataclass(frozen=True)
class Clock:
    """A moment, said as local wall time, with its weekday where it is not ``day_on``."""

    at: int
    day_on: str


@dataclass(frozen=True)
class Slot:
    """The wall time at which half hour ``slot`` begins."""

    slot: int


@dataclass(frozen=True)
class Seconds:
    """A length of time."""

    value: float


@dataclass(frozen=True)
class Name:
    """Words written by a vendor, a customer or an admin: never markup, always cleaned and escaped.

    They are cut to a line's length unless they are sentences (``is_long``)."""

    text: str
    is_long: bool = False


@dataclass(frozen=True)
class Term:
    """The name of a metric or of an input (``kind`` metric, need), or a word of the locale in the section ``kind``."""

    key: str
    kind: str = "metric"


@dataclass(frozen=True)
class Sentence:
    """One sentence to be worded by the locale: ``key`` of the message, and its values."""

    key: str
    values: Mapping[str, "Worded"] = field(default_factory=dict)


Worded: TypeAlias = (
    Value
    | Target
    | Delta
    | Share
    | Count
    | Number
    | Figure
    | Span
    | Nth
    | Day
    | Clock
    | Slot
    | Seconds
    | Name
    | Term
    | Sentence
    | tuple[Sentence, ...]
)


@dataclass(frozen=True)
class Tile:
    """One number with all that stands beside it.

    ``counter`` is the first available counter-metric of a strong one; ``guard_missing`` says that none has data.
    ``spark`` are the last 28 daily values, None where there is none; ``streak`` the days in a row with the goal
    reached; ``suffix`` follows the name, such as 80/20."""

    metric_id: str
    comparison: Comparison
    mark: Mark
    goal: Goal | None = None
    goal_state: GoalState = "none"
    counter: Answer | None = None
    guard_missing: bool = False
    sample: Sentence | None = None
    details: tuple[Sentence, ...] = ()
    spark: tuple[float | None, ...] = ()
    streak: int = 0
    is_late: bool = False
    suffix: str = ""

    @property
    def answer(self) -> Answer:
        """The number itself."""
        return self.comparison.answer


@dataclass(frozen=True)
class SourceState:
    """How far a source's data goes (UTC epoch seconds), and what was wrong with it."""

    source: str
    title: str
    data_to_at: int | None
    is_late: bool = False
    is_failed: bool = False
    rejected: int = 0
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChartPoint:
    """A day or half hour of a chart; ``low`` and ``high`` are its usual range, ``is_low`` says n is under the floor."""

    at: str
    value: float | None
    usual: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    is_low: bool = False


@dataclass(frozen=True)
class Chart:
    """One metric over days or half hours, with the usual range and the goal; ``finding`` says what is to be seen."""

    metric_id: str
    variant: str
    points: tuple[ChartPoint, ...]
    goal: float | None = None
    kind: ChartKind = "days"
    finding: Sentence | None = None
    member: str = ""


@dataclass(frozen=True)
class Row:
    """One member of a breakdown and its numbers."""

    member: str
    cells: tuple[Comparison | Answer, ...]


@dataclass(frozen=True)
class Table:
    """A breakdown: one row a member, one cell a metric. ``dim`` names the dimension; ``more`` rows are left out."""

    dim: str
    metric_ids: tuple[str, ...]
    rows: tuple[Row, ...]
    more: int = 0


@dataclass(frozen=True)
class Grid:
    """A table of an analysis: its first column names the row, a missing cell is None; ``more`` rows are left out.

    What is a detail of how it was found stands in the full report only, not in a message."""

    heads: tuple[Worded, ...]
    rows: tuple[tuple[Worded | None, ...], ...]
    says: Sentence | None = None
    more: int = 0
    is_detail: bool = False


@dataclass(frozen=True)
class Section:
    """What one analysis has to say under ``text.section_<key>``; ``notes`` are the conditions, in small print.

    ``guards`` name strong metrics in it whose counter-metric has no data, which it says (metrics R13)."""

    key: str
    sentences: tuple[Sentence, ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[Sentence, ...] = ()
    charts: tuple[Chart, ...] = ()
    guards: frozenset[str] = frozenset()


@dataclass(frozen=True)
class OpenTicket:
    """One of the oldest open tickets: its number, link and age; never a customer's name."""

    number: str
    url: str
    team: str
    status_category: str
    age_s: int


@dataclass(frozen=True)
class Comment:
    """What a customer wrote beside a rating, personal data masked."""

    text: str
    is_satisfied: bool | None


@dataclass(frozen=True)
class Happening:
    """An entry of the calendar on local days of the period: an admin's words, personal data masked."""

    kind: str
    from_on: str
    to_on: str
    title: str
    note: str = ""


@dataclass(frozen=True)
class Report:
    """A report of a day, week or month, ready to be rendered in any form and language.

    ``day_on`` is the last day of its ``period``; ``metrics`` holds the declaration of every metric that it names."""

    key: str
    kind: ReportKind
    day_on: str
    zone: str
    made_at: int
    period: Period
    metrics: Mapping[str, Metric]
    headline: tuple[Sentence, ...]
    tiles: tuple[Tile, ...]
    title: str | None = None
    sentences: tuple[Sentence, ...] = ()
    chart: Chart | None = None
    charts: tuple[Chart, ...] = ()
    read_together: tuple[Sentence, ...] = ()
    history: tuple[Sentence, ...] = ()
    celebrations: tuple[Sentence, ...] = ()
    next_step: Sentence | None = None
    happened: tuple[Happening, ...] = ()
    tables: tuple[Table, ...] = ()
    oldest: tuple[OpenTicket, ...] = ()
    comments: tuple[Comment, ...] = ()
    sections: tuple[Section, ...] = ()
    sources: tuple[SourceState, ...] = ()
    rules: tuple[Sentence, ...] = ()
    method: tuple[Sentence, ...] = ()
    revisions: tuple[Sentence, ...] = ()
    goals: tuple[Judged, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    report_url: str | None = None
    currency: str | None = None
    is_closed_day: bool = False
    is_low_volume: bool = False
    is_partial: bool = False
    is_demo: bool = False
