"""The fact rows behind a value, each with what it adds to the parts of the formula."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.clock import day_bounds, days
from core.numbers.evaluate import Question, at_day_ends
from core.numbers.explain.roles import DEN, NUM, Roles, roles
from core.numbers.facts.grounds import load_ground
from core.numbers.latest import first_on as first_on_of
from core.numbers.latest import latest_uids
from core.numbers.metric import Ages, Distinct, ForecastError, Latest, Level, Mix, Part, ToDate, Waiting
from core.numbers.reading import first_day
from core.numbers.snapshot import SPANS, open_s, spans_at
from core.numbers.sql import column_of, marks, member
from core.store.tables import TABLES

KEYS: Mapping[str, tuple[str, ...]] = {table.name: table.key for table in TABLES}
COLUMNS: Mapping[str, frozenset[str]] = {table.name: frozenset(table.names) for table in TABLES}

# What a row is about: the columns that name a ticket or a call, with the kind in a column of its own or as it stands.
TICKET, CALL = "ticket", "call"
ABOUT: Mapping[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(
        (
            "ticket_facts", "solve_facts", "reply_wait_facts", "backlog_moves", "backlog_spans", "sla_facts",
            "booked_facts",
        ),
        (("'ticket'", "ticket_uid"),),
    ),
    **dict.fromkeys(("queue_legs", "call_facts"), (("'call'", "call_uid"),)),
    "contact_facts": (("kind", "contact_uid"),),
    "handled_facts": (("iif(contact_uid like 'call:%', 'call', 'ticket')", "replace(contact_uid, 'call:', '')"),),
    "survey_facts": (("'ticket'", "ticket_uid"), ("'call'", "call_uid")),
    "complaint_facts": (
        ("'ticket'", "(select c.ticket_uid from complaints c where c.uid = complaint_uid)"),
        ("'call'", "(select c.call_uid from complaints c where c.uid = complaint_uid)"),
    ),
    "review_facts": (
        (
            "(select r.contact_kind from qa_reviews r where r.uid = review_uid)",
            "(select r.contact_uid from qa_reviews r where r.uid = review_uid)",
        ),
    ),
}  # fmt: skip
# Facts of people and of files are never listed person by person: their rows are added up by these.
GROUPED: Mapping[str, tuple[str, ...]] = {
    "cost_facts": ("substr(day_on, 1, 7)", "category", "channel"),
    "self_service_facts": ("kind", "item"),
    "project_facts": ("project_uid",),
    "forecast_facts": ("series",),
    "review_item_facts": ("item",),
    "training_facts": ("topic",),
    "improvement_facts": ("metric",),
    "improvement_effect_facts": ("metric",),
    "employment_facts": ("leave_reason",),
    "requirement_facts": ("queue_uid",),
    **dict.fromkeys(
        (
            "agent_days",
            "staff_days",
            "customer_base_facts",
            "hire_facts",
            "service_days",
            "training_effect_facts",
            "proficiency_facts",
        ),
        (),
    ),
}
# What is told of a single row beside its number: words and seconds, never of persons.
DETAILS: Mapping[str, tuple[str, ...]] = {
    "ticket_facts": ("channel", "handled_by", "exclusion_reason"),
    "solve_facts": ("is_first", "is_bulk"),
    "backlog_moves": ("kind",),
    SPANS: ("status_category",),
    "sla_facts": ("target_kind", "met"),
    "queue_legs": ("outcome", "wait_s"),
    "call_facts": ("outcome", "ivr_exit"),
    "survey_facts": ("kind", "score"),
    "contact_facts": ("channel", "contact_reason"),
    "handled_facts": ("channel",),
    "complaint_facts": ("about",),
    "review_facts": ("form", "sample"),
}


@dataclass
class Counted:
    """One row: ``adds`` is what it adds to each role, ``rows`` how often it takes part in it (taken away: less)."""

    fact: str
    key: tuple[Any, ...]
    day_on: str
    at: int | None = None
    kind: str = ""
    uid: str = ""
    group: tuple[str, ...] = ()
    adds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    waits: bool = False
    details: dict[str, str | float] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether it takes part in anything after all: what is added and taken away again does not."""
        return any(self.rows.values())


def counted_rows(asked: Question, on_days: Sequence[str]) -> list[Counted]:
    """The rows of a question's days that take part in its value; of a level, the tickets unsolved at the last day."""
    formula = asked.formula
    match formula:
        case Level() | Ages():
            return list(_unsolved(asked, formula, on_days))
        case ToDate(num, _):
            first_on = first_day(asked.db, num)
            on_days = tuple(days(first_on, max(on_days))) if first_on and on_days else ()
        case Latest():
            on_days = tuple(days(first_on_of(formula, max(on_days)), max(on_days))) if on_days else ()
        case ForecastError():
            on_days = [day for day in on_days if day < asked.today_on]
    if not on_days:
        return []
    found: dict[tuple[str, tuple[Any, ...]], Counted] = {}
    for (fact, on), named in _by_fact(roles(formula)).items():
        _read(asked, fact, on, named, on_days, found)
    rows = [row for row in found.values() if row.counts]
    if isinstance(formula, Latest):
        chosen = latest_uids(asked.db, formula, max(on_days), asked.slice)
        rows = [row for row in rows if row.key[0] in chosen]
    if isinstance(formula, ForecastError):
        forecast_on = {row.day_on for row in rows if "forecast" in row.adds}
        return [_of_a_day(formula, row) for row in rows if row.day_on in forecast_on]
    if isinstance(formula, Waiting):
        _add_waits(asked, formula, rows)
    if isinstance(formula, Mix):
        _add_members(asked, formula, rows)
    return rows


def _of_a_day(formula: ForecastError, row: Counted) -> Counted:
    """A forecast, or one of the cases that it was for: told by the day, for only days are compared."""
    adds = {role: amount / (1_000 if role == "forecast" else 1) for role, amount in row.adds.items()}
    return replace(row, fact=formula.forecast.fact, kind="", group=(), adds=adds)


def _by_fact(wanted: Roles) -> dict[tuple[str, str], list[tuple[str, Part, int]]]:
    found: dict[tuple[str, str], list[tuple[str, Part, int]]] = {}
    for role, parts in wanted.items():
        for part, sign in parts:
            found.setdefault((part.fact, part.on), []).append((role, part, sign))
    return found


def moment(fact: str, on: str) -> str:
    """The column of the moment from which a day was cut, null where there is none."""
    at = f"{on.removesuffix('_on')}_at"
    return at if at in COLUMNS[fact] else "null"


def _read(
    asked: Question,
    fact: str,
    on: str,
    named: Sequence[tuple[str, Part, int]],
    on_days: Sequence[str],
    into: dict[tuple[str, tuple[Any, ...]], Counted],
) -> None:
    keys, groups = KEYS[fact], GROUPED.get(fact, ())
    about = ABOUT.get(fact, ())
    kind = f"case {' '.join(f'when {uid} is not null then {word}' for word, uid in about)} end" if about else "null"
    uid = f"coalesce({', '.join([*(uid for _, uid in about), 'null', 'null'])})"
    counted = [f"case when {part.where or '1'} then {part.value or '1'} end" for _, part, _ in named]
    told = DETAILS.get(fact, ())
    chosen = [*keys, on, moment(fact, on), kind, uid, *groups, *told, *counted]
    some = " or ".join(f"({part.where or '1'})" for _, part, _ in named)
    conditions = [f"{on} in {marks(on_days)}", *asked.slice.filters(fact), f"({some})"]
    sql = f"select {', '.join(chosen)} from {fact} where {' and '.join(conditions)}"
    seen: set[tuple[str, str, object]] = set()
    for row in asked.db.execute(sql, (*on_days, *asked.slice.values())):
        values = tuple(row)
        key, (day_on, at, what, subject), rest = values[: len(keys)], values[len(keys) :][:4], values[len(keys) + 4 :]
        labels = tuple(str(word or "unknown") for word in rest[: len(groups)])
        made = into.setdefault((fact, key), Counted(fact, key, day_on, at, what or "", subject or "", labels))
        details, amounts = rest[len(groups) :][: len(told)], rest[len(groups) + len(told) :]
        made.details |= {name: word for name, word in zip(told, details, strict=True) if word is not None}
        for (role, part, sign), amount in zip(named, amounts, strict=True):
            if amount is None:
                continue
            is_distinct = isinstance(part, Distinct)
            if is_distinct and (part.id, day_on, amount) in seen:
                continue
            if is_distinct:
                seen.add((part.id, day_on, amount))
            made.adds[role] = made.adds.get(role, 0) + sign * (1 if is_distinct else amount)
            made.rows[role] = made.rows.get(role, 0) + sign


def _add_waits(asked: Question, formula: Waiting, rows: Sequence[Counted]) -> None:
    """How long each of a cohort waited, or has been waiting."""
    named = ", ".join(KEYS[formula.fact])
    on_days = tuple({row.day_on for row in rows})
    sql = (
        f"select {named}, {formula.value}, coalesce({formula.until}, ?) - {formula.since} from {formula.fact} "
        f"where {formula.part.on} in {marks(on_days)}"
    )
    took = {tuple(row)[:-2]: (row[-2], row[-1]) for row in asked.db.execute(sql, (asked.now_at, *on_days))}
    for row in rows:
        took_s, waits_s = took[row.key]
        row.waits = took_s is None
        row.adds["value"] = waits_s if took_s is None else took_s
        row.adds[NUM] = row.rows[NUM] = int(took_s is not None)


def _add_members(asked: Question, formula: Mix, rows: Sequence[Counted]) -> None:
    """Which rows are of the member asked for, or of the largest one."""
    fact = formula.whole.fact
    column = column_of(fact, formula.dim) or formula.dim
    named = ", ".join(KEYS[fact])
    days_on = tuple(dict.fromkeys(row.day_on for row in rows))
    sql = f"select {named}, {member(column)} from {fact} where {formula.whole.on} in {marks(days_on)}"
    of = {tuple(row)[:-1]: row[-1] for row in asked.db.execute(sql, days_on)}
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[of[row.key]] = sizes.get(of[row.key], 0) + 1
    chosen = asked.slice.members.get(formula.dim) or ((max(sizes, key=lambda uid: sizes[uid]),) if sizes else ())
    for row in rows:
        row.adds[NUM] = row.rows[NUM] = int(of[row.key] in chosen)


def _unsolved(asked: Question, formula: Level | Ages, on_days: Sequence[str]) -> Iterator[Counted]:
    last = at_day_ends(asked, on_days)[-1:]
    for day_on in last:
        at = min(day_bounds(day_on, asked.reporting.zone)[1], asked.now_at)
        is_business = isinstance(formula, Ages) and formula.in_business
        ground = load_ground(asked.db, asked.reporting, asked.now_at) if is_business else None
        since = formula.since if isinstance(formula, Ages) else "created_at"
        figures = f"ticket_uid, seq, team_uid, status_category, {since}"
        for _, ticket_uid, seq, team_uid, category, since_at in spans_at(asked.db, figures, formula, at, asked.slice):
            age_s = None if since_at is None else at - since_at
            if ground is not None and since_at is not None:
                age_s = open_s(asked.db, ground, ticket_uid, team_uid, since_at, at)
            if age_s is None and isinstance(formula, Ages):
                continue
            made = Counted(SPANS, (ticket_uid, seq), day_on, since_at, TICKET, ticket_uid, rows={NUM: 1, DEN: 1})
            made.adds = {NUM: age_s or 0 if isinstance(formula, Ages) else 1, DEN: 1, "value": age_s or 0}
            made.details["status_category"] = category
            yield made
