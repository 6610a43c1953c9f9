"""The volume of the coming week or four weeks, how far off forecasts were, and which method steps aside."""

from collections.abc import Mapping, Sequence

from core.clock import add_days
from core.numbers.analyses.forecast.accuracy import Accuracy, Trial
from core.numbers.analyses.forecast.outlook import DayAhead, Outlook, look_ahead
from core.numbers.answer import Answer, Period
from core.numbers.inquiry import WEEK, Inquiry
from core.numbers.metric import Unit
from core.report.model import Count, Day, Figure, Grid, Name, Section, Sentence, Share, Slot, Span, Term, Value, Worded
from core.report.sections.scope import WEEKS_AHEAD, Scope

NOUNS = {"calls_offered": "calls", "tickets_created": "tickets"}
# Less than this from last week is as last week.
SAME = 0.02
MOST_MEMBERS = 8
Cells = tuple[Worded | None, ...]


def forecast(scope: Scope) -> Section | None:
    """None where no series has two weeks of history, or the days that were to come are over."""
    inquiry = scope.inquiry
    if scope.is_bygone:
        return None
    found = look_ahead(inquiry)
    wholes = [outlook for outlook in found if not outlook.name]
    if not wholes:
        return None
    from_on = max(add_days(scope.period.to_on, 1), inquiry.today_on)
    if add_days(from_on, -WEEK) > inquiry.today_on:
        return None
    weeks = 1 if scope.kind == "weekly" else min(WEEKS_AHEAD["monthly"], _weeks_left(wholes[0], from_on))
    sentences = [
        *(sentence for outlook in wholes if (sentence := _total(inquiry, outlook, from_on))),
        *(sentence for outlook in wholes if weeks == 1 and (sentence := _busiest(outlook, from_on))),
        *(sentence for outlook in wholes if (sentence := _last_week(inquiry, outlook.metric_id))),
        *(sentence for outlook in wholes if (sentence := _aside(outlook))),
    ]
    grids = [_days(wholes, from_on) if weeks == 1 else _weeks(wholes, from_on, weeks)]
    members = [outlook for outlook in found if outlook.name]
    if members:
        grids.append(_members(members, from_on))
    notes = [Sentence("forecast_how")]
    judged = [trial for outlook in wholes for trial in outlook.trials.values() if trial.is_enough]
    if judged:
        grids.append(_errors(wholes))
        is_frozen = all(trial.told == "frozen" for trial in judged)
        notes.append(Sentence("forecast_frozen" if is_frozen else "forecast_tested"))
    return Section("forecast", tuple(sentences), tuple(grids), tuple(notes))


def _weeks_left(outlook: Outlook, from_on: str) -> int:
    return sum(day.day_on >= from_on for day in outlook.days) // WEEK


def _within(outlook: Outlook, from_on: str, count: int = WEEK) -> list[DayAhead]:
    return [day for day in outlook.days if from_on <= day.day_on < add_days(from_on, count)]


def _sum(some: Sequence[DayAhead]) -> float:
    return sum(day.value or 0.0 for day in some)


def _total(inquiry: Inquiry, outlook: Outlook, from_on: str) -> Sentence | None:
    some = _within(outlook, from_on)
    if not some:
        return None
    week = _last_days(inquiry)
    before = inquiry.ask(outlook.metric_id, week).value
    values: dict[str, Worded] = {
        "from": Day(some[0].day_on), "to": Day(some[-1].day_on), "n": Count(round(_sum(some)), NOUNS[outlook.metric_id])
    }  # fmt: skip
    if not before or outlook.last_on < week.to_on:
        return Sentence("forecast_week", values)
    change = _sum(some) / before - 1
    if abs(change) < SAME:
        return Sentence("forecast_week_same", values)
    way = "more" if change > 0 else "less"
    return Sentence(f"forecast_week_{way}", {**values, "share": Share(abs(change))})


def _last_days(inquiry: Inquiry) -> Period:
    last_on = add_days(inquiry.today_on, -1)
    return Period(add_days(last_on, 1 - WEEK), last_on, "week")


def _busiest(outlook: Outlook, from_on: str) -> Sentence | None:
    days = {day.day_on for day in _within(outlook, from_on)}
    slots = [(slot.value, day, slot.slot) for day, some in outlook.half_hours.items() if day in days for slot in some]
    if not slots:
        return None
    value, day, slot = max(slots, key=lambda one: (one[0], one[1]))
    n = Count(round(value), NOUNS[outlook.metric_id])
    return Sentence("forecast_busiest", {"day": Day(day), "slot": Slot(slot), "n": n})


def _last_week(inquiry: Inquiry, metric_id: str) -> Sentence | None:
    """How far off what was told the day before was, over the last 7 days."""
    week = _last_days(inquiry)
    # The variants of these metrics are called as what they count.
    wape, bias = (inquiry.ask(name, week, NOUNS[metric_id]) for name in ("forecast_wape", "forecast_bias"))
    if not (_is_told(wape) and _is_told(bias)):
        return None
    return Sentence(
        "forecast_last_week",
        {
            "metric": Term(metric_id),
            "wape": Value(wape.metric_id, wape.value, wape.variant),
            "bias": _signed(bias.value or 0.0),
            "n": Count(wape.n, "days"),
        },
    )


def _is_told(answer: Answer) -> bool:
    return answer.status == "ok" and answer.value is not None


def _aside(outlook: Outlook) -> Sentence | None:
    """At which horizons the baseline was judged and lost."""
    cases = tuple(
        Sentence(
            "forecast_aside_case",
            {
                "ahead": Count(trial.horizon_days, "days_ahead"),
                "naive": _share(trial.naive),
                "baseline": _share(trial.baseline),
            },
        )
        for trial in outlook.trials.values()
        if trial.steps_aside
    )
    return Sentence("forecast_aside", {"metric": Term(outlook.metric_id), "cases": cases}) if cases else None


def _days(wholes: Sequence[Outlook], from_on: str) -> Grid:
    """A row a day, two columns a series: what is expected and the interval."""
    heads: list[Worded] = [Term("day", "head")]
    by_day: list[Mapping[str, DayAhead]] = []
    for outlook in wholes:
        heads += [Term(outlook.metric_id), Term("range_80", "head")]
        by_day.append({day.day_on: day for day in _within(outlook, from_on)})
    rows = []
    for day_on in by_day[0]:
        cells: list[Worded | None] = [Day(day_on)]
        for known in by_day:
            cells += _cells(known.get(day_on))
        rows.append(tuple(cells))
    return Grid(tuple(heads), tuple(rows))


def _cells(day: DayAhead | None) -> Cells:
    if day is None or day.value is None:
        return None, None
    expected: Worded = _whole(day.value)
    if day.is_closed:
        expected = Sentence("forecast_closed", {"n": expected})
    if day.low is None or day.high is None or not day.value:
        return expected, None
    return expected, Span(round(day.low), round(day.high), Unit.COUNT)


def _whole(value: float) -> Figure:
    return Figure(round(value), Unit.COUNT)


def _weeks(wholes: Sequence[Outlook], from_on: str, weeks: int) -> Grid:
    """A row a week of seven days."""
    heads: list[Worded] = [Term("week_from", "head"), *(Term(outlook.metric_id) for outlook in wholes)]
    starts = [add_days(from_on, number * WEEK) for number in range(weeks)]
    rows: list[Cells] = [(Day(start), *(_whole(_sum(_within(one, start))) for one in wholes)) for start in starts]
    return Grid(tuple(heads), tuple(rows))


def _members(members: Sequence[Outlook], from_on: str) -> Grid:
    """The seven days of each queue and team, and how far off a week ahead."""
    heads = (Term("member", "head"), Term("metric", "head"), Term("seven_days", "head"), Term("error_7", "head"))
    rows: list[Cells] = [
        (
            Name(outlook.name),
            Term(outlook.metric_id),
            _whole(_sum(_within(outlook, from_on))),
            _share(outlook.trials[WEEK].of_used if outlook.trials[WEEK].is_enough else None),
        )
        for outlook in members[:MOST_MEMBERS]
    ]
    return Grid(heads, tuple(rows), more=max(0, len(members) - MOST_MEMBERS))


def _errors(wholes: Sequence[Outlook]) -> Grid:
    """Both methods at each horizon, and which is used."""
    heads = (
        Term("metric", "head"), Term("ahead", "head"), Term("baseline", "head"), Term("naive", "head"),
        Term("bias", "head"), Term("used", "head"),
    )  # fmt: skip
    rows = [
        _error(outlook.metric_id, trial, trial.naive)
        for outlook in wholes
        for trial in (*outlook.trials.values(), *([outlook.slot_trial] if outlook.slot_trial else []))
        if trial.naive is not None and trial.is_enough
    ]
    return Grid(heads, tuple(rows), says=Sentence("forecast_errors"), is_detail=True)


def _error(metric_id: str, trial: Trial, naive: Accuracy) -> Cells:
    ahead: Worded = Count(trial.horizon_days, "days_ahead")
    if trial.grain == "half_hour":
        ahead = Sentence("forecast_by_half_hour", {"ahead": ahead})
    used = trial.of_used
    bias = None if used is None else _signed(used.bias)
    method = Term(trial.used, "method")
    return Term(metric_id), ahead, _share(trial.baseline), _share(naive), bias, method


def _signed(share: float) -> Sentence:
    return Sentence("effect_up" if share >= 0 else "effect_down", {"share": Figure(abs(share), Unit.SHARE)})


def _share(found: Accuracy | None) -> Figure:
    return Figure(None if found is None else found.wape, Unit.SHARE)
