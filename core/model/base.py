"""What every record is made of: optional fields that can be left alone, a table, a key, a version."""

from typing import ClassVar, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

Text: TypeAlias = str | None | UnsetType
Moment: TypeAlias = int | None | UnsetType
Seconds: TypeAlias = int | None | UnsetType
Flag: TypeAlias = bool | None | UnsetType
Number: TypeAlias = float | None | UnsetType


class Record(msgspec.Struct, kw_only=True, gc=False):
    """One normalised row on its way into the table named by ``table``."""

    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]


class Entity(Record, kw_only=True, gc=False):
    """A row known by the vendor's id, with a version and a tombstone (``deleted_at``)."""

    key: ClassVar[tuple[str, ...]] = ("uid",)

    id: str
    version: int = 0
    source_updated_at: Moment = UNSET
    deleted_at: Moment = UNSET
