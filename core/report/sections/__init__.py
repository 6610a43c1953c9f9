"""The analyses of a report: each module has one function that puts its findings into a section, or None if silent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from core.report.model import ReportKind, ReportSpec, Section, Tile


@dataclass(frozen=True)
class Scope:
    """What a section is made for: who asks, of which period, with the tiles that the report shows."""

    inquiry: Inquiry
    spec: ReportSpec
    kind: ReportKind
    period: Period
    tiles: tuple[Tile, ...] = ()


Make: TypeAlias = Callable[[Scope], Section | None]

MAKERS: Sequence[tuple[frozenset[ReportKind], Make]] = ()
"""Which kinds of report have which sections, in reading order."""


def sections(scope: Scope) -> tuple[Section, ...]:
    """The sections of a report that have something to say."""
    made = (make(scope) for kinds, make in MAKERS if scope.kind in kinds)
    return tuple(section for section in made if section is not None)
