"""The answer to a question about a metric: a value with everything needed to trust it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Grain: TypeAlias = Literal["interval", "day", "week", "month", "quarter", "rolling"]
Status: TypeAlias = Literal["ok", "unavailable", "low_sample"]
Maturity: TypeAlias = Literal["provisional", "final"]
Verdict: TypeAlias = Literal["better", "worse", "different", "no clear change", "too few", "too early", "no usual"]


@dataclass(frozen=True)
class Period:
    """Local days from ``from_on`` up to and with ``to_on`` in the report time zone."""

    from_on: str
    to_on: str
    grain: Grain = "day"


@dataclass(frozen=True)
class Answer:
    """One metric, one variant, one period, one slice.

    ``value`` is None iff there is nothing to divide by or ``status`` is ``unavailable`` (then ``reason`` says why).
    Shares are 0..1, durations seconds, money minor units. ``value`` is the leading statistic of the metric: the median
    for durations that customers see (``mean`` and ``p90`` beside it), the mean for handle times, the share for shares,
    the sum for counts. ``n`` is what the floor is held against."""

    metric_id: str
    variant: str
    period: Period
    where: Mapping[str, str] = field(default_factory=dict)
    value: float | None = None
    n: int = 0
    num: float | None = None
    den: float | None = None
    mean: float | None = None
    p50: float | None = None
    p90: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    status: Status = "ok"
    reason: str = ""
    maturity: Maturity = "final"
    precision: str = "exact"
    as_of_at: int = 0
    definition_version: int = 1
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Usual:
    """What is usual for a day, week or month: the median of the last 8 clean ones, and its spread.

    ``mad`` is the scaled median absolute deviation (x 1.4826); ``days`` how many days or weeks it rests on.
    ``replaced`` names days left out or replaced (closed, holidays)."""

    value: float | None
    mad: float | None
    low: float | None
    high: float | None
    days: int
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """An answer beside what is usual; the verdict is given only when the change is clear (metrics 8.1).

    ``too early``: what became of the period's cases is not known yet. ``previous`` is the week or month
    before; the others lie so many weeks back on the same weekdays, closed days replaced."""

    answer: Answer
    usual: Usual
    delta: float | None
    verdict: Verdict
    p_value: float | None = None
    weeks_13: Answer | None = None
    weeks_17: Answer | None = None
    weeks_52: Answer | None = None
    previous: Answer | None = None


@dataclass(frozen=True)
class Driver:
    """The slice that explains most of a change: ``share`` of the whole delta that comes from ``member``."""

    dim: str
    member: str
    share: float
    delta: float
    answer: Answer
