"""A slice of the facts: which members of which dimensions are asked for, by name or by uid."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from core.errors import ConfigError
from core.numbers.metric import Part
from core.numbers.sql import DIM_COLUMNS, PART_DIMS, column_of, marks, member

UNKNOWN = "unknown"
# Dimensions whose members are rows with a name.
NAMED: Mapping[str, str] = {"team": "teams", "queue": "queues"}


@dataclass(frozen=True)
class Slice:
    """Uids or words by dimension; '' is the unknown member. A name that two sources use stands for both."""

    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def without(self, dim: str) -> "Slice":
        """The same slice over all members of a dimension."""
        return Slice({known: uids for known, uids in self.members.items() if known != dim})

    def filters(self, fact: str) -> list[str]:
        """Conditions on a fact's rows, one parameter a uid in order; the fact must have the columns."""
        return [f"{member(column_of(fact, dim) or dim)} in {marks(uids)}" for dim, uids in self.members.items()]

    def values(self) -> list[str]:
        """The parameters of ``filters``."""
        return [uid for uids in self.members.values() for uid in uids]


def slice_of(db: sqlite3.Connection, where: Mapping[str, str] | None) -> Slice:
    """The slice that a ``where`` names; ConfigError where it names what is not there."""
    return Slice({dim: _uids(db, dim, name) for dim, name in (where or {}).items()})


def _uids(db: sqlite3.Connection, dim: str, name: str) -> tuple[str, ...]:
    if dim not in DIM_COLUMNS:
        raise no_dimension(dim, DIM_COLUMNS, "where: numbers are")
    if name == UNKNOWN:
        return ("",)
    table = NAMED.get(dim)
    if table is None:
        return (name,)
    found = tuple(
        str(row[0])
        for row in db.execute(f"select uid from {table} where uid = ? or name = ? order by uid", (name, name))
    )
    if found:
        return found
    known = [str(row[0]) for row in db.execute(f"select distinct name from {table} order by name")]
    if not known:
        return (name,)
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known[:20])}"
    raise ConfigError(f"where: no {dim} is called '{name}'; {hint}")


def no_dimension(dim: str, known: Collection[str], what: str) -> ConfigError:
    """That something is not split by a dimension, with the nearest by which it is."""
    near = get_close_matches(dim, known, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else f"; known: {', '.join(known) or 'none'}"
    return ConfigError(f"{what} not split by '{dim}'{hint}")


def member_names(db: sqlite3.Connection, dim: str, uids: Iterable[str]) -> Mapping[str, str]:
    """What people call the members of a dimension."""
    table = NAMED.get(dim)
    names = {}
    for uid in uids:
        row = db.execute(f"select name from {table} where uid = ?", (uid,)).fetchone() if table and uid else None
        names[uid] = str(row[0]) if row else uid or UNKNOWN
    return names


def lacking(parts: Iterable[Part], slice_: Slice, by: str = "") -> str | None:
    """The first dimension by which one of the parts is not split."""
    dims = [*slice_.members, *([by] if by else [])]
    return next((dim for part in parts for dim in dims if column_of(part.fact, dim) is None), None)


def kept_as_parts(part: Part, slice_: Slice, by: str = "") -> bool:
    """Whether the parts hold the answer: at most one dimension in all, and members that add up."""
    dims = {*slice_.members, *([by] if by else [])}
    if not dims:
        return True
    several = any(len(uids) > 1 for uids in slice_.members.values())
    return len(dims) == 1 and dims <= set(PART_DIMS[part.fact]) and (part.kind != "distinct" or not several)
