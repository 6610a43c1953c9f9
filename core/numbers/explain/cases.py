"""The tickets and calls behind a value, with their addresses; of facts of people and files only sums."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.numbers.addresses import ticket_address
from core.numbers.evaluate import Question
from core.numbers.explain.roles import DEN, NUM, roles
from core.numbers.explain.rows import CALL, TICKET, Counted
from core.numbers.metric import Ages, Durations, Max, Waiting
from core.numbers.sql import marks

BATCH = 500
# Facts whose rows a file told by the month, which stands first among what they are grouped by.
DATED_BY_MONTH = frozenset({"cost_facts"})


@dataclass(frozen=True)
class Case:
    """One row behind a value. ``id`` is the vendor's own, ``url`` leads there; names of persons are never told.

    ``adds`` is what it adds to the numerator (``num``), to the denominator (``den``) or to what else is counted, 0
    where it could and does not;
    ``value`` its duration in seconds, which still runs where it ``waits``. ``rows`` are several where only sums are
    told (``kind`` is the fact then, ``label`` what was added up). ``details`` are columns of the fact."""

    kind: str
    source: str
    id: str
    url: str
    day_on: str
    at: int | None
    adds: Mapping[str, float]
    value: float | None = None
    waits: bool = False
    label: str = ""
    rows: int = 1
    files: tuple[str, ...] = ()
    details: Mapping[str, str | float] = field(default_factory=dict)


@dataclass
class Group:
    """Rows of which only the sum is told."""

    rows: int = 0
    adds: dict[str, float] = field(default_factory=dict)


def cases(asked: Question, rows: Sequence[Counted], links: Mapping[str, str], limit: int) -> list[Case]:
    """Sums of what files and people's days told, the largest, then single rows, of each so many.

    Longest first where durations are counted, else those that weigh on the value first."""
    single = sorted((row for row in rows if row.kind), key=_order(asked))[:limit]
    found = _named(asked.db, single)
    made = [_case(asked, row, found, links) for row in single]
    grouped = _grouped(asked, [row for row in rows if not row.kind])
    largest = sorted(range(len(grouped)), key=lambda place: -max(map(abs, grouped[place].adds.values()), default=0))
    return [*(grouped[place] for place in sorted(largest[:limit])), *made]


def _is_timed(asked: Question) -> bool:
    return isinstance(asked.formula, Durations | Ages | Waiting | Max)


def _order(asked: Question) -> Callable[[Counted], tuple[float, int, str]]:
    """Worst first: the longest; of a share that should be high those outside it, of others those inside it."""
    good = asked.metric.direction == "up"

    def key(row: Counted) -> tuple[float, int, str]:
        value = _value(asked, row)
        if value is not None:
            return (-value, -(row.at or 0), row.uid)
        within = row.adds.get(NUM, 0) / (row.adds.get(DEN) or 1)
        return (within if good else -within, -(row.at or 0), row.uid)

    return key


def _value(asked: Question, row: Counted) -> float | None:
    if "value" in row.adds:
        return row.adds["value"]
    return row.adds.get(NUM) if _is_timed(asked) else None


def _case(
    asked: Question, row: Counted, found: Mapping[tuple[str, str], tuple[str, str, str]], links: Mapping[str, str]
) -> Case:
    account, _, native = row.uid.partition(":")
    source, native_id, number = found.get((row.kind, row.uid), (account, native or account, ""))
    shown = number or native_id
    adds = {role: amount for role, amount in row.adds.items() if role != "value"}
    adds = {**_unmoved(asked, row.fact), **adds}
    url = ticket_address(links.get(source, ""), shown) if row.kind == TICKET else ""
    value = _value(asked, row)
    return Case(row.kind, source, shown, url, row.day_on, row.at, adds, value, row.waits, details=row.details)


def _unmoved(asked: Question, fact: str) -> dict[str, float]:
    """Nothing, for each part of the formula that rows of a fact may add to."""
    named = roles(asked.formula).items()
    return dict.fromkeys((role for role, parts in named if any(part.fact == fact for part, _ in parts)), 0.0)


def _named(db: sqlite3.Connection, rows: Iterable[Counted]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Source, native id and number of tickets and calls by kind and uid."""
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    for kind, table, number in ((TICKET, "tickets", "number"), (CALL, "calls", "null")):
        uids = sorted({row.uid for row in rows if row.kind == kind})
        for begin in range(0, len(uids), BATCH):
            some = uids[begin : begin + BATCH]
            sql = f"select uid, source, native_id, coalesce({number}, '') from {table} where uid in {marks(some)}"
            found |= {(kind, uid): (source, native, said) for uid, source, native, said in db.execute(sql, some)}
    return found


def _grouped(asked: Question, rows: Sequence[Counted]) -> list[Case]:
    groups: dict[tuple[str, str, tuple[str, ...]], Group] = {}
    for row in rows:
        day = "" if row.fact in DATED_BY_MONTH else row.day_on
        group = groups.setdefault((row.fact, day, row.group), Group())
        group.rows += 1
        for role, amount in row.adds.items():
            group.adds[role] = group.adds.get(role, 0) + amount
    return [
        Case(
            fact, "", "", "", day_on, None, {**_unmoved(asked, fact), **group.adds}, label=", ".join(labels),
            rows=group.rows, files=_files(asked.db, labels) if fact in DATED_BY_MONTH else (),
        )
        for (fact, day_on, labels), group in sorted(groups.items())
    ]  # fmt: skip


def _files(db: sqlite3.Connection, labels: Sequence[str]) -> tuple[str, ...]:
    """The files that told the costs of a month and category."""
    month, category, *_ = labels
    rows = db.execute(
        "select distinct file from costs where month = ? and category = ? and file is not null and deleted_at is null "
        "order by file",
        (month, category),
    )
    return tuple(str(row[0]) for row in rows)
