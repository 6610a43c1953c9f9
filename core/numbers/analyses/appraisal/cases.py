"""Cases credited to persons: the sums of a declared metric by person and stratum, straight from the facts.

The figures are those of the metric's own declaration; only here are they split by person (metrics 8.6).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from core.clock import add_days, day_bounds, days
from core.numbers.analyses.appraisal.people import Person
from core.numbers.analyses.case_mix import Stratum, Sums
from core.numbers.answer import Period
from core.numbers.evaluate import Question, days_of
from core.numbers.inquiry import Inquiry
from core.numbers.metric import Durations, Formula, Ratio, Share, Sum
from core.numbers.sql import expressions, marks, unpacked

Kind: TypeAlias = Literal["share", "mean", "rate"]

BAND_S = 6 * 3600
# Days before a period in which its tickets may have been created.
REACH_DAYS = 400

TICKET = (
    "coalesce(t.contact_reason, '') as reason, coalesce(t.priority, '') as urgency, "
    "case when t.created_at is null then '' else {band} end as band"
)
OF_CALL = "coalesce(t.contact_reason, '') as reason, coalesce(t.priority, '') as urgency, f.slot / 12 as band"

# For the facts that tell who did it: their rows with who is credited, channel, reason, priority and hour band.
CREDITED: Mapping[tuple[str, str], str] = {
    ("call_facts", "answered_on"): (
        f"select f.*, f.agent_uid as who, {OF_CALL} from call_facts f left join ticket_facts t on t.ticket_uid = "
        "f.ticket_uid"
    ),
    ("queue_legs", "answered_on"): (
        f"select f.*, f.agent_uid as who, {OF_CALL} from queue_legs f left join call_facts c on c.call_uid = "
        "f.call_uid left join ticket_facts t on t.ticket_uid = c.ticket_uid"
    ),
    ("ticket_facts", "first_replied_on"): f"select t.*, t.first_replier_uid as who, {TICKET} from ticket_facts t",
    ("ticket_facts", "first_solved_on"): (
        f"select t.*, s.actor_uid as who, {TICKET} from ticket_facts t left join solve_facts s on s.ticket_uid = "
        "t.ticket_uid and s.is_first = 1"
    ),
    ("ticket_facts", "last_solved_on"): f"select t.*, t.assignee_uid as who, {TICKET} from ticket_facts t",
    ("contact_facts", "day_on"): (
        f"select f.*, coalesce(c.agent_uid, t.assignee_uid) as who, {TICKET} from contact_facts f "
        "left join call_facts c on f.kind = 'call' and c.call_uid = f.contact_uid "
        "left join ticket_facts t on t.ticket_uid = case f.kind when 'ticket' then f.contact_uid else c.ticket_uid end"
    ),
    ("survey_facts", "rated_on"): (
        f"select f.*, f.agent_uid as who, {TICKET} from survey_facts f left join ticket_facts t on t.ticket_uid = "
        "f.ticket_uid"
    ),
    # One targeted review must not sink a person: only those drawn at random count (metrics §6, qa_score).
    ("review_facts", "reviewed_on"): (
        "select f.*, f.agent_uid as who, '' as channel, '' as reason, '' as urgency, '' as band from review_facts f "
        "where f.sample = 'random'"
    ),
}


@dataclass(frozen=True)
class Cases:
    """The sums of one metric by person and stratum."""

    kind: Kind
    cells: Mapping[tuple[str, Stratum], Sums]


def cases_of(inquiry: Inquiry, asked: Question, period: Period, people: list[Person]) -> Cases | None:
    """The cases of a metric that can be credited to persons; None where its facts do not tell who."""
    formula = asked.formula
    told = days_of(asked, period)
    owner = {uid: person.uid for person in people for uid in person.uids}
    if not told:
        return None
    if isinstance(formula, Ratio) and not _one_fact(formula):
        return _per_day(inquiry, told, owner) if asked.metric.id == "contacts_per_agent_day" else None
    sums = _sums(formula)
    if sums is None or (sums[0].fact, sums[0].on) not in CREDITED:
        return None
    return Cases("share" if isinstance(formula, Share) else "mean", _read(inquiry, sums, told, owner))


def _one_fact(formula: Ratio) -> bool:
    return isinstance(formula.num, Sum) and isinstance(formula.den, Sum) and formula.num.fact == formula.den.fact


def _sums(formula: Formula) -> tuple[Sum, Sum] | None:
    """Numerator and denominator, where one row of one fact is one case."""
    match formula:
        case Durations():
            of_cases = replace(formula.part, value="", where=_both(formula.where, f"{formula.value} is not null"))
            return formula.part, of_cases
        case Share(Sum() as num, Sum() as den) | Ratio(Sum() as num, Sum() as den):
            return (num, den) if num.on == den.on else None
    return None


def _both(*conditions: str) -> str:
    return " and ".join(f"({condition})" for condition in conditions if condition)


def _read(
    inquiry: Inquiry, sums: tuple[Sum, Sum], told: tuple[str, ...], owner: Mapping[str, str]
) -> dict[tuple[str, Stratum], Sums]:
    num, den = sums
    top, bottom = num.value or "1", den.value or "1"
    parts = (
        num,
        den,
        replace(den, value=""),
        replace(num, value=f"{top} * {top}"),
        replace(num, value=f"{top} * {bottom}"),
        replace(den, value=f"{bottom} * {bottom}"),
    )
    rows = CREDITED[num.fact, num.on].replace("{band}", _band(inquiry, told))
    figures = ", ".join(expression for part in parts for expression in expressions(part))
    found: dict[tuple[str, Stratum], Sums] = {}
    for row in inquiry.db.execute(
        f"select who, coalesce(channel, ''), reason, urgency, band, {figures} from ({rows}) "
        f"where {num.on} in {marks(told)} and who is not null group by who, channel, reason, urgency, band",
        told,
    ):
        person = owner.get(row[0])
        if person is None:
            continue
        values = [float(figure or 0) for _, figure, _ in unpacked(parts, tuple(row)[5:])]
        key = (person, tuple("" if level is None else str(level) for level in tuple(row)[1:5]))
        found[key] = found.get(key, Sums()) + Sums(values[0], values[1], int(values[2]), *values[3:])
    return {key: each for key, each in found.items() if each.n}


def _band(inquiry: Inquiry, told: tuple[str, ...]) -> str:
    """SQL for the quarter of the local day in which a ticket was created, 0 to 3; a change of clocks counts from the
    next midnight."""
    zone = inquiry.reporting.zone
    offsets: list[tuple[int, int]] = []
    first_at = day_bounds("1970-01-02", zone)[0]
    for day_on in days(add_days(told[0], -REACH_DAYS), told[-1]):
        starts_at = day_bounds(day_on, zone)[0]
        offset = -starts_at % 86_400
        if not offsets or offsets[-1][1] != offset:
            offsets.append((starts_at if offsets else first_at, offset))
    cases = " ".join(
        f"when t.created_at >= {at} then ((t.created_at + {offset}) % 86400) / {BAND_S}"
        for at, offset in reversed(offsets)
    )
    return f"(case {cases} end)"


def _per_day(inquiry: Inquiry, told: tuple[str, ...], owner: Mapping[str, str]) -> Cases:
    """Contacts handled and days present: who was not there is asked for nothing (guard 6)."""
    found: dict[tuple[str, Stratum], Sums] = {}

    def add(uid: str, more: Sums) -> None:
        if uid in owner:
            key = (owner[uid], ("",))
            found[key] = found.get(key, Sums()) + more

    for uid, contacts in inquiry.db.execute(
        f"select agent_uid, count(distinct contact_uid || '|' || day_on) from handled_facts "
        f"where day_on in {marks(told)} and agent_uid is not null group by agent_uid",
        told,
    ):
        add(uid, Sums(num=contacts))
    for uid, present in inquiry.db.execute(
        f"select agent_uid, sum(presence_days) from agent_days where day_on in {marks(told)} and is_paid = 1 "
        "group by agent_uid",
        told,
    ):
        add(uid, Sums(den=present, n=round(present)))
    return Cases("rate", {key: sums for key, sums in found.items() if sums.den > 0})
