"""Who needs help most: contacts for each customer by type, region, tenure, language, brand and product (metrics 8.12).

Age is left out on purpose: whether it may be used at all differs from country to country.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from core.numbers.analyses.cells import OTHER, Cell, merged
from core.numbers.answer import Answer, Period
from core.numbers.clear_change import two_sided
from core.numbers.inquiry import Inquiry
from core.numbers.sql import column_of, marks
from core.numbers.where import slice_of

# What is known of a customer or a contact, and where.
GROUPS: Mapping[str, str] = {
    "customer_type": "coalesce(c.customer_type, u.customer_type)",
    "region": "coalesce(u.region, u.country)",
    "tenure": "u.tenure_band",
    "language": "coalesce(t.language, u.language)",
    "brand": "t.brand",
    "product": "b.product",
}
# Those by which satisfaction is known.
RATED = ("customer_type", "language", "brand")
P_CLEAR = 0.05
PRACTICAL = 0.05
# With less of the contacts known a split says who fills in the field, not who calls.
LEAST_KNOWN = 0.5

ROWS = """
from contact_facts c
left join ticket_facts t on c.kind = 'ticket' and t.ticket_uid = c.contact_uid
left join tickets b on b.uid = t.ticket_uid
left join call_facts k on c.kind = 'call' and k.call_uid = c.contact_uid
left join customers u on u.uid = coalesce(t.requester_uid, k.customer_uid)
where c.day_on between ? and ? and c.person_uid is not null
"""


@dataclass(frozen=True)
class Group:
    """The customers of one member: contacts for each of them, and whether that is clearly more than for the others.

    ``kinds`` of contact are counted: those that tell the member."""

    dim: str
    cell: Cell
    share: float
    each: float
    others: float | None
    p_value: float | None = None
    is_more: bool = False
    csat: Answer | None = None
    kinds: tuple[str, ...] = ()


def filters(inquiry: Inquiry, fact: str, table: str) -> tuple[str, list[str]] | None:
    """Conditions for the slice on a fact called ``table``, with their parameters; None if the fact does not tell it."""
    if any(column_of(fact, dim) is None for dim in inquiry.where):
        return None
    chosen = slice_of(inquiry.db, inquiry.where)
    conditions = [condition.replace("coalesce(", f"coalesce({table}.", 1) for condition in chosen.filters(fact)]
    return "".join(f" and {condition}" for condition in conditions), chosen.values()


def groups(inquiry: Inquiry, period: Period) -> list[Group]:
    """The members of every dimension that tells customers apart, those who need most help first in each."""
    sliced = filters(inquiry, "contact_facts", "c")
    if sliced is None:
        return []
    found: dict[str, tuple[list[Cell], tuple[str, ...]]] = {}
    for dim, column in GROUPS.items():
        kinds = _kinds(inquiry, period, column, sliced)
        cells = _cells(inquiry, period, column, kinds, sliced) if kinds else []
        if len(cells) > 1:
            found[dim] = (cells, kinds)
    tested = sum(len(cells) for cells, _ in found.values())
    made = []
    for dim, (cells, kinds) in found.items():
        rated = _rated(inquiry, period, dim) if dim in RATED else {}
        made += sorted(
            (replace(_group(dim, cell, cells, tested, rated.get(cell.member)), kinds=kinds) for cell in cells),
            key=lambda group: (group.cell.member == OTHER, -group.each),
        )
    return made


def _kinds(inquiry: Inquiry, period: Period, column: str, sliced: tuple[str, list[str]]) -> tuple[str, ...]:
    """The kinds of contact (call, ticket) most of which tell the member."""
    rows = inquiry.db.execute(
        f"select c.kind, count(*), count({column}) {ROWS}{sliced[0]} group by c.kind order by c.kind",
        (period.from_on, period.to_on, *sliced[1]),
    )
    return tuple(str(kind) for kind, contacts, known in rows if known >= LEAST_KNOWN * contacts)


def _cells(
    inquiry: Inquiry, period: Period, column: str, kinds: tuple[str, ...], sliced: tuple[str, list[str]]
) -> list[Cell]:
    rows = f"{ROWS}{sliced[0]} and {column} is not null and c.kind in {marks(kinds)}"
    given = (period.from_on, period.to_on, *sliced[1], *kinds)

    def customers_of(members: Sequence[str]) -> int:
        counted = f"select count(distinct c.person_uid) {rows} and {column} in {marks(members)}"
        return int(inquiry.db.execute(counted, (*given, *members)).fetchone()[0])

    found = inquiry.db.execute(
        "select member, sum(n), count(*), sum(n * n) from ("
        f"select {column} as member, c.person_uid, count(*) as n {rows} group by 1, 2) group by member",
        given,
    )
    return merged((Cell(*row) for row in found), customers_of)


def _rated(inquiry: Inquiry, period: Period, dim: str) -> Mapping[str, Answer]:
    return {uid: answer for uid, _, answer in inquiry.breakdown("csat", period, dim)}


def _group(dim: str, cell: Cell, cells: Sequence[Cell], tested: int, csat: Answer | None) -> Group:
    rest = [other for other in cells if other.member not in (cell.member, OTHER)]
    others = Cell(
        "", sum(each.contacts for each in rest), sum(each.customers for each in rest), sum(e.squares for e in rest)
    )
    share = cell.contacts / sum(each.contacts for each in cells)
    each = cell.contacts / cell.customers
    if cell.member == OTHER or not rest:
        return Group(dim, cell, share, each, None)
    usual = others.contacts / others.customers
    p_value = mean_p(cell, others)
    is_more = p_value is not None and p_value < P_CLEAR / tested and each - usual >= PRACTICAL * usual
    return Group(dim, cell, share, each, usual, p_value, is_more, csat)


def mean_p(cell: Cell, others: Cell) -> float | None:
    """The two-sided probability that customers of two groups have as many contacts each, by the pooled z.

    Few call often, so a group's own spread is large where its mean is: the spread of both together is the steadier."""
    customers = cell.customers + others.customers
    if min(cell.customers, others.customers) < 2:
        return None
    mean = (cell.contacts + others.contacts) / customers
    variance = max(0.0, cell.squares + others.squares - customers * mean * mean) / (customers - 1)
    error = sqrt(variance * (1 / cell.customers + 1 / others.customers))
    gap = cell.contacts / cell.customers - others.contacts / others.customers
    return two_sided(gap / error) if error else 1.0
