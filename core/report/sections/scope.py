"""What a section of a report is made for."""

from dataclasses import dataclass

from core.numbers.analyses.goals import Judged
from core.numbers.answer import Period
from core.numbers.inquiry import Inquiry
from core.report.model import ReportKind, ReportSpec, Tile


@dataclass(frozen=True)
class Scope:
    """Who asks, of which period, with the tiles that the report shows and what became of the goals of its week."""

    inquiry: Inquiry
    spec: ReportSpec
    kind: ReportKind
    period: Period
    tiles: tuple[Tile, ...] = ()
    goals: tuple[Judged, ...] = ()
