"""Builds the reports that are due and hands them to their destinations, each at most once."""

import logging
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core import log
from core.clock import Timing
from core.config import Destination
from core.config.load import Loaded
from core.config.models import ReportRule
from core.daemon.corrections import complete, correct, told_by
from core.daemon.place import report_specs, reporting_of
from core.deliver import Delivery, Receipt, deliver, open_target
from core.deliver.outbox import Told
from core.deliver.targets import Rendered
from core.errors import AuthError, ConfigError, DeskpulseError, Stopped
from core.report.model import Report, ReportKind, ReportSpec
from core.store.db import StoreError

ARCHIVE = "archive"
# What failed or is unclear is looked at again this often.
RETRY_S = 900
# After midnight a report of the day before is still made up for; later than that, the next one is nearer.
CATCH_UP_S = 12 * 3600
# So many days later a report of a week or month is still sent: Monday's until Wednesday, the 1st's until the 5th.
CATCH_UP_DAYS: Mapping[str, int] = {"weekly": 2, "monthly": 4}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Due:
    """A report whose time has come: the last day it tells of, and where it has not arrived yet."""

    spec: ReportSpec
    day_on: str
    destinations: tuple[Destination, ...]

    @property
    def key(self) -> str:
        """What makes it one report: its name and its last day."""
        return report_key(self.spec.name, self.day_on)


def report_key(name: str, day_on: str) -> str:
    """The key under which a report is kept in the outbox."""
    return f"{name}:{day_on}"


def due_reports(db: sqlite3.Connection, loaded: Loaded, now_at: int) -> list[Due]:
    """Reports whose time has passed and that somebody has not got yet.

    A daily one tells of the local day before, a weekly one of the last whole ISO week, a monthly one, due on the 1st,
    of the month before. Compared by the wall clock: a time that a clock change skips is due right after, one that comes
    twice is due once. A machine that slept for days sends the latest only. One that slept over a late hour still sends
    a day's report after midnight, a week's up to two days later and a month's up to four. Nothing is due before
    anything was ever read."""
    if not was_read(db):
        return []
    here = datetime.fromtimestamp(now_at, loaded.config.zone)
    due = []
    for rule in loaded.config.reports:
        due_on = _last_due_on(rule, here)
        if due_on is None:
            continue
        day_on = _told_on(rule.kind, due_on)
        wanted = (*(d for d in loaded.config.destinations if d.name in rule.to), archive())
        waiting = tuple(d for d in wanted if _is_waiting(db, report_key(rule.name, day_on), d.name, now_at))
        if waiting:
            due.append(Due(report_specs(loaded)[rule.name], day_on, waiting))
    return due


def _last_due_on(rule: ReportRule, here: datetime) -> date | None:
    """The day on which the report was due last, if it is still to be made up for."""
    due_on = here.date() if here.strftime("%H:%M") >= rule.at else here.date() - timedelta(days=1)
    match rule.kind:
        case "weekly":
            due_on -= timedelta(days=(due_on.weekday() - WEEKDAYS.index(rule.on)) % len(WEEKDAYS))
        case "monthly":
            due_on = due_on.replace(day=1)
        case "daily":
            if due_on == here.date():
                return due_on
            due_at = datetime.combine(due_on, time.fromisoformat(rule.at), here.tzinfo).timestamp()
            return due_on if here.timestamp() - due_at <= CATCH_UP_S else None
    return due_on if (here.date() - due_on).days <= CATCH_UP_DAYS[rule.kind] else None


def _told_on(kind: ReportKind, due_on: date) -> str:
    """The last day that a report tells of: the day before, or the end of the last whole week or month."""
    from core.numbers.periods import before, month_of, week_of  # noqa: PLC0415

    day_on = due_on.isoformat()
    match kind:
        case "weekly":
            return before(week_of(day_on)).to_on
        case "monthly":
            return before(month_of(day_on)).to_on
    return (due_on - timedelta(days=1)).isoformat()


def was_read(db: sqlite3.Connection) -> bool:
    """Whether any source was ever read: before that, a report would tell of nothing."""
    return db.execute("select 1 from stream_state where last_success_at is not null limit 1").fetchone() is not None


def archive() -> Destination:
    """The folder beside the store where every report is kept as HTML and text."""
    return Destination.model_validate({"name": ARCHIVE, "type": "file", "path": "reports"})


def _is_waiting(db: sqlite3.Connection, key: str, destination: str, now_at: int) -> bool:
    rows = db.execute(
        "select state, happened_at from outbox where report_key = ? and destination = ? and revision = 0",
        (key, destination),
    ).fetchall()
    open_parts = [at for state, at in rows if state != "sent"]
    return not rows or (bool(open_parts) and max(open_parts) + RETRY_S <= now_at)


def _was_tried(db: sqlite3.Connection, key: str) -> bool:
    return db.execute("select 1 from outbox where report_key = ? limit 1", (key,)).fetchone() is not None


def build(db: sqlite3.Connection, loaded: Loaded, spec: ReportSpec, day_on: str, now_at: int, **more: Any) -> Report:
    """The report of the day, week or month that ends on a day, as data."""
    from core.report.build import build_report  # noqa: PLC0415

    return build_report(db, spec, reporting_of(loaded.config, now_at), now_at, day_on=day_on, **more)


def render(report: Report, spec: ReportSpec, language: str | None = None) -> Rendered:
    """The report in every form that a destination may want."""
    from core.report.html import render_html  # noqa: PLC0415
    from core.report.slack import render_slack  # noqa: PLC0415
    from core.report.text import render_text  # noqa: PLC0415

    lang = language or spec.language
    slack = render_slack(report, lang)
    return Rendered(slack, render_html(report, lang), render_text(report, lang), f"{spec.name}-{report.day_on}")


def send_reports(
    db: sqlite3.Connection,
    loaded: Loaded,
    due: Iterable[Due],
    now_at: int,
    *,
    resume: bool = False,
    timing: Timing | None = None,
) -> list[Receipt]:
    """Builds each report once and delivers it; a destination that fails stops no other."""
    receipts: list[Receipt] = []
    for item in due:
        if not resume and not _was_tried(db, item.key):
            receipts += correct(db, loaded, item.spec.name, item.day_on, now_at, timing)
        report = build(db, loaded, item.spec, item.day_on, now_at)
        by_language: dict[str, Rendered] = {}
        for destination in item.destinations:
            language = destination.language or item.spec.language
            if language not in by_language:
                by_language[language] = render(report, item.spec, language)
            delivery = Parcel(item.key, destination, by_language[language], told_by(report))
            receipts.append(_send(db, loaded, delivery, now_at, resume=resume, timing=timing))
        publish_report(db, report, now_at)
    if receipts:
        receipts += complete(db, loaded, now_at, timing)
    _tell_admins(loaded, receipts, timing)
    return receipts


@dataclass(frozen=True)
class Parcel:
    """A rendered report on its way to one destination."""

    key: str
    destination: Destination
    rendered: Rendered
    told: Mapping[str, Told]


def _send(
    db: sqlite3.Connection, loaded: Loaded, parcel: Parcel, now_at: int, *, resume: bool, timing: Timing | None
) -> Receipt:
    name = parcel.destination.name
    try:
        with open_target(parcel.destination, loaded.store_path.parent, timing) as target:
            delivery = Delivery(parcel.key, name, target.parts(parcel.rendered), told=parcel.told)
            receipt = deliver(db, target.sender, delivery, now_at, resume=resume, timing=timing)
    except (ConfigError, AuthError) as problem:
        receipt = Receipt(name, "failed", notes=(problem.message,))
    except (StoreError, sqlite3.Error, Stopped):
        raise
    # A destination may come from anybody: whatever else it raises must not keep the others from their report.
    except (Exception, SystemExit) as fault:  # noqa: BLE001
        log.event("destination_fault", level=logging.ERROR, destination=name, error=fault)
        receipt = Receipt(
            name, "failed", notes=(f"{name} failed ({type(fault).__name__}); a fault in it, see the log.",)
        )
    if not receipt.is_known:
        log.event("delivered", report=parcel.key, destination=name, state=receipt.state, sent=receipt.sent)
    return receipt


def publish_report(db: sqlite3.Connection, report: Report, now_at: int) -> None:
    """Keeps what was printed, so that a later change can be told, and what became of goals."""
    from core.numbers.analyses.goals import keep_goals  # noqa: PLC0415
    from core.numbers.publish import publish  # noqa: PLC0415

    answers = [tile.answer for tile in report.tiles] + [tile.counter for tile in report.tiles if tile.counter]
    publish(db, report.key, answers, now_at, zone=ZoneInfo(report.zone))
    if report.goals:
        keep_goals(db, report.goals, report.key, now_at)


def _tell_admins(loaded: Loaded, receipts: list[Receipt], timing: Timing | None) -> None:
    """Says in the admin channel which delivery failed, and why; once, not at every further try."""
    failed = [receipt for receipt in receipts if receipt.state != "sent" and not receipt.is_known]
    for destination in loaded.config.destinations:
        if not (failed and destination.admin) or destination.name in {receipt.destination for receipt in failed}:
            continue
        text = "\n".join(f"{r.destination}: {r.state}. {' '.join(r.notes)}" for r in failed)
        try:
            with open_target(destination, loaded.store_path.parent, timing) as target:
                target.say(f"Deskpulse could not deliver a report.\n{text}")
        except DeskpulseError as problem:
            log.event("delivery", destination=destination.name, state="failed", why=problem.message)


def last_day(loaded: Loaded, spec: ReportSpec, day: str | None, now_at: int) -> str:
    """The last day of the day, week or month that holds a day; without one, of the last whole one."""
    from core.report.build import period_of  # noqa: PLC0415

    day_on = checked_day(day) if day else None
    return period_of(spec.kind, day_on, reporting_of(loaded.config, now_at), now_at).to_on


def last_whole_day(loaded: Loaded, now_at: int) -> str:
    """Yesterday in the report time zone."""
    return (datetime.fromtimestamp(now_at, loaded.config.zone).date() - timedelta(days=1)).isoformat()


def checked_day(text: str) -> str:
    """A day as ISO date; ConfigError if it is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigError(f"'{text}' is no day. Write it as 2026-11-20.") from None
