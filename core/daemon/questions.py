"""What the reading verbs ask of a store: metrics, reports, exports, connectors."""

import io
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from core.config.load import Loaded
from core.daemon.choosing import note_looks
from core.daemon.cycle import day_span
from core.daemon.exits import unknown
from core.daemon.place import load_place, reading, report_specs, reporting_of
from core.daemon.reports import build, checked_day, last_day, last_whole_day, render
from core.deliver.file import private_file
from core.errors import ConfigError
from core.numbers.answer import Answer, Comparison, Period
from core.numbers.ask import METRICS, ask, breakdown, compare, find_metric, series
from core.numbers.lateness import Lateness, lateness
from core.numbers.metric import Metric, Unit
from core.numbers.money import currency_of
from core.numbers.question import check_split, question
from core.numbers.reporting import Reporting
from core.report.export import Form, Kind, export_rows, write_rows
from core.report.locale import Language, language, language_of
from core.report.model import Report, ReportSpec
from core.report.words import value_text


@dataclass(frozen=True)
class MetricLine:
    """One line of ``kpi list``: ``said`` is yesterday's value, or why there is none; ``currency`` is that of money."""

    id: str
    name: str
    group: str
    unit: str
    direction: str
    strength: str
    counter: tuple[str, ...]
    status: str
    reason: str
    value: float | None
    n: int
    said: str
    currency: str | None


def list_metrics(config: Path, now_at: int, day: str | None = None) -> list[MetricLine]:
    """Every metric of the catalogue with its value of a day, yesterday unless another is named, in this store.

    Without a config it is the catalogue alone."""
    if not config.exists():
        never = Period("", "")
        return [
            _line(metric, Answer(id, "", never, status="unavailable", reason="no config yet"), language("en"))
            for id, metric in METRICS.items()  # noqa: A001
        ]
    loaded = load_place(config, with_secrets=False)
    reporting = reporting_of(loaded.config, now_at)
    day = checked_day(day) if day else last_whole_day(loaded, now_at)
    with reading(loaded) as db:
        late = lateness_of(db, loaded, reporting, now_at)
        answers = {
            metric.id: late.told(ask(db, metric.id, Period(day, day), reporting=reporting, now_at=now_at))
            for metric in METRICS.values()
        }
        tongue = language_of(loaded.config.reporting.language, currency_of(db))
    return [_line(metric, answers[metric.id], tongue) for metric in METRICS.values()]


def lateness_of(db: sqlite3.Connection, loaded: Loaded, reporting: Reporting, now_at: int) -> Lateness:
    """How far the config's sources go."""
    names = {source.name for source in loaded.config.sources}
    return lateness(db, reporting, now_at, loaded.config.reporting.late_after, names)


def _line(metric: Metric, answer: Answer, tongue: Language) -> MetricLine:
    return MetricLine(
        metric.id,
        metric.names[tongue.code],
        metric.group,
        metric.unit.value,
        metric.direction,
        metric.strength,
        metric.counter,
        answer.status,
        answer.reason,
        answer.value,
        answer.n,
        said(metric, answer, tongue),
        tongue.currency if metric.unit is Unit.MONEY else None,
    )


def said(metric: Metric, answer: Answer, tongue: Language) -> str:
    """A value with its n, or the reason why there is none."""
    if answer.status == "unavailable":
        return f"unavailable: {answer.reason}"
    low = ", too few to judge" if answer.status == "low_sample" else ""
    late = "".join(f", {note}" for note in answer.notes if note.startswith("late: "))
    return f"{value_text(metric, answer.value, tongue, answer.variant)} (n {answer.n:,}{low}{late})"


@dataclass(frozen=True)
class ShownMetric:
    """Everything ``kpi show`` prints of one metric; money is in minor units of ``currency``."""

    metric: Metric
    period: Period
    where: Mapping[str, str]
    variants: Mapping[str, Answer]
    comparison: Comparison | None
    counters: Mapping[str, Answer]
    by: tuple[tuple[str, Answer], ...]
    days: tuple[Answer, ...]
    language: str
    currency: str | None

    def lines(self) -> Iterator[str]:
        """The metric in plain words."""
        metric, tongue = self.metric, language_of(self.language, self.currency)
        yield f"{metric.names[tongue.code]} ({metric.id})"
        yield f"  {metric.says}"
        yield f"  unit {metric.unit.value}, better {metric.direction}, counted on {metric.clock}, floor {metric.floor}"
        slice_said = ", ".join(f"{key}={name}" for key, name in self.where.items())
        days = dict.fromkeys((self.period.from_on, self.period.to_on))
        yield f"  {' to '.join(days)}{', ' + slice_said if slice_said else ''}"
        for variant, answer in self.variants.items():
            mark = "*" if variant == metric.headline else " "
            yield f"{mark} {variant.ljust(18)} {said(metric, answer, tongue)}{_interval(metric, answer, tongue)}"
            for note in (note for note in answer.notes if not note.startswith("late: ")):
                yield f"      {note}"
        if self.comparison and self.comparison.usual.value is not None:
            usual = value_text(metric, self.comparison.usual.value, tongue, self.comparison.answer.variant)
            yield f"  usual {usual}, verdict: {self.comparison.verdict}"
        for name, answer in self.counters.items():
            yield f"  beside it {name}: {said(find_metric(name), answer, tongue)}"
        if metric.counter and not self.counters:
            yield "  guard: no data"
        for member, answer in self.by:
            yield f"  {member.ljust(24)} {said(metric, answer, tongue)}"
        for answer in self.days:
            yield f"  {answer.period.from_on} {said(metric, answer, tongue)}"


def _interval(metric: Metric, answer: Answer, tongue: Language) -> str:
    if answer.ci_low is not None and answer.ci_high is not None:
        low, high = (value_text(metric, side, tongue, answer.variant) for side in (answer.ci_low, answer.ci_high))
        return f", 95 % interval {low} to {high}"
    if answer.p90 is not None:
        mean = f", mean {value_text(metric, answer.mean, tongue, answer.variant)}" if answer.mean is not None else ""
        return f", p90 {value_text(metric, answer.p90, tongue, answer.variant)}{mean}"
    return ""


def show_metric(
    config: Path,
    now_at: int,
    name: str,
    *,
    day: str | None,
    from_on: str | None,
    to_on: str | None,
    variant: str | None,
    by: str | None,
    days: int,
    where: Mapping[str, str],
) -> ShownMetric:
    """One metric over a day or a period, all variants or one, with its counter-metrics (R13)."""
    loaded = load_place(config, with_secrets=False)
    reporting = reporting_of(loaded.config, now_at)
    metric = find_metric(name)
    if variant is not None and variant not in metric.how:
        raise unknown(f"variant of {metric.id}", variant, metric.how)
    period = asked_period(loaded, now_at, day, from_on, to_on)
    first, last = period.from_on, period.to_on
    note_looks(loaded, [metric.id], now_at)
    with reading(loaded) as db:
        more: dict[str, Any] = {"where": where, "reporting": reporting, "now_at": now_at}
        if by:
            check_split(question(db, metric.id, variant, where, reporting, now_at), by)
        late = lateness_of(db, loaded, reporting, now_at)
        variants = {
            each: late.told(ask(db, metric.id, period, variant=each, **more))
            for each in ([variant] if variant else metric.how)
        }
        counters = {other: late.told(ask(db, other, period, **more)) for other in metric.counter}
        daily: tuple[Answer, ...] = ()
        if days > 0:
            begin = (date.fromisoformat(last) - timedelta(days=days - 1)).isoformat()
            daily = tuple(map(late.told, series(db, metric.id, begin, last, variant=variant, **more)))
        return ShownMetric(
            metric,
            period,
            where,
            variants or {"": late.told(ask(db, metric.id, period, **more))},
            _compared(db, metric.id, last, variant, late, more) if first == last else None,
            {other: answer for other, answer in counters.items() if answer.status != "unavailable"},
            tuple((name, late.told(made)) for _, name, made in breakdown(db, metric.id, period, by, **more))
            if by
            else (),
            daily,
            loaded.config.reporting.language,
            currency_of(db),
        )


def _compared(
    db: sqlite3.Connection, metric_id: str, day_on: str, variant: str | None, late: Lateness, more: Mapping[str, Any]
) -> Comparison | None:
    """The day beside what is usual, unless its data is late: half a day is no change."""
    found = compare(db, metric_id, day_on, variant=variant, tiles=1, **more)
    return found if late.told(found.answer) == found.answer else None


def asked_period(loaded: Loaded, now_at: int, day: str | None, from_on: str | None, to_on: str | None) -> Period:
    """The days that a verb names: one, or from one to another; yesterday if none."""
    named = to_on or day
    last = checked_day(named) if named else last_whole_day(loaded, now_at)
    first = checked_day(from_on) if from_on else last
    if first > last:
        raise ConfigError(f"--from {first} lies after the last day, {last}.")
    return Period(first, last, "day" if first == last else "rolling")


def report_text(config: Path, now_at: int, name: str | None, day: str | None, form: str, language: str | None) -> str:
    """A report in one of its forms; nothing is sent."""
    loaded, spec, report = _built(config, now_at, name, day)
    note_looks(loaded, (tile.metric_id for tile in report.tiles), now_at)
    tongue = language or spec.language
    if form in ("md", "json", "csv"):
        from core.report import csv, json, markdown  # noqa: PLC0415

        made: str = {"md": markdown.render_markdown, "json": json.render_json, "csv": csv.render_csv}[form](
            report, tongue
        )
        return made
    rendered = render(report, spec, tongue)
    if form == "html":
        return rendered.html
    if form == "slack":
        parts = {"text": rendered.slack.text, "blocks": rendered.slack.blocks}
        return msgspec.json.format(msgspec.json.encode(parts), indent=2).decode()
    return rendered.text


def dry_run_lines(config: Path, now_at: int, name: str | None, day: str | None) -> Iterator[str]:
    """The message as the channel would see it, its JSON, and how far it is from Slack's limits."""
    _, spec, report = _built(config, now_at, name, day)
    rendered = render(report, spec)
    yield rendered.text
    blocks = msgspec.json.encode(rendered.slack.blocks)
    yield ""
    replies = len(rendered.slack.thread)
    yield f"{len(rendered.slack.blocks)} blocks of 50, {len(blocks):,} bytes of 10,000, {replies} replies"
    yield f"fallback text, {len(rendered.slack.text)} characters: {rendered.slack.text}"
    yield msgspec.json.format(blocks, indent=2).decode()
    yield "Nothing was sent. Paste the JSON into Slack's Block Kit Builder to see it drawn by Slack."


def _built(config: Path, now_at: int, name: str | None, day: str | None) -> tuple[Loaded, ReportSpec, Report]:
    loaded = load_place(config, with_secrets=False)
    specs = report_specs(loaded)
    spec = specs.get(name) if name else next(iter(specs.values()))
    if spec is None:
        raise unknown("report", str(name), specs)
    day_on = last_day(loaded, spec, day, now_at)
    with reading(loaded) as db:
        return loaded, spec, build(db, loaded, spec, day_on, now_at)


def export_to(config: Path, what: Kind, form: Form, out: Path | None, from_on: str | None, to_on: str | None) -> int:
    """Writes one row a ticket or call to a file (mode 0600) or to the screen; how many."""
    loaded = load_place(config, with_secrets=False)
    begins = day_span(loaded, from_on, None, 0)[0] if from_on else None
    ends = day_span(loaded, "1970-01-02", to_on, 0)[1] if to_on else None
    with reading(loaded) as db:
        heads, rows = export_rows(db, what, begins, ends)
        if out is None:
            return write_rows(heads, rows, form, sys.stdout)
        with private_file(out) as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
            return write_rows(heads, rows, form, text)
