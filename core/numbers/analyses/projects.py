"""Projects under way: how fast they go, how many seats they need, how hard they are and whom they may cost (8.10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil

from core.clock import add_days, days
from core.numbers.answer import Answer, Period
from core.numbers.difficulty import ALIKE, Kind, Past, Work, class_of, harder_by, nearest
from core.numbers.inquiry import Inquiry

HOUR_S = 3_600
# A pace of fewer days is that of people who are learning the ropes.
LEAST_DAYS = 3
# Beyond it people have time for more calls: the band of occupancy begins at 70 %.
IDLE_HIGH = 0.30
ANSWERED, ANSWERED_WELL = 0.90, 0.97
BLOCKED = 0.01
HAIR = 1e-9
SUMS = """
select p.uid, p.name, p.kind, p.start_on, p.end_on, p.target_count, p.seats, count(d.day_on), min(d.day_on),
  max(d.day_on), sum(d.done), sum(d.success), sum(d.connected), sum(d.seat_s), sum(d.leavers), avg(d.heads)
from projects p join project_days d on d.project_uid = p.uid and d.day_on <= :to_on
where p.deleted_at is null
group by p.uid order by coalesce(p.end_on, '9999-12-31'), p.uid
"""


@dataclass(frozen=True)
class Project:
    """What was done in a project until a day; None where nobody told."""

    uid: str
    name: str
    kind: str | None
    start_on: str | None
    end_on: str | None
    target: int | None
    seats: int | None
    days: int
    first_on: str
    last_on: str
    done: int | None
    success: int | None
    reached: int | None
    seat_s: int | None
    leavers: int | None
    heads: float | None

    @property
    def work(self) -> Work | None:
        """What its difficulty is read from."""
        if not (self.done and self.reached and self.seat_s) or self.success is None:
            return None
        return Work(self.seat_s / 60 / self.done, self.done / self.days, self.success / self.reached)

    @property
    def attrition(self) -> float | None:
        """People who left for each who worked in it."""
        return self.leavers / self.heads if self.leavers is not None and self.heads else None


@dataclass(frozen=True)
class Pace:
    """Completions per hour of a seat, what is left, and the hours that one seat has until the end.

    ``seats`` are those needed to finish in time; None where no time is left."""

    done: int
    target: int
    seat_hours: float
    left_hours: float
    days_left: int
    seats_now: int | None

    @property
    def an_hour(self) -> float:
        """Completions in an hour of one seat."""
        return self.done / self.seat_hours

    @property
    def remaining(self) -> int:
        """Completions still to come."""
        return max(0, self.target - self.done)

    @property
    def seats(self) -> int | None:
        """The fewest seats with which the target is reached at this pace."""
        return seats_needed(self.remaining, self.an_hour, self.left_hours)


@dataclass(frozen=True)
class Estimate:
    """How hard a project is against past ones, and how many people those most like it lost: mean, least and most.

    ``hires`` are to be started now for ``seats``."""

    difficulty: float
    kind: Kind
    like: tuple[str, ...]
    attrition: float
    low: float
    high: float
    seats: int | None
    past: int

    @property
    def hires(self) -> int | None:
        """People to hire so that the seats stay filled."""
        return None if self.seats is None else hires_now(self.seats, self.attrition)


@dataclass(frozen=True)
class Inbound:
    """Whether to add or take away seats or lines, by how many calls are answered and how idle people are."""

    advice: str
    answered: Answer
    idle: Answer
    blocked: Answer


@dataclass(frozen=True)
class Finding:
    """What there is to say of one project under way; ``like`` are the names of the past ones of the estimate."""

    project: Project
    pace: Pace | None
    estimate: Estimate | None
    like: tuple[str, ...] = ()


def seats_needed(remaining: float, an_hour: float, left_hours: float) -> int | None:
    """ceil(remaining / (pace x hours left of a seat)); None where no hours are left or nothing was done."""
    if remaining <= 0:
        return 0
    if an_hour <= 0 or left_hours <= 0:
        return None
    return ceil(remaining / (an_hour * left_hours) - HAIR)


def hires_now(seats: int, attrition: float) -> int:
    """ceil(seats x the share of people expected to leave)."""
    return ceil(seats * attrition - HAIR)


def estimate(new: Work, past: Mapping[str, tuple[Work, float | None]], seats: int | None) -> Estimate | None:
    """By the 3 past projects most like it in class and difficulty; None where too few tell of their people."""
    known = Past.of({uid: work for uid, (work, _) in past.items()})
    if known is None:
        return None
    score = harder_by(new, known)
    rates = {uid: rate for uid, (_, rate) in past.items() if rate is not None}
    like = nearest(score, {uid: value for uid, value in known.scores.items() if uid in rates}, known)
    if len(like) < ALIKE:
        return None
    found = [rates[uid] for uid in like]
    kind = class_of(score, known)
    return Estimate(score, kind, like, sum(found) / len(found), min(found), max(found), seats, len(known.scores))


def projects(inquiry: Inquiry, to_on: str) -> list[Finding]:
    """The projects under way at the end of a day, with those that had ended by then as their past."""
    rows = [Project(*row) for row in map(tuple, inquiry.db.execute(SUMS, {"to_on": to_on}))]
    past = {
        one.uid: (work, one.attrition)
        for one in rows
        if one.end_on is not None and one.end_on <= to_on and (work := one.work) is not None
    }
    names = {one.uid: one.name for one in rows}
    found = []
    for one in rows:
        if one.end_on is not None and one.end_on <= to_on:
            continue
        pace, work = _pace(one, to_on, inquiry), one.work
        seats = (pace.seats if pace else None) or one.seats
        guess = estimate(work, past, seats) if work and one.days >= LEAST_DAYS else None
        like = tuple(names[uid] for uid in guess.like) if guess else ()
        if pace or guess:
            found.append(Finding(one, pace, guess, like))
    return found


def _pace(one: Project, to_on: str, inquiry: Inquiry) -> Pace | None:
    if not (one.done and one.seat_s and one.target and one.end_on) or one.days < LEAST_DAYS:
        return None
    worked = {
        date.fromisoformat(row[0]).weekday()
        for row in inquiry.db.execute(
            "select day_on from project_days where project_uid = ? and day_on <= ?", (one.uid, to_on)
        )
    }
    left = [
        day
        for day in days(add_days(to_on, 1), one.end_on)
        if date.fromisoformat(day).weekday() in worked and inquiry.is_open(day)
    ]
    seat_hours = one.seat_s / HOUR_S
    hours_a_day = seat_hours / one.days / (one.seats or 1)
    return Pace(one.done, one.target, seat_hours, len(left) * hours_a_day, len(left), one.seats)


def inbound(inquiry: Inquiry, period: Period) -> Inbound | None:
    """Seats and lines by answer rate, idle time and blocked calls; None where nothing is to be changed or too little
    is known."""
    answered, idle = inquiry.ask("answer_rate", period), inquiry.ask("idle_time_rate", period)
    blocked = inquiry.ask("blocked_call_rate", period)
    advice = advice_of(_known(answered), _known(idle), _known(blocked))
    return None if advice is None else Inbound(advice, answered, idle, blocked)


def _known(answer: Answer) -> float | None:
    return answer.value if answer.status == "ok" else None


def advice_of(answered: float | None, idle: float | None, blocked: float | None) -> str | None:
    """What to change: lines where calls find them busy, seats where calls are lost and nobody is idle, fewer seats
    where nearly all calls are answered and people are idle, and the way to them where calls are lost although they
    are. A small team must be idle to be quick, so idleness alone decides nothing."""
    if blocked is not None and blocked > BLOCKED:
        return "more_lines"
    if answered is None or idle is None:
        return None
    if answered < ANSWERED:
        return "more_seats" if idle < IDLE_HIGH else "routing"
    return "fewer_seats" if answered >= ANSWERED_WELL and idle > IDLE_HIGH else None
