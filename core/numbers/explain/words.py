"""A formula without SQL: what is counted, of what, under which conditions, each condition in words."""

from collections.abc import Callable, Mapping, Set
from dataclasses import fields

from core.numbers.explain.conditions import CONDITIONS, FIGURES, NOUNS, atoms, conditions_of
from core.numbers.metric import (
    Ages,
    Amount,
    Balance,
    Difference,
    Difficulty,
    Distinct,
    Durations,
    ForecastError,
    Formula,
    Hours,
    Latest,
    Level,
    Max,
    Mix,
    Part,
    PerEmployed,
    PerStock,
    PerSuccess,
    Ratio,
    Share,
    Sum,
    Term,
    ToDate,
    Waiting,
    parts_of,
)

LED: Mapping[str, str] = {"median": "the median", "mean": "the mean", "max": "the greatest"}
DAY_END = "at the end of the day"


def in_words(formula: Formula) -> str:
    """What a formula computes, in one sentence without SQL; what all its counts have in common is said first."""
    if isinstance(formula, Level | Ages):
        return _of_a_moment(formula)
    parts = list(parts_of(formula))
    facts = {part.fact for part in parts}
    common = set.intersection(*(set(atoms(part.where)) for part in parts)) if parts else set()
    if len(facts) > 1 or len(parts) < 2:
        return _words(formula, frozenset())
    said = _words(formula, frozenset(common), is_short=True)
    return f"among {_rows(parts[0].fact, ' and '.join(_kept(parts[0].where, common)))}: {said}"


def _kept(where: str, some: Set[str]) -> list[str]:
    return [atom for atom in atoms(where) if atom in some]


def _words(formula: Formula, common: frozenset[str], *, is_short: bool = False) -> str:
    def said(term: Term) -> str:
        return _term(term, common, is_short=is_short)

    match formula:
        case Share(num, den):
            return f"{said(num)}, as a share of {said(den)}"
        case Ratio(num, den):
            times = f"{formula.times} x " if formula.times > 1 else ""
            return f"{times}{said(num)} for each of {said(den)}"
        case ToDate(num, den):
            return f"{said(num)} for each of {said(den)}, from the beginning of history on"
        case Hours(total) | Amount(total):
            return said(total)
        case Durations(lead=lead):
            return f"{LED[lead]} of {said(formula.part)}"
        case Waiting():
            return f"the median wait of {said(formula.part)}, those still waiting counted as such (Kaplan-Meier)"
        case Mix(whole, dim):
            return f"the share of each {dim.replace('_', ' ')} in {said(whole)}"
        case Part() | Difference():
            return said(formula)
    return _seldom(formula, said)


def _seldom(formula: Formula, said: Callable[[Term], str]) -> str:
    match formula:
        case PerSuccess(num, tried, share):
            return f"{said(num)} for each of {said(tried)} that succeeded, as often as {in_words(share)}"
        case PerStock(num, stock, times):
            return f"{times} x {said(num)} for each of {said(stock)}, on average over the days"
        case PerEmployed(num, is_annual):
            return f"{said(num)} for each person employed on average{', as of 365 days' if is_annual else ''}"
        case Balance(plus, minus, whole):
            return f"100 x ({said(plus)} less {said(minus)}) for each of {said(whole)}"
        case Latest(balance, days):
            return f"{_seldom(balance, said)}, of each customer the latest answer in the {days} days up to the last one"
        case ForecastError(forecast, actual, is_bias):
            how = "what they differ by in sum" if is_bias else "how far they are apart each day, added up"
            return f"{said(forecast)} against {said(actual)}: {how}, for each of the latter"
        case Difficulty():
            return "how hard the projects that ended were: minutes a completion, completions a day and success rate"
    named = ((each.name, getattr(formula, each.name)) for each in fields(formula))
    return "; ".join(f"{name.replace('_', ' ')}: {said(part)}" for name, part in named if isinstance(part, Sum))


def _of_a_moment(formula: Level | Ages) -> str:
    tickets = _rows("backlog_spans", *(each for each in (formula.where, formula.at) if each))
    if isinstance(formula, Level):
        return f"{tickets} {'at the end of Sunday' if formula.weekday == 6 else DAY_END}"
    kind = "business seconds" if formula.in_business else "seconds"
    since = _plain(formula.since.removeprefix("coalesce(").split(",")[0])
    return f"{LED[formula.lead]} of {kind} since {since} of {tickets} {DAY_END}"


def _term(term: Term, common: frozenset[str], *, is_short: bool) -> str:
    if not isinstance(term, Difference):
        return _part(term, common, is_short=is_short)
    plus, minus = ([_part(part, common, is_short=is_short) for part in parts] for parts in (term.plus, term.minus))
    return " plus ".join(plus) + "".join(f" less {words}" for words in minus)


def _part(part: Part, common: frozenset[str], *, is_short: bool) -> str:
    own = [CONDITIONS.get(atom, atom) for atom in atoms(part.where) if atom not in common]
    rows = (f"those {' and '.join(own)}" if own else "all") if is_short else _rows(part.fact, part.where)
    if not part.value:
        return rows
    kind = {Max: "the greatest ", Distinct: "different "}.get(type(part), "")
    return f"{kind}{_plain(part.value)} of {rows}"


def _rows(fact: str, *where: str) -> str:
    said = [words for each in where for words in conditions_of(each)]
    return NOUNS.get(fact, fact) + (f" ({', '.join(said)})" if said else "")


def _plain(value: str) -> str:
    """A column, or a sum of columns, as words."""
    if value in FIGURES:
        return FIGURES[value]
    in_business = value.endswith("_business_s")
    plain = value.removesuffix("_business_s").removesuffix("_s").removesuffix("_at").replace("_", " ")
    return f"{plain} (business seconds)" if in_business else f"{plain} time" if value.endswith("_s") else plain
