"""Surveys: one answer for each offer, and whom it is credited to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.clock import DAY_S
from core.numbers.facts.ground import DayOn
from core.numbers.facts.life import Solve
from core.numbers.facts.owners import Owner
from core.numbers.facts.rows import SurveyRow
from core.numbers.facts.status import Row

ANSWERED_S = 7 * DAY_S
# The lowest score that is satisfied: the top two boxes, of Freshdesk's levels any happy one.
SATISFIED: Mapping[str, float] = {"5": 4, "7": 6, "10": 9, "freshdesk": 101}
HIGHEST: Mapping[str, float] = {"3": 3, "5": 5, "7": 7, "10": 10, "0-10": 10}
GOOD = frozenset({"good", "good_with_comment"})

Credit = Callable[[SurveyRow, "Offer"], str | None]


@dataclass(slots=True)
class Offer:
    """The rows that tell of one offer: the offer itself, an answer, a changed answer."""

    offered_at: int | None
    rows: list[SurveyRow] = field(default_factory=list)


def offers(surveys: Iterable[SurveyRow]) -> list[Offer]:
    """The offers of one ticket or call: an answer belongs to the latest offer of its kind and question before it."""
    made: list[Offer] = []
    latest: dict[tuple[str, str | None], Offer] = {}
    for row in sorted(surveys, key=_when):
        key = (row.kind, row.question_key)
        offer = latest.get(key)
        is_new = offer is None or (row.offered_at is not None and row.offered_at != offer.offered_at)
        if offer is None or is_new:
            offer = latest[key] = Offer(row.offered_at)
            made.append(offer)
        offer.rows.append(row)
    return made


def _when(row: SurveyRow) -> tuple[int, int, str]:
    if row.offered_at is not None:
        return row.offered_at, row.rated_at or 0, row.uid
    return row.rated_at or 0, 1, row.uid


def answer_of(offer: Offer, frozen_s: int) -> SurveyRow:
    """The row that counts: the latest answer until it is frozen, else the offer."""
    rated = [row for row in offer.rows if row.rated_at is not None]
    if not rated:
        return offer.rows[0]
    begun_at = offer.offered_at if offer.offered_at is not None else rated[0].rated_at or 0
    in_time = [row for row in rated if (row.rated_at or 0) <= begun_at + frozen_s]
    return max(in_time or rated[:1], key=lambda row: (row.rated_at or 0, row.uid))


def survey_rows(
    dims: Row,
    surveys: Sequence[SurveyRow],
    frozen_s: int,
    credit: Credit,
    day_on: DayOn,
    *,
    is_dropped: Callable[[SurveyRow], bool],
) -> list[Row]:
    """Rows of survey_facts; of each offer one is counted, and none where the offer bounced or one of us answered."""
    made: list[Row] = []
    for offer in offers(surveys):
        chosen = answer_of(offer, frozen_s)
        bounced = any(row.bounced for row in offer.rows)
        for row in offer.rows:
            offered_at = offer.offered_at if row is chosen else row.offered_at
            rated_at = row.rated_at
            in_time = offered_at is not None and rated_at is not None and rated_at <= offered_at + ANSWERED_S
            begun_at = offered_at if offered_at is not None else rated_at
            made.append(
                (
                    row.uid, *dims, row.ticket_uid, row.call_uid, credit(row, offer), row.customer_uid, row.kind,
                    row.scale, row.question_key, offered_at, None if offered_at is None else day_on(offered_at),
                    rated_at,
                    None if rated_at is None else day_on(rated_at), is_satisfied(row), _scored(row),
                    norm(row), nps_class(row),
                    int(in_time), int(row is chosen and not bounced and not is_dropped(row)),
                    None if begun_at is None else begun_at + ANSWERED_S,
                )
            )  # fmt: skip
    return sorted(made, key=lambda row: str(row[0]))


def credited(offer: Offer, row: SurveyRow, solves: Sequence[Solve], owners: Sequence[Owner]) -> str | None:
    """The assignee when the ticket was solved before the offer; nobody if another had it by the time of the answer."""
    asked_at = offer.offered_at if offer.offered_at is not None else row.rated_at
    if asked_at is None:
        return None
    solved_at = max((solve.at for solve in solves if solve.at <= asked_at), default=None)
    if solved_at is None:
        return None
    until_at = row.rated_at if row.rated_at is not None else asked_at
    had = {agent for agent, _, since, to in owners if since <= until_at and (to is None or to > solved_at)}
    return had.pop() if len(had) == 1 else None


def _score(row: SurveyRow) -> float | None:
    try:
        return float(row.score_raw) if row.score_raw is not None else None
    except ValueError:
        return None


def _scored(row: SurveyRow) -> float | None:
    """The score as given, once it was given."""
    return _score(row) if row.rated_at is not None else None


def is_satisfied(row: SurveyRow) -> int | None:
    """The source's word, else what the scale says of the score."""
    if row.is_satisfied is not None or row.rated_at is None or row.score_raw is None:
        return row.is_satisfied
    if row.scale == "good_bad":
        return int(row.score_raw in GOOD)
    score, least = _score(row), SATISFIED.get(row.scale)
    return None if score is None or least is None else int(score >= least)


def norm(row: SurveyRow) -> float | None:
    """The score as 0..1, the lowest box of the scale being 0."""
    if row.score_norm is not None or row.rated_at is None:
        return row.score_norm
    score, highest = _score(row), HIGHEST.get(row.scale)
    if score is None or highest is None:
        return None
    lowest = 0 if row.scale == "0-10" else 1
    return (score - lowest) / (highest - lowest)


def nps_class(row: SurveyRow) -> str | None:
    """Promoter 9-10, detractor 0-6, else passive."""
    score = _score(row)
    if row.nps_class is not None or row.kind != "nps" or score is None:
        return row.nps_class
    return "promoter" if score >= 9 else "detractor" if score <= 6 else "passive"
