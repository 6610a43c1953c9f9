"""Calls expected by queue and half hour over the coming days, for staffing: forecast where a queue has one (8.7)."""

from collections.abc import Iterable, Sequence

from core.clock import add_days, day_bounds
from core.numbers.analyses.forecast.frozen import slot_begins
from core.numbers.analyses.forecast.kept import trials
from core.numbers.analyses.forecast.outlook import HALF_HOUR_DAYS, outlook
from core.numbers.analyses.forecast.series import known_series
from core.numbers.analyses.staffing import Calls
from core.numbers.inquiry import Inquiry
from core.numbers.metrics.queue import offered
from core.numbers.sql import QUEUE_HALF_HOUR, marks

NAIVE_WEEKS = 4
WEEKS_BACK = 8
CALLS = "calls_offered"


def calls_ahead(inquiry: Inquiry, on_days: Sequence[str]) -> Calls:
    """By the forecast of each queue; of a queue without one, or a day further away, as on the last weekdays."""
    found = dict(usual_calls(inquiry, on_days))
    last_on = add_days(inquiry.today_on, HALF_HOUR_DAYS)
    near = [day for day in on_days if inquiry.today_on <= day <= last_on]
    for known in known_series(inquiry) if near else ():
        if known.metric_id != CALLS:
            break
        queue = known.where.get("queue")
        if queue is None:
            continue
        ahead = outlook(inquiry, known, trials(inquiry, known)).half_hours
        for day in near:
            if day not in ahead:
                continue
            begin, end = day_bounds(day, inquiry.reporting.zone)
            found = {key: count for key, count in found.items() if key[0] != queue or not begin <= key[1] < end}
            begins = slot_begins(day, inquiry.reporting)
            found |= {(queue, begins[each.slot]): each.value for each in ahead[day] if each.slot in begins}
    return found


def usual_calls(inquiry: Inquiry, on_days: Iterable[str]) -> Calls:
    """The mean of the last 4 open days of the weekday; closed days have none."""
    calendar = inquiry.calendar
    found: dict[tuple[str, int], float] = {}
    for day in on_days:
        if calendar is not None and calendar.day_open_s(day) == 0:
            continue
        earlier = (add_days(day, -7 * week) for week in range(1, WEEKS_BACK + 1))
        known = [one for one in earlier if one < inquiry.today_on and (calendar is None or calendar.day_open_s(one))]
        same = known[:NAIVE_WEEKS]
        begins = slot_begins(day, inquiry.reporting)
        for queue, slot, count in inquiry.db.execute(
            f"select member, slot, sum(num) from parts where part = ? and dim = ? and day_on in {marks(same)} "
            "and member <> '' group by member, slot",
            (offered.id, QUEUE_HALF_HOUR, *same),
        ):
            if slot in begins and count:
                found[queue, begins[slot]] = count / len(same)
    return found
