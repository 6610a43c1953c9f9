"""Why customers contact us: what moved and what belongs into the FAQ every week, the whole list every month."""

from collections.abc import Iterable, Iterator

from core.numbers.analyses.cells import LEAST_CUSTOMERS, OTHER
from core.numbers.analyses.reasons import Mover, Reason, Reasons, reasons
from core.numbers.answer import Answer
from core.numbers.metric import Unit
from core.report.model import Count, Figure, Grid, Name, Number, Section, Sentence, Share, Term, Value, Worded
from core.report.sections.scope import Scope

MOVERS, FAQ, REPEATED = 3, 3, 2
ROWS = 15
PARETO_NAMES = 4
# With fewer reasons there is nothing to say of the few that make most.
LEAST_REASONS = 4
GAP = " › "


def reasons_section(scope: Scope) -> Section | None:
    """The reasons of the period; weekly only if something moved or is fit for the FAQ."""
    is_whole = scope.kind == "monthly"
    found = reasons(scope.inquiry, scope.period, is_whole=is_whole)
    if found is None or not found.reasons:
        return None
    sentences = tuple(_sentences(found, is_whole=is_whole))
    if not sentences and not is_whole:
        return None
    known: dict[str, Worded] = {"known": Number(found.known), "all": Number(found.contacts)}
    return Section(
        "reasons",
        sentences,
        (_grid(found),) if is_whole else (),
        (Sentence("reasons_known", {**known, "least": Number(LEAST_CUSTOMERS)}),),
    )


def _sentences(found: Reasons, *, is_whole: bool) -> Iterator[Sentence]:
    if is_whole and len(found.named) >= LEAST_REASONS and 0 < found.pareto < len(found.named):
        yield _pareto(found)
    for mover in found.movers[:MOVERS]:
        yield _mover(mover)
    for reason in found.repeated[:REPEATED]:
        if reason.repeat is not None:
            values: dict[str, Worded] = {"reason": _name(reason), "rate": _value(reason.repeat)}
            yield Sentence("reasons_repeated", {**values, "n": Count(reason.contacts, "contacts")})
    for reason in [each for each in found.faq if not each.is_faq][:FAQ]:
        if reason.one_touch is not None:
            faq: dict[str, Worded] = {"reason": _name(reason), "n": Count(reason.contacts, "contacts")}
            yield Sentence("reasons_faq", {**faq, "one_touch": _value(reason.one_touch)})
    # What the list of reasons marks is no news: once a month is enough.
    marked = [reason for reason in found.faq if reason.is_faq] if is_whole else []
    if marked:
        yield Sentence("reasons_faq_marked", {"names": _names(marked)})


def _pareto(found: Reasons) -> Sentence:
    ordered = sorted(found.named, key=lambda reason: -reason.contacts)[: found.pareto]
    values: dict[str, Worded] = {
        "n": Number(found.pareto), "all": Count(len(found.named), "reasons"),
        "share": Share(sum(reason.contacts for reason in ordered) / found.known),
        "names": _names(ordered[:PARETO_NAMES]),
    }  # fmt: skip
    return Sentence("reasons_pareto" if found.pareto <= PARETO_NAMES else "reasons_pareto_first", values)


def _mover(mover: Mover) -> Sentence:
    if mover.was_rare:
        new: dict[str, Worded] = {"reason": _name(mover.reason), "share": Share(mover.reason.share)}
        few: dict[str, Worded] = {"n": Number(mover.reason.contacts), "least": Number(LEAST_CUSTOMERS)}
        return Sentence("reasons_new", new | few)
    is_more = mover.reason.share > mover.share_before
    return Sentence(
        "reasons_more" if is_more else "reasons_less",
        {
            "reason": _name(mover.reason),
            "share": Share(mover.reason.share),
            "then": Share(mover.share_before),
            "n": Number(mover.reason.contacts),
            "before": Number(mover.before),
        },
    )


def _names(some: Iterable[Reason]) -> tuple[Sentence, ...]:
    return tuple(Sentence("one_reason", {"reason": _name(reason)}) for reason in some)


def _name(reason: Reason) -> Worded:
    return Term("other_merged", "text") if reason.word == OTHER else Name(GAP.join(reason.path))


def _value(answer: Answer) -> Value:
    return Value(answer.metric_id, answer.value, answer.variant)


def _judged(answer: Answer | None) -> Value | None:
    """Of fewer cases than the floor a cell would tell of single customers."""
    return _value(answer) if answer is not None and answer.status == "ok" else None


def _grid(found: Reasons) -> Grid:
    """The tree: reasons under the one that they belong to, the most frequent branch first; columns with data only."""
    branches: dict[str, int] = {}
    for reason in found.reasons:
        branches[reason.path[0]] = branches.get(reason.path[0], 0) + reason.contacts
    ordered = sorted(
        found.reasons, key=lambda reason: (reason.word == OTHER, -branches[reason.path[0]], -reason.contacts)
    )
    columns: list[tuple[Worded, list[Worded | None]]] = [
        (Term("repeat_contact_rate"), [_judged(reason.repeat) for reason in ordered]),
        (Term("csat"), [_judged(reason.csat) for reason in ordered]),
        (
            Term("reason_cost", "head"),
            [Figure(reason.cost_minor, Unit.MONEY) if reason.cost_minor is not None else None for reason in ordered],
        ),
    ]
    told = [(head, cells) for head, cells in columns if any(cell is not None for cell in cells)]
    rows = tuple(
        (_name(reason), Number(reason.contacts), Share(reason.share), *(cells[place] for _, cells in told))
        for place, reason in enumerate(ordered)
    )
    heads = (Term("reason", "head"), Term("contacts", "head"), Term("share", "head"), *(head for head, _ in told))
    return Grid(heads, rows[:ROWS], more=max(0, len(rows) - ROWS))
