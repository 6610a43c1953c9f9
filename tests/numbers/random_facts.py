"""Facts that nobody planned: every column drawn from what it may hold, over a few days and few members."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from core.clock import add_days, day_of
from core.numbers.metric import CLOCKS
from core.store.tables.shape import Column
from tests.numbers.rows import BERLIN, TABLE

FIRST_ON = "2026-03-02"
DAYS = tuple(add_days(FIRST_ON, number) for number in range(6))
MONDAY_AT = 1_772_406_000

WORDS: Mapping[str, tuple[object, ...]] = {
    "source": ("zd", "pbx"),
    "brand": ("a", "b", None),
    "team_uid": ("t1", "t2", None),
    "queue_uid": ("q1", "q2", None),
    "series": ("calls_offered", "tickets_created"),
    "line_uid": ("l1", None),
    "channel": ("email", "phone"),
    "priority": ("low", "high", None),
    "contact_reason": ("delivery", "invoice", None),
    "customer_type": ("new", None),
    "language": ("de", "en"),
    "handled_by": ("human", "bot", "none"),
    "direction": ("inbound", "inbound", "outbound"),
    "exclusion_reason": (None, None, "spam", "merged"),
    "status_category": ("new", "open", "pending", "hold", "solved"),
    "precision": ("exact", "exact", "stat", "poll"),
    "nps_class": ("promoter", "passive", "detractor", None),
    "target_kind": ("first_reply", "resolution"),
    "question_key": (None, "overall", "fast"),
    "transfer_kind": (None, "warm"),
    "person_uid": ("p1", "p2", None),
    "contact_uid": ("c1", "c2", "c3", "c4"),
}
OUTCOMES = ("answered", "answered", "abandoned", "flow_out_callback", "flow_out_timeout", "blocked")
KINDS = ("csat", "nps", "fcr", "ces", "esat")


def value(random: Random, column: Column) -> Any:
    """Something that the column may hold; what may be empty sometimes is."""
    name = column.name
    if not column.required and random.random() < 0.15:
        return None
    if name in WORDS:
        drawn = random.choice(WORDS[name])
        return "" if drawn is None and column.required else drawn
    match name:
        case "outcome":
            return random.choice(OUTCOMES)
        case "kind":
            return random.choice(KINDS)
        case "delta":
            return random.choice((-1, 1))
        case "slot":
            return random.randrange(18, 30)
    if name.endswith("_on"):
        return random.choice(DAYS)
    if name.endswith("_at"):
        return MONDAY_AT + random.randrange(6 * 86_400)
    if column.type == "REAL":
        return random.randrange(9) / 8
    if column.type == "TEXT":
        return "x"
    flag = name.startswith(("is_", "in_")) or name in {"met", "one_touch", "one_touch_no_wait", "bot_contained"}
    return random.randrange(2) if flag or name == "solved_same_day" else random.randrange(90)


def _span(random: Random) -> dict[str, Any]:
    from_at = MONDAY_AT + random.randrange(5 * 86_400)
    to_at = None if random.random() < 0.3 else from_at + random.randrange(3 * 86_400)
    return {
        "from_at": from_at,
        "to_at": to_at,
        "from_on": day_of(from_at, BERLIN.zone),
        "to_on": None if to_at is None else day_of(to_at, BERLIN.zone),
    }


def random_rows(random: Random, fact: str, count: int) -> list[dict[str, Any]]:
    """So many rows of a fact, each with a key of its own."""
    table = TABLE[fact]
    made = []
    for number in range(count):
        row = {column.name: value(random, column) for column in table.columns}
        first, *rest = table.key
        if fact == "handled_facts":
            row |= {"day_on": random.choice(DAYS), "queue_uid": f"q{number}", "contact_uid": random.choice("abc")}
        else:
            row |= {name: f"{fact}:{number}" if name.endswith("uid") else number for name in rest}
            row |= {first: f"{fact}:{number}"}
        if fact == "agent_days":
            row["day_on"] = random.choice(DAYS)
        if fact == "backlog_spans":
            row |= _span(random)
        made.append(row)
    return made


def random_facts(seed: int, count: int) -> dict[str, Sequence[dict[str, Any]]]:
    """Rows of every fact that metrics read, those of each the same whatever the others hold."""
    return {fact: random_rows(Random(f"{seed} {fact}"), fact, count) for fact in CLOCKS}
