"""What moved together by week, with the warning that belongs to it (metrics 8.4)."""

from core.numbers.analyses.correlation import Together
from core.numbers.analyses.weekly_figures import INPUTS, comes_late, correlations
from core.numbers.metric import Unit
from core.report.model import Count, Figure, Section, Sentence, Term, Worded
from core.report.sections.scope import Scope

SHOWN = 4
# From here on a link is called strong, below it moderate.
STRONG = 0.7


def correlation(scope: Scope) -> Section | None:
    """What moves together, what customers feel first and the strongest first; None where nothing clearly does."""
    made = correlations(scope.inquiry, scope.period.to_on)
    if not made.found:
        return None
    shown = sorted(made.found, key=comes_late)[:SHOWN]
    method = Sentence("corr_method", {"tested": Count(made.tested, "tested")})
    return Section("correlation", (*map(_sentence, shown), Sentence("corr_warning")), notes=(method,))


def _sentence(one: Together) -> Sentence:
    values: dict[str, Worded] = {
        "first": _term(one.first),
        "second": _term(one.second),
        "link": Term("strong" if one.strength >= STRONG else "medium", "link"),
        "weeks": Count(one.weeks, "weeks"),
        "rho": Figure(one.rho, Unit.RATIO, is_signed=True),
        "rho_detrended": Figure(one.rho_detrended, Unit.RATIO, is_signed=True),
    }
    key = "corr_up" if one.rho > 0 else "corr_down"
    if not one.lag:
        return Sentence(key, values)
    return Sentence(f"{key}_lag", {**values, "lag": Count(one.lag, "weeks")})


def _term(name: str) -> Term:
    return Term(name, "series") if name in INPUTS else Term(name)
