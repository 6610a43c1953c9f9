"""What was printed and has changed since: the earlier message is edited, and a note in its thread says what and why.

A correction is made once, with the next report of the kind, where a verdict flipped or a number moved past the floor
under which it is not judged. Smaller changes stand in the next report's own thread.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from core import log
from core.clock import Timing
from core.config import Destination
from core.config.load import Loaded
from core.daemon.place import report_specs
from core.deliver import Delivery, Receipt, deliver, open_target
from core.deliver.outbox import Latest, Told, latest
from core.errors import DeskpulseError
from core.numbers.answer import Grain, Period
from core.numbers.periods import before, month_of, week_of
from core.report.message import SlackReply
from core.report.model import Day, Report, ReportKind, Sentence, Term, Tile, Value

# So many earlier reports of a kind are looked at again.
LOOK_BACK: Mapping[Grain, int] = {"day": 7, "week": 4, "month": 2}


def told_by(report: Report) -> Mapping[str, Told]:
    """The numbers of a report's tiles, by metric and variant."""
    return {
        _name(report, tile): Told(
            tile.answer.value, tile.answer.n, f"{tile.answer.status} {tile.mark} {tile.goal_state}"
        )
        for tile in report.tiles
    }


def _name(report: Report, tile: Tile) -> str:
    """A number of another period than the report's, such as the last settled week, goes by its last day too."""
    last_on = tile.answer.period.to_on
    return f"{tile.metric_id}/{tile.answer.variant}" + (f"/{last_on}" if last_on != report.day_on else "")


def changes(report: Report, before: Mapping[str, Told]) -> tuple[Sentence, ...]:
    """Each number that is judged otherwise than it was printed, because its data changed."""
    return tuple(_changes(report, before))


def _changes(report: Report, before: Mapping[str, Told]) -> Iterator[Sentence]:
    now = told_by(report)
    for tile in report.tiles:
        was, new = before.get(_name(report, tile)), now[_name(report, tile)]
        is_other = was is not None and (was.value, was.n) != (new.value, new.n)
        # A source that is late today says nothing about a number that was whole.
        if was is None or tile.is_late or not is_other or was.verdict == new.verdict:
            continue
        variant = tile.answer.variant
        yield Sentence("restated", {
            "day": Day(tile.answer.period.to_on),
            "metric": Term(tile.metric_id),
            "old": Value(tile.metric_id, was.value, variant),
            "new": Value(tile.metric_id, new.value, variant),
        })  # fmt: skip


def note_of(report: Report, sentences: Sequence[Sentence], language: str) -> SlackReply:
    """The note under a corrected message."""
    from core.report import blocks  # noqa: PLC0415
    from core.report.words import Part, Words  # noqa: PLC0415

    words = Words(report, language)
    title = words.text("revisions")
    lines = blocks.bullets([blocks.line(words.parts(sentence)) for sentence in sentences])
    text = f"{title}{words.language.text('format', 'colon')}{words.say_all(sentences)}"
    return SlackReply(blocks.escape(text), (blocks.rich(blocks.line([Part(title)], bold=True), lines),))


def correct(
    db: sqlite3.Connection, loaded: Loaded, name: str, day_on: str, now_at: int, timing: Timing | None
) -> list[Receipt]:
    """Corrects the reports of this name before the one that ends on ``day_on``, wherever they arrived."""
    from core.daemon.reports import archive  # noqa: PLC0415  (it calls this)

    rule = next((rule for rule in loaded.config.reports if rule.name == name), None)
    wanted = rule.to if rule else ()
    destinations = (*(one for one in loaded.config.destinations if one.name in wanted), archive())
    receipts = []
    for earlier in _earlier(report_specs(loaded)[name].kind, day_on):
        standing = {one.name: latest(db, f"{name}:{earlier}", one.name) for one in destinations}
        known = {key: each for key, each in standing.items() if each is not None and each.told}
        if known:
            there = [one for one in destinations if one.name in known]
            receipts += list(_correct(db, loaded, name, earlier, there, known, now_at, timing))
    return receipts


def _earlier(kind: ReportKind, day_on: str) -> Iterator[str]:
    """The last days of the earlier periods that are looked at, newest first."""
    period = {"weekly": week_of, "monthly": month_of}.get(kind, lambda day: Period(day, day))(day_on)
    for _ in range(LOOK_BACK[period.grain]):
        period = before(period)
        yield period.to_on


def _correct(
    db: sqlite3.Connection,
    loaded: Loaded,
    name: str,
    day_on: str,
    destinations: Sequence[Destination],
    standing: Mapping[str, Latest],
    now_at: int,
    timing: Timing | None,
) -> Iterator[Receipt]:
    from core.daemon import reports  # noqa: PLC0415  (it calls this)

    spec = report_specs(loaded)[name]
    report = reports.build(db, loaded, spec, day_on, now_at)
    is_told = False
    for destination in destinations:
        was = standing[destination.name]
        sentences = changes(report, was.told)
        if not sentences:
            continue
        is_told = True
        language = destination.language or spec.language
        note, rendered = note_of(report, sentences, language), reports.render(report, spec, language)
        try:
            with open_target(destination, loaded.store_path.parent, timing) as target:
                if target.corrected is None:
                    continue
                parts = target.corrected(rendered, note)
                made = Delivery(report.key, destination.name, parts, was.revision + 1, was.at, told_by(report))
                receipt = deliver(db, target.sender, made, now_at, timing=timing)
        except DeskpulseError as problem:
            receipt = Receipt(destination.name, "failed", notes=(problem.message,))
        log.event("corrected", report=report.key, destination=destination.name, state=receipt.state)
        yield receipt
    if is_told:
        reports.publish_report(db, report, now_at)
