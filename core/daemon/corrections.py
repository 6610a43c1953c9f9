"""What was printed and has changed since: the earlier message is edited, and a note in its thread says what and why.

A correction is made once, with the next report of the kind, where a verdict flipped or a number moved past the floor
under which it is not judged. Smaller changes stand in the next report's own thread.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from core import log
from core.clock import Timing, day_of
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
    receipts = []
    for earlier in _earlier(report_specs(loaded)[name].kind, day_on):
        known = _standing(db, loaded, name, earlier)
        if known:
            receipts += list(_correct(db, loaded, name, earlier, known, now_at, timing))
    return receipts


def complete(db: sqlite3.Connection, loaded: Loaded, now_at: int, timing: Timing | None) -> list[Receipt]:
    """Fills in what a late source kept out of the last weekly and monthly reports: a week is long to wait for it."""
    today_on = day_of(now_at, loaded.config.zone)
    receipts = []
    for spec in report_specs(loaded).values():
        last_on = next(_earlier(spec.kind, today_on))
        known = {} if spec.kind == "daily" else _standing(db, loaded, spec.name, last_on)
        lacking = {key: each for key, each in known.items() if any(map(_is_left_out, each.told.values()))}
        if lacking:
            receipts += list(_correct(db, loaded, spec.name, last_on, lacking, now_at, timing))
    return receipts


def _is_left_out(told: Told) -> bool:
    return told.verdict.startswith("unavailable")


def _standing(db: sqlite3.Connection, loaded: Loaded, name: str, day_on: str) -> dict[str, Latest]:
    """What each destination was last told by a report, of those that it goes to now and that keep what they say."""
    known = {one.name: latest(db, f"{name}:{day_on}", one.name) for one in _destinations(loaded, name)}
    return {key: each for key, each in known.items() if each is not None and each.told}


def _destinations(loaded: Loaded, name: str) -> tuple[Destination, ...]:
    from core.daemon.reports import archive  # noqa: PLC0415  (it calls this)

    rule = next((rule for rule in loaded.config.reports if rule.name == name), None)
    wanted = rule.to if rule else ()
    return (*(one for one in loaded.config.destinations if one.name in wanted), archive())


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
    standing: Mapping[str, Latest],
    now_at: int,
    timing: Timing | None,
) -> Iterator[Receipt]:
    from core.daemon import reports  # noqa: PLC0415  (it calls this)

    spec = report_specs(loaded)[name]
    report = reports.build(db, loaded, spec, day_on, now_at)
    is_told = False
    for destination in _destinations(loaded, name):
        if destination.name not in standing:
            continue
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
