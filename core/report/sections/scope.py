"""What a section of a report is made for."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.clock import add_days
from core.numbers.analyses.goals import Judged
from core.numbers.answer import Period
from core.numbers.inquiry import WEEK, Inquiry
from core.report.model import ReportKind, ReportSpec, Tile

# So many weeks ahead a report looks.
WEEKS_AHEAD: Mapping[ReportKind, int] = {"daily": 1, "weekly": 1, "monthly": 4}


@dataclass(frozen=True)
class Scope:
    """Who asks, of which period, with the tiles that the report shows and what became of the goals of its week."""

    inquiry: Inquiry
    spec: ReportSpec
    kind: ReportKind
    period: Period
    tiles: tuple[Tile, ...] = ()
    goals: tuple[Judged, ...] = ()

    @property
    def is_bygone(self) -> bool:
        """Whether the week, or the four weeks, after the period are over too: what was to come then is no news now."""
        weeks = WEEKS_AHEAD[self.kind]
        return add_days(self.period.to_on, WEEK * weeks) < self.inquiry.today_on
