"""Connect's own figures of whole days and queues (GetMetricDataV2), kept to compare ours with."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from connectors import BadRow, Context, Page, Record, SourceMetric, Window
from connectors.amazon_connect.records import Stamp, milliseconds
from connectors.amazon_connect.service import QUEUES_A_FILTER, Service

# Days by DAY intervals: at most 35 a request, three months back (API reference, GetMetricDataV2).
DAYS_A_REQUEST = 30
HISTORY_DAYS = 88
INBOUND = {"MetricFilterKey": "INITIATION_METHOD", "MetricFilterValues": ["INBOUND", "TRANSFER", "QUEUE_TRANSFER"]}
# Connect's name: ours, its unit, and what Connect's value is multiplied by (percent to share). AWS's own model labels
# SUM_HOLD_TIME a count; it is seconds.
FIGURES: dict[str, tuple[str, str, float]] = {
    "CONTACTS_QUEUED": ("offered", "count", 1),
    "CONTACTS_HANDLED": ("answered", "count", 1),
    "CONTACTS_ABANDONED": ("abandoned", "count", 1),
    "AVG_QUEUE_ANSWER_TIME": ("average_wait_s", "s", 1),
    "SUM_INTERACTION_TIME": ("talk_s", "s", 1),
    "SUM_HOLD_TIME": ("hold_s", "s", 1),
    "SUM_AFTER_CONTACT_WORK_TIME": ("acw_s", "s", 1),
    "SUM_HANDLE_TIME": ("handle_s", "s", 1),
    "SERVICE_LEVEL": ("service_level", "share", 0.01),
}


class Named(Struct, rename="pascal"):
    """Which metric a value is of."""

    name: str


class Value(Struct, rename="pascal"):
    """One value; null where Connect cannot compute it, which is not 0."""

    metric: Named
    value: float | None = None


class Interval(Struct, rename="pascal"):
    """The day of a result."""

    start_time: Stamp = None


class MetricRow(Struct, rename="pascal"):
    """All values of one queue and day."""

    dimensions: dict[str, str] = {}
    metric_interval: Interval | None = None
    collections: list[Value] = []


class MetricPage(Struct, rename="pascal"):
    """One page of GetMetricDataV2."""

    metric_results: list[msgspec.Raw] = []
    next_token: str | None = None


def fetch_figures(service: Service, window: Window) -> Iterator[Page]:
    """Pages of whole local days up to yesterday; the last ones again, as Connect corrects them."""
    if service.api is None:
        return
    today = _midnight(window.now_at if window.until is None else min(window.until, window.now_at), service.zone)
    day = max(_midnight(window.since, service.zone), today - timedelta(days=HISTORY_DAYS))
    queues = service.known_queues
    instance = next((one.queue_arn.partition("/queue/")[0] for one in queues if "/queue/" in one.queue_arn), None)
    if instance is None:
        return
    while day < today:
        end = min(day + timedelta(days=DAYS_A_REQUEST), today)
        for begin in range(0, len(queues), QUEUES_A_FILTER):
            ids = [one.queue_id for one in queues[begin : begin + QUEUES_A_FILTER]]
            for page in service.pages("get_metric_data_v2", MetricPage, **_asked(service, instance, ids, day, end)):
                if page.metric_results:
                    yield Page(page.metric_results)
        yield Page((), data_to=int(end.astimezone(UTC).timestamp()))
        day = end


def _asked(service: Service, instance: str, queues: list[str], day: datetime, end: datetime) -> dict[str, Any]:
    metrics: list[dict[str, Any]] = [{"Name": name} for name in FIGURES]
    for metric in metrics:
        if metric["Name"] in ("CONTACTS_HANDLED", "AVG_QUEUE_ANSWER_TIME"):
            metric["MetricFilters"] = [INBOUND]
        if metric["Name"] == "SERVICE_LEVEL":
            metric["Threshold"] = [{"Comparison": "LTE", "ThresholdValue": service.settings.service_level_s}]
    return {
        "ResourceArn": instance,
        "StartTime": int(day.astimezone(UTC).timestamp()),
        "EndTime": int(end.astimezone(UTC).timestamp()),
        "Interval": {"TimeZone": service.zone.key, "IntervalPeriod": "DAY"},
        "Filters": [
            {"FilterKey": "QUEUE", "FilterValues": queues},
            {"FilterKey": "CHANNEL", "FilterValues": ["VOICE"]},
        ],
        "Groupings": ["QUEUE"],
        "Metrics": metrics,
        "MaxResults": 100,
    }


def _midnight(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)


def normalise_figures(row: MetricRow, ctx: Context) -> Iterator[Record]:
    """The figures of a queue and day; the average wait is told as the sum over those answered, as sums add up."""
    at_ms = milliseconds(row.metric_interval.start_time) if row.metric_interval else None
    queue = row.dimensions.get("QUEUE")
    if at_ms is None or not queue:
        raise BadRow("a figure without day or queue")
    day = datetime.fromtimestamp(at_ms // 1000, ctx.zone).date().isoformat()
    found: dict[str, tuple[float | None, str]] = {}
    for one in row.collections:
        if one.metric.name in FIGURES:
            name, unit, times = FIGURES[one.metric.name]
            found[name] = (None if one.value is None else round(one.value * times, 6), unit)
    average, answered = found.pop("average_wait_s", (None, "s"))[0], found.get("answered", (None, ""))[0]
    found["wait_s"] = (None if average is None or answered is None else round(average * answered), "s")
    for name, (value, unit) in found.items():
        yield SourceMetric(
            entity="day", entity_id=f"{day}|{queue}", name=name, value=value, unit=unit, fetched_at=ctx.fetched_at
        )
