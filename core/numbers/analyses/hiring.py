"""When a post must be opened so that somebody is up to speed in time, and what lost hours were worth (metrics 8.14)."""

from dataclasses import dataclass
from datetime import date
from math import ceil

from core.clock import add_days
from core.numbers.analyses.erlang import HAIR
from core.numbers.answer import Answer, Period
from core.numbers.inquiry import Inquiry
from core.numbers.local import SLOT_S, DayIndex

YEAR_DAYS = 365
HOUR_S = 3_600
# Fewer affected calls tell no service level.
LEAST_CALLS = 30
MISSED = """
select s.planned_start_at, s.planned_end_at
from staff_days d
join shifts s on s.agent_uid = d.agent_uid and s.day_on = d.day_on and s.deleted_at is null
  and s.planned_start_at is not null and s.planned_end_at > s.planned_start_at
  and coalesce(s.activity, 'contacts') = 'contacts'
where d.day_on between ? and ? and d.worked_s = 0 and d.lost_s > 0
"""


@dataclass(frozen=True)
class Lead:
    """Days until a post is filled and until who fills it is up to speed; the answers are None where the config says.

    ``n`` are the cases behind each, 0 where the config says."""

    fill_days: float
    learn_days: float
    n_fill: int
    n_learn: int

    @property
    def days(self) -> int:
        """From opening a post to somebody who does what is usual."""
        return ceil(self.fill_days + self.learn_days - HAIR)


@dataclass(frozen=True)
class Hiring:
    """The lead time, the first of a month for which it is not too late yet, and by when to open the post for it.

    ``leavers`` are those to be expected within the lead time at the rate of the last year, None below ten heads."""

    lead: Lead
    needed_on: str
    open_by_on: str
    heads: int
    attrition: Answer
    leavers: float | None

    @property
    def posts(self) -> int | None:
        """Posts to open now so that nobody is missing when they leave."""
        return None if self.leavers is None else ceil(self.leavers - HAIR)


@dataclass(frozen=True)
class Lost:
    """Hours lost, the contacts that they were worth, and the service level while people were missing and otherwise."""

    hours: Answer
    contacts: float
    per_hour: float
    affected: tuple[float, int] | None
    others: tuple[float, int] | None


def open_by(needed_on: str, lead_days: int) -> str:
    """The last day on which opening a post has somebody up to speed in time."""
    return add_days(needed_on, -lead_days)


def expected_leavers(heads: int, annual_rate: float, days: int) -> float:
    """How many leave within so many days at a yearly rate."""
    return heads * annual_rate * days / YEAR_DAYS


def hiring(inquiry: Inquiry, to_on: str) -> Hiring | None:
    """None where neither records nor the config tell both lead times."""
    year = Period(add_days(to_on, 1 - YEAR_DAYS), to_on, "rolling")
    planning = inquiry.reporting.planning
    fill, n_fill = _days(inquiry.ask("time_to_fill", year), planning.fill_days)
    learn, n_learn = _days(inquiry.ask("time_to_proficiency", year), planning.proficiency_days)
    if fill is None or learn is None:
        return None
    lead = Lead(fill, learn, n_fill, n_learn)
    needed_on = _first_of_month(add_days(to_on, lead.days + 1))
    leaving = inquiry.ask("attrition_rate", year, "annualised")
    known = leaving.status == "ok" and leaving.value is not None
    leavers = expected_leavers(leaving.n, leaving.value or 0.0, lead.days) if known else None
    return Hiring(lead, needed_on, open_by(needed_on, lead.days), leaving.n, leaving, leavers)


def _days(measured: Answer, told: int | None) -> tuple[float | None, int]:
    if measured.status == "ok" and measured.value is not None:
        return measured.value, measured.n
    return (None, 0) if told is None else (float(told), 0)


def _first_of_month(day_on: str) -> str:
    """The first of the month that begins on a day or after it."""
    day = date.fromisoformat(day_on)
    if day.day == 1:
        return day_on
    return date(day.year + day.month // 12, day.month % 12 + 1, 1).isoformat()


def lost_hours(inquiry: Inquiry, period: Period) -> Lost | None:
    """What lost hours were worth, by the contacts of an hour worked; None where nothing was lost or worked."""
    hours = inquiry.ask("lost_service_hours", period)
    handled = inquiry.ask("contacts_handled", period).value
    worked_s = inquiry.db.execute(
        "select sum(worked_s) from staff_days where day_on between ? and ?", (period.from_on, period.to_on)
    ).fetchone()[0]
    if not hours.value or not handled or not worked_s:
        return None
    per_hour = handled * HOUR_S / worked_s
    affected, others = _levels(inquiry, period)
    return Lost(hours, hours.value * per_hour, per_hour, affected, others)


def _levels(inquiry: Inquiry, period: Period) -> tuple[tuple[float, int] | None, tuple[float, int] | None]:
    """Service level and calls of the half hours in which somebody planned was missing all day, and of the rest."""
    zone = inquiry.reporting.zone
    index = DayIndex(zone.key, inquiry.now_at, inquiry.now_at + 1)
    missed: dict[str, set[int]] = {}
    for begin, end in inquiry.db.execute(MISSED, (period.from_on, period.to_on)):
        for at in (*range(begin, end, SLOT_S), end - 1):
            missed.setdefault(index.day_on(at), set()).add(index.slot(at))
    if not missed:
        return None, None
    sides = [[0.0, 0.0], [0.0, 0.0]]
    for day_on, slots in sorted(missed.items()):
        for slot, made in inquiry.half_hours("service_level", day_on):
            side = sides[slot not in slots]
            side[0] += made.num or 0.0
            side[1] += made.den or 0.0
    return _level(sides[0]), _level(sides[1])


def _level(side: list[float]) -> tuple[float, int] | None:
    return (side[0] / side[1], int(side[1])) if side[1] >= LEAST_CALLS else None
