"""Open tickets that nothing happened to since reading begins."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec

from connectors import Gone, Window, utc
from connectors.freshdesk.waiting import fetch_open
from core.clock import DAY_S
from core.sandbox.vendors.freshdesk.server import FreshdeskSandbox
from tests.connectors.freshdesk.conftest import pull, spec_of


class Searching:
    """Finds tickets by their day of creation, 30 a page and ten pages; ``gone``: deleted since they were indexed."""

    def __init__(self, born: Mapping[int, date], gone: frozenset[int] = frozenset()) -> None:
        self.born, self.gone = born, gone
        self.queries: list[str] = []
        self.statuses: dict[str, Any] = {"2": "Open", "4": "Resolved", "5": "Closed", "8": ["Parked"]}

    def get(self, path: str, type: Any, *, params: Mapping[str, Any] | None = None) -> Any:  # noqa: A002
        asked = params or {}
        body: Any = []
        if path == "/search/tickets":
            assert asked["page"] <= 10
            self.queries.append(asked["query"])
            low, high = re.findall(r"created_at:[<>]'([\d-]+)'", asked["query"])
            found = [one for one, day in sorted(self.born.items()) if low <= day.isoformat() <= high]
            first = 30 * (asked["page"] - 1)
            body = {"total": len(found), "results": [{"id": one} for one in found[first : first + 30]]}
        elif match := re.fullmatch(r"/tickets/(\d+)", path):
            if int(match[1]) in self.gone:
                raise Gone("fd: no such thing", 404)
            body = {"id": int(match[1])}
        elif path == "/ticket_fields":
            body = [{"name": "status", "choices": self.statuses}]
        return msgspec.json.decode(msgspec.json.encode(body), type=type)


def ids(api: Any, since: str) -> list[int]:
    pages = fetch_open(api, Window(since=utc(f"{since}T00:00:00Z")))
    return [msgspec.json.decode(raw)["id"] for page in pages for raw in page.rows]


def test_a_search_that_shows_300_is_halved_until_it_shows_all() -> None:
    """A desk with a thousand sleeping tickets has a backlog of a thousand, not of three hundred."""
    born = {number: date(2024, 1, 1) + timedelta(days=number % 700) for number in range(1_000)}
    api: Any = Searching(born)
    assert sorted(ids(api, "2026-01-01")) == list(range(1_000))
    assert "(status:2 OR status:8) AND updated_at:<'2026-01-01'" in api.queries[0]


def test_a_day_with_more_than_the_search_shows_is_said() -> None:
    """An import of a thousand tickets in one day: a backlog that is short without a word is believed."""
    api: Any = Searching(dict.fromkeys(range(350), date(2025, 5, 5)))
    pages = list(fetch_open(api, Window(since=utc("2026-01-01T00:00:00Z"))))
    assert sum(len(page.rows) for page in pages) == 300
    assert "created on 2025-05-05" in pages[-1].note
    assert not any(page.note for page in pages[:-1])


def test_many_own_statuses_are_asked_for_in_parts() -> None:
    """Freshdesk declines a query of more than 512 characters; forty statuses in one would leave the stream out."""
    api: Any = Searching({1: date(2025, 5, 5)})
    api.statuses = {str(number): f"Own {number}" for number in range(1_000, 1_040)}
    ids(api, "2026-01-01")
    assert len(api.queries) == 3
    assert all(len(query) <= 512 for query in api.queries)
    assert sum(query.count("status:") for query in api.queries) == 40


def test_a_ticket_deleted_meanwhile_is_passed_over() -> None:
    """Its deletion comes with the deleted ones."""
    born = {number: date(2025, 5, 5) for number in range(40)}
    api: Any = Searching(born, frozenset({3, 4}))
    assert len(ids(api, "2026-01-01")) == 38


def test_a_source_read_from_its_beginning_asks_nothing() -> None:
    """All tickets come by their changes then."""
    api: Any = Searching({})
    assert ids(api, "1970-01-01") == []
    assert api.queries == []


def test_what_sleeps_since_before_the_start_is_in_the_store(
    serve: Callable[..., FreshdeskSandbox], store: Callable[[str], sqlite3.Connection]
) -> None:
    """A source that starts last week shows every ticket that is open today, and is asked for them once."""
    server, db = serve(objects=60), store("late")
    spec = replace(spec_of(server), start_at=server.now_at - 3 * DAY_S)
    assert pull(db, server, spec).outcome == "ok"
    still_open = {
        str(number)
        for number, made in server.standings().items()
        if made.status not in (4, 5) and not made.is_deleted and not made.is_spam
    }
    sql = "select native_id from tickets where status_category not in ('solved', 'closed') and deleted_at is null"
    found = {row[0] for row in db.execute(f"{sql} and is_spam = 0")}
    assert found == still_open
    old = db.execute("select count(*) from tickets where updated_at < ?", (spec.start_at,)).fetchone()[0]
    assert 0 < old < len(server.standings())
    server.log.clear()
    pull(db, server, spec)
    assert server.requests("/search/") == []
