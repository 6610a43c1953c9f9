"""Surges of a desk whose days are busier and quieter than others by 8 % beside chance, and quiet at weekends."""

from random import Random

from bench.alarms.check import Check, Found
from bench.alarms.worlds import WEEK, poisson, shaken
from core.clock import add_days
from core.numbers.analyses.baseline import History, iso
from core.numbers.analyses.surges import P_CLEAR, Surge, day_surges, hour_surges

FIRST_ON = "2026-01-05"
KNOWN_DAYS = 7 * 22
LEVEL = 40
SPREAD = 0.08
LAUNCH_DAYS, LAUNCH = 5, 1.66
OPEN = range(8, 18)
CALLS_AN_HOUR = 18
OUTAGE, OUTAGE_HOURS = 2.2, (11, 12, 13)
# Tickets, calls, and four members of them.
SERIES = 6
CLEAR = P_CLEAR / SERIES
ON_DAYS = tuple(add_days(FIRST_ON, place) for place in range(KNOWN_DAYS))
LAST_WEEK = ON_DAYS[-7:]


def flat_days(random: Random, level: float) -> dict[str, float]:
    """A count by day on which nothing happened."""
    return {day: float(shaken(random, level * WEEK[place % 7], SPREAD)) for place, day in enumerate(ON_DAYS)}


def _is_seen(values: dict[str, float]) -> bool:
    """Whether a weekly report tells of a surge: one that goes on in its week."""
    found = day_surges(History.of(values), ON_DAYS[-35], ON_DAYS[-1], CLEAR)
    return any(iso(surge.intervals[-1].at) in LAST_WEEK for surge in found)


def days(seed: int) -> Found:
    """A weekly report's series, all flat; then one of them with a launch on Monday of its week."""
    random = Random(seed)
    flat = [flat_days(random, LEVEL) for _ in range(SERIES)]
    launched = {
        day: round(count * LAUNCH) if day in LAST_WEEK[:LAUNCH_DAYS] else count for day, count in flat[0].items()
    }
    return Found(any(map(_is_seen, flat)), _is_seen(launched))


def hours(seed: int) -> Found:
    """The open hours of a week of two queues, flat; then one of them with an outage on Wednesday."""
    random = Random(seed)
    alarm = hit = False
    for queue in range(2):
        counts: dict[int, dict[str, float]] = {hour: {} for hour in OPEN}
        for place, day in enumerate(ON_DAYS):
            busy = max(0.0, random.gauss(1, SPREAD)) * WEEK[place % 7] * CALLS_AN_HOUR
            for hour in OPEN:
                counts[hour][day] = float(poisson(random, busy))
        alarm = alarm or any(_told(counts, day) for day in LAST_WEEK)
        if queue == 0:
            for hour in OUTAGE_HOURS:
                counts[hour][LAST_WEEK[2]] = round(counts[hour][LAST_WEEK[2]] * OUTAGE)
            hit = bool(_told(counts, LAST_WEEK[2]))
    return Found(alarm, hit)


def _told(counts: dict[int, dict[str, float]], day_on: str) -> list[Surge]:
    whole = History.of({day: sum(hour[day] for hour in counts.values()) for day in ON_DAYS})
    by_hour = {hour: History.of(values) for hour, values in counts.items()}
    return hour_surges(by_hour, whole, day_on, CLEAR / len(LAST_WEEK))


CHECK = Check("surge", f"+{LAUNCH - 1:.0%} over {LAUNCH_DAYS} days, {LEVEL} a day", days)
HOURS = Check("surge by hour", f"x {OUTAGE} over {len(OUTAGE_HOURS)} hours, {CALLS_AN_HOUR} an hour", hours)
