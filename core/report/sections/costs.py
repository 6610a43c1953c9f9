"""What a month cost beside the one before: volume, mix, rates and fixed cost; and what a seat must win back."""

from core.numbers.analyses.cost_bridge import Bridge, Finding, Seat, cost_bridge
from core.numbers.answer import Answer
from core.numbers.metric import Unit
from core.numbers.metrics import METRICS
from core.report.model import Count, Day, Figure, Grid, Number, Section, Sentence, Share, Term, Value, Worded
from core.report.sections.scope import Scope

STEPS = ("volume", "mix", "rate", "fixed")


def costs(scope: Scope) -> Section | None:
    """None where one of the two months has no costs, too few contacts, or is not over."""
    found = cost_bridge(scope.inquiry, scope.period)
    if found is None:
        return None
    sentences = [_per_contact(scope, found)]
    if found.seat and (seat := _seat(found.seat)):
        sentences.append(seat)
    notes = [Sentence("cost_effects" if found.has_channels else "cost_effects_whole")]
    return Section("costs", tuple(sentences), (_grid(found.bridge, found),), tuple(notes))


def _value(answer: Answer) -> Value:
    return Value(answer.metric_id, answer.value, answer.variant)


def _per_contact(scope: Scope, found: Finding) -> Sentence:
    """Cheap and unsolved is dear: never without its counter-metric."""
    then, now = found.per_contact
    values: dict[str, Worded] = {
        "then": _value(then), "now": _value(now), "n": Count(found.contacts[1], "contacts"),
        "n_then": Number(found.contacts[0]),
    }  # fmt: skip
    for counter in METRICS[now.metric_id].counter:
        before, after = (scope.inquiry.ask(counter, period) for period in (found.before, found.month))
        if before.status == "ok" and after.status == "ok" and None not in (before.value, after.value):
            beside: dict[str, Worded] = {"counter": Term(counter), "was": _value(before), "is": _value(after)}
            return Sentence("cost_per_contact_moved", values | beside)
    return Sentence("cost_per_contact_alone", values)


def _seat(seat: Seat) -> Sentence | None:
    share = seat.break_even
    if share is None:
        return None
    values: dict[str, Worded] = {
        "cost": Figure(seat.cost, Unit.MONEY), "contacts": Number(round(seat.contacts)), "share": Share(share),
        "heads": Number(seat.heads), "lost": _lost(seat),
    }  # fmt: skip
    return Sentence("cost_seat" if share <= 1 else "cost_seat_never", values)


def _lost(seat: Seat) -> Sentence:
    """Callers who gave up, lost hours in contacts, or both, as far as anybody tells."""
    told: dict[str, Worded] = {}
    if seat.abandoned is not None:
        told["calls"] = Count(round(seat.abandoned), "calls")
    if seat.lost_contacts is not None:
        told["hours"] = Count(round(seat.lost_contacts), "contacts")
    return Sentence(f"cost_lost_{'_and_'.join(told)}", told)


def _grid(bridge: Bridge, found: Finding) -> Grid:
    rows: list[tuple[Worded | None, ...]] = [(Day(found.before.to_on, "month"), Figure(bridge.before, Unit.MONEY))]
    rows += [
        (Sentence(f"cost_{step}"), Figure(getattr(bridge, step), Unit.MONEY, is_signed=True))
        for step in STEPS
        if found.has_channels or step != "mix"
    ]
    rows.append((Day(found.month.to_on, "month"), Figure(bridge.after, Unit.MONEY)))
    return Grid((Term("month_cost", "head"), Term("value", "head")), tuple(rows))
