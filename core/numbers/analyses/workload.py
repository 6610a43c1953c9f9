"""How many people written contacts need: what waits and what comes, over the time that is promised (metrics 8.8)."""

from collections import defaultdict
from dataclasses import dataclass

from core.clock import DAY_S, add_days, day_bounds, day_of, days
from core.numbers.analyses.erlang import heads
from core.numbers.answer import Period
from core.numbers.evaluate import weekday
from core.numbers.inquiry import Inquiry

LOOK_BACK_DAYS = 28
# On fewer tickets with time booked a mean says little.
FLOOR = 30
SEARCH_DAYS = 14
WORK_DAY_S = 8 * 3_600
CALLS = "phone"
BOOKED = f"""
select sum(spent_s), count(distinct ticket_uid) from booked_facts
where day_on between ? and ? and coalesce(channel, '') <> '{CALLS}'
"""


@dataclass(frozen=True)
class Workload:
    """Tickets waiting and expected until ``until_at``, seconds of work each, and the seconds in which it is open.

    Tickets of calls are left out: the telephone's people are planned by the calls."""

    day_on: str
    until_at: int
    waiting: int
    arrivals: float
    handle_s: float
    open_s: int
    booked: int
    shrinkage: float | None

    @property
    def people(self) -> float:
        """People at work all the time."""
        return people_needed(self.waiting * self.handle_s, self.arrivals, self.handle_s, self.open_s)

    @property
    def heads(self) -> int | None:
        """People on the roster; None where shrinkage is not known."""
        return None if self.shrinkage is None else heads(self.people, self.shrinkage)


def people_needed(backlog_s: float, arrivals: float, handle_s: float, open_s: float) -> float:
    """(backlog + arrivals x handle time) / the working time within what is promised."""
    if open_s <= 0:
        raise ValueError("nobody can work in no time")
    return (backlog_s + arrivals * handle_s) / open_s


def workload(inquiry: Inquiry, shrinkage: float | None) -> Workload | None:
    """What the next open day begins with, and what comes until the promised time after its opening is over.

    None where too little time was booked on tickets to tell how long one takes, or nothing is open for two weeks."""
    reporting, today_on = inquiry.reporting, inquiry.today_on
    from_on, yesterday_on = add_days(today_on, -LOOK_BACK_DAYS), add_days(today_on, -1)
    spent_s, tickets = inquiry.db.execute(BOOKED, (from_on, yesterday_on)).fetchone()
    waiting = _written(inquiry, "backlog_open", Period(today_on, today_on))
    day_on = _next_open(inquiry, from_on, yesterday_on)
    if tickets < FLOOR or not spent_s or waiting is None or day_on is None:
        return None
    begin, calendar = day_bounds(day_on, reporting.zone)[0], inquiry.calendar
    if calendar is None:
        until_at = begin + reporting.planning.promise_s
        open_s = round(WORK_DAY_S * reporting.planning.promise_s / DAY_S)
    else:
        opens_at = (calendar.add_open_s(begin, 1) or begin + 1) - 1
        until_at = opens_at + reporting.planning.promise_s
        open_s = calendar.open_s(opens_at, until_at)
    if open_s <= 0:
        return None
    arrivals = _arrivals(inquiry, from_on, yesterday_on, until_at)
    return Workload(day_on, until_at, round(waiting), arrivals, spent_s / tickets, open_s, tickets, shrinkage)


def _written(inquiry: Inquiry, metric_id: str, period: Period) -> float | None:
    whole, of_calls = inquiry.ask(metric_id, period).value, inquiry.within(channel=CALLS).ask(metric_id, period).value
    return None if whole is None else whole - (of_calls or 0.0)


def _next_open(inquiry: Inquiry, from_on: str, to_on: str) -> str | None:
    """The next day with opening hours; without any told, the next weekday on which somebody booked time lately."""
    calendar = inquiry.calendar
    coming = days(add_days(inquiry.today_on, 1), add_days(inquiry.today_on, SEARCH_DAYS))
    if calendar is not None:
        return next((day for day in coming if calendar.day_open_s(day)), None)
    rows = inquiry.db.execute("select distinct day_on from booked_facts where day_on between ? and ?", (from_on, to_on))
    worked = {weekday(row[0]) for row in rows}
    return next((day for day in coming if weekday(day) in worked), None)


def _arrivals(inquiry: Inquiry, from_on: str, to_on: str, until_at: int) -> float:
    """Tickets expected from now on: of each day the mean of its weekday, as much of it as is left or lies within."""
    created: dict[int, list[float]] = defaultdict(list)
    of_calls = inquiry.within(channel=CALLS).daily("tickets_created", from_on, to_on)
    for made, called in zip(inquiry.daily("tickets_created", from_on, to_on), of_calls, strict=True):
        created[weekday(made.period.from_on)].append((made.value or 0.0) - (called.value or 0.0))
    expected = 0.0
    for day in days(inquiry.today_on, day_of(until_at, inquiry.reporting.zone)):
        same = created[weekday(day)]
        begin, end = day_bounds(day, inquiry.reporting.zone)
        share = max(0, min(end, until_at) - max(begin, inquiry.now_at)) / (end - begin)
        expected += share * sum(same) / len(same) if same else 0.0
    return expected
