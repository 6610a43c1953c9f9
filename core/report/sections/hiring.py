"""When to open a post, what lost hours were worth, and the teams that people leave."""

from collections.abc import Iterator

from core.numbers.analyses.hiring import Hiring, Lost, hiring, lost_hours
from core.numbers.analyses.people_risk import TeamRisk, people_risk
from core.numbers.metric import Unit
from core.report.model import Count, Day, Figure, Name, Number, Section, Sentence, Share, Value, Worded
from core.report.sections.guards import guards
from core.report.sections.scope import Scope


def hiring_section(scope: Scope) -> Section | None:
    """None where neither lead times, lost hours nor teams have anything to say."""
    inquiry, last_on = scope.inquiry, min(scope.period.to_on, scope.inquiry.today_on)
    found, lost, risk = hiring(inquiry, last_on), lost_hours(inquiry, scope.period), people_risk(inquiry, last_on)
    at_risk = risk.at_risk if risk else ()
    sentences = [
        *(_lead(found) if found else ()),
        *(_lost(lost) if lost else ()),
        *(sentence for team in at_risk for sentence in _team(team)),
    ]
    if not sentences:
        return None
    notes = [Sentence("hiring_teams", {"n": Count(risk.teams, "teams")})] if risk and at_risk else []
    shown = ["time_to_fill"] if found and found.lead.n_fill else []
    shown += ["occupancy"] if at_risk else []
    beside = guards(inquiry, shown, scope.period)
    return Section("hiring", tuple(sentences), notes=(*notes, *beside.notes), guards=beside.missing)


def _lead(found: Hiring) -> Iterator[Sentence]:
    lead = found.lead
    yield Sentence("hiring_lead", {
        "days": Count(lead.days, "days"), "fill": _told(lead.fill_days, lead.n_fill, "posts"),
        "learn": _told(lead.learn_days, lead.n_learn, "newcomers"), "needed": Day(found.needed_on, "long"),
        "by": Day(found.open_by_on, "long"),
    })  # fmt: skip
    if found.posts and found.leavers is not None:
        yield Sentence("hiring_posts", {
            "heads": Number(found.heads), "leavers": Figure(found.leavers, Unit.COUNT),
            "days": Count(lead.days, "days"), "posts": Count(found.posts, "posts"),
            "rate": Value(found.attrition.metric_id, found.attrition.value, found.attrition.variant),
        })  # fmt: skip


def _told(days: float, n: int, noun: str) -> Sentence:
    """How many days, and whether measured or by the config."""
    values: dict[str, Worded] = {"days": Count(round(days), "days")}
    return Sentence("hiring_measured", values | {"n": Count(n, noun)}) if n else Sentence("hiring_config", values)


def _lost(lost: Lost) -> Iterator[Sentence]:
    yield Sentence("hiring_lost", {
        "hours": Value(lost.hours.metric_id, lost.hours.value, lost.hours.variant),
        "contacts": Count(round(lost.contacts), "contacts"), "per_hour": Figure(lost.per_hour, Unit.COUNT),
    })  # fmt: skip
    if lost.affected and lost.others:
        level, calls = lost.affected
        other, others = lost.others
        yield Sentence("hiring_affected", {
            "level": Share(level), "n": Count(calls, "calls"), "other": Share(other), "others": Count(others, "calls"),
        })  # fmt: skip


def _team(risk: TeamRisk) -> Iterator[Sentence]:
    values: dict[str, Worded] = {
        "team": Name(risk.team), "heads": Number(risk.heads),
        "attrition": Value(risk.attrition.metric_id, risk.attrition.value, risk.attrition.variant),
        "absence": Value(risk.absence.metric_id, risk.absence.value, risk.absence.variant),
    }  # fmt: skip
    yield Sentence("_and_".join(("hiring_risk", *risk.signs)).replace("risk_and_", "risk_", 1), values)
    for strain in risk.strains:
        yield Sentence(f"hiring_{strain}", {
            "team": Name(risk.team),
            "occupancy": Value(risk.occupancy.metric_id, risk.occupancy.value, risk.occupancy.variant),
            "overtime": Value(risk.overtime.metric_id, risk.overtime.value, risk.overtime.variant),
        })  # fmt: skip
