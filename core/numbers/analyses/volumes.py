"""Counts by day, member and half hour over long stretches, read at once for what is expected of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from core.numbers.analyses.baseline import History, ordinal
from core.numbers.answer import Period
from core.numbers.evaluate import Question, days_of, evaluate, is_split_by, question
from core.numbers.inquiry import WEEK, Inquiry
from core.numbers.metric import parts_of
from core.numbers.sql import HALF_HOUR, QUEUE_HALF_HOUR, marks
from core.numbers.where import member_names

FOR_GOOD = "0001-01-01"


def closed_days(inquiry: Inquiry, on_days: Sequence[str]) -> frozenset[str]:
    """Days without opening hours, of weekdays that have some on most of these days."""
    shut: dict[int, list[str]] = defaultdict(list)
    all_of: dict[int, int] = defaultdict(int)
    for day in on_days:
        weekday = ordinal(day) % WEEK
        all_of[weekday] += 1
        if not inquiry.is_open(day):
            shut[weekday].append(day)
    return frozenset(day for weekday, some in shut.items() if 2 * len(some) < all_of[weekday] for day in some)


def history_of(inquiry: Inquiry, metric_id: str, to_on: str, from_on: str = FOR_GOOD) -> History:
    """A count by day from its first known day (or a later one) to another, whole days only."""
    asked, told = _told(inquiry, metric_id, from_on, to_on)
    found = evaluate(asked, told, daily=True) if told else {}
    values = {day: found[day, ""].value if (day, "") in found else 0 for day in told}
    return History.of(values, closed_days(inquiry, told))


def histories_by(
    inquiry: Inquiry, metric_id: str, dim: str, from_on: str, to_on: str
) -> Mapping[str, tuple[str, History]]:
    """Name and count by day of each member of a dimension, by uid; empty where the count is not split by it."""
    asked, told = _told(inquiry, metric_id, from_on, to_on)
    if not told or dim in asked.slice.members or not is_split_by(asked, dim):
        return {}
    found: dict[str, dict[str, float | None]] = defaultdict(lambda: dict.fromkeys(told, 0))
    for (day, uid), figure in evaluate(asked, told, by=dim, daily=True).items():
        found[uid][day] = figure.value
    shut = closed_days(inquiry, told)
    names = member_names(inquiry.db, dim, found)
    return {uid: (names[uid], History.of(values, shut)) for uid, values in found.items()}


def slots_of(inquiry: Inquiry, metric_id: str, from_on: str, to_on: str) -> Mapping[str, Mapping[int, float]]:
    """A count of calls by day and half hour of the wall clock (0 to 47), half hours without calls left out.

    Days without a call are there and empty; days that are not known are not there. Whole or by queue only."""
    asked, told = _told(inquiry, metric_id, from_on, to_on)
    if not told or not asked.slice.members.keys() <= {"queue"}:
        return {}
    parts = [part.id for part in parts_of(asked.formula)]
    queues = asked.slice.members.get("queue", ())
    dim, uids = (QUEUE_HALF_HOUR, queues) if queues else (HALF_HOUR, ("",))
    rows = inquiry.db.execute(
        f"select day_on, slot, sum(num) from parts where part in {marks(parts)} and day_on in {marks(told)} "
        f"and dim = ? and member in {marks(uids)} group by day_on, slot",
        (*parts, *told, dim, *uids),
    )
    found: dict[str, dict[int, float]] = {day: {} for day in told}
    for day, slot, count in rows:
        found[day][slot] = count
    return found


def _told(inquiry: Inquiry, metric_id: str, from_on: str, to_on: str) -> tuple[Question, Sequence[str]]:
    """The question, and the days over which it can be answered and are over."""
    asked = question(inquiry.db, metric_id, None, inquiry.where, inquiry.reporting, inquiry.now_at)
    if asked.unavailable or asked.begins_on is None:
        return asked, ()
    told = days_of(asked, Period(max(from_on, asked.begins_on), to_on))
    return asked, [day for day in told if day < inquiry.today_on]
