"""Where two stores differ, in words short enough to act on."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from core.sandbox.suite.trial import BOOKKEEPING, Failed, Rows
from core.store.tables import BASE, Table

TABLES: dict[str, Table] = {table.name: table for table in BASE}
MEMBERSHIPS = ("agent_teams", "agent_roles")
SHOWN = 3
LONGEST = 60


def expect_same(found: Rows, wanted: Rows, when: str) -> None:
    """Failed where the stores differ; says the tables and an example of each."""
    if lines := list(_differences(found, wanted)):
        raise Failed(f"{when}: " + "; ".join(lines[:SHOWN]))


def expect_within(found: Rows, wanted: Rows, when: str) -> None:
    """Failed where a wanted row is not there."""
    reduced = {table: list((Counter(rows) & Counter(wanted[table])).elements()) for table, rows in found.items()}
    for table, rows in wanted.items():
        missing = Counter(rows) - Counter(reduced[table])
        if missing:
            raise Failed(f"{when}: {sum(missing.values())} of {len(rows)} {table} are not as they should be: "
                         f"{_shown(next(iter(missing)))}")  # fmt: skip


def without_deleted(found: Rows, wanted: Rows) -> tuple[Rows, Rows]:
    """Both without rows marked deleted in either, what belongs to them, and memberships that are over.

    Failed where one has deleted what is alive in the other."""
    gone_here, gone_there = _entities(found, deleted=True), _entities(wanted, deleted=True)
    for gone, rows, other in (
        (gone_there, found, "gone at the vendor's and still alive in the store"),
        (gone_here, wanted, "marked deleted in the store and alive at the vendor's"),
    ):
        if quick := sorted(gone & _entities(rows, deleted=False)):
            raise Failed(
                f"{other}: {', '.join(f'{uid} of {table}' for table, uid in quick[:SHOWN])} ({len(quick)} in all)"
            )
    gone = gone_here | gone_there

    def left(rows: Rows) -> Rows:
        return {
            table: [row for row in rows[table] if gone.isdisjoint(_of(table, row)) and not _has_ended(table, row)]
            for table in rows
        }

    return left(found), left(wanted)


def _entities(rows: Rows, *, deleted: bool) -> set[tuple[str, str]]:
    """Table and uid of the rows marked deleted, or of those that are not."""
    places = {table: place for table in rows if (place := _places(table).get("deleted_at")) is not None}
    return {(table, str(row[0])) for table, place in places.items() for row in rows[table]
            if (row[place] is not None) == deleted}  # fmt: skip


def _has_ended(table: str, row: tuple[object, ...]) -> bool:
    """Whether it is a membership or role that is over: whoever came late never knew of it."""
    return table in MEMBERSHIPS and row[_places(table)["to_at"]] is not None


def _of(table: str, row: tuple[object, ...]) -> Iterator[tuple[str, str]]:
    """The row itself, and the ticket or call that it belongs to, each as table and uid."""
    places = _places(table)
    if "uid" in places:
        yield table, str(row[places["uid"]])
    for owner in ("ticket", "call"):
        if f"{owner}_uid" in places:
            yield f"{owner}s", str(row[places[f"{owner}_uid"]])
    if "entity_uid" in places:
        yield f"{row[places['entity']]}s", str(row[places["entity_uid"]])


@cache
def _places(table: str) -> dict[str, int]:
    known = TABLES.get(table)
    names = [name for name in known.names if name not in BOOKKEEPING] if known else []
    return {name: place for place, name in enumerate(names)}


def _differences(found: Rows, wanted: Rows) -> Iterable[str]:
    for table in wanted:
        more, less = Counter(found[table]) - Counter(wanted[table]), Counter(wanted[table]) - Counter(found[table])
        if not more and not less:
            continue
        missing, spare = sum(less.values()), sum(more.values())
        yield f"{table}: {missing} rows missing or other, {spare} too many; {_pair(table, more, less)}"


def _pair(table: str, more: Counter[tuple[object, ...]], less: Counter[tuple[object, ...]]) -> str:
    """The columns of one row that is otherwise in both, or a row that only one has."""
    names = list(_places(table))
    keys = TABLES[table].key if table in TABLES else ()
    spots = [names.index(key) for key in keys if key in names]
    known = {tuple(row[spot] for spot in spots): row for row in less}
    for row in more:
        other = known.get(tuple(row[spot] for spot in spots)) if spots else None
        if other is not None:
            cells = [
                f"{name} is {_short(mine)}, should be {_short(right)}"
                for name, mine, right in zip(names, row, other, strict=True)
                if mine != right
            ]
            return f"{_shown(row)}: " + ", ".join(cells[:SHOWN])
    example = next(chain(less, more))
    return f"{'missing' if less else 'too many'} {_shown(example)}"


def _shown(row: tuple[object, ...]) -> str:
    return " ".join(_short(cell) for cell in row[:4] if cell is not None)


def _short(cell: object) -> str:
    text = repr(cell)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
