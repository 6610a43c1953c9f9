"""Genesys Cloud's own figures of its queues: half hours, added up to local days, and counts for ``audit``."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from connectors import Api, BadRow, Context, Page, Record, SourceMetric, Tally, Window, utc
from connectors.genesys_cloud.conversations import DAY_S, complete_to, interval, oldest
from connectors.genesys_cloud.rows import Row

# After-call work and calls over midnight still change yesterday's figures.
LOOKBACK_S = 3 * DAY_S
HALF_HOUR_S = 1800
SPAN_S = 7 * DAY_S
COUNTED_S = 28 * DAY_S
QUERY = "/analytics/conversations/aggregates/query"
VOICE = "voice"
MS = 1000.0
# Ours, Genesys Cloud's, which of its statistics, how many of it are one of ours, unit.
FIGURES: tuple[tuple[str, str, str, float, str], ...] = (
    ("offered", "nOffered", "count", 1, "count"),
    ("answered", "tAnswered", "count", 1, "count"),
    ("abandoned", "tAbandon", "count", 1, "count"),
    ("wait_s", "tAnswered", "sum", MS, "s"),
    ("talk_s", "tTalkComplete", "sum", MS, "s"),
    ("hold_s", "tHeldComplete", "sum", MS, "s"),
    ("acw_s", "tAcw", "sum", MS, "s"),
)
LEVEL = "oServiceLevel"


class Stats(Row):
    count: float | None = None
    sum: float | None = None
    numerator: float | None = None
    denominator: float | None = None


class Metric(Row):
    metric: str
    stats: Stats


class Data(Row):
    interval: str
    metrics: list[Metric]


class Group(Row):
    queue_id: str | None = None
    media_type: str | None = None


class QueueSpan(Row):
    """The half hours of one queue and medium between two moments (epoch seconds), all of which were asked for."""

    begin: int
    end: int
    group: Group
    data: list[Data]


class Aggregates(msgspec.Struct):
    results: list[msgspec.Raw] | None = None


class Result(Row):
    group: Group
    data: list[Data]


class Wrapped(msgspec.Struct):
    """A row as it came, with the stretch that was asked for."""

    begin: int
    end: int
    group: msgspec.Raw
    data: msgspec.Raw


class Halves(msgspec.Struct):
    group: msgspec.Raw
    data: msgspec.Raw


def fetch_days(api: Api, window: Window) -> Iterator[Page]:
    """Figures by queue and medium, a week at a time; each stretch begins a day early, so that local days are whole."""
    begin, end = oldest(window), (window.until or window.now_at) // HALF_HOUR_S * HALF_HOUR_S
    while begin < end:
        stop = min(end, begin + SPAN_S)
        early, late = begin // DAY_S * DAY_S - DAY_S, min(stop + DAY_S, window.now_at // HALF_HOUR_S * HALF_HOUR_S)
        answer = _asked(api, early, late, ["queueId", "mediaType"], [*{name for _, name, *_ in FIGURES}, LEVEL])
        rows = [_wrapped(raw, early, late) for raw in answer]
        yield Page(rows, data_to=stop, note=_not_read(answer, begin) if stop == end else "")
        begin = stop


def _asked(api: Api, begin: int, end: int, group_by: list[str], metrics: list[str]) -> list[msgspec.Raw]:
    # What agents dialled for a queue (calls back) is no visit to it.
    inbound = {"type": "dimension", "dimension": "direction", "operator": "matches", "value": "inbound"}
    body: dict[str, Any] = {
        "filter": {"type": "and", "predicates": [inbound]},
        "interval": interval(begin, end), "granularity": "PT30M", "groupBy": group_by, "metrics": sorted(metrics),
    }  # fmt: skip
    return api.post(QUERY, Aggregates, json=body).results or []


def _wrapped(raw: msgspec.Raw, begin: int, end: int) -> msgspec.Raw:
    try:
        row = msgspec.json.decode(raw, type=Halves)
    except msgspec.ValidationError:
        return raw
    return msgspec.Raw(msgspec.json.encode(Wrapped(begin, end, row.group, row.data)))


def _not_read(answer: Iterable[msgspec.Raw], begin: int) -> str:
    """How much of other media came to the queues lately, in words; nothing where none did."""
    found: dict[str, float] = defaultdict(float)
    for raw in answer:
        try:
            result = msgspec.json.decode(raw, type=Result)
            late = [one for one in result.data if utc(one.interval.partition("/")[0]) >= begin]
        except (msgspec.ValidationError, BadRow):
            continue
        if result.group.media_type not in (None, VOICE, "callback"):
            found[result.group.media_type or ""] += _sums(late).get(("nOffered", "count"), 0.0)
    told = [f"{count:.0f} {medium}" for medium, count in sorted(found.items()) if count]
    return f"not read, as only calls are: {', '.join(told)} lately" if told else ""


def normalise_days(row: QueueSpan, ctx: Context) -> Iterator[Record]:
    """A queue's figures for each local day that lies in the stretch as a whole; other media are told of in the note."""
    queue = row.group.queue_id
    if queue is None or row.group.media_type != VOICE:
        return
    for day_on, half_hours in _by_day(row, ctx):
        sums = _sums(half_hours)
        entity_id = f"{day_on}|{queue}"
        for name, metric, statistic, per, unit in FIGURES:
            value = sums.get((metric, statistic))
            # A queue that was offered calls and has no answered ones had none; one without any is not told of at all.
            yield _figure(entity_id, name, (value or 0.0) / per, unit, ctx)
        below = sums.get((LEVEL, "denominator"))
        if below:
            share = sums.get((LEVEL, "numerator"), 0.0) / below
            yield _figure(entity_id, "service_level", share, "share", ctx)


def _figure(entity_id: str, name: str, value: float, unit: str, ctx: Context) -> SourceMetric:
    return SourceMetric(entity="day", entity_id=entity_id, name=name, value=value, unit=unit, fetched_at=ctx.fetched_at)


def _by_day(row: QueueSpan, ctx: Context) -> Iterable[tuple[str, list[Data]]]:
    found: dict[str, list[Data]] = defaultdict(list)
    for data in row.data:
        at = utc(data.interval.partition("/")[0])
        found[datetime.fromtimestamp(at, ctx.zone).date().isoformat()].append(data)
    for day_on, half_hours in sorted(found.items()):
        begin = int(datetime.fromisoformat(day_on).replace(tzinfo=ctx.zone).timestamp())
        if row.begin <= begin and _next(day_on, ctx) <= row.end:
            yield day_on, half_hours


def _next(day_on: str, ctx: Context) -> int:
    day = datetime.fromisoformat(day_on).toordinal() + 1
    return int(datetime.fromordinal(day).replace(tzinfo=ctx.zone).timestamp())


def _sums(half_hours: Iterable[Data]) -> Mapping[tuple[str, str], float]:
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for data in half_hours:
        for metric in data.metrics:
            for statistic in ("count", "sum", "numerator", "denominator"):
                value = getattr(metric.stats, statistic)
                if value is not None:
                    sums[metric.metric, statistic] += value
    return sums


def tallies(api: Api, window: Window) -> Iterator[Tally]:
    """The vendor's count of calls offered to queues, as far as its data is complete."""
    since = -(-window.since // HALF_HOUR_S) * HALF_HOUR_S
    complete = complete_to(api)
    until = min(window.until or complete, complete) // HALF_HOUR_S * HALF_HOUR_S
    count = 0.0
    for begin in range(since, until, COUNTED_S):
        end = min(begin + COUNTED_S, until)
        for raw in _asked(api, begin, end, ["mediaType"], ["nOffered"]):
            result = msgspec.json.decode(raw, type=Result)
            if result.group.media_type == VOICE:
                count += _sums(result.data).get(("nOffered", "count"), 0.0)
    if until <= since:
        return
    yield Tally("calls offered to queues", int(count), "call_legs", "enqueued_at", since, until)
