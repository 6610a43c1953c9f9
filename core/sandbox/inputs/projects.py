"""Campaigns by telephone: five that are over, and one that falls behind."""

from collections.abc import Iterator
from datetime import date, timedelta

from core.sandbox.dice import Dice
from core.sandbox.inputs.sheet import Sheet
from core.sandbox.world import World

HOUR = 3_600
SHIFT_H = 7
# Name, first day, working days, target, seats, minutes a completion, share reached of those tried, share won, leavers.
PROJECTS = (
    ("Welcome calls", "2026-06-01", 15, 6_300, 6, 6.0, 0.52, 0.30, 1),
    ("Win back", "2026-06-29", 18, 4_250, 5, 9.0, 0.38, 0.18, 2),
    ("Spring offer", "2026-07-20", 12, 7_000, 7, 5.0, 0.55, 0.35, 0),
    ("Missing papers", "2026-08-17", 20, 5_300, 5, 8.0, 0.42, 0.20, 2),
    ("Warranty check", "2026-09-28", 16, 5_800, 6, 7.0, 0.47, 0.26, 1),
    ("Lumo Two upgrade", "2026-11-04", 20, 10_000, 10, 10.5, 0.44, 0.22, 1),
)


def project_sheets(world: World) -> Iterator[Sheet]:
    """Files of projects and of their days."""
    begun = [one for one in PROJECTS if one[1] <= world.story.last_on.isoformat()]
    plans: list[tuple[object, ...]] = []
    rows: list[tuple[object, ...]] = []
    for name, first, length, target, seats, minutes, reached, won, leavers in begun:
        worked = _days(date.fromisoformat(first), length)
        plans.append((name, "outbound", first, worked[-1], target, seats))
        for place, day_on in enumerate(worked):
            if day_on > world.story.last_on:
                break
            dice = Dice(world.seed, "project", name, day_on)
            done = round(seats * SHIFT_H * 60 / minutes * (1 + 0.06 * dice.normal()))
            connected = round(done * 1.08)
            success = sum(dice.chance(won) for _ in range(connected))
            left = int(place in [length // (leavers + 1) * (number + 1) for number in range(leavers)])
            attempts = round(connected / reached)
            rows.append((name, day_on, attempts, connected, done, success, seats * SHIFT_H, left, seats))
    yield Sheet("projects", "name kind start_on end_on target_count seats", plans)
    yield Sheet("project_days", "project_id day_on attempts connected done success seat_h leavers heads", rows)


def _days(first_on: date, length: int) -> list[date]:
    """So many working days from the first."""
    found = [first_on]
    while len(found) < length:
        following = found[-1] + timedelta(days=1)
        found.append(following + timedelta(days={5: 2, 6: 1}.get(following.weekday(), 0)))
    return found
