"""The goals of a week: what became of each, with its counter-metric, why it is one, and those that were lost (8.13)."""

from collections.abc import Iterator, Sequence

from core.numbers.analyses.goals import Judged
from core.report.comments import Staff, masked, staff_of
from core.report.goals import aim_of, beside_of, done_of, joined, slice_said
from core.report.model import Count, Grid, Name, Section, Sentence, Term, Value, Worded
from core.report.sections.scope import Scope

NEEDS = ("customer", "company", "edge", "ksf", "owner")


def goals(scope: Scope) -> Section | None:
    """A row a goal; in words those whose counter failed, and those lost that the report does not tell of already."""
    if not scope.goals:
        return None
    staff = staff_of(scope.inquiry.db)
    told = {id(tile.goal) for tile in scope.tiles}
    grid = Grid(
        (Term("goal", "head"), Term("aim", "head"), Term("value", "head"), Term("beside", "head"),
         Term("outcome", "head")),
        tuple(_row(each) for each in scope.goals),
    )  # fmt: skip
    lost = [each for each in scope.goals if id(each.goal) not in told]
    sentences = [sentence for each in scope.goals for sentence in _failed(each)]
    sentences += [sentence for each in lost for sentence in _lost(each, staff)]
    alone = {each.metric.id for each in scope.goals if each.metric.strength == "S" and each.counter is None}
    return Section(
        "goals", tuple(sentences), (grid,), notes=tuple(_why(scope.goals, staff)), guards=frozenset(alone)
    )  # fmt: skip


def _row(each: Judged) -> tuple[Worded | None, ...]:
    value = Value(each.metric.id, each.answer.value, each.answer.variant)
    outcome: Worded = Term(each.state, "goal_state")
    if each.weeks > 1:
        outcome = Sentence("goal_run", {"state": outcome, "weeks": Count(each.weeks, "weeks")})
    return slice_said(each, in_words=False), aim_of(each, short=True), value, beside_of(each), outcome


def _failed(each: Judged) -> Iterator[Sentence]:
    if each.state == "counter_failed" and each.counter is not None:
        yield Sentence("goal_counter_failed_week", {**_named(each), "beside": beside_of(each) or Sentence("no_data")})


def _lost(each: Judged, staff: Staff) -> Iterator[Sentence]:
    """A lost goal is discussed; one missed by a hair is not."""
    if each.state != "missed" or each.is_near:
        return
    said = Sentence("goal_lost_week", _named(each))
    yield joined([said, *done_of(each, staff)])


def _named(each: Judged) -> dict[str, Worded]:
    value = Value(each.metric.id, each.answer.value, each.answer.variant)
    return {"goal": slice_said(each), "aim": aim_of(each), "value": value}


def _why(told: Sequence[Judged], staff: Staff) -> Iterator[Sentence]:
    """What the customer, the company and staying ahead need, the success factor behind it, and whose goal it is."""
    for each in told:
        said = {**each.goal.needs, "ksf": each.goal.ksf, "owner": each.goal.owner}
        parts = [
            Sentence(f"need_{need}", {"text": Name(masked(text, staff), is_long=True)})
            for need in NEEDS
            if (text := said.get(need))
        ]
        if parts:
            yield Sentence("goal_why", {"goal": slice_said(each), "why": joined(parts)})
