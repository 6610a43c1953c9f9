"""Long lists: the wall after page 300, seconds that fill more than a page, and rows that move while we page."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import pytest

from connectors import Page, Refused, Stuck, Window, utc
from connectors.freshdesk.paging import DAY_S, SWEEP_S, by_change, by_number, iso, place_in

BEGUN = 1_780_000_000
NOW = 1_790_000_000


class Lists:
    """A list of (updated_at, id), paged as Freshdesk does: 100 a page, 400 after page 300 (or another ``wall``)."""

    wall = 300

    def __init__(self, rows: list[tuple[int, int]], after: Callable[["Lists"], None] = lambda lists: None) -> None:
        self.rows = sorted(rows)
        self.asked: list[dict[str, Any]] = []
        self.after = after

    def get(self, path: str, type: Any, *, params: Mapping[str, Any]) -> Any:  # noqa: A002
        self.asked.append(dict(params))
        if params["page"] > self.wall:
            raise Refused("page: invalid_value", 400)
        since = utc(params.get("updated_since") or params["_updated_since"])
        first = bisect_left(self.rows, (since, 0)) + (params["page"] - 1) * params["per_page"]
        found = self.rows[first : first + params["per_page"]]
        self.after(self)
        return [msgspec.Raw(b'{"id":%d,"updated_at":"%s"}' % (number, iso(at).encode())) for at, number in found]


def changes(lists: Any, window: Window) -> Iterator[Page]:
    return by_change(lists, "/tickets", window, {"include": "stats"})


def ids(pages: Iterator[Page]) -> list[int]:
    return [msgspec.json.decode(raw)["id"] for page in pages for raw in page.rows]


def test_35_000_tickets_lie_beyond_the_wall_and_none_is_lost() -> None:
    """Trap 12: Freshdesk answers 400 to page 301; a list that ends there is short of 5,000 tickets."""
    lists = Lists([(BEGUN + 60 * number // 7, number) for number in range(35_000)])
    found = ids(changes(lists, Window(since=0, now_at=NOW)))
    assert set(found) == set(range(35_000))
    # A second is read twice where a page ends in it, nothing else is.
    assert len(found) < 1.02 * 35_000
    assert len(lists.asked) < 1.02 * 350 + 2


def test_a_second_with_more_rows_than_a_page_is_read_by_number() -> None:
    """An import writes thousands of tickets in one second; beginning anew at it would read its first page for ever."""
    rows = [(BEGUN, number) for number in range(50)] + [(BEGUN + 9, 1_000 + number) for number in range(2_550)]
    rows += [(BEGUN + 20, 9_000 + number) for number in range(130)]
    lists = Lists(rows)
    found = ids(changes(lists, Window(since=0, now_at=NOW)))
    assert set(found) == {number for _, number in rows}
    assert max(one["page"] for one in lists.asked) <= 27


def test_more_than_30_000_rows_in_one_second_is_said_and_not_passed_over() -> None:
    """Trap 13: a bulk edit of everything; what lies beyond cannot be asked for, so the pull must not look complete."""
    lists = Lists([(BEGUN, number) for number in range(30_150)])
    pages = changes(lists, Window(since=0, now_at=NOW))
    read = [next(pages) for _ in range(301)]
    with pytest.raises(Stuck, match=r"30,000 rows.*in the second 2026-05-28T20:26:40Z.*bulk change"):
        next(pages)
    place = place_in(read[-1].resume_at or "")
    assert (place.at, place.page) == (BEGUN - 1, 300)


def test_the_next_pull_asks_once_whether_the_crowd_is_gone() -> None:
    """Stuck or not, a pull every ten minutes must not use up the account; when it is mended nothing may be missing."""
    lists = Lists([(BEGUN, number) for number in range(30_150)])
    stuck = Window(resume_at=f"{BEGUN - 1}|300|0|{BEGUN}", now_at=NOW)
    with pytest.raises(Stuck):
        list(changes(lists, stuck))
    assert len(lists.asked) == 1
    lists.rows = sorted((BEGUN + (number % 2) * 60, number) for number in range(30_150))
    assert set(ids(changes(lists, stuck))) == set(range(30_150))


def test_rows_that_move_while_we_page_do_not_push_others_over_the_edge() -> None:
    """Numbered pages shift by one for each row of a page already read that changes now."""
    moved = iter(range(0, 400, 3))

    def change(lists: Lists) -> None:
        number = next(moved, None)
        if number is not None and len(lists.asked) > 1:
            lists.rows = sorted([one for one in lists.rows if one[1] != number] + [(BEGUN + 90_000 + number, number)])

    lists = Lists([(BEGUN + number, number) for number in range(1_000)], change)
    assert set(ids(changes(lists, Window(since=0, now_at=NOW)))) == set(range(1_000))


@pytest.mark.parametrize("since", [0, BEGUN])
def test_the_first_request_names_a_beginning(since: int) -> None:
    """Trap 14: without updated_since Freshdesk leaves out, silently, all that was created over 30 days ago."""
    lists = Lists([(BEGUN + 5, 1)])
    list(changes(lists, Window(since=since, now_at=NOW)))
    assert lists.asked[0]["updated_since"] == iso(since)
    assert (lists.asked[0]["order_by"], lists.asked[0]["order_type"]) == ("updated_at", "asc")


def test_each_page_says_where_to_go_on() -> None:
    """A pull that is killed after any page loses none of the next and reads none of the first again."""
    rows = [(BEGUN + number, number) for number in range(450)]
    pages = list(changes(Lists(rows), Window(since=0, now_at=NOW)))
    for count in range(1, len(pages)):
        seen = set(ids(iter(pages[:count])))
        rest = changes(Lists(rows), Window(resume_at=pages[count - 1].resume_at, now_at=NOW))
        assert seen | set(ids(rest)) == set(range(450))


def test_a_pull_looks_back_five_minutes_and_once_a_day_three_days() -> None:
    """Figures of a ticket can change without its updated_at, which shows when the ticket is read again."""
    lists = Lists([(BEGUN, 1)])
    at = (list(changes(lists, Window(since=0, now_at=NOW))))[-1].resume_at
    list(changes(lists, Window(resume_at=at, now_at=NOW)))
    assert lists.asked[-1]["updated_since"] == iso(BEGUN - 300)
    lists.rows.append((BEGUN + DAY_S + 400, 2))
    at = list(changes(lists, Window(resume_at=at, now_at=NOW)))[-1].resume_at
    asked = len(lists.asked)
    list(changes(lists, Window(resume_at=at, now_at=NOW)))
    assert lists.asked[asked]["updated_since"] == iso(BEGUN - SWEEP_S)


def test_a_window_of_history_ends_where_it_should() -> None:
    """Backfill reads week by week, the newest first; a week must not read all that came after it."""
    lists = Lists([(BEGUN + number * 60, number) for number in range(1_000)])
    window = Window(since=BEGUN, until=BEGUN + 60 * 150, now_at=NOW)
    pages = list(changes(lists, window))
    assert pages[-1].last
    assert set(range(150)) <= set(ids(iter(pages)))
    assert len(lists.asked) == 2


def test_a_moment_in_the_future_leads_nowhere() -> None:
    """One row with a wrong clock must not make the list skip all that is between."""
    lists = Lists([(BEGUN + number, number) for number in range(99)] + [(NOW + 400 * DAY_S, 99)])
    lists.rows += [(BEGUN + 200 + number, 100 + number) for number in range(20)]
    found = list(changes(lists, Window(since=0, now_at=NOW)))
    assert place_in(found[0].resume_at or "").at < NOW


def test_a_small_page_is_not_taken_for_the_last_one() -> None:
    """Freshdesk may give fewer rows than asked for; ten or more may have others behind them."""
    lists = Lists([(BEGUN + number, number) for number in range(60)])
    honest = lists.get
    lists.get = lambda path, type, *, params: honest(path, type, params={**params, "per_page": 12})  # type: ignore[method-assign]  # noqa: A006
    assert set(ids(changes(lists, Window(since=0, now_at=NOW)))) == set(range(60))


def contacts(lists: Any) -> list[Page]:
    asked: dict[str, Any] = {"since": "_updated_since", "moment": "updated_at", "sweep_s": SWEEP_S}
    return list(by_number(lists, "/contacts", Window(since=0, now_at=NOW), {}, **asked))


def test_contacts_go_on_after_page_300() -> None:
    """The wall is that of the tickets; a shop with 40,000 customers would know three in four of its callers."""
    lists = Lists([(BEGUN + number, number) for number in range(30_550)])
    lists.wall = 1_000
    pages = contacts(lists)
    assert set(ids(iter(pages))) == set(range(30_550))
    assert not any(page.note for page in pages)


def test_a_list_without_an_order_ends_where_freshdesk_declines_and_says_so() -> None:
    """Contacts have no order of change: what lies behind a wall cannot be asked for until it changes."""
    pages = contacts(Lists([(BEGUN + number, number) for number in range(30_500)]))
    assert len(set(ids(iter(pages)))) == 30_000
    assert "no more than 30,000 rows of /contacts" in pages[-1].note
    assert place_in(pages[-1].resume_at or "").page == 0


def test_a_request_that_is_declined_at_once_is_no_wall() -> None:
    """A list that Freshdesk does not understand would pass for an empty one."""
    lists = Lists([(BEGUN, 1)])
    lists.wall = 0
    with pytest.raises(Refused):
        contacts(lists)
