"""The fields of our records as targets of a mapping: what each is called in a file, and of which type it is."""

import re
import types
import typing
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, TypeAlias

import msgspec

from connectors import Record

Type: TypeAlias = Literal[
    "text", "id", "own id", "whole", "number", "share", "flag", "moment", "day", "month", "seconds", "money", "word",
    "words", "phone", "email",
]  # fmt: skip
BOOKKEEPING = frozenset({"version", "source_updated_at", "extra", "precision"})
BY_NAME: tuple[tuple[str, Type], ...] = (
    ("id", "own id"), (".*_id", "id"), (".*_at", "moment"), (".*_s", "seconds"), (".*_s_per_.*", "seconds"),
    (".*_minor.*", "money"), (".*_on", "day"), ("month", "month"),
)  # fmt: skip
BY_HINT: tuple[tuple[type, Type], ...] = (
    (bool, "flag"), (float, "number"), (int, "whole"), (str, "text"), (tuple, "words"),
)  # fmt: skip
OF_SECONDS = re.compile("_s(?=$|_per_)")
UNIT: dict[Type, str] = {"seconds": "s", "money": "minor"}
# A word that is not among those known becomes the first of these that the field allows.
OTHERWISE = ("other", "unknown")
# Exports name them by number or address too.
CUSTOMERS = frozenset({"customer_id", "requester_id"})


@dataclass(frozen=True)
class Target:
    """A field of ours: ``unit`` is the one its column has unless the mapping says another. ``may_be_empty``: it can be
    known to be empty; otherwise an empty cell says nothing."""

    field: str
    type: Type
    words: tuple[str, ...] = ()
    unit: str | None = None
    is_needed: bool = False
    may_be_empty: bool = True
    is_personal: bool = False

    @property
    def otherwise(self) -> str | None:
        """What an unknown word becomes."""
        return next((word for word in OTHERWISE if word in self.words), None)


@cache
def targets_of(record: type[Record]) -> dict[str, Target]:
    """The fields of a record by every name that a column may have: durations and money in other units too."""
    found: dict[str, Target] = {}
    hints = typing.get_type_hints(record)
    for info in msgspec.structs.fields(record):
        if info.name in BOOKKEEPING:
            continue
        target = _target(info.name, hints[info.name], info.required)
        if target is not None:
            found |= _names(target)
    return found


def _target(name: str, hint: Any, is_needed: bool) -> Target | None:
    parts = list(_parts(hint))
    may_be_empty = types.NoneType in parts
    words = next((typing.get_args(part) for part in parts if typing.get_origin(part) is Literal), ())
    if words:
        return Target(name, "word", words, is_needed=is_needed, may_be_empty=may_be_empty)
    by_name = next((kind for pattern, kind in BY_NAME if re.fullmatch(pattern, name)), None)
    by_hint = next((kind for plain, kind in BY_HINT if plain in (*parts, *map(typing.get_origin, parts))), None)
    # A name says more than a number or a text does, but a flag is a flag.
    kind = by_hint if by_hint == "flag" else by_name or by_hint
    if kind is None:
        return None
    return Target(
        name, kind, unit=UNIT.get(kind), is_needed=is_needed, may_be_empty=may_be_empty, is_personal=name in CUSTOMERS
    )


def _parts(hint: Any) -> typing.Iterator[Any]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        for part in typing.get_args(hint):
            yield from _parts(part)
    else:
        yield hint


def _names(target: Target) -> dict[str, Target]:
    """The names of a target: its own, and those that say another unit."""
    name = target.field
    found = {name: target}
    if target.type == "seconds":
        found |= {OF_SECONDS.sub(f"_{unit}", name): replace(target, unit=unit) for unit in ("ms", "min", "h")}
        found[OF_SECONDS.sub("", name)] = replace(target, unit=None)
    elif target.type == "money":
        found[name.replace("_minor", "")] = replace(target, unit="major")
    elif target.type in ("id", "moment", "day"):
        found[name.rpartition("_")[0]] = target
    return found
