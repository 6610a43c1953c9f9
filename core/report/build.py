"""A day, week or month put together: which numbers, judged how, explained by what, with how far the data goes."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.clock import add_days, day_of, days
from core.numbers.analyses.goals import Judged, judge_goals
from core.numbers.answer import Grain, Period
from core.numbers.evaluate import question
from core.numbers.metrics import METRICS
from core.numbers.money import currency_of
from core.numbers.periods import before, month_of, week_of
from core.numbers.reporting import Reporting
from core.report import period as period_story
from core.report import story
from core.report.asking import Asking
from core.report.comments import comments, staff_of
from core.report.freshness import late_profiles, source_states
from core.report.goals import celebrate
from core.report.graphs import charts
from core.report.method import method, revisions, rules
from core.report.model import Count, Day, Report, ReportKind, ReportSpec, Sentence, Table, Tile
from core.report.next_step import next_step
from core.report.sections import Scope, sections
from core.report.sections.groove import slips
from core.report.tables import breakdowns, oldest_open
from core.report.tiles import Shown, chosen, make_tile, without_twins

COUNTS = ("tickets_created", "calls_offered")
# Under so many contacts a period is told by its counts alone.
LOW_VOLUME: Mapping[Grain, int] = {"day": 10, "week": 20, "month": 40}


def period_of(kind: ReportKind, day_on: str | None, reporting: Reporting, now_at: int) -> Period:
    """The period of a kind of report that holds a day; without one, the last whole period."""
    today_on = day_of(now_at, reporting.zone)
    match kind:
        case "weekly":
            return week_of(day_on) if day_on else before(week_of(today_on))
        case "monthly":
            return month_of(day_on) if day_on else before(month_of(today_on))
    told_on = day_on or add_days(today_on, -1)
    return Period(told_on, told_on)


def build_report(
    db: sqlite3.Connection,
    spec: ReportSpec,
    reporting: Reporting,
    now_at: int,
    *,
    day_on: str | None = None,
    is_demo: bool = False,
) -> Report:
    """The report of the day, ISO week or month that holds a local day; without one, of the last whole one."""
    period = period_of(spec.kind, day_on, reporting, now_at)
    asking = Asking(db, reporting, now_at, period, dict(spec.where))
    sources = source_states(asking, spec)
    late = late_profiles(asking, sources)
    metrics = chosen(asking, spec)
    made = [make_tile(asking, spec, metric, len(metrics), late) for metric in metrics]
    shown = without_twins([one for one in made if one.tile.is_late or one.tile.answer.status != "unavailable"])
    tiles = tuple(one.tile for one in shown)
    is_partial = any(source.is_late for source in sources)
    created, offered = _contacts(asking)
    is_closed = _is_closed(asking, offered)
    is_low = not is_closed and not is_partial and created + offered < LOW_VOLUME[period.grain]
    causes = {
        tile.metric_id: found
        for tile in tiles
        if _asks_why(tile, period) and (found := story.cause(asking, tile, len(tiles))) is not None
    }
    is_full = not (is_closed or is_low)
    goals = judge_goals(asking.inquiry, spec.goals, period, spec.late_after_s) if spec.kind == "weekly" else ()
    told = Told((_short_line(asking, created, offered, is_closed=is_closed),))
    if is_full:
        told = _told_of_day(asking, tiles, causes) if asking.is_of_day else _told(asking, spec, shown, causes, goals)
    headline = told.headline
    chart, others = charts(asking, shown, causes) if is_full else (None, ())
    tables = breakdowns(asking, late) if is_full else ()
    if is_partial and headline[0].key == "nothing_known":
        headline = (Sentence("partial"),)
    headline += tuple(_begun(asking))
    named = _named(tiles, tables)
    scope = Scope(asking.inquiry, spec, spec.kind, period, tiles, goals)
    return Report(
        key=f"{spec.name}:{period.to_on}",
        kind=spec.kind,
        day_on=period.to_on,
        zone=reporting.zone.key,
        made_at=now_at,
        period=period,
        metrics=METRICS,
        title=spec.title,
        headline=headline,
        sentences=told.sentences,
        tiles=tiles,
        chart=chart,
        charts=others,
        read_together=told.read_together,
        history=told.history,
        celebrations=told.celebrations,
        next_step=told.next_step,
        happened=() if asking.is_of_day else period_story.happened(asking),
        tables=tables,
        oldest=oldest_open(asking, spec),
        comments=comments(asking),
        sections=sections(scope) if is_full else (),
        sources=sources,
        rules=rules(asking, tiles, sources),
        method=method(asking, tiles, [metric.id for metric in metrics if metric.id not in named and is_full]),
        revisions=revisions(asking),
        goals=goals if is_full else (),
        where=dict(spec.where),
        report_url=spec.report_url,
        currency=currency_of(db),
        is_closed_day=is_closed,
        is_low_volume=is_low,
        is_partial=is_partial,
        is_demo=is_demo,
    )


def _begun(asking: Asking) -> Iterator[Sentence]:
    """That the first numbers begin within a week or month, which is then no whole one."""
    period = asking.period
    asked = [
        question(asking.db, metric_id, None, asking.where, asking.reporting, asking.now_at)
        for metric_id in (() if asking.is_of_day else COUNTS)
    ]
    begun = {each.begins_on for each in asked if each.begins_on and not each.unavailable}
    within = {day for day in begun if period.from_on < day <= period.to_on}
    if within:
        yield Sentence("begins_all" if begun == within else "begins_some", {"day": Day(max(within))})


@dataclass(frozen=True)
class Told:
    """What is said of a period in sentences."""

    headline: tuple[Sentence, ...]
    sentences: tuple[Sentence, ...] = ()
    read_together: tuple[Sentence, ...] = ()
    history: tuple[Sentence, ...] = ()
    celebrations: tuple[Sentence, ...] = ()
    next_step: Sentence | None = None


def _told_of_day(asking: Asking, tiles: Sequence[Tile], causes: Mapping[str, story.Cause]) -> Told:
    return Told(
        story.headline(tiles),
        story.sentences(tiles, causes),
        story.read_together(asking, tiles),
        story.history(tiles),
        story.celebrations(tiles),
    )


def _told(
    asking: Asking,
    spec: ReportSpec,
    shown: Sequence[Shown],
    causes: Mapping[str, story.Cause],
    goals: Sequence[Judged],
) -> Told:
    """Of a week or month: what was missed and moved, what went well, and one thing to try if that is wanted."""
    tiles = tuple(one.tile for one in shown)
    best = period_story.records(asking, tiles)
    since = period_story.since(asking, tiles)
    # A single week seldom shows what four show: where no pair of its own parted, theirs stands in its place.
    together = story.read_together(asking, tiles) or slips(asking.inquiry, asking.period.to_on)[:1]
    if spec.kind == "weekly":
        won = celebrate(goals, f"{spec.name}:{asking.period.to_on}", staff_of(asking.db))
    else:
        won = story.celebrations(tiles)
    return Told(
        period_story.headline(story.headline(tiles, best, causes), since),
        period_story.changed(shown, causes),
        together,
        period_story.history(since),
        (*won, *period_story.gained(tiles, causes, best)),
        next_step(asking, tiles, causes, together) if spec.suggestions else None,
    )


def _named(tiles: Sequence[Tile], tables: Sequence[Table]) -> frozenset[str]:
    return frozenset([tile.metric_id for tile in tiles] + [m for table in tables for m in table.metric_ids])


def _asks_why(tile: Tile, period: Period) -> bool:
    """Of a day, what went wrong or otherwise is explained; of a week, what went well too."""
    if tile.goal_state == "missed" or tile.comparison.verdict in {"worse", "different"}:
        return True
    return tile.comparison.verdict == "better" and period.grain != "day"


def _contacts(asking: Asking) -> tuple[int, int]:
    """Tickets created and calls offered; 0 where no source brings any."""
    created, offered = (asking.answer(metric_id).value or 0 for metric_id in COUNTS)
    return round(created), round(offered)


def _is_closed(asking: Asking, offered: int) -> bool:
    """Whether the default schedule has no opening hours in the period and nobody took calls either."""
    calendar = asking.calendar
    if calendar is None or offered:
        return False
    return not any(calendar.day_open_s(day) for day in days(asking.period.from_on, asking.period.to_on))


def _short_line(asking: Asking, created: int, offered: int, *, is_closed: bool) -> Sentence:
    if is_closed:
        waiting = round(asking.answer("backlog_open").value or 0)
        return Sentence("closed", {"waiting": Count(waiting, "tickets")})
    if not created + offered:
        known = (asking.answer(metric_id).status for metric_id in COUNTS)
        return Sentence("nothing_known" if set(known) == {"unavailable"} else "no_contacts")
    counts = tuple(Sentence("sample", {"n": Count(count, noun)}) for count, noun in _counted(created, offered) if count)
    return Sentence("quiet", {"weekday": Day(asking.day_on, "weekday"), "counts": counts})


def _counted(created: int, offered: int) -> Iterator[tuple[int, str]]:
    yield created, "tickets"
    yield offered, "calls"
