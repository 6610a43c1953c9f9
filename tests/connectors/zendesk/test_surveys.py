"""Ratings and survey responses: offers, answers, changed answers, and how little is read again."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors import Context, Record, Stuck, Survey, Window
from connectors.zendesk.surveys import (
    RatingRow,
    ResponseRow,
    fetch_ratings,
    fetch_responses,
    normalise_rating,
    normalise_response,
)

DAY = 86_400
RATING: dict[str, Any] = {
    "id": 77,
    "ticket_id": 155,
    "score": "offered",
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
    "requester_id": 11,
    "assignee_id": 21,
    "group_id": 31,
    "comment": None,
}


@pytest.fixture
def rating(records: Callable[..., list[Record]], context: Callable[..., Context]) -> Callable[..., Survey]:
    def made(**changed: Any) -> Survey:
        (found,) = records({**RATING, **changed}, RatingRow, normalise_rating, context())
        assert isinstance(found, Survey)
        return found

    return made


@pytest.mark.parametrize(
    ("score", "rated", "norm"),
    [
        ("offered", False, None),
        ("good", True, 1.0),
        ("good_with_comment", True, 1.0),
        ("bad_without_comment", True, 0.0),
    ],
)
def test_an_offer_is_no_answer(rating: Callable[..., Survey], score: str, rated: bool, norm: float | None) -> None:
    """Silence is not satisfaction, and not the lack of it."""
    found = rating(score=score)
    assert (found.rated_at is not None, found.score_norm) == (rated, norm)
    assert found.offered_at == 1_767_225_600
    assert (found.scale, found.score_raw, found.agent_id) == ("good_bad", score, "21")


def test_a_changed_answer_moves_to_the_day_of_the_change(rating: Callable[..., Survey]) -> None:
    """The newer row wins by its version; the offer keeps its day."""
    first, later = rating(score="bad"), rating(score="good", updated_at="2026-01-09T00:00:00Z")
    assert later.version > first.version
    assert (later.id, later.offered_at) == (first.id, first.offered_at)
    assert later.rated_at == later.version


def test_an_offer_taken_back_is_none(rating: Callable[..., Survey]) -> None:
    """It would weigh on the response rate for ever."""
    assert rating(score="unoffered").deleted_at is not None


def test_the_list_is_read_again_for_a_day_and_once_a_day_for_a_month(api: Callable[..., Any]) -> None:
    """Answers come days after the offer by which alone the list can be asked; a month at each pull is too much."""

    def page(at: str) -> dict[str, Any]:
        return {"satisfaction_ratings": [{"id": 1, "created_at": at}], "meta": {"has_more": False}, "links": {}}

    resume, starts = None, []
    for at in ("2026-01-01T00:00:00Z", "2026-01-01T06:00:00Z", "2026-01-02T06:00:00Z", "2026-01-02T07:00:00Z"):
        fake = api(page(at))
        (found,) = fetch_ratings(fake, Window(since=1000, resume_at=resume))
        starts.append(fake.asked[0][1]["start_time"])
        resume = found.resume_at
    january = 1_767_225_600
    # Offers of the month before the last sweep could be answered since, however long nobody asked.
    assert starts == [1000, january - DAY, january + DAY // 4 - DAY, january - 30 * DAY]


def test_a_list_left_half_read_goes_on_at_its_page(api: Callable[..., Any]) -> None:
    """The moment to ask from stays the same until the list is through, or rows between would be lost."""
    first = {"survey_responses": [{"id": "a"}], "meta": {"has_more": True, "after_cursor": "c"}, "links": {}}
    page = next(iter(fetch_responses(api(first), Window(since=1000))))
    last = {"survey_responses": [], "meta": {"has_more": False}, "links": {}}
    fake = api(last)
    list(fetch_responses(fake, Window(since=9000, resume_at=page.resume_at)))
    assert fake.asked[0][1] == {"filter[created_at_start]": 1_000_000, "page[size]": 100, "page[after]": "c"}
    assert "after" not in json.loads(page.resume_at or "{}") or not page.last


def test_a_list_whose_cursor_stands_still_is_no_end(api: Callable[..., Any]) -> None:
    """Taken for the end, the rest of the answers would be looked for only in a month's sweep."""
    page = {"satisfaction_ratings": [{"id": 1}], "meta": {"has_more": True, "after_cursor": "c"}, "links": {}}
    with pytest.raises(Stuck):
        list(fetch_ratings(api(page, page), Window(since=1000)))


def test_a_response_is_the_answer_to_its_tickets_offer(
    records: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """Offer and answer come from two streams and must be one row."""
    row = {
        "id": "01SURVEY",
        "responder_id": 11,
        "subjects": [{"id": "155", "type": "ticket", "zrn": "zen:ticket:155"}],
        "answers": [
            {"type": "rating_scale", "rating": 4, "rating_category": "good", "updated_at": "2026-01-02T00:00:00Z"},
            {"type": "open_ended", "value": "Thanks", "updated_at": "2026-01-02T00:01:00Z"},
        ],
    }
    (found,) = records(row, ResponseRow, normalise_response, context())
    assert isinstance(found, Survey)
    assert (found.id, found.ticket_id, found.scale, found.score_raw) == ("ticket-155", "155", "5", "4")
    assert (found.score_norm, found.is_satisfied, found.comment) == (0.75, True, "Thanks")


def test_a_response_of_words_alone_is_no_rating(
    records: Callable[..., list[Record]], context: Callable[..., Context]
) -> None:
    """A skipped scale must not become a bad score."""
    row = {
        "id": "1",
        "subjects": [{"zrn": "zen:ticket:1"}],
        "answers": [{"type": "skipped"}, {"type": "open_ended", "value": "?"}],
    }
    assert records(row, ResponseRow, normalise_response, context()) == []
