"""Teams in which more people leave or fall ill than elsewhere, and what wears them out (metrics 8.14).

Only teams of ten people or more, never a person: a smaller team is a list of names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from core.clock import add_days
from core.numbers.answer import Answer, Period
from core.numbers.clear_change import mann_whitney_p
from core.numbers.inquiry import Inquiry, iso_weeks

FLOOR = 10
QUARTER_DAYS = 91
WEEKS = 13
P_CLEAR = 0.05
LEAST_WEEKS = 6
WORN = 0.85


@dataclass(frozen=True)
class TeamRisk:
    """A team over 13 weeks beside the others; ``signs`` name what is clearly worse there, ``strains`` what may be why.

    ``p`` is that of the clearest sign, already shared over all that was tested."""

    uid: str
    team: str
    heads: int
    attrition: Answer
    absence: Answer
    occupancy: Answer
    overtime: Answer
    signs: tuple[str, ...]
    strains: tuple[str, ...]
    p: float


@dataclass(frozen=True)
class PeopleRisk:
    """The period, how many teams were large enough to be looked at, and those that stand out."""

    period: Period
    teams: int
    at_risk: tuple[TeamRisk, ...]


def people_risk(inquiry: Inquiry, to_on: str) -> PeopleRisk | None:
    """Teams that stand out over the 13 weeks to a day; None where fewer than two are large enough."""
    period = Period(add_days(to_on, 1 - QUARTER_DAYS), to_on, "quarter")
    leaving = inquiry.breakdown("attrition_rate", period, "team")
    large = [(uid, name, made) for uid, name, made in leaving if uid and made.n >= FLOOR]
    if len(large) < 2:
        return None
    tests = 2 * len(large)
    leavers = {uid: round(made.num or 0) for uid, _, made in leaving}
    heads = {uid: made.num / made.value if made.value and made.num else float(made.n) for uid, _, made in leaving}
    absent = _weekly_absence(inquiry, to_on)
    whole = _whole(inquiry, period)
    found = []
    for uid, name, made in large:
        share = heads[uid] / sum(heads.values())
        p_leaving = at_least(leavers[uid], sum(leavers.values()), share) * tests
        others = [value for other, values in absent.items() if other != uid for value in values]
        p_absent = _more(absent.get(uid, ()), others) * tests
        signs = tuple(sign for sign, p in (("leaving", p_leaving), ("absent", p_absent)) if p < P_CLEAR)
        if not signs:
            continue
        team = inquiry.within(team=uid)
        occupancy, overtime = team.ask("occupancy", period), team.ask("overtime_hours", period)
        strains = _strains(occupancy, overtime, made.n, whole)
        absence = team.ask("absence_rate", period)
        found.append(
            TeamRisk(uid, name, made.n, made, absence, occupancy, overtime, signs, strains, min(p_leaving, p_absent))
        )
    return PeopleRisk(period, len(large), tuple(sorted(found, key=lambda risk: (risk.p, risk.team))))


def at_least(count: int, of: int, share: float) -> float:
    """The probability that at least so many of the leavers are of a team that has this share of the people."""
    if count <= 0:
        return 1.0
    return sum(comb(of, hits) * share**hits * (1 - share) ** (of - hits) for hits in range(count, of + 1))


def _more(values: Sequence[float], others: Sequence[float]) -> float:
    """The probability that weeks are no different from those of other teams; 1 where they are not higher."""
    if min(len(values), len(others)) < LEAST_WEEKS or sum(values) / len(values) <= sum(others) / len(others):
        return 1.0
    p = mann_whitney_p(values, others)
    return 1.0 if p is None else p


def _weekly_absence(inquiry: Inquiry, to_on: str) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for week in iso_weeks(WEEKS, to_on):
        for uid, _, made in inquiry.breakdown("absence_rate", week, "team"):
            if uid and made.status == "ok" and made.value is not None:
                found.setdefault(uid, []).append(made.value)
    return found


def _whole(inquiry: Inquiry, period: Period) -> float | None:
    """Overtime hours for each person of the whole."""
    overtime, people = inquiry.ask("overtime_hours", period), inquiry.ask("attrition_rate", period).n
    return overtime.value / people if overtime.value is not None and people else None


def _strains(occupancy: Answer, overtime: Answer, people: int, usual_overtime: float | None) -> tuple[str, ...]:
    found = []
    if occupancy.status == "ok" and (occupancy.value or 0) > WORN:
        found.append("busy")
    if overtime.value and usual_overtime is not None and overtime.value / people > 1.5 * usual_overtime:
        found.append("overtime")
    return tuple(found)
