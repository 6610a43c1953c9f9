"""Answers to surveys: satisfied or not by the top two boxes, a score of 0 to 1, promoters and detractors."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from connectors import BadRow, Record, Survey, SurveyScale
from connectors.csv_folder.fields import Target
from connectors.csv_folder.making import IDENTITIES, Found, made, named, short_id
from connectors.csv_folder.values import number

# Lowest and highest score, and the lowest one that counts as satisfied.
SCALES: Mapping[str, tuple[int, int, int]] = {
    "3": (1, 3, 3), "5": (1, 5, 4), "7": (1, 7, 6), "10": (1, 10, 9), "0-10": (0, 10, 9),
}  # fmt: skip
USUAL: Mapping[str, SurveyScale] = {"csat": "5", "nps": "0-10", "ces": "7", "fcr": "good_bad", "esat": "5"}
# Freshdesk's seven levels, worst first; 100 is neutral.
FRESHDESK = (-103, -102, -101, 100, 101, 102, 103)
GOOD = frozenset({"good", "yes", "y", "1", "true", "satisfied", "happy", "solved", "ja", "gut", "zufrieden", "是"})
BAD = frozenset({"bad", "no", "n", "0", "false", "unsatisfied", "unhappy", "nein", "schlecht", "unzufrieden", "否"})
TARGETS: Mapping[str, Target] = {
    "score": Target("score_raw", "text"),
    "score_raw": Target("score_raw", "text"),
    "comment": Target("comment", "text", is_personal=True),
    **IDENTITIES,
}
OVERALL = "overall"
LEAST_PROMOTER, LEAST_PASSIVE = 9, 7


def make_survey(kind: str | None, decimal: str | None = None) -> Callable[[Found], Iterator[Record]]:
    """What makes surveys of a kind; of the kind that each row names where it is None."""

    def make(found: Found) -> Iterator[Record]:
        values = found.values
        values["kind"] = kind or found.needed("kind")
        values["scale"] = scale = found.get("scale") or USUAL[values["kind"]]
        raw = found.get("score_raw")
        if raw is not None:
            values["score_norm"], values["is_satisfied"] = judged(raw, scale, decimal)
            if scale == "0-10" and values["kind"] == "nps":
                values["nps_class"] = nps_class(float(number(raw, decimal)))
            if found.get("rated_at") is None:
                values["rated_at"] = found.get("offered_at")
            if values["rated_at"] is None:
                raise BadRow("an answer without its moment (rated_at)")
        elif found.get("offered_at") is None:
            raise BadRow("neither a score nor the moment of an offer")
        else:
            values["rated_at"] = None
        question = found.get("question_key") or OVERALL
        values["question_key"] = question
        # One answered sheet has one number for all of its questions, and two tools both begin at 1.
        parts = (values["kind"], question, values["id"]) if question != OVERALL else (values["kind"], values["id"])
        values["id"] = short_id("-".join(parts))
        yield from named(found)
        yield made(Survey, found, source_updated_at=values["rated_at"] or found.get("offered_at"))

    return make


def judged(raw: str, scale: str, decimal: str | None = None) -> tuple[float, bool]:
    """The score as 0..1, and whether it counts as satisfied; BadRow where the scale has no such score."""
    if scale == "good_bad":
        word = raw.casefold()
        if word not in GOOD | BAD:
            raise BadRow("the score is neither good nor bad")
        return float(word in GOOD), word in GOOD
    score = number(raw, decimal)
    if scale == "freshdesk":
        if score not in FRESHDESK:
            raise BadRow("the score is none of Freshdesk's levels")
        return FRESHDESK.index(int(score)) / (len(FRESHDESK) - 1), score > 100
    low, high, satisfied = SCALES[scale]
    if not low <= score <= high:
        raise BadRow(f"the score lies outside the scale ({low} to {high}); say another scale in the mapping")
    return float((score - low) / (high - low)), score >= satisfied


def nps_class(score: float) -> Literal["promoter", "passive", "detractor"]:
    """9 and 10 recommend us, 7 and 8 do not care, the others warn of us."""
    if score >= LEAST_PROMOTER:
        return "promoter"
    return "passive" if score >= LEAST_PASSIVE else "detractor"
