"""Groups of customers that are large enough to be told of: small ones are merged until nobody can be made out
(metrics 8.12)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LEAST_CUSTOMERS = 10
OTHER = "\x00other"
"""The member that holds the merged ones; no source can tell such a word."""


@dataclass(frozen=True)
class Cell:
    """The contacts of some customers; ``squares`` adds up the square of each customer's number of contacts."""

    member: str
    contacts: int
    customers: int
    squares: int = 0


def merged(
    cells: Iterable[Cell], customers_of: Callable[[Sequence[str]], int], least: int = LEAST_CUSTOMERS
) -> list[Cell]:
    """The cells, most contacts first; those of fewer than ``least`` customers are one cell, OTHER, at the end.

    ``customers_of`` counts the customers of several members together, for one may be in many. Where OTHER would still
    hold too few it is left out."""
    ordered = sorted(cells, key=lambda cell: (-cell.contacts, cell.member))
    shown = [cell for cell in ordered if cell.customers >= least]
    hidden = [cell for cell in ordered if cell.customers < least]
    together = customers_of([cell.member for cell in hidden]) if hidden else 0
    if together < least:
        return shown
    return [*shown, Cell(OTHER, sum(cell.contacts for cell in hidden), together)]
