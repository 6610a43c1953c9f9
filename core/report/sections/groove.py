"""Slips first, then strains, then the groove score."""

from collections.abc import Sequence

from core.numbers.analyses.between import Change
from core.numbers.analyses.groove import Parting, Score, groove_score, partings, windows
from core.numbers.analyses.pairs import PAIRS
from core.numbers.answer import Answer
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import METRICS
from core.report.locale import rounded
from core.report.model import Count, Day, Number, Section, Sentence, Term, Value, Worded
from core.report.sections.guards import guards
from core.report.sections.scope import Scope
from core.report.tiles import NOUNS, PROFILE_NOUNS

SLIPS, STRAINS = 3, 2
FULL = 100


def groove(scope: Scope) -> Section | None:
    """What parted over the last 28 days, and how near both sides are to their goals."""
    last_on = scope.period.to_on
    found = _partings(scope.inquiry, last_on)
    shown = [
        *[one for one in found if one.kind == "slip"][:SLIPS],
        *[one for one in found if one.kind == "strain"][:STRAINS],
    ]
    score = groove_score(scope.inquiry, scope.spec.goals, last_on)
    if not shown and score is None:
        return None
    # Goals that are all met say nothing against a slip, and would be read so.
    is_told = score is not None and not (shown and score.value >= FULL)
    told = [change.now for one in shown for change in (one.strong, one.weak) if change.now.value is not None]
    beside = guards(scope.inquiry, [now.metric_id for now in told], windows(last_on, "before")[0])
    return Section(
        "groove",
        (*(_parting(one) for one in shown), *([_score(score)] if score and is_told else [])),
        notes=(*_notes(shown, score, last_on), *beside.notes),
        guards=beside.missing,
    )


def slips(inquiry: Inquiry, last_on: str) -> tuple[Sentence, ...]:
    """What paid for what over the last 28 days, in words."""
    return tuple(_parting(one) for one in _partings(inquiry, last_on) if one.kind == "slip")


def _partings(inquiry: Inquiry, last_on: str) -> tuple[Parting, ...]:
    return inquiry.once(f"partings to {last_on}", lambda: partings(inquiry, last_on))


def _parting(one: Parting) -> Sentence:
    strong, weak = one.strong.metric_id, one.weak.metric_id
    values: dict[str, Worded] = {"strong": Term(strong), "weak": Term(weak), **_sides("strong", one.strong)}
    if one.kind == "slip":
        values |= {**_sides("weak", one.weak), "n": _cases(one.weak.now), "because": Sentence(one.because)}
        return Sentence(f"slip_{one.look}", values)
    if one.weak.now.value is None:
        return Sentence("strain_none", values)
    few: dict[str, Worded] = {"n": _cases(one.weak.now), "floor": Number(METRICS[weak].floor)}
    return Sentence("strain_few", {**values, **few, "weak_now": _value(one.weak.now)})


def _sides(side: str, change: Change) -> dict[str, Worded]:
    return {f"{side}_then": _value(change.then), f"{side}_now": _value(change.now)}


def _value(answer: Answer) -> Value:
    return Value(answer.metric_id, answer.value, answer.variant)


def _cases(answer: Answer) -> Count:
    metric = METRICS[answer.metric_id]
    return Count(answer.n, NOUNS.get(metric.id) or PROFILE_NOUNS.get(metric.profile, "cases"))


def _score(score: Score) -> Sentence:
    pairs: dict[str, Worded] = {"pairs": Count(score.pairs, "pairs")}
    if score.value >= FULL:
        return Sentence("groove_full", pairs)
    # What is held back is not at 100, however near.
    value = min(int(rounded(score.value, 0)), FULL - 1)
    held: dict[str, Worded] = {"score": Number(value), "metric": Term(score.held_by)}
    return Sentence("groove_score", {**held, **pairs})


def _notes(shown: Sequence[Parting], score: Score | None, last_on: str) -> list[Sentence]:
    made = [Sentence("groove_clear", {"day": Day(last_on, "plain")})] if shown else []
    if score is None:
        first = PAIRS[0] if not shown else next(pair for pair in PAIRS if pair.metric_id == shown[0].strong.metric_id)
        example = {"strong": Term(first.metric_id), "weak": Term(first.weak[0][0])}
        made.append(Sentence("groove_none", {**example}))
    return made
