"""Projects under way: done and left, seats that the date needs, and whom projects like them lost."""

from collections.abc import Iterator

from core.numbers.analyses.projects import Estimate, Finding, Pace, projects
from core.numbers.metric import Unit
from core.report.model import Count, Day, Figure, Name, Number, Section, Sentence, Share, Worded
from core.report.sections.scope import Scope

MOST = 5


def projects_section(scope: Scope) -> Section | None:
    """None where no project is under way that tells of its days."""
    found = projects(scope.inquiry, min(scope.period.to_on, scope.inquiry.today_on))[:MOST]
    sentences = tuple(sentence for one in found for sentence in _sentences(one))
    if not sentences:
        return None
    notes = [Sentence("project_pace_how")] if any(one.pace for one in found) else []
    past = [one.estimate.past for one in found if one.estimate]
    notes += [Sentence("project_estimate_how", {"n": Count(past[0], "projects")})] if past else []
    return Section("projects", sentences, notes=tuple(notes))


def _sentences(one: Finding) -> Iterator[Sentence]:
    if one.pace:
        yield _pace(one, one.pace)
    if one.estimate:
        yield _estimate(one, one.estimate)


def _pace(one: Finding, pace: Pace) -> Sentence:
    project = one.project
    values: dict[str, Worded] = {
        "project": Name(project.name), "done": Number(pace.done), "target": Number(pace.target),
        "pace": Figure(pace.an_hour, Unit.RATIO), "left": Count(pace.days_left, "days"),
        "success": Share(project.success / project.reached) if project.success is not None and project.reached
        else Sentence("project_no_success"),
    }  # fmt: skip
    if project.end_on:
        values["end"] = Day(project.end_on)
    if pace.seats is None:
        return Sentence("project_late", values)
    if pace.remaining == 0:
        return Sentence("project_done", values)
    seats: dict[str, Worded] = {"seats": Count(pace.seats, "seats")}
    if pace.seats_now is None:
        return Sentence("project_seats", values | seats)
    key = "more" if pace.seats > pace.seats_now else "fewer" if pace.seats < pace.seats_now else "same"
    return Sentence(f"project_{key}", values | seats | {"now": Number(pace.seats_now)})


def _estimate(one: Finding, found: Estimate) -> Sentence:
    first, second, third = one.like
    values: dict[str, Worded] = {
        "project": Name(one.project.name), "kind": Sentence(f"project_{found.kind}"),
        "score": Figure(found.difficulty, Unit.DEVIATIONS, is_signed=True),
        "first": Name(first), "second": Name(second), "third": Name(third),
        "mean": Share(found.attrition), "low": Share(found.low), "high": Share(found.high),
    }  # fmt: skip
    if not found.hires:
        return Sentence("project_estimate", values)
    return Sentence(
        "project_hires", {**values, "hires": Number(found.hires), "seats": Count(found.seats or 0, "seats")}
    )
