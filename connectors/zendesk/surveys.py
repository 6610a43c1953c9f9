"""Satisfaction in both of Zendesk's models; an account has one of them, the other is refused and skipped visibly.

The legacy rating is one row from the offer on, which the answer changes. The list can be asked by the moment of the
offer only, so the last day is read at every pull and the last 30 days once a day of new offers. In the newer model
the answers are a list of their own; the offer is an event of the ticket (see ``events``), and both make one row.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import UNSET

from connectors import Api, BadRow, Context, Page, Personal, Record, Survey, Window, utc
from connectors.zendesk.fields import text_of
from connectors.zendesk.paging import PER_LIST, ListPage

DAY_S = 86_400
AGAIN_S = DAY_S
SWEEP_S = 30 * DAY_S
GOOD, BAD = "good", "bad"
ZRN = "zen:ticket:"


class RatingsPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="satisfaction_ratings")


class ResponsesPage(ListPage):
    rows: list[msgspec.Raw] = msgspec.field(name="survey_responses")


class RatingRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    ticket_id: int
    score: str
    created_at: str
    updated_at: str | None = None
    requester_id: int | None = None
    assignee_id: int | None = None
    group_id: int | None = None
    comment: Annotated[str | None, Personal] = None


class Answer(msgspec.Struct, omit_defaults=True, gc=False):
    type: str | None = None
    rating: float | None = None
    rating_category: str | None = None
    value: Annotated[Any, Personal] = None
    created_at: str | None = None
    updated_at: str | None = None


class Subject(msgspec.Struct, omit_defaults=True, gc=False):
    zrn: str | None = None


class ResponseRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: str | int
    answers: list[Answer] = []
    subjects: list[Subject] = []
    responder_id: int | None = None


class Moments(msgspec.Struct):
    """The moments of a rating or, in ``answers``, of a response."""

    created_at: str | None = None
    updated_at: str | None = None
    answers: list["Moments"] = []


class Place(msgspec.Struct, omit_defaults=True, gc=False):
    """Where the reading of a list goes on: newest moment seen, when the last sweep was, and the page under way."""

    newest: int
    swept: int
    start: int = 0
    after: str | None = None


def fetch_ratings(api: Api, window: Window) -> Iterator[Page]:
    """Offers and answers of the legacy model."""
    return swept(api, "/satisfaction_ratings.json", RatingsPage, window, "start_time", 1)


def fetch_responses(api: Api, window: Window) -> Iterator[Page]:
    """Answers of the newer model; its moments are asked for in milliseconds."""
    return swept(api, "/guide/survey_responses.json", ResponsesPage, window, "filter[created_at_start]", 1000)


def swept(api: Api, path: str, form: type[ListPage], window: Window, since: str, unit: int) -> Iterator[Page]:
    """The pages of a list from a little before the newest moment seen, once a day from long before it."""
    place = msgspec.json.decode(window.resume_at, type=Place) if window.resume_at else Place(0, 0)
    if place.after is None:
        is_sweep = place.newest - place.swept >= DAY_S
        start = place.swept - SWEEP_S if is_sweep else place.newest - AGAIN_S if place.newest else window.since
        place = Place(place.newest, place.newest if is_sweep else place.swept, max(start, 0))
    while True:
        asked = {since: place.start * unit, "page[size]": PER_LIST, "page[after]": place.after}
        page = api.get(path, form, params=asked)
        newest = max((newest_in(raw) for raw in page.rows), default=0)
        after = page.following(path, place.after)
        newest = max(newest, place.newest)
        if after is None:
            done = Place(newest, place.swept or newest)
            yield Page(page.rows, resume_at=text(done), data_to=newest or None, last=True)
            return
        place = Place(newest, place.swept, place.start, after)
        yield Page(page.rows, resume_at=text(place))


def text(place: Place) -> str:
    """The place as it is kept."""
    return msgspec.json.encode(place).decode()


def newest_in(raw: msgspec.Raw) -> int:
    """The latest creation in a row, 0 where it cannot be read; the row itself is judged when it is normalised."""
    try:
        found = msgspec.json.decode(raw, type=Moments)
        moments = [found, *found.answers]
        return max((utc(moment.created_at) for moment in moments if moment.created_at), default=0)
    except (msgspec.DecodeError, BadRow):
        return 0


def normalise_rating(row: RatingRow, ctx: Context) -> Iterator[Record]:
    """Offer and answer in one row; the agent is the one Zendesk credits, who held the ticket at the rating."""
    score = row.score.removesuffix("_with_comment").removesuffix("_without_comment")
    created_at = utc(row.created_at)
    updated_at = utc(row.updated_at) if row.updated_at else created_at
    if score not in (GOOD, BAD, "offered", "unoffered"):
        ctx.warn("satisfaction score", row.score)
    is_answer = score in (GOOD, BAD)
    yield Survey(
        id=str(row.id),
        version=updated_at,
        source_updated_at=updated_at,
        # An offer that was taken back is none.
        deleted_at=updated_at if score == "unoffered" else None,
        kind="csat",
        scale="good_bad",
        ticket_id=str(row.ticket_id),
        customer_id=text_of(row.requester_id),
        agent_id=text_of(row.assignee_id),
        team_id=text_of(row.group_id),
        offered_at=created_at,
        rated_at=updated_at if is_answer else None,
        score_raw=row.score,
        score_norm=float(score == GOOD) if is_answer else None,
        is_satisfied=score == GOOD if is_answer else None,
        question_key="overall",
        comment=UNSET if ctx.is_redacted else row.comment or None,
    )


def normalise_response(row: ResponseRow, ctx: Context) -> Iterator[Record]:
    """The rating of a survey response, on five points or good and bad, with the words beside it."""
    tickets = [one.zrn.removeprefix(ZRN) for one in row.subjects if one.zrn is not None and one.zrn.startswith(ZRN)]
    rated = next((one for one in row.answers if one.rating is not None or one.rating_category), None)
    if not tickets or rated is None:
        return
    moment = rated.updated_at or rated.created_at
    if moment is None:
        raise BadRow("a survey answer without a moment")
    if rated.rating_category not in (GOOD, BAD, None):
        ctx.warn("rating category", rated.rating_category)
    is_good = rated.rating_category == GOOD if rated.rating_category else (rated.rating or 0) >= 4
    points = rated.rating
    words = next((one.value for one in row.answers if one.type == "open_ended" and isinstance(one.value, str)), None)
    yield Survey(
        id=f"ticket-{tickets[0]}",
        kind="csat",
        scale="good_bad" if points is None else "5",
        ticket_id=tickets[0],
        customer_id=text_of(row.responder_id),
        rated_at=utc(moment),
        score_raw=rated.rating_category if points is None else f"{points:g}",
        score_norm=float(is_good) if points is None else min(1.0, max(0.0, (points - 1) / 4)),
        is_satisfied=is_good,
        question_key="overall",
        comment=UNSET if ctx.is_redacted else words or None,
    )
