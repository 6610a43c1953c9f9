"""The analyses of a report: each module has one function that puts its findings into a section, or None if silent."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from core.report.model import ReportKind, Section
from core.report.sections.scope import Scope

# isort: split
# The makers take their Scope from the module above, or from here where it is known by now.
from core.report.sections.benchmarks import benchmarks
from core.report.sections.choosing import choosing
from core.report.sections.correlation import correlation
from core.report.sections.costs import costs
from core.report.sections.customers import customers
from core.report.sections.forecast import forecast
from core.report.sections.goals import goals
from core.report.sections.groove import groove
from core.report.sections.hiring import hiring_section
from core.report.sections.policy import policy
from core.report.sections.projects import projects_section
from core.report.sections.reasons import reasons_section
from core.report.sections.staffing import staffing
from core.report.sections.surges import surges
from core.report.sections.waits import waits
from core.report.sections.weather import weather

__all__ = ["MAKERS", "Scope", "sections"]

Make: TypeAlias = Callable[[Scope], Section | None]

WEEKLY: frozenset[ReportKind] = frozenset({"weekly"})
MONTHLY: frozenset[ReportKind] = frozenset({"monthly"})
BOTH: frozenset[ReportKind] = frozenset({"weekly", "monthly"})

MAKERS: Sequence[tuple[frozenset[ReportKind], Make]] = (
    (WEEKLY, waits),
    (BOTH, surges),
    (BOTH, policy),
    (WEEKLY, groove),
    (BOTH, correlation),
    (BOTH, forecast),
    (WEEKLY, staffing),
    (BOTH, weather),
    (BOTH, projects_section),
    (MONTHLY, costs),
    (MONTHLY, customers),
    (BOTH, reasons_section),
    (WEEKLY, goals),
    (MONTHLY, hiring_section),
    (BOTH, benchmarks),
    (WEEKLY, choosing),
)
"""Which kinds of report have which sections, in reading order."""


def sections(scope: Scope) -> tuple[Section, ...]:
    """The sections of a report that have something to say."""
    made = (make(scope) for kinds, make in MAKERS if scope.kind in kinds)
    return tuple(section for section in made if section is not None)
