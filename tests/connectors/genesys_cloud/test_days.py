"""The vendor's own figures of local days, added up from half hours in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors import Context, Record, SourceMetric, Window
from connectors.genesys_cloud.days import QueueSpan, fetch_days, normalise_days
from tests.connectors.genesys_cloud.conftest import DAY_S, fake


def half_hours(begin: datetime, count: int) -> list[dict[str, Any]]:
    made = []
    for number in range(count):
        start = begin + timedelta(minutes=30 * number)
        named = f"{start.isoformat()[:19]}.000Z/{(start + timedelta(minutes=30)).isoformat()[:19]}.000Z"
        told = [
            {"metric": "nOffered", "stats": {"count": 3}},
            {"metric": "tAnswered", "stats": {"count": 2, "sum": 45_500.0}},
            {"metric": "oServiceLevel", "stats": {"ratio": 0.5, "numerator": 1, "denominator": 2, "target": 0.8}},
        ]
        made.append({"interval": named, "metrics": told})
    return made


@pytest.mark.parametrize(("day_on", "count"), [("2026-03-29", 46), ("2026-10-25", 50), ("2026-11-17", 48)])
def test_a_local_day_has_as_many_half_hours_as_it_has(
    records: Callable[..., list[Record]], context: Callable[..., Context], day_on: str, count: int
) -> None:
    """On the days of the clocks' change a day of 48 half hours would never agree with the vendor's screen."""
    begin = datetime.fromisoformat(day_on).replace(tzinfo=UTC) - timedelta(days=1)
    row = {
        "begin": int(begin.timestamp()), "end": int(begin.timestamp()) + 3 * DAY_S,
        "group": {"queueId": "q-1", "mediaType": "voice"}, "data": half_hours(begin, 144),
    }  # fmt: skip
    found = [one for one in records(row, QueueSpan, normalise_days, context()) if isinstance(one, SourceMetric)]
    told = {one.name: one.value for one in found if one.entity_id == f"{day_on}|q-1"}
    assert told["offered"] == 3 * count
    assert told["answered"] == 2 * count
    assert told["abandoned"] == 0
    assert told["wait_s"] == pytest.approx(45.5 * count)
    assert told["service_level"] == 0.5
    assert day_on in {one.entity_id.partition("|")[0] for one in found}


def test_a_day_that_is_not_over_has_no_figures(
    records: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """Half a day's count beside a whole day's would look like a loss of calls."""
    begin = datetime(2026, 11, 17, tzinfo=UTC)
    row = {
        "begin": int(begin.timestamp()), "end": int(begin.timestamp()) + 40 * 1800,
        "group": {"queueId": "q-1", "mediaType": "voice"}, "data": half_hours(begin, 40),
    }  # fmt: skip
    assert records(row, QueueSpan, normalise_days, context()) == []


def test_other_media_are_told_of_and_not_read(
    records: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """Mails counted as offered calls would halve the service level."""
    begin = datetime(2026, 11, 16, tzinfo=UTC)
    result = {"group": {"queueId": "q-1", "mediaType": "email"}, "data": half_hours(begin, 4)}
    now = int(begin.timestamp()) + 2 * DAY_S
    (page,) = fetch_days(fake(lambda *_: {"results": [result]}), Window(since=now - 2 * DAY_S, now_at=now))
    assert page.note == "not read, as only calls are: 12 email lately"
    row = {"begin": 0, "end": now, **result}
    assert records(row, QueueSpan, normalise_days, context()) == []
