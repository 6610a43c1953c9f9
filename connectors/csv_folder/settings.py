"""What an admin tells about a folder of files: where it is, and what the columns of its files mean."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from connectors import Settings
from connectors.csv_folder.kinds import KINDS, Kind, known_kind
from connectors.csv_folder.values import UNITS


def known_zone(value: str) -> str:
    """An IANA zone name that this machine knows."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('should be a time zone such as "Europe/Berlin"') from None
    return value


def known_unit(value: str) -> str:
    """A unit of durations, amounts or moments."""
    if value not in UNITS:
        raise ValueError(f"should be one of {', '.join(sorted(UNITS))}")
    return value


def in_full(value: object) -> object:
    """A column named by its name alone."""
    return {"column": value} if isinstance(value, str) else value


class ColumnRule(Settings):
    """Where a field of ours is found in a row, and how it is written there."""

    column: str = Field("", description="The column's name; in JSON lines a path such as customer.id.")
    columns: tuple[str, ...] = Field((), description="Several columns whose texts are joined by a dash, for an id.")
    date: str = Field("", description="The column of the date, where date and time of day stand apart.")
    time: str = Field("", description="The column of the time of day, as a clock time or seconds from midnight.")
    value: str | int | float | bool | None = Field(None, description="The same value for every row.")
    default: str | int | float | bool | None = Field(None, description="The value of rows in which it is empty.")
    words: dict[str, str] = Field(default_factory=dict, description="Their word = ours; case does not matter.")
    empty: tuple[str, ...] = Field((), description="Texts that mean nothing is known, beside those always known.")
    unit: Annotated[str, AfterValidator(known_unit)] | None = Field(None, description="Unit of a duration or amount.")
    format: str | None = Field(None, description="How a moment or date is written, such as %d/%m/%Y %H:%M.")
    zone: Annotated[str, AfterValidator(known_zone)] | None = Field(None, description="Zone of this column's times.")
    after: str | None = Field(None, description="The field before which it cannot lie: settles midnight and autumn.")
    account: str | None = Field(None, description="Account to whose rows this id belongs, such as zd-main.")

    @model_validator(mode="after")
    def one_place(self) -> "ColumnRule":
        """It is one column, several joined, a date with a time, or a value."""
        given = [bool(self.column), bool(self.columns), bool(self.date or self.time), self.value is not None]
        if sum(given) > 1:
            raise ValueError("should have one of column, columns, date with time, or value")
        if bool(self.date) != bool(self.time):
            raise ValueError("should have both date and time")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it reads, in order."""
        if self.columns:
            return self.columns
        if self.date:
            return self.date, self.time
        return (self.column,) if self.column else ()


class FileRule(Settings):
    """What some of the folder's files are."""

    match: str = Field(description="Which files: a pattern such as calls*.csv; of archives the name without .gz.")
    kind: Annotated[str, AfterValidator(known_kind)] = Field(alias="as", description="What a row is, such as calls.")
    columns: dict[str, Annotated[ColumnRule, BeforeValidator(in_full)]] = Field(
        default_factory=dict, description="Our field = their column, or a table that says more."
    )
    leave_out: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Rows to leave out: column = the words that say so."
    )
    whole: bool = Field(False, description="The files hold all there is: rows no longer in them are marked as gone.")
    account: str | None = Field(None, description="Account to which tickets, calls, agents and customers belong.")
    time_zone: Annotated[str, AfterValidator(known_zone)] | None = Field(None, description="Zone of its local times.")
    delimiter: str | None = Field(None, max_length=1, description="Between columns; found out if absent.")
    encoding: str | None = Field(None, description="Such as cp1252; found out if absent.")
    decimal: str | None = Field(None, pattern="^[.,]$", description='Decimal mark of its numbers, "." or ",".')
    sheet: str | None = Field(None, description="Sheet of a workbook; the first one if absent.")
    skip: int = Field(0, ge=0, le=1000, description="Lines above the head.")
    header: tuple[str, ...] = Field((), description="Names of the columns, for files without a head.")

    @model_validator(mode="after")
    def fields_are_known(self) -> "FileRule":
        """Each key of ``columns`` is a field of what a row is."""
        kind = KINDS[self.kind]
        for name, rule in self.columns.items():
            kind.target(name)
            if rule.after is not None and rule.after not in self.columns:
                raise ValueError(f"{name}: after names {rule.after}, which is not among the columns")
            if rule.after is not None and self.columns[rule.after].after is not None:
                raise ValueError(f"{name}: after should name a field that has no after itself")
        if self.encoding is not None:
            try:
                "".encode(self.encoding)
            except LookupError:
                raise ValueError("encoding should be one such as utf-8, cp1252 or utf-16") from None
        if self.whole and not kind.may_be_whole:
            raise ValueError(f"whole cannot be said of {self.kind}: their rows only ever come in addition")
        return self

    @property
    def of(self) -> Kind:
        """What a row is."""
        return KINDS[self.kind]

    @property
    def name(self) -> str:
        """By what the rule is known to the rows that it read."""
        return f"{self.kind}:{self.match}"


class CsvFolderSettings(Settings):
    """Settings of a ``csv_folder`` source."""

    path: Path = Field(
        examples=["/var/lib/deskpulse/imports"],
        description="The folder; files in folders below it are read too.",
    )
    files: tuple[FileRule, ...] = Field(
        (),
        examples=[[{"match": "answers*.xlsx", "as": "csat"}]],
        description='What the files are; without it each is what its name begins with, such as "costs 2026.csv".',
    )

    @model_validator(mode="after")
    def kinds_agree(self) -> "CsvFolderSettings":
        """Of one kind all files hold all there is, or none; no pattern is given twice."""
        wholes = {kind: {rule.whole for rule in self.files if rule.of.table == kind} for kind in self._tables()}
        mixed = sorted(kind for kind, said in wholes.items() if len(said) > 1)
        if mixed:
            raise ValueError(f"whole should be said of all files with {mixed[0]}, or of none")
        names = [rule.name for rule in self.files]
        if len(set(names)) < len(names):
            raise ValueError("two entries of files have the same match and as")
        return self

    def _tables(self) -> set[str]:
        return {rule.of.table for rule in self.files}

    @cached_property
    def rules(self) -> tuple[FileRule, ...]:
        """The rules in effect, the first that matches a file is its own."""
        return self.files or tuple(
            FileRule.model_validate({"match": f"{name}*", "as": name}) for name in sorted(KINDS, key=len, reverse=True)
        )

    @cached_property
    def by_name(self) -> dict[str, FileRule]:
        """The rules by what their rows know them by."""
        return {rule.name: rule for rule in self.rules}

    @cached_property
    def plans(self) -> dict[str, Any]:
        """How the rows of each rule become records, as far as it was worked out."""
        return {}
