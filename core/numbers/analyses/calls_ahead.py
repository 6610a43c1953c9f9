"""Calls expected by queue and half hour over the coming days, for staffing: forecast where a queue has one (8.7)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil

from core.clock import add_days, day_bounds
from core.numbers.analyses.baseline import ordinal
from core.numbers.analyses.forecast.frozen import slot_begins
from core.numbers.analyses.forecast.outlook import HALF_HOUR_DAYS, look_ahead
from core.numbers.analyses.staffing import Calls
from core.numbers.facts.ground import Ground
from core.numbers.facts.grounds import load_ground
from core.numbers.inquiry import WEEK, Inquiry
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
    for known in look_ahead(inquiry) if near else ():
        queue = known.where.get("queue")
        if known.metric_id != CALLS or queue is None:
            continue
        for day in (day for day in near if day in known.half_hours):
            begin, end = day_bounds(day, inquiry.reporting.zone)
            found = {key: count for key, count in found.items() if key[0] != queue or not begin <= key[1] < end}
            begins = slot_begins(day, inquiry.reporting)
            found |= {(queue, begins[each.slot]): each.value for each in known.half_hours[day] if each.slot in begins}
    return found


def usual_calls(inquiry: Inquiry, on_days: Iterable[str]) -> Calls:
    """By queue the mean of the last 4 days of the weekday on which it was open, as many as there are since its first
    call; a day on which it is closed has none."""
    ground = load_ground(inquiry.db, inquiry.reporting, inquiry.now_at)
    first_on = _first_days(inquiry)
    found: dict[tuple[str, int], float] = {}
    for day in on_days:
        last = max(1, ceil((ordinal(day) - ordinal(inquiry.today_on) + 1) / WEEK))
        earlier = [add_days(day, -WEEK * week) for week in range(last, last + WEEKS_BACK)]
        begins = slot_begins(day, inquiry.reporting)
        for queue, calls in _half_hours(inquiry, earlier).items():
            is_open = _opening(inquiry, ground, queue)
            if not is_open(day):
                continue
            same = [one for one in earlier if one >= first_on[queue] and is_open(one)][:NAIVE_WEEKS]
            for slot in begins.keys() & {slot for one in same for slot in calls.get(one, ())}:
                count = sum(calls.get(one, {}).get(slot, 0.0) for one in same)
                if count:
                    found[queue, begins[slot]] = count / len(same)
    return found


def _opening(inquiry: Inquiry, ground: Ground, queue: str) -> Callable[[str], bool]:
    """Whether a queue is open on a day: by its own hours, else as the service is."""
    own = ground.queues[queue].schedule_uid if queue in ground.queues else None
    calendar = ground.schedules.calendars.get(own or "")
    return inquiry.is_open if calendar is None else lambda day_on: calendar.day_open_s(day_on) > 0


def _first_days(inquiry: Inquiry) -> dict[str, str]:
    """The first day with a call of each queue, if that is no longer ago than is looked back."""
    since_on = add_days(inquiry.today_on, -WEEK * (WEEKS_BACK + 1))
    rows = inquiry.db.execute(
        "select member, min(day_on) from parts where part = ? and day_on >= ? and dim = ? and num > 0 group by member",
        (offered.id, since_on, QUEUE_HALF_HOUR),
    )
    return dict(rows.fetchall())


def _half_hours(inquiry: Inquiry, on_days: Sequence[str]) -> Mapping[str, Mapping[str, Mapping[int, float]]]:
    """Calls offered by queue, day and half hour of the wall clock."""
    found: dict[str, dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for queue, day_on, slot, count in inquiry.db.execute(
        f"select member, day_on, slot, num from parts where part = ? and dim = ? and day_on in {marks(on_days)} "
        "and member <> '' order by member",
        (offered.id, QUEUE_HALF_HOUR, *on_days),
    ):
        found[queue][day_on][slot] = count
    return found
