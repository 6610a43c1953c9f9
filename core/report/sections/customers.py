"""Who needs help most, where that is told by enough customers to name nobody."""

from core.numbers.analyses.cells import LEAST_CUSTOMERS, OTHER
from core.numbers.analyses.customers import Group, groups
from core.numbers.metric import Unit
from core.report.model import Count, Figure, Grid, Name, Number, Section, Sentence, Share, Term, Value, Worded
from core.report.sections.scope import Scope

SHOWN = 3
ROWS = 14


def customers(scope: Scope) -> Section | None:
    """Groups of customers with clearly more contacts each, or that there are none, then all groups."""
    found = groups(scope.inquiry, scope.period)
    if not found:
        return None
    most = sorted((group for group in found if group.is_more), key=lambda group: group.p_value or 0)
    notes = [Sentence("customers_merged", {"least": Number(LEAST_CUSTOMERS)})]
    if any(group.kinds == ("ticket",) for group in found):
        dims = dict.fromkeys(group.dim for group in found if group.kinds == ("ticket",))
        named: tuple[Sentence, ...] = tuple(Sentence("one_dim", {"dim": Term(dim, "dim")}) for dim in dims)
        notes.append(Sentence("customers_tickets_only", {"dims": named}))
    return Section(
        "customers",
        tuple(_most(group) for group in most[:SHOWN]) or (Sentence("customers_even"),),
        (_grid(found),),
        tuple(notes),
    )


def _most(group: Group) -> Sentence:
    return Sentence(
        "customers_most",
        {
            "group": _group(group),
            "each": Figure(group.each, Unit.RATIO),
            "others": Figure(group.others, Unit.RATIO),
            "n": Count(group.cell.customers, "customers"),
        },
    )


def _group(group: Group) -> Sentence:
    is_other = group.cell.member == OTHER
    member: Worded = Term("other_merged", "text") if is_other else Name(group.cell.member)
    return Sentence("dim_member", {"dim": Term(group.dim, "dim"), "member": member})


def _grid(found: list[Group]) -> Grid:
    heads = ("group", "contacts", "share", "customers", "contacts_each")
    has_csat = any(_csat(group) for group in found)
    rows = tuple(
        (
            _group(group),
            Number(group.cell.contacts),
            Share(group.share),
            Number(group.cell.customers) if group.cell.member != OTHER else None,
            Figure(group.each, Unit.RATIO) if group.cell.member != OTHER else None,
            *([_csat(group)] if has_csat else []),
        )
        for group in found
    )
    return Grid(
        (*(Term(head, "head") for head in heads), *([Term("csat")] if has_csat else [])),
        rows[:ROWS],
        more=max(0, len(rows) - ROWS),
    )


def _csat(group: Group) -> Value | None:
    answer = group.csat
    return Value("csat", answer.value, answer.variant) if answer is not None and answer.status == "ok" else None
