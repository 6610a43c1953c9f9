"""Scorecards of a team: each person's numbers for their own mix of cases, judged only where chance does not explain
them (metrics 8.6). Strong metrics stand beside their weak counter-metric or not at all (guard 5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from core.numbers.analyses.appraisal.cases import Cases, cases_of
from core.numbers.analyses.appraisal.people import Person, people_of
from core.numbers.analyses.case_mix import Expected, expected, settled
from core.numbers.analyses.conflict import is_strong_only
from core.numbers.analyses.funnel import (
    LEAST_PEOPLE,
    Standing,
    count_limits,
    mean_limits,
    rate_limits,
    share_error,
    shrunk,
    standings,
)
from core.numbers.answer import Period
from core.numbers.evaluate import question
from core.numbers.inquiry import Inquiry
from core.numbers.metric import Metric
from core.numbers.metrics import METRICS
from core.numbers.quantiles import median

Verdict: TypeAlias = Literal[
    "as expected", "better", "worse", "higher", "lower", "too few", "too few people", "guard too thin", "apart"
]

# What customers and quality say first, then speed; as many weak metrics as strong ones (metrics R13, R14, 8.5).
WEAK = (
    "csat",
    "first_contact_resolution_rate",
    "qa_score",
    "reopen_rate",
    "one_touch_rate",
    "error_rate",
)
STRONG = (
    "average_handle_time",
    "average_after_call_work",
    "transfer_rate",
    "first_response_time",
    "replies_per_ticket",
    "contacts_per_agent_day",
)
APPRAISED = (*WEAK, *STRONG)
# Floors of a person's value where the metric's card asks for more than its index does.
FLOORS: Mapping[str, int] = {"qa_score": 20, "first_response_time": 20}
LEAST_METRICS = 2
# Half of the standard normal lies within this of 0.
Z_MIDDLE = 0.6745


@dataclass(frozen=True)
class Line:
    """One metric of one person. ``value`` is observed, ``expected`` what the team's rates make of the same cases,
    ``fair`` the value for an even mix, shares drawn towards the team's; ``low`` and ``high`` are the funnel's limits.

    ``off`` is how many standard errors the value is off. ``rank`` is given outside the funnel alone, among ``of``."""

    metric_id: str
    variant: str
    value: float
    n: int
    expected: float | None = None
    ratio: float | None = None
    fair: float | None = None
    low: float | None = None
    high: float | None = None
    off: float | None = None
    team_mean: float | None = None
    deviation: float | None = None
    z: float | None = None
    rank: int | None = None
    of: int = 0
    verdict: Verdict = "too few"
    counter: str | None = None

    @property
    def metric(self) -> Metric:
        """Its declaration."""
        return METRICS[self.metric_id]


@dataclass(frozen=True)
class Card:
    """A person's lines; none where there is too little to see a person by. ``problem`` is the one metric that is most
    clearly worse than expected (metrics 8.6); ``praise`` those clearly better, where nothing is worse."""

    person: Person
    lines: tuple[Line, ...] = ()
    problem: str | None = None
    praise: tuple[str, ...] = ()

    def line(self, metric_id: str) -> Line | None:
        """The line of a metric."""
        return next((line for line in self.lines if line.metric_id == metric_id), None)


@dataclass(frozen=True)
class Board:
    """The cards of a team, those who are new or came back at the end; ``left_out`` says why a metric is missing."""

    team_uid: str | None
    team: str
    period: Period
    cards: tuple[Card, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_strong_only(self) -> bool:
        """Whether more than half of its metrics can be moved by will alone (metrics 8.5)."""
        return is_strong_only((name, 1.0) for name in {line.metric_id for card in self.cards for line in card.lines})


def boards(inquiry: Inquiry, period: Period, *, team_uid: str | None = None) -> list[Board]:
    """One board a team, or of one; people without a team are one of their own."""
    people = people_of(inquiry, period.to_on)
    measured, left_out = _measured(inquiry, period, people)
    teams: dict[str | None, list[Person]] = {}
    for person in people:
        if team_uid is None or person.team_uid == team_uid:
            teams.setdefault(person.team_uid, []).append(person)
    names = dict(map(tuple, inquiry.db.execute("select uid, name from teams")))
    made = [
        Board(uid, names.get(uid, uid or ""), period, tuple(cards_of(several, measured)), left_out)
        for uid, several in teams.items()
    ]
    return sorted((board for board in made if board.cards), key=lambda board: (board.team_uid is None, board.team))


def _measured(
    inquiry: Inquiry, period: Period, people: list[Person]
) -> tuple[dict[str, tuple[str, Cases]], dict[str, str]]:
    """The variant and the cases of each metric that can be credited, and why the others cannot."""
    found: dict[str, tuple[str, Cases]] = {}
    left_out: dict[str, str] = {}
    for metric_id in APPRAISED:
        asked = question(inquiry.db, metric_id, None, None, inquiry.reporting, inquiry.now_at)
        if asked.unavailable or not asked.metric.how:
            left_out[metric_id] = asked.unavailable or "not computed"
            continue
        cases = cases_of(inquiry, asked, period, people)
        if cases is None or not cases.cells:
            left_out[metric_id] = "nobody can be credited with its cases"
            continue
        found[metric_id] = (asked.variant, cases)
    return found, left_out


def cards_of(people: Sequence[Person], measured: Mapping[str, tuple[str, Cases]]) -> Iterator[Card]:
    """The cards of those who are seen as one team; people without a single case have none."""
    by_metric = {
        metric_id: dict(_lines(metric_id, variant, cases, people)) for metric_id, (variant, cases) in measured.items()
    }
    cards = []
    for person in people:
        lines = [known[person.uid] for known in by_metric.values() if person.uid in known]
        if lines:
            cards.append(_card(person, list(_guarded(lines))))
    yield from sorted(cards, key=lambda card: (card.person.apart != "", card.person.name, card.person.uid))


def _card(person: Person, lines: list[Line]) -> Card:
    if len(lines) < LEAST_METRICS:
        return Card(person)
    worst = max((line for line in lines if line.verdict == "worse"), key=lambda line: abs(line.off or 0), default=None)
    better = tuple(line.metric_id for line in lines if line.verdict == "better" and line.metric.strength == "W")
    return Card(person, tuple(lines), worst.metric_id if worst else None, () if worst else better)


def _guarded(lines: Iterable[Line]) -> Iterator[Line]:
    """Strong lines with their first weak counter-metric that has cases; without one they are left out, and judged only
    where there are enough of its cases."""
    known = {line.metric_id: line for line in lines}
    for line in known.values():
        if line.metric.strength != "S":
            yield line
            continue
        guards = [name for name in line.metric.counter if name in known and METRICS[name].strength == "W"]
        guards.sort(key=lambda name: known[name].n < floor_of(name))
        if not guards:
            continue
        made = replace(line, counter=guards[0])
        is_thin = known[guards[0]].n < floor_of(guards[0])
        if is_thin and made.verdict in {"as expected", "better", "worse", "higher", "lower"}:
            made = replace(made, verdict="guard too thin", rank=None, z=None)
        yield made


def floor_of(metric_id: str) -> int:
    """The cases below which a person's value is not judged (guard 1)."""
    return max(METRICS[metric_id].floor, FLOORS.get(metric_id, 0))


def _lines(metric_id: str, variant: str, cases: Cases, people: Sequence[Person]) -> Iterator[tuple[str, Line]]:
    team = {person.uid: person for person in people}
    mine = {key: sums for key, sums in cases.cells.items() if key[0] in team}
    settled_in = frozenset(uid for uid, person in team.items() if not person.apart)
    found = expected(settled(mine, settled_in), settled_in)
    floor = floor_of(metric_id)
    judged = {uid for uid, one in found.items() if uid in settled_in and one.own.n >= floor and one.value is not None}
    factor = _overdispersion(cases, [found[uid] for uid in judged])
    made = {
        uid: _line(metric_id, variant, cases, one, factor, _reason(uid, judged, settled_in), len(judged))
        for uid, one in found.items()
        if one.observed is not None
    }
    direction = METRICS[metric_id].direction
    fair = {uid: line.fair for uid, line in made.items() if uid in judged and line.fair is not None}
    stands = standings(fair, is_more_better=direction != "down") if len(fair) >= LEAST_PEOPLE else {}
    for uid, line in made.items():
        yield uid, _placed(line, stands.get(uid), len(stands)) if stands else line


def _reason(uid: str, judged: set[str], settled_in: frozenset[str]) -> Verdict | None:
    if uid not in settled_in:
        return "apart"
    if uid not in judged:
        return "too few"
    return "too few people" if len(judged) < LEAST_PEOPLE else None


def _line(
    metric_id: str, variant: str, cases: Cases, one: Expected, factor: float, reason: Verdict | None, judged: int
) -> Line:
    assert one.observed is not None
    line = Line(metric_id, variant, one.observed, one.own.n, one.value, one.ratio)
    # The rates of fewer than five tell what a colleague did.
    if judged < LEAST_PEOPLE or one.value is None:
        return replace(line, expected=None, ratio=None, verdict=reason or "too few")
    error = _error(cases, one) * factor
    low, high = _limits(cases, one.value, one.own.den, error)
    line = replace(line, low=low, high=high, fair=_fair(cases, one))
    if reason is not None:
        return replace(line, verdict=reason, fair=None)
    off = (one.observed - one.value) / error if error else 0.0
    return replace(line, off=off, verdict=_verdict(line.metric, one.observed, low, high))


def _limits(cases: Cases, expected: float, den: float, error: float) -> tuple[float, float]:
    match cases.kind:
        case "share":
            return count_limits(expected, round(den))
        case "mean":
            return mean_limits(expected, error)
        case "rate":
            return rate_limits(expected, error)


def _verdict(metric: Metric, value: float, low: float, high: float) -> Verdict:
    if low <= value <= high:
        return "as expected"
    if metric.direction not in {"up", "down"}:
        return "higher" if value > high else "lower"
    return "better" if (value > high) == (metric.direction == "up") else "worse"


def _error(cases: Cases, one: Expected) -> float:
    if one.value is None or one.own.den <= 0:
        return 0.0
    if cases.kind == "share":
        return share_error(one.value, one.own.den)
    if cases.kind == "rate":
        return float((one.value / one.own.den) ** 0.5)
    return one.error


def _fair(cases: Cases, one: Expected) -> float | None:
    """The value for the team's mix of cases; a share drawn towards the team's (guards 2 and 4)."""
    if one.whole is None or one.value is None or one.observed is None:
        return None
    if cases.kind != "share":
        return one.whole * (one.ratio or 0.0)
    share = min(1.0, max(0.0, one.whole + one.observed - one.value))
    return shrunk(share * one.own.den, one.own.den, one.whole)


def _overdispersion(cases: Cases, judged: Sequence[Expected]) -> float:
    """By how much people differ more than counts of a day would by chance, at least 1: the middle one's distance
    against that of the standard normal. Means know their own spread, shares are held to the funnel as it is."""
    if cases.kind != "rate" or len(judged) < LEAST_PEOPLE:
        return 1.0
    off = sorted(
        abs((one.observed or 0.0) - (one.value or 0.0)) / error for one in judged if (error := _error(cases, one))
    )
    return max(1.0, (median(off) or 0.0) / Z_MIDDLE)


def _placed(line: Line, stands: Standing | None, of: int) -> Line:
    if stands is None:
        return line
    is_out = line.verdict in {"better", "worse"}
    return replace(
        line, team_mean=stands.mean, deviation=stands.deviation, z=stands.z, rank=stands.rank if is_out else None, of=of
    )
