"""Zendesk's pages: where they end, where they go on, and what keeps a reader from running for ever."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors import Refused, Stuck, Unavailable, Window
from connectors.zendesk.events import fetch_events
from connectors.zendesk.people import fetch_groups, fetch_memberships
from connectors.zendesk.sla import fetch_metric_events
from connectors.zendesk.tickets import fetch_open, fetch_tickets

TOO_RECENT = Refused("the request was declined (422: StartTimeTooRecent).", 422, "StartTimeTooRecent")
POLICY = {"sla_policies": [{"id": 1}], "next_page": None, "count": 1}
BAD_CURSOR = Refused("the request was declined (400: InvalidCursor).", 400, "InvalidCursor")


def export(*ids: int, cursor: str | None, end: bool, **more: Any) -> dict[str, Any]:
    return {"tickets": [{"id": one} for one in ids], "after_cursor": cursor, "end_of_stream": end, **more}


def timed(*ids: int, end_time: int | None, end: bool | None, name: str = "ticket_events") -> dict[str, Any]:
    page = {name: [{"id": one} for one in ids], "end_time": end_time, "next_page": "https://x.example/next"}
    return page if end is None else {**page, "end_of_stream": end}


def test_the_export_stops_at_end_of_stream_although_a_link_follows(api: Callable[..., Any]) -> None:
    """A reader who trusts the link asks for ever: three libraries did for years."""
    fake = api(export(1, cursor="a", end=False), export(2, cursor="b", end=True, after_url="https://x.example/again"))
    pages = list(fetch_tickets(fake, Window(since=1000)))
    assert [page.resume_at for page in pages] == ["a", "b"]
    assert [page.last for page in pages] == [False, True]


def test_every_request_for_tickets_asks_for_their_metrics(api: Callable[..., Any]) -> None:
    """Without it on the second page, Zendesk's own figures end at the thousandth ticket."""
    fake = api(export(1, cursor="a", end=False), export(2, cursor="b", end=True))
    list(fetch_tickets(fake, Window(since=1000)))
    common = {"include": "metric_sets", "per_page": 1000}
    assert [params for _, params in fake.asked] == [{"start_time": 1000, **common}, {"cursor": "a", **common}]


def test_a_restart_goes_on_at_the_saved_cursor(api: Callable[..., Any]) -> None:
    """Three hundred pages read before a crash are not read again."""
    fake = api(export(3, cursor="c", end=True))
    list(fetch_tickets(fake, Window(since=1000, resume_at="b")))
    assert fake.asked[0][1]["cursor"] == "b"
    assert "start_time" not in fake.asked[0][1]


def test_an_empty_page_without_cursor_keeps_the_old_one(api: Callable[..., Any]) -> None:
    """A quiet night must not send the next pull back to the beginning."""
    (page,) = fetch_tickets(api(export(cursor=None, end=True)), Window(resume_at="b"))
    assert (page.resume_at, page.last) == ("b", True)


def test_a_page_that_promises_more_without_a_cursor_is_no_end(api: Callable[..., Any]) -> None:
    """Taken for the end, it would silently leave the rest of the tickets out."""
    with pytest.raises(Unavailable, match="no cursor"):
        list(fetch_tickets(api(export(1, cursor=None, end=False)), Window()))


def test_a_refusal_is_told(api: Callable[..., Any]) -> None:
    """A cursor that Zendesk no longer knows is for the pull loop to replace, which says so."""
    with pytest.raises(Refused):
        list(fetch_tickets(api(BAD_CURSOR), Window(since=5, resume_at="old")))


@pytest.mark.parametrize("fetch", [fetch_tickets, fetch_events])
def test_a_start_in_the_minute_held_back_is_no_failure(api: Callable[..., Any], fetch: Callable[..., Any]) -> None:
    """Polled twice within a minute, Zendesk answers 422; there is nothing to do but wait for the next pull."""
    assert list(fetch(api(TOO_RECENT), Window(since=1_795_000_000))) == []


def test_time_pages_go_on_in_the_second_in_which_they_ended(api: Callable[..., Any]) -> None:
    """One second later would lose the rest of a busy second."""
    fake = api(timed(1, 2, end_time=50, end=False), timed(2, 3, end_time=60, end=True))
    pages = list(fetch_events(fake, Window(since=10)))
    assert [params["start_time"] for _, params in fake.asked] == [10, 50]
    assert [page.resume_at for page in pages] == ["50", "60"]
    assert fake.asked[0][1]["include"] == fake.asked[1][1]["include"] == "comment_events"


def test_a_second_larger_than_a_page_is_told_and_not_spun_on(api: Callable[..., Any]) -> None:
    """A bulk change of 1,000 tickets in one second made other readers ask the same page until memory ran out."""
    fake = api(timed(1, end_time=10, end=False))
    pages = fetch_events(fake, Window(since=10))
    assert len(next(pages).rows) == 1
    with pytest.raises(Stuck, match="second 10"):
        next(pages)
    assert len(fake.asked) == 1


def test_without_the_word_end_a_page_that_leads_nowhere_is_the_end(api: Callable[..., Any]) -> None:
    """Older time exports tell no end_of_stream: their last page comes back for ever."""
    events = "ticket_metric_events"
    fake = api(POLICY, timed(1, end_time=20, end=None, name=events), timed(1, end_time=20, end=None, name=events))
    pages = list(fetch_metric_events(fake, Window(since=10)))
    assert [page.last for page in pages] == [False, True]


def test_metric_events_are_read_again_for_an_hour(api: Callable[..., Any]) -> None:
    """A breach is taken back by a change of its old event; who only looks ahead keeps it."""
    fake = api(POLICY, timed(end_time=None, end=True, name="ticket_metric_events"))
    (page,) = fetch_metric_events(fake, Window(since=10, resume_at="9000"))
    assert fake.asked[1][1]["start_time"] == 5400
    assert page.resume_at == "9000"


def test_a_page_without_any_word_on_more_is_no_end(api: Callable[..., Any]) -> None:
    """Half a list taken for a whole one marks the other half as deleted, half an export loses it for good."""
    for fetch, page in ((fetch_groups, {"groups": []}), (fetch_events, {"ticket_events": [{"id": 1}]})):
        with pytest.raises(Unavailable, match="whether more is to come"):
            list(fetch(api(page), Window(since=10)))


def test_the_same_rows_under_ever_new_cursors_are_told(api: Callable[..., Any]) -> None:
    """A cursor that moves over rows that do not is a loop all the same; once more is only a hiccup."""
    pages = [export(1, 2, cursor=str(number), end=False) for number in range(9)]
    fake = api(*pages)
    with pytest.raises(Stuck, match="same rows"):
        list(fetch_tickets(fake, Window()))
    assert len(fake.asked) == 4
    twice = api(export(1, cursor="a", end=False), export(1, cursor="b", end=False), export(2, cursor="c", end=True))
    assert len(list(fetch_tickets(twice, Window()))) == 3


def test_an_account_without_targets_is_spared_its_clocks(api: Callable[..., Any]) -> None:
    """Metric events are the most rows of all and the exports the scarcest requests."""
    fake = api({"sla_policies": [], "next_page": None, "count": 0})
    assert list(fetch_metric_events(fake, Window(since=10))) == []
    assert len(fake.asked) == 1


def test_pages_read_again_do_not_move_the_place_back(api: Callable[..., Any]) -> None:
    """A busy hour of several pages must not look like a cursor that stands still."""
    name = "ticket_metric_events"
    fake = api(POLICY, timed(1, end_time=6000, end=False, name=name), timed(2, end_time=8000, end=True, name=name))
    pages = fetch_metric_events(fake, Window(since=10, resume_at="9000"))
    assert [page.resume_at for page in pages] == [None, "9000"]


def test_lists_follow_their_cursor_to_the_end(api: Callable[..., Any]) -> None:
    """A snapshot that missed a page would mark its groups as deleted."""
    fake = api(
        {"groups": [{"id": 1}], "meta": {"has_more": True, "after_cursor": "g"}, "links": {}},
        {"groups": [{"id": 2}], "meta": {"has_more": False, "after_cursor": "h"}, "links": {}},
    )
    assert sum(len(page.rows) for page in fetch_groups(fake, Window())) == 2
    assert fake.asked[1][1] == {"page[size]": 100, "page[after]": "g"}


def test_a_list_whose_cursor_stands_still_is_told(api: Callable[..., Any]) -> None:
    """Half a snapshot must not look like a whole one."""
    page = {"group_memberships": [{"id": 1}], "meta": {"has_more": True, "after_cursor": "g"}}
    with pytest.raises(Stuck):
        list(fetch_memberships(api(page, page, page), Window()))


def test_a_list_without_cursors_is_followed_by_its_link(api: Callable[..., Any]) -> None:
    """Some lists know no page[size]; their link is sent as it is, nothing added."""
    fake = api(
        {"groups": [{"id": 1}], "next_page": "https://demo.zendesk.com/api/v2/groups.json?page=2", "count": 2},
        {"groups": [{"id": 2}], "next_page": None, "count": 2},
    )
    assert sum(len(page.rows) for page in fetch_groups(fake, Window())) == 2
    assert fake.asked[1] == ("https://demo.zendesk.com/api/v2/groups.json?page=2", {})


def test_open_tickets_come_from_the_search_that_has_no_ceiling(api: Callable[..., Any]) -> None:
    """The plain search ends at 1,000 results and would hide the rest of the backlog."""
    fake = api({"results": [{"id": 1}], "meta": {"has_more": False}, "links": {}})
    (page,) = fetch_open(fake, Window())
    assert len(page.rows) == 1
    asked = {"filter[type]": "ticket", "query": "status<solved", "page[size]": 1000}
    assert fake.asked == [("/search/export.json", asked)]


def test_what_is_read_again_does_not_stand_in_its_own_way(api: Callable[..., Any]) -> None:
    """A page of the hour read again that ends in the very second saved would look like a list that goes round."""
    fake = api(
        POLICY,
        timed(1, 2, end_time=97_000, end=False, name="ticket_metric_events"),
        timed(3, 4, end_time=100_000, end=False, name="ticket_metric_events"),
        timed(5, end_time=100_500, end=True, name="ticket_metric_events"),
    )
    pages = list(fetch_metric_events(fake, Window(resume_at="100000")))
    assert [page.resume_at for page in pages] == [None, None, "100500"]
