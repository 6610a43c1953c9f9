"""SQL read from declarations: the parts of a fact, grouped by day and dimension; a subset that other engines accept.

No input from outside becomes SQL text: values are parameters, names come from the declarations.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.numbers.metric import Distinct, Max, Part
from core.store.tables import TABLES

TICKET_DIMS = (
    "source",
    "brand",
    "team",
    "channel",
    "handled_by",
    "priority",
    "contact_reason",
    "customer_type",
    "language",
)
CALL_DIMS = ("source", "queue", "team", "direction", "line")

DIM_COLUMNS: Mapping[str, str] = {
    **{dim: dim for dim in (*TICKET_DIMS, "direction")},
    "team": "team_uid",
    "queue": "queue_uid",
    "line": "line_uid",
    "project": "project_uid",
    "item": "item",
}

# The single dimensions by which the parts of a fact are kept; others are answered from the facts themselves.
PART_DIMS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "ticket_facts",
            "solve_facts",
            "reply_wait_facts",
            "backlog_moves",
            "backlog_spans",
            "survey_facts",
            "sla_facts",
        ),
        TICKET_DIMS,
    ),
    "queue_legs": CALL_DIMS,
    "call_facts": CALL_DIMS,
    "agent_days": ("source", "team"),
    "staff_days": ("source", "team"),
    "contact_facts": ("source", "channel", "handled_by", "team", "queue", "contact_reason", "customer_type"),
    "handled_facts": ("source", "channel", "team", "queue"),
    "review_facts": ("source", "team"),
    "review_item_facts": ("source", "team", "item"),
    "complaint_facts": ("source",),
    "booked_facts": ("source", "team", "channel"),
    "cost_facts": ("source", "team", "channel"),
    "self_service_facts": ("source",),
    "project_facts": ("source", "project"),
    "employment_facts": ("source", "team"),
    "improvement_facts": ("source", "team"),
    "improvement_effect_facts": ("source", "team"),
    "customer_base_facts": ("source",),
    "forecast_facts": ("source",),
    "training_facts": ("source",),
    "hire_facts": ("source",),
    "service_days": ("source",),
    "requirement_facts": ("source", "queue"),
    "training_effect_facts": ("source",),
    "proficiency_facts": ("source", "team"),
}

# Facts kept by half hour too, for the total and for each queue.
SLOTTED = frozenset({"queue_legs", "call_facts"})
HALF_HOUR, QUEUE_HALF_HOUR, TOTAL = "half_hour", "queue_half_hour", "total"
WHOLE_DAY = -1

_COLUMNS = {table.name: frozenset(table.names) for table in TABLES}


def column_of(fact: str, dim: str) -> str | None:
    """The column of a fact that holds a dimension; None where the fact is not split by it."""
    column = DIM_COLUMNS.get(dim, "")
    return column if column in _COLUMNS[fact] else None


def has_column(fact: str, column: str) -> bool:
    """Whether a table has a column."""
    return column in _COLUMNS[fact]


def marks(values: Sequence[object]) -> str:
    """A parenthesised list of as many parameters."""
    return f"({', '.join('?' * len(values))})"


def member(column: str) -> str:
    """A dimension's member as text; empty where it is unknown."""
    return f"coalesce({column}, '')"


def expressions(part: Part) -> tuple[str, ...]:
    """What adds up to a part's figure and to the number of rows behind it; one expression where both are the same."""
    counted = part.value or "1"
    chosen = f"case when {part.where} then {counted} end" if part.where else counted
    match part:
        case Max():
            return f"max({chosen})", f"count({chosen})"
        case Distinct():
            return (f"count(distinct {chosen})",)
    if part.value:
        return f"coalesce(sum({chosen}), 0)", f"count({chosen})"
    return (f"count({chosen})" if part.where else "count(*)",)


def select(
    fact: str, on: str, parts: Iterable[Part], days: Sequence[str], by: Sequence[str] = (), filters: Sequence[str] = ()
) -> str:
    """Day, the columns ``by``, then each part's ``expressions``; one parameter a day, then those of ``filters``."""
    # Sorted by what differs most first: a tenth faster than by the day, which is often the same in all rows.
    keys = [on, *by]
    figures = [expression for part in parts for expression in expressions(part)]
    where = [f"{on} in {marks(days)}", *filters]
    chosen, grouped = ", ".join([*keys, *figures]), ", ".join(reversed(keys))
    return f"select {chosen}\nfrom {fact}\nwhere {' and '.join(where)}\ngroup by {grouped}"


def unpacked(parts: Iterable[Part], figures: Sequence[Any]) -> Iterator[tuple[Part, Any, int]]:
    """Each part with its figure and its number of rows, from the figures of a row of ``select``."""
    place = 0
    for part in parts:
        width = len(expressions(part))
        yield part, figures[place], figures[place + width - 1]
        place += width
