"""The words in which a metric is declared: what is counted over which facts, and how counts make a value.

Declarations are data; SQL, docs, report rows and tests are read from them.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cached_property
from typing import ClassVar, Literal, TypeAlias

Direction: TypeAlias = Literal["up", "down", "band", "none"]
Strength: TypeAlias = Literal["S", "W", "-"]
Lead: TypeAlias = Literal["median", "mean", "max"]
Row: TypeAlias = Mapping[str, object]

# The local-day column on which the rows of a fact count unless a declaration names another of its clocks.
CLOCKS: Mapping[str, str] = {
    "ticket_facts": "created_on",
    "solve_facts": "solved_on",
    "reply_wait_facts": "replied_on",
    "backlog_moves": "day_on",
    "backlog_spans": "from_on",
    "queue_legs": "enqueued_on",
    "call_facts": "arrived_on",
    "agent_days": "day_on",
    "staff_days": "day_on",
    "survey_facts": "rated_on",
    "sla_facts": "decided_on",
    "contact_facts": "day_on",
    "handled_facts": "day_on",
    "review_facts": "reviewed_on",
    "review_item_facts": "reviewed_on",
    "complaint_facts": "received_on",
    "booked_facts": "day_on",
    "cost_facts": "day_on",
    "self_service_facts": "day_on",
    "project_facts": "day_on",
    "employment_facts": "left_on",
    "improvement_facts": "due_on",
    "improvement_effect_facts": "measured_on",
    "customer_base_facts": "day_on",
    "forecast_facts": "day_on",
    "training_facts": "held_on",
    "hire_facts": "start_on",
    "service_days": "day_on",
    "requirement_facts": "day_on",
    "training_effect_facts": "held_on",
    "proficiency_facts": "reached_on",
}


class Unit(Enum):
    """What a value is measured in; shares are 0..1, money is in minor units."""

    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"
    RATIO = "ratio"
    SCORE = "score"
    NET = "-100..100"
    HOURS = "hours"
    DAYS = "days"
    MONEY = "money"
    POINTS = "percentage points"
    DEVIATIONS = "standard deviations"


@dataclass(frozen=True)
class Part:
    """One additive figure a local day: over the rows of ``fact`` that meet ``where`` and count on the day ``on``."""

    fact: str
    where: str = ""
    value: str = ""
    on: str = ""
    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "on", self.on or CLOCKS[self.fact])

    @cached_property
    def id(self) -> str:
        """A name that stays the same as long as the declaration does: fact, value, and a digest of the rest."""
        said = "|".join((self.kind, self.on, self.where, self.value))
        return f"{self.fact}.{_word(self.value)}.{hashlib.blake2s(said.encode(), digest_size=4).hexdigest()}"


def _word(value: str) -> str:
    return "".join(letter if letter.isalnum() or letter == "_" else "-" for letter in value) or "rows"


@dataclass(frozen=True)
class Sum(Part):
    """How many rows there are, or what ``value`` adds up to over those that have one."""

    kind: ClassVar[str] = "sum"


@dataclass(frozen=True)
class Max(Part):
    """The greatest ``value``."""

    kind: ClassVar[str] = "max"


@dataclass(frozen=True)
class Distinct(Part):
    """How many different values the column ``value`` has on each day; days add up, members of a dimension do not."""

    kind: ClassVar[str] = "distinct"


@dataclass(frozen=True)
class Difference:
    """Some parts added, others taken away."""

    plus: tuple[Part, ...]
    minus: tuple[Part, ...] = ()


Term: TypeAlias = Sum | Max | Distinct | Difference


@dataclass(frozen=True)
class Share:
    """``num`` of ``den``, a proportion with its Wilson interval; ``n`` is ``den``."""

    num: Term
    den: Term


@dataclass(frozen=True)
class Ratio:
    """``num`` for each ``den``; ``n`` is ``den`` in whole units of ``per`` (3,600 for hours), or with ``by_rows`` the
    number of rows that ``den`` adds up. ``times`` as much is the value (60: by the minute of a ``den`` in seconds).
    With ``is_told`` there is none where ``num`` adds up no row, for what no file told is not 0."""

    num: Term
    den: Term
    per: int = 1
    by_rows: bool = False
    times: int = 1
    is_told: bool = False


@dataclass(frozen=True)
class PerSuccess:
    """``num`` for each of ``tried`` that succeeded, as many as ``share`` says; ``n`` is ``tried``."""

    num: Sum
    tried: Sum
    share: Share


@dataclass(frozen=True)
class PerStock:
    """``times`` as many of ``num`` for each that ``stock`` counts on average over the days that it is told of."""

    num: Sum
    stock: Sum
    times: int = 1


@dataclass(frozen=True)
class PerEmployed:
    """``num`` for each person employed on average over the period, by ``employment_facts``; ``n`` are the people.

    ``is_annual``: as many as it would come to in 365 days. ``per``: units of ``num`` in one of the value's (3,600 for
    hours)."""

    num: Sum
    is_annual: bool = False
    per: int = 1


@dataclass(frozen=True)
class ToDate:
    """``num`` for each ``den``, both from the beginning of history to the end of the period."""

    num: Sum
    den: Sum


@dataclass(frozen=True)
class ForecastError:
    """How far ``forecast``, in thousandths, was from ``actual``, for each of these, over days that are over and were
    forecast: their distances added (WAPE), with ``is_bias`` what they come to in sum. ``n`` is the number of days."""

    forecast: Sum
    actual: Sum
    is_bias: bool = False


@dataclass(frozen=True)
class Difficulty:
    """How hard the projects that ended in the period were, by the sums of their days (``core.numbers.difficulty``)."""

    done: Sum
    success: Sum
    reached: Sum
    seat: Sum


@dataclass(frozen=True)
class Hours:
    """What a sum of seconds comes to in hours; ``n`` is the number of rows."""

    total: Sum


@dataclass(frozen=True)
class Amount:
    """What a sum comes to in units of ``per`` (3,600 for hours); without rows there is no value, for what no file told
    is not 0. ``n`` is the number of rows."""

    total: Sum
    per: int = 1


@dataclass(frozen=True)
class Balance:
    """100 x (``plus`` - ``minus``) / ``whole``, with a 95 % half-width."""

    plus: Sum
    minus: Sum
    whole: Sum


@dataclass(frozen=True)
class Latest:
    """A balance over the latest answer of each customer in the ``days`` that end with the period's last one.

    Answers of customers that nobody knows count each by itself."""

    balance: Balance
    days: int = 90


@dataclass(frozen=True)
class Durations:
    """The distribution of ``value`` over rows that have one: quantiles exact from the facts, the mean from parts."""

    fact: str
    value: str
    where: str = ""
    on: str = ""
    lead: Lead = "median"

    @cached_property
    def part(self) -> Sum:
        """Sum and count of the durations."""
        return Sum(self.fact, self.where, self.value, self.on)


@dataclass(frozen=True)
class Waiting:
    """The durations ``value`` of a whole cohort; rows without one still wait since ``since``, or did until ``until``.

    Median and p90 are Kaplan-Meier estimates; there is no mean while somebody waits.
    """

    fact: str
    value: str
    since: str
    until: str
    where: str
    on: str = ""

    @cached_property
    def part(self) -> Sum:
        """The cohort."""
        return Sum(self.fact, self.where, on=self.on)


@dataclass(frozen=True)
class Mix:
    """How ``whole`` is spread over the members of ``dim``; asked without a member, the share of the largest one."""

    whole: Sum
    dim: str


@dataclass(frozen=True)
class Level:
    """Tickets unsolved at the end of a local day, counted over ``backlog_spans``.

    ``where`` holds for a span as a whole and is folded into parts; ``at`` depends on the moment ``:at`` and is asked of
    the spans. ``weekday`` (0 = Monday) restricts it to that day of the week.
    """

    where: str = ""
    at: str = ""
    weekday: int | None = None

    @cached_property
    def entered(self) -> Sum:
        """Spans that began on a day."""
        return Sum("backlog_spans", self.where, on="from_on")

    @cached_property
    def left(self) -> Sum:
        """Spans that ended on a day."""
        return Sum("backlog_spans", self.where, on="to_on")

    @cached_property
    def id(self) -> str:
        """The part id under which the level at each closed day's end is kept."""
        return f"backlog.level.{hashlib.blake2s(self.where.encode(), digest_size=4).hexdigest()}"


@dataclass(frozen=True)
class Ages:
    """How long it is, at the end of a local day, since the moment ``since`` of each unsolved ticket."""

    since: str = "created_at"
    where: str = ""
    at: str = ""
    lead: Lead = "median"
    in_business: bool = False


Formula: TypeAlias = (
    Term
    | Share
    | Ratio
    | PerSuccess
    | PerStock
    | PerEmployed
    | ToDate
    | ForecastError
    | Difficulty
    | Hours
    | Amount
    | Balance
    | Latest
    | Durations
    | Waiting
    | Mix
    | Level
    | Ages
)


def parts_of(formula: Formula) -> Iterator[Part]:
    """The parts that a formula is computed from; a level's are the spans that begin and end."""
    match formula:
        case Sum() | Max() | Distinct():
            yield formula
        case Difference(plus, minus):
            yield from (*plus, *minus)
        case Share(num, den) | Ratio(num, den):
            yield from (*parts_of(num), *parts_of(den))
        case PerSuccess() | PerStock() | PerEmployed() | ToDate() | ForecastError() | Difficulty():
            yield from _parts_within(formula)
        case Hours(total) | Amount(total):
            yield total
        case Balance(plus_sum, minus_sum, whole):
            yield from (plus_sum, minus_sum, whole)
        case Latest(balance):
            yield from parts_of(balance)
        case Durations() | Waiting():
            yield formula.part
        case Mix(whole, _):
            yield whole
        case Level():
            if not formula.at:
                yield from (formula.entered, formula.left)
        case Ages():
            return


def _parts_within(formula: PerSuccess | PerStock | PerEmployed | ToDate | ForecastError | Difficulty) -> Iterator[Part]:
    for each in fields(formula):
        match getattr(formula, each.name):
            case Part() as part:
                yield part
            case Share() as share:
                yield from parts_of(share)


def facts_of(formula: Formula) -> frozenset[str]:
    """The fact tables that a formula reads."""
    if isinstance(formula, Level | Ages):
        return frozenset({"backlog_spans"})
    return frozenset(part.fact for part in parts_of(formula))


@dataclass(frozen=True)
class Example:
    """Fact rows, few columns each, and the values that must come of them, to the digit.

    ``expect`` maps a variant, or ``variant.figure`` with a field of ``Answer`` (``n``, ``p90``, ``ci_low``), to its
    value. The period is ``days``; rows that name no day count on the Wednesday of the fixture week.
    """

    facts: Mapping[str, tuple[Row, ...]]
    expect: Mapping[str, float | None]
    where: Mapping[str, str] = field(default_factory=dict)
    days: tuple[str, str] = ("2026-03-02", "2026-03-08")
    says: str = ""


@dataclass(frozen=True)
class Metric:
    """One number: what it says, how it is computed, and what must stand beside it.

    ``group``, ``profile`` and ``tier`` (K core, F full) are those of the metric catalogue. ``floor`` is the ``n`` below
    which nothing is judged, in ``floor_of``. ``strength`` S can be moved today by will alone and is never shown without
    its first ``counter`` that has data, W takes sustained effort, - is the system's. ``fallback`` is taken, with a
    note, when the headline variant has no inputs. ``needs`` names inputs beyond the facts of the formulas,
    ``wants`` those without which a value is still given, with a note. A value is
    provisional for ``maturity_days`` after its period, or for the days of the rule ``maturity_of``; of a cohort
    (``is_cohort``) it tells before that how young the cases are, not how they fare, and is not judged.
    """

    id: str
    tier: Literal["K", "F"]
    names: Mapping[str, str]
    says: str
    group: str
    unit: Unit
    direction: Direction
    strength: Strength
    counter: tuple[str, ...]
    clock: str
    profile: str
    floor: int
    how: Mapping[str, Formula] = field(default_factory=dict)
    headline: str = ""
    fallback: str = ""
    counter_because: str = ""
    floor_of: str = ""
    floor_p90: int = 0
    units: Mapping[str, Unit] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    needs_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    maturity_days: int = 0
    maturity_of: str = ""
    is_cohort: bool = False
    practical_floor: float = 0.05
    version: int = 1
    examples: tuple[Example, ...] = ()

    def __post_init__(self) -> None:
        if self.how:
            object.__setattr__(self, "headline", self.headline or next(iter(self.how)))

    def unit_of(self, variant: str) -> Unit:
        """The unit of a variant; most share the metric's."""
        return self.units.get(variant, self.unit)


def named(en: str, de: str, zh: str) -> Mapping[str, str]:
    """A name in the languages that reports are written in."""
    return {"en": en, "de": de, "zh": zh}
