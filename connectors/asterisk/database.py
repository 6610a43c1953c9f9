"""Reads tables that Asterisk writes, through SQLAlchemy: in the order of a key, a bounded batch at a time.

Times are compared as text, which every column type that sites use for them understands. The address is a secret and
stands in no message.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from connectors import ConfigError, Stuck, Unavailable

BATCH = 2_000
EXTRA = "pip install 'deskpulse[database]'"
# The drivers of that extra, where the address names none.
DRIVERS = {"mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql", "postgresql": "postgresql+psycopg",
           "postgres": "postgresql+psycopg"}  # fmt: skip

Row = Mapping[str, Any]


def columns_of(address: SecretStr, table: str) -> list[str]:
    """The names of a table's columns."""
    with _opened(address) as (sql, connection):
        return [str(one["name"]) for one in sql.inspect(connection).get_columns(table)]


def rows_from(
    address: SecretStr, table: str, columns: Sequence[str], key: Sequence[str], start: Sequence[Any]
) -> Iterator[list[Row]]:
    """Batches of rows in the order of ``key`` (one or two columns), from ``start`` on, that place included."""
    with _opened(address) as (sql, connection):
        quote = connection.dialect.identifier_preparer.quote
        first, *second = (quote(name) for name in key)
        after = f"{first} > :a or ({first} = :a and {second[0]} >= :b)" if second else f"{first} >= :a"
        text = (
            f"select {', '.join(quote(name) for name in columns)} from {quote(table)} "
            f"where {after} order by {', '.join((first, *second))} limit {BATCH}"
        )
        place = list(start)
        while True:
            found = connection.execute(sql.text(text), dict(zip("ab", place, strict=False))).mappings().all()
            connection.rollback()
            yield [dict(row) for row in found]
            if len(found) < BATCH:
                return
            reached = [_plain(found[-1][name]) for name in key]
            if reached == place:
                raise Stuck(f"{table} has {BATCH:,} rows of one {' and '.join(key)}; it cannot be read past them.")
            place = reached


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)


class _opened:  # noqa: N801
    """SQLAlchemy with a connection; its faults become ours, without the address."""

    def __init__(self, address: SecretStr) -> None:
        self._address = address.get_secret_value()

    def __enter__(self) -> tuple[Any, Any]:
        try:
            import sqlalchemy  # noqa: PLC0415
        except ModuleNotFoundError:
            raise ConfigError(f"reading a database needs SQLAlchemy. Install it beside Deskpulse: {EXTRA}") from None
        self._faults = sqlalchemy.exc.SQLAlchemyError
        kind, mark, rest = self._address.partition("://")
        try:
            self._engine = sqlalchemy.create_engine(f"{DRIVERS.get(kind, kind)}{mark}{rest}", hide_parameters=True)
            self._connection = self._engine.connect()
        except (ModuleNotFoundError, sqlalchemy.exc.NoSuchModuleError):
            raise ConfigError(f"the driver of the database '{kind}' is missing. Install ours: {EXTRA}") from None
        except sqlalchemy.exc.ArgumentError:
            raise ConfigError("the address of the database is none: mysql://user:secret@host/name.") from None
        except self._faults as fault:
            raise Unavailable(self._words(fault)) from None
        return sqlalchemy, self._connection

    def __exit__(self, kind: object, fault: BaseException | None, _: object) -> None:
        self._connection.close()
        self._engine.dispose()
        if isinstance(fault, self._faults):
            raise Unavailable(self._words(fault)) from None

    def _words(self, fault: BaseException) -> str:
        """What went wrong by its name only: the driver's own words can hold the address."""
        original = getattr(fault, "orig", None) or fault
        number = next((one for one in getattr(original, "args", ()) if isinstance(one, int)), None)
        code = f" {number}" if number is not None else ""
        return f"the database refused ({type(original).__name__}{code}). Check address, table, rights of its user."
