"""Weather, school holidays and a launch that move nobody, or rain that does; days differ by 8 % beside chance."""

from random import Random

from bench.alarms.check import Check, Found
from bench.alarms.worlds import WEEK, shaken
from core.numbers.analyses.baseline import ordinal
from core.numbers.analyses.forecast.methods import Volume
from core.numbers.analyses.surroundings import FIRST_DRY, Group
from core.numbers.analyses.weather import Effect, Met, measured

FIRST = ordinal("2026-01-05")
KNOWN_DAYS = 7 * 27
LEVEL = 150
SPREAD = 0.08
WET, RAIN = 0.35, 1.28
GROUPS: dict[str, Group] = {
    "rain": "weather", "sunny": "weather", "fog": "weather", FIRST_DRY: "weather", "school": "calendar",
    "launch": "event",
}  # fmt: skip


def surroundings(random: Random) -> Met:
    """Half a year of a town: every third day is wet, six weeks have no school, something is launched in March."""
    wet = {day for day in range(KNOWN_DAYS) if random.random() < WET}
    dry = [day for day in range(KNOWN_DAYS) if day not in wet]
    on = {
        "rain": sorted(wet),
        "sunny": [day for day in dry if random.random() < 0.4],
        "fog": [day for day in dry if random.random() < 0.1],
        FIRST_DRY: [day for day in dry if {day - 1, day - 2, day - 3} <= wet],
        "school": list(range(130, 172)),
        "launch": list(range(70, 84)),
    }
    things = {thing: {FIRST + day: 1.0 for day in some} for thing, some in on.items() if some}
    known = frozenset(range(FIRST, FIRST + KNOWN_DAYS))
    return Met(things, GROUPS, frozenset(things["launch"]), frozenset(), known)


def volume(random: Random, around: Met, rain: float) -> Volume:
    """A count by day, so many times as much in the rain."""
    return Volume(
        {
            FIRST + day: float(shaken(random, LEVEL * WEEK[day % 7] * _times(around, FIRST + day, rain), SPREAD))
            for day in range(KNOWN_DAYS)
        }
    )


def _times(around: Met, day: int, rain: float) -> float:
    return rain if day in around.things["rain"] else 1.0


def judge(seed: int) -> Found:
    """Calls and tickets flat; then calls that rain brings."""
    random = Random(seed)
    around = surroundings(random)
    flat = [measured(volume(random, around, 1.0), around) for _ in range(2)]
    return Found(any(map(_clear, flat)), "rain" in _clear(measured(volume(random, around, RAIN), around)))


def _clear(found: list[Effect]) -> list[str]:
    return [effect.thing for effect in found if effect.is_clear]


CHECK = Check("weather", f"+{RAIN - 1:.0%} in the rain, {LEVEL} a day", judge)
