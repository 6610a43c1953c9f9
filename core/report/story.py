"""What a day's numbers say: the headline, why exceptions happened, what must be read together, then and now, thanks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from core.numbers.analyses.pairs import PAIRS, Strong
from core.numbers.answer import Answer, Comparison, Driver
from core.numbers.compare import FROM_THE_START
from core.numbers.metrics import METRICS
from core.numbers.usual import OUTSIDE_MADS
from core.report.asking import Asking
from core.report.goals import is_milestone
from core.report.locale import language
from core.report.model import (
    Count,
    Day,
    Delta,
    Name,
    Nth,
    Number,
    Sentence,
    Share,
    Slot,
    Target,
    Term,
    Tile,
    Value,
    Worded,
)
from core.report.words import called

CLAUSES = 3
SENTENCES = 5
PAIRS_SHOWN = 2
CHANGES_SHOWN = 3
# The metrics that the headline speaks of in words of its own; the others are named.
THEMES: Mapping[str, str] = {
    "csat": "csat",
    "nps": "csat",
    "service_level": "phone",
    "average_speed_of_answer": "phone",
    "abandon_rate": "phone",
    "first_response_time": "reply",
    "resolution_time": "solve",
    "backlog_open": "backlog",
    "first_contact_resolution_rate": "fcr",
    "reopen_rate": "reopen",
    "tickets_created": "tickets",
    "calls_offered": "calls",
}
DIMS: Mapping[str, tuple[str, ...]] = {"C": ("queue", "team"), "T": ("team", "channel", "contact_reason", "brand")}
# What a streak is counted in.
RUNS: Mapping[str, str] = {"day": "days", "week": "weeks", "month": "months"}
# A run of half hours is named if it holds this share of a shortfall and is not half the day.
WINDOW_SHARE, WINDOW_SLOTS = 0.6, 8


class Cause(NamedTuple):
    """The member that explains a change, how far it moved itself, and the half hours in which most of it happened."""

    driver: Driver
    own: Comparison
    window: tuple[int, int] | None


def headline(
    tiles: Sequence[Tile], best: frozenset[str] = frozenset(), causes: Mapping[str, Cause] | None = None
) -> tuple[Sentence, ...]:
    """Customers first, then what needs a look, then what moved, then what went well.

    ``best`` are metrics that were never better; ``causes`` tell when the telephone was slow."""
    clauses: dict[str, tuple[int, Sentence]] = {}
    for tile in tiles:
        found = _clause(tile, best, (causes or {}).get(tile.metric_id))
        if found is None:
            continue
        rank, theme, sentence = found
        if theme not in clauses or rank < clauses[theme][0]:
            clauses[theme] = (rank, sentence)
    ordered = sorted(clauses.items(), key=lambda entry: (entry[0] != "csat", entry[1][0]))
    if ordered:
        return tuple(sentence for _, (_, sentence) in ordered[:CLAUSES])
    return (_quiet(tiles),)


def _clause(tile: Tile, best: frozenset[str], cause: Cause | None) -> tuple[int, str, Sentence] | None:
    theme = THEMES.get(tile.metric_id, tile.metric_id)
    name: dict[str, Worded] = {"metric": called(tile.metric_id)}
    verdict = tile.comparison.verdict
    if tile.metric_id in best:
        return 3, theme, Sentence(f"record_{theme if tile.metric_id in THEMES else 'metric'}_good", name)
    if theme == "phone" and verdict == "worse" and cause and cause.window:
        return 0, theme, Sentence("phone_when_bad", {"from": Slot(cause.window[0]), "to": Slot(cause.window[1])})
    if verdict in {"better", "worse"}:
        good = verdict == "better"
        key = f"{theme if tile.metric_id in THEMES else 'metric'}_{'good' if good else 'bad'}"
        return (3 if good else 0), theme, Sentence(key, name)
    if tile.goal_state == "missed":
        return 1, theme, Sentence("goal_missed_clause", name)
    if verdict == "different":
        way = "up" if (tile.comparison.delta or 0) > 0 else "down"
        return 2, theme, Sentence(f"{theme if theme in {'tickets', 'calls'} else 'metric'}_{way}", name)
    return None


def _quiet(tiles: Sequence[Tile]) -> Sentence:
    if not any(tile.answer.value is not None for tile in tiles):
        return Sentence("nothing_known")
    verdicts = {tile.comparison.verdict for tile in tiles if tile.answer.value is not None}
    if verdicts <= {"too few", "too early"}:
        return Sentence("no_judgement")
    if verdicts <= {"too few", "too early", "no usual"}:
        return Sentence("no_usual")
    return Sentence("as_usual", {"weekday": Day(tiles[0].answer.period.from_on, "weekday")})


def cause(asking: Asking, tile: Tile, tiles: int) -> Cause | None:
    """What explains a clear change or a missed goal, if one member does."""
    if tile.answer.value is None or not tile.comparison.delta:
        return None
    variant = tile.goal.variant if tile.goal else None
    profile = METRICS[tile.metric_id].profile.split("+")[0]
    found = asking.driver(tile.metric_id, variant, DIMS.get(profile, ("team", "channel")))
    if found is None:
        return None
    where = {found.dim: found.answer.where.get(found.dim, found.member)}
    own = asking.compared(tile.metric_id, variant, tiles, where)
    span = None
    if found.dim == "queue" and own.usual.value is not None:
        slots = asking.half_hours(tile.metric_id, variant, where)
        span = window(slots, own.usual.value, 1 if tile.comparison.delta > 0 else -1)
    return Cause(found, own, span)


def window(slots: Sequence[tuple[int, Answer]], usual: float, sign: int) -> tuple[int, int] | None:
    """The run of half hours that holds most of a change, as first slot and the one after its last.

    A half hour belongs to it if it adds more than an average one."""
    known = {slot: sign * (made.value - usual) * (made.den or made.n) for slot, made in slots if made.value is not None}
    whole = sum(excess for excess in known.values() if excess > 0)
    average = whole / max(len(known), 1)
    best, found = 0.0, None
    for start in known:
        above = 0.0
        for slot in range(start, start + WINDOW_SLOTS):
            above += known.get(slot, 0.0) - average
            if above > best:
                best, found = above, (start, slot + 1)
    if found is None or sum(known.get(slot, 0.0) for slot in range(*found)) < WINDOW_SHARE * whole:
        return None
    return found


def sentences(tiles: Sequence[Tile], causes: Mapping[str, Cause]) -> tuple[Sentence, ...]:
    """What became of the goals, and why the exceptions happened."""
    return tuple(list(_sentences(tiles, causes))[:SENTENCES])


def _sentences(tiles: Sequence[Tile], causes: Mapping[str, Cause]) -> Iterator[Sentence]:
    for tile in sorted(tiles, key=lambda tile: (METRICS[tile.metric_id].group != "C", tile.mark != "bad")):
        name: dict[str, Worded] = {"metric": called(tile.metric_id)}
        why = why_of(tile, causes[tile.metric_id]) if tile.metric_id in causes else None
        match tile.goal_state:
            case "reached" if tile.streak > 1:
                yield Sentence("reached_nth", {**name, "nth": Nth(tile.streak)})
            case "reached":
                yield Sentence("reached", name)
            case "missed" if why and is_worse(tile):
                yield Sentence("missed_why", {**name, "why": why})
            case "missed" if tile.goal:
                aim = Target(tile.metric_id, tile.goal.target, tile.answer.variant)
                yield Sentence("missed", {**name, "goal": aim, "value": _value(tile.answer)})
            case "counter_failed" if tile.counter:
                guard: dict[str, Worded] = {"counter": Term(tile.counter.metric_id), "value": _value(tile.counter)}
                yield Sentence("counter_failed", {**name, **guard})
            case _ if why and tile.comparison.verdict in {"worse", "different"}:
                key = "worse_why" if tile.comparison.verdict == "worse" else "changed_why"
                yield Sentence(key, {**name, "why": why})


def is_worse(tile: Tile) -> bool:
    """Whether the change went the wrong way, so that what explains it explains a missed goal."""
    delta = tile.comparison.delta or 0
    return (delta < 0) == (METRICS[tile.metric_id].direction == "up")


def why_of(tile: Tile, found: Cause) -> Sentence:
    """Which member explains a change, how far it moved itself, and when."""
    member: dict[str, Worded] = {"member": _member(found.driver), "share": Share(min(found.driver.share, 1.0))}
    delta = found.own.delta
    whole = tile.comparison.delta or 0
    if not delta or (delta > 0) != (whole > 0):
        return Sentence("explains", member)
    values: dict[str, Worded] = {**member, "delta": Delta(tile.metric_id, delta, tile.answer.variant)}
    is_loss = METRICS[tile.metric_id].direction == "up"
    key = "rose" if delta > 0 else "fell" if is_loss else "fell_by"
    if found.window is None:
        return Sentence(key, values)
    first, after = found.window
    return Sentence(f"{key}_when", {**values, "from": Slot(first), "to": Slot(after)})


def _member(driver: Driver) -> Name | Term:
    """The name of a member; of a channel, our own word where there is one."""
    is_ours = driver.dim == "channel" and language("en").word("channel", driver.member) is not None
    return Term(driver.member, "channel") if is_ours else Name(driver.member)


def _value(answer: Answer) -> Value:
    return Value(answer.metric_id, answer.value, answer.variant)


def read_together(asking: Asking, tiles: Sequence[Tile]) -> tuple[Sentence, ...]:
    """Pairs that part: the strong metric clearly gained while a weak one clearly lost, or nobody can tell."""
    shown = {tile.metric_id: tile.comparison for tile in tiles if not tile.is_late}
    found: list[Sentence] = []
    for pair in PAIRS:
        has_band = METRICS[pair.metric_id].direction not in {"up", "down"}
        strong = shown.get(pair.metric_id) or (asking.compared(pair.metric_id, None, len(tiles)) if has_band else None)
        if strong is not None and _gained(pair, strong):
            found.extend(_parted(asking, pair, strong, shown, len(tiles)))
    return tuple(found[:PAIRS_SHOWN])


def _gained(pair: Strong, given: Comparison) -> bool:
    if given.verdict == "different":
        return (given.delta or 0) * pair.gains > 0
    return given.verdict == "better"


def _parted(
    asking: Asking, pair: Strong, strong: Comparison, shown: Mapping[str, Comparison], tiles: int
) -> Iterator[Sentence]:
    start: dict[str, Worded] = {"strong": Term(pair.metric_id), "strong_delta": _arrow(strong)}
    unknown: Sentence | None = None
    for weak_id, because in pair.weak:
        weak = shown.get(weak_id) or asking.compared(weak_id, None, tiles)
        named: dict[str, Worded] = {**start, "weak": Term(weak_id)}
        if weak.verdict == "worse":
            yield Sentence("pair", {**named, "weak_delta": _arrow(weak), "weak_value": _value(weak.answer),
                                    "because": Sentence(because)})  # fmt: skip
            return
        if weak.verdict == "too few" and METRICS[weak_id].strength == "W" and unknown is None:
            unknown = Sentence("strain", {**named, "n": Number(weak.answer.n)})
    if unknown is not None:
        yield unknown


def _arrow(given: Comparison) -> Sentence:
    delta = given.delta or 0.0
    size = Delta(given.answer.metric_id, delta, given.answer.variant)
    return Sentence("up" if delta > 0 else "down", {"delta": size})


def history(tiles: Sequence[Tile]) -> tuple[Sentence, ...]:
    """The judged numbers beside those of the same weekday 13 weeks ago, else 17, the greatest changes first."""
    for weeks in (13, 17):
        changes: list[tuple[float, Sentence]] = []
        day_on = ""
        for tile in tiles:
            then = tile.comparison.weeks_13 if weeks == 13 else tile.comparison.weeks_17
            metric = METRICS[tile.metric_id]
            if then is None or not then.value or metric.direction not in {"up", "down"}:
                continue
            now = tile.answer
            if tile.comparison.verdict == "too early" or isinstance(metric.how.get(now.variant), FROM_THE_START):
                continue
            if then.status != "ok" or now.status != "ok" or now.value is None:
                continue
            change = abs(now.value - then.value)
            size = change / abs(then.value)
            if size >= metric.practical_floor and change > OUTSIDE_MADS * (tile.comparison.usual.mad or 0):
                said: dict[str, Worded] = {"metric": Term(tile.metric_id), "then": _value(then), "now": _value(now)}
                changes.append((size, Sentence("change", said)))
                day_on = then.period.from_on
        if changes:
            largest = sorted(changes, key=lambda entry: -entry[0])[:CHANGES_SHOWN]
            named = tuple(sentence for _, sentence in largest)
            return (Sentence("then_now", {"day": Day(day_on), "weeks": Number(weeks), "changes": named}),)
    return ()


def celebrations(tiles: Sequence[Tile]) -> tuple[Sentence, ...]:
    """Goals reached for a working week, or several, with a final value; of teams, never of persons (metrics 8.13)."""
    made = []
    for tile in tiles:
        if tile.goal is None or tile.goal_state != "reached" or tile.answer.maturity != "final":
            continue
        if is_milestone(tile.streak, tile.answer.period.grain):
            aim = Target(tile.metric_id, tile.goal.target, tile.answer.variant)
            way = "at_least" if METRICS[tile.metric_id].direction == "up" else "at_most"
            values: dict[str, Worded] = {
                "days": Count(tile.streak, RUNS[tile.answer.period.grain]),
                "metric": called(tile.metric_id),
                "aim": Sentence(way, {"goal": aim}),
            }
            owner: dict[str, Worded] = {"owner": Name(tile.goal.owner)} if tile.goal.owner else {}
            made.append(Sentence("streak_owner" if owner else "streak", values | owner))
    return tuple(made)
