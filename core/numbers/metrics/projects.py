"""Campaigns with a goal, and what the organisation learns."""

from core.numbers.metric import Example, Metric, Share, Sum, Unit, named

project_progress = Metric(
    id="project_progress",
    tier="F",
    names=named("Project progress", "Projektfortschritt", "项目进度"),
    says="What is done of a project's target.",
    group="J",
    unit=Unit.SHARE,
    direction="up",
    strength="S",
    counter=("success_rate",),
    clock="day",
    profile="I+C",
    floor=1,
    needs=("project_plans",),
)
success_rate = Metric(
    id="success_rate",
    tier="F",
    names=named("Success rate (outbound)", "Erfolgsquote", "成功率"),
    says="Of the people reached in a campaign, the share with whom its goal was reached.",
    group="J",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("complaint_rate",),
    clock="dialled_at",
    profile="C+I",
    floor=30,
    how={
        "standard": Share(Sum("project_facts", "", "success"), Sum("project_facts", "success is not null", "connected"))
    },
    needs=("projects",),
    examples=(
        Example(
            {"project_facts": ({"connected": 80, "success": 20}, {"connected": 20, "success": 5})},
            {"standard": 0.25, "standard.n": 100},
        ),
    ),
)
difficulty_index = Metric(
    id="difficulty_index",
    tier="F",
    names=named("Project difficulty index", "Schwierigkeitsindex", "项目难度指数"),
    says="How hard a project was, against earlier ones.",
    group="J",
    unit=Unit.DEVIATIONS,
    direction="none",
    strength="-",
    counter=(),
    clock="project end",
    profile="I",
    floor=3,
    floor_of="projects",
    needs=("project_plans",),
)
improvement_closed_rate = Metric(
    id="improvement_closed_rate",
    tier="F",
    names=named("Improvement actions finished on time", "Umgesetzte Verbesserungen", "持续改进完成率"),
    says="Of the improvement actions due, the share finished in time.",
    group="L",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("improvement_effect_rate",),
    clock="due_on",
    profile="I",
    floor=5,
    needs=("improvements",),
)
improvement_effect_rate = Metric(
    id="improvement_effect_rate",
    tier="F",
    names=named("Improvements with proven effect", "Wirksame Verbesserungen", "改进有效率"),
    says="Of the improvements measured, the share that moved their figure the right way.",
    group="L",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=(),
    clock="measured_on",
    profile="I",
    floor=5,
    needs=("improvements",),
)
suggestion_rate = Metric(
    id="suggestion_rate",
    tier="F",
    names=named("Staff suggestions per head", "Vorschläge je Kopf", "人均改进建议数"),
    says="Suggestions by staff for each person.",
    group="L",
    unit=Unit.RATIO,
    direction="up",
    strength="W",
    counter=("improvement_closed_rate",),
    clock="made_on",
    profile="I",
    floor=10,
    floor_of="heads",
    needs=("improvements",),
)

METRICS = (
    project_progress,
    success_rate,
    difficulty_index,
    improvement_closed_rate,
    improvement_effect_rate,
    suggestion_rate,
)
