"""What stands beside the strong metrics of an analysis (metrics R13)."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import METRICS
from core.report.model import Sentence, Term, Value, Worded


@dataclass(frozen=True)
class Guards:
    """Sentences that tell the counter-metrics; ``missing`` are the strong metrics that have none with data."""

    notes: tuple[Sentence, ...] = ()
    missing: frozenset[str] = frozenset()


def guards(inquiry: Inquiry, shown: Iterable[str], period: Period) -> Guards:
    """The first counter-metric with data of each strong metric of which a value is shown, unless one of it is too."""
    ids = list(dict.fromkeys(shown))
    notes: list[Sentence] = []
    missing: set[str] = set()
    for metric_id in ids:
        metric = METRICS[metric_id]
        if metric.strength != "S" or set(metric.counter) & set(ids):
            continue
        beside = (inquiry.ask(counter, period) for counter in metric.counter)
        found = next((made for made in beside if made.status != "unavailable" and made.value is not None), None)
        if found is None:
            missing.add(metric_id)
            continue
        value = Value(found.metric_id, found.value, found.variant)
        named: dict[str, Worded] = {"strong": Term(metric_id), "metric": Term(found.metric_id), "value": value}
        notes.append(Sentence("section_beside", named))
    return Guards(tuple(notes), frozenset(missing))
