"""Surges of the period: the whole before its members, what they came after, and when they were over."""

from collections.abc import Iterator, Sequence
from typing import get_args

from core.model.contacts import Channel
from core.numbers.analyses.surges import Surged, surged
from core.report.comments import Staff, masked, staff_of
from core.report.model import Count, Day, Grid, Name, Number, Section, Sentence, Share, Slot, Term, Worded
from core.report.sections.scope import Scope

TOLD, ROWS = 2, 6
EVENTS = 2


def surges(scope: Scope) -> Section | None:
    """The greatest surges in sentences, the others in a table; None if everything was as expected."""
    found = surged(scope.inquiry, scope.period.from_on, scope.period.to_on, hourly=scope.kind == "weekly")
    if not found:
        return None
    staff = staff_of(scope.inquiry.db)
    ordered = sorted(found, key=lambda each: bool(each.dim))
    told, rest = ordered[:TOLD], ordered[TOLD:]
    grid = Grid(
        (Term("series", "head"), Term("day", "head"), Term("actual", "head"), Term("expected", "head"),
         Term("more", "head")),
        tuple(_row(each) for each in rest[:ROWS]),
        more=len(rest[ROWS:]),
    )  # fmt: skip
    return Section(
        "surges",
        tuple(sentence for each in told for sentence in _said(each, staff)),
        grids=(grid,) if rest else (),
        notes=tuple(_notes(found)),
    )


def _said(each: Surged, staff: Staff) -> Iterator[Sentence]:
    values: dict[str, Worded] = {"what": _what(each), "size": Share(each.surge.size), **_counts(each)}
    if each.hours:
        yield Sentence("surge_hours", {**values, "when": _when(each)})
    elif each.surge.back_after is None:
        yield Sentence("surge_on", {**values, "when": _when(each)})
    else:
        back: dict[str, Worded] = {"back": Count(each.surge.back_after, "days")}
        yield Sentence("surge_over", {**values, "when": _when(each), **back})
    for event in each.after[-EVENTS:]:
        yield Sentence("surge_after", {"event": Name(masked(event.title, staff)), "day": Day(event.from_on)})


def _counts(each: Surged) -> dict[str, Worded]:
    return {"actual": Number(round(each.surge.actual)), "expected": Number(round(each.surge.expected))}


def _what(each: Surged) -> Worded:
    metric = Term(each.metric_id)
    if not each.dim:
        return metric
    member: Worded = Name(each.member)
    if not each.uid:
        member = Term("unknown", "text")
    elif each.dim == "channel" and each.member in get_args(Channel):
        member = Term(each.member, "channel")
    return Sentence("surge_member", {"metric": metric, "member": member})


def _when(each: Surged) -> Worded:
    if each.hours:
        first, after = (Slot(2 * hour) for hour in each.hours)
        return Sentence("surge_slots", {"day": Day(each.from_on), "from": first, "to": after})
    return Sentence("surge_days", {"from": Day(each.from_on), "to": Day(each.to_on)})


def _row(each: Surged) -> tuple[Worded | None, ...]:
    counts = _counts(each)
    return _what(each), _when(each), counts["actual"], counts["expected"], Share(each.surge.size)


def _notes(found: Sequence[Surged]) -> Iterator[Sentence]:
    yield Sentence("surge_rule")
    if not all(each.knows_year for each in found):
        yield Sentence("surge_no_year")
    if any(each.after for each in found):
        yield Sentence("surge_not_because")
