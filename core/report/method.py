"""How the period was counted: what was left out and how often, which rules were in force, what was revised since."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from core.clock import DAY_S, day_of
from core.numbers.answer import Grain
from core.numbers.metrics import METRICS
from core.numbers.metrics.queue import OFFER
from core.numbers.needs import lacking_wants
from core.numbers.periods import month_of, week_of
from core.report.asking import Asking
from core.report.model import Count, Day, Name, Seconds, Sentence, Share, SourceState, Term, Tile, Value
from core.report.tiles import thresholds
from core.store.checks import kept_checks

REASONS = ("spam", "test", "suspended", "deleted", "merged", "import", "internal", "problem", "outbound")
FLOWS = ("flow_out_voicemail", "flow_out_callback", "flow_out_overflow", "flow_out_timeout")
# A report tells the revisions since the one before it, which told those before.
REVISED_WITHIN_S: Mapping[str, int] = {"day": DAY_S, "week": 7 * DAY_S, "month": 31 * DAY_S}
REVISIONS = 10
COMPARED_WITHIN_S = 3 * DAY_S


def rules(asking: Asking, tiles: Sequence[Tile], sources: Sequence[SourceState]) -> tuple[Sentence, ...]:
    """The rules in force that change how a number is to be read, and whether the numbers are the vendors'."""
    return (
        *_closed(asking, tiles),
        *_rules(asking, tiles),
        *_trust(asking, {source.source: source.title for source in sources}),
    )


def _closed(asking: Asking, tiles: Sequence[Tile]) -> Iterator[Sentence]:
    """The closed days of a week or month, which are compared as usual ones; the same for every number."""
    if not asking.is_of_day:
        found = {day for tile in tiles for day in tile.comparison.usual.replaced}
        shut = tuple(
            Sentence("closed_day", {"day": Day(day)})
            for day in sorted(found)
            if asking.period.from_on <= day <= asking.period.to_on
        )
        if shut and any(tile.comparison.usual.value is not None for tile in tiles):
            yield Sentence("closed_on", {"days": shut})


def _rules(asking: Asking, tiles: Sequence[Tile]) -> Iterator[Sentence]:
    shown = {tile.metric_id: tile.answer for tile in tiles}
    limits = thresholds(asking)
    if "service_level" in shown and limits:
        threshold, short = limits[0]
        variant = shown["service_level"].variant
        if len(limits) > 1:
            yield Sentence("rule_sl_by_queue", {"variant": Name(variant)})
        elif variant == "standard":
            yield Sentence("rule_sl", {"limit": Seconds(threshold), "short": Seconds(short)})
        else:
            yield Sentence("rule_sl_variant", {"limit": Seconds(threshold), "variant": Name(variant)})
    times = [answer.variant for metric_id, answer in shown.items() if METRICS[metric_id].profile == "T"]
    if "business" in times:
        yield Sentence("rule_business")
    elif "calendar" in times:
        yield Sentence("rule_calendar")


def _trust(asking: Asking, titles: Mapping[str, str]) -> Iterator[Sentence]:
    """What the last comparison with each vendor came to; one that is long past says nothing of these numbers."""
    for check in kept_checks(asking.db):
        if check.source not in titles or asking.now_at - check.checked_at > COMPARED_WITHIN_S:
            continue
        source, told = Name(titles[check.source]), check.summary
        if check.kind == "reconcile" and told["compared"]:
            share = Share(told["equal"] / told["compared"])
            if check.ok:
                yield Sentence("reconciled", {"source": source, "share": share})
            else:
                n = Count(told["unexplained"], "figures")
                yield Sentence("reconciled_not", {"source": source, "share": share, "n": n})
        elif check.kind == "audit" and not check.ok:
            yield Sentence("audited_not", {"source": source, "n": Count(told["wrong"], "checks")})
        elif check.kind == "audit" and told["rows"]:
            yield Sentence("audited", {"source": source, "n": Count(told["rows"], "rows")})


def method(asking: Asking, tiles: Sequence[Tile], absent: Sequence[str]) -> tuple[Sentence, ...]:
    """What was left out of the numbers, with counts, what they lack, and the metrics that no source feeds."""
    left_out = (*_excluded_tickets(asking), *_calls_elsewhere(asking, tiles))
    return (*left_out, *_incomplete(asking, tiles), *_replaced(asking, tiles), *_absent(absent))


def _excluded_tickets(asking: Asking) -> Iterator[Sentence]:
    sliced = asking.filters("ticket_facts")
    if sliced is None:
        return
    rows = asking.db.execute(
        "select exclusion_reason, count(*) from ticket_facts where created_on between ? and ? "
        f"and exclusion_reason is not null{sliced[0]} group by exclusion_reason order by 2 desc, 1",
        (asking.period.from_on, asking.period.to_on, *sliced[1]),
    )
    for reason, count in rows:
        word = reason if reason in REASONS else "other"
        yield Sentence("excluded", {"n": Count(count, "tickets"), "reason": Term(word, "excluded")})


def _calls_elsewhere(asking: Asking, tiles: Sequence[Tile]) -> Iterator[Sentence]:
    if not any(METRICS[tile.metric_id].profile == "C" for tile in tiles):
        return
    short = asking.answer("short_abandons")
    limits = {limit for _, limit in thresholds(asking)}
    if short.value and len(limits) == 1:
        limit = Seconds(limits.pop())
        yield Sentence("short_out", {"n": Count(round(short.value), "calls"), "limit": limit})
    sliced = asking.filters("queue_legs")
    if sliced is None:
        return
    marks = ", ".join("?" * len(FLOWS))
    rows = asking.db.execute(
        f"select outcome, count(*) from queue_legs where enqueued_on between ? and ? and {OFFER} "
        f"and outcome in ({marks}){sliced[0]} group by outcome order by 2 desc, 1",
        (asking.period.from_on, asking.period.to_on, *FLOWS, *sliced[1]),
    )
    for outcome, count in rows:
        yield Sentence("flow_out", {"n": Count(count, "calls"), "how": Term(outcome, "flow")})


def _incomplete(asking: Asking, tiles: Sequence[Tile]) -> Iterator[Sentence]:
    for tile in tiles:
        for want in lacking_wants(asking.db, METRICS[tile.metric_id], asking.reporting):
            yield Sentence("incomplete", {"metric": Term(tile.metric_id), "need": Term(want, "need")})


def _replaced(asking: Asking, tiles: Sequence[Tile]) -> Iterator[Sentence]:
    for tile in tiles:
        days = sum(not asking.period.from_on <= day <= asking.period.to_on for day in tile.comparison.usual.replaced)
        if days:
            yield Sentence("replaced", {"metric": Term(tile.metric_id), "days": Count(days, "days")})
            # The days are the same for every metric of the report.
            return


def _absent(absent: Sequence[str]) -> Iterator[Sentence]:
    for metric_id in absent:
        yield Sentence("not_shown", {"metric": Term(metric_id)})


def revisions(asking: Asking) -> tuple[Sentence, ...]:
    """Published values of earlier periods of the same kind that later data has changed."""
    grain = asking.period.grain
    slice_key = msgspec.json.encode(dict(sorted(asking.where.items()))).decode()
    rows = asking.db.execute(
        "select metric_id, variant, period_start_at, old_value, new_value from metric_restatements "
        "where grain = ? and dim_key = ? and happened_at > ? and happened_at <= ? "
        f"order by period_start_at desc, metric_id limit {REVISIONS}",
        (grain, slice_key, asking.now_at - REVISED_WITHIN_S[grain], asking.now_at),
    )
    return tuple(
        Sentence("restated", {
            "day": Day(_last_day(grain, day_of(row["period_start_at"], asking.reporting.zone))),
            "metric": Term(row["metric_id"]),
            "old": Value(row["metric_id"], row["old_value"], row["variant"]),
            "new": Value(row["metric_id"], row["new_value"], row["variant"]),
        })
        for row in rows
        if row["metric_id"] in METRICS
    )  # fmt: skip


def _last_day(grain: Grain, first_on: str) -> str:
    """The last day of the period of a grain that begins on a day."""
    return {"week": week_of, "month": month_of}[grain](first_on).to_on if grain in {"week", "month"} else first_on
