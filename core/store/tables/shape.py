"""The shape of a table as data, and the SQL that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

SqlType: TypeAlias = Literal["TEXT", "INTEGER", "REAL", "BLOB"]


@dataclass(frozen=True)
class Column:
    """One column; ``says`` is its line in the docs."""

    name: str
    type: SqlType = "TEXT"
    required: bool = False
    says: str = ""


@dataclass(frozen=True)
class Index:
    """An index over columns, optionally of the rows that meet ``where`` only."""

    columns: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True)
class Table:
    """One table; without a rowid where its key is its natural order. Strict: a value of another type is refused."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[Index, ...] = ()
    says: str = ""
    rowid: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    def ddl(self) -> list[str]:
        """The statements that create the table and its indexes if they are not there."""
        lines = [f"  {c.name} {c.type}{' not null' if c.required or c.name in self.key else ''}" for c in self.columns]
        lines.append(f"  primary key ({', '.join(self.key)})")
        tail = " strict" if self.rowid else " strict, without rowid"
        made = [f"create table if not exists {self.name} (\n" + ",\n".join(lines) + f"\n){tail}"]
        for index in self.indexes:
            name = f"{self.name}__{'_'.join(index.columns)}" + ("_part" if index.where else "")
            where = f" where {index.where}" if index.where else ""
            made.append(f"create index if not exists {name} on {self.name} ({', '.join(index.columns)}){where}")
        return made

    def insert(self, names: Sequence[str] | None = None, *, replace: bool = False) -> str:
        """An insert of ``names`` (default: all columns), positional parameters."""
        names = names or self.names
        verb = "insert or replace" if replace else "insert"
        return f"{verb} into {self.name} ({', '.join(names)}) values ({', '.join('?' * len(names))})"

    def upsert(self, names: Sequence[str], *, versioned: bool = False) -> str:
        """An insert of ``names`` that updates just these columns of an existing row, unless it has a newer version."""
        rest = [name for name in names if name not in self.key]
        sql = self.insert(names) + f" on conflict ({', '.join(self.key)}) do "
        if not rest:
            return sql + "nothing"
        sql += "update set " + ", ".join(f"{name} = excluded.{name}" for name in rest)
        if versioned:
            sql += f" where excluded.version >= {self.name}.version"
        return sql


def columns(text: str) -> tuple[Column, ...]:
    """Columns from a compact list: ``"uid! created_at:I value:R name"`` (``!`` required, ``:I`` integer, ``:R`` real,
    ``:B`` blob, else text)."""
    kinds: dict[str, SqlType] = {"I": "INTEGER", "R": "REAL", "B": "BLOB", "": "TEXT"}
    made = []
    for word in text.split():
        name, _, kind = word.partition(":")
        made.append(Column(name.rstrip("!"), kinds[kind.rstrip("!")], required="!" in word))
    return tuple(made)
