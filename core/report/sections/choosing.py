"""One thing to try: at most one line, and none where suggestions are switched off."""

from core.numbers.analyses.choosing import needs_in, suggest
from core.report.model import Section, Sentence, Term, Worded
from core.report.sections.scope import Scope


def choosing(scope: Scope) -> Section | None:
    """The next metric to add or to leave out, for who reads this report."""
    shown = tuple(tile.metric_id for tile in scope.tiles)
    if not scope.spec.suggestions or not shown:
        return None
    told = {f"{place}{key}": text for place, goal in enumerate(scope.spec.goals) for key, text in goal.needs.items()}
    made = suggest(scope.inquiry, shown, scope.spec.goals, needs_in(told), scope.period.to_on)
    if made is None:
        return None
    values: dict[str, Worded] = {"metric": Term(made.metric_ids[0])}
    match made.because:
        case "guard":
            values["strong"] = Term(made.of)
        case "need":
            values["need"] = Term(made.of, "need_of")
    return Section("choosing", (Sentence(f"choosing_{made.because}", values),))
