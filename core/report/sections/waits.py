"""Satisfaction by how long customers had waited, where there is a wait from which it is clearly lower."""

from core.numbers.analyses.wait_bands import LEAST_RATINGS, Band, WaitBands, wait_bands
from core.numbers.metric import Unit
from core.report.model import Count, Day, Grid, Number, Seconds, Section, Sentence, Span, Term, Value, Worded
from core.report.sections.scope import Scope


def waits(scope: Scope) -> Section | None:
    """The knee of each group of contacts; None where none has one."""
    found = wait_bands(scope.inquiry, scope.period.to_on)
    if not any(group.knee for group in found):
        return None
    method: dict[str, Worded] = {"day": Day(scope.period.to_on, "plain"), "floor": Number(LEAST_RATINGS)}
    return Section(
        "waits",
        tuple(_sentence(group) for group in sorted(found, key=lambda group: group.knee is None)),
        tuple(_grid(group) for group in found if group.knee),
        notes=(Sentence("waits_method", method),),
    )


def _sentence(group: WaitBands) -> Sentence:
    if group.knee is None:
        return Sentence(f"no_knee_{group.group}", {"n": _rated(group.rated)})
    knee = group.knee
    values: dict[str, Worded] = {
        "at": Seconds(knee.at_s),
        "below": Value("csat", knee.below.share),
        "n_below": _rated(knee.below.rated),
        "above": Value("csat", knee.above.share),
        "n_above": _rated(knee.above.rated),
    }
    return Sentence(f"knee_{group.group}", values)


def _rated(count: int) -> Count:
    return Count(count, "ratings")


def _grid(group: WaitBands) -> Grid:
    heads = (Term(f"waited_{group.group}", "head"), Term("csat"), Term("interval", "head"), Term("n", "head"))
    return Grid(heads, tuple(_row(band) for band in group.bands))


def _row(band: Band) -> tuple[Worded | None, ...]:
    low, high = band.interval
    return _wait(band), Value("csat", band.share), Span(low, high, Unit.SHARE), Number(band.rated)


def _wait(band: Band) -> Sentence:
    if band.to_s is None:
        return Sentence("band_last", {"from": Seconds(band.from_s)})
    if not band.from_s:
        return Sentence("band_first", {"to": Seconds(band.to_s)})
    return Sentence("band_between", {"from": Seconds(band.from_s), "to": Seconds(band.to_s)})
