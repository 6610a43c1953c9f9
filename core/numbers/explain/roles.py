"""What part of a formula each count plays: what is counted, and what it is counted against."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import TypeAlias

from core.numbers.metric import (
    Ages,
    Amount,
    Balance,
    Difference,
    Durations,
    Formula,
    Hours,
    Latest,
    Level,
    Mix,
    Part,
    PerStock,
    PerSuccess,
    Ratio,
    Share,
    ToDate,
    Waiting,
    parts_of,
)

Signed: TypeAlias = tuple[Part, int]
"""A part, and whether it is added (1) or taken away (-1)."""
Roles: TypeAlias = Mapping[str, tuple[Signed, ...]]

NUM, DEN = "num", "den"


def roles(formula: Formula) -> Roles:
    """The parts of a formula by the role that they have: ``num``, ``den``, or the name that the formula gives them."""
    match formula:
        case Share(num, den) | Ratio(num, den) | ToDate(num, den):
            return {NUM: tuple(_signed(num)), DEN: tuple(_signed(den))}
        case PerSuccess(num, tried, _):
            return {NUM: ((num, 1),), DEN: ((tried, 1),)}
        case PerStock(num, stock):
            return {NUM: ((num, 1),), "stock": ((stock, 1),)}
        case Balance(plus, minus, whole):
            return {NUM: ((plus, 1), (minus, -1)), DEN: ((whole, 1),)}
        case Latest(balance):
            return roles(balance)
        case Hours(total) | Amount(total):
            return {NUM: ((total, 1),)}
        case Durations():
            return {NUM: ((formula.part, 1),)}
        case Waiting():
            return {DEN: ((formula.part, 1),)}
        case Mix(whole, _):
            return {DEN: ((whole, 1),)}
        case Level() | Ages():
            return {}
        case Part() | Difference():
            return {NUM: tuple(_signed(formula))}
    named = {each.name: tuple(_signed(getattr(formula, each.name))) for each in fields(formula)}
    return {name: parts for name, parts in named.items() if parts}


def _signed(term: object) -> Iterator[Signed]:
    match term:
        case Part():
            yield term, 1
        case Difference(plus, minus):
            yield from ((part, 1) for part in plus)
            yield from ((part, -1) for part in minus)
        case Share():
            yield from ((part, 1) for part in parts_of(term))
        case _:
            return


def leading(formula: Formula) -> Part | None:
    """The part whose days and rows a reader would go through: what is counted against, else what is counted."""
    found = roles(formula)
    return next((parts[0][0] for parts in (found.get(DEN), *found.values()) if parts), None)
