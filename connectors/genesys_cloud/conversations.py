"""Conversations: by jobs up to where Genesys Cloud's data lake is complete, by queries from there to now.

A job finds every conversation with any activity in its interval, so one that is still open comes again with the job
that covers its end. A query finds those that began on a day (UTC) touched by its interval and is ahead of the lake,
but nothing that it brings is final.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec

from connectors import Api, Page, Unavailable, Window, utc

DETAILS = "/analytics/conversations/details"
HOUR_S, DAY_S, WEEK_S = 3600, 86_400, 604_800
# Genesys Cloud allows 31 days.
JOB_S = 4 * WEEK_S
# Nothing older is asked for: analytics are kept for a year and a half, as far as is known.
KEPT_S = 550 * DAY_S
# The lake moves by minutes; a job every time would cost five requests a pull.
LEAST_JOB_S = HOUR_S
# What a job told of conversations that go on beyond its end is told anew by the query, those of the day before too.
BEFORE_S = 4 * HOUR_S
# Conversations become visible late and are completed by after-call work.
AGAIN_S = HOUR_S
# Where the lake is this far behind, the query does not stand in for all of it.
MOST_QUERIED_S = 2 * DAY_S
PER_JOB_PAGE = 1000
PER_QUERY_PAGE = 100
# "Pagination may not exceed 100000 results", Genesys Cloud answers (400).
MOST_HITS = 100_000
OVER = frozenset({"FULFILLED", "FAILED", "CANCELLED", "EXPIRED"})
VOICE: Mapping[str, Any] = {
    "segmentFilters": [
        {
            "type": "or",
            "predicates": [
                {"type": "dimension", "dimension": "mediaType", "operator": "matches", "value": "voice"},
                {"type": "dimension", "dimension": "mediaType", "operator": "matches", "value": "callback"},
            ],
        }
    ]
}

Place: TypeAlias = tuple[int, int]
"""(up to here the lake was read, from here on the next query asks), epoch seconds."""


class Availability(msgspec.Struct, rename="camel"):
    data_availability_date: str | None = None


class Submitted(msgspec.Struct, rename="camel"):
    job_id: str


class Job(msgspec.Struct, rename="camel"):
    state: str
    error_message: str | None = None


class Results(msgspec.Struct, rename="camel"):
    conversations: list[msgspec.Raw] | None = None
    cursor: str | None = None


class Found(msgspec.Struct, rename="camel"):
    """A page of a query; Genesys Cloud leaves the list out where there is none."""

    conversations: list[msgspec.Raw] | None = None
    total_hits: int = 0


def fetch_conversations(api: Api, window: Window) -> Iterator[Page]:
    """Voice conversations since the saved place; ``data_to`` is the lake's own word on what is complete."""
    done, queried = place_of(window)
    complete = complete_to(api)
    upto = complete if window.until is None else min(complete, window.until)
    least = LEAST_JOB_S if window.until is None else 1
    if upto - done >= least:
        for begin in range(done, upto, JOB_S):
            done = min(begin + JOB_S, upto)
            yield from _job(api, begin, done)
        queried = done - BEFORE_S
    if window.until is None:
        yield from _query(api, max(queried, window.now_at - MOST_QUERIED_S), window.now_at, done)


def oldest(window: Window) -> int:
    """Where to begin: what the window says, or as far back as data is kept."""
    return max(window.since, window.now_at - KEPT_S)


def place_of(window: Window) -> Place:
    """Where the last pull ended, or where the first one begins."""
    if window.resume_at is None:
        return oldest(window), oldest(window) - BEFORE_S
    done, _, queried = window.resume_at.partition("|")
    return int(done), int(queried or done)


def complete_to(api: Api) -> int:
    """Up to when the data lake has everything."""
    said = api.get(f"{DETAILS}/jobs/availability", Availability).data_availability_date
    if not said:
        raise Unavailable("Genesys Cloud does not say up to when its data is complete; asked again at the next run.")
    return utc(said)


def interval(begin: int, end: int) -> str:
    """Two moments as Genesys Cloud writes an interval, the end exclusive."""
    return "/".join(datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z") for at in (begin, end))


def _job(api: Api, begin: int, end: int) -> Iterator[Page]:
    """The pages of a job; only its last one moves the place, as a job is gone when it is read tomorrow."""
    body = {"interval": interval(begin, end), "order": "asc", "orderBy": "conversationStart", **VOICE}
    job_id = api.post(f"{DETAILS}/jobs", Submitted, json=body).job_id
    job = api.poll(f"{DETAILS}/jobs/{job_id}", Job, lambda answer: answer.state in OVER)
    if job.state != "FULFILLED":
        raise Unavailable(f"Genesys Cloud's job for conversations ended as {job.state}; asked again at the next run.")
    cursor: str | None = None
    while True:
        results = api.get(
            f"{DETAILS}/jobs/{job_id}/results", Results, params={"cursor": cursor, "pageSize": PER_JOB_PAGE}
        )
        rows, before, cursor = results.conversations or [], cursor, results.cursor
        if cursor is None:
            yield Page(rows, resume_at=f"{end}|{end - BEFORE_S}", data_to=end)
            return
        if cursor == before:
            raise Unavailable("Genesys Cloud's job gives the same cursor again; asked again at the next run.")
        yield Page(rows)


def _query(api: Api, begin: int, end: int, done: int) -> Iterator[Page]:
    """What the lake has not yet, day by day; its last page says how far we have seen, not that it is complete."""
    rows: list[msgspec.Raw] = []
    for start, stop in _days(begin, end):
        for page in _pages(api, start, stop):
            if rows:
                yield Page(rows)
            rows = page
    yield Page(rows, resume_at=f"{done}|{end - AGAIN_S}", data_to=done, last=True)


def _days(begin: int, end: int) -> Iterator[tuple[int, int]]:
    while begin < end:
        stop = min(end, (begin // DAY_S + 1) * DAY_S)
        yield begin, stop
        begin = stop


def _pages(api: Api, begin: int, end: int) -> Iterator[list[msgspec.Raw]]:
    """The pages of one interval, cut in halves where it has more than can be paged through."""
    number, seen = 1, 0
    while True:
        found = _found(api, begin, end, number)
        if number == 1 and found.total_hits > MOST_HITS and end - begin > HOUR_S:
            middle = (begin + end) // 2
            yield from _pages(api, begin, middle)
            yield from _pages(api, middle, end)
            return
        rows = found.conversations or []
        seen += len(rows)
        yield rows
        # What lies beyond in one hour comes by the job, when the lake has it.
        if not rows or seen >= min(found.total_hits, MOST_HITS):
            return
        number += 1


def _found(api: Api, begin: int, end: int, number: int, size: int = PER_QUERY_PAGE) -> Found:
    paging = {"pageSize": size, "pageNumber": number}
    body = {"interval": interval(begin, end), "order": "asc", "orderBy": "conversationStart", "paging": paging, **VOICE}
    return api.post(f"{DETAILS}/query", Found, json=body)
