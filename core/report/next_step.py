"""The one thing to try next week: a rule over what the report found, the first that applies (ux §2, weekly report)."""

from collections.abc import Iterator, Mapping, Sequence

from core.numbers.answer import Answer
from core.numbers.metrics import METRICS
from core.report.asking import Asking
from core.report.model import Count, Name, Sentence, Slot, Term, Tile, Worded
from core.report.story import Cause, is_worse

PHONE = ("service_level", "abandon_rate", "average_speed_of_answer")
# A half hour with fewer cases than this is no place to move anybody from.
LEAST_CASES = 10
# Sentences that tell what paid for what.
PARTED = ("pair", "slip_before", "slip_weeks_13")
RATINGS = ("csat", "nps", "csat_response_rate")


def next_step(
    asking: Asking, tiles: Sequence[Tile], causes: Mapping[str, Cause], read_together: Sequence[Sentence]
) -> Sentence | None:
    """What to try, if anything stands out: people first where the phone is late, then what parts, then single teams."""
    return next(_ideas(asking, tiles, causes, read_together), None)


def _ideas(
    asking: Asking, tiles: Sequence[Tile], causes: Mapping[str, Cause], read_together: Sequence[Sentence]
) -> Iterator[Sentence]:
    troubled = [tile for tile in tiles if tile.mark == "bad" and not tile.is_late]
    # What explains a change for the better is no place to send people to, though the goal was missed.
    causes = {
        tile.metric_id: causes[tile.metric_id] for tile in troubled if tile.metric_id in causes and is_worse(tile)
    }
    for tile in troubled:
        cause = causes.get(tile.metric_id)
        if tile.metric_id in PHONE and cause and cause.window:
            yield _move(asking, tile, cause, cause.window)
    for sentence in read_together:
        if sentence.key in PARTED:
            yield Sentence("try_coaching", {name: sentence.values[name] for name in ("strong", "weak")})
        elif sentence.key == "strain":
            yield Sentence("try_asking", {name: sentence.values[name] for name in ("strong", "weak")})
    for tile in troubled:
        if tile.metric_id in RATINGS:
            yield Sentence("try_reading")
    for tile in troubled:
        cause = causes.get(tile.metric_id)
        name: dict[str, Worded] = {"metric": Term(tile.metric_id)}
        if cause and cause.driver.dim != "queue":
            yield Sentence("try_cases", {**name, "member": Name(cause.driver.member)})
        elif tile.metric_id == "backlog_open":
            yield Sentence("try_oldest")
    for tile in tiles:
        if tile.metric_id in RATINGS and tile.comparison.verdict == "too few":
            floor = METRICS[tile.metric_id].floor
            yield Sentence("try_more_answers", {"metric": Term(tile.metric_id), "floor": Count(floor, "answers")})


def _move(asking: Asking, tile: Tile, cause: Cause, window: tuple[int, int]) -> Sentence:
    """People into the half hours that lost most, out of the one with most to spare, if there is such a one."""
    where = {cause.driver.dim: cause.driver.answer.where.get(cause.driver.dim, cause.driver.member)}
    slots = asking.half_hours(tile.metric_id, tile.answer.variant, where)
    values: dict[str, Worded] = {
        "member": Name(cause.driver.member),
        "from": Slot(window[0]),
        "to": Slot(window[1]),
    }
    quiet = _quietest(tile, slots, window)
    return Sentence("try_people", values) if quiet is None else Sentence("try_move", {**values, "quiet": Slot(quiet)})


def _quietest(tile: Tile, slots: Sequence[tuple[int, Answer]], window: tuple[int, int]) -> int | None:
    """The half hour outside the window that is furthest on the good side of the goal, or of what is usual."""
    aim = tile.goal.target if tile.goal else tile.comparison.usual.value
    if aim is None:
        return None
    sign = 1 if METRICS[tile.metric_id].direction == "up" else -1
    spare = {
        slot: sign * ((made.value or 0.0) - aim)
        for slot, made in slots
        if made.value is not None and made.n >= LEAST_CASES and not window[0] <= slot < window[1]
    }
    best = max(spare, key=lambda slot: spare[slot], default=None)
    return best if best is not None and spare[best] > 0 else None
