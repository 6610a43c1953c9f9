"""Satisfaction ratings: answers only, as Freshdesk does not tell to whom it offered a survey.

The list can be asked by creation only, and a rating may be given again, so the last fortnight is read once a day.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import UNSET

from connectors import Api, BadRow, Context, Page, Personal, Record, Survey, Window, utc
from connectors.freshdesk.fields import text_of
from connectors.freshdesk.paging import DAY_S, by_number

SWEEP_S = 14 * DAY_S
# From extremely unhappy to extremely happy; a survey with fewer steps uses some of them.
STEPS = (-103, -102, -101, 100, 101, 102, 103)
HAPPY = 101
MAIN = "default_question"


class RatingRow(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    ticket_id: int
    created_at: str
    updated_at: str | None = None
    user_id: int | None = None
    agent_id: int | None = None
    group_id: int | None = None
    ratings: Any = None
    feedback: Annotated[str | None, Personal] = None


def fetch_ratings(api: Api, window: Window) -> Iterator[Page]:
    """Ratings given since the last pull."""
    path = "/surveys/satisfaction_ratings"
    return by_number(api, path, window, {}, since="created_since", moment="created_at", sweep_s=SWEEP_S)


def normalise_rating(row: RatingRow, ctx: Context) -> Iterator[Record]:
    """The answer to the main question; agent and group are those that Freshdesk credits."""
    score = score_in(row.ratings)
    if score is None:
        raise BadRow("a rating without an answer to its main question")
    if score not in STEPS:
        ctx.warn("satisfaction score", str(score))
    created_at = utc(row.created_at)
    updated_at = utc(row.updated_at) if row.updated_at else created_at
    is_known = score in STEPS
    yield Survey(
        id=str(row.id),
        version=updated_at,
        source_updated_at=updated_at,
        kind="csat",
        scale="freshdesk",
        ticket_id=str(row.ticket_id),
        customer_id=text_of(row.user_id),
        agent_id=text_of(row.agent_id),
        team_id=text_of(row.group_id),
        rated_at=created_at,
        score_raw=str(score),
        score_norm=STEPS.index(score) / (len(STEPS) - 1) if is_known else None,
        is_satisfied=score >= HAPPY if is_known else None,
        question_key=MAIN,
        comment=UNSET if ctx.is_redacted else row.feedback or None,
    )


def score_in(ratings: Any) -> int | None:
    """The main answer, in each form in which Freshdesk's ratings have been seen: object, list of objects, number."""
    if isinstance(ratings, bool):
        return None
    if isinstance(ratings, int):
        return ratings
    if isinstance(ratings, str):
        return int(ratings) if ratings.lstrip("-").isdigit() and ratings.isascii() else None
    if isinstance(ratings, dict):
        own = ratings.get(MAIN)
        return score_in(ratings.get("rating", ratings.get("value"))) if own is None else score_in(own)
    if isinstance(ratings, list):
        main = [one for one in ratings if isinstance(one, dict) and (MAIN in one or one.get("question") == MAIN)]
        return next((score for one in (main or ratings) if (score := score_in(one)) is not None), None)
    return None
