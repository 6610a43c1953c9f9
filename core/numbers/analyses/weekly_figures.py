"""The weekly figures that are held against each other: metrics, people at work, staffing gap, weather (metrics 8.4)."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from core.clock import days
from core.numbers.analyses.correlation import LAGS, LEAST_WEEKS, Candidate, Correlated, Series, Together, correlate
from core.numbers.analyses.surroundings import read_surroundings
from core.numbers.analyses.volumes import closed_days
from core.numbers.answer import Period
from core.numbers.evaluate import answer, days_of, evaluate, nothing, question
from core.numbers.figures import Figures
from core.numbers.inquiry import WEEK, Inquiry, iso_weeks
from core.numbers.metrics import METRICS
from core.numbers.quantiles import median
from core.numbers.sql import column_of
from core.numbers.where import slice_of

# Beyond a year another season, and mostly another desk.
MOST_WEEKS = 52
# A holiday week is replaced by the median of so many clean weeks on either side.
NEIGHBOURS = 2
# A holiday that meets fewer of the customers leaves the week as it is.
MOSTLY = 0.5
STAFF, GAP, WET, HEAT = "staff", "staffing_gap", "wet_days", "hot_days"
INPUTS = (STAFF, GAP, WET, HEAT)
"""The series that are no metrics."""
TOLD_BY: Mapping[str, tuple[str, str]] = {
    # Days that agents were present.
    STAFF: ("agent_days", "sum(presence_days)"),
    # How many of the people needed were missing, as a share.
    GAP: ("requirement_facts", "sum(under_milli) * 1.0 / sum(required_milli)"),
}
WET_THINGS = ("rain", "heavy_rain", "snow", "storm")

READY: tuple[tuple[str, str], ...] = (
    ("average_speed_of_answer", "csat"),
    ("first_response_time", "csat"),
    ("average_handle_time", "first_contact_resolution_rate"),
    ("average_handle_time", "csat"),
    ("transfer_rate", "csat"),
    ("occupancy", "absence_rate"),
    (GAP, "service_level"),
    (STAFF, "first_response_time"),
    ("tickets_created", "first_response_time"),
    ("first_response_time", "resolution_time"),
    *((sky, volume) for sky in (WET, HEAT) for volume in ("calls_offered", "tickets_created")),
)
"""The pairs that metrics 8.4 names; the first is looked for ahead of the second."""
# What a desk puts out follows what comes in: that they move together is arithmetic.
OUTPUT = frozenset({"tickets_solved", "contacts_handled"})
# The more comes in, the more each has to do and the more is open: no finding either.
INFLOW = frozenset({"calls_offered", "tickets_created"})
LOAD = frozenset({"occupancy", "contacts_per_agent_day", "backlog_open"})
# The age of open tickets at each week's end is read from all of them; their number says much the same.
SLOW = frozenset({"backlog_age"})


def correlations(inquiry: Inquiry, last_on: str) -> Correlated:
    """What moves together over the last year of whole ISO weeks up to a day: the ready pairs and the core metrics.

    Core metrics are held against those of another group alone (metrics 5): two figures of one group, such as service
    level and time to answer, mostly tell one thing twice. Nor is told what is arithmetic."""
    periods = iso_weeks(MOST_WEEKS, last_on)
    core = [
        metric.id for metric in METRICS.values()
        if metric.tier == "K" and metric.id not in OUTPUT | SLOW
    ]  # fmt: skip
    wanted = dict.fromkeys([*core, *(name for pair in READY for name in pair if name not in INPUTS)])
    series: dict[str, Series] = {name: metric_weeks(inquiry, name, periods) for name in wanted}
    series |= {name: _by_week(inquiry, periods, *told) for name, told in TOLD_BY.items()}
    series |= _skies(inquiry, periods)
    known = {name: values for name, values in series.items() if _count(values) >= LEAST_WEEKS}
    holidays = holiday_weeks(inquiry, periods)
    return correlate({name: replaced(values, holidays) for name, values in known.items()}, _candidates(core, known))


def _count(values: Series) -> int:
    return sum(value is not None for value in values)


def _candidates(core: Sequence[str], known: Mapping[str, Series]) -> Iterable[Candidate]:
    for first, second in READY:
        yield from (Candidate(first, second, lag, is_ready=True) for lag in LAGS)
    for one, other in combinations([name for name in core if name in known], 2):
        if METRICS[one].group != METRICS[other].group and not _is_arithmetic({one, other}):
            yield Candidate(one, other)
            for lag in LAGS[1:]:
                yield Candidate(one, other, lag)
                yield Candidate(other, one, lag)


def _is_arithmetic(pair: set[str]) -> bool:
    return pair <= LOAD or bool(pair & INFLOW and pair & LOAD)


def comes_late(one: Together) -> int:
    """The place of a finding among others: the ready pairs, then what customers say, then the rest (metrics R14)."""
    names = {one.first, one.second}
    if any(names == set(pair) for pair in READY):
        return 0
    return 1 if any(METRICS[name].group == "C" for name in names - set(INPUTS)) else 2


def metric_weeks(inquiry: Inquiry, metric_id: str, periods: Sequence[Period]) -> Series:
    """A metric by week, None where it rests on too few cases, on part of a week, or may still change."""
    asked = question(inquiry.db, metric_id, None, inquiry.where, inquiry.reporting, inquiry.now_at)
    if asked.unavailable or not asked.metric.how:
        return ()
    made: list[float | None] = []
    for period in periods:
        on = days_of(asked, period)
        whole = len(on) == WEEK
        found = evaluate(asked, on, quantiles=False).get(("", ""), nothing(asked)) if whole else Figures()
        told = answer(asked, period, found)
        is_open = asked.metric.is_cohort and told.maturity == "provisional"
        made.append(told.value if whole and not is_open and told.status == "ok" else None)
    return made


def holiday_weeks(inquiry: Inquiry, periods: Sequence[Period]) -> frozenset[int]:
    """The places of weeks with a closed day of a weekday that is otherwise open, or a holiday of most customers."""
    first_on, last_on = periods[0].from_on, periods[-1].to_on
    shut = closed_days(inquiry, list(days(first_on, last_on)))
    around = read_surroundings(inquiry.db, inquiry.reporting.zone, first_on, last_on)
    free = {day for day, share in around.met.get("holiday", {}).items() if share >= MOSTLY}
    off = shut | free
    return frozenset(
        place for place, period in enumerate(periods) if any(period.from_on <= day <= period.to_on for day in off)
    )


def replaced(values: Series, holidays: frozenset[int]) -> Series:
    """The series with each holiday week replaced by the median of the clean weeks around it, two on either side."""
    clean = [place for place, value in enumerate(values) if value is not None and place not in holidays]
    made = list(values)
    for place in holidays:
        if place < len(values) and values[place] is not None:
            before = [each for each in clean if each < place][-NEIGHBOURS:]
            after = [each for each in clean if each > place][:NEIGHBOURS]
            made[place] = median(sorted(value for each in (*before, *after) if (value := values[each]) is not None))
    return made


def _by_week(inquiry: Inquiry, periods: Sequence[Period], fact: str, total: str) -> Series:
    """A figure over the rows of a fact by week, None before its first whole week; none for a slice that the fact does
    not tell."""
    if any(column_of(fact, dim) is None for dim in inquiry.where):
        return ()
    chosen = slice_of(inquiry.db, inquiry.where)
    filters = "".join(f" and {condition}" for condition in chosen.filters(fact))
    (first_on,) = inquiry.db.execute(f"select min(day_on) from {fact}").fetchone()
    sql = f"select {total} from {fact} where day_on between ? and ?{filters}"
    return [
        inquiry.db.execute(sql, (period.from_on, period.to_on, *chosen.values())).fetchone()[0]
        if first_on is not None and first_on <= period.from_on
        else None
        for period in periods
    ]


def _skies(inquiry: Inquiry, periods: Sequence[Period]) -> Mapping[str, Series]:
    """Days of rain or snow, and of heat, by week, each as the share of the customers that it met."""
    around = read_surroundings(inquiry.db, inquiry.reporting.zone, periods[0].from_on, periods[-1].to_on)
    if not around.known:
        return {}
    things = {WET: WET_THINGS, HEAT: ("heat",)}
    return {name: _met(around.met, around.known, some, periods) for name, some in things.items()}


def _met(
    met: Mapping[str, Mapping[str, float]], known: frozenset[str], things: Sequence[str], periods: Sequence[Period]
) -> Series:
    made: list[float | None] = []
    for period in periods:
        on = list(days(period.from_on, period.to_on))
        is_told = known.issuperset(on)
        made.append(sum(met.get(thing, {}).get(day, 0.0) for thing in things for day in on) if is_told else None)
    return made
