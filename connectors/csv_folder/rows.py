"""One row of a file, its cells by our fields, becomes records; every cell is read as its field and the mapping say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from connectors import BadRow, Context, Personal, Record
from connectors.csv_folder import moments, values
from connectors.csv_folder.fields import CUSTOMERS, Target
from connectors.csv_folder.kinds import Kind
from connectors.csv_folder.making import ELSEWHERE, Found, customers, hashed_id, kept_customer, short_id
from connectors.csv_folder.settings import ColumnRule, CsvFolderSettings, FileRule
from connectors.csv_folder.values import Cell, is_nothing, text_of


class Row(msgspec.Struct, omit_defaults=True, gc=False):
    """A row as it was cut out of its file: the cells of the fields that the mapping names, and no others.

    ``id`` and ``place`` say file and line; ``fault`` why the line could not be cut; ``nth``: the how manieth row of its
    file it is that says the same in all cells of which an id is made."""

    id: str
    place: str
    rule: str
    said: dict[str, Cell | list[Cell]] = {}
    own: Annotated[dict[str, Cell | list[Cell]] | None, Personal] = {}
    fault: str = ""
    nth: int = 1


@dataclass(frozen=True)
class Reader:
    """How the cell of one field is read."""

    name: str
    target: Target
    rule: ColumnRule
    unit: str | None
    decimal: str | None
    words: dict[str, str]
    empty: frozenset[str]
    zone: ZoneInfo | None
    account: str | None


@dataclass(frozen=True)
class Plan:
    """How a rule's rows are read. ``readers``: by the field's name in the row; ``last``: those with ``after``."""

    kind: Kind
    readers: dict[str, Reader]
    last: tuple[str, ...]
    zone: ZoneInfo | None


def plan_of(rule: FileRule) -> Plan:
    """The plan of a rule."""
    readers = {name: _reader(name, target, rule) for name, target in rule.of.targets.items()}
    last = tuple(name for name, reader in readers.items() if reader.rule.after)
    return Plan(rule.of, readers, last, ZoneInfo(rule.time_zone) if rule.time_zone else None)


def _reader(name: str, target: Target, rule: FileRule) -> Reader:
    column = rule.columns.get(name, ColumnRule())
    words = {word.casefold(): meant for word, meant in rule.of.words.get(target.field, {}).items()}
    words |= {word.casefold(): meant for word, meant in column.words.items()}
    account = column.account if column.account is not None else rule.account
    return Reader(
        name,
        target,
        column,
        column.unit or target.unit,
        rule.decimal,
        words,
        frozenset(word.casefold() for word in column.empty),
        ZoneInfo(column.zone) if column.zone else None,
        account,
    )


def normalise_row(row: Row, ctx: Context) -> Iterator[Record]:
    """Records of a row; BadRow names file, line and field."""
    try:
        yield from _records(row, ctx)
    except BadRow as problem:
        raise BadRow(f"{row.place}: {problem.message}") from None


def _records(row: Row, ctx: Context) -> Iterator[Record]:
    if row.fault:
        raise BadRow(row.fault)
    settings: CsvFolderSettings = ctx.settings
    rule = settings.by_name.get(row.rule)
    # Kept rows of a rule that was taken out of the config say nothing any more.
    if rule is None:
        return
    plan = settings.plans.get(row.rule)
    if plan is None:
        plan = settings.plans[row.rule] = plan_of(rule)
    zone = plan.zone or ctx.zone
    found = Found({}, ctx, rule.whole)
    cells = row.said | row.own if row.own else row.said
    for name, cell in cells.items():
        if name not in plan.last:
            _read(plan, name, cell, found, zone)
    for name in plan.last:
        if name in cells:
            _read(plan, name, cells[name], found, zone)
    known = customers(found, plan.kind.customer) if plan.kind.customer else []
    for name in plan.kind.needs:
        found.needed(name)
    for name, value in plan.kind.given.items():
        if found.values.get(name) is None:
            found.values[name] = value
    if plan.kind.has_id:
        # Without its number a caller is nobody, so what an id is made of is not all there.
        if ctx.is_redacted and plan.kind.customer and found.get("id") is None:
            return
        found.values["id"] = _id(plan.kind, found, row.nth)
    yield from known
    yield from plan.kind.make(found)


def _read(plan: Plan, name: str, cell: Cell | list[Cell], found: Found, zone: ZoneInfo) -> None:
    reader = plan.readers[name]
    try:
        value = _value(reader, cell, found, reader.zone or zone)
    except BadRow as problem:
        raise BadRow(f"{name} {problem.message}") from None
    if value is not None or reader.target.may_be_empty:
        found.values[reader.target.field] = value


def _value(reader: Reader, cell: Cell | list[Cell], found: Found, zone: ZoneInfo) -> Any:
    rule = reader.rule
    one = cell
    if isinstance(one, list):
        if is_nothing(one[-1], reader.empty) or any(map(is_nothing, one)):
            one = rule.default
        elif rule.date:
            at = moments.joined(one[0], one[1], rule.format, rule.unit, zone)
            return _placed(reader, at, found, zone)
        else:
            one = "-".join(map(text_of, one))
    elif is_nothing(one, reader.empty):
        one = rule.default
    if one is None:
        return None
    if reader.words:
        one = reader.words.get(text_of(one).casefold(), one)
    return _read_as(reader, one, found, zone)


def _read_as(reader: Reader, cell: Cell, found: Found, zone: ZoneInfo) -> Any:  # noqa: PLR0912  (a type each)
    """The cell as the type of its field."""
    rule = reader.rule
    match reader.target.type:
        case "text" | "phone" | "email":
            return text_of(cell)
        case "word":
            return _word(reader, text_of(cell), found)
        case "seconds":
            return values.seconds(cell, reader.unit, reader.decimal)
        case "moment":
            return _placed(reader, moments.moment(cell, rule.format, rule.unit, zone), found, zone)
        case "id":
            return _native_id(reader, text_of(cell), found)
        case "own id":
            return _own_id(text_of(cell))
        case "whole":
            return values.whole(cell, reader.decimal)
        case "number":
            return values.share(cell, reader.decimal, is_percent=reader.unit == "percent")
        case "money":
            return values.minor(cell, reader.unit or "major", str(found.get("currency") or ""), reader.decimal)
        case "flag":
            said = values.flag(cell)
            if said is None:
                found.ctx.warn(reader.name, text_of(cell))
            return said
        case "day":
            return moments.local_date(text_of(cell), rule.format, zone)
        case "month":
            return moments.month(text_of(cell), rule.format)
        case "words":
            parts = text_of(cell).replace(";", ",").replace("|", ",").split(",")
            return tuple(part.strip() for part in parts if part.strip())


def _placed(reader: Reader, at: int, found: Found, zone: ZoneInfo) -> int:
    other = found.get(reader.rule.after) if reader.rule.after else None
    return at if other is None else moments.not_before(at, other, zone)


def _native_id(reader: Reader, text: str, found: Found) -> str | None:
    if text.startswith(ELSEWHERE):
        if ":" not in text[1:-1]:
            raise BadRow("is no id of another account, such as @zd-main:4711")
        return text
    if reader.target.field in CUSTOMERS and ("@" in text or not reader.account):
        return kept_customer(found.ctx, text)
    return f"{ELSEWHERE}{reader.account}:{text}" if reader.account else text


def _own_id(text: str) -> str:
    if text.startswith(ELSEWHERE):
        raise BadRow("would be a row of another account")
    return short_id(text)


def _word(reader: Reader, text: str, found: Found) -> str | None:
    word = text.casefold()
    joined = word.replace(" ", "_").replace("-", "_")
    if word in reader.target.words or joined in reader.target.words:
        return word if word in reader.target.words else joined
    found.ctx.warn(reader.name, text)
    return reader.target.otherwise


def _id(kind: Kind, found: Found, nth: int) -> str:
    """The id that the row tells; else its one naming field, or a hash of its naming fields and its number of those."""
    told = found.get("id")
    if told is not None:
        return str(told)
    if len(kind.key) == 1:
        return str(found.needed(kind.key[0]))
    parts = [_first(found, field.split("|")) for field in kind.key]
    if all(part is None for part in parts):
        raise BadRow(f"has no id, and none of {', '.join(kind.key)} to make one of")
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashed_id(text if nth == 1 else f"{text}\x1f{nth}")


def _first(found: Found, fields: Sequence[str]) -> Any:
    """The first of some fields that is known."""
    return next((value for field in fields if (value := found.get(field)) is not None), None)
