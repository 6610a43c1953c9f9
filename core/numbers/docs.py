"""The page that describes every metric, read from the declarations."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.numbers.explain.words import in_words
from core.numbers.metric import (
    Ages,
    Amount,
    Balance,
    Difference,
    Difficulty,
    Distinct,
    Durations,
    Example,
    ForecastError,
    Formula,
    Hours,
    Latest,
    Level,
    Max,
    Metric,
    Mix,
    Part,
    PerEmployed,
    PerStock,
    PerSuccess,
    Ratio,
    Share,
    Sum,
    ToDate,
    Waiting,
)
from core.numbers.metrics import ALIASES, METRICS, STARTER, STARTER_PHONE
from core.numbers.needs import NEEDS, needs_of

INTRO = """# Metrics

This page is written by `sync.py docs` from the declarations in `core/numbers/metrics/`; edit those, not this page.

A value without anything to divide by is "no value", never 0 % or 100 %. Sums are added over days, averages never are;
medians and percentiles are read from the cases themselves, interpolated between the closest ranks. Shares carry the
95 % Wilson interval. Below the floor a value is shown with its n and not judged. A metric of strength S can be moved
today by will alone: it is never shown without the first of its counter-metrics that has data.

Fact tables and their columns are described in the page of the tables. "of" and "less" below are sums over the rows of a
fact table on the days of the period; `on` names the day on which a row counts.

**First contact resolution is not "resolution rate".** Some glossaries print the definition of the one under the name of
the other, and call the time until a ticket is closed its handle time. Here `first_contact_resolution_rate` is about
customers who need not come back, `resolution_rate` about tickets that are solved, `average_handle_time` about one
contact and `resolution_time` about a whole ticket.
"""
GROUPS: Mapping[str, str] = {
    "C": "Customer satisfaction",
    "Q": "Quality",
    "V": "Demand",
    "E": "Service and efficiency",
    "S": "Self-service and voice menu",
    "M": "Employees",
    "P": "Planning and support",
    "O": "Operating cost",
    "J": "Projects",
    "L": "Learning and improvement",
}
DIRECTIONS: Mapping[str, str] = {
    "up": "more is better",
    "down": "less is better",
    "band": "neither too much nor too little",
    "none": "context, neither good nor bad",
}


def metrics_page() -> str:
    """The whole page as Markdown."""
    lines = [INTRO]
    lines.append(f"Profile `starter`: {_codes(STARTER)}, with {_codes(STARTER_PHONE)} where there is a telephone.\n")
    lines.append("Other names that are understood: " + ", ".join(f"`{a}` ({b})" for a, b in ALIASES.items()) + ".\n")
    for group, title in GROUPS.items():
        lines.append(f"## {title}\n")
        for metric in METRICS.values():
            if metric.group == group:
                lines += _metric(metric)
    return "\n".join(lines).rstrip() + "\n"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _metric(metric: Metric) -> Iterator[str]:
    yield f"### {metric.id}\n"
    yield f"{metric.names['en']} · {metric.names['de']} · {metric.names['zh']}\n"
    yield f"{metric.says}\n"
    yield f"- Unit: {metric.unit.value}; {DIRECTIONS[metric.direction]}; strength {metric.strength}."
    yield f"- Counts on: {metric.clock}. Floor: {metric.floor}{f' {metric.floor_of}' if metric.floor_of else ''}."
    if metric.counter:
        because = f", because {metric.counter_because}" if metric.counter_because else "."
        yield f"- Shown beside it: {_codes(metric.counter)}{because}"
    if metric.maturity_days:
        yield f"- Provisional for {metric.maturity_days} days."
    if metric.maturity_of:
        yield f"- Provisional for the days of `{metric.maturity_of}`."
    if not metric.how:
        needs = ", ".join(NEEDS[need].names["en"] for need in metric.needs)
        yield f"- Not computed yet: no source brings {needs}.\n"
        return
    for variant, formula in metric.how.items():
        headline = " (headline)" if variant == metric.headline and len(metric.how) > 1 else ""
        words = in_words(formula)
        yield f"- `{variant}`{headline}: {words[0].upper()}{words[1:]}."
        yield f"  Computed as {say(formula)}."
    wanted = ", ".join(NEEDS[need].names["en"] for need in needs_of(metric, metric.headline))
    yield f"- Needs: {wanted}."
    for example in metric.examples:
        yield f"- Example: {_example(example)}"
    yield ""


def say(formula: Formula) -> str:
    """A formula in words."""
    match formula:
        case Share(num, den) | Ratio(num, den):
            times = f"{formula.times} x " if isinstance(formula, Ratio) and formula.times > 1 else ""
            return f"{times}{say(num)} **of** {say(den)}"
        case PerSuccess() | PerStock() | PerEmployed() | ToDate() | ForecastError() | Difficulty():
            return _say_of_some(formula)
        case Hours(total) | Amount(total):
            is_time = isinstance(formula, Hours) or formula.per > 1
            return f"{'hours of ' if is_time else ''}{_part(total)}"
        case Difference(plus, minus):
            added = " plus ".join(_part(part) for part in plus)
            return added + "".join(f" less {_part(part)}" for part in minus)
        case Balance(plus_sum, minus_sum, whole):
            return f"100 x ({_part(plus_sum)} less {_part(minus_sum)}) **of** {_part(whole)}"
        case Latest(balance, days):
            return f"{say(balance)}, of each customer the latest answer in the {days} days up to the last one"
        case Durations(lead=lead):
            return f"{lead} of {_part(formula.part)}"
        case Waiting(since=since):
            cohort = _part(formula.part)
            return (
                f"median (Kaplan-Meier) of `{formula.value}` over {cohort}, those without one waiting since `{since}`"
            )
        case Mix(whole, dim):
            return f"the share of each {dim} in {_part(whole)}"
        case Level(weekday=day):
            when = "at the end of Sunday" if day == 6 else "at the end of the day"
            return f"rows of `backlog_spans`{_where(formula.where, formula.at)} {when}"
        case Ages(since=since, lead=lead, in_business=in_business):
            kind = "business seconds" if in_business else "seconds"
            spans = f"`backlog_spans`{_where(formula.where, formula.at)}"
            return f"{lead} {kind} since `{since}` over {spans} at the end of the day"
        case Sum() | Max() | Distinct():
            return _part(formula)


def _say_of_some(formula: PerSuccess | PerStock | PerEmployed | ToDate | ForecastError | Difficulty) -> str:
    match formula:
        case PerSuccess(num, tried, share):
            return f"{_part(num)} **of** {_part(tried)}, of these the share {say(share)}"
        case PerStock(num, stock, times):
            return f"{times} x {_part(num)} **of** {_part(stock)}, on average over the days"
        case PerEmployed(num, is_annual, per):
            scaled = f"{_part(num)} / {per:,}" if per > 1 else _part(num)
            return f"{scaled} **of** people employed on average{', x 365 / days' if is_annual else ''}"
        case ToDate(num, den):
            return f"{_part(num)} **of** {_part(den)}, from the beginning to the end of the period"
        case ForecastError(forecast, actual, is_bias):
            apart = f"{_part(forecast)} / 1000 less {_part(actual)}"
            return f"{apart} **of** the latter" if is_bias else f"|{apart}| a day, added, **of** the latter"
        case Difficulty():
            return (
                "(z(minutes a completion) - z(completions a day) - z(success rate)) / 3 over the projects that ended "
                "until then"
            )


def _part(part: Part) -> str:
    what = f"`{part.value}`" if part.value else "rows"
    kind = {"max": "greatest ", "distinct": "different "}.get(part.kind, "")
    return f"{kind}{what} of `{part.fact}`{_where(part.where)} on `{part.on}`"


def _where(*conditions: str) -> str:
    said = " and ".join(condition for condition in conditions if condition)
    return f" where `{said}`" if said else ""


def _example(example: Example) -> str:
    figures = ", ".join(f"{name} {_figure(value)}" for name, value in example.expect.items())
    where = "".join(f" in {dim} {name}" for dim, name in example.where.items())
    return f"{example.says} {figures}{where}.".strip()


def _figure(value: Any) -> str:
    return "no value" if value is None else f"{round(value, 4):,}"
