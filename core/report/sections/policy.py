"""What changed after a policy or an improvement, told once, when 28 days have passed (metrics 8.3)."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from core.clock import add_days
from core.numbers.analyses.events import Event
from core.numbers.analyses.policy import WINDOW_DAYS, Effect, Side, effects
from core.numbers.answer import Period
from core.numbers.evaluate import is_count
from core.numbers.metric import Unit
from core.numbers.metrics import METRICS
from core.report.comments import Staff, masked, staff_of
from core.report.model import Count, Day, Figure, Name, Section, Sentence, Span, Term, Value, Worded
from core.report.sections.guards import guards
from core.report.sections.scope import Scope
from core.report.tiles import NOUNS, PROFILE_NOUNS

ALSO = 4
KEYS = {"better": "policy_better", "worse": "policy_worse", "different": "policy_changed"}


def policy(scope: Scope) -> Section | None:
    """The effects that can be told from this period on, and what has just begun; None if neither is there."""
    shown = [tile.metric_id for tile in scope.tiles]
    found = [
        made for made in effects(scope.inquiry, scope.period.from_on, scope.period.to_on, shown)
        if made.state != "unavailable"
    ]  # fmt: skip
    staff = staff_of(scope.inquiry.db)
    told = [
        sentence for _, some in groupby(found, key=lambda made: made.event) for sentence in _told(list(some), staff)
    ]
    if not told:
        return None
    known = [made for made in found if made.state == "ok" and made.own is not None]
    after = Period(scope.period.from_on, scope.period.to_on)
    if known:
        begin_on = _begin(known[0].event)
        after = Period(begin_on, add_days(begin_on, WINDOW_DAYS - 1), "rolling")
    beside = guards(scope.inquiry, [made.metric_id for made in known], after)
    rule = [Sentence("policy_rule")] if known else []
    return Section("policy", tuple(told), notes=(*rule, *beside.notes), guards=beside.missing)


def _begin(event: Event) -> str:
    return event.done_on or event.from_on


def _told(some: Sequence[Effect], staff: Staff) -> Iterator[Sentence]:
    """What became of one event: of several metrics those that clearly changed, else that none did."""
    event = some[0].event
    name: dict[str, Worded] = {"event": Name(masked(event.title, staff)), "day": Day(_begin(event))}
    if all(made.state == "not yet" for made in some):
        yield Sentence("policy_pending", {**name, "ready": Day(max(made.ready_on for made in some))})
        return
    judged = [made for made in some if made.state == "ok"]
    clear = [made for made in judged if made.verdict(len(judged)) in KEYS]
    if event.metric_id is None and not clear:
        if judged:
            yield Sentence("policy_none", {**name, "n": Count(len(judged), "figures")})
    else:
        for made in clear or some:
            yield from _one(made, name, len(judged))
    also = judged[0].also if judged else ()
    if also and (clear or event.metric_id):
        events = tuple(
            Sentence("policy_event", {"event": Name(masked(each.title, staff)), "day": Day(each.from_on)})
            for each in also[:ALSO]
        )
        yield Sentence("policy_also", {"events": events})


def _one(made: Effect, name: dict[str, Worded], tests: int) -> Iterator[Sentence]:
    values = {**name, "metric": Term(made.metric_id)}
    if made.own is None or made.change is None or made.low is None or made.high is None:
        yield Sentence("policy_few", values)
        return
    metric = METRICS[made.metric_id]
    unit, size = metric.unit_of(made.variant), 1
    if unit is Unit.SHARE:
        unit, size = Unit.POINTS, 100
    noun = NOUNS.get(metric.id) or PROFILE_NOUNS.get(metric.profile, "cases")
    values |= {
        **_sides(made, made.own), "n": Count(made.own.n[1], noun),
        "change": Figure(made.change * size, unit, is_signed=True),
        "interval": Span(made.low * size, made.high * size, unit),
    }  # fmt: skip
    yield Sentence(KEYS.get(made.verdict(tests), "policy_unclear"), values)
    if made.others is not None:
        yield Sentence("policy_others", _sides(made, made.others))


def _sides(made: Effect, side: Side) -> dict[str, Worded]:
    def value(number: float) -> Worded:
        plain = Value(made.metric_id, number, made.variant)
        return Sentence("a_day", {"value": plain}) if is_count(METRICS[made.metric_id].how[made.variant]) else plain

    return {"before": value(side.before), "after": value(side.after)}
