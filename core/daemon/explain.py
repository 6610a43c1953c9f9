"""``kpi explain``: what stands behind one number, in plain lines or with stable keys."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.daemon.choosing import note_looks
from core.daemon.place import load_place, reading, reporting_of, ticket_links
from core.daemon.questions import asked_period, lateness_of, said
from core.numbers.answer import Answer
from core.numbers.explain import Explanation, explain
from core.numbers.explain.cases import Case
from core.numbers.explain.conditions import NOUNS
from core.numbers.metric import Metric, Unit
from core.numbers.metrics import find_metric, find_variant
from core.numbers.money import currency_of
from core.report.locale import Language, language_of
from core.report.words import value_text

DIRECTIONS: Mapping[str, str] = {
    "up": "more is better",
    "down": "less is better",
    "band": "neither too much nor too little",
    "none": "neither good nor bad",
}
STRENGTHS: Mapping[str, str] = {
    "S": "strong: an agent can move it today by will alone, so it never stands alone",
    "W": "weak: it takes sustained effort",
    "-": "the system's: no person alone can move it",
}


@dataclass(frozen=True)
class Explained:
    """An explanation in the language and zone of a place; money is in minor units of ``currency``."""

    found: Explanation
    language: str
    zone: ZoneInfo
    currency: str | None

    @property
    def tongue(self) -> Language:
        """The language, with its money."""
        return language_of(self.language, self.currency)

    def lines(self) -> Iterator[str]:
        """The explanation in plain words; a name with a line break in it begins no line of its own."""
        return (line.replace("\n", " ") for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield from self._definition()
        yield from self._value()
        yield from self._left_out()
        yield from self._change()
        yield from self._published()
        yield from self._cases()

    def _definition(self) -> Iterator[str]:
        found, metric = self.found, self.found.metric
        yield f"{metric.names[self.language]} ({metric.id})"
        yield f"  {metric.says}"
        if found.formula:
            yield f"  variant {found.variant}: {found.formula}"
        for reads in found.reads:
            yield f"  reads {reads.fact} on {', '.join(reads.clocks)}: {reads.says}"
            for condition, words in reads.conditions.items():
                yield f"      {words}: {condition}"
        if not metric.how:
            yield f"  not computed: no source brings {' and '.join(found.needs)}"
        elif found.needs:
            yield f"  needs {', '.join(found.needs)}"
        yield (
            f"  counts on {metric.clock}, profile {metric.profile}; judged from {metric.floor}"
            f"{f' {metric.floor_of}' if metric.floor_of else ''} on"
        )
        yield f"  unit {metric.unit.value}, {DIRECTIONS[metric.direction]}; {STRENGTHS[metric.strength]}"

    def _value(self) -> Iterator[str]:
        found, metric, made = self.found, self.found.metric, self.found.answer
        period, slice_said = made.period, ", ".join(f"{dim}={name}" for dim, name in made.where.items())
        yield ""
        yield " to ".join(dict.fromkeys((period.from_on, period.to_on))) + (f", {slice_said}" if slice_said else "")
        yield f"  value     {said(metric, made, self.tongue)}{self._beside(metric, made)}"
        if made.num is not None:
            of = "" if made.den is None else f" of {_sum(made.den)}"
            yield f"  made of   {self._amount(made.num)}{of}"
        if made.status != "unavailable":
            until = "" if made.maturity == "final" else f" until {self._moment(found.final_from_at)}"
            yield f"  it is     {made.maturity}{until}, {made.precision}"
        for note in (note for note in made.notes if not note.startswith("late: ")):
            yield f"            {note}"
        if found.comparison and found.comparison.usual.value is not None:
            usual = value_text(metric, found.comparison.usual.value, self.tongue, made.variant)
            yield f"  usual     {usual} ({found.comparison.usual.days} days), verdict: {found.comparison.verdict}"
        for name, answer in found.counters.items():
            yield f"  beside it {name}: {said(find_metric(name), answer, self.tongue)}"
        if metric.strength == "S" and not found.counters:
            yield "  guard: no data"
        for member, answer in found.by:
            yield f"    {member.ljust(24)} {said(metric, answer, self.tongue)}"

    def _beside(self, metric: Metric, made: Answer) -> str:
        def text(value: float | None) -> str:
            return value_text(metric, value, self.tongue, made.variant)

        interval = f", 95 % interval {text(made.ci_low)} to {text(made.ci_high)}" if made.ci_low is not None else ""
        tail = f", p90 {text(made.p90)}" if made.p90 is not None else ""
        mean = f", mean {text(made.mean)}" if made.mean is not None and made.p90 is not None else ""
        return f"{interval}{tail}{mean}"

    def _left_out(self) -> Iterator[str]:
        found = self.found
        if found.answer.status == "unavailable":
            return
        yield ""
        counts = "row counts" if found.counted == 1 else "rows count"
        yield f"{found.counted:,} {counts}; left out on these days: {'none' if not found.left_out else ''}".rstrip()
        for one in found.left_out:
            yield f"  {one.count:>7,}  {one.says}"

    def _change(self) -> Iterator[str]:
        change, metric = self.found.change, self.found.metric
        if change is None:
            return
        days = " to ".join(dict.fromkeys((min(change.against), max(change.against))))
        yield ""
        slow = " of the cases took longer than the usual median," if change.is_of_slow else ""
        whole = f"{self._by(change.change)}{slow}"
        yield f"What changed by {change.dim}: {whole} against {len(change.against)} days ({days})"
        for one in change.members:
            value = said(metric, one.answer, self.tongue)
            yield f"  {self._by(one.delta):>14} {one.share:>8.1%}  {one.member.ljust(24)} {value}"

    def _by(self, change: float) -> str:
        found = self.found
        is_share = found.metric.unit_of(found.variant) is Unit.SHARE or (found.change and found.change.is_of_slow)
        if is_share:
            return f"{100 * change:+,.1f} points"
        if found.metric.unit_of(found.variant) in (Unit.MONEY, Unit.SECONDS):
            sign = "-" if change < 0 else "+"
            return sign + value_text(found.metric, abs(change), self.tongue, found.variant)
        return f"{change:+,.2f}"

    def _published(self) -> Iterator[str]:
        found = self.found
        if not found.published:
            return
        yield ""
        yield "As reports gave it"
        for one in found.published:
            value = value_text(found.metric, one.value, self.tongue, found.variant)
            why = f"; restated, {one.why}" if one.why else ""
            yield f"  {self._moment(one.as_of_at)}  {value} (n {one.n:,}), {one.maturity}{why}"
        last = found.published[-1].value
        if last != found.answer.value:
            yield f"  now {value_text(found.metric, found.answer.value, self.tongue, found.variant)}"

    def _cases(self) -> Iterator[str]:
        found = self.found
        if not found.cases:
            return
        shown = sum(case.rows for case in found.cases)
        yield ""
        yield f"Behind it: {_rows(found.counted)}{'' if shown == found.counted else f', {shown:,} shown'}"
        for case in found.cases:
            yield f"  {self._case(case)}"

    def _case(self, case: Case) -> str:
        if not case.id:
            label = ", ".join(filter(None, (case.day_on, case.label)))
            files = f"  ({', '.join(case.files)})" if case.files else ""
            return f"{NOUNS.get(case.kind, case.kind)} {label}: {_rows(case.rows)}, {self._added(case)}{files}"
        when = self._moment(case.at) if case.at is not None else case.day_on
        told = ", ".join(filter(None, (_told(name, word) for name, word in case.details.items())))
        parts = (self._weight(case), f"{case.kind} {case.id} ({case.source})", when, told, case.url)
        return "  ".join(filter(None, parts))

    def _weight(self, case: Case) -> str:
        """Its duration, or whether it is in the numerator; nothing where all count alike."""
        if case.value is not None:
            # Beside a count stands how old each case is.
            unit = self.found.metric.unit_of(self.found.variant)
            text = self.tongue.value(case.value, Unit.SECONDS if unit is Unit.COUNT else unit)
            return f"{text} so far" if case.waits else text
        if {"num", "den"} <= case.adds.keys():
            return f"{case.adds['num']:g} of {case.adds['den']:g}"
        added = next(iter(case.adds.values()), 0)
        return "" if added == 1 else f"{added:+,g}"

    def _added(self, case: Case) -> str:
        """What rows add up to: numerator of denominator where they are in both."""
        told = dict(case.adds)
        num, den = told.pop("num", None), told.pop("den", None)
        whole = None if num is None else self._amount(num) if den is None else f"{self._amount(num)} of {_sum(den)}"
        if num is None and den is not None:
            whole = f"counted against: {_sum(den)}"
        return ", ".join(filter(None, (whole, *(f"{role.replace('_', ' ')} {_sum(it)}" for role, it in told.items()))))

    def _amount(self, amount: float) -> str:
        """What is in the numerator, money as money."""
        metric, variant = self.found.metric, self.found.variant
        is_money = metric.unit_of(variant) is Unit.MONEY
        return value_text(metric, amount, self.tongue, variant) if is_money else _sum(amount)

    def _moment(self, at: int) -> str:
        return datetime.fromtimestamp(at, UTC).astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def data(self) -> dict[str, Any]:
        """The explanation with stable keys."""
        found, metric = self.found, self.found.metric
        change = found.change
        return {
            "metric": metric.id,
            "name": metric.names[self.language],
            "says": metric.says,
            "variant": found.variant,
            "formula": found.formula,
            "reads": [asdict(reads) for reads in found.reads],
            "needs": found.needs,
            "currency": self.currency,
            "unit": metric.unit_of(found.variant).value if metric.how else metric.unit.value,
            "direction": metric.direction,
            "strength": metric.strength,
            "clock": metric.clock,
            "profile": metric.profile,
            "floor": metric.floor,
            "floor_of": metric.floor_of,
            "answer": asdict(found.answer),
            "final_from_at": found.final_from_at,
            "usual": asdict(found.comparison.usual) if found.comparison else None,
            "verdict": found.comparison.verdict if found.comparison else None,
            "counters": {name: asdict(answer) for name, answer in found.counters.items()},
            "counted": found.counted,
            "left_out": [asdict(one) for one in found.left_out],
            "change": change and {
                "dim": change.dim,
                "against": change.against,
                "change": change.change,
                "is_of_slow": change.is_of_slow,
                "members": [
                    {"member": one.member, "share": one.share, "change": one.delta, "answer": asdict(one.answer)}
                    for one in change.members
                ],
            },
            "by": [{"member": member, "answer": asdict(answer)} for member, answer in found.by],
            "published": [asdict(one) for one in found.published],
            "cases": [asdict(case) for case in found.cases],
        }  # fmt: skip


def _told(name: str, word: str | float) -> str:
    if name.startswith("is_"):
        return name.removeprefix("is_") if word else ""
    return f"{word} s" if name.endswith("_s") else f"{name} {word}" if isinstance(word, int | float) else word


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _sum(amount: float | None) -> str:
    if amount is None:
        return "nothing"
    return f"{amount:,.0f}" if float(amount).is_integer() else f"{amount:,.3f}"


def explain_metric(
    config: Path,
    now_at: int,
    name: str,
    *,
    day: str | None,
    from_on: str | None,
    to_on: str | None,
    variant: str | None,
    by: str | None,
    where: Mapping[str, str],
    limit: int,
) -> Explained:
    """What stands behind a metric's value on a day or over a period."""
    loaded = load_place(config, with_secrets=False)
    metric = find_metric(name)
    find_variant(metric, variant)
    period = asked_period(loaded, now_at, day, from_on, to_on)
    note_looks(loaded, [metric.id], now_at)
    reporting = reporting_of(loaded.config, now_at)
    with reading(loaded) as db:
        found = explain(
            db,
            metric.id,
            period,
            variant=variant,
            where=where,
            by=by,
            links=ticket_links(loaded),
            limit=limit,
            reporting=reporting,
            now_at=now_at,
        )
        late, currency = lateness_of(db, loaded, reporting, now_at), currency_of(db)
    told = late.told(found.answer)
    if told != found.answer:
        found = replace(found, answer=told, comparison=None, change=None)
    counters = {other: late.told(answer) for other, answer in found.counters.items()}
    found = replace(
        found,
        counters={other: answer for other, answer in counters.items() if answer.status != "unavailable"},
        by=tuple((member, late.told(answer)) for member, answer in found.by),
    )
    return Explained(found, loaded.config.reporting.language, reporting.zone, currency)
