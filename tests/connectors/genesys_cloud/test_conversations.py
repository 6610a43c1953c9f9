"""How conversations are asked for: jobs, queries, their caps and their ends."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from connectors import Page, Unavailable, Window
from connectors.genesys_cloud.conversations import DETAILS, fetch_conversations, interval
from core.clock import iso
from tests.connectors.genesys_cloud.conftest import DAY_S, fake

LAKE = 1_795_000_000


class Vendor:
    """Answers by path; ``hits(begin, end)`` tells how much a query finds, ``pages`` of each job by number."""

    def __init__(self, *, hits: Any = lambda begin, end: 0, pages: int = 1, state: str = "FULFILLED") -> None:
        self.hits, self.pages, self.state, self.jobs = hits, pages, state, 0
        self.api = fake(self)

    def __call__(self, method: str, path: str, given: Mapping[str, Any]) -> Any:
        if path.endswith("/availability"):
            return {"dataAvailabilityDate": iso(LAKE)}
        if path == f"{DETAILS}/jobs":
            self.jobs += 1
            return {"jobId": f"j{self.jobs}"}
        if path.endswith("/results"):
            number = int(given.get("cursor") or 0)
            page = {"conversations": [{"conversationId": f"c{self.jobs}-{number}"}]}
            return page | ({"cursor": str(number + 1)} if number + 1 < self.pages else {})
        if "/jobs/" in path:
            return {"state": self.state}
        begin, end = bounds(given)
        size, number = given["paging"]["pageSize"], given["paging"]["pageNumber"]
        hits = self.hits(begin, end)
        shown = max(0, min(size, hits - size * (number - 1)))
        return {"totalHits": hits} | ({"conversations": [{}] * shown} if shown else {})

    def bodies(self, path: str) -> list[tuple[int, int]]:
        return [bounds(given) for method, asked, given in self.api.asked if method == "POST" and asked == path]


def bounds(given: Mapping[str, Any]) -> tuple[int, int]:
    begin, end = (int(datetime.fromisoformat(text).timestamp()) for text in given["interval"].split("/"))
    return begin, end


def test_history_comes_by_jobs_of_less_than_a_month() -> None:
    """Genesys Cloud declines longer ones; the place moves with each whole job, so a stop loses one at most."""
    vendor, since = Vendor(pages=2), LAKE - 60 * DAY_S
    pages = list(fetch_conversations(vendor.api, Window(since=since, now_at=LAKE + 7200)))
    asked = vendor.bodies(f"{DETAILS}/jobs")
    assert len(asked) == 3
    assert (asked[0][0], asked[-1][1]) == (since, LAKE)
    assert all(end - begin <= 31 * DAY_S for begin, end in asked)
    assert [before[1] for before in asked[:-1]] == [after[0] for after in asked[1:]]
    assert [page.data_to for page in pages[:-1]] == [None, asked[0][1], None, asked[1][1], None, LAKE]
    assert [page.resume_at is None for page in pages] == [True, False, True, False, True, False, False]
    assert pages[-1].data_to == LAKE


def test_the_query_takes_over_where_the_lake_ends() -> None:
    """Today's calls are in the report hours before the lake has them, and are read again when it does."""
    vendor = Vendor(hits=lambda begin, end: 1)
    pages = list(fetch_conversations(vendor.api, Window(since=LAKE - DAY_S, now_at=LAKE + 7200)))
    asked = vendor.bodies(f"{DETAILS}/query")
    assert asked[-1][1] == LAKE + 7200
    assert asked[0][0] <= LAKE - 3600
    later = Window(resume_at=pages[-1].resume_at, now_at=LAKE + 7800)
    again = Vendor(hits=lambda begin, end: 1)
    list(fetch_conversations(again.api, later))
    assert again.bodies(f"{DETAILS}/jobs") == []
    ((begin, end),) = again.bodies(f"{DETAILS}/query")
    assert (begin, end) == (LAKE + 3600, LAKE + 7800)


def test_more_than_can_be_paged_through_is_halved() -> None:
    """The 100,001st row of a query is a 400, and a busy day would end there every day."""
    vendor = Vendor(hits=lambda begin, end: (end - begin) * 2)
    pages = list(fetch_conversations(vendor.api, Window(since=LAKE, now_at=LAKE + DAY_S)))
    asked = dict.fromkeys(vendor.bodies(f"{DETAILS}/query"))
    read = [(begin, end) for begin, end in asked if (end - begin) * 2 <= 100_000]
    assert sum(end - begin for begin, end in read) == sum(len(page.rows) for page in pages) // 2
    assert sum(len(page.rows) for page in pages) == (DAY_S + 4 * 3600) * 2


def test_an_hour_with_more_than_the_cap_is_left_to_the_job() -> None:
    """Asking beyond the cap fails; the lake's job has none."""
    vendor = Vendor(hits=lambda begin, end: 250_000)
    pages = list(fetch_conversations(vendor.api, Window(resume_at=f"{LAKE}|{LAKE}", now_at=LAKE + 3600)))
    assert sum(len(page.rows) for page in pages) == 100_000


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED", "EXPIRED"])
def test_a_job_that_fails_moves_nothing(state: str) -> None:
    """Moved on past it, its calls would be missing for good."""
    pages: list[Page] = []
    with pytest.raises(Unavailable, match=state):
        pages.extend(fetch_conversations(Vendor(state=state).api, Window(since=LAKE - DAY_S, now_at=LAKE)))
    assert pages == []


def test_a_window_of_history_ends_where_it_should() -> None:
    """A backfill reads weeks; the present is none of its business."""
    vendor, until = Vendor(), LAKE - 7 * DAY_S
    pages = list(fetch_conversations(vendor.api, Window(since=until - 7 * DAY_S, until=until, now_at=LAKE + 60)))
    assert vendor.bodies(f"{DETAILS}/jobs") == [(until - 7 * DAY_S, until)]
    assert vendor.bodies(f"{DETAILS}/query") == []
    assert pages[-1].data_to == until


def test_a_lake_that_says_nothing_is_not_taken_for_empty() -> None:
    """Without the watermark no day may be called complete."""
    with pytest.raises(Unavailable):
        list(fetch_conversations(fake(lambda *_: {}), Window(since=LAKE - DAY_S, now_at=LAKE)))


def test_an_interval_is_in_utc_with_its_end_left_out() -> None:
    """A local interval would cut off an hour twice a year."""
    assert interval(LAKE, LAKE + 3600) == "2026-11-18T11:06:40.000Z/2026-11-18T12:06:40.000Z"
