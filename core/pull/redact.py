"""A decoded row as it may be kept: the fields that its type names, the personal ones among them blank."""

import types
import typing
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import force_setattr

from core.pull.contract import Personal
from core.store import private

Blank: TypeAlias = Callable[[Any], None]

_blankers: dict[type, Blank | None] = {}
_encode = msgspec.json.Encoder().encode


def redacted(row: Any) -> bytes:
    """The row as JSON; changes the row itself, so it is called when nobody needs it any more."""
    blank = blanker(type(row))
    if blank is not None:
        blank(row)
    made = _encode(row)
    # What a type leaves open (a free object of the vendor's) can hold an address that nobody marked.
    if b"@" in made or b'"+' in made or b'"0' in made:
        return private.mask(made.decode()).encode()
    return made


def blanker(row: type) -> Blank | None:
    """What blanks the personal fields of a row type and of the row types in it; None where it has none."""
    if row not in _blankers:
        # Set first: a row type may hold rows of its own type.
        _blankers[row] = None
        _blankers[row] = _blanker(row) if issubclass(row, msgspec.Struct) else None
    return _blankers[row]


def _blanker(row: type) -> Blank | None:
    marked: list[str] = []
    inner: list[str] = []
    for name, hint in typing.get_type_hints(row, include_extras=True).items():
        if _is_personal(hint):
            marked.append(name)
        elif any(part is row or blanker(part) for part in _structs(hint)):
            inner.append(name)
    if not marked and not inner:
        return None

    def blank(value: Any) -> None:
        for name in marked:
            held = getattr(value, name)
            if held is not None:
                # Text keeps its length: a body's length is a fact that survives.
                force_setattr(value, name, "x" * len(held) if isinstance(held, str) else None)
        for name in inner:
            held = getattr(value, name)
            if held:
                _each(held)

    return blank


def _each(held: Any) -> None:
    match held:
        case list() | tuple():
            parts: Iterable[Any] = held
        case dict():
            parts = held.values()
        case _:
            parts = (held,)
    for part in parts:
        if isinstance(part, msgspec.Struct):
            blank = blanker(part.__class__)
            if blank is not None:
                blank(part)
        elif isinstance(part, list | tuple | dict):
            _each(part)


def _is_personal(hint: Any) -> bool:
    if typing.get_origin(hint) is typing.Annotated:
        return Personal in hint.__metadata__
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return any(_is_personal(part) for part in typing.get_args(hint))
    return False


def _structs(hint: Any) -> list[type]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return [hint]
    return [found for part in typing.get_args(hint) for found in _structs(part)]
