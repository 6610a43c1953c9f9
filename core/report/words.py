"""A report put into words: sentences from messages and typed values, and the texts of a tile."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.numbers.answer import Answer, Comparison, Usual
from core.numbers.compare import FROM_THE_START
from core.numbers.metric import Metric, Unit
from core.numbers.needs import NEEDS
from core.numbers.where import UNKNOWN
from core.report.locale import Language, language, language_of, neat, slot_time
from core.report.model import (
    Chart,
    Clock,
    Count,
    Day,
    Delta,
    Figure,
    Happening,
    Name,
    Nth,
    Number,
    Report,
    Seconds,
    Sentence,
    Share,
    Slot,
    Span,
    Target,
    Term,
    Tile,
    Value,
    Worded,
)

SYMBOLS = {"good": "✅", "bad": "🔸", "neutral": "⚪", "unjudged": "❔", "none": ""}
TONES = ("good", "bad")
# Details that hold the counter-metric's value already.
SAYS_COUNTER = {"answered", "answered_week", "short_left_out"}
CLEAR = {"better", "worse", "different"}
# As much as is read of what an admin wrote about a goal.
LONG_CHARS = 300
UNJUDGED = {"too few": "too_few", "too early": "too_early", "no usual": "no_usual"}


class Part(NamedTuple):
    """A piece of a sentence; ``is_name`` marks words of a vendor, customer or admin."""

    text: str
    is_name: bool = False


@dataclass(frozen=True)
class TileWords:
    """The texts of a tile, in reading order; ``mark_word`` says what ``symbol`` shows."""

    name: str
    value: str
    symbol: str
    mark_word: str
    delta: str
    sample: str
    goal: str
    details: tuple[str, ...]
    beside: str

    @property
    def small(self) -> str:
        """Sample, what stands beside it, and the goal on one line."""
        return " · ".join(text for text in (self.sample, *self.details, self.beside, self.goal) if text)

    @property
    def line(self) -> str:
        """The tile in one line."""
        said = (f"{self.name} {self.value}", self.delta, self.sample, self.beside, self.goal)
        return " · ".join(text for text in said if text)


class Words:
    """How one report is said in one language."""

    def __init__(self, report: Report, code: str) -> None:
        self.report = report
        self.language: Language = language_of(code, report.currency)
        self.zone = ZoneInfo(report.zone)

    def text(self, key: str, **values: object) -> str:
        """A fixed text of the page, such as a heading."""
        return self._message("text", key).format(**values)

    def _message(self, section: str, key: str) -> str:
        """A message, in the words of this kind of report where it has its own."""
        own = self.language.word(section, f"{key}_{self.report.kind}")
        return own or self.language.text(section, key)

    def parts(self, sentence: Sentence) -> list[Part]:
        """The sentence in pieces, so that a renderer can tell other people's words from ours."""
        template = self._message("say", sentence.key)
        made: list[Part] = []
        for literal, field, _, _ in Formatter().parse(template):
            # An abbreviation that ends a sentence needs no second stop.
            is_stopped = literal.startswith(".") and bool(made) and made[-1].text.endswith(".")
            text = literal[1:] if is_stopped else literal
            if text:
                made.append(Part(text))
            if field is not None:
                made.extend(self._value(sentence.values[field]))
        return made

    def say(self, sentence: Sentence) -> str:
        """The sentence as plain text."""
        return "".join(part.text for part in self.parts(sentence))

    def say_all(self, sentences: Iterable[Sentence]) -> str:
        """Sentences one after the other, with the language's gap."""
        return self.language.text("format", "gap").join(self.say(sentence) for sentence in sentences)

    def name(self) -> str:
        """What the report is called."""
        return neat(self.report.title) if self.report.title else self.text("title")

    def title(self) -> str:
        """The title with the day, week or month, and the slice."""
        pieces = [self.name(), self.when("short"), *(self.slices())]
        if self.report.is_demo:
            pieces.append(self.text("demo"))
        return " · ".join(pieces)

    def when(self, style: str) -> str:
        """The day in a style, the week with its days, or the month."""
        lang, period = self.language, self.report.period
        if self.report.kind == "monthly":
            return lang.day(period.from_on, "month")
        if self.report.kind == "daily":
            return lang.day(self.report.day_on, style)
        is_same = period.from_on[:7] == period.to_on[:7]
        styles = ("from_same", "to_same") if is_same else ("plain", "plain")
        first, last = (lang.day(day, each) for day, each in zip((period.from_on, period.to_on), styles, strict=True))
        week = date.fromisoformat(period.from_on).isocalendar().week
        return lang.text("format", "week").format(**{"week": week, "from": first, "to": last})

    def slices(self) -> Iterator[str]:
        """What the report is restricted to."""
        for dim, member in self.report.where.items():
            yield self.text("slice", dim=self.language.word("dim", dim) or dim, member=self.member(dim, member))

    def member(self, dim: str, member: str) -> str:
        """The name of a member of a dimension; channels and priorities are our own words."""
        if member == UNKNOWN:
            return self.text("unknown")
        return (self.language.word("channel", member) if dim == "channel" else None) or neat(member)

    def headline(self) -> str:
        """The headline as one sentence with a capital and a stop."""
        text = "".join(part.text for part in self._joined(self.report.headline))
        return text[:1].upper() + text[1:] + self.language.text("format", "stop")

    def metric_name(self, metric_id: str) -> str:
        """The short name where there is one, else the declared one."""
        short = self.language.word("short", metric_id)
        return short or self.metric(metric_id).names[self.language.code]

    def metric(self, metric_id: str) -> Metric:
        """The declaration of a metric that the report names."""
        return self.report.metrics[metric_id]

    def number(self, answer: Answer) -> str:
        """The value of an answer, in its unit."""
        return self.language.value(answer.value, self.metric(answer.metric_id).unit_of(answer.variant))

    def cell(self, given: Comparison | Answer) -> str:
        """A value in a table, with its arrow where the change is clear."""
        answer = compared(given)
        value = self.number(answer)
        if answer.status == "low_sample" and self.metric(answer.metric_id).unit is not Unit.COUNT:
            value += f" (n {self.language.number(answer.n)})"
        if isinstance(given, Answer) or given.verdict not in CLEAR or not given.delta:
            return value
        size = Delta(given.answer.metric_id, given.delta, given.answer.variant)
        arrow = self.say(Sentence("up" if given.delta > 0 else "down", {"delta": size}))
        return f"{value} {arrow}"

    def delta(self, comparison: Comparison) -> str:
        """How the value stands to what is usual: an arrow only where the change is clear."""
        answer, delta = comparison.answer, comparison.delta
        if answer.status == "unavailable" or answer.value is None:
            return self.say(Sentence("unavailable" if answer.status == "unavailable" else "no_data"))
        if comparison.verdict in CLEAR and delta:
            size = Delta(answer.metric_id, delta, answer.variant)
            way = "up" if delta > 0 else "down"
            word = self._word(comparison)
            values: dict[str, Worded] = {"delta": size, "weekday": Day(self.report.day_on, "weekday")}
            if word is None:
                return self.say(Sentence(f"delta_{way}", values))
            return self.say(Sentence(f"delta_{way}_word", values | {"word": Term(word, "word")}))
        key = UNJUDGED.get(comparison.verdict)
        if isinstance(self.metric(answer.metric_id).how.get(answer.variant), FROM_THE_START):
            key = "to_date"
        if key is None:
            key = "unclear" if is_outside(answer.value, comparison.usual) else "steady"
        return self.say(Sentence(key, {"weekday": Day(self.report.day_on, "weekday")}))

    def tile(self, tile: Tile) -> TileWords:
        """Everything that is said in a tile."""
        name = self.metric_name(tile.metric_id) + (f" {tile.suffix}" if tile.suffix else "")
        details = [self.say(sentence) for sentence in tile.details]
        is_said = any(sentence.key in SAYS_COUNTER for sentence in tile.details)
        beside = self.say(Sentence("guard_missing")) if tile.guard_missing else ""
        if tile.counter is not None and not is_said:
            beside = self.say(self._beside(tile.counter))
        is_open = tile.answer.maturity == "provisional" and tile.answer.value is not None
        if is_open and tile.goal_state != "reached":
            details.append(self.say(Sentence("provisional")))
        if self.report.kind != "daily" and tile.answer.period.to_on != self.report.day_on:
            details.append(
                self.say(Sentence(f"settled_{self.report.kind}", {"day": Day(tile.answer.period.to_on, "plain")}))
            )
        return TileWords(
            name=name,
            value=self.number(tile.answer),
            symbol=SYMBOLS[tile.mark],
            mark_word=self.language.text("mark", tile.mark),
            delta=self.say(Sentence("is_late")) if tile.is_late else self.delta(tile.comparison),
            sample=self.say(tile.sample) if tile.sample else "",
            goal=self.goal(tile),
            details=tuple(details),
            beside=beside,
        )

    def chart_title(self, chart: Chart) -> str:
        """What a chart shows, of whom, and over which days."""
        pieces = [self.metric_name(chart.metric_id)]
        if chart.member:
            pieces.append(neat(chart.member))
        key = {"slots": "chart_slots", "weeks": "chart_weeks"}.get(chart.kind, "chart_days")
        span = self.text(key, n=len(chart.points))
        return self.language.text("format", "join").join([*pieces, span])

    def happening(self, given: Happening) -> Sentence:
        """An entry of the calendar in one line, its words marked as an admin's."""
        day: Sentence | Day = Day(given.from_on)
        if given.to_on != given.from_on:
            day = Sentence("days_span", {"from": Day(given.from_on), "to": Day(given.to_on)})
        values: dict[str, Worded] = {"day": day, "kind": Term(given.kind, "event"), "title": Name(given.title)}
        if not given.note:
            return Sentence("happened", values)
        return Sentence("happened_note", {**values, "note": Name(given.note)})

    def freshness(self) -> list[str]:
        """How far each source's data goes, whole ones first."""
        good = [s for s in self.report.sources if s.data_to_at is not None]
        return [
            self.say(Sentence("data_to", {"source": Name(s.title), "clock": Clock(s.data_to_at, self.report.day_on)}))
            for s in good
            if s.data_to_at is not None
        ]

    def problems(self) -> Iterator[Sentence]:
        """What is wrong with the sources today: late, failed."""
        for source in self.report.sources:
            name = Name(source.title)
            if source.data_to_at is None:
                yield Sentence("data_none", {"source": name})
            elif source.is_late:
                clock = Clock(source.data_to_at, self.report.day_on)
                yield Sentence("data_late", {"source": name, "clock": clock})
            if source.is_failed:
                yield Sentence("data_failed", {"source": name})

    def set_aside(self) -> Iterator[Sentence]:
        """Rows that could not be read, by source."""
        for source in self.report.sources:
            if source.rejected:
                yield Sentence("data_rejected", {"source": Name(source.title), "n": Count(source.rejected, "rows")})

    def notes(self) -> Iterator[Sentence]:
        """What sources do not let us read, day after day, and what could not be read."""
        for source in self.report.sources:
            if source.skipped:
                streams = Name(", ".join(source.skipped))
                yield Sentence("data_skipped", {"source": Name(source.title), "streams": streams})
        yield from self.set_aside()

    def goal(self, tile: Tile, stem: str = "goal") -> str:
        """The target and what became of it; nothing where there is none."""
        if tile.goal is None:
            return ""
        goal = Target(tile.metric_id, tile.goal.target, tile.goal.variant or tile.answer.variant)
        key = f"{stem}_{tile.goal_state}" if tile.goal_state != "none" else f"{stem}_unjudged"
        if tile.goal_state == "reached" and tile.answer.maturity == "provisional":
            key = f"{stem}_reached_so_far"
        return self.say(Sentence(key, {"goal": goal}))

    def _beside(self, counter: Answer) -> Sentence:
        values: dict[str, Worded] = {
            "metric": Term(counter.metric_id),
            "value": Value(counter.metric_id, counter.value, counter.variant),
        }
        if counter.period != self.report.period:
            values["value"] = Sentence("of_week", {"value": values["value"], "day": Day(counter.period.to_on, "plain")})
        if counter.status == "low_sample" and self.metric(counter.metric_id).unit is not Unit.COUNT:
            return Sentence("beside_n", values | {"n": Term("too_few", "say")})
        return Sentence("beside", values)

    def _word(self, comparison: Comparison) -> str | None:
        """A word for the judgement where the arrow points the other way, or where no direction is good."""
        metric = self.metric(comparison.answer.metric_id)
        if comparison.verdict == "different" or metric.direction == "up":
            return None
        good = comparison.verdict == "better"
        if metric.unit.value == "seconds":
            return "faster" if good else "slower"
        return "better" if good else "worse"

    def _joined(self, sentences: Iterable[Sentence]) -> list[Part]:
        made: list[Part] = []
        before = ""
        for sentence in sentences:
            tone = sentence.key.rpartition("_")[2]
            if made:
                turns = tone in TONES and before in TONES and tone != before
                made.append(Part(self.language.text("format", "contrast" if turns else "clause")))
            made.extend(self.parts(sentence))
            before = tone
        return made

    def cell_text(self, value: Worded | None) -> str:
        """A value in a table of an analysis; a dash where there is none."""
        return self.language.text("text", "no_value") if value is None else "".join(p.text for p in self._value(value))

    def _value(self, value: Worded) -> list[Part]:  # noqa: PLR0912 - one line for each kind of value
        lang = self.language
        match value:
            case Name(text, is_long):
                return [Part(neat(text, LONG_CHARS) if is_long else neat(text), is_name=True)]
            case Sentence():
                return self.parts(value)
            case tuple():
                return self._joined(value)
            case Value(metric_id, number, variant):
                return [Part(lang.value(number, self.metric(metric_id).unit_of(variant)))]
            case Target(metric_id, number, variant):
                return [Part(lang.target(number, self.metric(metric_id).unit_of(variant)))]
            case Delta(metric_id, number, variant):
                return [Part(lang.delta(number, self.metric(metric_id).unit_of(variant)))]
            case Share(number):
                return [Part(lang.percent(number, 0))]
            case Count(number, noun):
                return [Part(lang.count(number, noun))]
            case Number(number):
                return [Part(lang.number(number))]
            case Figure(figure, unit, is_signed):
                return [Part(lang.signed(figure, unit) if is_signed else lang.value(figure, unit))]
            case Span(low, high, unit):
                return [Part(lang.span(low, high, unit))]
            case Nth(number):
                return [Part(lang.nth(number))]
            case Day(day_on, style):
                return [Part(lang.day(day_on, style))]
            case Clock(at, day_on):
                return [Part(lang.clock(at, self.zone, day_on))]
            case Slot(slot):
                return [Part(slot_time(slot))]
            case Seconds(number):
                return [Part(lang.seconds(number))]
            case Term(key, "metric"):
                return [Part(self.metric_name(key))]
            case Term(key, "need"):
                return [Part(NEEDS[key].names[lang.code])]
            case Term(key, kind):
                return [Part(lang.text(kind, key))]


def is_outside(value: float, usual: Usual) -> bool:
    """Whether a value lies outside the usual range, if there is one."""
    return usual.low is not None and usual.high is not None and not usual.low <= value <= usual.high


def compared(cell: Comparison | Answer) -> Answer:
    """The answer in a table's cell, with or without a comparison."""
    return cell.answer if isinstance(cell, Comparison) else cell


def value_text(metric: Metric, value: float | None, tongue: Language, variant: str = "") -> str:
    """A value of a metric in a language, in its unit."""
    return tongue.value(value, metric.unit_of(variant))


def called(metric_id: str) -> Term:
    """A metric's name in a headline, without its statistic."""
    return Term(metric_id, "called" if language("en").word("called", metric_id) else "metric")
